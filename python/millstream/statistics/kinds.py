"""DuckDB's types as people know them, and what can be asked of a column of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "boolean", "date", "time", "nested", "binary", "empty", "other"]

_WORDS = {
    "TINYINT": "int8", "SMALLINT": "int16", "INTEGER": "int32", "BIGINT": "int64", "HUGEINT": "int128",
    "UTINYINT": "uint8", "USMALLINT": "uint16", "UINTEGER": "uint32", "UBIGINT": "uint64", "UHUGEINT": "uint128",
    "FLOAT": "float32", "DOUBLE": "float64", "BOOLEAN": "boolean", "VARCHAR": "text", "JSON": "JSON", "UUID": "UUID",
    "BLOB": "binary", "BIT": "bits", "DATE": "date", "TIME": "time", "TIMESTAMP": "datetime", "INTERVAL": "interval",
    "TIMESTAMP_S": "datetime", "TIMESTAMP_MS": "datetime", "TIMESTAMP_NS": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime, UTC", '"NULL"': "empty",
}  # fmt: skip
_WIDTHS = {
    "TINYINT": 1, "UTINYINT": 1, "BOOLEAN": 1 / 8, "SMALLINT": 2, "USMALLINT": 2, "INTEGER": 4, "UINTEGER": 4,
    "FLOAT": 4, "DATE": 4, "BIGINT": 8, "UBIGINT": 8, "DOUBLE": 8, "TIME": 8, "TIMESTAMP": 8, "TIMESTAMP_S": 8,
    "TIMESTAMP_MS": 8, "TIMESTAMP_NS": 8, "TIMESTAMP WITH TIME ZONE": 8, "HUGEINT": 16, "UHUGEINT": 16, "UUID": 16,
    "INTERVAL": 16, '"NULL"': 0,
}  # fmt: skip
_INTEGERS = frozenset(name for name, word in _WORDS.items() if re.fullmatch(r"u?int\d+", word))
_WIDE = ("HUGEINT", "UHUGEINT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the view ``data``: what it is called there and by its owner, and DuckDB's type."""

    ref: str
    name: str
    type: str

    @property
    def kind(self) -> Kind:  # noqa: PLR0911 - one line a kind
        """What can be asked of it."""
        if self.is_integer or self.is_float or self.type.startswith("DECIMAL"):
            return "number"
        if self.type in ("VARCHAR", "UUID", "JSON") or self.type.startswith("ENUM"):
            return "text"
        if self.type == "BOOLEAN":
            return "boolean"
        if self.type == "DATE" or self.type.startswith("TIMESTAMP"):
            return "time" if self.type.endswith(("]", ")")) else "date"
        if self.type.endswith("]") or self.type.startswith(("STRUCT", "MAP", "UNION")):
            return "nested"
        if self.type == '"NULL"':
            return "empty"
        return "binary" if self.type == "BLOB" else "time" if self.type.startswith("TIME") else "other"

    @property
    def is_integer(self) -> bool:
        """Whether it holds whole numbers."""
        return self.type in _INTEGERS

    @property
    def is_float(self) -> bool:
        """Whether it holds floats, with NaN and the infinities among them."""
        return self.type in ("FLOAT", "DOUBLE")

    @property
    def is_list(self) -> bool:
        """Whether its values have a length."""
        return self.type.endswith("]")

    @property
    def width(self) -> float | None:
        """The bytes of one value, None where they differ."""
        return 16.0 if self.type.startswith("DECIMAL") else _WIDTHS.get(self.type)

    @property
    def number(self) -> str:
        """SQL for its finite numbers, wide enough to be added up."""
        if self.is_float:
            return f"case when isfinite({self.ref}) then {self.ref}::double end"
        return self.ref if self.is_integer and self.type not in _WIDE else f"{self.ref}::double"


def word(type_: str) -> str:
    """A type of DuckDB's in plain words: ``int64``, ``text``, ``list of float64``."""
    if type_.startswith("ENUM"):
        return "category"
    if type_.startswith("DECIMAL"):
        return type_.lower()
    if listed := re.fullmatch(r"(.*)\[\d*\]", type_, re.DOTALL):
        return f"list of {word(listed[1])}"
    if type_.startswith(("STRUCT", "MAP", "UNION")):
        return type_.partition("(")[0].lower()
    return _WORDS.get(type_, type_.lower())


__all__ = ["Column", "Kind", "word"]
