"""Source text to a syntax tree: every way it can fail is a ``SyntaxError``, and nothing is written to stderr."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

TOO_DEEP = "nested too deeply to be analysed"


@lru_cache(maxsize=512)
def parse_python(source: str) -> ast.Module:
    """The tree of ``source``, which may use ``await`` at the top; the same one each time, not to be changed.

    Raises ``SyntaxError`` where Python would, and where the source is nested too deeply or holds no valid text.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape is the notebook's affair, told when the cell runs
        try:
            return ast.parse(source)
        except SyntaxError:
            raise
        except (RecursionError, MemoryError):
            raise SyntaxError(TOO_DEEP) from None
        except ValueError as error:  # null bytes, lone surrogates
            raise SyntaxError(str(error)) from None


def is_python(source: str) -> bool:
    """Whether ``source`` is Python as it stands."""
    try:
        parse_python(source)
    except SyntaxError:
        return False
    return True


def is_expression(source: str) -> bool:
    """Whether ``source`` is one Python expression."""
    try:
        body = parse_python(source).body
    except SyntaxError:
        return False
    return len(body) == 1 and isinstance(body[0], ast.Expr)
