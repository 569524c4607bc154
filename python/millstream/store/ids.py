"""Names of records: ordered by time, unique across processes and machines."""

from __future__ import annotations

import re
import secrets
import threading
import time
from datetime import UTC, datetime
from functools import lru_cache

#: The file of a record: its id, its kind.
FILE = re.compile(r"[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{8}\.[a-z][a-z-]*\.json")


class _Clock:
    """Milliseconds that never go back within a process, with a count of those given within one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def tick(self) -> tuple[int, int]:
        """Milliseconds since the epoch and a count below 65536; greater at each call."""
        with self._lock:
            self._last = max(self._last + 1, (time.time_ns() // 1_000_000) << 16)
            return self._last >> 16, self._last & 0xFFFF


_clock = _Clock()


def new_id() -> str:
    """48 bits of milliseconds since the epoch, a counter within this process, 32 random bits; in hexadecimal.

    Later calls in one process give greater ids, also when the clock is set back.
    """
    milliseconds, count = _clock.tick()
    return f"{milliseconds:012x}-{count:04x}-{secrets.token_hex(4)}"


def id_of(name: str) -> str:
    """The id in a record's name."""
    return name.partition(".")[0]


def kind_of(name: str) -> str:
    """The kind in a record's name."""
    return name.partition(".")[2]


@lru_cache(maxsize=4096)
def _month(hour: int) -> str:
    return f"{datetime.fromtimestamp(hour * 3600, UTC):%Y%m}"


def month(name: str) -> str:
    """The folder of a record of that name or id, ``YYYYMM`` in UTC."""
    return _month(int(name[:12], 16) // 3_600_000)


def timestamp() -> str:
    """Now, as records write times: ISO 8601, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


__all__ = ["FILE", "id_of", "kind_of", "month", "new_id", "timestamp"]
