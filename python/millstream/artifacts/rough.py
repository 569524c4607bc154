"""A digest of a value that cannot be stored: of everything in it but the parts that cannot be stored."""

from __future__ import annotations

import io
import sys
import types
from typing import Any

from millstream.artifacts import arrays
from millstream.artifacts.objects import hash_chunks
from millstream.artifacts.pickler import Pickler


def rough_print(value: Any) -> str | None:
    """A digest that changes when the value does, as far as can be seen; None where nothing can."""
    file = io.BytesIO()
    pickler = _Rough(file, roots={}, refer=lambda _: None, memory=arrays.Memory())
    try:
        pickler.dump(value)
        return hash_chunks([file.getvalue(), *(buffer.raw() for buffer in pickler.buffers)])
    except Exception:
        return None


class _Rough(Pickler):
    """Writes in place of what cannot be pickled what it is, and how far it has got."""

    def reducer_override(self, obj: Any) -> Any:
        try:
            reduced = super().reducer_override(obj)
            if reduced is NotImplemented and not isinstance(obj, (type, types.FunctionType, types.BuiltinFunctionType)):
                reduced = obj.__reduce_ex__(5)
        except Exception:
            return _stub, (f"{type(obj).__module__}.{type(obj).__qualname__}", *_progress(obj))
        return reduced


def _stub(*parts: Any) -> tuple[Any, ...]:
    return parts


def _progress(obj: Any) -> tuple[Any, ...]:
    """What tells how far an object has got that goes on as it is used."""
    if isinstance(obj, (types.GeneratorType, types.CoroutineType)):
        frame = obj.gi_frame if isinstance(obj, types.GeneratorType) else obj.cr_frame
        return (None,) if frame is None else (frame.f_lasti, *_plain(frame.f_locals))
    if isinstance(obj, io.IOBase):
        return ("closed",) if obj.closed else _position(obj)
    sqlite3 = sys.modules.get("sqlite3")
    if sqlite3 is not None and isinstance(obj, sqlite3.Connection):
        return _rows(obj)
    return ()


def _plain(names: dict[str, Any]) -> tuple[Any, ...]:
    return tuple((name, value) for name, value in sorted(names.items()) if isinstance(value, (int, float, str)))


def _position(file: Any) -> tuple[Any, ...]:
    try:
        return (file.tell(),)
    except (OSError, ValueError):
        return (id(file),)


def _rows(connection: Any) -> tuple[Any, ...]:
    """How much has been changed in a database that is in memory only; one in a file is followed as a file."""
    try:
        held = [name for _, name, file in connection.execute("pragma database_list") if not file]
        return (connection.total_changes, *held, len(list(connection.iterdump()))) if held else ()
    except Exception:
        return ()
