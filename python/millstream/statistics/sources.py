"""Files that DuckDB reads, opened as a view ``data`` whose columns are called c0, c1, ….

Names of columns come from strangers, so none is ever part of a query.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millstream.errors import UsageError
from millstream.statistics.kinds import Column, word

if TYPE_CHECKING:
    import duckdb

_SUFFIXES = {
    ".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "json",
    ".ndjson": "json", ".json": "json", ".feather": "arrow", ".arrow": "arrow", ".ipc": "arrow", ".npy": "npy",
}  # fmt: skip
_PACKED = {".gz": "gzip", ".zst": "zstd"}
_KEY = b"millstream"


@dataclass(kw_only=True)
class Table:
    """A table that is open: its columns, its type as its owner knows it, and the types of columns likewise."""

    connection: duckdb.DuckDBPyConnection
    columns: list[Column]
    type: str
    types: list[str] = field(default_factory=list)


def format_of(name: str) -> tuple[str | None, str]:
    """What a file of that name holds (``parquet``, ``csv``, ``json``, ``arrow``, ``npy``), and how it is packed.

    The format is None for a name that says nothing of tables; packing is ``none``, ``gzip`` or ``zstd``.
    """
    stem, suffix = os.path.splitext(name.lower())
    packed = _PACKED.get(suffix, "none")
    kind = _SUFFIXES.get(os.path.splitext(stem)[1] if packed != "none" else suffix)
    return (None if packed != "none" and kind not in ("csv", "json") else kind), packed


@contextlib.contextmanager
def opened(path: Path, kind: str, packed: str = "none", *, label: str = "", copy: bool = True) -> Iterator[Table]:
    """The file, or the Parquet files of a folder, as a table. What has to be parsed is parsed once.

    It goes into memory that spills to disk, unless ``copy`` is off. ``label`` is what messages call the file. Raises UsageError for what cannot be read.
    """
    import duckdb

    try:
        if not path.stat().st_size:
            raise unreadable(label or str(path), kind, "it is empty, without so much as the names of columns.")
    except OSError as error:
        raise unreadable(label or str(path), kind, error.strerror or str(error)) from error
    connection = _connect()
    try:
        yield _open(connection, path, kind, packed, copy=copy)
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise unreadable(label or str(path), kind, str(error)) from error
    finally:
        connection.close()


def unreadable(label: str, kind: str, reason: str) -> UsageError:
    """The error for a file that is not what its name says."""
    first = next((line.strip() for line in reason.splitlines() if line.strip()), "")
    what = {"csv": "CSV", "json": "JSON", "arrow": "Feather"}.get(kind, kind.capitalize())
    return UsageError(
        f"{label} cannot be read as {what}: {first}",
        hint="Look whether the file is whole and is what its name says; other formats have no statistics.",
    )


def _connect() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": os.path.join(tempfile.gettempdir(), f"millstream-duckdb-{os.getpid()}"),
            "preserve_insertion_order": "false",
        },
    )


def _open(connection: duckdb.DuckDBPyConnection, path: Path, kind: str, packed: str, *, copy: bool) -> Table:
    import duckdb

    connection.execute("set TimeZone = 'UTC'")
    _relation(connection, path, kind, packed, sample=20_480).create_view("source")
    if kind != "parquet" and copy:
        try:
            connection.execute("create temp table parsed as select * from source")
        except (
            duckdb.ConversionException,
            duckdb.InvalidInputException,
        ):  # a type guessed from the first rows is wrong
            _relation(connection, path, kind, packed, sample=-1).create_view("source", replace=True)
            connection.execute("create temp table parsed as select * from source")
    relation = "parsed" if kind != "parquet" and copy else "source"
    described = connection.execute(f"describe {relation}").fetchall()
    refs = [f"c{position}" for position in range(len(described))]
    connection.execute(f"create temp view data({', '.join(refs)}) as select * from {relation}")  # noqa: S608
    names = [name for name, *_ in described]
    if kind == "parquet" and path.is_file():
        raw = _names_in_parquet(connection, path)
        names = raw if len(raw) == len(names) else names
    columns = [
        Column(ref=ref, name=name, type=type_) for ref, name, (_, type_, *_) in zip(refs, names, described, strict=True)
    ]
    table = Table(connection=connection, columns=columns, type=kind, types=[word(c.type) for c in columns])
    if kind == "parquet" and path.is_file():
        _take_notes(table, path)
    return table


def _relation(
    connection: duckdb.DuckDBPyConnection, path: Path, kind: str, packed: str, *, sample: int
) -> duckdb.DuckDBPyRelation:
    if kind == "parquet":
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        return connection.from_parquet([str(file) for file in files], hive_partitioning=False)
    options = {"sample_size": sample, "hive_partitioning": False} | (
        {} if packed == "none" else {"compression": packed}
    )
    return (connection.read_csv if kind == "csv" else connection.read_json)(str(path), **options)


def _names_in_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """The names of the columns as they are in the file, where DuckDB tells those apart that differ in case only."""
    rows = connection.execute("select name, num_children from parquet_schema(?)", [str(path)]).fetchall()[1:]
    names, nested = [], 0
    for name, children in rows:
        if nested == 0:
            names.append(name)
        nested += (children or 0) - (1 if nested else 0)
    return names


def _take_notes(table: Table, path: Path) -> None:
    """What Millstream noted of a data frame that it wrote: dtypes, and which column is the index."""
    query = "select value from parquet_kv_metadata(?) where key = ?"
    rows = table.connection.execute(query, [str(path), _KEY]).fetchall()
    if not rows:
        return
    notes: dict[str, Any] = json.loads(rows[0][0])
    table.type = "pandas.DataFrame"
    for block in notes["blocks"]:
        for position in block["columns"]:
            table.types[position] = _dtype(block["dtype"], table.types[position])
    if len(notes["names"]) < len(table.columns):
        del table.columns[len(notes["names"]) :], table.types[len(notes["names"]) :]


def _dtype(noted: str, found: str) -> str:
    if noted == "categories":
        return "category"
    if noted == "objects":
        return "object"
    if noted == "texts":
        return "str"
    return f"datetime64[{noted[4:-1]}]" if noted.startswith("<M8") else "bool" if noted == "|b1" else found


__all__ = ["Table", "format_of", "opened", "unreadable"]
