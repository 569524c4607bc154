"""Suggested borders that a run gave up, because something could not cross them; remembered, so that no run tries again."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path


class Withdrawals:
    """Those of one notebook, each by the source of the cell that the border stood before. Losing them costs a try."""

    def __init__(self, root: Path, notebook: str) -> None:
        name = hashlib.sha256(notebook.encode()).hexdigest()[:24]
        self.path = root / "cache" / "withdrawn" / f"{name}.json"

    def known(self) -> list[str]:
        """The sources of the cells."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [source for source in found if isinstance(source, str)] if isinstance(found, list) else []

    def add(self, source: str) -> None:
        """Remember one more."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_suffix(f".{os.getpid()}.tmp")
        aside.write_text(json.dumps(sorted({*self.known(), source})), encoding="utf-8")
        aside.replace(self.path)
