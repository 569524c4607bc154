"""Objects: kept once, named by what they are, never half there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from millstream.errors import StoreError
from millstream.store import Store

PUT = """
import sys
from collections.abc import Callable
from pathlib import Path
from millstream.store import Store
store = Store.open(Path(sys.argv[1]))
for number in range(40):
    store.put_bytes(bytes([number]) * 5000)
"""


def test_a_content_comes_back_under_its_sha256(store: Store) -> None:
    """The name of a content is its SHA-256."""
    digest = store.put_bytes(b"content")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert store.has(digest)
    assert store.get_bytes(digest, verify=True) == b"content"


def test_the_same_content_is_kept_once_and_not_rewritten(store: Store) -> None:
    """Putting a content again leaves the file that is there."""
    digest = store.put_bytes(b"content")
    before = store.object_path(digest).stat().st_ino
    store.put_bytes(b"content")
    assert store.object_path(digest).stat().st_ino == before
    assert list((store.root / "objects" / "tmp").iterdir()) == []


def test_a_kept_content_is_read_only(store: Store) -> None:
    """Nobody edits a content in place by accident."""
    assert store.object_path(store.put_bytes(b"content")).stat().st_mode & 0o777 == 0o444


def test_a_file_is_copied_or_moved(store: Store, tmp_path: Path) -> None:
    """A copied file stays; a moved one does not, whether its digest is known or not."""
    path, digest = tmp_path / "file", hashlib.sha256(b"one").hexdigest()
    path.write_bytes(b"one")
    assert store.put_file(path) == digest
    assert path.read_bytes() == b"one"
    path.write_bytes(b"two")
    two = hashlib.sha256(b"two").hexdigest()
    assert store.put_file(path, digest=two, move=True) == two
    path.write_bytes(b"three")
    three = store.put_file(path, move=True)
    assert not path.exists()
    assert [store.get_bytes(each, verify=True) for each in (digest, two, three)] == [b"one", b"two", b"three"]


def test_a_file_that_changed_meanwhile_is_refused(store: Store, tmp_path: Path) -> None:
    """What is kept under a digest is what has it."""
    path = tmp_path / "data.csv"
    path.write_bytes(b"later")
    with pytest.raises(StoreError, match="changed while it was stored"):
        store.put_file(path, digest=hashlib.sha256(b"earlier").hexdigest())


def test_a_missing_file_is_named(store: Store, tmp_path: Path) -> None:
    """The error of a file that is not there names it."""
    with pytest.raises(StoreError, match=r"gone\.csv"):
        store.put_file(tmp_path / "gone.csv")


def test_a_missing_content_is_named(store: Store) -> None:
    """The error says which content, in which store."""
    with pytest.raises(StoreError, match="0000") as caught:
        store.get_bytes("0" * 64)
    assert caught.value.fields["digest"] == "0" * 64


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "abc", "A" * 64, "0" * 63 + "/"])
def test_what_is_not_a_digest_leads_nowhere(store: Store, name: str) -> None:
    """No path can be made of a digest that is none."""
    with pytest.raises(StoreError, match="is not a digest"):
        store.get_bytes(name)


def test_a_damaged_content_is_noticed_when_asked(store: Store) -> None:
    """``verify`` compares the content with its name."""
    digest = store.put_bytes(b"content")
    path = store.object_path(digest)
    path.chmod(0o644)
    path.write_bytes(b"cOntent")
    with pytest.raises(StoreError, match="is damaged"):
        store.get_bytes(digest, verify=True)


def test_a_truncated_content_is_replaced_when_it_is_put_again(store: Store) -> None:
    """Half a content, left by a power cut, does not stay for ever."""
    digest = store.put_bytes(b"content")
    path = store.object_path(digest)
    path.chmod(0o644)
    path.write_bytes(b"con")
    store.put_bytes(b"content")
    assert store.get_bytes(digest, verify=True) == b"content"


def test_processes_that_put_the_same_contents_at_once_agree(store: Store) -> None:
    """One copy of each remains, whole."""
    writers = [subprocess.Popen([sys.executable, "-c", PUT, str(store.project)]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert store.check() == []
    assert sum(path.is_file() for path in (store.root / "objects").rglob("*")) == 40


def test_an_executed_notebook_is_shown_at_no_cost(store: Store) -> None:
    """The notebook in the run's folder is the object itself, and showing it twice does no harm."""
    digest = store.put_bytes(b"{}")
    for _ in range(2):
        path = store.show_notebook("20261124-181503-k3f9q2", 1, "load", digest)
    assert path == store.root / "runs" / "20261124-181503-k3f9q2" / "01_load.ipynb"
    assert os.path.samefile(path, store.object_path(digest))
    assert [each.name for each in path.parent.iterdir()] == ["01_load.ipynb"]


@pytest.mark.parametrize("run", ["..", "../x", "", "a/b", ".hidden", "x" * 200])
def test_a_run_s_folder_never_leaves_the_store(store: Store, run: str) -> None:
    """A run's id is no path."""
    with pytest.raises(StoreError, match="is not the id of a run"):
        store.run_folder(run)


def test_a_full_disk_leaves_no_half_content(tiny_disk: Path) -> None:
    """A content that does not fit is absent, what it left aside is removed, and the error says that the disk is full."""
    store = Store.open(tiny_disk)
    digest = store.put_bytes(b"fits")
    with pytest.raises(StoreError, match="No space left"):
        store.put_bytes(os.urandom(400_000))
    assert store.check() == []
    assert store.get_bytes(digest) == b"fits"


def test_check_finds_every_damage(store: Store, record_run: Callable[..., str]) -> None:
    """A flipped bit in an object, a missing object, a broken record and a leftover are each named, with what to do."""
    record_run(store, "r1")
    assert store.check() == []
    flipped = store.object_path(store.put_bytes(b"flipped"))
    flipped.chmod(0o644)
    flipped.write_bytes(b"Flipped")
    store.object_path(hashlib.sha256(b"rows").hexdigest()).unlink()
    broken = store.log.path(store.append("note-added", {"text": "x"}) + ".note-added")
    broken.write_text("{")
    (broken.parent / ".half.tmp").touch()
    problems = store.check()
    assert {problem["kind"] for problem in problems} == {"object", "missing", "record", "leftover"}
    assert {str(flipped), str(broken)} < {problem["path"] for problem in problems}
    assert all(problem["hint"] for problem in problems)
