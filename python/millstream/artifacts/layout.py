"""What turns bytes back into arrays: named by pickled values, so their names are part of the format.

Shapes are in elements, strides and offsets in bytes.
"""

from __future__ import annotations

from typing import Any

Ints = tuple[int, ...]

ALIGNMENT = 16
"""Memory that arrays are rebuilt in begins at a multiple of this many bytes, as numpy's own does."""


def memory(buffer: Any, shift: int = 0) -> Any:
    """Memory that several arrays share; the first ``shift`` bytes are nobody's, and keep the rest unaligned as it was."""
    if not shift:
        return buffer
    made = _aligned_bytes(shift + len(buffer))
    made[shift:] = memoryview(buffer)
    return made


def array(buffer: Any, dtype: Any, shape: Ints, strides: Ints, offset: int, writeable: bool) -> Any:  # noqa: FBT001
    """An array over ``buffer``."""
    import numpy as np

    made = np.ndarray(shape, dtype, buffer if len(buffer) else bytearray(), offset, strides)
    made.flags.writeable = writeable
    return made


def own_array(buffer: Any, dtype: Any, shape: Ints, strides: Ints, offset: int, writeable: bool) -> Any:  # noqa: FBT001
    """An array in memory of its own, as ``resize`` needs."""
    made = array(buffer, dtype, shape, strides, offset, writeable)
    copy = made.copy(order="K")
    if copy.strides != strides:
        return made
    copy.flags.writeable = writeable
    return copy


def spread(
    buffer: Any,
    dtype: Any,
    shape: Ints,
    strides: Ints,
    shift: int,
    writeable: bool,  # noqa: FBT001
) -> Any:
    """An array with gaps between its elements, which ``buffer`` has without, in the order of memory."""
    import numpy as np

    dtype = np.dtype(dtype)
    room = extent(shape, strides, dtype.itemsize)
    data = _aligned_bytes(shift + (room or 0))
    order = memory_order(shape, strides)
    lengths, steps = [shape[axis] for axis in order], [abs(strides[axis]) for axis in order]
    np.ndarray(lengths, dtype, data, shift, steps)[...] = np.ndarray(lengths, dtype, buffer)
    made = np.ndarray(shape, dtype, data, shift + _first(shape, strides), strides)
    made.flags.writeable = writeable
    return made


def spread_objects(compact: Any, shape: Ints, strides: Ints, writeable: bool) -> Any:  # noqa: FBT001
    """The same for an array of objects, whose elements ``compact`` has."""
    import numpy as np

    data = np.empty((extent(shape, strides, compact.itemsize) or 0) // compact.itemsize, compact.dtype)
    steps = [abs(strides[axis]) for axis in memory_order(shape, strides)]
    np.ndarray(compact.shape, data.dtype, data, 0, steps)[...] = compact
    return object_view(data, shape, strides, _first(shape, strides), writeable)


def object_view(owner: Any, shape: Ints, strides: Ints, offset: int, writeable: bool) -> Any:  # noqa: FBT001
    """A view of an array of objects: strides and offset in bytes."""
    import numpy as np

    made = np.ndarray(shape, owner.dtype, owner, offset, strides)
    made.flags.writeable = writeable
    return made


def subclass(array: Any, kind: type) -> Any:
    """The array as one of a subclass; its attributes are set afterwards."""
    return array.view(kind)


def frozen(array: Any) -> Any:
    """The array, read-only."""
    array.flags.writeable = False
    return array


def memory_order(shape: Ints, strides: Ints) -> list[int]:
    """The axes along which elements differ, from the slowest to the quickest."""
    moving = [axis for axis, length in enumerate(shape) if length > 1 and strides[axis]]
    return sorted(moving, key=lambda axis: -abs(strides[axis]))


def extent(shape: Ints, strides: Ints, itemsize: int) -> int | None:
    """The bytes from the first to the last of an array; None where elements overlap."""
    room = itemsize
    for axis in reversed(memory_order(shape, strides)):
        if abs(strides[axis]) < room:
            return None
        room += (shape[axis] - 1) * abs(strides[axis])
    return room


def _first(shape: Ints, strides: Ints) -> int:
    """The offset of the first element: not 0 where an axis runs backwards."""
    return sum((length - 1) * -stride for length, stride in zip(shape, strides, strict=True) if stride < 0 and length)


def _aligned_bytes(size: int) -> Any:
    import numpy as np

    spare: Any = np.zeros(size + ALIGNMENT, "u1")
    start = -spare.__array_interface__["data"][0] % ALIGNMENT
    return spare[start : start + size]
