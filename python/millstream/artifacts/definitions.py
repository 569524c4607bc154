"""Functions and classes that a notebook defines, as bytes.

A function keeps its code, defaults, attributes and closure, and looks its global names up in the notebook it arrives
in, as it did where it came from. Code is stored without file names and lines, so that a comment changes no digest;
those travel beside it, for tracebacks.
"""

from __future__ import annotations

import dis
import enum
import hashlib
import linecache
import marshal
import sys
import types
from collections.abc import Iterator
from typing import Any

from cloudpickle import cloudpickle

from millstream.artifacts import rebuild

_GLOBAL_ACCESS = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}

Reduced = tuple[Any, ...]

_ATTRIBUTES = ("__kwdefaults__", "__defaults__", "__module__", "__doc__", "__qualname__", "__annotations__")


def is_notebook_function(value: Any) -> bool:
    """Whether ``value`` is a Python function defined in the notebook."""
    return isinstance(value, types.FunctionType) and value.__globals__ is rebuild.main_namespace()


def home(function: types.FunctionType) -> str | None:
    """The module whose globals a function looks names up in; None where pickle can find it there by its own name."""
    if is_notebook_function(function):
        return "__main__"
    name = function.__globals__.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None or vars(module) is not function.__globals__ or cloudpickle._should_pickle_by_reference(function):
        return None
    return name


def is_notebook_class(value: Any) -> bool:
    """Whether ``value`` is a class that only the notebook defines."""
    return isinstance(value, type) and getattr(value, "__module__", None) == "__main__"


def global_name(value: Any) -> str | None:
    """The global name under which the notebook holds this very function or class, if it does."""
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) and rebuild.main_namespace().get(name) is value else None


def nested_code(code: types.CodeType) -> Iterator[types.CodeType]:
    """``code`` and every code object inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested_code(constant)


def global_names(function: types.FunctionType) -> set[str]:
    """The names that a function may look up among the notebook's globals when it is called."""
    return {
        instruction.argval
        for code in nested_code(function.__code__)
        for instruction in dis.get_instructions(code)
        if instruction.opname in _GLOBAL_ACCESS
    }


def canonical_code(code: types.CodeType) -> types.CodeType:
    """The same code without file name and line numbers: all of it is on line 1, since no line at all breaks tracebacks."""
    constants = tuple(canonical_code(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    # One entry for eight instructions, the most there may be: no columns, no step to another line.
    lines = bytes([0x80 | 13 << 3 | 7, 0]) * (len(code.co_code) // 16 + 1)
    return code.replace(co_filename="", co_firstlineno=1, co_linetable=lines, co_consts=constants)


def reduce_code(code: types.CodeType, debug: dict[str, tuple[bytes, dict[str, str]]]) -> Reduced:
    """A code object as its canonical bytes; its lines go to ``debug``."""
    # Version 2 of marshal writes no back references, whose presence depends on reference counts.
    canonical = marshal.dumps(canonical_code(code), 2)
    files = {c.co_filename for c in nested_code(code)}
    sources = {name: "".join(linecache.getlines(name)) for name in files}
    debug[hashlib.sha256(canonical).hexdigest()] = (marshal.dumps(code, 2), {k: v for k, v in sources.items() if v})
    return rebuild.code, (canonical,)


def reduce_function(function: types.FunctionType, module: str | None) -> Reduced:
    """A function by value; its closure cells keep their identity, so two closures go on sharing them.

    ``module`` is where it looks names up: not the notebook where a library made it, as decorators do.
    """
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append((cell, cell.cell_contents))
        except ValueError:  # empty until the enclosing function assigns it
            continue
    state = {key: getattr(function, key) for key in _ATTRIBUTES}
    state.update(cells=cells, dict=dict(function.__dict__))
    make: Reduced = (function.__code__, function.__name__, function.__closure__)
    if module != "__main__":
        make = (*make, module)
    return rebuild.function, make, state, None, None, rebuild.function_state


def reduce_class(value: type) -> Reduced:
    """A class by value, as cloudpickle does it, less the random identity it gives each one."""
    reduced = list(cloudpickle._dynamic_class_reduce(value))
    arguments = list(reduced[1])
    arguments[5 if issubclass(value, enum.Enum) else 4] = None
    reduced[1] = tuple(arguments)
    clsdict, slots = reduced[2]
    for volatile in ("__firstlineno__", "__slotnames__"):  # a line number; what copyreg remembers
        clsdict.pop(volatile, None)
    reduced[2] = (clsdict, slots)
    return tuple(reduced)
