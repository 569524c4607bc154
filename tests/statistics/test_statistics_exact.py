"""Statistics agree with pandas and numpy on frames of any content."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from millstream.statistics import statistics_of

FLOATS = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: round(x, 6)), st.just(math.inf))
INTEGERS = st.integers(-(1 << 62), 1 << 62) | st.integers(-3, 3)
TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5) | st.sampled_from("ab")
DATES = st.none() | st.datetimes(dt.datetime.fromisoformat("1700-01-01"), dt.datetime.fromisoformat("2200-01-01")).map(
    lambda time: time.replace(microsecond=0)
)
FRAMES = st.lists(st.tuples(FLOATS, INTEGERS, TEXTS, DATES, st.booleans()), max_size=12)


def close(ours: Any, theirs: Any) -> bool:
    return ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@settings(
    phases=[Phase.generate], max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FRAMES)
def test_a_frame_has_the_statistics_that_pandas_gives_it(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    """Counts, ranges, moments, quantiles, distinct and frequent values, lengths, of every kind of column."""
    content = {name: [row[place] for row in rows] for place, name in enumerate("fitdb")}
    frame = pd.DataFrame(
        {
            "f": pd.Series(content["f"], dtype="float64"),
            "i": pd.Series(content["i"], dtype="int64"),
            "t": pd.Series(content["t"], dtype=object),
            "d": pd.Series(content["d"], dtype="datetime64[us]"),
            "b": pd.Series(content["b"], dtype="bool"),
        }
    )
    frame.to_parquet(tmp_path / "f.parquet")
    found = statistics_of(tmp_path / "f.parquet", "parquet")
    assert found["rows"] == len(frame)
    columns = {each["name"]: each for each in found["columns"]}
    for name, column in columns.items():
        assert column["missing"] == frame[name].isna().sum()
        assert column["distinct"] == frame[name].nunique()
        assert column["distinct_exact"]
    _agrees_on_numbers(columns["f"], frame["f"][np.isfinite(frame["f"])])
    _agrees_on_numbers(columns["i"], frame["i"])
    assert columns["f"]["infinite"] == np.isinf(frame["f"]).sum()
    _agrees_on_texts(columns["t"], frame["t"].dropna())
    if frame["d"].notna().any():
        assert pd.Timestamp(columns["d"]["min"]) == frame["d"].min()
        assert pd.Timestamp(columns["d"]["max"]) == frame["d"].max()
        assert sum(columns["d"]["histogram"]["counts"]) == frame["d"].count()
    assert columns["b"]["true"] == frame["b"].sum()
    if len(frame):
        assert found["key_candidates"] == [n for n in "itd" if frame[n].notna().all() and frame[n].is_unique]
        assert found["constant_columns"] == [n for n in frame if frame[n].notna().all() and frame[n].nunique() == 1]


def _agrees_on_numbers(column: dict[str, Any], values: pd.Series) -> None:
    if values.empty:
        assert (column["min"], column["mean"], column["std"], column["skew"]) == (None, None, None, None)
        return
    assert type(values.iloc[0])(column["min"]) == values.min()
    assert type(values.iloc[0])(column["max"]) == values.max()
    assert close(column["mean"], sum(map(int, values)) / len(values) if values.dtype == "int64" else values.mean())
    if len(values) > 1:
        assert close(column["std"], values.astype("float64").std())
    spread = values.astype("float64").std()
    if len(values) > 2 and spread > 1e-6 * values.astype("float64").abs().max():
        assert column["skew"] == pytest.approx(values.astype("float64").skew(), rel=1e-6, abs=1e-6)
    ours = list(column["quantiles"].values())
    theirs = np.quantile(values.astype("float64"), [float(p) for p in column["quantiles"]])
    assert ours == pytest.approx(
        list(theirs), rel=1e-9, abs=1e-9 * max(1.0, float(values.astype("float64").abs().max()))
    )
    assert sum(column["histogram"]["counts"]) == len(values)
    assert len(column["histogram"]["edges"]) == len(column["histogram"]["counts"]) + 1


def _agrees_on_texts(column: dict[str, Any], values: pd.Series) -> None:
    counted = Counter(values)
    if not counted:
        assert not column.get("top")
        return
    for pair in column["top"]:
        assert counted[pair["value"]] == pair["count"]
    assert [pair["count"] for pair in column["top"]] == sorted(counted.values(), reverse=True)[:10]
    lengths = [len(value) for value in values]
    assert (column["lengths"]["min"], column["lengths"]["max"]) == (min(lengths), max(lengths))
    assert close(column["lengths"]["mean"], sum(lengths) / len(lengths))
    assert column["lengths"]["empty"] == lengths.count(0)


def test_above_the_bound_what_is_estimated_says_so(tmp_path: Path) -> None:
    """Many distinct floats are estimated; a column of whole numbers that may be a key is counted to the end."""
    rows = 150_000
    rng = np.random.default_rng(0)
    words = np.array([f"w{number}" for number in range(rows)])
    frame = pd.DataFrame(
        {"x": rng.random(rows), "id": rng.permutation(rows), "few": rng.integers(0, 9, rows), "word": words}
    )
    frame.to_parquet(tmp_path / "f.parquet")
    columns = {each["name"]: each for each in statistics_of(tmp_path / "f.parquet", "parquet")["columns"]}
    assert not columns["x"]["distinct_exact"]
    assert columns["x"]["distinct"] == pytest.approx(rows, rel=0.5)
    assert (columns["id"]["distinct"], columns["id"]["distinct_exact"], columns["id"]["key"]) == (rows, True, True)
    assert (columns["few"]["distinct"], columns["few"]["distinct_exact"]) == (9, True)
    assert columns["word"]["key"]
    assert columns["x"]["mean"] == pytest.approx(frame["x"].mean())


def test_skew_keeps_its_digits_far_from_zero(tmp_path: Path) -> None:
    """Sums of third powers would lose them all."""
    values = pd.Series(np.random.default_rng(0).exponential(size=5000) + 1e9)
    pd.DataFrame({"x": values}).to_parquet(tmp_path / "f.parquet")
    (column,) = statistics_of(tmp_path / "f.parquet", "parquet")["columns"]
    assert column["skew"] == pytest.approx(values.skew(), rel=1e-4)
    assert column["std"] == pytest.approx(values.std(), rel=1e-6)
