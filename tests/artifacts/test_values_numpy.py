"""numpy arrays keep their type, bits, layout and flags, and the memory they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exactly import assert_exact
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from roundtrip import cross, cross_one

dtypes = st.one_of(
    hnp.scalar_dtypes(),
    hnp.byte_string_dtypes(),
    hnp.unicode_string_dtypes(),
    st.sampled_from([np.dtype("longdouble"), np.dtype("clongdouble"), np.dtype([("a", ">i2"), ("b", "f8", (2,))])]),
    st.just(np.dtype([("a", "i1"), ("b", "f8")], align=True)),
    st.just(np.dtype({"names": ["x"], "formats": ["f4"], "offsets": [3], "itemsize": 9})),
)

arrays = dtypes.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
)


@st.composite
def views(draw: Any) -> np.ndarray:
    """An array and then some of what makes views: slices, steps back, transposes, broadcasts."""
    array = draw(arrays)
    for _ in range(draw(st.integers(0, 3))):
        array = draw(st.sampled_from(_VIEWS))(array, draw)
    if draw(st.booleans()):
        array.flags.writeable = False
    return array


def _slice(array: np.ndarray, draw: Any) -> np.ndarray:
    if not array.ndim or 0 in array.shape:
        return array
    return array[tuple(draw(st.slices(n)) for n in array.shape)]


def _transpose(array: np.ndarray, draw: Any) -> np.ndarray:
    return array.transpose(draw(st.permutations(range(array.ndim))))


def _reverse(array: np.ndarray, draw: Any) -> np.ndarray:
    return np.flip(array, draw(st.integers(0, array.ndim - 1))) if array.ndim else array


def _broadcast(array: np.ndarray, draw: Any) -> np.ndarray:
    return np.broadcast_to(array, (draw(st.integers(0, 3)), *array.shape))


def _newaxis(array: np.ndarray, draw: Any) -> np.ndarray:
    return np.expand_dims(array, draw(st.integers(0, array.ndim)))


def _fortran(array: np.ndarray, draw: Any) -> np.ndarray:
    del draw
    return np.asfortranarray(array)


_VIEWS = [_slice, _slice, _transpose, _reverse, _broadcast, _newaxis, _fortran]


@given(views())
def test_any_array_is_the_same_after_a_border(tmp_path: Path, array: np.ndarray) -> None:
    """dtype, shape, strides, flags and every bit, for any view of any array."""
    assert_exact(array, cross_one(tmp_path, array))


@given(views(), views())
def test_any_two_arrays_in_one_value(tmp_path: Path, one: np.ndarray, other: np.ndarray) -> None:
    """Arrays inside containers are no different from arrays under a name."""
    value = {"one": one, "both": [one, other]}
    assert_exact(value, cross_one(tmp_path, value))


LAYOUTS = {
    "reversed": lambda a: a[::-1],
    "every second": lambda a: a[::2],
    "column": lambda a: a[:, 1],
    "columns": lambda a: a[:, 1:3],
    "rows": lambda a: a[100:200],
    "transposed": lambda a: a.T,
    "broadcast": lambda a: np.broadcast_to(a[:, :1], a.shape),
    "windows": lambda a: np.lib.stride_tricks.sliding_window_view(a[:, 0], 5),
    "fortran": np.asfortranarray,
    "unaligned": lambda a: np.frombuffer(b"x" + a.tobytes(), "u1")[1:].view("f8").reshape(a.shape),
    "big-endian": lambda a: a.astype(">f8"),
    "read-only": lambda a: _read_only(a.copy()),
    "imaginary": lambda a: (a + 1j * a).imag,
}


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("rows", [200, 20_000], ids=["small", "large"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_sums_and_products_are_bitwise_what_they_were(tmp_path: Path, layout: str, rows: int) -> None:
    """Floating-point results depend on the order in which memory is read, so the layout must be the same."""
    before = LAYOUTS[layout](np.random.default_rng(7).normal(size=(rows, 7)))
    after = cross_one(tmp_path, before)
    assert_exact(before, after)
    for result in (np.sum, lambda a: a.sum(0), lambda a: a.mean(-1), lambda a: a @ np.ones(a.shape[-1])):
        assert_exact(result(before), result(after))


@pytest.mark.parametrize(
    "array",
    [
        np.array(["a", None, 1.5, ("x",)], dtype=object),
        np.array([["a", "b"], ["c", "d"]], dtype=object, order="F"),
        np.array([["a", "b", "c"], ["d", "e", "f"]], dtype=object)[:, ::2],
        np.array([1, "b"], dtype=object)[::-1],
        np.array([], dtype=object),
        np.array("scalar", dtype=object),
        np.array([(1, "x"), (2, None)], dtype=[("n", "i4"), ("o", object)]),
        np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),
        np.array([1, 2], dtype="timedelta64[25m]"),
        np.array([1.5, np.nan, -0.0], dtype=np.float16),
        np.array([np.nan, 0.0]).view("u8").__xor__(1).view("f8"),  # a NaN that carries bits
        np.array([(1, 2.0)], dtype=np.dtype([("a", "i4"), ("b", "f8")], metadata={"unit": "m"})),
        np.array([b"x\0", b""], dtype="S3"),
        np.empty((0, 3), order="F"),
        np.empty((3, 0, 2)),
    ],
    ids=lambda a: f"{a.dtype} {a.shape}",
)
def test_arrays_of_every_kind(tmp_path: Path, array: np.ndarray) -> None:
    """Objects, structures, dates, odd floats, no elements at all."""
    assert_exact(array, cross_one(tmp_path, array))


def test_read_only_object_arrays_stay_read_only(tmp_path: Path) -> None:
    """Numpy's own pickle forgets it."""
    array = np.array(["a", 1], dtype=object)
    array.flags.writeable = False
    assert not cross_one(tmp_path, array).flags.writeable


def test_views_of_one_array_go_on_sharing_it(tmp_path: Path) -> None:
    """A write through one name is seen through the others, as in the notebook."""
    whole = np.arange(12.0).reshape(3, 4)
    values = {"whole": whole, "row": whole[1], "column": whole[:, 2], "back": whole[::-1], "flat": whole.ravel()}
    after = cross(tmp_path, values)
    for name, value in values.items():
        assert_exact(value, after[name])
    after["flat"][6] = 99
    assert after["whole"][1, 2] == after["row"][2] == after["column"][1] == after["back"][1, 2] == 99


def test_views_of_objects_go_on_sharing_them(tmp_path: Path) -> None:
    """The same for arrays of objects, which are no plain memory."""
    whole = np.array([["a", "b"], ["c", "d"]], dtype=object)
    after = cross(tmp_path, {"whole": whole, "row": whole[1], "column": whole[:, 1]})
    after["whole"][1, 1] = "changed"
    assert after["row"][1] == after["column"][1] == "changed"


def test_large_views_share_too(tmp_path: Path) -> None:
    """Memory that lies in an object of its own is mapped once for all its views."""
    whole = np.zeros((1000, 100))
    after = cross(tmp_path, {"whole": whole, "part": whole[10:20], "inside": [whole[:, 3]]})
    after["part"][:] = 1
    assert after["whole"].sum() == 1000
    assert after["inside"][0].sum() == 10


def test_arrays_that_share_nothing_stay_apart(tmp_path: Path) -> None:
    """Equal content is stored once, and yet no write is seen elsewhere."""
    after = cross(tmp_path, {"one": np.zeros(100_000), "other": np.zeros(100_000)})
    after["one"][0] = 1
    assert after["other"][0] == 0


def test_small_arrays_own_their_memory(tmp_path: Path) -> None:
    """``resize`` in place needs that."""
    assert cross_one(tmp_path, np.arange(10)).flags.owndata


class Tagged(np.ndarray):
    """A subclass with an attribute of its own."""

    def __array_finalize__(self, other: Any) -> None:
        self.unit = getattr(other, "unit", None)

    def __reduce__(self) -> Any:
        make, arguments, state = super().__reduce__()
        return make, arguments, (state, self.unit)

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state[0])
        self.unit = state[1]


def test_subclasses(tmp_path: Path) -> None:
    """They pickle themselves, and keep what they added."""
    array = np.arange(6.0).reshape(2, 3).view(Tagged)
    array.unit = "kg"
    after = cross_one(tmp_path, array)
    assert type(after) is Tagged
    assert after.unit == "kg"
    assert after.tobytes() == array.tobytes()


@pytest.mark.parametrize("kind", [np.matrix, np.rec.array, np.ma.array, np.char.array], ids=lambda k: k.__name__)
def test_numpys_own_subclasses(tmp_path: Path, kind: Any) -> None:
    """Matrices, records, masked arrays, arrays of strings."""
    source: Any = [[1, 2], [3, 4]]
    if kind is np.rec.array:
        source = np.array([(1, 2.0), (3, 4.0)], dtype=[("a", "i4"), ("b", "f8")])
    if kind is np.char.array:
        source = ["a", "bc"]
    before = kind(source)
    if kind is np.ma.array:
        before = np.ma.masked_greater(before, 2)
        before.fill_value = 17
        before.harden_mask()
    after = cross_one(tmp_path, before)
    assert type(after) is type(before)
    assert after.dtype == before.dtype
    assert repr(after) == repr(before)
    if kind is np.ma.array:
        assert after.fill_value == 17
        assert after.hardmask
        assert_exact(before.data, after.data)
        assert_exact(before.mask, after.mask)


def test_masked_constant_is_itself(tmp_path: Path) -> None:
    """``x is np.ma.masked`` is how code asks for it."""
    assert cross_one(tmp_path, np.ma.masked) is np.ma.masked


def test_memory_mapped_arrays_are_refused_or_exact(tmp_path: Path) -> None:
    """An array over a file arrives as an array over that file, or not at all."""
    from roundtrip import refused

    reasons = refused(
        tmp_path / "objects",
        f"""
        import numpy as np
        m = np.memmap({str(tmp_path / "m.bin")!r}, dtype='f8', mode='w+', shape=(4,))
        """,
    )
    assert "memory-mapped" in reasons["m"]


@pytest.mark.parametrize("bits", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_generators_go_on_where_they_were(tmp_path: Path, bits: str) -> None:
    """The next draw is the one the notebook would have made, whichever generator it is."""
    generator = np.random.Generator(getattr(np.random, bits)(5))
    generator.normal(size=3)
    after = cross(tmp_path, {"generator": generator, "legacy": np.random.RandomState(3), "same": [generator]})
    assert after["generator"].normal(size=5).tolist() == generator.normal(size=5).tolist()
    assert after["same"][0] is after["generator"]
    assert after["legacy"].rand(3).tolist() == np.random.RandomState(3).rand(3).tolist()


@pytest.mark.parametrize(
    "scalar",
    [np.float32(1.1), np.int8(-3), np.datetime64("2020-01-01", "ns"), np.str_("x"), np.bool_(True), np.void(b"ab")],
)
def test_scalars(tmp_path: Path, scalar: Any) -> None:
    """A numpy scalar is not the Python number of that value."""
    assert_exact(scalar, cross_one(tmp_path, scalar))
