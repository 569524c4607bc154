"""The graph around one node: upwards to what it came from, downwards to what came of it.

A file and a value are what they hold: the same content is the same node whichever run or pipeline it was seen in, so
that the walk goes from the step that read a file to the one that wrote it, in another run if need be.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millstream.lineage.history import History, Run
from millstream.lineage.subject import Key, find
from millstream.store import Store

if TYPE_CHECKING:
    import duckdb

Document = dict[str, Any]
Seen = tuple[Key, str | None]
"""A node, and the run it is seen in."""

LIMIT = 1000


def graph(
    store: Store, connection: duckdb.DuckDBPyConnection, of: str, direction: str, folder: Path | None
) -> Document:
    """See :func:`millstream.lineage.lineage`."""
    history = History(store, connection)
    key, run, notes = find(history, of, folder)
    walk = _Walk(history)
    starts: list[Seen] = [(key, run)]
    if key[0] == "run":
        walk.add(key, None)
        starts = [(("step", key[1], step), key[1]) for step in history.run(key[1]).steps]
        for start, _ in starts:
            walk.join(key, start, key[1])
    if direction in ("up", "both"):
        walk.go(starts, walk.above, up=True)
    if direction in ("down", "both"):
        walk.go(starts, walk.below, up=False)
    if walk.cut:
        notes.append(
            f"The graph goes on: it was cut at {LIMIT} nodes. Ask about something nearer to what you look for."
        )
    if key[0] == "run" and not starts:
        notes.append("The run has no step that ended: nothing is known of its data.")
    nodes = list(walk.nodes.values())
    return {"of": of, "focus": walk.nodes[key]["id"], "direction": direction, "nodes": nodes, "edges": walk.edges(),
            "notes": notes}  # fmt: skip


class _Walk:
    """Nodes and edges as they are found; an edge leads from what was there first to what was made of it."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.nodes: dict[Key, Document] = {}
        self.cut = False
        self._edges: dict[tuple[Key, Key], None] = {}
        self._readers: dict[Key, tuple[str, str]] = {}

    def go(self, starts: list[Seen], following: Any, *, up: bool) -> None:
        """Walk from the starts, nearest first, until there is nothing more."""
        queue, known = list(starts), {key for key, _ in starts}
        for key, run in starts:
            self.add(key, run)
        while queue:
            key, run = queue.pop(0)
            for other, seen in following(key, run):
                if other not in self.nodes and len(self.nodes) >= LIMIT:
                    self.cut = True
                    continue
                self.join(other, key, seen) if up else self.join(key, other, seen)
                if other not in known:
                    known.add(other)
                    queue.append((other, seen))

    def join(self, source: Key, target: Key, run: str | None) -> None:
        """An edge, and the nodes at its ends that are not there yet."""
        self.add(source, run)
        self.add(target, run)
        self._edges[source, target] = None

    def edges(self) -> list[Document]:
        """The edges by the ids of their nodes; those from a run to its steps are membership, not flow, and left out."""
        return [{"source": self.nodes[a]["id"], "target": self.nodes[b]["id"]} for a, b in self._edges if a[0] != "run"]

    # -- up --------------------------------------------------------------------------------------------------------

    def above(self, key: Key, run: str | None) -> Iterator[Seen]:
        """What a node was made from."""
        match key:
            case ("step", of, step):
                yield from self._sources_of(self.history.run(of), step)
            case ("artifact", name, digest):
                known = self.history.run(run) if run else None
                giver = known.giver(name, digest) if known else None
                if known and giver:
                    yield ("step", known.run, giver), known.run
            case ("metric", of, name):
                steps = [s for s, record in self.history.run(of).steps.items() if name in (record.get("metrics") or {})]
                for step in steps[-1:]:
                    yield ("step", of, step), of
            case ("file", path, digest):
                if found := self.history.writer(path, digest, self._readers.get(key)):
                    writer, step, written = found
                    self.add(key, run)
                    if written != path:
                        self.nodes[key]["notes"].append(f"the same content as {written}, which that step wrote")
                    yield ("step", writer, step), writer

    def _sources_of(self, run: Run, step: str) -> Iterator[Seen]:
        for name, digest in run.inputs(step)[0].items():
            yield ("artifact", name, digest), run.run
        for read in run.steps[step].get("reads") or ():
            if read["digest"] is not None:
                key = ("file", read["path"], read["digest"])
                self._readers.setdefault(key, (run.run, step))
                yield key, run.run

    # -- down ------------------------------------------------------------------------------------------------------

    def below(self, key: Key, run: str | None) -> Iterator[Seen]:
        """What was made from a node."""
        match key:
            case ("step", of, step):
                record = self.history.run(of).steps[step]
                for name, output in (record.get("outputs") or {}).items():
                    if "." not in name and output.get("digest"):
                        yield ("artifact", name, output["digest"]), of
                for write in record.get("writes") or ():
                    yield ("file", write["path"], write["digest"]), of
                for name in record.get("metrics") or {}:
                    yield ("metric", of, name), of
            case ("artifact", name, digest):
                for step in self.history.run(run).takers(name, digest) if run else ():
                    yield ("step", str(run), step), run
            case ("file", path, digest):
                for reader, step, _, runs in self.history.readers(path, digest, run):
                    target = ("step", reader, step)
                    self.add(target, reader)
                    self.nodes[target]["runs"] = runs
                    yield target, reader

    # -- nodes -----------------------------------------------------------------------------------------------------

    def add(self, key: Key, run: str | None) -> None:
        """The node as every face shows it, unless it is there."""
        if key in self.nodes:
            return
        make = {
            "step": self._step,
            "artifact": self._artifact,
            "metric": self._metric,
            "file": self._file,
            "run": self._run,
        }
        blank: Document = {"id": "", "kind": key[0], "name": "", "digest": None, "bytes": None, "type": None, "value": None,
                 "pipeline": None, "run": run, "step": None, "status": None, "seconds": None, "runs": None, "notes": []}  # fmt: skip
        self.nodes[key] = {**blank, **make[key[0]](key, run)}

    def _step(self, key: Key, _run: str | None) -> Document:
        run = self.history.run(key[1])
        record = run.steps[key[2]]
        notes = self.history.gaps(run, key[2])
        return {"id": f"step:{key[1]}/{key[2]}", "name": key[2], "pipeline": run.pipeline, "run": key[1], "step": key[2],
                "status": record.get("status"), "seconds": record.get("seconds"), "notes": notes}  # fmt: skip

    def _artifact(self, key: Key, run: str | None) -> Document:
        known = self.history.run(run) if run else None
        step = known.giver(key[1], key[2]) if known else None
        output = known.steps[step]["outputs"][key[1]] if known and step else {}
        return {"id": f"artifact:{key[1]}@{key[2]}", "name": key[1], "digest": key[2], "bytes": output.get("bytes"),
                "type": output.get("type"), "step": step, "pipeline": known.pipeline if known else None}  # fmt: skip

    def _metric(self, key: Key, _run: str | None) -> Document:
        run = self.history.run(key[1])
        values = [record["metrics"][key[2]] for record in run.steps.values() if key[2] in (record.get("metrics") or {})]
        value = values[-1] if values else (run.ended.get("metrics") or {}).get(key[2])
        notes = [] if values else ["no step recorded it"]
        return {"id": f"metric:{key[1]}/{key[2]}", "name": key[2], "value": value, "run": key[1],
                "pipeline": run.pipeline, "notes": notes}  # fmt: skip

    def _file(self, key: Key, _run: str | None) -> Document:
        rows = self.history.ask("select max(bytes) from files where path = ? and digest = ?", [key[1], key[2]])
        return {
            "id": f"file:{key[1]}@{key[2]}",
            "name": key[1],
            "digest": key[2],
            "bytes": rows[0][0],
            "run": None,
        }

    def _run(self, key: Key, _run: str | None) -> Document:
        run = self.history.run(key[1])
        return {"id": f"run:{key[1]}", "name": key[1], "run": key[1], "pipeline": run.pipeline,
                "status": run.ended.get("status", "running"), "seconds": run.ended.get("seconds")}  # fmt: skip


__all__ = ["graph"]
