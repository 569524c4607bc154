"""Imports libraries before a fork, and finds what makes one unfit for it.

A library is left out when its import does something that a kernel forked later would lack, share or show: output,
threads, child processes, open connections, a hold on the running IPython.
"""

# ruff: noqa: SLF001 - a fork is set right in places that the standard library keeps to itself
from __future__ import annotations

import importlib
import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

from . import process
from .scenery import Scenery

# keep the working directory of their import under this name, which Kernel sets anew
FOLDERS_KEPT = {"multiprocessing.process": "ORIGINAL_DIR", "rich": "_IMPORT_CWD"}


def _pause_numexpr() -> Callable[[], None] | None:
    """Stop numexpr's threads, which start with its import (pandas imports it); returns what starts them again."""
    numexpr = sys.modules.get("numexpr")
    if numexpr is None or not hasattr(numexpr, "set_num_threads"):
        return None
    count: int = numexpr.set_num_threads(1)
    if count == 1:
        return None
    return lambda: numexpr.set_num_threads(count)


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
        self.scenery = Scenery(environment)
        self.resume: list[Callable[[], None]] = []  # to be called in a forked kernel
        self._modules = set(sys.modules)
        self._filters = list(warnings.filters)
        self._handlers = list(logging._handlerList)  # type: ignore[attr-defined]
        self._fds = process.open_files()

    def load(self, name: str) -> None:
        """Import ``name``. Raises ``Unfit`` when that did something a fork cannot carry over."""
        before = set(sys.modules)
        with self.scenery.show() as output:
            failure = self._import(name)
        resume = _pause_numexpr()
        if resume is not None:
            self.resume.append(resume)
        modules = set(sys.modules) - before
        held = self._kept_out(modules) or self._held(modules)
        for why in (held, failure, self._printed(output), self._left_running()):
            if why:
                raise Unfit(name, why)
        self.loaded.append(name)

    @staticmethod
    def _import(name: str) -> str | None:
        """Import; returns what went wrong."""
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            # "a.b" where b is not a module but something in a: the importer of the notebook does the same
            return None if error.name == name and "." in name else f"cannot be imported: {error}"
        except BaseException as error:  # noqa: BLE001 - SystemExit too: it is a library that speaks
            return f"raised at import: {error!r}"
        return None

    def _kept_out(self, modules: set[str]) -> str | None:
        for library in sorted({module.split(".")[0] for module in modules}):
            if library in self.kept_out:
                return f"imports {library}, which {self.kept_out[library]}"
        return None

    def _held(self, modules: set[str]) -> str | None:
        """What the modules hold of the notebook they were shown."""
        if self.scenery.asked:
            return f"has {self.scenery.asked[0]} at import"
        looked = sorted(self.scenery.looked - set(FOLDERS_KEPT))
        if looked:
            return f"has {looked[0]} look at the working directory at import"
        for module in sorted(modules):
            members = getattr(sys.modules.get(module), "__dict__", {})
            if any(value is self.scenery.main for value in list(members.values())):
                return f"has {module} keep the module __main__"
        return None

    @staticmethod
    def _printed(output: list[str]) -> str | None:
        return f"prints or warns at import: {output[0]}" if output else None

    def _left_running(self) -> str | None:
        threads = process.threads_left()
        if threads:
            return f"starts threads at import: {', '.join(threads)}"
        if process.has_children():
            return "starts a process at import"
        for fd, target in process.open_files().items():
            if fd not in self._fds and process.is_shared(target):
                return f"opens {target} at import"
        return None

    def new_modules(self) -> set[str]:
        """Top-level names that these imports brought in."""
        return {name.split(".")[0] for name in set(sys.modules) - self._modules}

    def new_environment(self) -> dict[str, str | None]:
        """Variables that these imports set (or removed: None); a library does so for others to see."""
        now, before = dict(os.environ), self.scenery.environment
        return {name: now.get(name) for name in sorted({*now, *before}) if now.get(name) != before.get(name)}

    def new_handlers(self) -> list[Any]:
        """References to the logging handlers that these imports made."""
        return [each for each in logging._handlerList if each not in self._handlers]  # type: ignore[attr-defined]

    def new_filters(self) -> list[Any]:
        """Warning filters that these imports put in front."""
        return [entry for entry in warnings.filters if entry not in self._filters]
