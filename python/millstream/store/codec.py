"""A record as text: one line of JSON that carries its own checksum."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

FORMAT = 1
_RESERVED = frozenset({"id", "kind", "time", "format", "sum"})
_HEAD = '{"sum":"'
_START = len(_HEAD)
_END = _START + 64


class RecordError(ValueError):
    """The text is not the record that was written; the message says why."""


def encode(record_id: str, kind: str, time: str, payload: Mapping[str, Any]) -> bytes:
    """The line of a record. ``sum`` is the SHA-256 of the canonical JSON (sorted, compact) of everything else."""
    if clash := _RESERVED & payload.keys():
        raise ValueError(f"a payload cannot hold {', '.join(sorted(clash))}")
    body = canonical({**payload, "id": record_id, "kind": kind, "time": time, "format": FORMAT})
    return f'{_HEAD}{_digest(body)}",{body[1:]}\n'.encode()


def verified(data: bytes, name: str) -> str:
    """The text of a record. Raises RecordError when it is not whole, was changed, or is of a newer format."""
    try:
        text = data.decode().rstrip("\n")
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError("it is not whole JSON") from error
    if not isinstance(record, dict):
        raise RecordError("it is not a JSON object")
    if record.get("sum") != _digest("{" + text[_END + 2 :]):
        rest = {key: value for key, value in record.items() if key != "sum"}
        if record.get("sum") != _digest(canonical(rest)):  # formatted by hand or by a tool, and still the same
            raise RecordError("its content does not match its checksum")
    if f"{record.get('id')}.{record.get('kind')}" != name:
        raise RecordError("its name is not its id and kind")
    if record.get("format") != FORMAT:
        raise RecordError("a newer Millstream wrote it")
    return text


def canonical(value: Any) -> str:
    """Sorted, compact JSON of any value: what JSON cannot hold is brought to what it can."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line a type
    """The value as JSON knows it: numpy scalars as numbers, NaN and infinities as those words, the rest as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()  # lone surrogates: no database takes them
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _WORDS.get(value, "NaN")
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:
        return plain(item())
    return plain(str(value))


_WORDS = {math.inf: "Infinity", -math.inf: "-Infinity"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = ["FORMAT", "RecordError", "canonical", "encode", "plain", "verified"]
