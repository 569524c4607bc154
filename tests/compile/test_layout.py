"""Where cells go: set-up, steps, pieces, nowhere."""

from notebooks import codes, program


def test_cells_without_a_tag_belong_to_the_step_above():
    """Tags mark where a step begins."""
    made = program(("step:a", "x = 1"), ("", "y = x"), ("step:b", "z = y"))
    assert [(s.name, s.cells) for s in made.steps] == [("a", (0, 1)), ("b", (2,))]


def test_kales_tags_mean_what_they_mean_in_kale():
    """A Kale notebook opens as it is."""
    made = program(
        ("pipeline-parameters", "n = 1"), ("block:a", "x = n"), ("block:b prev:a", "y = x"), ("pipeline-metrics", "y")
    )
    assert [s.name for s in made.steps] == ["a", "b"]
    assert made.steps[1].after == ("a",)
    assert made.parameters == {"n": 1}
    assert made.metrics == ("y",)
    assert made.ok


def test_kale_tags_without_meaning_here_are_named_and_kept():
    """They never make a notebook fail."""
    made = program(("step:a image:python limit:gpu:1", "x = 1"))
    assert made.ok
    assert codes(made) == ["MS302", "MS302"]


def test_cells_of_a_step_that_do_not_stand_together_become_two_steps():
    """The order of the notebook is kept, whatever the tags say, and it is said."""
    made = program(("step:a", "x = 1"), ("step:b", "x += 1"), ("step:a", "y = x"))
    assert [s.name for s in made.steps] == ["a", "b", "a_2"]
    assert "MS106" in codes(made)


def test_imports_before_the_first_step_are_set_up():
    """Nobody tags the cell that imports pandas."""
    made = program(("", "import math"), ("step:a", "x = math.pi"))
    assert made.layout.roles[0] == "imports"
    assert made.ok


def test_work_before_the_first_step_is_a_step_of_its_own():
    """Running it in every step could mean something else."""
    made = program(("", "x = 1\nprint(x)"), ("step:a", "y = x"))
    assert [s.name for s in made.steps] == ["start", "a"]


def test_a_skipped_cell_is_no_part_of_the_pipeline():
    """Nor does it end the step it stands in."""
    made = program(("step:a", "x = 1"), ("skip", "x = 2"), ("", "y = x"))
    assert made.steps[0].cells == (0, 2)


def test_illegal_step_names_are_refused_with_a_legal_one():
    """A step's name is a file's name too."""
    for name in ("../x", "a b", "ä", "😀", "1a", "x" * 300, "", "a/b"):
        made = program((["step:" + name], "x = 1"))
        assert "MS105" in codes(made), name
        assert not made.ok


def test_two_places_for_one_cell_are_refused():
    """Whichever we took would be a guess."""
    assert "MS111" in codes(program(("step:a imports", "import math")))
    assert "MS111" in codes(program(("step:a step:b", "x = 1")))


def test_two_parameter_cells_are_refused():
    """Papermill would fill the first only."""
    made = program(("parameters", "n = 1"), ("parameters", "m = 2"), ("step:a", "x = n"))
    assert [d.cell for d in made.diagnostics if d.code == "MS109"] == [1]


def test_after_must_name_an_earlier_step():
    """Anything else is a cycle, or a slip."""
    assert "MS107" in codes(program(("step:a after:nobody", "x = 1")))
    assert "MS108" in codes(program(("step:a after:b", "x = 1"), ("step:b after:a", "y = 1")))
    assert "MS108" in codes(program(("step:a after:a", "x = 1")))


def test_nothing_to_run_is_said():
    """Empty, without code, without tags, in another language: each its own sentence."""
    assert "MS102" in codes(program())
    assert "MS104" in codes(program(("", "import math")))
    assert codes(program(("step:a", "x <- 1\nlibrary(y)"), language="R")) == ["MS103"]
