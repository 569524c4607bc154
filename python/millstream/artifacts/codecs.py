"""Formats of artifacts: an open one where it gives the value back exactly, else a pickle with its buffers beside it.

An artifact is one object whose digest names it. ``json``, ``npy`` and ``parquet`` are files of that format as they
stand. ``pickle`` is a line of JSON (format, Python version, names, references, buffers with digest and size) followed
by a pickle of protocol 5; large buffers are objects of their own, so values that share content share storage.
"""

from __future__ import annotations

import importlib
import io
import math
import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from json import dumps, loads
from typing import Any

from millstream.artifacts import arrays, rebuild, sets, tables, tables_read
from millstream.artifacts.objects import ObjectFolder, hash_chunks
from millstream.artifacts.pickler import DebugTable, Pickler
from millstream.errors import StoreError

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"

BufferHash = Callable[[memoryview], "str | None"]


@dataclass
class Dump:
    """One or more values pickled together, not yet stored."""

    values: Mapping[str, Any]
    stream: bytes
    buffers: list[memoryview]
    references: dict[str, str]
    names: set[str]
    debug: DebugTable
    seen: list[arrays.Seen]
    shared: list[Any]
    has_views: bool
    sets: int = 0
    has_nan: bool = False
    digests: list[str] = field(default_factory=list)
    printed: str = ""
    npy: str | None = None

    def hash_buffers(self, known: BufferHash) -> list[str]:
        """The digests of the buffers; ``known`` answers for memory whose content is known to be unchanged."""
        if len(self.digests) != len(self.buffers):
            self.digests = [known(b) or hash_chunks([b]) for b in self.buffers]
        return self.digests

    def header(self) -> bytes:
        """The line of JSON before the pickle; needs :meth:`hash_buffers`."""
        head: dict[str, Any] = {
            "format": "pickle",
            "python": PYTHON,
            "names": sorted(self.values),
            "references": self.references,
            "buffers": [[digest, b.nbytes] for digest, b in zip(self.digests, self.buffers, strict=True)],
        }
        if self.sets:
            head["sets"] = self.sets
        if self.has_nan:
            head["nan"] = True
        return dumps(head, sort_keys=True).encode() + b"\n"

    def fingerprint(self, known: BufferHash) -> str:
        """A digest that changes when the values do; that of the artifact when it is stored as a pickle."""
        if not self.printed:
            array = self._large_array()
            if array is None:
                self.hash_buffers(known)
                self.printed = hash_chunks([self.header(), self.stream])
            else:
                self.npy = known(_flat(array)) or hash_chunks(_encode_npy(array))
                self.printed = hash_chunks([self.npy.encode(), self.stream])
        return self.printed

    def _large_array(self) -> Any:
        """The one array of a dump that is stored as ``npy``: large enough that its bytes are better hashed only once."""
        value = next(iter(self.values.values()))
        np = arrays.numpy()
        if np is None or len(self.values) > 1 or self.has_views or type(value) is not np.ndarray:
            return None
        return value if value.nbytes >= arrays.LARGE and _npy_exact(value) else None

    def release(self) -> None:
        """Let go of the bytes of a dump that has a fingerprint and is only compared from now on."""
        if self.printed:
            self.stream, self.buffers, self.digests = b"", [], []


def dump(
    values: Mapping[str, Any], refer: Callable[[str], str | None], memory: arrays.Memory, *, as_told: bool = False
) -> Dump:
    """Pickle ``values`` together. Raises whatever an object that cannot be pickled raises.

    Objects of the notebook are taken as they are, also where their class says how to pickle them; ``as_told`` does
    what it says, which is the second try where they hold something that cannot be pickled.
    """
    file = io.BytesIO()
    pickler = Pickler(file, roots=values, refer=refer, memory=memory, as_told=as_told)
    try:
        pickler.dump([values[name] for name in sorted(values)])
    except Exception:
        if as_told or not pickler.overruled:
            raise
        return dump(values, refer, memory, as_told=True)
    layouts = [(each, wanted) for each in pickler.sets.values() if (wanted := sets.layout(each))]
    if layouts:
        pickler.dump([(each, tuple(wanted)) for each, wanted in layouts])
    shared, has_exact_parts = pickler.identities(), bool(pickler.nans) or pickler.has_frozen_sets
    buffers, references, names, debug, seen = (
        pickler.buffers, pickler.references, pickler.names, pickler.debug, pickler.seen
    )  # fmt: skip
    del pickler
    return Dump(
        values=values,
        stream=file.getvalue(),
        buffers=[b.raw() for b in buffers],
        references=references,
        names=names,
        debug=debug,
        seen=seen,
        shared=_still_held(shared),
        has_views=any(id(s.array) in memory.spans for s in seen),
        sets=len(layouts),
        has_nan=has_exact_parts,
    )


def _still_held(objects: list[Any]) -> list[Any]:
    """Those of ``objects`` that something else holds: the rest was made by pickling, and would be kept for nothing."""
    return [each for each, count in zip(objects, _references(objects), strict=True) if count > _OURS]


def _references(objects: list[Any]) -> list[int]:
    return [sys.getrefcount(each) for each in objects]


_OURS = _references([object()])[0]  # what an object has that a list alone holds; it depends on the version of Python


def store(dumped: Dump, objects: ObjectFolder) -> tuple[str, str, int]:
    """Keep a dump: its digest, its format and its size in bytes."""
    if len(dumped.values) == 1 and not dumped.has_views:
        (value,) = dumped.values.values()
        opened = encode_open(value)
        if opened is not None:
            kind, chunks = opened
            return objects.put(chunks, dumped.npy), kind, sum(memoryview(c).nbytes for c in chunks)
    for buffer, digest in zip(dumped.buffers, dumped.hash_buffers(lambda _: None), strict=True):
        objects.put([buffer], digest)
    chunks = [dumped.header(), dumped.stream]
    size = sum(len(c) for c in chunks) + sum(b.nbytes for b in dumped.buffers)
    return objects.put(chunks), "pickle", size


def encode_open(value: Any) -> tuple[str, list[bytes | memoryview]] | None:
    """The value in an open format, where one gives it back exactly."""
    kind = type(value)
    if kind in (int, str, bool, type(None)) or (kind is float and math.isfinite(value)):
        try:
            return "json", [dumps(value, ensure_ascii=False).encode()]
        except (UnicodeEncodeError, ValueError):
            return None
    np = arrays.numpy()
    if np is not None and kind is np.ndarray and _npy_exact(value):
        return "npy", _encode_npy(value)
    table = tables.encode(value)
    return None if table is None else ("parquet", table)


def _encode_npy(array: Any) -> list[bytes | memoryview]:
    header, form = io.BytesIO(), arrays.numpy().lib.format
    form.write_array_header_1_0(header, form.header_data_from_array_1_0(array))
    return [header.getvalue(), _flat(array)]


def _flat(array: Any) -> memoryview:
    """The bytes of an array in the order of its memory."""
    flat = array.reshape(-1, order="C" if array.flags.c_contiguous else "F")
    return memoryview(flat.view("u1")).cast("B")


def _npy_exact(value: Any) -> bool:
    """Whether the format, which knows two orders of memory, says everything about an array."""
    if value.dtype.kind not in "biufcmSU" or value.dtype.metadata is not None or not value.size:
        return False
    usual = (value.flags.c_contiguous or value.flags.f_contiguous) and value.flags.aligned and value.flags.writeable
    like = arrays.numpy().empty_like(value, order="C" if value.flags.c_contiguous else "F")
    return bool(usual and value.ndim and like.strides == value.strides and like.dtype.char == value.dtype.char)


def load(digest: str, kind: str, objects: ObjectFolder, names: list[str]) -> tuple[dict[str, Any], list[Any]]:
    """The values of an artifact by name, and the memory they lie in with its digests."""
    if kind == "json":
        return {names[0]: loads(objects.get(digest))}, []
    if kind == "npy":
        array = _load_npy(objects.map(digest))
        return {names[0]: array}, [(digest, _flat(array))] if array.nbytes >= arrays.LARGE else []
    if kind == "parquet":
        return {names[0]: tables_read.decode(objects.map(digest))}, []
    data = memoryview(objects.map(digest))
    head = read_header(data)
    if head["python"] != PYTHON:
        raise StoreError(
            f"This value was stored by Python {head['python']}, and this is {PYTHON}.",
            hint="Code inside a value only loads in the Python that made it; use a kernel of that version.",
        )
    memory = [(digest, objects.map(digest)) for digest, _ in head["buffers"]]
    stream, buffers = data[head["length"] :], [buffer for _, buffer in memory]
    plain = not head.get("sets") and not head.get("nan")
    load = partial(pickle.loads, stream, buffers=buffers)
    values = _as_a_cell(load) if plain else _load_exactly(stream, buffers, head)
    return dict(zip(head["names"], values, strict=True)), memory


def _as_a_cell(load: Callable[[], list[Any]]) -> list[Any]:
    """Load with the notebook's names around: a model that was fitted by a formula looks for them in who loads it."""
    values: list[Any] = eval("load()", rebuild.main_namespace(), {"load": load})  # noqa: S307 - a text of ours
    return values


def _load_exactly(stream: memoryview, buffers: list[Any], head: Mapping[str, Any]) -> list[Any]:
    """Values, and behind them, in a pickle that refers to the first, how their sets are to be filled."""
    unpickler = _Unpickler(io.BytesIO(stream), buffers=buffers)
    values = _as_a_cell(unpickler.load)
    for each, wanted in unpickler.load() if head.get("sets") else ():
        sets.refill(each, sets.Layout(*wanted))
    return values


class _Unpickler(pickle.Unpickler):
    """Gives every NaN back as the one object that it was: code looks for NaN by ``is`` and ``in``."""

    def __init__(self, file: io.BytesIO, *, buffers: list[Any]) -> None:
        super().__init__(file, buffers=buffers)
        self._nans: dict[int, float] = {}

    def persistent_load(self, pid: Any) -> Any:
        """The NaN that a library has by that name, or one of this value's own by number; a frozen set in its order."""
        if isinstance(pid, str):
            return importlib.import_module(pid).nan
        if isinstance(pid, tuple):
            return sets.freeze(sets.Layout(*pid))
        return self._nans.setdefault(pid, float("nan"))


def read_header(data: memoryview) -> dict[str, Any]:
    """The JSON line of a pickle artifact, with its own ``length`` in bytes."""
    end = bytes(data[: min(len(data), 1 << 20)]).find(b"\n") + 1
    if not end:
        end = bytes(data).find(b"\n") + 1
    head: dict[str, Any] = loads(bytes(data[:end]))
    head["length"] = end
    return head


def _load_npy(buffer: Any) -> Any:
    import numpy as np

    reader = io.BytesIO(bytes(memoryview(buffer)[:4096]))
    version = np.lib.format.read_magic(reader)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(reader)
    made = np.ndarray(shape, dtype, buffer, reader.tell(), order="F" if fortran else "C")
    return made if made.nbytes >= arrays.LARGE else made.copy(order="K")  # numpy's own memory can be resized
