"""The catalogue of diagnostics: one page a code, with the reason, an example and the fix."""

from __future__ import annotations

from millstream.diagnostics.catalogue import Page, catalogue, explain, page
from millstream.diagnostics.excerpt import excerpt

__all__ = ["Page", "catalogue", "excerpt", "explain", "page"]
