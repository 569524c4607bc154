"""Traps: notebooks of a few cells that a pipeline easily gets wrong, and how they are written."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

Cells = list[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Trap:
    """One notebook. ``expected`` is ``equal``, or the code with which it must be refused."""

    name: str
    cells: Cells
    expected: str


def traps(text: str) -> list[Trap]:
    """Read traps: ``## name [→ CODE]`` begins one, ``#: tag, tag`` each of its cells."""
    found = []
    for part in re.split(r"^## ", textwrap.dedent(text), flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        name, _, code = head.partition(" → ")
        found.append(Trap(name=name.strip(), cells=_cells(body), expected=code.strip() or "equal"))
    return found


def _cells(body: str) -> Cells:
    cells: Cells = []
    for part in re.split(r"^#:", body, flags=re.MULTILINE)[1:]:
        tags, _, source = part.partition("\n")
        cells.append((source.strip("\n"), *(tag.strip() for tag in tags.split(",") if tag.strip())))
    return cells
