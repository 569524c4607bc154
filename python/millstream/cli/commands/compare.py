"""``millstream compare``: what differs between runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import clean, put, put_json
from millstream.errors import UsageError


@click.command(epilog=examples("millstream compare last 20261124-1815", "millstream compare RUN RUN RUN --json"))
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@json_option
def compare(*, runs: tuple[str, ...], as_json: bool) -> None:
    """Show what differs between runs.

    Parameters, metrics, code, data, environment and times, side by side. RUN is a run's id, the beginning of one, or
    `last`.
    """
    if len(runs) < 2:
        raise UsageError("One run cannot be compared.", hint="Name two or more: millstream compare last RUN.")
    from millstream import service

    found = service.compare(project(), list(runs))
    if as_json:
        put_json(found)
    else:
        put_comparison(found)


def put_comparison(found: dict[str, Any]) -> None:
    """Print the runs side by side; of what is many (code, data, environment) only what differs."""
    runs = [run["run"] for run in found["runs"]]
    environment = {name: values for name, values in found["environment"].items() if differ(values)}
    data = [item for item in found["data"] if item["changed"]]
    code = [step for step in found["code"] if step["changed"]]
    _side_by_side("parameter", found["parameters"], runs, _value)
    _side_by_side("metric", found["metrics"], runs, _value)
    _side_by_side("time of step", found["seconds"], runs, words.seconds)
    _side_by_side("environment", environment, runs, _value)
    _side_by_side("data", {f"{item['step']}: {item['name']}": item["digests"] for item in data}, runs, _digest)
    for step in code:
        put(f"code of step {clean(step['step'])}:")
        for line in clean(step["diff"]).splitlines():
            put(f"  {line}")
        put()
    same = [what for what, differs in (("code", code), ("data", data), ("environment", environment)) if not differs]
    if same:
        put(f"the same: {', '.join(same)}")


def differ(values: list[Any]) -> bool:
    """Whether the runs do not all have the same."""
    return any(value != values[0] for value in values)


def change(values: list[Any]) -> str:
    """What became of a value: the difference of two numbers, ``=``, or that it differs."""
    if not differ(values):
        return "="
    if len(values) == 2 and all(isinstance(item, int | float) and not isinstance(item, bool) for item in values):
        return f"{values[1] - values[0]:+.6g}"
    return "differs"


def _side_by_side(what: str, items: dict[str, list[Any]], runs: list[str], show: Callable[[Any], str]) -> None:
    from millstream.cli.tables import put_table

    extra = ["change"] if show is _value else []
    if items:
        rows = [[name, *map(show, values), *(change(values) for _ in extra)] for name, values in items.items()]
        put_table([what, *runs, *extra], rows, right=[*runs, *extra], fold=[what, *runs])
        put()


def _value(value: Any) -> str:
    return words.NOTHING if value is None else words.value(value)


def _digest(digest: str | None) -> str:
    return digest[:12] if digest else words.NOTHING
