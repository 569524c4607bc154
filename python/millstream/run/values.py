"""Values of past runs, loaded into this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from millstream.artifacts.objects import ObjectFolder
from millstream.capture.loading import Loader
from millstream.capture.standalone import apply
from millstream.errors import NotFoundError


def load(objects: Path, manifests: Sequence[Mapping[str, Any]], name: str, run: str) -> Any:
    """The value that the steps of ``manifests``, in order, left under ``name``."""
    current: dict[str, Any] = {}
    for manifest in manifests:
        current = {**manifest["kept"], **current}
        apply(current, dict(manifest))
    if name not in current:
        known = ", ".join(sorted(current)) or "none"
        raise NotFoundError(
            f"Run {run} kept no value called {name!r}.",
            hint=f"It kept: {known}. A run with --keep all keeps every value that a step leaves.",
        )
    return Loader(ObjectFolder(objects), current).bind(name)
