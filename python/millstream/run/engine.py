"""The papermill engine: an ordinary nbclient run, with Millstream's capture brought into the kernel.

``papermill --engine millstream step.ipynb out.ipynb`` uses it too; plain papermill needs no engine.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from millstream.capture.standalone import find_home
from millstream.run import bundle
from millstream.run.environment import kernel_environment
from millstream.run.kernels import kernel_manager_factory
from millstream.run.live import Live

Listener = Callable[[dict[str, Any]], None]


class StepClient(PapermillNotebookClient):
    """Runs one step notebook: bootstrap, then the cells, told to a listener."""

    def __init__(self, nb_man: Any, *, code: str, listener: Listener | None, live: Live | None, **kwargs: Any) -> None:
        super().__init__(nb_man, **kwargs)
        self._code = code
        self._listener = listener or (lambda _: None)
        self._live = live

    async def async_start_new_kernel_client(self) -> Any:
        """A kernel that has the runtime; nothing of it shows in the notebook."""
        client = await super().async_start_new_kernel_client()
        if self._live is not None:
            self._live.add(self.km)
            if self._live.cancelled.is_set():
                raise DeadKernelError("cancelled")
        reply = await client.execute(self._code, silent=True, store_history=False, reply=True, timeout=60)
        content = reply["content"]
        if content["status"] != "ok":
            raise RuntimeError(f"{content.get('ename')}: {content.get('evalue')}")
        return client

    start_new_kernel_client = run_sync(async_start_new_kernel_client)  # nbclient binds its own at class level

    def execute_cell(self, cell: Any, cell_index: int, *args: Any, **kwargs: Any) -> Any:
        """One cell; said before it starts."""
        if cell.cell_type == "code":
            self._listener({"event": "cell-started", "cell": cell.metadata.get("millstream", {}).get("cell")})
        return super().execute_cell(cell, cell_index, *args, **kwargs)

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Output as it comes."""
        output = super().process_message(msg, cell, cell_index)
        if msg["msg_type"] == "stream":
            where = cell.metadata.get("millstream", {}).get("cell")
            self._listener({"event": "cell-output", "cell": where, "text": msg["content"]["text"]})
        return output


class MillstreamEngine(NBClientEngine):
    """papermill's engine of the name ``millstream``."""

    @classmethod
    def execute_managed_notebook(  # noqa: PLR0913, PLR0917 - papermill's signature
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,  # noqa: FBT001, FBT002
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        context: str | None = None,
        runtime: str | None = None,
        folder: str | None = None,
        listener: Listener | None = None,
        live: Live | None = None,
        preload: tuple[str, ...] = (),
        fresh: bool = False,  # noqa: FBT001, FBT002
        log: str | None = None,
        **_: Any,
    ) -> Any:
        """Run the notebook in a kernel that has Millstream's runtime, in ``folder``.

        Not by papermill's own ``cwd``: the whole process goes there and back, which steps side by side cannot.

        The kernel is forked from a server that has ``preload`` in memory, unless ``fresh``. What its process prints
        past the notebook goes to the file ``log``, not to the user's terminal.
        """
        brought = Path(runtime) if runtime else bundle.runtime_folder(find_home())
        client = StepClient(
            nb_man,
            kernel_manager_class=kernel_manager_factory(preload, fresh=fresh),
            code=bundle.bootstrap(brought, context),
            listener=listener,
            live=live,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
            resources={"metadata": {"path": folder}} if folder else {},
        )
        if log is None:
            return client.execute(env=kernel_environment())
        with Path(log).open("ab") as file:
            return client.execute(env=kernel_environment(), stdout=file, stderr=file)
