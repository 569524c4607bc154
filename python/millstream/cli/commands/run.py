"""``millstream run``: a notebook or a promoted pipeline, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import click

from millstream.cli.options import examples, json_option
from millstream.cli.output import put_json
from millstream.errors import UsageError

_EXIT_CODES = {"succeeded": 0, "cancelled": 130}


@click.command(
    epilog=examples(
        "millstream run flights.ipynb",
        "millstream run flights.ipynb -p month 2 -p test_share 0.25",
        "millstream run pipelines/flights -f params.yaml --step train",
        "millstream run flights.ipynb --json | jq .metrics",
    )
)
@click.argument("target", metavar="NOTEBOOK_OR_PIPELINE")
@click.option("-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE",
              help="Set a parameter; may be repeated. VALUE is a number, True, False, None or else text.")  # fmt: skip
@click.option("-f", "--parameters-file", "file", metavar="FILE",
              help="Take parameters from a YAML or JSON file; -p goes before it.")  # fmt: skip
@click.option("--step", metavar="NAME", help="Run this step and what it needs, no more.")
@click.option("--no-cache", is_flag=True, help="Run every step, whatever was kept of earlier runs.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Run at most N steps side by side.")
@click.option("--keep", type=click.Choice(["needed", "all"]), default="needed", show_default=True,
              help="Keep the values that cross a border between steps, or every value that a step leaves.")  # fmt: skip
@click.option("--kernel", metavar="NAME", help="Use this kernel instead of the one that the notebook names.")
@click.option("--fresh-kernels", is_flag=True, help="Start every kernel anew instead of from one that is kept ready.")
@click.option("--events", metavar="FILE", hidden=True, help="Append each event as one line of JSON.")
@json_option
@click.pass_context
def run(ctx: click.Context, /, *, target: str, as_json: bool, **options: Any) -> None:
    """Run a notebook or a promoted pipeline, step by step.

    What did not change since an earlier run is taken from the cache. A failed step names its cell, and the next run
    starts at it.
    """
    result = follow(target, **options)
    from millstream.cli.summary import put_run, say_run_failure

    say_run_failure(result, target)
    if as_json:
        put_json(result)
    else:
        put_run(result, target)
    ctx.exit(_EXIT_CODES.get(result["status"], 1))


def follow(
    target: str,
    *,
    given: tuple[tuple[str, str], ...],
    file: str | None,
    step: str | None,
    no_cache: bool,
    jobs: int | None,
    keep: str,
    kernel: str | None,
    fresh_kernels: bool,
    events: str | None,
) -> dict[str, Any]:
    """Run the target with its progress on standard error; the run document."""
    from millstream import service
    from millstream.cli.interrupt import interruptible
    from millstream.cli.parameters import gather
    from millstream.cli.progress import following

    parameters = gather(file, given)
    with ExitStack() as stack:
        listeners = [stack.enter_context(recording(Path(events)))] if events else []
        progress = stack.enter_context(following(target))
        stack.enter_context(interruptible(progress.cancelling))
        return service.run(
            target, parameters=parameters, step=step, cache=not no_cache, jobs=jobs, keep=keep, kernel=kernel,
            fresh_kernels=fresh_kernels, on_event=_all([*listeners, progress.show]),
        )  # fmt: skip


def _all(listeners: list[Callable[[dict[str, Any]], None]]) -> Callable[[dict[str, Any]], None]:
    def tell(event: dict[str, Any]) -> None:
        for listener in listeners:
            listener(event)

    return tell


@contextmanager
def recording(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Append events to the file, one line of JSON each, whole lines only whichever threads they come from."""
    lock = Lock()
    try:
        file = path.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror}.", hint="Give --events a file.") from None
    with file:

        def write(event: dict[str, Any]) -> None:
            line = json.dumps(event, ensure_ascii=False, default=str) + "\n"
            with lock:
                file.write(line)
                file.flush()

        yield write
