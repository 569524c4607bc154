"""Progress from events: the same board behind the live display and the plain lines."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from millstream.cli.progress.board import Board
from millstream.cli.progress.live import draw
from millstream.cli.progress.plain import Lines

EVENTS: list[dict[str, Any]] = [
    {
        "event": "run-started",
        "run": "20261124-181503-k3f9q2",
        "pipeline": "flights",
        "steps": ["load", "train", "plot"],
    },
    {"event": "message", "severity": "warning", "text": "kernel \x1b[31mvenv-3.9 is not installed"},
    {"event": "step-started", "step": "load"},
    {"event": "step-ended", "step": "load", "status": "cached", "seconds": 0.01, "error": None},
    {"event": "step-started", "step": "train"},
    {"event": "cell-started", "step": "train", "cell": 7},
    {"event": "cell-output", "step": "train", "cell": 7, "text": "[red]epoch 3\x1b[2J"},
]


def board(events: list[dict[str, Any]]) -> Board:
    """A board after the events, one second apart."""
    made = Board(title="flights.ipynb", began=0.0)
    for second, event in enumerate(events):
        made.apply(event, float(second))
    return made


def drawn(made: Board, now: float, height: int = 40) -> str:
    """The board as a terminal without colour shows it."""
    console = Console(file=StringIO(), width=100, force_terminal=False, color_system=None)
    console.print(draw(made, now, height))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_drawing_shows_status_in_words_the_running_cell_and_the_time() -> None:
    """Glyphs and colours help, words tell."""
    text = drawn(board(EVENTS), 10.0)
    assert "run 20261124-181503-k3f9q2  0:10" in text
    lines = text.splitlines()
    assert lines[1].split()[1:3] == ["load", "cached"]
    assert lines[2].split()[1:7] == ["train", "running", "6.00", "s", "cell", "7"]
    assert lines[3].split()[1:3] == ["plot", "waiting"]


def test_output_of_a_cell_is_shown_as_text() -> None:
    """No markup is interpreted and no escape gets through."""
    text = drawn(board(EVENTS), 10.0)
    assert "[red]epoch 3" in text
    assert "\x1b" not in text


def test_more_steps_than_lines_show_those_around_the_running_ones() -> None:
    """A pipeline of 200 steps still shows what happens now."""
    names = [f"step{number}" for number in range(200)]
    ended = {"event": "step-ended", "status": "ran", "seconds": 1.0, "error": None}
    events: list[dict[str, Any]] = [{"event": "run-started", "run": "r", "pipeline": "p", "steps": names}]
    events += [{**ended, "step": name} for name in names[:100]]
    lines = drawn(board([*events, {"event": "step-started", "step": "step100"}]), 500.0, height=10).splitlines()
    assert [line.split()[1] for line in lines[1:-1]] == names[98:104]
    assert lines[-1].strip() == "... and 194 more steps"


def test_a_run_that_ended_leaves_nothing_waiting() -> None:
    """Where another step failed, those after it did not run, and are not about to."""
    made = board([*EVENTS, {"event": "run-ended", "status": "failed", "seconds": 9.0, "error": None}])
    assert [state.status for state in made.steps.values()] == ["cached", "not run", "not run"]


def test_a_long_line_of_output_takes_nothing_from_the_other_columns() -> None:
    """What a cell prints is cut where the terminal ends; names, status and time stay whole."""
    long = {"event": "cell-output", "step": "train", "cell": 7, "text": "x" * 500}
    line = drawn(board([*EVENTS, long]), 10.0).splitlines()[2]
    assert line.split()[:7] == ["▶", "train", "running", "6.00", "s", "cell", "7"]
    assert len(line.rstrip()) <= 100


def test_a_cancelled_run_says_so_while_it_ends() -> None:
    """A user who pressed Ctrl-C sees that it was heard."""
    made = board(EVENTS)
    made.cancelling = True
    assert "cancelling" in drawn(made, 10.0)


def test_without_a_terminal_one_line_a_step_start_and_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs of CI stay short, on standard error."""
    progress = Lines("flights.ipynb")
    ended = {"event": "step-ended", "step": "train", "status": "ran", "seconds": 2.5, "error": None}
    for event in [*EVENTS, ended]:
        progress.show(event)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "run 20261124-181503-k3f9q2 of flights.ipynb: 3 steps",
        "warning: kernel venv-3.9 is not installed",
        "[1/3] load: started",
        "[1/3] load: cached",
        "[2/3] train: started",
        "[2/3] train: ran in 2.50 s",
    ]
