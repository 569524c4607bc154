"""Where values are: under a name of the notebook, or at a path into a library (``pandas.DataFrame.total``)."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from millstream.artifacts import rebuild

FIGURES = "matplotlib.pyplot.figures"
"""The path that stands for the figures pyplot has open, and which of them it draws in."""

_ABSENT = object()


def has(name: str) -> bool:
    """Whether there is a value under ``name``."""
    return _get(name) is not _ABSENT


def get(name: str) -> Any:
    """The value under ``name``. Raises KeyError where there is none."""
    value = _get(name)
    if value is _ABSENT:
        raise KeyError(name)
    return value


def put(name: str, value: Any) -> None:
    """Put ``value`` under ``name``; what a library has there and others may hold is filled, not replaced."""
    if "." not in name:
        rebuild.main_namespace()[name] = value
        return
    if name == FIGURES:
        _open_figures(value)
        return
    owner, attribute = _owner(name)
    there = _get(name)
    if type(there) is type(value) and type(value) in (dict, list, set) and there is not value:
        there.clear()
        there.extend(value) if isinstance(value, list) else there.update(value)
    elif owner is not None and there is not value:
        setattr(owner, attribute, value)


def _get(name: str) -> Any:
    if "." not in name:
        return rebuild.main_namespace().get(name, _ABSENT)
    if name == FIGURES:
        return _figures() or _ABSENT
    owner, attribute = _owner(name, load=False)
    if owner is None:
        return _ABSENT
    own = vars(owner).get(attribute, _ABSENT) if hasattr(owner, "__dict__") else _ABSENT
    if own is _ABSENT and not isinstance(owner, type):
        return getattr(owner, attribute, _ABSENT)
    return own


def _figures() -> list[tuple[Any, Any]]:
    """Number and figure of each that pyplot has open, the current one last."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    managers = helpers.Gcf.figs.items() if helpers is not None else ()
    return [(number, manager.canvas.figure) for number, manager in managers]


def _open_figures(figures: list[tuple[Any, Any]]) -> None:
    """Figures that were open open themselves when they are loaded; under which numbers, pyplot is told here."""
    from matplotlib._pylab_helpers import Gcf

    managers = {id(manager.canvas.figure): manager for manager in Gcf.figs.values()}
    Gcf.figs.clear()
    for number, figure in figures:
        manager = managers.get(id(figure))
        if manager is not None:
            manager.num = number
            Gcf.figs[number] = manager


def _owner(path: str, *, load: bool = True) -> tuple[Any, str]:
    """The module or class that has the last part of ``path``, and that part; None where it cannot be found."""
    *parts, last = path.split(".")
    owner: Any = None
    for number in range(len(parts), 0, -1):
        owner = _module(".".join(parts[:number]), load=load)
        if owner is not None:
            for part in parts[number:]:
                owner = getattr(owner, part, None)
            break
    return owner, last


def _module(name: str, *, load: bool) -> Any:
    if name in sys.modules or not load:
        return sys.modules.get(name)
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
