"""Whether everything is still as it was written: each record and object against its own checksum."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millstream.store import ids
from millstream.store.files import reporting

if TYPE_CHECKING:
    from millstream.store.store import Store

Problem = dict[str, str]

_CHUNK = 1 << 20


def check(store: Store) -> list[Problem]:
    """Reads the whole store; what is wrong with it as ``{"kind", "path", "problem", "hint"}``, empty when nothing is.

    ``kind`` is ``record``, ``object``, ``missing`` (content that a record names and that is not here) or ``leftover``.
    """
    referred: dict[str, str] = {}
    problems = [*_records(store, referred), *_objects(store), *_leftovers(store)]
    for digest, path in referred.items():
        if not store.has(digest):
            problems.append(_problem("missing", path, f"it names the object {digest}, which is not here", _COPY))
    return problems


_COPY = "Copy it from another store that has it, or run the step again with --no-cache."
_RECORD = "Copy it from another store that has it, or delete it: the rest of the history does not depend on it."
_LEFTOVER = "A writer was killed half way; it can be deleted when nothing runs."


def _problem(kind: str, path: Path | str, problem: str, hint: str) -> Problem:
    return {"kind": kind, "path": str(path), "problem": problem, "hint": hint}


def _records(store: Store, referred: dict[str, str]) -> Iterator[Problem]:
    """The damaged records; fills ``referred`` with the digests that the whole ones name."""
    for record in store.log.read():
        path = str(store.log.path(f"{record['id']}.{record['kind']}"))
        for digest in _digests(record):
            referred.setdefault(digest, path)
    for path, reason in sorted(store.log.damaged.items()):
        yield _problem("record", path, reason, _RECORD)


def _digests(record: dict[str, Any]) -> Iterator[str]:
    """The contents that a record says are kept: outputs, executed notebooks, sources, files that were read."""
    if record["kind"] == "run-started":
        notebook = record.get("notebook")
        if isinstance(notebook, dict) and isinstance(notebook.get("source"), str):
            yield notebook["source"]
    if record["kind"] != "step-ended":
        return
    for read in record.get("reads") or ():
        if isinstance(read, dict) and read.get("kept") and isinstance(read.get("digest"), str):
            yield read["digest"]
    outputs = record.get("outputs")
    for output in outputs.values() if isinstance(outputs, dict) else ():
        if isinstance(output, dict) and isinstance(output.get("digest"), str):
            yield output["digest"]
    yield from (record[name] for name in ("executed", "source", "manifest") if isinstance(record.get(name), str))


def _objects(store: Store) -> Iterator[Problem]:
    for path, digest in _files(store.objects.folder):
        try:
            found = _hash(path)
        except OSError as error:
            yield _problem("object", path, error.strerror or type(error).__name__, _COPY)
            continue
        if found != digest:
            yield _problem("object", path, "its content does not match its digest", _COPY)


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    with reporting("read the objects", folder):
        for prefix in sorted(folder.iterdir() if folder.is_dir() else ()):
            if len(prefix.name) == 2 and prefix.is_dir():
                yield from ((path, prefix.name + path.name) for path in sorted(prefix.iterdir()))


def _hash(path: Path) -> str:
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
    return hasher.hexdigest()


def _leftovers(store: Store) -> Iterator[Problem]:
    for month in store.log.months():
        for name in sorted(os.listdir(store.log.folder / month)):
            if not ids.FILE.fullmatch(name):
                what = "an unfinished record" if name.endswith(".tmp") else "not the name of a record"
                yield _problem("leftover", store.log.folder / month / name, what, _LEFTOVER)
    aside = store.objects.folder / "tmp"
    for path in sorted(aside.iterdir() if aside.is_dir() else ()):
        yield _problem("leftover", path, "an unfinished object", _LEFTOVER)


__all__ = ["check"]
