"""Requests held to the table of routes: what does not fit is refused with the place and what is allowed."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from millstream.errors import UsageError
from millstream.server.schemas import SCHEMAS, Schema

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from millstream.server.routes import Query, Route

_WHOLE = re.compile(r"-?[0-9]{1,18}")
MAX_BODY = 4 << 20


def query(route: Route, given: dict[str, list[str]]) -> dict[str, Any]:
    """The values of the query, typed and with their defaults. Raises UsageError."""
    return {each.name: _value(each, given.get(each.name, [])) for each in route.query}


def _value(known: Query, given: list[str]) -> Any:
    if not given:
        if known.required:
            raise UsageError(f"The query has no {known.name!r}.", hint=known.description)
        return known.schema.get("default")
    kind = known.schema["type"]
    value: Any = given if kind == "array" else given[-1]
    if kind == "boolean" and value in ("true", "false"):
        value = value == "true"
    if kind == "integer":
        if not _WHOLE.fullmatch(value):
            raise UsageError(f"{known.name} is a whole number, not {value[:80]!r}.", hint=known.description)
        value = int(value)
    _hold(known.schema, value, known.name, known.description)
    return value


def body(route: Route, data: bytes) -> dict[str, Any]:
    """The body of the request. Raises UsageError when it is not JSON of the route's schema."""
    if route.body is None:
        return {}
    if len(data) > MAX_BODY:
        raise UsageError(f"The body has {len(data)} bytes; at most {MAX_BODY} are allowed.")
    try:
        content = json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"The body is not JSON: {reason[:200]}.", hint=_allowed(route.body)) from error
    _hold({"$ref": f"#/components/schemas/{route.body}"}, content, "The body")
    found: dict[str, Any] = content
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _allowed(name: str) -> str:
    schema = SCHEMAS[name]
    return f"{name} has {', '.join(schema['properties'])}; {', '.join(schema['required'])} must be given."


def _hold(schema: Schema, value: Any, what: str, hint: str | None = None) -> None:
    from jsonschema.exceptions import best_match

    try:
        error = best_match(_validator(json.dumps(schema)).iter_errors(value))
    except RecursionError:
        raise UsageError(f"{what} is nested too deeply.") from None
    if error is not None:
        place = "".join(f"[{part!r}]" for part in error.absolute_path)
        why = f"{value[:80]!r} is not one" if error.validator == "pattern" else error.message[:300]
        raise UsageError(f"{what}{place} does not fit: {why}.", hint=hint)


@cache
def _validator(schema: str) -> Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({**json.loads(schema), "components": {"schemas": SCHEMAS}})


__all__ = ["body", "query"]
