"""Statistics of a subject: from the store's cache, or made now and kept there.

The cache is ``stats/``, a file for each content; it can be deleted, and is made again.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from millstream import statistics
from millstream.errors import UsageError
from millstream.evidence.subjects import Subject
from millstream.run.inside import summarized
from millstream.store import Store
from millstream.store.files import make_folder, write_durably

Document = dict[str, Any]
_IN_KERNEL = ("arrow", "npy")
_READABLE = "Parquet, CSV, TSV, JSON (lines), Feather, Arrow and npy files have statistics, and so have values of runs."


def measured(store: Store, subject: Subject) -> Document:
    """The statistics of what ``subject`` names. Raises UsageError for what cannot be read."""
    path = store.root / "stats" / f"{_key(subject)}.json"
    found = read(path)
    if found is None:
        found = _of_value(store, subject) if subject.source == "artifact" else _of_file(store, subject)
        found["format"] = statistics.FORMAT
        write(store, path, found)
    return found


def _key(subject: Subject) -> str:
    """The content's digest; with the name where several values share a content."""
    names = subject.outputs.get(subject.name, {}).get("names", ())
    return f"{subject.digest}-{subject.name}" if len(names) > 1 else subject.digest


def read(path: Path) -> Document | None:
    """What is kept at ``path``, None where it is not there, damaged or of another version."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("format") == statistics.FORMAT else None


def write(store: Store, path: Path, document: Document) -> None:
    """Keep a document, whole or not at all. Where nothing can be written it is made again the next time."""
    if store.root.is_dir():
        with contextlib.suppress(OSError):
            make_folder(path.parent)
            write_durably(path.with_name(f".{secrets.token_hex(8)}.tmp"), path, json.dumps(document).encode())


def _of_value(store: Store, subject: Subject) -> Document:
    output = subject.outputs[subject.name]
    label = f"{subject.name} of run {subject.run}"
    if output["format"] == "parquet":
        return statistics.statistics_of(store.object_path(subject.digest), "parquet", label=label)
    request = {
        "objects": str(store.root / "objects"), "outputs": dict(subject.outputs), "name": subject.name,
        "path": list(subject.path),
    }  # fmt: skip
    return _inside(store, request, subject.python or sys.executable, label)


def _of_file(store: Store, subject: Subject) -> Document:
    kind, packed = statistics.format_of(subject.name)
    if kind is None:
        raise UsageError(f"{subject.name} is no table that can be read.", hint=_READABLE)
    if subject.place is None:
        raise UsageError(
            f"The content of {subject.name} as of {subject.digest[:12]} is not here: only its digest was recorded.",
            hint="Bring the file back to its path, or let millstream.toml keep larger files: files.keep_up_to.",
        )
    if kind not in _IN_KERNEL:
        return statistics.statistics_of(subject.place, kind, packed, label=subject.name)
    request = {"file": str(subject.place), "format": kind, "path": []}
    return _inside(store, request, _python(store), subject.name)


def _python(store: Store) -> str:
    """The Python of the last step that ran: it has the packages of the notebooks."""
    from millstream.store.index import query

    manifest = "select max(id) from records where kind = 'step-ended'"
    (newest,) = query(store, lambda connection: connection.execute(manifest).fetchone()) or (None,)
    record = store.log.get(f"{newest}.step-ended") if newest else None
    if not record or not record.get("manifest"):
        return sys.executable
    executable = str(json.loads(store.get_bytes(record["manifest"]))["executable"])
    return executable if Path(executable).exists() else sys.executable


def _inside(store: Store, request: Document, python: str, label: str) -> Document:
    with summarized(store, request, python, label) as (found, folder):
        if "document" in found:
            return dict(found["document"])
        table = found["table"]
        if not any(folder.iterdir()):
            return statistics.without_rows(table)
        return statistics.statistics_of(folder, "parquet", label=label, known=table)


__all__ = ["measured", "read", "write"]
