"""Many questions in one pass over the view ``data``, and the questions of each pass."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millstream.statistics.kinds import Column

if TYPE_CHECKING:
    import duckdb

PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 20
_TOGETHER = 64
"""So many columns are asked in one query: a table may have thousands."""
_SQUARED = 1e150
_LIST = f"[{', '.join(map(str, PROBABILITIES))}]"

_BINS_TOGETHER = """
select k, place, count(*) from (select unnest([{columns}]) as k, unnest([{places}]) as place from data)
where place is not null group by k, place
"""

Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """An aggregate of a column, with the values of its placeholders."""

    column: str
    name: str
    sql: str
    values: tuple[float, ...] = ()


def ask(connection: duckdb.DuckDBPyConnection, questions: Iterable[Question]) -> Answers:
    """Column → name → answer, in as few passes as there are batches of columns."""
    by_column: dict[str, list[Question]] = {}
    for question in questions:
        by_column.setdefault(question.column, []).append(question)
    found: Answers = {column: {} for column in by_column}
    columns = list(by_column)
    for start in range(0, len(columns), _TOGETHER):
        batch = [question for column in columns[start : start + _TOGETHER] for question in by_column[column]]
        text = f"select {', '.join(question.sql for question in batch)} from data"  # noqa: S608 - names are c0, c1, …
        row = connection.execute(text, [value for question in batch for value in question.values]).fetchone()
        for question, answer in zip(batch, row or (), strict=True):
            found[question.column][question.name] = answer
    return found


def first(columns: Sequence[Column], *, exact: bool, extreme: Collection[str] = ()) -> list[Question]:
    """Counts, ranges, moments, quantiles, lengths. ``exact`` quantiles need memory for every value.

    Of the columns in ``extreme`` no moments are asked.
    """
    found = []
    for column in columns:
        asked = {"count": f"count({column.ref})"}
        if column.kind not in ("empty", "other"):
            asked["distinct"] = f"approx_count_distinct({column.ref})"
        asked |= _of_kind(column, exact=exact)
        if column.ref in extreme:
            asked |= {"mean": "null", "std": "null"}
        found += [Question(column.ref, name, sql) for name, sql in asked.items()]
    return found


def extremes(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> set[str]:
    """The columns whose numbers are so large that DuckDB may refuse to square them."""
    numbers = [column for column in columns if column.kind == "number"]
    found = ask(connection, [Question(each.ref, "most", f"max(abs({each.number}::double))") for each in numbers])
    return {ref for ref, answers in found.items() if (answers["most"] or 0) > _SQUARED}


def _of_kind(column: Column, *, exact: bool) -> dict[str, str]:
    ref = column.ref
    if column.kind == "number":
        return _of_numbers(column, exact=exact)
    if column.kind == "boolean":
        return {"true": f"count(*) filter ({ref})"}
    if column.kind == "date":
        there = f"case when isfinite({_moment(column)}) then {ref} end"
        seconds = f"epoch({_moment(column)})"
        low, high = (f"{side}({seconds}) filter (isfinite({_moment(column)}))" for side in ("min", "max"))
        quantiles = (
            f"quantile_disc({there}, {_LIST})::varchar[]" if exact else f"approx_quantile({there}, {_LIST})::varchar[]"
        )
        return {
            "finite": f"count({there})", "min": f"min({there})::varchar", "max": f"max({there})::varchar",
            "low": low, "high": high, "quantiles": quantiles,
        }  # fmt: skip
    if column.kind == "time":
        return {"min": f"min({ref})::varchar", "max": f"max({ref})::varchar"}
    return _of_lengths(column)


def _of_numbers(column: Column, *, exact: bool) -> dict[str, str]:
    value = column.number
    plain = f"case when isfinite({column.ref}) then {column.ref} end" if column.is_float else column.ref
    floats = {"nan": f"count(*) filter (isnan({column.ref}))", "finite": f"count({value})"} if column.is_float else {}
    return {
        **floats,
        "min": f"min({plain})",
        "max": f"max({plain})",
        "mean": f"avg({value})",
        "std": f"stddev_samp({value})",
        "quantiles": f"{'quantile_cont' if exact else 'approx_quantile'}({value}, {_LIST})",
    }


def _of_lengths(column: Column) -> dict[str, str]:
    text = f"{column.ref}::varchar"
    if column.kind == "text":
        lengths, size = f"length({text})", f"sum(strlen({text}))"
    elif column.kind == "binary":
        lengths = f"octet_length({column.ref})"
        size = f"sum({lengths})"
    elif column.is_list:
        lengths, size = f"len({column.ref})", ""
    else:
        return {}
    asked = {
        "shortest": f"min({lengths})",
        "longest": f"max({lengths})",
        "length": f"avg({lengths})",
        "blank": f"count(*) filter ({lengths} = 0)",
    }
    return {**asked, "size": size} if size else asked


def _moment(column: Column) -> str:
    """SQL for a date in a type that every function of dates takes."""
    return (
        column.ref if column.type in ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE") else f"{column.ref}::timestamp"
    )


@dataclass(frozen=True, slots=True)
class Bins:
    """Equal bins from ``low`` on; the last holds what is on its upper edge too."""

    low: float
    width: float
    count: int

    def edges(self) -> list[float]:
        """The borders of the bins, one more than there are bins."""
        return [self.low + self.width * number for number in range(self.count + 1)]


def bins_of(column: Column, low: Any, high: Any) -> Bins | None:
    """The bins for a column that reaches from ``low`` to ``high``: whole ones for whole numbers."""
    if low is None or not math.isfinite(float(high) - float(low)):
        return None
    if low == high:
        return Bins(float(low), 0.0, 1)
    if column.is_integer:
        range_ = int(high) - int(low) + 1
        whole = -(-range_ // BINS)
        return Bins(int(low), whole, -(-range_ // whole))
    width = (float(high) - float(low)) / BINS
    return Bins(float(low), width, BINS) if width > 0 else None


def second(columns: Sequence[Column], answers: Mapping[str, Mapping[str, Any]]) -> list[Question]:
    """The skew, which needs the answers of the first pass: around the mean, so that it keeps its digits."""
    found = []
    for column in columns:
        mean, std = (answers[column.ref].get(name) for name in ("mean", "std"))
        if mean is not None and std and math.isfinite(std) and math.isfinite(mean):
            z = f"(({column.number} - ?::double) / ?::double)"
            found.append(Question(column.ref, "cubes", f"sum({z} * {z} * {z})", (mean, std) * 3))
    return found


def in_bins(columns: Sequence[Column], bins: Mapping[str, Bins]) -> list[Question]:
    """How many values each bin has, as a map from its number; bins without a width are not counted."""
    found = []
    for column in columns:
        if (edges := bins.get(column.ref)) and edges.width:
            place, values = _place(column, edges)
            found.append(Question(column.ref, "histogram", f"histogram({place})", values))
    return found


def in_bins_together(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], bins: Mapping[str, Bins]
) -> Answers:
    """The answers to :func:`in_bins`, quicker for few rows: DuckDB takes long to plan a ``histogram``."""
    counted = [column for column in columns if column.ref in bins and bins[column.ref].width]
    found: Answers = {column.ref: {"histogram": {}} for column in counted}
    for start in range(0, len(counted), _TOGETHER):
        batch = counted[start : start + _TOGETHER]
        places = [_place(column, bins[column.ref]) for column in batch]
        text = _BINS_TOGETHER.format(
            columns=", ".join(map(str, range(len(batch)))), places=", ".join(place for place, _ in places)
        )
        values = [value for _, each in places for value in each]
        for number, place, count in connection.execute(text, values).fetchall():
            found[batch[number].ref]["histogram"][place] = count
    return found


def _place(column: Column, edges: Bins) -> tuple[str, tuple[float, ...]]:
    """SQL for the number of the bin that a value is in, and the values of its placeholders."""
    value, last = column.number if column.kind == "number" else _seconds(column), edges.count - 1
    place = f"floor(({value} - ?::double) / ?::double)"  # not least(): it makes a number of null
    return f"(case when {place} > {last} then {last} else {place} end)::utinyint", (
        float(edges.low),
        float(edges.width),
    ) * 2


def _seconds(column: Column) -> str:
    return f"epoch(case when isfinite({_moment(column)}) then {_moment(column)} end)"


__all__ = ["BINS", "PROBABILITIES", "Answers", "Bins", "Question", "ask", "bins_of", "extremes", "first", "in_bins", "in_bins_together",
           "second"]  # fmt: skip
