"""Whose name is it: the scopes of Python, and the names that each binds."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from enum import Enum, auto


class Kind(Enum):
    """The kinds of scopes; a comprehension's or lambda's is like a function's."""

    MODULE = auto()
    CLASS = auto()
    FUNCTION = auto()
    COMPREHENSION = auto()


class Scope:
    """One scope: ``names`` are bound in it, ``outer`` are declared ``global`` or ``nonlocal``."""

    __slots__ = ("imports", "kind", "names", "outer", "parent", "prefix")

    def __init__(self, kind: Kind, parent: Scope | None, number: int, names: Iterable[str] = ()) -> None:
        self.kind = kind
        self.parent = parent
        self.prefix = f"{number}:" if number else ""
        self.names = set(names)
        self.outer: dict[str, bool] = {}  # name → whether it is global
        self.imports: dict[str, str] = {}

    def owner(self, name: str) -> Scope:
        """The scope in which ``name``, met in this one, is bound; the module's where none binds it."""
        scope: Scope = self
        inside = False
        while scope.parent is not None:
            if scope.outer.get(name):
                return scope.module()
            if name in scope.names and not (inside and scope.kind is Kind.CLASS):
                return scope
            inside = inside or scope.kind is not Kind.CLASS
            scope = scope.parent
        return scope

    def binder(self) -> Scope:
        """The scope in which a walrus binds: the nearest that is no comprehension."""
        scope = self
        while scope.kind is Kind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope

    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


def function_scope(parent: Scope, number: int, args: ast.arguments, body: Iterable[ast.AST]) -> Scope:
    """The scope of a function or lambda: its parameters, and every name that its body binds."""
    scope = Scope(Kind.FUNCTION, parent, number, parameters(args))
    if parent.kind is Kind.CLASS:
        scope.names.add("__class__")
    _collect(body, scope)
    return scope


def parameters(args: ast.arguments) -> list[str]:
    """The names of all parameters."""
    plain = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return [arg.arg for arg in (*plain, args.vararg, args.kwarg) if arg is not None]


def positional(args: ast.arguments) -> tuple[str, ...]:
    """The names of the parameters in order; none where there is a ``*args`` or ``**kwargs``."""
    if args.vararg or args.kwarg:
        return ()
    return tuple(arg.arg for arg in (*args.posonlyargs, *args.args))


def defaulted(args: ast.arguments) -> set[str]:
    """The names of the parameters that have a default."""
    plain = [*args.posonlyargs, *args.args]
    last = plain[len(plain) - len(args.defaults) :] if args.defaults else []
    named = [arg for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is not None]
    return {arg.arg for arg in (*last, *named)}


_OPAQUE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _collect(body: Iterable[ast.AST], scope: Scope) -> None:
    """Add what ``body`` binds; the bodies of functions and classes within bind names of their own."""
    waiting = list(body)
    bind = scope.names.add
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                bind(node.id)
            continue
        if isinstance(node, ast.Constant):
            continue
        if isinstance(node, _OPAQUE):
            if not isinstance(node, ast.Lambda):
                bind(node.name)
                waiting += node.decorator_list
            continue
        if isinstance(node, _COMPREHENSIONS):
            scope.names.update(_walruses(node))
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            scope.names.update(bound for bound, _ in imported_names(node))
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            scope.outer.update(dict.fromkeys(node.names, isinstance(node, ast.Global)))
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            bind(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bind(node.rest)
        waiting += ast.iter_child_nodes(node)
    scope.names.difference_update(scope.outer)


def _walruses(node: ast.AST) -> set[str]:
    """The names that walruses in a comprehension bind around it."""
    return {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}


def imported_names(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    """The names that an import binds, each with the dotted path of what it is; ``*`` is left out."""
    if isinstance(node, ast.Import):
        return [(a.asname, a.name) if a.asname else (a.name.partition(".")[0],) * 2 for a in node.names]
    module = "." * node.level + (node.module or "")
    return [(a.asname or a.name, f"{module}.{a.name}") for a in node.names if a.name != "*"]
