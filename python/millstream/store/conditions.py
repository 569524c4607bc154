"""A filter as SQL over ``runs r``: fixed text and parameters, nothing of the user's in between."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from millstream.errors import UsageError
from millstream.store.filters import FIELDS, Comparison, Filter

_SQL = {"=": "=", "!=": "is distinct from", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Names:
    """The metrics and parameters that the history has."""

    metrics: Collection[str]
    parameters: Collection[str]


def names_in(found: Filter) -> set[str]:
    """The metrics and parameters that a filter may mean, without ``metric:`` and ``parameter:`` in front."""
    if isinstance(found, Comparison):
        kind, _, name = found.name.partition(":")
        return set() if found.name in FIELDS else {name if kind in ("metric", "parameter") and name else found.name}
    return {name for member in found.members for name in names_in(member)}


@dataclass(slots=True)
class Condition:
    """A condition and its parameters, in order."""

    sql: str
    values: list[object] = field(default_factory=list)


def condition(found: Filter, names: Names) -> Condition:
    """The SQL of a filter. Raises UsageError for a name that is nowhere, or a value that is not of the field's type."""
    if isinstance(found, Comparison):
        return _comparison(found, names)
    members = [condition(member, names) for member in found.members]
    values = [value for member in members for value in member.values]
    if found.operator == "not":
        return Condition(f"not coalesce({members[0].sql}, false)", values)
    return Condition("(" + f" {found.operator} ".join(member.sql for member in members) + ")", values)


def _comparison(found: Comparison, names: Names) -> Condition:
    if found.name in FIELDS:
        return _of_field(found)
    kind, _, name = found.name.partition(":")
    if kind in ("metric", "parameter") and name:
        _known(found, name, names.metrics if kind == "metric" else names.parameters, kind)
        return _of_value(found, name, kind)
    in_metrics, in_parameters = found.name in names.metrics, found.name in names.parameters
    if not in_metrics and not in_parameters:
        _unknown(found, {*FIELDS, *names.metrics, *names.parameters}, "field, metric or parameter")
    if in_metrics and in_parameters:
        both = (_of_value(found, found.name, "metric"), _of_value(found, found.name, "parameter"))
        return Condition(f"({both[0].sql} or {both[1].sql})", both[0].values + both[1].values)
    return _of_value(found, found.name, "metric" if in_metrics else "parameter")


def _of_field(found: Comparison) -> Condition:
    column, kind = FIELDS[found.name]
    if found.operator in ("~", "!~"):
        return _contains(found, f"lower({column}::varchar)" if found.name != "text" else column)
    if kind == "text":
        return Condition(f"{column} {_SQL[found.operator]} ?", [found.value])
    if kind == "number":
        return Condition(f"{column} {_SQL[found.operator]} ?::double", [_number_or_refuse(found)])
    return Condition(f"{column} {_SQL[found.operator]} ?::timestamp", [_time(found)])


def _of_value(found: Comparison, name: str, kind: str) -> Condition:
    """A run has at most one value of a parameter, but may have one a step of a metric: any of them will do."""
    table, number = ("metrics", "v.value") if kind == "metric" else ("parameters", "v.number")
    if found.operator == "!=":
        same = _of_value(Comparison(found.name, "=", found.value, found.quoted, found.position), name, kind)
        return Condition(f"not {same.sql}", same.values)
    value = _number(found)
    if found.operator in ("~", "!~"):
        test = _contains(found, "lower(v.text)")
    elif value is not None and not found.quoted:
        test = Condition(f"{number} {_SQL[found.operator]} ?::double", [value])
        if found.operator == "=":
            test = Condition(f"({test.sql} or v.text = ?)", [value, found.value])
    else:
        test = Condition(f"v.text {_SQL[found.operator]} ?", [found.value])
    text = f"r.run in (select v.run from {table} v where v.name = ? and {test.sql})"  # noqa: S608 - all fixed text
    return Condition(text, [name, *test.values])


def _contains(found: Comparison, column: str) -> Condition:
    negation = "not " if found.operator == "!~" else ""
    return Condition(f"{negation}coalesce(contains({column}, ?), false)", [found.value.lower()])


def _number(found: Comparison) -> float | None:
    try:
        return float(found.value)
    except ValueError:
        return None


def _number_or_refuse(found: Comparison) -> float:
    value = _number(found)
    if value is None or math.isnan(value):
        _refuse(found, f"{found.name} is compared with a number, not with {found.value!r}")
    return value


def _time(found: Comparison) -> datetime:
    try:
        value = datetime.fromisoformat(found.value)
    except ValueError:
        _refuse(
            found, f"{found.name} is compared with a time such as 2026-11-24 or 2026-11-24T18:15, not {found.value!r}"
        )
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def _known(found: Comparison, name: str, known: Collection[str], kind: str) -> None:
    if name not in known:
        _unknown(found, {f"{kind}:{other}" for other in known}, kind)


def _unknown(found: Comparison, known: Collection[str], kind: str) -> NoReturn:
    near = difflib.get_close_matches(found.name, known, n=3)
    allowed = ", ".join(near or sorted(known)[:20]) or "none yet"
    raise UsageError(
        f"The filter names {found.name!r} at position {found.position + 1}, and no run has a {kind} of that name.",
        hint=f"Did you mean {allowed}?" if near else f"There are: {allowed}.",
        position=found.position,
    )


def _refuse(found: Comparison, what: str) -> NoReturn:
    raise UsageError(f"The filter is wrong at position {found.position + 1}: {what}.", position=found.position)


__all__ = ["Condition", "Names", "condition", "names_in"]
