"""One notebook in one kernel, by papermill, and what came of it."""

from __future__ import annotations

import importlib
import json
import re
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millstream.run import bundle

if TYPE_CHECKING:
    from millstream.run.step import Job

_IMPORTING = threading.Lock()
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LINE = re.compile(r"(?:Cell In\[\d+\], line |In \[\d+\], in <cell line: )(\d+)")
_CODE_OF = {"CannotCrossError": "MS006", "StoreError": "MS007", "NotFoundError": "MS002"}


@dataclass(kw_only=True)
class Executed:
    """What came of a notebook: ``manifest`` when every cell succeeded, ``error`` when one did not.

    ``executed`` is the digest of the notebook with its outputs.
    """

    seconds: float
    executed: str | None = None
    manifest: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


def run_notebook(job: Job, name: str, notebook: Mapping[str, Any], context: Mapping[str, Any]) -> Executed:
    """Run the notebook in a kernel of its own; ``context`` is what the session in it is told."""
    papermill = _papermill()
    folder = job.work / name
    folder.mkdir(parents=True, exist_ok=True)
    source, output, result = folder / "step.ipynb", folder / "executed.ipynb", folder / "manifest.json"
    result.unlink(missing_ok=True)
    source.write_text(json.dumps(notebook), encoding="utf-8")
    path = folder / "context.json"
    path.write_text(json.dumps({**context, "result": str(result)}), encoding="utf-8")
    log = folder / "kernel.log"
    running: list[int | None] = [None]
    started = time.perf_counter()

    def listen(event: dict[str, Any]) -> None:
        if event["event"] == "cell-started":
            running[:] = [event["cell"]]
        if event["cell"] is not None:
            job.tell({**event, "step": name})

    error = None
    try:
        papermill.execute_notebook(
            source, output, parameters=_parameters(job, notebook), engine_name="millstream", kernel_name=job.kernel,
            progress_bar=False, context=str(path), runtime=str(bundle.runtime_folder(job.store.root)),
            folder=str(job.cwd), listener=listen, live=job.live, preload=job.program.set_up_modules,
            fresh=job.fresh_kernels or job.program.set_up_changes_process, log=str(log),
        )  # fmt: skip
    except papermill.PapermillExecutionError as failure:
        error = _failure(name, output, failure)
    except Exception as failure:  # noqa: BLE001 - a kernel may die in many ways
        error = _death(name, running[0], failure, log)
    seconds = time.perf_counter() - started
    if error is None and not result.exists():
        error = _death(name, running[0], RuntimeError("The kernel died"), log)
    manifest = None if error is not None else _finish(job, json.loads(result.read_text(encoding="utf-8")))
    executed = job.store.put_file(output) if output.exists() else None
    return Executed(seconds=seconds, executed=executed, manifest=manifest, error=error)


def _papermill() -> Any:
    """papermill, imported without a grammar of IRIs that takes longer to build than all the rest.

    jsonschema uses ``rfc3987_syntax`` where it is installed, for a format that no notebook has.
    """
    with _IMPORTING:
        blocked = "jsonschema" not in sys.modules and "rfc3987_syntax" not in sys.modules
        if blocked:
            sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
        try:
            return importlib.import_module("papermill")
        finally:
            if blocked:
                del sys.modules["rfc3987_syntax"]


def _parameters(job: Job, notebook: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parameters that differ from the defaults, where the notebook has a parameters cell."""
    has_cell = any("parameters" in cell["metadata"].get("tags", []) for cell in notebook["cells"])
    changed = {k: v for k, v in job.parameters.items() if repr(job.program.parameters.get(k)) != repr(v)}
    return changed if has_cell and changed else None


def _finish(job: Job, manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with paths relative to the project."""
    for kind in ("reads", "writes", "listed", "asked"):
        manifest[kind] = {job.cache.relative(path): value for path, value in manifest[kind].items()}
    for kind in ("removes", "made", "folders"):
        manifest[kind] = [job.cache.relative(path) for path in manifest[kind]]
    return manifest


def _failure(step: str, output: Path, failure: Any) -> dict[str, Any]:
    """The error of a cell that raised, with the cell and line of the notebook."""
    cell = _failing_cell(output)
    text = _ANSI.sub("", "\n".join(failure.traceback))
    lines = _LINE.findall(text)
    message = f"{failure.ename}: {failure.evalue}" if failure.evalue else str(failure.ename)
    own = cell is None
    return {
        "code": _CODE_OF.get(failure.ename, "MS005") if own else "MS005",
        "step": step,
        "cell": cell,
        "line": int(lines[0]) if lines and not own else None,
        "message": failure.evalue if own and failure.ename in _CODE_OF else _ANSI.sub("", message),
        "traceback": text,
    }


def _failing_cell(output: Path) -> int | None:
    try:
        cells = json.loads(output.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return None
    for cell in cells:
        if any(o.get("output_type") == "error" for o in cell.get("outputs", ())):
            found = cell["metadata"].get("millstream", {}).get("cell")
            return found if isinstance(found, int) else None
    return None


def _death(step: str, cell: int | None, failure: Exception, log: Path) -> dict[str, Any]:
    """The error of a kernel that ended, with the last that its process printed (a native crash, for one)."""
    died = type(failure).__name__ in ("DeadKernelError", "RuntimeError") and "ied" in str(failure)
    message = (
        "The kernel died: the process ended without a Python error (os._exit, a crash in native code, or no memory left)."
        if died
        else f"{type(failure).__name__}: {failure}"
    )
    text = log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else ""
    return {"code": "MS005", "step": step, "cell": cell, "line": None, "message": message, "traceback": text}
