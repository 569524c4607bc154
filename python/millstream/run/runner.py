"""One run from start to end: records, events, kernels, cancellation."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from millstream.compile import Program, file_name
from millstream.errors import RefusedError
from millstream.run import environment, kernelspecs
from millstream.run.executor import Execution, ancestors
from millstream.run.live import Live
from millstream.run.reads import keep_reads
from millstream.run.step import Job, Listener, Outcome
from millstream.settings import read_settings
from millstream.store import Store, process_identity

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to run and how. ``folder`` is the notebook's, relative to the project."""

    program: Program
    pipeline: str
    version: int | None
    folder: str
    notebook: str
    parameters: dict[str, Any]
    step: str | None = None
    cache: bool = True
    jobs: int = 1
    keep: str = "needed"
    kernel: str | None = None
    fresh_kernels: bool = False
    messages: list[str] = field(default_factory=list)
    journal: Path | None = None


class Runner:
    """Runs a request and keeps the evidence."""

    def __init__(self, store: Store, request: Request, tell: Listener) -> None:
        self.store = store
        self.request = request
        self.tell = tell
        now = datetime.now(UTC)
        self.run = f"{now:%Y%m%d-%H%M%S}-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}"
        self.started = now.isoformat(timespec="milliseconds")
        self.clock = time.perf_counter()
        self.outcomes: dict[str, Outcome] = {}
        self.order = [block.name for block in request.program.layout.steps]
        self.metrics: dict[str, Any] = {}
        self.keep_up_to = read_settings(store.project).keep_up_to

    def __call__(self) -> dict[str, Any]:
        """Run; the run document. A failed, refused or cancelled run is a document too."""
        request = self.request
        if not request.program.ok:
            return self._end("refused", refusal(request.program))
        choice = kernelspecs.choose(request.program.notebook.kernel, request.kernel)
        wanted = self.order if request.step is None else ancestors(request.program, request.step)
        self._record_start(choice.name)
        self.tell({"event": "run-started", "run": self.run, "pipeline": request.pipeline, "steps": wanted})
        for text in (*request.messages, *([choice.message] if choice.message else [])):
            self.tell({"event": "message", "severity": "warning", "text": text})
        job = self._job(choice.name)
        try:
            with kernels_end(job):
                failure = Execution(job, wanted, request.jobs, self._step_ended).run()
        except KeyboardInterrupt:
            error = {"code": "MS009", "step": None, "cell": None, "line": None, "message": "The run was interrupted."}
            return self._end("cancelled", error)
        finally:
            shutil.rmtree(job.work, ignore_errors=True)
        if failure is None:
            return self._end("succeeded", None)
        return self._end("refused" if (failure.error or {}).get("code") == "MS401" else "failed", failure.error)

    def explain(self) -> list[dict[str, Any]]:
        """Why each step would run, or would not. Nothing is run or recorded."""
        from millstream.run.explain import explain

        request = self.request
        kernel = kernelspecs.choose(request.program.notebook.kernel, request.kernel).name
        wanted = self.order if request.step is None else ancestors(request.program, request.step)
        return explain(self._job(kernel), wanted)

    def _job(self, kernel: str) -> Job:
        request = self.request
        job = Job(
            run=self.run, pipeline=request.pipeline, program=request.program, store=self.store, folder=request.folder,
            parameters={**request.program.parameters, **request.parameters}, kernel=kernel, keep=request.keep,
            use_cache=request.cache, fresh_kernels=request.fresh_kernels, tell=self.tell,
            journal=request.journal,
        )  # fmt: skip
        job.site = _site_of(job)
        return job

    def _record_start(self, kernel: str) -> None:
        request = self.request
        self.store.append(
            "run-started",
            {
                "run": self.run,
                "pipeline": request.pipeline,
                "version": request.version,
                "code": request.program.digest,
                "folder": request.folder,
                "notebook": {
                    "path": request.notebook,
                    "digest": request.program.notebook.digest,
                    "source": self.store.put_bytes(_json(without_outputs(request.program.notebook.raw))),
                },
                "parameters": {**request.program.parameters, **request.parameters},
                "steps": self.order,
                "edges": [
                    {"source": e.source, "target": e.target, "names": list(e.names)} for e in request.program.edges
                ],
                "git": environment.git_state(self.store.project / request.folder),
                "environment": {"kernel": kernel, **_plain(environment.here())},
                "user": environment.here()["user"],
                "host": environment.here()["host"],
                "process": process_identity(),
                "messages": request.messages,
            },
        )

    def _step_ended(self, outcome: Outcome) -> None:
        self.outcomes[outcome.step] = outcome
        manifest = outcome.manifest or {}
        metrics = manifest.get("metrics", {})
        self.metrics.update(metrics)
        self._show(outcome)
        self.store.append("step-ended", self._step_record(outcome, manifest))
        self.tell(
            {
                "event": "step-ended", "step": outcome.step, "status": outcome.status,
                "seconds": round(outcome.seconds, 3), "metrics": metrics, "error": outcome.error,
            }
        )  # fmt: skip

    def _step_record(self, outcome: Outcome, manifest: Mapping[str, Any]) -> dict[str, Any]:
        program = self.request.program
        block = program.block(outcome.step)
        source = "\n\n".join(program.notebook.cells[c].source.rstrip() for c in block.cells) + "\n"
        outputs = {**manifest.get("outputs", {}), **manifest.get("kept", {})}
        return {
            "run": self.run,
            "step": outcome.step,
            "status": outcome.status,
            "seconds": round(outcome.seconds, 3),
            "peak_memory": manifest.get("peak_memory"),
            "started": self.started,
            "key": outcome.key,
            "cells": block.cells,
            "metrics": manifest.get("metrics", {}),
            "inputs": outcome.found.digests(),
            "outputs": {n: {k: o.get(k) for k in ("digest", "type", "bytes")} for n, o in outputs.items()},
            "manifest": self.store.put_bytes(_json(manifest)) if manifest else None,
            "executed": outcome.executed,
            "code": program.code_digest(outcome.step),
            "source": self.store.put_bytes(source.encode()),
            "reads": keep_reads(self.store, manifest.get("reads", {}), self.keep_up_to),
            "writes": [
                {"path": p, "digest": w["digest"], "bytes": w["bytes"]} for p, w in manifest.get("writes", {}).items()
            ],
            "environment": {**outcome.packages, **({"python": manifest["python"]} if manifest else {})},
            "error": outcome.error,
            "cached_from": outcome.cached_from,
            "reason": outcome.reason,
        }

    def _show(self, outcome: Outcome) -> None:
        if outcome.executed is not None:
            position = self.order.index(outcome.step) + 1
            self.store.show_notebook(self.run, position, outcome.step, outcome.executed)

    def _end(self, status: str, error: dict[str, Any] | None) -> dict[str, Any]:
        seconds = round(time.perf_counter() - self.clock, 3)
        diagnostics = self.request.program.findings()
        if status == "refused" and not self.outcomes:
            self._record_start_of_refused()
        self.store.append(
            "run-ended",
            {
                "run": self.run, "status": status, "seconds": seconds, "metrics": self.metrics, "error": error,
                "diagnostics": diagnostics,
            },
        )  # fmt: skip
        self.tell({"event": "run-ended", "run": self.run, "status": status, "seconds": seconds, "error": error})
        return {
            "run": self.run,
            "pipeline": self.request.pipeline,
            "version": self.request.version,
            "status": status,
            "parameters": {**self.request.program.parameters, **self.request.parameters},
            "metrics": self.metrics,
            "started": self.started,
            "seconds": seconds,
            "steps": [self._step_document(position, name) for position, name in enumerate(self.order, 1)],
            "error": error,
            "diagnostics": diagnostics,
        }

    def _record_start_of_refused(self) -> None:
        if not self.request.program.ok:
            self._record_start(self.request.kernel or self.request.program.notebook.kernel or "")

    def _step_document(self, position: int, name: str) -> dict[str, Any]:
        outcome = self.outcomes.get(name)
        path = self.store.notebook_path(self.run, position, name)
        return {
            "name": name,
            "status": outcome.status if outcome else "not run",
            "seconds": round(outcome.seconds, 3) if outcome else None,
            "executed_notebook": str(path) if path.exists() else None,
            "cells": list(self.request.program.block(name).cells),
            "reason": outcome.reason if outcome else "",
            "file": file_name(self.request.program, name),
        }


@contextlib.contextmanager
def kernels_end(job: Job) -> Iterator[None]:
    """No kernel outlives the run, however it ends; SIGTERM ends it as Ctrl-C does."""
    job.live = Live()
    previous = None
    if threading.current_thread() is threading.main_thread():
        previous = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    except BaseException:
        job.live.cancel()
        raise
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def refusal(program: Program) -> dict[str, Any]:
    """The first error that keeps a program from running."""
    first = next(d for d in program.diagnostics if d.severity == "error")
    return {
        "code": first.code, "step": None, "cell": first.cell, "line": first.line, "message": first.message,
        "hint": first.hint,
    }  # fmt: skip


def refuse(program: Program, path: Path) -> RefusedError:
    """The error for a program that cannot run."""
    errors = [d for d in program.diagnostics if d.severity == "error"]
    first = errors[0]
    where = f"{path}" if first.cell is None else f"{path}, cell {first.cell}"
    return RefusedError(
        f"{where}: {first.code} {first.message}",
        hint=first.hint,
        notebook=str(path),
        diagnostics=[d.to_json() for d in errors],
    )


def _site_of(job: Job) -> list[str]:
    """The package folders of the kernel's environment, as its last step reported them."""
    known = job.cache.facts(f"site-{job.kernel}")
    return list(known["site"]) if known else []


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if name not in ("user", "host")}


def without_outputs(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook as it was written: what it showed is left out."""
    bare: dict[str, Any] = {"outputs": [], "execution_count": None}
    cells = [{**cell, **bare} if cell.get("cell_type") == "code" else cell for cell in raw["cells"]]
    return {**raw, "cells": cells}


def _json(value: Mapping[str, Any]) -> bytes:
    import json

    return json.dumps(value, sort_keys=True).encode()
