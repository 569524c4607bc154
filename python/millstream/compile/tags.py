"""Cell tags: what they are called, what they mean, which names a step may have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from millstream.records import Cell, Diagnostic

SET_UP = ("parameters", "imports", "functions")
ALIASES = {"pipeline-parameters": "parameters", "pipeline-metrics": "metrics"}
PREFIXES = {"step": "step", "block": "step", "after": "after", "prev": "after"}
KALE = ("image", "limit", "label", "annotation", "secret", "cache", "report", "notebook")
STEP_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CellTags:
    """The tags of one cell, understood. ``role`` is one of parameters, imports, functions, skip, or None."""

    role: str | None = None
    step: str | None = None
    after: tuple[str, ...] = ()
    metrics: bool = False
    predict: bool = False
    volatile: bool = False


def is_step_name(name: str) -> bool:
    """Whether ``name`` can be a step's: letters, digits, ``_`` and ``-``, at most 64, not starting with a digit."""
    return STEP_NAME.fullmatch(name) is not None


def suggest_name(name: str) -> str:
    """The nearest legal step name."""
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:64]
    return cleaned if is_step_name(cleaned) else f"step_{cleaned}"[:64].rstrip("_-")


def read_tags(cell: Cell) -> tuple[CellTags, list[Diagnostic]]:
    """Understand a cell's tags; what contradicts or cannot be understood is a diagnostic."""
    found: list[Diagnostic] = []
    roles: list[str] = []
    steps: list[str] = []
    after: list[str] = []
    flags: set[str] = set()
    for tag in cell.tags:
        plain = ALIASES.get(tag.strip(), tag.strip())
        kind, colon, name = plain.partition(":")
        if plain in (*SET_UP, "skip"):
            roles.append(plain)
        elif plain in ("metrics", "predict", "volatile"):
            flags.add(plain)
        elif colon and PREFIXES.get(kind) == "step":
            steps.append(name)
        elif colon and PREFIXES.get(kind) == "after":
            after.append(name)
        elif colon and kind in KALE:
            found.append(_kale(cell, tag))
    found += _conflicts(cell, roles, steps) + _illegal(cell, [*steps, *after])
    legal = [name for name in steps if is_step_name(name)]
    return CellTags(
        role=roles[0] if roles else None,
        step=legal[0] if legal and not roles else None,
        after=tuple(name for name in after if is_step_name(name)),
        **dict.fromkeys(flags, True),
    ), found


def _kale(cell: Cell, tag: str) -> Diagnostic:
    return Diagnostic(
        code="MS302", severity="hint", cell=cell.index,
        message=f"The tag {tag!r} has a meaning in Kale and none here; it is kept and ignored.",
    )  # fmt: skip


def _conflicts(cell: Cell, roles: list[str], steps: list[str]) -> list[Diagnostic]:
    claims = list(dict.fromkeys([*roles, *(f"step:{name}" for name in steps)]))
    if len(claims) < 2:
        return []
    return [
        Diagnostic(
            code="MS111",
            severity="error",
            cell=cell.index,
            message=f"A cell can have one place only, and this one is tagged {', '.join(map(repr, claims))}.",
            hint="Remove all but one of these tags.",
        )
    ]


def _illegal(cell: Cell, names: Iterable[str]) -> list[Diagnostic]:
    return [
        Diagnostic(
            code="MS105",
            severity="error",
            cell=cell.index,
            message=f"{_short(name)} cannot be the name of a step.",
            hint="Use letters, digits, '_' and '-', starting with a letter, at most 64 characters"
            f"; for example {suggest_name(name)!r}.",
        )
        for name in names
        if not is_step_name(name)
    ]


def _short(name: str) -> str:
    return repr(name) if len(name) <= 60 else f"{name[:57]!r}… ({len(name)} characters)"
