"""The documents of the API as JSON Schemas: what is documented, and what requests are held to."""

from __future__ import annotations

from millstream.server.evidence_schemas import EVIDENCE
from millstream.server.schema_words import (
    NUMBER,
    TEXT,
    WHOLE,
    YES_NO,
    Schema,
    list_of,
    map_of,
    nullable,
    one_of,
    record,
    ref,
    request,
)

RUN_STATUS, STEP_STATUS = ref("RunStatus"), ref("StepStatus")
_VALUE = ref("JsonValue")
_VALUES = map_of(_VALUE)
_PATH = {"type": "string", "minLength": 1, "maxLength": 4096}
_NAME = {"type": "string", "minLength": 1, "maxLength": 200}

_SUMMARY: dict[str, Schema] = {
    "run": TEXT,
    "pipeline": nullable(TEXT),
    "version": nullable(WHOLE),
    "status": RUN_STATUS,
    "started": nullable(TEXT),
    "seconds": nullable(NUMBER),
    "parameters": _VALUES,
    "metrics": _VALUES,
}

SCHEMAS: dict[str, Schema] = {
    "JsonValue": {
        "description": "Any JSON. Numbers that JSON lacks are the texts NaN, Infinity and -Infinity.",
        "anyOf": [
            {"type": "null"},
            YES_NO,
            NUMBER,
            TEXT,
            {"type": "array", "items": _VALUE},
            {"type": "object", "additionalProperties": _VALUE},
        ],
    },
    "RunStatus": one_of("How a run ended, or running.", "succeeded", "failed", "refused", "cancelled", "running"),
    "StepStatus": one_of(
        "How a step ended, or how far it is.", "waiting", "running", "ran", "cached", "failed", "not run"
    ),
    "Severity": one_of("How bad a finding is.", "error", "warning", "hint"),
    "Error": record(
        "What went wrong and what to do about it.",
        {"diagnostics": list_of(ref("Diagnostic"))},
        code=TEXT,
        message=TEXT,
        hint=nullable(TEXT),
    ),
    "Version": record("The version of Millstream and of this API.", version=TEXT, api=WHOLE),
    "Diagnostic": record(
        "A finding about a notebook. cell counts all cells from 0, line from 1 within the cell, column from 0.",
        code=TEXT,
        severity=ref("Severity"),
        cell=nullable(WHOLE),
        line=nullable(WHOLE),
        column=nullable(WHOLE),
        message=TEXT,
        hint=nullable(TEXT),
        excerpt=nullable(TEXT),
    ),
    "Suggestion": record("Tags that a cell would get.", cell=WHOLE, tags=list_of(TEXT)),
    "Step": record(
        "A step of a notebook: its cells, the names it needs from earlier steps, gives to later ones, and follows.",
        name=TEXT,
        cells=list_of(WHOLE),
        needs=list_of(TEXT),
        gives=list_of(TEXT),
        after=list_of(TEXT),
    ),
    "Edge": record("target needs names from source.", source=TEXT, target=TEXT, names=list_of(TEXT)),
    "CellRole": record(
        "What a cell is: parameters, imports, functions, step, skip or markdown.",
        index=WHOLE,
        role=nullable(TEXT),
        step=nullable(TEXT),
    ),
    "Check": record(
        "What a notebook compiles to.",
        ok=YES_NO,
        notebook=TEXT,
        steps=list_of(ref("Step")),
        edges=list_of(ref("Edge")),
        parameters=_VALUES,
        metrics=list_of(TEXT),
        diagnostics=list_of(ref("Diagnostic")),
        cells=list_of(ref("CellRole")),
        suggestions=list_of(ref("Suggestion")),
    ),
    "RunError": record(
        "Why a run ended as it did, where that is known.",
        {
            "step": nullable(TEXT),
            "cell": nullable(WHOLE),
            "line": nullable(WHOLE),
            "hint": nullable(TEXT),
            "traceback": nullable(TEXT),
        },
        code=TEXT,
        message=TEXT,
    ),
    "JobRequest": request(
        "What to run. notebook is a path as Jupyter's contents API gives it.",
        {
            "parameters": {**_VALUES, "default": {}},
            "cache": {**YES_NO, "default": True},
            "step": {**nullable(_NAME), "default": None},
        },
        notebook=_PATH,
    ),
    "JobStarted": record("The run was started; ask for the job by this id.", job=TEXT),
    "JobStep": record(
        "A step of a run that goes on.",
        name=TEXT,
        status=STEP_STATUS,
        seconds=nullable(NUMBER),
        cell=nullable(WHOLE),
        last_output=nullable(TEXT),
    ),
    "Message": record("Something that was said while it ran.", severity=TEXT, text=TEXT),
    "Job": record(
        "A run that this server started, while it goes on and after.",
        job=TEXT,
        notebook=TEXT,
        state={"enum": ["running", "ended"], "type": "string"},
        status=nullable(RUN_STATUS),
        run=nullable(TEXT),
        steps=list_of(ref("JobStep")),
        error=nullable(ref("RunError")),
        messages=list_of(ref("Message")),
        result=nullable(ref("Run")),
    ),
    "Jobs": record("The runs that this server started and that go on.", jobs=list_of(ref("Job"))),
    "RunSummary": record("One line of the history.", **_SUMMARY),
    "RunPage": record(
        "A page of the history; next is the cursor of the page after it, if there is one.",
        runs=list_of(ref("RunSummary")),
        next=nullable(TEXT),
    ),
    "StepRun": record(
        "A step as it was run.",
        {"executed_notebook": nullable(TEXT), "cells": list_of(WHOLE)},
        name=TEXT,
        status=STEP_STATUS,
        seconds=nullable(NUMBER),
    ),
    "Artifact": record(
        "A value that a step gave, by its content.",
        name=TEXT,
        step=TEXT,
        digest=nullable(TEXT),
        type=nullable(TEXT),
        bytes=nullable(WHOLE),
    ),
    "Run": record(
        "One execution, whole.",
        {
            "ended": nullable(TEXT),
            "artifacts": list_of(ref("Artifact")),
            "environment": _VALUES,
            "notebook": nullable(ref("NotebookVersion")),
            "git": nullable(ref("Commit")),
        },
        **_SUMMARY,
        steps=list_of(ref("StepRun")),
        error=nullable(ref("RunError")),
        diagnostics=list_of(ref("Diagnostic")),
    ),
    "NotebookVersion": record("The notebook that was run, by its content.", path=nullable(TEXT), digest=nullable(TEXT)),
    "Commit": record("The state of the repository.", commit=nullable(TEXT), dirty=nullable(YES_NO)),
    "StepDifference": record("How a step's code differs.", step=TEXT, changed=YES_NO, diff=TEXT),
    "DataDifference": record(
        "The content of a value or file in each run; null where the run has none.",
        name=TEXT,
        step=TEXT,
        digests=list_of(nullable(TEXT)),
        changed=YES_NO,
    ),
    "Comparison": record(
        "Runs side by side: each list has one entry a run, null where it has nothing of that name.",
        runs=list_of(ref("RunSummary")),
        parameters=map_of(list_of(_VALUE)),
        metrics=map_of(list_of(_VALUE)),
        code=list_of(ref("StepDifference")),
        data=list_of(ref("DataDifference")),
        environment=map_of(list_of(_VALUE)),
        seconds=map_of(list_of(nullable(NUMBER))),
    ),
    "Notebook": {"type": "object", "description": "A notebook in Jupyter's format, version 4."},
    "PromotionRequest": request(
        "The notebook to promote, and what to call the pipeline.",
        {
            "name": {**nullable(_NAME), "default": None},
            "note": {**nullable({"type": "string", "maxLength": 10_000}), "default": None},
        },
        notebook=_PATH,
    ),
    "Promotion": record(
        "The version that was made, or found to be there already. path is the pipeline's folder as Jupyter's contents "
        "API gives it, null where it is outside of what the server shows.",
        pipeline=TEXT,
        version=WHOLE,
        digest=TEXT,
        path=nullable(TEXT),
        files=list_of(TEXT),
        created=YES_NO,
    ),
    **EVIDENCE,
    "Document": {"type": "object", "description": "An OpenAPI document."},
}

__all__ = ["SCHEMAS", "Schema", "ref"]
