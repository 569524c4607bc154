"""The folder that holds the sockets: the user's own, closed to everyone else, and checked to be so."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from millstream.errors import KernelError

LONGEST_SOCKET = 100  # bytes; a UNIX socket's path must fit in 108
LONGEST_NAME = 40  # the longest file name that is put there


def runtime_folder() -> Path:
    """The folder for sockets and connection files, made when missing.

    ``MILLSTREAM_RUNTIME_DIR``, else ``millstream`` in ``XDG_RUNTIME_DIR``, else ``millstream-UID`` in the temporary
    folder. Raises ``KernelError`` when it belongs to someone else, is open to others, or its path is too long.
    """
    folder = _wanted()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _check(folder)
    return folder


def _wanted() -> Path:
    asked = os.environ.get("MILLSTREAM_RUNTIME_DIR")
    if asked:
        return Path(asked).absolute()
    session = os.environ.get("XDG_RUNTIME_DIR")
    if session and os.access(session, os.W_OK):
        return Path(session) / "millstream"
    return Path(tempfile.gettempdir()) / f"millstream-{os.geteuid()}"


def _check(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise KernelError(
            f"{folder} must be a folder of yours that nobody else can enter.",
            hint=f"Remove it, or run: chmod 700 {folder}",
            path=str(folder),
        )
    if len(os.fsencode(folder)) + LONGEST_NAME > LONGEST_SOCKET:
        raise KernelError(
            f"The path {folder} is too long to hold sockets.",
            hint="Set MILLSTREAM_RUNTIME_DIR to a shorter one.",
            path=str(folder),
        )
