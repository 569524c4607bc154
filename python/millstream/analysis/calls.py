# ruff: noqa: D102 - an on_ method says by its name what it walks
"""The walk over calls: what a call changes, what its value may be made of, and the names in text that it looks up."""

from __future__ import annotations

import ast
import re

from millstream.analysis.expressions import EXPRESSIONS, LOOKUPS, Expressions
from millstream.analysis.facts import Deferred
from millstream.analysis.mutation import UNKNOWN, Change, Result, Rule, draws, function_rule, method_rule
from millstream.analysis.reach import NOWHERE, Reach, joined, only

_NAMED_IN_TEXT = re.compile(r"@([^\W\d]\w*)")
_SQL = re.compile(r"\b(?:from|select)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d]\w*")
_TEXT_READERS = frozenset({"query", "eval", "sql", "execute", "sqldf", "evaluate"})
_EVALUATORS = frozenset({"eval", "exec", "compile"})


class Calls(Expressions):
    """Walks calls, by the rules of :mod:`mutation` and by what is known of the notebook's own functions."""

    def on_call(self, node: ast.Call) -> Reach:
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
        self._apply(rule, node, owner if path is None and method else NOWHERE, given, analysed=bool(callbacks))
        if rule.change is Change.ALL and not method:
            self.maybe_changed(owner)
            self.hold(owner, joined(given))
        if rule.result is Result.FRESH:
            return NOWHERE
        value = everything if path is None and (method or rule is UNKNOWN) else joined(given)
        if method and path is None and self.carried:
            value = joined([value, *self._of_classes(owner)])
        return value if rule.result is Result.SHARING else value.loosened()

    def _of_classes(self, owner: Reach) -> list[Reach]:
        """What methods of the notebook's classes may return, where ``owner`` may be an instance of one."""
        found = {d for node in owner.near | owner.far for d in self.carried.get(node, ()) if d in self.known}
        return [self.returned(name) for name in found]

    def _definition(self, function: ast.expr) -> Deferred | None:
        """The function or class of the notebook that ``function`` names, if it is known."""
        if (
            isinstance(function, ast.Name)
            and function.id in self.known
            and self.scope.owner(function.id) is self.module
        ):
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
            self.hold(joined(changed), joined([*given, self.returned(name)]))
        for filled in (*known.mutates, *known.defines):
            self.links.add(filled, joined(given))
        if known.keeps:
            self.maybe_changed(only(name))
            self.hold(only(name), joined(given))
            given = [*given, only(name)]
        return joined([*given, self.returned(name)]).loosened()

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
        return UNKNOWN

    def _apply(self, rule: Rule, node: ast.Call, owner: Reach, given: list[Reach], *, analysed: bool) -> None:
        """Note what a call by ``rule`` changes; ``analysed`` says that the functions it is given were walked."""
        change = rule.change
        if change is Change.ALL:
            group = joined([owner, *given])
            self.changed(group)
            self.hold(group, group)
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
        if name in LOOKUPS or name == "dir":
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
        if (reader == "query" and not _SQL.search(text)) or (
            reader == "eval" and path is None and _NAMED_IN_TEXT.search(text)
        ):
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


EXPRESSIONS[ast.Call] = Calls.on_call
