"""IPython's syntax as plain Python with the same lines, and as effects where there is nothing to see.

Code inside magics (``%%time``, ``%timeit``, ``%%capture``) is exposed in place. What is opaque becomes a call of
``get_ipython()`` that mentions the names it may use, so that whoever reads the tree need not know IPython.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from millstream.notebook.effects import Effect, cell_effect, line_effect, shell_effect, words
from millstream.notebook.lines import Line, logical_lines
from millstream.notebook.magics import AUTOMAGIC, CELL_MAGICS, LINE_MAGICS, Magic
from millstream.notebook.source import is_expression, is_python, parse_python

OWN_SCOPE = "__timeit__"  # the class whose body stands for code that runs in names of its own

_MARKERS = re.compile(r"[%!?]|\A\s*(?:[ \t]|>>>|In \[\d+\]:)|^[ \t]*[,;/]", re.MULTILINE)
_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.)(?: |$)|^\s*(?:In \[\d+\]:|\.{3,}:)(?: |$)")
_CELL_MAGIC = re.compile(r"%%(!|[\w.]+)(\?{0,2})(.*)\Z", re.DOTALL)
_LINE_MAGIC = re.compile(r"(%{1,2})[ \t]*([\w.]*)(.*)\Z", re.DOTALL)
_HELP = re.compile(r"%{0,2}(?!\d)[\w*]+(?:\.\w+|\[-?\d+\])*\?{1,2}\s*\Z")
_OPTION = re.compile(r"\s*(-{1,2}[A-Za-z][\w-]*)(?:\s+|\Z)|\s+")
_VALUE = re.compile(r"\S+\s*")
_WITH_CODE_BESIDE = frozenset({"timeit", "prun", "memit"})  # cell magics whose first line holds code as well
_ASKS = Magic("help", harmless=True)


@dataclass(frozen=True, slots=True)
class Translation:
    """A cell as plain Python of exactly as many lines, and the effects that are not Python, in their order."""

    python: str
    effects: tuple[Effect, ...] = ()


def translate(source: str) -> Translation:
    """``source`` with IPython's syntax made plain; it is returned as it is where it has none."""
    if not _may_be_special(source) or is_python(source):
        return Translation(source)
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    translator = _Translator(_without_margin(text.split("\n")))
    translator.cell(0)
    return Translation("\n".join(translator.lines), tuple(translator.effects))


def _may_be_special(source: str) -> bool:
    return _MARKERS.search(source) is not None or _automagic(source.strip()) is not None


def _automagic(line: str) -> str | None:
    """The magic that a cell of one line names without a ``%``, where it cannot be read as Python."""
    name, _, rest = line.partition(" ")
    if "\n" in line or name not in AUTOMAGIC or rest.lstrip().startswith(("=", ",", "(", ".", "[")):
        return None
    return name


def _without_margin(lines: list[str]) -> list[str]:
    """The lines without the prompts of a pasted session or the indent that the whole cell has."""
    first = next((line for line in lines if line.strip()), "")
    margin, _ = _split_indent(first)
    if margin:
        lines = [line.removeprefix(margin) for line in lines]
    if _PROMPT.match(first):
        lines = [_PROMPT.sub("", line, count=1) for line in lines]
    return lines


class _Translator:
    """Rewrites ``lines`` in place, one statement at a time."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.effects: list[Effect] = []

    def cell(self, start: int) -> None:
        """Translate from line ``start`` on, where a cell magic may stand, and another below it."""
        first = self._first_line(start)
        while first is not None and self.lines[first].startswith("%%"):
            if not self._cell_magic(first):
                return
            start = first + 1
            first = self._first_line(start)
        if first is not None and self._first_line(first + 1) is None and _automagic(self.lines[first].strip()):
            self._magic(Line(first, first + 1), "", "%" + self.lines[first].strip())
            return
        for line in logical_lines(self.lines[start:]):
            self._statement(line._replace(start=line.start + start, end=line.end + start))

    def _first_line(self, start: int) -> int | None:
        return next((n for n in range(start, len(self.lines)) if self.lines[n].strip()), None)

    def _statement(self, line: Line) -> None:
        text = "\n".join(self.lines[line.start : line.end])
        if line.assigned is not None:
            self._assigned(line, text[: line.assigned], text[line.assigned :])
            return
        if not line.escaped and not line.help:
            return
        indent, body = _split_indent(text)
        if body.startswith("?") or (_HELP.search(body) and not body.startswith("!")):
            self._opaque(line, indent, _effect(_ASKS, line, body, "help"))
        elif body.startswith("!"):
            self._opaque(line, indent, shell_effect(line.start + 1, body, body.lstrip("!")), "system")
        elif body.startswith("%"):
            self._magic(line, indent, body)
        elif line.escaped:
            self._autocall(line, indent, body)

    def _replace(self, line: Line, code: str) -> None:
        """Put ``code`` where ``line`` was, keeping the number of lines."""
        parts = code.split("\n")
        self.lines[line.start : line.end] = parts + [""] * (line.end - line.start - len(parts))

    def _opaque(self, line: Line, indent: str, effect: Effect, call: str | None = None) -> None:
        self.effects.append(effect)
        names = ", ".join(sorted(effect.uses))
        target = "".join(f"{name} = " for name in sorted(effect.defines))
        method = f".{call}({names})" if call and names else ""
        self._replace(line, f"{indent}{target}get_ipython(){method}")

    def _magic(self, line: Line, indent: str, body: str) -> None:
        percent, name, argument = _parts(body)
        magic = LINE_MAGICS.get(name) if percent == "%" else None
        if magic and magic.code:
            self._code(line, indent, body, name, magic)
        else:
            effect = line_effect(line.start + 1, body, name, argument.strip(), magic)
            self._opaque(line, indent, effect, "run_line_magic")

    def _code(self, line: Line, indent: str, body: str, name: str, magic: Magic) -> None:
        """A line magic with code: ``%time x = f()`` binds ``x``, ``%timeit x = f()`` does not."""
        start = _code_start(body, len(name) + 1, magic)
        code = body[start:]
        plain = translate(code).python.strip() if "\n" not in code else code
        effect = _effect(magic, line, body, name, argument=code)
        wrapped = f"class {OWN_SCOPE}: {plain}"
        if not plain.strip():
            self._opaque(line, indent, effect)
        elif magic.code == "shared" or is_expression(plain):
            self.effects.append(effect)
            self._replace(line, _in_place(indent, start, plain))
        elif is_python(wrapped):
            self.effects.append(effect)
            self._replace(line, indent + wrapped)
        else:
            self._opaque(line, indent, replace(effect, uses=words(code)), "run_line_magic")

    def _assigned(self, line: Line, left: str, right: str) -> None:
        names, number = _targets(left), line.start + 1
        if right.startswith("!"):
            effect, call = shell_effect(number, left + right, right.lstrip("!"), names), "getoutput"
        else:
            _, name, argument = _parts(right)
            magic = LINE_MAGICS.get(name)
            code = right[_code_start(right, len(name) + 1, magic) :] if magic else ""
            if magic and magic.code == "shared" and is_expression(code):
                self.effects.append(_effect(magic, line, left + right, name, names, argument=code))
                self._replace(line, f"{left}({code})")
                return
            effect = line_effect(number, left + right, name, argument.strip(), magic, names)
            call = "run_line_magic"
        self.effects.append(effect)
        self._replace(line, f"{left}get_ipython().{call}({', '.join(sorted(effect.uses))})")

    def _autocall(self, line: Line, indent: str, body: str) -> None:
        """``/f a b``, ``,f a b`` and ``;f a b``: a call whose brackets, or quotes, IPython adds."""
        function, _, rest = body[1:].strip().partition(" ")
        quoted = {",": ", ".join(map(repr, rest.split())), ";": repr(rest), "/": ", ".join(rest.split())}[body[0]]
        code = f"{function}({quoted})"
        if is_python(code):
            self.effects.append(_effect(Magic("magic", harmless=True), line, body, body[0]))
            self._replace(line, indent + code)

    def _cell_magic(self, first: int) -> bool:
        """Translate the cell magic at line ``first``; True where the lines below it are still to be read."""
        text = self.lines[first].rstrip()
        name, asked, argument = match.groups() if (match := _CELL_MAGIC.match(text)) else (text[2:], "", "")
        line, magic = Line(first, first + 1), CELL_MAGICS.get(name)
        if asked:
            self._opaque(line, "", _effect(_ASKS, line, text, name))
            return True
        if magic and magic.code:
            return self._cell_code(line, text, name, argument, magic)
        body = "\n".join(self.lines[first + 1 :])
        effect = cell_effect(first + 1, text, name, argument.strip(), magic, body)
        self._opaque(Line(first, len(self.lines)), "", effect, "system" if magic else "run_cell_magic")
        return False

    def _cell_code(self, line: Line, text: str, name: str, argument: str, magic: Magic) -> bool:
        named = [word for word in argument.split() if word.isidentifier()] if name == "capture" else []
        self.effects.append(_effect(magic, line, text, name, frozenset(named), argument=argument.strip()))
        start = _code_start(text, len(name) + 2, magic)
        self._replace(line, text[start:] if name in _WITH_CODE_BESIDE else "")
        if magic.code == "own scope":
            self._own_scope(line.start)
            return False
        return True

    def _own_scope(self, first: int) -> None:
        """Make the lines below ``first`` the body of a class, moved to the right by one column."""
        below = _Translator(self.lines[first + 1 :])
        below.cell(0)
        self.effects += [replace(effect, line=effect.line + first + 1) for effect in below.effects]
        for line in list(logical_lines(below.lines)):
            if below.lines[line.start].strip():
                below.lines[line.start] = " " + below.lines[line.start]
        set_up = self.lines[first].strip()
        if any(_is_code(line) for line in below.lines):
            self.lines[first] = f"class {OWN_SCOPE}:"
            if set_up and is_python(set_up):
                below.lines = _with_set_up(set_up, below.lines)
        self.lines[first + 1 :] = below.lines


def _with_set_up(set_up: str, lines: list[str]) -> list[str]:
    """The set-up code of ``%%timeit`` in front of the body, where that is a simple statement."""
    number = next(n for n, line in enumerate(lines) if _is_code(line))
    joined = [*lines[:number], f" {set_up}; {lines[number].lstrip()}", *lines[number + 1 :]]
    return joined if is_python("\n".join([f"class {OWN_SCOPE}:", *joined])) else lines


def _is_code(line: str) -> bool:
    return line.strip() != "" and not line.lstrip().startswith("#")


def _in_place(indent: str, start: int, code: str) -> str:
    """``code`` in the columns where it stood: after a form feed, Python counts the indent anew."""
    return " " * (start - 1) + "\f" + indent + code if start else indent + code


def _split_indent(text: str) -> tuple[str, str]:
    body = text.lstrip()
    return text[: len(text) - len(body)], body


def _parts(magic: str) -> tuple[str, str, str]:
    """The percent signs, the name and the rest of a line magic."""
    match = _LINE_MAGIC.match(magic)
    return (match[1], match[2], match[3]) if match else ("%", "", "")


def _effect(
    magic: Magic, line: Line, text: str, name: str, defines: frozenset[str] = frozenset(), *, argument: str = ""
) -> Effect:
    return Effect(
        kind=magic.kind,
        line=line.start + 1,
        text=text,
        name=name,
        defines=defines,
        harmless=magic.harmless,
        argument=argument,
    )


def _code_start(text: str, position: int, magic: Magic) -> int:
    """Where the code begins behind the magic's options: ``%timeit -n 10 -q f(x)``."""
    while match := _OPTION.match(text, position):
        position = match.end()
        flag = match[1]
        if flag and len(flag) == 2 and flag[1] in magic.valued and (value := _VALUE.match(text, position)):
            position = value.end()
    return position


def _targets(left: str) -> frozenset[str]:
    try:
        tree = parse_python(f"{left.strip()} 0")
    except SyntaxError:
        return frozenset()
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def tree_of(source: str) -> ast.Module:
    """The tree of a cell after translation; an empty one where it cannot be read."""
    try:
        return parse_python(translate(source).python)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module(body=[], type_ignores=[])
