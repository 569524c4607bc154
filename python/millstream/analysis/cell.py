"""A cell's facts put together: its statements one after the other, then what holds for the whole."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from millstream.analysis.definitions import Walk
from millstream.analysis.effects import Observer
from millstream.analysis.facts import NONE, CellFacts, Deferred, Names, StatementFacts
from millstream.analysis.statement_facts import statement_facts
from millstream.notebook.ipython import Translation, translate
from millstream.notebook.source import TOO_DEEP, parse_python
from millstream.records import Cell, Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What earlier cells make known: imports, functions, names whose values carry functions, generators they seed.

    ``imported`` None means that nothing is known, and usual names (``np``, ``pd``) are taken for what they usually are.
    """

    imported: Mapping[str, str] | None = None
    functions: Mapping[str, Deferred] = field(default_factory=dict)
    carried: Mapping[str, Names] = field(default_factory=dict)
    seeded: Names = NONE


_NOTHING_KNOWN = Earlier()


def analyse(source: str, *, cell: int = 0, earlier: Earlier = _NOTHING_KNOWN) -> CellFacts:
    """The facts of the code cell with that source; ``cell`` is its index among all cells, for diagnostics.

    Never fails: code that cannot be read is a diagnostic.
    """
    try:
        translation, tree = _read(source)
        return _facts(translation, tree, cell, earlier)
    except SyntaxError as error:
        return _unreadable(source, error, cell)
    except RecursionError:
        return _unreadable(source, SyntaxError(TOO_DEEP), cell)


def analyse_cells(cells: Iterable[Cell]) -> tuple[CellFacts, ...]:
    """The facts of the code cells among ``cells``, in their order, each with what the earlier ones make known."""
    imported: dict[str, str] = {}
    functions: dict[str, Deferred] = {}
    carried: dict[str, Names] = {}
    earlier = Earlier(imported=imported, functions=functions, carried=carried)
    found = []
    above = 0
    for cell in cells:
        if cell.kind == "code":
            place = (above, cell.source, cell.index)
            seen = _KNOWN.get(place)
            if seen is None:
                _make_room()
                seen = _KNOWN[place] = next(_NUMBERS), analyse(cell.source, cell=cell.index, earlier=earlier)
            above, facts = seen
            found.append(facts)
            for name in facts.defines | facts.may_define | facts.deletes:
                for known in (imported, functions, carried):
                    known.pop(name, None)
            imported.update(facts.imports)
            functions.update(facts.deferred)
            carried.update(facts.carries)
            if facts.seeds - earlier.seeded:
                earlier = replace(earlier, seeded=earlier.seeded | facts.seeds)
    return tuple(found)


_KNOWN: dict[tuple[int, str, int], tuple[int, CellFacts]] = {}
"""The number of the cells above, the cell's source and index → the number of all these cells, and the cell's facts.

Whoever reads a notebook again after an edit, as the panel does, analyses the cells from there on.
"""
_NUMBERS = itertools.count(1)
_MOST_KNOWN = 4_000


def _make_room() -> None:
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()


def _read(source: str) -> tuple[Translation, ast.Module]:
    """Python as it stands, or after translation."""
    try:
        return Translation(source), parse_python(source)
    except SyntaxError:
        translation = translate(source)
        if translation.python == source:
            raise
        return translation, parse_python(translation.python)


def _unreadable(source: str, error: SyntaxError, cell: int) -> CellFacts:
    line, column = error.lineno or None, max((error.offset or 1) - 1, 0) if error.lineno else None
    return CellFacts(
        canonical=source,
        dynamic=True,
        diagnostics=(
            Diagnostic(
                code="MS101",
                severity="error",
                message=f"this cell is not valid Python: {error.msg}",
                cell=cell,
                line=line,
                column=column,
                hint="Correct it, or leave it out with the tag `skip`.",
            ),
        ),
    )


def _facts(translation: Translation, tree: ast.Module, cell: int, earlier: Earlier) -> CellFacts:
    walk = Walk(earlier.imported, earlier.functions, earlier.carried)
    walk.observer = observer = Observer(cell, translation.python.split("\n"), earlier.seeded)
    statements = tuple([statement_facts(node, walk) for node in tree.body])
    effects = translation.effects
    for effect in effects:
        observer.magic(effect)
    observer.report_history(walk.bound.union(earlier.imported or ()))
    names = _Names()
    for node, statement in zip(tree.body, statements, strict=True):
        names.add(node, statement)
    for effect in effects:
        names.bound |= effect.defines
    later: Names = NONE.union(*[deferred.uses for deferred in walk.deferred.values()])
    return CellFacts(
        statements=statements,
        effects=effects,
        diagnostics=observer.findings(),
        canonical="\n".join([*[s.canonical for s in statements], *[effect.text for effect in effects]]),
        dynamic=walk.dynamic or "__main__" in observer.import_modules or any(effect.opaque for effect in effects),
        defines=frozenset(names.bound),
        may_define=frozenset(names.perhaps - names.bound),
        uses=frozenset(names.uses | (later - names.bound)),
        immediate_uses=frozenset(names.immediate_uses),
        mutates=_all([s.mutates for s in statements]),
        writes=_all([s.writes for s in statements]),
        deletes=frozenset(names.deleted),
        deferred=walk.deferred,
        aliases=walk.links.aliases(),
        carries=walk.carries,
        imports=walk.module.imports,
        import_modules=frozenset(observer.import_modules),
        star_imports=tuple(observer.stars),
        env_names=frozenset(observer.env_names),
        paths=tuple(observer.paths),
        ambient=frozenset(observer.ambient),
        seeds=frozenset(observer.seeds),
        display_names=tuple(walk.display),
    )


class _Names:
    """The names of statements run one after the other."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.perhaps: set[str] = set()
        self.deleted: set[str] = set()
        self.uses: set[str] = set()
        self.immediate_uses: set[str] = set()

    def add(self, node: ast.stmt, facts: StatementFacts) -> None:
        """Go past one more statement."""
        self.immediate_uses |= facts.immediate_uses - self.bound
        # What a function uses when it is called is looked up then: that is added for the cell as a whole.
        self.uses |= (facts.immediate_uses if facts.deferred else facts.uses) - self.bound
        if facts.deletes:
            self.bound -= facts.deletes
            self.deleted |= facts.deletes
            if isinstance(node, ast.Delete):
                self.perhaps -= facts.deletes
        self.bound |= facts.defines
        self.perhaps |= facts.defines
        self.perhaps |= facts.may_define
        self.deleted -= facts.defines


def _all(sets: Sequence[Names]) -> Names:
    return NONE.union(*sets)
