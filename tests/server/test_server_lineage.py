"""Lineage over HTTP, each answer held to the OpenAPI document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[..., Awaitable[Any]]


async def test_lineage_of_a_metric(ask: Ask) -> None:
    """Up to the step that made it and the value that this was given; down to nothing."""
    answer = await ask("GET", "/lineage", of="metric:total", direction="up")
    assert answer.status == 200
    assert {node["name"] for node in answer.document["nodes"]} == {"total", "data", "load"}
    assert (await ask("GET", "/lineage", of="metric:total", direction="down")).document["edges"] == []


async def test_lineage_of_what_is_not_there(ask: Ask) -> None:
    """No such name; no name; a direction there is not; a file that no run saw."""
    for of in ("nothing", "/etc/passwd", "file:../../etc/passwd"):
        assert (await ask("GET", "/lineage", of=of)).status == 404
    assert (await ask("GET", "/lineage")).status == 400
    assert (await ask("GET", "/lineage", of="last", direction="sideways")).status == 400
