"""The roles that a process takes on, one after the other."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import traceback
from typing import TYPE_CHECKING, Union

from .kernel import Kernel
from .server import Server, log
from .template import Template

if TYPE_CHECKING:
    Role = Union[Server, Template, Kernel]  # noqa: UP007 - read by Python 3.8 too


def main(listening: int) -> None:
    """Be the server; in a forked child, a template; in a child of that, a kernel."""
    config = json.load(sys.stdin)
    os.set_inheritable(listening, False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.chdir("/")
    gc.disable()
    _reset_signals()
    role: Role | None = Server(config, socket.socket(fileno=listening))
    while role is not None and not isinstance(role, Kernel):
        role = _play(role)
    if role is not None:
        role.run()  # from here, so that a cell has as many frames below it as in a fresh kernel


def _reset_signals() -> None:
    """Whatever the starter ignores, a kernel ignores only if its own client does."""
    for number in signal.valid_signals():
        if signal.getsignal(number) == signal.SIG_IGN and number not in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _play(role: Server | Template) -> Role | None:
    try:
        return role.run()
    except Exception:  # noqa: BLE001 - the last resort of a process without a terminal: its log
        log(traceback.format_exc())
        raise SystemExit(1) from None
