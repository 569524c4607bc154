"""The facts of one statement: the walk over it, and what it leaves behind for the next."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from millstream.analysis.canonical import canonical
from millstream.analysis.definitions import Walk
from millstream.analysis.facts import NONE, Deferred, Kind, Names, StatementFacts
from millstream.analysis.state import Frame

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


def statement_facts(node: ast.stmt, walk: Walk) -> StatementFacts:
    """Walk ``node``, a statement at the top of a cell, and bring what ``walk`` knows up to date behind it."""
    frame = walk.begin(node)
    walk.statement(node)
    defines, later = frozenset(walk.layers[0]), walk.later
    later_uses = _settle_deferred(walk) if later else NONE
    uses = frozenset(frame.uses)
    stores = frozenset(frame.stores)
    deletes = frozenset(frame.deletes - defines) if frame.deletes else NONE
    writes = _names(frame.near)
    facts = StatementFacts(
        line=node.lineno,
        end_line=node.end_lineno or node.lineno,
        kind=_kind(node),
        canonical=canonical(node),
        defines=defines,
        may_define=_may_define(node, stores - defines, deletes),
        uses=uses.union(later_uses, frame.guesses) if later_uses or frame.guesses else uses,
        immediate_uses=uses,
        mutates=writes | _names(frame.far) if frame.far else writes,
        writes=writes,
        deletes=deletes,
        deferred={name: walk.known[name] for name in later} if later else {},
        literal=isinstance(node, (ast.Assign, ast.AnnAssign)) and is_literal(node.value),
        targets=_targets(node),
    )
    _after(node, walk, defines, stores | deletes)
    return facts


def _names(nodes: Iterable[str]) -> Names:
    """The names of the notebook among ``nodes``."""
    return frozenset([node for node in nodes if ":" not in node]) if nodes else NONE


def _kind(node: ast.stmt) -> Kind:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return "docstring"
    return _KINDS.get(node.__class__, "effect")


def _may_define(node: ast.stmt, perhaps: Names, deletes: Names) -> Names:
    return perhaps - deletes if isinstance(node, ast.Delete) else perhaps


def _settle_deferred(walk: Walk) -> Names:
    """Note what the functions defined in this statement do when they are called; returns the names they use."""
    walk.remembered.clear()
    for name, frame in walk.later.items():
        walk.known[name] = walk.deferred[name] = _deferred(frame)
    walk.layers = [set()]  # where in the statement a function of its own was called is not known
    for name in walk.later.keys() & walk.now.loads:
        walk.may_call(name)
    return NONE.union(*(walk.known[name].uses for name in walk.later))


def _deferred(frame: Frame) -> Deferred:
    touched = frame.near | frame.far
    return Deferred(
        uses=frozenset(frame.uses | frame.guesses),
        guesses=frozenset(frame.guesses - frame.uses),
        mutates=_names(touched),
        defines=frozenset(frame.stores | frame.deletes),
        parameters=frozenset(node.rpartition(":")[2] for node in touched & frame.parameters | frame.always),
        positional=frame.positional,
        is_class=frame.is_class,
        keeps=not touched.isdisjoint(frame.defaulted),
    )


def _after(node: ast.stmt, walk: Walk, defines: Names, bound: Names) -> None:
    """Bring what is known of names up to date behind the statement; ``bound`` may have new values, or none."""
    walk.settle(NONE if _KINDS.get(node.__class__) == "control" else defines)
    for name in bound:
        if name in walk.known and name not in walk.later:
            walk.deferred.pop(name, None)
            walk.known.pop(name, None)
            walk.remembered.clear()
    if isinstance(node, ast.Delete):
        for name in bound:
            walk.links.forget(name)


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
