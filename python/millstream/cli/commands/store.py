"""``millstream store``: the records behind the history, checked, indexed anew, queried."""

from __future__ import annotations

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import clean, put, put_json

_TABLES = """
select table_name as "table", string_agg(column_name, ', ' order by ordinal_position) as columns
from information_schema.columns group by table_name order by table_name
"""


@click.group(
    epilog=examples("millstream store check", "millstream store sql", "millstream store sql 'from runs limit 3' --json")
)
def store() -> None:
    """Check, rebuild or query the store."""


@store.command(epilog=examples("millstream store check"))
@json_option
@click.pass_context
def check(ctx: click.Context, /, *, as_json: bool) -> None:
    """Read everything that is kept and say what is damaged or missing.

    Exit code 1 when something is.
    """
    from millstream import service

    problems = service.store_check(project())
    if as_json:
        put_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            put(", ".join(f"{name}: {clean(text)}" for name, text in problem.items()))
        put(words.count(len(problems), "problem") if problems else "ok: nothing is damaged, nothing is missing")
    ctx.exit(1 if problems else 0)


@store.command(epilog=examples("millstream store rebuild"))
@json_option
def rebuild(*, as_json: bool) -> None:
    """Make the index of the history anew from the records.

    Nothing is lost by it: the records are the truth.
    """
    from millstream import service

    records = service.store_rebuild(project())
    if as_json:
        put_json({"records": records})
    else:
        put(f"the index is made anew from {words.count(records, 'record')}")


@store.command(epilog=examples("millstream store sql", "millstream store sql 'from runs limit 3' --json"))
@click.argument("query", required=False)
@json_option
def sql(*, query: str | None, as_json: bool) -> None:
    """Query the history in DuckDB's SQL.

    Without a query, lists the tables and their columns. A query can only read.
    """
    from millstream import service
    from millstream.cli.tables import put_table

    answer = service.store_sql(project(), query or _TABLES)
    if as_json:
        put_json(answer)
    else:
        columns = answer["columns"]
        put_table(columns, [[_cell(item) for item in row] for row in answer["rows"]], fold=columns)


def _cell(item: object) -> str:
    return words.NOTHING if item is None else words.value(item, 1000)
