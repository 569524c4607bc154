"""What runs inside a step's kernel: the standard library and cloudpickle only, carried there by the run.

The session is imported when it is first used: the runner, which only reads manifests, need not load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millstream.capture.session import begin, begin_from, load, metric, sample, save

__all__ = ["begin", "begin_from", "load", "metric", "sample", "save"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'millstream.capture' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module("millstream.capture.session"), name)
