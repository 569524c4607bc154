"""The server: owns the socket, has ipykernel imported, keeps one template for each set of libraries asked for."""

from __future__ import annotations

import gc
import os
import select
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from . import files, imports, process, wire
from .clients import Asked, pid_of, receive, reply
from .template import Template

# what a kernel imports on its way up, besides ipykernel.kernelapp itself; versions differ in what they have
KERNEL_IMPORTS = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "faulthandler",
    "pdb",
    "runpy",
    "sqlite3",
    "tornado.platform.asyncio",
)
TICK = 2.0  # seconds, at most, between looks at idleness and memory
LOW_MEMORY = 0.05  # the share of memory below which spares and idle templates are given up
MOST_TEMPLATES = 4
MOST_TRIES = 12  # each library that turns out unfit takes one

if TYPE_CHECKING:
    Preload = tuple[str, ...]


class Handle:
    """The server's view of one template."""

    def __init__(self, preload: Preload, pid: int, channel: socket.socket) -> None:
        self.preload = preload
        self.pid = pid
        self.channel = channel
        self.ready = False
        self.loaded: list[str] = []
        self.importing: str | None = None
        self.waiting: list[Asked] = []  # not yet handed over
        self.handed: list[Asked] = []  # handed over, not yet taken
        self.kernels = 0
        self.used = time.monotonic()
        self.ending = False

    @property
    def busy(self) -> bool:
        """Whether kernels of it run or are asked for."""
        return bool(self.kernels or self.waiting or self.handed)


class Server:
    """Accepts clients of the same user only; gone after ``idle`` seconds without a kernel."""

    def __init__(self, config: dict[str, Any], listener: socket.socket) -> None:
        self.config = config
        self.listener = listener
        self.kept_out: dict[str, str] = config["kept_out"]
        self.unfit: dict[str, str] = {}
        self.handles: list[Handle] = []
        self.used = time.monotonic()
        self.tick = max(0.05, min(TICK, config["idle"] / 4))
        self.draining = False
        self.installation = files.installation()
        self.stamps: files.Stamps = {}
        self.environment = dict(os.environ)
        self.socket_file = os.stat(config["socket"])

    def run(self) -> Template | None:
        """Serve. Returns the template to become in a forked child, None when the server ends."""
        self._import()
        while not self.draining or self.handles:
            child = self._turn()
            if child is not None:
                return child
        self._unlink()
        return None

    def _import(self) -> None:
        for name in KERNEL_IMPORTS:
            try:
                __import__(name)
            except ImportError:
                if name == KERNEL_IMPORTS[0]:
                    raise
        self.stamps = files.stamps(set(sys.modules))
        threads = process.threads_left()
        if threads:
            raise RuntimeError(f"ipykernel starts threads at import: {threads}")
        gc.collect()
        gc.freeze()

    def _turn(self) -> Template | None:
        channels = {handle.channel.fileno(): handle for handle in self.handles}
        waiting: list[int] = list(channels)
        if not self.draining:
            waiting.append(self.listener.fileno())
        ready, _, _ = select.select(waiting, [], [], self.tick)
        for fd in ready:
            if fd in channels:
                child = self._hear(channels[fd])
                if child is not None:
                    return child
        if self.listener.fileno() in ready and not self.draining:
            return self._accept()
        if not ready:
            self._look_around()
        return None

    # -- clients ----------------------------------------------------------------------------------------------------

    def _accept(self) -> Template | None:
        connection, _ = self.listener.accept()
        connection.settimeout(2.0)  # a client sends its request at once
        try:
            request, fds = receive(connection)
        except (wire.Closed, OSError, ValueError) as error:
            log(f"refused a client: {error}")
            connection.close()
            return None
        connection.settimeout(None)
        asked = Asked(connection, request, fds)
        try:
            return self._answer(request, asked)
        except (KeyError, TypeError) as error:
            log(f"refused a request: {error!r}")
            reply(asked, {"refused": "nonsense", "why": repr(error)})
            return None

    def _answer(self, request: dict[str, Any], asked: Asked) -> Template | None:
        operation = request.get("op")
        if operation == "kernel":
            return self._kernel(asked)
        if operation == "warm":
            stale = self._stale()
            reply(asked, {"refused": "stale", "why": stale} if stale else {"ok": True})
            return None if stale else self._dispatch(Asked(None, request, []))
        if operation == "stop":
            self._drain(kill=bool(request.get("kill")))
        reply(asked, self._status())
        return None

    def _kernel(self, asked: Asked) -> Template | None:
        stale = self._stale()
        if stale:
            log(f"ends: {stale} has changed")
            reply(asked, {"refused": "stale", "why": f"{stale} has changed"})
            self._drain()
            return None
        self.used = time.monotonic()
        return self._dispatch(asked)

    def _stale(self) -> str | None:
        """What has changed since this environment was loaded, if anything."""
        now = files.installation()
        changed = [path for path in set(now) | set(self.installation) if now.get(path) != self.installation.get(path)]
        return changed[0] if changed else files.changed(self.stamps)

    def _dispatch(self, asked: Asked) -> Template | None:
        """Hand the request to its template, which is forked when there is none. Returns that in the child."""
        asked.tries += 1
        if asked.tries > MOST_TRIES:
            reply(asked, {"refused": "broken", "why": "templates keep ending"})
            return None
        for name in asked.request["preload"]:
            if name in self.unfit:
                asked.left_out[name] = self.unfit[name]
        preload = tuple(name for name in asked.request["preload"] if name not in self.unfit)
        for handle in self.handles:
            if handle.preload == preload and not handle.ending:
                self._hand(handle, asked)
                return None
        return self._fork_template(preload, asked)

    def _hand(self, handle: Handle, asked: Asked) -> None:
        handle.used = time.monotonic()
        if asked.connection is None:
            asked.close()
            return
        if not handle.ready:
            handle.waiting.append(asked)
            return
        asked.request["client"] = pid_of(asked.connection)
        asked.request["left_out"] = asked.left_out
        handle.handed.append(asked)
        message = {"op": "kernel", "request": asked.request}
        with suppress(wire.Closed):  # seen as the end of its channel, where all that was handed over is handed on
            wire.send(handle.channel, message, [asked.connection.fileno(), *asked.fds])

    # -- templates --------------------------------------------------------------------------------------------------

    def _fork_template(self, preload: Preload, asked: Asked) -> Template | None:
        ours, theirs = socket.socketpair()
        pid = process.quiet_fork()
        if pid == 0:
            ours.close()
            self._leave_behind()
            return Template(theirs, list(preload), imports.Importer(self.kept_out, self.environment))
        theirs.close()
        handle = Handle(preload, pid, ours)
        self.handles.append(handle)
        self._hand(handle, asked)
        self._make_room()
        return None

    def _leave_behind(self) -> None:
        """In a forked template: close what belongs to the server, and to its clients."""
        self.listener.close()
        for handle in self.handles:
            handle.channel.close()
        for asked in list(Asked.open):
            asked.close()

    def _hear(self, handle: Handle) -> Template | None:
        """Deal with one message of a template, or its end."""
        try:
            message, _ = wire.receive(handle.channel)
        except wire.Closed:
            return self._ended(handle)
        event = message["event"]
        if event == "importing":
            handle.importing = message["module"]
        elif event == "unfit":
            self._left_out(message["module"], message["why"])
            handle.importing = None
        elif event == "ready":
            self._ready(handle, message["loaded"])
        elif event == "taken":
            handle.handed.pop(0).close()
        elif event == "kernels":
            handle.kernels = message["count"]
            handle.used = self.used = time.monotonic()
        elif event == "refused":
            return self._refused(handle, message["why"])
        return None

    def _ready(self, handle: Handle, loaded: list[str]) -> None:
        handle.ready, handle.importing, handle.loaded = True, None, loaded
        waiting, handle.waiting = handle.waiting, []
        for asked in waiting:
            self._hand(handle, asked)

    def _refused(self, handle: Handle, why: str) -> Template | None:
        """The template does not fit the request: fork from a new one when it is stale, else from none at all."""
        asked = handle.handed.pop(0)
        log(f"{handle.preload} not used: {why}")
        if why.startswith("stale"):
            self._end(handle)
        else:
            asked.left_out = dict.fromkeys(handle.preload, why)
            asked.request["preload"] = []
        return self._dispatch(asked)

    def _ended(self, handle: Handle) -> Template | None:
        """A template has ended; what it was asked for is asked of another."""
        os.waitpid(handle.pid, 0)
        handle.channel.close()
        self.handles.remove(handle)
        if handle.importing is not None:
            self._left_out(handle.importing, "crashed at import")
        for asked in handle.waiting + handle.handed:
            child = self._dispatch(asked)
            if child is not None:
                return child
        return None

    def _left_out(self, name: str, why: str) -> None:
        self.unfit[name] = why
        log(f"{name} is not loaded early: {why}")

    def _end(self, handle: Handle) -> None:
        """No more kernels from this template; it ends with its last one."""
        handle.ending = True
        self._tell(handle, "drain")

    @staticmethod
    def _tell(handle: Handle, operation: str) -> None:
        with suppress(wire.Closed):  # seen as the end of its channel
            wire.send(handle.channel, {"op": operation})

    # -- idleness, memory, end --------------------------------------------------------------------------------------

    def _make_room(self) -> None:
        idle = sorted((handle for handle in self.handles if not handle.busy), key=lambda handle: handle.used)
        for handle in idle[: max(0, len(self.handles) - MOST_TEMPLATES)]:
            self._end(handle)

    def _look_around(self) -> None:
        now = time.monotonic()
        idle: float = self.config["idle"]
        for handle in self.handles:
            if not handle.busy and not handle.ending and handle.ready and now - handle.used > idle:
                self._end(handle)
        if low_memory():
            for handle in self.handles:
                self._tell(handle, "release") if handle.busy else self._end(handle)
        if not self.draining and not self.handles and now - self.used > idle:
            self._drain()
        if not self.draining and not self._owns_socket():
            log("ends: the socket has gone")
            self._drain()

    def _drain(self, *, kill: bool = False) -> None:
        """Take no more requests; end with the last kernel."""
        self.draining = True
        self._unlink()
        self.listener.close()
        for handle in self.handles:
            self._end(handle)
            if kill:
                self._tell(handle, "kill")

    def _owns_socket(self) -> bool:
        try:
            status = os.stat(self.config["socket"])
        except OSError:
            return False
        return (status.st_ino, status.st_dev) == (self.socket_file.st_ino, self.socket_file.st_dev)

    def _unlink(self) -> None:
        if self._owns_socket():
            os.unlink(self.config["socket"])

    def _status(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "python": sys.executable,
            "version": self.config["version"],
            "key": self.config["key"],
            "draining": self.draining,
            "idle_seconds": time.monotonic() - self.used,
            "idle_limit": self.config["idle"],
            "left_out": self.unfit,
            "templates": [
                {
                    "pid": handle.pid,
                    "preload": list(handle.preload),
                    "loaded": handle.loaded,
                    "ready": handle.ready,
                    "kernels": handle.kernels,
                    "idle_seconds": 0.0 if handle.busy else time.monotonic() - handle.used,
                }
                for handle in self.handles
            ],
        }


def low_memory() -> bool:
    """Whether the machine is about to run out of memory."""
    with open("/proc/meminfo") as file:
        values = {line.split(":")[0]: int(line.split()[1]) for line in file}
    return values.get("MemAvailable", 1) < LOW_MEMORY * values["MemTotal"]


def log(text: str) -> None:
    """Write one line to the server's log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} [{os.getpid()}] {text}\n")
    sys.stderr.flush()
