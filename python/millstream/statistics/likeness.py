"""Columns that hold the same in every row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from millstream.statistics.kinds import Column

_ALIKE = ("nulls", "nan", "min", "max", "mean", "std", "distinct", "true", "lengths", "top")


def duplicates(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], found: Mapping[str, Mapping[str, Any]], rows: int
) -> dict[str, str]:
    """Column → the first column that is just like it. Only columns whose statistics agree are compared, row by row.

    Columns without any value are not duplicates of one another: there is nothing in them.
    """
    alike: dict[Any, list[Column]] = defaultdict(list)
    for column in columns:
        if found[column.ref]["nulls"] < rows:
            alike[column.type, *(repr(found[column.ref].get(name)) for name in _ALIKE)].append(column)
    same: dict[str, str] = {}
    for group in alike.values():
        while len(group) > 1:
            head, *rest = group
            asked = ", ".join(f"bool_and({head.ref} is not distinct from {each.ref})" for each in rest)
            answers = connection.execute(f"select {asked} from data").fetchone() or ()  # noqa: S608 - c0, c1, …
            same.update({each.ref: head.ref for each, equal in zip(rest, answers, strict=True) if equal})
            group = [each for each, equal in zip(rest, answers, strict=True) if not equal]  # noqa: PLW2901
    return same


__all__ = ["duplicates"]
