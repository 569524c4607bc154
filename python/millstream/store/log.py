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
    """The records of a store, under ``records/YYYYMM/``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: What reading came upon and left out: path → reason.
        self.damaged: dict[str, str] = {}

    def append(self, kind: str, payload: Mapping[str, Any]) -> str:
        """Writes one record; it is durable when this returns its id. Raises StoreError."""
        record_id = ids.new_id()
        data = codec.encode(record_id, kind, ids.timestamp(), payload)
        target = self.path(record_id)
        with reporting("write the record", target):
            make_folder(target.parent)
            write_durably(target.with_name(f".{record_id}.tmp"), target, data)
        return record_id

    def path(self, record_id: str) -> Path:
        """Where a record of that id is, or would be."""
        return self.folder / ids.month(record_id) / f"{record_id}.json"

    def read(self, kind: str | None = None, after: str | None = None) -> Iterator[dict[str, Any]]:
        """The records in order of their ids, later than ``after``; damaged ones are put in ``damaged`` and left out."""
        for month in self.months():
            if after is not None and month < ids.month(after):
                continue
            for record_id in self.names(month):
                if after is not None and record_id <= after:
                    continue
                record = self.get(record_id)
                if record is not None and kind in (None, record["kind"]):
                    yield record

    def get(self, record_id: str) -> dict[str, Any] | None:
        """One record, or None (and an entry in ``damaged``) when it cannot be read."""
        line, reason = self.line(record_id, ids.month(record_id))
        if line is not None:
            record: dict[str, Any] = json.loads(line)
            return record
        self.damaged[str(self.path(record_id))] = reason
        return None

    def line(self, record_id: str, month: str) -> tuple[str | None, str]:
        """The verified text of a record, or None and what is wrong with it."""
        try:
            with open(f"{self.folder}/{month}/{record_id}.json", "rb") as file:  # Path.open takes twice as long
                return codec.verified(file.read(), record_id), ""
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
        """The ids of the records in a folder, in order."""
        with reporting("read the records", self.folder / month):
            names = os.listdir(self.folder / month)
        return sorted(name[:-5] for name in names if name.endswith(".json") and ids.PATTERN.fullmatch(name[:-5]))


__all__ = ["Log"]
