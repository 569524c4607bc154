"""pandas objects keep their type, dtypes, labels, order and blocks, and share what they shared."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from exactly import assert_exact
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.extra import pandas as hpd
from roundtrip import cross, cross_one

pytz = pytest.importorskip("pytz")
COPY_ON_WRITE = int(pd.__version__.split(".")[0]) >= 3

mixed = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just(pd.NaT), st.just(pd.NA)
)
names = st.one_of(st.text(max_size=3), st.integers(), st.tuples(st.integers(), st.text(max_size=2)), st.none())


def _arrow_lists(n: int) -> Any:
    pa = pytest.importorskip("pyarrow")
    return pd.array([[i] * (i % 3) for i in range(n)], dtype=pd.ArrowDtype(pa.list_(pa.int64())))


COLUMNS = {
    "int64": np.arange,
    "uint8": lambda n: np.arange(n, dtype="u1"),
    "float64": lambda n: np.where(np.arange(n) % 3 == 0, np.nan, np.arange(n) * 0.1),
    "float32": lambda n: np.arange(n, dtype="f4"),
    "bool": lambda n: np.arange(n) % 2 == 0,
    "complex": lambda n: np.arange(n) * 1j,
    "str": lambda n: pd.Series([f"é{i}" for i in range(n)], dtype="str"),
    "str with gaps": lambda n: pd.Series([None if i % 2 else f"{i}" for i in range(n)], dtype="str"),
    "string": lambda n: pd.array([pd.NA if i % 2 else f"{i}" for i in range(n)], dtype="string"),
    "python string": lambda n: pd.array([pd.NA if i % 2 else f"{i}" for i in range(n)], dtype="string[python]"),
    "objects": lambda n: np.array(
        [("a", None, 1.5, np.nan, (1, 2), b"b")[i % 6] for i in range(n)] or [], dtype=object
    ),
    "texts": lambda n: np.array([("yes", "no", None)[i % 3] for i in range(n)], dtype=object),
    "decimals": lambda n: np.array([decimal.Decimal(i) for i in range(n)], dtype=object),
    "dates": lambda n: np.array([dt.date(2020, 1, 1 + i % 28) for i in range(n)], dtype=object),
    "category": lambda n: pd.Categorical([("b", "a", None)[i % 3] for i in range(n)], ["c", "b", "a"], ordered=True),
    "number category": lambda n: pd.Categorical([i % 3 for i in range(n)]),
    "datetime": lambda n: pd.date_range("2020-01-01", periods=n, freq="h").to_numpy(),
    "datetime s": lambda n: pd.date_range("2020-01-01", periods=n, freq="D", unit="s").to_numpy(),
    "datetime with NaT": lambda n: pd.to_datetime([None if i % 2 else "2020-01-01" for i in range(n)]),
    "zoneinfo": lambda n: pd.date_range("2020-01-01", periods=n, freq="h", tz=ZoneInfo("Europe/Paris")),
    "pytz": lambda n: pd.date_range("2020-01-01", periods=n, freq="h", tz=pytz.timezone("Asia/Tokyo")),
    "utc": lambda n: pd.date_range("2020-01-01", periods=n, freq="h", tz="UTC"),
    "fixed offset": lambda n: pd.date_range("2020-01-01", periods=n, tz=dt.timezone(dt.timedelta(hours=2))),
    "timedelta": lambda n: pd.to_timedelta(np.arange(n), unit="s"),
    "period": lambda n: pd.period_range("2020-01", periods=n, freq="M"),
    "interval": lambda n: pd.interval_range(0, periods=n, closed="left"),
    "Int64": lambda n: pd.array([pd.NA if i % 2 else i for i in range(n)], dtype="Int64"),
    "Float32": lambda n: pd.array([pd.NA if i % 2 else i / 3 for i in range(n)], dtype="Float32"),
    "boolean": lambda n: pd.array([(True, False, pd.NA)[i % 3] for i in range(n)], dtype="boolean"),
    "sparse": lambda n: pd.arrays.SparseArray([0.0 if i % 3 else 1.5 for i in range(n)], fill_value=0.0),
    "arrow int": lambda n: pd.array([None if i % 2 else i for i in range(n)], dtype="int64[pyarrow]"),
    "arrow list": _arrow_lists,
}


@pytest.mark.parametrize("length", [0, 1, 7, 20_000])
@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_every_dtype(tmp_path: Path, kind: str, length: int) -> None:
    """In a frame, as a Series and as an index: same dtype, same bits."""
    frame = pd.DataFrame({"n": np.arange(length), "x": COLUMNS[kind](length)})
    values = {"frame": frame, "series": frame["x"].rename("other"), "array": frame["x"].array.copy()}
    after = cross(tmp_path, values)
    for name, value in values.items():
        assert_exact(value, after[name])


@pytest.mark.parametrize("kind", [k for k in COLUMNS if k not in ("sparse", "arrow list")])
def test_an_index_of_every_dtype(tmp_path: Path, kind: str) -> None:
    """Indexes too, with their name."""
    index = pd.Index(COLUMNS[kind](7), name=("a", 1))
    assert_exact(index, cross_one(tmp_path, index))


INDEXES = {
    "range": pd.RangeIndex(3, 30, 2, name="r"),
    "dates with a frequency": pd.date_range("2020-01-01", periods=5, freq="MS"),
    "time zone with a frequency": pd.date_range("2020-03-28", periods=5, freq="h", tz="Europe/Paris"),
    "levels": pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None]),
    "levels of dates": pd.MultiIndex.from_arrays([pd.date_range("2020", periods=3), ["a", None, "c"]]),
    "unused levels": pd.MultiIndex.from_product([["a", "b"], [1, 2]])[:1],
    "categories": pd.CategoricalIndex(["a", "b", "a"], ordered=True),
    "intervals": pd.IntervalIndex.from_breaks([0, 1, 2.5]),
    "periods": pd.period_range("2020-01-01", periods=3, freq="W-TUE"),
    "duplicates": pd.Index(["a", "a", "b"]),
    "mixed": pd.Index(["a", 1, None, (1, 2)], dtype=object),
    "empty": pd.Index([]),
    "sliced": pd.Index(np.arange(10.0))[::2],
}


@pytest.mark.parametrize("kind", INDEXES)
def test_indexes(tmp_path: Path, kind: str) -> None:
    """On their own, as rows, as columns."""
    index = INDEXES[kind]
    n = len(index)
    values = {
        "index": index,
        "rows": pd.DataFrame({"a": np.arange(n) * 0.5}, index=index),
        "columns": pd.DataFrame(np.arange(n * 2.0).reshape(2, n), columns=index),
        "series": pd.Series(range(n), index=index, name="s"),
    }
    after = cross(tmp_path, values)
    for name, value in values.items():
        assert_exact(value, after[name])


def _attributed(frame: pd.DataFrame) -> pd.DataFrame:
    frame.attrs["source"] = {"file": "a.csv"}
    return frame


def _grown() -> pd.DataFrame:
    frame = pd.DataFrame({"a": [1.0, 2]})
    for name in "bcd":
        frame[name] = [3.0, 4]
    return frame


FRAMES = {
    "no rows": lambda: pd.DataFrame({"a": np.array([], "i4"), "b": np.array([], object)}),
    "no columns": lambda: pd.DataFrame(index=[1, 2, 3]),
    "nothing": pd.DataFrame,
    "duplicate column names": lambda: pd.DataFrame(np.arange(6).reshape(2, 3), columns=["a", "b", "a"]),
    "column names of all kinds": lambda: pd.DataFrame([[1, 2, 3, 4]], columns=[1, "a", None, ("x", 2)]),
    "attributes": lambda: _attributed(pd.DataFrame({"a": [1]})),
    "no duplicate labels allowed": lambda: pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False),
    "from a C array": lambda: pd.DataFrame(np.arange(12.0).reshape(4, 3)),
    "from an F array": lambda: pd.DataFrame(np.asfortranarray(np.arange(12.0).reshape(4, 3))),
    "transposed": lambda: pd.DataFrame(np.arange(12.0).reshape(4, 3)).T,
    "sliced rows": lambda: pd.DataFrame({"a": np.arange(10.0), "b": np.arange(10.0)}).iloc[2:8],
    "every second row": lambda: pd.DataFrame({"a": np.arange(10.0), "b": np.arange(10.0)}).iloc[::2],
    "backwards": lambda: pd.DataFrame({"a": np.arange(10.0), "b": np.arange(10.0)}).iloc[::-1],
    "columns picked": lambda: pd.DataFrame(np.arange(12.0).reshape(4, 3))[[2, 0]],
    "many blocks": _grown,
    "dates in one block": lambda: pd.DataFrame({c: pd.date_range("2020", periods=3) for c in "abc"}),
    "after a merge": lambda: pd.DataFrame({"k": [1, 2], "a": ["x", "y"]}).merge(pd.DataFrame({"k": [2, 3], "b": [0.5, 1]}), how="outer"),
    "grouped": lambda: pd.DataFrame({"k": list("aab"), "v": [1, 2, 3.0]}).groupby("k").agg(["mean", "sum"]),
    "pivoted": lambda: pd.DataFrame({"a": [1, 1, 2], "b": list("xyx"), "c": [1.0, 2, 3]}).pivot_table(index="a", columns="b", values="c"),
    "dummies": lambda: pd.get_dummies(pd.Series(list("abca"))),
    "described": lambda: pd.DataFrame({"a": [1, 2.5], "b": ["x", "y"]}).describe(include="all"),
    "frames in a column": lambda: pd.DataFrame({"a": [pd.DataFrame({"x": [1]}), pd.Series([2])]}),
}  # fmt: skip


@pytest.mark.parametrize("kind", FRAMES)
def test_frames(tmp_path: Path, kind: str) -> None:
    """However a frame came about, its blocks are laid out as they were."""
    frame = FRAMES[kind]()
    after = cross_one(tmp_path, frame)
    assert_exact(frame, after)


@pytest.mark.parametrize("rows", [10, 20_000])
@pytest.mark.parametrize(
    "kind", ["from a C array", "from an F array", "transposed", "sliced rows", "every second row", "backwards"]
)
def test_results_are_bitwise_what_they_were(tmp_path: Path, kind: str, rows: int) -> None:
    """Sums run through memory in the order of the blocks."""
    data = np.random.default_rng(3).normal(size=(rows, 3))
    before = {
        "from a C array": lambda: pd.DataFrame(data),
        "from an F array": lambda: pd.DataFrame(np.asfortranarray(data)),
        "transposed": lambda: pd.DataFrame(data.T.copy()).T,
        "sliced rows": lambda: pd.DataFrame(data).iloc[3:-2],
        "every second row": lambda: pd.DataFrame(data).iloc[::2],
        "backwards": lambda: pd.DataFrame(data).iloc[::-1],
    }[kind]()
    after = cross_one(tmp_path, before)
    assert_exact(before, after)
    for work in (pd.DataFrame.sum, lambda f: f.sum(axis=1), lambda f: f.to_numpy().sum(), lambda f: f.cov(),
                 lambda f: f.to_numpy() @ f.to_numpy().T[:, :2], lambda f: f.rolling(3).mean()):  # fmt: skip
        assert_exact(work(before), work(after))


series = st.one_of(
    hpd.series(dtype=float),
    hpd.series(dtype=int),
    hpd.series(dtype=bool),
    hpd.series(elements=mixed, dtype=object),
    hpd.series(elements=st.text(max_size=5), dtype=object),
    hpd.series(dtype="datetime64[ns]"),
    hpd.series(dtype="timedelta64[ns]"),
)


@given(series, names)
def test_any_series(tmp_path: Path, column: pd.Series, name: Any) -> None:
    """Any content under any name."""
    column.name = name
    assert_exact(column, cross_one(tmp_path, column))


frames = st.one_of(
    hpd.data_frames(hpd.columns(["a", "b"], dtype=float)),
    hpd.data_frames([hpd.column("a", dtype=int), hpd.column("b", elements=mixed, dtype=object), hpd.column("c", dtype=bool)]),
    hpd.data_frames([hpd.column("é", dtype="datetime64[ns]"), hpd.column(3, dtype="f4")], index=hpd.range_indexes()),
    hpd.data_frames(hpd.columns(2, dtype=int), index=hpd.indexes(elements=st.text(max_size=3), dtype=object)),
    hnp.arrays(hnp.scalar_dtypes().filter(lambda d: d.kind in "biufcmM"), hnp.array_shapes(min_dims=2, max_dims=2, min_side=0)).map(_frame_of := lambda a: pd.DataFrame(a.astype("M8[ns]" if a.dtype.kind == "M" else "m8[ns]" if a.dtype.kind == "m" else a.dtype, copy=False))),
)  # fmt: skip


@given(frames)
def test_any_frame(tmp_path: Path, frame: pd.DataFrame) -> None:
    """Any content, any index."""
    assert_exact(frame, cross_one(tmp_path, frame))


def test_a_frame_and_its_column(tmp_path: Path) -> None:
    """What a write to one does to the other is what it did before."""
    frame = pd.DataFrame({"a": [1.0, 2], "b": [3.0, 4]})
    after = cross(tmp_path, {"frame": frame, "column": frame["a"]})
    after["column"].iloc[0] = 99
    assert after["frame"].loc[0, "a"] == (1 if COPY_ON_WRITE else 99)


def test_a_frame_made_from_an_array_without_copying(tmp_path: Path) -> None:
    """They share memory still: a write to the array shows in the frame."""
    data = np.arange(6.0).reshape(3, 2)
    frame = pd.DataFrame(data, copy=False)
    after = cross(tmp_path, {"data": data, "frame": frame})
    assert_exact(frame, after["frame"])
    after["data"][0, 0] = 99
    assert after["frame"].iloc[0, 0] == 99


def test_an_array_taken_from_a_frame(tmp_path: Path) -> None:
    """It shows what is written to the frame, and stays read-only where pandas made it so."""
    frame = pd.DataFrame({"a": np.arange(5.0)})
    values = frame["a"].to_numpy()
    after = cross(tmp_path, {"frame": frame, "values": values})
    assert_exact(values, after["values"])
    frame.loc[0, "a"] = after["frame"].loc[0, "a"] = 99
    assert after["values"][0] == values[0]


def test_two_frames_that_share_memory_do_not_show_it(tmp_path: Path) -> None:
    """Under copy-on-write a write to one is never seen in the other."""
    if not COPY_ON_WRITE:
        pytest.skip("before pandas 3 they do")
    frame = pd.DataFrame({"a": np.arange(5.0), "d": pd.date_range("2020", periods=5), "c": pd.Categorical(list("ababa")),
                          "i": pd.array([1, 2, None, 4, 5]), "s": list("abcde")})  # fmt: skip
    other = frame.rename(columns={"a": "z"})
    after = cross(tmp_path, {"frame": frame, "other": other, "pair": [frame["a"], frame["a"]]})
    assert_exact(other, after["other"])
    after["frame"].loc[0, "a"] = 99
    after["frame"].loc[0, "d"] = pd.Timestamp("1999-01-01")
    after["frame"].loc[0, "c"] = "b"
    after["frame"].loc[0, "i"] = 99
    after["frame"].loc[0, "s"] = "changed"
    assert_exact(other, after["other"])
    after["pair"][0].iloc[0] = 7
    assert after["pair"][1].iloc[0] == 0


def test_one_frame_under_two_names(tmp_path: Path) -> None:
    """They are one object still."""
    frame = pd.DataFrame({"a": [1]})
    after = cross(tmp_path, {"frame": frame, "same": frame, "inside": {"it": frame}})
    assert after["same"] is after["frame"] is after["inside"]["it"]


@pytest.mark.parametrize(
    "value",
    [
        pd.Timestamp("2020-01-01 12:00", tz="Europe/Paris"),
        pd.Timestamp("2020-01-01").as_unit("s"),
        pd.Timedelta("1 day 2 ns"),
        pd.NaT,
        pd.NA,
        pd.Period("2020-01", "M"),
        pd.Interval(0, 1.5, "both"),
        pd.offsets.BusinessDay(3),
        pd.offsets.CustomBusinessDay(holidays=["2020-01-01"]),
        pd.CategoricalDtype(["b", "a"], ordered=True),
        pd.DatetimeTZDtype("ns", "UTC"),
        pd.Int64Dtype(),
        pd.Timestamp("2020-02-29", tz=pytz.timezone("US/Eastern")),
    ],
    ids=repr,
)
def test_scalars_and_dtypes(tmp_path: Path, value: Any) -> None:
    """What pandas has one of stays that one."""
    after = cross_one(tmp_path, value)
    assert type(after) is type(value)
    assert repr(after) == repr(value)
    assert after is value or after == value


def test_objects_around_frames(tmp_path: Path) -> None:
    """Groupings and windows still refer to their frame."""
    frame = pd.DataFrame({"k": list("aab"), "v": [1.0, 2, 3]})
    after = cross(tmp_path, {"frame": frame, "groups": frame.groupby("k"), "window": frame["v"].rolling(2)})
    assert after["groups"]["v"].sum().to_dict() == {"a": 3.0, "b": 3.0}
    assert after["groups"].obj is after["frame"]
    assert after["window"].sum().iloc[1] == 3


def test_what_the_frame_remembers_of_its_time_zone(tmp_path: Path) -> None:
    """A zone is found by its key, so that it is the same object as everywhere."""
    zone = ZoneInfo("Europe/Paris")
    after = cross(tmp_path, {"zone": zone, "frame": pd.DataFrame({"t": pd.date_range("2020", periods=2, tz=zone)})})
    assert after["zone"] is zone
    assert after["frame"]["t"].dt.tz is zone
