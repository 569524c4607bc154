"""What the store kept of a run: its code, parameters, packages, and what each step read and left."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millstream import pipelines
from millstream.errors import MillstreamError, StoreError
from millstream.store import Store, queries

if TYPE_CHECKING:
    from millstream.compile import Program
    from millstream.notebook import Notebook

Record = dict[str, Any]


class CannotError(Exception):
    """The run cannot be run again: why, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Recorded:
    """One run as it was recorded. Raises NotFoundError, UsageError for a run that is not there."""

    def __init__(self, store: Store, run: str) -> None:
        records = queries.records_of(store, run)
        self.store = store
        self.started: Record = next((r for r in records if r["kind"] == "run-started"), {})
        self.ended: Record = next((r for r in reversed(records) if r["kind"] == "run-ended"), {})
        self.run: str = records[0]["run"]
        steps = {r["step"]: r for r in records if r["kind"] == "step-ended"}
        order = [name for name in self.started.get("steps", ()) if name in steps]
        self.steps: dict[str, Record] = {name: steps[name] for name in order}
        self.messages: list[str] = []

    def check(self) -> None:
        """Raise CannotError for a run that left nothing to compare with."""
        if not self.steps:
            raise CannotError(
                f"Run {self.run} has no step that ended: there is nothing to compare with.",
                "`millstream runs` lists the others.",
            )

    @cached_property
    def manifests(self) -> dict[str, Record]:
        """What each step left, in order; of a step that failed, nothing."""
        found: dict[str, Record] = {}
        for name, record in self.steps.items():
            if record.get("manifest"):
                try:
                    found[name] = json.loads(self.store.get_bytes(record["manifest"]))
                except StoreError as error:
                    raise CannotError(f"What step {name!r} left is not in the store.", error.hint or "") from error
            else:
                found[name] = {}
        return found

    @property
    def folder(self) -> str:
        """The folder that the notebook was in, relative to the project."""
        if "folder" in self.started:
            return str(self.started["folder"])
        path = str((self.started.get("notebook") or {}).get("path") or "")
        if path.endswith(".ipynb"):
            return os.path.dirname(path) or "."
        try:
            return str(pipelines.describe(self.store.project / path)["folder"])
        except MillstreamError:
            return "."

    @property
    def packages(self) -> dict[str, str]:
        """The packages that the steps imported, ``python`` among them, with their versions."""
        return {n: v for record in self.steps.values() for n, v in (record.get("environment") or {}).items()}

    @property
    def keep(self) -> str:
        """Which values the run kept."""
        return "all" if any(manifest.get("kept") for manifest in self.manifests.values()) else "needed"

    def step(self, program: Program) -> str | None:
        """The step that the run was to end with; None for all."""
        from millstream.run.executor import ancestors

        if set(self.steps) == {block.name for block in program.layout.steps}:
            return None
        last = list(self.steps)[-1]
        return last if set(ancestors(program, last)) == set(self.steps) else None

    def program(self) -> Program:
        """The code as it was run. Raises CannotError where it is not kept."""
        from millstream.compile import compile_notebook

        for exact, notebook in self._notebooks():
            program = compile_notebook(notebook)
            names = {block.name for block in program.layout.steps}
            same = program.ok and all(
                name in names and program.code_digest(name) == record.get("code") for name, record in self.steps.items()
            )
            if same:
                return program
            if exact and program.ok and set(self.steps) <= names:
                self.messages.append(
                    "This version of Millstream reads the code otherwise than the one that recorded it."
                )
                return program
        raise CannotError(
            f"The code of run {self.run} is not in the store.",
            f"Bring its notebook back to what it was when it ran: {(self.started.get('notebook') or {}).get('path')}.",
        )

    def _notebooks(self) -> Iterator[tuple[bool, Notebook]]:
        """The source as it was kept; the file if it holds that still; what the executed notebooks hold."""
        from millstream.notebook import parse, read

        kept = self.started.get("notebook") or {}
        path = self.store.project / str(kept.get("path") or "")
        ways: tuple[tuple[bool, Callable[[], Notebook]], ...] = (
            (True, lambda: parse(self.store.get_bytes(kept["source"], verify=True).decode(), str(path))),
            (False, lambda: read(path)),
            (False, lambda: self._from_executed(path)),
        )
        for exact, way in ways:
            if exact and not kept.get("source"):
                continue
            try:
                notebook = way()
            except (MillstreamError, ValueError) as error:
                if exact:
                    self.messages.append(str(getattr(error, "message", error)))
                continue
            yield exact, notebook

    def _from_executed(self, path: Path) -> Notebook:
        cells: dict[int, dict[str, Any]] = {}
        metadata: dict[str, Any] = {}
        for record in self.steps.values():
            if record.get("executed"):
                raw = json.loads(self.store.get_bytes(record["executed"]))
                metadata = metadata or {
                    k: v for k, v in raw["metadata"].items() if k in ("kernelspec", "language_info")
                }
                for cell in raw["cells"]:
                    index = cell.get("metadata", {}).get("millstream", {}).get("cell")
                    if isinstance(index, int):
                        cells.setdefault(index, {**cell, "outputs": [], "execution_count": None})
        return pipelines.assemble(cells, metadata, path)


def unsteady(program: Program, step: str, manifests: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why a step may come out otherwise each time it runs, as far as it is known."""
    found: dict[str, None] = {}
    for diagnostic in program.diagnostics:
        words = _UNSTEADY.get(diagnostic.code)
        if words and diagnostic.cell is not None and program.layout.step_of(diagnostic.cell) in (step, None):
            found[f"{words} (cell {diagnostic.cell}, {diagnostic.code})"] = None
    if step in program.layout.volatile:
        found["tagged volatile"] = None
    if any(manifest.get("network") for manifest in manifests):
        found["uses the network"] = None
    return list(found)


_UNSTEADY = {
    "MS201": "random numbers without a seed",
    "MS202": "reads the clock",
    "MS203": "uses the network",
    "MS205": "effects that cannot be seen",
    "MS206": "a magic that Millstream does not know",
}

__all__ = ["CannotError", "Recorded", "unsteady"]
