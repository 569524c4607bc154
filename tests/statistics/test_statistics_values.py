"""Values of notebooks made ready for statistics, in the process that has their classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from millstream.capture.summaries import summary
from millstream.capture.summarizing import summarize
from millstream.capture.tabling import as_table
from millstream.statistics import statistics_of, without_rows

FRAME = pd.DataFrame(
    {
        "n": [1, 2, 3],
        "f": [1.5, np.nan, np.inf],
        "f16": np.array([1, 2, 3], "float16"),
        "t": ["a", None, "b"],
        "mixed": [1, "x", None],
        "list": [[1], [2, 3], None],
        "cat": pd.Categorical(["u", "v", "u"]),
        "codes": pd.Categorical([10, 20, None]),
        "when": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
        "zone": pd.to_datetime(["2024-01-01", None, "2024-01-03"]).tz_localize("Europe/Paris"),
        "took": pd.to_timedelta([1, None, 3], "s"),
        "month": pd.period_range("2024-01", periods=3, freq="M"),
        "Int": pd.array([1, None, 3], "Int64"),
        "bool": [True, False, True],
        "maybe": pd.array([True, None, False], "boolean"),
        "z": [1 + 2j, 2j, 3],
        "sparse": pd.arrays.SparseArray([0.0, 0.0, 1.0]),
    }
)


def measured(value: Any, folder: Path) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    table = as_table(value, folder)
    assert table is not None
    return statistics_of(folder, "parquet", known=table) if any(folder.iterdir()) else without_rows(table)


@pytest.fixture(params=["pyarrow", "none"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel with pyarrow, and one without."""
    if request.param == "none":
        monkeypatch.setattr("millstream.capture.tabling._with_arrow", lambda *_: False)
    return str(request.param)


def test_a_frame_of_everything(tmp_path: Path, library: str) -> None:
    """Each dtype keeps its name, and nothing is lost or added, with pyarrow in the kernel or without."""
    found = measured(FRAME, tmp_path / library)
    assert (found["type"], found["rows"]) == ("pandas.DataFrame", 3)
    columns = {each["name"]: each for each in found["columns"]}
    assert list(columns) == list(FRAME.columns)
    assert {name: each["type"] for name, each in columns.items()} == {n: str(d) for n, d in FRAME.dtypes.items()}
    assert {name: each["missing"] for name, each in columns.items()} == dict(FRAME.isna().sum())
    assert columns["f"]["infinite"] == 1
    assert (columns["n"]["mean"], columns["f16"]["mean"], columns["Int"]["mean"]) == (2, 2, 2)
    assert (columns["took"]["min"], columns["took"]["max"]) == (1, 3)
    assert columns["zone"]["min"].startswith("2023-12-31 23:00:00")
    assert columns["cat"]["top"][0] == {"value": "u", "count": 2}
    assert columns["sparse"]["mean"] == pytest.approx(1 / 3)


def test_names_and_indexes(tmp_path: Path, library: str) -> None:
    """Names twice, names that are no text, several levels; an index that says something is a column."""
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 1), (None, '"<b>')]))
    assert [each["name"] for each in measured(frame, tmp_path / "1")["columns"]] == ["a / 1", "a / 1", 'nan / "<b>']
    indexed = pd.DataFrame({"x": [1.0]}, index=pd.DatetimeIndex(["2024-01-01"], name="day"))
    assert [each["name"] for each in measured(indexed, tmp_path / f"2{library}")["columns"]] == ["day", "x"]


def test_many_rows_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of so many rows each, which together are the table."""
    monkeypatch.setattr("millstream.capture.tabling._with_arrow", lambda *_: False)
    frame = pd.DataFrame({"i": range(300_000), "t": "x"})
    found = measured(frame, tmp_path / "many")
    assert len(list((tmp_path / "many").iterdir())) == 3
    assert (found["rows"], found["columns"][0]["max"], found["columns"][0]["key"]) == (300_000, 299_999, True)


@pytest.mark.parametrize(
    ("value", "type_", "names"),
    [
        (pd.Series([1, 2], name="s"), "pandas.Series", ["s"]),
        (pd.Series([1, 2]), "pandas.Series", ["values"]),
        (pd.date_range("2024", periods=2, name="d"), "pandas.DatetimeIndex", ["d"]),
        (pl.DataFrame({"a": [1, None]}), "polars.DataFrame", ["a"]),
        (pl.Series("p", [1, 2]), "polars.Series", ["p"]),
        (pa.table({"a": [1, 2]}), "pyarrow.Table", ["a"]),
    ],
)
def test_other_tables(tmp_path: Path, value: Any, type_: str, names: list[str]) -> None:
    """Series and indexes are tables of one column; polars and Arrow have their own."""
    found = measured(value, tmp_path / "t")
    assert (found["type"], [each["name"] for each in found["columns"]], found["rows"]) == (type_, names, 2)


def test_polars_and_arrow_types(tmp_path: Path) -> None:
    """What Parquet has no type for becomes text or seconds."""
    frame = pl.DataFrame(
        {"o": pl.Series([object(), None], dtype=pl.Object), "d": pl.Series([1_500_000, None]).cast(pl.Duration("us")),
         "c": pl.Series(["x", "x"], dtype=pl.Categorical)}
    )  # fmt: skip
    columns = {each["name"]: each for each in measured(frame, tmp_path / "1")["columns"]}
    assert (columns["o"]["missing"], columns["d"]["max"], columns["c"]["distinct"]) == (1, 1.5, 1)
    table = pa.table({"d": pa.array([1500, None], pa.duration("ms")), "c": pa.array(["x", "y"]).dictionary_encode()})
    columns = {each["name"]: each for each in measured(table, tmp_path / "2")["columns"]}
    assert (columns["d"]["max"], columns["c"]["distinct"]) == (1.5, 2)


@pytest.mark.parametrize("value", [FRAME.iloc[:0], pd.DataFrame(), pl.DataFrame(), pd.DataFrame(index=[1, 2])])
def test_tables_without_rows_or_columns(tmp_path: Path, value: Any) -> None:
    """They have their columns, and nothing in them."""
    found = measured(value, tmp_path / "t")
    assert found["rows"] == len(value)
    assert found["kind"] == "table"


def test_an_array_agrees_with_numpy() -> None:
    """Of what is finite; NaN is missing."""
    array = np.random.default_rng(0).normal(size=(50, 3))
    array[0, 0], array[1, 1] = np.nan, np.inf
    found = summary(array)
    finite = array[np.isfinite(array)]
    assert (found["kind"], found["shape"], found["dtype"]) == ("array", [50, 3], "float64")
    assert (found["missing"], found["infinite"], found["memory"]) == (1, 1, 1200)
    assert found["mean"] == pytest.approx(finite.mean())
    assert found["std"] == pytest.approx(finite.std(ddof=1))
    assert found["quantiles"]["0.5"] == pytest.approx(np.median(finite))
    assert sum(found["histogram"]["counts"]) == finite.size
    assert [each["missing"] for each in found["columns"]] == [1, 0, 0]


@pytest.mark.parametrize(
    "array",
    [
        np.array([]), np.array(5), np.zeros((2, 0)), np.array([np.nan]), np.array([2**63], "uint64"),
        np.array([True]), np.array(["a", "b"]), np.array(["2024", "NaT"], "datetime64[D]"), np.array([1, "x", None], object),
        np.array([1j]), np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]), np.array([1e308, -1e308]),
    ],
)  # fmt: skip
def test_any_array_has_a_summary_that_is_json(array: Any) -> None:
    """Whatever its dtype and shape."""
    found = json.loads(json.dumps(summary(array), allow_nan=False))
    assert found["shape"] == list(array.shape)
    assert found["dtype"] == str(array.dtype)


def test_a_sparse_matrix() -> None:
    """What is not stored is zero, and counts."""
    found = summary(sp.csr_matrix(np.array([[0, 5.0], [np.nan, 0]])))
    assert (found["kind"], found["shape"], found["dtype"]) == ("sparse", [2, 2], "float64")
    assert (found["stored"], found["density"], found["missing"]) == (2, 0.5, 1)
    assert (found["min"], found["max"]) == (0, 5)


def test_mappings_sequences_and_scalars() -> None:
    """Entries by key, the range of the numbers among them."""
    found = summary({"a": 1, "b": 2.5, "c": "x", "d": None, "e": [1]})
    assert (found["kind"], found["length"], found["missing"]) == ("mapping", 5, 1)
    assert (found["min"], found["max"], found["mean"]) == (1, 2.5, 1.75)
    assert [entry["value"] for entry in found["entries"]] == [1, 2.5, "x", None, None]
    assert summary([1, 2, float("nan")])["missing"] == 1
    assert summary(2**70)["value"] == str(2**70)
    assert summary(np.float32(1.5))["value"] == 1.5
    assert summary(object()) == {"kind": "value", "type": "object"}


def test_a_value_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    """Not with a traceback."""
    request = {"objects": str(tmp_path), "outputs": {}, "name": "gone", "path": [], "folder": str(tmp_path)}
    assert summarize(request) == {"error": "KeyError: 'gone'"}
