"""What each step reads and writes, and the edges that follow.

The graph is for people and for the plan. What a value of a later step really is, the run finds from what each step
left behind (:mod:`millstream.run.state`); a wrong guess here costs time, never meaning.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from millstream.analysis import CellFacts, Deferred
from millstream.compile.layout import Block, Layout
from millstream.compile.lookups import called_in_text, looked_up
from millstream.compile.patches import patches
from millstream.records import Edge

Names = frozenset[str]

SHELL = frozenset({"In", "Out", "get_ipython", "display", "exit", "quit", "_", "__", "___", "__name__", "__file__"})
KNOWN = frozenset(dir(builtins)) | SHELL


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What a run of cells in order reads from before it, and may leave changed.

    ``reads`` holds every name whose earlier value can matter; ``now`` those read before any function is called;
    ``writes`` those that are likely to be bound or changed; ``binds`` those bound, perhaps; ``deletes`` those unbound,
    perhaps; ``dynamic`` when names
    are read or bound that nobody can see.
    """

    reads: Names
    now: Names
    writes: Names
    binds: Names
    deletes: Names
    dynamic: bool


class Dataflow:
    """The dataflow of one notebook: facts by cell, and what functions do when they are called."""

    def __init__(self, facts: Mapping[int, CellFacts], sources: Mapping[int, str] | None = None) -> None:
        self.facts = facts
        self.patches = patches(sources or {}, facts) if sources else ()
        self.looked_up = {cell: looked_up(source, facts[cell]) for cell, source in (sources or {}).items()}
        self.deferred: dict[str, list[Deferred]] = {}
        for cell in facts.values():
            for name, what in cell.deferred.items():
                self.deferred.setdefault(name, []).append(what)
        self.spoken = {n for text in (sources or {}).values() for n in called_in_text(text)} & self.deferred.keys()

    def reach(self, names: Iterable[str]) -> set[str]:
        """``names`` and every name that functions among them look up, and so on."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += [used for what in self.deferred.get(name, ()) for used in what.uses]
        return found

    def effects(self, cells: Iterable[int]) -> Effects:
        """The effects of cells run one after the other."""
        bound: set[str] = set()
        reads: set[str] = set()
        now: set[str] = set()
        writes: set[str] = set()
        binds: set[str] = set()
        deletes: set[str] = set()
        dynamic = False
        for index in cells:
            facts = self.facts[index]
            reads |= self.reach(_old(facts) | self.spoken) - bound
            now |= facts.immediate_uses - bound
            called = self.reach(facts.immediate_uses)
            writes |= facts.defines | facts.may_define | facts.writes | facts.deletes | self._called_writes(called)
            binds |= facts.defines | facts.may_define
            bound |= facts.defines
            deletes |= facts.deletes
            dynamic |= facts.dynamic
        return Effects(
            reads=frozenset(reads),
            now=frozenset(now),
            writes=frozenset(writes),
            binds=frozenset(binds),
            deletes=frozenset(deletes),
            dynamic=dynamic,
        )

    def _called_writes(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for name in names:
            for what in self.deferred.get(name, ()):
                found |= what.mutates | what.defines
        return found


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The steps' effects, their edges, what each needs and gives, and what each must keep for later ones.

    ``live`` is None for a step after which some step reads names that nobody can see: then everything is kept.
    ``superseded`` holds, for a step, the names that set-up cells after it bind anew. ``patches`` are the paths into
    libraries that cells set.
    """

    effects: Mapping[str, Effects]
    edges: tuple[Edge, ...]
    needs: Mapping[str, tuple[str, ...]]
    gives: Mapping[str, tuple[str, ...]]
    live: Mapping[str, tuple[str, ...] | None]
    superseded: Mapping[str, tuple[str, ...]]
    set_up: Effects
    data: tuple[str, ...]
    patches: tuple[str, ...]


def _old(facts: CellFacts) -> set[str]:
    """The names whose value from before a cell can matter to it, or stay, or be gone behind it."""
    found = {*facts.uses, *facts.may_define}
    bound: set[str] = set()
    for statement in facts.statements:
        found |= (statement.mutates | statement.deletes) - bound
        bound |= statement.defines
    return found


def cells_of(block: Block, layout: Layout) -> list[int]:
    """A step's cells in order, with the set-up cells that run as cells of its own."""
    return sorted({*block.cells, *(c for c in layout.set_up if _owner(c, layout) is block)})


def _owner(cell: int, layout: Layout) -> Block | None:
    """The step that a set-up cell runs in once, where its place counts; None when it just runs before each step.

    It counts inside a step, behind the last one, and between two where the cell does more than import and define:
    what it does then comes after what earlier steps did, and is handed on like it.
    """
    following = next((block for block in layout.steps if block.cells[-1] > cell), None)
    if following is None:
        return layout.steps[-1] if layout.steps else None
    inside = following.cells[0] < cell
    behind = following is not layout.steps[0] and cell not in layout.inert
    return following if inside or behind else None


def make_graph(layout: Layout, flow: Dataflow) -> Graph:
    """Find who needs what from whom."""
    effects = {b.name: flow.effects(cells_of(b, layout)) for b in layout.steps}
    set_up = flow.effects(layout.set_up)
    superseded = {b.name: _superseded(position, layout, flow) for position, b in enumerate(layout.steps)}
    providers = {b.name: _providers(position, layout, effects, superseded) for position, b in enumerate(layout.steps)}
    edges = _edges(layout, providers)
    return Graph(
        effects=effects,
        edges=edges,
        needs={name: tuple(sorted(found)) for name, found in providers.items()},
        gives={b.name: tuple(sorted({n for e in edges if e.source == b.name for n in e.names})) for b in layout.steps},
        live={b.name: _live(position, layout, flow, effects, set_up) for position, b in enumerate(layout.steps)},
        superseded={name: tuple(sorted(names)) for name, names in superseded.items()},
        set_up=set_up,
        data=_computed(layout, flow),
        patches=flow.patches,
    )


def _superseded(position: int, layout: Layout, flow: Dataflow) -> set[str]:
    """Names that set-up cells between this step and the next bind anew."""
    last = layout.steps[position].cells[-1]
    until = layout.steps[position + 1].cells[0] if position + 1 < len(layout.steps) else last
    between = [c for c in layout.set_up if last < c < until and _owner(c, layout) is None]
    return {name for c in between for name in flow.facts[c].defines}


def _providers(
    position: int, layout: Layout, effects: Mapping[str, Effects], superseded: Mapping[str, set[str]]
) -> dict[str, str]:
    """Name → the last earlier step that writes it, for each name this step reads."""
    found: dict[str, str] = {}
    mine = effects[layout.steps[position].name]
    earlier = [block.name for block in layout.steps[:position]]
    for name in earlier:
        for written in effects[name].writes:
            if mine.dynamic or written in mine.reads:
                found[written] = name
        for gone in superseded[name]:
            found.pop(gone, None)
    return found


def _edges(layout: Layout, providers: Mapping[str, Mapping[str, str]]) -> tuple[Edge, ...]:
    edges: dict[tuple[str, str], set[str]] = {}
    order = [block.name for block in layout.steps]
    for target in layout.steps:
        for name, source in providers[target.name].items():
            edges.setdefault((source, target.name), set()).add(name)
        for source in target.after:
            if source not in order:
                continue  # said by MS107
            edges.setdefault((source, target.name), set())
    found = [Edge(source=s, target=t, names=tuple(sorted(names))) for (s, t), names in edges.items()]
    return tuple(sorted(found, key=lambda e: (order.index(e.target), order.index(e.source))))


def _live(
    position: int, layout: Layout, flow: Dataflow, effects: Mapping[str, Effects], set_up: Effects
) -> tuple[str, ...] | None:
    """What later steps read, or functions look up that may be called there, and all that set-up binds.

    A function may be called wherever it has got to: from a container, an attribute, a closure. Names that set-up
    binds are here so that a later step's first use of ``np`` changes nothing.
    """
    later = [effects[block.name] for block in layout.steps[position + 1 :]]
    if not later:
        return ()
    if any(effect.dynamic for effect in later):
        return None
    last = layout.steps[position].cells[-1]
    called = {name for cell, names in flow.looked_up.items() if cell <= last for name in names}
    bound = {name for cell in flow.facts.values() for name in cell.defines | cell.may_define}
    reads = {name for effect in later for name in effect.reads}
    return tuple(sorted((reads | set_up.binds | called) - (KNOWN - bound)))


def _computed(layout: Layout, flow: Dataflow) -> tuple[str, ...]:
    """Names whose value set-up cells compute: not imported, not defined, not literal."""
    found: set[str] = set()
    for cell in layout.set_up:
        for statement in flow.facts[cell].statements:
            if statement.kind not in ("import", "definition") and not statement.literal:
                found |= statement.defines | statement.may_define
    return tuple(sorted(found))
