"""The compiled notebook: everything a run, a promotion and the faces need to know, and how it is made."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from millstream.analysis import CellFacts, analyse_cells
from millstream.compile import checks
from millstream.compile.graph import Dataflow, Graph, cells_of, make_graph
from millstream.compile.layout import Block, Layout, lay_out
from millstream.diagnostics import excerpt
from millstream.notebook import Notebook
from millstream.notebook.ipython import tree_of
from millstream.records import Diagnostic, Edge, Step


@dataclass(frozen=True, kw_only=True)
class Program:
    """A notebook, compiled. Pure: made from the notebook's text alone."""

    notebook: Notebook
    facts: Mapping[int, CellFacts]
    layout: Layout
    flow: Dataflow
    graph: Graph
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether it can run."""
        return not any(d.severity == "error" for d in self.diagnostics)

    def findings(self) -> list[dict[str, Any]]:
        """The diagnostics as every face shows them, each with its line of source and a caret (``excerpt``)."""
        return [{**d.to_json(), "excerpt": self._excerpt(d)} for d in self.diagnostics]

    def _excerpt(self, found: Diagnostic) -> str | None:
        if found.cell is None or found.line is None:
            return None
        return excerpt(self.notebook.cells[found.cell].source, found.line, found.column) or None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps in the order of the notebook."""
        return tuple(
            Step(
                name=block.name,
                cells=tuple(block.cells),
                needs=self.graph.needs[block.name],
                gives=self.graph.gives[block.name],
                after=tuple(block.after),
            )
            for block in self.layout.steps
        )

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Who needs what from whom."""
        return self.graph.edges

    def block(self, step: str) -> Block:
        """The cells of a step."""
        return next(block for block in self.layout.steps if block.name == step)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The defaults of the parameters cell; a default that is not a literal is None."""
        found: dict[str, Any] = {}
        for cell in (c for c, role in sorted(self.layout.roles.items()) if role == "parameters"):
            found.update(literal_assignments(self.notebook.cells[cell].source))
        return found

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Names that cells tagged ``metrics`` assign, print or stand alone in."""
        names: dict[str, None] = {}
        for cell in self.layout.metrics:
            facts = self.facts[cell]
            assigned = [t for s in facts.statements if s.kind == "assignment" for t in s.targets]
            names.update(dict.fromkeys([*assigned, *sorted(facts.display_names)]))
        return tuple(names)

    @cached_property
    def set_up_modules(self) -> tuple[str, ...]:
        """The modules that set-up cells import, in their order: what every step's kernel will need."""
        found: dict[str, None] = {}
        for cell in self.layout.set_up:
            for node in ast.walk(tree_of(self.notebook.cells[cell].source)):
                if isinstance(node, ast.Import):
                    found.update(dict.fromkeys(alias.name for alias in node.names))
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found[node.module] = None
        return tuple(found)

    @property
    def set_up_changes_process(self) -> bool:
        """Whether set-up cells touch environment variables or the import path, which imports may depend on."""
        return any({"environ", "sys.path"} & self.facts[cell].ambient for cell in self.layout.set_up)

    def reached_set_up(self, step: str) -> tuple[list[str], set[str]]:
        """The canonical set-up statements that a step depends on, and every name it reaches."""
        block = self.block(step)
        statements = [s for c in self.layout.set_up if c < block.cells[-1] for s in self.facts[c].statements]
        reached = self.flow.reach(self.graph.effects[step].reads | self.graph.effects[step].binds)
        everything = self.graph.effects[step].dynamic
        kept: set[int] = set()
        changed = True
        while changed:
            changed = False
            for position, s in enumerate(statements):
                bound = s.defines | s.may_define
                effect = not bound and s.kind != "docstring"
                if position not in kept and (everything or effect or bound & reached or s.mutates & reached):
                    kept.add(position)
                    reached |= self.flow.reach(s.uses | bound)
                    changed = True
        return [statements[position].canonical for position in sorted(kept)], reached

    def code_digest(self, step: str) -> str:
        """SHA-256 of what a step's code means: comments, layout and unreached set-up aside."""
        set_up, _ = self.reached_set_up(step)
        own = [self.facts[c].canonical for c in cells_of(self.block(step), self.layout)]
        return _digest({"set_up": set_up, "cells": own})

    def parameters_of(self, step: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the parameters' values that a step can see used."""
        _, reached = self.reached_set_up(step)
        return {name: value for name, value in values.items() if name in reached}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole pipeline's meaning: its version."""
        steps = [[b.name, b.after, self.code_digest(b.name)] for b in self.layout.steps]
        return _digest({"steps": steps, "parameters": repr(sorted(self.parameters.items())), "metrics": self.metrics})


def compile_notebook(notebook: Notebook) -> Program:
    """Compile a notebook. Never raises for what is in it: :attr:`Program.diagnostics` says what is wrong."""
    code = [cell for cell in notebook.cells if cell.kind == "code"]
    facts = {cell.index: found for cell, found in zip(code, analyse_cells(code), strict=True)}
    layout = lay_out(notebook, facts)
    used = {index: facts[index] for index in layout.roles}
    flow = Dataflow(used, {index: notebook.cells[index].source for index in used})
    graph = make_graph(layout, flow)
    found = checks.check_language(notebook)
    if not found:  # what Python makes of another language's code helps nobody
        found += layout.diagnostics
        found += (d for index, role in sorted(layout.roles.items()) if role != "skip" for d in facts[index].diagnostics)
        found += checks.check_whole(notebook, layout, flow, graph) if layout.steps else []
    return Program(
        notebook=notebook, facts=used, layout=layout, flow=flow, graph=graph, diagnostics=tuple(_in_order(found))
    )


def _in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    rank = {"error": 0, "warning": 1, "hint": 2}
    return sorted(found, key=lambda d: (rank[d.severity], -1 if d.cell is None else d.cell, d.line or 0, d.code))


def literal_assignments(source: str) -> dict[str, Any]:
    """The names that a cell assigns at top level, with their literal values; None where the value is not a literal."""
    found: dict[str, Any] = {}
    for node in tree_of(source).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                found[target.id] = _literal(value)
    return found


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
