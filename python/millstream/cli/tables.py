"""Tables: rich's on a terminal, aligned columns at full width everywhere else, so that grep and cut can have them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Literal
from unicodedata import combining, east_asian_width

from millstream.cli.output import clean, is_terminal, put


def put_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    fold: Sequence[str] = (),
    cut: Sequence[str] = (),
) -> None:
    """Write the rows under their headers to standard output.

    The columns named in ``right`` are right-aligned; where a terminal is narrow, those in ``fold`` take
    more lines and those in ``cut`` lose their end.
    """
    cleaned = [[clean(cell).replace("\n", " ") for cell in row] for row in rows]
    if is_terminal(sys.stdout):
        _put_rich(headers, cleaned, right, fold, cut)
        return
    for line in columns(headers, cleaned, right):
        put(line)


def columns(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> list[str]:
    """The lines of a table of plain text, two spaces between columns."""
    table = [headers, *rows]
    widths = [max(width(row[column]) for row in table) for column in range(len(headers))]
    aligned = [
        [_pad(cell, widths[column], right=headers[column] in right) for column, cell in enumerate(row)] for row in table
    ]
    return ["  ".join(row).rstrip() for row in aligned]


def width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, to: int, *, right: bool) -> str:
    gap = " " * (to - width(text))
    return gap + text if right else text + gap


def _put_rich(
    headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str], fold: Sequence[str], cut: Sequence[str]
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), expand=bool(cut))
    for header in headers:
        justify: Literal["right", "left"] = "right" if header in right else "left"
        overflow: Literal["fold", "ellipsis"] = "ellipsis" if header in cut else "fold"
        ratio = 1 if header in cut else None  # what is cut gives way, and nothing else
        table.add_column(header, justify=justify, overflow=overflow, no_wrap=header not in fold, ratio=ratio)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    # rich takes an empty NO_COLOR for "no colour"; the convention (no-color.org) does not.
    Console(file=sys.stdout, no_color=bool(os.environ.get("NO_COLOR")), highlight=False).print(table)
