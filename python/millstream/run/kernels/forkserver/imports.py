"""Imports libraries before a fork, and finds what makes one unfit for it.

A library is left out when its import does something that a kernel forked later would lack, share or show: output,
threads, child processes, open connections, or a question whether IPython is running.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Stamps = dict[str, tuple[int, int] | None]

# jemalloc (in pyarrow) stops this thread around a fork by handlers of its own, and does without it in the child
THREADS_SAFE_TO_LEAVE = {"jemalloc_bg_thd"}
# asks at import whether IPython is running; Kernel puts the answer right after the fork
ASKING_ALLOWED = {"matplotlib.pyplot"}
# keep the working directory of their import under this name, which Kernel sets anew
FOLDERS_KEPT = {"multiprocessing.process": "ORIGINAL_DIR", "rich": "_IMPORT_CWD"}


class Unfit(Exception):
    """``module`` must not be loaded before a fork, because it ``why``."""

    def __init__(self, module: str, why: str) -> None:
        super().__init__(f"{module}: {why}")
        self.module = module
        self.why = why


class Importer:
    """Imports modules one by one and keeps what a fork needs to know of it.

    ``kept_out`` maps top-level names that must not come in, even by way of another module, to the reason;
    ``environment`` is the one that the server was started with.
    """

    def __init__(self, kept_out: dict[str, str], environment: dict[str, str]) -> None:
        self.kept_out = kept_out
        self.loaded: list[str] = []
        self.read: dict[str, str | None] = {}  # environment variables looked at, and what they were
        self.asked: set[str] = set()  # modules that asked for IPython
        self.looked: set[str] = set()  # modules that looked where the process is
        self._environment = environment
        self._modules = set(sys.modules)
        self._filters = list(warnings.filters)
        self._fds = open_files()

    def load(self, name: str) -> None:
        """Import ``name``. Raises ``Unfit`` when that did something a fork cannot carry over."""
        before = set(sys.modules)
        with _quiet() as output, self._watching():
            self._import(name)
        self._check(name, output, set(sys.modules) - before)
        self.loaded.append(name)

    @staticmethod
    def _import(name: str) -> None:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            # "a.b" where b is not a module but something in a: the importer of the notebook does the same
            if error.name != name or "." not in name:
                raise Unfit(name, f"cannot be imported: {error}") from error
        except BaseException as error:
            raise Unfit(name, f"raised at import: {error!r}") from error

    def _check(self, name: str, output: list[str], modules: set[str]) -> None:
        kept_out = sorted({module.split(".")[0] for module in modules} & set(self.kept_out))
        asked = sorted(self.asked - ASKING_ALLOWED)
        looked = sorted(self.looked - set(FOLDERS_KEPT))
        if kept_out:
            raise Unfit(name, f"imports {kept_out[0]}, which {self.kept_out[kept_out[0]]}")
        if asked:
            raise Unfit(name, f"has {asked[0]} decide at import whether it runs in IPython")
        if looked:
            raise Unfit(name, f"has {looked[0]} look at the working directory at import")
        if output:
            raise Unfit(name, f"prints or warns at import: {output[0]}")
        self._check_process(name)

    def _check_process(self, name: str) -> None:
        threads = threads_left()
        if threads:
            raise Unfit(name, f"starts threads at import: {threads}")
        if has_children():
            raise Unfit(name, "starts a process at import")
        opened = [target for fd, target in open_files().items() if fd not in self._fds and _shared(target)]
        if opened:
            raise Unfit(name, f"opens {opened[0]} at import")

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Record which environment variables are read, and who asks for IPython or for the working directory."""
        from IPython.core.interactiveshell import InteractiveShell

        environ = type(os.environ)
        getitem, getcwd = environ.__getitem__, os.getcwd

        def recording(mapping: Any, key: Any) -> Any:
            if isinstance(key, str) and mapping is os.environ:
                self.read.setdefault(key, self._environment.get(key))
            return getitem(mapping, key)

        def initialized(cls: Any) -> bool:
            self.asked.add(_asker("IPython", "traitlets"))
            return False

        def looking() -> str:
            self.looked.add(_asker("posixpath", "pathlib"))
            return getcwd()

        environ.__getitem__ = recording  # type: ignore[method-assign]
        InteractiveShell.initialized = classmethod(initialized)  # type: ignore[assignment,method-assign]
        os.getcwd = looking
        try:
            yield
        finally:
            os.getcwd = getcwd
            environ.__getitem__ = getitem  # type: ignore[method-assign]
            del InteractiveShell.initialized

    def new_modules(self) -> set[str]:
        """Top-level names that these imports brought in."""
        return {name.split(".")[0] for name in set(sys.modules) - self._modules}

    def new_environment(self) -> dict[str, str | None]:
        """Variables that these imports set (or removed: None); a library does so for others to see."""
        now = dict(os.environ)
        names = sorted(set(now) | set(self._environment))
        return {name: now.get(name) for name in names if now.get(name) != self._environment.get(name)}

    def new_filters(self) -> list[Any]:
        """Warning filters that these imports put in front."""
        return [entry for entry in warnings.filters if entry not in self._filters]


def _asker(*between: str) -> str:
    """The module that called, by way of the packages ``between``."""
    frame = sys._getframe(2)
    while frame.f_back and str(frame.f_globals.get("__name__")).split(".")[0] in between:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """Collect what is written to standard output and error, by Python or by native code, into the list."""
    lines: list[str] = []
    saved = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as file:
        _flush()
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield lines
        finally:
            _flush()
            for standard, fd in zip((1, 2), saved):
                os.dup2(fd, standard)
                os.close(fd)
            file.seek(0)
            lines.extend(file.read(4000).decode("utf-8", "replace").splitlines())


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def quiet_fork() -> int:
    """``os.fork()``, without the warning of Python 3.12 and later about threads: they have been checked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()


def threads_left() -> list[str]:
    """Names of the threads that would be lost in a fork.

    OpenBLAS starts its threads when it is loaded, stops them before any fork and starts them again when they are
    needed, so what counts is what is left after a trial fork.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        pid = quiet_fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    native = sorted(name for name in _thread_names() if name not in THREADS_SAFE_TO_LEAVE)
    python = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    return python or native


def _thread_names() -> list[str]:
    names = []
    for task in os.listdir("/proc/self/task"):
        if int(task) != os.getpid():
            try:
                with open(f"/proc/self/task/{task}/comm") as file:
                    names.append(file.read().strip())
            except OSError:
                pass  # ended in the meantime
    return names


def has_children() -> bool:
    """Whether this process has children, ended or not."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def open_files() -> dict[int, str]:
    """The open files of this process: number → what it is."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass  # the one that listdir itself had open
    return found


def _shared(target: str) -> bool:
    """Whether two forked kernels would disturb each other through an open file."""
    return not target.startswith("/") or target.startswith("/dev/") and target not in ("/dev/null", "/dev/urandom")


def stamps(modules: set[str]) -> Stamps:
    """Modification time (ns) and size of the files that these modules were loaded from."""
    files = {}
    for name in modules:
        # not getattr: a lazily loading module would take it as the sign to load
        path = getattr(sys.modules.get(name), "__dict__", {}).get("__file__")
        if isinstance(path, str):
            files[path] = stamp(path)
    return files


def stamp(path: str) -> tuple[int, int] | None:
    """Modification time (ns) and size of a file; None when it cannot be found."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def changed(old: Stamps) -> str | None:
    """The first file that is no longer as it was."""
    for path, before in old.items():
        if stamp(path) != before:
            return path
    return None


def installation() -> Stamps:
    """What tells that a package was installed or removed: the package folders and the path files in them."""
    found: Stamps = {sys.executable: stamp(sys.executable)}
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages"):
            found[folder] = stamp(folder)
            found.update((entry.path, stamp(entry.path)) for entry in _entries(folder) if entry.name.endswith(".pth"))
    return found


def _entries(folder: str) -> list[Any]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def shadowed(folder: str, names: set[str]) -> str | None:
    """A name among ``names`` that a program in ``folder`` would import from there instead."""
    for entry in _entries(folder):
        name, _, suffix = entry.name.partition(".")
        if name in names and (suffix == "py" or suffix.endswith("so") or os.path.isfile(entry.path + "/__init__.py")):
            return str(name)
    return None


def own_folders() -> list[str]:
    """Folders that the user put on the path: those outside the Python installation."""
    inside = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    return [folder for folder in sys.path if folder and not folder.startswith(inside)]
