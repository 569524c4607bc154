"""Progress of a run on standard error: live on a terminal, one line an event elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from millstream.cli.output import is_terminal

__all__ = ["Event", "Listener", "Progress", "followed", "following"]

Event = dict[str, Any]
Listener = Callable[[Event], None]


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


@contextmanager
def followed(title: str, *others: Listener) -> Iterator[Listener]:
    """A listener for a run's events that shows them, and tells the others; Ctrl-C cancels while the block lasts."""
    from millstream.cli.interrupt import interruptible

    with following(title) as progress, interruptible(progress.cancelling):

        def listen(event: Event) -> None:
            for listener in (*others, progress.show):
                listener(event)

        yield listen
