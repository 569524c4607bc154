"""The pages under ``pages/``, read as they are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import cast

from millstream.errors import NotFoundError
from millstream.records import Severity

_HEAD = re.compile(r"# (?P<code>MS\d{3}): (?P<title>.+)\n\nSeverity: (?P<severity>error|warning|hint)\n\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One code of the catalogue; ``text`` is the whole page in Markdown."""

    code: str
    title: str
    severity: Severity
    text: str


@cache
def catalogue() -> tuple[str, ...]:
    """Every code there is a page for, in order."""
    pages = files(__package__).joinpath("pages").iterdir()
    return tuple(sorted(entry.name.removesuffix(".md") for entry in pages if entry.name.endswith(".md")))


def page(code: str) -> Page:
    """The page of ``code``, in any case; raises ``NotFoundError`` that names the nearest codes."""
    name = code.strip().upper()
    if name not in catalogue():
        near = get_close_matches(name, catalogue(), n=3, cutoff=0.0)
        raise NotFoundError(f"There is no diagnostic {code!r}.", hint=f"Did you mean {', '.join(near)}?", nearest=near)
    return _parsed(files(__package__).joinpath("pages", f"{name}.md").read_text("utf-8"))


def explain(code: str) -> str:
    """The page of ``code`` as Markdown; raises ``NotFoundError`` that names the nearest codes."""
    return page(code).text


def _parsed(text: str) -> Page:
    head = _HEAD.match(text)
    if head is None:
        raise ValueError(f"a page without its head: {text[:60]!r}")
    return Page(code=head["code"], title=head["title"], severity=cast("Severity", head["severity"]), text=text)
