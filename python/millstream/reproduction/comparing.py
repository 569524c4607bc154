"""What a step left then and now, side by side: values, metrics, files, and what it read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from millstream.reproduction.scratch import Scratch
from millstream.run import bundle, inside

Document = dict[str, Any]
Row = dict[str, Any]


def compare_step(scratch: Scratch, step: str, now: Document, sides: tuple[Document, Document]) -> list[Row]:
    """A row for each thing that a step read or left. ``now`` is the manifest of the rerun.

    ``sides`` are the outputs of the steps so far, then and now, with this step's.
    """
    then = scratch.recorded.manifests[step]
    reads = {scratch.at_home(r["path"]): r["digest"] for r in scratch.recorded.steps[step].get("reads") or ()}
    rows = [
        _row(step, "read", place, (reads[place], digest), equal=False, note=_why_other(path, place))
        for path, digest in sorted(now["reads"].items())
        if (place := scratch.at_home(path)) in reads and reads[place] != digest
    ]
    rows += _values(scratch, step, then, now, sides)
    for name in sorted({*then["metrics"], *now["metrics"]}):
        both = then["metrics"].get(name), now["metrics"].get(name)
        same = name in then["metrics"] and name in now["metrics"] and json.dumps(both[0]) == json.dumps(both[1])
        rows.append(_row(step, "metric", name, both, equal=same, note="" if same else _how(*both)))
    files = [{scratch.at_home(path): w["digest"] for path, w in each["writes"].items()} for each in (then, now)]
    for path in sorted({*files[0], *files[1]}):
        both = files[0].get(path), files[1].get(path)
        note = "" if both[0] == both[1] else _which(*both) or "the content differs"
        rows.append(_row(step, "file", path, both, equal=both[0] == both[1], note=note))
    return rows


def accumulate(outputs: Document, manifest: Mapping[str, Any]) -> Document:
    """The outputs so far with those of the next step."""
    return {**outputs, **manifest.get("kept", {}), **manifest.get("outputs", {})}


def _values(scratch: Scratch, step: str, then: Document, now: Document, sides: tuple[Document, Document]) -> list[Row]:
    one, other = ({**each.get("kept", {}), **each.get("outputs", {})} for each in (then, now))
    rows, open_ = [], []
    for name in sorted(n for n in {*one, *other} if "." not in n):
        left, right = one.get(name), other.get(name)
        same = left is not None and right is not None and _same(left, right)
        note = "" if same else _which(left, right)
        row = _row(step, "value", name, (_digest(left), _digest(right)), equal=same, note=note)
        rows.append(row)
        if not same and left is not None and right is not None:
            open_.append(row)
    if open_:
        scratch.share_manifest(step)
        found = _look_inside(scratch, sides, [row["name"] for row in open_], now)
        for row in open_:
            inside = found.get(row["name"], {"equal": None, "note": "cannot be compared"})
            row.update(equal=inside["equal"] is True, note=inside["note"])
            if inside.get("straight") and inside["equal"] is not None:
                row.update(recorded=inside["straight"], rerun=inside["pipeline"])
            if inside["equal"] is None:
                row["note"] = f"what is stored differs, and {inside['note']}"
    return rows


def _look_inside(scratch: Scratch, sides: tuple[Document, Document], names: list[str], now: Document) -> Document:
    """Compare values in a process of the kernel's Python, where their classes are."""
    runtime = bundle.runtime_folder(scratch.store.root)
    scratch.share(json.dumps(sides[0]))
    asked = {"objects": str(scratch.store.root / "objects"), "names": names, "path": now["path"],
             "straight": sides[0], "pipeline": sides[1]}  # fmt: skip
    cwd = scratch.project / scratch.recorded.folder
    return inside.compared(asked, now["executable"], work=scratch.root, runtime=runtime, cwd=cwd)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    print_ = one.get("fingerprint")
    return one["digest"] == other["digest"] or (print_ is not None and print_ == other.get("fingerprint"))


def _row(step: str, kind: str, name: str, both: tuple[Any, Any], *, equal: bool, note: str) -> Row:
    return {
        "step": step,
        "kind": kind,
        "name": name,
        "equal": equal,
        "recorded": both[0],
        "rerun": both[1],
        "note": note,
    }


def _digest(output: Mapping[str, Any] | None) -> str | None:
    return None if output is None else str(output["digest"])


def _which(one: Any, other: Any) -> str:
    return "only then" if other is None else "only now" if one is None else ""


def _how(one: Any, other: Any) -> str:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return f"off by {abs(one - other):.3g}" if numbers else _which(one, other)


def _why_other(path: str, place: str) -> str:
    return "it found other content" + ("" if path == place else ": the code names the file by its whole path")


__all__ = ["accumulate", "compare_step"]
