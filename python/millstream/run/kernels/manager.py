"""The kernel manager and client that nbclient and papermill are given: forked kernels, ipc, and no needless waits."""

from __future__ import annotations

import copy
import os
import sys
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_core.utils import ensure_async

from millstream.errors import KernelError
from millstream.run.kernels import client, identity, libraries
from millstream.run.kernels.provisioner import refused
from millstream.run.kernels.runtime import runtime_folder

PROVISIONER = "millstream-fork"
_FAST_POLL = 0.005  # seconds
_IOPUB_WAIT = 0.05  # seconds from kernel_info's reply to the status messages about it, which come first as a rule


class ForkKernelClient(AsyncKernelClient):
    """A client that knows a kernel to be ready from its answers, where jupyter_client's waits for silence (0.2 s)."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - jupyter_client's signature
        """Wait until the kernel answers and its output arrives. Raises ``RuntimeError`` as jupyter_client does."""
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        while not await self._answers(self.kernel_info()):
            if not await self._alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _alive(self) -> bool:
        return bool(await ensure_async(self.parent.is_alive())) if isinstance(self.parent, KernelManager) else True

    async def _answers(self, request: str) -> bool:
        """Whether the reply to ``request`` comes, and on iopub the news that it has been dealt with."""
        try:
            reply = await self._matching(self.shell_channel, request, 1.0)
            self._handle_kernel_info_reply(reply)
            while True:
                message = await self._matching(self.iopub_channel, request, _IOPUB_WAIT)
                if message["content"].get("execution_state") == "idle":
                    return True
        except Empty:
            return False

    @staticmethod
    async def _matching(channel: Any, request: str, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            message: dict[str, Any] = await channel.get_msg(timeout=max(0.0, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") == request:
                return message


class ForkKernelManager(AsyncKernelManager):
    """Manages a kernel that ``ForkProvisioner`` provides.

    ``preload`` names what the notebook imports first, in that order; ``fresh`` asks for a kernel started afresh.
    Use ``kernel_manager_factory`` to set both where a class is wanted.
    """

    preload: tuple[str, ...] = ()
    fresh: bool = False
    _kernel_spec: KernelSpec | None  # jupyter_client's own cache of it

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("client_factory", ForkKernelClient)
        super().__init__(**kwargs)
        if "transport" not in kwargs and not self.connection_file and self.ipykernel:
            self._use_ipc()

    def _use_ipc(self) -> None:
        """Speak with the kernel through sockets in a folder that is the user's alone."""
        try:
            folder = runtime_folder()
        except (KernelError, OSError):
            return  # TCP works everywhere
        self.transport = "ipc"
        self.connection_file = str(folder / f"kernel-{uuid.uuid4().hex[:12]}.json")

    @property
    def ipykernel(self) -> bool:
        """Whether the kernel is ipykernel, of whatever environment and name; nbclient keeps its history in memory."""
        spec = self.kernel_spec
        return spec is not None and not isinstance(identity.parse_command(_command(spec), os.environ), str)

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The kernel's specification, with the provisioner in its metadata."""
        known = self._kernel_spec is not None
        spec = super().kernel_spec
        if spec is not None and not known and not self.fresh:
            self._kernel_spec = spec = with_provisioner(spec, self.preload)
        return spec

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        await super()._async_wait(min(pollinterval, _FAST_POLL))


def with_provisioner(spec: KernelSpec, preload: Iterable[str] = ()) -> KernelSpec:
    """A copy of ``spec`` whose kernels are forked; ``spec`` itself when it names a provisioner already."""
    if "kernel_provisioner" in spec.metadata:
        return spec
    _register()
    changed = copy.copy(spec)
    stanza = {"provisioner_name": PROVISIONER, "config": {"preload": list(preload)}}
    changed.metadata = {**spec.metadata, "kernel_provisioner": stanza}
    return changed


def _register() -> None:
    """Make the provisioner known also where this package's entry points are not installed (a source tree)."""
    provisioners = KernelProvisionerFactory.provisioners
    if PROVISIONER not in provisioners:
        value = "millstream.run.kernels.provisioner:ForkProvisioner"
        provisioners[PROVISIONER] = EntryPoint(PROVISIONER, value, KernelProvisionerFactory.GROUP_NAME)


def kernel_manager_factory(preload: Iterable[str] = (), *, fresh: bool = False) -> type[ForkKernelManager]:
    """A kernel manager class for ``NotebookClient(kernel_manager_class=…)``.

    ``preload`` are dotted module names in the order in which the notebook imports them; those that are not safe to
    load early are left to the notebook. With ``fresh``, kernels are started, not forked.
    """
    members = {"preload": tuple(preload), "fresh": fresh, "__doc__": ForkKernelManager.__doc__}
    return type("ForkKernelManager", (ForkKernelManager,), members)


@dataclass(frozen=True, kw_only=True, slots=True)
class Usable:
    """Whether kernels of a specification are forked; ``reason`` says why not.

    ``early`` is what is loaded before the fork, ``left_out`` maps every other module asked for to the reason.
    """

    reason: str | None
    early: tuple[str, ...]
    left_out: dict[str, str]

    def __bool__(self) -> bool:
        return self.reason is None


def usable(spec: KernelSpec, preload: Iterable[str] = (), *, environment: dict[str, str] | None = None) -> Usable:
    """Say whether kernels of ``spec`` are forked, and with which libraries. Starts nothing."""
    variables = {**(os.environ if environment is None else environment), **spec.env}
    choice = libraries.choose(preload)
    return Usable(reason=_refusal(spec, variables), early=choice.early, left_out=choice.left_out)


def _refusal(spec: KernelSpec, variables: dict[str, str]) -> str | None:
    if "kernel_provisioner" in spec.metadata:
        return f"its kernels come from {spec.metadata['kernel_provisioner'].get('provisioner_name')}"
    command = refused(_command(spec), variables, {})
    return command if isinstance(command, str) else None


def warm(spec: KernelSpec, preload: Iterable[str] = (), *, environment: dict[str, str] | None = None) -> bool:
    """Start the server for ``spec`` and have it load ``preload``, and return at once. False when it cannot be used."""
    variables = {**(os.environ if environment is None else environment), **spec.env}
    command = refused(_command(spec), variables, {})
    if isinstance(command, str):
        return False
    try:
        client.warm(command, variables, libraries.choose(preload).early)
    except (KernelError, OSError):
        return False
    return True


def _command(spec: KernelSpec) -> list[str]:
    """The specification's command as ``KernelManager.format_kernel_cmd`` begins it: ``python`` is this Python."""
    python, *rest = spec.argv or [""]
    names = ("python", f"python{sys.version_info[0]}", "python{}.{}".format(*sys.version_info[:2]))
    return [str(sys.executable if python in names else python), *rest]
