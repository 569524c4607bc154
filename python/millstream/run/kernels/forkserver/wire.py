"""Messages between the processes: a length, then JSON; open files travel beside it."""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

_HEADER = struct.Struct(">I")
_MOST = 64 * 1024 * 1024
_CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
MAX_FDS = 8


class Closed(Exception):
    """The other side has gone."""


def send(sock: socket.socket, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one message, and duplicates of ``fds`` with it. Raises ``Closed`` when nobody listens any more."""
    data = json.dumps(message).encode("ascii")
    data = _HEADER.pack(len(data)) + data
    try:
        if fds:
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))
            data = data[sock.sendmsg([data], [rights]) :]
        sock.sendall(data)
    except (BrokenPipeError, ConnectionError) as error:
        raise Closed(str(error)) from error


def receive(sock: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Receive one message and the open files sent with it. Raises ``Closed`` at the end of the stream."""
    fds: list[int] = []
    try:
        return _receive(sock, fds), fds
    except BaseException:
        for fd in fds:
            os.close(fd)
        raise


def _receive(sock: socket.socket, fds: list[int]) -> dict[str, Any]:
    (length,) = _HEADER.unpack(_exactly(sock, _HEADER.size, fds))
    if length > _MOST:
        raise Closed(f"a message of {length} bytes")
    message = json.loads(_exactly(sock, length, fds).decode("ascii"))
    if not isinstance(message, dict):
        raise Closed("not a message")
    return message


def _exactly(sock: socket.socket, count: int, fds: list[int]) -> bytes:
    parts: list[bytes] = []
    while count:
        try:
            part = _part(sock, count, fds)
        except ConnectionError as error:
            raise Closed(str(error)) from error
        if not part:
            raise Closed("end of stream")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _part(sock: socket.socket, count: int, fds: list[int]) -> bytes:
    part, ancillary, _flags, _address = sock.recvmsg(min(count, 1 << 20), socket.CMSG_SPACE(MAX_FDS * 4), _CLOEXEC)
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            received = array.array("i")
            received.frombytes(data[: len(data) - len(data) % received.itemsize])
            fds.extend(received)
    return part
