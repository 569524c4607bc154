"""What is shown of a run and of several side by side, put together from their records."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from millstream.errors import StoreError

if TYPE_CHECKING:
    from millstream.store.store import Store

Document = dict[str, Any]


def document(
    store: Store, run: str, records: Sequence[Document], status: str, error: Document | None = None
) -> Document:
    """A run as ``millstream show --json`` prints it; ``status`` and ``error`` are the index's, which knows the dead."""
    started = _first(records, "run-started")
    ended = _first(records, "run-ended")
    steps = {record["step"]: record for record in records if record["kind"] == "step-ended"}
    names = list(dict.fromkeys([*started.get("steps", []), *steps]))
    return {
        "run": run,
        "pipeline": started.get("pipeline"),
        "version": started.get("version"),
        "status": status,
        "parameters": started.get("parameters") or {},
        "metrics": ended.get("metrics") or _metrics(steps.values()),
        "started": started.get("started") or started.get("time"),
        "ended": ended.get("time"),
        "seconds": ended.get("seconds"),
        "steps": [_step(store, run, place, name, steps.get(name)) for place, name in enumerate(names, 1)],
        "error": ended.get("error") or error,
        "diagnostics": ended.get("diagnostics") or [],
        "artifacts": [artifact for name in names for artifact in _artifacts(name, steps.get(name))],
        "files": [file for name in names for file in _files(name, steps.get(name))],
        "environment": _environment(started, steps.values()),
        "notebook": started.get("notebook"),
        "git": started.get("git"),
        "user": started.get("user"),
        "host": started.get("host"),
        "notes": [{"time": each["time"], "text": each.get("text")} for each in records if each["kind"] == "note-added"],
    }


def _first(records: Iterable[Document], kind: str) -> Document:
    return next((record for record in records if record["kind"] == kind), {})


def _metrics(steps: Iterable[Document]) -> Document:
    return {name: value for step in steps for name, value in (step.get("metrics") or {}).items()}


def _step(store: Store, run: str, place: int, name: str, record: Document | None) -> Document:
    if record is None:
        return {"name": name, "status": "not run", "seconds": None, "executed_notebook": None, "cells": []}
    path = store.notebook_path(run, place, name)
    return {
        "name": name,
        "status": record.get("status"),
        "seconds": record.get("seconds"),
        "peak_memory": record.get("peak_memory"),
        "executed_notebook": str(path) if path.exists() else None,
        "cells": record.get("cells") or [],
        "started": record.get("started"),
        "cached_from": record.get("cached_from"),
        "executed": record.get("executed"),
        "code": record.get("code"),
        "source": record.get("source"),
        "key": record.get("key"),
        "metrics": record.get("metrics") or {},
        "error": record.get("error"),
    }


def _artifacts(step: str, record: Document | None) -> list[Document]:
    outputs = (record or {}).get("outputs") or {}
    return [
        {"name": name, "step": step, "digest": each.get("digest"), "type": each.get("type"), "bytes": each.get("bytes")}
        for name, each in outputs.items()
    ]


def _files(step: str, record: Document | None) -> list[Document]:
    return [
        {"step": step, "mode": mode, "path": each.get("path"), "digest": each.get("digest"), "bytes": each.get("bytes")}
        for mode, field in (("read", "reads"), ("write", "writes"))
        for each in (record or {}).get(field) or []
    ]


def _environment(started: Document, steps: Iterable[Document]) -> Document:
    """What the run says of its surroundings, with the packages that its steps imported under ``packages``."""
    known = started.get("environment") or {}
    packages = dict(known.get("packages") or {})
    for step in steps:
        packages.update(step.get("environment") or {})
    return {**known, "packages": dict(sorted(packages.items()))}


def comparison(store: Store, runs: Sequence[Document]) -> Document:
    """Runs side by side: each list has one entry a run, None where a run has nothing of that name."""
    return {
        "runs": [{key: run[key] for key in _SUMMARY} for run in runs],
        "parameters": _beside(runs, lambda run: run["parameters"]),
        "metrics": _beside(runs, lambda run: run["metrics"]),
        "code": _code(store, runs),
        "data": _data(runs),
        "environment": _beside(runs, _flat_environment),
        "seconds": _beside(runs, lambda run: {step["name"]: step["seconds"] for step in run["steps"]}),
    }


_SUMMARY = ("run", "pipeline", "version", "status", "started", "ended", "seconds", "parameters", "metrics")


def _beside(runs: Sequence[Document], part: Callable[[Document], Document]) -> dict[str, list[Any]]:
    parts = [part(run) for run in runs]
    return {name: [each.get(name) for each in parts] for name in dict.fromkeys(name for each in parts for name in each)}


def _flat_environment(run: Document) -> Document:
    known = run["environment"]
    return {**{name: value for name, value in known.items() if name != "packages"}, **known["packages"]}


def _code(store: Store, runs: Sequence[Document]) -> list[Document]:
    steps = [{step["name"]: step for step in run["steps"]} for run in runs]
    found = []
    for name in dict.fromkeys(name for each in steps for name in each):
        codes = [each.get(name, {}).get("code") for each in steps]
        sources = [_source(store, each.get(name, {}).get("source")) for each in steps]
        diffs = [
            _diff(sources[0], source, runs[0]["run"], run["run"]) for source, run in zip(sources, runs, strict=True)
        ]
        found.append({"step": name, "changed": len(set(codes)) > 1, "diff": "".join(dict.fromkeys(diffs))})
    return found


def _source(store: Store, digest: str | None) -> str:
    if digest is None:
        return ""
    try:
        return store.get_bytes(digest).decode("utf-8", "replace")
    except StoreError as error:
        return f"({error.message})\n"


def _diff(before: str, after: str, name_before: str, name_after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name_before, name_after, lineterm="", n=3)
    return "".join(f"{line}\n" for line in lines)


def _data(runs: Sequence[Document]) -> list[Document]:
    kinds = (("artifacts", "name", "artifact"), ("files", "path", "file"))
    found = []
    for part, label, kind in kinds:
        each = [{(item["step"], item[label]): item["digest"] for item in run[part]} for run in runs]
        for step, name in dict.fromkeys(key for one in each for key in one):
            digests = [one.get((step, name)) for one in each]
            found.append(
                {"name": name, "step": step, "kind": kind, "digests": digests, "changed": len(set(digests)) > 1}
            )
    return found


__all__ = ["comparison", "document"]
