"""The end of a kernel: what a notebook can see of an interpreter's end, without what only takes time.

Tearing down an interpreter with the large libraries loaded takes longer than starting a kernel did: every page of
memory that it shares with the template is written to, so copied. What can be seen is done: threads that are not
daemons are waited for, exit handlers run, the notebook's objects are destroyed, files written, and the native
libraries' own exit handlers run.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import sys
import threading
from typing import Any


def end(app: Any) -> None:
    """End this process with status 0; returns only where native exit handlers cannot be called."""
    _let_control_finish(app)
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as the interpreter's end begins
    atexit._run_exitfuncs()  # noqa: SLF001 - as it goes on
    try:
        import ctypes  # before modules are emptied: one of them may be what watches imports
    except ImportError:
        ctypes = None  # type: ignore[assignment]
    _destroy(app.shell)
    _flush()
    if ctypes is None:
        return
    # with the interpreter's lock held, so that no thread runs on meanwhile
    ctypes.PyDLL(None).exit(0)


def _let_control_finish(app: Any) -> None:
    """Wait for the thread that answers the request to shut down, which is writing out what was printed.

    An exit handler of ipykernel ends the thread that it writes to; it would wait for that until somebody kills the kernel.
    """
    loop = getattr(getattr(app, "control_thread", None), "io_loop", None)
    if loop is not None:
        idle = threading.Event()
        loop.add_callback(idle.set)
        idle.wait(2)


def _destroy(shell: Any) -> None:
    """Let go of what the notebook made: its namespace, its outputs, its own modules."""
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        setattr(sys, name, None)
    history = getattr(shell, "history_manager", None)
    if history is not None:
        history.output_hist.clear()
    shell.last_execution_result = None
    own = [name for name, module in sys.modules.items() if name == "__main__" or _is_users(module)]
    for name in reversed(own):
        _clear(getattr(sys.modules[name], "__dict__", {}))
    gc.collect()


def _is_users(module: Any) -> bool:
    path = getattr(module, "__dict__", {}).get("__file__")
    return isinstance(path, str) and not path.startswith((sys.prefix, sys.base_prefix, sys.exec_prefix, "/usr/"))


def _clear(members: dict[str, Any]) -> None:
    """Empty a module as the interpreter's end does: names with one underscore first, builtins never."""
    for private in (True, False):
        for name in list(members):
            if name != "__builtins__" and (name[:1] == "_" and name[:2] != "__") == private:
                members[name] = None


def _flush() -> None:
    """Write out files that are open still, which their destruction would do."""
    for each in gc.get_objects():
        if isinstance(each, (io.BufferedWriter, io.BufferedRandom, io.TextIOWrapper)):
            with contextlib.suppress(OSError, ValueError):  # closed, or not for writing
                each.flush()
