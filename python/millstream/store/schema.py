"""The tables of ``index.duckdb``, and how records become their rows."""

from __future__ import annotations

#: Another number than the one in the file: the index is made anew.
SCHEMA = 1

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

#: Raw lines, already verified, become rows of ``staged``.
STAGE = """
create or replace temp table staged as
select body->>'$.id' as id, body->>'$.kind' as kind, body->>'$.run' as run,
       try_cast(body->>'$.time' as timestamp) as time, body
from (select try_cast(unnest(?::varchar[]) as json) as body) where body is not null
"""

LEDGER = "insert into records select id, kind, run from staged"

_ENVIRONMENT = """
insert into environments
select environment, e.key, coalesce(e.value->>'$', '')
from (select environment, unnest(map_entries(try_cast(packages as map(varchar, json)))) as e
      from (select distinct {digest} as environment, {json} as packages from staged where kind = '{kind}')
      where json_type(packages) = 'OBJECT' and environment not in (select environment from environments))
"""

_METRICS = """
insert into metrics
select m.run, m.step, m.name, try_cast(m.value->>'$' as double), m.value->>'$'
from (select run, {step} as step, e.key as name, e.value as value
      from (select run, body, unnest(map_entries(try_cast(body->'$.metrics' as map(varchar, json)))) as e
            from staged where kind = '{kind}' and json_type(body->'$.metrics') = 'OBJECT')) m
{where}
"""

#: A metric that was taken for one of no step, because the end of the run was read before its steps.
_STEPLESS = """
delete from metrics where step is null and (run, name) in (
    select run, unnest(json_keys(body->'$.metrics')) from staged
    where kind = 'step-ended' and json_type(body->'$.metrics') = 'OBJECT')
"""

_FILES = """
insert into files
select run, step, '{mode}', f->>'$.path', f->>'$.digest', try_cast(f->>'$.bytes' as bigint)
from (select run, body->>'$.step' as step, unnest(try_cast(body->'$.{field}' as json[])) as f
      from staged where kind = 'step-ended' and json_type(body->'$.{field}') = 'ARRAY')
"""

_PARAMETERS = """
insert into parameters
select run, e.key, e.value, case when json_type(e.value) not in ('VARCHAR', 'BOOLEAN', 'NULL', 'OBJECT', 'ARRAY')
       then try_cast(e.value as double) end, e.value->>'$'
from (select run, unnest(map_entries(try_cast(body->'$.parameters' as map(varchar, json)))) as e
      from staged where kind = 'run-started' and json_type(body->'$.parameters') = 'OBJECT')
"""

_EDGES = """
insert into edges
select run, e->>'$.source', e->>'$.target', try_cast(e->'$.names' as varchar[])
from (select run, unnest(try_cast(body->'$.edges' as json[])) as e
      from staged where kind = 'run-started' and json_type(body->'$.edges') = 'ARRAY')
"""

_STEPS = """
insert into step_runs
select run, body->>'$.step', body->>'$.status', try_cast(body->>'$.started' as timestamp),
       try_cast(body->>'$.seconds' as double), body->>'$.key', body->>'$.code', body->>'$.source',
       body->>'$.executed', body->>'$.cached_from', sha256(body->>'$.environment'),
       case when json_type(body->'$.error') = 'OBJECT' then body->'$.error' end
from staged where kind = 'step-ended'
"""

_ARTIFACTS = """
insert into artifacts
select run, step, e.key, e.value->>'$.digest', e.value->>'$.type', try_cast(e.value->>'$.bytes' as bigint)
from (select run, body->>'$.step' as step, unnest(map_entries(try_cast(body->'$.outputs' as map(varchar, json)))) as e
      from staged where kind = 'step-ended' and json_type(body->'$.outputs') = 'OBJECT')
"""

_VERSIONS = """
insert into versions
select body->>'$.pipeline', try_cast(body->>'$.version' as integer), body->>'$.digest', body->>'$.path',
       body->>'$.note', body->>'$.notebook.path', body->>'$.notebook.digest', time
from staged where kind = 'version-promoted'
"""

_NOTES = "insert into notes select run, time, body->>'$.text' from staged where kind = 'note-added'"

#: The rows of runs are replaced, never updated: a deletion and an insertion cost little, a rewritten column much.
#: Records may come in any order (two stores merge by copying), so that each brings what it knows.
_RUNS = (
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
    coalesce(s.body->>'$.pipeline', o.pipeline) as pipeline,
    coalesce(try_cast(s.body->>'$.version' as integer), o.version) as version,
    coalesce(e.body->>'$.status', o.status, 'running') as status,
    coalesce(try_cast(s.body->>'$.started' as timestamp), s.time, o.started) as started,
    coalesce(e.time, o.ended) as ended,
    coalesce(try_cast(e.body->>'$.seconds' as double), o.seconds) as seconds,
    coalesce(s.body->>'$.notebook.path', o.notebook) as notebook,
    coalesce(s.body->>'$.notebook.digest', o.notebook_digest) as notebook_digest,
    coalesce(s.body->'$.parameters', o.parameters, '{}') as parameters,
    coalesce(e.body->'$.metrics', o.metrics, '{}') as metrics,
    case when json_type(e.body->'$.error') = 'OBJECT' then e.body->'$.error' when e.run is null then o.error end
        as error,
    coalesce(s.body->>'$.user', o.username) as username,
    coalesce(s.body->>'$.host', o.host) as host,
    coalesce(s.body->>'$.git.commit', o."commit") as "commit",
    coalesce(try_cast(s.body->>'$.git.dirty' as boolean), o.dirty) as dirty,
    coalesce(sha256(s.body->>'$.environment'), o.environment) as environment,
    coalesce(s.body->'$.process', o.process) as process,
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
    "run-started": (
        _PARAMETERS,
        _EDGES,
        _ENVIRONMENT.format(digest="sha256(body->>'$.environment')", json="body->'$.environment'", kind="run-started"),
    ),
    "step-ended": (
        _STEPS,
        _ARTIFACTS,
        _STEPLESS,
        _METRICS.format(kind="step-ended", step="body->>'$.step'", where=""),
        _FILES.format(mode="read", field="reads"),
        _FILES.format(mode="write", field="writes"),
        _ENVIRONMENT.format(digest="sha256(body->>'$.environment')", json="body->'$.environment'", kind="step-ended"),
    ),
    "run-ended": (
        # those that no step has: a value set from outside a step
        _METRICS.format(
            kind="run-ended",
            step="null",
            where="where not exists (select 1 from metrics k where k.run = m.run and k.name = m.name)",
        ),
    ),
    "version-promoted": (_VERSIONS,),
    "note-added": (_NOTES,),
}
KINDS_OF_RUNS = frozenset({"run-started", "run-ended", "note-added"})
RUNS = _RUNS

__all__ = ["INGEST", "KINDS_OF_RUNS", "LEDGER", "OF_A_RUN", "RUNS", "SCHEMA", "STAGE", "TABLES"]
