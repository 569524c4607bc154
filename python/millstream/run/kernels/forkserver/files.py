"""What the disk says of the modules in memory: changed since, or hidden by others of the same name."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Stamps = dict[str, tuple[int, int] | None]


def stamps(modules: set[str]) -> Stamps:
    """Modification time (ns) and size of the files that these modules were loaded from."""
    files = {}
    for name in modules:
        # not getattr: a lazily loading module would take it as the sign to load
        path = getattr(sys.modules.get(name), "__dict__", {}).get("__file__")
        if isinstance(path, str):
            files[path] = stamp(path)
    return files


def stamp(path: str) -> tuple[int, int] | None:
    """Modification time (ns) and size of a file; None when it cannot be found."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def changed(old: Stamps) -> str | None:
    """The first file that is no longer as it was."""
    for path, before in old.items():
        if stamp(path) != before:
            return path
    return None


def installation() -> Stamps:
    """What tells that a package was installed or removed: the package folders and the path files in them."""
    found: Stamps = {sys.executable: stamp(sys.executable)}
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages"):
            found[folder] = stamp(folder)
            found.update((entry.path, stamp(entry.path)) for entry in _entries(folder) if entry.name.endswith(".pth"))
    return found


def _entries(folder: str) -> list[Any]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def shadowed(folder: str, names: set[str]) -> str | None:
    """A name among ``names`` that a program in ``folder`` would import from there instead."""
    for entry in _entries(folder):
        name, _, suffix = entry.name.partition(".")
        if name in names and (suffix == "py" or suffix.endswith("so") or os.path.isfile(entry.path + "/__init__.py")):
            return str(name)
    return None


def own_folders() -> list[str]:
    """Folders that the user put on the path: those outside the Python installation."""
    inside = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    return [folder for folder in sys.path if folder and not folder.startswith(inside)]
