"""A value of a run made ready for statistics: a table as Parquet files, anything else as a small document.

Runs in a process of the kernel's Python, where the value's classes are.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from millstream.artifacts.objects import ObjectFolder
from millstream.capture.loading import Loader
from millstream.capture.summaries import summary
from millstream.capture.tabling import as_table


def summarize(request: Mapping[str, Any]) -> dict[str, Any]:
    """``table`` (what it is; its files are in the request's ``folder``), ``document``, or why there is neither.

    ``request`` names a value (``objects``, ``outputs``, ``name``) or a file (``file``, ``format``), and the ``path``
    that its modules are found on.
    """
    sys.path[:] = [*sys.path, *(entry for entry in request["path"] if entry not in sys.path)]
    try:
        value = _read(request["file"], request["format"]) if "file" in request else _load(request)
        table = as_table(value, Path(request["folder"]))
        return {"document": summary(value)} if table is None else {"table": table}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}" if str(error) else type(error).__name__}


def _load(request: Mapping[str, Any]) -> Any:
    loader = Loader(ObjectFolder(Path(request["objects"])), request["outputs"], types.ModuleType("__main__"))
    return loader.bind(request["name"])


def _read(path: str, kind: str) -> Any:
    if kind == "npy":
        import numpy as np

        return np.load(path, allow_pickle=False)
    try:
        from pyarrow import feather
    except ImportError:
        import polars as pl

        return pl.read_ipc(path, memory_map=False)
    return feather.read_table(path)


def main(request: str, result: str) -> None:
    """Do as the JSON file ``request`` says, and write what was found to ``result``."""
    found = summarize(json.loads(Path(request).read_text(encoding="utf-8")))
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
