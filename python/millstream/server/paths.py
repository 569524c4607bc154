"""Paths of Jupyter's contents API, and the files they stand for: nothing outside of what the server shows."""

from __future__ import annotations

from pathlib import Path

from millstream.errors import NotFoundError


def notebook_file(root: Path, path: str) -> Path:
    """The file of a contents path. Raises NotFoundError where there is none, or it leads out of ``root``."""
    try:
        found = (root / path.strip("/")).resolve()
        inside = found.is_relative_to(root) and found.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, a null byte, a lone surrogate, a loop of links
        inside = False
    if not inside:
        raise NotFoundError(
            f"There is no notebook {path[:200]!r} in the folder that this server shows.",
            hint="Give the path as the file browser shows it, from the top folder.",
        )
    return found


def contents_path(root: Path, path: str | Path) -> str | None:
    """The contents path of a file or folder, None where it is outside of ``root``."""
    try:
        return Path(path).resolve().relative_to(root).as_posix()
    except (OSError, ValueError, RuntimeError):
        return None


__all__ = ["contents_path", "notebook_file"]
