"""Data frames from the Parquet files that :mod:`millstream.artifacts.tables` writes."""

from __future__ import annotations

import importlib
from itertools import pairwise
from typing import Any

from millstream.artifacts import parquet

Note = dict[str, Any]


def decode(memory: Any) -> Any:
    """The frame in a file. A block of one column lies in ``memory`` itself, so a write to the frame changes that."""
    import pandas as pd

    file = _File(memoryview(memory))
    notes = file.notes
    blocks = importlib.import_module("pandas._libs.internals")
    made = [
        blocks._unpickle_block(file.block(note), blocks.BlockPlacement(note["columns"]).indexer, 2)
        for note in notes["blocks"]
    ]
    axes = [pd.Index(notes["names"], name=notes["name"]), file.index()]
    manager = importlib.import_module("pandas.core.internals.managers").BlockManager(tuple(made), axes)
    frame = pd.DataFrame.__new__(pd.DataFrame)
    flags = {"allows_duplicate_labels": True}
    frame.__setstate__({"_mgr": manager, "_typ": "dataframe", "_metadata": [], "attrs": {}, "_flags": flags})
    return frame


class _File:
    """The columns of a file, by their position."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.notes = parquet.read_notes(data)
        self.rows = self.notes["rows"]

    def index(self) -> Any:
        """The labels of the rows; where they are no range they are the last column."""
        import pandas as pd

        note = self.notes["index"]
        if "range" in note:
            return pd.RangeIndex(*note["range"], name=note["name"])
        return pd.Index(self.numbers("<i8", [len(self.notes["names"])])[0], name=note["name"], copy=False)

    def block(self, note: Note) -> Any:
        """The values of a block."""
        dtype, columns = note["dtype"], note["columns"]
        if dtype == "objects":
            return self.objects(columns, note["missing"])
        if dtype == "texts":
            return self.arrow_texts(columns[0], note["type"])
        if dtype == "categories":
            return self.categories(columns[0], note)
        return self.times(dtype, columns) if dtype.startswith("<M8") else self.numbers(dtype, columns)

    def numbers(self, dtype: str, columns: list[int]) -> Any:
        """Numbers: where they lie, if they are one column that is in the file as it is in memory."""
        import numpy as np

        if len(columns) == 1 and np.dtype(dtype).itemsize >= 4:
            return np.frombuffer(self.piece(columns[0]), dtype).reshape(1, -1)
        made = np.empty((len(columns), self.rows), dtype)
        for row, column in zip(made, columns, strict=True):
            data = self.piece(column)
            if dtype == "|b1":
                row[:] = np.unpackbits(np.frombuffer(data, "u1"), count=self.rows, bitorder="little")
            else:
                row[:] = np.frombuffer(data, dtype if row.itemsize >= 4 else "<i4")
        return made

    def times(self, dtype: str, columns: list[int]) -> Any:
        """Dates, and where there is none, NaT."""
        import numpy as np

        if len(columns) == 1 and self.valid(columns[0]) is None:
            return np.frombuffer(self.piece(columns[0]), dtype).reshape(1, -1)
        made = np.full((len(columns), self.rows), "NaT", dtype)
        for row, column in zip(made, columns, strict=True):
            valid = self.valid(column)
            row[slice(None) if valid is None else valid] = np.frombuffer(self.piece(column), dtype)
        return made

    def objects(self, columns: list[int], missing: list[str]) -> Any:
        """Texts as objects, equal ones the same object."""
        import numpy as np

        made = np.empty((len(columns), self.rows), object)
        for row, column, gap in zip(made, columns, missing, strict=True):
            lengths, _ = parquet.unpacked_lengths(self.piece(column))
            texts = _cut(bytes(self.piece(column, 1)), [0, *lengths.cumsum().tolist()])
            valid = self.valid(column)
            if valid is None:
                row[:] = texts
            else:
                row[:] = np.nan if gap == "nan" else None
                row[valid] = texts
        return made

    def arrow_texts(self, column: int, kind: str) -> Any:
        """Texts in the memory of Arrow."""
        import numpy as np
        import pandas as pd
        import pyarrow as pa

        found, _ = parquet.unpacked_lengths(self.piece(column))
        lengths, valid = found, self.valid(column)
        if valid is not None:
            lengths = np.zeros(self.rows, "i8")
            lengths[valid] = found
        offsets = np.zeros(self.rows + 1, "<i8" if kind == "large_string" else "<i4")
        np.cumsum(lengths, out=offsets[1:])
        bits = None if valid is None else pa.py_buffer(self.valid_bits(column))
        buffers = [bits, pa.py_buffer(offsets), pa.py_buffer(self.piece(column, 1))]
        array = pa.Array.from_buffers(getattr(pa, kind)(), self.rows, buffers)
        return pd.StringDtype("pyarrow", na_value=np.nan).__from_arrow__(pa.chunked_array([array]))

    def categories(self, column: int, note: Note) -> Any:
        """Categories by their codes, -1 where there is none."""
        import numpy as np
        import pandas as pd

        codes, valid = np.full(self.rows, -1, note["codes"]), self.valid(column)
        there = slice(None) if valid is None else valid
        codes[there] = np.frombuffer(self.piece(column, 1), codes.dtype)[: len(codes[there])]
        dtype = pd.CategoricalDtype(pd.Index(note["categories"]), note["ordered"])
        return pd.Categorical.from_codes(codes, dtype=dtype)

    def piece(self, column: int, number: int = 0) -> memoryview:
        """A piece of a column's values."""
        place = self.notes["places"][column]
        start = place["values"] + sum(place["sizes"][:number])
        return self.data[start : start + place["sizes"][number]]

    def valid_bits(self, column: int) -> memoryview:
        """The bits that say which values of a column are there."""
        start, size = self.notes["places"][column]["valid"]
        return self.data[start : start + size]

    def valid(self, column: int) -> Any:
        """Which values of a column are there; None where all are."""
        import numpy as np

        if "valid" not in self.notes["places"][column]:
            return None
        return np.unpackbits(np.frombuffer(self.valid_bits(column), "u1"), count=self.rows, bitorder="little").astype(
            bool
        )


def _cut(data: bytes, ends: list[int]) -> list[str]:
    """The texts between one end and the next, equal ones the same object where there seem to be many."""
    text = data.decode("ascii") if data.isascii() else None
    if text is not None:
        found = [text[low:high] for low, high in pairwise(ends)]
    else:
        found = [data[low:high].decode() for low, high in pairwise(ends)]
    first = found[:1000]
    known: dict[str, str] = {}
    return list(map(known.setdefault, found, found)) if len(set(first)) * 2 < len(first) else found
