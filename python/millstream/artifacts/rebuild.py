"""The functions that pickled values name: what turns bytes back into arrays, functions and references.

Their names are part of the format: a value stored by one version is read by the next.
"""

from __future__ import annotations

import hashlib
import linecache
import marshal
import sys
import types
from collections.abc import Callable
from typing import Any

Resolver = Callable[[str, str], Any]

_resolver: list[Resolver] = []
_debug: dict[str, tuple[bytes, dict[str, str]]] = {}


def set_resolver(resolver: Resolver | None) -> None:
    """Who finds the definition that a value refers to by name and digest."""
    _resolver[:] = [resolver] if resolver else []


def add_debug(table: dict[str, tuple[bytes, dict[str, str]]]) -> None:
    """Lines and sources of code, by digest of the canonical code; only tracebacks and ``inspect`` need them."""
    _debug.update(table)


def main_namespace() -> dict[str, Any]:
    """The notebook's global names."""
    return sys.modules["__main__"].__dict__


def reference(name: str, digest: str) -> Any:
    """The class or function called ``name`` whose artifact is ``digest``."""
    if not _resolver:
        raise LookupError(f"{name} is defined in a notebook; load it with millstream.load()")
    return _resolver[0](name, digest)


def namespace() -> dict[str, Any]:
    """The notebook's global names themselves, where a value refers to them (``globals()``)."""
    return main_namespace()


def ipython() -> Any:
    """The running shell, where a value refers to it."""
    from IPython import get_ipython

    return get_ipython()


def stream(name: str) -> Any:
    """``sys.stdout`` or ``sys.stderr`` of the kernel."""
    return getattr(sys, name)


def code(canonical: bytes) -> types.CodeType:
    """A code object, with the lines it had where they are known."""
    known = _debug.get(hashlib.sha256(canonical).hexdigest())
    if known is None:
        return marshal.loads(canonical)  # type: ignore[no-any-return]
    original, sources = known
    for filename, text in sources.items():
        if filename not in linecache.cache:
            linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    return marshal.loads(original)  # type: ignore[no-any-return]


def cell() -> types.CellType:
    """An empty closure cell; the function that owns it fills it."""
    return types.CellType()


def function(code: types.CodeType, name: str, closure: tuple[types.CellType, ...] | None) -> types.FunctionType:
    """A function over the notebook's own global names."""
    return types.FunctionType(code, main_namespace(), name, None, closure)


def function_state(target: types.FunctionType, state: dict[str, Any]) -> None:
    """Defaults, attributes and the contents of closure cells."""
    for cell, contents in state.pop("cells"):
        cell.cell_contents = contents
    target.__dict__.update(state.pop("dict"))
    for key, value in state.items():
        setattr(target, key, value)


def memory(buffer: Any) -> Any:
    """Memory that several arrays share."""
    return buffer


def array(
    buffer: Any,
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    writeable: bool,  # noqa: FBT001
) -> Any:
    """An array over ``buffer``: strides and offset in bytes."""
    import numpy as np

    made = np.ndarray(shape, dtype, buffer, offset, strides) if len(buffer) else np.empty(shape, dtype)
    made.flags.writeable = writeable
    return made


def object_view(owner: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, writeable: bool) -> Any:  # noqa: FBT001
    """A view of an array of objects: strides and offset in bytes."""
    import numpy as np

    made = np.ndarray(shape, owner.dtype, owner, offset, strides)
    made.flags.writeable = writeable
    return made
