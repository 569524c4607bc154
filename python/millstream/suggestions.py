"""Suggested steps of one notebook, with what runs have found out about their borders."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from millstream.compile import Program
from millstream.compile.suggest import suggest, suggested, with_tags
from millstream.errors import StoreError
from millstream.notebook import Notebook, read
from millstream.run.withdrawals import Withdrawals
from millstream.store import Store, find_root


class Suggestions:
    """The suggestions for the notebook at ``path``, as it is on disk now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = read(path)

    def tags(self) -> dict[int, tuple[str, ...]]:
        """Cell index → the tags to add; empty for a notebook that has steps."""
        return suggest(self._read, withdrawn=self._withdrawn())

    def notebook(self) -> Notebook:
        """The notebook with the suggested tags."""
        return suggested(self._read, withdrawn=self._withdrawn())

    def accept(self) -> None:
        """Write the tags into the file, at once or not at all. Raises StoreError."""
        tags = self.tags()
        if not tags:
            return
        aside = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            aside.write_text(
                json.dumps(with_tags(self._read, tags), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            aside.replace(self.path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise StoreError(
                f"{self.path} cannot be written: {error.strerror}.", hint="Nothing was changed."
            ) from error

    def withdraw(self, program: Program, result: Mapping[str, Any], tell: Callable[[dict[str, Any]], None]) -> bool:
        """Give up the border that a value could not cross: the two steps become one. Whether there was such a border."""
        error = result["error"] or {}
        if error.get("code") != "MS401":
            return False
        names = [block.name for block in program.layout.steps]
        step = str(error["step"])
        start = program.notebook.cells[program.block(step).cells[0]]
        text = (
            f"The suggested border between {names[names.index(step) - 1]!r} and {step!r} is withdrawn: "
            f"{error['message']} They run as one step."
        )
        tell({"event": "message", "severity": "warning", "text": text})
        self._withdrawals().add(start.source)
        return True

    def _withdrawn(self) -> list[int]:
        """The cells before which a run found that a border cannot be."""
        known = set(self._withdrawals().known())
        return [cell.index for cell in self._read.cells if cell.source in known]

    def _withdrawals(self) -> Withdrawals:
        project = find_root(self.path)
        store = Store.open(project, create=False)
        return Withdrawals(store.root, os.path.relpath(self.path.absolute(), project))
