"""``millstream run``: a notebook or a promoted pipeline, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

import click

from millstream.cli.options import examples, json_option, run_options
from millstream.cli.output import clean, put, put_json
from millstream.errors import UsageError

_EXIT_CODES = {"succeeded": 0, "cancelled": 130}


@click.command(
    epilog=examples(
        "millstream run flights.ipynb",
        "millstream run flights.ipynb -p month 2 -p test_share 0.25",
        "millstream run pipelines/flights -f params.yaml --step train",
        "millstream run flights.ipynb --explain",
        "millstream run flights.ipynb --json | jq .metrics",
    )
)
@click.argument("target", metavar="NOTEBOOK_OR_PIPELINE")
@run_options
@click.option("--step", metavar="NAME", help="Run this step and what it needs, no more.")
@click.option("--no-cache", is_flag=True, help="Run every step, whatever was kept of earlier runs.")
@click.option("--keep", type=click.Choice(["needed", "all"]), default="needed", show_default=True,
              help="Keep the values that cross a border between steps, or every value that a step leaves.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Say for each step why it would run or not; run nothing.")
@click.option("--events", metavar="FILE", hidden=True, help="Append each event as one line of JSON.")
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    /,
    *,
    target: str,
    given: tuple[tuple[str, str], ...],
    file: str | None,
    no_cache: bool,
    explain: bool,
    events: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Run a notebook or a promoted pipeline, step by step.

    What did not change since an earlier run is taken from the cache. A failed step names its cell, and the next run
    starts at it.
    """
    from millstream import service
    from millstream.cli.parameters import gather
    from millstream.cli.progress import followed
    from millstream.cli.summary import put_run, say_run_failure

    parameters = gather(file, given)
    if explain:
        options = {name: value for name, value in options.items() if name not in ("jobs", "fresh_kernels")}
        put_explained(service.explain(target, parameters=parameters, cache=not no_cache, **options), as_json=as_json)
        return
    with recording(events) as record, followed(target, record) as listen:
        result = service.run(target, parameters=parameters, cache=not no_cache, on_event=listen, **options)
    say_run_failure(result, target)
    if as_json:
        put_json(result)
    else:
        put_run(result, target)
    ctx.exit(_EXIT_CODES.get(result["status"], 1))


def put_explained(found: dict[str, Any], *, as_json: bool) -> None:
    """Print why each step would run or not."""
    if as_json:
        put_json(found)
        return
    for step in found["steps"]:
        verb = {"cached": "is cached", "runs": "runs", "depends": "may run"}[step["status"]]
        put(f"{clean(step['name'])} {verb}: {clean(step['reason'])}")


@contextmanager
def recording(path: str | None) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Append events to the file, one line of JSON each, whole lines only whichever threads they come from."""
    lock = Lock()
    with _opened(path) as file:

        def write(event: dict[str, Any]) -> None:
            line = json.dumps(event, ensure_ascii=False, default=str) + "\n"
            with lock:
                file.write(line)
                file.flush()

        yield write if file else _ignore


def _opened(path: str | None) -> Any:
    if path is None:
        return nullcontext()
    try:
        return Path(path).open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror}.", hint="Give --events a file.") from None


def _ignore(_event: dict[str, Any]) -> None:
    """Nobody asked for the events."""
