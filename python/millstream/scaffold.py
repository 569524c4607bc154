"""What a promoted pipeline gets beside its steps: a README, and tests to grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from millstream.compile import Program, file_name

_SMOKE = '''\
"""Runs the whole pipeline and checks that it succeeds. Written by `millstream promote`; yours to change."""

import json
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent


def test_the_pipeline_runs():
    """Every step succeeds with the parameters in params.yaml."""
    done = subprocess.run(
        [sys.executable, "-m", "millstream", "run", str(FOLDER), "--json"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "succeeded"
'''

_FUNCTIONS = '''\
"""One test for each function of the pipeline. Written by `millstream promote`; yours to change."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def functions():
    """The names that the pipeline's set-up cells define."""
    names = {{"__name__": "functions"}}
    for path in sorted((FOLDER / "steps").glob("*.ipynb"))[-1:]:
        for cell in json.loads(path.read_text())["cells"]:
            if cell["metadata"].get("millstream", {{}}).get("role") in ("imports", "functions"):
                source = "".join(cell["source"])
                lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
                exec("\\n".join(lines), names)
    return names

{tests}'''

_FUNCTION = '''
def test_{name}(functions):
    """`{name}` is there and can be called; say here what it must do."""
    assert callable(functions["{name}"])
'''


def tests(program: Program, name: str) -> dict[str, str]:
    """File name → text of the tests."""
    del name
    found = {"test_smoke.py": _SMOKE}
    functions = sorted(set(_functions(program)))
    if functions:
        body = "\n".join(_FUNCTION.format(name=function) for function in functions)
        found["test_functions.py"] = _FUNCTIONS.format(tests=body)
    return found


def _functions(program: Program) -> Iterator[str]:
    """Functions and classes that cells tagged ``functions`` define at top level, by the tree: identifiers only."""
    for cell, role in program.layout.roles.items():
        if role == "functions":
            try:
                body = ast.parse(program.notebook.cells[cell].source).body
            except SyntaxError:
                continue
            for node in body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.isascii():
                    yield node.name


def readme(program: Program, name: str, description: Mapping[str, Any]) -> str:
    """What the pipeline does, its graph, how to run it."""
    lines = [
        f"# {name}",
        "",
        f"Version {description['version']}, promoted by Millstream from `{description['notebook']['path']}`.",
        "",
        "```mermaid",
        "graph TD",
        *(f"  {step.name}" for step in program.steps),
        *(f"  {edge.source} --> {edge.target}" for edge in program.edges),
        "```",
        "",
        "| step | needs | gives | notebook |",
        "| --- | --- | --- | --- |",
        *(
            f"| {s.name} | {_names(s.needs)} | {_names(s.gives)} | `steps/{file_name(program, s.name)}` |"
            for s in program.steps
        ),
        "",
        "Run it, with the parameters in `params.yaml`, and with others:",
        "",
        "    millstream run pipelines/" + name,
        *(f"    millstream run pipelines/{name} -p {key} VALUE" for key in list(program.parameters)[:1]),
        "",
        "Each step is a notebook that plain papermill runs, after the ones before it:",
        "",
        *(f"    papermill pipelines/{name}/steps/{file_name(program, s.name)} out.ipynb" for s in program.steps),
        "",
        "Test it: `pytest pipelines/" + name + "/tests`",
        "",
    ]
    return "\n".join(lines)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "-"
