"""What a value is, for people and for the records: data or not, a metric or not, its type and shape."""

from __future__ import annotations

import numbers
import types
from typing import Any


def as_metrics(name: str, value: Any) -> dict[str, Any]:
    """A scalar under its name, a dict of scalars under its keys; nothing else is a metric."""
    if hasattr(value, "item") and getattr(value, "shape", None) in ((), (1,)):
        value = value.item()
    if isinstance(value, numbers.Real):
        return {name: value if isinstance(value, (bool, int)) else float(value)}
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for key, item in value.items():
            if isinstance(key, str) and not isinstance(item, dict):
                found.update(as_metrics(key, item))
        return found
    return {}


def is_data(value: Any) -> bool:
    """Whether a value is data: no module, function or class."""
    return not isinstance(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type))


def describe(value: Any) -> dict[str, Any]:
    """What a value is, for people: its type, its shape where it has one."""
    kind = type(value)
    name = (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )
    found: dict[str, Any] = {
        "type": name,
        "data": is_data(value),
        "definition": isinstance(value, (types.FunctionType, type)),
    }
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and all(isinstance(n, int) for n in shape):
        found["shape"] = list(shape)
    return found
