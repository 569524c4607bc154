"""How an index takes in what the records say that it does not know yet."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from millstream.store import schema
from millstream.store.ids import id_of
from millstream.store.process import process_alive

if TYPE_CHECKING:
    import duckdb

    from millstream.store.log import Log

_BATCH = 20_000
_RACY = 2_000_000_000  # nanoseconds: a folder listed so soon after a change may change again within the same tick
_INTERRUPTED = {"code": "interrupted", "message": "The process that ran it ended without a word (killed, or a crash)."}


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables in an empty database."""
    connection.execute(schema.TABLES)
    connection.execute("insert into meta values (?)", [schema.SCHEMA])


def usable(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables are those of this version. Raises duckdb.Error when there are none."""
    return bool(connection.execute("select schema from meta").fetchall() == [(schema.SCHEMA,)])


def refresh(connection: duckdb.DuckDBPyConnection, log: Log) -> None:
    """Takes in the records that are new, in one transaction; costs a few stats when there are none."""
    known = dict(connection.execute("select name, mtime from folders").fetchall())
    stale = [(month, mtime) for month, mtime in log.folders() if known.get(month) != mtime]
    if stale:
        connection.execute("begin")
        for month, mtime in stale:
            _take(connection, log, month, mtime)
        connection.execute("commit")
    _settle(connection)


def _take(connection: duckdb.DuckDBPyConnection, log: Log, month: str, mtime: int) -> None:
    damaged: list[tuple[str, str]] = []
    for batch in _batches(_lines(log, _unknown(connection, log.names(month)), damaged)):
        _insert(connection, batch)
    connection.execute("delete from damaged where folder = ?", [month])
    for path, reason in damaged:
        connection.execute("insert into damaged values (?, ?, ?)", [month, path, reason])
    settled = mtime if time.time_ns() - mtime > _RACY else -1
    connection.execute("delete from folders where name = ?", [month])
    connection.execute("insert into folders values (?, ?)", [month, settled])


def _unknown(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    rows = connection.execute(
        "select name from (select unnest(?::varchar[]) as name)"
        " where split_part(name, '.', 1) not in (select id from records where id >= ?) order by name",
        [names, id_of(names[0])],
    ).fetchall()
    return [name for (name,) in rows]


def _lines(log: Log, names: Sequence[str], damaged: list[tuple[str, str]]) -> Iterator[str]:
    for name in names:
        line, reason = log.line(name)
        if line is None:
            damaged.append((str(log.path(name)), reason))
        else:
            yield line


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(itertools.islice(lines, _BATCH)):
        yield batch


def _insert(connection: duckdb.DuckDBPyConnection, lines: list[str]) -> None:
    connection.execute(schema.STAGE, [lines])
    connection.execute(schema.LEDGER)
    kinds = {kind for (kind,) in connection.execute("select distinct kind from staged").fetchall()}
    for kind, statements in schema.INGEST.items():
        if kind in kinds:
            for statement in statements:
                connection.execute(statement)
    if kinds & schema.KINDS_OF_RUNS:
        for statement in schema.RUNS:
            connection.execute(statement)
    if connection.execute("select 1 from records where kind = 'run-deleted' limit 1").fetchall():
        for table in schema.OF_A_RUN:
            text = f"delete from {table} where run in (select run from records where kind = 'run-deleted')"  # noqa: S608
            connection.execute(text)


def _settle(connection: duckdb.DuckDBPyConnection) -> None:
    """A run whose process is gone will never say how it ended: it failed."""
    running = "select run, process from runs where status = 'running' and process is not null"
    for run, process in connection.execute(running).fetchall():
        identity = json.loads(process)
        if isinstance(identity, dict) and process_alive(identity) is False:
            connection.execute(
                "update runs set status = 'failed', error = ?::json where run = ?", [json.dumps(_INTERRUPTED), run]
            )


__all__ = ["create", "refresh", "usable"]
