"""Durations, sizes, values and cells in the words that the tables and messages use."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from datetime import datetime

from millstream.cli.output import clean, one_line

NOTHING = "-"


def seconds(value: float | None) -> str:
    """A duration: ``0.42 s``, ``12.3 s``, ``2 min 05 s``, ``1 h 03 min``."""
    if value is None:
        return NOTHING
    if value < 10:
        return f"{value:.2f} s"
    if value < 59.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def clock(value: float) -> str:
    """Elapsed time as a clock shows it: ``0:07``, ``1:02:03``."""
    minutes, rest = divmod(int(value), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def size(count: int | None) -> str:
    """A number of bytes: ``512 B``, ``1.4 MB``."""
    if count is None:
        return NOTHING
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def moment(iso: str | None) -> str:
    """A time in UTC as ISO 8601 has it, in the local zone and to the second."""
    if not iso:
        return NOTHING
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return one_line(iso)


def value(item: object, limit: int = 60, digits: int = 6) -> str:
    """A parameter or metric: numbers to so many digits, lists and mappings as JSON, the rest as text."""
    if isinstance(item, float):
        return f"{item:.{digits}g}"
    if isinstance(item, list | dict):
        return one_line(json.dumps(item, ensure_ascii=False, default=str), limit)
    return one_line(item, limit)


def pairs(items: dict[str, object], limit: int = 60, digits: int = 6) -> str:
    """``month=2, test_share=0.25``, or a dash where there is nothing."""
    return ", ".join(f"{one_line(name, 40)}={value(item, limit, digits)}" for name, item in items.items()) or NOTHING


def names(items: Iterable[object]) -> str:
    """``flights, weather``, or a dash where there is nothing."""
    return ", ".join(one_line(item, 60) for item in items) or NOTHING


def cells(indexes: Iterable[int]) -> str:
    """``3-5, 8`` for the cells 3, 4, 5 and 8."""
    groups: list[list[int]] = []
    for index in sorted(indexes):
        if groups and index == groups[-1][-1] + 1:
            groups[-1].append(index)
        else:
            groups.append([index])
    return ", ".join(f"{group[0]}-{group[-1]}" if len(group) > 1 else str(group[0]) for group in groups) or NOTHING


def count(number: int, thing: str) -> str:
    """``1 step``, ``6 steps``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def call(*arguments: str) -> str:
    """A command to copy, quoted for a shell where a name needs it."""
    return clean(shlex.join(["millstream", *arguments]))
