"""Parquet files, written straight from the memory of arrays: one row group, one page a column, nothing compressed.

So a column is in the file as it is in memory, and can be mapped back. Any reader of Parquet reads these files; this
module reads only its own, through the notes that it leaves in their metadata. Of the format
(https://parquet.apache.org/docs/file-format/) it knows what that needs: Thrift's compact protocol, plain pages,
dictionaries, delta-coded lengths of texts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Bytes = bytes | memoryview

MAGIC = b"PAR1"
KEY = "millstream"
"""The key in the file's metadata under which the notes are kept, as JSON."""

UTF8, UNSIGNED, SIGNED = 0, 11, 15  # converted types; integers of 8, 16, 32 and 64 bits from the latter two on
BOOLEAN, INT32, INT64, FLOAT, DOUBLE, TEXT = 0, 1, 2, 4, 5, 6  # physical types
PLAIN, RLE, DELTA_LENGTHS, DICTIONARY = 0, 3, 6, 8  # encodings
_ALIGNMENT = 64
_STRUCT, _LIST, _BINARY, _I32, _I64, _TRUE, _FALSE = 12, 9, 8, 5, 6, 1, 2


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: ``values`` are the bytes of the elements that are there, ``valid`` the bits that say which are.

    ``converted`` and ``logical`` are the format's ConvertedType and LogicalType, the latter as nested fields;
    ``entries`` is the dictionary that values refer to.
    """

    name: str
    physical: int
    values: Sequence[Bytes]
    encoding: int = PLAIN
    converted: int | None = None
    logical: dict[int, Any] = field(default_factory=dict)
    valid: bytes | None = None
    entries: bytes | None = None
    entry_count: int = 0


def write(columns: Sequence[Column], rows: int, notes: dict[str, Any]) -> list[Bytes]:
    """A file, in pieces. ``notes`` are kept in its metadata, with the place of each column's values added."""
    pieces: list[Bytes] = [MAGIC]
    position = len(MAGIC)
    chunks, places = [], []
    for column in columns:
        start = position
        found, data_page, place = _pages(column, rows, position)
        pieces += found
        position += sum(memoryview(piece).nbytes for piece in found)
        chunks.append(_chunk(column, rows, start, data_page, position))
        places.append(place)
    footer = _footer(columns, rows, chunks, json.dumps({**notes, "places": places}, sort_keys=True))
    return [*pieces, footer, len(footer).to_bytes(4, "little"), MAGIC]


def read_notes(data: memoryview) -> dict[str, Any]:
    """The notes in a file that :func:`write` made."""
    length = int.from_bytes(data[-8:-4], "little")
    footer = _Reader(bytes(data[-8 - length : -8])).struct()
    notes = next(pair[2] for pair in footer[5] if pair[1] == KEY.encode())
    found: dict[str, Any] = json.loads(notes)
    return found


def _pages(column: Column, rows: int, position: int) -> tuple[list[Bytes], int, dict[str, Any]]:
    """The pages of a column from ``position`` on, where its data page begins, and where in the file its pieces lie."""
    pieces: list[Bytes] = []
    if column.entries is not None:
        size = len(column.entries)
        header = _struct({1: 2, 2: size, 3: size, 7: {1: column.entry_count, 2: PLAIN}})
        pieces += [header, column.entries]
        position += len(header) + size
    levels = b"" if column.valid is None else _levels(column.valid)
    sizes = [memoryview(piece).nbytes for piece in column.values]
    size = len(levels) + sum(sizes)
    header = _struct({1: 0, 2: size, 3: size, 5: {1: rows, 2: column.encoding, 3: RLE, 4: RLE}})
    before = len(header) + len(levels)
    gap = -(position + before) % _ALIGNMENT if not pieces else 0
    pieces += [b"\0" * gap, header, levels, *column.values]
    values = position + gap + before
    place: dict[str, Any] = {"values": values, "sizes": sizes}
    if column.valid is not None:
        place["valid"] = [values - len(column.valid), len(column.valid)]
    return pieces, position + gap, place


def _chunk(column: Column, rows: int, start: int, data_page: int, end: int) -> dict[int, Any]:
    first = start if column.entries is not None else data_page
    meta: dict[int, Any] = {
        1: column.physical,
        2: [column.encoding, RLE] if column.entries is None else [PLAIN, RLE, column.encoding],
        3: [column.name],
        4: 0,
        5: _Long(rows),
        6: _Long(end - first),
        7: _Long(end - first),
        9: _Long(data_page),
    }
    if column.entries is not None:
        meta[11] = _Long(start)
    return {2: _Long(first), 3: meta}


def _footer(columns: Sequence[Column], rows: int, chunks: list[dict[int, Any]], notes: str) -> bytes:
    schema: list[dict[int, Any]] = [{4: "schema", 5: len(columns)}]
    for column in columns:
        optional = 0 if column.valid is None else 1
        element: dict[int, Any] = {1: column.physical, 3: optional, 4: column.name}
        if column.converted is not None:
            element[6] = column.converted
        if column.logical:
            element[10] = column.logical
        schema.append(element)
    group = {1: chunks, 2: _Long(sum(chunk[3][6].value for chunk in chunks)), 3: _Long(rows)}
    return _struct({1: 2, 2: schema, 3: _Long(rows), 4: [group], 5: [{1: KEY, 2: notes}], 6: "millstream"})


def _levels(valid: bytes) -> bytes:
    """Which values are there, as one run of bits."""
    run = _varint(len(valid) << 1 | 1) + valid
    return len(run).to_bytes(4, "little") + run


def packed_lengths(lengths: Any) -> bytes:
    """Lengths of texts, delta-coded, all deltas in 32 bits and all blocks alike, so that they are written in one go."""
    import numpy as np

    count = len(lengths)
    first = int(lengths[0]) if count else 0
    deltas = np.diff(lengths.astype("<i8"))
    least = int(deltas.min()) if len(deltas) else 0
    head = _varint(128) + _varint(1) + _varint(count) + _zigzag(first)
    blocks: Any = np.zeros((-(-len(deltas) // 128), 128), "<u4")
    blocks.reshape(-1)[: len(deltas)] = deltas - least
    prefix = np.frombuffer(_zigzag(least) + bytes([32]), "u1")
    body = np.hstack([np.broadcast_to(prefix, (len(blocks), len(prefix))), blocks.view("u1")])
    return bytes(head + body.tobytes())


def unpacked_lengths(data: memoryview) -> tuple[Any, int]:
    """What :func:`packed_lengths` packed, and how many bytes it took."""
    import numpy as np

    reader = _Reader(bytes(data[:64]))
    count, first = [reader.varint() for _ in range(3)][2], reader.zigzag()
    position, blocks = reader.position, -(-max(count - 1, 0) // 128)
    least = reader.zigzag() if blocks else 0
    prefix = reader.position - position + 1 if blocks else 0
    end = position + blocks * (prefix + 512)
    body = np.frombuffer(data[position:end], "u1").reshape(blocks, prefix + 512 if blocks else 0)
    deltas = np.ascontiguousarray(body[:, prefix:]).view("<u4").reshape(-1)[: max(count - 1, 0)]
    lengths = np.concatenate([[first] * min(count, 1), deltas.astype("i8") + least]).cumsum().astype("i8")
    return lengths, end


def codes_run(codes: bytes, width: int) -> list[Bytes]:
    """References into a dictionary, one after the other, ``width`` bytes each: their number a multiple of eight."""
    return [bytes([width * 8]) + _varint(len(codes) // width // 8 << 1 | 1), codes]


class _Long:
    """A number that Thrift has as 64 bits."""

    def __init__(self, value: int) -> None:
        self.value = value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _zigzag(value: int) -> bytes:
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _struct(fields: dict[int, Any]) -> bytes:
    """A Thrift struct of fields by number: int (32 bits), :class:`_Long`, bool, str, dict or a list of one of them."""
    found = bytearray()
    last = 0
    for number, value in sorted(fields.items()):
        kind, body = _value(value)
        found.append((number - last) << 4 | kind)
        found += body
        last = number
    return bytes(found) + b"\0"


def _value(value: Any) -> tuple[int, bytes]:
    if isinstance(value, bool):
        return (_TRUE if value else _FALSE), b""
    if isinstance(value, int):
        return _I32, _zigzag(value)
    if isinstance(value, _Long):
        return _I64, _zigzag(value.value)
    if isinstance(value, str):
        text = value.encode()
        return _BINARY, _varint(len(text)) + text
    if isinstance(value, dict):
        return _STRUCT, _struct(value)
    items = [_value(item) for item in value]
    kind = items[0][0] if items else _STRUCT
    size = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([0xF0 | kind]) + _varint(len(items))
    return _LIST, size + b"".join(body for _, body in items)


class _Reader:
    """Reads what :func:`_struct` writes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def byte(self) -> int:
        self.position += 1
        return self.data[self.position - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            part = self.byte()
            value |= (part & 0x7F) << shift
            shift += 7
            if part < 0x80:
                return value

    def zigzag(self) -> int:
        value = self.varint()
        return -(value + 1 >> 1) if value & 1 else value >> 1

    def struct(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        number = 0
        while head := self.byte():
            number += head >> 4
            found[number] = self.value(head & 15)
        return found

    def value(self, kind: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind in (_I32, _I64):
            return self.zigzag()
        if kind == _BINARY:
            length = self.varint()
            self.position += length
            return self.data[self.position - length : self.position]
        if kind == _STRUCT:
            return self.struct()
        head = self.byte()
        count = head >> 4 if head >> 4 < 15 else self.varint()
        return [self.value(head & 15) for _ in range(count)]
