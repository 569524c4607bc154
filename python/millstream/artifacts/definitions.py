"""Functions and classes that a notebook defines, as bytes.

A function keeps its code, defaults, attributes and closure, and looks its global names up in the notebook it arrives
in, as it did where it came from. Code is stored without file names and lines, so that a comment changes no digest;
those travel beside it, for tracebacks.
"""

from __future__ import annotations

import dis
import hashlib
import linecache
import marshal
import sys
import types
from collections.abc import Iterator
from typing import Any

from millstream.artifacts import classes, rebuild

_GLOBAL_ACCESS = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}

Reduced = tuple[Any, ...]

_ATTRIBUTES = ("__kwdefaults__", "__defaults__", "__module__", "__doc__", "__qualname__", "__annotations__")


def is_notebook_function(value: Any) -> bool:
    """Whether ``value`` is a Python function defined in the notebook."""
    return isinstance(value, types.FunctionType) and value.__globals__ is rebuild.main_namespace()


def home(function: types.FunctionType) -> str | None:
    """The module whose globals a function looks names up in; None where it is no module's."""
    if is_notebook_function(function):
        return "__main__"
    name = function.__globals__.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    return name if module is not None and vars(module) is function.__globals__ else None


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


def _named(value: Any) -> Any:
    """A name, or what stands under names, with names as :func:`millstream.artifacts.classes.named` has them."""
    if type(value) is str:
        return classes.named(value)
    return {classes.named(key): item for key, item in value.items()} if type(value) is dict else value


def reduce_function(function: types.FunctionType, names: dict[str, Any]) -> Reduced:
    """A function by value; its closure cells keep their identity, so two closures go on sharing them.

    ``names`` stands for its globals where they are no module's, but those of a piece of code that was executed:
    the same empty dict for all functions that share them.
    """
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append((cell, cell.cell_contents))
        except ValueError:  # empty until the enclosing function assigns it
            continue
    state = {key: _named(getattr(function, key)) for key in _ATTRIBUTES}
    state.update(cells=cells, dict=_named(function.__dict__))
    make: Reduced = (function.__code__, classes.named(function.__name__), function.__closure__)
    module = home(function)
    if module is None:
        found = function.__globals__
        state.update(names={classes.named(n): found[n] for n in sorted(global_names(function)) if n in found})
    if module != "__main__":
        make = (*make, names if module is None else module)
    return rebuild.function, make, state, None, None, rebuild.function_state
