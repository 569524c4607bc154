"""The files that runs read, as datasets with versions: a version is a content, wherever it lay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from millstream import statistics
from millstream.errors import UsageError
from millstream.evidence.measuring import read, write
from millstream.evidence.subjects import place_of
from millstream.store import Store
from millstream.store.index import query

if TYPE_CHECKING:
    import duckdb

Document = dict[str, Any]

_USES = """
select f.path, f.digest, max(f.bytes), count(distinct f.run), coalesce(arg_min(f.run, r.started), min(f.run)),
       coalesce(arg_max(f.run, r.started), max(f.run)), min(r.started), max(r.started)
from files f join runs r using (run) where f.mode = 'read' and f.digest is not null
group by f.path, f.digest order by max(r.started) desc, f.path
"""
_MOVED = """
with u as (select distinct path, digest from files where mode = 'read' and digest is not null and bytes > 0),
     pairs as (select distinct a.path as one, b.path as other from u a join u b using (digest) where a.path < b.path)
select one, other from pairs where not exists (
    select 1 from files a join files b using (run)
    where a.mode = 'read' and b.mode = 'read' and a.path = one and b.path = other
      and a.digest is not null and b.digest is not null)
"""
_CODE = (".py", ".pyi", ".pyc", ".ipynb", ".so", ".toml", ".cfg")


def datasets(store: Store, *, everything: bool) -> list[Document]:
    """Each dataset with its paths and versions, newest first.

    Two paths are one dataset if they held the same content and no run read both: the file was moved or renamed.
    """

    def ask(connection: duckdb.DuckDBPyConnection) -> tuple[list[Any], list[Any]]:
        return connection.execute(_USES).fetchall(), connection.execute(_MOVED).fetchall()

    rows, moved = query(store, ask)
    uses = [_use(row) for row in rows if everything or not row[0].endswith(_CODE)]
    groups: dict[str, list[Document]] = defaultdict(list)
    leader = _joined([use["path"] for use in uses], moved)
    for use in uses:
        groups[leader[use["path"]]].append(use)
    return [_dataset(store, group) for group in groups.values()]


def _use(row: Sequence[Any]) -> Document:
    keys = ("path", "digest", "bytes", "runs", "first_run", "last_run", "first_used", "last_used")
    use = dict(zip(keys, row, strict=True))
    return {**use, "first_used": _iso(use["first_used"]), "last_used": _iso(use["last_used"])}


def _iso(time: datetime | None) -> str | None:
    return None if time is None else f"{time.isoformat(timespec='seconds')}Z"


def _joined(paths: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Path → one path of its group."""
    leader = {path: path for path in paths}

    def top(path: str) -> str:
        while leader[path] != path:
            path = leader[path]
        return path

    for one, other in pairs:
        if one in leader and other in leader:
            leader[top(other)] = top(one)
    return {path: top(path) for path in leader}


def _dataset(store: Store, uses: Sequence[Document]) -> Document:
    """Of the uses of a dataset's paths, the newest first."""
    by_digest: dict[str, list[Document]] = defaultdict(list)
    for use in uses:
        by_digest[use["digest"]].append(use)
    paths = list(dict.fromkeys(use["path"] for use in uses))
    return {"name": paths[0], "paths": paths, "versions": [_version(store, each) for each in by_digest.values()]}


def _version(store: Store, uses: Sequence[Document]) -> Document:
    first = min(uses, key=lambda use: use["first_used"] or "")
    newest = uses[0]
    sizes = [use["bytes"] for use in uses if use["bytes"] is not None]
    return {
        "digest": newest["digest"],
        "paths": list(dict.fromkeys(use["path"] for use in uses)),
        "bytes": max(sizes, default=None),
        "kept": store.has(newest["digest"]),
        **_schema(store, newest),
        "runs": sum(use["runs"] for use in uses),
        "first_run": first["first_run"],
        "first_used": first["first_used"],
        "last_run": newest["last_run"],
        "last_used": newest["last_used"],
    }


def _schema(store: Store, use: Document) -> Document:
    """``rows`` and ``columns``, None where they cannot be read: from the statistics if those are known already."""
    known = read(store.root / "stats" / f"{use['digest']}.json")
    path = store.root / "stats" / f"{use['digest']}.schema.json"
    found = known if known and known["kind"] == "table" else read(path)
    if found is None:
        found = {"format": statistics.FORMAT, **_read_schema(store, use)}
        if found["columns"] is not None:
            write(store, path, found)
    columns = found["columns"] and [{"name": each["name"], "type": each["type"]} for each in found["columns"]]
    return {"rows": found["rows"], "columns": columns}


def _read_schema(store: Store, use: Document) -> Document:
    kind, packed = statistics.format_of(use["path"])
    place = place_of(store, use["path"], use["digest"]) if kind in ("parquet", "csv", "json") else None
    if kind is None or place is None:
        return {"rows": None, "columns": None}
    try:
        return statistics.schema_of(place, kind, packed)
    except UsageError:
        return {"rows": None, "columns": None}


__all__ = ["datasets"]
