"""A notebook's namespace without a kernel: values are stored from one and loaded into the next."""

from __future__ import annotations

import sys
import textwrap
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from millstream.artifacts import codecs, rebuild
from millstream.artifacts.groups import Grouping
from millstream.artifacts.objects import ObjectFolder


@contextmanager
def fresh_main(values: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """A new, empty ``__main__``, as a kernel has."""
    before = sys.modules["__main__"]
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(module).update(values or {})
    try:
        yield vars(module)
    finally:
        sys.modules["__main__"] = before


class Notebook:
    """Steps that run in one process, each in a namespace of its own, with a folder of objects between them."""

    def __init__(self, root: Path) -> None:
        self.objects = ObjectFolder(root)
        self.outputs: dict[str, dict[str, Any]] = {}
        self.failures: dict[str, str] = {}

    def save(self, names: list[str] | None = None) -> Grouping:
        """Store the names of the current ``__main__``."""
        namespace = rebuild.main_namespace()
        own = [n for n in namespace if not n.startswith("__")] if names is None else names
        grouping = Grouping(lambda _: None, lambda n: n in namespace and not n.startswith("__"))
        grouping.add(own)
        self.failures = dict(grouping.failures)
        self.outputs = {}
        for group, dump in grouping.groups().items():
            digest, kind, size = codecs.store(dump, self.objects)
            for name in group:
                self.outputs[name] = {
                    "digest": digest, "format": kind, "names": sorted(group), "bytes": size,
                    "fingerprint": grouping.digest(name), "debug": dump.debug,
                }  # fmt: skip
        return grouping

    def load(self) -> None:
        """Bind what was stored, definitions first, in the current ``__main__``."""
        namespace = rebuild.main_namespace()
        done: dict[tuple[str, ...], dict[str, Any]] = {}

        def fetch(output: dict[str, Any]) -> dict[str, Any]:
            identity = (output["digest"], *output["names"])
            if identity not in done:
                done[identity], _ = codecs.load(output["digest"], output["format"], self.objects, output["names"])
            return done[identity]

        rebuild.set_resolver(lambda name, _digest: fetch(self.outputs[name])[name])
        try:
            for output in self.outputs.values():
                rebuild.add_debug(output["debug"])
            for name, output in self.outputs.items():
                namespace[name] = fetch(output)[name]
        finally:
            rebuild.set_resolver(None)

    def fingerprints(self) -> dict[str, str | None]:
        """Name → fingerprint of everything in the current ``__main__``."""
        namespace = rebuild.main_namespace()
        grouping = Grouping(lambda _: None, lambda n: n in namespace and not n.startswith("__"))
        grouping.add([n for n in namespace if not n.startswith("__")])
        return {n: grouping.digest(n) for n in namespace if not n.startswith("__")}


def cross(root: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` on the other side of a border; fails when one of them is refused."""
    notebook = Notebook(root)
    with fresh_main(values):
        notebook.save()
    assert not notebook.failures, notebook.failures
    with fresh_main() as after:
        notebook.load()
        return {name: after[name] for name in values}


def cross_one(root: Path, value: Any) -> Any:
    """One value on the other side of a border."""
    return cross(root, {"value": value})["value"]


def cross_code(root: Path, source: str, check: str = "") -> dict[str, Any]:
    """Run ``source`` as a step, and ``check`` as the next; the names of the second."""
    notebook = Notebook(root)
    with fresh_main() as before:
        exec(compile(textwrap.dedent(source), "<cell>", "exec", dont_inherit=True), before)
        notebook.save()
    assert not notebook.failures, notebook.failures
    with fresh_main() as after:
        notebook.load()
        exec(compile(textwrap.dedent(check), "<next>", "exec", dont_inherit=True), after)
        return dict(after)


def refused(root: Path, source: str) -> dict[str, str]:
    """Name → reason for what a step made and cannot hand on."""
    notebook = Notebook(root)
    with fresh_main() as before:
        exec(compile(textwrap.dedent(source), "<cell>", "exec", dont_inherit=True), before)
        notebook.save()
        return notebook.failures
