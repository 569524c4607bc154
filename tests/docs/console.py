"""Runs the commands of a document's ```console blocks and holds what they print against what the document shows.

A block whose fence says `console test` is tested. Lines that begin with `$ ` are commands, run by bash in order, in one
scratch project a document; the lines after a command are what it prints, on either stream:

- `…` alone stands for any number of lines, within a line for any text;
- a run's id stands for that of the run at hand, here and in later commands;
- durations (`1.2s`) and spaces may differ;
- `# exit code N` after a command says that it ends with N, otherwise 0 is expected.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"^```console test\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT_CODE = re.compile(r"\s+# exit code (\d+)$")
RUN_ID = re.compile(r"\b\d{8}-\d{6}-[a-z0-9]{6}\b")
TOKEN = re.compile(rf"(?P<run>{RUN_ID.pattern})|(?P<any>…)|(?P<seconds>\b\d+(?:\.\d+)?\s?s\b)|(?P<space>\s+)")


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of a document, the line it stands in, and what the document says of its outcome."""

    line: int
    text: str
    exit_code: int
    output: tuple[str, ...]


@dataclass
class Ids:
    """The ids of the runs a document speaks of, and those of the runs that were made."""

    real: dict[str, str] = field(default_factory=dict)

    def in_command(self, text: str) -> str:
        """The command with the real ids."""
        return RUN_ID.sub(lambda found: self.real.get(found[0], found[0]), text)


def commands(document: str) -> list[Command]:
    """The commands of a document's tested blocks, in order."""
    found: list[Command] = []
    for block in FENCE.finditer(document):
        start = document.count("\n", 0, block.start()) + 2
        for number, line in enumerate(block[1].splitlines(), start):
            if line.startswith("$ "):
                code = EXIT_CODE.search(line)
                text = line[2 : code.start() if code else None]
                found.append(Command(line=number, text=text, exit_code=int(code[1]) if code else 0, output=()))
            else:
                last = found.pop()
                found.append(
                    Command(
                        line=last.line, text=last.text, exit_code=last.exit_code, output=(*last.output, line.rstrip())
                    )
                )
    return found


def run(command: Command, *, folder: Path, environment: dict[str, str], ids: Ids, exact: bool = True) -> None:
    """Run one command; AssertionError when it ends otherwise, or prints something else than the document says."""
    done = subprocess.run(
        ["bash", "-c", ids.in_command(command.text)],
        cwd=folder,
        env=environment,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    where = f"line {command.line}: $ {command.text}"
    assert done.returncode == command.exit_code, f"{where}\nended with {done.returncode} and printed\n{done.stdout}"
    problem = difference(command.output, done.stdout.splitlines(), ids)
    assert problem is None or not exact, f"{where}\n{problem}\nIt printed:\n{done.stdout}"


def difference(shown: tuple[str, ...], printed: list[str], ids: Ids) -> str | None:
    """The first line of the document that the output does not have in its place; None when all are there.

    A document that shows nothing says nothing. Empty lines do not count.
    """
    wanted = [line for line in shown if line.strip()]
    lines = [line for line in printed if line.strip()]
    position, skipping = 0, False
    for line in wanted:
        if line.strip() == "…":
            skipping = True
            continue
        last = len(lines) if skipping else min(position + 1, len(lines))
        at = next((i for i in range(position, last) if _matches(line, lines[i], ids)), None)
        if at is None:
            return f"It should have printed: {line}"
        position, skipping = at + 1, False
    if wanted and position < len(lines) and not skipping:
        return f"The document does not show: {lines[position]}"
    return None


def _matches(shown: str, printed: str, ids: Ids) -> bool:
    """Whether the lines are the same; if so, learns the ids of the runs that they speak of."""
    names: list[str] = []

    def token(found: re.Match[str]) -> str:
        if found["run"]:
            known = ids.real.get(found["run"])
            names.append(found["run"])
            return f"({re.escape(known) if known else RUN_ID.pattern})"
        return {"any": ".*", "seconds": r"(?:\d+ min )?\d+(?:\.\d+)?\s?s\b", "space": r"\s+"}[found.lastgroup or ""]

    parts, end = [], 0
    for found in TOKEN.finditer(shown := shown.strip()):
        parts += [re.escape(shown[end : found.start()]), token(found)]
        end = found.end()
    match = re.fullmatch("".join([*parts, re.escape(shown[end:])]), printed.strip())
    if match:
        ids.real.update(zip(names, match.groups(), strict=True))
    return match is not None
