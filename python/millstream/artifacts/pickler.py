"""One pickle of one or more values, and what was met on the way."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import io
import pathlib
import pickle
import re
import sys
import types
import uuid
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from cloudpickle import cloudpickle

from millstream.artifacts import arrays, definitions, rebuild

Reduced = tuple[Any, ...]
DebugTable = dict[str, tuple[bytes, dict[str, str]]]

# Two names for one of these can never be told from two equal ones by changing it.
_IMMUTABLE = (
    str, bytes, int, float, complex, bool, tuple, frozenset, type, range, slice, type(None), type(Ellipsis),
    types.BuiltinFunctionType, types.ModuleType, types.CodeType, types.WrapperDescriptorType,
    types.MethodDescriptorType, dt.date, dt.time, dt.timedelta, dt.tzinfo, decimal.Decimal,
    fractions.Fraction, uuid.UUID, pathlib.PurePath, re.Pattern, enum.Enum,
)  # fmt: skip
_IMMUTABLE_ELSEWHERE = {
    "numpy": ("dtype", "generic", "ufunc"),
    "pandas": ("Index", "Timestamp", "Timedelta", "Period", "Interval"),
    "pandas.api.extensions": ("ExtensionDtype",),
    "pandas.tseries.offsets": ("BaseOffset",),
    "pyarrow": ("Array", "ChunkedArray", "RecordBatch", "Table", "DataType", "Schema", "Field", "Buffer", "Scalar"),
    "polars": ("Series", "DataFrame", "LazyFrame", "Expr"),
}

LARGE = 1 << 16
"""Buffers from this many bytes on are kept as objects of their own, and shared by every value that has them."""


class Pickler(cloudpickle.Pickler):
    """Pickles ``roots``; other definitions of the notebook become references.

    ``refer`` gives the digest of the artifact that holds a definition by its global name, or None to write it here.
    ``spans`` says, by the array's id, what memory it shares. After :meth:`dump`: ``buffers``, ``names`` (the globals
    that functions met look up), ``references``, ``seen`` (arrays), ``debug`` (lines of code).
    """

    def __init__(
        self,
        file: io.BytesIO,
        *,
        roots: Mapping[str, Any],
        refer: Callable[[str], str | None],
        spans: Mapping[int, arrays.Span],
    ) -> None:
        self.buffers: list[pickle.PickleBuffer] = []
        super().__init__(file, protocol=5, buffer_callback=_keep_large(self.buffers))
        self.roots = roots
        self.refer = refer
        self.spans = spans
        self.names: set[str] = set()
        self.references: dict[str, str] = {}
        self.seen: list[arrays.Seen] = []
        self.debug: DebugTable = {}
        self._skeleton_cells: set[int] = set()
        self._frame_parts: set[int] = set()
        self._index_parts: set[int] = set()
        self._kept_alive: list[Any] = []
        self._root_ids = {id(value) for value in roots.values()}

    def reducer_override(self, obj: Any) -> Any:  # noqa: PLR0911 - one for each kind of object
        """Called by pickle for everything but the plainest types."""
        kind = type(obj)
        if kind is types.FunctionType or isinstance(obj, type):
            return self._reduce_definition(obj)
        if kind is types.CodeType:
            return definitions.reduce_code(obj, self.debug)
        if kind is types.CellType and id(obj) in self._skeleton_cells:
            return rebuild.cell, ()
        if isinstance(obj, io.IOBase):
            return _reduce_stream(obj)
        np = arrays.numpy()
        if np is not None and kind is np.ndarray:
            return self._reduce_array(obj)
        module = kind.__module__
        if module.startswith("pandas."):
            return self._reduce_pandas(obj)
        if module.startswith(("ipykernel.", "IPython.")) and hasattr(obj, "user_ns"):
            return rebuild.ipython, ()
        return super().reducer_override(obj)

    def _reduce_definition(self, obj: Any) -> Any:
        is_function = definitions.is_notebook_function(obj)
        if not (is_function or definitions.is_notebook_class(obj)):
            return super().reducer_override(obj)
        name = definitions.global_name(obj)
        if name is not None and id(obj) not in self._root_ids:
            digest = self.refer(name)
            if digest is not None:
                self.references[name] = digest
                return rebuild.reference, (name, digest)
        self._note_names(obj)
        if not is_function:
            return definitions.reduce_class(obj)
        self._skeleton_cells.update(id(cell) for cell in obj.__closure__ or ())
        return definitions.reduce_function(obj)

    def _note_names(self, obj: Any) -> None:
        if isinstance(obj, types.FunctionType):
            self.names |= definitions.global_names(obj)

    def _reduce_array(self, array: Any) -> Any:
        if id(array) not in self._index_parts:
            seen = arrays.see(array, frame=id(array) in self._frame_parts)
            if seen is not None:
                self.seen.append(seen)
        reduced = arrays.reduce_array(array, self.spans.get(id(array)))
        return NotImplemented if reduced is None else reduced

    def _reduce_pandas(self, obj: Any) -> Any:
        """Let pandas pickle itself, noting what is an index's: never written to, so never shared in effect."""
        pandas = sys.modules["pandas"]
        if isinstance(obj, pandas.Index):
            reduced = obj.__reduce__()
            self._note_index(reduced[1][1])
            return reduced
        if hasattr(obj, "mgr_locs") and _copy_on_write(pandas):
            return self._unshare(obj.__reduce__(), [obj])
        if hasattr(obj, "blocks") and getattr(obj, "ndim", 2) == 1 and _copy_on_write(pandas):
            return self._unshare(obj.__reduce_ex__(5), obj.blocks)
        return super().reducer_override(obj)

    def _note_index(self, holder: Any) -> None:
        if isinstance(holder, dict):
            holder = [holder[key] for key in ("data", "levels", "codes") if key in holder]
        self._keep(holder, self._index_parts)
        if isinstance(holder, (list, tuple)):
            for item in holder:
                self._note_index(item)
        for attribute in ("_ndarray", "_data", "_mask", "_codes"):
            part = getattr(holder, attribute, None)
            if part is not None and not isinstance(holder, arrays.numpy().ndarray):
                self._keep(part, self._index_parts)

    def _unshare(self, reduced: Any, blocks: Iterable[Any]) -> Any:
        """Under copy-on-write two frames may hold the same memory, and must not after the trip."""
        ndarray = arrays.numpy().ndarray
        own: dict[int, Any] = {}
        for block in blocks:
            values = block.values
            own[id(values)] = values.view() if isinstance(values, ndarray) else values.copy()
            self._keep(own[id(values)], self._frame_parts)
        return _replace(reduced, own)

    def _keep(self, part: Any, ids: set[int]) -> None:
        ids.add(id(part))
        self._kept_alive.append(part)

    def met(self) -> list[Any]:
        """Every object met that is written once and referred to from then on, in order."""
        return [obj for _, obj in sorted(self.memo.copy().values(), key=itemgetter(0))]

    def shared_objects(self, met: Iterable[Any]) -> dict[int, Any]:
        """Those of ``met`` whose identity matters, by id: what two values must be stored together for sharing."""
        immutable = _immutable_types()
        unshared = self._index_parts | self._frame_parts
        return {
            id(obj): obj
            for obj in met
            if not isinstance(obj, immutable) and id(obj) not in unshared and _has_identity(obj)
        }


def _keep_large(kept: list[pickle.PickleBuffer]) -> Callable[[pickle.PickleBuffer], bool]:
    """The callback that leaves small buffers in the stream; not a method, so that it makes no reference cycle."""

    def take(buffer: pickle.PickleBuffer) -> bool:
        if buffer.raw().nbytes < LARGE:
            return True
        kept.append(buffer)
        return False

    return take


def _reduce_stream(obj: Any) -> Any:
    for name in ("stdout", "stderr"):
        if obj in (getattr(sys, name), getattr(sys, f"__{name}__")):
            return rebuild.stream, (name,)
    if isinstance(obj, (io.StringIO, io.BytesIO)):
        return NotImplemented
    raise TypeError(f"cannot pickle an open file ({getattr(obj, 'name', type(obj).__name__)!r})")


def _replace(state: Any, replacements: Mapping[int, Any]) -> Any:
    """``state`` with the objects of those ids replaced, however deep in plain containers."""
    if id(state) in replacements:
        return replacements[id(state)]
    if type(state) in (list, tuple):
        return type(state)(_replace(item, replacements) for item in state)
    if type(state) is dict:
        return {key: _replace(item, replacements) for key, item in state.items()}
    return state


def _copy_on_write(pandas: Any) -> bool:
    if int(pandas.__version__.split(".")[0]) >= 3:
        return True
    return pandas.get_option("mode.copy_on_write") is True


def _has_identity(obj: Any) -> bool:
    if isinstance(obj, types.FunctionType):
        return bool(obj.__dict__) and obj.__module__ == "__main__"
    return True


def _immutable_types() -> tuple[type, ...]:
    found = list(_IMMUTABLE)
    for module, names in _IMMUTABLE_ELSEWHERE.items():
        loaded = sys.modules.get(module)
        found += [kind for name in names if isinstance(kind := getattr(loaded, name, None), type)]
    return tuple(found)
