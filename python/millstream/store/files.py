"""Writing files so that they are whole or absent, and turning the system's errors into ours."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from millstream.errors import StoreError

_HINTS = {
    errno.ENOSPC: "The disk is full: free some space, or put the store elsewhere with MILLSTREAM_HOME.",
    errno.EDQUOT: "Your disk quota is used up: free some space, or put the store elsewhere with MILLSTREAM_HOME.",
    errno.EROFS: "The file system is read-only: put the store elsewhere with MILLSTREAM_HOME.",
    errno.EACCES: "Ask for the right to write there, or put the store elsewhere with MILLSTREAM_HOME.",
    errno.EPERM: "Ask for the right to write there, or put the store elsewhere with MILLSTREAM_HOME.",
    errno.ENOTDIR: "A file stands where a folder is needed: move it away, or set MILLSTREAM_HOME to a folder.",
    errno.EEXIST: "A file stands where a folder is needed: move it away, or set MILLSTREAM_HOME to a folder.",
}
#: What keeps a store from being written while it can still be read.
UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})


@contextlib.contextmanager
def reporting(action: str, path: Path) -> Iterator[None]:
    """Turns an OSError of the body into a StoreError that names the path, the reason and the way out."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = _HINTS.get(error.errno or 0, "Check the path and its permissions, or set MILLSTREAM_HOME.")
        raise StoreError(f"Cannot {action} {path}: {reason}.", hint=hint, path=str(path)) from error


def sync_folder(folder: Path) -> None:
    """Makes the folder's entries durable; nothing where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot
            raise
    finally:
        os.close(handle)


def write_durably(temporary: Path, target: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Writes ``data`` aside, fsyncs and renames it: ``target`` holds all of it or is not there. Raises OSError."""
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        try:
            _write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def make_folder(folder: Path) -> None:
    """Creates the folder and its parents, durably. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


__all__ = ["UNWRITABLE", "make_folder", "reporting", "sync_folder", "write_durably"]
