"""The index: DuckDB tables made from the records, brought up to date when someone asks, and never the only copy."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from millstream.errors import StoreError
from millstream.store import engine
from millstream.store.files import UNWRITABLE, reporting
from millstream.store.ingest import create, refresh, usable

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from millstream.store.store import Store

T = TypeVar("T")
Ask = Callable[["duckdb.DuckDBPyConnection"], T]

_HINT = "Delete index.duckdb: it is made anew from the records, which hold everything."
_PATIENCE = 120.0  # seconds for the lock: a rebuild of a long history by another process takes some of them


def query(store: Store, ask: Ask[T]) -> T:
    """What ``ask`` says of an index that holds every record there is.

    A missing or damaged index is made anew from the records; where the store cannot be written, one is made in memory.
    """
    import duckdb

    if not (store.root / "format").exists():
        return _in_memory(store, ask)
    try:
        with _locked(store.root):
            try:
                return _from_file(store, ask)
            except (duckdb.Error, _AnotherSchema) as error:
                if _unwritable(error):
                    raise
                engine.forget()
                _replace(store)
                return _from_file(store, ask)
    except (OSError, duckdb.Error) as error:
        if not _unwritable(error):
            path = store.root / "index.duckdb"
            raise StoreError(f"The index {path} cannot be used: {error}", hint=_HINT, path=str(path)) from error
        engine.forget()
    return _in_memory(store, ask)


def query_alone(store: Store, ask: Ask[T]) -> T:
    """As :func:`query`, on a connection of its own that reads this index and nothing else: for a user's own SQL."""
    import duckdb

    if not (store.root / "format").exists():
        return _alone_in_memory(store, ask)
    query(store, lambda _: None)
    path = store.root / "index.duckdb"
    try:
        with _locked(store.root), contextlib.closing(duckdb.connect(path, read_only=True, config=_ALONE)) as connection:
            return ask(connection)
    except (OSError, duckdb.Error):
        return _alone_in_memory(store, ask)


def _alone_in_memory(store: Store, ask: Ask[T]) -> T:
    import duckdb

    with contextlib.closing(duckdb.connect(":memory:")) as connection:
        create(connection)
        refresh(connection, store.log)
        for name, value in _ALONE.items():
            connection.execute(f"set {name} = {value}")
        return ask(connection)


_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "lock_configuration": True,
}


def rebuild(store: Store) -> int:
    """Makes the index anew; the number of records in it. Raises StoreError when it cannot be written."""
    import duckdb

    path = store.root / "index.duckdb"
    try:
        with reporting("rebuild the index", path), _locked(store.root):
            _replace(store)
            return _from_file(store, _count)
    except duckdb.Error as error:
        raise StoreError(f"Cannot rebuild the index {path}: {error}", hint=_HINT, path=str(path)) from error


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select count(*) from records").fetchone()
    return int(row[0]) if row else 0


def _from_file(store: Store, ask: Ask[T]) -> T:
    path = store.root / "index.duckdb"
    if not path.exists():
        _replace(store)
    with engine.attached(path) as connection:
        if not usable(connection):
            raise _AnotherSchema
        refresh(connection, store.log)
        return ask(connection)


def _in_memory(store: Store, ask: Ask[T]) -> T:
    with engine.attached(None) as connection:
        create(connection)
        refresh(connection, store.log)
        return ask(connection)


def _replace(store: Store) -> None:
    """A new index beside, then in the place of, the one there may be."""
    target = store.root / "index.duckdb"
    aside = store.root / "tmp" / f"index-{secrets.token_hex(6)}.duckdb"
    try:
        aside.parent.mkdir(exist_ok=True)
        with engine.attached(aside) as connection:
            create(connection)
            refresh(connection, store.log)
            connection.execute("checkpoint")
        target.with_name("index.duckdb.wal").unlink(missing_ok=True)  # it belongs to the one that goes
        os.replace(aside, target)
    finally:
        for rest in (aside, aside.with_name(f"{aside.name}.wal")):
            rest.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    import filelock

    lock = filelock.FileLock(root / "runtime" / "index.lock", thread_local=False)
    try:
        (root / "runtime").mkdir(exist_ok=True)
        with lock.acquire(timeout=_PATIENCE, poll_interval=0.005):
            yield
    except filelock.Timeout as error:
        raise StoreError(
            f"Another process has held the index of {root} for over {_PATIENCE:.0f} seconds.",
            hint="End it, or wait and try again.",
            path=lock.lock_file,
        ) from error


def _unwritable(error: Exception) -> bool:
    """Whether the file is not to be blamed but the disk, full or read-only."""
    if isinstance(error, OSError):
        return error.errno in UNWRITABLE
    return any(os.strerror(number).lower() in str(error).lower() for number in UNWRITABLE)


class _AnotherSchema(Exception):
    """The index is of another version of Millstream."""


__all__ = ["query", "query_alone", "rebuild"]
