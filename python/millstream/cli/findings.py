"""Diagnostics as compilers print them: where, code, message, the line with a caret, the way out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from millstream.cli.output import clean, one_line, put, say, styled

_COLOURS = {"error": "red", "warning": "yellow", "hint": "cyan"}


def put_diagnostics(diagnostics: Iterable[dict[str, Any]], *, notebook: str | Path | None) -> None:
    """Print diagnostics to standard output, as the result of ``check``."""
    _print(diagnostics, notebook, put, sys.stdout)


def say_diagnostics(diagnostics: Iterable[dict[str, Any]], *, notebook: str | Path | None) -> None:
    """Print diagnostics to standard error, beside a result that is something else."""
    _print(diagnostics, notebook, say, sys.stderr)


def place(notebook: str | Path | None, cell: int | None, line: int | None = None, column: int | None = None) -> str:
    """``flights.ipynb:cell 4:3:7``, as far as it is known; the column, counted from 0, is shown from 1."""
    parts = [clean(notebook)] if notebook is not None else []
    if cell is not None:
        parts.append(f"cell {cell}")
        if line is not None:
            parts.append(str(line))
            if column is not None:
                parts.append(str(column + 1))
    return ":".join(parts)


def excerpt(notebook: str | Path | None, cell: int | None, line: int | None, column: int | None = None) -> list[str]:
    """The source line with its number and a caret under the column; nothing where the line cannot be had."""
    from millstream.diagnostics import excerpt as shown

    lines = shown(_source(notebook, cell), line, column).splitlines()
    return [f"{line if number == 0 else '':>5} | {clean(text)}" for number, text in enumerate(lines)]


def _print(
    diagnostics: Iterable[dict[str, Any]], notebook: str | Path | None, write: Callable[[str], None], stream: IO[str]
) -> None:
    for found in diagnostics:
        where = place(notebook, found["cell"], found["line"], found["column"])
        kind = styled(f"{found['code']} {found['severity']}", stream, fg=_COLOURS.get(found["severity"]), bold=True)
        write(f"{styled(where, stream, bold=True)}: {kind}: {one_line(found['message'], 400)}")
        for line in excerpt(notebook, found["cell"], found["line"], found["column"]):
            write(line)
        if found["hint"]:
            write(f"{'':>5} = {styled('hint', stream, fg='cyan')}: {one_line(found['hint'], 400)}")


def _source(notebook: str | Path | None, cell: int | None) -> str:
    if notebook is None or cell is None:
        return ""
    try:
        source = json.loads(Path(notebook).read_text(encoding="utf-8-sig"))["cells"][cell]["source"]
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return "".join(source) if isinstance(source, list) else str(source)
