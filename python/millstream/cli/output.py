"""Standard output and standard error: cleaned text, one JSON document, streams that may close under us.

Results go to standard output, everything else to standard error. Text that comes from a notebook passes through
:func:`clean` before it reaches a terminal, which it must not be able to steer.
"""

from __future__ import annotations

import io
import math
import os
import re
import sys
from typing import IO, Any

import click

from millstream.errors import MillstreamError

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC and its like: titles, links, clipboard
    r"|\x1b[ -/]*[0-~]?"
)
# What remains of C0 and C1, and the marks that reorder text on screen ("Trojan source").
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: object) -> str:
    """The text without terminal control: no escapes, no control characters but line break and tab."""
    return _CONTROLS.sub("", _ESCAPES.sub("", str(text).replace("\r\n", "\n")))


def one_line(text: object, limit: int = 100) -> str:
    """The text cleaned, on one line, at most ``limit`` characters of it."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def last_line(text: str) -> str:
    """What a cell printed last, cleaned: progress bars write over their own line with a carriage return."""
    lines = [line for line in re.split(r"[\r\n]", text) if line.strip()]
    return one_line(lines[-1], 200) if lines else ""


def prepare_streams() -> None:
    r"""Write UTF-8 whatever the locale says; what UTF-8 cannot hold (lone surrogates) becomes ``\ud800``."""
    sys.stdout = sys.stdout or _nowhere()  # None where the caller closed it
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def is_terminal(stream: IO[str]) -> bool:
    """Whether a person watches the stream on a terminal that can move its cursor."""
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


def styled(text: object, stream: IO[str], **style: Any) -> str:
    """The text with colour or weight where the stream shows them and ``NO_COLOR`` is not set."""
    if not is_terminal(stream) or os.environ.get("NO_COLOR"):
        return str(text)
    return click.style(text, **style)


def put(text: str = "") -> None:
    """Write a line of the result to standard output."""
    _write(sys.stdout, text + "\n")


def say(text: str = "") -> None:
    """Write a line of what goes on to standard error."""
    _write(sys.stderr, text + "\n")


def put_json(document: object) -> None:
    """Write the one JSON document of a ``--json`` call; NaN and the infinities, which JSON lacks, become null."""
    import json

    put(json.dumps(_finite(document), indent=2, ensure_ascii=False, default=str))


def flush() -> None:
    """Write out what is buffered, so that a reader gone away shows here and not when Python ends."""
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "")


def _write(stream: IO[str], text: str) -> None:
    """A reader gone away ends the output, not the command: a run is worth more than its progress lines.

    Raises MillstreamError where the result cannot be written for another reason: a full disk.
    """
    try:
        stream.write(text)
        stream.flush()
    except (BrokenPipeError, ValueError):
        _silence(stream)
    except OSError as problem:
        if _silence(stream) == "stdout":
            text = f"Standard output cannot be written: {problem.strerror}."
            raise MillstreamError(text, hint="What was run is recorded: `millstream show last`.") from problem


def _silence(stream: IO[str]) -> str:
    name = "stdout" if stream is sys.stdout else "stderr"
    setattr(sys, name, _nowhere())
    return name


def _nowhere() -> IO[str]:
    return open(os.devnull, "w", encoding="utf-8")


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
