"""``millstream reproduce``: a recorded run, run again and compared."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import clean, one_line, put, put_json, say

_EXIT_CODES = {"reproduced": 0, "cancelled": 130}


@click.command(epilog=examples("millstream reproduce last --here", "millstream reproduce 20261124-1815"))
@click.argument("run")
@click.option("--here", is_flag=True, help="Run in the present environment, and say how it differs.")
@json_option
@click.pass_context
def reproduce(ctx: click.Context, /, *, run: str, here: bool, as_json: bool) -> None:
    """Run a recorded run again, and compare it with its record.

    RUN is a run's id, the beginning of one, or `last`. The code, the parameters and the files are those of the record,
    in a scratch copy of the project; the packages are installed anew by uv, in the recorded versions. No cache is
    used and none of your files is changed. Exit code 0 when every value, metric and file is the same.
    """
    from millstream import reproduction
    from millstream.cli.progress import followed

    with followed(f"{run}, again") as listen:
        found = reproduction.reproduce(project(), run, here=here, on_event=listen)
    if as_json:
        put_json(found)
    else:
        put_reproduction(found)
    ctx.exit(_EXIT_CODES.get(found["verdict"], 1))


def put_reproduction(found: dict[str, Any]) -> None:
    """Print a line a step, what differs, how the environment does, and the verdict."""
    for text in found["messages"]:
        say(f"note: {clean(text)}")
    if found["steps"]:
        _put_steps(found["steps"])
        put()
    if wrong := [row for row in found["values"] if not row["equal"]]:
        _put_differences(wrong)
        put()
    if found["put_back"]:
        put(f"put back after the run: {words.names(found['put_back'])}")
    if found["environment"] and (other := found["environment"]["differences"]):
        put("other packages: " + ", ".join(
            f"{one_line(e['name'])} {one_line(e['recorded'])} → {one_line(e['present'] or 'none')}" for e in other
        ))  # fmt: skip
    put(_verdict(found))
    if found["verdict"] == "cannot" and found["hint"]:
        put(clean(found["hint"]))


def _put_steps(steps: list[dict[str, Any]]) -> None:
    from millstream.cli.tables import put_table

    marks = {"reproduced": "✓ reproduced", "differs": "✗ differs", "not run": "- not run"}
    rows = [
        [step["name"], marks[step["verdict"]], f"{step['compared'] - step['different']}/{step['compared']}",
         words.seconds(step["seconds"]), _why(step)] for step in steps
    ]  # fmt: skip
    headers = ["step", "verdict", "the same", "time", "why"]
    put_table(headers, rows, right=["the same", "time"], fold=["step", "why"])


def _why(step: dict[str, Any]) -> str:
    if step["verdict"] != "differs":
        return ""
    because = [f"it was given other {words.names(step['because'])}"] if step["because"] else []
    unsteady = [f"known to be unsteady: {'; '.join(step['nondeterministic'])}"] if step["nondeterministic"] else []
    return "; ".join([*because, *unsteady]) or "nothing in its code is known to be unsteady"


def _put_differences(rows: list[dict[str, Any]]) -> None:
    from millstream.cli.tables import put_table

    table = [
        [
            row["step"],
            row["kind"],
            row["name"],
            *(_short(row[side], row["kind"]) for side in ("recorded", "rerun")),
            row["note"],
        ]
        for row in rows
    ]
    headers = ["step", "kind", "name", "recorded", "now", "note"]
    put_table(headers, table, fold=["step", "name", "recorded", "now", "note"])


def _short(value: Any, kind: str) -> str:
    """A value in few words; of a digest its beginning."""
    if isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef"):
        return value[:12]
    return words.NOTHING if value is None else words.value(value, 200 if kind == "step" else 40)


def _verdict(found: dict[str, Any]) -> str:
    took = words.seconds(found["seconds"])
    match found["verdict"]:
        case "reproduced":
            if not found["values"]:
                return f"reproduced: every step ran again; the record has no value to compare, in {took}"
            failed = [one_line(row["step"]) for row in found["values"] if row["kind"] == "step"]
            what = f"step {failed[0]} fails as it did then" if failed else "everything is as recorded"
            return f"reproduced: {what}, {words.count(len(found['values']), 'thing')} compared, in {took}"
        case "differs":
            first = found["first"]
            return f"differs, first in step {one_line(first['step'])}: {first['kind']} {one_line(first['name'])}, in {took}"
        case "cannot":
            return f"cannot be reproduced: {clean(found['reason'])}"
    return "cancelled"
