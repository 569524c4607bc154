"""Puts the lab extension into the wheel when it has been built, and leaves it out when it has not.

The Python side installs on a machine without Node: there is then no panel, and nothing else is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LAB = "share/jupyter/labextensions/millstream"
SERVER_CONFIG = "labextension/server-config/millstream.json"


class LabExtensionHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the server configuration always, the built front end where there is one."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill ``shared_data``; an editable install links the front end itself (``jupyter builder develop``)."""
        shared = build_data["shared_data"]
        shared[SERVER_CONFIG] = "etc/jupyter/jupyter_server_config.d/millstream.json"
        built = Path(self.root, "labextension", "dist")
        if version != "editable" and (built / "package.json").is_file():
            shared["labextension/dist"] = LAB
            shared["labextension/install.json"] = f"{LAB}/install.json"
