"""The jupyter_client kernel provisioner ``millstream-fork``: kernels forked where that is safe, started where not."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode

from millstream.errors import KernelError
from millstream.run.kernels import client, identity, libraries

_POLL = 0.005  # seconds
# of Popen's arguments, those that a forked kernel is given as well
_UNDERSTOOD = {"env", "cwd", "stdin", "stdout", "stderr"}
FRESH = "MILLSTREAM_FRESH_KERNELS"


class ForkProvisioner(LocalProvisioner):
    """Provides kernels forked from a server that has Python, ipykernel and ``preload`` in memory.

    Where a forked kernel could differ from a fresh one, or none is to be had, it starts a fresh one;
    ``fresh_because`` then says why.
    """

    process: Any
    preload: Any = List(Unicode(), help="modules that the notebook imports first, in that order")
    fresh_because: str | None = None
    loaded: tuple[str, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.left_out: dict[str, str] = {}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel, or start one. Raises what starting one raises."""
        process = await asyncio.to_thread(self._fork, cmd, kwargs)
        if process is None:
            self.log.debug("A fresh kernel: %s", self.fresh_because)
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process
        self.pid = self.pgid = process.pid
        self.loaded = process.loaded
        self.left_out |= process.left_out
        self.cwd = kwargs.get("cwd") or os.getcwd()
        return self.connection_info

    def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> client.ForkedProcess | None:
        self.fresh_because, self.loaded, self.left_out = None, (), {}
        environment = dict(kwargs.get("env") or os.environ)
        command = refused(cmd, environment, kwargs)
        if isinstance(command, str):
            self.fresh_because = command
            return None
        choice = libraries.choose(self.preload)
        self.left_out = choice.left_out
        environment["JPY_PARENT_PID"] = str(os.getpid())
        cwd = os.path.realpath(kwargs.get("cwd") or os.getcwd())
        try:
            with _Streams(kwargs) as streams:
                return client.fork_kernel(command, environment, cwd, choice.early, streams)
        except (KernelError, OSError) as error:
            self.fresh_because = str(error)
            return None

    async def wait(self) -> int | None:
        """Wait for the kernel to end, and see that soon."""
        if not isinstance(self.process, client.ForkedProcess):
            status: int | None = await super().wait()
            return status
        process = self.process
        while process.poll() is None:  # noqa: ASYNC110 - the event is another process's
            await asyncio.sleep(_POLL)
        self.process = None
        return process.returncode

    async def get_provisioner_info(self) -> dict[str, Any]:
        """What a record of the run keeps about its kernel."""
        info = await super().get_provisioner_info()
        return {
            **info,
            "forked": self.fresh_because is None,
            "fresh_because": self.fresh_because,
            "loaded": self.loaded,
            "left_out": self.left_out,
        }


class _Streams:
    """The standard streams that a fresh kernel would get, as file numbers."""

    def __init__(self, kwargs: dict[str, Any]) -> None:
        self._given = [kwargs.get(name) for name in ("stdin", "stdout", "stderr")]
        self._pipe = -1

    def __enter__(self) -> list[int]:
        self._pipe, write = os.pipe()
        os.close(write)  # standard input is at its end from the start, as jupyter_client has it
        defaults = (self._pipe, 1, 2)
        return [_number(given, default) for given, default in zip(self._given, defaults, strict=True)]

    def __exit__(self, *_: object) -> None:
        os.close(self._pipe)


def _number(given: Any, default: int) -> int:
    return default if given is None else given if isinstance(given, int) else int(given.fileno())


def refused(cmd: list[str], environment: dict[str, str], kwargs: dict[str, Any]) -> identity.Command | str:
    """The command of a kernel that may be forked, or the reason why a fresh one must be started."""
    if sys.platform != "linux":
        return f"forking kernels is for Linux, this is {sys.platform}"
    if os.environ.get(FRESH, "0") not in ("", "0") or environment.get(FRESH, "0") not in ("", "0"):
        return f"{FRESH} is set"
    odd = sorted(name for name, value in kwargs.items() if name not in _UNDERSTOOD and value not in (None, False))
    if odd:
        return f"it is to be started with {', '.join(odd)}"
    if any(isinstance(kwargs.get(name), int) and kwargs[name] < 0 for name in ("stdin", "stdout", "stderr")):
        return "its standard streams are to be piped"
    if any(not os.path.isabs(path) for path in (environment.get("PYTHONPATH") or "/").split(os.pathsep)):
        return "PYTHONPATH is relative to the working directory"
    return identity.parse_command(cmd, environment)
