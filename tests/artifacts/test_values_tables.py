"""Plain frames are Parquet files that anyone reads, and come back exactly, or stay pickles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from exactly import assert_exact
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from roundtrip import Notebook, fresh_main

from millstream.artifacts import tables, tables_read

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)


def there_and_back(frame: pd.DataFrame) -> tuple[bytes, pd.DataFrame]:
    """The file of a frame, and the frame in it."""
    pieces = tables.encode(frame)
    assert pieces is not None
    data = b"".join(bytes(piece) for piece in pieces)
    return data, tables_read.decode(bytearray(data))


@st.composite
def columns(draw: Any, rows: int) -> Any:
    """A column of a kind that Parquet holds exactly."""
    kind = draw(st.sampled_from(["number", "bool", "text", "object", "time", "category"]))
    if kind == "number":
        dtype = draw(st.sampled_from(["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]))
        return draw(hnp.arrays(dtype, rows))
    if kind == "bool":
        return draw(hnp.arrays(bool, rows))
    if kind == "time":
        unit = draw(st.sampled_from(["ms", "us", "ns"]))
        return draw(hnp.arrays("i8", rows, elements=st.integers(-(1 << 60), 1 << 60) | st.just(-(1 << 63)))).view(
            f"M8[{unit}]"
        )
    gaps = draw(st.sampled_from([st.nothing(), st.none(), st.just(np.nan)]))
    if kind == "category":
        categories = draw(st.lists(texts, min_size=1, max_size=5, unique=True))
        codes = draw(hnp.arrays("i1", rows, elements=st.integers(-1, len(categories) - 1)))
        dtype = pd.CategoricalDtype(pd.Index(categories), draw(st.booleans()))
        return pd.Categorical.from_codes(codes, dtype=dtype)
    found = draw(st.lists(texts | gaps, min_size=rows, max_size=rows))
    return pd.Series(found, dtype="str" if kind == "text" else object)


@st.composite
def frames(draw: Any) -> pd.DataFrame:
    """A frame of such columns, in blocks of all shapes."""
    rows = draw(st.integers(1, 300) | st.integers(1, 4))
    names = draw(st.lists(texts, min_size=1, max_size=5, unique=True))
    frame = pd.DataFrame({name: draw(columns(rows)) for name in names})
    if draw(st.booleans()):
        frame["f1"], frame["f2"] = 1.5, np.arange(rows) * 0.1
    if draw(st.booleans()):
        frame = frame.copy()
    if draw(st.booleans()):
        frame = frame[np.arange(rows) % 3 != 1] if rows > 1 else frame
    if draw(st.booleans()):
        frame.index.name = draw(texts)
    return frame


@given(frames())
def test_what_is_written_is_exact(frame: pd.DataFrame) -> None:
    """Whatever Parquet is chosen for comes back with the same blocks; for the rest there are pickles."""
    if tables.encode(frame) is not None:
        data, after = there_and_back(frame)
        assert_exact(frame, after)
        again = tables.encode(after)
        assert again is not None
        assert b"".join(bytes(piece) for piece in again) == data


@given(frames())
def test_a_frame_crosses_a_border(tmp_path: Path, frame: pd.DataFrame) -> None:
    """The same through the store, whichever format it takes."""
    notebook = Notebook(tmp_path)
    with fresh_main({"frame": frame}):
        notebook.save()
    with fresh_main() as after:
        notebook.load()
        assert_exact(frame, after["frame"])


SAMPLE = {
    "i": np.arange(1000),
    "f": np.where(np.arange(1000) % 5 == 0, np.nan, np.arange(1000) * 0.1),
    "b": np.arange(1000) % 2 == 0,
    "u": np.arange(1000).astype("u2"),
    "s": [f"é{n % 7}" for n in range(1000)],
    "o": pd.Series([None if n % 3 == 0 else f"t{n}" for n in range(1000)], dtype=object),
    "t": pd.Series(pd.date_range("2020", periods=1000, freq="h")).where(np.arange(1000) % 4 != 0).to_numpy(),
    "c": pd.Categorical([("x", "y", None)[n % 3] for n in range(1000)], ["z", "y", "x"], ordered=True),
}


def _expected(name: str) -> list[Any]:
    return [None if name != "f" and pd.isna(v) else v for v in pd.Series(SAMPLE[name]).astype(object)]


def _same(found: list[Any], expected: list[Any]) -> bool:
    return all(a == b or (a != a and b != b) for a, b in zip(found, expected, strict=True))  # noqa: PLR0124


@pytest.fixture
def file(tmp_path: Path) -> Path:
    data, after = there_and_back(pd.DataFrame(SAMPLE))
    assert_exact(pd.DataFrame(SAMPLE), after)
    path = tmp_path / "frame.parquet"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", SAMPLE)
def test_duckdb_reads_it(file: Path, name: str) -> None:
    """Statistics are DuckDB's, and so are a user's own queries."""
    duckdb = pytest.importorskip("duckdb")
    found = [row[0] for row in duckdb.sql(f"select {name} from '{file}'").fetchall()]
    assert _same(found, _expected(name))


@pytest.mark.parametrize("name", SAMPLE)
def test_arrow_reads_it(file: Path, name: str) -> None:
    """And everything that stands on Arrow."""
    parquet = pytest.importorskip("pyarrow.parquet")
    assert _same(parquet.read_table(file)[name].to_pylist(), _expected(name))


@pytest.mark.parametrize("name", SAMPLE)
def test_polars_reads_it(file: Path, name: str) -> None:
    """And polars."""
    polars = pytest.importorskip("polars")
    assert _same(polars.read_parquet(file)[name].to_list(), _expected(name))


def test_pandas_reads_it(file: Path) -> None:
    """And pandas without us, as a table."""
    pytest.importorskip("pyarrow")
    assert pd.read_parquet(file)["i"].tolist() == list(range(1000))


def test_one_column_is_not_copied(tmp_path: Path) -> None:
    """Its memory is the file's, mapped."""
    data = tables.encode(pd.DataFrame({"a": np.arange(5.0)}))
    assert data is not None
    memory = bytearray(b"".join(bytes(piece) for piece in data))
    frame = tables_read.decode(memory)
    assert np.shares_memory(frame._mgr.blocks[0].values, np.frombuffer(memory, "u1"))


def _attributed() -> pd.DataFrame:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["k"] = 1
    return frame


PICKLED = {
    "an index of dates": lambda: pd.DataFrame({"a": [1]}, index=pd.to_datetime(["2020"])),
    "names that are no texts": lambda: pd.DataFrame({1: [1]}),
    "duplicate names": lambda: pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "attributes": _attributed,
    "flags": lambda: pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False),
    "the order of columns in memory": lambda: pd.DataFrame(
        np.arange(6.0).reshape(3, 2), columns=["a", "b"], copy=False
    ),
    "slices": lambda: pd.DataFrame({"a": np.arange(9.0), "b": np.arange(9.0)}).iloc[2:5],
    "nullable numbers": lambda: pd.DataFrame({"a": pd.array([1, None])}),
    "time zones": lambda: pd.DataFrame({"a": pd.date_range("2020", periods=2, tz="UTC")}),
    "objects of all kinds": lambda: pd.DataFrame({"a": np.array(["x", 1], dtype=object)}),
    "two kinds of gaps": lambda: pd.DataFrame({"a": pd.Series(["x", None, np.nan], dtype=object)}),
    "complex numbers": lambda: pd.DataFrame({"a": [1j]}),
    "nothing": pd.DataFrame,
    "no rows": lambda: pd.DataFrame({"a": np.array([], "f8")}),
    "numbers as categories": lambda: pd.DataFrame({"a": pd.Categorical([1, 2])}),
    "surrogates": lambda: pd.DataFrame({"a": pd.Series(["\ud800"], dtype=object)}),
}


@pytest.mark.parametrize("kind", PICKLED)
def test_anything_else_is_a_pickle(kind: str) -> None:
    """Parquet could not say all of it."""
    assert tables.encode(PICKLED[kind]()) is None


def test_large_frames_are_pickles() -> None:
    """Their memory is mapped, not put together."""
    assert tables.encode(pd.DataFrame({"a": np.zeros(tables.LIMIT // 8)})) is None


def test_a_subclass_is_a_pickle() -> None:
    """What it adds is its own affair."""

    class Own(pd.DataFrame):
        pass

    assert tables.encode(Own({"a": [1]})) is None
