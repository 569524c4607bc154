"""The files a step opens, seen by an audit hook, and by the arguments of readers that open files in C."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import site
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterable
from typing import Any

from millstream.artifacts.objects import hash_chunks, hash_file
from millstream.capture.journal import Journal

_READERS = {
    "pyarrow.parquet": ("read_table", "ParquetFile", "ParquetDataset", "read_metadata", "read_schema"),
    "pyarrow.dataset": ("dataset",),
    "pyarrow": ("memory_map", "OSFile"),
    "polars": ("read_parquet", "read_csv", "read_ipc", "read_json", "read_ndjson", "scan_parquet", "scan_csv",
               "scan_ipc", "scan_ndjson"),
    "duckdb": ("read_csv", "read_parquet", "read_json", "sql", "query", "execute"),
    "h5py": ("File",),
}  # fmt: skip
"""Functions that open files without Python knowing: their text arguments that name a file count as read."""

_lstat = os.lstat

_WRITERS = {
    "pyarrow.parquet": ("write_table",),
    "pyarrow.feather": ("write_feather",),
    "pyarrow.csv": ("write_csv",),
    "polars.DataFrame": ("write_parquet", "write_csv", "write_ipc", "write_json", "write_ndjson", "write_avro"),
}
"""Functions that write files without Python knowing: their text arguments count as files written."""


class Watcher:
    """Reads, writes, listings and network use between :meth:`start` and :meth:`stop`.

    ``journal`` is told of each file before it changes.
    """

    def __init__(self, own_folders: list[str], journal: Journal | None = None) -> None:
        self.reads: dict[str, str | None] = {}
        self.writes: set[str] = set()
        self.removes: set[str] = set()
        self.folders: set[str] = set()
        self.made: set[str] = set()
        """What was not there before it was written or removed: a file that comes and goes leaves nothing."""
        self.listed: set[str] = set()
        self.asked: dict[str, bool] = {}
        self.connects: set[str] = set()
        self.ran: set[str] = set()
        self.journal = journal
        self._ignored = tuple(os.path.realpath(f) + os.sep for f in own_folders if f)
        self._library = _library_folders()
        self._active = False
        self._busy = threading.local()
        sys.addaudithook(self._hook)
        for name in ("stat", "lstat", "access"):
            setattr(os, name, self._asking(getattr(os, name)))

    def start(self) -> None:
        """Begin to note."""
        self._active = True

    def forget_changes(self) -> None:
        """Forget what was written and removed so far: it has been taken back."""
        self.writes.clear()
        self.removes.clear()
        self.folders.clear()
        self.made.clear()

    def stop(self) -> None:
        """Note nothing more."""
        self._active = False

    def listings(self) -> dict[str, str]:
        """Folder → digest of the names it held that this step did not write itself."""
        folders = {f: [os.path.basename(w) for w in self.writes if os.path.dirname(w) == f] for f in self.listed}
        return {folder: list_digest(folder, own) for folder, own in folders.items() if os.path.isdir(folder)}

    def wrap_readers(self) -> None:
        """Watch the readers and writers of the libraries that are loaded by now."""
        for table, note, may_name in (
            (_READERS, self._note_read, os.path.isfile),
            (_WRITERS, self._note_write, _may_be_new),
        ):
            for owner_name, names in table.items():
                owner = _loaded(owner_name)
                for name in names if owner is not None else ():
                    original = getattr(owner, name, None)
                    if (
                        callable(original)
                        and not isinstance(original, type)
                        and not hasattr(original, "__millstream__")
                    ):
                        with contextlib.suppress(AttributeError, TypeError):
                            setattr(owner, name, self._watched(original, note, may_name))

    def _watched(self, original: Any, note: Callable[[str], None], may_name: Callable[[Any], bool]) -> Any:
        @functools.wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:
            for value in (*args[:2], *kwargs.values()):
                for item in value if isinstance(value, (list, tuple)) else (value,):
                    if self._active and isinstance(item, (str, os.PathLike)) and may_name(item):
                        note(os.fspath(item))
            return original(*args, **kwargs)

        watched.__millstream__ = True  # type: ignore[attr-defined]
        return watched

    def _asking(self, original: Any) -> Any:
        """``os.stat`` and the like, which Python tells no hook about: whether a file exists is asked through them."""

        @functools.wraps(original)
        def asking(path: Any, *args: Any, **kwargs: Any) -> Any:
            if self._active and not kwargs.get("dir_fd") and isinstance(path, (str, bytes, os.PathLike)):
                self._guarded(self._note_question, path)
            return original(path, *args, **kwargs)

        return asking

    def _note_question(self, path: Any) -> None:
        place = _place(os.fspath(path), -1)
        own = place in self.writes or place in self.removes or place in self.folders or place in self.reads
        if place not in self.asked and not own and self._ours(place):
            self.asked[place] = _exists(place)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        handler = _HANDLERS.get(event) if self._active else None
        if handler is not None:
            self._guarded(functools.partial(handler, self), args)

    def _guarded(self, note: Callable[[Any], None], what: Any) -> None:
        """Note something, unless it is our own noting that is seen; never disturb the user's code."""
        if getattr(self._busy, "on", False):
            return
        self._busy.on = True
        try:
            with contextlib.suppress(Exception):
                note(what)
        finally:
            self._busy.on = False

    def _on_open(self, args: tuple[Any, ...]) -> None:
        path, mode, flags = args
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        written = _is_write(mode, flags)
        name = os.fsdecode(os.fspath(path))
        if not written or _is_update(mode, flags):
            self._note_read(name)
        if written:
            self._note_write(name)

    def _note_read(self, name: str) -> None:
        path = os.path.realpath(name)
        if path.endswith(".pyc"):
            with contextlib.suppress(ValueError):
                path = importlib.util.source_from_cache(path)
        if path in self.reads or path in self.writes or not self._ours(path):
            return
        if os.path.isfile(path):
            self.reads[path] = hash_file(path)
        elif not os.path.lexists(path):
            self.reads[path] = None

    def _note_write(self, name: str) -> None:
        path = os.path.realpath(name)
        if self._ours(path) and not os.path.isdir(path):
            self._note_change(path)
            self.removes.discard(path)
            if not _is_bytecode(path):
                self.writes.add(path)

    def _note_remove(self, path: str) -> None:
        if self._ours(path):
            self._note_change(path)
            self.writes.discard(path)
            if not _is_bytecode(path):
                self.removes.add(path)

    def _note_change(self, path: str) -> None:
        if path not in self.writes and path not in self.removes and not _exists(path):
            self.made.add(path)
        if self.journal is not None:
            self.journal.before_change(path)

    def _on_remove(self, args: tuple[Any, ...]) -> None:
        self._note_remove(_place(args[0], args[1] if len(args) > 1 else -1))

    def _on_folder(self, args: tuple[Any, ...]) -> None:
        path = _place(args[0], args[2] if len(args) > 2 else -1)
        if self._ours(path) and not os.path.lexists(path):
            self._note_change(path)
            self.folders.add(path)

    def _on_truncate(self, args: tuple[Any, ...]) -> None:
        if isinstance(args[0], (str, bytes, os.PathLike)):
            self._note_read(os.fsdecode(args[0]))
            self._note_write(os.fsdecode(args[0]))

    def _on_database(self, args: tuple[Any, ...]) -> None:
        name = os.fsdecode(args[0]) if isinstance(args[0], (str, bytes, os.PathLike)) else ""
        if name and not name.startswith((":memory:", "file:")):
            self._note_read(name)
            self._note_write(name)

    def _on_list(self, args: tuple[Any, ...]) -> None:
        if _called_by_import():
            return
        folder = os.path.realpath(args[0] if args and args[0] else ".")
        if isinstance(folder, str) and self._ours(folder + os.sep):
            self.listed.add(folder)

    def _on_rename(self, args: tuple[Any, ...]) -> None:
        source, target = _place(args[0], args[2]), _place(args[1], args[3])
        moved = (
            [source] if not os.path.isdir(source) else [os.path.join(f, n) for f, _, ns in os.walk(source) for n in ns]
        )
        for path in moved:
            self._note_remove(path)
            self._note_write(os.path.normpath(target + path[len(source) :]))

    def _on_link(self, args: tuple[Any, ...]) -> None:
        self._note_write(os.fsdecode(args[1]))

    def _on_connect(self, args: tuple[Any, ...]) -> None:
        address = args[1]
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            self.connects.add(str(address[0]))

    def _on_process(self, args: tuple[Any, ...]) -> None:
        self.ran.add(str(args[0]))

    def _ours(self, path: str) -> bool:
        in_memory = path.startswith("/dev/shm/")  # noqa: S108 - where scratch files are, unlike the rest of /dev
        return (in_memory or not path.startswith(self._library)) and not path.startswith(self._ignored)


_HANDLERS = {
    "open": Watcher._on_open,
    "os.listdir": Watcher._on_list,
    "os.scandir": Watcher._on_list,
    "os.rename": Watcher._on_rename,
    "os.link": Watcher._on_link,
    "os.symlink": Watcher._on_link,
    "os.remove": Watcher._on_remove,
    "os.rmdir": Watcher._on_remove,
    "os.mkdir": Watcher._on_folder,
    "os.truncate": Watcher._on_truncate,
    "sqlite3.connect": Watcher._on_database,
    "socket.connect": Watcher._on_connect,
    "subprocess.Popen": Watcher._on_process,
    "os.system": Watcher._on_process,
}


def _place(name: Any, folder: Any) -> str:
    """The whole path of a name that is relative to an open folder, where there is one."""
    path: str = os.fsdecode(name)
    if isinstance(folder, int) and folder >= 0:
        path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
    parent, last = os.path.split(path)
    return os.path.join(os.path.realpath(parent), last)


def _loaded(name: str) -> Any:
    """A module, or a class in one, where it is loaded."""
    owner, _, attribute = name.rpartition(".")
    return sys.modules.get(name) or (
        getattr(sys.modules.get(owner), attribute, None) if attribute[:1].isupper() else None
    )


def _is_bytecode(path: str) -> bool:
    """Whether Python keeps a compiled module there, or is about to: it comes from the source and goes with it."""
    folder, name = os.path.split(path)
    return os.path.basename(folder) == "__pycache__" and ".pyc" in name


def _exists(path: str) -> bool:
    """Whether there is something at ``path``; not through ``os.path``, which we watch."""
    try:
        _lstat(path)
    except OSError:
        return False
    return True


def _may_be_new(item: Any) -> bool:
    """Whether text may name a file that is to be made: the folder it would be in is there."""
    return len(os.fspath(item)) < 4096 and os.path.isdir(os.path.dirname(os.path.realpath(item)))


def list_digest(folder: str, without: Iterable[str] = ()) -> str:
    """A digest of the names in a folder, hidden ones and those in ``without`` aside."""
    ignored = set(without)
    names = sorted(n for n in os.listdir(folder) if n not in ignored and not n.startswith((".", "__pycache__")))
    return hash_chunks(["\0".join(names).encode("utf-8", "surrogateescape")])


def _called_by_import() -> bool:
    frame: Any = sys._getframe()
    while frame.f_globals is globals():
        frame = frame.f_back  # the caller of the audited function, at the end
    # A library that asks for a version makes importlib.metadata list all of sys.path, the working folder with it.
    searching = frame.f_globals.get("__name__") in ("importlib.metadata", "importlib_metadata")
    return searching or frame.f_code.co_filename.startswith("<frozen importlib")


def _is_write(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(c in mode for c in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)) if isinstance(flags, int) else False


def _is_update(mode: Any, flags: Any) -> bool:
    """Whether what was in the file counts: it is appended to, or changed in place."""
    if isinstance(mode, str):
        return "a" in mode or "r+" in mode
    return bool(isinstance(flags, int) and flags & (os.O_RDWR | os.O_APPEND) and not flags & os.O_TRUNC)


def _library_folders() -> tuple[str, ...]:
    """Where code that is not the user's lies, and what is nobody's data."""
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    with contextlib.suppress(Exception):
        paths |= {*site.getsitepackages(), site.getusersitepackages()}
    paths |= {p for p in sys.path if p.endswith(("site-packages", "dist-packages", ".zip"))}
    home = os.path.expanduser("~")
    paths |= {os.path.join(home, f) for f in (".ipython", ".jupyter", ".cache", ".config", ".local", ".matplotlib")}
    paths |= {"/proc", "/dev", "/sys", "/etc", "/usr", "/lib", "/opt/conda", "/run"}
    paths |= {os.path.join(tempfile.gettempdir(), "ipykernel_")}
    resolved = {os.path.realpath(p) for p in paths if p} - {os.sep}
    return tuple(p if p.endswith("_") else p + os.sep for p in resolved)
