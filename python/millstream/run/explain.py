"""Why each step would run, or would not, in words; nothing is run."""

from __future__ import annotations

from typing import Any

from millstream.run import state
from millstream.run.cache import Miss
from millstream.run.executor import Plan
from millstream.run.step import Job, arguments_of, look_up


def explain(job: Job, wanted: list[str]) -> list[dict[str, Any]]:
    """For each step its name, whether it is ``cached``, ``runs`` or ``depends`` on what runs before it, and why."""
    plan = Plan(job.program, job.cache, wanted)
    manifests: dict[str, Any] = {}
    open_steps: list[str] = []
    found: list[dict[str, Any]] = []
    for name in plan.order:
        before = [other for other in open_steps if other in plan.waits[name]]
        if before:
            status, reason = "depends", f"it runs unless what {before[0]} makes comes out the same"
        else:
            status, reason = _decide(job, name, manifests)
        if status != "cached":
            open_steps.append(name)
        found.append({"name": name, "status": status, "reason": reason})
    return found


def _decide(job: Job, name: str, manifests: dict[str, Any]) -> tuple[str, str]:
    arguments = arguments_of(job, name)
    given = state.find([tuple(pair) for pair in arguments["before"]], manifests, arguments["needs"])
    hit = look_up(job, name, given)
    if isinstance(hit, Miss):
        return "runs", hit.reason
    manifests[name] = hit["manifest"]
    return "cached", f"nothing it depends on changed since run {hit['run']}"
