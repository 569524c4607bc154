"""What a promotion decides: the version's number, what the folder says of itself, which packages it pins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from millstream import pipelines
from millstream.compile import Program, file_name
from millstream.errors import MillstreamError
from millstream.store import Store, queries


class Promotion:
    """Promotes one compiled notebook under a name. Call it once."""

    def __init__(self, store: Store, program: Program, notebook: Path, name: str) -> None:
        self.store = store
        self.program = program
        self.notebook = notebook.absolute()
        self.name = name
        self.folder = store.project / "pipelines" / name

    def __call__(self, *, note: str | None, verdict: str | None) -> dict[str, Any]:
        """Write the folder unless it is in place, and record the version unless it is known."""
        version, known = self._version()
        in_place = self._is_in_place()
        if not in_place:
            description = self._describe(version, verdict)
            pipelines.write(
                self.folder, self.program, name=self.name, description=description, lock=self._requirements()
            )
        if not (known and in_place) or verdict is not None:
            self._record(version, note, verdict)
        return {
            "pipeline": self.name,
            "version": version,
            "digest": self.program.digest,
            "path": str(self.folder),
            "files": sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file()),
            "created": not known,
            "verified": verdict,
            "diagnostics": self.program.findings(),
        }

    def _version(self) -> tuple[int, bool]:
        """The version's number, and whether it was promoted before; git may know versions that this store does not."""
        records = self.store.records("version-promoted")
        known = {r["digest"]: int(r["version"]) for r in records if r["pipeline"] == self.name}
        if (self.folder / "pipeline.yaml").exists():
            here = pipelines.describe(self.folder)
            known.setdefault(str(here["digest"]), int(here["version"]))
        if self.program.digest in known:
            return known[self.program.digest], True
        return max(known.values(), default=0) + 1, False

    def _is_in_place(self) -> bool:
        """Whether the folder holds this very version, unedited."""
        digest = self.program.digest
        try:
            return (
                pipelines.describe(self.folder)["digest"] == digest and pipelines.load(self.folder)[0].digest == digest
            )
        except MillstreamError:
            return False

    def _source(self) -> dict[str, str]:
        path = os.path.relpath(self.notebook, self.store.project)
        return {"path": path, "digest": self.program.notebook.digest}

    def _record(self, version: int, note: str | None, verdict: str | None) -> None:
        self.store.append(
            "version-promoted",
            {
                "pipeline": self.name,
                "version": version,
                "digest": self.program.digest,
                "path": os.path.relpath(self.folder, self.store.project),
                "note": note,
                "verified": verdict,
                "notebook": self._source(),
            },
        )

    def _describe(self, version: int, verdict: str | None) -> dict[str, Any]:
        """The content of ``pipeline.yaml``."""
        program = self.program
        return {
            "name": self.name,
            "version": version,
            "digest": program.digest,
            "verified": verdict,
            "notebook": self._source(),
            "folder": os.path.relpath(self.notebook.parent, self.store.project),
            "steps": [
                {**step.to_json(), "notebook": f"steps/{file_name(program, step.name)}"} for step in program.steps
            ],
            "edges": [{"source": e.source, "target": e.target, "names": list(e.names)} for e in program.edges],
            "parameters": program.parameters,
            "metrics": list(program.metrics),
        }

    def _requirements(self) -> str:
        """The packages that the last successful run imported, pinned; this environment's where none has run."""
        page = queries.runs(self.store, limit=1, filter=f'pipeline = "{self.name}" and status = succeeded')
        if page["runs"]:
            head = "# What the steps imported when they last ran, written by millstream promote.\n"
            found = queries.show(self.store, page["runs"][0]["run"])["environment"]["packages"]
        else:
            head = "# Everything installed where millstream promote ran: the pipeline has not run yet.\n"
            found = _installed()
        return head + "".join(f"{name}=={version}\n" for name, version in sorted(found.items()) if name != "python")


def _installed() -> dict[str, str]:
    import importlib.metadata

    named = [(d.metadata["Name"], d.version) for d in importlib.metadata.distributions()]
    return {name.lower(): version for name, version in named if name}
