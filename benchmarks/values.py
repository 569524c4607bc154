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
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from millstream.artifacts import codecs
from millstream.artifacts.groups import Grouping
from millstream.artifacts.objects import ObjectFolder

Work = Callable[[], Any]


def best(work: Work, tries: int, before: Work = lambda: None) -> float:
    """The shortest of a few runs, in seconds."""
    found = []
    for _ in range(tries):
        before()
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


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


def main() -> None:
    """Print one line of ratios for each value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="megabytes of the large values")
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to write; a temporary folder by default")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=given.folder))
    try:
        for name, case in cases(given.size).items():
            found = case(folder, given.tries)
            ours = f"{found.pop('format')}: store {found['store']:.2f} s, load {found['load']:.3f} s"
            print(f"{name:22} {ours}")
            for other, seconds in found.items():
                if other not in ("store", "load"):
                    mine = found["load" if other.startswith(("read", "np.load")) else "store"]
                    print(f"{'':22} {mine / seconds:6.2f} x {other} ({seconds:.2f} s)")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
