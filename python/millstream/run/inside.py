"""Values looked into by a process of the Python that has their classes."""

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
        asked = {**request, "folder": str(folder)}
        try:
            found = _ask("summarizing", asked, python, work=Path(work), runtime=runtime, cwd=Path(work))
        except OSError as error:
            raise _failure(label, f"{python} cannot be started: {error.strerror}") from error
        if isinstance(found, str) or "error" in found:
            raise _failure(label, found if isinstance(found, str) else found["error"])
        yield found, folder


def compared(request: Mapping[str, Any], python: str, *, work: Path, runtime: Path, cwd: Path) -> dict[str, Any]:
    """What :func:`millstream.capture.comparing.compare_runs` says of each of the names in ``request``."""
    found = _ask("comparing", request, python, work=work, runtime=runtime, cwd=cwd)
    if isinstance(found, str):
        return {name: {"equal": None, "note": f"cannot be compared: {found}"} for name in request["names"]}
    return found


def _ask(
    module: str, request: Mapping[str, Any], python: str, *, work: Path, runtime: Path, cwd: Path
) -> dict[str, Any] | str:
    """The answer of a module of ``millstream.capture``, or why there is none. ``work`` is a folder for both."""
    asked, result = work / f"{module}.json", work / f"{module}.out.json"
    asked.write_text(json.dumps(request), encoding="utf-8")
    result.unlink(missing_ok=True)
    done = subprocess.run(
        [python, "-m", f"millstream.capture.{module}", str(asked), str(result)],
        env={**kernel_environment(), "PYTHONPATH": str(runtime)}, cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not result.exists():
        lines = done.stderr.strip().splitlines()
        return lines[-1] if lines else f"the process ended with {done.returncode}"
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found


def _failure(label: str, reason: str) -> UsageError:
    return UsageError(
        f"{label} cannot be loaded: {reason}",
        hint="It takes the Python and the packages of the run that made it; run the pipeline again with those of today.",
    )
