"""What files and folders were before code changed them, so that the change can be taken back.

One line of JSON a change, written before it happens: a kernel that dies leaves a journal that holds.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path

from millstream.artifacts.objects import ObjectFolder


class Journal:
    """The journal at ``path``; contents are kept in ``objects``."""

    def __init__(self, path: Path, objects: ObjectFolder) -> None:
        self.path = path
        self.objects = objects
        self._known: set[str] = set()

    def before_change(self, path: str) -> None:
        """Note what a file is now, the first time it is asked; a folder, or nothing, is noted as such."""
        if path in self._known:
            return
        self._known.add(path)
        content = self.objects.put_file(Path(path)) if os.path.isfile(path) else None
        self._write({"path": path, "content": content, "folder": os.path.isdir(path)})

    def _write(self, entry: dict[str, str | bool | None]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def take_back(path: Path, objects: ObjectFolder) -> list[str]:
    """Make everything in the journal at ``path`` what it was; the files that were put back, or removed."""
    if not path.exists():
        return []
    first: dict[str, dict[str, str | bool | None]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        first.setdefault(entry["path"], entry)  # another kernel may have changed it again
    entries = list(first.values())
    for entry in entries:
        if entry["folder"]:
            Path(str(entry["path"])).mkdir(parents=True, exist_ok=True)
    for entry in sorted(entries, key=lambda e: -len(str(e["path"]))):  # what is in a folder before the folder
        with contextlib.suppress(OSError):
            _put_back(entry, objects)
    path.unlink()
    return sorted(str(entry["path"]) for entry in entries if not entry["folder"])


def _put_back(entry: dict[str, str | bool | None], objects: ObjectFolder) -> None:
    path, content = Path(str(entry["path"])), entry["content"]
    if content is not None:
        write_whole(path, objects.get(str(content)))
    elif entry["folder"]:
        return
    elif path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Give a file that content at once, whoever reads it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    aside.write_bytes(content)
    aside.replace(path)
