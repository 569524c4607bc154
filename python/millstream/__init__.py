"""Millstream: tagged notebook cells become versioned pipelines.

``import millstream as ms`` in a notebook: ``ms.metric(name, value)``, ``ms.load(name, run=…)``, ``ms.runs()``,
``ms.compare(a, b)``. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millstream.capture import metric as metric
    from millstream.notebooks import compare as compare
    from millstream.notebooks import load as load
    from millstream.notebooks import runs as runs

__all__ = ["compare", "load", "metric", "runs"]

_HOMES = {"metric": "millstream.capture", **dict.fromkeys(("compare", "load", "runs"), "millstream.notebooks")}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'millstream' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where the built panel lies in a source tree (``jupyter builder develop``); a wheel carries it as shared data."""
    return [{"src": "../../labextension/dist", "dest": "millstream"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """The application that Jupyter Server loads."""
    from millstream.server.extension import MillstreamServer

    return [{"module": "millstream.server", "app": MillstreamServer}]
