"""A process that has imported what a pipeline's set-up imports, and forks kernels from that."""

from __future__ import annotations

import gc
import glob
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from . import files, imports, process, wire
from .kernel import Kernel, Preloaded, start_time

SPARE_DELAY = 0.05  # seconds: a spare is forked when the kernel just asked for has got going


class Template:
    """Forked from the server, with which it speaks over ``channel``; forks kernels until told to end."""

    def __init__(self, channel: socket.socket, preload: list[str], importer: imports.Importer) -> None:
        self.channel = channel
        self.preload = preload
        self.importer = importer
        self.kernels: dict[int, int] = {}  # connection's file number → pid
        self.connections: dict[int, socket.socket] = {}
        self.clients: dict[int, tuple[int, str]] = {}  # connection's file number → client's pid, connection file
        self.ended: set[int] = set()  # connections told of their kernel's end
        self.dying: set[int] = set()  # kernels that nobody waits for any more
        self.spare: socket.socket | None = None
        self.spare_pid = 0
        self.keeps_spare = True
        self.draining = False  # no more kernels
        self.served = True  # the server is there
        self.names: set[str] = set()
        self.stamps: files.Stamps = {}

    def run(self) -> Kernel | None:
        """Import, then serve. Returns the kernel to become in a forked child, None when the template ends."""
        if not self._import():
            return None
        self._watch_children()
        while not self._finished():
            child = self._turn()
            if child is not None:
                return child
        self._drop_spare()
        return None

    def _import(self) -> bool:
        for name in self.preload:
            self._tell(event="importing", module=name)
            try:
                self.importer.load(name)
            except imports.Unfit as unfit:
                self._tell(event="unfit", module=unfit.module, why=unfit.why)
                return False
        self.names = self.importer.new_modules()
        self.stamps = files.stamps({name for name in sys.modules if name.split(".")[0] in self.names})
        gc.collect()
        gc.freeze()  # the collector of a child leaves these objects, and so the memory they share, alone
        self._tell(event="ready", loaded=self.importer.loaded)
        return True

    def _tell(self, **message: Any) -> None:
        try:
            wire.send(self.channel, message)
        except wire.Closed:
            self.draining = True

    def _watch_children(self) -> None:
        self.woken, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self.woken, False)
        self.wake = wake
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def _finished(self) -> bool:
        return self.draining and not self.kernels

    def _turn(self) -> Kernel | None:
        """Wait for something to happen and deal with it."""
        wants_spare = self.spare is None and self.keeps_spare
        waiting: list[int] = [self.woken, *self.connections]
        if self.served:
            waiting.append(self.channel.fileno())
        ready, _, _ = select.select(waiting, [], [], SPARE_DELAY if wants_spare else None)
        if not ready and wants_spare:
            return self._fork_spare()
        for fd in ready:
            if fd == self.woken:
                os.read(self.woken, 4096)
            elif fd in self.connections:
                self._hung_up(fd)
        self._reap()
        return self._handle() if self.served and self.channel.fileno() in ready else None

    # -- kernels ----------------------------------------------------------------------------------------------------

    def _handle(self) -> Kernel | None:
        try:
            message, fds = wire.receive(self.channel)
        except wire.Closed:
            self.served = self.keeps_spare = False
            self.draining = True  # the server has gone: end with the last kernel
            return None
        if message["op"] == "kernel":
            return self._start(message["request"], fds)
        self._drop_spare()
        self.keeps_spare = False
        if message["op"] == "drain":
            self.draining = True
        elif message["op"] == "kill":
            for pid in self.kernels.values():
                _kill(pid)
        return None

    def _start(self, request: dict[str, Any], fds: list[int]) -> Kernel | None:
        """Turn the spare into the kernel that was asked for."""
        refusal = self._unfit_for(request)
        if refusal:
            self._tell(event="refused", why=refusal)
            _close(fds)
            return None
        if self.spare is None:
            child = self._fork_spare()
            if child is not None:
                _close(fds)
                return child
        if self.spare is not None:
            self._hand_over(self.spare, request, fds)
        return None

    def _hand_over(self, spare: socket.socket, request: dict[str, Any], fds: list[int]) -> None:
        pid, self.spare = self.spare_pid, None
        self.keeps_spare = not self.draining
        connection = socket.socket(fileno=fds[0])
        self._tell(event="taken")
        try:
            answer = {"pid": pid, "loaded": self.importer.loaded, "left_out": request["left_out"]}
            wire.send(connection, answer)
            wire.send(spare, {"request": request}, fds)
        except wire.Closed:
            pass  # the client or the spare has gone: seen as the end of its connection or process
        spare.close()
        _close(fds[1:])
        self.connections[connection.fileno()] = connection
        self.kernels[connection.fileno()] = pid
        self.clients[connection.fileno()] = request["client"], request["connection_file"]
        self._tell(event="kernels", count=len(self.kernels))

    def _unfit_for(self, request: dict[str, Any]) -> str | None:
        """Why a kernel forked from this template would differ from a fresh one."""
        changed = files.changed(self.stamps)
        if changed:
            return f"stale: {changed} has changed"
        for folder in [request["cwd"], *files.own_folders()]:
            name = files.shadowed(folder, self.names)
            if name and not _from(name, folder):
                return f"{name} is also in {folder}"
        set_here = self.importer.new_environment()
        environment = {
            "MPLBACKEND": os.environ.get("MPLBACKEND"),
            **request["environment"],
        }  # set by ipykernel if unset
        for name, value in self.importer.scenery.read.items():
            if name not in set_here and environment.get(name) != value:
                return f"the environment variable {name} differs"
        return None

    # -- processes --------------------------------------------------------------------------------------------------

    def _fork_spare(self) -> Kernel | None:
        """Fork a process that waits for a request. Returns the kernel to become in that process."""
        ours, theirs = socket.socketpair()
        pid = process.quiet_fork()
        if pid:
            theirs.close()
            self.spare, self.spare_pid = ours, pid
            return None
        ours.close()
        self._leave_behind()
        return Kernel(theirs, Preloaded(self.importer))

    def _leave_behind(self) -> None:
        """In a forked child: close what belongs to the template, and stop listening to its signals."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        _close([self.woken, self.wake])
        for connection in [self.channel, *self.connections.values()]:
            connection.close()

    def _reap(self) -> None:
        """Tell each client whose kernel has ended; the process stays a zombie, and its number taken, meanwhile."""
        for pid in list(self.dying):
            if _status(pid) is not None:
                os.waitpid(pid, 0)
                self.dying.discard(pid)
        if self.spare is not None and _status(self.spare_pid) is not None:
            self._drop_spare()
        for fd, pid in self.kernels.items():
            status = _status(pid) if fd not in self.ended else None
            if status is not None:
                self.ended.add(fd)
                with suppress(wire.Closed):  # it does not want to know
                    wire.send(self.connections[fd], {"exit": status})

    def _hung_up(self, fd: int) -> None:
        """The client has let go of its kernel, or is dead: the kernel ends with it."""
        connection = self.connections.pop(fd)
        pid = self.kernels.pop(fd)
        if fd not in self.ended:
            _kill(pid)
        self.ended.discard(fd)
        connection.close()
        self.dying.add(pid)
        client, file = self.clients.pop(fd)
        if start_time(client) is None:
            _remove(file)
        self._tell(event="kernels", count=len(self.kernels))

    def _drop_spare(self) -> None:
        if self.spare is not None:
            self.spare.close()  # it ends by itself
            os.waitpid(self.spare_pid, 0)
            self.spare = None


def _status(pid: int) -> int | None:
    """How a child ended, as ``subprocess`` says it (a signal is negative); None while it runs."""
    result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if result is None:
        return None
    return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with suppress(OSError):  # not a group leader (any more)
            return kill(pid, signal.SIGKILL)
    return None


def _remove(connection_file: str) -> None:
    """Remove what a client that was killed could not: its connection file and the kernel's sockets."""
    stem = connection_file[: -len(".json")] + "-ipc-"
    for path in [connection_file, *glob.glob(glob.escape(stem) + "*")]:
        with suppress(OSError):  # done by someone else
            os.unlink(path)


def _from(name: str, folder: str) -> bool:
    """Whether the module loaded under a top-level name came from ``folder``."""
    path = getattr(sys.modules.get(name), "__dict__", {}).get("__file__")
    return isinstance(path, str) and path.startswith(folder)


def _close(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)
