"""``millstream runs``: the history, newest first."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import put, put_json


@click.command(
    epilog=examples(
        "millstream runs",
        "millstream runs --filter 'pipeline = flights and auc > 0.8' --sort -metric:auc",
        "millstream runs --limit 5 --json | jq '.runs[].metrics'",
    )
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="At most N runs.")
@click.option("--cursor", metavar="C", help="Go on where the list before ended; it says with which C.")
@click.option(
    "--sort",
    metavar="KEY",
    help="started, seconds, run, pipeline, version, status, metric:NAME or parameter:NAME; -KEY: the greatest first.",
)
@click.option(
    "--filter",
    "condition",
    metavar="EXPR",
    help="Only the runs of which this is true, such as 'auc > 0.8 and month = 2'.",
)
@json_option
def runs(*, as_json: bool, condition: str | None, **options: Any) -> None:
    """List the runs, newest first.

    A filter compares fields of a run (pipeline, status, started, seconds, ...), metrics and parameters with =, !=, <,
    <=, >, >= or ~ (contains), joined by and, or, not and parentheses.
    """
    from millstream import service

    page = service.runs(project(), filter=condition, **options)
    if as_json:
        put_json(page)
    else:
        put_runs(page, condition, **options)


def put_runs(page: dict[str, Any], condition: str | None, *, limit: int, cursor: str | None, sort: str | None) -> None:
    """Print a page of history and the command for the next one."""
    from millstream.cli.tables import put_table

    if not page["runs"]:
        put("no runs" if condition or cursor else "no runs yet: millstream run NOTEBOOK makes the first")
        return
    rows = [_row(run, _varying(page["runs"])) for run in page["runs"]]
    put_table(
        ["run", "pipeline", "status", "started", "time", "metrics", "parameters"],
        rows,
        right=["time"],
        cut=["metrics", "parameters"],
    )
    if page["next"]:
        options = {"--limit": str(limit), "--sort": sort, "--filter": condition, "--cursor": page["next"]}
        put(f"more: {words.call('runs', *(part for pair in options.items() if pair[1] for part in pair if part))}")


def _row(run: dict[str, Any], varying: set[str]) -> list[str]:
    parameters = dict(sorted(run["parameters"].items(), key=lambda item: item[0] not in varying))
    return [
        run["run"],
        (run["pipeline"] or words.NOTHING) + ("" if run["version"] is None else f" v{run['version']}"),
        run["status"],
        words.moment(run["started"]),
        words.seconds(run["seconds"]),
        words.pairs(run["metrics"], 12, digits=4),
        words.pairs(parameters, 20),
    ]


def _varying(runs: list[dict[str, Any]]) -> set[str]:
    """The parameters that tell these runs apart; they come first."""
    names = {name for run in runs for name in run["parameters"]}
    return {name for name in names if len({str(run["parameters"].get(name)) for run in runs}) > 1}
