"""A running kernel, for tests that look at it from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_core.utils import run_sync

from millstream.run import kernels
from millstream.run.kernels.manager import ForkKernelManager

NO_HISTORY = "--HistoryManager.hist_file=:memory:"


class Kernel:
    """A running kernel and its client."""

    def __init__(
        self, preload: tuple[str, ...] = (), *, fresh: bool = False, spec: KernelSpec | None = None, **start: Any
    ):
        self.manager: ForkKernelManager = kernels.kernel_manager_factory(preload, fresh=fresh)(kernel_name="python3")
        if spec is not None:
            self.manager._kernel_spec = spec if fresh else kernels.with_provisioner(spec, preload)
        run_sync(self.manager.start_kernel)(extra_arguments=[NO_HISTORY], **start)
        self.connect()

    def connect(self) -> None:
        self.client = self.manager.client()
        self.client.start_channels()
        run_sync(self.client.wait_for_ready)(timeout=30)

    def run(self, code: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Run a cell; its reply, and its outputs as messages."""
        outputs: list[dict[str, Any]] = []
        reply = run_sync(self.client.execute_interactive)(
            code, allow_stdin=False, output_hook=outputs.append, timeout=60
        )
        return reply["content"], outputs

    def text(self, code: str) -> str:
        """What a cell prints, and the error it ends with."""
        reply, outputs = self.run(code)
        while reply["status"] == "aborted":  # as older kernels do for a moment after an error
            reply, outputs = self.run(code)
        printed = "".join(message["content"]["text"] for message in outputs if message["msg_type"] == "stream")
        return printed if reply["status"] == "ok" else f"{printed}{reply['ename']}: {reply['evalue']}"

    @property
    def provisioner(self) -> Any:
        return self.manager.provisioner

    def wait_for_death(self) -> int | None:
        return run_sync(self.provisioner.wait)()

    def close(self) -> None:
        self.client.stop_channels()
        if run_sync(self.manager.is_alive)():
            run_sync(self.manager.shutdown_kernel)()
        else:
            run_sync(self.manager.cleanup_resources)()


def packages_of(spec: KernelSpec) -> Path:
    """The package folder of ``other_environment``."""
    return next(Path(spec.argv[0]).parents[1].glob("lib/python*/site-packages"))
