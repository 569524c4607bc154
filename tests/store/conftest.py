"""A real store in a temporary folder, and records as runs write them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from millstream.store import Store


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MILLSTREAM_HOME", raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "project")


@pytest.fixture
def record_run() -> Callable[..., str]:
    """Writes the records of one whole run, as the engine does."""
    return _write_run


def _write_run(store: Store, run: str, *, status: str | None = "succeeded", **given: Any) -> str:
    parameters = given.get("parameters", {"month": 1})
    metrics = given.get("metrics", {"auc": 0.5})
    store.append(
        "run-started",
        {
            "run": run,
            "pipeline": given.get("pipeline", "flights"),
            "version": None,
            "notebook": {"path": "flights.ipynb", "digest": "a" * 64},
            "parameters": parameters,
            "steps": ["load", "train"],
            "git": None,
            "environment": {"python": "3.11.7"},
            "user": "ada",
            "host": "here",
            **({"process": given["process"]} if "process" in given else {}),
        },
    )
    source = store.put_bytes(given.get("source", "x = 1\n").encode())
    data = store.put_bytes(given.get("data", "rows").encode())
    for step in ("load", "train"):
        store.append(
            "step-ended",
            {
                "run": run,
                "step": step,
                "status": "ran",
                "seconds": 0.5,
                "cells": [1],
                "metrics": metrics if step == "train" else {},
                "outputs": {"df": {"digest": data, "type": "parquet", "bytes": 4}} if step == "load" else {},
                "executed": source,
                "code": source,
                "source": source,
                "reads": [{"path": "data.csv", "digest": "c" * 64, "bytes": 9}] if step == "load" else [],
                "writes": [],
                "environment": {"pandas": given.get("pandas", "3.0")},
                "error": None,
                "cached_from": None,
            },
        )
    if status is not None:
        ended = {"run": run, "status": status, "seconds": 1.0, "metrics": metrics, "error": None, "diagnostics": []}
        store.append("run-ended", ended)
    return run


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, of 256 KiB."""
    yield from _mounted(tmp_path / "disk", "size=256k")


def _mounted(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir()
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("mounting a file system takes root")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def make_read_only() -> Callable[[Path], None]:
    """Makes a mounted folder read-only, for root too."""

    def make(folder: Path) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)

    return make
