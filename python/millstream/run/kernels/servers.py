"""Lists and stops the fork servers of this user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from millstream.run.kernels import client
from millstream.run.kernels.forkserver import wire
from millstream.run.kernels.runtime import runtime_folder

_ANSWER_TIMEOUT = 5.0  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class KernelServer:
    """One fork server: memory in bytes, ``kernels`` running now, ``idle_seconds`` since the last one.

    ``rss`` counts the memory of its processes with what they share counted in each, ``pss`` once; kernels are not
    in it. ``loaded`` are the libraries in memory, ``left_out`` those that turned out unfit and why.
    """

    pid: int
    python: str
    key: str
    socket: str
    kernels: int
    idle_seconds: float
    idle_limit: float
    stopping: bool
    rss: int
    pss: int
    loaded: tuple[tuple[str, ...], ...]
    left_out: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """The server as ``millstream kernels --json`` shows it."""
        return asdict(self)


def list_servers() -> list[KernelServer]:
    """The fork servers of this user that are running, by process number."""
    answers = ((path, _ask(path, {"op": "status"})) for path in _sockets())
    return sorted((_server(path, answer) for path, answer in answers if answer), key=lambda server: server.pid)


def stop_servers(*, kill: bool = False) -> list[KernelServer]:
    """Stop every fork server, and say which there were.

    A server with kernels takes no more requests and goes with the last of them; ``kill`` ends them too.
    """
    answers = ((path, _ask(path, {"op": "stop", "kill": kill})) for path in _sockets())
    return sorted((_server(path, answer) for path, answer in answers if answer), key=lambda server: server.pid)


def _sockets() -> Iterator[Path]:
    yield from sorted(runtime_folder().glob("fork-*.sock"))


def _ask(path: Path, request: dict[str, Any]) -> dict[str, Any] | None:
    """Ask one server; None when it has gone, or does not answer."""
    connection = client.connect(path)
    if connection is None:
        return None
    with connection:
        connection.settimeout(_ANSWER_TIMEOUT)
        try:
            wire.send(connection, request)
            answer, _ = wire.receive(connection)
        except (wire.Closed, OSError):
            return None
    return answer


def _server(path: Path, answer: dict[str, Any]) -> KernelServer:
    templates = answer["templates"]
    memory = [_memory(pid) for pid in [answer["pid"], *(template["pid"] for template in templates)]]
    return KernelServer(
        pid=answer["pid"],
        python=answer["python"],
        key=answer["key"],
        socket=str(path),
        kernels=sum(template["kernels"] for template in templates),
        idle_seconds=answer["idle_seconds"],
        idle_limit=answer["idle_limit"],
        stopping=answer["draining"],
        rss=sum(rss for rss, _ in memory),
        pss=sum(pss for _, pss in memory),
        loaded=tuple(tuple(template["loaded"]) for template in templates),
        left_out=answer["left_out"],
    )


def _memory(pid: int) -> tuple[int, int]:
    """Resident and proportional memory of a process, bytes; 0 when it has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0, 0
    values = {line.split(":")[0]: line.split()[1] for line in lines[1:]}
    return int(values.get("Rss", 0)) * 1024, int(values.get("Pss", 0)) * 1024
