"""What an import finds around it: that of a notebook, though no kernel is running yet.

Libraries look at IPython, the standard streams, ``__main__`` and the arguments while they are imported, and choose
by what they find: pandas how many columns it shows, plotly where figures go. So they find what they will find in the
kernel, and what they keep of it turns into the kernel's own after the fork.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class Stream(io.TextIOBase):
    """Is ``sys.stdout`` or ``sys.stderr`` during an import, as encoded as the kernel's; later the kernel's itself.

    A library that keeps the stream it finds at import, as a logging handler does, so writes to the notebook.
    """

    def __init__(self, name: str, target: Any, scenery: Scenery) -> None:
        self._name = name
        self._target = target
        self._scenery = scenery

    def _stream(self) -> Any:
        return self._target if self._scenery.shown else getattr(sys, self._name)

    @property
    def encoding(self) -> Any:  # type: ignore[override]
        """UTF-8, as that of each of ipykernel's streams."""
        return "UTF-8" if self._scenery.shown else self._stream().encoding

    def write(self, text: str) -> int:
        """Write to the stream that this stands for."""
        return int(self._stream().write(text))

    def flush(self) -> None:
        """Flush the stream that this stands for."""
        self._stream().flush()

    def isatty(self) -> bool:
        """A kernel's streams are no terminal."""
        return False

    def fileno(self) -> int:
        """The file number of the stream that this stands for."""
        return int(self._stream().fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream(), name)


class _Forward:
    """Stands for a part of IPython: answers what an import may ask, records what it may not."""

    def __init__(self, scenery: Scenery, path: str, known: dict[str, Any]) -> None:
        self.__dict__.update(_scenery=scenery, _path=path, _known=known)

    def __getattr__(self, name: str) -> Any:
        scenery: Scenery = self.__dict__["_scenery"]
        path = f"{self.__dict__['_path']}.{name}"
        if not scenery.shown:
            return scenery.real(path)
        if name in self.__dict__["_known"]:
            return self.__dict__["_known"][name]
        scenery.asked.append(f"{_asker()} use get_ipython(){path}")
        raise AttributeError(name)


class ZMQInteractiveShell(_Forward):
    """The shell, recognised by those who look at its class, its name, ``config`` or ``kernel``."""

    @property
    def __class__(self) -> Any:
        from ipykernel.zmqshell import ZMQInteractiveShell as Real

        return Real

    @__class__.setter
    def __class__(self, value: type) -> None:
        raise AttributeError("__class__")


class Scenery:
    """Shows imports what a notebook would show them, and records what they look at."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.shown = False
        self.environment = environment
        self.read: dict[str, str | None] = {}  # environment variables looked at, and what they were
        self.looked: set[str] = set()  # modules that looked where the process is
        self.asked: list[str] = []  # what was done with IPython that cannot be answered for
        self.registered: list[tuple[str, Callable[..., Any]]] = []  # callbacks for IPython's events
        self.main = ModuleType("__main__", "Automatically created module for IPython interactive environment")
        events = _Forward(self, ".events", {"register": self._register})
        parts = {"kernel": _Forward(self, ".kernel", {}), "config": {"IPKernelApp": {}}, "events": events}
        self.shell = ZMQInteractiveShell(self, "", parts)

    def _register(self, event: str, callback: Callable[..., Any]) -> None:
        self.registered.append((event, callback))

    @staticmethod
    def real(path: str) -> Any:
        """The attribute of the running shell that ``path``, as ``.events.register``, says."""
        from IPython import get_ipython

        found: Any = get_ipython()
        for name in path.split(".")[1:]:
            found = getattr(found, name)
        return found

    @contextmanager
    def show(self) -> Iterator[list[str]]:
        """Set the scene for an import; the lines that it writes are in the list at the end."""
        with _captured() as lines, self._streams(), self._ipython(), self._process():
            self.shown = True
            try:
                yield lines
            finally:
                self.shown = False

    @contextmanager
    def _streams(self) -> Iterator[None]:
        kept = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream("stdout", kept[0], self), Stream("stderr", kept[1], self)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept

    @contextmanager
    def _ipython(self) -> Iterator[None]:
        """IPython is running, in ipykernel."""
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.display import display

        given = {"get_ipython": lambda: self.shell, "__IPYTHON__": True, "display": display}
        vars(builtins).update(given)
        InteractiveShell.initialized = lambda: True
        InteractiveShell.instance = lambda *_args, **_kwargs: self.shell
        try:
            yield
        finally:
            del InteractiveShell.initialized, InteractiveShell.instance
            for name in given:
                delattr(builtins, name)

    @contextmanager
    def _process(self) -> Iterator[None]:
        """``__main__`` and the arguments of a kernel; a record of the environment read, and of looks at the folder."""
        environ: Any = type(os.environ)
        getitem, getcwd, argv, main = environ.__getitem__, os.getcwd, sys.argv, sys.modules["__main__"]

        def read(mapping: Any, key: Any) -> Any:
            if isinstance(key, str) and mapping is os.environ:
                self.read.setdefault(key, self.environment.get(key))
            return getitem(mapping, key)

        def look() -> str:
            self.looked.add(_asker())
            return getcwd()

        environ.__getitem__, os.getcwd = read, look
        sys.argv, sys.modules["__main__"] = [_launcher(), "-f", "kernel.json"], self.main
        try:
            yield
        finally:
            environ.__getitem__, os.getcwd = getitem, getcwd
            sys.argv, sys.modules["__main__"] = argv, main


def _launcher() -> str:
    from importlib.util import find_spec

    spec = find_spec("ipykernel_launcher")
    return str(spec.origin if spec else "ipykernel_launcher.py")


def _asker() -> str:
    """The module of a library that is looking at something, by way of the standard library or of IPython."""
    between = (__package__, "IPython", "traitlets", "posixpath", "pathlib", "os", "genericpath")
    frame = sys._getframe(1)  # noqa: SLF001 - the way to see one's caller
    while frame.f_back and _is_of(str(frame.f_globals.get("__name__")), between):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


def _is_of(module: str, packages: tuple[str | None, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@contextmanager
def _captured() -> Iterator[list[str]]:
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
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            os.close(saved[0])
            os.close(saved[1])
            file.seek(0)
            lines.extend(file.read(4000).decode("utf-8", "replace").splitlines())


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
