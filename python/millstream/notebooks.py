"""What a notebook calls: ``ms.load``, ``ms.runs``, ``ms.compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def load(name: str, run: str = "last", project: str | Path | None = None) -> Any:
    """The value that a run left under ``name``; ``run`` is an id, an unambiguous prefix or ``last``.

    Raises NotFoundError when the run or the value is not there. The value's code, if it has any, is executed: load
    only from stores you trust.
    """
    from millstream import service

    return service.load(project or Path.cwd(), name, run)


def runs(limit: int = 20, filter: str | None = None, project: str | Path | None = None) -> list[dict[str, Any]]:  # noqa: A002
    """The newest runs, as dicts; ``filter`` as in ``millstream runs --filter``."""
    from millstream import service

    found: list[dict[str, Any]] = service.runs(project or Path.cwd(), limit=limit, filter=filter)["runs"]
    return found


def compare(*runs: str, project: str | Path | None = None) -> dict[str, Any]:
    """Two or more runs side by side, as ``millstream compare --json`` shows them."""
    from millstream import service

    return service.compare(project or Path.cwd(), runs)
