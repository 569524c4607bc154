"""Every wrong request is answered with 4xx and JSON that says what to do; nothing leads out of the folder shown."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError

from millstream.server.routes import PREFIX, ROUTES

Ask = Callable[..., Awaitable[Any]]

OUTSIDE = ["../secret.ipynb", "/etc/passwd", "a/../../secret.ipynb", "link.ipynb", "folder/secret.ipynb", "..%2fsecret"]
ABSENT = ["no.ipynb", ".", "/", "loop.ipynb", "x" * 300, "a\x00b", "sums.ipynb/x", "~", "fifo.ipynb"]


@pytest.fixture
def _traps(jp_root_dir: Path, tmp_path: Path) -> None:
    import os

    (jp_root_dir / "link.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (jp_root_dir / "folder").symlink_to(tmp_path)
    (jp_root_dir / "loop.ipynb").symlink_to("loop.ipynb")
    os.mkfifo(jp_root_dir / "fifo.ipynb")


@pytest.mark.usefixtures("_traps")
@pytest.mark.parametrize("path", [*OUTSIDE, *ABSENT])
async def test_no_path_leads_out_or_hangs(ask: Ask, path: str) -> None:
    """Neither dots nor links nor what is no plain file; in a query and in a body alike."""
    answers = [
        await ask("GET", "/check", notebook=path),
        await ask("GET", "/runs", notebook=path),
        await ask("POST", "/jobs", body={"notebook": path}),
        await ask("POST", "/promotions", body={"notebook": path, "name": "x"}),
    ]
    assert [answer.status for answer in answers] == [404] * 4


async def test_a_link_within_the_folder_is_followed(ask: Ask, jp_root_dir: Path) -> None:
    """A link that stays inside is a notebook like any other."""
    (jp_root_dir / "alias.ipynb").symlink_to("sums.ipynb")
    assert (await ask("GET", "/check", notebook="alias.ipynb")).status == 200


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "many"}, "limit is a whole number"),
        ({"limit": ""}, "limit"),
        ({"limit": "1" * 30}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"sort": "nonsense"}, "sort"),
        ({"filter": "total >"}, "filter"),
        ({"filter": "nothing = 1"}, "nothing"),
        ({"filter": "(" * 3000}, "filter"),
        ({"notebook": "x" * 5000}, "notebook"),
    ],
)
async def test_bad_queries_are_refused(ask: Ask, query: dict[str, str], says: str) -> None:
    """400, and the message names what is wrong."""
    answer = await ask("GET", "/runs", **query)
    assert answer.status == 400
    assert says in answer.document["message"]


async def test_a_missing_query_is_named(ask: Ask) -> None:
    """The message says which name is missing."""
    answer = await ask("GET", "/check")
    assert answer.status == 400
    assert "notebook" in answer.document["message"]


@pytest.mark.parametrize("runs", [[], ["last"], ["last"] * 21])
async def test_comparing_takes_some_runs(ask: Ask, runs: list[str]) -> None:
    """Neither fewer than two nor very many."""
    assert (await ask("GET", "/compare", run=runs)).status == 400


@pytest.mark.parametrize("run", ["nope", "%", "a b", "x" * 500, "..", "\x00", "é"])
async def test_an_unknown_run_is_not_found(ask: Ask, run: str) -> None:
    """404, in every place that takes a run."""
    assert (await ask("GET", "/runs/{run}", run=run)).status == 404
    assert (await ask("GET", "/runs/{run}/steps/{step}/notebook", run=run, step="load")).status == 404
    assert (await ask("GET", "/compare", run=["last", run])).status == 404


async def test_an_unknown_step_or_job_is_not_found(ask: Ask) -> None:
    """404, with a hint."""
    answer = await ask("GET", "/runs/{run}/steps/{step}/notebook", run="last", step="no such")
    assert (answer.status, bool(answer.document["hint"])) == (404, True)
    assert (await ask("GET", "/jobs/{job}", job="nope")).status == 404
    assert (await ask("DELETE", "/jobs/{job}", job="nope")).status == 404


BODIES = [
    "",
    "not JSON",
    "null",
    "[]",
    '"text"',
    "{}",
    b"\xff\xfe",
    '{"notebook": NaN}',
    "[" * 100_000,
    '{"notebook": ' + "1" * 5000 + "}",
    json.dumps({"notebook": 3}),
    json.dumps({"notebook": ""}),
    json.dumps({"notebook": None}),
    json.dumps({"notebook": "x" * 5000}),
    json.dumps({"notebook": "sums.ipynb", "surprise": 1}),
    " " * (5 << 20),
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_bad_bodies_are_refused(ask: Ask, body: str | bytes) -> None:
    """400, whatever was sent, to whatever takes a body."""
    for template in ("/jobs", "/promotions"):
        answer = await ask("POST", template, body=body)
        assert answer.status == 400
        assert "body" in answer.document["message"]


@pytest.mark.parametrize(
    "more",
    [
        {"parameters": []},
        {"parameters": None},
        {"cache": "yes"},
        {"cache": None},
        {"step": 1},
        {"step": ""},
        {"step": "a\x00b"},
    ],
)
async def test_bad_options_of_a_run_are_refused(ask: Ask, more: dict[str, Any]) -> None:
    """400, and no process is started."""
    assert (await ask("POST", "/jobs", body={"notebook": "sums.ipynb", **more})).status == 400
    assert (await ask("GET", "/jobs")).document == {"jobs": []}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_nothing_is_told_to_who_has_not_logged_in(jp_fetch: Any, route: Any) -> None:
    """403 before anything else, on every route, as JSON."""
    with pytest.raises(HTTPClientError) as caught:
        await _send(jp_fetch, route, headers={"Authorization": "token wrong"})
    assert caught.value.code == 403
    assert json.loads(caught.value.response.body)["code"] == "HTTP403"


class NoOne(Authorizer):
    """Whoever has logged in may do nothing with millstream."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012 - what the server asks, for the test to see

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return resource != "millstream"


class TestAuthorization:
    """Jupyter's authorizer has a say on each route."""

    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        return {"ServerApp": {"jpserver_extensions": {"millstream": True}, "authorizer_class": NoOne}}

    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
    async def test_the_authorizer_is_asked(self, jp_fetch: Any, route: Any) -> None:
        """About the resource millstream, with the route's action; its no is a 403."""
        NoOne.asked.clear()
        with pytest.raises(HTTPClientError) as caught:
            await _send(jp_fetch, route)
        assert caught.value.code == 403
        assert (route.action, "millstream") in NoOne.asked


async def _send(jp_fetch: Any, route: Any, **more: Any) -> Any:
    path = f"{PREFIX}{route.path}".replace("{", "").replace("}", "")
    body = {"body": "{}"} if route.method == "POST" else {}
    return await jp_fetch(*path.strip("/").split("/"), method=route.method, **body, **more)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing", 404), ("POST", "runs", 405), ("DELETE", "jobs", 405), ("PUT", "jobs/x", 405), ("GET", "", 404)],
)
async def test_what_there_is_not_is_said_in_json(jp_fetch: Any, method: str, path: str, status: int) -> None:
    """Unknown paths and methods, too, have a code and a message."""
    body = {"body": "{}"} if method in ("POST", "PUT") else {}
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("millstream", "api", *path.split("/"), method=method, **body)
    assert caught.value.code == status
    assert json.loads(caught.value.response.body)["message"]


async def test_a_damaged_store_is_said(ask: Ask, jp_root_dir: Path) -> None:
    """A store that a newer Millstream wrote is an error of the store, with what to do."""
    (jp_root_dir / ".millstream" / "format").write_text("99")
    answer = await ask("GET", "/runs")
    assert answer.status == 507
    assert "Upgrade" in answer.document["hint"]
