"""The walk over statements: what is bound for certain and what perhaps, and whose code runs when."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from millstream.analysis import readonly
from millstream.analysis.expressions import Expressions
from millstream.analysis.frame import Frame
from millstream.analysis.reach import NOWHERE, Reach, joined
from millstream.analysis.scopes import Kind, Scope, defaulted, function_scope, imported_names, parameters, positional
from millstream.notebook.ipython import OWN_SCOPE
from millstream.notebook.source import parse_python

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Statements(Expressions):
    """Walks statements; each method says whether control never passes the statement (``raise``, ``return``…)."""

    def statement(self, node: ast.stmt) -> bool:
        """Walk ``node``."""
        return _STATEMENTS[node.__class__](self, node)

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

    def _pass(self, node: ast.stmt) -> bool:
        return False

    def _leave(self, node: ast.Break | ast.Continue) -> bool:
        if not self.in_loop:
            self.observer.misplaced(node, node.__class__.__name__.lower(), "a loop")
        return True

    def _raise(self, node: ast.Raise) -> bool:
        self.exprs((node.exc, node.cause))
        return True

    def _return(self, node: ast.Return) -> bool:
        if self.scope.kind is not Kind.FUNCTION:
            self.observer.misplaced(node, "return", "a function")
        if node.value is not None:
            self.expr(node.value)
        return True

    def _expression(self, node: ast.Expr) -> bool:
        value = node.value
        self.expr(value)
        if self.scope is self.module:
            shown = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
            self.display.update(dict.fromkeys(n.id for n in shown if isinstance(n, ast.Name)))
        return False

    def _assign(self, node: ast.Assign) -> bool:
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

    def _augmented(self, node: ast.AugAssign) -> bool:
        value = self.expr(node.value)
        if isinstance(node.target, ast.Name):
            owner = self.load(node.target.id)
            self.changed(owner)
            self.store(node.target.id, joined([owner, value.loosened()]))
        else:
            self.assign(node.target, value.loosened())
        return False

    def _annotated(self, node: ast.AnnAssign) -> bool:
        if self.scope.kind is not Kind.FUNCTION:
            self.expr(node.annotation)
        if node.value is not None:
            self.assign(node.target, self.expr(node.value))
        elif not isinstance(node.target, ast.Name):
            self.expr(node.target)
        return False

    def _delete(self, node: ast.Delete) -> bool:
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

    def _import(self, node: ast.Import | ast.ImportFrom) -> bool:
        for name, path in imported_names(node):
            self.store(name, NOWHERE)
            self.scope.owner(name).imports[name] = path
        self.observer.imported(node)
        return False

    def _if(self, node: ast.If) -> bool:
        self.expr(node.test)
        if _is_main(node.test):
            gained = self.block(node.body)
            self.block(node.orelse)
            return self._either([gained])
        return self._either([self.block(node.body), self.block(node.orelse)])

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
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

    def _while(self, node: ast.While) -> bool:
        begun = len(self.events)
        self.expr(node.test)
        self._loop(node.body)
        self.again(begun)
        self.block(node.orelse)
        return False

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
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

    def _try(self, node: ast.Try) -> bool:
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

    def _match(self, node: ast.Match) -> bool:
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
            whole = whole or (case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None)
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

    def _global(self, node: ast.Global | ast.Nonlocal) -> bool:
        if isinstance(node, ast.Nonlocal) and self.scope is self.module:
            self.observer.misplaced(node, "nonlocal", "a function")
        self.scope.outer.update(dict.fromkeys(node.names, isinstance(node, ast.Global)))
        return False

    def _type_alias(self, node: ast.stmt) -> bool:
        name: ast.Name = node.name  # type: ignore[attr-defined]
        self._type_parameters(node, [node.value])  # type: ignore[attr-defined]
        self.store(name.id, NOWHERE)
        return False

    def _type_parameters(self, node: ast.AST, within: Sequence[ast.expr | None]) -> None:
        """Walk what may mention the type parameters of ``node`` (Python 3.12): they are names of its own."""
        found = getattr(node, "type_params", ())
        outer = self.scope
        if found:
            self.scope = Scope(Kind.FUNCTION, outer, self.next_number(), [p.name for p in found])
            self.exprs([part for p in found for part in (getattr(p, "bound", None), getattr(p, "default_value", None))])
        self.exprs(within)
        self.scope = outer

    def _function(self, node: _Function) -> bool:
        decorators = self.exprs(node.decorator_list)
        defaults = self.exprs([*node.args.defaults, *node.args.kw_defaults])
        self._type_parameters(node, _annotations(node))
        self.store(node.name, joined([decorators, defaults.loosened()]))
        outer_frame, outer = self.frame, self.scope
        if outer_frame is self.now:
            owner = self.owner or (node.name if outer is self.module else None)
            if owner is not None:
                self.frame = self.later.setdefault(owner, Frame())
                if self.owner is None:
                    self.frame.positional = positional(node.args)
        inner = self.frame
        self._body(node, defaults)
        self.frame, self.scope = outer_frame, outer
        if inner is not self.now and node is not self.top:
            # Called in the same statement, it is not known yet what it does: its value may be any name that it reads.
            self.links.add(node.name, Reach(frozenset(), frozenset(inner.uses)))
        if outer_frame is self.now and self.owner is None and not self._passive(node.decorator_list):
            self._called_now(node.name)
        return False

    def _body(self, node: _Function, defaults: Reach) -> None:
        self.scope = scope = function_scope(self.scope, self.next_number(), node.args, node.body)
        scope.names.update(p.name for p in getattr(node, "type_params", ()))
        nodes = [scope.prefix + name for name in parameters(node.args)]
        self.frame.defaulted.update(scope.prefix + name for name in defaulted(node.args))
        if not self.frame.is_class:
            self.frame.parameters.update(nodes)
        elif node.name == "__init__" and scope.parent is not None and scope.parent.kind is Kind.CLASS:
            self.frame.parameters.update(nodes[1:])
            self.frame.positional = positional(node.args)[1:]
        for parameter in nodes:
            self.links.add(parameter, defaults)
        self._own(node.body)

    def _own(self, body: Sequence[ast.stmt]) -> set[str] | None:
        """Walk the body of a function or class, which no loop around it can be left from."""
        outer, self.in_loop = self.in_loop, False
        gained = self.block(body)
        self.in_loop = outer
        return gained

    def _passive(self, decorators: Sequence[ast.expr]) -> bool:
        """Whether no decorator calls what it decorates."""
        for decorator in decorators:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            path = self.path(target) or ast.unparse(target)
            if path not in readonly.PASSIVE_DECORATORS and path.rpartition(".")[2] not in readonly.PASSIVE_DECORATORS:
                return False
        return True

    def _called_now(self, name: str) -> None:
        """A decorator may call ``name`` at once."""
        self.now.loads.add(name)

    def _class(self, node: ast.ClassDef) -> bool:
        held = joined([self.exprs(node.decorator_list), self.exprs(node.bases)])
        self._type_parameters(node, [keyword.value for keyword in node.keywords])
        outer, owner = self.scope, self.owner
        if outer is self.module and owner is None and node.name != OWN_SCOPE:
            self.owner = node.name
            self.later.setdefault(node.name, Frame()).is_class = True
        self.scope = scope = Scope(Kind.CLASS, outer, self.next_number())
        scope.names.update(p.name for p in getattr(node, "type_params", ()))
        gained = self._own(node.body)
        if self.owner == node.name and node.bases and "__init__" not in scope.names and self.owner in self.later:
            self.later[node.name].always.add("*")  # a base's __init__ is not seen
        self.scope, self.owner = outer, owner
        if node.name != OWN_SCOPE:
            inside = frozenset(scope.prefix + name for name in scope.names)
            self.store(node.name, joined([held.loosened(), Reach(inside, frozenset())]))
            if outer is self.module and owner is None and not self._passive(node.decorator_list):
                self._called_now(node.name)
        return gained is None

    def _assert(self, node: ast.Assert) -> bool:
        self.exprs((node.test, node.msg))
        return False

    def evaluated(self, node: ast.Call, name: str) -> Reach:
        """Walk a call of ``eval`` or ``exec``: the code in it where that is literal, else everything may happen."""
        code = node.args[0] if node.args else None
        rest = self.exprs([*node.args[1:], *[keyword.value for keyword in node.keywords]])
        self.load(name)
        if not (isinstance(code, ast.Constant) and isinstance(code.value, str)) or node.args[1:] or node.keywords:
            self.dynamic = True
            self.observer.unseen(node, name)
            return joined([rest, self.expr(code)]) if code is not None else rest
        try:
            tree = parse_python(code.value.strip())
        except SyntaxError:
            return NOWHERE
        if name == "eval" and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            return self.expr(tree.body[0].value)
        self.block(tree.body)
        return NOWHERE


def _annotations(node: _Function) -> list[ast.expr | None]:
    arguments = node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return [*[arg.annotation for arg in every if arg is not None], node.returns]


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
    "Expr": Statements._expression,
    "Assign": Statements._assign,
    "AugAssign": Statements._augmented,
    "AnnAssign": Statements._annotated,
    "Delete": Statements._delete,
    "Import ImportFrom": Statements._import,
    "If": Statements._if,
    "For AsyncFor": Statements._for,
    "While": Statements._while,
    "With AsyncWith": Statements._with,
    "Try TryStar": Statements._try,
    "Match": Statements._match,
    "Global Nonlocal": Statements._global,
    "TypeAlias": Statements._type_alias,
    "FunctionDef AsyncFunctionDef": Statements._function,
    "ClassDef": Statements._class,
    "Return": Statements._return,
    "Raise": Statements._raise,
    "Assert": Statements._assert,
    "Pass": Statements._pass,
    "Break Continue": Statements._leave,
}
# Some kinds of nodes are newer than the oldest Python that we run on.
_STATEMENTS: dict[type, Callable[..., bool]] = {
    getattr(ast, name): method for names, method in _METHODS.items() for name in names.split() if hasattr(ast, name)
}
