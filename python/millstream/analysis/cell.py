"""A cell's facts put together: its statements one after the other, then what holds for the whole."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from millstream.analysis.canonical import canonical
from millstream.analysis.definitions import Walk
from millstream.analysis.effects import Observer
from millstream.analysis.facts import NONE, CellFacts, Deferred, Kind, Names, StatementFacts
from millstream.analysis.state import Frame
from millstream.notebook.effects import Effect
from millstream.notebook.ipython import Translation, translate
from millstream.notebook.source import TOO_DEEP, parse_python
from millstream.records import Cell, Diagnostic

_KINDS: dict[type, Kind] = {
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.FunctionDef: "definition",
    ast.AsyncFunctionDef: "definition",
    ast.ClassDef: "definition",
    ast.Assign: "assignment",
    ast.AnnAssign: "assignment",
    ast.AugAssign: "assignment",
    ast.If: "control",
    ast.For: "control",
    ast.AsyncFor: "control",
    ast.While: "control",
    ast.With: "control",
    ast.AsyncWith: "control",
    ast.Try: "control",
    ast.Match: "control",
}
_DEEPEST = 150  # levels of nesting that a walk is sure to manage within Python's default limit


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
        return _Cell(translation, tree, cell, earlier).facts()
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
    for cell in cells:
        if cell.kind == "code":
            facts = analyse(cell.source, cell=cell.index, earlier=earlier)
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


class _Cell:
    """One cell on its way to facts."""

    def __init__(self, translation: Translation, tree: ast.Module, cell: int, earlier: Earlier) -> None:
        self.tree = tree
        self.effects = translation.effects
        self.walk = Walk(earlier.imported, earlier.functions, earlier.carried)
        self.walk.observer = Observer(cell, translation.python.split("\n"), earlier.seeded)
        self.imports: dict[str, str] = {}

    def facts(self) -> CellFacts:
        statements = tuple(self._statement(node) for node in self.tree.body)
        walk, observer = self.walk, self.walk.observer
        for effect in self.effects:
            self._effect(effect)
        self._history()
        texts = [statement.canonical for statement in statements] + [effect.text for effect in self.effects]
        return replace(
            self._together(statements),
            statements=statements,
            effects=self.effects,
            diagnostics=tuple(sorted(observer.diagnostics, key=lambda d: (d.line or 0, d.column or 0, d.code))),
            canonical="\n".join(texts),
            dynamic=walk.dynamic or any(effect.opaque for effect in self.effects),
            deferred=walk.deferred,
            aliases=walk.links.aliases(),
            carries=walk.carries,
            imports=self.imports,
            import_modules=frozenset(observer.import_modules),
            star_imports=tuple(observer.stars),
            env_names=frozenset(observer.env_names),
            paths=tuple(observer.paths),
            ambient=frozenset(observer.ambient),
            seeds=frozenset(observer.seeds),
            display_names=tuple(walk.display),
        )

    def _statement(self, node: ast.stmt) -> StatementFacts:
        walk = self.walk
        walk.frame = walk.now = frame = Frame()
        walk.later = {}
        walk.layers = [set()]
        walk.top = node
        walk.events.clear()
        walk.parameters.clear()
        walk.statement(node)
        defines = frozenset(walk.layers[0])
        self._settle_deferred(walk.later)
        walk.layers = [set()]  # where in the statement a function of its own was called is not known
        for name in walk.later.keys() & frame.loads:
            walk.may_call(name)
        writes = frozenset(name for name in frame.near if ":" not in name)
        later_uses = frozenset().union(*(walk.known[name].uses for name in walk.later))
        kind = _KINDS.get(node.__class__, "effect")
        stores = frozenset(frame.stores)
        deletes = frozenset(frame.deletes) - defines
        uses = frozenset(frame.uses)
        docstring = (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        facts = StatementFacts(
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            kind="docstring" if docstring else kind,
            canonical=canonical(node),
            defines=defines,
            may_define=stores - defines - (deletes if isinstance(node, ast.Delete) else NONE),
            uses=uses | later_uses | frame.guesses,
            immediate_uses=uses,
            mutates=writes | frozenset(name for name in frame.far if ":" not in name),
            writes=writes,
            deletes=deletes,
            deferred={name: walk.known[name] for name in walk.later},
            literal=isinstance(node, (ast.Assign, ast.AnnAssign)) and is_literal(node.value),
            targets=_targets(node),
        )
        self._after(node, defines, stores, deletes)
        return facts

    def _settle_deferred(self, later: Mapping[str, Frame]) -> None:
        """What the functions defined in this statement do when they are called."""
        for name, frame in later.items():
            touched = frame.near | frame.far
            self.walk.known[name] = self.walk.deferred[name] = Deferred(
                uses=frozenset(frame.uses | frame.guesses),
                guesses=frozenset(frame.guesses - frame.uses),
                positional=frame.positional,
                is_class=frame.is_class,
                keeps=not touched.isdisjoint(frame.defaulted),
                mutates=frozenset(node for node in touched if ":" not in node),
                defines=frozenset(frame.stores | frame.deletes),
                parameters=frozenset(node.rpartition(":")[2] for node in touched & frame.parameters | frame.always),
            )

    def _after(self, node: ast.stmt, defines: Names, stores: Names, deletes: Names) -> None:
        """Bring what is known of names up to date behind the statement."""
        walk = self.walk
        control = _KINDS.get(node.__class__) == "control"
        walk.settle(NONE if control else defines)
        for name in stores | deletes:
            self.imports.pop(name, None)
            if name not in walk.later:
                walk.deferred.pop(name, None)
                walk.known.pop(name, None)
            if name in walk.module.imports:
                self.imports[name] = walk.module.imports[name]
        if isinstance(node, ast.Delete):
            for name in deletes:
                walk.links.forget(name)

    def _effect(self, effect: Effect) -> None:
        observer = self.walk.observer
        place = ast.Pass(lineno=effect.line, col_offset=0)
        if effect.name in {"env", "set_env"}:
            observer.ambient.add("environ")
        elif effect.name in {"cd", "pushd", "popd"} and effect.kind == "state":
            observer.ambient.add("cwd")
        first = effect.text.partition("\n")[0]
        if not effect.known:
            observer.report("MS206", "warning", place, f"the magic %{effect.name} is not known: it may read and change any name",
                            "Use Python in its place, or keep what depends on it in the same step.")  # fmt: skip
        elif not effect.harmless and effect.kind in {"shell", "run", "magic"}:
            observer.report("MS205", "hint", place, f"what `{first}` reads and changes cannot be seen: its step is never cached",
                            "Use Python in its place, or tag the cell `skip` if the pipeline does not need it.")  # fmt: skip

    def _history(self) -> None:
        """Names that only an interactive session fills: ``_``, ``_12``, ``Out``."""
        observer = self.walk.observer
        bound = self.walk.bound
        for node in observer.history:
            if node.id not in bound and node.id not in (self.walk.imported or {}):
                observer.report("MS114", "error", node, f"{node.id} is what an earlier cell displayed, which a pipeline does not keep",
                                "Give the value a name where it is made, and use that name here.")  # fmt: skip

    def _together(self, statements: tuple[StatementFacts, ...]) -> CellFacts:
        """The facts of the statements as those of one piece of code."""
        bound: set[str] = set()
        perhaps: set[str] = set()
        deleted: set[str] = set()
        uses: set[str] = set()
        for statement in statements:
            uses |= statement.immediate_uses - bound
            bound -= statement.deletes
            bound |= statement.defines
            perhaps |= statement.defines | statement.may_define
            deleted = (deleted | statement.deletes) - statement.defines
        for effect in self.effects:
            bound |= effect.defines
        later: Names = NONE.union(*(deferred.uses for deferred in self.walk.deferred.values()))
        for name in self.unbound_at_end(statements):
            perhaps.discard(name)
        return CellFacts(
            defines=frozenset(bound),
            may_define=frozenset(perhaps - bound),
            uses=frozenset(uses | (later - bound)),
            immediate_uses=frozenset(uses),
            mutates=NONE.union(*(statement.mutates for statement in statements)),
            writes=NONE.union(*(statement.writes for statement in statements)),
            deletes=frozenset(deleted),
        )

    def unbound_at_end(self, statements: tuple[StatementFacts, ...]) -> set[str]:
        """Names that a plain ``del`` unbinds, and that nothing binds behind it."""
        gone: set[str] = set()
        for node, statement in zip(self.tree.body, statements, strict=True):
            gone -= statement.defines | statement.may_define
            if isinstance(node, ast.Delete):
                gone |= statement.deletes
        return gone


def _targets(node: ast.stmt) -> tuple[str, ...]:
    """The plain names that an assignment assigns, in order, those of ``a, b = ...`` too."""
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    if isinstance(node, ast.Delete):
        return ()
    flat: list[ast.AST | None] = []
    for target in targets:
        flat += target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return tuple(target.id for target in flat if isinstance(target, ast.Name))


def is_literal(node: ast.expr | None) -> bool:
    """Whether ``ast.literal_eval`` gives the value of ``node``."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(map(is_literal, node.elts))
    if isinstance(node, ast.Dict):
        return all(map(is_literal, node.keys)) and all(map(is_literal, node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        return isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, (int, float, complex))
    return False


__all__ = ["Earlier", "analyse", "analyse_cells", "is_literal"]
