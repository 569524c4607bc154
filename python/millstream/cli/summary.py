"""A finished run for a person: its steps, its metrics, where it failed, what to do next."""

from __future__ import annotations

import sys
from typing import Any

from millstream.cli import words
from millstream.cli.findings import excerpt, place, say_diagnostics
from millstream.cli.output import clean, one_line, put, say, styled
from millstream.cli.tables import put_table

_HEAD, _TAIL = 9, 5
_MARKS = {"ran": "✓ ran", "cached": "≡ cached", "failed": "✗ failed", "not run": "- not run"}
_NEXT = "Fix the cell and run again: finished steps are kept."
_AGAIN = "Finished steps are kept: the next run goes on from here."


def put_run(result: dict[str, Any], target: str) -> None:
    """Print the steps and the metrics of a run document, and the command that comes next."""
    if result["steps"]:
        put_steps(result["steps"])
        put()
    if result["metrics"]:
        put(f"metrics: {words.pairs(result['metrics'])}")
    put(_outcome(result))
    if result["status"] == "succeeded":
        put(f"Next: {words.call('show', result['run'])}, or {words.call('promote', target)}")


def put_steps(steps: list[dict[str, Any]]) -> None:
    """Print the steps of a run as a table."""
    rows = [
        [step["name"], _MARKS.get(step["status"], step["status"]), words.seconds(step["seconds"])] for step in steps
    ]
    put_table(["step", "status", "time"], rows, right=["time"])


def say_run_failure(result: dict[str, Any], target: str) -> None:
    """Say on standard error what is wrong with the notebook and where the run failed, if it did."""
    grave = [each for each in result["diagnostics"] if each["severity"] != "hint"]
    say_diagnostics(grave, notebook=target)
    if hints := len(result["diagnostics"]) - len(grave):
        say(f"{words.count(hints, 'hint')}: {words.call('check', target)}")
    error = result["error"]
    told = error and any(each["code"] == error["code"] for each in grave)  # a refusal is its first diagnostic
    if result["status"] != "cancelled" and not told:
        say_failure(error, target, executed=_executed(result, error))


def say_failure(error: dict[str, Any] | None, target: str, *, executed: str | None = None) -> None:
    """Say on standard error where something failed, why, and what to do."""
    if not error:
        return
    where = place(target, error["cell"], error["line"])
    step = f" in step {one_line(error['step'])}" if error["step"] else ""
    say(f"{styled('error', sys.stderr, fg='red', bold=True)} {error['code']}{step}, {where}: {clean(error['message'])}")
    for line in excerpt(target, error["cell"], error["line"]):
        say(line)
    for line in shortened(error.get("traceback") or ""):
        say(f"    {line}")
    hint = error.get("hint") or (_NEXT if error["cell"] is not None else _AGAIN)
    say(f"{styled('hint', sys.stderr, fg='cyan')}: {clean(hint)}")
    if executed:
        say(f"      The notebook as far as it ran: {clean(executed)}")


def shortened(traceback: str) -> list[str]:
    """The beginning of a traceback, where the user's cell is, and its end, where the reason is."""
    lines = [line.rstrip() for line in clean(traceback).splitlines()]
    told = [line for line in lines if line and not line.startswith("-----") and "Traceback (most recent" not in line]
    if len(told) <= _HEAD + _TAIL + 1:
        return told
    return [*told[:_HEAD], f"... {len(told) - _HEAD - _TAIL} lines more in the executed notebook", *told[-_TAIL:]]


def _outcome(result: dict[str, Any]) -> str:
    colour = "green" if result["status"] == "succeeded" else "red"
    status = styled(result["status"], sys.stdout, fg=colour, bold=True)
    done = sum(step["status"] in ("ran", "cached") for step in result["steps"])
    cached = sum(step["status"] == "cached" for step in result["steps"])
    share = f"{done} of {words.count(len(result['steps']), 'step')} done"
    share += f", {cached} from the cache" if cached else ""
    run = f"run {result['run']}: " if result["run"] else ""
    return f"{run}{status} in {words.seconds(result['seconds'])}, {share}"


def _executed(result: dict[str, Any], error: dict[str, Any] | None) -> str | None:
    step = error["step"] if error else None
    return next((each["executed_notebook"] for each in result["steps"] if each["name"] == step), None)
