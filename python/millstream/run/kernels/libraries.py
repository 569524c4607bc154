"""Which of the libraries that a notebook imports may be in memory before a kernel is forked.

``libraries.json`` says why for each. ``early``: loaded before the fork. ``late``: loaded by the notebook itself, and
must not come in by way of another. ``first``: so too, and nothing that the notebook imports after it is loaded
early, since it matters which comes first. A library that is in none of the lists counts as ``first``: it could change
how those after it are imported.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UNKNOWN = "is not on Millstream's list of libraries known to be safe to load before a fork"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """``early`` is loaded in the server, in this order; ``left_out`` maps each other module to the reason."""

    early: tuple[str, ...]
    left_out: dict[str, str]


@cache
def _rules() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_name("libraries.json").read_text(encoding="utf-8")
    rules: dict[str, dict[str, str]] = json.loads(text)
    return rules


def choose(modules: Iterable[str]) -> Choice:
    """Choose among ``modules``, dotted names in the order in which the notebook imports them."""
    rules = _rules()
    early: list[str] = []
    left_out: dict[str, str] = {}
    barrier: str | None = None
    for module in dict.fromkeys(modules):
        library = module.partition(".")[0]
        if library in sys.stdlib_module_names:
            continue
        if barrier:
            left_out[module] = f"is imported after {barrier}"
        elif library in rules["early"]:
            early.append(module)
        elif library in rules["late"]:
            left_out[module] = rules["late"][library]
        else:
            left_out[module] = rules["first"].get(library, UNKNOWN)
            barrier = module
    return Choice(early=tuple(early), left_out=left_out)


def kept_out() -> dict[str, str]:
    """Top-level names that must not come in by way of another library, and why."""
    rules = _rules()
    return rules["late"] | rules["first"]
