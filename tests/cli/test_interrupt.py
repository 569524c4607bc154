"""Ctrl-C: kernels go, the run is recorded as cancelled, what was done is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")

WAITING = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)"
STUBBORN = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{WAITING}"


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait for something that will happen; the limit is for a test that hangs, not a promise of speed."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A run of demo.ipynb whose step waits: the process, and the pid of its kernel."""
    process = subprocess.Popen(
        [sys.executable, "-m", "millstream", "run", "demo.ipynb", "--json"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pid_file = folder / "pid"
    try:
        until(lambda: process.poll() is not None or (pid_file.exists() and pid_file.read_text()), "the step starts")
        if process.returncode is not None:
            pytest.fail(f"the run ended before its step began: {process.communicate()}")
        yield process, int(pid_file.read_text())
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("source", "number"),
    [(WAITING, signal.SIGINT), (STUBBORN, signal.SIGTERM)],
    ids=["Ctrl-C, a sleeping kernel", "SIGTERM, a kernel that ignores SIGINT"],
)
def test_an_interrupted_run_leaves_no_kernel_and_is_recorded_as_cancelled(
    call: Call, tmp_path: Path, write_notebook: Write, source: str, number: signal.Signals
) -> None:
    """Exit code 130, the step before it is kept, the history says cancelled."""
    write_notebook(tmp_path / "demo.ipynb", [("a = 1", "step:one"), (source + "\nb = a", "step:two")])
    with running(tmp_path) as (process, kernel):
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        until(lambda: not alive(kernel), "the kernel goes")
    assert "Traceback" not in err, err
    assert "cancel" in err
    assert json.loads(out)
    listed = json.loads(call("runs", "--json").stdout)["runs"]
    assert [run["status"] for run in listed] == ["cancelled"]
    shown = json.loads(call("show", "last", "--json").stdout)
    assert shown["steps"][0]["status"] == "ran"


def test_a_second_interrupt_ends_at_once(tmp_path: Path, write_notebook: Write) -> None:
    """Even when the first one is still being served; the kernel notices and goes too."""
    write_notebook(tmp_path / "demo.ipynb", [(STUBBORN, "step:one")])
    with running(tmp_path) as (process, kernel):
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        until(lambda: not alive(kernel), "the kernel goes")


def test_a_killed_run_does_not_stay_running_in_the_history(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """A `kill -9` and power cuts leave no word; the history must not show the run as running for ever."""
    write_notebook(tmp_path / "demo.ipynb", [(WAITING, "step:one")])
    with running(tmp_path) as (process, kernel):
        process.kill()
        process.wait()
        until(lambda: not alive(kernel), "the kernel goes")
    listed = json.loads(call("runs", "--json").stdout)["runs"]
    assert [run["status"] for run in listed] != ["running"]
