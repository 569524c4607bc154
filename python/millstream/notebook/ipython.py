"""IPython's syntax as plain Python with the same lines, and as effects where there is nothing to see.

Code inside magics (``%%time``, ``%timeit``, ``%%capture``) is exposed in place. What is opaque becomes a call of
``get_ipython()`` that mentions the names it may use, so that whoever reads the tree need not know IPython.
"""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass

from millstream.notebook.lines import Line, logical_lines
from millstream.notebook.magics import (
    AUTOMAGIC,
    CELL_MAGICS,
    HARMLESS_COMMANDS,
    INSTALLERS,
    LINE_MAGICS,
    Kind,
    Magic,
)
from millstream.notebook.source import is_expression, is_python, parse_python

OWN_SCOPE = "__timeit__"  # the class whose body stands for code that runs in names of its own

_MARKERS = re.compile(r"[%!?]|\A\s*(?:[ \t]|>>>|In \[\d+\]:)|^[ \t]*[,;/]", re.MULTILINE)
_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.)(?: |$)|^\s*(?:In \[\d+\]:|\.{3,}:)(?: |$)")
_CELL_MAGIC = re.compile(r"%%(!|[\w.]+)(\?{0,2})(.*)\Z", re.DOTALL)
_LINE_MAGIC = re.compile(r"(%{1,2})[ \t]*([\w.]*)(.*)\Z", re.DOTALL)
_HELP = re.compile(r"%{0,2}(?!\d)[\w*]+(?:\.\w+|\[-?\d+\])*\?{1,2}\s*\Z")
_EXPANDED = re.compile(r"\{([^{}\n]+)\}|(?<!\$)\$([^\W\d]\w*)")
_WORD = re.compile(r"[^\W\d]\w*")
_SHELL_SYNTAX = re.compile(r"[|;&<>`\n]|\$\(")


@dataclass(frozen=True, slots=True)
class Effect:
    """One piece of IPython syntax.

    ``line`` counts from 1 within the cell; ``name`` is the magic's name, or the program's for a shell command;
    ``argument`` is the rest of its line. ``known`` is False for a magic that is not in our lists. ``harmless`` ones
    neither change a value nor read a file of the project; ``opaque`` ones may read and bind any name.
    """

    kind: Kind
    line: int
    text: str
    name: str
    known: bool = True
    defines: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    harmless: bool = False
    opaque: bool = False
    argument: str = ""


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
    margin = first[: len(first) - len(first.lstrip())]
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
        while (first := self._first_line(start)) is not None and self.lines[first].startswith("%%"):
            if not self._cell_magic(first):
                return
            start = first + 1
        stripped = self.lines[first].strip() if first is not None else ""
        if first is not None and _automagic(stripped) and not any(line.strip() for line in self.lines[first + 1 :]):
            self._magic(Line(first, first + 1), "", "%" + stripped)
            return
        self._statements(start)

    def _first_line(self, start: int) -> int | None:
        return next((n for n in range(start, len(self.lines)) if self.lines[n].strip()), None)

    def _statements(self, start: int) -> None:
        for line in logical_lines(self.lines[start:]):
            self._statement(line._replace(start=line.start + start, end=line.end + start))

    def _statement(self, line: Line) -> None:
        first = self.lines[line.start]
        text = "\n".join(self.lines[line.start : line.end])
        if line.assigned is not None:
            self._assigned(line, first[: line.assigned], text[line.assigned :])
            return
        if not line.escaped and not line.help:
            return
        indent, body = _split_indent(text)
        if body.startswith("?") or (_HELP.search(body) and not body.startswith("!")):
            self._opaque(line, indent, _effect(Magic("help", harmless=True), line, body, "help"))
        elif body.startswith("!"):
            self._opaque(line, indent, _shell(line, body, body.lstrip("!")), "system")
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
        percent, name, argument = _LINE_MAGIC.match(body).groups()  # type: ignore[union-attr]
        magic = LINE_MAGICS.get(name) if percent == "%" else None
        if magic and magic.code:
            self._code(line, indent, body, name, magic)
        else:
            self._opaque(line, indent, _line_effect(line, body, name, argument.strip(), magic), "run_line_magic")

    def _code(self, line: Line, indent: str, body: str, name: str, magic: Magic) -> None:
        start = _code_start(body, len(name) + 1, magic)
        code = body[start:]
        plain = translate(code).python.strip() if "\n" not in code else code
        effect = _effect(magic, line, body, name, argument=code)
        if not plain.strip():
            self._opaque(line, indent, effect)
        elif magic.code == "shared" or is_expression(plain):
            self._keep(line, indent, start, plain, effect)
        elif is_python(wrapped := f"class {OWN_SCOPE}: {plain}"):
            self.effects.append(effect)
            self._replace(line, indent + wrapped)
        else:
            self._opaque(line, indent, _effect(magic, line, body, name, uses=_words(code)), "run_line_magic")

    def _keep(self, line: Line, indent: str, start: int, code: str, effect: Effect) -> None:
        """Leave ``code`` in its columns: after a form feed, Python counts the indent anew."""
        self.effects.append(effect)
        self._replace(line, " " * (start - 1) + "\f" + indent + code if start else indent + code)

    def _assigned(self, line: Line, left: str, right: str) -> None:
        names = _targets(left)
        if right.startswith("!"):
            effect, call = _shell(line, left + right, right.lstrip("!"), names), "getoutput"
        else:
            _, name, argument = _LINE_MAGIC.match(right).groups()  # type: ignore[union-attr]
            magic = LINE_MAGICS.get(name)
            if magic and magic.code == "shared" and is_expression(code := right[_code_start(right, len(name) + 1, magic) :]):
                self.effects.append(_effect(magic, line, left + right, name, names, argument=code))
                self._replace(line, f"{left}({code})")
                return
            effect, call = _line_effect(line, left + right, name, argument.strip(), magic, names), "run_line_magic"
        self.effects.append(effect)
        uses = ", ".join(sorted(effect.uses))
        self._replace(line, f"{left}get_ipython().{call}({uses})")

    def _autocall(self, line: Line, indent: str, body: str) -> None:
        """``/f a b``, ``,f a b`` and ``;f a b``: a call whose brackets, or quotes, IPython adds."""
        function, _, rest = body[1:].strip().partition(" ")
        quoted = {",": ", ".join(map(repr, rest.split())), ";": repr(rest), "/": ", ".join(rest.split())}[body[0]]
        code = f"{function}({quoted})"
        if is_python(code):
            self.effects.append(Effect("magic", line.start + 1, body, body[0], harmless=True))
            self._replace(line, indent + code)

    def _cell_magic(self, first: int) -> bool:
        """Translate the cell magic at line ``first``; True where the lines below it are still to be read."""
        text = self.lines[first].rstrip()
        name, asked, argument = match.groups() if (match := _CELL_MAGIC.match(text)) else (text[2:], "", "")
        line, magic = Line(first, first + 1), CELL_MAGICS.get(name)
        if asked:
            self._opaque(line, "", _effect(Magic("help", harmless=True), line, text, name))
            return True
        if magic and magic.code:
            return self._cell_code(line, text, name, argument, magic)
        body = "\n".join(self.lines[first + 1 :])
        effect = _cell_effect(line, text, name, argument.strip(), magic, body)
        self._opaque(Line(first, len(self.lines)), "", effect, "run_cell_magic" if not magic else "system")
        return False

    def _cell_code(self, line: Line, text: str, name: str, argument: str, magic: Magic) -> bool:
        defines = _words(argument) if name == "capture" else frozenset()
        defines = frozenset(word for word in argument.split() if word in defines)
        start = _code_start(text, len(name) + 2, magic)
        code = text[start:] if name in {"timeit", "prun", "memit"} else ""
        self.effects.append(_effect(magic, line, text, name, defines, argument=argument.strip()))
        self._replace(line, code)
        if magic.code == "own scope":
            self._own_scope(line.start)
            return False
        return True

    def _own_scope(self, first: int) -> None:
        """Make the lines below ``first`` the body of a class, moved to the right by one column."""
        below = _Translator(self.lines[first + 1 :])
        below.cell(0)
        self.effects += [_moved(effect, first + 1) for effect in below.effects]
        for line in list(logical_lines(below.lines)):
            if below.lines[line.start].strip():
                below.lines[line.start] = " " + below.lines[line.start]
        setup = f"{self.lines[first]}; " if self.lines[first].strip() else ""
        if any(line.strip() and not line.lstrip().startswith("#") for line in below.lines):
            self.lines[first] = f"class {OWN_SCOPE}:"
            if setup and is_python(setup):
                below.lines = self._with_setup(setup, below.lines)
        self.lines[first + 1 :] = below.lines

    @staticmethod
    def _with_setup(setup: str, lines: list[str]) -> list[str]:
        """The set-up code of ``%%timeit`` in front of the first simple statement of the body."""
        for number, line in enumerate(lines):
            if line.strip() and not line.lstrip().startswith("#"):
                joined = [*lines[:number], " " + setup + line.lstrip(), *lines[number + 1 :]]
                fits = is_python("\n".join([f"class {OWN_SCOPE}:", *joined]))
                return joined if fits else lines
        return lines


def _moved(effect: Effect, lines: int) -> Effect:
    from dataclasses import replace

    return replace(effect, line=effect.line + lines)


def _split_indent(text: str) -> tuple[str, str]:
    body = text.lstrip()
    return text[: len(text) - len(body)], body


def _effect(
    magic: Magic,
    line: Line,
    text: str,
    name: str,
    defines: frozenset[str] = frozenset(),
    uses: frozenset[str] = frozenset(),
    argument: str = "",
) -> Effect:
    return Effect(magic.kind, line.start + 1, text, name, True, defines, uses, magic.harmless, False, argument)


def _shell(line: Line, text: str, command: str, defines: frozenset[str] = frozenset()) -> Effect:
    words = command.split()
    program = words[0] if words else ""
    harmless = not defines and not _SHELL_SYNTAX.search(command) and any(
        tuple(words[: len(start)]) == start for start in HARMLESS_COMMANDS
    )
    install = harmless and (program in INSTALLERS or words[1:3] == ["-m", "pip"])
    uses = _expanded(command)
    kind: Kind = "install" if install else "shell"
    return Effect(kind, line.start + 1, text, program, True, defines, uses, harmless or not words, False, command.strip())


def _line_effect(
    line: Line, text: str, name: str, argument: str, magic: Magic | None, defines: frozenset[str] = frozenset()
) -> Effect:
    number, uses = line.start + 1, _expanded(argument)
    if magic is None:
        uses = _words(argument)
        return Effect("magic", number, text, name, False, defines | _outputs(argument), uses, False, True, argument)
    opaque, words = magic.kind == "run", argument.split()
    if magic.code:
        uses = _words(argument)
    if name == "store":
        restored = words[:1] == ["-r"]
        named = frozenset(word for word in words if word.isidentifier())
        opaque = restored and not named
        defines, uses = (defines | named, uses) if restored else (defines, uses | named)
    elif name in {"reset", "reset_selective", "xdel", "pylab"}:
        opaque = True
    elif name in {"sx", "system", "sc"}:
        return _shell(line, text, argument, defines)
    elif name == "macro":
        opaque = True
    harmless = magic.harmless and not (defines and name not in {"time"})
    return Effect(magic.kind, number, text, name, True, defines, uses, harmless, opaque, argument)


def _cell_effect(line: Line, text: str, name: str, argument: str, magic: Magic | None, body: str) -> Effect:
    number, defines = line.start + 1, _outputs(argument)
    whole = f"{text}\n{body}" if body else text
    if magic is None:
        uses = _words(f"{argument}\n{body}")
        return Effect("magic", number, whole, name, False, defines, uses, False, True, argument)
    return Effect(magic.kind, number, whole, name, True, defines, _expanded(argument), magic.harmless, False, argument)


def _code_start(text: str, position: int, magic: Magic) -> int:
    """Where the code begins behind the magic's options: ``%timeit -n 10 -q f(x)``."""
    option = re.compile(r"\s*(-{1,2}[A-Za-z][\w-]*)(\s+|\Z)|\s+")
    while match := option.match(text, position):
        position = match.end()
        flag = match.group(1)
        if flag and len(flag) == 2 and flag[1] in magic.valued:
            value = re.compile(r"\S+\s*").match(text, position)
            position = value.end() if value else position
    return position


def _targets(left: str) -> frozenset[str]:
    try:
        tree = parse_python(f"{left.strip()} 0")
    except SyntaxError:
        return frozenset()
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _outputs(argument: str) -> frozenset[str]:
    """Names that options such as ``--out x`` and ``-o x,y``, or SQL's ``x <<``, say are bound."""
    found = re.findall(r"(?:^|\s)(?:-o|--out|--err|--output|--proc)[ =]([\w,]+)|(?:^|\s)(\w+)\s*<<", argument)
    return frozenset(name for pair in found for part in pair for name in part.split(",") if name.isidentifier())


def _expanded(text: str) -> frozenset[str]:
    """The names in ``{expression}`` and ``$name``, which IPython puts into a command before it runs."""
    names: set[str] = set()
    for expression, name in _EXPANDED.findall(text):
        names |= {name} if name else _loaded(expression)
    return frozenset(names)


def _loaded(expression: str) -> set[str]:
    try:
        tree = parse_python(expression.strip())
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text) if not keyword.iskeyword(word))
