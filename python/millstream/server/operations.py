"""What each route does: a few lines between a request and the service. Those that are not ``async`` run in a thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from millstream.errors import NotFoundError
from millstream.server.jobs import Jobs
from millstream.server.paths import contents_path, notebook_file

API = 1
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What the routes work on: the folder that the server shows (resolved), and the runs it started."""

    root: Path
    jobs: Jobs


@dataclass(frozen=True, slots=True)
class Call:
    """A request that fits its schema: what stood in the path, the query (with its defaults) and the body."""

    path: dict[str, str]
    query: dict[str, Any]
    body: Document

    @property
    def notebook(self) -> str:
        """The contents path of the notebook that the body names."""
        return str(self.body["notebook"])


def version(_context: Context, _call: Call) -> Document:
    """The versions that panel and server compare."""
    return {"version": version_of("millstream"), "api": API}


def check(context: Context, call: Call) -> Document:
    """What the notebook compiles to."""
    from millstream import service

    path = call.query["notebook"]
    return {**service.check(notebook_file(context.root, path), suggest=call.query["suggest"]), "notebook": path}


async def start_job(context: Context, call: Call) -> Document:
    """Start a run in a process of its own."""
    given = {"parameters": {}, "cache": True, "step": None, **call.body}
    del given["notebook"]
    job = await context.jobs.start(call.notebook, notebook_file(context.root, call.notebook), **given)
    return {"job": job.id}


def job(context: Context, call: Call) -> Document:
    """How a run goes."""
    return context.jobs.get(call.path["job"]).document()


def jobs(context: Context, _call: Call) -> Document:
    """The runs that go on."""
    return {"jobs": [each.document() for each in context.jobs.running()]}


async def cancel_job(context: Context, call: Call) -> None:
    """Ask a run to end; it is killed when it does not."""
    context.jobs.cancel(context.jobs.get(call.path["job"]))


def runs(context: Context, call: Call) -> Document:
    """A page of the history."""
    from millstream import service

    asked = {name: call.query[name] or None for name in ("cursor", "sort", "filter")}
    return service.runs(_project(context, call), limit=call.query["limit"], **asked)


def run(context: Context, call: Call) -> Document:
    """One run, whole."""
    from millstream import service

    return service.show(_project(context, call), call.path["run"])


def executed_notebook(context: Context, call: Call) -> Document:
    """The executed notebook of a step.

    Without the marks of trust that its cells may bear: whether its outputs may run is for Jupyter to say, not for a
    file that may have come from elsewhere.
    """
    name = call.path["step"]
    step = next((step for step in run(context, call)["steps"] if step["name"] == name), None)
    path = step and step.get("executed_notebook")
    try:
        notebook = json.loads(Path(path).read_bytes()) if path else None
    except (OSError, ValueError):
        notebook = None
    if not isinstance(notebook, dict):
        raise NotFoundError(
            f"Run {call.path['run'][:80]!r} has no executed notebook of a step {name[:80]!r}.",
            hint="The step was not run, or the notebook was removed from the store.",
        )
    for cell in notebook.get("cells", []):
        cell.get("metadata", {}).pop("trusted", None)
    return notebook


def compare(context: Context, call: Call) -> Document:
    """Runs side by side."""
    from millstream import service

    return service.compare(_project(context, call), call.query["run"])


def stats(context: Context, call: Call) -> Document:
    """The statistics of a value, or of a file that a run read or wrote: no other file is looked at."""
    from millstream import evidence

    return evidence.stats(_project(context, call), call.query["name"], at=call.query["at"] or None)


def data(context: Context, call: Call) -> Document:
    """The files that runs read, and their versions."""
    from millstream import evidence

    return evidence.data(_project(context, call), everything=call.query["all"])


def lineage(context: Context, call: Call) -> Document:
    """Where something comes from and what came of it, as the records have it: no file is looked at."""
    from millstream import lineage as service

    return service.lineage(_project(context, call), call.query["of"], direction=call.query["direction"])


def promote(context: Context, call: Call) -> Document:
    """Make the notebook a version of a pipeline."""
    from millstream import service

    file = notebook_file(context.root, call.notebook)
    made = service.promote(file, name=call.body.get("name"), note=call.body.get("note"))
    return {**made, "path": contents_path(context.root, made["path"])}


def _project(context: Context, call: Call) -> Path:
    """The project of the notebook that the query names, or of the folder that the server shows."""
    from millstream import service

    path = call.query.get("notebook")
    return Path(service.find_project(notebook_file(context.root, path) if path else context.root))


__all__ = ["API", "Call", "Context"]
