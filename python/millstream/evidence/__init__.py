"""What the records say of data: statistics of a value or file, and the datasets that runs read with their versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from millstream.store import Store, find_root

Document = dict[str, Any]


def stats(project: str | Path, name: str, *, at: str | None = None, folder: str | Path | None = None) -> Document:
    """The statistics of an artifact or a data file, made once for each content.

    ``at`` is a run (its id, a beginning of it, ``last``) or the beginning of a digest; without it the newest is meant,
    and of a file below ``folder`` what it holds now. Raises NotFoundError, and UsageError for what cannot be read.
    """
    from millstream.evidence import subjects
    from millstream.evidence.measuring import measured

    store = Store.open(find_root(Path(project)), create=False)
    subject = subjects.find(store, name, at, None if folder is None else Path(folder))
    return {**subject.to_json(), **measured(store, subject)}


def stats_page(document: Document) -> str:
    """The statistics as one HTML file that needs nothing else."""
    from millstream.statistics.page import page

    return page(document)


def data(project: str | Path, *, everything: bool = False) -> Document:
    """The files that runs read, ``{"datasets": [{name, paths, versions}]}``, the one used last first.

    Python's own files are left out unless ``everything`` is wanted.
    """
    from millstream.evidence.datasets import datasets

    return {"datasets": datasets(Store.open(find_root(Path(project)), create=False), everything=everything)}


__all__ = ["data", "stats", "stats_page"]
