"""Running notebooks for real: papermill, kernels, store."""

import json
from itertools import accumulate

import nbformat
import pytest
from notebooks import statuses

from millstream import service
from millstream.errors import KernelError, NotFoundError, UsageError
from millstream.run import memory

CELLS = [
    ("parameters", "n = 3"),
    ("imports", "import random"),
    ("step:load", "values = list(range(n))\nrandom.seed(7)"),
    ("step:change", "values.append(10)"),
    ("step:total metrics", "total = sum(values)\ndraw = random.random()\ntotal, draw"),
]


def test_a_pipeline_gives_what_the_notebook_gives(project):
    """Values, in-place changes and the state of random generators cross the borders."""
    project.write(*CELLS)
    result = project.run(parameters={"n": 4})
    assert result["status"] == "succeeded", result["error"]
    assert result["metrics"] == {"total": 16, "draw": 0.32383276483316237}
    assert result["parameters"] == {"n": 4}
    for step in result["steps"]:
        executed = nbformat.read(step["executed_notebook"], as_version=4)
        nbformat.validate(executed)
    shown = service.show(project.folder, "last")
    assert {a["name"] for a in shown["artifacts"]} >= {"values"}
    assert service.load(project.folder, "values", result["run"]) == [0, 1, 2, 3, 10]


def test_a_failed_step_names_its_cell_and_line_and_the_next_run_starts_there(project):
    """What was done is kept."""
    cells = [("step:a", "x = 1"), ("step:b", "y = 2\n\nz = 1 / 0"), ("step:c", "w = z")]
    project.write(*cells)
    failed = project.run()
    assert failed["status"] == "failed"
    assert (failed["error"]["step"], failed["error"]["cell"], failed["error"]["line"]) == ("b", 1, 3)
    assert "ZeroDivisionError" in failed["error"]["message"]
    assert statuses(failed) == {"a": "ran", "b": "failed", "c": "not run"}
    project.write(cells[0], ("step:b", "y = 2\n\nz = 1"), cells[2])
    assert statuses(project.run()) == {"a": "cached", "b": "ran", "c": "ran"}


def test_a_kernel_that_dies_is_a_failed_step(project):
    """The message says so, with the cell."""
    project.write(("step:a", "x = 1"), ("step:b", "import os\nos._exit(3)"))
    result = project.run()
    assert result["status"] == "failed"
    assert result["error"]["cell"] == 1
    assert "kernel died" in result["error"]["message"].lower()


def test_steps_beside_each_other_are_checked_against_the_notebooks_order(project):
    """A change through another name, which no plan foresaw, reaches the step below all the same."""
    project.write(
        ("step:make", "data = [1]\nholder = {'same': data}"),
        ("step:left", "import time\ntime.sleep(0.3)\nholder['same'].append(2)"),
        ("step:right", "seen = list(data)"),
        ("step:end metrics", "count = len(seen)"),
    )
    assert project.run(jobs=2)["metrics"] == {"count": 2}
    assert project.run(jobs=2, cache=False)["metrics"] == {"count": 2}


def test_values_that_set_up_computes_are_the_same_in_every_step(project):
    """Set-up runs again in every step, the notebook ran it once."""
    project.write(
        ("imports", "import uuid\nrun_id = str(uuid.uuid4())"),
        ("step:a", "first = run_id"),
        ("step:b metrics", "same = int(first == run_id)"),
    )
    assert project.run()["metrics"] == {"same": 1}


def test_a_value_that_cannot_cross_is_refused_with_the_ways_out(project):
    """A generator lives in its kernel."""
    project.write(("step:a", "numbers = (i for i in range(3))"), ("step:b", "total = sum(numbers)"))
    result = project.run()
    assert result["status"] == "refused"
    assert (result["error"]["code"], result["error"]["step"], result["error"]["cell"]) == ("MS401", "b", 1)
    assert "'numbers'" in result["error"]["message"]


def test_one_step_runs_with_what_it_needs_and_no_more(project):
    """``--step``."""
    project.write(("step:a", "x = 1"), ("step:other", "y = 2"), ("step:c", "z = x"), ("step:d", "w = z"))
    assert statuses(project.run(step="c")) == {"a": "ran", "other": "not run", "c": "ran", "d": "not run"}


def test_keep_all_keeps_every_data_value(project):
    """Not only what crosses a border."""
    project.write(("step:a", "x = 1\nunused = [1, 2]"), ("step:b", "y = x"))
    result = project.run(keep="all")
    assert service.load(project.folder, "unused", result["run"]) == [1, 2]
    with pytest.raises(NotFoundError, match="nowhere"):
        service.load(project.folder, "nowhere", result["run"])


def test_a_kernel_that_is_not_installed_gives_way_to_the_default_one(project):
    """And it is said; one asked for by name must be there."""
    project.write(("step:a", "x = 1"), kernel="conda-root-py")
    assert project.run()["status"] == "succeeded"
    assert any("conda-root-py" in text for text in project.said())
    with pytest.raises(KernelError, match="nowhere") as caught:
        project.run(kernel="nowhere")
    assert "python3" in caught.value.hint


def test_wrong_calls_are_errors_that_list_what_there_is(project):
    """Unknown parameter, unknown step."""
    project.write(*CELLS)
    with pytest.raises(UsageError, match="'m'"):
        project.run(parameters={"m": 1})
    with pytest.raises(NotFoundError, match="'nope'"):
        project.run(step="nope")


def test_a_notebook_with_errors_is_refused_before_anything_runs(project):
    """The run is recorded as refused, with the diagnostic."""
    project.write(("step:a", "x = (1"), ("step:b", "y = x"))
    result = project.run()
    assert (result["status"], result["error"]["code"], result["error"]["cell"]) == ("refused", "MS101", 0)
    assert service.runs(project.folder)["runs"][0]["status"] == "refused"


def test_relative_paths_start_at_the_notebooks_folder(project):
    """As in Jupyter."""
    folder = project.folder / "deep"
    folder.mkdir()
    (folder / "data.json").write_text(json.dumps([1, 2]))
    project.write(
        ("step:a", "import json\nwith open('data.json') as f:\n    data = json.load(f)"),
        ("step:b metrics", "n = len(data)"),
        name="deep/nb.ipynb",
    )
    assert project.run("deep/nb.ipynb")["metrics"] == {"n": 2}


def test_a_step_for_which_there_is_no_memory_waits_for_those_beside_it(project, monkeypatch):
    """Going by what it took the last time."""
    wait = "import time\ntime.sleep(1)"
    project.write(("step:load", "n = 1"), ("step:left", f"{wait}\na = n"), ("step:right", f"{wait}\nb = n"))

    def most_at_once():
        project.run(cache=False, jobs=2)
        changes = {"step-started": 1, "step-ended": -1}
        return max(accumulate(changes.get(event["event"], 0) for event in project.events))

    assert most_at_once() == 2
    assert all(step["peak_memory"] > 10_000_000 for step in service.show(project.folder, "last")["steps"])
    monkeypatch.setattr(memory, "available", lambda: 1_000_000)
    assert most_at_once() == 1
