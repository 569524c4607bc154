"""What the kernel says of this process: threads, children, open files."""

from __future__ import annotations

import contextlib
import os
import threading
import warnings

# jemalloc (in pyarrow) stops this thread around a fork by handlers of its own, and does without it in the child
THREADS_SAFE_TO_LEAVE = {"jemalloc_bg_thd"}


def quiet_fork() -> int:
    """``os.fork()``, without the warning of Python 3.12 and later about threads: they have been checked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()


def threads_left() -> list[str]:
    """Names of the threads that would be lost in a fork.

    OpenBLAS starts its threads when it is loaded, stops them before any fork and starts them again when they are
    needed, so what counts is what is left after a trial fork.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        pid = quiet_fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    native = sorted(name for name in _thread_names() if name not in THREADS_SAFE_TO_LEAVE)
    python = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    return python or native


def _thread_names() -> list[str]:
    names = []
    for task in os.listdir("/proc/self/task"):
        if int(task) != os.getpid():
            try:
                with open(f"/proc/self/task/{task}/comm") as file:
                    names.append(file.read().strip())
            except OSError:
                pass  # ended in the meantime
    return names


def has_children() -> bool:
    """Whether this process has children, ended or not."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def open_files() -> dict[int, str]:
    """The open files of this process: number → what it is."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the one that listdir itself had open
            found[int(name)] = os.readlink("/proc/self/fd/" + name)
    return found


def is_shared(target: str) -> bool:
    """Whether two forked kernels would disturb each other through an open file, given what it is."""
    return not target.startswith("/") or (target.startswith("/dev/") and target not in {"/dev/null", "/dev/urandom"})
