# ruff: noqa: D102 - an on_ method says by its name what it walks
"""The walk over expressions: which names are read, what a value may be made of, what may be mutated on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from millstream.analysis.effects import Observer
from millstream.analysis.reach import NOWHERE, Reach, joined
from millstream.analysis.scopes import Kind, Scope, function_scope, parameters
from millstream.analysis.state import State

_SHARING_OPERATORS = (ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.LShift, ast.RShift)
LOOKUPS = frozenset({"globals", "locals", "vars"})
_KERNEL_DOORS = frozenset({"user_ns", "user_global_ns", "ev", "ex", "run_cell", "run_code", "push", "run_cell_async"})


class Expressions(State):
    """Walks expressions; each ``on_`` method returns the reach of the value of its kind of node."""

    observer: Observer

    def expr(self, node: ast.expr) -> Reach:
        """Walk ``node``."""
        return EXPRESSIONS[node.__class__](self, node)

    def exprs(self, nodes: Sequence[ast.expr | None]) -> Reach:
        """Walk all of ``nodes``; a value made of them all."""
        return joined([EXPRESSIONS[node.__class__](self, node) for node in nodes if node is not None])

    def on_name(self, node: ast.Name) -> Reach:
        name = node.id
        if name[0] in "_IO":
            self.observer.name(node, self.scope)
        return self.load(name)

    def on_constant(self, _: ast.Constant) -> Reach:
        return NOWHERE

    def on_attribute(self, node: ast.Attribute) -> Reach:
        self._kernel_door(node)
        self.observer.attribute(node, self)
        return self.expr(node.value)

    def _kernel_door(self, node: ast.Attribute) -> None:
        if node.attr in _KERNEL_DOORS and self._is_call_of(node.value, ("get_ipython",)):
            self.dynamic = True

    def on_subscript(self, node: ast.Subscript) -> Reach:
        if self._is_call_of(node.value, LOOKUPS) and isinstance(node.slice, ast.Constant):
            return self.load(str(node.slice.value))
        self.observer.subscript(node, self)
        value = self.expr(node.value)
        self.expr(node.slice)
        return value

    def _is_call_of(self, node: ast.expr, names: Sequence[str] | frozenset[str]) -> bool:
        """Whether ``node`` is ``name()`` for one of the builtins ``names``."""
        return (
            isinstance(node, ast.Call)
            and not node.args
            and isinstance(node.func, ast.Name)
            and node.func.id in names
            and self.is_builtin(node.func.id)
        )

    def on_slice(self, node: ast.Slice) -> Reach:
        self.exprs((node.lower, node.upper, node.step))
        return NOWHERE

    def on_holds(self, node: ast.Tuple | ast.List | ast.Set) -> Reach:
        return self.exprs(node.elts)

    def on_and_or(self, node: ast.BoolOp) -> Reach:
        first = self.expr(node.values[0])
        return joined([first, self._perhaps(node.values[1:])])

    def _perhaps(self, nodes: Sequence[ast.expr]) -> Reach:
        """Walk expressions that may not be evaluated: what a walrus binds in them is not bound for certain."""
        self.layers.append(set())
        value = self.exprs(nodes)
        self.layers.pop()
        return value

    def on_dict(self, node: ast.Dict) -> Reach:
        return joined([self.exprs(node.keys), self.exprs(node.values)])

    def on_if_else(self, node: ast.IfExp) -> Reach:
        self.expr(node.test)
        return self._perhaps((node.body, node.orelse))

    def on_binary(self, node: ast.BinOp) -> Reach:
        waiting, parts = [node.right], [isinstance(node.op, _SHARING_OPERATORS)]
        left = node.left
        while isinstance(left, ast.BinOp):  # a sum of a thousand terms is a thousand levels deep
            waiting.append(left.right)
            parts.append(isinstance(left.op, _SHARING_OPERATORS))
            left = left.left
        value = joined([self.expr(left), *[self.expr(part) for part in reversed(waiting)]])
        return value.loosened() if any(parts) else NOWHERE

    def on_unary(self, node: ast.UnaryOp) -> Reach:
        self.expr(node.operand)
        return NOWHERE

    def on_compare(self, node: ast.Compare) -> Reach:
        if isinstance(node.left, ast.Constant) and self._is_call_of(node.comparators[0], LOOKUPS):
            self.load(str(node.left.value))
            return NOWHERE
        self.expr(node.left)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            value = self.expr(right)
            if isinstance(operator, (ast.In, ast.NotIn)):
                self.maybe_changed(value)
        return NOWHERE

    def on_formatted(self, node: ast.JoinedStr | ast.FormattedValue) -> Reach:
        if isinstance(node, ast.JoinedStr):
            self.exprs(node.values)
        else:
            self.exprs((node.value, node.format_spec))
        return NOWHERE

    def on_walrus(self, node: ast.NamedExpr) -> Reach:
        value = self.expr(node.value)
        self.store(node.target.id, value, self.scope.binder())
        return value

    def on_starred(self, node: ast.Starred) -> Reach:
        value = self.expr(node.value)
        self.maybe_changed(value)
        return value

    def on_await(self, node: ast.Await) -> Reach:
        value = self.expr(node.value)
        self.changed(value)
        return value.loosened()

    def on_yield(self, node: ast.Yield | ast.YieldFrom) -> Reach:
        value = self.expr(node.value) if node.value else NOWHERE
        if isinstance(node, ast.YieldFrom):
            self.maybe_changed(value)
        return value.loosened()

    def on_lambda(self, node: ast.Lambda) -> Reach:
        return self.function_value(node.args, [ast.Expr(node.body)], node.body)[0]

    def function_value(self, args: ast.arguments, body: Sequence[ast.AST], value: ast.expr) -> tuple[Reach, list[str]]:
        """Walk a lambda, whose body counts as run here: the reach of its value, and the nodes of its parameters."""
        defaults = self.exprs([*args.defaults, *args.kw_defaults])
        scope = function_scope(self.scope, self.next_number(), args, body)
        nodes = [scope.prefix + name for name in parameters(args)]
        for node in nodes:
            self.links.add(node, defaults)
        self.parameters += nodes
        outer, self.scope = self.scope, scope
        reach = self.expr(value)
        self.scope = outer
        return joined([reach, defaults]), nodes

    def on_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Reach:
        outer = self.scope
        self.layers.append(set())
        begun = len(self.events)
        scope = Scope(Kind.COMPREHENSION, outer, self.next_number())
        for number, part in enumerate(node.generators):
            if number == 1:
                self.scope = scope
            value = self.expr(part.iter)
            self.maybe_changed(value)
            self.scope = scope
            self.assign(part.target, value)
            self.exprs(part.ifs)
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        value = self.exprs(parts)
        self.scope = outer
        self.again(begun)
        self.layers.pop()
        return value

    def assign(self, target: ast.expr, value: Reach) -> None:
        """Store a value of reach ``value`` in ``target``, of whatever form."""
        if isinstance(target, ast.Name):
            self.store(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self.assign(element, value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self.fill(target, value)

    def fill(self, target: ast.Attribute | ast.Subscript, value: Reach) -> None:
        """``target`` belongs to an object that is mutated, and that now holds ``value``."""
        if isinstance(target, ast.Subscript):
            if self._is_call_of(target.value, LOOKUPS):
                self.dynamic = True
            self.expr(target.slice)
        self.observer.filled(target, self)
        owner = self.expr(target.value)
        self.changed(owner)
        self.hold(owner, value)

    def hold(self, owner: Reach, value: Reach) -> None:
        """The objects of ``owner`` may now hold those of ``value``, which does not mean that they change with it."""
        if value is not NOWHERE:
            held = value.loosened()
            for node in owner.near:
                self.links.add(node, held)


_METHODS: dict[str, Callable[..., Reach]] = {
    "Name": Expressions.on_name,
    "Constant": Expressions.on_constant,
    "Attribute": Expressions.on_attribute,
    "Subscript": Expressions.on_subscript,
    "Slice": Expressions.on_slice,
    "Tuple List Set": Expressions.on_holds,
    "BoolOp": Expressions.on_and_or,
    "Dict": Expressions.on_dict,
    "IfExp": Expressions.on_if_else,
    "BinOp": Expressions.on_binary,
    "UnaryOp": Expressions.on_unary,
    "Compare": Expressions.on_compare,
    "JoinedStr FormattedValue TemplateStr Interpolation": Expressions.on_formatted,
    "NamedExpr": Expressions.on_walrus,
    "Starred": Expressions.on_starred,
    "Await": Expressions.on_await,
    "Yield YieldFrom": Expressions.on_yield,
    "Lambda": Expressions.on_lambda,
    "ListComp SetComp DictComp GeneratorExp": Expressions.on_comprehension,
}
# Some kinds of nodes are newer than the oldest Python that we run on.
EXPRESSIONS: dict[type, Callable[..., Reach]] = {
    getattr(ast, name): method for names, method in _METHODS.items() for name in names.split() if hasattr(ast, name)
}
