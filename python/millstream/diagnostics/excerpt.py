"""The line of source that a diagnostic is about, with a caret below the place."""

from __future__ import annotations

import unicodedata

_WIDEST = 120


def excerpt(source: str, line: int | None, column: int | None = None) -> str:
    """Line ``line`` (from 1) of ``source`` and a caret at ``column`` (from 0); empty where there is no such line.

    Long lines are cut around the place; wide characters and tabs keep the caret where it belongs.
    """
    lines = source.replace("\r\n", "\n").split("\n")
    if line is None or not 1 <= line <= len(lines):
        return ""
    text = "".join(char if char == "\t" or char.isprintable() else "�" for char in lines[line - 1])
    if column is None:
        return _cut(text, 0)[0]
    text, column = _cut(text, min(max(column, 0), len(text)))
    margin = "".join("\t" if char == "\t" else " " * _width(char) for char in text[:column])
    return f"{text}\n{margin}^"


def _cut(text: str, column: int) -> tuple[str, int]:
    if len(text) <= _WIDEST:
        return text, column
    start = max(0, min(column - _WIDEST // 2, len(text) - _WIDEST))
    end = start + _WIDEST
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return before + text[start:end] + after, column - start + len(before)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
