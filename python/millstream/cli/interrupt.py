"""Ctrl-C: the first asks the run to end cleanly, the second ends at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from millstream.cli.output import is_terminal

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_EXIT_CODE = 130


@contextmanager
def interruptible(announce: Callable[[], None]) -> Iterator[None]:
    """While the block lasts, SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt once; the next one ends the process.

    ``announce`` is called inside the signal handler, so it must take no lock. SIGINT is taken even where it was
    ignored (a shell does that to what it starts in the background): a run must always be cancellable. An ignored
    SIGHUP stays ignored, as ``nohup`` means it.
    """
    asked = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            _end_at_once()
        asked = True
        announce()
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if number == signal.SIGINT or handler is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_at_once() -> None:
    """Leave without clean-up; kernels notice that their parent is gone, the store that the run never ended."""
    if is_terminal(sys.stderr):
        os.write(2, b"\x1b[?25h\n")  # the cursor, which the live display hides
    os._exit(_EXIT_CODE)
