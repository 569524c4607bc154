"""The flights notebook: fit to be shown, and the same as a pipeline as it is run straight."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "flights"
METRICS = ("roc_auc", "brier", "base_rate", "baseline_roc_auc", "auc_low", "auc_high")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in a folder of its own, with January's data."""
    folder = tmp_path_factory.mktemp("flights")
    shutil.copy(EXAMPLE / "flights.ipynb", folder)
    (folder / ".millstream").mkdir()
    script = [sys.executable, str(EXAMPLE / "prepare_data.py"), "--to", str(folder / "data"), "--month", "1"]
    subprocess.run(script, check=True)
    return folder


def millstream(project: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "millstream", *arguments, "--json"]
    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def straight_metrics(project: Path) -> dict[str, float]:
    """The metrics of the notebook run from top to bottom by plain papermill, without its exploration."""
    notebook = nbformat.read(project / "flights.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "skip" not in cell.metadata.get("tags", [])]
    report = f"import json\nprint(json.dumps({{name: float(globals()[name]) for name in {METRICS!r}}}))"
    notebook.cells.append(nbformat.v4.new_code_cell(report))
    nbformat.write(notebook, project / "straight.ipynb")
    arguments = ["straight.ipynb", "executed.ipynb", "-k", "python3", "--no-progress-bar", "--log-level", "ERROR"]
    subprocess.run([sys.executable, "-m", "papermill", *arguments], cwd=project, check=True)
    executed = nbformat.read(project / "executed.ipynb", as_version=4)
    found = json.loads(executed.cells[-1].outputs[0].text)
    assert isinstance(found, dict)
    return found


def test_the_notebook_is_stored_clean() -> None:
    """What is in git is valid, has ids that make readable diffs, and holds no outputs."""
    notebook = nbformat.read(EXAMPLE / "flights.ipynb", as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_its_tags_make_six_steps_with_a_branch(project: Path) -> None:
    """The two models are trained side by side: both need the features, neither needs the other."""
    found = millstream(project, "check", "flights.ipynb")
    names = [step["name"] for step in found["steps"]]
    assert names == ["load", "clean", "features", "train_baseline", "train", "evaluate"]
    assert found["ok"]
    assert not [item for item in found["diagnostics"] if item["severity"] == "error"]
    assert found["parameters"]["month"] == 1
    assert set(found["metrics"]) >= set(METRICS)


def test_the_pipeline_gives_what_the_straight_run_gives(project: Path) -> None:
    """The promise: the same meaning, to the last digit, with numpy's global generator drawn from in two steps."""
    run = millstream(project, "run", "flights.ipynb")
    straight = straight_metrics(project)
    assert {name: run["metrics"][name] for name in METRICS} == straight
    assert straight["roc_auc"] > 0.7
    assert straight["roc_auc"] > straight["baseline_roc_auc"]
    again = millstream(project, "run", "flights.ipynb")
    assert {step["status"] for step in again["steps"]} == {"cached"}
    assert again["metrics"] == run["metrics"]
