"""The command as users call it: a process, its two streams, its exit code; and notebooks to call it with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from millstream.cli import main

Call = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]
Cells = Sequence[tuple[str, ...]]

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
PIPELINE: Cells = [
    ("n = 3", "parameters"),
    ("values = list(range(n))", "step:load"),
    ("mean = sum(values) / n", "step:score", "metrics"),
]


@pytest.fixture(scope="session")
def millstream() -> Call:
    """Call the command in a folder; its text is read as UTF-8 whatever the locale says."""

    def call(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "millstream", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return call


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command in this process, quicker, in a folder of the test's own unless ``cwd`` says another."""

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, err)

    return run


@pytest.fixture(scope="session")
def write_notebook() -> Write:
    """Write a notebook: a heading as cell 0, then a code cell for each (source, tag, ...)."""

    def write(path: Path, cells: Cells = PIPELINE, kernelspec: dict[str, str] | None = None) -> Path:
        heading: dict[str, Any] = {"cell_type": "markdown", "id": "c0", "metadata": {}, "source": "# Title"}
        code: list[dict[str, Any]] = [
            {
                "cell_type": "code",
                "id": f"c{index}",
                "metadata": {"tags": list(tags)},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for index, (source, *tags) in enumerate(cells, start=1)
        ]
        metadata = {"kernelspec": kernelspec or PYTHON, "language_info": {"name": (kernelspec or PYTHON)["language"]}}
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [heading, *code]}
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory, millstream: Call, write_notebook: Write) -> Path:
    """A project with two runs of `demo.ipynb` (n = 3, then n = 4) and its promotion, made by the command itself.

    The documents that the calls printed lie beside it: `first.json`, `second.json`, `promotion.json`.
    """
    folder = tmp_path_factory.mktemp("history")
    write_notebook(folder / "demo.ipynb")
    calls = {
        "first.json": ("run", "demo.ipynb", "--json"),
        "second.json": ("run", "demo.ipynb", "-p", "n", "4", "--json"),
        "promotion.json": ("promote", "demo.ipynb", "--json"),
    }
    for name, arguments in calls.items():
        done = millstream(*arguments, cwd=folder)
        assert done.returncode == 0, done.stderr
        (folder / name).write_text(done.stdout, encoding="utf-8")
    return folder
