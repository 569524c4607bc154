"""Whether two values are the same in everything a notebook could observe: type, dtype, order, layout, bits, sharing."""

from __future__ import annotations

import functools
import struct
import types
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

_ATOMS = (str, bytes, bytearray, int, bool, type(None), type(Ellipsis), range, slice, np.dtype)


class Difference(AssertionError):
    """Where two values differ."""


def assert_exact(before: Any, after: Any) -> None:
    """Raise :class:`Difference`, with the path inside the value, unless ``after`` is ``before`` over again."""
    _Walk().compare(before, after, "value")


class _Walk:
    def __init__(self) -> None:
        self.pairs: dict[int, int] = {}
        self.kept: list[Any] = []

    def compare(self, a: Any, b: Any, path: str) -> None:
        if a is b and isinstance(a, (*_ATOMS, types.ModuleType, types.BuiltinFunctionType)):
            return None
        _same_type(a, b, path)
        if isinstance(a, _ATOMS):
            return _check(a == b, path, a, b)
        if isinstance(a, float):
            return _check(struct.pack("d", a) == struct.pack("d", b), path, a, b)
        if id(a) in self.pairs:  # sharing inside the value: the same two must meet again
            return _check(self.pairs[id(a)] == id(b), f"{path} (shared)", a, b)
        self.pairs[id(a)] = id(b)
        self.kept += [a, b]
        _comparison(type(a))(self, a, b, path)
        return None

    def each(self, a: Iterable[Any], b: Iterable[Any], path: str) -> None:
        a, b = list(a), list(b)
        _check(len(a) == len(b), f"len({path})", len(a), len(b))
        for position, (x, y) in enumerate(zip(a, b, strict=True)):
            self.compare(x, y, f"{path}[{position}]")

    def mapping(self, a: Any, b: Any, path: str) -> None:
        self.each(a, b, f"{path}.keys")
        for key, x, y in zip(a, a.values(), b.values(), strict=True):
            self.compare(x, y, f"{path}[{key!r}]")

    def array(self, a: Any, b: Any, path: str) -> None:
        for name in ("dtype", "shape"):
            _check(getattr(a, name) == getattr(b, name), f"{path}.{name}", getattr(a, name), getattr(b, name))
        _check(_steps(a) == _steps(b), f"{path}.strides", a.strides, b.strides)
        _check(a.dtype.metadata == b.dtype.metadata, f"{path}.dtype.metadata", a.dtype.metadata, b.dtype.metadata)
        for name in ("c_contiguous", "f_contiguous", "aligned", "writeable"):
            _check(getattr(a.flags, name) == getattr(b.flags, name), f"{path}.flags.{name}", a.flags, b.flags)
        if a.dtype.hasobject:
            return self.each(a.ravel().tolist(), b.ravel().tolist(), path)
        _check(_bits(a) == _bits(b), path, a, b)
        if type(a) is not np.ndarray:
            self.instance(a, b, path)
        return None

    def frame(self, a: Any, b: Any, path: str) -> None:
        self.compare(a.index, b.index, f"{path}.index")
        if a.ndim == 2:
            self.compare(a.columns, b.columns, f"{path}.columns")
        else:
            self.compare(a.name, b.name, f"{path}.name")
        self.compare(a.attrs, b.attrs, f"{path}.attrs")
        _check(a.flags.allows_duplicate_labels == b.flags.allows_duplicate_labels, f"{path}.flags", a.flags, b.flags)
        _check(len(a._mgr.blocks) == len(b._mgr.blocks), f"{path}.blocks", a._mgr.blocks, b._mgr.blocks)
        for i, (x, y) in enumerate(zip(a._mgr.blocks, b._mgr.blocks, strict=True)):
            _check(type(x) is type(y), f"{path}.blocks[{i}]", type(x), type(y))
            self.compare(x.mgr_locs.as_array, y.mgr_locs.as_array, f"{path}.blocks[{i}].mgr_locs")
            self.compare(x.values, y.values, f"{path}.blocks[{i}]")

    def index(self, a: Any, b: Any, path: str) -> None:
        self.compare(list(a.names), list(b.names), f"{path}.names")
        for name in ("freq", "dtype"):
            _check(getattr(a, name, None) == getattr(b, name, None), f"{path}.{name}", a, b)
        if hasattr(a, "levels"):
            self.each(a.levels, b.levels, f"{path}.levels")
            self.each(a.codes, b.codes, f"{path}.codes")
        elif hasattr(a, "start"):
            self.each((a.start, a.stop, a.step), (b.start, b.stop, b.step), path)
        else:
            self.compare(a.array, b.array, f"{path}.array")

    def arrow_backed(self, a: Any, b: Any, path: str) -> None:
        _check(a.dtype == b.dtype, f"{path}.dtype", a.dtype, b.dtype)
        self.arrow(a._pa_array.combine_chunks(), b._pa_array.combine_chunks(), path)  # as pandas does to pickle them

    def arrow(self, a: Any, b: Any, path: str) -> None:
        same_type = getattr(a, "schema", None) == getattr(b, "schema", None)
        _check(same_type and getattr(a, "type", None) == getattr(b, "type", None), f"{path}.type", a, b)
        _check(getattr(a, "num_chunks", 1) == getattr(b, "num_chunks", 1), f"{path}.chunks", a, b)
        _check(str(a.to_pylist()) == str(b.to_pylist()), path, a, b)

    def polars(self, a: Any, b: Any, path: str) -> None:
        _check(getattr(a, "schema", None) == getattr(b, "schema", None), f"{path}.schema", a, b)
        _check(bool(a.equals(b, null_equal=True)), path, a, b)

    def instance(self, a: Any, b: Any, path: str) -> None:
        mine, theirs = (_lasting(vars(x)) if hasattr(x, "__dict__") else {} for x in (a, b))
        self.mapping(mine, theirs, path)
        for kind in type(a).__mro__:
            slots = vars(kind).get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                name = f"_{kind.__name__}{slot}" if slot.startswith("__") and not slot.endswith("__") else slot
                if name not in ("__dict__", "__weakref__"):
                    self.each([getattr(a, n) for n in (name,) if hasattr(a, n)],
                              [getattr(b, n) for n in (name,) if hasattr(b, n)], f"{path}.{name}")  # fmt: skip

    def sparse(self, a: Any, b: Any, path: str) -> None:
        self.instance(a, b, path)

    def parts(self, a: Any, b: Any, path: str) -> None:
        """An object without a comparison of its own: what pickling it says, part by part."""
        if type(a).__reduce_ex__ is object.__reduce_ex__ and type(a).__reduce__ is object.__reduce__:
            if isinstance(a, dict):
                self.mapping(a, b, path)
            elif isinstance(a, (list, tuple, set, frozenset)):
                self.each(a, b, path)
            return self.instance(a, b, path)
        x, y = _reduced(a), _reduced(b)
        if isinstance(x, str):
            return _check(x == y, path, a, b)
        # Iterators among the parts are used up by comparing them, which is why reduce is asked for new ones.
        self.each([list(p) if hasattr(p, "__next__") else p for p in x[1:]],
                  [list(p) if hasattr(p, "__next__") else p for p in y[1:]], path)  # fmt: skip
        return None

    def function(self, a: Any, b: Any, path: str) -> None:
        for name in ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__",
                     "__annotations__", "__dict__"):  # fmt: skip
            self.compare(getattr(a, name), getattr(b, name), f"{path}.{name}")
        self.code(a.__code__, b.__code__, f"{path}.__code__")
        self.each(_contents(a), _contents(b), f"{path}.__closure__")

    def code(self, a: Any, b: Any, path: str) -> None:
        for name in ("co_code", "co_name", "co_names", "co_varnames", "co_freevars", "co_flags", "co_filename",
                     "co_firstlineno"):  # fmt: skip
            self.compare(getattr(a, name), getattr(b, name), f"{path}.{name}")
        self.each(a.co_consts, b.co_consts, f"{path}.co_consts")

    def klass(self, a: Any, b: Any, path: str) -> None:
        _check(a.__qualname__ == b.__qualname__ and a.__module__ == b.__module__, path, a, b)
        if a is not b and a.__module__ == "__main__":
            mine, theirs = ({k: v for k, v in vars(c).items() if k not in _CLASS_NOISE} for c in (a, b))
            _check(set(mine) == set(theirs), f"{path}.__dict__", sorted(mine), sorted(theirs))
            for key in mine:
                if not isinstance(mine[key], (types.MemberDescriptorType, types.GetSetDescriptorType)):
                    self.compare(mine[key], theirs[key], f"{path}.{key}")
            self.each(a.__bases__, b.__bases__, f"{path}.__bases__")

    def method(self, a: Any, b: Any, path: str) -> None:
        self.each((a.__func__, a.__self__), (b.__func__, b.__self__), path)

    def wrapped(self, a: Any, b: Any, path: str) -> None:
        self.compare(a.__func__, b.__func__, path)

    def accessor(self, a: Any, b: Any, path: str) -> None:
        self.each((a.fget, a.fset, a.fdel, a.__doc__), (b.fget, b.fset, b.fdel, b.__doc__), path)

    def cached(self, a: Any, b: Any, path: str) -> None:
        self.compare(a.__wrapped__, b.__wrapped__, path)
        self.compare(a.cache_parameters(), b.cache_parameters(), path)

    def plain(self, a: Any, b: Any, path: str) -> None:
        _check(a == b or a is b, path, a, b)


_CLASS_NOISE = {"__weakref__", "__dict__", "_abc_impl", "__slotnames__", "__firstlineno__"}


def _steps(array: Any) -> list[int]:
    """The strides that are ever taken."""
    return [stride for stride, length in zip(array.strides, array.shape, strict=True) if length > 1 and array.size]


def _bits(array: Any) -> Any:
    """Every bit of every element, without the padding between the fields of structures."""
    if array.dtype.names is None:
        return array.tobytes()
    return [_bits(array[name]) for name in array.dtype.names]


def _reduced(value: Any) -> Any:
    """What pickle would write, without what an object has computed from itself so far."""
    return _lasting(value.__reduce_ex__(5))


def _lasting(part: Any) -> Any:
    if isinstance(part, tuple):
        kept = [_lasting(item) for item in part]
        return tuple(item for item in kept if not (isinstance(item, dict) and not item))
    if isinstance(part, dict):
        defaults = {"_readonly": False, "_freq": None}  # of the class, whether or not an object has them itself
        return {k: v for k, v in part.items() if k != "_cache" and not (k in defaults and v is defaults[k])}
    return part


def _contents(function: Any) -> list[Any]:
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:
            found.append("<empty>")
    return found


@functools.cache
def _comparison(kind: Any) -> Callable[[_Walk, Any, Any, str], None]:
    """How two objects of a type are compared: by the first of the rules that it answers to."""
    return next(comparison for answers, comparison in _RULES if answers(kind))


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda kind: issubclass(kind, kinds)


def _named(library: str, *bases: str) -> Callable[[Any], bool]:
    def answers(kind: Any) -> bool:
        names = {base.__name__ for base in kind.__mro__}
        return kind.__module__.partition(".")[0] == library and (not bases or bool(names & set(bases)))

    return answers


def _scalar(_: _Walk, a: Any, b: Any, path: str) -> None:
    _check(a.tobytes() == b.tobytes() and a.dtype == b.dtype, path, a, b)


_RULES: list[tuple[Callable[[Any], bool], Callable[[_Walk, Any, Any, str], None]]] = [
    (_is(type), _Walk.klass),
    (_is(np.ndarray), _Walk.array),
    (_is(np.generic), _scalar),
    (_is(types.FunctionType), _Walk.function),
    (_is(types.CodeType), _Walk.code),
    (_is(types.MethodType), _Walk.method),
    (_is(property), _Walk.accessor),
    (_is(classmethod, staticmethod), _Walk.wrapped),
    (_is(types.ModuleType), _Walk.plain),
    (_is(functools._lru_cache_wrapper), _Walk.cached),
    (lambda kind: kind is dict, _Walk.mapping),
    (lambda kind: kind in (list, tuple, set, frozenset), _Walk.each),
    (_named("pandas", "NDFrame"), _Walk.frame),
    (_named("pandas", "Index"), _Walk.index),
    (_named("pandas", "ArrowExtensionArray", "ArrowStringArray"), _Walk.arrow_backed),
    (_named("pandas", "BaseOffset", "ExtensionDtype"), _Walk.plain),
    (lambda kind: kind.__module__.startswith("pyarrow") and hasattr(kind, "to_pylist"), _Walk.arrow),
    (_named("pyarrow"), _Walk.plain),
    (_named("polars"), _Walk.polars),
    (lambda _: True, _Walk.parts),
]


def _same_type(a: Any, b: Any, path: str) -> None:
    x, y = type(a), type(b)
    rebuilt = x.__module__ == y.__module__ == "__main__" and x.__qualname__ == y.__qualname__
    _check(x is y or rebuilt, f"type({path})", x, y)


def _check(holds: Any, path: str, a: Any, b: Any) -> None:
    if not holds:
        raise Difference(f"{path}: {_short(a)} became {_short(b)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 300 else f"{text[:300]}…"
