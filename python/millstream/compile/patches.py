"""Attributes of libraries that a notebook sets: ``pd.DataFrame.total = total``, ``np.float = float``.

They belong to no name of the notebook, and a later step's library has them not: so they are followed like names, by
their whole path.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from millstream.analysis import CellFacts
from millstream.notebook.ipython import tree_of

# What is followed as ambient state, or is the kernel's own.
_ELSEWHERE = (
    *("os.environ", "sys.path", "sys.argv", "sys.stdin", "sys.stdout", "sys.stderr", "sys.modules", "sys.displayhook"),
    *("pandas.options", "matplotlib.rcParams", "matplotlib.pyplot.rcParams", "pylab.rcParams", "decimal.context"),
)
_DRAWING = ("matplotlib", "pylab", "seaborn", "pandas")  # what may open figures that pyplot knows
_REGISTERED = {
    "pandas.api.extensions.register_dataframe_accessor": "pandas.DataFrame",
    "pandas.api.extensions.register_series_accessor": "pandas.Series",
    "pandas.api.extensions.register_index_accessor": "pandas.Index",
    "polars.api.register_dataframe_namespace": "polars.DataFrame",
    "polars.api.register_series_namespace": "polars.Series",
    "polars.api.register_expr_namespace": "polars.Expr",
    "polars.api.register_lazyframe_namespace": "polars.LazyFrame",
}


def patches(sources: Mapping[int, str], facts: Mapping[int, CellFacts]) -> tuple[str, ...]:
    """The paths of all attributes and containers of libraries that the cells, in order, set or fill."""
    imported: dict[str, str] = {}
    found: set[str] = set()
    for cell in sorted(facts):
        for name in (facts[cell].defines | facts[cell].may_define) - set(facts[cell].imports):
            imported.pop(name, None)
        imported.update(facts[cell].imports)
        if imported and "." in sources[cell]:
            found.update(_patched(_candidates(sources[cell]), imported))
    if any(path.partition(".")[0] in _DRAWING for path in _modules(facts)):
        found.add("matplotlib.pyplot.figures")
    return tuple(sorted(path for path in found if not _is_elsewhere(path)))


def _modules(facts: Mapping[int, CellFacts]) -> Iterator[str]:
    for cell in facts.values():
        yield from cell.import_modules


@lru_cache(maxsize=4096)
def _candidates(source: str) -> tuple[ast.Attribute | ast.Subscript | ast.Call, ...]:
    """What in a cell may set something of a library."""
    return tuple(
        node
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.Call)
        or (isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load))
    )


def _patched(nodes: Iterable[ast.expr], imported: Mapping[str, str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Call):
            path = _set_by_call(node, imported)
        else:
            path = _path(node.value if isinstance(node, ast.Subscript) else node, imported)
        if path is not None and "." in path:
            yield path


def _set_by_call(call: ast.Call, imported: Mapping[str, str]) -> str | None:
    named = [each.value for each in call.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if isinstance(call.func, ast.Name) and call.func.id in ("setattr", "delattr") and named and len(call.args) > 1:
        owner = _path(call.args[0], imported)
        return owner and f"{owner}.{named[0]}"
    owner = _REGISTERED.get(_path(call.func, imported) or "")
    return f"{owner}.{named[0]}" if owner and named else None


def _path(node: ast.expr, imported: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return imported.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _path(node.value, imported)
        return owner and f"{owner}.{node.attr}"
    return None


def _is_elsewhere(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}.") for each in _ELSEWHERE)
