"""The names of the notebook that a cell's functions look up when they are called, and that its texts call."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from functools import lru_cache

from millstream.analysis import CellFacts
from millstream.notebook.ipython import translate, tree_of

_AT_ONCE = ("listcomp", "setcomp", "dictcomp")
_FUNCTIONS = ("FunctionDef(", "Lambda(", "GeneratorExp(")  # as they stand in the canonical text


_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_MAY_CALL = re.compile(r"""['"][^'"]*\w\s*\(""")


@lru_cache(maxsize=4096)
def called_in_text(source: str) -> frozenset[str]:
    """What a cell's texts call: a formula, ``y ~ double(x)``, finds the function wherever it is evaluated later."""
    if not _MAY_CALL.search(source):
        return frozenset()
    texts = (n.value for n in ast.walk(tree_of(source)) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return frozenset(name for text in texts for name in _CALL.findall(text))


def looked_up(source: str, facts: CellFacts) -> frozenset[str]:
    """Global names in the bodies of functions, lambdas and generator expressions, however deep they are."""
    if not any(word in facts.canonical for word in _FUNCTIONS):
        return frozenset()
    return _looked_up(source)


@lru_cache(maxsize=4096)
def _looked_up(source: str) -> frozenset[str]:
    try:
        table = symtable.symtable(translate(source).python, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(name for scope in _functions(table) for name in _globals(scope))


def _functions(table: symtable.SymbolTable) -> Iterator[symtable.Function]:
    for child in table.get_children():
        if isinstance(child, symtable.Function) and child.get_name() not in _AT_ONCE:
            yield child
        yield from _functions(child)


def _globals(scope: symtable.Function) -> Iterator[str]:
    for name in scope.get_globals():
        if not name.startswith("."):
            yield name
