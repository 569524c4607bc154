"""What a cell touches outside its names: random generators, the clock, the network, files, settings of the process."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from millstream.analysis import outside
from millstream.records import Diagnostic, Severity

if TYPE_CHECKING:
    from millstream.analysis.scopes import Scope
    from millstream.analysis.state import State
    from millstream.notebook.effects import Effect

_HISTORY = re.compile(r"_+\Z|_\d+\Z|_i+\Z|_i\d+\Z|_ih\Z|_oh\Z|_dh\Z|In\Z|Out\Z")
_URL = re.compile(r"(?:https?|ftp|s3|gs)://")
_ABSOLUTE = re.compile(r"/(?!/)[^/\s]|[A-Za-z]:[\\/]|~[\w]*[\\/]|\\\\\w")
_SUFFIX = re.compile(r"[^\s/*?]*[^\s/.]\.[A-Za-z][A-Za-z0-9]{0,7}(?:\.(?:gz|zip|bz2|xz))?\Z")


class Observer:
    """Collects, as the walk passes calls and names, what has effects outside the notebook's names."""

    def __init__(self, cell: int, lines: list[str], seeded: frozenset[str]) -> None:
        self.cell = cell
        self.lines = lines
        self.seeded = set(seeded)
        self.seeds: set[str] = set()
        self.ambient: set[str] = set()
        self.env_names: set[str] = set()
        self.paths: dict[tuple[str, int, int], None] = {}
        self.import_modules: set[str] = set()
        self.stars: list[str] = []
        self.history: list[ast.Name] = []
        self.diagnostics: list[Diagnostic] = []

    def report(self, code: str, severity: Severity, node: ast.AST, message: str, hint: str | None = None) -> None:
        """Add a finding at ``node``."""
        line = getattr(node, "lineno", None)
        column = getattr(node, "col_offset", None)
        if line is not None and column is not None and line <= len(self.lines):
            column = len(self.lines[line - 1].encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))
        found = Diagnostic(
            code=code, severity=severity, message=message, cell=self.cell, line=line, column=column, hint=hint
        )
        if found not in self.diagnostics[-8:]:
            self.diagnostics.append(found)

    def name(self, node: ast.Name, scope: Scope) -> None:
        """A name that begins as IPython's history does is read."""
        name = node.id
        if _HISTORY.match(name) and scope.owner(name).parent is None:
            self.history.append(node)

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        """Something is imported."""
        if isinstance(node, ast.Import):
            self.import_modules.update(alias.name.partition(".")[0] for alias in node.names)
        else:
            if not node.level and node.module:
                self.import_modules.add(node.module.partition(".")[0])
            if node.names[0].name == "*":
                self.stars.append("." * node.level + (node.module or ""))
        if "__main__" in self.import_modules:
            self.unseen(node, "__main__")

    def attribute(self, node: ast.Attribute, state: State) -> None:
        """An attribute is read."""
        if node.attr in outside.STATE_ATTRIBUTES and (path := state.path(node)):
            self._touch(path)

    def subscript(self, node: ast.Subscript, state: State) -> None:
        """An item is read."""
        if isinstance(node.value, ast.Attribute) and state.path(node.value) == "os.environ":
            self._environment(node.slice)

    def filled(self, node: ast.Attribute | ast.Subscript, state: State) -> None:
        """An item or attribute is set or deleted."""
        if path := state.path(node.value if isinstance(node, ast.Subscript) else node):
            self._touch(path)
            if path == "os.environ" and isinstance(node, ast.Subscript):
                self.ambient.add("environ")

    def misplaced(self, node: ast.stmt | ast.expr, word: str, place: str) -> None:
        """Python reads the cell, and refuses to compile it."""
        self.report("MS101", "error", node, f"this cell is not valid Python: '{word}' outside {place}",
                    "Correct it, or leave it out with the tag `skip`.")  # fmt: skip

    def magic(self, effect: Effect) -> None:
        """IPython syntax that is not Python."""
        if effect.name in {"env", "set_env"}:
            self.ambient.add("environ")
        elif effect.name in {"cd", "pushd", "popd"}:
            self.ambient.add("cwd")
        place = ast.Pass(lineno=effect.line, col_offset=0)
        first = effect.text.partition("\n")[0]
        if not effect.known:
            self.report("MS206", "warning", place, f"the magic %{effect.name} is not known: it may read and change any name",
                        "Use Python in its place, or keep what depends on it in the same step.")  # fmt: skip
        elif not effect.harmless and effect.kind in {"shell", "run", "magic"}:
            self.report("MS205", "hint", place, f"what `{first}` reads and changes cannot be seen: its step is never cached",
                        "Use Python in its place, or tag the cell `skip` if the pipeline does not need it.")  # fmt: skip

    def report_history(self, bound: set[str]) -> None:
        """Report names that only an interactive session fills (``_``, ``_12``, ``Out``), unless the code binds them."""
        for node in self.history:
            if node.id not in bound:
                self.report("MS114", "error", node, f"{node.id} is what an earlier cell displayed, which a pipeline does not keep",
                            "Give the value a name where it is made, and use that name here.")  # fmt: skip

    def findings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics in the order of the source."""
        return tuple(sorted(self.diagnostics, key=lambda found: (found.line or 0, found.column or 0, found.code)))

    def unseen(self, node: ast.AST, name: str) -> None:
        """Names may be read or bound that cannot be seen."""
        self.report(
            "MS113",
            "warning",
            node,
            f"{name} can read or bind any name, so this cell gets every earlier value",
            "Use the names themselves, or keep this cell and what depends on it in one step.",
        )

    def call(self, node: ast.Call, path: str | None, state: State) -> None:
        """Something is called."""
        function = node.func
        if path is not None:
            self._known(node, path)
        elif isinstance(function, ast.Name) and function.id in outside.BUILTINS and state.is_builtin_name(function.id):
            self._known(node, function.id)
        elif isinstance(function, ast.Attribute) and function.attr == "sample":
            self._sampled(node)
        self._texts(node, path)
        for keyword in node.keywords:
            if keyword.arg in outside.SETTINGS:
                self._setting(keyword)

    def _known(self, node: ast.Call, path: str) -> None:
        self._touch(path)
        if path in outside.ENVIRONMENT_READS and node.args:
            self._environment(node.args[0])
        if path in outside.ASKS:
            self.report("MS112", "error", node, f"{path}() waits for a person, and a pipeline has nobody to ask",
                        "Make the answer a parameter: assign it in a cell tagged `parameters`.")  # fmt: skip
        elif path in outside.EXITS:
            self.report("MS120", "warning", node, f"{path}() ends the kernel, so the rest of the step would not run",
                        "Raise an error instead, or leave the cell out with the tag `skip`.")  # fmt: skip
        elif path in outside.CLOCK:
            self.report("MS202", "warning", node, f"{path}() reads the clock: a cached step keeps the time of its first run",
                        "Tag the cell `volatile`, or make the moment a parameter.")  # fmt: skip
        elif path.partition(".")[0] in outside.NETWORK or path in outside.NETWORK:
            self.report("MS203", "warning", node, f"{path}() uses the network: a cached step keeps the first answer",
                        "Tag the cell `volatile`, or keep a copy of the data in the project.")  # fmt: skip
        self._random(node, path)

    def _random(self, node: ast.Call, path: str) -> None:
        generator = outside.generator(path)
        if generator is None:
            if path in outside.SEEDABLE and not _seeded(node):
                self.ambient.add("numpy.random")
                self._unseeded(node, path, "numpy.random")
        elif path in outside.SEEDS:
            self.ambient.add(generator)
            if node.args or node.keywords:
                self.seeds.add(generator)
                self.seeded.add(generator)
        else:
            self.ambient.add(generator)
            self._unseeded(node, path, generator)

    def _sampled(self, node: ast.Call) -> None:
        if not any(keyword.arg in {"random_state", "seed"} for keyword in node.keywords):
            self.ambient.add("numpy.random")
            self._unseeded(node, "sample", "numpy.random")

    def _unseeded(self, node: ast.Call, path: str, generator: str) -> None:
        if generator not in self.seeded:
            self.report("MS201", "warning", node, f"{path}() draws from {generator}, which no earlier cell seeds",
                        "Seed it in a cell tagged `imports`, or pass random_state=.")  # fmt: skip

    def _touch(self, path: str) -> None:
        ambient = outside.ambient(path)
        if ambient:
            self.ambient.add(ambient)

    def _environment(self, node: ast.expr) -> None:
        self.ambient.add("environ")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.env_names.add(node.value)

    def _texts(self, node: ast.Call, path: str | None) -> None:
        given = (*node.args, *[keyword.value for keyword in node.keywords])
        for argument in given:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                self._text(node, argument, argument.value, path)

    def _text(self, node: ast.Call, argument: ast.Constant, text: str, path: str | None) -> None:
        if len(text) > outside.LONGEST_PATH or "\n" in text:
            return
        if _URL.match(text):
            if _reads(node, path):
                self.report("MS203", "warning", argument, f"{text} is read from the network: a cached step keeps the first answer",
                            "Tag the cell `volatile`, or keep a copy of the data in the project.")  # fmt: skip
            return
        if "/" not in text and not _SUFFIX.match(text):
            return
        self.paths[text, argument.lineno, argument.col_offset] = None
        if _ABSOLUTE.match(text) and _opens(node, path):
            self.report("MS204", "warning", argument, f"{text!r} is an absolute path, which another machine may not have",
                        "Use a path relative to the notebook, or make it a parameter.")  # fmt: skip
        elif argument is (node.args[0] if node.args else None) and _reads(node, path):
            self.report("MS301", "hint", argument, f"the path {text!r} is a setting inside the code",
                        f"Make it a parameter: `data_path = {text!r}` in a cell tagged `parameters`.")  # fmt: skip

    def _setting(self, keyword: ast.keyword) -> None:
        value = keyword.value
        if (
            isinstance(value, ast.Constant)
            and isinstance(value.value, (int, float))
            and not isinstance(value.value, bool)
        ):
            self.report("MS301", "hint", value, f"{keyword.arg}={value.value!r} is a setting inside the code",
                        f"Make it a parameter: `{keyword.arg} = {value.value!r}` in a cell tagged `parameters`, "
                        f"and `{keyword.arg}={keyword.arg}` here.")  # fmt: skip


def _seeded(node: ast.Call) -> bool:
    return any(k.arg in {"random_state", "seed", "rng"} or k.arg is None for k in node.keywords) or any(
        k.arg == "shuffle" and isinstance(k.value, ast.Constant) and not k.value.value for k in node.keywords
    )


def _reads(node: ast.Call, path: str | None) -> bool:
    return _last_name(node, path).startswith(
        ("read", "load", "open", "urlopen", "urlretrieve", "fetch", "imread", "get", "scan")
    )


def _opens(node: ast.Call, path: str | None) -> bool:
    name = _last_name(node, path)
    return name.startswith(("to_", "save", "write", "dump", "Path", "listdir", "glob", "chdir", "imsave")) or _reads(
        node, path
    )


def _last_name(node: ast.Call, path: str | None) -> str:
    if path:
        return path.rpartition(".")[2]
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
