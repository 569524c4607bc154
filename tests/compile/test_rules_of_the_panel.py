"""The panel reads tags and names before the server has; both are held to one file of cases."""

import json
from pathlib import Path

import pytest
from notebooks import program

from millstream.compile.tags import is_step_name
from millstream.pipelines import name_of

RULES = json.loads((Path(__file__).parents[2] / "src/models/__tests__/rules.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "legal"), RULES["stepNames"].items())
def test_step_names(name, legal):
    assert is_step_name(name) is legal


@pytest.mark.parametrize(("path", "name"), RULES["pipelineNames"].items())
def test_names_of_pipelines(path, name):
    assert name_of(Path(path)) == name


@pytest.mark.parametrize("case", RULES["outlines"])
def test_outlines(case):
    made = program(*((tags, f"x{number} = 1") for number, tags in enumerate(case["tags"])))
    steps = {cell: block.name for block in made.layout.steps for cell in block.cells}
    assert [steps.get(i, made.layout.roles.get(i)) for i in range(len(case["tags"]))] == case["places"]
