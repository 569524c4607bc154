"""What a name stands for: a value that a step left, or a file, of a run or by its content."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millstream.artifacts.objects import hash_file
from millstream.capture.standalone import apply
from millstream.errors import NotFoundError, StoreError
from millstream.store import Store, queries
from millstream.store.index import query

if TYPE_CHECKING:
    import duckdb

_DIGEST = re.compile(r"[0-9a-f]{4,64}")
_ARTIFACTS = """
select a.run, a.digest from artifacts a join runs r using (run)
where a.name = ? and (? is null or a.run = ?) and (? is null or starts_with(a.digest, ?))
order by r.started desc, a.rowid desc limit 1
"""
_FILES = """
select f.run, f.step, f.path, f.digest, f.bytes from files f join runs r using (run)
where f.path = ? and f.digest is not null and (? is null or f.run = ?) and (? is null or starts_with(f.digest, ?))
order by r.started desc, f.rowid desc limit 1
"""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A value or a file of one content. ``run`` and ``step`` are where it comes from, or who read it, if known.

    ``outputs`` are what the run's steps had left by then, by name, and ``place`` a file that holds the content.
    """

    source: str
    name: str
    digest: str
    run: str | None = None
    step: str | None = None
    bytes: int | None = None
    place: Path | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict)
    python: str | None = None
    path: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What every face shows of it."""
        return {name: getattr(self, name) for name in ("source", "name", "digest", "run", "step", "bytes")}


def find(store: Store, name: str, at: str | None, folder: Path | None) -> Subject:
    """The value or file called ``name``; ``at`` and ``folder`` as :func:`millstream.evidence.stats` takes them."""
    run, digest = _which(store, at)
    if name.isidentifier() and (found := _artifact(store, name, run, digest)):
        return found
    if at is None and folder is not None and (folder / name).is_file():
        return _on_disk(store, folder / name)
    if found := _file(store, name, run, digest, folder):
        return found
    if not name.isidentifier() and (found := _artifact(store, name, run, digest)):
        return found
    raise _not_found(store, name, at)


def _which(store: Store, at: str | None) -> tuple[str | None, str | None]:
    """The run or the digest that ``at`` names: a digest only where no run begins so."""
    if at is None:
        return None, None
    try:
        return queries.find_run(store, at), None
    except NotFoundError as error:
        if _DIGEST.fullmatch(at):
            return None, at
        raise NotFoundError(
            error.message, hint="After @ stands a run (`millstream runs` lists them) or the beginning of a digest."
        ) from error


def _row(store: Store, text: str, name: str, run: str | None, digest: str | None) -> tuple[Any, ...] | None:
    def ask(connection: duckdb.DuckDBPyConnection) -> Any:
        return connection.execute(text, [name, run, run, digest, digest]).fetchone()

    row: tuple[Any, ...] | None = query(store, ask)
    return row


def _artifact(store: Store, name: str, run: str | None, digest: str | None) -> Subject | None:
    row = _row(store, _ARTIFACTS, name, run, digest)
    if row is None:
        return None
    records = [each for each in queries.records_of(store, row[0]) if each["kind"] in ("run-started", "step-ended")]
    order: list[str] = next((each["steps"] for each in records if each["kind"] == "run-started"), [])
    ended = {each["step"]: each for each in records if each["kind"] == "step-ended" and each.get("manifest")}
    outputs: dict[str, Any] = {}
    found = None
    for step in order:
        if step not in ended:
            continue
        manifest = json.loads(store.get_bytes(ended[step]["manifest"]))
        outputs = {**manifest["kept"], **outputs}
        apply(outputs, manifest)
        left = manifest["outputs"].get(name) or manifest["kept"].get(name)
        if left is not None and (digest is None or left["digest"].startswith(digest)):
            found = Subject(
                source="artifact", name=name, digest=left["digest"], run=row[0], step=step, bytes=left["bytes"],
                outputs={**outputs, name: left}, python=manifest["executable"], path=tuple(manifest["path"]),
            )  # fmt: skip
    return found


def _on_disk(store: Store, path: Path) -> Subject:
    place = Path(os.path.realpath(path))
    try:
        digest, size = hash_file(place), place.stat().st_size
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.", hint="Check its permissions.") from error
    return Subject(source="file", name=_name(store, place), digest=digest, bytes=size, place=place)


def _file(store: Store, name: str, run: str | None, digest: str | None, folder: Path | None) -> Subject | None:
    names = [name] if folder is None else [_name(store, Path(os.path.realpath(folder / name))), name]
    row = next((found for each in names if (found := _row(store, _FILES, each, run, digest))), None)
    if row is None:
        return None
    known = Subject(source="file", name=row[2], digest=row[3], run=row[0], step=row[1], bytes=row[4])
    return Subject(**{**vars(known), "place": place_of(store, known.name, known.digest)})


def _name(store: Store, place: Path) -> str:
    """A path as the records have it: relative to the project where it is inside."""
    project = Path(os.path.realpath(store.project))
    return place.relative_to(project).as_posix() if place.is_relative_to(project) else str(place)


def place_of(store: Store, name: str, digest: str) -> Path | None:
    """Where the content of a file is to be had: in the store, or at its path if it is still there."""
    if store.has(digest):
        return store.object_path(digest)
    place = store.project / name
    try:
        return place if place.is_file() and hash_file(place) == digest else None
    except OSError:
        return None


def _not_found(store: Store, name: str, at: str | None) -> NotFoundError:
    def names(connection: duckdb.DuckDBPyConnection) -> list[str]:
        rows = connection.execute(
            "select distinct name from artifacts where run = (select run from runs order by started desc limit 1)"
            " order by name limit 12"
        ).fetchall()
        return [each for (each,) in rows]

    known = ", ".join(query(store, names)) or "no values yet"
    where = f" in {at!r}" if at else ""
    return NotFoundError(
        f"There is no value and no data file {name!r}{where}.",
        hint=f"The last run kept: {known}. `millstream data` lists the files. A run with --keep all keeps every value.",
    )


__all__ = ["Subject", "find", "place_of"]
