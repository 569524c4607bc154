"""``millstream show``: one run."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import clean, one_line, put, put_json


@click.command(epilog=examples("millstream show last", "millstream show 20261124-1815 --json | jq .artifacts"))
@click.argument("run")
@json_option
def show(*, run: str, as_json: bool) -> None:
    """Show one run: steps, metrics, artifacts, environment.

    RUN is a run's id, the beginning of one, or `last`.
    """
    from millstream import service

    found = service.show(project(), run)
    if as_json:
        put_json(found)
    else:
        put_show(found)


def put_show(found: dict[str, Any]) -> None:
    """Print a run with everything that is kept of it."""
    from millstream.cli.summary import put_steps

    _put_facts(found)
    put()
    put_steps(found["steps"])
    if error := found["error"]:
        put()
        step = f" in step {clean(error['step'])}" if error.get("step") else ""
        put(f"error {error['code']}{step}: {clean(error['message'])}")
    _put_data(found)
    packages = found["environment"].pop("packages", {})
    put()
    put(f"environment: {words.pairs(found['environment'])}")
    put(f"packages: {words.pairs(packages)}")


def _put_data(found: dict[str, Any]) -> None:
    from millstream.cli.tables import put_table

    for what, label, kind in (("artifacts", "name", "type"), ("files", "path", "mode")):
        if items := found[what]:
            put()
            rows = [[each[label], each["step"], each[kind] or words.NOTHING, words.size(each["bytes"]),
                     (each["digest"] or words.NOTHING)[:12]] for each in items]  # fmt: skip
            put_table([what, "step", kind, "size", "digest"], rows, right=["size"], fold=[what, kind])


def _put_facts(found: dict[str, Any]) -> None:
    version = "" if found["version"] is None else f", version {found['version']}"
    git, notebook = found["git"], found["notebook"]
    facts = {
        "run": found["run"],
        "pipeline": f"{one_line(found['pipeline'] or words.NOTHING)}{version}",
        "status": found["status"],
        "started": words.moment(found["started"]),
        "ended": words.moment(found["ended"]),
        "time": words.seconds(found["seconds"]),
        "notebook": f"{one_line(notebook['path'])} ({notebook['digest'][:12]})" if notebook else words.NOTHING,
        "git": f"{git['commit'][:12]}{', with changes' if git['dirty'] else ''}" if git else words.NOTHING,
        "parameters": words.pairs(found["parameters"]),
        "metrics": words.pairs(found["metrics"]),
    }
    for name, text in facts.items():
        put(f"{name:<11} {text}")
