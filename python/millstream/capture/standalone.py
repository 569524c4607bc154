"""A step notebook run by plain papermill: the project is found from the working folder, inputs are the latest ones."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from millstream.errors import NotFoundError


def find_home() -> Path:
    """The store: ``MILLSTREAM_HOME``, or the nearest ``.millstream`` upwards from the working folder."""
    if home := os.environ.get("MILLSTREAM_HOME"):
        return Path(home)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".millstream").is_dir():
            return folder / ".millstream"
    return here / ".millstream"


def latest(home: Path, pipeline: str, step: str) -> Path:
    """Where the manifest of the latest run of a step is kept."""
    return home / "latest" / pipeline / f"{step}.json"


def context(
    *,
    pipeline: str,
    step: str,
    needs: list[str] | None,
    live: list[str] | None,
    deletes: list[str],
    patches: list[str],
    before: list[tuple[str, list[str]]],
    metrics: list[str],
    data: list[str],
    folder: str,
) -> dict[str, Any]:
    """The session's context from what earlier steps last left in this project."""
    home = find_home()
    if (home.parent / folder).is_dir():
        os.chdir(home.parent / folder)
    current: dict[str, Any] = {}
    states: dict[str, str] = {}
    for earlier, superseded in before:
        path = latest(home, pipeline, earlier)
        if not path.exists():
            raise NotFoundError(
                f"Step {step!r} of pipeline {pipeline!r} needs step {earlier!r}, which has not run in {home.parent}.",
                hint=f"Run its notebook first, or all of them: millstream run pipelines/{pipeline}",
            )
        manifest = json.loads(path.read_text(encoding="utf-8"))
        apply(current, manifest, superseded)
        states.update(manifest["ambient"])
    return {
        "objects": str(home / "objects"),
        "result": str(latest(home, pipeline, step)),
        "inputs": closure(current, needs),
        "available": {n: o for n, o in current.items() if o["definition"] and "." not in n},
        "ambient": states,
        "live": live,
        "deletes": deletes,
        "patches": patches,
        "metrics": metrics,
        "keep": "needed",
        "first": not before,
        "data": data,
        "own": [str(home)],
    }


def apply(current: dict[str, Any], manifest: dict[str, Any], superseded: Iterable[str] = ()) -> None:
    """Bring name → output up to date with what a step left, and with set-up cells after it that bind names anew."""
    for name in manifest["deleted"]:
        current.pop(name, None)
    current.update(manifest["outputs"])
    for name in superseded:
        current.pop(name, None)


def closure(current: dict[str, Any], needs: list[str] | None) -> dict[str, Any]:
    """The outputs to bind for ``needs`` (None: all): what they share, refer to and look up comes along.

    What a step has set in a library is needed by whatever uses the library.
    """
    found: dict[str, Any] = {}
    paths = [name for name in current if "." in name]
    pending = [name for name in (current if needs is None else [*needs, *paths]) if name in current]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        output = found[name] = current[name]
        together = [n for n in output["names"] if current.get(n, {}).get("digest") == output["digest"]]
        pending += [n for n in (*together, *output["references"], *output["looks_up"]) if n in current]
    return found
