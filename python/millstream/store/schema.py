"""The tables of ``index.duckdb``, and how records become their rows."""

from __future__ import annotations

#: Another number than the one in the file: the index is made anew.
SCHEMA = 2

TABLES = """
create table meta (schema integer);
create table records (id varchar, kind varchar, run varchar);
create table folders (name varchar, mtime bigint);
create table damaged (folder varchar, path varchar, reason varchar);

create table runs (
    run varchar, pipeline varchar, version integer, status varchar, started timestamp, ended timestamp, seconds double,
    notebook varchar, notebook_digest varchar, parameters json, metrics json, error json, username varchar,
    host varchar, "commit" varchar, dirty boolean, environment varchar, process json, notes json, text varchar);
create table step_runs (
    run varchar, step varchar, status varchar, started timestamp, seconds double, key varchar, code varchar,
    source varchar, executed varchar, cached_from varchar, environment varchar, error json);
create table parameters (run varchar, name varchar, value json, number double, text varchar);
create table metrics (run varchar, step varchar, name varchar, value double, text varchar);
create table artifacts (run varchar, step varchar, name varchar, digest varchar, type varchar, bytes bigint);
create table files (run varchar, step varchar, mode varchar, path varchar, digest varchar, bytes bigint);
create table edges (run varchar, source varchar, target varchar, names varchar[]);
create table environments (environment varchar, package varchar, version varchar);
create table versions (
    pipeline varchar, version integer, digest varchar, path varchar, note varchar, notebook varchar,
    notebook_digest varchar, promoted timestamp);
create table notes (run varchar, time timestamp, text varchar);
create view pipelines as
    select p.pipeline, v.version, v.path, v.promoted, r.runs, r.last_run
    from (select pipeline from runs union select pipeline from versions) p
    left join (select pipeline, max(version) as version, arg_max(path, version) as path,
                      arg_max(promoted, version) as promoted from versions group by pipeline) v using (pipeline)
    left join (select pipeline, count(*) as runs, max(started) as last_run from runs group by pipeline) r
        using (pipeline)
    where p.pipeline is not null;
"""

#: Every table that holds rows of one run, for when the run is deleted.
OF_A_RUN = ("runs", "step_runs", "parameters", "metrics", "artifacts", "files", "edges", "notes")

_FILE_LIST = '[{"path": "VARCHAR", "digest": "VARCHAR", "bytes": "BIGINT"}]'
_RECORD = f"""{{
"id": "VARCHAR", "kind": "VARCHAR", "time": "TIMESTAMP", "run": "VARCHAR", "pipeline": "VARCHAR", "version": "INTEGER",
"started": "TIMESTAMP", "status": "VARCHAR", "seconds": "DOUBLE", "notebook": {{"path": "VARCHAR", "digest": "VARCHAR"}},
"parameters": "MAP(VARCHAR, JSON)", "metrics": "MAP(VARCHAR, JSON)", "environment": "MAP(VARCHAR, VARCHAR)",
"git": {{"commit": "VARCHAR", "dirty": "BOOLEAN"}}, "user": "VARCHAR", "host": "VARCHAR", "process": "JSON",
"edges": [{{"source": "VARCHAR", "target": "VARCHAR", "names": ["VARCHAR"]}}], "step": "VARCHAR", "key": "VARCHAR",
"code": "VARCHAR", "source": "VARCHAR", "executed": "VARCHAR", "cached_from": "VARCHAR", "error": "JSON",
"outputs": "MAP(VARCHAR, STRUCT(digest VARCHAR, type VARCHAR, bytes BIGINT))", "reads": {_FILE_LIST},
"writes": {_FILE_LIST}, "digest": "VARCHAR", "path": "VARCHAR", "note": "VARCHAR", "text": "VARCHAR"}}"""

#: Raw lines, already verified, become rows of ``staged``: each line is parsed once. What is not of its type is null.
STAGE = f"""
create or replace temp table staged as
select unnest(from_json(try_cast(line as json), '{_RECORD}')) from (select unnest(?::varchar[]) as line)
"""  # noqa: S608 - all fixed text

LEDGER = "insert into records select id, kind, run from staged where id is not null"

_ENVIRONMENT = """
insert into environments
select environment, e.key, coalesce(e.value, '')
from (select sha256(name::varchar) as environment, unnest(map_entries(name)) as e
      from (select distinct environment as name from staged where kind = '{kind}' and environment is not null)
      where sha256(name::varchar) not in (select environment from environments))
"""

#: A metric that was taken for one of no step, because the end of the run was read before its steps.
_STEPLESS = """
delete from metrics where step is null and (run, name) in (
    select run, unnest(map_keys(metrics)) from staged where kind = 'step-ended')
"""

_METRICS_OF_STEPS = """
insert into metrics
select run, step, e.key, try_cast(e.value->>'$' as double), e.value->>'$'
from (select run, step, unnest(map_entries(metrics)) as e from staged where kind = 'step-ended')
"""

#: Those that no step has: values set from outside a step.
_METRICS_OF_RUNS = """
insert into metrics
select m.run, null, m.e.key, try_cast(m.e.value->>'$' as double), m.e.value->>'$'
from (select run, unnest(map_entries(metrics)) as e from staged where kind = 'run-ended') m
where not exists (select 1 from metrics k where k.run = m.run and k.name = m.e.key)
"""

_FILES = """
insert into files
select run, step, mode, f.path, f.digest, f.bytes
from (select run, step, 'read' as mode, unnest(reads) as f from staged where kind = 'step-ended'
      union all select run, step, 'write', unnest(writes) from staged where kind = 'step-ended')
"""

_PARAMETERS = """
insert into parameters
select run, e.key, e.value, case when json_type(e.value) in ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')
       then try_cast(e.value as double) end, e.value->>'$'
from (select run, unnest(map_entries(parameters)) as e from staged where kind = 'run-started')
"""

_EDGES = """
insert into edges
select run, e.source, e.target, e.names
from (select run, unnest(edges) as e from staged where kind = 'run-started')
"""

_STEPS = """
insert into step_runs
select run, step, status, coalesce(started, time), seconds, key, code, source, executed, cached_from,
       sha256(environment::varchar), case when json_type(error) = 'OBJECT' then error end
from staged where kind = 'step-ended'
"""

_ARTIFACTS = """
insert into artifacts
select run, step, e.key, e.value.digest, e.value.type, e.value.bytes
from (select run, step, unnest(map_entries(outputs)) as e from staged where kind = 'step-ended')
"""

_VERSIONS = """
insert into versions
select pipeline, version, digest, path, note, notebook.path, notebook.digest, time
from staged where kind = 'version-promoted'
"""

_NOTES = "insert into notes select run, time, text from staged where kind = 'note-added'"

#: The rows of runs are replaced, never updated: a deletion and an insertion cost little, a rewritten column much.
#: Records may come in any order (two stores merge by copying), so that each brings what it knows.
RUNS = (
    """
create or replace temp table fresh as
with s as (select * from staged where kind = 'run-started' qualify row_number() over (partition by run order by id) = 1),
     e as (select * from staged where kind = 'run-ended'
           qualify row_number() over (partition by run order by id desc) = 1),
     k as (select distinct run from staged
           where kind in ('run-started', 'run-ended', 'note-added') and run is not null),
     n as (select run, to_json(list(text order by time, text)) as notes from notes
           where run in (select run from k) group by run)
select k.run,
    coalesce(s.pipeline, o.pipeline) as pipeline,
    coalesce(s.version, o.version) as version,
    coalesce(e.status, o.status, 'running') as status,
    coalesce(s.started, s.time, o.started) as started,
    coalesce(e.time, o.ended) as ended,
    coalesce(e.seconds, o.seconds) as seconds,
    coalesce(s.notebook.path, o.notebook) as notebook,
    coalesce(s.notebook.digest, o.notebook_digest) as notebook_digest,
    coalesce(to_json(s.parameters), o.parameters, '{}') as parameters,
    coalesce(to_json(e.metrics), o.metrics, '{}') as metrics,
    case when json_type(e.error) = 'OBJECT' then e.error when e.run is null then o.error end as error,
    coalesce(s."user", o.username) as username,
    coalesce(s.host, o.host) as host,
    coalesce(s.git.commit, o."commit") as "commit",
    coalesce(s.git.dirty, o.dirty) as dirty,
    coalesce(sha256(s.environment::varchar), o.environment) as environment,
    coalesce(s.process, o.process) as process,
    coalesce(n.notes, '[]') as notes
from k left join s using (run) left join e using (run) left join n using (run) left join runs o using (run)
""",
    "delete from runs where run in (select run from fresh)",
    """
insert into runs
select *, lower(concat_ws(chr(10), run, pipeline, status, notebook, parameters, error->>'$.message', username,
                          "commit", notes))
from fresh order by started nulls first, run
""",
)

#: What is done for the kinds that are present, in this order.
INGEST: dict[str, tuple[str, ...]] = {
    "run-started": (_PARAMETERS, _EDGES, _ENVIRONMENT.format(kind="run-started")),
    "step-ended": (
        _STEPS,
        _ARTIFACTS,
        _STEPLESS,
        _METRICS_OF_STEPS,
        _FILES,
        _ENVIRONMENT.format(kind="step-ended"),
    ),
    "run-ended": (_METRICS_OF_RUNS,),
    "version-promoted": (_VERSIONS,),
    "note-added": (_NOTES,),
}
KINDS_OF_RUNS = frozenset({"run-started", "run-ended", "note-added"})

__all__ = ["INGEST", "KINDS_OF_RUNS", "LEDGER", "OF_A_RUN", "RUNS", "SCHEMA", "STAGE", "TABLES"]
