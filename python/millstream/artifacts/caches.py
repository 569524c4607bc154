"""What objects of libraries remember of themselves when they are looked at: left behind, and found again when asked for.

Only what can be found again from the rest of the object is here; so a step that reads a value has not changed it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millstream.artifacts.pickler import Pickler

Rule = Callable[["Pickler", Any], Any]

_SPARSE = frozenset({"_has_sorted_indices", "_has_canonical_format"})
_NETWORK = "__networkx_cache__"  # an attribute that every graph has


def rule(kind: Any) -> Rule | None:
    """How to pickle objects of ``kind`` without their caches; None where none are known."""
    if kind.__reduce_ex__ is not object.__reduce_ex__ or "__getstate__" in vars(kind):
        return None
    names = _cached(kind)
    return _without(names) if names else None


def _cached(kind: type) -> frozenset[str]:
    library = {base.__module__.partition(".")[0] for base in kind.__mro__}
    if "scipy" in library and hasattr(kind, "has_sorted_indices"):
        return _SPARSE
    if "networkx" in library and hasattr(kind, "adjacency"):
        properties = {
            n for base in kind.__mro__ for n, v in vars(base).items() if isinstance(v, functools.cached_property)
        }
        return frozenset({*properties, _NETWORK})
    return frozenset()


def _without(names: frozenset[str]) -> Rule:
    def reduce(pickler: Pickler, obj: Any) -> Any:
        pickler.note(obj)
        make, arguments, state, *rest = obj.__reduce_ex__(5)
        if isinstance(state, dict):
            state = {name: value for name, value in state.items() if name not in names}
            if _NETWORK in names:
                state[_NETWORK] = {}
        return make, arguments, state, *rest

    return reduce
