"""What several commands share: ``--json``, the project of the current folder, examples printed as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def examples(*lines: str) -> str:
    """An epilog that shows the lines verbatim."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def json_option(command: F) -> F:
    """Add ``--json``: one document on standard output, everything else on standard error."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")(command)


def run_options(command: F) -> F:
    """Add what every command that runs a notebook takes: parameters, kernel, how many steps side by side."""
    options = [
        click.option("-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE",
                     help="Set a parameter; may be repeated. VALUE is a number, True, False, None or else text."),
        click.option("-f", "--parameters-file", "file", metavar="FILE",
                     help="Take parameters from a YAML or JSON file; -p goes before it."),
        click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Run at most N steps side by side."),
        click.option("--kernel", metavar="NAME", help="Use this kernel instead of the one that the notebook names."),
        click.option("--fresh-kernels", is_flag=True,
                     help="Start every kernel anew instead of from one that is kept ready."),
        click.option("--suggest", is_flag=True, help="Run a notebook without tags in suggested steps."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def project() -> Path:
    """The project that the current folder belongs to."""
    from millstream.service import find_project

    return find_project(Path.cwd())
