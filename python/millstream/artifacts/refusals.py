"""What cannot be stored, and why, in words: types by name, so that nothing is imported to look for them.

Some of these pickle would turn into something else without a word (a memory view into bytes, a weak set into one that
is empty a moment later); of the others it would say what only an implementer understands.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_GENERATOR = "a generator, which goes on only in the process that started it"
_COROUTINE = "a coroutine, which goes on only in the process that started it"
_LOCK = "a lock, which guards something in one process only"
_THREAD = "a thread, which runs in one process only"
_EXECUTOR = "a pool of workers, which belong to one process"
_PROCESS = "a process that was started here"
_QUEUE = "a queue between threads or processes of this kernel"
_ASYNC = "part of this kernel's event loop"
_DATABASE = "an open connection to a database"
_FILE = "an open file"
_SOCKET = "an open network connection"
_WEAK = "a weak reference, which keeps nothing alive on the other side"
_FRAME = "a frame of running code"
_VIEW = "a view of another object's memory"
_MAPPED = "a memory-mapped file"
_FOREIGN = "memory of a C library"
_WIDGET = "a widget, whose other half is in the browser"
_ITERATOR = "an iterator whose place cannot be told"
_MATCH = "a match of a regular expression, which Python cannot store"

REASONS: Mapping[str, str] = {
    "builtins.generator": _GENERATOR,
    "builtins.async_generator": _GENERATOR,
    "builtins.coroutine": _COROUTINE,
    "builtins.coroutine_wrapper": _COROUTINE,
    "builtins.frame": _FRAME,
    "builtins.traceback": _FRAME,
    "builtins.memoryview": _VIEW,
    "builtins.callable_iterator": _ITERATOR,
    "builtins.PyCapsule": _FOREIGN,
    "weakref.ReferenceType": _WEAK,
    "weakref.CallableProxyType": _WEAK,
    "weakref.ProxyType": _WEAK,
    "builtins.weakref": _WEAK,
    "builtins.weakproxy": _WEAK,
    "builtins.weakcallableproxy": _WEAK,
    "weakref.WeakSet": _WEAK,
    "_weakrefset.WeakSet": _WEAK,
    "weakref.WeakMethod": _WEAK,
    "weakref.WeakKeyDictionary": _WEAK,
    "weakref.WeakValueDictionary": _WEAK,
    "weakref.finalize": _WEAK,
    "tempfile.TemporaryDirectory": "a temporary folder, which is removed when this kernel ends",
    "tempfile._TemporaryFileWrapper": _FILE,
    "tempfile.SpooledTemporaryFile": _FILE,
    "zipfile.ZipFile": _FILE,
    "tarfile.TarFile": _FILE,
    "shelve.DbfilenameShelf": _FILE,
    "mmap.mmap": _MAPPED,
    "numpy.memmap": _MAPPED,
    "numpy.core.memmap.memmap": _MAPPED,
    "numpy._core.memmap.memmap": _MAPPED,
    "_csv.reader": "a reader of an open CSV file",
    "_csv.writer": "a writer of an open CSV file",
    "csv.DictReader": "a reader of an open CSV file",
    "csv.DictWriter": "a writer of an open CSV file",
    "posix.ScandirIterator": _ITERATOR,
    "re.Match": _MATCH,
    "_sre.SRE_Match": _MATCH,
    "_thread.lock": _LOCK,
    "_thread.RLock": _LOCK,
    "_thread._local": "the data of one thread",
    "_contextvars.ContextVar": "a context variable of this kernel",
    "_contextvars.Context": "a context of this kernel",
    "threading.Thread": _THREAD,
    "threading.Timer": _THREAD,
    "threading.Condition": _LOCK,
    "threading.Event": _LOCK,
    "threading.Semaphore": _LOCK,
    "threading.BoundedSemaphore": _LOCK,
    "threading.Barrier": _LOCK,
    "queue.Queue": _QUEUE,
    "queue.LifoQueue": _QUEUE,
    "queue.PriorityQueue": _QUEUE,
    "_queue.SimpleQueue": _QUEUE,
    "multiprocessing.queues.Queue": _QUEUE,
    "multiprocessing.process.BaseProcess": _PROCESS,
    "multiprocessing.pool.Pool": _EXECUTOR,
    "concurrent.futures._base.Executor": _EXECUTOR,
    "concurrent.futures._base.Future": "a result that is still being computed",
    "subprocess.Popen": _PROCESS,
    "socket.socket": _SOCKET,
    "_socket.socket": _SOCKET,
    "http.client.HTTPConnection": _SOCKET,
    "http.client.HTTPResponse": _SOCKET,
    "smtplib.SMTP": _SOCKET,
    "ftplib.FTP": _SOCKET,
    "ssl.SSLContext": "a set of network certificates",
    "selectors._BaseSelectorImpl": _SOCKET,
    "asyncio.events.AbstractEventLoop": _ASYNC,
    "_asyncio.Future": _ASYNC,
    "_asyncio.Task": _ASYNC,
    "asyncio.locks.Lock": _ASYNC,
    "asyncio.locks.Event": _ASYNC,
    "asyncio.queues.Queue": _ASYNC,
    "sqlite3.Connection": _DATABASE,
    "sqlite3.Cursor": _DATABASE,
    "_duckdb.DuckDBPyConnection": _DATABASE,
    "_duckdb.DuckDBPyRelation": "a query on an open database",
    "duckdb.duckdb.DuckDBPyConnection": _DATABASE,
    "duckdb.duckdb.DuckDBPyRelation": "a query on an open database",
    "_duckdb._duckdb.DuckDBPyConnection": _DATABASE,
    "_duckdb._duckdb.DuckDBPyRelation": "a query on an open database",
    "sqlalchemy.engine.base.Engine": _DATABASE,
    "sqlalchemy.engine.base.Connection": _DATABASE,
    "sqlalchemy.orm.session.Session": _DATABASE,
    "psycopg.Connection": _DATABASE,
    "psycopg2.extensions.connection": _DATABASE,
    "pymongo.synchronous.mongo_client.MongoClient": _DATABASE,
    "h5py._hl.base.HLObject": "part of an open HDF5 file",
    "h5py._hl.files.File": _FILE,
    "netCDF4._netCDF4.Dataset": _FILE,
    "pandas.io.pytables.HDFStore": _FILE,
    "pandas.io.excel._base.ExcelFile": _FILE,
    "pandas.io.excel._base.ExcelWriter": _FILE,
    "pandas.io.parsers.readers.TextFileReader": "a reader of an open file",
    "pyspark.sql.session.SparkSession": "a session of Spark",
    "pyspark.sql.classic.dataframe.DataFrame": "a query in a session of Spark",
    "pyspark.context.SparkContext": "a session of Spark",
    "distributed.client.Client": "a client of a Dask cluster",
    "ipywidgets.widgets.widget.Widget": _WIDGET,
    "_ctypes.CFuncPtr": _FOREIGN,
    "_ctypes._Pointer": _FOREIGN,
    "ctypes.CDLL": "a C library",
}
"""Qualified name of a type → what its instances are, for people. Holds for the types derived from it, too."""


class Refused(TypeError):
    """An object that cannot be stored, with the reason; :func:`explain` adds where it was found."""

    def __init__(self, obj: Any, reason: str) -> None:
        super().__init__(reason)
        self.obj = obj
        self.reason = reason


def reason(kind: type) -> str | None:
    """What instances of ``kind`` are, where they cannot be stored."""
    for base in kind.__mro__:
        if found := REASONS.get(f"{base.__module__}.{base.__qualname__}"):
            return found
    return None


def explain(error: Exception, roots: Mapping[str, Any]) -> str:
    """Why ``roots`` cannot be stored, in words: what stops it, and where inside them it is."""
    if not isinstance(error, Refused):
        return str(error) or type(error).__name__
    if any(value is error.obj for value in roots.values()):
        return error.reason
    path = find(error.obj, roots)
    return f"{path} is {error.reason}" if path else f"it holds {error.reason}"


def find(target: Any, roots: Mapping[str, Any], limit: int = 10_000) -> str | None:
    """The expression that leads from a name to ``target``, through containers, attributes and closures."""
    pending = [(name, value) for name, value in roots.items()]
    seen: set[int] = set()
    for path, value in pending:  # grows as it goes: the nearest is found first
        if value is target:
            return path
        if id(value) in seen or len(pending) > limit:
            continue
        seen.add(id(value))
        pending += _children(path, value)
    return None


def _children(path: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f"{path}[{key!r}]", item) for key, item in list(value.items())[:1000]]
    if isinstance(value, (list, tuple)):
        return [(f"{path}[{position}]", item) for position, item in enumerate(value[:1000])]
    if isinstance(value, (set, frozenset)):
        return [(f"a member of {path}", item) for item in list(value)[:1000]]
    if isinstance(value, types.FunctionType):
        return [*_closure(path, value), *_attributes(path, value)]
    return [] if isinstance(value, (type, types.ModuleType)) else _attributes(path, value)


def _attributes(path: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, types.MethodType):
        return [(f"{path}.__self__", value.__self__)]
    own = getattr(value, "__dict__", None)
    names = [name for kind in type(value).__mro__ for name in _slots(kind) if hasattr(value, name)]
    found = {**(own if isinstance(own, dict) else {}), **{name: getattr(value, name) for name in names}}
    return [(f"{path}.{name}", item) for name, item in found.items()]


def _closure(path: str, function: types.FunctionType) -> list[tuple[str, Any]]:
    found = []
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found.append((f"{name} in {path}", cell.cell_contents))
        except ValueError:
            continue
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return found + [(f"a default of {path}", value) for value in defaults]


def _slots(kind: type) -> Iterable[str]:
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else [name for name in slots if not name.startswith("__")]


Rule = Callable[[Any, Any], Any]


def rule(kind: type) -> Rule | None:
    """How to refuse objects of ``kind``; None where they are welcome."""
    found = reason(kind)
    if found is None:
        return None

    def refuse(_: Any, obj: Any) -> Any:
        raise Refused(obj, found)

    return refuse
