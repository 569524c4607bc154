"""The files that a step read, as its record has them: by content, and the content kept where it may be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from millstream.errors import StoreError
from millstream.store import Store

_ABOUT_THE_MACHINE = ("lscpu", "nproc", "uname", "hostname", "sysctl", "ldconfig", "nvidia-smi", "rocm-smi")
_SECRET = (".pem", ".key", ".p12", ".pfx", ".kdbx")


def keep_reads(store: Store, reads: Mapping[str, str | None], limit: int) -> list[dict[str, Any]]:
    """``path``, ``digest`` and ``bytes`` of each file, and whether its content is ``kept``.

    Kept is what has at most ``limit`` bytes and still is what the step read; never hidden files and keys, which hold
    what is not to be copied around. ``digest`` is None for a file that the step looked for and that was not there.
    """
    return [_record(store, path, digest, limit) for path, digest in reads.items()]


def programs(manifest: Mapping[str, Any]) -> list[str]:
    """The programs that a step ran whose files nobody saw; those that only tell of the machine are left out."""
    names = sorted({os.path.basename(str(path)) for path in manifest.get("processes", ())})
    return [name for name in names if name not in _ABOUT_THE_MACHINE]


def _record(store: Store, path: str, digest: str | None, limit: int) -> dict[str, Any]:
    place = store.project / path
    try:
        size = place.stat().st_size if digest is not None else None
    except OSError:
        size = None
    if digest is None or size is None:
        return {"path": path, "digest": digest, "bytes": None, "kept": digest is not None and store.has(digest)}
    kept = store.has(digest)
    if not kept and size <= limit and not _is_private(path):
        kept = _keep(store, place, digest)
    return {"path": path, "digest": digest, "bytes": size, "kept": kept}


def _keep(store: Store, place: Path, digest: str) -> bool:
    """Whether the content could be kept: by now the file may be another, and a full disk fails no run."""
    try:
        store.put_file(place, digest=digest)
    except StoreError:
        return False
    return True


def _is_private(path: str) -> bool:
    parts = os.path.normpath(path).split(os.sep)
    return any(part.startswith(".") and part.strip(".") for part in parts) or path.lower().endswith(_SECRET)
