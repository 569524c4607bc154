"""Digests, parameters, metrics, and the step notebooks."""

import ast
import json

import pytest
from notebooks import program

from millstream.compile import file_name, step_notebook

CELLS = [
    ("parameters", "n = 3\nname = 'a'"),
    ("imports", "import math\nimport json"),
    ("functions", "def double(v):\n    return 2 * v\n\ndef unused(v):\n    return v"),
    ("step:a", "x = double(n)"),
    ("step:b metrics", "y = math.sqrt(x)\ny"),
]


def changed(index, source):
    """The program with one cell's source replaced."""
    cells = [(tags, source if i == index else text) for i, (tags, text) in enumerate(CELLS)]
    return program(*cells)


@pytest.mark.parametrize(
    ("index", "source"),
    [
        (3, "# a comment\n\nx = double( n )  # another"),
        (2, CELLS[2][1] + "\n# more"),
        (4, "y = (math\n  .sqrt(x))\ny\n"),
    ],
)
def test_comments_and_layout_change_no_digest(index, source):
    """They mean nothing."""
    assert changed(index, source).digest == program(*CELLS).digest


def test_code_changes_the_digest_of_the_steps_that_reach_it_only():
    """A helper that one step calls is that step's."""
    before, after = program(*CELLS), changed(2, "def double(v):\n    return 3 * v\n\ndef unused(v):\n    return v")
    assert before.code_digest("a") != after.code_digest("a")
    assert before.code_digest("b") == after.code_digest("b")


def test_a_helper_that_nobody_calls_changes_no_step():
    """It is not reached."""
    after = changed(2, "def double(v):\n    return 2 * v\n\ndef unused(v):\n    return -v")
    assert program(*CELLS).code_digest("a") == after.code_digest("a")


def test_parameters_are_seen_by_the_steps_that_use_them():
    """The others stay cached when they change."""
    made = program(*CELLS)
    assert made.parameters == {"n": 3, "name": "a"}
    assert made.parameters_of("a", made.parameters) == {"n": 3}
    assert made.parameters_of("b", made.parameters) == {}


def test_metrics_are_the_names_a_metrics_cell_assigns_or_names():
    """Both ways people write it."""
    assert set(program(("step:a", "u = 1"), ("metrics", "v = 2\nprint(u)\nu")).metrics) == {"u", "v"}


def test_a_step_notebook_is_plain_and_holds_the_cells_verbatim():
    """Parameters, set-up, load, the user's cells, save."""
    made = program(*CELLS)
    notebook = step_notebook(made, "b", pipeline="p", folder=".")
    json.dumps(notebook)
    sources = [cell["source"] for cell in notebook["cells"]]
    assert sources[:3] == [text for _, text in CELLS[:3]]
    assert sources[4] == CELLS[4][1]
    assert "parameters" in notebook["cells"][0]["metadata"]["tags"]
    for source in (sources[3], sources[5]):
        ast.parse(source)
    assert file_name(made, "b") == "02_b.ipynb"


def test_names_in_the_load_cell_are_data():
    """A stranger's name is never code: what the cell is made from is written as literals."""
    made = program(("step:a", "x = 1"), ("step:b", "y = x"))
    notebook = step_notebook(made, "b", pipeline="p'); import os  #", folder="a\n'b\"")
    call = ast.parse(notebook["cells"][0]["source"]).body[-1].value
    assert {k.arg: ast.literal_eval(k.value) for k in call.keywords}["pipeline"] == "p'); import os  #"
