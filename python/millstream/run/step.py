"""One step: its context, its cached result or its run by papermill, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from millstream.capture.journal import Journal
from millstream.capture.standalone import latest
from millstream.compile import Program, load_arguments, step_notebook
from millstream.run.cache import Cache, Key, Miss
from millstream.run.conflicts import facts_of
from millstream.run.environment import package_versions
from millstream.run.notebooks import Executed, run_notebook
from millstream.run.state import Found
from millstream.settings import read_settings
from millstream.store import Store

Listener = Callable[[dict[str, Any]], None]

FORMAT = 1
"""Raised when a result made by an earlier Millstream must not be taken for one of this one."""


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
    fresh_kernels: bool = False
    live: Any = None
    journal: Path | None = None
    site: list[str] = field(default_factory=list)
    run_notebook: Callable[..., Executed] = run_notebook

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
            "format": FORMAT,
            "code": job.program.code_digest(step),
            "parameters": job.program.parameters_of(step, job.parameters),
            "inputs": found.digests(),
            "environ": {name: os.environ.get(name) for name in names},
            "metrics": arguments_of(job, step)["metrics"],
            "keep": job.keep,
            "kernel": job.kernel,
        },
    )


def look_up(job: Job, step: str, found: Found) -> dict[str, Any] | Miss:
    """The cache entry that still holds for the step, or why there is none."""
    if not job.use_cache:
        return Miss(reason="the cache is off")
    if reason := never_cached(job.program, step):
        return Miss(reason=reason)
    return job.cache.look(key_of(job, step, found), found, job.site, arguments_of(job, step)["live"])


def from_entry(job: Job, step: str, found: Found, entry: dict[str, Any], journals: Sequence[Path]) -> Outcome:
    """The result of an earlier run, with the files it wrote."""
    job.cache.bring_back(entry, Journal([*journals, *([job.journal] if job.journal else [])], job.cache.objects))
    return Outcome(
        step=step, status="cached", seconds=0.0, found=found, manifest=entry["manifest"], executed=entry["executed"],
        key=key_of(job, step, found).digest, packages=entry["packages"], cached_from=entry["run"],
    )  # fmt: skip


def never_cached(program: Program, step: str) -> str:
    """Why a step is run every time; empty when it need not be."""
    if step in program.layout.volatile:
        return "it is tagged volatile"
    for cell, effect in _opaque_effects(program, step):
        return f"cell {cell} runs {effect.text.splitlines()[0][:60]!r}, whose effects cannot be seen"
    return ""


def has_opaque_effects(program: Program, step: str) -> bool:
    """Whether a step does things that nobody can see: shell commands, scripts, magics."""
    return any(True for _ in _opaque_effects(program, step))


def _opaque_effects(program: Program, step: str) -> Iterator[tuple[int, Any]]:
    for cell in program.block(step).cells:
        for effect in program.facts[cell].effects:
            if not effect.harmless and effect.kind in ("shell", "run", "magic"):
                yield cell, effect


def execute(job: Job, step: str, found: Found, journals: Sequence[Path] = ()) -> Outcome:
    """Run the step in a kernel, by papermill; ``journals`` are told what files were before it changes them."""
    notebook = step_notebook(job.program, step, pipeline=job.pipeline, folder=job.folder)
    done = job.run_notebook(job, step, notebook, context_of(job, step, found, journals))
    return outcome_of(job, step, found, done)


def outcome_of(job: Job, step: str, found: Found, done: Executed) -> Outcome:
    """What a step came to that has run."""
    packages: dict[str, str] = {}
    if done.manifest is not None:
        packages = package_versions(done.manifest["site"], done.manifest["modules"], job.cache.folder)
    return Outcome(
        step=step, status="failed" if done.manifest is None else "ran", seconds=done.seconds, found=found,
        manifest=done.manifest, executed=done.executed, error=done.error, packages=packages,
        key=key_of(job, step, found).digest,
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
            "peak_memory": manifest["peak_memory"],
            **facts_of(manifest),
        },
    )
    if all(written["kept"] for written in manifest["writes"].values()):
        entry = {
            "manifest": manifest, "executed": outcome.executed, "packages": outcome.packages, "run": job.run,
            "ambient": outcome.found.ambient, "seconds": outcome.seconds,
            "looked_up": {n: outcome.found.available.get(n, {}).get("digest") for n in manifest["looked_up"]},
            "live": arguments_of(job, outcome.step)["live"],
        }  # fmt: skip
        job.cache.add(key_of(job, outcome.step, outcome.found), entry)


def context_of(job: Job, step: str, found: Found, journals: Sequence[Path]) -> dict[str, Any]:
    """What the step's session in the kernel is told; see :class:`millstream.capture.session.Session`."""
    arguments = arguments_of(job, step)
    return {
        "objects": str(job.store.root / "objects"),
        "inputs": found.inputs,
        "available": found.available,
        "ambient": found.ambient,
        "live": arguments["live"],
        "deletes": arguments["deletes"],
        "patches": arguments["patches"],
        "metrics": arguments["metrics"],
        "keep": job.keep,
        "first": not arguments["before"],
        "data": arguments["data"],
        "own": [str(job.store.root)],
        "file_limit": read_settings(job.store.project).keep_up_to,
        "journals": [str(path) for path in (*journals, *([job.journal] if job.journal else []))],
    }
