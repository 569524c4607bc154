"""numpy arrays in pickles: memory that arrays share stays shared, strides stay what they were.

Only ever called where the kernel has loaded numpy. An array is *seen* on a first pass; arrays whose memory overlaps
form a :class:`Span`, and are then written as views of one piece of memory.
"""

from __future__ import annotations

import ctypes
import pickle
import sys
from dataclasses import dataclass
from typing import Any

from millstream.artifacts import rebuild

Reduced = tuple[Any, ...]


@dataclass(frozen=True)
class Seen:
    """One array met while pickling: its bytes in memory ``[low, high)``; ``frame`` when a pandas block owns it."""

    array: Any
    low: int
    high: int
    frame: bool


class Span:
    """Memory that several arrays share, written once."""

    def __init__(self, members: list[Seen]) -> None:
        self.members = members  # kept alive with the span
        self.low = min(m.low for m in members)
        self.high = max(m.high for m in members)

    def __reduce__(self) -> Reduced:
        raw = (ctypes.c_char * (self.high - self.low)).from_address(self.low)
        return rebuild.memory, (pickle.PickleBuffer(memoryview(raw).cast("B")),)


def numpy() -> Any:
    """numpy, where the kernel has loaded it."""
    return sys.modules.get("numpy")


def bounds(array: Any) -> tuple[int, int]:
    """The addresses of the first byte of an array and of the byte after its last."""
    np = numpy()
    find = getattr(getattr(np.lib, "array_utils", None), "byte_bounds", None) or np.byte_bounds
    low, high = find(array)
    return int(low), int(high)


def see(array: Any, *, frame: bool) -> Seen | None:
    """What to remember of an array; nothing when it has no bytes."""
    if not array.nbytes:
        return None
    low, high = bounds(array)
    return Seen(array, low, high, frame)


def overlapping(seen: list[Seen]) -> list[list[Seen]]:
    """Groups of two or more different arrays whose memory overlaps."""
    groups: list[list[Seen]] = []
    high = -1
    for item in sorted(seen, key=lambda s: (s.low, -s.high)):
        if item.low < high:
            groups[-1].append(item)
            high = max(high, item.high)
        else:
            groups.append([item])
            high = item.high
    groups = [_one_frame(group) for group in groups if len(group) > 1]
    return [group for group in groups if len({id(item.array) for item in group}) > 1]


def _one_frame(group: list[Seen]) -> list[Seen]:
    """Frames that hold the same memory under copy-on-write share nothing that can be seen."""
    frames = [item for item in group if item.frame]
    return [item for item in group if not item.frame or item is frames[0]]


def owner(array: Any) -> Any:
    """The array at the end of the chain of views."""
    np = numpy()
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def reduce_array(array: Any, span: Span | None) -> Reduced | None:
    """How to pickle an exact ``numpy.ndarray``; None where numpy's own way gives it back exactly."""
    if array.dtype.hasobject:
        return _reduce_object_view(array) if span is not None else None
    if span is not None:
        offset = array.__array_interface__["data"][0] - span.low
        return rebuild.array, (span, array.dtype, array.shape, array.strides, offset, array.flags.writeable)
    order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    flat = array.transpose(order)
    if not flat.flags.c_contiguous:
        flat = numpy().ascontiguousarray(flat)
    strides = [0] * array.ndim
    for position, axis in enumerate(order):
        strides[axis] = flat.strides[position]
    buffer = pickle.PickleBuffer(flat.reshape(-1).view("u1") if array.nbytes else b"")
    return rebuild.array, (buffer, array.dtype, array.shape, tuple(strides), 0, array.flags.writeable)


def _reduce_object_view(array: Any) -> Reduced | None:
    base = owner(array)
    if base is array or base.base is not None or not (base.flags.c_contiguous or base.flags.f_contiguous):
        return None
    offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return rebuild.object_view, (base, array.shape, array.strides, offset, array.flags.writeable)
