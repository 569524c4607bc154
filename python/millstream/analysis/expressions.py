"""The walk over expressions: which names are read, what a value may be made of, what may be mutated on the way."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from millstream.analysis.effects import Observer
from millstream.analysis.facts import Deferred
from millstream.analysis.frame import State
from millstream.analysis.mutation import Change, Result, Rule, draws, function_rule, method_rule
from millstream.analysis.mutation import UNKNOWN as UNKNOWN_RULE
from millstream.analysis.reach import NOWHERE, Reach, joined, only
from millstream.analysis.scopes import Kind, Scope, function_scope, parameters

_SHARING_OPERATORS = (ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.LShift, ast.RShift)
_NAMED_IN_TEXT = re.compile(r"@([^\W\d]\w*)")
_SQL = re.compile(r"\b(?:from|select)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d]\w*")
_TEXT_READERS = frozenset({"query", "eval", "sql", "execute", "sqldf", "evaluate"})
_LOOKUPS = frozenset({"globals", "locals", "vars"})
_EVALUATORS = frozenset({"eval", "exec", "compile"})
_KERNEL_DOORS = frozenset({"user_ns", "user_global_ns", "ev", "ex", "run_cell", "run_code", "push", "run_cell_async"})


class Expressions(State):
    """Walks expressions; every method named after a node returns the reach of its value."""

    observer: Observer

    def expr(self, node: ast.expr) -> Reach:
        """Walk ``node``."""
        return _EXPRESSIONS[node.__class__](self, node)

    def exprs(self, nodes: Sequence[ast.expr | None]) -> Reach:
        """Walk all of ``nodes``; a value made of them all."""
        return joined([_EXPRESSIONS[node.__class__](self, node) for node in nodes if node is not None])

    def _name(self, node: ast.Name) -> Reach:
        name = node.id
        if name[0] in "_IO":
            self.observer.name(node, self.scope)
        return self.load(name)

    def _constant(self, node: ast.Constant) -> Reach:
        return NOWHERE

    def _attribute(self, node: ast.Attribute) -> Reach:
        self._kernel_door(node)
        self.observer.attribute(node, self)
        return self.expr(node.value)

    def _subscript(self, node: ast.Subscript) -> Reach:
        if self._is_call_of(node.value, _LOOKUPS) and isinstance(node.slice, ast.Constant):
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

    def _slice(self, node: ast.Slice) -> Reach:
        self.exprs((node.lower, node.upper, node.step))
        return NOWHERE

    def _holds(self, node: ast.Tuple | ast.List | ast.Set) -> Reach:
        return self.exprs(node.elts)

    def _and_or(self, node: ast.BoolOp) -> Reach:
        first = self.expr(node.values[0])
        return joined([first, self._perhaps(node.values[1:])])

    def _perhaps(self, nodes: Sequence[ast.expr]) -> Reach:
        """Walk expressions that may not be evaluated: what a walrus binds in them is not bound for certain."""
        self.layers.append(set())
        value = self.exprs(nodes)
        self.layers.pop()
        return value

    def _dict(self, node: ast.Dict) -> Reach:
        return joined([self.exprs(node.keys), self.exprs(node.values)])

    def _if_else(self, node: ast.IfExp) -> Reach:
        self.expr(node.test)
        return self._perhaps((node.body, node.orelse))

    def _binary(self, node: ast.BinOp) -> Reach:
        waiting, parts = [node.right], [isinstance(node.op, _SHARING_OPERATORS)]
        left = node.left
        while isinstance(left, ast.BinOp):  # a sum of a thousand terms is a thousand levels deep
            waiting.append(left.right)
            parts.append(isinstance(left.op, _SHARING_OPERATORS))
            left = left.left
        value = joined([self.expr(left), *[self.expr(part) for part in reversed(waiting)]])
        return value.loosened() if any(parts) else NOWHERE

    def _unary(self, node: ast.UnaryOp) -> Reach:
        self.expr(node.operand)
        return NOWHERE

    def _compare(self, node: ast.Compare) -> Reach:
        if isinstance(node.left, ast.Constant) and self._is_call_of(node.comparators[0], _LOOKUPS):
            self.load(str(node.left.value))
            return NOWHERE
        self.expr(node.left)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            value = self.expr(right)
            if isinstance(operator, (ast.In, ast.NotIn)):
                self.maybe_changed(value)
        return NOWHERE

    def _formatted(self, node: ast.JoinedStr | ast.FormattedValue) -> Reach:
        if isinstance(node, ast.JoinedStr):
            self.exprs(node.values)
        else:
            self.exprs((node.value, node.format_spec))
        return NOWHERE

    def _walrus(self, node: ast.NamedExpr) -> Reach:
        value = self.expr(node.value)
        self.store(node.target.id, value, self.scope.binder())
        return value

    def _starred(self, node: ast.Starred) -> Reach:
        value = self.expr(node.value)
        self.maybe_changed(value)
        return value

    def _await(self, node: ast.Await) -> Reach:
        value = self.expr(node.value)
        self.changed(value)
        return value.loosened()

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Reach:
        value = self.expr(node.value) if node.value else NOWHERE
        if isinstance(node, ast.YieldFrom):
            self.maybe_changed(value)
        return value.loosened()

    def _lambda(self, node: ast.Lambda) -> Reach:
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

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Reach:
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
            if self._is_call_of(target.value, _LOOKUPS):
                self.dynamic = True
            self.expr(target.slice)
        self.observer.filled(target, self)
        owner = self.expr(target.value)
        self.changed(owner)
        self.hold(owner, value)

    def hold(self, owner: Reach, value: Reach) -> None:
        """The objects of ``owner`` may now hold those of ``value``."""
        if value is not NOWHERE:
            for node in owner.near:
                self.links.add(node, value)

    def _call(self, node: ast.Call) -> Reach:
        function = node.func
        method = function.attr if isinstance(function, ast.Attribute) else None
        if isinstance(function, ast.Name) and function.id in _EVALUATORS and self.is_builtin(function.id):
            return self.evaluated(node, function.id)
        path = self.path(function)
        if isinstance(function, ast.Attribute):
            self._kernel_door(function)
            owner = self.expr(function.value)
        else:
            owner = self.expr(function)
        begun, lambdas = len(self.events), len(self.parameters)
        given = [self.expr(value) for value in (*node.args, *[keyword.value for keyword in node.keywords])]
        everything = joined([owner, *given])
        if callbacks := self.parameters[lambdas:]:
            for parameter in callbacks:
                self.links.add(parameter, everything)
            self.again(begun)
        self._read_text(node, path, method)
        self.observer.call(node, path, self)
        if known := self._definition(function):
            return self._call_known(node, known, given)
        rule = self._rule(node, path, method)
        self._apply(rule, node, owner if path is None and method else NOWHERE, given, bool(callbacks))
        if rule.change is Change.ALL and not method:
            self.maybe_changed(owner)
            self.hold(owner, joined(given))
        if rule.result is Result.FRESH:
            return NOWHERE
        value = everything if path is None and (method or rule is UNKNOWN_RULE) else joined(given)
        if method and path is None and self.carried:
            value = joined([value, *self._of_classes(owner)])
        return value if rule.result is Result.SHARING else value.loosened()

    def _of_classes(self, owner: Reach) -> list[Reach]:
        """What methods of the notebook's classes may return, where ``owner`` may be an instance of one."""
        found = {d for node in owner.near | owner.far for d in self.carried.get(node, ()) if d in self.known}
        return [self.returned(name) for name in found]

    def _definition(self, function: ast.expr) -> Deferred | None:
        """The function or class of the notebook that ``function`` names, if it is known."""
        if isinstance(function, ast.Name) and function.id in self.known and self.scope.owner(function.id) is self.module:
            return self.known[function.id]
        return None

    def _call_known(self, node: ast.Call, known: Deferred, given: list[Reach]) -> Reach:
        """A call of a function of the notebook changes just the arguments that its body does."""
        name = node.func.id  # type: ignore[attr-defined]
        if known.parameters:
            plain = known.positional and not any(isinstance(value, ast.Starred) for value in node.args)
            names = [*known.positional[: len(node.args)], *[keyword.arg for keyword in node.keywords]]
            if plain and len(names) == len(given) and None not in names:
                changed = [reach for name, reach in zip(names, given, strict=True) if name in known.parameters]
            else:
                changed = given
            self.changed(joined(changed))
            self.hold(joined(changed), joined([*given, self.returned(name)]).loosened())
        for filled in (*known.mutates, *known.defines):
            self.links.add(filled, joined(given).loosened())
        if known.keeps:
            self.maybe_changed(only(name))
            self.hold(only(name), joined(given).loosened())
            given = [*given, only(name)]
        return joined([*given, self.returned(name)]).loosened()

    def _kernel_door(self, node: ast.Attribute) -> None:
        if node.attr in _KERNEL_DOORS and self._is_call_of(node.value, ("get_ipython",)):
            self.dynamic = True

    def evaluated(self, node: ast.Call, name: str) -> Reach:
        """Walk a call of ``eval`` or ``exec``: the code in it where that is literal."""
        raise NotImplementedError

    def _rule(self, node: ast.Call, path: str | None, method: str | None) -> Rule:
        if path is not None:
            return function_rule(path)
        if method is not None:
            rule = method_rule(method)
            root = node.func.value if isinstance(node.func, ast.Attribute) else None
            while isinstance(root, (ast.Subscript, ast.Attribute)):
                root = root.value
            return Rule(Change.OBJECT, rule.result) if draws(method, getattr(root, "id", None)) else rule
        if isinstance(node.func, ast.Name):
            name = node.func.id
            if self.is_builtin(name):
                self._look_up(node, name)
                return function_rule(name)
        return UNKNOWN_RULE

    def _apply(self, rule: Rule, node: ast.Call, owner: Reach, given: list[Reach], analysed: bool) -> None:
        """Note what a call by ``rule`` changes; ``analysed`` says that the functions it is given were walked."""
        change = rule.change
        if change is Change.ALL:
            group = joined([owner, *given])
            self.changed(group)
            self.hold(group, group.loosened())
        elif change is Change.OBJECT:
            self.changed(owner)
            self.hold(owner, joined(given))
        elif change is Change.FIRST:
            if given:
                self.changed(given[0])
                self.hold(given[0], joined(given[1:]))
        elif change is Change.CONSUMED:
            self.maybe_changed(joined(given))
        elif change is Change.CALLS and not analysed and _gives_function(node):
            self.maybe_changed(joined([owner, *given]))
        for keyword, value in zip(node.keywords, given[len(node.args) :], strict=True):
            if keyword.arg == "out":
                self.changed(value)
            elif keyword.arg == "inplace" and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value):
                self.changed(owner)

    def _look_up(self, node: ast.Call, name: str) -> None:
        if name in _LOOKUPS or name == "dir":
            if not node.args:
                self.dynamic = True
        elif name == "print":
            self.display.update(dict.fromkeys(a.id for a in node.args if isinstance(a, ast.Name)))

    def _read_text(self, node: ast.Call, path: str | None, method: str | None) -> None:
        """Names in text that a library looks up where it is called: ``query``, ``eval``, SQL and formulas."""
        name = method or (node.func.id if isinstance(node.func, ast.Name) else "")
        for argument in node.args[:2] if name in _TEXT_READERS else node.args[:1]:
            for text in _texts(argument):
                if name in _TEXT_READERS:
                    self._load_words(text, name, path)
                elif "~" in text:
                    self._load_words(text, "formula", path)
        for keyword in node.keywords:
            if keyword.arg in {"formula", "expr", "query", "re_formula"}:
                for text in _texts(keyword.value):
                    self._load_words(text, "formula" if "formula" in keyword.arg else "query", path)

    def _load_words(self, text: str, reader: str, path: str | None) -> None:
        words_are_sure = True
        if reader == "query" and not _SQL.search(text):
            words = _NAMED_IN_TEXT.findall(text)
        elif reader == "eval" and path is None and _NAMED_IN_TEXT.search(text):
            words = _NAMED_IN_TEXT.findall(text)
        else:
            words, words_are_sure = _WORD.findall(text), False
        note = self.load if words_are_sure else self.guess
        for word in words:
            note(word)


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return []


def _gives_function(node: ast.Call) -> bool:
    """Whether an argument may be a function that was not walked here."""
    given = (*node.args, *[keyword.value for keyword in node.keywords])
    return any(isinstance(value, (ast.Name, ast.Attribute, ast.Call)) for value in given)


_METHODS: dict[str, Callable[..., Reach]] = {
    "Name": Expressions._name,
    "Constant": Expressions._constant,
    "Attribute": Expressions._attribute,
    "Subscript": Expressions._subscript,
    "Slice": Expressions._slice,
    "Tuple List Set": Expressions._holds,
    "BoolOp": Expressions._and_or,
    "Dict": Expressions._dict,
    "IfExp": Expressions._if_else,
    "BinOp": Expressions._binary,
    "UnaryOp": Expressions._unary,
    "Compare": Expressions._compare,
    "JoinedStr FormattedValue TemplateStr Interpolation": Expressions._formatted,
    "NamedExpr": Expressions._walrus,
    "Starred": Expressions._starred,
    "Await": Expressions._await,
    "Yield YieldFrom": Expressions._yield,
    "Lambda": Expressions._lambda,
    "ListComp SetComp DictComp GeneratorExp": Expressions._comprehension,
    "Call": Expressions._call,
}
# Some kinds of nodes are newer than the oldest Python that we run on.
_EXPRESSIONS: dict[type, Callable[..., Reach]] = {
    getattr(ast, name): method for names, method in _METHODS.items() for name in names.split() if hasattr(ast, name)
}
