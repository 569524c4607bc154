"""Dates: from when to when, in which steps, and where steps are missing."""

from __future__ import annotations

import itertools
import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from millstream.statistics.kinds import Column

_UNITS = ((6 * 3600, "second"), (14 * 86400, "minute"), (3 * 366 * 86400, "hour"), (80 * 366 * 86400, "day"))
"""The finest unit in which a range of so many seconds has no more than about 25,000 steps; months beyond."""
_LARGEST = 5
_STEPS = (
    (1, "second"), (60, "minute"), (3600, "hour"), (86400, "day"), (7 * 86400, "week"), (30.44 * 86400, "month"),
    (365.25 * 86400, "year"),
)  # fmt: skip


def gaps(
    connection: duckdb.DuckDBPyConnection, column: Column, low: float | None, high: float | None
) -> dict[str, Any] | None:
    """The usual ``step`` between one time and the next, and the ``gaps`` that are half as long again or longer.

    ``largest`` names what is on both sides of the longest ones. None where fewer than three times are different.
    """
    if low is None or high is None:
        return None
    unit = next((name for span, name in _UNITS if high - low <= span), "month")
    moment = column.ref if column.type in ("DATE", "TIMESTAMP") else f"{column.ref}::timestamp"
    text = f"select distinct epoch(date_trunc('{unit}', {moment})) as t from data where isfinite({moment}) order by t"  # noqa: S608
    times = [time for (time,) in connection.execute(text).fetchall()]
    if len(times) < 3:
        return None
    usual = statistics.median(after - before for before, after in itertools.pairwise(times))
    wide = [
        (after - before, before, after) for before, after in itertools.pairwise(times) if after - before >= 1.5 * usual
    ]
    longest = sorted(wide, key=lambda gap: (-gap[0], gap[1]))[:_LARGEST]
    return {
        "unit": unit,
        "step": _words(usual),
        "step_seconds": usual,
        "gaps": len(wide),
        "largest": [
            {"after": _text(before), "before": _text(after), "length": _words(length)}
            for length, before, after in longest
        ],
    }


def _words(seconds: float) -> str:
    """A span as people say it: ``1 day``, ``2.5 hours``."""
    size, name = next(((size, name) for size, name in reversed(_STEPS) if seconds >= 0.9 * size), _STEPS[0])
    number = f"{round(seconds / size, 1):g}"
    return f"{number} {name}" if number == "1" else f"{number} {name}s"


def _text(seconds: float) -> str:
    text = moment(seconds) or ""
    return text.removesuffix(" 00:00:00")


def moment(seconds: float) -> str | None:
    """A time as text, None outside the years that calendars of Python have."""
    from datetime import datetime, timedelta

    try:
        return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat(" ", timespec="seconds")  # noqa: DTZ001
    except OverflowError:
        return None


__all__ = ["gaps", "moment"]
