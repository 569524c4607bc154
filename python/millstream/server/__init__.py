"""The Jupyter server extension: ``/millstream/api/…`` for the panel, authenticated and authorised as Jupyter's own."""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """What Jupyter Server loads when ``millstream.server`` is enabled by that name."""
    from millstream.server.extension import MillstreamServer

    return [{"module": "millstream.server", "app": MillstreamServer}]
