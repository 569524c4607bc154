"""The OpenAPI document: valid, whole, and what the server serves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from millstream.server.handlers import handlers
from millstream.server.openapi import document
from millstream.server.routes import PREFIX, ROUTES
from millstream.server.schemas import SCHEMAS

Ask = Callable[..., Awaitable[Any]]


def test_the_document_is_valid_openapi() -> None:
    """By the specification's own schema."""
    validate(document("/base/"))


def test_every_schema_is_valid_and_used() -> None:
    """No schema is wrong, dangling or idle."""
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)
    text = json.dumps(document())
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) == set(SCHEMAS)


def test_every_route_is_documented_and_served() -> None:
    """The table, the document and the handlers speak of the same paths and methods."""
    described = {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}
    assert described == {(route.method, PREFIX + route.path) for route in ROUTES}
    patterns = {pattern: handler for pattern, handler, *_ in handlers()}
    for route in ROUTES:
        path = re.sub(r"\{\w+\}", "x", PREFIX + route.path)
        [handler, *_] = [handler for pattern, handler in patterns.items() if re.fullmatch(pattern, path)]
        assert route.method.lower() in vars(handler)


def test_operations_have_distinct_names() -> None:
    """Generated clients name their functions by them."""
    assert len({route.id for route in ROUTES}) == len(ROUTES)


async def test_the_server_serves_it(ask: Ask) -> None:
    """At the path that the documentation gives."""
    assert (await ask("GET", "/openapi.json")).document["openapi"] == "3.1.0"


def test_it_can_be_printed_for_generating_types() -> None:
    """``python -m millstream.server.openapi`` prints what the server serves."""
    done = subprocess.run(
        [sys.executable, "-m", "millstream.server.openapi"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == document()
