"""Where a store is, and what is said when it cannot be there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from millstream.errors import StoreError
from millstream.store import Store, find_root, queries


def test_the_nearest_folder_with_a_store_is_the_project(tmp_path: Path) -> None:
    """A notebook deep in a project finds the project's store, as git finds its own."""
    (tmp_path / "project" / ".millstream").mkdir(parents=True)
    notebook = tmp_path / "project" / "a" / "b" / "n.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.touch()
    assert find_root(notebook) == tmp_path / "project"


def test_a_store_wins_over_a_nearer_repository(tmp_path: Path) -> None:
    """A repository inside a project that has a store belongs to that project."""
    (tmp_path / ".millstream").mkdir()
    (tmp_path / "inner" / ".git").mkdir(parents=True)
    assert find_root(tmp_path / "inner") == tmp_path


def test_a_repository_is_a_project(tmp_path: Path) -> None:
    """Without a store the top of the repository is the project; a worktree's .git is a file."""
    (tmp_path / ".git").touch()
    (tmp_path / "notebooks").mkdir()
    assert find_root(tmp_path / "notebooks") == tmp_path


def test_the_working_directory_is_the_project_of_what_is_inside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside every repository, a notebook under the working directory keeps its store there."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    assert find_root(tmp_path / "a" / "b" / "n.ipynb") == tmp_path / "a"


def test_elsewhere_the_notebook_s_own_folder_is_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook outside of the working directory does not leave its store in the latter."""
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert find_root(tmp_path / "there" / "n.ipynb") == tmp_path / "there"


def test_the_home_variable_names_the_store_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MILLSTREAM_HOME is used as the store's folder; the project stays where it is."""
    monkeypatch.setenv("MILLSTREAM_HOME", str(tmp_path / "home"))
    store = Store.open(tmp_path / "project")
    assert (store.root, store.project) == (tmp_path / "home", tmp_path / "project")
    assert (tmp_path / "home" / "records").is_dir()


def test_git_leaves_the_store_alone(store: Store) -> None:
    """The store ignores itself, so that nobody commits it by accident."""
    assert (store.root / ".gitignore").read_text() == "*\n"


def test_looking_creates_nothing(tmp_path: Path) -> None:
    """A store that is not there is an empty one to who only reads."""
    store = Store.open(tmp_path, create=False)
    assert list(store.records()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_newer_format_is_refused(store: Store) -> None:
    """What a newer Millstream wrote is not touched; the message says to upgrade."""
    (store.root / "format").write_text("2\n")
    with pytest.raises(StoreError, match="format '2'") as caught:
        Store.open(store.project)
    assert caught.value.hint is not None
    assert "Upgrade" in caught.value.hint


@pytest.mark.parametrize("lost", ["format", "objects/tmp", "records", "tmp", "runtime", "runs"])
def test_a_store_that_lost_its_empty_folders_works(store: Store, lost: str) -> None:
    """Copying and cleaning tools drop empty folders, and a crash may cut the format file off."""
    path = store.root / lost
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_bytes(b"")
    again = Store.open(store.project)
    again.append("run-started", {"run": "r1", "pipeline": "p", "parameters": {}, "steps": []})
    again.show_notebook("r1", 1, "load", again.put_bytes(b"{}"))
    assert queries.find_run(again, "last") == "r1"
    assert (store.root / "format").read_text() == "1\n"


def test_a_file_in_the_place_of_the_store_is_named(tmp_path: Path) -> None:
    """Where a folder cannot be, the error names the path and the way out."""
    (tmp_path / ".millstream").write_text("not a folder")
    with pytest.raises(StoreError, match=r"\.millstream") as caught:
        Store.open(tmp_path)
    assert caught.value.hint is not None
    assert "MILLSTREAM_HOME" in caught.value.hint


def test_importing_the_store_is_cheap() -> None:
    """Neither the database nor the lock is loaded before they are needed: every command imports the store."""
    code = "import sys, millstream.store; print(sorted({'duckdb', 'filelock', 'psutil'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
