"""The OpenAPI document, made from the table of routes. ``python -m millstream.server.openapi`` prints it."""

from __future__ import annotations

import json
import re
import sys
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from millstream.server.routes import PREFIX, ROUTES, Query, Route
from millstream.server.schemas import SCHEMAS, Schema, ref


def document(base_url: str = "/") -> dict[str, Any]:
    """OpenAPI 3.1 of every route; ``base_url`` is where the Jupyter server is."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Millstream",
            "version": version("millstream"),
            "description": "Tagged notebook cells as versioned pipelines: check, run, promote, and the history.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": base_url.rstrip("/") or "/"}],
        "security": [{"token": []}, {"cookie": []}],
        "paths": paths,
        "components": {"schemas": SCHEMAS, "securitySchemes": _SECURITY},
    }


_SECURITY = {
    "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "token TOKEN"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "_xsrf", "description": "A browser that has logged in."},
}


def _operation(route: Route) -> dict[str, Any]:
    parameters = [_path_parameter(name) for name in re.findall(r"\{(\w+)\}", route.path)]
    operation: dict[str, Any] = {
        "operationId": route.id,
        "summary": route.summary,
        "parameters": [*parameters, *(_query_parameter(query) for query in route.query)],
        "responses": {str(route.status): _answer(route), **_errors(route)},
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(ref(route.body))}
    return operation


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameter(query: Query) -> dict[str, Any]:
    return {
        "name": query.name,
        "in": "query",
        "required": query.required,
        "description": query.description,
        "schema": query.schema,
    }


def _answer(route: Route) -> dict[str, Any]:
    if route.response is None:
        return {"description": route.summary}
    return {"description": SCHEMAS[route.response]["description"], "content": _json(ref(route.response))}


def _errors(route: Route) -> dict[str, Any]:
    """Those of the route, and those that each can answer: a request that cannot be read, no login, no store."""
    found = sorted({400, 403, 507, *route.errors})
    return {str(status): {"description": _phrase(status), "content": _json(ref("Error"))} for status in found}


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def main() -> None:
    """Print the document: the panel's types are generated from it."""
    json.dump(document(), sys.stdout, indent=2)
    sys.stdout.write("\n")


__all__ = ["document"]

if __name__ == "__main__":
    main()
