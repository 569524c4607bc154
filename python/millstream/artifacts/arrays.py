"""numpy arrays in pickles: memory that arrays share stays shared, and the layout stays what it was.

Only ever called where the kernel has loaded numpy. The order in which memory is read decides the last bits of a sum,
so strides are kept exactly: as they are where the elements fill their memory, else by spreading them out again on
arrival. An array is *seen* on a first pass; arrays whose memory overlaps form a :class:`Span`, and are then written
as views of one piece of memory.
"""

from __future__ import annotations

import ctypes
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from millstream.artifacts import layout, rebuild

Reduced = tuple[Any, ...]

LARGE = 1 << 16
"""Buffers from this many bytes on are kept as objects of their own, and shared by every value that has them."""

_RAW = "?bBhHiIlLqQefdgFDGMmSUV"  # dtype characters whose elements are nothing but their bytes


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
        self.shift = max(_shift(m.array, self.low) for m in members)

    def __reduce__(self) -> Reduced:
        return layout.memory, (_raw_memory(self.low, self.high), self.shift)


class Memory:
    """What the dumps of one grouping know of memory: the spans found so far, and each block's own view of its values.

    Under copy-on-write two frames may hold the very same array, and must not after the trip: so each block is given
    a view of its own, the same in every dump.
    """

    def __init__(self) -> None:
        self.spans: dict[int, Span] = {}
        self._own: dict[int, tuple[Any, Any]] = {}

    def own_values(self, block: Any) -> Any:
        """The values of a pandas block as an object that no other block has."""
        return self._once(block, lambda: _view(block.values))

    def plain(self, array: Any) -> Any:
        """An array of a subclass as a plain one over the same memory."""
        return self._once(array, lambda: array.view(numpy().ndarray))

    def _once(self, holder: Any, make: Callable[[], Any]) -> Any:
        if id(holder) not in self._own:
            self._own[id(holder)] = (holder, make())
        return self._own[id(holder)][1]


def _view(values: Any) -> Any:
    """The values of a block as another object over the same memory."""
    if hasattr(values, "_from_backing_data"):
        own = values._from_backing_data(values._ndarray.view())
    elif hasattr(values, "_pa_array"):  # Arrow memory cannot be written to, and a slice of it would have other chunks
        own = values.copy()
    else:
        own = values.view()
    if getattr(values, "_readonly", False):
        own._readonly = True
    return own


def numpy() -> Any:
    """numpy, where the kernel has loaded it."""
    return sys.modules.get("numpy")


def bounds(array: Any) -> tuple[int, int]:
    """The addresses of the first byte of an array and of the byte after its last."""
    if array.flags.c_contiguous:
        low = _address(array)
        return low, low + array.nbytes
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
    if not _is_raw(array.dtype):
        return _reduce_objects(array, span)
    dtype, writeable = _named(array.dtype), array.flags.writeable
    if span is not None:
        offset = _address(array) - span.low + span.shift
        return layout.array, (span, dtype, array.shape, array.strides, offset, writeable)
    if not array.nbytes:
        return layout.array, (b"", dtype, array.shape, array.strides, 0, writeable)
    compact, offset = _compacted(array)
    shift = 0 if array.flags.aligned else _address(compact) % layout.ALIGNMENT
    if compact.flags.c_contiguous and not shift:
        buffer = pickle.PickleBuffer(compact.reshape(-1).view("u1"))
        make = layout.own_array if array.nbytes < LARGE and array.flags.owndata else layout.array
        return make, (buffer, dtype, array.shape, array.strides, offset, writeable)
    if layout.extent(array.shape, array.strides, array.itemsize) is None:
        low, high = bounds(array)
        return layout.array, (
            _raw_memory(low, high),
            dtype,
            array.shape,
            array.strides,
            _address(array) - low,
            writeable,
        )
    flat = numpy().ascontiguousarray(compact).reshape(-1)
    return layout.spread, (pickle.PickleBuffer(flat.view("u1")), dtype, array.shape, array.strides, shift, writeable)


def reduce_subclass(array: Any, memory: Memory) -> Reduced | None:
    """How to pickle an array of a subclass: as a view of a plain one, with its attributes. None where it knows itself."""
    np = numpy()
    if array is np.ma.masked:
        return rebuild.attribute, ("numpy.ma", "masked")
    kind = type(array)
    if kind is not np.ma.MaskedArray and kind.__reduce__ is not np.ndarray.__reduce__:
        return None
    return layout.subclass, (memory.plain(array), kind), array.__dict__ or None, None, None, rebuild.attributes


def _is_raw(dtype: Any) -> bool:
    """Whether the elements are their bytes, with no reference to anything outside."""
    return not dtype.hasobject and (dtype.char in _RAW or dtype.kind == "V")


def _named(dtype: Any) -> Any:
    """The dtype, as a string where that says everything: equal ones are then written alike, whichever object they are."""
    name = dtype.str
    if dtype.fields is None and dtype.subdtype is None and dtype.metadata is None and dtype.char in _RAW:
        known = numpy().dtype(name)
        if known == dtype and known.char == dtype.char:
            return name
    return dtype


def _compacted(array: Any) -> tuple[Any, int]:
    """The elements, each once, as an array whose axes go from the slowest to the quickest; the offset of the first."""
    if array.flags.c_contiguous:
        return array, 0
    order = layout.memory_order(array.shape, array.strides)
    rest = [axis for axis in range(array.ndim) if axis not in order]
    view = array.transpose([*order, *rest])[(..., *[0] * len(rest))]
    offset = 0
    for position, axis in enumerate(order):
        if array.strides[axis] < 0:
            view = numpy().flip(view, position)
            offset -= (array.shape[axis] - 1) * array.strides[axis]
    return view, offset


def _reduce_objects(array: Any, span: Span | None) -> Reduced | None:
    """References are pickled as numpy does it: from a contiguous array, laid out again afterwards where it was none."""
    if span is not None and (reduced := _object_view(array)):
        return reduced
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return None if array.flags.writeable else (layout.frozen, (array.copy(order="K"),))
    compact, _ = _compacted(array)
    multiple = all(stride % array.itemsize == 0 for stride in array.strides)
    if not multiple or layout.extent(array.shape, array.strides, array.itemsize) is None:
        return None
    return layout.spread_objects, (compact.copy(), array.shape, array.strides, array.flags.writeable)


def _object_view(array: Any) -> Reduced | None:
    base = owner(array)
    if base is array or base.base is not None or not (base.flags.c_contiguous or base.flags.f_contiguous):
        return None
    offset = _address(array) - _address(base)
    if any(step % array.itemsize for step in (offset, *array.strides)):
        return None
    return layout.object_view, (base, array.shape, array.strides, offset, array.flags.writeable)


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


def _raw_memory(low: int, high: int) -> pickle.PickleBuffer:
    raw = (ctypes.c_char * (high - low)).from_address(low)
    return pickle.PickleBuffer(memoryview(raw).cast("B"))


def _shift(array: Any, low: int) -> int:
    """How far from an aligned address memory must begin for ``array`` to be as aligned in it as it was."""
    align = array.dtype.alignment
    stays = ((_address(array) - low) % align == 0) == (_address(array) % align == 0)
    return 0 if stays else low % layout.ALIGNMENT
