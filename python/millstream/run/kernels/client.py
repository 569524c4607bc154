"""Finds, starts and asks fork servers."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from millstream.errors import KernelError
from millstream.run.kernels import identity, libraries
from millstream.run.kernels.forkserver import wire
from millstream.run.kernels.forkserver.kernel import start_time
from millstream.run.kernels.runtime import runtime_folder

START_TIMEOUT = 60.0  # seconds for a server to start, its libraries to load and a kernel to be ready
IDLE_MINUTES = 10.0
_MOST_LOG = 1_000_000  # bytes
_TRIES = 3


def idle_seconds() -> float:
    """Seconds without a kernel after which a server goes; ``MILLSTREAM_KERNEL_IDLE`` says minutes."""
    asked = os.environ.get("MILLSTREAM_KERNEL_IDLE", "")
    try:
        return max(0.0, float(asked)) * 60
    except ValueError:
        return IDLE_MINUTES * 60


class ForkedProcess:
    """A kernel forked by a server, with the parts of ``subprocess.Popen``'s interface that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, answer: dict[str, Any]) -> None:
        self.pid: int = answer["pid"]
        self.loaded: tuple[str, ...] = tuple(answer["loaded"])
        self.left_out: dict[str, str] = answer["left_out"]
        self.returncode: int | None = None
        self.ready = False
        self._connection: socket.socket | None = connection
        self._started = start_time(self.pid)

    def poll(self) -> int | None:
        """How the kernel ended, None while it runs."""
        while self.returncode is None and self._connection is not None and _readable(self._connection, 0):
            self._hear(self._connection)
        if self.returncode is None and self._connection is None and start_time(self.pid) != self._started:
            self.returncode = 1  # its template died before it, so nobody knows how it ended
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the kernel's end. Raises ``subprocess.TimeoutExpired``."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None or self.returncode is None:
            left = 0.1 if deadline is None else min(0.1, deadline - time.monotonic())
            if left <= 0:
                raise subprocess.TimeoutExpired(["kernel"], timeout or 0.0)
            if self._connection is None:
                time.sleep(0.01)
            else:
                _readable(self._connection, left)
        return self.returncode

    def wait_ready(self, timeout: float) -> None:
        """Wait until the kernel's sockets are there, or it has ended."""
        deadline = time.monotonic() + timeout
        while not self.ready and self.returncode is None and self._connection is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not _readable(self._connection, left):
                return
            self._hear(self._connection)

    def _hear(self, connection: socket.socket) -> None:
        try:
            message, _ = wire.receive(connection)
        except (wire.Closed, OSError):
            self._close()
            return
        if message.get("ready"):
            self.ready = True
        if "exit" in message:
            self.returncode = int(message["exit"])
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel's process; none when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel's process to end."""
        self.send_signal(signal.SIGTERM)


def fork_kernel(
    command: identity.Command, environment: Mapping[str, str], cwd: str, preload: Sequence[str], streams: Sequence[int]
) -> ForkedProcess:
    """Fork a kernel from the server for its environment, which is started when there is none.

    ``streams`` are the open files to be its standard input, output and error. Raises ``KernelError``.
    """
    request = {
        "op": "kernel",
        "preload": list(preload),
        "argv": list(command.argv),
        "connection_file": command.connection_file,
        "environment": dict(environment),
        "cwd": cwd,
        **_passed_on(),
    }
    connection, answer = _ask(command, environment, request, streams)
    process = ForkedProcess(connection, answer)
    process.wait_ready(START_TIMEOUT)
    return process


def warm(command: identity.Command, environment: Mapping[str, str], preload: Sequence[str]) -> None:
    """Start the server and have it load ``preload``, without waiting for that. Raises ``KernelError``."""
    connection, _ = _ask(command, environment, {"op": "warm", "preload": list(preload)}, ())
    connection.close()


def _ask(
    command: identity.Command, environment: Mapping[str, str], request: dict[str, Any], fds: Sequence[int]
) -> tuple[socket.socket, dict[str, Any]]:
    path = runtime_folder() / f"fork-{identity.server_key(command, environment)}.sock"
    why = "no answer"
    for _ in range(_TRIES):
        connection = connect(path) or _start(path, command, environment)
        try:
            wire.send(connection, request, fds)
            answer, _ = wire.receive(connection)
        except TimeoutError:
            connection.close()
            raise KernelError("The fork server takes too long.", hint=f"Its log is {_log_of(path)}.") from None
        except (wire.Closed, OSError) as error:
            why = str(error)
        else:
            if "refused" not in answer:
                connection.settimeout(None)
                return connection, answer
            why = answer.get("why", answer["refused"])
        connection.close()
    raise KernelError(f"The fork server gave no kernel: {why}.", hint=f"Its log is {_log_of(path)}.")


def _passed_on() -> dict[str, Any]:
    """What a process passes on to those it starts, and a forked kernel is given."""
    import resource

    # subprocess gives a child those that Python ignores itself (SIGPIPE, SIGXFSZ) back
    numbers = signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}
    ignored = [int(number) for number in numbers if signal.getsignal(number) == signal.SIG_IGN]
    limits = {name: resource.getrlimit(number) for name, number in identity.limit_numbers().items()}
    return {"umask": _umask(), "limits": limits, "ignored": ignored}


def _umask() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    return 0o077


def _readable(connection: socket.socket, timeout: float) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(timeout * 1000))


def connect(path: Path) -> socket.socket | None:
    """Connect to a server; None when there is none at ``path``."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(START_TIMEOUT)
    try:
        connection.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    return connection


def _log_of(path: Path) -> Path:
    return path.with_suffix(".log")


def _start(path: Path, command: identity.Command, environment: Mapping[str, str]) -> socket.socket:
    """Start the server and connect to it. Of several that try at once, one does and the others find it there."""
    with _locked(path.with_suffix(".lock")):
        connection = connect(path)
        if connection is not None:
            return connection
        path.unlink(missing_ok=True)  # of a server that was killed
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with listener:
            listener.bind(str(path))
            path.chmod(0o600)
            listener.listen(64)  # so that requests wait for the server in the socket, not in loops of ours
            _spawn(path, command, environment, listener)
        connection = connect(path)
    if connection is None:
        raise KernelError(f"The fork server for {command.python} did not start.", hint=f"Its log is {_log_of(path)}.")
    return connection


def _spawn(path: Path, command: identity.Command, environment: Mapping[str, str], listener: socket.socket) -> None:
    config = {
        "socket": str(path),
        "key": path.stem.removeprefix("fork-"),
        "idle": idle_seconds(),
        "kept_out": libraries.kept_out(),
        "version": 1,
    }
    launcher = str(identity.FORK_SERVER / "launch.py")
    with _open_log(path) as log:
        process = subprocess.Popen(
            [command.python, *command.options, launcher, str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=identity.server_environment(environment),
            cwd="/",
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        process.communicate(json.dumps(config).encode("ascii"))


def _open_log(path: Path) -> Any:
    log = _log_of(path)
    if log.exists() and log.stat().st_size > _MOST_LOG:
        log.unlink()
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; the lock goes with the process that holds it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not _lock(fd):
            if time.monotonic() > deadline:
                raise KernelError(f"{path} is locked by a process that does not let go.")
            time.sleep(0.01)
        yield
    finally:
        os.close(fd)


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
