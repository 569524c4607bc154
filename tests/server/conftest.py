"""A real Jupyter server with the extension, on a folder with real notebooks and a real history."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jsonschema import Draft202012Validator
from pytest_jupyter.jupyter_server import *  # noqa: F403 - its fixtures, for this folder alone

from millstream import service
from millstream.server.openapi import document

CELLS = [
    ("n = 3", "parameters"),
    ("import time", "imports"),
    ("data = list(range(n))\nprint('loaded')", "step:load"),
    ("total = sum(data)", "step:total", "metrics"),
]
OPENAPI = document()


@pytest.fixture
def write_notebook() -> Callable[[Path, list[tuple[str, ...]]], Path]:
    """Writes a notebook of code cells, each given by its source and tags."""
    return _write_notebook


def _write_notebook(path: Path, cells: list[tuple[str, ...]]) -> Path:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for source, *tags in cells:
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata["tags"] = tags
        notebook.cells.append(cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="session", autouse=True)
def _no_idle_kernels() -> Iterator[None]:
    """The fork servers that these tests start end soon after them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MILLSTREAM_KERNEL_IDLE", "10")
        yield


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that ran twice."""
    folder = tmp_path_factory.mktemp("project")
    (folder / ".millstream").mkdir()
    notebook = _write_notebook(folder / "sums.ipynb", CELLS)
    for n in (3, 4):
        assert service.run(notebook, parameters={"n": n})["status"] == "succeeded"
    return folder


@pytest.fixture
def jp_root_dir(project: Path, tmp_path: Path) -> Path:
    """What the server shows: a copy of the project, so that each test has its own."""
    shutil.copytree(project, tmp_path / "shown")
    (tmp_path / "secret.ipynb").write_bytes((project / "sums.ipynb").read_bytes())
    return tmp_path / "shown"


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"millstream": True}}}


@dataclass(frozen=True)
class Answer:
    """The status and the document of an answer that was held to the OpenAPI document."""

    status: int
    document: Any


Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def ask(jp_fetch: Any) -> Ask:
    """Sends a request; the answer must be one that the OpenAPI document has, errors included."""

    async def send(method: str, template: str, *, body: Any = None, **given: Any) -> Answer:
        names = {name: str(given.pop(name)) for name in list(given) if f"{{{name}}}" in template}
        parts = [names.get(part.strip("{}"), part) for part in f"millstream/api{template}".split("/")]
        sent: dict[str, Any] = {"method": method, "params": _pairs(given)}
        if body is not None or method == "POST":
            sent["body"] = body if isinstance(body, str | bytes) else json.dumps(body)
        response = await jp_fetch(*parts, raise_error=False, **sent)
        answer = Answer(response.code, json.loads(response.body) if response.body else None)
        _hold(method, template, answer, response.headers.get("Content-Type"))
        return answer

    return send


def _pairs(given: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, str(each)) for name, value in given.items() for each in (value if isinstance(value, list) else [value])
    ]


def _hold(method: str, template: str, answer: Answer, content_type: str | None) -> None:
    """Fails unless the answer is one that the OpenAPI document promises."""
    described = OPENAPI["paths"][f"/millstream/api{template}"][method.lower()]["responses"]
    assert str(answer.status) in described, (answer, sorted(described))
    content = described[str(answer.status)].get("content")
    if content is None:
        assert answer.document is None
        return
    assert content_type == "application/json"
    schema = {**content["application/json"]["schema"], "components": OPENAPI["components"]}
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(answer.document)
    ]
    assert errors == []
