"""Where things come from and what came of them: files, steps, values and metrics as one graph, from the records."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from millstream.store import Store, find_root

Document = dict[str, Any]


def lineage(
    project: str | Path,
    of: str,
    *,
    direction: Literal["up", "down", "both"] = "both",
    folder: str | Path | None = None,
) -> Document:
    """The graph around a data file, value (``NAME`` or ``NAME@RUN``), metric, step or run, over runs and pipelines.

    ``file:``, ``artifact:``, ``metric:``, ``step:`` or ``run:`` in front says which is meant where several have the
    name. With ``folder`` files are looked for below it too, and hashed; else only the records are asked. Raises
    NotFoundError for what no record knows.
    """
    from millstream.lineage.walk import graph
    from millstream.store.index import query

    store = Store.open(find_root(Path(project)), create=False)
    return query(
        store, lambda connection: graph(store, connection, of, direction, None if folder is None else Path(folder))
    )


def mermaid(document: Document) -> str:
    """The graph as Mermaid's text; whatever is in a name stays a name."""
    from millstream.lineage.flowcharts import flowchart

    return flowchart(document)


__all__ = ["lineage", "mermaid"]
