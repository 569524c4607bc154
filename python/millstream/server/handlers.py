"""Tornado handlers, made from the table of routes."""

from __future__ import annotations

import asyncio
import inspect
import json
import math
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from itertools import groupby
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from millstream.errors import MillstreamError
from millstream.server import requests
from millstream.server.operations import Call, Context
from millstream.server.routes import PREFIX, ROUTES, Route


class Handler(APIHandler):
    """What the routes share: reading a request, answering, and errors as JSON that says what to do."""

    auth_resource = "millstream"

    async def answer(self, route: Route, path: dict[str, str]) -> None:
        """Do what the route does, without ever holding up the server's loop."""
        given = {name: self.get_query_arguments(name, strip=False) for name in self.request.query_arguments}
        call = Call(path, requests.query(route, given), requests.body(route, self.request.body))
        context: Context = self.settings["millstream_context"]
        if inspect.iscoroutinefunction(route.operation):
            text = _text(await route.operation(context, call))
        else:
            text = await asyncio.to_thread(lambda: _text(route.operation(context, call)))
        self.set_status(route.status)
        if route.response is None:
            await self.finish()
        else:
            await self.finish(text)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """The error as JSON; never a traceback, which goes to the server's log."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if isinstance(error, MillstreamError):
            self.set_status(error.http_status)
            document = error.to_json()
        else:
            message = isinstance(error, HTTPError) and error.log_message
            document = {
                "code": f"HTTP{status_code}",
                "message": message or HTTPStatus(status_code).phrase,
                "hint": "The server's log has the details." if status_code >= 500 else None,
            }
        self.set_header("Content-Type", "application/json")
        self.finish(_text(document))

    def log_exception(self, *exc_info: Any) -> None:
        """What the caller did wrong is no event for the log; what we did is."""
        if not isinstance(exc_info[1], MillstreamError):
            super().log_exception(*exc_info)


class NoSuchRoute(Handler):
    """Everything else under the API's path."""

    @authenticated
    async def get(self) -> None:
        """Say that there is nothing here."""
        raise HTTPError(404, f"There is nothing at this path; {PREFIX}/openapi.json lists what there is.")

    post = put = patch = delete = get


def handlers() -> list[tuple[Any, ...]]:
    """Patterns and handlers, one for each path; the server puts its base URL in front."""
    found: list[tuple[Any, ...]] = []
    for path, routes in groupby(sorted(ROUTES, key=lambda route: route.path), key=lambda route: route.path):
        methods = {route.method.lower(): _method(route) for route in routes}
        pattern = PREFIX + re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
        found.append((pattern, type("RouteHandler", (Handler,), methods)))
    return [*found, (f"{PREFIX}(?:/.*)?", NoSuchRoute)]


def _method(route: Route) -> Callable[..., Awaitable[None] | None]:
    async def method(self: Handler, **path: str) -> None:
        await self.answer(route, path)

    checked: Callable[..., Awaitable[None] | None] = authenticated(authorized(route.action)(method))
    return checked


def _text(document: Any) -> str:
    """The document as JSON that every reader takes."""
    try:
        return json.dumps(document, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(document), allow_nan=False)


def _finite(value: Any) -> Any:
    """The value with NaN and the infinities as the words that the store writes for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


__all__ = ["handlers"]
