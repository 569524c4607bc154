"""Values of past runs, loaded into this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from millstream.artifacts import codecs, rebuild
from millstream.artifacts.objects import ObjectFolder
from millstream.capture.standalone import apply
from millstream.errors import NotFoundError


def load(objects: Path, manifests: Sequence[Mapping[str, Any]], name: str, run: str) -> Any:
    """The value that the steps of ``manifests``, in order, left under ``name``."""
    folder = ObjectFolder(objects)
    current: dict[str, Any] = {}
    for manifest in manifests:
        current.update(manifest["kept"])
        apply(current, dict(manifest))
    if name not in current:
        known = ", ".join(sorted(current)) or "none"
        raise NotFoundError(
            f"Run {run} kept no value called {name!r}.",
            hint=f"It kept: {known}. A run with --keep all keeps every value that a step leaves.",
        )
    loaded: dict[str, Any] = {}

    def resolve(wanted: str, digest: str) -> Any:
        key = f"{wanted} {digest}"
        if key not in loaded:
            values, _ = codecs.load(digest, "pickle", folder, [wanted])
            loaded.update({f"{n} {digest}": value for n, value in values.items()})
        return loaded[key]

    rebuild.set_resolver(resolve)
    output = current[name]
    values, _ = codecs.load(output["digest"], output["format"], folder, output["names"])
    return values[name]
