"""What storing and loading values costs, as ratios to pyarrow and numpy doing it once: ``python benchmarks/values.py``.

Ratios of one run on one machine; the best of a few tries each. Ours includes the fingerprint, the object store and
waiting for the disk, which pyarrow and numpy do not do: so they are asked for ``fsync`` as well where it says so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import common
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from common import Table, beside, best, duration

from millstream.artifacts import codecs
from millstream.artifacts.groups import Grouping
from millstream.artifacts.objects import ObjectFolder

Work = Callable[[], Any]
LOADING = ("read", "np.load")


@contextmanager
def notebook(**values: Any) -> Iterator[None]:
    """A ``__main__`` with nothing in it but ``values``."""
    before = sys.modules["__main__"]
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(module).update(values)
    try:
        yield
    finally:
        sys.modules["__main__"] = before


def store(value: Any, folder: Path) -> tuple[str, str]:
    """Fingerprint and store a value as a step does; its digest and format."""
    with notebook(value=value):
        grouping = Grouping(lambda _: None, lambda name: name == "value")
        grouping.add(["value"])
        grouping.digest("value")
        (dump,) = grouping.groups().values()
        digest, kind, _ = codecs.store(dump, ObjectFolder(folder))
        return digest, kind


def load(digest: str, kind: str, folder: Path) -> Any:
    """A stored value."""
    return codecs.load(digest, kind, ObjectFolder(folder), ["value"])[0]["value"]


def synced(write: Callable[[Path], Any], path: Path) -> None:
    """Write a file and wait for the disk."""
    write(path)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def measure(value: Any, folder: Path, tries: int, others: dict[str, Work]) -> dict[str, float]:
    """Seconds for ours and for each of ``others``."""
    objects = folder / "objects"
    found: dict[str, float] = {}
    kept: list[tuple[str, str]] = []
    found["store"] = best(
        lambda: kept.append(store(value, objects)), tries, lambda: shutil.rmtree(objects, ignore_errors=True)
    )
    found["load"] = best(lambda: load(*kept[-1], objects), tries)
    found["format"] = kept[-1][1]  # type: ignore[assignment]
    return found | {name: best(work, tries) for name, work in others.items()}


def frame_case(frame: pd.DataFrame, folder: Path, tries: int) -> dict[str, float]:
    """A frame against Parquet and Arrow IPC."""
    parquet, ipc = folder / "a.parquet", folder / "a.arrow"

    def write_parquet(path: Path) -> None:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)

    def write_ipc(path: Path) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)

    return measure(frame, folder, tries, {
        "parquet": lambda: write_parquet(parquet),
        "parquet + fsync": lambda: synced(write_parquet, parquet),
        "ipc": lambda: write_ipc(ipc),
        "ipc + fsync": lambda: synced(write_ipc, ipc),
        "read parquet": lambda: pd.read_parquet(parquet),
    })  # fmt: skip


def array_case(array: np.ndarray, folder: Path, tries: int) -> dict[str, float]:
    """An array against np.save."""
    path = folder / "a.npy"
    return measure(array, folder, tries, {
        "np.save": lambda: np.save(path, array),
        "np.save + fsync": lambda: synced(lambda p: np.save(p, array), path),
        "np.load": lambda: np.load(path),
    })  # fmt: skip


def cases(size: int) -> dict[str, Callable[[Path, int], dict[str, float]]]:
    """The values, each with what it is compared with; ``size`` in megabytes for the large ones."""
    rng = np.random.default_rng(0)
    names = [f"c{n}" for n in range(10)]

    def floats(megabytes: int) -> pd.DataFrame:
        return pd.DataFrame(rng.normal(size=(megabytes * 12_500, 10)), columns=names)

    def texts() -> pd.DataFrame:
        return pd.DataFrame({"s": [f"text {n}" for n in range(500_000)]})

    return {
        f"{size} MB of floats": lambda folder, tries: frame_case(floats(size), folder, tries),
        "32 MB of floats": lambda folder, tries: frame_case(floats(32), folder, tries),
        "500,000 texts": lambda folder, tries: frame_case(texts(), folder, tries),
        f"{size} MB array": lambda folder, tries: array_case(rng.normal(size=size * 125_000), folder, tries),
    }


def row(name: str, found: dict[str, Any], references: Sequence[str]) -> list[str]:
    """A row of a table: the seconds of ours, and its ratios to the ``references``."""
    cells = [name, found["format"], duration(found["store"]), duration(found["load"])]
    for other in references:
        mine = found["load" if other.startswith(LOADING) else "store"]
        cells.append(beside(mine / found[other], found[other]) if other in found else "")
    return cells


def tables(rounds: int = 3, size: int = 200) -> list[Table]:
    """One row a value; ``size`` in megabytes of the large ones."""
    references = ["ipc", "parquet", "parquet + fsync", "read parquet"], ["np.save", "np.save + fsync", "np.load"]
    made = []
    for title, others in zip(("A frame", "An array"), references, strict=True):
        head = ["value", "format", "store", "load", *(f"/ {other}" for other in others)]
        made.append(Table("values", f"{title} crossing a border, in one process (ratio to the library)", head))
        made[-1].note = "Storing includes the fingerprint, the object store and waiting for the disk."
    for name, case in cases(size).items():
        with tempfile.TemporaryDirectory() as folder:
            found = case(Path(folder), rounds)
        table, others = list(zip(made, references, strict=True))["np.save" in found]
        table.rows.append(row(name, found, others))
        table.ratios |= {
            f"{name} / {o}": found["load" if o.startswith(LOADING) else "store"] / found[o] for o in others
        }
    return made


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="megabytes of the large values")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    common.show(tables(options.rounds, options.size), as_json=options.json)


if __name__ == "__main__":
    main()
