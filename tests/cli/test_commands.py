"""Each command on a notebook that is fine: the document for programs, the text for people."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]


def document(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    """The one document of a `--json` call."""
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def made(history: Path, name: str) -> Any:
    """A document that the making of the history printed."""
    return json.loads((history / f"{name}.json").read_text(encoding="utf-8"))


def test_check_says_steps_edges_parameters_and_metrics(call: Call, history: Path) -> None:
    """The shape that others rely on."""
    found = document(call("check", "demo.ipynb", "--json", cwd=history))
    assert found["ok"] is True
    assert [step["name"] for step in found["steps"]] == ["load", "score"]
    assert set(found["steps"][0]) == {"name", "cells", "needs", "gives", "after"}
    assert found["steps"][0]["cells"] == [2]
    assert found["parameters"] == {"n": 3}
    assert found["metrics"] == ["mean"]
    assert found["diagnostics"] == []


def test_check_for_people_is_a_table_and_what_comes_next(call: Call, history: Path) -> None:
    """Not a terminal: aligned columns, no colours."""
    done = call("check", "demo.ipynb", cwd=history)
    assert done.stdout.splitlines()[0].split() == ["step", "cells", "needs", "gives", "after"]
    assert "parameters: n=3" in done.stdout
    assert "Next: millstream run demo.ipynb" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_diagnostic_shows_the_place_the_line_and_a_caret(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """As compilers do: file, cell, line and column from 1, then the line itself."""
    write_notebook(tmp_path / "demo.ipynb", [("a = 1\nb = (a +* 2)", "step:one")])
    done = call("check", "demo.ipynb")
    assert done.returncode == 1
    assert "demo.ipynb:cell 1:2:9: MS" in done.stdout
    lines = done.stdout.splitlines()
    at = next(index for index, line in enumerate(lines) if line.endswith("b = (a +* 2)"))
    assert lines[at + 1].index("^") == lines[at].index("*")


def test_run_gives_the_document_of_the_run(history: Path) -> None:
    """The shape that others rely on, `-p` included."""
    first, second = made(history, "first"), made(history, "second")
    assert first["status"] == second["status"] == "succeeded"
    assert first["parameters"] == {"n": 3}
    assert first["metrics"] == {"mean": 1.0}
    assert second["parameters"] == {"n": 4}
    assert second["metrics"] == {"mean": 1.5}
    assert [step["name"] for step in first["steps"]] == ["load", "score"]
    assert {step["status"] for step in first["steps"]} == {"ran"}
    assert first["error"] is None
    for step in first["steps"]:
        assert (history / step["executed_notebook"]).is_file()


def test_run_again_is_cached_and_says_so(millstream: Call, history: Path) -> None:
    """Progress on standard error, the result on standard output."""
    done = millstream("run", "demo.ipynb", cwd=history)
    assert done.returncode == 0, done.stderr
    assert "load: cached" in done.stderr
    assert "2 from the cache" in done.stdout
    assert "metrics: mean=1" in done.stdout
    assert "millstream show 2" in done.stdout


def test_run_with_json_prints_progress_on_standard_error_only(millstream: Call, history: Path) -> None:
    """One document and nothing else on standard output."""
    done = millstream("run", "demo.ipynb", "--json", cwd=history)
    assert document(done)["status"] == "succeeded"
    assert "load: cached" in done.stderr


def test_run_writes_events_one_line_each(call: Call, history: Path, tmp_path: Path) -> None:
    """What the server's child process tells the server."""
    events = tmp_path / "events.jsonl"
    assert call("run", "demo.ipynb", "--events", events, "--no-cache", cwd=history).returncode == 0
    kinds = [json.loads(line)["event"] for line in events.read_text().splitlines()]
    assert kinds[0] == "run-started"
    assert kinds[-1] == "run-ended"
    assert kinds.count("step-started") == kinds.count("step-ended") == 2
    assert "cell-started" in kinds


def test_parameters_from_a_file(call: Call, tmp_path: Path, write_notebook: Write) -> None:
    """`-f`, with `-p` before it."""
    write_notebook(tmp_path / "demo.ipynb")
    (tmp_path / "params.yaml").write_text("n: 5\n")
    assert document(call("run", "demo.ipynb", "-f", "params.yaml", "--json"))["parameters"] == {"n": 5}
    done = call("run", "demo.ipynb", "-f", "params.yaml", "-p", "n", "6", "--step", "load", "--json")
    assert document(done)["parameters"] == {"n": 6}


def test_explain_says_why_a_step_would_run_and_runs_nothing(call: Call, history: Path) -> None:
    """In words for people, as a document for programs; the history stays as it is."""
    before = document(call("runs", "--json", cwd=history))
    done = call("run", "demo.ipynb", "--explain", "-p", "n", "9", cwd=history)
    assert done.stdout.splitlines()[0] == "load runs: the parameter n changed"
    steps = document(call("run", "demo.ipynb", "--explain", "--json", cwd=history))["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [("load", "cached"), ("score", "cached")]
    assert document(call("runs", "--json", cwd=history)) == before


def test_verify_proves_that_the_pipeline_gives_the_same(call: Call, history: Path) -> None:
    """Every value and metric of both ways, and exit code 0."""
    done = call("verify", "demo.ipynb", "--json", cwd=history)
    found = document(done)
    assert found["verdict"] == "equal"
    assert {row["name"] for row in found["values"]} >= {"values", "mean"}
    assert "Running the notebook straight" in done.stderr


def test_a_promoted_pipeline_runs_from_its_folder(call: Call, history: Path) -> None:
    """What git keeps is enough to run."""
    promoted = made(history, "promotion")
    assert promoted["pipeline"] == "demo"
    assert promoted["version"] == 1
    assert promoted["created"] is True
    done = document(call("run", "pipelines/demo", "--json", cwd=history))
    assert done["metrics"] == {"mean": 1.0}


def test_promoting_the_same_again_changes_nothing(call: Call, history: Path) -> None:
    """The same code is the same version, and the text says so."""
    done = call("promote", "demo.ipynb", cwd=history)
    assert done.returncode == 0, done.stderr
    assert "unchanged: the code is that of demo version 1" in done.stdout


def test_runs_are_listed_newest_first_and_by_page(call: Call, history: Path) -> None:
    """The cursor of a page leads to the next one."""
    everything = document(call("runs", "--json", "--limit", "1000", cwd=history))["runs"]
    ids = [run["run"] for run in everything]
    times = [run["started"] for run in everything]
    assert times == sorted(times, reverse=True)
    page = document(call("runs", "--json", "--limit", "1", cwd=history))
    rest = document(call("runs", "--json", "--limit", "1", "--cursor", page["next"], cwd=history))
    assert [page["runs"][0]["run"], rest["runs"][0]["run"]] == ids[:2]


def test_the_list_for_people_names_the_call_for_the_next_page(call: Call, history: Path) -> None:
    """It can be copied and works."""
    done = call("runs", "--limit", "1", cwd=history)
    assert done.stdout.splitlines()[0].split() == [
        "run", "pipeline", "status", "started", "time", "metrics", "parameters",
    ]  # fmt: skip
    assert "more: millstream runs --limit 1 --cursor " in done.stdout


def test_kernels_kept_ready_are_listed(call: Call, history: Path) -> None:
    """What a run left behind, with its memory; nothing is stopped by looking."""
    for server in document(call("kernels", "--json", cwd=history))["servers"]:
        assert server["rss"] > 0
    assert call("kernels", cwd=history).returncode == 0


def test_no_runs_yet(call: Call) -> None:
    """An empty project says how to begin, and is no error."""
    done = call("runs")
    assert done.returncode == 0, done.stderr
    assert "millstream run NOTEBOOK" in done.stdout
    assert document(call("runs", "--json")) == {"runs": [], "next": None}


def test_show_by_id_prefix_and_last(call: Call, history: Path) -> None:
    """The document of the run, and what is kept of it."""
    first = made(history, "first")
    shown = document(call("show", first["run"], "--json", cwd=history))
    assert {name: shown[name] for name in ("run", "pipeline", "status", "parameters", "metrics")} == {
        name: first[name] for name in ("run", "pipeline", "status", "parameters", "metrics")
    }
    assert {item["name"] for item in shown["artifacts"]} >= {"values"}
    assert document(call("show", first["run"][:-1], "--json", cwd=history))["run"] == first["run"]
    assert call("show", "last", cwd=history).returncode == 0


def test_show_for_people(call: Call, history: Path) -> None:
    """Facts, steps, artifacts, environment."""
    done = call("show", made(history, "second")["run"], cwd=history)
    assert done.returncode == 0, done.stderr
    for words in ("succeeded", "n=4", "mean=1.5", "artifacts", "values", "environment: "):
        assert words in done.stdout


def test_compare_two_runs(call: Call, history: Path) -> None:
    """Parameters and metrics side by side; code the same, data not."""
    ids = [made(history, name)["run"] for name in ("first", "second")]
    found = document(call("compare", *ids, "--json", cwd=history))
    assert found["parameters"] == {"n": [3, 4]}
    assert found["metrics"] == {"mean": [1.0, 1.5]}
    assert not any(step["changed"] for step in found["code"])
    done = call("compare", *ids, cwd=history)
    assert "+0.5" in done.stdout
    assert "the same: code, environment" in done.stdout


def test_one_run_is_not_compared(call: Call, history: Path) -> None:
    """The call was wrong."""
    done = call("compare", "last", cwd=history)
    assert done.returncode == 2
    assert "two or more" in done.stderr


def test_explain_an_error_and_a_diagnostic(call: Call) -> None:
    """Every code that is printed can be looked up."""
    assert "`StepError`" in call("explain", "ms005").stdout
    assert document(call("explain", "MS101", "--json"))["code"] == "MS101"
    assert call("explain", "MS999").returncode == 2


def test_the_store_is_checked_and_its_index_made_anew(call: Call, history: Path) -> None:
    """After a rebuild the history is what it was."""
    before = document(call("runs", "--json", cwd=history))
    assert document(call("store", "check", "--json", cwd=history)) == {"ok": True, "problems": []}
    assert document(call("store", "rebuild", "--json", cwd=history))["records"] > 0
    assert document(call("runs", "--json", cwd=history)) == before


def test_a_damaged_store_is_told_by_path(call: Call, history: Path, tmp_path: Path) -> None:
    """Exit code 1; a store of which that is said can still be read."""
    copy = tmp_path / "copy"
    shutil.copytree(history, copy)
    damaged = next(path for path in (copy / ".millstream" / "objects").rglob("*") if path.is_file())
    damaged.chmod(0o644)
    damaged.write_bytes(b"other bytes")
    done = call("store", "check", cwd=copy)
    assert done.returncode == 1
    assert str(damaged) in done.stdout
    assert document(call("runs", "--json", cwd=copy))["runs"]


def test_sql_reads_and_only_reads(call: Call, history: Path) -> None:
    """The tables are listed without a query; a query that writes is refused."""
    answer = document(call("store", "sql", "select run from runs order by run limit 1", "--json", cwd=history))
    assert answer == {"columns": ["run"], "rows": [[made(history, "first")["run"]]]}
    assert "runs " in call("store", "sql", cwd=history).stdout
    assert call("store", "sql", "drop table runs", cwd=history).returncode == 2


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, {"LANG": "C"}]
)
def test_output_is_utf8_whatever_the_locale(millstream: Call, history: Path, environment: dict[str, str]) -> None:
    """Glyphs and names arrive as they are, and nothing breaks."""
    done = millstream("run", "demo.ipynb", cwd=history, **environment)
    assert done.returncode == 0, done.stderr
    assert "≡ cached" in done.stdout


def test_a_reader_that_leaves_is_no_error(history: Path) -> None:
    """`millstream runs | head -1` ends quietly."""
    import sys

    line = f"{sys.executable} -m millstream runs --limit 1000 | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=history, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
    assert done.stderr == ""
