"""Promotion: a folder for git, versions by meaning, steps that plain papermill runs."""

import subprocess
import sys

import pytest
import yaml

from millstream import service
from millstream.errors import RefusedError, UsageError

CELLS = [
    ("parameters", "n = 3"),
    ("functions", "def double(v):\n    return 2 * v"),
    ("step:load", "values = [double(n)]"),
    ("step:end metrics", "total = sum(values)\nprint(total)"),
]


def promote(project, **options):
    """Promote the project's notebook."""
    return service.promote(project.folder / "nb.ipynb", **options)


def test_what_is_written(project):
    """Everything DESIGN names, and nothing that is not needed to run it."""
    project.write(*CELLS)
    result = promote(project, name="mine")
    assert (result["version"], result["created"]) == (1, True)
    assert result["files"] == [
        "README.md",
        "params.yaml",
        "pipeline.yaml",
        "requirements.lock",
        "steps/01_load.ipynb",
        "steps/02_end.ipynb",
        "tests/test_functions.py",
        "tests/test_smoke.py",
    ]
    assert yaml.safe_load((project.folder / "pipelines/mine/params.yaml").read_text()) == {"n": 3}


def test_the_same_meaning_is_the_same_version(project):
    """Twice, with a comment, and after a detour."""
    project.write(*CELLS)
    assert promote(project)["version"] == 1
    project.write(*CELLS[:3], ("step:end metrics", "# said again\ntotal = sum(values)\nprint(total)"))
    assert (promote(project)["version"], promote(project)["created"]) == (1, False)
    project.write(*CELLS[:3], ("step:end metrics", "total = sum(values) + 1"))
    assert promote(project)["version"] == 2
    project.write(*CELLS)
    assert promote(project)["version"] == 1
    assert "+ 1" not in (project.folder / "pipelines/nb/steps/02_end.ipynb").read_text()


def test_the_folder_runs_and_its_runs_have_a_version(project):
    """With params.yaml for defaults; an edited step has no version any more."""
    project.write(*CELLS)
    folder = project.folder / "pipelines" / "nb"
    promote(project)
    result = project.run(folder)
    assert (result["version"], result["metrics"]) == (1, {"total": 6})
    (folder / "params.yaml").write_text("n: 5\n")
    assert project.run(folder)["metrics"] == {"total": 10}
    step = folder / "steps" / "02_end.ipynb"
    step.write_text(step.read_text().replace("sum(values)", "sum(values) * 2"))
    edited = project.run(folder)
    assert (edited["version"], edited["metrics"]) == (None, {"total": 20})
    assert any("edited" in text for text in project.said())


def test_the_steps_run_with_plain_papermill(project):
    """One after the other, from the project's folder, parameters and all."""
    project.write(*CELLS)
    promote(project)
    for step, options in (("01_load", ["-p", "n", "4"]), ("02_end", [])):
        path = f"pipelines/nb/steps/{step}.ipynb"
        command = [sys.executable, "-m", "papermill", path, f"{step}-out.ipynb", *options]
        done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert '"8\\n"' in (project.folder / "02_end-out.ipynb").read_text()


def test_a_step_run_by_papermill_before_its_inputs_are_there_says_which(project):
    """Not a NameError three cells later."""
    project.write(*CELLS)
    promote(project)
    command = [sys.executable, "-m", "papermill", "pipelines/nb/steps/02_end.ipynb", "out.ipynb"]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "needs step 'load', which has not run" in done.stderr


def test_its_own_tests_pass(project):
    """The scaffold is real."""
    project.write(*CELLS)
    promote(project)
    command = [sys.executable, "-m", "pytest", "-q", "pipelines/nb/tests", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_users_tests_survive_the_next_version(project):
    """They are there to grow."""
    project.write(*CELLS)
    promote(project)
    mine = project.folder / "pipelines/nb/tests/test_mine.py"
    mine.write_text("def test_mine(): pass\n")
    project.write(*CELLS[:3], ("step:end metrics", "total = 0"))
    promote(project)
    assert mine.exists()


@pytest.mark.parametrize("name", ["../x", "a/b", "", "-x", ".hidden", "a b", "x" * 65, "a\n", "é"])
def test_a_name_that_is_no_folder_is_refused(project, name):
    """Never a path out of the project."""
    project.write(*CELLS)
    with pytest.raises(UsageError):
        promote(project, name=name or " ")


def test_a_notebook_that_cannot_run_is_not_promoted(project):
    """And nothing is written."""
    project.write(("step:a", "x = (1"))
    with pytest.raises(RefusedError, match="MS101"):
        promote(project)
    assert not (project.folder / "pipelines").exists()
