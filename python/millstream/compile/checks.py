"""What is wrong, or surprising, with a notebook as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from millstream.analysis import CellFacts
from millstream.compile.graph import KNOWN, Dataflow, Graph
from millstream.compile.layout import Layout
from millstream.compile.tags import SET_UP
from millstream.notebook import Notebook
from millstream.records import Diagnostic

Facts = Mapping[int, CellFacts]


def check_language(notebook: Notebook) -> list[Diagnostic]:
    """Only Python notebooks can be compiled."""
    if notebook.language in ("python", "python3", "ipython"):
        return []
    return [
        Diagnostic(
            code="MS103",
            severity="error",
            message=f"The notebook is written in {notebook.language!r} (kernel {notebook.kernel!r}), not in Python.",
            hint="Millstream compiles Python notebooks; choose a Python kernel if the code is Python after all.",
        )
    ]


def check_whole(notebook: Notebook, layout: Layout, flow: Dataflow, graph: Graph) -> list[Diagnostic]:
    """Everything that needs more than one cell to be seen."""
    skipped = [i for i, role in layout.roles.items() if role == "skip"]
    return [
        *_set_up_needs(layout, flow),
        *_skipped(skipped, layout, flow, graph),
        *_undefined(skipped, layout, flow),
        *_parameters(layout, flow),
        *_run_order(notebook),
    ]


def _set_up_needs(layout: Layout, flow: Dataflow) -> list[Diagnostic]:
    """A set-up cell runs before a step's values are there, so it cannot use them."""
    found = []
    from_set_up: set[str] = set()
    from_steps: dict[str, str] = {}
    for cell, role in sorted(layout.roles.items()):
        facts = flow.facts[cell]
        if role in SET_UP:
            called = flow.reach(facts.immediate_uses) if _calls(facts) else set(facts.immediate_uses)
            needed = sorted(n for n in called & set(from_steps) if n not in from_set_up and n not in facts.defines)
            found += [_set_up_diagnostic(cell, role, name, from_steps[name]) for name in needed[:1]]
            from_set_up |= facts.defines
        elif role == "step":
            bound = facts.defines | facts.may_define
            from_steps.update(dict.fromkeys(bound, layout.step_of(cell) or ""))
            from_set_up -= bound
    return found


def _calls(facts: CellFacts) -> bool:
    return any(statement.kind not in ("import", "definition", "docstring") for statement in facts.statements)


def _set_up_diagnostic(cell: int, role: str, name: str, step: str) -> Diagnostic:
    return Diagnostic(
        code="MS110", severity="error", cell=cell,
        message=f"This cell is tagged {role!r}, so it runs at the start of every step, but it uses {name!r}, which "
        f"step {step!r} makes.",
        hint=f"Remove the tag {role!r}, so that the cell belongs to the step above it.",
    )  # fmt: skip


def _skipped(skipped: list[int], layout: Layout, flow: Dataflow, graph: Graph) -> list[Diagnostic]:
    found = []
    bound_elsewhere = graph.set_up.binds.union(*(e.binds for e in graph.effects.values()))
    for cell in skipped:
        facts = flow.facts[cell]
        later = [b.name for b in layout.steps if b.cells[-1] > cell]
        read_later = {n for name in later for n in graph.effects[name].reads}
        bound = facts.defines | facts.may_define
        only_here = sorted((bound & read_later) - bound_elsewhere - KNOWN)
        changed = sorted((bound | facts.writes) & read_later & bound_elsewhere)
        if only_here:
            users = [name for name in later if only_here[0] in graph.effects[name].reads]
            found.append(_only_in_skipped(cell, only_here[0], users[0]))
        elif changed:
            found.append(_changed_in_skipped(cell, changed[0], definite=changed[0] in bound))
    return found


def _only_in_skipped(cell: int, name: str, user: str) -> Diagnostic:
    return Diagnostic(
        code="MS115", severity="error", cell=cell,
        message=f"This cell is tagged 'skip', so it is not part of the pipeline, but step {user!r} uses {name!r}, "
        "which only this cell defines.",
        hint="Remove the tag 'skip', or move the definition into a step.",
    )  # fmt: skip


def _changed_in_skipped(cell: int, name: str, *, definite: bool) -> Diagnostic:
    verb = "gives a new value to" if definite else "may change"
    return Diagnostic(
        code="MS116", severity="warning", cell=cell,
        message=f"This cell is tagged 'skip' and {verb} {name!r}, which a later step uses: the pipeline goes on "
        "without that change.",
        hint="Remove the tag 'skip' if the change belongs to the result; use another name here if not.",
    )  # fmt: skip


def _undefined(skipped: list[int], layout: Layout, flow: Dataflow) -> list[Diagnostic]:
    """Names that no cell defines, or only a later one: state that a fresh kernel will not have."""
    facts = flow.facts
    if any(cell.star_imports or cell.dynamic for cell in facts.values()):
        return []
    first_bound: dict[str, int] = {}
    for cell in sorted(facts):
        for name in facts[cell].defines | facts[cell].may_define:
            first_bound.setdefault(name, cell)
    called_bound = {n for deferred in flow.deferred.values() for what in deferred for n in what.defines}
    found = []
    reported: set[str] = set()
    for cell in (c for c in sorted(facts) if c not in skipped and layout.roles.get(c) is not None):
        for name in sorted(facts[cell].immediate_uses - KNOWN - called_bound - reported):
            where = first_bound.get(name)
            if where is None or where > cell:
                reported.add(name)
                found.append(_hidden(cell, name, where))
    return found


def _hidden(cell: int, name: str, defined: int | None) -> Diagnostic:
    if defined is None:
        return Diagnostic(
            code="MS117", severity="warning", cell=cell,
            message=f"No cell defines {name!r}: it is left from earlier work in the kernel, or misspelt.",
            hint="Restart the kernel and run all cells to see; define it in a cell.",
        )  # fmt: skip
    return Diagnostic(
        code="MS118", severity="warning", cell=cell,
        message=f"{name!r} is used here, and the first cell that defines it is cell {defined}, below.",
        hint="Move the definition above its use: a pipeline runs from top to bottom.",
    )  # fmt: skip


def _parameters(layout: Layout, flow: Dataflow) -> list[Diagnostic]:
    return [
        Diagnostic(
            code="MS119",
            severity="warning",
            cell=cell,
            line=statement.line,
            column=0,
            message="A parameters cell holds names and literal values; this line is something else, and its names "
            "cannot be set from outside reliably.",
            hint="Move the line to a cell of its own.",
        )
        for cell, role in layout.roles.items()
        if role == "parameters"
        for statement in flow.facts[cell].statements
        if not statement.literal and statement.kind != "docstring"
    ]


def _run_order(notebook: Notebook) -> list[Diagnostic]:
    """The notebook as it was saved was last run in another order than from top to bottom."""
    cells = notebook.raw.get("cells", [])
    last = 0
    for index, cell in enumerate(cells):
        count = cell.get("execution_count") if isinstance(cell, dict) else None
        if isinstance(count, int):
            if count < last:
                return [
                    Diagnostic(
                        code="MS207",
                        severity="hint",
                        cell=index,
                        message="This cell was last run before a cell above it, so the outputs you see may not be "
                        "those of a run from top to bottom.",
                        hint="Restart the kernel and run all cells.",
                    )
                ]
            last = count
    return []
