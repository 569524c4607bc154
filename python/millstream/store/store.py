"""The store of a project: records, objects, and an index that is made from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from millstream.errors import StoreError
from millstream.store import layout
from millstream.store.log import Log
from millstream.store.objects import Objects

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Store:
    """One ``.millstream/`` folder. Cheap to open, safe to use from many processes and threads at once."""

    def __init__(self, root: Path, project: Path) -> None:
        self.root = root
        self.project = project
        self.log = Log(root / "records")
        self.objects = Objects(root / "objects")

    @classmethod
    def open(cls, project: Path, *, create: bool = True) -> Store:
        """The project's store. With ``create=False`` nothing is written, and a store that is not there is empty.

        Raises StoreError when it cannot be created or a newer Millstream wrote it.
        """
        root = layout.store_root(project)
        if create:
            layout.prepare(root)
        else:
            layout.check_format(root)
        return cls(root, Path(project).absolute())

    def append(self, kind: str, payload: Mapping[str, Any]) -> str:
        """Adds a record; durable when this returns its id. Raises StoreError."""
        return self.log.append(kind, payload)

    def records(self, kind: str | None = None, after: str | None = None) -> Iterator[dict[str, Any]]:
        """Records in order; damaged ones are left out and named in ``damaged``."""
        return self.log.read(kind, after)

    @property
    def damaged(self) -> list[dict[str, str]]:
        """What reading came upon and left out, as ``{"path", "reason"}``."""
        return [{"path": path, "reason": reason} for path, reason in sorted(self.log.damaged.items())]

    def put_bytes(self, data: bytes) -> str:
        """Keeps a content; see :meth:`Objects.put_bytes`."""
        return self.objects.put_bytes(data)

    def put_file(self, path: Path, *, digest: str | None = None, move: bool = False) -> str:
        """Keeps a file's content; see :meth:`Objects.put_file`."""
        return self.objects.put_file(path, digest=digest, move=move)

    def object_path(self, digest: str) -> Path:
        """Where a content is, or would be."""
        return self.objects.path(digest)

    def has(self, digest: str) -> bool:
        """Whether a content is here."""
        return self.objects.has(digest)

    def get_bytes(self, digest: str, *, verify: bool = False) -> bytes:
        """A content; see :meth:`Objects.get_bytes`."""
        return self.objects.get_bytes(digest, verify=verify)

    def run_folder(self, run: str) -> Path:
        """The folder of a run's executed notebooks. Raises StoreError for what cannot be a run's id."""
        if not _RUN.fullmatch(run):
            raise StoreError(f"{run[:80]!r} is not the id of a run.", hint="`millstream runs` lists them.")
        return self.root / "runs" / run

    def notebook_path(self, run: str, position: int, step: str) -> Path:
        """Where the executed notebook of a run's step is shown; ``position`` counts from 1."""
        safe = re.sub(r"[^\w.-]", "_", step)[:80]
        return self.run_folder(run) / f"{position:02d}_{safe}.ipynb"

    def show_notebook(self, run: str, position: int, step: str, digest: str) -> Path:
        """Shows an executed notebook, kept as an object, in the run's folder, at no cost in bytes."""
        path = self.notebook_path(run, position, step)
        self.objects.link(digest, path)
        return path

    def check(self) -> list[dict[str, str]]:
        """Reads everything and says what is damaged or missing; see :func:`millstream.store.check.check`."""
        from millstream.store.check import check

        return check(self)

    def rebuild(self) -> int:
        """Makes the index anew from the records; how many it holds."""
        from millstream.store.index import rebuild

        return rebuild(self)


__all__ = ["Store"]
