"""Where a store is: ``.millstream/`` beside the project, found upwards as ``.git`` is."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from millstream.errors import StoreError
from millstream.store.files import make_folder, reporting, write_durably

FOLDER = ".millstream"
FORMAT = 1
_FOLDERS = ("records", "objects", "objects/tmp", "runs", "cache", "runtime", "tmp")


def find_root(start: Path) -> Path:
    """The project folder of a notebook or folder.

    The nearest folder upwards with ``.millstream/``, else with ``.git``, else the working directory when ``start`` is
    inside it, else ``start`` itself or the folder of the file ``start``.
    """
    start = Path(start).absolute()
    folder = start if start.is_dir() else start.parent
    upwards = (folder, *folder.parents)
    for candidate in upwards:
        if (candidate / FOLDER).is_dir():
            return candidate
    for candidate in upwards:
        if (candidate / ".git").exists():
            return candidate
    here = Path.cwd()
    return here if here in upwards else folder


def store_root(project: Path) -> Path:
    """The folder of the project's store: ``MILLSTREAM_HOME`` when set, else ``.millstream`` in the project."""
    home = os.environ.get("MILLSTREAM_HOME")
    return Path(home).expanduser().absolute() if home else Path(project).absolute() / FOLDER


def prepare(root: Path) -> None:
    """Creates what a store needs under ``root`` unless it is there. Raises StoreError."""
    if check_format(root):
        return
    with reporting("create the store", root):
        for name in _FOLDERS:
            make_folder(root / name)
        _write(root / ".gitignore", b"*\n")
        _write(root / "format", f"{FORMAT}\n".encode())  # last: it says that the rest is there


def check_format(root: Path) -> bool:
    """Whether a store is there, whole; StoreError when a newer Millstream wrote it."""
    try:
        with reporting("read the store", root / "format"):
            text = (root / "format").read_text(errors="replace").strip()
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return False
        raise
    if not text:
        return False  # cut off by a crash: preparing the store again does no harm
    if text != str(FORMAT):
        raise StoreError(
            f"The store {root} has format {text[:20]!r}; this Millstream reads {FORMAT}.",
            hint="Upgrade Millstream, or set MILLSTREAM_HOME to another folder.",
            path=str(root / "format"),
        )
    return True


def _write(path: Path, data: bytes) -> None:
    write_durably(path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp"), path, data)


__all__ = ["FOLDER", "FORMAT", "check_format", "find_root", "prepare", "store_root"]
