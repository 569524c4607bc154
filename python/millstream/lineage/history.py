"""What the records say of one run, and which runs read, wrote or left a content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from millstream.errors import StoreError
from millstream.run.reads import programs
from millstream.store import Store

if TYPE_CHECKING:
    import duckdb

Record = dict[str, Any]

_OPAQUE = ("MS205", "MS206")

_WRITER = """
select f.run, f.step, f.path from files f join runs r using (run)
where f.mode = 'write' and f.digest = ? and (f.path = ? or f.bytes > 16) and f.run <> ?
    and (? is null or r.started <= (select started from runs where run = ? limit 1))
order by f.path = ? desc, r.started desc, f.rowid desc limit 1
"""
_READERS = """
select arg_max(f.run, (f.run = ?, r.started)), f.step, r.pipeline, count(distinct f.run)
from files f join runs r using (run)
where f.mode = 'read' and f.digest = ? and (f.path = ? or f.bytes > 16)
group by r.pipeline, f.step order by max(r.started) desc, f.step limit 200
"""


class Run:
    """One run's records: its steps in their order, what each was given and left."""

    def __init__(self, run: str, records: Sequence[Record]) -> None:
        self.run = run
        self.started = next((r for r in records if r["kind"] == "run-started"), {})
        self.ended = next((r for r in reversed(records) if r["kind"] == "run-ended"), {})
        ended = {r["step"]: r for r in records if r["kind"] == "step-ended"}
        order = list(dict.fromkeys([*self.started.get("steps", ()), *ended]))
        self.steps: dict[str, Record] = {name: ended[name] for name in order if name in ended}
        self.pipeline: str | None = self.started.get("pipeline")

    def inputs(self, step: str) -> tuple[dict[str, str], bool]:
        """Name → digest of the values that the step was given, and whether that was recorded, not worked out."""
        record = self.steps[step]
        if "inputs" in record:
            return {name: digest for name, digest in record["inputs"].items() if "." not in name}, True
        names = {n for e in self.started.get("edges", ()) if e["target"] == step for n in e["names"]}
        found = {}
        for earlier, left in self.steps.items():
            if earlier == step:
                break
            found.update({n: o["digest"] for n, o in (left.get("outputs") or {}).items() if n in names})
        return found, False

    def giver(self, name: str, digest: str, before: str | None = None) -> str | None:
        """The last step, before the step ``before`` if one is named, that left this content under ``name``."""
        found = None
        for step, record in self.steps.items():
            if step == before:
                break
            if (record.get("outputs") or {}).get(name, {}).get("digest") == digest:
                found = step
        return found

    def takers(self, name: str, digest: str) -> list[str]:
        """The steps that were given this content under ``name``."""
        return [step for step in self.steps if self.inputs(step)[0].get(name) == digest]


class History:
    """The records, over one connection of the index."""

    def __init__(self, store: Store, connection: duckdb.DuckDBPyConnection) -> None:
        self.store = store
        self.connection = connection
        self._runs: dict[str, Run] = {}

    def ask(self, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        rows: list[tuple[Any, ...]] = self.connection.execute(text, list(values)).fetchall()
        return rows

    def run(self, run: str) -> Run:
        """A run by its full id."""
        if run not in self._runs:
            names = self.ask("select id || '.' || kind from records where run = ? order by id", [run])
            self._runs[run] = Run(run, [r for (name,) in names if (r := self.store.log.get(name)) is not None])
        return self._runs[run]

    def writer(self, path: str, digest: str, reader: tuple[str, str] | None) -> tuple[str, str, str] | None:
        """Run, step and path of who wrote what ``reader`` (run, step) read, or of who wrote the content last."""
        run = reader[0] if reader else ""
        if reader is not None:
            earlier = None
            for step, record in self.run(run).steps.items():
                if step == reader[1]:
                    break
                if any(w["path"] == path and w["digest"] == digest for w in record.get("writes") or ()):
                    earlier = step
            if earlier is not None:
                return run, earlier, path
        rows = self.ask(_WRITER, [digest, path, run, run or None, run, path])
        return rows[0] if rows else None

    def readers(self, path: str, digest: str, run: str | None) -> list[tuple[str, str, str, int]]:
        """Run, step, pipeline and number of runs for each step that read the content: ``run`` if it did, else the newest."""
        return self.ask(_READERS, [run or "", digest, path])

    def gaps(self, run: Run, step: str) -> list[str]:
        """What the record of a step does not know, in words."""
        record = run.steps[step]
        manifest = self._manifest(record)
        found = []
        if not run.inputs(step)[1]:
            found.append("an older version recorded it: which values it was given is what the code says")
        if "reads" not in record:
            found.append("an older version recorded it: which files it read is not known")
        cells = set(record.get("cells") or ())
        opaque = any(d.get("code") in _OPAQUE and d.get("cell") in cells for d in run.ended.get("diagnostics") or ())
        if opaque or (ran := programs(manifest)):
            which = "other programs" if opaque else ", ".join(ran)[:80]
            found.append(f"it ran {which}: which files were read or written so is not known")
        if hosts := manifest.get("network"):
            found.append(f"it used the network ({', '.join(map(str, hosts))[:80]}): what came from there is not known")
        if record.get("status") == "failed":
            found.append("it failed: what it would have left is not known")
        return found

    def _manifest(self, record: Mapping[str, Any]) -> Record:
        try:
            found: Record = json.loads(self.store.get_bytes(record["manifest"])) if record.get("manifest") else {}
        except StoreError:
            return {}
        return found


__all__ = ["History", "Run"]
