"""The functions that pickled values name: what turns bytes back into arrays, functions and references.

Their names are part of the format: a value stored by one version is read by the next.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import linecache
import marshal
import sys
import types
import typing
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


def attribute(module: str, name: str) -> Any:
    """An object that a module has one of."""
    return getattr(importlib.import_module(module), name)


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


def function(
    code: types.CodeType, name: str, closure: tuple[types.CellType, ...] | None, module: str | None = None
) -> types.FunctionType:
    """A function over the notebook's own global names, or those of a library's ``module``."""
    names = main_namespace() if module is None else vars(importlib.import_module(module))
    return types.FunctionType(code, names, name, None, closure)


def function_state(target: types.FunctionType, state: dict[str, Any]) -> None:
    """Defaults, attributes and the contents of closure cells."""
    for cell, contents in state.pop("cells"):
        cell.cell_contents = contents
    target.__dict__.update(state.pop("dict"))
    for key, value in state.items():
        setattr(target, key, value)


ALIGNMENT = 16
"""Memory that arrays are rebuilt in begins at a multiple of this many bytes, as numpy's own does."""


def view(source: Any, name: str) -> Any:
    """The keys, values or items of a dict."""
    return getattr(source, name)()


def exception(kind: type[BaseException], args: tuple[Any, ...]) -> BaseException:
    """An exception as it is before ``__init__``."""
    made = kind.__new__(kind, *args)
    made.args = args
    return made


def exception_state(target: BaseException, state: tuple[Any, tuple[Any, Any, bool]]) -> None:
    """The attributes of an exception, and what it came of."""
    attributes, (cause, context, suppress) = state
    if attributes:
        target.__setstate__(attributes)
    target.__cause__, target.__context__, target.__suppress_context__ = cause, context, suppress


def cached(function: Any, maxsize: int | None, typed: bool) -> Any:  # noqa: FBT001
    """A function with an empty cache."""
    return functools.lru_cache(maxsize, typed)(function)


def cached_property(function: Any, name: str | None) -> Any:
    """A property that is computed once."""
    made: Any = functools.cached_property(function)
    made.attrname = name
    return made


def singledispatch(default: Any) -> Any:
    """A generic function without its implementations."""
    return functools.singledispatch(default)


def implementations(target: Any, found: list[tuple[type, Any]]) -> None:
    """The implementations of a generic function."""
    for kind, function in found:
        target.register(kind, function)


def typing_object(kind: str, arguments: tuple[Any, ...], options: dict[str, Any], module: str | None) -> Any:
    """A type variable, or another object of :mod:`typing` that a notebook defines."""
    made = getattr(typing, kind)(*arguments, **options)
    if module is not None:
        made.__module__ = module
    return made


def memory(buffer: Any, shift: int = 0) -> Any:
    """Memory that several arrays share; the first ``shift`` bytes are nobody's, and keep the rest unaligned as it was."""
    if not shift:
        return buffer
    made = _aligned_bytes(shift + len(buffer))
    made[shift:] = memoryview(buffer)
    return made


def array(
    buffer: Any,
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    writeable: bool,  # noqa: FBT001
    owned: bool = False,  # noqa: FBT001, FBT002
) -> Any:
    """An array over ``buffer``: strides and offset in bytes. ``owned``: in memory of its own, as ``resize`` needs."""
    import numpy as np

    made = np.ndarray(shape, dtype, buffer if len(buffer) else bytearray(), offset, strides)
    if owned:
        copy = made.copy(order="K")
        made = copy if copy.strides == strides else made
    made.flags.writeable = writeable
    return made


def spread(
    buffer: Any,
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    shift: int,
    writeable: bool,  # noqa: FBT001
) -> Any:
    """An array with gaps between its elements, which ``buffer`` has without, in the order of memory."""
    import numpy as np

    dtype = np.dtype(dtype)
    room = extent(shape, strides, dtype.itemsize)
    data = _aligned_bytes(shift + (room or 0))
    order = memory_order(shape, strides)
    lengths, steps = [shape[axis] for axis in order], [abs(strides[axis]) for axis in order]
    np.ndarray(lengths, dtype, data, shift, steps)[...] = np.ndarray(lengths, dtype, buffer)
    made = np.ndarray(shape, dtype, data, shift + _first(shape, strides), strides)
    made.flags.writeable = writeable
    return made


def spread_objects(compact: Any, shape: tuple[int, ...], strides: tuple[int, ...], writeable: bool) -> Any:  # noqa: FBT001
    """The same for an array of objects, whose elements ``compact`` has."""
    import numpy as np

    data = np.empty((extent(shape, strides, compact.itemsize) or 0) // compact.itemsize, compact.dtype)
    steps = [abs(strides[axis]) for axis in memory_order(shape, strides)]
    np.ndarray(compact.shape, data.dtype, data, 0, steps)[...] = compact
    return object_view(data, shape, strides, _first(shape, strides), writeable)


def object_view(owner: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, writeable: bool) -> Any:  # noqa: FBT001
    """A view of an array of objects: strides and offset in bytes."""
    import numpy as np

    made = np.ndarray(shape, owner.dtype, owner, offset, strides)
    made.flags.writeable = writeable
    return made


def subclass(array: Any, kind: type) -> Any:
    """The array as one of a subclass; its attributes are set afterwards."""
    return array.view(kind)


def attributes(target: Any, state: dict[str, Any]) -> None:
    """The attributes of an object, past whatever its class does to set them."""
    target.__dict__.update(state)


def frozen(array: Any) -> Any:
    """The array, read-only."""
    array.flags.writeable = False
    return array


def memory_order(shape: tuple[int, ...], strides: tuple[int, ...]) -> list[int]:
    """The axes along which elements differ, from the slowest to the quickest."""
    moving = [axis for axis, length in enumerate(shape) if length > 1 and strides[axis]]
    return sorted(moving, key=lambda axis: -abs(strides[axis]))


def extent(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> int | None:
    """The bytes from the first to the last of an array; None where elements overlap."""
    room = itemsize
    for axis in reversed(memory_order(shape, strides)):
        if abs(strides[axis]) < room:
            return None
        room += (shape[axis] - 1) * abs(strides[axis])
    return room


def _first(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """The offset of the first element: not 0 where an axis runs backwards."""
    return sum((length - 1) * -stride for length, stride in zip(shape, strides, strict=True) if stride < 0 and length)


def _aligned_bytes(size: int) -> Any:
    import numpy as np

    spare: Any = np.zeros(size + ALIGNMENT, "u1")
    start = -spare.__array_interface__["data"][0] % ALIGNMENT
    return spare[start : start + size]
