"""Which process is this, and is that one still alive: how a run that nobody finished is told from one that runs."""

from __future__ import annotations

import importlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LINUX = Path("/proc/self/stat").exists()


def process_identity(pid: int | None = None) -> dict[str, Any]:
    """What tells this process (or ``pid``, on this machine) from every other, those before a reboot included.

    ``started`` is in clock ticks after boot on Linux, in seconds since the epoch elsewhere; None for a dead process.
    """
    pid = os.getpid() if pid is None else pid
    return {"pid": pid, "host": socket.gethostname(), "boot": _boot(), "started": _started(pid)}


def process_alive(identity: Mapping[str, Any]) -> bool | None:
    """True or False for a process of this machine, None where that cannot be known (another host, no identity)."""
    pid, host = identity.get("pid"), identity.get("host")
    if not isinstance(pid, int) or host != socket.gethostname():
        return None
    if identity.get("boot") != _boot():
        return False
    started = _started(pid)
    return started is not None and started == identity.get("started")


def _boot() -> str:
    if _LINUX:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return str(int(_psutil().boot_time()))


def _started(pid: int) -> float | int | None:
    if _LINUX:
        return _started_on_linux(pid)
    psutil = _psutil()
    try:
        return round(float(psutil.Process(pid).create_time()), 2)
    except psutil.Error:
        return None


def _psutil() -> Any:
    return importlib.import_module("psutil")  # ipykernel, a dependency of ours, brings it


def _started_on_linux(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()  # the command's name may hold spaces and parentheses
    return None if state in "ZX" else int(fields[18])


__all__ = ["process_alive", "process_identity"]
