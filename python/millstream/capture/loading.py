"""Values of a run that has ended, from its artifacts."""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping
from typing import Any

from millstream.artifacts import codecs, rebuild
from millstream.artifacts.objects import ObjectFolder


class Loader:
    """Loads values by name, each artifact once, so that what shared an object shares it again.

    ``outputs`` maps a name to what a step said of its value. ``module`` is the notebook that functions and classes
    find themselves in; this process's own ``__main__`` where none is given.
    """

    def __init__(
        self, objects: ObjectFolder, outputs: Mapping[str, Mapping[str, Any]], module: types.ModuleType | None = None
    ) -> None:
        self.objects = objects
        self.outputs = outputs
        self.module = module or sys.modules["__main__"]
        self._artifacts: dict[str, dict[str, Any]] = {}

    def value(self, name: str) -> Any:
        """The value under ``name``. Raises what unpickling it raises."""
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        rebuild.set_resolver(self._resolve)
        try:
            return self._fetch(self.outputs[name])[name]
        finally:
            sys.modules["__main__"] = before

    def bind(self, name: str) -> Any:
        """:meth:`value`, bound in the module with everything that functions of the value look up there."""
        pending, value = [name], self.value(name)
        while pending:
            each = pending.pop()
            if each in self.outputs and each not in self.module.__dict__:
                self.module.__dict__[each] = self.value(each)
                pending += [*self.outputs[each]["looks_up"], *self.outputs[each]["references"]]
        return value

    def _resolve(self, name: str, digest: str) -> Any:
        now = self.outputs.get(name)
        if now is not None and digest in (now["fingerprint"], *now.get("ancestors", ())):
            return self._fetch(now)[name]  # the same object, whatever steps have made of it since
        return self._fetch({"digest": digest, "format": "pickle", "names": [name]})[name]

    def _fetch(self, output: Mapping[str, Any]) -> dict[str, Any]:
        digest = output["digest"]
        if digest not in self._artifacts:
            self._artifacts[digest], _ = codecs.load(digest, output["format"], self.objects, output["names"])
        return self._artifacts[digest]
