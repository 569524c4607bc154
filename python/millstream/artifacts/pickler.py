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
from collections.abc import Callable, Mapping
from typing import Any

from cloudpickle import cloudpickle

from millstream.artifacts import arrays, caches, classes, definitions, frames, rebuild, refusals, sets, standard

Reduced = tuple[Any, ...]
DebugTable = dict[str, tuple[bytes, dict[str, str]]]
Rule = Callable[["Pickler", Any], Any]

# Two names for one of these can never be told from two equal ones by changing it.
_IMMUTABLE = (
    str, bytes, int, float, complex, bool, tuple, frozenset, type, range, slice, type(None), type(Ellipsis),
    types.BuiltinFunctionType, types.ModuleType, types.CodeType, types.WrapperDescriptorType,
    types.MethodDescriptorType, types.MethodType, dt.date, dt.time, dt.timedelta, dt.tzinfo, decimal.Decimal,
    fractions.Fraction, uuid.UUID, pathlib.PurePath, re.Pattern, enum.Enum,
)  # fmt: skip
_IMMUTABLE_ELSEWHERE = {
    "numpy": ("dtype", "generic", "ufunc"),
    "pandas": ("Index", "Timestamp", "Timedelta", "Period", "Interval"),
    "pandas.api.extensions": ("ExtensionDtype",),
    "pandas.tseries.offsets": ("BaseOffset",),
    "pyarrow": ("Array", "ChunkedArray", "RecordBatch", "Table", "DataType", "Schema", "Field", "Buffer", "Scalar"),
    "polars": ("LazyFrame", "Expr", "DataType"),
}
_CONTAINERS = frozenset({list, dict, bytearray})  # what pickle writes itself, without asking, and that can change


class Pickler(cloudpickle.Pickler):
    """Pickles ``roots``; other definitions of the notebook become references.

    ``refer`` gives the digest of the artifact that holds a definition by its global name, or None to write it here.
    ``memory`` knows what memory arrays share. After :meth:`dump`: ``buffers``, ``names`` (the globals that functions
    met look up), ``references``, ``seen`` (arrays), ``sets``, ``debug`` (lines of code).
    """

    def __init__(
        self,
        file: io.BytesIO,
        *,
        roots: Mapping[str, Any],
        refer: Callable[[str], str | None],
        memory: arrays.Memory,
        as_told: bool = False,
    ) -> None:
        self.buffers: list[pickle.PickleBuffer] = []
        super().__init__(file, protocol=5, buffer_callback=_keep_large(self.buffers))
        self.roots = roots
        self.refer = refer
        self.memory = memory
        self.names: set[str] = set()
        self.references: dict[str, str] = {}
        self.seen: list[arrays.Seen] = []
        self.sets: dict[int, set[Any]] = {}
        self.debug: DebugTable = {}
        self.skeleton_cells: set[int] = set()
        self.frame_parts: set[int] = set()
        self.index_parts: set[int] = set()
        self._kept_alive: list[Any] = []
        self._met: list[Any] = []
        self._rules: dict[type, Rule | None] = {}
        self.by_value: set[type] = set()
        self.as_told = as_told
        self.overruled = False
        self.nans: dict[int, tuple[int, float]] = {}
        self.has_frozen_sets = False
        self._globals: dict[int, dict[str, Any]] = {}
        self._root_ids = {id(value) for value in roots.values()}

    def persistent_id(self, obj: Any) -> str | int | tuple[Any, ...] | None:
        """Called by pickle for every object: containers are noted, and a NaN is told from others by who it is."""
        kind = type(obj)
        if kind in _CONTAINERS:
            self._met.append(obj)
        elif kind is set:
            self._met.append(obj)
            self.sets.setdefault(id(obj), obj)
        elif kind is float and obj != obj:  # noqa: PLR0124 - NaN, told quicker than by a call
            return self._nan(obj)
        elif kind is frozenset:
            return self._frozen_set(obj)
        return None

    def _frozen_set(self, found: frozenset[Any]) -> tuple[Any, ...] | None:
        """How to make a frozen set in its order: unlike others it cannot be filled again afterwards."""
        wanted = sets.frozen_layout(found)
        self.has_frozen_sets |= wanted is not None
        return None if wanted is None else tuple(wanted)

    def _nan(self, nan: float) -> str | int:
        for module in ("numpy", "math"):
            if getattr(sys.modules.get(module), "nan", None) is nan:
                self.nans.setdefault(id(nan), (0, nan))
                return module
        self.note(nan)
        return self.nans.setdefault(id(nan), (len(self.nans), nan))[0]

    def reducer_override(self, obj: Any) -> Any:
        """Called by pickle for everything but the plainest types."""
        kind = type(obj)
        try:
            rule = self._rules[kind]
        except KeyError:
            rule = self._rules[kind] = _rule(kind)
        if rule is not None:
            return rule(self, obj)
        self._met.append(obj)
        return NotImplemented

    def note(self, obj: Any) -> None:
        """Note an object that can change, and that others may share."""
        self._met.append(obj)

    def keep(self, part: Any, ids: set[int]) -> None:
        """Note an object that was made for this pickle, by its id in ``ids``."""
        ids.add(id(part))
        self._kept_alive.append(part)

    def reduce_function(self, function: types.FunctionType) -> Any:
        """A function: of a library by name, of the notebook by reference or by value."""
        if cloudpickle._should_pickle_by_reference(function):
            return NotImplemented
        if standard.is_singledispatch(function):
            self.note(function)
            return standard.reduce_singledispatch(function)
        is_notebooks = definitions.is_notebook_function(function)
        if is_notebooks and (reference := self._reference(function)):
            return reference
        if is_notebooks:
            self.names |= definitions.global_names(function)
        if function.__dict__:
            self.note(function)
        self.skeleton_cells.update(id(cell) for cell in function.__closure__ or ())
        return definitions.reduce_function(function, self._globals.setdefault(id(function.__globals__), {}))

    def reduce_class(self, kind: type) -> Any:
        """A class, likewise."""
        if not definitions.is_notebook_class(kind):
            return super().reducer_override(kind)
        if reference := self._reference(kind):
            return reference
        if definitions.global_name(kind) is None:
            self.note(kind)
        self.by_value.add(kind)
        return classes.reduce_class(kind)

    def _reference(self, definition: Any) -> Reduced | None:
        name = definitions.global_name(definition)
        if name is None or id(definition) in self._root_ids or (digest := self.refer(name)) is None:
            return None
        self.references[name] = digest
        return rebuild.reference, (classes.named(name), classes.named(digest))

    def reduce_array(self, array: Any) -> Any:
        """A numpy array, noted with the memory it lies in."""
        if id(array) not in self.index_parts:
            frame = id(array) in self.frame_parts
            seen = arrays.see(array, frame=frame)
            if seen is not None:
                self.seen.append(seen)
            if not frame:
                self._met.append(array)
        reduced = arrays.reduce_array(array, self.memory.spans.get(id(array)))
        return NotImplemented if reduced is None else reduced

    def identities(self) -> list[Any]:
        """Everything met whose identity matters: what two values must be stored together for sharing."""
        unshared = self.index_parts | self.frame_parts
        return [obj for obj in self._met if id(obj) not in unshared] if unshared else self._met


def _rule(kind: type) -> Rule | None:
    """How objects of a type are pickled; None for the way they say themselves, their identity noted."""
    if issubclass(kind, type):
        return Pickler.reduce_class
    if kind in _OWN:
        return _OWN[kind]
    if issubclass(kind, enum.Enum):
        return _reduce_member
    if issubclass(kind, io.IOBase):
        return _reduce_stream
    if rule := refusals.rule(kind) or _library_rule(kind) or _notebook_rule(kind):
        return rule
    return _as_it_says if issubclass(kind, _immutable_types()) else standard.rule(kind)


def _notebook_rule(kind: type) -> Rule | None:
    return _reduce_instance if definitions.is_notebook_class(kind) and standard.pickles_oddly(kind) else None


def _library_rule(kind: type) -> Rule | None:
    np, module = arrays.numpy(), kind.__module__
    if np is not None and issubclass(kind, np.dtype):
        return _reduce_dtype
    if np is not None and issubclass(kind, np.ndarray):
        return Pickler.reduce_array if kind is np.ndarray else _reduce_subclass
    if module == "pandas" or module.startswith("pandas."):
        return frames.rule(kind)
    if module.startswith(("ipykernel.", "IPython.")) and hasattr(kind, "user_ns"):
        return _reduce_shell
    return caches.rule(kind)


def _as_it_says(_: Pickler, __: Any) -> Any:
    return NotImplemented


def _reduce_code(pickler: Pickler, code: Any) -> Any:
    return definitions.reduce_code(code, pickler.debug)


def _reduce_member(pickler: Pickler, member: Any) -> Any:
    return classes.reduce_member(member) if type(member) in pickler.by_value else NotImplemented


def _reduce_cell(pickler: Pickler, cell: Any) -> Any:
    pickler.note(cell)
    return (rebuild.cell, ()) if id(cell) in pickler.skeleton_cells else NotImplemented


_OWN: dict[type, Rule] = {
    types.FunctionType: Pickler.reduce_function,
    types.CodeType: _reduce_code,
    types.CellType: _reduce_cell,
}


def _reduce_subclass(pickler: Pickler, array: Any) -> Any:
    pickler.note(array)
    reduced = arrays.reduce_subclass(array, pickler.memory)
    return NotImplemented if reduced is None else reduced


def _reduce_dtype(pickler: Pickler, dtype: Any) -> Any:
    reduced = dtype.__reduce__()
    for part in reduced[-1]:
        if isinstance(part, dict):  # the fields of a structure, which cannot change
            pickler.keep(part, pickler.index_parts)
    return reduced


def _reduce_shell(_: Pickler, __: Any) -> Any:
    return rebuild.ipython, ()


def _reduce_instance(pickler: Pickler, obj: Any) -> Any:
    """An object of the notebook as it is, not as its class would have it pickled; that where it cannot be."""
    pickler.note(obj)
    pickler.overruled = True
    return NotImplemented if pickler.as_told else standard.reduce_instance(obj)


def _reduce_stream(pickler: Pickler, stream: Any) -> Any:
    for name in ("stdout", "stderr"):
        if stream in (getattr(sys, name), getattr(sys, f"__{name}__")):
            return rebuild.stream, (name,)
    if isinstance(stream, (io.StringIO, io.BytesIO)):
        pickler.note(stream)
        return NotImplemented
    if stream.closed and hasattr(stream, "mode"):
        encoding, errors = getattr(stream, "encoding", None), getattr(stream, "errors", None)
        return rebuild.closed_file, (getattr(stream, "name", None), stream.mode, encoding, errors)
    raise refusals.Refused(stream, f"an open file ({getattr(stream, 'name', type(stream).__name__)!r})")


def _keep_large(kept: list[pickle.PickleBuffer]) -> Callable[[pickle.PickleBuffer], bool]:
    """The callback that leaves small buffers in the stream; not a method, so that it makes no reference cycle."""

    def take(buffer: pickle.PickleBuffer) -> bool:
        if buffer.raw().nbytes < arrays.LARGE:
            return True
        kept.append(buffer)
        return False

    return take


def _immutable_types() -> tuple[type, ...]:
    found = list(_IMMUTABLE)
    for module, names in _IMMUTABLE_ELSEWHERE.items():
        loaded = sys.modules.get(module)
        found += [kind for name in names if isinstance(kind := getattr(loaded, name, None), type)]
    return tuple(found)
