"""The command as users call it: a process, its two streams, its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]


def millstream(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the command in a folder; its text is read as UTF-8 whatever the locale says."""
    return subprocess.run(
        [sys.executable, "-m", "millstream", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Call the command in an empty folder of the test's own."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return millstream(*arguments, cwd=tmp_path, **environment)

    return run
