"""Statistics and datasets over HTTP, each answer held to the OpenAPI document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Ask = Callable[..., Awaitable[Any]]


async def test_statistics_of_a_value(ask: Ask) -> None:
    """The newest, or that of a run."""
    answer = await ask("GET", "/stats", name="data")
    assert (answer.status, answer.document["kind"], answer.document["length"]) == (200, "sequence", 4)
    first = (await ask("GET", "/runs", sort="started")).document["runs"][0]["run"]
    assert (await ask("GET", "/stats", name="data", at=first)).document["length"] == 3


async def test_what_has_no_statistics(ask: Ask, jp_root_dir: Path) -> None:
    """No such value, no such run; a file that no run read is not looked at, wherever it is."""
    (jp_root_dir / "own.csv").write_text("a\n1\n")
    for query in ({"name": "nothing"}, {"name": "data", "at": "nothing"}, {"name": "own.csv"}, {"name": "/etc/passwd"}):
        answer = await ask("GET", "/stats", **query)
        assert answer.status == 404
        assert answer.document["hint"]
    assert (await ask("GET", "/stats")).status == 400


async def test_datasets(ask: Ask) -> None:
    """A list; these notebooks read no data."""
    assert (await ask("GET", "/data")).document == {"datasets": []}
    assert isinstance((await ask("GET", "/data", all="true")).document["datasets"], list)
