"""``millstream check``: how a notebook becomes a pipeline, and what is in the way."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option
from millstream.cli.output import put, put_json


@click.command(
    epilog=examples(
        "millstream check flights.ipynb",
        "millstream check flights.ipynb --json | jq .steps",
        "millstream check untagged.ipynb --suggest",
    )
)
@click.argument("notebook")
@click.option("--suggest", is_flag=True, help="Suggest steps for a notebook without tags.")
@click.option("--accept", is_flag=True, help="Write the suggested steps into the notebook, as tags.")
@json_option
@click.pass_context
def check(ctx: click.Context, /, *, notebook: str, suggest: bool, accept: bool, as_json: bool) -> None:
    """Say how a notebook becomes a pipeline, and what is in the way.

    Prints the steps with what each needs and gives, the parameters and metrics, and the diagnostics with the cell and
    line. Nothing is run. Exit code 1 when there is an error.
    """
    from millstream import service

    found = service.accept(notebook) if accept else service.check(notebook, suggest=suggest)
    if as_json:
        put_json(found)
    else:
        put_check(found, notebook)
        if found["suggestions"]:
            put(f"The steps are suggestions. Make them tags: {words.call('check', notebook, '--accept')}")
    ctx.exit(0 if found["ok"] else 1)


def put_check(found: dict[str, Any], notebook: str) -> None:
    """Print a check document for a person."""
    from millstream.cli.findings import put_diagnostics
    from millstream.cli.tables import put_table

    if found["steps"]:
        rows = [
            [step["name"], words.cells(step["cells"]), *(words.names(step[key]) for key in ("needs", "gives", "after"))]
            for step in found["steps"]
        ]
        put_table(["step", "cells", "needs", "gives", "after"], rows, fold=["needs", "gives", "after"])
        put()
        put(f"parameters: {words.pairs(found['parameters'])}")
        put(f"metrics: {words.names(found['metrics'])}")
    if found["diagnostics"]:
        put()
        put_diagnostics(found["diagnostics"], notebook=notebook)
    put()
    put(_verdict(found, notebook))


def _verdict(found: dict[str, Any], notebook: str) -> str:
    kinds = [item["severity"] for item in found["diagnostics"]]
    counts = ", ".join(words.count(kinds.count(kind), kind) for kind in ("error", "warning", "hint") if kind in kinds)
    if not found["ok"]:
        return f"not runnable yet: {counts or 'no steps'}. `millstream explain CODE` says more about a code."
    steps = words.count(len(found["steps"]), "step")
    run = words.call("run", notebook, *(["--suggest"] if found["suggestions"] else []))
    return f"ok: {steps}, {counts or 'nothing in the way'}. Next: {run}"
