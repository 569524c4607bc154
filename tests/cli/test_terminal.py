"""The command on a real terminal (a pty): live progress, tables, colours, Ctrl-C from the keyboard."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="pseudo-terminals are Unix's")
fcntl = pytest.importorskip("fcntl")
import struct  # noqa: E402
import termios  # noqa: E402

Call = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]
CTRL_C = b"\x03"


def on_terminal(
    *arguments: str, cwd: Path, press: tuple[str, bytes] | None = None, **environment: str
) -> tuple[int, str]:
    """Call the command on a terminal of 100 columns, press a key once a text is seen: exit code, what was written."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "millstream", *arguments],
        cwd=cwd,
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm-256color", **environment},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
    )
    os.close(slave)
    written = _read(master, press)
    os.close(master)
    return process.wait(timeout=60), written


def _read(master: int, press: tuple[str, bytes] | None) -> str:
    """Everything until the process closes its terminal."""
    written = b""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            written += os.read(master, 65536)
        except OSError:  # the terminal is closed
            return written.decode(errors="replace")
        if press and press[0].encode() in written:
            os.write(master, press[1])
            press = None
    raise AssertionError(f"never ended: {written!r}")


def plain(text: str) -> str:
    """The text without what steers the terminal."""
    return re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", text)


def test_a_run_shows_its_steps_live_and_then_the_summary(history: Path) -> None:
    """Status in words beside the glyph; the cursor is there again at the end."""
    code, written = on_terminal("run", "demo.ipynb", "--no-cache", cwd=history)
    text = plain(written)
    assert code == 0, text
    assert "waiting" in text
    assert "✓ ran" in text
    assert "metrics: mean=1" in text
    assert written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l")


def test_no_color_leaves_no_colour(history: Path) -> None:
    """`NO_COLOR` is honoured in progress, tables and messages."""
    _, coloured = on_terminal("run", "demo.ipynb", cwd=history)
    assert re.search(r"\x1b\[[0-9;]*3[0-9]", coloured)
    for arguments in (("run", "demo.ipynb"), ("runs",), ("show", "nothing")):
        _, written = on_terminal(*arguments, cwd=history, NO_COLOR="1")
        assert not re.search(r"\x1b\[(?:[0-9]*;)*[34][0-9](?:;|m)", written)


def test_a_table_fits_the_terminal(history: Path) -> None:
    """Long cells are cut; ids, status and times stay whole."""
    code, written = on_terminal("runs", cwd=history)
    lines = plain(written).splitlines()
    assert code == 0
    assert max(map(len, lines)) <= 100
    assert "succeeded" in written


def test_markup_and_escapes_from_a_notebook_are_text(tmp_path: Path, write_notebook: Write) -> None:
    """A notebook cannot colour, retitle or clear the terminal."""
    source = "print('[bold]x[/bold] \\x1b]0;owned\\x07')\nraise ValueError('[red]y[/red] \\x1b[2J')"
    write_notebook(tmp_path / "demo.ipynb", [(source, "step:one")])
    code, written = on_terminal("run", "demo.ipynb", cwd=tmp_path)
    assert code == 1
    assert "[red]y[/red]" in plain(written)
    assert "\x1b]0" not in written
    assert "\x1b[2J" not in written


def test_ctrl_c_on_the_keyboard_cancels(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """The terminal sends the signal to the whole foreground group; the run still ends in order."""
    write_notebook(
        tmp_path / "demo.ipynb", [("print('here it is', flush=True)\nimport time\ntime.sleep(600)", "step:one")]
    )
    code, written = on_terminal("run", "demo.ipynb", cwd=tmp_path, press=("cell 1", CTRL_C))
    assert code == 130, plain(written)
    assert "Traceback" not in written
    assert [run["status"] for run in json.loads(call("runs", "--json").stdout)["runs"]] == ["cancelled"]
