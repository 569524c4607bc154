"""Columns that are out of the ordinary, and files that are not what they seem."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from millstream.errors import UsageError
from millstream.statistics import format_of, schema_of, statistics_of

HOSTILE = 'a"; drop table data; --'


def columns_of(tmp_path: Path, table: pa.Table) -> dict[str, Any]:
    parquet.write_table(table, tmp_path / "odd.parquet")
    found = statistics_of(tmp_path / "odd.parquet", "parquet")
    return {each["name"]: each for each in found["columns"]}


def test_nan_is_not_null_and_both_are_missing(tmp_path: Path) -> None:
    """A file can tell them apart; whoever counts what is missing counts both."""
    found = columns_of(tmp_path, pa.table({"x": pa.array([1.0, float("nan"), None, float("-inf")])}))["x"]
    assert (found["nulls"], found["nan"], found["missing"], found["infinite"]) == (1, 1, 2, 1)
    assert (found["min"], found["max"], found["mean"]) == (1.0, 1.0, 1.0)
    assert found["distinct"] == 2


def test_columns_without_a_value(tmp_path: Path) -> None:
    """All null, of any type, or of none: no range, nothing constant, no key, no duplicates."""
    table = pa.table(
        {
            "n": pa.nulls(3),
            "x": pa.nulls(3, pa.float64()),
            "t": pa.nulls(3, pa.string()),
            "y": pa.nulls(3, pa.float64()),
        }
    )
    for found in columns_of(tmp_path, table).values():
        assert found["missing"] == 3
        assert not (found["constant"])
        assert not (found["key"])
        assert found["same_as"] is None
        assert not found["distinct"]
        assert found.get("min") is None


def test_nested_columns_have_lengths(tmp_path: Path) -> None:
    """Lists, structs and maps are counted; lists are measured."""
    table = pa.table(
        {
            "list": pa.array([[1], [2, 3], None, []]),
            "struct": pa.array([{"a": 1, "b": "x"}, {"a": 1, "b": "x"}, None, {"a": 2, "b": None}]),
            "after": [1, 2, 3, 4],
        }
    )
    found = columns_of(tmp_path, table)
    assert list(found) == ["list", "struct", "after"]
    assert (found["list"]["type"], found["list"]["missing"], found["list"]["distinct"]) == ("list of int64", 1, 3)
    assert found["list"]["lengths"] == {"min": 0, "max": 2, "mean": 1.0, "empty": 1}
    assert (found["struct"]["type"], found["struct"]["distinct"]) == ("struct", 2)


def test_names_come_from_strangers(tmp_path: Path) -> None:
    """Quotes, SQL, HTML, nothing at all, the same name in other case: each is only a name."""
    names = [HOSTILE, "<script>", "", "A", "a", "'", "c0", "a.b"]
    table = pa.table([pa.array([number, 2]) for number in range(len(names))], names=names)
    found = columns_of(tmp_path, table)
    assert list(found) == names
    assert [each["min"] for each in found.values()] == [0, 1, 2, 2, 2, 2, 2, 2]


def test_numbers_beyond_every_range(tmp_path: Path) -> None:
    """Whole numbers keep all their digits, and floats near the end of their range fail nothing."""
    table = pa.table(
        {
            "u": pa.array([2**64 - 1, 0], pa.uint64()),
            "i": pa.array([-(2**63), 2**63 - 1], pa.int64()),
            "f": pa.array([1.7e308, -1.7e308]),
            "d": pa.array([decimal.Decimal("12345678901234567890.12"), decimal.Decimal("0.5")], pa.decimal128(38, 2)),
        }
    )
    found = columns_of(tmp_path, table)
    assert (found["u"]["max"], found["u"]["min"]) == ("18446744073709551615", 0)
    assert (found["i"]["min"], found["i"]["max"]) == ("-9223372036854775808", "9223372036854775807")
    assert (found["d"]["max"], found["d"]["min"]) == ("12345678901234567890.12", 0.5)
    assert (found["f"]["min"], found["f"]["max"]) == (-1.7e308, 1.7e308)


def test_numbers_wider_than_64_bits(tmp_path: Path) -> None:
    """DuckDB has whole numbers of 128 bits; their sum would not fit."""
    path = tmp_path / "wide.csv"
    path.write_text(f"n\n{2**127 - 1}\n{2**127 - 1}\n1\n")
    (found,) = statistics_of(path, "csv")["columns"]
    assert found["max"] in (str(2**127 - 1), 2.0**127)  # a CSV's column of them is taken for floats
    assert found["mean"] == pytest.approx(2**128 / 3)


def test_dates_with_gaps(tmp_path: Path) -> None:
    """The usual step, how many steps are missing, and where most of them are."""
    days = pd.date_range("2024-01-01", periods=60, freq="D").delete([10, 11, 12, 30])
    found = columns_of(tmp_path, pa.table({"d": days.to_pydatetime()}))["d"]
    assert (found["min"], found["max"]) == ("2024-01-01 00:00:00", "2024-02-29 00:00:00")
    assert (found["steps"]["step"], found["steps"]["gaps"]) == ("1 day", 2)
    assert found["steps"]["largest"][0] == {"after": "2024-01-10", "before": "2024-01-14", "length": "4 days"}


def test_dates_by_the_month_have_no_gaps(tmp_path: Path) -> None:
    """Months differ in length; a missing one is a gap all the same."""
    months = [dt.date(2020 + number // 12, number % 12 + 1, 1) for number in range(48)]
    assert columns_of(tmp_path, pa.table({"d": months}))["d"]["steps"]["gaps"] == 0
    del months[20]
    assert columns_of(tmp_path, pa.table({"d": months}))["d"]["steps"]["gaps"] == 1


def test_times_that_no_calendar_has(tmp_path: Path) -> None:
    """Far years, an infinite date, times of a day, time zones."""
    path = tmp_path / "times.parquet"
    duckdb.sql(
        "select * from (values (date '290000-01-01', timestamp 'infinity', time '10:00', timestamptz '2024-01-01 00:00:00+02'),"
        " (date '-2000-01-01', timestamp '2024-01-01', time '11:00', timestamptz '2024-01-02 00:00:00+02')) t(d, i, t, z)"
    ).write_parquet(str(path))
    found = {each["name"]: each for each in statistics_of(path, "parquet")["columns"]}
    assert "290000" in found["d"]["max"]
    assert found["i"]["min"] == found["i"]["max"] == "2024-01-01 00:00:00"
    assert (found["t"]["min"], found["t"]["max"]) == ("10:00:00", "11:00:00")
    assert found["z"]["min"] == "2023-12-31 22:00:00+00"


def test_duplicate_and_constant_columns(tmp_path: Path) -> None:
    """Columns are duplicates if every row agrees, not if their statistics do."""
    table = pa.table({"a": [1, 2, 3], "b": [1, 2, 3], "c": [3, 2, 1], "k": ["x"] * 3, "n": ["x", "x", None]})
    parquet.write_table(table, tmp_path / "f.parquet")
    found = statistics_of(tmp_path / "f.parquet", "parquet")
    assert found["duplicate_columns"] == [["a", "b"]]
    assert found["constant_columns"] == ["k"]
    assert found["key_candidates"] == ["a", "b", "c"]


def test_memory_is_that_of_the_values(tmp_path: Path) -> None:
    """As Arrow lays them out."""
    table = pa.table({"x": [1.0, 2.0], "t": ["ab", None], "i": pa.array([1, 2], pa.int8())})
    parquet.write_table(table, tmp_path / "f.parquet")
    found = statistics_of(tmp_path / "f.parquet", "parquet")
    assert [each["memory"] for each in found["columns"]] == [16, 2 + 8, 2]
    assert found["memory"] == 28


def test_a_thousand_columns(tmp_path: Path) -> None:
    """They are asked in batches."""
    frame = pd.DataFrame(np.arange(3000).reshape(3, 1000)).rename(columns=str)
    frame.to_parquet(tmp_path / "wide.parquet")
    found = statistics_of(tmp_path / "wide.parquet", "parquet")
    assert [each["min"] for each in found["columns"]] == list(range(1000))


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("t.csv", "a,b\n1,x\n2,y\n", 2),
        ("t.tsv", "a\tb\n1\tx\n", 1),
        ("t.csv", "a,b\n", 0),
        ("t.jsonl", '{"a": 1, "b": [1]}\n{"a": 2, "b": null}\n', 2),
        ("t.json", '[{"a": 1, "b": "x"}]', 1),
        ("with [brackets]*.csv", "a,b\n1,2\n", 1),
        ('it\'s "quoted".csv', "a,b\n1,2\n", 1),
    ],
)
def test_text_files(tmp_path: Path, name: str, content: str, rows: int) -> None:
    """CSV with any separator, JSON by the line or as a list, whatever the path looks like."""
    (tmp_path / name).write_text(content)
    found = statistics_of(tmp_path / name, *format_of(name))
    assert (found["rows"], [each["name"] for each in found["columns"]]) == (rows, ["a", "b"])
    assert schema_of(tmp_path / name, *format_of(name))["rows"] == rows


def test_a_packed_file_under_another_name(tmp_path: Path) -> None:
    """Objects have no suffix: how a file is packed is known from the name it was read under."""
    pd.DataFrame({"a": [1, 2]}).to_csv(tmp_path / "t.csv.gz", index=False)
    (tmp_path / "t.csv.gz").rename(tmp_path / "0123")
    assert statistics_of(tmp_path / "0123", *format_of("t.csv.gz"))["rows"] == 2


def test_a_csv_whose_first_rows_mislead(tmp_path: Path) -> None:
    """A column of numbers with a word after 30,000 rows is a column of text, and no row is left out."""
    path = tmp_path / "late.csv"
    path.write_text("a,b\n" + "".join(f"{number},1\n" for number in range(30_000)) + "n/a,2\n")
    found = statistics_of(path, "csv")
    assert (found["rows"], found["columns"][0]["kind"]) == (30_001, "text")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.parquet", b"PAR1 and no more PAR1", "cannot be read as Parquet"),
        ("t.parquet", b"", "it is empty"),
        ("t.csv", b"", "it is empty"),
        ("t.jsonl", b'{"a": 1}\n{"a": ', "cannot be read as JSON"),
        ("t.csv", b"\x00\x01\xff\xfe" * 50 + b"\n\xff,\xfe", "cannot be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """What, which file, and why."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=said) as caught:
        statistics_of(tmp_path / name, *format_of(name), label="the file")
    assert caught.value.message.startswith("the file ")
    assert caught.value.hint


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    """The same message, not the system's."""
    with pytest.raises(UsageError, match="No such file"):
        statistics_of(tmp_path / "gone.csv", "csv")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("A.CSV", ("csv", "none")), ("a.csv.gz", ("csv", "gzip")), ("a.parquet", ("parquet", "none")),
     ("a.pkl", (None, "none")), ("a.parquet.gz", (None, "gzip")), ("a", (None, "none")), ("a.feather", ("arrow", "none"))],
)  # fmt: skip
def test_formats_by_name(name: str, expected: tuple[str | None, str]) -> None:
    """The suffix says what a file is, in any case of letters."""
    assert format_of(name) == expected
