"""Frames of pandas, polars and Arrow as Parquet files that DuckDB reads. Runs in a process of the kernel's Python.

Columns are called c0, c1, … in the files, whatever they are called in the frame, and what Parquet has no type for
becomes text: this is for statistics, not for getting the frame back.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from millstream.artifacts import tables

_ROWS = 1 << 17  # in a file, where this package writes it

Table = dict[str, Any]


def as_table(value: Any, folder: Path) -> Table | None:
    """Write a frame, series or index into ``folder``; its ``type`` and ``rows``, and ``name`` and ``type`` of each column.

    None for a value that is nothing of the kind. A frame without rows or columns has no file.
    """
    for library, write in (("pandas", _pandas), ("polars", _polars), ("pyarrow", _arrow)):
        module = sys.modules.get(library)
        if module is not None and (found := write(module, value, folder)) is not None:
            return found
    return None


def _described(value: Any, rows: int, names: list[Any], types: list[str]) -> Table:
    kind = type(value)
    columns = [{"name": str(name), "type": type_} for name, type_ in zip(names, types, strict=True)]
    top = kind.__module__.partition(".")[0]
    return {"type": f"{top}.{kind.__qualname__}", "rows": rows, "columns": columns}


# -- pandas --------------------------------------------------------------------------------------------------------


def _pandas(pandas: Any, value: Any, folder: Path) -> Table | None:
    if isinstance(value, pandas.Series):
        frame = value.to_frame(value.name if value.name is not None else "values")
    elif isinstance(value, pandas.Index):
        frame = value.to_frame(index=False)
    elif isinstance(value, pandas.DataFrame):
        frame = value
    else:
        return None
    series = [frame.iloc[:, position] for position in range(frame.shape[1])]
    names = [_label(column.name) for column in series]
    if not (isinstance(frame.index, pandas.RangeIndex) or isinstance(value, pandas.Index)):
        levels = [frame.index.get_level_values(level) for level in range(frame.index.nlevels)]
        series = [level.to_series(index=frame.index) for level in levels] + series
        names = [*("index" if level.name is None else _label(level.name) for level in levels), *names]
    table = _described(value, len(frame), names, [str(column.dtype) for column in series])
    if len(frame) and series:
        plain = [_plain(pandas, column) for column in series]
        if not _with_arrow(plain, folder):
            _with_our_own(pandas, plain, folder)
    return table


def _label(name: Any) -> str:
    return " / ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _plain(pandas: Any, column: Any) -> Any:
    """The column without what Parquet has no type for."""
    kind, dtype = getattr(column.dtype, "kind", ""), str(column.dtype)
    column = column.reset_index(drop=True)
    if dtype.startswith("Sparse"):
        return _plain(pandas, column.sparse.to_dense())
    if dtype == "float16":
        return column.astype("float32")
    if kind == "m":
        return column.dt.total_seconds()
    if kind == "c" or dtype.startswith(("period", "interval")):
        return _as_text(column)
    return column


def _as_text(column: Any) -> Any:
    return column.astype(object).map(str, na_action="ignore").where(column.notna(), None).astype(object)


def _with_arrow(columns: list[Any], folder: Path) -> bool:
    """Write one file, if the kernel has pyarrow."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        return False
    arrays = []
    for column in columns:
        try:
            array = pa.Array.from_pandas(column)
            if isinstance(array, pa.Array) and pa.types.is_dictionary(array.type):
                array = array.cast(array.type.value_type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            array = pa.Array.from_pandas(_as_text(column))
        arrays.append(array)
    names = [f"c{position}" for position in range(len(columns))]
    parquet.write_table(pa.table(arrays, names=names), folder / "0.parquet", compression="none")
    return True


def _with_our_own(pandas: Any, columns: list[Any], folder: Path) -> None:
    """Write a file for so many rows at a time: one of ours holds less than 64 MB of text a column."""
    series = {f"c{position}": _for_our_own(pandas, column) for position, column in enumerate(columns)}
    frame = pandas.DataFrame(series)
    pending = [(start, min(start + _ROWS, len(frame))) for start in range(0, len(frame), _ROWS)]
    while pending:
        start, end = pending.pop()
        pieces = tables.encode(frame.iloc[start:end].reset_index(drop=True).copy())
        if pieces is None and end - start > 1:
            middle = (start + end) // 2
            pending += [(start, middle), (middle, end)]
        elif pieces is not None:
            (folder / f"{start}.parquet").write_bytes(b"".join(pieces))


def _for_our_own(pandas: Any, column: Any) -> Any:
    """The column as one of numpy's numbers or times, or as objects that are text or None."""
    dtype = column.dtype
    kind = getattr(dtype, "kind", "O")
    if type(dtype).__module__.startswith("numpy") and kind in "biufM" and getattr(dtype, "itemsize", 0) <= 8:
        return column
    if kind == "M":
        return column.dt.tz_convert("UTC").dt.tz_localize(None)
    if kind in "iuf":
        return column.astype("float64")
    return pandas.Series(_as_text(column).to_numpy(), dtype=object)


# -- polars and Arrow ----------------------------------------------------------------------------------------------


def _polars(polars: Any, value: Any, folder: Path) -> Table | None:
    if isinstance(value, polars.Series):
        frame = value.to_frame(value.name or "values")
    elif isinstance(value, polars.DataFrame):
        frame = value
    else:
        return None
    table = _described(value, frame.height, frame.columns, [str(dtype) for dtype in frame.dtypes])
    if frame.height and frame.columns:
        columns = [_plain_of_polars(polars, frame.to_series(i)).alias(f"c{i}") for i in range(frame.width)]
        polars.DataFrame(columns).write_parquet(folder / "0.parquet", compression="uncompressed")
    return table


def _plain_of_polars(polars: Any, column: Any) -> Any:
    if column.dtype == polars.Duration:
        return column.dt.total_microseconds() / 1e6
    if column.dtype == polars.Object:
        return polars.Series([None if each is None else str(each) for each in column], dtype=polars.String)
    if column.dtype in (polars.Categorical, polars.Enum):
        return column.cast(polars.String)
    return column


def _arrow(pyarrow: Any, value: Any, folder: Path) -> Table | None:
    if not isinstance(value, (pyarrow.Table, pyarrow.RecordBatch)):
        return None
    from pyarrow import parquet

    table = _described(value, value.num_rows, value.schema.names, [str(each) for each in value.schema.types])
    if value.num_rows and value.num_columns:
        names = [f"c{position}" for position in range(value.num_columns)]
        columns = [_plain_of_arrow(pyarrow, column) for column in value.columns]
        parquet.write_table(pyarrow.table(columns, names=names), folder / "0.parquet", compression="none")
    return table


def _plain_of_arrow(pyarrow: Any, column: Any) -> Any:
    if pyarrow.types.is_duration(column.type):
        from pyarrow import compute

        per_second = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[column.type.unit]
        return compute.divide(column.cast("int64").cast("float64"), per_second)
    return column.cast(column.type.value_type) if pyarrow.types.is_dictionary(column.type) else column
