"""The logical lines of a cell that may hold IPython syntax: where each begins and ends, strings and brackets seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<triple>\"{3}|'{3})
  | (?P<string>"(?:\\(?:.|\n)|[^"\\\n])*"?|'(?:\\(?:.|\n)|[^'\\\n])*'?)
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<joined>\\\r?\n)
  | (?P<end>\n)
  | (?P<help>\?)
    """,
    re.VERBOSE,
)
_TRIPLE_END = {
    '"""': re.compile(r'(?:[^"\\]|\\(?:.|\n)|"(?!""))*"""'),
    "'''": re.compile(r"(?:[^'\\]|\\(?:.|\n)|'(?!''))*'''"),
}
# ``x = !ls`` and ``a, b = %magic``: told from Python before its quotes are read, as a shell's need not pair up.
_ASSIGNED = re.compile(
    r"[ \t]*\*?[^\W\d][\w.]*(?:\[[^\]=\n]*\])*(?:[ \t]*,[ \t]*\*?[^\W\d][\w.]*)*[ \t]*,?[ \t]*=[ \t]*(?=!|%[ \t]*[^\W\d])"
)
_ESCAPES = frozenset("%!?,;/")


class Line(NamedTuple):
    """Lines ``start`` to ``end`` (from 0, end excluded) make one statement.

    ``assigned`` is where ``%`` or ``!`` begins in ``x = %magic``; ``help`` says that it ends with ``?``.
    """

    start: int
    end: int
    escaped: bool = False
    assigned: int | None = None
    help: bool = False


def logical_lines(lines: Sequence[str]) -> Iterator[Line]:
    """Yield each logical line of ``lines`` (without their line ends), in order."""
    index, text, offset = 0, "\n".join(lines), 0
    while index < len(lines):
        line = _escape(lines, index) or _python(text, offset, index)
        yield line
        offset += sum(len(part) + 1 for part in lines[index : line.end])
        index = line.end


def _escape(lines: Sequence[str], index: int) -> Line | None:
    """The line at ``index`` where IPython and not Python reads it; such lines go on after a backslash only."""
    line = lines[index]
    body = line.lstrip()
    match = None if body[:1] in _ESCAPES else _ASSIGNED.match(line)
    if not match and body[:1] not in _ESCAPES:
        return None
    end = index + 1
    while end < len(lines) and lines[end - 1].endswith("\\"):
        end += 1
    return Line(index, end, escaped=not match, assigned=match.end() if match else None)


def _python(text: str, offset: int, index: int) -> Line:
    depth, end, position, questioned = 0, index + 1, offset, -1
    while match := _TOKEN.search(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "triple":
            closed = _TRIPLE_END[match.group()].match(text, position)
            position = closed.end() if closed else len(text)
            end += text.count("\n", match.end(), position)
        elif kind in {"string", "joined"}:
            end += match.group().count("\n")
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif kind == "help":
            questioned = position
        elif kind == "end":
            if depth == 0:
                position -= 1
                break
            end += 1
    else:
        position = len(text)
    asked = questioned >= 0 and not text[questioned:position].strip()
    return Line(index, end, help=asked)
