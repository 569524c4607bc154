"""A table's statistics, from three kinds of passes: all columns at once, around what that found, and value by value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from millstream.statistics import passes
from millstream.statistics.dates import gaps, moment
from millstream.statistics.kinds import Column
from millstream.statistics.likeness import duplicates
from millstream.statistics.passes import Bins
from millstream.statistics.plain import plain
from millstream.statistics.sources import Table, opened
from millstream.statistics.values import SMALL, distinct_values

FORMAT = 1
"""Another number than the one in a document: it is made anew."""
_IN_MEMORY = 1 << 26
"""Quantiles are exact where a table holds no more than so many numbers and dates (512 MB of them)."""

Document = dict[str, Any]


def schema_of(path: Path, kind: str, packed: str = "none", *, label: str = "") -> Document:
    """``rows`` and ``columns`` (name and type) of a file, without a look at every value where the format allows it."""
    with opened(path, kind, packed, label=label, copy=False) as table:
        names = zip((c.name for c in table.columns), table.types, strict=True)
        return {"rows": _rows(table), "columns": [{"name": name, "type": type_} for name, type_ in names]}


def statistics_of(
    path: Path, kind: str, packed: str = "none", *, label: str = "", known: Document | None = None
) -> Document:
    """The statistics of a file of a format of :func:`millstream.statistics.format_of`, or of a folder of Parquet files.

    ``known`` is what its owner calls things, where that is known: ``type``, and ``columns`` with ``name`` and ``type``.
    Raises UsageError for a file that cannot be read.
    """
    with opened(path, kind, packed, label=label) as table:
        if known is not None:
            _name(table, known)
        return _document(table)


def without_rows(known: Document) -> Document:
    """The statistics of a table that has no rows, and no file: of its columns nothing but ``name`` and ``type`` is known."""
    columns = [
        {
            "name": each["name"], "type": each["type"], "kind": "empty", "nulls": 0, "missing": 0, "memory": 0,
            "distinct": 0, "distinct_exact": True, "constant": False, "key": False, "same_as": None,
        }
        for each in known["columns"]
    ]  # fmt: skip
    return {
        "format": FORMAT, "kind": "table", "type": known["type"], "rows": known["rows"], "memory": 0,
        "columns": columns, "constant_columns": [], "duplicate_columns": [], "key_candidates": [],
    }  # fmt: skip


def _name(table: Table, known: Document) -> None:
    table.type = known["type"]
    pairs = zip(table.columns, known["columns"], strict=True)
    table.columns = [Column(ref=column.ref, name=each["name"], type=column.type) for column, each in pairs]
    table.types = [each["type"] for each in known["columns"]]


def _rows(table: Table) -> int:
    ((rows,),) = table.connection.execute("select count(*) from data").fetchall()
    return int(rows)


def _document(table: Table) -> Document:
    rows, columns = _rows(table), table.columns
    exact = rows * sum(column.kind in ("number", "date") for column in columns) <= _IN_MEMORY
    answers = _first(table, exact=exact)
    bins = {c.ref: each for c in columns if (each := _bins(c, answers[c.ref]))}
    for answered in _second(table, rows, answers, bins):
        for ref, more in answered.items():
            answers[ref] |= more
    counted = distinct_values(table.connection, columns, answers, rows)
    found: dict[str, Document] = {}
    for column, type_ in zip(columns, table.types, strict=True):
        known = answers[column.ref]
        found[column.ref] = _column(column, type_, known, rows) | counted[column.ref]
        if known.get("quantiles") is not None:
            found[column.ref]["quantiles_exact"] = exact
        if column.ref in bins:
            found[column.ref]["histogram"] = _histogram(column, bins[column.ref], known)
        if column.kind == "date":
            found[column.ref]["steps"] = gaps(table.connection, column, known["low"], known["high"])
    same = duplicates(table.connection, columns, found, rows)
    return _whole(table, rows, found, same)


def _first(table: Table, *, exact: bool) -> passes.Answers:
    import duckdb

    try:
        return passes.ask(table.connection, passes.first(table.columns, exact=exact))
    except duckdb.OutOfRangeException:  # DuckDB before 2.0
        extreme = passes.extremes(table.connection, table.columns)
        return passes.ask(table.connection, passes.first(table.columns, exact=exact, extreme=extreme))


def _second(table: Table, rows: int, answers: passes.Answers, bins: dict[str, Bins]) -> list[passes.Answers]:
    """What is around the answers of the first pass: the skew and the histograms."""
    connection, columns = table.connection, table.columns
    skews = passes.second(columns, answers)
    if rows * len(columns) > SMALL:
        return [passes.ask(connection, [*skews, *passes.in_bins(columns, bins)])]
    return [passes.ask(connection, skews), passes.in_bins_together(connection, columns, bins)]


def _whole(table: Table, rows: int, found: dict[str, Document], same: dict[str, str]) -> Document:
    names = {column.ref: column.name for column in table.columns}
    no_keys = {c.ref for c in table.columns if c.is_float or c.kind in ("nested", "boolean", "empty", "other")}
    for ref, each in found.items():
        each["constant"] = rows > 0 and each["distinct"] == 1 and not each["missing"]
        each["key"] = rows > 0 and each["distinct_exact"] and each["distinct"] == rows and ref not in no_keys
        each["same_as"] = names.get(same.get(ref, ""))
    sizes = [each["memory"] for each in found.values()]
    return {
        "format": FORMAT,
        "kind": "table",
        "type": table.type,
        "rows": rows,
        "memory": None if None in sizes else sum(sizes),
        "columns": list(found.values()),
        "constant_columns": [each["name"] for each in found.values() if each["constant"]],
        "duplicate_columns": [
            [each["same_as"], each["name"]] for each in found.values() if each["same_as"] is not None
        ],
        "key_candidates": [each["name"] for each in found.values() if each["key"]],
    }


def _bins(column: Column, known: Document) -> Bins | None:
    if column.kind == "number":
        return passes.bins_of(column, known["min"], known["max"])
    if column.kind == "date" and known["low"] is not None and moment(known["low"]) and moment(known["high"]):
        return passes.bins_of(column, known["low"], known["high"])
    return None


def _column(column: Column, type_: str, known: Document, rows: int) -> Document:
    """What the passes over all columns say of one."""
    result: Document = {
        "name": column.name, "type": type_, "kind": column.kind, "nulls": rows - known["count"],
        "missing": rows - known["count"] + known.get("nan", 0), "memory": _memory(column, known, rows),
    }  # fmt: skip
    if column.is_float:
        result |= {"nan": known["nan"], "infinite": known["count"] - known["nan"] - known["finite"]}
    result |= {name: plain(known[name]) for name in ("min", "max", "mean", "std", "true") if name in known}
    if column.kind == "number":
        result["skew"] = _skew(known.get("cubes"), known["finite"] if column.is_float else known["count"])
    if (quantiles := known.get("quantiles")) is not None:
        result["quantiles"] = dict(zip(map(str, passes.PROBABILITIES), map(plain, quantiles), strict=True))
    if known.get("longest") is not None:
        lengths = {"min": known["shortest"], "max": known["longest"], "mean": known["length"], "empty": known["blank"]}
        result["lengths"] = lengths
    return result


def _skew(cubes: float | None, count: int) -> float | None:
    """The adjusted Fisher-Pearson coefficient, as pandas has it; ``cubes`` is the sum of the third powers of z."""
    if cubes is None or count < 3:
        return None
    skew: float | None = plain(count / ((count - 1) * (count - 2)) * cubes)
    return skew


def _memory(column: Column, known: Document, rows: int) -> int | None:
    """The bytes of a column's values as Arrow lays them out, without what says which are null."""
    if column.width is not None:
        return round(column.width * rows)
    return None if "size" not in known else int(known["size"] or 0) + 4 * rows


def _histogram(column: Column, bins: Bins, known: Document) -> Document:
    counted = known.get("histogram")
    if not bins.width:
        counts = [known.get("finite", known["count"])]
        edges: Sequence[Any] = [bins.low, bins.low]
    else:
        counts, edges = [int((counted or {}).get(number, 0)) for number in range(bins.count)], bins.edges()
    shown = [moment(edge) for edge in edges] if column.kind == "date" else [plain(edge) for edge in edges]
    return {"edges": shown, "counts": counts}


__all__ = ["FORMAT", "schema_of", "statistics_of", "without_rows"]
