"""The table of routes: what the handlers serve, what requests are held to, and what the OpenAPI document says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from millstream.server import operations as do
from millstream.server.schema_words import TEXT, WHOLE, YES_NO, Schema, list_of, ref
from millstream.server.schemas import SCHEMAS

PREFIX = "/millstream/api"


@dataclass(frozen=True, slots=True)
class Query:
    """One name in a query string."""

    name: str
    description: str
    schema: Schema
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path. ``action`` is what Jupyter's authorizer is asked about the resource ``millstream``."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    operation: Callable[[do.Context, do.Call], Any]
    summary: str
    response: str | None
    query: tuple[Query, ...] = ()
    body: str | None = None
    status: int = 200
    action: Literal["read", "write", "execute"] = "read"
    errors: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """The name of the operation."""
        return self.operation.__name__


_LONG = {**TEXT, "maxLength": 4096}
_SORT = "^(|-?(started|seconds|run|pipeline|version|status|(metric|parameter):.+))$"
_NOTEBOOK = Query("notebook", "Path of the notebook, as Jupyter's contents API gives it.", _LONG)
_OF = Query("notebook", "The runs of this notebook's project; the default is that of the server's folder.", _LONG)


def _openapi(_context: do.Context, _call: do.Call) -> dict[str, Any]:
    from millstream.server.openapi import document

    return document()


_openapi.__name__ = "openapi"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/openapi.json", _openapi, "This document.", "Document"),
    Route("GET", "/version", do.version, "The version of Millstream and of this API.", "Version"),
    Route(
        "GET",
        "/check",
        do.check,
        "What a notebook compiles to: steps, edges, diagnostics.",
        "Check",
        query=(
            Query("notebook", _NOTEBOOK.description, _LONG, required=True),
            Query("suggest", "Suggest steps where the notebook has none.", {**YES_NO, "default": False}),
        ),
        errors=(404, 422),
    ),
    Route(
        "POST",
        "/jobs",
        do.start_job,
        "Start a run in a process of its own.",
        "JobStarted",
        body="JobRequest",
        status=201,
        action="execute",
        errors=(404,),
    ),
    Route("GET", "/jobs", do.jobs, "The runs that this server started and that go on.", "Jobs"),
    Route("GET", "/jobs/{job}", do.job, "How a run goes, or went.", "Job", errors=(404,)),
    Route(
        "DELETE",
        "/jobs/{job}",
        do.cancel_job,
        "Cancel a run; nothing when it has ended.",
        None,
        status=204,
        action="execute",
        errors=(404,),
    ),
    Route(
        "GET",
        "/runs",
        do.runs,
        "A page of the history, newest first.",
        "RunPage",
        query=(
            Query("limit", "How many runs.", {**WHOLE, "minimum": 1, "maximum": 1000, "default": 20}),
            Query("cursor", "The page after the one that gave this cursor.", _LONG),
            Query(
                "sort",
                "started, seconds, pipeline, status, metric:NAME, parameter:NAME …; with - in front for the greatest first.",
                {
                    **TEXT,
                    "maxLength": 300,
                    "pattern": _SORT,
                    "examples": ["-started", "-metric:auc", "parameter:month"],
                },
            ),
            Query("filter", 'Such as: auc > 0.8 and month = 2 and (status = succeeded or text ~ "late").', _LONG),
            _OF,
        ),
        errors=(404,),
    ),
    Route(
        "GET",
        "/runs/{run}",
        do.run,
        "One run, by its id, a beginning of it, or last.",
        "Run",
        query=(_OF,),
        errors=(404,),
    ),
    Route(
        "GET",
        "/runs/{run}/steps/{step}/notebook",
        do.executed_notebook,
        "The executed notebook of a step.",
        "Notebook",
        query=(_OF,),
        errors=(404,),
    ),
    Route(
        "GET",
        "/compare",
        do.compare,
        "Two or more runs side by side.",
        "Comparison",
        query=(
            Query(
                "run",
                "A run, by its id, a beginning of it, or last; at least two.",
                {**list_of(_LONG), "minItems": 2, "maxItems": 20},
                required=True,
            ),
            _OF,
        ),
        errors=(404,),
    ),
    Route(
        "GET",
        "/stats",
        do.stats,
        "The statistics of a value of a run, or of a data file that a run read.",
        "Statistics",
        query=(
            Query("name", "Name of the value, or path of the file in the project.", _LONG, required=True),
            Query("at", "A run, a beginning of its id, last, or the beginning of a digest; else the newest.", _LONG),
            _OF,
        ),
        errors=(404,),
    ),
    Route(
        "GET",
        "/data",
        do.data,
        "The files that runs read, and their versions.",
        "Datasets",
        query=(
            Query("all", "Also the notebooks, modules and settings that runs read.", {**YES_NO, "default": False}),
            _OF,
        ),
        errors=(404,),
    ),
    Route(
        "GET",
        "/lineage",
        do.lineage,
        "Where a file, value, metric, step or run comes from, and what came of it.",
        "Lineage",
        query=(
            Query(
                "of",
                "Path of the file in the project, NAME or NAME@RUN, or a run; file:, artifact:, metric:, step: or run: in "
                "front says which is meant.",
                _LONG,
                required=True,
            ),
            Query(
                "direction",
                "What it came from, what came of it, or both.",
                {"type": "string", "enum": ["up", "down", "both"], "default": "both"},
            ),
            _OF,
        ),
        errors=(404,),
    ),
    Route(
        "POST",
        "/promotions",
        do.promote,
        "Make a notebook a version of a pipeline.",
        "Promotion",
        body="PromotionRequest",
        status=201,
        action="write",
        errors=(404, 422),
    ),
)

__all__ = ["PREFIX", "ROUTES", "SCHEMAS", "Query", "Route", "ref"]
