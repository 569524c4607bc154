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


def project() -> Path:
    """The project that the current folder belongs to."""
    from millstream.service import find_project

    return find_project(Path.cwd())
