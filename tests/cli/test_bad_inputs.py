"""Whatever is wrong with the input, the message names the file, the cell where there is one, and what to do."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]
R = {"name": "ir", "display_name": "R", "language": "R"}


def assert_told(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The exit code is right, every word is in what the user sees, a way out too, and no traceback of ours."""
    shown = done.stdout + done.stderr
    assert done.returncode == code, shown
    for word in words:
        assert word in shown
    assert "hint" in shown
    assert "Traceback" not in done.stderr
    assert "MS000" not in shown, "an error that nobody foresaw"


NOT_NOTEBOOKS = {
    "text": b"just some text\n",
    "empty": b"",
    "invalid JSON": b'{"cells": [',
    "a list": b"[1, 2]",
    "another document": b'{"a": 1}',
    "binary": b"\x89PNG\r\n\x1a\n\x00\xff",
    "a format to come": b'{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}',
    "cells that are none": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": ["x", 3]}',
}


@pytest.mark.parametrize("command", ["check", "run", "promote"])
@pytest.mark.parametrize("content", NOT_NOTEBOOKS.values(), ids=NOT_NOTEBOOKS)
def test_what_is_not_a_notebook(call: Call, tmp_path: Path, content: bytes, command: str) -> None:
    """The call was wrong, and the file is named."""
    (tmp_path / "thing.ipynb").write_bytes(content)
    assert_told(call(command, "thing.ipynb"), 2, "thing.ipynb", "MS003")


@pytest.mark.parametrize("command", ["check", "run", "promote"])
def test_a_file_that_is_not_there(call: Call, command: str) -> None:
    """A typing mistake in the path."""
    assert_told(call(command, "nowhere.ipynb"), 2, "nowhere.ipynb", "MS002")


@pytest.mark.parametrize("command", ["check", "run", "promote"])
def test_a_folder_that_is_no_pipeline(call: Call, tmp_path: Path, command: str) -> None:
    """A folder where a notebook is meant."""
    (tmp_path / "folder").mkdir()
    assert_told(call(command, "folder"), 2, "folder")


NOT_PIPELINES: dict[str, tuple[list[tuple[str, ...]], tuple[str, ...]]] = {
    "no code cells": ([], ()),
    "a path as step name": ([("a = 1", "step:../x"), ("b = a", "step:b")], ("cell 1", "../x")),
    "a step name with spaces": ([("a = 1", "step:my step"), ("b = a", "step:b")], ("cell 1", "my step")),
    "an emoji as step name": ([("a = 1", "step:🚀"), ("b = a", "step:b")], ("cell 1", "🚀")),
    "a step name of 300 characters": ([("a = 1", "step:" + "x" * 300), ("b = a", "step:b")], ("cell 1", "xxx")),
    "an empty step name": ([("a = 1", "step:"), ("b = a", "step:b")], ("cell 1",)),
    "a cycle": ([("a = 1", "step:one", "after:two"), ("b = 2", "step:two", "after:one")], ("cell ", "one", "two")),
    "after a step that there is not": ([("a = 1", "step:one", "after:nothing")], ("cell 1", "nothing")),
    "two parameter cells": ([("n = 1", "parameters"), ("m = 2", "parameters"), ("a = n", "step:a")], ("cell 2",)),
    "a syntax error": ([("a = 1", "step:one"), ("b = (1,\nc = 2", "step:two")], ("cell 2",)),
}


@pytest.mark.parametrize("command", ["check", "run", "promote"])
@pytest.mark.parametrize(("cells", "words"), NOT_PIPELINES.values(), ids=NOT_PIPELINES)
def test_what_cannot_become_a_pipeline(
    call: Call,
    tmp_path: Path,
    write_notebook: Write,
    cells: list[tuple[str, ...]],
    words: tuple[str, ...],
    command: str,
) -> None:
    """Check says it, run and promote refuse with the same words, and nothing is run."""
    write_notebook(tmp_path / "demo.ipynb", cells)
    assert_told(call(command, "demo.ipynb"), 1, "demo.ipynb", *words)
    assert not (tmp_path / "pipelines").exists()


def test_a_step_name_that_comes_twice(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """The second group of cells is a step of its own, and a warning says so: nothing is moved in silence."""
    write_notebook(tmp_path / "demo.ipynb", [("a = 1", "step:one"), ("b = a", "step:two"), ("c = b", "step:one")])
    assert_told(call("check", "demo.ipynb"), 0, "demo.ipynb:cell 3", "'one'", "one_2")


@pytest.mark.parametrize("command", ["check", "run", "promote"])
def test_a_notebook_of_another_language(call: Call, tmp_path: Path, write_notebook: Write, command: str) -> None:
    """R is not compiled as if it were Python."""
    write_notebook(tmp_path / "demo.ipynb", [("x <- 1", "step:one")], R)
    assert_told(call(command, "demo.ipynb"), 1, "demo.ipynb", "'r'", "Python")


def test_a_parameter_that_is_not_in_the_notebook(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """The parameters there are stand in the message."""
    write_notebook(tmp_path / "demo.ipynb")
    assert_told(call("run", "demo.ipynb", "-p", "m", "4"), 2, "demo.ipynb", "'m'", "n")


def test_a_step_that_is_not_in_the_notebook(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """The steps there are stand in the message."""
    write_notebook(tmp_path / "demo.ipynb")
    assert_told(call("run", "demo.ipynb", "--step", "trian"), 2, "trian", "load", "score")


def test_a_kernel_that_is_not_there(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """The kernels there are stand in the message."""
    write_notebook(tmp_path / "demo.ipynb")
    assert_told(call("run", "demo.ipynb", "--kernel", "nowhere"), 2, "nowhere", "python3")


@pytest.mark.parametrize("name", ["../x", "a b", "🚀", "x" * 300, "", ".hidden", "con/x"])
def test_a_pipeline_name_that_is_none(call: Call, tmp_path: Path, write_notebook: Write, name: str) -> None:
    """Nothing is written outside pipelines/."""
    write_notebook(tmp_path / "demo.ipynb")
    before = sorted(tmp_path.rglob("*.ipynb"))
    assert_told(call("promote", "demo.ipynb", "--name", name), 2, name[:10])
    assert sorted(tmp_path.rglob("*.ipynb")) == before


FAILING: dict[str, tuple[str, tuple[str, ...]]] = {
    "a missing data file": ("open('nowhere.csv')", ("nowhere.csv", "FileNotFoundError")),
    "a step that raises": ("x = 1\nraise ValueError('no [red]luck')", ("cell 2", "ValueError: no [red]luck")),
    "a kernel that dies": ("import os\nos._exit(1)", ("cell 2", "kernel")),
}


@pytest.mark.parametrize(("source", "words"), FAILING.values(), ids=FAILING)
def test_a_step_that_fails(
    call: Call, tmp_path: Path, write_notebook: Write, source: str, words: tuple[str, ...]
) -> None:
    """The step, its cell and the reason; what was done before is kept."""
    write_notebook(tmp_path / "demo.ipynb", [("a = 1", "step:one"), (source, "step:two"), ("b = a", "step:three")])
    done = call("run", "demo.ipynb", "--json")
    assert_told(done, 1, "demo.ipynb", "two", *words)
    result = json.loads(done.stdout)
    assert result["status"] == "failed"
    assert result["error"]["cell"] == 2
    assert result["error"]["step"] == "two"
    assert [step["status"] for step in result["steps"]][:2] == ["ran", "failed"]


@pytest.mark.parametrize("arguments", [("show", "2020"), ("show", "../x"), ("compare", "last", "2020")])
def test_a_run_that_there_is_not(call: Call, history: Path, arguments: tuple[str, ...]) -> None:
    """The hint says how to find the ids."""
    assert_told(call(*arguments, cwd=history), 2, arguments[-1], "millstream runs")


def test_a_prefix_that_fits_two_runs(call: Call, history: Path) -> None:
    """An ambiguous prefix is no run; the candidates are named."""
    newest = json.loads(call("runs", "--limit", "1", "--json", cwd=history).stdout)["runs"][0]["run"]
    assert_told(call("show", "2", cwd=history), 2, newest)


def test_the_last_run_where_there_is_none(call: Call) -> None:
    """A project without history."""
    assert_told(call("show", "last"), 2, "millstream run")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--sort", "nothing"), "'nothing'"),
        (("--sort", "run; drop table runs"), "drop table"),
        (("--cursor", "x"), "cursor"),
        (("--filter", "auc >"), "position 6"),
        (("--limit", "0"), "--limit"),
    ],
)
def test_a_history_that_is_asked_for_wrongly(call: Call, history: Path, arguments: tuple[str, str], told: str) -> None:
    """The option or its value is named, and nothing reaches the database as SQL."""
    assert_told(call("runs", *arguments, cwd=history), 2, told)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB of its own; only root may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True, check=False
    ).returncode:
        pytest.skip("needs the right to mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(ballast: Path) -> None:
    """Write zeros until nothing more fits."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.mark.skipif(os.name == "nt", reason="mount is Unix's")
def test_a_store_that_is_read_only(call: Call, small_disk: Path, write_notebook: Write) -> None:
    """Nothing is run of which nothing could be kept."""
    write_notebook(small_disk / "demo.ipynb")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert_told(call("run", "demo.ipynb", cwd=small_disk), 1, "MS007", ".millstream")
    assert_told(call("promote", "demo.ipynb", cwd=small_disk), 1, str(small_disk))
    assert call("check", "demo.ipynb", cwd=small_disk).returncode == 0
    assert call("runs", cwd=small_disk).returncode == 0


def test_a_disk_that_is_full(call: Call, small_disk: Path, write_notebook: Write) -> None:
    """The run fails with the reason, and goes through once there is room again."""
    write_notebook(small_disk / "demo.ipynb")
    ballast = small_disk / "ballast"
    fill(ballast)
    assert_told(call("run", "demo.ipynb", cwd=small_disk), 1, "MS007", ".millstream", "space")
    ballast.unlink()
    assert call("run", "demo.ipynb", cwd=small_disk).returncode == 0


def test_a_disk_that_a_value_fills(call: Call, small_disk: Path, write_notebook: Write) -> None:
    """A value that does not fit fails its step; the history stays readable."""
    cells = [("import os\na = os.urandom(9_000_000)", "step:one"), ("b = len(a)", "step:two")]
    write_notebook(small_disk / "demo.ipynb", cells)
    assert_told(call("run", "demo.ipynb", cwd=small_disk), 1, "MS007", "space")
    listed = call("runs", "--json", cwd=small_disk)
    assert listed.returncode == 0, listed.stderr
