"""Data frames as Parquet, where that gives them back exactly: dtypes, labels, and the blocks they are laid out in.

Plain frames of numbers, texts, dates and categories are; frames with anything out of the ordinary (labels that are no
texts, attributes, nullable or nested dtypes, blocks not in the usual order) stay pickles, and so do those of
:data:`LIMIT` bytes and more: a pickle's memory is mapped back as it lies, while the columns of a block have to be put
together again from a file, and the file is hashed besides the memory (``benchmarks/values.py`` has the figures).
"""

from __future__ import annotations

import sys
from typing import Any

from millstream.artifacts import parquet
from millstream.artifacts.parquet import Bytes, Column

LIMIT = 1 << 26
"""Frames from this many bytes on are not written as Parquet."""

_NUMBERS = {
    "<f4": parquet.FLOAT, "<f8": parquet.DOUBLE, "<i8": parquet.INT64, "<u8": parquet.INT64, "<i4": parquet.INT32,
    "<u4": parquet.INT32, "<i2": parquet.INT32, "<u2": parquet.INT32, "|i1": parquet.INT32, "|u1": parquet.INT32,
    "|b1": parquet.BOOLEAN,
}  # fmt: skip
_UNITS = {"<M8[ms]": 1, "<M8[us]": 2, "<M8[ns]": 3}  # fields of the format's TimeUnit
_NOT_A_TIME = -(1 << 63)

Note = dict[str, Any]


class _Unfit(Exception):
    """The frame is no plain one."""


def encode(frame: Any) -> list[Bytes] | None:
    """The file for a frame, in pieces; None where it would not give the frame back exactly."""
    pandas = sys.modules.get("pandas")
    if pandas is None or type(frame) is not pandas.DataFrame or frame.empty or frame.attrs:
        return None
    if not frame.flags.allows_duplicate_labels or frame.memory_usage(index=False).sum() >= LIMIT:
        return None
    try:
        return _encode(frame)
    except (_Unfit, UnicodeEncodeError):
        return None


def _encode(frame: Any) -> list[Bytes]:
    names = _texts(frame.columns)
    columns: dict[int, Column] = {}
    blocks = []
    for block in frame._mgr.blocks:
        positions = block.mgr_locs.as_array.tolist()
        note, made = _encode_block(block.values, [names[position] for position in positions])
        columns.update(zip(positions, made, strict=True))
        blocks.append({**note, "columns": positions})
    index, extra = _encode_index(frame.index, names)
    notes = {"rows": len(frame), "names": names, "name": frame.columns.name, "index": index, "blocks": blocks}
    return parquet.write([*(columns[position] for position in range(len(names))), *extra], len(frame), notes)


def _texts(index: Any) -> list[str]:
    """The texts of an index that is made again from nothing but them."""
    found = list(index)
    pandas = sys.modules["pandas"]
    plain = type(index) is pandas.Index and set(map(type, found)) == {str} and index.is_unique
    _must(plain and index.dtype == pandas.Index(found).dtype and _is_name(index.name))
    return found


def _is_name(name: Any) -> bool:
    return name is None or type(name) is str


def _must(holds: Any) -> None:
    if not holds:
        raise _Unfit


def _encode_index(index: Any, names: list[str]) -> tuple[Note, list[Column]]:
    pandas = sys.modules["pandas"]
    _must(_is_name(index.name))
    if type(index) is pandas.RangeIndex:
        return {"range": [index.start, index.stop, index.step], "name": index.name}, []
    _must(type(index) is pandas.Index and index.dtype == "int64" and _is_usual(index._data))
    name = next(name for name in ("index", *(f"index {n}" for n in range(len(names) + 1))) if name not in names)
    return {"name": index.name}, [_numbers(name, index._data)]


def _encode_block(values: Any, names: list[str]) -> tuple[Note, list[Column]]:
    pandas = sys.modules["pandas"]
    kind = type(values).__name__
    if kind == "ndarray" and values.dtype == object:
        return _objects(values, names)
    if kind == "ndarray":
        _must(_is_usual(values) and values.dtype.str in _NUMBERS)
        return {"dtype": values.dtype.str}, [_numbers(name, row) for name, row in zip(names, values, strict=True)]
    if kind == "DatetimeArray":
        times = values._ndarray
        _must(
            _is_usual(times)
            and times.dtype.str in _UNITS
            and values.dtype == times.dtype
            and getattr(values, "freq", None) is None
        )
        return {"dtype": times.dtype.str}, [_times(name, row) for name, row in zip(names, times, strict=True)]
    if kind == "ArrowStringArray":
        _must(values.dtype == pandas.StringDtype("pyarrow", na_value=float("nan")))
        return _arrow_texts(values._pa_array, names[0])
    _must(kind == "Categorical")
    return _categories(values, names[0])


def _is_usual(array: Any) -> bool:
    """Whether an array of that dtype and shape, newly made, is just like ``array``."""
    usual = array.flags.c_contiguous and array.flags.aligned and array.flags.writeable
    known = sys.modules["numpy"].dtype(array.dtype.str)
    return bool(usual and array.dtype.metadata is None and known == array.dtype and known.char == array.dtype.char)


def _numbers(name: str, row: Any) -> Column:
    import numpy as np

    dtype = row.dtype
    physical, converted = _NUMBERS[dtype.str], None
    if dtype.kind in "iu" and dtype.str not in ("<i4", "<i8"):
        converted = (parquet.UNSIGNED if dtype.kind == "u" else parquet.SIGNED) + dtype.itemsize.bit_length() - 1
    if dtype.kind == "b":
        data: Bytes = np.packbits(row, bitorder="little").tobytes()
    else:
        data = memoryview(row if dtype.itemsize >= 4 else row.astype("<i4")).cast("B")
    return Column(name=name, physical=physical, converted=converted, values=[data])


def _times(name: str, row: Any) -> Column:
    numbers = row.view("i8")
    there = numbers != _NOT_A_TIME
    valid = None if there.all() else _bits(there)
    values = [memoryview(numbers if valid is None else numbers[there]).cast("B")]
    logical = {8: {1: False, 2: {_UNITS[row.dtype.str]: {}}}}
    return Column(name=name, physical=parquet.INT64, logical=logical, values=values, valid=valid)


def _bits(there: Any) -> bytes:
    import numpy as np

    return bytes(np.packbits(there, bitorder="little").tobytes())


def _text_column(name: str, lengths: Any, data: Bytes, valid: bytes | None) -> Column:
    _must(memoryview(data).nbytes < LIMIT)
    values = [parquet.packed_lengths(lengths), data]
    return Column(
        name=name,
        physical=parquet.TEXT,
        converted=parquet.UTF8,
        encoding=parquet.DELTA_LENGTHS,
        values=values,
        valid=valid,
    )


def _objects(values: Any, names: list[str]) -> tuple[Note, list[Column]]:
    """Texts as Python has them, and where there is none, always None or always numpy's NaN."""
    import numpy as np

    _must(values.flags.c_contiguous and values.flags.writeable)
    missing, columns, nan = [], [], np.nan
    for name, row in zip(names, values.tolist(), strict=True):
        kinds = set(map(type, row)) - {str}
        _must(kinds <= {type(None)} or (kinds == {float} and all(v is nan for v in row if type(v) is float)))
        texts = [v.encode() for v in row if type(v) is str]
        valid = _bits(np.fromiter((type(v) is str for v in row), bool, len(row))) if kinds else None
        lengths = np.fromiter(map(len, texts), "i8", len(texts))
        columns.append(_text_column(name, lengths, b"".join(texts), valid))
        missing.append("nan" if float in kinds else "none")
    return {"dtype": "objects", "missing": missing}, columns


def _arrow_texts(chunked: Any, name: str) -> tuple[Note, list[Column]]:
    import numpy as np

    array = chunked.combine_chunks()
    _must(hasattr(array, "buffers") and str(array.type) in ("large_string", "string"))
    width = "<i8" if str(array.type) == "large_string" else "<i4"
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1]
    lengths = np.diff(ends)
    valid = None
    if array.null_count:
        there = array.is_valid().to_numpy(zero_copy_only=False)
        _must(not lengths[~there].any())
        lengths, valid = lengths[there], _bits(there)
    body = memoryview(data)[int(ends[0]) : int(ends[-1])] if data is not None else b""
    return {"dtype": "texts", "type": str(array.type)}, [_text_column(name, lengths, body, valid)]


def _categories(values: Any, name: str) -> tuple[Note, list[Column]]:
    import numpy as np

    codes = values._ndarray
    _must(_is_usual(codes) and codes.ndim == 1 and codes.dtype.itemsize <= 2)
    texts = _texts(values.categories)
    _must(values.categories.name is None)
    there = codes >= 0
    kept = codes if there.all() else codes[there]
    padded = np.zeros(-(-len(kept) // 8) * 8, codes.dtype)
    padded[: len(kept)] = kept
    entries = b"".join(len(t).to_bytes(4, "little") + t for t in (text.encode() for text in texts))
    column = Column(
        name=name, physical=parquet.TEXT, converted=parquet.UTF8, encoding=parquet.DICTIONARY,
        values=parquet.codes_run(padded.tobytes(), codes.dtype.itemsize), entries=entries, entry_count=len(texts),
        valid=None if there.all() else _bits(there),
    )  # fmt: skip
    note = {"dtype": "categories", "codes": codes.dtype.str, "categories": texts, "ordered": bool(values.ordered)}
    return note, [column]
