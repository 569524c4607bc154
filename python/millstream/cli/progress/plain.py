"""Progress where there is no terminal: one line where a step starts, one where it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from millstream.cli import words
from millstream.cli.output import clean, one_line, say
from millstream.cli.progress.board import Board, message


class Lines:
    """Writes the lines; may be called from several threads."""

    def __init__(self, title: str) -> None:
        self._board = Board(title=title, began=time.monotonic())
        self._lock = Lock()

    def show(self, event: dict[str, Any]) -> None:
        """Take an event in and write its line, if it is worth one."""
        with self._lock:
            self._board.apply(event, time.monotonic())
            line = self._line(event)
        if line is not None:
            say(line)

    def cancelling(self) -> None:
        """Write the notice past Python's buffers, which may be in use when the signal comes."""
        with suppress(OSError):  # nobody reads it
            os.write(2, b"cancelling: what is done is kept (again ends at once)\n")

    def _line(self, event: dict[str, Any]) -> str | None:
        match event["event"]:
            case "run-started":
                return (
                    f"run {event['run']} of {one_line(self._board.title)}: {words.count(len(event['steps']), 'step')}"
                )
            case "message":
                return message(event)
            case "step-started":
                return f"{self._label(event['step'])} started"
            case "step-ended":
                took = f" in {words.seconds(event['seconds'])}" if event["status"] in ("ran", "failed") else ""
                return f"{self._label(event['step'])} {clean(event['status'])}{took}"
        return None

    def _label(self, step: str) -> str:
        return f"[{self._board.position(step)}/{len(self._board.steps)}] {one_line(step)}:"


@contextmanager
def lines(title: str) -> Iterator[Lines]:
    """Progress as lines; nothing to clean up after them."""
    yield Lines(title)
