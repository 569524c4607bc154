"""Where and with what a run happens: git, Python, the packages of a kernel's environment."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import re
import secrets
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def kernel_environment() -> dict[str, str]:
    """The variables a kernel starts with: ours, text that has the same hash each time, and threads that wait asleep.

    The order of a set of text follows from the hashes, which Python else draws anew in each process: two steps, or
    two runs, would not agree. OpenMP's threads spin for a while when they have nothing to do; beside other steps that
    takes the cores from those that have. Their number stays as it is: with another, sums come out differently.
    """
    return {"PYTHONHASHSEED": "0", "OMP_WAIT_POLICY": "PASSIVE", **os.environ}


def git_state(folder: Path) -> dict[str, Any] | None:
    """The commit and whether tracked files differ from it; None outside a repository."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "dirty": bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607
            cwd=folder, capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def here() -> dict[str, Any]:
    """The machine and the person."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid()) if hasattr(os, "getuid") else "unknown"
    return {
        "user": user,
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
    }


def package_versions(site: Iterable[str], modules: Iterable[str], cache: Path) -> dict[str, str]:
    """Distribution → version for the top-level ``modules``, read from the ``site`` folders of an environment.

    The map of a whole environment takes most of a second to make, so it is kept in ``cache`` until a folder changes.
    """
    folders = [Path(folder) for folder in site if Path(folder).is_dir()]
    stamp = hashlib.sha256(repr([(str(f), f.stat().st_mtime_ns) for f in folders]).encode()).hexdigest()[:24]
    path = cache / f"environment-{stamp}.json"
    try:
        owners = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        owners = _owners(folders)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{secrets.token_hex(6)}.tmp")  # steps side by side share the process
        aside.write_text(json.dumps(owners), encoding="utf-8")
        aside.replace(path)
    return dict(sorted((name, version) for module in modules for name, version in owners.get(module, ())))


def _owners(folders: Iterable[Path]) -> dict[str, list[list[str]]]:
    """Top-level module → [[distribution, version], …]."""
    owners: dict[str, list[list[str]]] = {}
    for folder in folders:
        for info in sorted(folder.glob("*.dist-info")):
            match = re.fullmatch(r"(.+)-([^-]+)\.dist-info", info.name)
            if match:
                name, version = match.groups()
                for module in _top_level(info):
                    owners.setdefault(module, []).append([name.replace("_", "-").lower(), version])
    return owners


def _top_level(info: Path) -> set[str]:
    try:
        lines = (info / "RECORD").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    found = set()
    for line in lines:
        first, _, rest = line.partition(",")[0].partition("/")
        if first.endswith((".dist-info", ".data")) or first in ("..", "__pycache__"):
            continue
        if rest or first.endswith((".py", ".so")):
            found.add(first.split(".")[0])
    return found
