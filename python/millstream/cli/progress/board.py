"""What is known of a running run, from its events alone: pure, so that live display and plain lines agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from millstream.cli.output import clean


@dataclass(kw_only=True, slots=True)
class StepState:
    """One step: ``waiting``, ``running``, or the status it ended with; times in seconds."""

    name: str
    status: str = "waiting"
    cell: int | None = None
    output: str = ""
    began: float | None = None
    seconds: float | None = None

    def elapsed(self, now: float) -> float | None:
        """How long the step took, or has been running."""
        if self.seconds is not None or self.began is None:
            return self.seconds
        return now - self.began


@dataclass(kw_only=True, slots=True)
class Board:
    """The steps of one run in their order; ``apply`` brings it up to date."""

    title: str
    began: float
    run: str | None = None
    steps: dict[str, StepState] = field(default_factory=dict)
    cancelling: bool = False

    def apply(self, event: dict[str, Any], now: float) -> None:
        """Take one event of the run in; events that say nothing about steps change nothing."""
        kind = event["event"]
        if kind == "run-started":
            self.run = event["run"]
            self.steps = {name: StepState(name=name) for name in event["steps"]}
        elif kind == "run-ended":
            for state in self.steps.values():
                state.status = "not run" if state.status in ("waiting", "running") else state.status
        elif "step" in event:
            self._apply_step(self.steps.setdefault(event["step"], StepState(name=event["step"])), event, now)

    def position(self, step: str) -> int:
        """The place of the step among the run's steps, from 1."""
        return list(self.steps).index(step) + 1

    def window(self, room: int) -> tuple[list[StepState], int]:
        """The steps to show where there is room for so many, and the number of those left out."""
        states = list(self.steps.values())
        unfinished = (place for place, state in enumerate(states) if state.status in ("waiting", "running"))
        first = next(unfinished, len(states)) - 2  # with the last two that ended
        first = max(0, min(first, len(states) - room))
        shown = states[first : first + room]
        return shown, len(states) - len(shown)

    def _apply_step(self, state: StepState, event: dict[str, Any], now: float) -> None:
        match event["event"]:
            case "step-started":
                state.status, state.began = "running", now
            case "cell-started":
                state.cell, state.output = event["cell"], ""
            case "cell-output":
                state.output = event["text"]
            case "step-ended":
                state.status, state.seconds = event["status"], event["seconds"]


def message(event: dict[str, Any]) -> str:
    """The text of a message; a warning or an error says that it is one."""
    text = clean(event["text"])
    return text if event["severity"] == "hint" else f"{clean(event['severity'])}: {text}"
