"""`millstream verify` in this process: the real :class:`Verification`, whose notebooks run in forked processes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from inprocess.forked import forked_notebook, in_child
from millstream.capture.comparing import compare_runs
from millstream.compile import compile_notebook, straight_notebook
from millstream.notebook import read
from millstream.run.executor import Execution
from millstream.run.notebooks import Executed
from millstream.run.runner import Request
from millstream.run.step import Job
from millstream.run.verify import State, Values, Verification, state_of, straight_context
from millstream.store import Store

CellSource = tuple[str, ...]


@dataclass
class Result:
    """A verification's document, with the messages of the run."""

    document: dict[str, Any]
    messages: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return str(self.document["verdict"])

    @property
    def code(self) -> str | None:
        """Why it was refused."""
        error = self.document["error"]
        return None if error is None else str(error["code"])

    def explain(self) -> str:
        """What went wrong, for the message of a test that fails."""
        wrong = [row for kind in ("values", "metrics", "files") for row in self.document[kind] if row["equal"] is False]
        lines = [self.verdict, *(f"{row['name']}: {row['note']}" for row in wrong)]
        error = self.document["error"]
        if error is not None:
            lines.append(f"{error['code']} step {error.get('step')} cell {error.get('cell')}: {error['message']}")
            lines.append(error.get("traceback", ""))
        return "\n".join(lines)


class InProcess(Verification):
    """A verification without kernels.

    With ``thorough``, the pipeline runs twice more as users run it: only what later steps need is kept, the second time
    from the cache. What the last step has then is compared as well.
    """

    thorough = False

    def _straight(self) -> Executed:
        job = self._job("python3")
        return forked_notebook(job, "straight", straight_notebook(self.program), straight_context(job))

    def _pipeline(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        return self._execute(self._job("python3"))

    def _execute(self, job: Job) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        order = [block.name for block in self.program.layout.steps]
        execution = Execution(job, order, self.request.jobs, lambda _: None)
        failure = execution.run()
        error = None if failure is None else failure.error
        status = "succeeded" if failure is None else "refused" if (error or {})["code"] == "MS401" else "failed"
        manifests = [execution.valid[name].manifest or {} for name in order if name in execution.valid]
        return {"status": status, "error": error, "run": job.run}, manifests

    def _compare(self, one: State, other: State) -> tuple[list[Any], list[Any], list[Any]]:
        rows, metrics, files = super()._compare(one, other)
        for cached in (False, True) if self.thorough and not self.twice else ():
            self.twice = True
            more = self._as_users_run(one, cached=cached)
            for mine, theirs in zip((rows, metrics, files), more, strict=True):
                mine += [{**row, "name": f"{row['name']} (needed{', cached' * cached})"} for row in theirs]
        return rows, metrics, files

    twice = False

    def _as_users_run(self, straight: State, *, cached: bool) -> tuple[list[Any], list[Any], list[Any]]:
        """Run again with what later steps need only, and compare what the last step deals with."""
        self._restore()
        job = self._job("python3")
        job.keep, job.use_cache, job.run = "needed", True, f"{job.run}-{cached}"
        last = self.program.layout.steps[-1].name
        job.run_notebook = lambda job, name, notebook, context: forked_notebook(
            job, name, notebook, {**context, "keep": "all" if name == last else context["keep"]}
        )
        result, manifests = self._execute(job)
        if result["status"] != "succeeded":
            row = {"name": "the run", "equal": False, "straight": "", "pipeline": "", "note": str(result["error"])}
            return [row], [], []
        state = state_of(manifests)
        effects = self.program.graph.effects[last]
        names = (
            (effects.reads | effects.binds) & {*manifests[-1]["outputs"], *manifests[-1]["kept"]} & state.values.keys()
        )
        kept = [
            replace(each, values={n: v for n, v in each.values.items() if n in names}, unkept={})
            for each in (straight, state)
        ]
        return super()._compare(*kept)

    def _job(self, kernel: str) -> Job:
        job = super()._job(kernel)
        job.run_notebook = forked_notebook
        job.tell = self.tell
        return job

    def _look_inside(self, one: State, other: State, names: Sequence[str]) -> Values:
        path = self.work / "compared.json"
        sides = {"straight": one.outputs, "pipeline": other.outputs}
        request = {"objects": str(self.objects.root), "names": names, "path": one.path, **sides}
        status = in_child(_compare_into, path, request)
        assert status == 0, "the comparison itself failed"
        found: Values = json.loads(path.read_text())
        return found


def _compare_into(path: Path, request: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(compare_runs(request)))


def write(path: Path, cells: Iterable[CellSource]) -> Path:
    """A notebook of (source, tag, …)."""
    code = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {"tags": list(tags)},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, (source, *tags) in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": code}))
    return path


def verify(
    folder: Path,
    cells: Iterable[CellSource],
    *,
    parameters: Mapping[str, Any] | None = None,
    jobs: int = 2,
    thorough: bool = False,
    kernels: bool = False,
) -> Result:
    """Verify a notebook of (source, tag, …) in the folder, which becomes a project; in real kernels if asked."""
    notebook = write(folder / "notebook.ipynb", cells)
    request = Request(
        program=compile_notebook(read(notebook)), pipeline="notebook", version=None, folder=".", notebook=notebook.name,
        parameters=dict(parameters or {}), jobs=jobs,
    )  # fmt: skip
    messages: list[str] = []

    def tell(event: Mapping[str, Any]) -> None:
        if event["event"] == "message":
            messages.append(event["text"])

    if kernels:
        return Result(Verification(Store.open(folder), request, tell)(), messages)
    verification = InProcess(Store.open(folder), request, tell)
    verification.thorough = thorough
    return Result(verification(), messages)
