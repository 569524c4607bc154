"""What a forked child becomes: a kernel that cannot be told from one started afresh."""

# ruff: noqa: SLF001 - a fork is set right in places that the standard library keeps to itself
from __future__ import annotations

import gc
import io
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import ending, wire
from .imports import FOLDERS_KEPT, Importer

_STREAMS = ("stdin", "stdout", "stderr")
CHECK_PARENT = 1.0  # seconds, as ipykernel's own poller does


class Preloaded:
    """What the imports before the fork left, to be put in place after it."""

    def __init__(self, importer: Importer) -> None:
        self.environment = importer.new_environment()
        self.filters = importer.new_filters()
        self.handlers = importer.new_handlers()
        self.callbacks = importer.scenery.registered
        self.resume = importer.resume
        self.main = importer.scenery.main


class Kernel:
    """A forked process waiting on ``channel`` for the request that makes it a kernel."""

    def __init__(self, channel: socket.socket, preloaded: Preloaded) -> None:
        self.channel = channel
        self.preloaded = preloaded

    def run(self) -> None:
        """Wait for the request, put on its environment, and be a kernel until that ends."""
        try:
            message, fds = wire.receive(self.channel)
        except wire.Closed:
            os._exit(0)  # not needed any more; nothing to clean up
        self.channel.close()
        request = message["request"]
        connection = socket.socket(fileno=fds[0])
        _standard_streams(fds[1:4])
        _surroundings(request)
        _environment(request, self.preloaded.environment)
        _forget_the_server()
        _arguments(request["argv"])
        for resume in self.preloaded.resume:
            resume()
        gc.enable()
        _serve(request["client"], connection, self.preloaded)


def _standard_streams(fds: list[int]) -> None:
    """Take the client's standard streams, and open Python's on them as the start of the interpreter does."""
    for standard, fd in enumerate(fds):
        os.dup2(fd, standard)
        os.close(fd)
    for standard, name in enumerate(_STREAMS):
        old = getattr(sys, f"__{name}__")
        stream = None if old is None else _open(standard, old)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _open(standard: int, like: Any) -> Any:
    mode = "w" if standard else "r"
    unbuffered = like.write_through
    raw: Any = open(standard, mode + "b", 0 if unbuffered and standard else -1, closefd=False)  # noqa: SIM115 - stays open
    buffer_of = getattr(raw, "raw", raw)
    buffer_of.name = f"<{_STREAMS[standard]}>"
    stream = io.TextIOWrapper(
        raw,
        encoding=like.encoding,
        errors=like.errors,
        newline="\n" if mode == "w" else None,
        line_buffering=not unbuffered and (standard == 2 or os.isatty(standard)),
        write_through=unbuffered,
    )
    stream.mode = mode  # type: ignore[misc]
    return stream


def _surroundings(request: dict[str, Any]) -> None:
    """What a process inherits from the one that starts it: folder, umask, limits, ignored signals."""
    os.chdir(request["cwd"])
    os.umask(request["umask"])
    for name, limits in request["limits"].items():
        number = getattr(resource, name)
        if resource.getrlimit(number) != tuple(limits):
            resource.setrlimit(number, tuple(limits))
    for number in request["ignored"]:
        signal.signal(number, signal.SIG_IGN)


def _environment(request: dict[str, Any], preloaded: dict[str, str | None]) -> None:
    os.environ.clear()
    os.environ.update(request["environment"])
    for name, value in preloaded.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _forget_the_server() -> None:
    """Undo what imports took from the server's process: random state, folders, keys, times."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        # as at import; ``seed`` would leave the singleton with the sequence of the server
        if hasattr(numpy_random, "set_bit_generator"):
            numpy_random.set_bit_generator(numpy_random.MT19937())
        else:
            numpy_random.seed()
    sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]
    now = time.time if isinstance(logging._startTime, float) else time.time_ns  # type: ignore[attr-defined]
    logging._startTime = now()  # type: ignore[attr-defined]
    process = sys.modules.get("multiprocessing.process")
    if process is not None:
        process.current_process()._config["authkey"] = process.AuthenticationString(os.urandom(32))
    for name, kept in FOLDERS_KEPT.items():
        if name in sys.modules:
            setattr(sys.modules[name], kept, os.getcwd())
    for name in [name for name in sys.modules if name.split(".")[0] == "_millstream_forkserver"]:
        del sys.modules[name]


def _arguments(argv: list[str]) -> None:
    """``argv`` is the command a fresh kernel would be started with: python, options, -m, module, arguments."""
    at = argv.index("-m") + 1
    module = argv[at]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = list(argv)
    if module == "ipykernel":
        module = "ipykernel.__main__"
    from importlib.util import find_spec

    spec = find_spec(module)
    if _leaves_folder(spec):
        sys.path.insert(0, os.getcwd())
    sys.argv = [spec.origin if spec and spec.origin else module, *argv[at + 1 :]]


def _leaves_folder(spec: Any) -> bool:
    """Whether the kernel's launcher leaves the working folder where ``python -m`` puts it, as it did before 6.29.2."""
    if spec is None or spec.origin is None or getattr(sys.flags, "safe_path", False):
        return False
    with open(spec.origin, encoding="utf-8") as file:
        return "Path.cwd()" not in file.read()


def _serve(client: int, connection: socket.socket, preloaded: Preloaded) -> None:
    from ipykernel.kernelapp import IPKernelApp

    # not 0, which prints how to connect; 1 starts no poller: ours, started below, watches the client
    app: Any = IPKernelApp.instance(parent_handle=1)
    with _handlers_apart(preloaded.handlers):
        app.initialize()
    _finish_imports(app.shell, preloaded)
    try:
        wire.send(connection, {"ready": True})
    except wire.Closed:
        return
    connection.close()
    app.poller = ClientPoller(client)
    app.start()
    ending.end(app)


@contextmanager
def _handlers_apart(handlers: list[Any]) -> Iterator[None]:
    """Spare what imports did to logging from its configuration at start, which in a fresh kernel came before them."""
    named = {handler.name: handler for handler in (each() for each in handlers) if handler is not None}
    loggers = logging.root.manager.loggerDict.values()
    disabled = [logger for logger in loggers if getattr(logger, "disabled", False)]
    registry, names = logging._handlerList, logging._handlers  # type: ignore[attr-defined]
    registry[:] = [each for each in registry if each not in handlers]
    yield
    registry.extend(handlers)
    names.update({name: handler for name, handler in named.items() if name})
    for logger in disabled:
        logger.disabled = True  # type: ignore[union-attr]


def _finish_imports(shell: Any, preloaded: Preloaded) -> None:
    """Do what the imports would have done with IPython running."""
    filters = preloaded.filters
    if filters:
        # IPython puts its own filters in front at start, an import in the notebook before those again
        warnings.filters[:] = filters + [entry for entry in warnings.filters if entry not in filters]  # type: ignore[index]
        warnings._filters_mutated()  # type: ignore[attr-defined]
    if sys.modules.get("__mp_main__") is preloaded.main:
        sys.modules["__mp_main__"] = sys.modules["__main__"]
    for event, callback in preloaded.callbacks:
        shell.events.register(event, callback)


class ClientPoller(threading.Thread):
    """Ends this process when the one that asked for it is gone, as ipykernel does when its parent is."""

    def __init__(self, client: int) -> None:
        super().__init__(daemon=True)  # unnamed, which takes a number from the names of threads to come
        self.name = "Thread-1"  # as ipykernel's poller comes to be called
        self.client = client

    def run(self) -> None:
        """Look every second."""
        started = start_time(self.client)
        while started and start_time(self.client) == started:
            time.sleep(CHECK_PARENT)
        os._exit(1)


def start_time(pid: int) -> str | None:
    """When a process started, which with its number makes it unique; None when there is none."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]
