"""The index: made from the records, and the same whatever happened to it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from millstream.errors import StoreError
from millstream.store import Store, process_identity, queries
from millstream.store.index import query
from millstream.store.schema import OF_A_RUN

RecordRun = Callable[..., str]

WRITE_RUNS = """
import sys
from pathlib import Path
from millstream.store import Store
store = Store.open(Path(sys.argv[1]))
for number in range(15):
    run = f"{sys.argv[2]}-{number}"
    store.append("run-started", {"run": run, "pipeline": "p", "parameters": {"n": number}, "steps": []})
    store.append("run-ended", {"run": run, "status": "succeeded", "seconds": 1, "metrics": {"m": number}})
"""
READ_RUNS = """
import sys
from pathlib import Path
from millstream.store import Store, queries
store = Store.open(Path(sys.argv[1]))
seen = 0
for _ in range(25):
    found = len(queries.runs(store, limit=1000)["runs"])
    assert found >= seen, (found, seen)
    seen = found
"""


def _names(store: Store) -> list[str]:
    return [run["run"] for run in queries.runs(store)["runs"]]


def _content(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, in an order of its own."""
    tables = [*OF_A_RUN, "records", "versions", "environments"]

    def rows(connection: Any) -> dict[str, list[Any]]:
        return {table: sorted(map(repr, connection.execute(f"from {table}").fetchall())) for table in tables}

    return query(store, rows)


def test_a_run_is_in_the_history_as_soon_as_it_is_recorded(store: Store, record_run: RecordRun) -> None:
    """Asking brings the index up to date: nothing has to be told to it."""
    assert _names(store) == []
    record_run(store, "r1")
    assert _names(store) == ["r1"]
    record_run(store, "r2")
    assert _names(store) == ["r2", "r1"]


@pytest.mark.parametrize("damage", ["missing", "empty", "garbage", "header", "half", "schema", "folder of another"])
def test_a_lost_or_damaged_index_is_made_anew(store: Store, record_run: RecordRun, damage: str) -> None:
    """Whatever happens to the index, the history is what the records say."""
    record_run(store, "r1")
    before = _content(store)
    path = store.root / "index.duckdb"
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "schema":
        query(store, lambda connection: connection.execute("update meta set schema = 999"))
    elif damage == "folder of another":
        query(store, lambda connection: connection.execute("drop table runs"))
    else:
        content = {"empty": b"", "garbage": os.urandom(100_000), "header": b"x" * 12_288 + whole[12_288:]}
        path.write_bytes(content.get(damage, whole[: len(whole) // 2]))
    assert _content(store) == before


def test_a_flipped_byte_in_the_index_never_shows(store: Store, record_run: RecordRun) -> None:
    """Flipped anywhere, a byte leads to the same answer or to a new index, not to a wrong answer or an error."""
    for number in range(5):
        record_run(store, f"r{number}")
    before = _content(store)
    store.rebuild()
    path = store.root / "index.duckdb"
    whole = path.read_bytes()
    dice = random.Random(7)
    for _ in range(15):
        place = dice.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        (store.root / "index.duckdb.wal").unlink(missing_ok=True)
        assert _content(store) == before, place


def test_an_index_kept_up_to_date_equals_one_made_anew(store: Store, record_run: RecordRun) -> None:
    """Record by record or all at once: the rows are the same."""
    for number in range(3):
        record_run(store, f"r{number}", metrics={"auc": number / 10, "note": "text", "nan": float("nan")})
        _names(store)
    store.append("note-added", {"run": "r1", "text": "odd"})
    store.append("version-promoted", {"pipeline": "flights", "version": 1, "digest": "d", "path": "pipelines/flights"})
    bit_by_bit = _content(store)
    assert store.rebuild() == 14
    assert _content(store) == bit_by_bit


def test_records_may_arrive_in_any_order(tmp_path: Path, store: Store, record_run: RecordRun) -> None:
    """Two stores merge by copying files: the end of a run may come before its beginning."""
    for number in range(2):
        record_run(store, f"r{number}", parameters={"month": number})
    store.append("note-added", {"run": "r0", "text": "first"})
    store.append("note-added", {"run": "r0", "text": "second"})
    expected = _content(store)
    paths = sorted(store.log.folder.rglob("*.json"))
    for seed in range(3):
        other = Store.open(tmp_path / f"other{seed}")
        shuffled = random.Random(seed).sample(paths, len(paths))
        for path in shuffled:
            target = other.log.path(path.stem)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
            _names(other)
        assert _content(other) == expected


def test_a_deleted_run_is_gone_from_every_table(store: Store, record_run: RecordRun) -> None:
    """The record that a run was deleted takes its rows away, in whatever order the records came."""
    record_run(store, "r1")
    record_run(store, "r2")
    _names(store)
    store.append("run-deleted", {"run": "r1"})
    assert _names(store) == ["r2"]
    store.rebuild()
    assert not any("'r1'" in row for table in OF_A_RUN for row in _content(store)[table])


def test_writers_and_readers_at_once_lose_nothing_and_fail_never(store: Store) -> None:
    """Several runs record while two readers ask: no error, and no reader sees the history shrink."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE_RUNS, str(store.project), f"w{number}"]) for number in range(3)
    ]
    readers = [subprocess.Popen([sys.executable, "-c", READ_RUNS, str(store.project)]) for _ in range(2)]
    assert [process.wait() for process in (*writers, *readers)] == [0] * 5
    assert len(queries.runs(store, limit=1000)["runs"]) == 45
    assert store.damaged == []


def test_a_reader_killed_while_it_indexes_does_no_harm(store: Store, record_run: RecordRun) -> None:
    """The next reader finds every run, whether the killed one had finished or not."""
    for number in range(4):
        for each in range(5):
            record_run(store, f"r{number}{each}")
        with subprocess.Popen([sys.executable, "-c", READ_RUNS, str(store.project)]) as reader:
            try:
                reader.wait(0.3 + 0.1 * number)
            except subprocess.TimeoutExpired:
                reader.kill()
        assert len(_names(store)) == min(20, 5 * (number + 1))


def test_damaged_records_are_left_out_of_the_history_and_named(store: Store, record_run: RecordRun) -> None:
    """One broken record costs what it says and nothing else."""
    record_run(store, "r1")
    record_run(store, "r2")
    last = max(store.log.folder.rglob("*.json"))
    last.write_bytes(last.read_bytes()[:-20])
    assert [(run["run"], run["status"]) for run in queries.runs(store)["runs"]] == [
        ("r2", "running"),
        ("r1", "succeeded"),
    ]
    assert query(store, lambda connection: connection.execute("select path from damaged").fetchall()) == [(str(last),)]


def test_a_run_whose_process_died_has_failed(store: Store, record_run: RecordRun) -> None:
    """A process killed with -9 leaves no last word: the history says so instead of showing a run that runs for ever."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        record_run(store, "r1", status=None, process=process_identity(child.pid))
        assert queries.runs(store)["runs"][0]["status"] == "running"
        child.kill()
        child.wait()
    assert queries.runs(store)["runs"][0]["status"] == "failed"
    assert "killed" in queries.show(store, "r1")["error"]["message"]


def test_a_run_of_another_machine_keeps_running(store: Store, record_run: RecordRun) -> None:
    """Of a process elsewhere nothing can be known from here."""
    record_run(store, "r1", status=None, process={**process_identity(), "host": "elsewhere", "pid": 1})
    assert queries.runs(store)["runs"][0]["status"] == "running"


def test_a_process_that_took_over_the_number_is_not_the_one_that_ran(store: Store, record_run: RecordRun) -> None:
    """Process numbers come round again; the time of starting tells them apart."""
    record_run(store, "r1", status=None, process={**process_identity(), "started": 1})
    assert queries.runs(store)["runs"][0]["status"] == "failed"


def test_a_read_only_store_still_answers(
    tiny_disk: Path, record_run: RecordRun, make_read_only: Callable[[Path], None]
) -> None:
    """The history of a store that cannot be written is made in memory."""
    store = Store.open(tiny_disk)
    record_run(store, "r1")
    make_read_only(tiny_disk)
    assert _names(Store.open(tiny_disk)) == ["r1"]
    with pytest.raises(StoreError, match=str(tiny_disk)):
        store.rebuild()


def _fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass


def test_a_full_disk_still_answers(tiny_disk: Path, record_run: RecordRun) -> None:
    """An index that does not fit on the disk is made in memory."""
    store = Store.open(tiny_disk)
    record_run(store, "r1")
    _fill(tiny_disk)
    assert _names(store) == ["r1"]


def test_no_store_is_an_empty_history(tmp_path: Path) -> None:
    """Asking before the first run creates nothing and finds nothing."""
    assert _names(Store.open(tmp_path, create=False)) == []
    assert list(tmp_path.iterdir()) == []
