"""Answers of DuckDB as plain JSON: exact where JSON can be, text where it cannot."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

_EXACT = 1 << 53
_LONGEST = 200


def plain(value: Any) -> Any:
    """The value as JSON that JavaScript reads without losing digits; None for what is no number."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value) if Decimal(str(float(value))) == value else str(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    text = f"0x{value[:_LONGEST].hex()}" if isinstance(value, bytes | bytearray) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


__all__ = ["plain"]
