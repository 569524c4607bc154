"""What the API answers, each answer held to the OpenAPI document."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import filelock
import pytest

Ask = Callable[..., Awaitable[Any]]


async def test_versions_are_compared_by_a_number(ask: Ask) -> None:
    """The panel can tell whether it fits the server."""
    answer = await ask("GET", "/version")
    assert answer.document["api"] == 1
    assert answer.document["version"]


async def test_check_shows_steps_and_roles(ask: Ask) -> None:
    """A notebook's steps, edges, parameters and the role of each cell, under the path that was asked for."""
    found = (await ask("GET", "/check", notebook="sums.ipynb")).document
    assert (found["ok"], found["notebook"]) == (True, "sums.ipynb")
    assert [step["name"] for step in found["steps"]] == ["load", "total"]
    assert found["edges"] == [{"source": "load", "target": "total", "names": ["data"]}]
    assert found["parameters"] == {"n": 3}
    assert [cell["role"] for cell in found["cells"]] == ["parameters", "imports", "step", "step"]


async def test_check_of_what_is_no_notebook_says_so(ask: Ask, jp_root_dir: Path) -> None:
    """422, with the reason."""
    (jp_root_dir / "text.ipynb").write_text("not JSON")
    answer = await ask("GET", "/check", notebook="text.ipynb")
    assert answer.status == 422
    assert "text.ipynb" in answer.document["message"]


async def test_the_history_comes_in_pages(ask: Ask) -> None:
    """Newest first, with a cursor for the next page."""
    first = (await ask("GET", "/runs", limit=1)).document
    second = (await ask("GET", "/runs", limit=1, cursor=first["next"])).document
    assert [run["parameters"]["n"] for run in first["runs"] + second["runs"]] == [4, 3]
    assert second["next"] is None


async def test_the_history_is_sorted_and_filtered(ask: Ask) -> None:
    """The query's sort and filter are those of the command line."""
    answer = await ask("GET", "/runs", sort="metric:total", filter="n >= 3 and status = succeeded")
    assert [run["metrics"]["total"] for run in answer.document["runs"]] == [3, 6]


async def test_the_history_of_a_notebook_is_its_project_s(ask: Ask, jp_root_dir: Path) -> None:
    """A notebook in another project has another history."""
    (jp_root_dir / "other" / ".millstream").mkdir(parents=True)
    (jp_root_dir / "other" / "n.ipynb").write_bytes((jp_root_dir / "sums.ipynb").read_bytes())
    assert (await ask("GET", "/runs", notebook="other/n.ipynb")).document["runs"] == []
    assert len((await ask("GET", "/runs", notebook="sums.ipynb")).document["runs"]) == 2


async def test_a_run_is_shown_by_its_beginning_or_as_the_last(ask: Ask) -> None:
    """Steps, artifacts, environment and notebook."""
    found = (await ask("GET", "/runs/{run}", run="last")).document
    assert [(step["name"], step["status"]) for step in found["steps"]] == [("load", "ran"), ("total", "ran")]
    assert "data" in [artifact["name"] for artifact in found["artifacts"]]
    assert found["notebook"]["path"] == "sums.ipynb"
    assert (await ask("GET", "/runs/{run}", run=found["run"][:-2])).document["run"] == found["run"]


async def test_runs_are_compared(ask: Ask) -> None:
    """Parameters and metrics side by side, in the order that was asked for."""
    runs = [run["run"] for run in (await ask("GET", "/runs")).document["runs"]]
    found = (await ask("GET", "/compare", run=runs)).document
    assert (found["parameters"], found["metrics"]) == ({"n": [4, 3]}, {"total": [6, 3]})
    assert [each["changed"] for each in found["code"]] == [False, False]


def _mark_as_trusted(path: Path) -> None:
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["metadata"]["trusted"] = True
    path.unlink()
    path.write_text(json.dumps(notebook))


async def test_an_executed_notebook_can_be_read(ask: Ask, jp_root_dir: Path) -> None:
    """With its outputs, and without the marks that would let them run."""
    run = (await ask("GET", "/runs/{run}", run="last")).document
    _mark_as_trusted(Path(run["steps"][0]["executed_notebook"]))
    found = (await ask("GET", "/runs/{run}/steps/{step}/notebook", run=run["run"], step="load")).document
    assert "loaded" in json.dumps(found["cells"][-1]["outputs"]) + json.dumps(found)
    assert not any("trusted" in cell["metadata"] for cell in found["cells"])


async def test_a_notebook_is_promoted(ask: Ask, jp_root_dir: Path) -> None:
    """The files are written, and promoting the same again makes nothing new."""
    body = {"notebook": "sums.ipynb", "name": "sums", "note": "first"}
    made = await ask("POST", "/promotions", body=body)
    assert (made.status, made.document["version"], made.document["created"]) == (201, 1, True)
    assert made.document["path"] == "pipelines/sums"
    assert all((jp_root_dir / "pipelines" / "sums" / file).is_file() for file in made.document["files"])
    assert not (await ask("POST", "/promotions", body=body)).document["created"]


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x" * 300, "..", "a\x00b", " "])
async def test_a_pipeline_s_name_is_no_path(ask: Ask, name: str, jp_root_dir: Path) -> None:
    """Nothing is written for a name that is none."""
    answer = await ask("POST", "/promotions", body={"notebook": "sums.ipynb", "name": name})
    assert answer.status in (400, 422)
    assert not (jp_root_dir / "pipelines").exists() or not any((jp_root_dir / "pipelines").iterdir())


async def test_the_server_answers_while_a_request_waits(ask: Ask, jp_root_dir: Path) -> None:
    """A busy index holds up who asks for it, and nobody else."""
    with filelock.FileLock(jp_root_dir / ".millstream" / "runtime" / "index.lock"):
        waiting = asyncio.ensure_future(ask("GET", "/runs"))
        assert (await ask("GET", "/version")).status == 200
        assert not waiting.done()
    assert (await waiting).status == 200


async def test_check_suggests_steps_when_asked(jp_fetch, jp_root_dir):
    """A notebook without steps is shown with those that it could have."""
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for source in ("import math", "rows = [1, 2]", "total = sum(rows)", "print(total)", "mean = total / 2")
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (jp_root_dir / "plain.ipynb").write_text(json.dumps(notebook))
    response = await jp_fetch("millstream", "api", "check", params={"notebook": "plain.ipynb", "suggest": "true"})
    found = json.loads(response.body)
    assert found["ok"]
    assert found["suggestions"][0] == {"cell": 0, "tags": ["imports"]}
    response = await jp_fetch("millstream", "api", "check", params={"notebook": "plain.ipynb"})
    assert json.loads(response.body)["suggestions"] == []
