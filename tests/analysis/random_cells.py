"""Random cells for the soundness tests: aliases, in-place changes, scopes, functions, classes, control flow."""

from __future__ import annotations

import random
from collections.abc import Callable

EARLIER = """
class Box:
    def __init__(self, v=None):
        self.v = v
        self.w = []
    def put(self, x):
        self.w.append(x)
        return self
    def log(self):
        notes.append(1)
        return notes
a = [[1], [2], 3]
b = [[4], [5]]
d = {"k": [1], "l": {"m": [2]}}
e = {"k": [7], "l": 8}
o = Box([1])
p = Box({"k": [1]})
n = 3
m = 4
notes = []
def f(x):
    return x
def g(x):
    x.append(n)
    return a
def h():
    global m
    m = m + 1
    return d
def k(x, y=[]):
    y.append(x)
    return y
def make(x):
    return Box(x)
"""
LISTS, DICTS, BOXES, NUMBERS = ["a", "b"], ["d", "e"], ["o", "p"], ["n", "m"]
FRESH = ["u", "v", "w", "x", "y", "z"]


class Cells:
    """Writes cells of Python that mostly run; each seed is a cell."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.depth = 0
        self.bound: list[str] = []
        self.functions: list[str] = []

    def cell(self) -> str:
        """A cell of some statements."""
        return "\n".join(line for _ in range(self.random.randint(1, 6)) for line in self.statement())

    def pick(self, *choices: str | Callable[[], str]) -> str:
        chosen = self.random.choice(choices)
        return chosen if isinstance(chosen, str) else chosen()

    def name(self) -> str:
        return self.random.choice([*LISTS, *DICTS, *BOXES, *LISTS, *self.bound])

    def target(self) -> str:
        name = self.random.choice([*FRESH, *FRESH, "a", "d", "n"])
        if self.depth == 0:
            self.bound.append(name)
        return name

    def mutable(self) -> str:
        """An expression whose value is an object that can be changed."""
        if self.depth > 3:
            return self.name()
        self.depth += 1
        text = self.pick(
            self.name, self.name, self.name,
            lambda: f"{self.random.choice(LISTS)}[0]",
            lambda: f"{self.random.choice(DICTS)}['k']",
            lambda: f"{self.random.choice(BOXES)}.w",
            lambda: f"{self.random.choice(BOXES)}.v",
            lambda: f"[{self.mutable()}, {self.mutable()}]",
            lambda: f"{{'q': {self.mutable()}}}",
            lambda: f"({self.mutable()} if {self.number()} else {self.mutable()})",
            lambda: f"({self.mutable()} or {self.mutable()})",
            lambda: f"f({self.mutable()})", lambda: f"make({self.mutable()})", lambda: "h()",
            lambda: f"k({self.mutable()})",
            lambda: f"list({self.mutable()})" if self.random.random() < 0.3 else f"list({self.random.choice(LISTS)})",
            lambda: f"[i for i in {self.random.choice(LISTS)}]",
            lambda: f"(lambda q: [q, {self.name()}])({self.mutable()})",
            lambda: f"dict(t={self.mutable()})",
            lambda: f"{self.random.choice(LISTS)} + [{self.mutable()}]",
            lambda: f"max([{self.mutable()}], key=len)",
            lambda: f"next(iter({self.random.choice(LISTS)}))",
            lambda: f"getattr({self.random.choice(BOXES)}, 'w')",
            lambda: f"({self.random.choice(FRESH)} := {self.mutable()})",
            lambda: f"{self.random.choice(DICTS)}.get('k')",
            lambda: f"{self.random.choice(BOXES)}.put({self.mutable()})",
            lambda: f"list(map(lambda q: q, {self.random.choice(LISTS)}))",
            lambda: f"{self.random.choice(BOXES)}.log()",
            lambda: f"{self.random.choice(self.functions)}({self.mutable()})" if self.functions else "a",
        )  # fmt: skip
        self.depth -= 1
        return text

    def number(self) -> str:
        return self.pick(
            "n", "m", "1", "0", "len(a)", "len(d)", "n + m", "sum(1 for i in a)", lambda: f"len(str({self.name()}))"
        )

    def change(self) -> str:
        """A statement that changes something in place, or tries to."""
        value = self.mutable()
        return self.pick(
            f"{self.random.choice(LISTS)}.append({value})",
            f"{self.random.choice(LISTS)}[0] = {value}",
            f"{self.random.choice(DICTS)}['z'] = {value}",
            f"{self.random.choice(DICTS)}.update(j={value})",
            f"{self.random.choice(BOXES)}.v = {value}",
            f"{self.random.choice(BOXES)}.put({value})",
            f"{self.random.choice(LISTS)} += [{value}]",
            f"{self.random.choice(DICTS)}['k'] += [{value}]",
            f"del {self.random.choice(DICTS)}['l']",
            f"{self.random.choice(LISTS)}.reverse()",
            f"setattr({self.random.choice(BOXES)}, 'v', {value})",
            f"touch({value})",
            f"touch({value})",
            f"touch({value})",
            f"g({self.random.choice(LISTS)})",
            "h()",
            f"for i in list({value})[:2]: touch(i)",
            f"[touch(i) for i in [{value}]]",
            f"list(map(touch, [{value}]))",
            f"sorted([{value}], key=lambda q: touch(q))",
            f"{self.random.choice(BOXES)}.log()",
        )

    def block(self) -> list[str]:
        self.depth += 1
        lines = [line for _ in range(self.random.randint(1, 2)) for line in self.statement()]
        self.depth -= 1
        return ["    " + line for line in lines]

    def statement(self) -> list[str]:
        forms: list[Callable[[], list[str]]] = [
            lambda: [f"{self.target()} = {self.mutable()}"],
            lambda: [f"{self.target()} = {self.mutable()}"],
            lambda: [self.change()],
            lambda: [self.change()],
            lambda: [f"{self.target()}, {self.target()} = {self.mutable()}, {self.mutable()}"],
            lambda: [f"{self.target()}, *{self.target()} = [{self.mutable()}, {self.mutable()}]"],
            lambda: [f"{self.target()} = {self.target()} = {self.mutable()}"],
            lambda: [f"{self.target()} = {self.number()}"],
        ]
        if self.depth < 3:
            forms += [self.if_, self.for_, self.while_, self.try_, self.with_, self.function, self.class_, self.match_,
                      self.delete]  # fmt: skip
        return self.random.choice(forms)()

    def if_(self) -> list[str]:
        lines = [f"if {self.number()}:", *self.block()]
        return [*lines, "else:", *self.block()] if self.random.random() < 0.5 else lines

    def for_(self) -> list[str]:
        source = self.pick(
            "a[:2]",
            "b[:2]",
            "[]",
            "range(2)",
            "list(d)",
            lambda: f"[{self.mutable()}, {self.mutable()}]",
            "enumerate(a[:2])",
        )
        return [f"for {self.target()} in {source}:", *self.block()]

    def while_(self) -> list[str]:
        return ["while True:", *self.block(), "    break"]

    def try_(self) -> list[str]:
        body = [f"    {self.target()} = {self.mutable()}", self.pick("    1 / 0", "    a['no']", "    pass")]
        return ["try:", *body, f"except (ZeroDivisionError, TypeError) as {self.target()}:", *self.block(),
                *self.random.choice([[], ["finally:", *self.block()]])]  # fmt: skip

    def with_(self) -> list[str]:
        manager = self.pick(
            "contextlib.suppress(Exception)", "contextlib.nullcontext([1])", lambda: f"holding({self.mutable()})"
        )
        return [f"with {manager} as {self.target()}:", *self.block()]

    def function(self) -> list[str]:
        name = f"f{len(self.functions)}"
        self.depth += 1
        body = [f"global {self.random.choice(FRESH)}"] if self.random.random() < 0.2 else []
        body += [line for _ in range(self.random.randint(1, 2)) for line in self.statement()]
        body.append(f"return {self.mutable()}")
        self.depth -= 1
        lines = [f"def {name}(q={self.name()}):", *["    " + line for line in body]]
        if self.depth == 0:
            self.functions.append(name)
        if self.random.random() < 0.6:
            lines.append(f"{self.random.choice(FRESH)} = {name}({self.mutable()})")
        return lines

    def class_(self) -> list[str]:
        name = self.random.choice(["Ca", "Cb"])
        body = [
            f"    t = {self.mutable()}",
            "    def run(self, q):",
            "        " + self.change(),
            f"        return {self.mutable()}",
        ]
        lines = [f"class {name}:", *body]
        if self.random.random() < 0.6:
            lines += [f"{self.random.choice(FRESH)} = {name}()", f"{name}().run({self.mutable()})", f"touch({name}.t)"]
        return lines

    def match_(self) -> list[str]:
        return [f"match {self.mutable()}:", f"    case [{self.target()}, *_]:", *["    " + line for line in self.block()],
                f"    case {self.target()}:", *["    " + line for line in self.block()]]  # fmt: skip

    def delete(self) -> list[str]:
        return [f"{self.random.choice(FRESH)} = 1", f"del {self.random.choice(['a', 'd', 'n', *FRESH])}"]
