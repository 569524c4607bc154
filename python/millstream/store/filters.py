"""The filter language of the history: ``auc > 0.8 and month = 2 and (status = succeeded or text ~ "foo")``.

    filter     := all ("or" all)*
    all        := one ("and" one)*
    one        := "not" one | "(" filter ")" | comparison | word
    comparison := name operator value
    operator   := = | != | < | <= | > | >= | ~ (contains, whatever the case) | !~
    value      := number | word | 'quoted' | "quoted"

A name is a field of the run, or else a metric or parameter; ``metric:NAME`` and ``parameter:NAME`` say which. A word
that stands alone is looked for in the run's text. Names and values only ever reach the database as parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NoReturn

from millstream.errors import UsageError

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_COMPARISONS = 100

#: Fields of a run, and the column or expression of each.
FIELDS: dict[str, tuple[str, Literal["text", "number", "time"]]] = {
    "run": ("r.run", "text"),
    "pipeline": ("r.pipeline", "text"),
    "version": ("r.version", "number"),
    "status": ("r.status", "text"),
    "started": ("r.started", "time"),
    "ended": ("r.ended", "time"),
    "seconds": ("r.seconds", "number"),
    "notebook": ("r.notebook", "text"),
    "user": ("r.username", "text"),
    "host": ("r.host", "text"),
    "commit": ('r."commit"', "text"),
    "text": ("r.text", "text"),
}
OPERATORS = ("=", "==", "!=", "<>", "<=", ">=", "<", ">", "~", "!~")

_TOKEN = re.compile(
    r"""\s*(?:(?P<operator>==|!=|<>|<=|>=|!~|[=<>~])
        |(?P<paren>[()])
        |(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
        |(?P<word>[^\s()=<>~!"'`]+))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the filter: its kind, its text without quotes, where it starts (from 0)."""

    kind: Literal["operator", "paren", "quoted", "word", "end"]
    text: str
    position: int

    def keyword(self, word: str) -> bool:
        """Whether this is the bare word ``word``, in either case."""
        return self.kind == "word" and self.text.lower() == word


@dataclass(frozen=True, slots=True)
class Comparison:
    """``name operator value``; ``quoted`` when the value was, so that "2" stays text."""

    name: str
    operator: str
    value: str
    quoted: bool
    position: int


@dataclass(frozen=True, slots=True)
class Group:
    """Filters joined by ``and``, ``or``, or the one that ``not`` turns round."""

    operator: Literal["and", "or", "not"]
    members: tuple[Filter, ...]


Filter = Comparison | Group


def parse(text: str) -> Filter | None:
    """The filter in ``text``, None when it is blank. Raises UsageError that names the position."""
    if len(text) > MAX_LENGTH:
        raise UsageError(
            f"The filter has {len(text)} characters; at most {MAX_LENGTH} are allowed.", position=MAX_LENGTH
        )
    parser = _Parser(_tokens(text))
    return None if parser.here.kind == "end" else parser.whole()


def _tokens(text: str) -> list[Token]:
    tokens, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            _refuse("the quote is not closed" if text[start] in "\"'`" else f"{text[start]!r} has no meaning", start)
        kind = match.lastgroup
        piece = match[kind]
        if kind == "quoted":
            piece = re.sub(r"\\(.)", r"\1", piece[1:-1]) if piece[0] != "`" else piece[1:-1]
        tokens.append(Token(kind, piece, match.start(kind)))  # type: ignore[arg-type]
        position = match.end()
    return [*tokens, Token("end", "", len(text))]


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0
        self._comparisons = 0

    @property
    def here(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self.here
        self._next += token.kind != "end"
        return token

    def whole(self) -> Filter:
        found = self._any()
        if self.here.kind != "end":
            _refuse(f"{self.here.text!r} follows where 'and', 'or' or the end is expected", self.here.position)
        return found

    def _any(self) -> Filter:
        return self._joined("or", self._all)

    def _all(self) -> Filter:
        return self._joined("and", self._one)

    def _joined(self, word: Literal["and", "or"], member: Callable[[], Filter]) -> Filter:
        members = [member()]
        while self.here.keyword(word):
            self._take()
            members.append(member())
        return members[0] if len(members) == 1 else Group(word, tuple(members))

    def _one(self) -> Filter:
        token = self._take()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _refuse(f"it is nested more than {MAX_DEPTH} deep", token.position)
        if token.keyword("not"):
            found: Filter = Group("not", (self._one(),))
        elif token.kind == "paren" and token.text == "(":
            found = self._any()
            if self.here.text != ")" or self.here.kind != "paren":
                _refuse("a ')' is missing", self.here.position)
            self._take()
        else:
            found = self._comparison(token)
        self._depth -= 1
        return found

    def _comparison(self, name: Token) -> Comparison:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            _refuse(f"it has more than {MAX_COMPARISONS} comparisons", name.position)
        if name.kind not in ("word", "quoted") or name.keyword("and") or name.keyword("or"):
            _refuse("a name is missing" if name.kind == "end" else f"{name.text!r} is not a name", name.position)
        if self.here.kind != "operator":
            return Comparison("text", "~", name.text, True, name.position)
        operator, value = self._take(), self._take()
        if value.kind not in ("word", "quoted"):
            _refuse(f"a value is missing after {operator.text!r}", value.position)
        plain = {"==": "=", "<>": "!="}.get(operator.text, operator.text)
        return Comparison(name.text, plain, value.text, value.kind == "quoted", name.position)


def _refuse(what: str, position: int) -> NoReturn:
    raise UsageError(
        f"The filter cannot be read at position {position + 1}: {what}.",
        hint='Write it like: auc > 0.8 and month = 2 and (status = succeeded or text ~ "late"). '
        f"Operators: {' '.join(OPERATORS)}; fields: {', '.join(FIELDS)}; other names are metrics and parameters.",
        position=position,
    )


__all__ = ["FIELDS", "Comparison", "Filter", "Group", "parse"]
