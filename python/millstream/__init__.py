"""Millstream: tagged notebook cells become versioned pipelines, run by papermill."""

from __future__ import annotations


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where the built panel lies in a source tree (``jupyter builder develop``); a wheel carries it as shared data."""
    return [{"src": "../../labextension/dist", "dest": "millstream"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """The module that Jupyter Server loads."""
    return [{"module": "millstream.server"}]
