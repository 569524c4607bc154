"""What a project sets for everyone who works in it: ``millstream.toml``, beside the store and meant for git.

[files]
keep_up_to = "1 GB"    # files that steps read or write are kept up to this size; 0 keeps none
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millstream.errors import UsageError

FILE = "millstream.toml"
_UNITS = {"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """``keep_up_to``: the largest file, in bytes, whose content is kept beside its digest."""

    keep_up_to: int = 10**9


def read_settings(project: Path) -> Settings:
    """The project's settings; the defaults where it has no file of them. Raises UsageError for one that is wrong."""
    path = project / FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", hint="It is a TOML file; docs/statistics.md shows one."
        ) from error
    files = _section(path, content)
    return Settings(keep_up_to=_size(path, files["keep_up_to"])) if "keep_up_to" in files else Settings()


def _section(path: Path, content: dict[str, Any]) -> dict[str, Any]:
    files: Any = content.get("files", {})
    known = isinstance(files, dict) and set(files) <= {"keep_up_to"}
    if not known or set(content) - {"files"}:
        inner = sorted(set(files) - {"keep_up_to"}) if isinstance(files, dict) else []
        odd = [*sorted(set(content) - {"files"}), *(f"files.{name}" for name in inner), "files"]
        raise UsageError(f"{path} sets {odd[0]!r}, which Millstream does not know.", hint="It knows files.keep_up_to.")
    found: dict[str, Any] = files
    return found


def _size(path: Path, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].upper() not in _UNITS:
        raise UsageError(f"{path}: files.keep_up_to is no size: {value!r}.", hint='Such as "1 GB", "500 MB" or 0.')
    return int(float(match[1]) * _UNITS[match[2].upper()])


__all__ = ["FILE", "Settings", "read_settings"]
