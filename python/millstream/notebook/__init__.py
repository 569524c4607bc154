"""Notebooks as values: the cells of an ``.ipynb`` file, and IPython's syntax as plain Python."""

from __future__ import annotations

from millstream.notebook.effects import Effect
from millstream.notebook.ipython import Translation, translate
from millstream.notebook.reader import Notebook, parse, read

__all__ = ["Effect", "Notebook", "Translation", "parse", "read", "translate"]
