"""Whether two values are exactly the same, and where they differ first. Runs in a process of the kernel's Python.

Nothing a notebook defines is asked (no ``==`` of its classes): values are taken apart, as pickle would, and compared
piece by piece. Floats are compared by their bits; any NaN is like any other.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import json
import math
import struct
import sys
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from millstream.artifacts.objects import ObjectFolder
from millstream.capture import comparing_arrays as arrays
from millstream.capture.comparing_arrays import Different
from millstream.capture.loading import Loader

_PLAIN = (str, bytes, bytearray, int, bool, type(None), type(Ellipsis), type(NotImplemented), range, slice)
_FUNCTION_PARTS = ("__name__", "__defaults__", "__kwdefaults__", "__closure__", "__dict__")
_CODE_PARTS = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_flags")
_CLASS_NOISE = {
    "__dict__", "__weakref__", "__module__", "__doc__", "__firstlineno__", "__static_attributes__", "__slotnames__",
    "__abstractmethods__", "_abc_impl", "__annotate__", "__annotations_cache__",
}  # fmt: skip
_LONGEST = 70
_STATE = 2  # what is third in the parts that pickle takes an object into


class Incomparable(Exception):
    """A part that nothing can be said of."""


def difference(one: Any, other: Any) -> str | None:
    """Where two values differ first, in words; None when they are the same. Raises Incomparable."""
    try:
        _Comparison().compare(one, other, "")
    except Different as found:
        return str(found)
    except RecursionError as error:
        raise Incomparable("it is nested too deep") from error
    return None


class _Comparison:
    """One comparison of two graphs of objects."""

    def __init__(self) -> None:
        self._met: dict[tuple[int, int], tuple[Any, Any]] = {}  # kept, so that no id is used twice

    def compare(self, one: Any, other: Any, path: str) -> None:
        """Raise Different where ``one`` and ``other`` differ."""
        if one is other:
            return
        kind = type(one)
        if not _same_type(kind, type(other)):
            raise Different(path, f"{name_of(kind)} {text(one)}, then {name_of(type(other))} {text(other)}")
        if isinstance(one, _PLAIN) and kind in _PLAIN:
            if one != other:
                raise Different(path, f"{text(one)}, then {text(other)}")
            return
        if (id(one), id(other)) in self._met:
            return
        self._met[id(one), id(other)] = (one, other)
        for test, method in _BY_TYPE:
            if test(one):
                method(self, one, other, path)
                return
        if not arrays.compare(self.compare, one, other, path):
            self._reduced(one, other, path)

    # -- numbers and containers ----------------------------------------------------------------------------------

    def _float(self, one: float, other: float, path: str) -> None:
        if struct.pack("d", one) != struct.pack("d", other) and not (math.isnan(one) and math.isnan(other)):
            raise Different(path, f"{one!r}, then {other!r} ({arrays.size_of_difference(one, other)})")

    def _complex(self, one: complex, other: complex, path: str) -> None:
        self._float(one.real, other.real, f"{path}.real")
        self._float(one.imag, other.imag, f"{path}.imag")

    def _sequence(self, one: Any, other: Any, path: str) -> None:
        if len(one) != len(other):
            raise Different(path, f"{len(one)} items, then {len(other)}")
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            self.compare(left, right, f"{path}[{number}]")

    def _dict(self, one: Any, other: Any, path: str) -> None:
        if len(one) != len(other):
            raise Different(path, f"{len(one)} keys, then {len(other)}{_missing(one, other)}")
        for (key, value), (key_2, value_2) in zip(one.items(), other.items(), strict=True):
            self.compare(key, key_2, f"{path} key")
            self.compare(value, value_2, f"{path}[{text(key)}]")

    def _set(self, one: Any, other: Any, path: str) -> None:
        if len(one) != len(other):
            raise Different(path, f"{len(one)} members, then {len(other)}")
        known = {member: member for member in other if type(member).__module__ != "__main__"}
        rest = [member for member in other if type(member).__module__ == "__main__"]
        for member in one:
            near = rest if type(member).__module__ == "__main__" else [known[member]] if member in known else []
            match = next((each for each in near if self._alike(member, each)), None)
            if match is None:
                raise Different(path, f"{text(member)} is a member, then it is not")

    def _alike(self, one: Any, other: Any) -> bool:
        try:
            self.compare(one, other, "")
        except Different:
            self._met.pop((id(one), id(other)), None)
            return False
        return True

    # -- definitions ---------------------------------------------------------------------------------------------

    def _class(self, one: Any, other: Any, path: str) -> None:
        if (one.__module__, one.__qualname__) != (other.__module__, other.__qualname__):
            raise Different(path, f"class {name_of(one)}, then {name_of(other)}")
        if one.__module__ != "__main__":
            return
        parts = [{k: v for k, v in vars(kind).items() if k not in _CLASS_NOISE} for kind in (one, other)]
        self._dict(dict(sorted(parts[0].items())), dict(sorted(parts[1].items())), f"class {one.__qualname__}")
        self._sequence([name_of(base) for base in one.__mro__], [name_of(base) for base in other.__mro__], path)

    def _function(self, one: Any, other: Any, path: str) -> None:
        self.compare(one.__code__, other.__code__, f"{path} code of {one.__name__}")
        self._attributes(one, other, path, _FUNCTION_PARTS)

    def _code(self, one: Any, other: Any, path: str) -> None:
        self._attributes(one, other, path, _CODE_PARTS)
        self._sequence(one.co_consts, other.co_consts, path)

    def _cell(self, one: Any, other: Any, path: str) -> None:
        held, held_2 = ([cell.cell_contents] if _is_filled(cell) else [] for cell in (one, other))
        self._sequence(held, held_2, path)

    def _attributes(self, one: Any, other: Any, path: str, names: Iterable[str]) -> None:
        for name in names:
            self.compare(getattr(one, name, None), getattr(other, name, None), f"{path}.{name}")

    def _method(self, one: Any, other: Any, path: str) -> None:
        self._attributes(one, other, path, ("__func__", "__self__"))

    def _property(self, one: Any, other: Any, path: str) -> None:
        self._attributes(one, other, path, ("fget", "fset", "fdel"))

    def _wrapped(self, one: Any, other: Any, path: str) -> None:
        self._attributes(one, other, path, ("__func__", "func"))

    def _built_in(self, one: Any, other: Any, path: str) -> None:
        self.compare(getattr(one, "__qualname__", None), getattr(other, "__qualname__", None), path)
        if not isinstance(getattr(one, "__self__", None), types.ModuleType):
            self._attributes(one, other, path, ("__self__",))

    def _module(self, one: Any, other: Any, path: str) -> None:
        self.compare(one.__name__, other.__name__, path)

    # -- everything else -----------------------------------------------------------------------------------------

    def _reduced(self, one: Any, other: Any, path: str) -> None:
        """Compare what pickle would write of two objects of the same type."""
        parts, parts_2 = _reduce(one), _reduce(other)
        if isinstance(parts, str) or isinstance(parts_2, str):
            self.compare(parts, parts_2, path)
            return
        for number, (left, right) in enumerate(itertools.zip_longest(parts, parts_2)):
            if number == _STATE:
                self._state(left, right, path)
            else:
                self.compare(_listed(left), _listed(right), path)

    def _state(self, one: Any, other: Any, path: str) -> None:
        """Attributes by name, as the order in which they were set is nobody's business."""
        if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other) == 2:
            self._state(one[0], other[0], path)
            self._state(one[1], other[1], path)
        elif _is_named(one) and _is_named(other):
            if one.keys() != other.keys():
                raise Different(path, f"attributes{_missing(one, other)}")
            for name in one:
                self.compare(one[name], other[name], f"{path}.{name}")
        else:
            self.compare(one, other, path)


def _same_type(one: type, other: type) -> bool:
    """Whether two types are one, or each the other's like: of the notebook, or made by a library as it went on."""
    if one is other:
        return True
    if (one.__module__, one.__qualname__) != (other.__module__, other.__qualname__):
        return False
    known = getattr(sys.modules.get(one.__module__), one.__qualname__, None)
    return one.__module__ == "__main__" or (known is not one and known is not other)


def _reduce(value: Any) -> Any:
    try:
        reduced = value.__reduce_ex__(5)
    except Exception as error:
        raise Incomparable(f"{name_of(type(value))} does not say what it is made of ({error})") from error
    if isinstance(reduced, str):
        return reduced
    return reduced


def _is_named(state: Any) -> bool:
    return type(state) is dict and all(isinstance(key, str) for key in state)


def _listed(part: Any) -> Any:
    return list(part) if hasattr(part, "__next__") else part


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is cell.cell_contents
    except ValueError:
        return False


def _missing(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> str:
    names = [{key for key in each if isinstance(key, str)} for each in (one, other)]
    gone, new = sorted(names[0] - names[1]), sorted(names[1] - names[0])
    return (f", without {gone[0]!r}" if gone else "") + (f", with {new[0]!r}" if new else "")


def _is_plain_container(value: Any) -> bool:
    return type(value) in (list, tuple) or (isinstance(value, tuple) and hasattr(value, "_fields"))


_BY_TYPE = (
    (lambda v: isinstance(v, float) and type(v) is float, _Comparison._float),
    (lambda v: type(v) is complex, _Comparison._complex),
    (_is_plain_container, _Comparison._sequence),
    (lambda v: type(v) in (dict, types.MappingProxyType), _Comparison._dict),
    (lambda v: type(v) in (set, frozenset), _Comparison._set),
    (lambda v: isinstance(v, type), _Comparison._class),
    (inspect.isfunction, _Comparison._function),
    (inspect.ismethod, _Comparison._method),
    (inspect.iscode, _Comparison._code),
    (lambda v: isinstance(v, types.CellType), _Comparison._cell),
    (lambda v: isinstance(v, property), _Comparison._property),
    (lambda v: isinstance(v, (classmethod, staticmethod, functools.cached_property)), _Comparison._wrapped),
    (lambda v: inspect.isbuiltin(v) or inspect.ismethoddescriptor(v), _Comparison._built_in),
    (inspect.ismodule, _Comparison._module),
)


def name_of(kind: Any) -> str:
    """A type's name, with its module where that says something."""
    module = getattr(kind, "__module__", "builtins")
    return str(kind.__qualname__) if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"


def text(value: Any) -> str:
    """A value in a few words: itself where it is plain, else its type and shape."""
    if isinstance(value, (str, bytes, int, float, complex, bool, type(None))):
        written = repr(value)
    else:
        shape = getattr(value, "shape", None)
        size = f" of shape {shape}" if isinstance(shape, tuple) else _length(value)
        written = f"{name_of(type(value))}{size}"
    return written if len(written) <= _LONGEST else written[: _LONGEST - 1] + "…"


def _length(value: Any) -> str:
    return f" of {len(value)}" if isinstance(value, (list, tuple, dict, set, frozenset)) else ""


def compare_runs(request: Mapping[str, Any]) -> dict[str, Any]:
    """Compare ``names`` of two runs: name → ``equal`` (None where nothing can be said), ``note``, both in words."""
    sys.path[:] = [*sys.path, *(entry for entry in request["path"] if entry not in sys.path)]
    objects = ObjectFolder(Path(request["objects"]))
    sides = [Loader(objects, request[side], types.ModuleType("__main__")) for side in ("straight", "pipeline")]
    found = {}
    for name in request["names"]:
        try:
            one, other = (side.bind(name) for side in sides)
            note = difference(one, other)
            found[name] = {"equal": note is None, "note": note or "", "straight": text(one), "pipeline": text(other)}
        except Exception as error:
            reason = str(error) or type(error).__name__
            found[name] = {"equal": None, "note": f"cannot be compared: {reason}", "straight": "", "pipeline": ""}
    return found


def main(request: str, result: str) -> None:
    """Compare as the JSON file ``request`` says, and write what was found to ``result``."""
    found = compare_runs(json.loads(Path(request).read_text(encoding="utf-8")))
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
