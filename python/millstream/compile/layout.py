"""Which cell belongs where: set-up, a step, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from millstream.analysis import CellFacts
from millstream.compile.tags import SET_UP, CellTags, read_tags
from millstream.notebook import Notebook
from millstream.records import Cell, Diagnostic

START = "start"
"""The step of untagged cells that come before the first step and do more than import and define."""


@dataclass(kw_only=True)
class Block:
    """One step while the layout is made: its cells in the order of the notebook."""

    name: str
    tag: str
    cells: list[int] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Every code cell's place. ``roles`` maps a cell's index to parameters, imports, functions, skip or step.

    ``inert`` are the set-up cells that only import, define and bind literals: they may run any number of times.
    """

    roles: Mapping[int, str]
    steps: tuple[Block, ...]
    metrics: tuple[int, ...]
    volatile: frozenset[str]
    predict: int | None
    diagnostics: tuple[Diagnostic, ...]
    inert: frozenset[int] = frozenset()

    @property
    def set_up(self) -> tuple[int, ...]:
        """The cells that run in every step that comes after them."""
        return tuple(index for index, role in sorted(self.roles.items()) if role in SET_UP)

    def step_of(self, cell: int) -> str | None:
        """The name of the step that a cell belongs to."""
        return next((b.name for b in self.steps if cell in b.cells), None)


class _Placing:
    """Walks the cells once and places each."""

    def __init__(self, facts: Mapping[int, CellFacts]) -> None:
        self.facts = facts
        self.roles: dict[int, str] = {}
        self.steps: list[Block] = []
        self.metrics: list[int] = []
        self.volatile: set[str] = set()
        self.predict: int | None = None
        self.found: list[Diagnostic] = []

    def place(self, cell: Cell, tags: CellTags) -> None:
        if tags.role is not None:
            self.roles[cell.index] = tags.role
            if tags.role == "parameters":
                self._check_single_parameters(cell)
            return
        block = self._block(cell, tags)
        if block is None:
            self.roles[cell.index] = "imports"
            return
        self.roles[cell.index] = "step"
        block.cells.append(cell.index)
        block.after += [name for name in tags.after if name not in block.after]
        if tags.metrics:
            self.metrics.append(cell.index)
        if tags.volatile:
            self.volatile.add(block.name)
        if tags.predict:
            self.predict = cell.index

    def _block(self, cell: Cell, tags: CellTags) -> Block | None:
        if tags.step is None:
            return self.steps[-1] if self.steps else self._before_first(cell)
        if self.steps and self.steps[-1].tag == tags.step:
            return self.steps[-1]
        return self._open(tags.step, cell)

    def _open(self, tag: str, cell: Cell) -> Block:
        taken = {block.name for block in self.steps}
        name, number = tag, 2
        while name in taken:
            name, number = f"{tag}_{number}", number + 1
        if name != tag:
            self.found.append(
                Diagnostic(
                    code="MS106",
                    severity="warning",
                    cell=cell.index,
                    message=f"The cells of step {tag!r} do not stand together: those from here on become step {name!r}.",
                    hint=f"Move the cell up to the others of {tag!r}, or give it a step name of its own.",
                )
            )
        self.steps.append(Block(name=name, tag=tag))
        return self.steps[-1]

    def _before_first(self, cell: Cell) -> Block | None:
        """Untagged cells before the first step: imports and definitions are set-up, the rest a step of its own."""
        kinds = {s.kind for s in self.facts[cell.index].statements}
        set_up = kinds <= {"import", "definition", "docstring"}
        if not kinds:
            return None
        self.found.append(
            Diagnostic(
                code="MS303",
                severity="hint",
                cell=cell.index,
                message="This cell has no tag and stands before the first step; it is "
                + ("run in every step, as if tagged 'imports'." if set_up else f"step {START!r}."),
                hint="Tag it 'imports', 'functions', 'skip' or with a step.",
            )
        )
        return None if set_up else self._open(START, cell)

    def _check_single_parameters(self, cell: Cell) -> None:
        first = next((i for i, r in self.roles.items() if r == "parameters" and i != cell.index), None)
        if first is not None:
            self.found.append(
                Diagnostic(
                    code="MS109",
                    severity="error",
                    cell=cell.index,
                    message=f"Cell {first} is tagged 'parameters' already, and a pipeline has one such cell.",
                    hint=f"Move these lines to cell {first}, or remove the tag here.",
                )
            )


def lay_out(notebook: Notebook, facts: Mapping[int, CellFacts]) -> Layout:
    """Place every code cell by its tags."""
    placing = _Placing(facts)
    any_step = False
    for cell in notebook.cells:
        if cell.kind == "code":
            tags, found = read_tags(cell)
            placing.found += found
            any_step |= tags.step is not None
            placing.place(cell, tags)
    if not any_step and not any(d.code == "MS105" for d in placing.found):
        placing.found = [d for d in placing.found if d.code != "MS303"]
        placing.found.append(_untagged(notebook))
    return Layout(
        roles=placing.roles,
        steps=tuple(block for block in placing.steps if block.cells),
        metrics=tuple(placing.metrics),
        volatile=frozenset(placing.volatile),
        predict=placing.predict,
        diagnostics=(*placing.found, *_check_after(placing.steps)),
        inert=frozenset(c for c, role in placing.roles.items() if role in SET_UP and _is_inert(facts[c])),
    )


def _is_inert(facts: CellFacts) -> bool:
    quiet = all(s.literal or s.kind in ("import", "definition", "docstring") for s in facts.statements)
    alone = all(s.mutates <= s.defines | s.may_define for s in facts.statements)
    return quiet and alone and all(effect.harmless for effect in facts.effects)


def _untagged(notebook: Notebook) -> Diagnostic:
    if not any(cell.kind == "code" and cell.source.strip() for cell in notebook.cells):
        return Diagnostic(
            code="MS102", severity="error", message="The notebook has no code cells, so there is nothing to run.",
            hint="Write some code, and tag its cells 'step:NAME'.",
        )  # fmt: skip
    return Diagnostic(
        code="MS104", severity="error", message="No cell is tagged as a step.",
        hint="Tag the first cell of each step 'step:NAME' (in JupyterLab: the Millstream panel), or let Millstream "
        "suggest steps: millstream check --suggest.",
    )  # fmt: skip


def _check_after(steps: list[Block]) -> list[Diagnostic]:
    found = []
    names = [block.name for block in steps]
    for position, block in enumerate(steps):
        for name in block.after:
            if name not in names:
                known = ", ".join(names)
                found.append(
                    Diagnostic(
                        code="MS107",
                        severity="error",
                        cell=block.cells[0],
                        message=f"Step {block.name!r} is to run after {name!r}, and there is no such step.",
                        hint=f"The steps are: {known}.",
                    )
                )
            elif names.index(name) >= position:
                found.append(
                    Diagnostic(
                        code="MS108",
                        severity="error",
                        cell=block.cells[0],
                        message=f"Step {block.name!r} is to run after {name!r}, which "
                        + ("is itself." if name == block.name else "stands below it: that makes a cycle."),
                        hint=f"Remove the tag 'after:{name}', or move the cells of {name!r} above this one.",
                    )
                )
    return found
