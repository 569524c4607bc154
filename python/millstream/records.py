"""The words of Millstream as values: frozen, keyword-only, one name for a thing everywhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "hint"]
RunStatus = Literal["succeeded", "failed", "refused", "cancelled", "running"]
StepStatus = Literal["ran", "cached", "failed", "not run", "running"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic:
    """One finding about a notebook.

    ``cell`` is the index among all cells from 0, ``line`` from 1 within the cell, ``column`` from 0; each is None
    where the finding is about the whole notebook.
    """

    code: str
    severity: Severity
    message: str
    cell: int | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The diagnostic as every face shows it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell of a notebook: its index among all cells from 0, its kind, source and tags."""

    index: int
    kind: Literal["code", "markdown", "raw"]
    source: str
    tags: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: its cells in the order of the notebook, the names it needs from earlier steps and those it gives."""

    name: str
    cells: tuple[int, ...]
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The step as ``millstream check --json`` shows it."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """``target`` needs ``names`` from ``source``; no names where only an order (tag ``after``) is meant."""

    source: str
    target: str
    names: tuple[str, ...] = field(default=())
