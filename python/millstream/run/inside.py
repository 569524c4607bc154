"""A value or a file looked into by a process of the Python that has its classes: a table comes back as Parquet."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from millstream.errors import UsageError
from millstream.run import bundle
from millstream.run.environment import kernel_environment
from millstream.store import Store


@contextmanager
def summarized(
    store: Store, request: Mapping[str, Any], python: str, label: str
) -> Iterator[tuple[dict[str, Any], Path]]:
    """What :func:`millstream.capture.summarizing.summarize` says of ``request``, and the folder of its files for now.

    ``python`` is the interpreter, ``label`` what messages call the value. Raises UsageError.
    """
    writable = (store.root / "tmp").is_dir() and os.access(store.root / "tmp", os.W_OK)
    with tempfile.TemporaryDirectory(prefix="stats-", dir=store.root / "tmp" if writable else None) as work:
        folder = Path(work) / "table"
        folder.mkdir()
        runtime = bundle.runtime_folder(store.root if writable else Path(work))
        yield _ask({**request, "folder": str(folder)}, Path(work), runtime, python, label), folder


def _ask(request: Mapping[str, Any], work: Path, runtime: Path, python: str, label: str) -> dict[str, Any]:
    asked, result = work / "request.json", work / "result.json"
    asked.write_text(json.dumps(request), encoding="utf-8")
    try:
        done = subprocess.run(
            [python, "-m", "millstream.capture.summarizing", str(asked), str(result)],
            env={**kernel_environment(), "PYTHONPATH": str(runtime)}, cwd=work,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError as error:
        raise _failure(label, f"{python} cannot be started: {error.strerror}") from error
    if not result.exists():
        lines = done.stderr.strip().splitlines()
        raise _failure(label, lines[-1] if lines else f"the process ended with {done.returncode}")
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    if "error" in found:
        raise _failure(label, found["error"])
    return found


def _failure(label: str, reason: str) -> UsageError:
    return UsageError(
        f"{label} cannot be loaded: {reason}",
        hint="It takes the Python and the packages of the run that made it; run the pipeline again with those of today.",
    )
