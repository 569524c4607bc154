"""Pages of the history: an order, and a cursor that stays put while new runs arrive."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from millstream.errors import UsageError
from millstream.store.conditions import Condition

_COLUMNS = {
    "started": ("r.started", "timestamp"),
    "seconds": ("r.seconds", "double"),
    "run": ("r.run", "varchar"),
    "pipeline": ("r.pipeline", "varchar"),
    "version": ("r.version", "integer"),
    "status": ("r.status", "varchar"),
}
_VALUES = {"metric": ("metrics", "value"), "parameter": ("parameters", "number")}
_MAX_CURSOR = 1000


@dataclass(frozen=True, slots=True)
class Order:
    """An order of runs: the expression of its key, the key's SQL type, the join that brings it, and the direction."""

    text: str
    key: str
    type: str
    descending: bool
    join: str = ""
    values: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """The ``order by``; runs without a value come last in both directions."""
        direction = "desc" if self.descending else "asc"
        return f"{self.key} {direction} nulls last, r.run {direction}"

    @property
    def newest_first(self) -> bool:
        """Whether it is the usual order, which has a shortcut."""
        return self.descending and self.key == "r.started"


def order(text: str | None, textual: Collection[str] = ()) -> Order:
    """``started``, ``-metric:auc`` … as an order; newest first by default. Raises UsageError.

    ``textual`` names the parameters that are sorted as text because no run gives them a number.
    """
    text = text or "-started"
    name = text.removeprefix("-")
    kind, _, of = name.partition(":")
    if name in _COLUMNS:
        return Order(text, *_COLUMNS[name], text.startswith("-"))
    if kind in _VALUES and of and len(text) <= 300:
        table, column = _VALUES[kind]
        column, key_type = ("text", "varchar") if kind == "parameter" and of in textual else (column, "double")
        values = f"select run, max({column}) as key from {table} where name = ? group by run"  # noqa: S608 - fixed text
        join = f"left join ({values}) k on k.run = r.run"
        return Order(text, "k.key", key_type, text.startswith("-"), join, (of,))
    raise UsageError(
        f"Runs cannot be sorted by {text[:80]!r}.",
        hint=f"Sort by {', '.join(_COLUMNS)}, metric:NAME or parameter:NAME, with - in front for the greatest first.",
    )


def after(cursor: str | None, by: Order) -> Condition:
    """The condition that leaves the pages up to the cursor out. Raises UsageError for one that we did not give."""
    if cursor is None:
        return Condition("true")
    value, run = _decode(cursor, by)
    beyond = "<" if by.descending else ">"
    if value is None:
        return Condition(f"({by.key} is null and r.run {beyond} ?)", [run])
    key = f"try_cast(? as {by.type})"
    return Condition(
        f"({by.key} {beyond} {key} or ({by.key} = {key} and r.run {beyond} ?) or {by.key} is null)", [value, value, run]
    )


def cursor_at(value: str | None, run: str, by: Order) -> str:
    """The cursor after a run whose key is ``value``, as text."""
    text = json.dumps([by.text, value, run], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, by: Order) -> tuple[str | None, str]:
    content = _content(cursor)
    if len(content) != 3 or not isinstance(content[1], str | None) or not isinstance(content[2], str):
        raise UsageError("The cursor is not one that was given.", hint="Leave it out for the first page.")
    sort, value, run = content
    if sort != by.text:
        raise UsageError(
            f"The cursor belongs to a list sorted by {str(sort)[:80]!r}, not by {by.text!r}.",
            hint="Leave it out for the first page of another order.",
        )
    return value, run


def _content(cursor: str) -> list[Any]:
    """What a cursor holds, nothing when it is none of ours."""
    if len(cursor) > _MAX_CURSOR:
        return []
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        content = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")).decode())
    except (ValueError, RecursionError):
        return []
    return content if isinstance(content, list) else []


__all__ = ["Order", "after", "cursor_at", "order"]
