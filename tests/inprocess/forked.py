"""One notebook in one forked process, in place of papermill and a kernel."""

from __future__ import annotations

import asyncio
import builtins
import json
import linecache
import multiprocessing
import os
import random
import sys
import time
import traceback
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import millstream.capture.session  # noqa: F401 - loaded before the fork
from millstream import capture
from millstream.notebook.ipython import translate
from millstream.run.notebooks import Executed, _finish, _parameters
from millstream.run.step import Job

_SHELL_WORDS = ("__future__", "get_ipython", "display", "In[", "Out[", "_oh", "await ", "async ")


_LIBRARIES = (
    "matplotlib.pyplot", "networkx", "numpy", "pandas", "PIL.Image", "pyarrow.parquet", "scipy.sparse",
    "sklearn.ensemble", "sklearn.linear_model", "sklearn.neighbors", "sklearn.pipeline", "IPython.core.interactiveshell",
    "millstream.capture.comparing", "millstream.capture.session", "millstream.run.runner", "pytest",
)  # fmt: skip
"""What notebooks import, and what this module does, in memory before they are forked."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(list(_LIBRARIES))


def in_child(work: Callable[..., None], *arguments: Any) -> int:
    """Run ``work`` in a forked process; its exit status.

    It is forked from a process that does nothing else: threads of native libraries that tests have started in this one
    would be missing in its children, and waited for.
    """
    child = _context.Process(target=_silently, args=(work, arguments))
    child.start()
    child.join()
    return child.exitcode or 0


def _silently(work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    status = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))
        work(*arguments)
        status = 0
    except BaseException:
        traceback.print_exc(file=open("/tmp/millstream-inprocess.log", "w"))
    finally:
        os._exit(status)


def forked_notebook(job: Job, name: str, notebook: Mapping[str, Any], context: Mapping[str, Any]) -> Executed:
    """What :func:`millstream.run.notebooks.run_notebook` does, without papermill and without a kernel."""
    folder = job.work / name
    folder.mkdir(parents=True, exist_ok=True)
    result, failure = folder / "manifest.json", folder / "error.json"
    result.unlink(missing_ok=True)
    failure.unlink(missing_ok=True)
    parameters = _parameters(job, notebook) or {}
    started = time.perf_counter()

    shell = any(_needs_shell(cell.source) for cell in job.program.notebook.cells if cell.kind == "code")
    told = {**context, "result": str(result)}
    status = in_child(_run, notebook["cells"], parameters, told, job.cwd, failure, shell)
    error = json.loads(failure.read_text()) if failure.exists() else None
    if error is None and not result.exists():
        error = {"code": "MS005", "cell": None, "line": None, "message": f"the process ended with {status}"}
    if error is not None:
        return Executed(seconds=time.perf_counter() - started, error={**error, "step": name})
    manifest = _finish(job, json.loads(result.read_text()))
    executed = job.store.put_bytes(b"{}")
    return Executed(seconds=time.perf_counter() - started, manifest=manifest, executed=executed)


def _run(
    cells: list[dict[str, Any]],
    parameters: dict[str, Any],
    context: dict[str, Any],
    cwd: Path,
    failure: Path,
    shell: bool,  # noqa: FBT001
) -> None:
    os.chdir(cwd)
    if "" not in sys.path:
        sys.path.insert(0, "")  # as a kernel has it
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    execute = _shell(main) if shell else _plain(main)
    capture.begin(context)
    for cell in cells:
        try:
            execute(cell["source"])
            if "parameters" in cell["metadata"].get("tags", ()):
                execute("\n".join(f"{name} = {value!r}" for name, value in parameters.items()))
        except BaseException as error:
            text = traceback.format_exc()
            number = cell["metadata"].get("millstream", {}).get("cell")
            kind = type(error).__name__
            code = getattr(error, "code", "MS005") if number is None else "MS005"
            found = {"code": code, "cell": number, "line": None, "message": f"{kind}: {error}", "traceback": text}
            failure.write_text(json.dumps(found))
            return


def _needs_shell(source: str) -> bool:
    return translate(source).python != source or any(word in source for word in _SHELL_WORDS)


def _plain(main: types.ModuleType) -> Callable[[str], None]:
    """Run cells as Python runs a module; quicker than a shell by a fifth of a second."""
    count = iter(range(1_000_000))

    def execute(source: str) -> None:
        name = f"/tmp/ipykernel_{os.getpid()}/{next(count)}.py"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec", dont_inherit=True), main.__dict__)

    return execute


def _shell(main: types.ModuleType) -> Callable[[str], None]:
    """Run cells in IPython."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            pass

    config = Config()
    config.HistoryManager.enabled = False
    asyncio.set_event_loop(asyncio.new_event_loop())
    InteractiveShell.clear_instance()
    shell = Shell.instance(config=config, user_module=main, user_ns=main.__dict__)

    def execute(source: str) -> None:
        shell.run_cell(source, store_history=True).raise_error()

    return execute
