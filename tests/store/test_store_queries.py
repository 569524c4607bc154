"""The history: pages, one run, runs side by side, a user's own SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from millstream.errors import NotFoundError, UsageError
from millstream.store import Store, queries

RecordRun = Callable[..., str]


def _pages(store: Store, **asked: Any) -> Iterator[list[str]]:
    cursor = None
    while True:
        page = queries.runs(store, cursor=cursor, **asked)
        yield [run["run"] for run in page["runs"]]
        if (cursor := page["next"]) is None:
            return


def test_a_page_shows_what_a_run_was(store: Store, record_run: RecordRun) -> None:
    """The summary has the parameters and metrics, the times in UTC and the status."""
    record_run(store, "r1", parameters={"month": 2}, metrics={"auc": 0.75})
    [run] = queries.runs(store)["runs"]
    assert run["parameters"] == {"month": 2}
    assert run["metrics"] == {"auc": 0.75}
    assert (run["pipeline"], run["version"], run["status"], run["seconds"]) == ("flights", None, "succeeded", 1.0)
    assert run["started"].endswith("Z")
    assert run["started"] < run["ended"]


@pytest.mark.parametrize(
    "sort",
    [None, "started", "-seconds", "metric:auc", "-metric:auc", "parameter:month", "-parameter:model", "status", "-run"],
)
def test_pages_hold_each_run_once(store: Store, record_run: RecordRun, sort: str | None) -> None:
    """In every order, with runs that lack the value and runs that share it."""
    for number in range(7):
        given: dict[str, Any] = {"metrics": {"auc": number // 2}} if number % 3 else {"metrics": {}}
        record_run(store, f"r{number}", parameters={"month": number % 2, "model": f"m{number % 3}"}, **given)
    pages = list(_pages(store, sort=sort, limit=2))
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert sorted(run for page in pages for run in page) == [f"r{number}" for number in range(7)]


def test_orders_are_of_numbers_where_there_are_numbers(store: Store, record_run: RecordRun) -> None:
    """10 comes after 9, greatest first when asked, and runs without the value last either way."""
    for run, auc in (("a", 9), ("b", 10), ("c", None), ("d", float("nan"))):
        record_run(store, run, metrics={} if auc is None else {"auc": auc})
    assert [run["run"] for run in queries.runs(store, sort="metric:auc")["runs"]] == ["a", "b", "d", "c"]
    assert [run["run"] for run in queries.runs(store, sort="-metric:auc")["runs"]] == ["d", "b", "a", "c"]


def test_pages_stay_put_while_new_runs_arrive(store: Store, record_run: RecordRun) -> None:
    """A run that starts between two pages shifts neither."""
    for number in range(6):
        record_run(store, f"r{number}")
    first = queries.runs(store, limit=3)
    record_run(store, "new")
    second = queries.runs(store, limit=3, cursor=first["next"])
    assert [run["run"] for run in first["runs"] + second["runs"]] == ["r5", "r4", "r3", "r2", "r1", "r0"]
    assert second["next"] is None


def test_pages_and_filters_go_together(store: Store, record_run: RecordRun) -> None:
    """The cursor walks through what the filter leaves."""
    for number in range(9):
        record_run(store, f"r{number}", parameters={"month": number % 3})
    assert list(_pages(store, filter="month = 1", limit=2)) == [["r7", "r4"], ["r1"]]


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": -1},
        {"limit": 1001},
        {"sort": "nonsense"},
        {"sort": "metric:"},
        {"sort": "-"},
        {"sort": "metric:" + "x" * 400},
        {"cursor": "nonsense"},
        {"cursor": ""},
        {"cursor": "e30"},
        {"cursor": "W10"},
        {"cursor": "ünïcode"},
        {"cursor": "A" * 5000},
    ],
)
def test_bad_questions_are_refused(store: Store, record_run: RecordRun, asked: dict[str, Any]) -> None:
    """Each with a message, never with a failure of another kind."""
    record_run(store, "r1")
    with pytest.raises(UsageError):
        queries.runs(store, **asked)


def test_a_cursor_belongs_to_its_order(store: Store, record_run: RecordRun) -> None:
    """The cursor of one order says nothing in another."""
    for number in range(3):
        record_run(store, f"r{number}")
    cursor = queries.runs(store, limit=1)["next"]
    with pytest.raises(UsageError, match="sorted by '-started'"):
        queries.runs(store, limit=1, sort="seconds", cursor=cursor)


def test_a_run_is_found_by_its_id_a_beginning_or_last(store: Store, record_run: RecordRun) -> None:
    """A beginning will do when only one run has it; a whole id does although others begin with it."""
    for run in ("2026-a1", "2026-a2", "2026-a2b"):
        record_run(store, run)
    assert queries.find_run(store, "2026-a1") == "2026-a1"
    assert queries.find_run(store, "2026-a2") == "2026-a2"
    assert queries.find_run(store, "2026-a2b") == "2026-a2b"
    assert queries.find_run(store, "last") == "2026-a2b"


def test_a_beginning_of_several_names_them(store: Store, record_run: RecordRun) -> None:
    """The candidates are in the message and in the fields."""
    for run in ("2026-a1", "2026-a2"):
        record_run(store, run)
    with pytest.raises(UsageError, match="2026-a2, 2026-a1") as caught:
        queries.find_run(store, "2026")
    assert caught.value.fields["candidates"] == ["2026-a2", "2026-a1"]


@pytest.mark.parametrize("run", ["2026-b1", "", "%", "'", "\x00", "../x"])
def test_an_unknown_run_is_said_to_be(store: Store, record_run: RecordRun, run: str) -> None:
    """The nearest one is named, and the command that lists them."""
    record_run(store, "2026-a1")
    with pytest.raises(NotFoundError) as caught:
        queries.find_run(store, run)
    assert caught.value.hint is not None
    assert "millstream runs" in caught.value.hint


def test_the_nearest_run_is_named(store: Store, record_run: RecordRun) -> None:
    """A slip in an id is seen at once."""
    record_run(store, "20261124-181503-k3f9q2")
    with pytest.raises(NotFoundError, match="the nearest is 20261124-181503-k3f9q2"):
        queries.find_run(store, "20261124-181503-k3f9q3")


def test_there_is_no_last_run_before_the_first(store: Store) -> None:
    """The message says how to make one."""
    with pytest.raises(NotFoundError, match="no run yet"):
        queries.find_run(store, "last")


def test_show_has_everything_of_a_run(store: Store, record_run: RecordRun) -> None:
    """Steps, artifacts, files, environment, notebook and notes, from the records."""
    record_run(store, "r1")
    store.append("note-added", {"run": "r1", "text": "good"})
    shown = queries.show(store, "r1")
    assert [(step["name"], step["status"]) for step in shown["steps"]] == [("load", "ran"), ("train", "ran")]
    assert [(artifact["name"], artifact["step"], artifact["type"]) for artifact in shown["artifacts"]] == [
        ("df", "load", "parquet")
    ]
    assert shown["files"] == [{"step": "load", "mode": "read", "path": "data.csv", "digest": "c" * 64, "bytes": 9}]
    assert shown["environment"] == {"python": "3.11.7", "packages": {"pandas": "3.0"}}
    assert shown["notebook"] == {"path": "flights.ipynb", "digest": "a" * 64}
    assert [note["text"] for note in shown["notes"]] == ["good"]


def test_a_run_that_runs_shows_what_is_known(store: Store) -> None:
    """Before any step has ended, its steps are named and its metrics empty."""
    store.append("run-started", {"run": "r1", "pipeline": "p", "parameters": {}, "steps": ["load"]})
    shown = queries.show(store, "last")
    assert (shown["status"], shown["metrics"], shown["ended"]) == ("running", {}, None)
    assert shown["steps"] == [
        {"name": "load", "status": "not run", "seconds": None, "executed_notebook": None, "cells": []}
    ]


def test_compare_says_what_differs(store: Store, record_run: RecordRun) -> None:
    """Parameters, metrics, code, data, environment and durations side by side, in the order of the question."""
    record_run(store, "r1", parameters={"month": 1}, metrics={"auc": 0.5}, source="x = 1\ny = 2\n", data="one")
    record_run(
        store, "r2", parameters={"month": 2, "new": 1}, metrics={"auc": 0.6}, source="x = 3\ny = 2\n", pandas="2.2"
    )
    found = queries.compare(store, ["r1", "r2"])
    assert [run["run"] for run in found["runs"]] == ["r1", "r2"]
    assert found["parameters"] == {"month": [1, 2], "new": [None, 1]}
    assert found["metrics"] == {"auc": [0.5, 0.6]}
    [load, _train] = found["code"]
    assert (load["step"], load["changed"]) == ("load", True)
    assert load["diff"].splitlines() == ["--- r1", "+++ r2", "@@ -1,2 +1,2 @@", "-x = 1", "+x = 3", " y = 2"]
    assert [(each["name"], each["kind"], each["changed"]) for each in found["data"]] == [
        ("df", "artifact", True),
        ("data.csv", "file", False),
    ]
    assert found["environment"] == {"python": ["3.11.7", "3.11.7"], "pandas": ["3.0", "2.2"]}
    assert found["seconds"] == {"load": [0.5, 0.5], "train": [0.5, 0.5]}


def test_compare_takes_two(store: Store, record_run: RecordRun) -> None:
    """One run has nothing to be compared with."""
    record_run(store, "r1")
    with pytest.raises(UsageError, match="two runs or more"):
        queries.compare(store, ["r1"])


def test_compare_survives_a_lost_source(store: Store, record_run: RecordRun) -> None:
    """What is missing is said in the place of the diff."""
    record_run(store, "r1", source="x = 1\n")
    record_run(store, "r2", source="x = 2\n")
    store.object_path(queries.show(store, "r1")["steps"][0]["source"]).unlink()
    assert "is not in the store" in queries.compare(store, ["r1", "r2"])["code"][0]["diff"]


def test_versions_are_listed(store: Store) -> None:
    """Of one pipeline or of all, in order."""
    for pipeline, version in (("b", 1), ("a", 1), ("a", 2)):
        store.append("version-promoted", {"pipeline": pipeline, "version": version, "digest": f"{pipeline}{version}"})
    assert [each["digest"] for each in queries.versions(store, "a")] == ["a1", "a2"]
    assert [each["digest"] for each in queries.versions(store)] == ["a1", "a2", "b1"]


def test_a_user_s_own_question_is_answered(store: Store, record_run: RecordRun) -> None:
    """Any query that reads the tables."""
    record_run(store, "r1")
    answer = queries.sql(store, "select pipeline, count(*) as n from runs join metrics using (run) group by all")
    assert answer == {"columns": ["pipeline", "n"], "rows": [["flights", 1]]}


@pytest.mark.parametrize(
    "text",
    [
        "drop table runs",
        "delete from runs",
        "select 1; drop table runs",
        "attach 'x.duckdb'",
        "copy runs to 'x.csv'",
        "install httpfs",
        "pragma database_list; select 1",
        "set threads = 1",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select nonsense",
        "selekt",
        "",
        "create table x as select 1",
    ],
)
def test_a_user_s_own_question_can_only_read_the_index(store: Store, record_run: RecordRun, text: str) -> None:
    """Nothing is changed, and no other file is read or written."""
    record_run(store, "r1")
    with pytest.raises(UsageError):
        queries.sql(store, text)
    assert [run["run"] for run in queries.runs(store)["runs"]] == ["r1"]
