"""Names of records: ordered by time, unique across processes and machines."""

from __future__ import annotations

import re
import secrets
import threading
import time
from datetime import UTC, datetime

PATTERN = re.compile(r"[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{8}")

_lock = threading.Lock()
_last = (0, 0)


def new_id() -> str:
    """48 bits of milliseconds since the epoch, a counter within this process, 32 random bits; in hexadecimal.

    Later calls in one process give greater ids, also when the clock is set back.
    """
    global _last  # noqa: PLW0603 - one clock a process is the point
    with _lock:
        now, (last, count) = time.time_ns() // 1_000_000, _last
        count = 0 if now > last else count + 1
        milliseconds = max(now, last) + (count >> 16)
        _last = (milliseconds, count & 0xFFFF)
        return f"{milliseconds:012x}-{count & 0xFFFF:04x}-{secrets.token_hex(4)}"


def month(record_id: str) -> str:
    """The folder of a record, ``YYYYMM`` in UTC."""
    return f"{datetime.fromtimestamp(int(record_id[:12], 16) / 1000, UTC):%Y%m}"


def timestamp() -> str:
    """Now, as records write times: ISO 8601, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


__all__ = ["PATTERN", "month", "new_id", "timestamp"]
