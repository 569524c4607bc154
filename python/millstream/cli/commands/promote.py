"""``millstream promote``: a notebook's pipeline, written and registered."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option
from millstream.cli.output import clean, put, put_json


@click.command(
    epilog=examples(
        "millstream promote flights.ipynb",
        'millstream promote flights.ipynb --name delays --note "weather joined by hour"',
    )
)
@click.argument("notebook")
@click.option("--name", metavar="NAME", help="The pipeline's name; the notebook's where none is given.")
@click.option("--note", metavar="TEXT", help="What is new in this version.")
@click.option("--verify", is_flag=True, help="Run it straight and as a pipeline first, and record how they compare.")
@json_option
def promote(*, notebook: str, name: str | None, note: str | None, verify: bool, as_json: bool) -> None:
    """Write a notebook's pipeline to pipelines/NAME and register its version.

    Promoting the same code again changes nothing and gives the same version.
    """
    from millstream import service
    from millstream.cli.findings import say_diagnostics
    from millstream.cli.progress import followed

    with followed(notebook) as listen:
        result = service.promote(notebook, name=name, note=note, verify=verify, on_event=listen)
    say_diagnostics([each for each in result["diagnostics"] if each["severity"] != "hint"], notebook=notebook)
    if as_json:
        put_json(result)
    else:
        put_promotion(result)


def put_promotion(result: dict[str, Any]) -> None:
    """Print what was written where, and the command that runs it."""
    which = f"{clean(result['pipeline'])} version {result['version']}"
    put(
        f"promoted {which} ({result['digest'][:12]})"
        if result["created"]
        else f"unchanged: the code is that of {which}"
    )
    if result["verified"]:
        put(f"verified: {result['verified']}")
    put(f"in {clean(result['path'])}:")
    for file in result["files"]:
        put(f"  {clean(file)}")
    put(f"Next: {words.call('run', result['path'])}")
