# ruff: noqa: D102 - an on_ method says by its name what it walks
"""The walk over statements: what is bound for certain and what perhaps, and whose code runs when."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from millstream.analysis import readonly
from millstream.analysis.calls import Calls
from millstream.analysis.reach import NOWHERE, Reach, joined
from millstream.analysis.scopes import Kind, imported_names, positional
from millstream.analysis.state import Frame


class Statements(Calls):
    """Walks statements; each ``on_`` method says whether control never passes the statement (``raise``, ``return``…)."""

    def statement(self, node: ast.stmt) -> bool:
        """Walk ``node``."""
        return STATEMENTS[node.__class__](self, node)

    def block(self, body: Iterable[ast.stmt], names: Sequence[str] = ()) -> set[str] | None:
        """Walk statements that may not run; the names that they bind, or None where control never leaves them."""
        self.layers.append(set(names))
        ended = False
        for node in body:
            ended = self.statement(node) or ended
        gained = self.layers.pop()
        return None if ended else gained

    def _either(self, blocks: Iterable[set[str] | None]) -> bool:
        """One of ``blocks`` ran: what all bind is bound."""
        left = [gained for gained in blocks if gained is not None]
        if left:
            self.layers[-1] |= set.intersection(*left)
        return not left

    def on_pass(self, _: ast.stmt) -> bool:
        return False

    def on_leave(self, node: ast.Break | ast.Continue) -> bool:
        if not self.in_loop:
            self.observer.misplaced(node, node.__class__.__name__.lower(), "a loop")
        return True

    def on_raise(self, node: ast.Raise) -> bool:
        self.exprs((node.exc, node.cause))
        return True

    def on_return(self, node: ast.Return) -> bool:
        if self.scope.kind is not Kind.FUNCTION:
            self.observer.misplaced(node, "return", "a function")
        if node.value is not None:
            self.expr(node.value)
        return True

    def on_expression(self, node: ast.Expr) -> bool:
        value = node.value
        self.expr(value)
        if self.scope is self.module:
            shown = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
            self.display.update(dict.fromkeys(n.id for n in shown if isinstance(n, ast.Name)))
        return False

    def on_assign(self, node: ast.Assign) -> bool:
        value = node.value
        if isinstance(value, ast.Lambda) and self._named_lambda(node.targets, value):
            return False
        if len(node.targets) == 1 and self._pairwise(node.targets[0], value):
            return False
        reach = self.expr(value)
        for target in node.targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                self.maybe_changed(reach)
            self.assign(target, reach)
        return False

    def _named_lambda(self, targets: Sequence[ast.expr], value: ast.Lambda) -> bool:
        """``f = lambda …`` at the top, which is a definition."""
        target = targets[0]
        if len(targets) > 1 or not isinstance(target, ast.Name) or self.scope is not self.module or self.owner:
            return False
        frame = self.frame
        if frame is self.now:
            self.frame = self.later.setdefault(target.id, Frame())
        reach, nodes = self.function_value(value.args, [value.body], value.body)
        self.frame.parameters.update(nodes)
        self.frame.positional = positional(value.args)
        self.frame = frame
        self.store(target.id, reach.loosened())
        return True

    def _pairwise(self, target: ast.expr, value: ast.expr) -> bool:
        """``a, b = x, y``, where each name gets its own value."""
        if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple) or len(target.elts) != len(value.elts):
            return False
        if any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts)):
            return False
        reaches = [self.expr(part) for part in value.elts]
        for part, reach in zip(target.elts, reaches, strict=True):
            self.assign(part, reach)
        return True

    def on_augmented(self, node: ast.AugAssign) -> bool:
        value = self.expr(node.value)
        if isinstance(node.target, ast.Name):
            owner = self.load(node.target.id)
            self.changed(owner)
            self.store(node.target.id, joined([owner, value.loosened()]))
        else:
            self.assign(node.target, value.loosened())
        return False

    def on_annotated(self, node: ast.AnnAssign) -> bool:
        if self.scope.kind is not Kind.FUNCTION:
            self.expr(node.annotation)
        if node.value is not None:
            self.assign(node.target, self.expr(node.value))
        elif not isinstance(node.target, ast.Name):
            self.expr(node.target)
        return False

    def on_delete(self, node: ast.Delete) -> bool:
        waiting = list(node.targets)
        for target in waiting:
            if isinstance(target, ast.Name):
                self.load(target.id)
                self.delete(target.id)
            elif isinstance(target, (ast.Tuple, ast.List)):
                waiting += target.elts
            elif isinstance(target, (ast.Attribute, ast.Subscript)):
                self.fill(target, NOWHERE)
        return False

    def on_import(self, node: ast.Import | ast.ImportFrom) -> bool:
        for name, path in imported_names(node):
            self.store(name, NOWHERE)
            self.scope.owner(name).imports[name] = path
        self.observer.imported(node)
        return False

    def on_if(self, node: ast.If) -> bool:
        self.expr(node.test)
        if _is_main(node.test):
            gained = self.block(node.body)
            self.block(node.orelse)
            return self._either([gained])
        return self._either([self.block(node.body), self.block(node.orelse)])

    def on_for(self, node: ast.For | ast.AsyncFor) -> bool:
        value = self.expr(node.iter)
        self.maybe_changed(value)
        begun = len(self.events)
        self.layers.append(set())
        self.assign(node.target, value)
        self._loop(node.body)
        self.layers.pop()
        self.again(begun)
        self.block(node.orelse)
        return False

    def _loop(self, body: Sequence[ast.stmt]) -> None:
        outer, self.in_loop = self.in_loop, True
        self.block(body)
        self.in_loop = outer

    def on_while(self, node: ast.While) -> bool:
        begun = len(self.events)
        self.expr(node.test)
        self._loop(node.body)
        self.again(begun)
        self.block(node.orelse)
        return False

    def on_with(self, node: ast.With | ast.AsyncWith) -> bool:
        certain = True
        depth = len(self.layers)
        for item in node.items:
            value = self.expr(item.context_expr)
            self.changed(value)
            if certain and not self._transparent(item.context_expr):
                certain = False
                if item.optional_vars is not None:
                    self.assign(item.optional_vars, value)
                self.layers.append(set())
            elif item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        gained = self.block(node.body)
        del self.layers[depth:]
        return self._either([gained]) if certain else False

    def _transparent(self, context: ast.expr) -> bool:
        """Whether the context manager is known to let every error through."""
        if not isinstance(context, ast.Call):
            return False
        if (path := self.path(context.func)) is not None:
            return path in readonly.TRANSPARENT_CONTEXTS
        if isinstance(context.func, ast.Name):
            return context.func.id == "open"
        return isinstance(context.func, ast.Attribute) and context.func.attr in readonly.TRANSPARENT_METHODS

    def on_try(self, node: ast.Try) -> bool:
        ends = [self.block([*node.body, *node.orelse])]
        for handler in node.handlers:
            if handler.type is not None:
                self.expr(handler.type)
            ends.append(self._handler(handler))
        for statement in node.finalbody:
            if self.statement(statement):
                return True
        return self._either(ends)

    def _handler(self, handler: ast.ExceptHandler) -> set[str] | None:
        if handler.name is None:
            return self.block(handler.body)
        self.layers.append(set())
        self.store(handler.name, NOWHERE)
        gained = self.block(handler.body)
        self.delete(handler.name)
        self.layers.pop()
        return gained - {handler.name} if gained is not None else None

    def on_match(self, node: ast.Match) -> bool:
        value = self.expr(node.subject)
        ends: list[set[str] | None] = []
        whole = False
        for case in node.cases:
            self.layers.append(set())
            self._pattern(case.pattern, value)
            if case.guard is not None:
                self.expr(case.guard)
            gained = self.block(case.body)
            ends.append(None if gained is None else gained | self.layers[-1])
            self.layers.pop()
            whole = whole or (
                case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
            )
        return self._either(ends if whole else [*ends, set()])

    def _pattern(self, pattern: ast.pattern, value: Reach) -> None:
        for node in ast.walk(pattern):
            if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
                self.store(node.name, value)
            elif isinstance(node, ast.MatchMapping):
                if node.rest:
                    self.store(node.rest, value)
                self.exprs(node.keys)
            elif isinstance(node, ast.MatchValue):
                self.expr(node.value)
            elif isinstance(node, ast.MatchClass):
                self.expr(node.cls)

    def on_global(self, node: ast.Global | ast.Nonlocal) -> bool:
        if isinstance(node, ast.Nonlocal) and self.scope is self.module:
            self.observer.misplaced(node, "nonlocal", "a function")
        self.scope.outer.update(dict.fromkeys(node.names, isinstance(node, ast.Global)))
        return False

    def on_assert(self, node: ast.Assert) -> bool:
        self.exprs((node.test, node.msg))
        return False


def _is_main(test: ast.expr) -> bool:
    """``__name__ == "__main__"``, which a kernel always finds true."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.ops[0], ast.Eq)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )


_METHODS: dict[str, Callable[..., bool]] = {
    "Expr": Statements.on_expression,
    "Assign": Statements.on_assign,
    "AugAssign": Statements.on_augmented,
    "AnnAssign": Statements.on_annotated,
    "Delete": Statements.on_delete,
    "Import ImportFrom": Statements.on_import,
    "If": Statements.on_if,
    "For AsyncFor": Statements.on_for,
    "While": Statements.on_while,
    "With AsyncWith": Statements.on_with,
    "Try TryStar": Statements.on_try,
    "Match": Statements.on_match,
    "Global Nonlocal": Statements.on_global,
    "Return": Statements.on_return,
    "Raise": Statements.on_raise,
    "Assert": Statements.on_assert,
    "Pass": Statements.on_pass,
    "Break Continue": Statements.on_leave,
}
# Some kinds of nodes are newer than the oldest Python that we run on.
STATEMENTS: dict[type, Callable[..., bool]] = {
    getattr(ast, name): method for names, method in _METHODS.items() for name in names.split() if hasattr(ast, name)
}
