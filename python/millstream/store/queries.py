"""What the history answers: pages of runs, one run, two runs side by side, a user's own SQL."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from millstream.errors import NotFoundError, UsageError
from millstream.store import pages
from millstream.store.conditions import Condition, Names, condition, names_in
from millstream.store.documents import comparison, document
from millstream.store.filters import Filter, parse
from millstream.store.index import query, query_alone

if TYPE_CHECKING:
    import duckdb

    from millstream.store.store import Store

MAX_LIMIT = 1000
_COLUMNS = ("run", "pipeline", "version", "status", "started", "ended", "seconds", "notebook", "parameters", "metrics")
_SELECTED = ", ".join(f"r.{column}" for column in _COLUMNS)

#: The newest runs are among those indexed last: their times are a bound that spares sorting the whole history.
_RECENT = """
r.started >= coalesce((
    select case when count(*) > ? then min(started) end from (
        select started from runs where rowid > (select max(rowid) from runs) - 4096
        order by started desc nulls last limit ?)), '-infinity'::timestamp)
"""


def runs(
    store: Store,
    *,
    limit: int = 20,
    cursor: str | None = None,
    sort: str | None = None,
    filter: str | None = None,  # noqa: A002 - the word that every face uses
) -> dict[str, Any]:
    """One page of the history, ``{"runs": […], "next": cursor or None}``; newest first unless ``sort`` says otherwise.

    Raises UsageError for a limit outside 1 to 1000, or a cursor, sort or filter that cannot be read.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"A page has 1 to {MAX_LIMIT} runs, not {limit}.")
    wanted = parse(filter or "")
    pages.order(sort)  # refuses before the index is opened
    return query(store, lambda connection: _page(connection, limit, cursor, sort, wanted))


def _page(
    connection: duckdb.DuckDBPyConnection, limit: int, cursor: str | None, sort: str | None, wanted: Filter | None
) -> dict[str, Any]:
    by = pages.order(sort, _textual(connection, sort))
    conditions = [pages.after(cursor, by)]
    if wanted is not None:
        if not connection.execute("select 1 from runs limit 1").fetchall():
            return {"runs": [], "next": None}
        conditions.append(condition(wanted, _names(connection, wanted)))
    elif cursor is None and by.newest_first:
        conditions.append(Condition(_RECENT, [limit, limit + 1]))
    text = f"""select {_SELECTED}, {by.key}::varchar from runs r {by.join}
        where {" and ".join(each.sql for each in conditions)} order by {by.sql} limit ?"""  # noqa: S608 - all fixed text
    values = [*by.values, *(value for each in conditions for value in each.values), limit + 1]
    rows = connection.execute(text, values).fetchall()
    found = [_summary(row) for row in rows[:limit]]
    more = len(rows) > limit
    return {"runs": found, "next": pages.cursor_at(rows[limit - 1][-1], found[-1]["run"], by) if more else None}


def _textual(connection: duckdb.DuckDBPyConnection, sort: str | None) -> set[str]:
    kind, _, name = (sort or "").removeprefix("-").partition(":")
    if kind != "parameter":
        return set()
    rows = connection.execute("select count(number) from parameters where name = ?", [name]).fetchall()
    return {name} if rows == [(0,)] else set()


def _names(connection: duckdb.DuckDBPyConnection, wanted: Filter) -> Names:
    """The metrics and parameters of the filter's names; all there are when one is unknown, to suggest another."""
    asked = list(names_in(wanted))
    found = Names(*(_known(connection, table, asked) for table in ("metrics", "parameters")))
    if set(asked) <= {*found.metrics, *found.parameters}:
        return found
    return Names(*(_known(connection, table, None) for table in ("metrics", "parameters")))


def _known(connection: duckdb.DuckDBPyConnection, table: str, asked: list[str] | None) -> set[str]:
    text = f"select distinct name from {table} where ?::varchar[] is null or list_contains(?::varchar[], name)"  # noqa: S608
    return {name for (name,) in connection.execute(text, [asked, asked]).fetchall()}


def _summary(row: Sequence[Any]) -> dict[str, Any]:
    found = dict(zip(_COLUMNS, row, strict=False))
    for name in ("started", "ended"):
        found[name] = _iso(found[name])
    for name in ("parameters", "metrics"):
        found[name] = json.loads(found[name])
    return found


def _iso(time: datetime | None) -> str | None:
    return None if time is None else f"{time.isoformat(timespec='microseconds')}Z"


def find_run(store: Store, run: str) -> str:
    """The full id of a run, given whole, by a prefix that only it has, or as ``last``.

    Raises UsageError for a prefix that several have, NotFoundError for one that none has.
    """
    return query(store, lambda connection: _resolve(connection, run))


def _resolve(connection: duckdb.DuckDBPyConnection, run: str) -> str:
    if run == "last":
        newest = "select run from runs order by started desc nulls last, run desc limit 1"
        if rows := connection.execute(newest).fetchall():
            return str(rows[0][0])
        raise NotFoundError("There is no run yet.", hint="`millstream run NOTEBOOK` makes one.")
    some = "select run, pipeline, started from runs where starts_with(run, ?) order by run = ? desc, run desc limit 6"
    rows = connection.execute(some, [run, run]).fetchall() if run else []
    if rows and (len(rows) == 1 or rows[0][0] == run):
        return str(rows[0][0])
    if not rows:
        _no_such(connection, run)
    shown = ", ".join(name for name, *_ in rows[:5]) + (", …" if len(rows) > 5 else "")
    raise UsageError(
        f"{run!r} is the beginning of several runs: {shown}.",
        hint="Give more of it, or `last`.",
        candidates=[name for name, *_ in rows],
    )


def _no_such(connection: duckdb.DuckDBPyConnection, run: str) -> NoReturn:
    recent = "select run from runs order by started desc nulls last limit 500"
    names = [name for (name,) in connection.execute(recent).fetchall()]
    near = difflib.get_close_matches(run, names, n=1, cutoff=0.4)
    raise NotFoundError(
        f"There is no run {run[:100]!r}" + (f"; the nearest is {near[0]}." if near else "."),
        hint="`millstream runs` lists them; a beginning that only one run has will do, and so does `last`.",
    )


def show(store: Store, run: str) -> dict[str, Any]:
    """Everything that is known of a run, as ``millstream show --json`` prints it. Raises as :func:`find_run` does."""
    return query(store, lambda connection: _show(connection, store, _resolve(connection, run)))


def compare(store: Store, names: Sequence[str]) -> dict[str, Any]:
    """Two or more runs side by side, as ``millstream compare --json`` prints them.

    Raises UsageError for fewer than two, and as :func:`find_run` does.
    """
    if len(names) < 2:
        raise UsageError("Comparing takes two runs or more.", hint="millstream compare RUN RUN…")

    def documents(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
        return [_show(connection, store, _resolve(connection, name)) for name in names]

    return comparison(store, query(store, documents))


def _show(connection: duckdb.DuckDBPyConnection, store: Store, run: str) -> dict[str, Any]:
    records = _records_of(connection, store, run)
    [(status, error)] = connection.execute("select status, error from runs where run = ? limit 1", [run]).fetchall()
    return document(store, run, records, status, json.loads(error) if error else None)


def records_of(store: Store, run: str) -> list[dict[str, Any]]:
    """The records of a run, oldest first; nothing else is read. ``run`` as :func:`find_run` takes it."""
    return query(store, lambda connection: _records_of(connection, store, _resolve(connection, run)))


def _records_of(connection: duckdb.DuckDBPyConnection, store: Store, run: str) -> list[dict[str, Any]]:
    names = connection.execute("select id || '.' || kind from records where run = ? order by id", [run]).fetchall()
    return [record for (name,) in names if (record := store.log.get(name)) is not None]


def packages(store: Store, pipeline: str) -> dict[str, str]:
    """The packages, and their versions, that the pipeline's steps imported when they last ran without an error."""
    text = """
        select e.package, arg_max(e.version, s.started) from step_runs s join runs r using (run)
        join environments e on e.environment = s.environment
        where r.pipeline = ? and s.error is null group by e.package order by e.package"""
    return dict(query(store, lambda connection: connection.execute(text, [pipeline]).fetchall()))


def versions(store: Store, pipeline: str | None = None) -> list[dict[str, Any]]:
    """The promoted versions of one pipeline, or of all, oldest first."""
    columns = ("pipeline", "version", "digest", "path", "note", "notebook", "notebook_digest", "promoted")
    text = "from versions where ? is null or pipeline = ? order by pipeline, version"
    rows = query(store, lambda connection: connection.execute(text, [pipeline, pipeline]).fetchall())
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return [{**each, "promoted": _iso(each["promoted"])} for each in found]


def sql(store: Store, text: str) -> dict[str, Any]:
    """The answer to a user's own query, ``{"columns": […], "rows": [[…]]}``; it can only read, and only the index.

    Raises UsageError for what is not one ``select``, or DuckDB does not accept.
    """
    return query_alone(store, lambda connection: _ask(connection, text))


def _ask(connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any]:
    import duckdb

    try:
        statements = connection.extract_statements(text)
        if len(statements) != 1 or statements[0].type not in (
            duckdb.StatementType.SELECT,
            duckdb.StatementType.EXPLAIN,
        ):
            raise UsageError("Only one query that reads is allowed here.", hint="It begins with select, from or with.")
        answer = connection.execute(statements[0])
        columns = [name for name, *_ in answer.description or ()]
        return {"columns": columns, "rows": [list(row) for row in answer.fetchall()]}
    except duckdb.Error as error:
        raise UsageError(
            f"DuckDB does not accept the query: {error}", hint="`millstream store sql` lists the tables."
        ) from error


__all__ = ["compare", "find_run", "packages", "records_of", "runs", "show", "sql", "versions"]
