"""The example's data: what users would have on their disk, written once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

SCRIPT = Path(__file__).parents[2] / "examples" / "flights" / "prepare_data.py"


def prepare(folder: Path, *arguments: str) -> str:
    command = [sys.executable, str(SCRIPT), "--to", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_month_holds_that_month_and_the_files_are_those_the_notebook_reads(tmp_path: Path) -> None:
    """`--month` writes one month of flights and weather, and the planes."""
    prepare(tmp_path, "--month", "2")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "flights-2013-02.parquet",
        "planes.csv",
        "weather-2013-02.csv",
    ]
    flights = pd.read_parquet(tmp_path / "flights-2013-02.parquet")
    assert set(flights["month"]) == {2}
    assert len(flights) == 24951
    assert set(pd.read_csv(tmp_path / "weather-2013-02.csv")["month"]) == {2}


def test_a_second_run_leaves_what_is_there(tmp_path: Path) -> None:
    """Idempotent: files that are there are not written again, and one that is missing is."""
    prepare(tmp_path, "--month", "1")
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert prepare(tmp_path, "--month", "1") == ""
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    (tmp_path / "planes.csv").unlink()
    assert prepare(tmp_path, "--month", "1").split() == [f"{tmp_path.name}/planes.csv"]
