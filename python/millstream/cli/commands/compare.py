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
def compare(runs: tuple[str, ...], as_json: bool) -> None:
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
    _side_by_side("parameter", found["parameters"], found["runs"], words.value)
    _side_by_side("metric", found["metrics"], found["runs"], words.value, delta=True)
    _side_by_side("step", found["seconds"], found["runs"], words.seconds)
    changed = {name: values for name, values in found["environment"].items() if len(set(map(str, values))) > 1}
    _side_by_side("environment", changed, found["runs"], words.value)
    data = {f"{item['step']}: {item['name']}": _digests(item["digests"]) for item in found["data"] if item["changed"]}
    _side_by_side("data that differs", data, found["runs"], words.value)
    _put_code(found["code"])
    _put_same(found, changed)


def _side_by_side(
    what: str,
    items: dict[str, list[Any]],
    runs: list[str],
    show: Callable[[Any], str],
    *,
    delta: bool = False,
) -> None:
    from millstream.cli.tables import put_table

    if not items:
        return
    extra = ["change"] if delta and len(runs) == 2 else []
    rows = [[name, *map(show, values), *(_delta(values) for _ in extra)] for name, values in items.items()]
    put_table([what, *runs, *extra], rows, right=[*runs, *extra])
    put()


def _delta(values: list[Any]) -> str:
    if any(isinstance(item, bool) or not isinstance(item, int | float) for item in values):
        return ""
    return "=" if values[0] == values[1] else f"{values[1] - values[0]:+.6g}"


def _digests(digests: list[str | None]) -> list[str | None]:
    return [digest[:12] if digest else None for digest in digests]


def _put_code(code: list[dict[str, Any]]) -> None:
    for step in code:
        if step["changed"]:
            put(f"code of step {clean(step['step'])}:")
            for line in clean(step["diff"]).splitlines():
                put(f"  {line}")
            put()


def _put_same(found: dict[str, Any], environment: dict[str, list[Any]]) -> None:
    same = []
    if not any(step["changed"] for step in found["code"]):
        same.append("code")
    if not any(item["changed"] for item in found["data"]):
        same.append("data")
    if not environment:
        same.append("environment")
    if same:
        put(f"the same: {', '.join(same)}")
