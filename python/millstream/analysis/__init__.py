"""What a code cell does with names, files and the state of the process, found without running it."""

from __future__ import annotations

from millstream.analysis.cell import Earlier, analyse, analyse_cells
from millstream.analysis.facts import CellFacts, Deferred, StatementFacts

__all__ = ["CellFacts", "Deferred", "Earlier", "StatementFacts", "analyse", "analyse_cells"]
