"""What files and folders were before code changed them, so that the change can be taken back.

One line of JSON a change, written before it happens: a kernel that dies leaves a journal that holds.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterable
from json import dumps, loads
from operator import itemgetter
from pathlib import Path
from typing import Any

from millstream.artifacts.objects import ObjectFolder

Entry = dict[str, Any]


class Journal:
    """A journal kept at each of ``paths``; contents are kept in ``objects``."""

    def __init__(self, paths: Iterable[Path], objects: ObjectFolder) -> None:
        self.paths = tuple(paths)
        self.objects = objects
        self._known: set[str] = set()

    def before_change(self, path: str) -> None:
        """Note what a file is now, the first time it is asked; a folder, or nothing, is noted as such."""
        if path in self._known:
            return
        self._known.add(path)
        content = self.objects.put_file(Path(path)) if os.path.isfile(path) else None
        line = dumps({"path": path, "content": content, "folder": os.path.isdir(path), "time": time.time_ns()}) + "\n"
        for journal in self.paths:
            journal.parent.mkdir(parents=True, exist_ok=True)
            with journal.open("a", encoding="utf-8") as file:
                file.write(line)

    def hand_on(self, paths: Iterable[Path]) -> None:
        """Go on at ``paths``, which are given all that was noted so far."""
        noted = [path.read_text(encoding="utf-8") for path in self.paths if path.exists()]
        for path in self.paths:
            path.unlink(missing_ok=True)
        self.paths = tuple(paths)
        for journal in self.paths if noted else ():
            journal.parent.mkdir(parents=True, exist_ok=True)
            with journal.open("a", encoding="utf-8") as file:
                file.write(noted[0])


def take_back(paths: Iterable[Path], objects: ObjectFolder) -> list[str]:
    """Make everything in the journals at ``paths`` what it was; the files that were put back, or removed."""
    known = [path for path in paths if path.exists()]
    lines = [loads(line) for path in known for line in path.read_text(encoding="utf-8").splitlines()]
    first: dict[str, Entry] = {}
    for entry in sorted(lines, key=itemgetter("time")):
        first.setdefault(entry["path"], entry)  # another kernel may have changed it again
    entries = list(first.values())
    for entry in entries:
        if entry["folder"]:
            Path(str(entry["path"])).mkdir(parents=True, exist_ok=True)
    for entry in sorted(entries, key=lambda e: -len(str(e["path"]))):  # what is in a folder before the folder
        with contextlib.suppress(OSError):
            _put_back(entry, objects)
    for path in known:
        path.unlink()
    return sorted(str(entry["path"]) for entry in entries if not entry["folder"])


def _put_back(entry: Entry, objects: ObjectFolder) -> None:
    path, content = Path(str(entry["path"])), entry["content"]
    if content is not None:
        write_whole(path, objects.get(str(content)))
    elif entry["folder"]:
        return
    else:
        remove(path)


def remove(path: Path) -> None:
    """Remove a file or an empty folder, where it is there and may be removed."""
    with contextlib.suppress(OSError):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def write_whole(path: Path, content: bytes) -> None:
    """Give a file that content at once, whoever reads it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    aside.write_bytes(content)
    aside.replace(path)
