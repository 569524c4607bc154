"""What the runner of the documents' commands must notice, or else the documents are not tested at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from console import Command, Ids, commands, difference, run


def command(text: str, *output: str, exit_code: int = 0) -> Command:
    return Command(line=1, text=text, exit_code=exit_code, output=output)


def execute(folder: Path, *items: Command) -> None:
    ids = Ids()
    for item in items:
        run(item, folder=folder, environment=dict(os.environ), ids=ids)


def test_only_marked_blocks_are_run() -> None:
    """A block that is not marked is for reading."""
    document = "```console\n$ no\n```\n\n```console test\n$ echo a  # exit code 3\na\nb\n$ echo c\n```\n"
    assert commands(document) == [
        Command(line=6, text="echo a", exit_code=3, output=("a", "b")),
        Command(line=9, text="echo c", exit_code=0, output=()),
    ]


def test_an_unexpected_exit_code_fails(tmp_path: Path) -> None:
    """A command that fails where the document says nothing of it is a fault, and so is one that does not fail."""
    execute(tmp_path, command("exit 3", exit_code=3))
    with pytest.raises(AssertionError, match="ended with 3"):
        execute(tmp_path, command("exit 3"))
    with pytest.raises(AssertionError, match="ended with 0"):
        execute(tmp_path, command("true", exit_code=1))


def test_another_line_fails(tmp_path: Path) -> None:
    """What the document shows must be printed, and what is printed must be shown."""
    execute(tmp_path, command("echo 'a   b'", "a b"), command("echo a"))
    with pytest.raises(AssertionError, match="should have printed: b"):
        execute(tmp_path, command("echo a", "b"))
    with pytest.raises(AssertionError, match="does not show: b"):
        execute(tmp_path, command("printf 'a\\nb\\n'", "a"))


def test_dots_stand_for_lines_and_text() -> None:
    """`…` elides, but what is shown after it must still come."""
    assert difference(("a", "…", "d"), ["a", "b", "c", "d"], Ids()) is None
    assert difference(("a", "…"), ["a", "b"], Ids()) is None
    assert difference(("size …", "x"), ["size 12 kB", "x"], Ids()) is None
    assert difference(("a", "…", "e"), ["a", "b"], Ids()) is not None


def test_durations_may_differ_and_other_numbers_may_not() -> None:
    """Nobody can promise a duration; everything else is the product's word."""
    assert difference(("load 1.2s",), ["load 0.13s"], Ids()) is None
    assert difference(("load 1.2",), ["load 0.13"], Ids()) is not None


def test_a_run_keeps_its_id_through_the_document(tmp_path: Path) -> None:
    """An id in the document stands for one run: the same each time, in commands too."""
    shown, other = "20261124-181503-k3f9q2", "20261124-181509-aaaaaa"
    real = "20270101-000000-zzzzzz"
    execute(tmp_path, command(f"echo run {real}", f"run {shown}"), command(f"echo {shown} | grep -c {real}", "1"))
    with pytest.raises(AssertionError, match="should have printed"):
        execute(tmp_path, command(f"echo {real}", shown), command(f"echo {other}", shown))
