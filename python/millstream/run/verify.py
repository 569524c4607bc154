"""A notebook straight and as a pipeline, compared value by value.

Straight is what the pipeline has to mean: every cell but the skipped ones, in order, in one kernel. Files that cells
change are put back before the next run, so that each run finds what the first one found and the user is left with
what one run leaves.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from millstream.artifacts.objects import ObjectFolder
from millstream.capture.journal import take_back
from millstream.compile import straight_notebook
from millstream.run import bundle, inside, kernelspecs
from millstream.run.notebooks import Executed
from millstream.run.runner import Request, Runner, kernels_end, refusal
from millstream.run.step import Job, Listener
from millstream.store import Store

STRAIGHT = "straight"

Values = dict[str, dict[str, Any]]


@dataclass(kw_only=True)
class State:
    """What a run left at its end.

    ``values`` are the data by name, ``outputs`` with functions and the like; ``unkept`` maps names that cannot be
    stored to the reason; ``files`` maps a path in the project to its content's digest, None where it was removed.
    """

    values: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)
    unkept: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str | None] = field(default_factory=dict)
    python: str = ""
    path: list[str] = field(default_factory=list)


class Verification:
    """One verification; call it for its document."""

    def __init__(self, store: Store, request: Request, tell: Listener) -> None:
        self.store = store
        self.request = replace(request, cache=False, keep="all")
        self.program = request.program
        self.tell = tell
        self.objects = ObjectFolder(store.root / "objects")
        self.work = store.root / "tmp" / f"verify-{secrets.token_hex(6)}"
        self.started = time.perf_counter()
        self.put_back: list[str] = []

    def __call__(self) -> dict[str, Any]:
        """Run both ways and compare. A notebook that cannot run either way is a document too."""
        if not self.program.ok:
            return self._document("refused", error=refusal(self.program))
        try:
            return self._verify()
        finally:
            shutil.rmtree(self.work, ignore_errors=True)

    def _verify(self) -> dict[str, Any]:
        self._say("Running the notebook straight, in one kernel.")
        straight = self._straight()
        if straight.manifest is None:
            return self._document("refused", error=_not_runnable(straight.error or {}))
        self._restore()
        self._say("Running it as a pipeline.")
        result, manifests = self._pipeline()
        if result["status"] != "succeeded":
            self._restore()
            verdict = "different" if result["status"] == "failed" else result["status"]
            return self._document(verdict, error=result["error"], run=result["run"])
        sides = state_of([straight.manifest]), state_of(manifests)
        rows, metrics, files = self._compare(*sides)
        if any(row["equal"] is False for row in (*rows, *metrics, *files)):
            self._excuse(sides[0], rows, metrics, files)
        return self._document(
            _verdict(rows, metrics, files), run=result["run"], values=rows, metrics=metrics, files=files
        )

    def _straight(self) -> Executed:
        """Run every cell in one kernel."""
        job = self._job(kernelspecs.choose(self.program.notebook.kernel, self.request.kernel).name)
        with kernels_end(job):
            return job.run_notebook(job, STRAIGHT, straight_notebook(self.program), straight_context(job))

    def _pipeline(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Run step by step: the run's document, and what each step left."""
        runner = Runner(self.store, replace(self.request, journal=self.work / "journal"), self.tell)
        result = runner()
        return result, [outcome.manifest or {} for outcome in map(runner.outcomes.get, runner.order) if outcome]

    def _job(self, kernel: str) -> Job:
        return Job(
            run=self.work.name, pipeline=self.request.pipeline, program=self.program, store=self.store,
            folder=self.request.folder, parameters={**self.program.parameters, **self.request.parameters},
            kernel=kernel, keep="all", use_cache=False, fresh_kernels=self.request.fresh_kernels,
            tell=lambda _: None, journal=self.work / "journal",
        )  # fmt: skip

    def _restore(self) -> None:
        """Make files what they were before the run that has just ended."""
        self.put_back = sorted({*self.put_back, *take_back([self.work / "journal"], self.objects)})

    def _compare(self, one: State, other: State) -> tuple[list[Any], list[Any], list[Any]]:
        rows = _rows(one, other)
        open_ = [
            row for row in rows if row["equal"] is None and row["name"] in one.values and row["name"] in other.values
        ]
        if open_:
            found = self._look_inside(one, other, [row["name"] for row in open_])
            for row in open_:
                row.update(found[row["name"]])
        return rows, _compare_plain(one.metrics, other.metrics), _compare_plain(one.files, other.files)

    def _excuse(self, straight: State, rows: list[Any], metrics: list[Any], files: list[Any]) -> None:
        """Run straight once more: what differs there as well is the notebook's own."""
        self._restore()
        self._say("Something differs: running the notebook straight once more, to see what differs by itself.")
        again = self._straight()
        if again.manifest is None:
            return
        state = state_of([again.manifest])
        names = {row["name"] for row in rows if row["equal"] is False}
        narrowed = [
            replace(each, values={n: v for n, v in each.values.items() if n in names}) for each in (straight, state)
        ]
        for mine, theirs in zip((rows, metrics, files), self._compare(*narrowed), strict=True):
            unsteady = {row["name"] for row in theirs if row["equal"] is False}
            for row in mine:
                if row["equal"] is False and row["name"] in unsteady:
                    row["nondeterministic"] = True
                    row["note"] = f"differs between two straight runs too; {row['note']}".rstrip("; ")

    def _look_inside(self, one: State, other: State, names: Sequence[str]) -> Values:
        """Compare values in a process of the kernel's Python, where their classes are."""
        runtime = bundle.runtime_folder(self.store.root)
        self.work.mkdir(parents=True, exist_ok=True)
        sides = {"straight": one.outputs, "pipeline": other.outputs}
        request = {"objects": str(self.objects.root), "names": names, "path": one.path, **sides}
        cwd = self.store.project / self.request.folder
        return inside.compared(request, one.python, work=self.work, runtime=runtime, cwd=cwd)

    def _say(self, text: str) -> None:
        self.tell({"event": "message", "severity": "hint", "text": text})

    def _document(self, verdict: str, *, error: Mapping[str, Any] | None = None, run: str | None = None,
                  values: Iterable[Any] = (), metrics: Iterable[Any] = (), files: Iterable[Any] = ()) -> dict[str, Any]:  # fmt: skip
        diagnostics = [d.to_json() for d in self.program.diagnostics]
        if error is not None and error.get("step") is not None:
            diagnostics.insert(0, _as_diagnostic(error))
        return {
            "verdict": verdict,
            "notebook": self.request.notebook,
            "pipeline": self.request.pipeline,
            "digest": self.program.digest,
            "run": run,
            "values": list(values),
            "metrics": list(metrics),
            "files": list(files),
            "put_back": [os.path.relpath(path, self.store.project) for path in self.put_back],
            "error": None if error is None else dict(error),
            "diagnostics": diagnostics,
            "seconds": round(time.perf_counter() - self.started, 3),
        }


def straight_context(job: Job) -> dict[str, Any]:
    """What the session of a straight run is told: nothing comes from before, everything is kept."""
    return {
        "objects": str(job.store.root / "objects"),
        "inputs": {},
        "ambient": {},
        "live": [],
        "deletes": [],
        "patches": [],
        "metrics": [],
        "keep": "all",
        "first": True,
        "data": [],
        "own": [str(job.store.root)],
        "journals": [str(job.journal)],
    }


def state_of(manifests: Sequence[Mapping[str, Any]]) -> State:
    """What a run left whose steps left ``manifests``, in the order of the notebook."""
    state = State()
    deleted: set[str] = set()
    made: set[str] = set()
    for manifest in manifests:
        for name in manifest["deleted"]:
            state.outputs.pop(name, None)
            deleted.add(name)
        for name, output in manifest["kept"].items():
            if name not in {*state.outputs, *deleted}:
                state.outputs[name] = output
        state.outputs.update(manifest["outputs"])
        state.unkept.update(manifest["failures"])
        state.metrics.update(manifest["metrics"])
        changed = {path: written["digest"] for path, written in manifest["writes"].items()}
        changed.update(dict.fromkeys(manifest["removes"]))
        made.update(path for path in manifest["made"] if path not in state.files)
        state.files.update({path: digest for path, digest in changed.items() if not os.path.isabs(path)})
        state.python, state.path = manifest["executable"], manifest["path"]
    state.files = {path: digest for path, digest in state.files.items() if digest or path not in made}
    state.values = {name: output for name, output in state.outputs.items() if output["data"] and "." not in name}
    return state


def _rows(one: State, other: State) -> list[dict[str, Any]]:
    """A row a name; ``equal`` is None where values must be looked at, or cannot be."""
    rows = []
    for name in sorted(n for n in {*one.values, *other.values, *one.unkept} if "." not in n):
        left, right = one.values.get(name), other.values.get(name)
        row: dict[str, Any] = {
            "name": name,
            "equal": None,
            "straight": _text(left),
            "pipeline": _text(right),
            "note": "",
        }
        if left is None and name in one.unkept:
            row["note"] = f"cannot be compared: {one.unkept[name]}"
        elif right is None and name in other.unkept:
            row["note"] = f"cannot be compared: {other.unkept[name]}"
        elif left is None or right is None:
            row.update(equal=False, note=f"only in the {'pipeline' if left is None else 'straight run'}")
        elif left["fingerprint"] == right["fingerprint"]:
            row["equal"] = True
        rows.append(row)
    return rows


def _compare_plain(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of values that are plain JSON: metrics, digests of files."""
    rows = []
    for name in sorted({*one, *other}):
        left, right = one.get(name), other.get(name)
        same = name in one and name in other and json.dumps(left) == json.dumps(right)
        note = "" if same else _how_different(name in one, name in other, left, right)
        rows.append({"name": name, "equal": same, "straight": left, "pipeline": right, "note": note})
    return rows


def _how_different(here: bool, there: bool, left: Any, right: Any) -> str:  # noqa: FBT001
    if not (here and there):
        return f"only in the {'straight run' if here else 'pipeline'}"
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return f"off by {abs(left - right):.3g}"
    return "the contents differ"


def _text(output: Mapping[str, Any] | None) -> str:
    if output is None:
        return ""
    shape = output.get("shape")
    return f"{output['type']} of shape {tuple(shape)}" if shape else str(output["type"])


def _verdict(*tables: Iterable[Mapping[str, Any]]) -> str:
    wrong = [row for table in tables for row in table if row["equal"] is False]
    if any(not row.get("nondeterministic") for row in wrong):
        return "different"
    return "nondeterministic" if wrong else "equal"


def _not_runnable(error: Mapping[str, Any]) -> dict[str, Any]:
    message = f"The notebook does not run from top to bottom: {error.get('message', '')}"
    hint = "Restart the kernel and run all cells to see the same; a pipeline can do no better."
    return {**error, "step": STRAIGHT, "message": message, "hint": hint}


def _as_diagnostic(error: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": error["code"], "severity": "error", "message": error["message"], "cell": error.get("cell"),
        "line": error.get("line"), "column": None, "hint": error.get("hint"),
    }  # fmt: skip
