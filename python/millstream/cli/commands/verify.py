"""``millstream verify``: the proof that the pipeline means what the notebook means."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, run_options
from millstream.cli.output import clean, put, put_json

_EXIT_CODES = {"equal": 0, "nondeterministic": 0, "cancelled": 130}
_VERDICTS = {
    "equal": "equal: the pipeline gives what the notebook gives",
    "nondeterministic": "what differs also differs between two straight runs: set the seeds to have it proven",
    "different": "different: the pipeline does not give what the notebook gives",
    "refused": "refused: the notebook does not run",
    "cancelled": "cancelled",
}


@click.command(epilog=examples("millstream verify flights.ipynb", "millstream verify flights.ipynb -p month 2"))
@click.argument("notebook")
@run_options
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    *,
    notebook: str,
    given: tuple[tuple[str, str], ...],
    file: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Prove that the pipeline gives what the notebook gives.

    Runs the notebook straight and as a pipeline, and compares every value, metric and file that they leave. Exit code
    1 when the pipeline is at fault.
    """
    from millstream import service
    from millstream.cli.parameters import gather
    from millstream.cli.progress import followed
    from millstream.cli.summary import say_failure

    parameters = gather(file, given)
    with followed(notebook) as listen:
        found = service.verify(notebook, parameters=parameters, on_event=listen, **options)
    say_failure(found["error"], notebook)
    if as_json:
        put_json(found)
    else:
        put_verdict(found)
    ctx.exit(_EXIT_CODES.get(found["verdict"], 1))


def put_verdict(found: dict[str, Any]) -> None:
    """Print what differs or cannot be compared, the names of what is equal, and the verdict."""
    from millstream.cli.tables import put_table

    rows = [(kind, row) for kind in ("values", "metrics", "files") for row in found[kind]]
    if open_rows := [(kind, row) for kind, row in rows if not row["equal"]]:
        table = [
            [row["name"], kind.removesuffix("s"), _mark(row), words.value(row["straight"]),
             words.value(row["pipeline"]), row["note"]] for kind, row in open_rows
        ]  # fmt: skip
        headers = ["name", "kind", "outcome", "straight", "pipeline", "note"]
        put_table(headers, table, fold=["name", "straight", "pipeline", "note"])
        put()
    for kind in ("values", "metrics", "files"):
        if same := [row["name"] for row in found[kind] if row["equal"]]:
            put(f"equal {kind}: {words.names(same)}")
    if found["put_back"]:
        put(f"put back after the first run: {words.names(found['put_back'])}")
    put(f"{clean(_VERDICTS.get(found['verdict'], found['verdict']))}, in {words.seconds(found['seconds'])}")


def _mark(row: dict[str, Any]) -> str:
    if row["equal"] is None:
        return "? unknown"
    return "~ unsteady" if row.get("nondeterministic") else "✗ differs"
