"""Progress of a run on standard error: live on a terminal, one line an event elsewhere."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import Any, Protocol

from millstream.cli.output import is_terminal

__all__ = ["Event", "Progress", "following"]

Event = dict[str, Any]


class Progress(Protocol):
    """What shows a run's progress; both methods may be called from any thread."""

    def show(self, event: Event) -> None:
        """Take an event of the run in."""

    def cancelling(self) -> None:
        """Say that the run is asked to end; called inside a signal handler, so it takes no lock."""


def following(title: str) -> AbstractContextManager[Progress]:
    """Progress on standard error as long as the block lasts."""
    if is_terminal(sys.stderr):
        from millstream.cli.progress.live import live

        return live(title)
    from millstream.cli.progress.plain import lines

    return lines(title)
