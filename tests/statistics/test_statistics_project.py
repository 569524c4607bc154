"""`millstream stats` and `millstream data` on a project with real runs, and what runs keep of the files they read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from millstream import evidence
from millstream.run.reads import keep_reads
from millstream.store import Store

CELLS = [
    ("month = 1", "parameters"),
    ("import pandas as pd\nimport numpy as np", "imports"),
    (
        ("frame = pd.read_csv('data/in.csv')\nbig = pd.DataFrame({'x': np.arange(9_000_000)})\narray = np.ones(3)\n"
        "odd = pd.DataFrame([[1, 2]], columns=['a', 'a'])\nshared = [frame]\nhandle = {'a': 1.5}"),
        "step:load",
    ),
    ("total = float(frame.x.sum() + len(big) + array.sum() + len(odd) + len(shared) + len(handle))", "step:fit", "metrics"),
]  # fmt: skip
FRAME = pd.DataFrame({"x": [1.0, 2.0, None], '<b>"who\'s"': ["<script>alert(1)</script>", "b", "b"]})

Call = Callable[..., subprocess.CompletedProcess[str]]


def call(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as users call it."""
    return subprocess.run(
        [sys.executable, "-m", "millstream", *arguments],
        cwd=cwd, env={**os.environ, "MILLSTREAM_KERNEL_IDLE": "10"}, capture_output=True, encoding="utf-8", timeout=200,
        check=False,
    )  # fmt: skip


def run(project: Path) -> str:
    done = call("run", "n.ipynb", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["run"])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that ran, and ran again on other data; `runs.json` holds the runs' ids."""
    folder = tmp_path_factory.mktemp("project")
    (folder / ".millstream").mkdir()
    (folder / "data").mkdir()
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for source, *tags in CELLS:
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata["tags"] = tags
        notebook.cells.append(cell)
    nbformat.write(notebook, folder / "n.ipynb")
    FRAME.to_csv(folder / "data" / "in.csv", index=False)
    first = run(folder)
    FRAME.assign(x=7.0).to_csv(folder / "data" / "in.csv", index=False)
    (folder / "runs.json").write_text(json.dumps([first, run(folder)]))
    return folder


@pytest.fixture
def runs(project: Path) -> list[str]:
    found: list[str] = json.loads((project / "runs.json").read_text())
    return found


def test_a_value_of_a_run_or_of_a_digest(project: Path, runs: list[str]) -> None:
    """The newest, that of a run, that of a content."""
    newest, first = evidence.stats(project, "frame"), evidence.stats(project, "frame", at=runs[0])
    assert [each["columns"][0]["mean"] for each in (newest, first)] == [7.0, 1.5]
    assert (first["run"], first["step"], first["source"]) == (runs[0], "load", "artifact")
    assert evidence.stats(project, "frame", at=first["digest"][:10])["digest"] == first["digest"]
    assert first["columns"][0]["missing"] == 1


def test_statistics_are_made_once_and_can_be_made_again(project: Path) -> None:
    """What is kept is used; damaged or deleted, it is made anew, the same."""
    found = evidence.stats(project, "odd")
    path = project / ".millstream" / "stats" / f"{found['digest']}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "rows": 99}))
    assert evidence.stats(project, "odd")["rows"] == 99
    path.write_text('{"format": 1, "ro')
    assert evidence.stats(project, "odd") == found
    path.unlink()
    assert evidence.stats(project, "odd") == found
    assert not [each for each in path.parent.iterdir() if each.name.startswith(".")]


def test_pickled_values_are_looked_into_where_their_classes_are(project: Path) -> None:
    """A frame too large for Parquet, one with a name twice, an array, a mapping."""
    big = evidence.stats(project, "big")
    assert (big["rows"], big["columns"][0]["max"], big["columns"][0]["key"]) == (9_000_000, 8_999_999, True)
    assert [each["name"] for each in evidence.stats(project, "odd")["columns"]] == ["a", "a"]
    assert evidence.stats(project, "array")["shape"] == [3]
    assert evidence.stats(project, "handle")["entries"][0]["value"] == 1.5
    assert evidence.stats(project, "shared")["length"] == 1
    assert list((project / ".millstream" / "tmp").glob("stats-*")) == []


def test_a_file_now_and_as_a_run_read_it(project: Path, runs: list[str]) -> None:
    """By its path from the current folder; the content that was overwritten is in the store."""
    now = json.loads(call("stats", "in.csv", "--json", cwd=project / "data").stdout)
    then = json.loads(call("stats", f"data/in.csv@{runs[0]}", "--json", cwd=project).stdout)
    assert [each["columns"][0]["mean"] for each in (now, then)] == [7.0, 1.5]
    assert (then["name"], then["run"]) == ("data/in.csv", runs[0])


def test_text_for_people(project: Path) -> None:
    """A line a column with its histogram or frequent values, and what stands out."""
    done = call("stats", "frame", cwd=project)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^frame: pandas.DataFrame, 3 rows, 2 columns, .*, step load, digest [0-9a-f]{12}$", done.stdout, re.MULTILINE
    )
    assert re.search(r"^x +float64 +0 +1 +7 +7 +7 +█$", done.stdout, re.MULTILINE)
    assert "b 2, <script>alert(1)" in done.stdout
    assert "constant: x" in done.stdout


class Page(HTMLParser):
    """The elements of a page and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", ["frame", "array", "handle"])
def test_a_page_runs_and_loads_nothing(project: Path, tmp_path: Path, name: str) -> None:
    """Names and values of strangers are text; no script, no link, nothing from elsewhere; dark where the reader is."""
    done = call("stats", name, "--html", str(tmp_path / "page.html"), cwd=project)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "b"} & set(page.tags)
    assert not {each for each in page.attributes if each.startswith("on") or each in ("src", "href")}
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    if name == "frame":
        assert "<script>alert(1)</script>" in page.text
        assert '<b>"who\'s"' in page.text


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("nothing", 2, "There is no value and no data file 'nothing'."),
        ("frame@nothing", 2, "After @ stands a run"),
        ("frame@abcdef", 2, "no value and no data file 'frame' in 'abcdef'"),
        ("n.ipynb", 2, "n.ipynb is no table that can be read"),
        ("data/bad.parquet", 2, "data/bad.parquet cannot be read as Parquet"),
    ],
)
def test_what_has_no_statistics_says_so(project: Path, name: str, code: int, said: str) -> None:
    """What, and what to do."""
    (project / "data" / "bad.parquet").write_bytes(b"no Parquet")
    done = call("stats", name, cwd=project)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "hint:" in done.stderr


def test_a_project_without_a_store_gets_none(tmp_path: Path) -> None:
    """Looking at a file leaves nothing behind."""
    FRAME.to_feather(tmp_path / "f.feather")
    FRAME.to_csv(tmp_path / "a@b.csv", index=False)
    (tmp_path / ".git").mkdir()
    assert json.loads(call("stats", "f.feather", "--json", cwd=tmp_path).stdout)["rows"] == 3
    assert json.loads(call("stats", "a@b.csv", "--json", cwd=tmp_path).stdout)["rows"] == 3
    assert call("data", cwd=tmp_path).stdout == "no run has read a file yet\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == [".git", "a@b.csv", "f.feather"]


def test_datasets_have_versions(project: Path, runs: list[str]) -> None:
    """Each content with its size, rows, columns and the runs that read it."""
    (dataset,) = evidence.data(project)["datasets"]
    assert (dataset["name"], dataset["paths"]) == ("data/in.csv", ["data/in.csv"])
    assert [(each["first_run"], each["rows"], each["kept"]) for each in dataset["versions"]] == [
        (runs[1], 3, True),
        (runs[0], 3, True),
    ]
    assert dataset["versions"][0]["bytes"] == (project / "data" / "in.csv").stat().st_size
    assert [each["name"] for each in dataset["versions"][0]["columns"]] == list(FRAME.columns)
    shown = call("data", cwd=project).stdout
    assert re.search(rf"^data/in.csv +[0-9a-f]{{12}} +\d+ B +3 +2 +yes +1 +{runs[1]} +{runs[1]}$", shown, re.MULTILINE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    return Store.open(tmp_path)


def record(store: Store, run: str, reads: list[dict[str, Any]]) -> None:
    """A run of one step that read files."""
    start = {
        "run": run,
        "pipeline": "p",
        "parameters": {},
        "steps": ["s"],
        "edges": [],
        "started": f"2026-01-0{run[-1]}T00:00:00",
    }
    store.append("run-started", start)
    store.append("step-ended", {"run": run, "step": "s", "status": "ran", "seconds": 1, "reads": reads})
    store.append("run-ended", {"run": run, "status": "succeeded", "seconds": 1})


def read(path: str, digest: str, size: int = 5) -> dict[str, Any]:
    return {"path": path, "digest": digest * 64, "bytes": size, "kept": False}


def test_a_moved_file_is_the_same_dataset(store: Store) -> None:
    """Its versions go on under the new path."""
    record(store, "r1", [read("old.csv", "a")])
    record(store, "r2", [read("new.csv", "a")])
    record(store, "r3", [read("new.csv", "b")])
    (dataset,) = evidence.data(store.project)["datasets"]
    assert (dataset["name"], dataset["paths"]) == ("new.csv", ["new.csv", "old.csv"])
    assert [(each["digest"][0], each["paths"], each["runs"]) for each in dataset["versions"]] == [
        ("b", ["new.csv"], 1),
        ("a", ["new.csv", "old.csv"], 2),
    ]
    assert (dataset["versions"][1]["first_run"], dataset["versions"][1]["last_run"]) == ("r1", "r2")


def test_copies_and_empty_files_are_datasets_of_their_own(store: Store) -> None:
    """Two paths that one run reads are two files, and nothing in a file tells nothing about it."""
    record(store, "r1", [read("a.csv", "a"), read("b.csv", "a"), read("empty.csv", "e", 0)])
    record(store, "r2", [read("none.csv", "e", 0), read("m.py", "f")])
    assert sorted(each["name"] for each in evidence.data(store.project)["datasets"]) == [
        "a.csv",
        "b.csv",
        "empty.csv",
        "none.csv",
    ]
    assert "m.py" in [each["name"] for each in evidence.data(store.project, everything=True)["datasets"]]


def test_what_is_kept_of_files_that_are_read(store: Store) -> None:
    """Up to the limit, what still is what was read, and nothing that is hidden; a copy of its own, not a link."""
    digests = {}
    for name, content in {"a.csv": b"1", "large.csv": b"12345", ".env": b"secret", "changed.csv": b"2"}.items():
        (store.project / name).write_bytes(content)
        digests[name] = store.objects.put_file(store.project / name)
        store.object_path(digests[name]).unlink()
    (store.project / "changed.csv").write_bytes(b"3")
    kept = {each["path"]: each for each in keep_reads(store, {**digests, "gone.csv": None}, 4)}
    assert [each["path"] for each in kept.values() if each["kept"]] == ["a.csv"]
    assert (kept["large.csv"]["bytes"], kept["gone.csv"]["digest"]) == (5, None)
    (store.project / "a.csv").write_bytes(b"another")
    assert store.get_bytes(digests["a.csv"], verify=True) == b"1"
