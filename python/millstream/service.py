"""One function a verb: the only place that joins compiler, runner and store. The faces call nothing below it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millstream.errors import NotFoundError, UsageError
from millstream.store import Store, find_root

if TYPE_CHECKING:
    from millstream.compile import Program
    from millstream.run.runner import Request

Listener = Callable[[dict[str, Any]], None]


def find_project(start: str | Path) -> Path:
    """The project's folder: where ``.millstream`` is, or would be made."""
    return find_root(Path(start))


def check(notebook: str | Path, *, suggest: bool = False) -> dict[str, Any]:
    """What a notebook means as a pipeline: steps, edges, parameters, metrics, diagnostics.

    With ``suggest``, a notebook without steps is read with the suggested ones, and ``suggestions`` holds their tags.
    """
    path = Path(notebook)
    program = _compile(path, suggest=suggest)
    roles = program.layout.roles
    return {
        "ok": program.ok,
        "notebook": str(notebook),
        "digest": program.digest,
        "steps": [step.to_json() for step in program.steps],
        "edges": [{"source": e.source, "target": e.target, "names": list(e.names)} for e in program.edges],
        "parameters": program.parameters,
        "metrics": list(program.metrics),
        "diagnostics": program.findings(),
        "cells": [
            {
                "index": cell.index,
                "role": roles.get(cell.index) or (cell.kind if cell.kind != "code" else "imports"),
                "step": program.layout.step_of(cell.index),
            }
            for cell in program.notebook.cells
        ],
        "suggestions": _suggestions(path) if suggest else [],
    }


def accept(notebook: str | Path) -> dict[str, Any]:
    """Write the suggested steps into the notebook as tags; the check document. Nothing else in the file changes."""
    from millstream.suggestions import Suggestions

    Suggestions(Path(notebook)).accept()
    return check(notebook)


def run(
    target: str | Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    step: str | None = None,
    cache: bool = True,
    jobs: int | None = None,
    keep: str = "needed",
    kernel: str | None = None,
    fresh_kernels: bool = False,
    suggest: bool = False,
    on_event: Listener | None = None,
) -> dict[str, Any]:
    """Run a notebook, or the folder of a promoted pipeline; the run document.

    Raises MillstreamError for a bad call; a run that fails, is refused or is cancelled is returned.
    """
    from millstream.run.runner import Runner
    from millstream.suggestions import Suggestions

    path, tell = Path(target), on_event or (lambda _: None)
    while True:
        store, request = _request(
            path, parameters=parameters, step=step, cache=cache, jobs=jobs or os.cpu_count() or 1, keep=keep,
            kernel=kernel, fresh_kernels=fresh_kernels, suggest=suggest,
        )  # fmt: skip
        result = Runner(store, request, tell)()
        if not (suggest and Suggestions(path).withdraw(request.program, result, tell)):
            return result


def explain(
    target: str | Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    step: str | None = None,
    cache: bool = True,
    keep: str = "needed",
    kernel: str | None = None,
    suggest: bool = False,
) -> dict[str, Any]:
    """Why each step of a notebook or pipeline would run now, or would not: ``{"steps": [{name, status, reason}]}``.

    Nothing is run. Raises RefusedError for a notebook that cannot run, and what :func:`run` raises for a bad call.
    """
    from millstream.run.runner import Runner, refuse

    path = Path(target)
    store, request = _request(
        path, parameters=parameters, step=step, cache=cache, keep=keep, kernel=kernel, suggest=suggest
    )
    if not request.program.ok:
        raise refuse(request.program, path)
    return {"steps": Runner(store, request, lambda _: None).explain()}


def verify(
    notebook: str | Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    jobs: int | None = None,
    kernel: str | None = None,
    fresh_kernels: bool = False,
    suggest: bool = False,
    on_event: Listener | None = None,
) -> dict[str, Any]:
    """Run a notebook straight and as a pipeline, and compare every value, metric and file they leave.

    ``verdict`` is equal, different, refused (it cannot run; ``error`` says why) or nondeterministic (what differs also
    differs between two straight runs); ``values``, ``metrics`` and ``files`` hold a row for each name, whose ``equal``
    is None where nothing can be said. Raises MillstreamError for a bad call.
    """
    from millstream.run.verify import Verification

    store, request = _request(
        Path(notebook), parameters=parameters, jobs=jobs or os.cpu_count() or 1, kernel=kernel,
        fresh_kernels=fresh_kernels, suggest=suggest,
    )  # fmt: skip
    return Verification(store, request, on_event or (lambda _: None))()


def promote(
    notebook: str | Path,
    *,
    name: str | None = None,
    note: str | None = None,
    verify: bool = False,
    on_event: Listener | None = None,
) -> dict[str, Any]:
    """Write ``pipelines/NAME/`` and register its version; the same code has the same version, whenever it comes.

    With ``verify`` the notebook is verified first, and the verdict is recorded with the version. Raises RefusedError
    for a notebook that cannot run.
    """
    from millstream import pipelines
    from millstream.promotion import Promotion
    from millstream.run.runner import refuse

    path = Path(notebook)
    program = _compile(path)
    if not program.ok:
        raise refuse(program, path)
    name = pipelines.check_name(pipelines.name_of(path) if name is None else name)
    verdict = _verdict(path, on_event) if verify else None
    return Promotion(Store.open(find_project(path)), program, path, name)(note=note, verdict=verdict)


def runs(
    project: str | Path,
    *,
    limit: int = 20,
    cursor: str | None = None,
    sort: str | None = None,
    filter: str | None = None,  # noqa: A002 - the word in the CLI and the API
) -> dict[str, Any]:
    """A page of the history, newest first unless ``sort`` says otherwise."""
    from millstream.store import queries

    return queries.runs(_store(project), limit=limit, cursor=cursor, sort=sort, filter=filter)


def show(project: str | Path, run: str) -> dict[str, Any]:
    """Everything known of one run; ``run`` may be a prefix or ``last``."""
    from millstream.store import queries

    return queries.show(_store(project), run)


def compare(project: str | Path, runs: Sequence[str]) -> dict[str, Any]:
    """Two or more runs side by side."""
    from millstream.store import queries

    return queries.compare(_store(project), runs)


def executed_notebook(project: str | Path, run: str, step: str) -> Path:
    """The executed notebook of a run's step."""
    found = show(project, run)
    for each in found["steps"]:
        if each["name"] == step and each["executed_notebook"]:
            return Path(each["executed_notebook"])
    names = ", ".join(each["name"] for each in found["steps"] if each["executed_notebook"])
    raise NotFoundError(f"Run {found['run']} has no executed notebook of step {step!r}.", hint=f"It has: {names}.")


def load(project: str | Path, name: str, run: str) -> Any:
    """The value of an artifact of a run: the last that a step left under ``name``."""
    import json

    from millstream.run import values

    found = show(project, run)
    store = _store(project)
    records = [r for r in store.records("step-ended") if r["run"] == found["run"] and r.get("manifest")]
    manifests = [json.loads(store.get_bytes(record["manifest"])) for record in records]
    return values.load(store.root / "objects", manifests, name, found["run"])


def store_check(project: str | Path) -> list[dict[str, str]]:
    """Everything that is damaged or missing in the store."""
    return _store(project).check()


def store_rebuild(project: str | Path) -> int:
    """Make the index anew from the records; how many it holds."""
    return _store(project).rebuild()


def store_sql(project: str | Path, query: str) -> Any:
    """What a read-only query says of the store's tables."""
    from millstream.store import queries

    return queries.sql(_store(project), query)


def kernels() -> list[dict[str, Any]]:
    """The servers that keep this user's kernels ready: what they hold in memory, and how much of it."""
    from millstream.run.kernels import list_servers

    return [server.to_json() for server in list_servers()]


def stop_kernels(*, kill: bool = False) -> list[dict[str, Any]]:
    """Let those servers go with the last kernel that runs, or at once; which there were."""
    from millstream.run.kernels import stop_servers

    return [server.to_json() for server in stop_servers(kill=kill)]


def _verdict(path: Path, on_event: Listener | None) -> str:
    return str(verify(path, on_event=on_event)["verdict"])


# -- behind the verbs ----------------------------------------------------------------------------------------------


def _store(project: str | Path) -> Store:
    return Store.open(find_project(project), create=False)


def _request(
    path: Path, *, parameters: Mapping[str, Any] | None, suggest: bool, step: str | None = None, **options: Any
) -> tuple[Store, Request]:
    """What to run, checked, and the store of its project."""
    from millstream.run.runner import Request

    program, facts = _program_of(path, suggest=suggest)
    given = {**facts["parameters"], **(parameters or {})}
    _check_parameters(program, given, path)
    _check_step(program, step, path)
    store = Store.open(facts["project"])
    if facts["version"] is None:
        facts["version"] = _version_of(store, facts["pipeline"], program.digest)
    return store, Request(
        program=program,
        pipeline=facts["pipeline"],
        version=facts["version"],
        folder=facts["folder"],
        notebook=facts["notebook"],
        parameters=given,
        step=step,
        messages=facts["messages"],
        **options,
    )


def _compile(path: Path, *, suggest: bool = False) -> Program:
    from millstream.compile import compile_notebook
    from millstream.notebook import read
    from millstream.suggestions import Suggestions

    return compile_notebook(Suggestions(path).notebook() if suggest else read(path))


def _suggestions(path: Path) -> list[dict[str, Any]]:
    from millstream.suggestions import Suggestions

    return [{"cell": cell, "tags": list(tags)} for cell, tags in Suggestions(path).tags().items()]


def _program_of(path: Path, *, suggest: bool) -> tuple[Program, dict[str, Any]]:
    """The program behind a notebook or a pipeline's folder, and where it belongs."""
    if path.is_dir() or path.name == "pipeline.yaml":
        return _promoted(path if path.is_dir() else path.parent)
    from millstream import pipelines

    program = _compile(path, suggest=suggest)
    project = find_project(path)
    inside = Path(os.path.realpath(path.parent)).is_relative_to(os.path.realpath(project))
    return program, {
        "project": project,
        "pipeline": pipelines.name_of(path),
        "version": None,
        "folder": os.path.relpath(os.path.realpath(path.parent), os.path.realpath(project))
        if inside
        else str(path.parent.absolute()),
        "notebook": os.path.relpath(path.absolute(), project),
        "parameters": {},
        "messages": [],
    }


def _promoted(folder: Path) -> tuple[Program, dict[str, Any]]:
    from millstream import pipelines

    program, description, parameters = pipelines.load(folder)
    project = find_project(folder)
    edited = program.digest != description["digest"]
    text = f"The steps in {folder} were edited since version {description['version']} was promoted; the run has no version."
    where = Path(os.path.normpath(project / str(description["folder"])))
    if not where.is_relative_to(project):
        raise UsageError(f"{folder}/pipeline.yaml names a folder outside the project: {description['folder']!r}.")
    return program, {
        "project": project,
        "pipeline": pipelines.check_name(str(description["name"])),
        "version": None if edited else description["version"],
        "folder": str(description["folder"]),
        "notebook": os.path.relpath(folder.absolute(), project),
        "parameters": {k: v for k, v in parameters.items() if program.parameters.get(k) != v},
        "messages": [text] if edited else [],
    }


def _check_parameters(program: Program, given: Mapping[str, Any], path: Path) -> None:
    unknown = sorted(set(given) - set(program.parameters))
    if unknown and program.ok:
        known = ", ".join(program.parameters) or "none; tag a cell 'parameters' to have some"
        raise UsageError(
            f"{path} has no parameter {unknown[0]!r}.", hint=f"Its parameters are: {known}.", parameter=unknown[0]
        )


def _check_step(program: Program, step: str | None, path: Path) -> None:
    names = [block.name for block in program.layout.steps]
    if step is not None and step not in names and program.ok:
        raise NotFoundError(f"{path} has no step {step!r}.", hint=f"Its steps are: {', '.join(names)}.", step=step)


def _version_of(store: Store, pipeline: str, digest: str) -> int | None:
    found = [
        r["version"] for r in store.records("version-promoted") if r["pipeline"] == pipeline and r["digest"] == digest
    ]
    return found[-1] if found else None
