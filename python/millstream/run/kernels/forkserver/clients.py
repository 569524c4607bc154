"""The clients of the server: who they are, and what they ask for."""

from __future__ import annotations

import os
import socket
import struct
from typing import Any, ClassVar

from . import wire


class Asked:
    """A kernel that a client asked for, with this process's copies of the client's open files."""

    open: ClassVar[list[Asked]] = []  # those whose files are open, wherever they wait

    def __init__(self, connection: socket.socket | None, request: dict[str, Any], fds: list[int]) -> None:
        self.connection = connection
        self.request = request
        self.fds = fds
        self.tries = 0
        self.left_out: dict[str, str] = {}
        self.open.append(self)

    def close(self) -> None:
        """Let go of this process's copies."""
        if self.connection is not None:
            self.connection.close()
        for fd in self.fds:
            os.close(fd)
        self.fds = []
        if self in self.open:
            self.open.remove(self)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What a client asks. Raises ``Closed`` without reading a word when it is another user's."""
    if _user_of(connection) != os.geteuid():
        raise wire.Closed("another user")
    return wire.receive(connection)


def reply(asked: Asked, message: dict[str, Any]) -> None:
    """Answer, and let go of the client."""
    try:
        if asked.connection is not None:
            wire.send(asked.connection, message)
    except wire.Closed:
        pass  # the client has gone
    asked.close()


def _credentials(connection: socket.socket) -> tuple[int, int]:
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, user, _group = struct.unpack("3i", data)
    return pid, user


def _user_of(connection: socket.socket) -> int:
    return _credentials(connection)[1]


def pid_of(connection: socket.socket) -> int:
    """The process at the other end, as the system says."""
    return _credentials(connection)[0]
