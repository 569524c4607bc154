"""One step: its context, its cached result or its run by papermill, and what came of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from millstream.capture.standalone import latest
from millstream.compile import Program, load_arguments, step_notebook
from millstream.run import bundle
from millstream.run.cache import Cache, Key, Miss
from millstream.run.environment import package_versions
from millstream.run.state import Found
from millstream.store import Store

Listener = Callable[[dict[str, Any]], None]

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LINE = re.compile(r"(?:Cell In\[\d+\], line |In \[\d+\], in <cell line: )(\d+)")
_CODE_OF = {"CannotCrossError": "MS006", "StoreError": "MS007", "NotFoundError": "MS002"}


@dataclass(kw_only=True)
class Outcome:
    """What came of one step: ``manifest`` when it succeeded, ``error`` when it did not."""

    step: str
    status: str
    seconds: float
    found: Found
    manifest: dict[str, Any] | None = None
    executed: str | None = None
    error: dict[str, Any] | None = None
    key: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    cached_from: str | None = None
    reason: str = ""


@dataclass(kw_only=True)
class Job:
    """Everything that the steps of one run have in common."""

    run: str
    pipeline: str
    program: Program
    store: Store
    folder: str
    parameters: dict[str, Any]
    kernel: str
    keep: str
    use_cache: bool
    tell: Listener
    live: Any = None
    site: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cache = Cache(self.store.root, self.store.project)
        self.work = self.store.root / "tmp" / self.run

    @property
    def cwd(self) -> Path:
        """The folder the notebook is in: where its relative paths start."""
        return self.store.project / self.folder


def arguments_of(job: Job, step: str) -> dict[str, Any]:
    """What the step's load cell is given."""
    return load_arguments(job.program, step, pipeline=job.pipeline, folder=job.folder)


def key_of(job: Job, step: str, found: Found) -> Key:
    """What the step's result depends on before it runs."""
    import os

    block = job.program.block(step)
    names = sorted({n for c in (*job.program.layout.set_up, *block.cells) for n in job.program.facts[c].env_names})
    return Key(
        step=f"{job.pipeline}/{step}",
        parts={
            "code": job.program.code_digest(step),
            "parameters": job.program.parameters_of(step, job.parameters),
            "inputs": found.digests(),
            "environ": {name: os.environ.get(name) for name in names},
            "live": arguments_of(job, step)["live"],
            "metrics": arguments_of(job, step)["metrics"],
            "keep": job.keep,
            "kernel": job.kernel,
        },
    )


def from_cache(job: Job, step: str, found: Found) -> Outcome | Miss:
    """The result of an earlier run, if one still holds."""
    if not job.use_cache:
        return Miss(reason="the cache is off")
    if reason := never_cached(job.program, step):
        return Miss(reason=reason)
    key = key_of(job, step, found)
    entry = job.cache.look(key, found, job.site)
    if isinstance(entry, Miss):
        return entry
    job.cache.bring_back(entry)
    return Outcome(
        step=step, status="cached", seconds=0.0, found=found, manifest=entry["manifest"], executed=entry["executed"],
        key=key.digest, packages=entry["packages"], cached_from=entry["run"],
    )  # fmt: skip


def never_cached(program: Program, step: str) -> str:
    """Why a step is run every time; empty when it need not be."""
    if step in program.layout.volatile:
        return "it is tagged volatile"
    for cell in program.block(step).cells:
        for effect in program.facts[cell].effects:
            if not effect.harmless and effect.kind in ("shell", "run", "magic"):
                return f"cell {cell} runs {effect.text.splitlines()[0][:60]!r}, whose effects cannot be seen"
    return ""


def execute(job: Job, step: str, found: Found) -> Outcome:
    """Run the step in a kernel, by papermill."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    folder = job.work / step
    folder.mkdir(parents=True, exist_ok=True)
    source, output, result = folder / "step.ipynb", folder / "executed.ipynb", folder / "manifest.json"
    result.unlink(missing_ok=True)
    notebook = step_notebook(job.program, step, pipeline=job.pipeline, folder=job.folder)
    source.write_text(json.dumps(notebook), encoding="utf-8")
    context = folder / "context.json"
    context.write_text(json.dumps(_context(job, step, found, result)), encoding="utf-8")
    running: list[int | None] = []
    started = time.perf_counter()

    def listen(event: dict[str, Any]) -> None:
        if event["event"] == "cell-started":
            running[:] = [event["cell"]]
        if event["cell"] is not None:
            job.tell({**event, "step": step})

    error = None
    try:
        papermill.execute_notebook(
            source, output, parameters=_parameters(job, notebook), engine_name="millstream", kernel_name=job.kernel,
            progress_bar=False, context=str(context), runtime=str(bundle.runtime_folder(job.store.root)),
            cwd=str(job.cwd), listener=listen, live=job.live,
        )  # fmt: skip
    except PapermillExecutionError as failure:
        error = _failure(step, output, failure)
    except Exception as failure:  # noqa: BLE001 - a kernel may die in many ways
        error = _death(step, running[0] if running else None, failure)
    seconds = time.perf_counter() - started
    executed = job.store.put_file(output) if output.exists() else None
    if error is not None:
        return Outcome(step=step, status="failed", seconds=seconds, found=found, error=error, executed=executed)
    manifest = _finish(job, step, json.loads(result.read_text(encoding="utf-8")))
    packages = package_versions(manifest["site"], manifest["modules"], job.cache.folder)
    return Outcome(
        step=step, status="ran", seconds=seconds, found=found, manifest=manifest, executed=executed,
        key=key_of(job, step, found).digest, packages=packages,
    )  # fmt: skip


def remember(job: Job, outcome: Outcome) -> None:
    """Put a valid result into the cache, and what the step did into the facts."""
    manifest = outcome.manifest
    if manifest is None or outcome.status != "ran":
        return
    job.cache.remember(f"site-{job.kernel}", {"site": manifest["site"]})
    latest_path = latest(job.store.root, job.pipeline, outcome.step)
    latest_path.parent.mkdir(parents=True, exist_ok=True)
    latest_path.write_text(json.dumps(manifest), encoding="utf-8")
    job.cache.remember(
        job.program.code_digest(outcome.step),
        {
            "changed": sorted({*manifest["outputs"], *manifest["deleted"], *manifest["failures"]}),
            "ambient": sorted(manifest["ambient"]),
            "seconds": outcome.seconds,
        },
    )
    if all(written["kept"] for written in manifest["writes"].values()):
        entry = {
            "manifest": manifest, "executed": outcome.executed, "packages": outcome.packages, "run": job.run,
            "ambient": outcome.found.ambient, "seconds": outcome.seconds,
        }  # fmt: skip
        job.cache.add(key_of(job, outcome.step, outcome.found), entry)


def _context(job: Job, step: str, found: Found, result: Path) -> dict[str, Any]:
    arguments = arguments_of(job, step)
    return {
        "objects": str(job.store.root / "objects"),
        "result": str(result),
        "inputs": found.inputs,
        "ambient": found.ambient,
        "live": arguments["live"],
        "metrics": arguments["metrics"],
        "keep": job.keep,
        "first": not arguments["before"],
        "data": arguments["data"],
        "own": [str(job.store.root)],
    }


def _parameters(job: Job, notebook: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parameters that differ from the defaults, where the step has a parameters cell."""
    has_cell = any("parameters" in cell["metadata"].get("tags", []) for cell in notebook["cells"])
    given = {k: v for k, v in job.parameters.items() if job.program.parameters.get(k) != v or type(v) is bool}
    changed = {k: v for k, v in given.items() if repr(job.program.parameters.get(k)) != repr(v)}
    return changed if has_cell and changed else None


def _finish(job: Job, step: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with paths relative to the project; the notebook itself is not one of its data files."""
    del step
    for kind in ("reads", "writes", "listed"):
        manifest[kind] = {job.cache.relative(path): value for path, value in manifest[kind].items()}
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


def _death(step: str, cell: int | None, failure: Exception) -> dict[str, Any]:
    died = type(failure).__name__ in ("DeadKernelError", "RuntimeError") and "ied" in str(failure)
    message = (
        "The kernel died: the process ended without a Python error (os._exit, a crash in native code, or no memory left)."
        if died
        else f"{type(failure).__name__}: {failure}"
    )
    return {"code": "MS005", "step": step, "cell": cell, "line": None, "message": message, "traceback": ""}
