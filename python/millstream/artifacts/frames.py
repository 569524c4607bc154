"""pandas in pickles: it pickles itself; what its parts share with the rest of a notebook is seen to here.

An index is never written to, so it shares nothing in effect. Under copy-on-write neither do two frames that hold the
same array; an array taken from a frame, though, goes on showing what is written to the frame.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from millstream.artifacts import arrays

if TYPE_CHECKING:
    from millstream.artifacts.pickler import Pickler

Rule = Callable[["Pickler", Any], Any]

_INNER = ("_ndarray", "_data", "_mask", "_codes", "_left", "_right", "_sparse_values")


def rule(kind: type) -> Rule | None:
    """How to pickle objects of a type of pandas' own; None where pandas does it."""
    pandas = sys.modules["pandas"]
    if issubclass(kind, pandas.Index):
        return _reduce_index
    if hasattr(kind, "mgr_locs"):
        return _reduce_block
    if issubclass(kind, (pandas.DataFrame, pandas.Series)):
        return _reduce_frame
    if kind.__name__ == "SingleBlockManager":
        return _reduce_column_manager
    extensions = (pandas.api.extensions.ExtensionArray, pandas.api.extensions.ExtensionDtype)
    return _reduce_extension if issubclass(kind, extensions) else None


def _reduce_index(pickler: Pickler, index: Any) -> Any:
    reduced = index.__reduce__()
    for part in _parts(reduced[1][1]):
        pickler.keep(part, pickler.index_parts)
    return reduced


def _reduce_frame(pickler: Pickler, frame: Any) -> Any:
    pickler.note(frame)
    pickler.keep(frame._metadata, pickler.index_parts)  # a list of the class, which all frames share
    item, owner = _origin(frame)
    if owner is None or _copy_on_write():
        return NotImplemented
    make, arguments, state, *_ = frame.__reduce_ex__(5)
    return make, arguments, (state, item, owner, owner._item_cache.get(item) is frame), None, None, restore_column


def _origin(column: Any) -> tuple[Any, Any]:
    """The name and the frame of a column that writes through to it; None and None for others."""
    item, owner = getattr(column, "_cacher", None) or (None, lambda: None)
    return item, owner()


def restore_column(column: Any, state: tuple[Any, Any, Any, bool]) -> None:
    """Give a column its state and, without copy-on-write, the frame that it came from: it writes through to that.

    The frame that has ``handed_out`` the column gives the same one when it is asked again.
    """
    own, item, owner, handed_out = state
    column.__setstate__(own)
    column._set_as_cached(item, owner)
    if handed_out:
        owner._item_cache[item] = column


def _reduce_block(pickler: Pickler, block: Any) -> Any:
    reduced = block.__reduce__()
    return _own(pickler, reduced, [block]) if _copy_on_write() else reduced


def _reduce_column_manager(pickler: Pickler, manager: Any) -> Any:
    reduced = manager.__reduce_ex__(5)
    return _own(pickler, reduced, manager.blocks) if _copy_on_write() else reduced


def _reduce_extension(pickler: Pickler, obj: Any) -> Any:
    """Without what it has computed from itself so far: looking at a value does not change it."""
    if isinstance(obj, sys.modules["pandas"].api.extensions.ExtensionArray):
        pickler.note(obj)
    reduced = obj.__reduce_ex__(5)
    if isinstance(reduced, str) or len(reduced) < 3:
        return reduced
    make, arguments, state, *rest = reduced
    if isinstance(state, dict):
        state = _lasting(state)
    elif isinstance(state, tuple) and hasattr(obj, "_ndarray"):  # dtype, array and, unless there are none, attributes
        state = (*state[:2], _lasting(state[2]) if len(state) > 2 else {})
    return make, arguments, state, *rest


def _lasting(state: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in state.items() if k != "_cache" and not (k == "_readonly" and v is False)}


def _own(pickler: Pickler, reduced: Any, blocks: Any) -> Any:
    own = {id(block.values): pickler.memory.own_values(block) for block in blocks}
    for values in own.values():
        for part in _parts(values):
            pickler.keep(part, pickler.frame_parts)
    return _replace(reduced, own)


def _parts(holder: Any) -> Iterator[Any]:
    """``holder`` and the arrays inside it: an extension array's, or those of the pieces that an index is made of."""
    yield holder
    if isinstance(holder, arrays.numpy().ndarray):
        return
    if isinstance(holder, dict):
        inner = [holder[key] for key in ("data", "levels", "codes") if key in holder]
    elif isinstance(holder, (list, tuple)):
        inner = list(holder)
    else:
        inner = [getattr(holder, name) for name in _INNER if hasattr(holder, name)]
    for part in inner:
        yield from _parts(part)


def _replace(state: Any, replacements: Mapping[int, Any]) -> Any:
    """``state`` with the objects of those ids replaced, however deep in plain containers."""
    if id(state) in replacements:
        return replacements[id(state)]
    if type(state) in (list, tuple):
        return type(state)(_replace(item, replacements) for item in state)
    if type(state) is dict:
        return {key: _replace(item, replacements) for key, item in state.items()}
    return state


def _copy_on_write() -> bool:
    pandas = sys.modules["pandas"]
    if int(pandas.__version__.split(".")[0]) >= 3:
        return True
    return pandas.get_option("mode.copy_on_write") is True
