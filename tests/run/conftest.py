"""A project in a folder of its own, and notebooks in it."""

import pytest
from notebooks import write

from millstream import service


class Project:
    """A folder with a store; runs collect what they said."""

    def __init__(self, folder):
        self.folder = folder
        (folder / ".millstream").mkdir()
        self.events = []

    def write(self, *cells, name="nb.ipynb", **options):
        """Write a notebook; its path."""
        return write(self.folder / name, *cells, **options)

    def run(self, target="nb.ipynb", **options):
        """Run; the run document."""
        self.events = []
        return service.run(self.folder / target, on_event=self.events.append, **options)

    def said(self):
        """The texts of messages."""
        return [e["text"] for e in self.events if e["event"] == "message"]


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    return Project(tmp_path)
