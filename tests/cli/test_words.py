"""The words of tables and messages, and what is kept off the terminal."""

from __future__ import annotations

import pytest

from millstream.cli import words
from millstream.cli.output import clean, last_line, one_line
from millstream.cli.tables import columns, width


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0421, "0.04 s"),
        (12.34, "12.3 s"),
        (59.97, "1 min 00 s"),
        (125.0, "2 min 05 s"),
        (3780.0, "1 h 03 min"),
    ],
)
def test_seconds(value: float | None, text: str) -> None:
    """Durations stay readable from milliseconds to hours."""
    assert words.seconds(value) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1400, "1.4 kB"), (2_500_000_000, "2.5 GB")])
def test_size(count: int, text: str) -> None:
    """Sizes in powers of ten, as disks are sold."""
    assert words.size(count) == text


def test_cells_are_ranges() -> None:
    """Twenty indexes in a row are one range."""
    assert words.cells([3, 4, 5, 8]) == "3-5, 8"
    assert words.cells([]) == "-"


def test_values() -> None:
    """Numbers to six digits, text on one line, the rest as JSON."""
    assert words.value(0.123456789) == "0.123457"
    assert words.value("a\nb") == "a b"
    assert words.value([1, "x"]) == '[1, "x"]'
    assert words.value(None) == "None"
    assert words.value(True) == "True"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]52;c;cm0gLXJm\x1b\\text", "text"),
        ("\x1b[2J\x1b[Hgone", "gone"),
        ("a\x00b\x07c\x08d\x9b31me", "abcd31me"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("access\u202elevel", "accesslevel"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
        ("größe 🚀", "größe 🚀"),
    ],
)
def test_nothing_from_a_notebook_steers_the_terminal(text: str, shown: str) -> None:
    """Escapes, control characters and reordering marks are dropped, everything else stays."""
    assert clean(text) == shown


def test_the_last_line_is_what_a_progress_bar_wrote_last() -> None:
    """A carriage return begins the line anew."""
    assert last_line("epoch 1\n 10%\r 20%\r\n\n") == "20%"
    assert last_line("") == ""


def test_one_line_is_cut() -> None:
    """A long text ends with an ellipsis."""
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


def test_columns_align_wide_characters() -> None:
    """CJK and emoji take two columns on a terminal."""
    assert width("漢a") == 3
    assert columns(["name", "n"], [["漢", "1"], ["abc", "22"]], ["n"]) == ["name   n", "漢     1", "abc   22"]
