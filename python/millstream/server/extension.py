"""What Jupyter Server starts and stops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp

from millstream.server.handlers import handlers
from millstream.server.jobs import Jobs
from millstream.server.operations import Context


class MillstreamServer(ExtensionApp):
    """Adds the routes to the server, and ends the runs that it started when it stops."""

    name = "millstream"
    load_other_extensions = True

    def initialize_settings(self) -> None:
        """Prepare what the routes work on: the folder the server shows, and the runs it starts."""
        root = Path(self.serverapp.root_dir) if self.serverapp is not None else Path.cwd()
        self.context = Context(root=root.resolve(), jobs=Jobs())
        self.settings["millstream_context"] = self.context

    def initialize_handlers(self) -> None:
        """Add the routes."""
        added: list[tuple[Any, ...]] = handlers()
        self.handlers.extend(added)

    async def stop_extension(self) -> None:
        """Interrupt the runs that go on, and wait for them to end."""
        await self.context.jobs.stop()


__all__ = ["MillstreamServer"]
