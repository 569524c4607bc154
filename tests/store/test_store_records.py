"""Records: once reported as written they are there, whole, whatever happens around them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from millstream.errors import StoreError
from millstream.store import Store
from millstream.store.ids import new_id

APPEND_FOREVER = """
import itertools, sys
from pathlib import Path
from millstream.store import Store
store = Store.open(Path(sys.argv[1]))
for number in itertools.count():
    print(store.append("note-added", {"run": sys.argv[2], "text": str(number)}), flush=True)
"""
APPEND_SOME = """
import sys
from pathlib import Path
from millstream.store import Store
store = Store.open(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    print(store.append("note-added", {"run": sys.argv[2], "text": str(number)}))
"""


def _only_record(store: Store) -> Path:
    [path] = store.log.folder.rglob("*.json")
    return path


def test_a_record_comes_back_with_its_id_kind_and_time(store: Store) -> None:
    """What is appended is read again, with what the store adds."""
    record_id = store.append("note-added", {"run": "r", "text": "Zürich ☃"})
    [record] = store.records()
    assert record["id"] == record_id
    assert record["kind"] == "note-added"
    assert record["text"] == "Zürich ☃"
    assert record["time"].endswith("Z")


def test_records_come_in_the_order_of_writing(store: Store) -> None:
    """Ids sort by time, within a millisecond too."""
    written = [store.append("note-added", {"text": str(number)}) for number in range(30)]
    assert [record["id"] for record in store.records()] == written


def test_ids_of_many_threads_are_distinct_and_rising(store: Store) -> None:
    """No two records share a name, and each thread's own names rise."""
    with ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(lambda _: [new_id() for _ in range(2000)], range(8)))
    assert all(ids == sorted(ids) for ids in lists)
    assert len({each for ids in lists for each in ids}) == 16_000


def test_reading_can_start_after_a_record_and_keep_to_a_kind(store: Store) -> None:
    """``after`` and ``kind`` narrow what is read."""
    first = store.append("note-added", {"text": "1"})
    store.append("run-deleted", {"run": "r"})
    store.append("note-added", {"text": "3"})
    assert [record["text"] for record in store.records("note-added", after=first)] == ["3"]


def test_eight_processes_write_at_once_and_nothing_is_lost(store: Store) -> None:
    """Writers do not wait for one another, and none overwrites another's."""
    command = [sys.executable, "-c", APPEND_SOME, str(store.project)]
    writers = [
        subprocess.Popen([*command, f"w{number}", "40"], stdout=subprocess.PIPE, text=True) for number in range(8)
    ]
    reported = [line for writer in writers for line in writer.communicate()[0].split()]
    assert len(set(reported)) == 320
    assert [record["id"] for record in store.records()] == sorted(reported)


def test_killed_writers_lose_nothing_that_they_reported(store: Store) -> None:
    """After kill -9 at any moment each reported record is whole, and the next writer works."""
    for number in range(5):
        command = [sys.executable, "-c", APPEND_FOREVER, str(store.project), f"w{number}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            reported = [writer.stdout.readline().strip()]
            time.sleep(0.01 * number)
            writer.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            reported += [line.strip() for line in writer.stdout if line.endswith("\n")]
        found = {record["id"] for record in store.records() if record["run"] == f"w{number}"}
        assert set(reported) <= found
    assert store.damaged == []
    store.append("note-added", {"text": "afterwards"})


@pytest.mark.parametrize("keep", [0, 1, 40, -2])
def test_a_truncated_record_is_left_out_and_named(store: Store, keep: int) -> None:
    """Half a file after a power cut does not hide the rest of the history."""
    store.append("note-added", {"text": "broken"})
    path = _only_record(store)
    path.write_bytes(path.read_bytes()[:keep])
    store.append("note-added", {"text": "whole"})
    assert [record["text"] for record in store.records()] == ["whole"]
    [damage] = store.damaged
    assert damage["path"] == str(path)


def test_a_flipped_bit_is_noticed_wherever_it_is(store: Store) -> None:
    """No single changed bit passes for what was written."""
    store.append("note-added", {"run": "r", "text": "as it was"})
    path = _only_record(store)
    whole = path.read_bytes()
    for position in range(len(whole) - 1):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
        assert list(store.records()) == [], position


def test_a_record_under_another_name_is_not_taken(store: Store) -> None:
    """A copy under a new name would count a fact twice."""
    record_id = store.append("note-added", {"text": "once"})
    path = _only_record(store)
    path.with_name(f"{new_id()}.note-added.json").write_bytes(path.read_bytes())
    assert [record["id"] for record in store.records()] == [record_id]
    assert store.damaged[0]["reason"] == "its name is not its id and kind"


def test_a_record_that_a_tool_formatted_is_still_good(store: Store) -> None:
    """The checksum is of the content, not of the layout."""
    store.append("note-added", {"text": "kept", "number": 1.5})
    path = _only_record(store)
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
    assert [record["text"] for record in store.records()] == ["kept"]


def test_values_that_json_lacks_are_kept_as_near_as_it_goes(store: Store) -> None:
    """A metric that is not a number, a lone surrogate or a path must not lose the record of a run."""
    numpy = pytest.importorskip("numpy")
    payload = {
        "nan": float("nan"),
        "inf": -float("inf"),
        "scalar": numpy.float64(0.25),
        "path": Path("a/b"),
        "text": os.fsdecode(b"caf\xe9"),
        "set": {2, 1},
        1: "key",
    }
    store.append("note-added", payload)
    [record] = store.records()
    expected = {"nan": "NaN", "inf": "-Infinity", "scalar": 0.25, "path": str(Path("a/b")), "set": [1, 2], "1": "key"}
    assert {key: record[key] for key in expected} == expected
    assert record["text"].startswith("caf")


def test_a_payload_cannot_pose_as_another_record(store: Store) -> None:
    """The fields that the store adds are its own."""
    with pytest.raises(ValueError, match="id, kind"):
        store.append("note-added", {"id": "x", "kind": "y"})


def test_a_full_disk_is_said_and_loses_nothing(tiny_disk: Path) -> None:
    """Every record that was reported before the disk was full is there; the error says what to do."""
    store = Store.open(tiny_disk)
    written: list[str] = []

    def write_on() -> None:
        while True:
            written.append(store.append("note-added", {"text": "x" * 2000}))

    with pytest.raises(StoreError, match="No space left") as caught:
        write_on()
    assert caught.value.hint is not None
    assert "free some space" in caught.value.hint
    assert [record["id"] for record in store.records()] == written
    assert store.damaged == []


def test_a_read_only_disk_is_said(tiny_disk: Path, make_read_only: Callable[[Path], None]) -> None:
    """Writing to a read-only store names the folder and MILLSTREAM_HOME; reading goes on."""
    store = Store.open(tiny_disk)
    store.append("note-added", {"text": "before"})
    make_read_only(tiny_disk)
    with pytest.raises(StoreError, match=str(tiny_disk)) as caught:
        store.append("note-added", {"text": "after"})
    assert caught.value.hint is not None
    assert "MILLSTREAM_HOME" in caught.value.hint
    assert [record["text"] for record in Store.open(tiny_disk).records()] == ["before"]
