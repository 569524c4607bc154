"""DuckDB, opened for moments: one instance a process, to which an index is attached and from which it is detached.

Attaching takes 1 ms, where opening a database of its own takes 25.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_LOG_LIMIT = 1 << 17  # bytes of changes that each opening replays before they are folded into the file
_names = itertools.count()
_guard = threading.Lock()
_instances: dict[int, duckdb.DuckDBPyConnection] = {}


@contextlib.contextmanager
def attached(path: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose default database is the file ``path``, or one in memory; gone when the body ends.

    Raises duckdb.Error when the file cannot be opened as a database.
    """
    connection = _instance().cursor()
    name = f"index_{next(_names)}"
    try:
        where = ":memory:" if path is None else str(path).replace("'", "''")
        connection.execute(f"attach '{where}' as {name}")
        try:
            connection.execute(f"use {name}")
            yield connection
        finally:
            with contextlib.suppress(_errors()):
                connection.execute("rollback")
            if path is not None and _size(path.with_name(f"{path.name}.wal")) > _LOG_LIMIT:
                connection.execute("checkpoint")
            connection.execute("use memory")
            connection.execute(f"detach {name}")
    finally:
        connection.close()


def forget() -> None:
    """Drops the process's instance: after an internal error DuckDB refuses everything until then."""
    with _guard:
        _instances.pop(os.getpid(), None)


def _instance() -> duckdb.DuckDBPyConnection:
    """The instance of this process; a forked child makes its own, and never touches its parent's."""
    import duckdb

    with _guard:
        pid = os.getpid()
        if pid not in _instances:
            settings: dict[str, str | bool | int | float | list[str]] = {
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "temp_directory": os.path.join(
                    tempfile.gettempdir(), f"millstream-duckdb-{pid}"
                ),  # not the user's folder
            }
            _instances[pid] = duckdb.connect(":memory:", config=settings)
            # 30 ms a change; _LOG_LIMIT says when it is worth them
            _instances[pid].execute("pragma disable_checkpoint_on_shutdown")
        return _instances[pid]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _errors() -> type[Exception]:
    import duckdb

    error: type[Exception] = duckdb.Error
    return error


__all__ = ["attached", "forget"]
