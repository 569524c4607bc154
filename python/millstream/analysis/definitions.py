# ruff: noqa: D102 - an on_ method says by its name what it walks
"""The walk over definitions: functions, classes and code in text, which run at other times or in names of their own."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from millstream.analysis import readonly
from millstream.analysis.reach import NOWHERE, Reach, joined
from millstream.analysis.scopes import Kind, Scope, defaulted, function_scope, parameters, positional
from millstream.analysis.state import Frame
from millstream.analysis.statements import STATEMENTS, Statements
from millstream.notebook.ipython import OWN_SCOPE
from millstream.notebook.source import parse_python

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Walk(Statements):
    """The whole walk over a cell; see :class:`State` for what it gathers."""

    def on_function(self, node: _Function) -> bool:
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

    def on_class(self, node: ast.ClassDef) -> bool:
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

    def _type_parameters(self, node: ast.AST, within: Sequence[ast.expr | None]) -> None:
        """Walk what may mention the type parameters of ``node`` (Python 3.12): they are names of its own."""
        found = getattr(node, "type_params", ())
        outer = self.scope
        if found:
            self.scope = Scope(Kind.FUNCTION, outer, self.next_number(), [p.name for p in found])
            self.exprs([part for p in found for part in (getattr(p, "bound", None), getattr(p, "default_value", None))])
        self.exprs(within)
        self.scope = outer

    def on_type_alias(self, node: ast.stmt) -> bool:
        name: ast.Name = node.name  # type: ignore[attr-defined]
        self._type_parameters(node, [node.value])  # type: ignore[attr-defined]
        self.store(name.id, NOWHERE)
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


STATEMENTS[ast.FunctionDef] = STATEMENTS[ast.AsyncFunctionDef] = Walk.on_function
STATEMENTS[ast.ClassDef] = Walk.on_class
if hasattr(ast, "TypeAlias"):  # Python 3.12
    STATEMENTS[ast.TypeAlias] = Walk.on_type_alias
