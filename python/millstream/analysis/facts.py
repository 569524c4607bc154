"""What is known about a cell and each of its statements, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from millstream.notebook.effects import Effect
from millstream.records import Diagnostic

Kind = Literal["import", "definition", "assignment", "effect", "control", "docstring"]
Names = frozenset[str]
NONE: Names = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """What a function or class does with the notebook's names when it is called; its own names are left out.

    ``parameters`` are those that the body may mutate, by name; ``defines`` are declared ``global`` and assigned.
    ``positional`` are its parameters in order where it has no ``*args`` or ``**kwargs``, empty for a class.
    ``keeps`` says that a default is changed in place (``def f(x, seen=[])``), so that calls leave something behind.
    ``guesses`` are those of ``uses`` that only stand in text, such as SQL or a formula.
    """

    uses: Names = NONE
    guesses: Names = NONE
    mutates: Names = NONE
    defines: Names = NONE
    parameters: Names = NONE
    positional: tuple[str, ...] = ()
    is_class: bool = False
    keeps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFacts:
    """One top-level statement. ``uses`` are the names it reads before it binds them itself.

    ``line`` and ``end_line`` count from 1 within the cell. The sets mean what those of :class:`CellFacts` mean.
    """

    line: int
    end_line: int
    kind: Kind
    canonical: str
    defines: Names = NONE
    may_define: Names = NONE
    uses: Names = NONE
    immediate_uses: Names = NONE
    mutates: Names = NONE
    writes: Names = NONE
    deletes: Names = NONE
    deferred: Mapping[str, Deferred] = field(default_factory=dict)
    literal: bool = False
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """One code cell.

    ``defines``: bound when the cell ends without an error. ``may_define``: perhaps bound. ``deletes``: perhaps unbound.
    ``uses``: read from before the cell, now or when a function defined here is called; ``immediate_uses``: now.
    ``mutates``: every name whose value may change in place by any path. ``writes``: those where that is likely.
    ``uses`` also has names that only stand in text that is looked up here (SQL, formulas); ``immediate_uses`` has not.
    ``carries``: for a name bound or filled here, the functions and classes that its value may hold or be made
    of; ``*`` alone where they are too many to tell.
    ``aliases``: for a name bound or filled here, the names whose values may be part of its value.
    ``seeds``: random generators that the cell seeds. ``dynamic``: names may be read or bound that cannot be seen.
    ``canonical`` is the same for two cells that differ in comments and layout only.
    """

    statements: tuple[StatementFacts, ...] = ()
    effects: tuple[Effect, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    canonical: str = ""
    dynamic: bool = False
    defines: Names = NONE
    may_define: Names = NONE
    uses: Names = NONE
    immediate_uses: Names = NONE
    mutates: Names = NONE
    writes: Names = NONE
    deletes: Names = NONE
    deferred: Mapping[str, Deferred] = field(default_factory=dict)
    aliases: Mapping[str, Names] = field(default_factory=dict)
    carries: Mapping[str, Names] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    import_modules: Names = NONE
    star_imports: tuple[str, ...] = ()
    env_names: Names = NONE
    paths: tuple[tuple[str, int, int], ...] = ()
    ambient: Names = NONE
    seeds: Names = NONE
    display_names: tuple[str, ...] = ()
