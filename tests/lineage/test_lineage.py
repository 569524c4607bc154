"""Lineage of real runs: up and down, over runs and pipelines, and what the records do not know."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from notebooks import write

from millstream import service
from millstream.cli import main
from millstream.errors import NotFoundError, UsageError
from millstream.lineage import lineage, mermaid
from millstream.lineage.flowcharts import escaped
from millstream.lineage.history import Run
from millstream.store import Store, digest_of

MAKE = [
    ("parameters", "k = 2"),
    ("imports", "import json"),
    ("step:load", "rows = [int(line) for line in open('in.txt')]\nn = len(rows)"),
    (
        "step:fit",
        "total = sum(rows) * k\nwith open('out.json', 'w') as file:\n    json.dump([total, 'and some more text'], file)",
    ),
    ("step:score metrics", "score = total / n"),
]
USE = [
    ("imports", "import json"),
    ("step:take", "with open('out.json') as file:\n    taken = json.load(file)[0]\n!touch made.txt"),
    ("step:end metrics", "double = taken * 2"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pipelines, the second reading what the first wrote; the first run once more with other data."""
    folder = tmp_path_factory.mktemp("lineage")
    (folder / ".millstream").mkdir()
    write(folder / "make.ipynb", *MAKE)
    write(folder / "use.ipynb", *USE)
    (folder / "in.txt").write_text("1\n2\n")
    for name in ("make", "use"):
        assert service.run(folder / f"{name}.ipynb")["status"] == "succeeded"
    (folder / "in.txt").write_text("5\n6\n7\n")
    assert service.run(folder / "make.ipynb")["status"] == "succeeded"
    return folder


def names(found: dict[str, Any]) -> set[str]:
    return {f"{node['kind']}:{node['name']}" for node in found["nodes"]}


def edges(found: dict[str, Any]) -> set[tuple[str, str]]:
    known = {node["id"]: node["name"] for node in found["nodes"]}
    return {(known[edge["source"]], known[edge["target"]]) for edge in found["edges"]}


def runs(project: Path) -> list[str]:
    return [each["run"] for each in service.runs(project, sort="started")["runs"]]


def test_up_from_a_metric_over_two_pipelines(project: Path) -> None:
    """From the metric through the file that another pipeline wrote, to the data it was made from: the older one."""
    found = lineage(project, "double", direction="up", folder=project)
    assert names(found) == {
        "metric:double", "step:end", "artifact:taken", "step:take", "file:out.json", "step:fit", "artifact:rows",
        "step:load", "file:in.txt",
    }  # fmt: skip
    assert {("in.txt", "load"), ("fit", "out.json"), ("out.json", "take"), ("end", "double")} <= edges(found)
    first, second, _ = runs(project)
    by_name = {node["name"]: node for node in found["nodes"]}
    assert (by_name["fit"]["run"], by_name["end"]["run"]) == (first, second)
    assert by_name["in.txt"]["bytes"] == 4
    assert by_name["double"]["value"] == 12


def test_down_from_a_file_as_it_was(project: Path) -> None:
    """The content that lies there now leads to the last run; that of an earlier run to both pipelines."""
    now = lineage(project, "in.txt", direction="down", folder=project)
    assert "metric:double" not in names(now)
    assert "metric:score" in names(now)
    then = lineage(project, f"in.txt@{runs(project)[0]}", direction="down", folder=project)
    assert {"metric:double", "metric:score", "file:out.json"} <= names(then)


def test_a_value_of_a_run(project: Path) -> None:
    """NAME is the newest, NAME@RUN another; the two have different digests."""
    newest, older = lineage(project, "total"), lineage(project, f"total@{runs(project)[0]}")
    assert newest["focus"] != older["focus"]
    assert {"metric:score", "file:in.txt"} <= names(older)


def test_a_step_and_a_run(project: Path) -> None:
    """A step by its name; a run holds all of its steps."""
    assert names(lineage(project, "step:fit", direction="up")) == {
        "step:fit", "artifact:rows", "step:load", "file:in.txt"
    }  # fmt: skip
    found = lineage(project, runs(project)[1])
    assert {"run:" + runs(project)[1], "step:take", "step:end", "file:in.txt"} <= names(found)


def test_what_is_not_known_is_said(project: Path) -> None:
    """A step that ran a shell command has a note; so has one that an older version recorded."""
    found = lineage(project, "double", direction="up")
    [take] = [node for node in found["nodes"] if node["name"] == "take"]
    assert any("other programs" in note for note in take["notes"])
    [records] = [[r for r in Store.open(project).records() if r.get("run") == run] for run in runs(project)[:1]]
    for record in records:
        record.pop("inputs", None)
    assert Run("old", records).inputs("fit") == (Run("old", records).inputs("fit")[0], False)
    assert set(Run("old", records).inputs("score")[0]) == {"n", "total"}


def test_a_file_that_changed_since(project: Path, tmp_path: Path) -> None:
    """A file with content that no run saw: the newest known is shown, and that is said."""
    before = (project / "in.txt").read_text()
    (project / "in.txt").write_text("999\n")
    try:
        found = lineage(project, "in.txt", folder=project)
    finally:
        (project / "in.txt").write_text(before)
    assert "other content" in found["notes"][0]


def test_a_pipeline_that_goes_on_from_its_last_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deeper than anyone reads: the tree is cut, and the JSON holds it all. The records are an older version's."""
    (tmp_path / ".millstream").mkdir()
    store = Store.open(tmp_path)
    digests = [digest_of(str(number).encode()) for number in range(31)]
    for number, (before, after) in enumerate(pairwise(digests)):
        run = f"20260101-{number:06d}-aaaaaa"
        file = {"path": "state.csv", "bytes": 100}
        store.append("run-started", {"run": run, "pipeline": "p", "steps": ["go"], "edges": [], "parameters": {},
                                     "started": f"2026-01-01T00:{number:02d}:00+00:00"})  # fmt: skip
        store.append("step-ended", {"run": run, "step": "go", "status": "ran", "outputs": {}, "metrics": {"m": number},
                                    "reads": [{**file, "digest": before}], "writes": [{**file, "digest": after}]})  # fmt: skip
        store.append("run-ended", {"run": run, "status": "succeeded", "metrics": {"m": number}, "seconds": 1.0})
    found = lineage(tmp_path, "m", direction="up")
    assert len(found["nodes"]) == 1 + 30 + 30
    assert "older version" in found["nodes"][1]["notes"][0]
    monkeypatch.chdir(tmp_path)
    assert main(["lineage", "m", "--up"]) == 0
    out = capsys.readouterr().out
    assert "goes on: see --json" in out
    assert out.count("file state.csv") in (20, 21)


def test_names_that_nothing_has(project: Path, tmp_path: Path) -> None:
    """An unknown name, an unknown run, and a project without a store."""
    for name in ("nothing", "total@nothing", "metric:total", ""):
        with pytest.raises(NotFoundError):
            lineage(project, name)
    with pytest.raises(UsageError):
        lineage(project, runs(project)[0][:4])
    with pytest.raises(NotFoundError):
        lineage(tmp_path, "last")


def test_mermaid_holds_no_more_than_it_should(project: Path) -> None:
    """Every node and edge is there, and a name cannot end its label."""
    found = lineage(project, "double", direction="up")
    text = mermaid(found)
    assert text.startswith("flowchart LR\n")
    assert text.count(" --> ") == len(found["edges"])
    nasty = 'x"]; click n0 "javascript:alert(1)"\n%% <b>`end`#'
    assert re.fullmatch(r"[\w .,/=+-]*(?:#\d+;[\w .,/=+-]*)*…?(?:#8230;)?", escaped(nasty))
    assert escaped("Größe_2.csv") == "Größe_2.csv"
    found["nodes"][0]["name"] = nasty
    assert len(mermaid(found).splitlines()) == len(text.splitlines())


def test_the_command(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Trees that say where things come from, one JSON document, Mermaid, and wrong calls."""
    monkeypatch.chdir(project)
    assert main(["lineage", "double", "--up"]) == 0
    out = capsys.readouterr().out
    assert out.index("metric double = 12") < out.index("file out.json") < out.index("file in.txt")
    assert "? it ran other programs" in out
    assert main(["lineage", "in.txt", "--down", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["direction"] == "down"
    assert main(["lineage", "last"]) == 0
    out = capsys.readouterr().out
    assert "→ metric score = " in out
    assert main(["lineage", "last", "--mermaid"]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR")
    assert main(["lineage", "last", "--mermaid", "--json"]) == 2
    assert main(["lineage", "nothing"]) == 2
