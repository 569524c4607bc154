"""Progress on a terminal: the steps with their status in glyph and word, the running cell, the time passing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from millstream.cli import words
from millstream.cli.output import is_terminal, last_line, one_line
from millstream.cli.progress.board import Board, StepState, message

# status: (glyph, style); the word stands beside it, so that nobody needs the colour.
_LOOKS = {
    "waiting": ("·", "dim"),
    "running": ("▶", "bold cyan"),
    "ran": ("✓", "green"),
    "cached": ("≡", "blue"),
    "failed": ("✗", "bold red"),
    "not run": ("-", "dim"),
}


class Display:
    """A renderable that draws the board anew each time it is asked."""

    def __init__(self, title: str, console: Console) -> None:
        self._board = Board(title=title, began=time.monotonic())
        self._console = console
        self._lock = Lock()

    def show(self, event: dict[str, Any]) -> None:
        """Take an event in; a message is printed above the table."""
        with self._lock:
            self._board.apply(event, time.monotonic())
        if event["event"] == "message":
            self._console.print(Text(message(event)))

    def cancelling(self) -> None:
        """Let the title say it the next time the board is drawn."""
        self._board.cancelling = True

    def __rich__(self) -> RenderableType:
        """Draw what is known now."""
        with self._lock:
            return draw(self._board, time.monotonic(), self._console.height)


def draw(board: Board, now: float, height: int) -> RenderableType:
    """The board as a table, one line a step; of more steps than fit the height, those around the running ones."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    for column, overflow in (("", "crop"), ("", "ellipsis"), ("", "crop")):
        table.add_column(column, no_wrap=True, overflow=overflow)  # type: ignore[arg-type]
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    shown, hidden = board.window(max(height - 4, 1))
    for state in shown:
        table.add_row(*_row(state, now))
    rest = [Text(f"... and {words.count(hidden, 'more step')}", "dim")] if hidden else []
    return Group(_title(board, now), table, *rest)


@contextmanager
def live(title: str) -> Iterator[Display]:
    """Keep the display on standard error while the block lasts; it goes when a summary follows on the same terminal."""
    console = Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")), highlight=False)
    display = Display(title, console)
    with Live(display, console=console, refresh_per_second=5, transient=is_terminal(sys.stdout)):
        yield display


def _title(board: Board, now: float) -> Text:
    run = f"  run {board.run}" if board.run else "  preparing"
    ending = "  cancelling: what is done is kept (Ctrl-C again ends at once)" if board.cancelling else ""
    return Text(
        f"{one_line(board.title)}{run}  {words.clock(now - board.began)}{ending}",
        "bold",
        no_wrap=True,
        overflow="ellipsis",
    )


def _row(state: StepState, now: float) -> tuple[Text, ...]:
    glyph, style = _LOOKS.get(state.status, ("?", ""))
    running = state.status == "running"
    cell = f"cell {state.cell}  " if running and state.cell is not None else ""
    return (
        Text(glyph, style),
        Text(one_line(state.name)),
        Text(state.status, style),
        Text(words.seconds(elapsed) if (elapsed := state.elapsed(now)) is not None else ""),
        Text(cell + (last_line(state.output) if running else ""), "dim"),
    )
