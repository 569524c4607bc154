"""IPython's effects as values: what a magic or a shell command is, and which names it uses and binds."""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass

from millstream.notebook.magics import HARMLESS_COMMANDS, INSTALLERS, OPAQUE, Kind, Magic
from millstream.notebook.source import parse_python

Names = frozenset[str]
_NONE: Names = frozenset()
_EXPANDED = re.compile(r"\{([^{}\n]+)\}|(?<!\$)\$([^\W\d]\w*)")
_WORD = re.compile(r"[^\W\d]\w*")
_SHELL_SYNTAX = re.compile(r"[|;&<>`\n]|\$\(")
_OUTPUT = re.compile(r"(?:^|\s)(?:-o|--out|--err|--output|--proc)[ =]([\w,]+)|(?:^|\s)(\w+)\s*<<")


@dataclass(frozen=True, slots=True, kw_only=True)
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
    defines: Names = _NONE
    uses: Names = _NONE
    harmless: bool = False
    opaque: bool = False
    argument: str = ""


def shell_effect(line: int, text: str, command: str, defines: Names = _NONE) -> Effect:
    """The effect of a command that a shell runs; ``defines`` are the names that get its output."""
    words = command.split()
    program = words[0] if words else ""
    listed = any(tuple(words[: len(start)]) == start for start in HARMLESS_COMMANDS)
    harmless = not defines and not _SHELL_SYNTAX.search(command) and (listed or not words)
    installs = harmless and (program in INSTALLERS or words[1:3] == ["-m", "pip"])
    return Effect(
        kind="install" if installs else "shell",
        line=line,
        text=text,
        name=program,
        defines=defines,
        uses=expanded(command),
        harmless=harmless,
        argument=command.strip(),
    )


def line_effect(line: int, text: str, name: str, argument: str, magic: Magic | None, defines: Names = _NONE) -> Effect:
    """The effect of a line magic; ``magic`` is None for one that is not known."""
    if magic is None:
        return _unknown(line, text, name, argument, argument, defines)
    if name in {"sx", "system", "sc"}:
        return shell_effect(line, text, argument, defines)
    uses = words(argument) if magic.code else expanded(argument)
    opaque = magic.kind == "run" or name in OPAQUE
    if name == "store":
        parts = argument.split()
        named = frozenset(part for part in parts if part.isidentifier())
        restores = parts[:1] == ["-r"]
        opaque = restores and not named
        defines, uses = (defines | named, uses) if restores else (defines, uses | named)
    return Effect(
        kind=magic.kind,
        line=line,
        text=text,
        name=name,
        defines=defines,
        uses=uses,
        harmless=magic.harmless and not defines,
        opaque=opaque,
        argument=argument,
    )


def cell_effect(line: int, text: str, name: str, argument: str, magic: Magic | None, body: str) -> Effect:
    """The effect of a cell magic whose body is not Python."""
    whole = f"{text}\n{body}" if body else text
    if magic is None:
        return _unknown(line, whole, name, argument, f"{argument}\n{body}", _NONE)
    return Effect(
        kind=magic.kind,
        line=line,
        text=whole,
        name=name,
        defines=outputs(argument),
        uses=expanded(argument),
        harmless=magic.harmless and not outputs(argument),
        argument=argument,
    )


def _unknown(line: int, text: str, name: str, argument: str, mentions: str, defines: Names) -> Effect:
    return Effect(
        kind="magic",
        line=line,
        text=text,
        name=name,
        known=False,
        defines=defines | outputs(argument),
        uses=words(mentions),
        opaque=True,
        argument=argument,
    )


def outputs(argument: str) -> Names:
    """Names that options such as ``--out x`` and ``-o x,y``, or SQL's ``x <<``, say are bound."""
    found = _OUTPUT.findall(argument)
    return frozenset(name for pair in found for part in pair for name in part.split(",") if name.isidentifier())


def expanded(text: str) -> Names:
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


def words(text: str) -> Names:
    """Every word that may be a name."""
    return frozenset(word for word in _WORD.findall(text) if not keyword.iskeyword(word))
