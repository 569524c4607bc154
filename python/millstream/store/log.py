"""The truth: small immutable files, one a fact, that writers add without ever waiting for one another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from millstream.store import codec, ids
from millstream.store.files import make_folder, reporting, write_durably


class Log:
    """The records of a store, one a file: ``records/YYYYMM/ID.KIND.json``. The *name* of a record is ``ID.KIND``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: What reading came upon and left out: path → reason.
        self.damaged: dict[str, str] = {}

    def append(self, kind: str, payload: Mapping[str, Any]) -> str:
        """Writes one record; it is durable when this returns its id. Raises StoreError."""
        record_id = ids.new_id()
        data = codec.encode(record_id, kind, ids.timestamp(), payload)
        target = self.path(f"{record_id}.{kind}")
        with reporting("write the record", target):
            make_folder(target.parent)
            write_durably(target.with_name(f".{record_id}.tmp"), target, data)
        return record_id

    def path(self, name: str) -> Path:
        """Where a record of that name is, or would be."""
        return self.folder / ids.month(name) / f"{name}.json"

    def read(self, kind: str | None = None, after: str | None = None) -> Iterator[dict[str, Any]]:
        """The records in order of their ids, later than ``after``; damaged ones are put in ``damaged`` and left out.

        Only the files of the kind are opened: looking for the few versions in a long history is cheap.
        """
        for month in self.months():
            if after is not None and month < ids.month(after):
                continue
            for name in self.names(month):
                if after is not None and ids.id_of(name) <= after:
                    continue
                if kind in (None, ids.kind_of(name)) and (record := self.get(name)) is not None:
                    yield record

    def get(self, name: str) -> dict[str, Any] | None:
        """One record, or None (and an entry in ``damaged``) when it cannot be read."""
        line, reason = self.line(name)
        if line is not None:
            record: dict[str, Any] = json.loads(line)
            return record
        self.damaged[str(self.path(name))] = reason
        return None

    def line(self, name: str) -> tuple[str | None, str]:
        """The verified text of a record, or None and what is wrong with it."""
        try:
            with self.path(name).open("rb") as file:
                return codec.verified(file.read(), name), ""
        except codec.RecordError as error:
            return None, str(error)
        except OSError as error:
            return None, error.strerror or type(error).__name__

    def folders(self) -> list[tuple[str, int]]:
        """The folders there are, in order, each with when it last changed (nanoseconds)."""
        with reporting("read the records", self.folder):
            return [(month, (self.folder / month).stat().st_mtime_ns) for month in self.months()]

    def months(self) -> list[str]:
        """The folders there are, in order."""
        with reporting("read the records", self.folder):
            try:
                return sorted(name for name in os.listdir(self.folder) if len(name) == 6 and name.isdigit())
            except FileNotFoundError:
                return []

    def names(self, month: str) -> list[str]:
        """The names of the records in a folder, in order."""
        with reporting("read the records", self.folder / month):
            return sorted(name[:-5] for name in os.listdir(self.folder / month) if ids.FILE.fullmatch(name))


__all__ = ["Log"]
