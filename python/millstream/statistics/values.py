"""Which values a column has: how many, which most often, and whether each is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from millstream.statistics.plain import plain

if TYPE_CHECKING:
    import duckdb

    from millstream.statistics.kinds import Column

BOUND = 100_000
"""Up to so many distinct values are counted exactly; above, their number is an estimate: mostly within 6 % in DuckDB 2, 30 % in 1.2."""
_TOP = 10
_COUNTED = """
with counted as materialized (select {ref} as v, count(*) as n from data where {there} group by {ref})
select (select count(*) from counted), (select list([v::varchar, n::varchar] order by n desc, v::varchar)
    from (select v, n from counted order by n desc, v::varchar limit ?))
"""
_FREQUENT = "select approx_top_k({ref}, ?) from data where {there}"
_COUNTS = "select {ref}, count(*) from data where {ref} in (select unnest(?)) group by {ref} order by 2 desc, 1"


def distinct_values(
    connection: duckdb.DuckDBPyConnection, column: Column, found: dict[str, Any], rows: int
) -> dict[str, Any]:
    """``distinct``, whether that is exact, and ``top``: the values that are there most often with their counts.

    ``found`` is what the first pass said of the column.
    """
    if column.kind in ("empty", "other"):
        return {"distinct": 0 if column.kind == "empty" else None, "distinct_exact": column.kind == "empty"}
    there = f"{column.ref} is not null" + (f" and not isnan({column.ref})" if column.is_float else "")
    if found["count"] <= BOUND or found["distinct"] <= BOUND:
        return _counted(connection, column, there)
    if column.kind in ("text", "number", "date") and not column.is_float and found["distinct"] > 0.5 * found["count"]:
        text = f"select count(distinct {column.ref}) from data"  # noqa: S608 - c0, c1, …
        ((distinct,),) = connection.execute(text).fetchall()
        return {"distinct": distinct, "distinct_exact": True}
    result = {"distinct": min(found["distinct"], rows), "distinct_exact": False}
    if column.kind == "text" and found["distinct"] < 0.5 * found["count"]:
        result["top"] = _frequent(connection, column, there)
        result["top_exact"] = False
    return result


def _counted(connection: duckdb.DuckDBPyConnection, column: Column, there: str) -> dict[str, Any]:
    text = _COUNTED.format(ref=column.ref, there=there)
    ((distinct, pairs),) = connection.execute(text, [_TOP]).fetchall()
    result: dict[str, Any] = {"distinct": distinct, "distinct_exact": True}
    if column.kind in ("text", "boolean", "time", "binary") or (
        column.kind in ("number", "date") and distinct <= BOUND
    ):
        result["top"] = [{"value": plain(value), "count": int(count)} for value, count in pairs or []]
        result["top_exact"] = True
    return result


def _frequent(connection: duckdb.DuckDBPyConnection, column: Column, there: str) -> list[dict[str, Any]]:
    """The likely most frequent, each counted exactly."""
    ((values,),) = connection.execute(_FREQUENT.format(ref=column.ref, there=there), [_TOP]).fetchall()
    rows = connection.execute(_COUNTS.format(ref=column.ref), [values]).fetchall()
    return [{"value": plain(value), "count": count} for value, count in rows]


__all__ = ["BOUND", "distinct_values"]
