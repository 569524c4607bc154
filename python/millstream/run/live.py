"""The kernels of a run that are alive, so that a cancelled run leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import Any


class Live:
    """Kernel managers, added from the threads that start kernels, ended from the one that hears Ctrl-C."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self._managers: list[Any] = []
        self._lock = threading.Lock()

    def add(self, manager: Any) -> None:
        """Note a kernel's manager."""
        with self._lock:
            self._managers.append(manager)

    def cancel(self) -> None:
        """Kill every kernel, now."""
        self.cancelled.set()
        with self._lock:
            for manager in self._managers:
                _kill(manager)


def _kill(manager: Any) -> None:
    """End a kernel's process from another thread than the one whose event loop its manager belongs to."""
    pid = getattr(getattr(manager, "provisioner", None), "pid", None)
    if isinstance(pid, int):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
