"""Who needs what from whom, and what is wrong with a notebook as a whole."""

from notebooks import codes, program


def edges(made):
    """The edges as (source, target, names)."""
    return [(e.source, e.target, list(e.names)) for e in made.edges]


def test_a_value_comes_from_the_last_step_that_binds_it():
    """Not from the first."""
    made = program(("step:a", "x = 1"), ("step:b", "x = 2"), ("step:c", "y = x"))
    assert edges(made) == [("b", "c", ["x"])]


def test_a_change_in_place_is_a_write():
    """The step after it sees the changed value."""
    made = program(("step:a", "x = []"), ("step:b", "x.append(1)"), ("step:c", "y = len(x)"))
    assert edges(made) == [("a", "b", ["x"]), ("b", "c", ["x"])]


def test_readers_do_not_wait_for_each_other():
    """Two steps that only read the same value are two branches."""
    made = program(("step:a", "x = [1]"), ("step:b", "y = len(x)"), ("step:c", "z = sum(x)"))
    assert edges(made) == [("a", "b", ["x"]), ("a", "c", ["x"])]


def test_what_a_function_looks_up_is_needed_where_it_is_called():
    """A call reads the function's globals."""
    made = program(("step:a", "k = 2\ndef f(v): return v * k"), ("step:b", "k = 3"), ("step:c", "y = f(1)"))
    assert ("b", "c", ["k"]) in edges(made)


def test_a_conditional_definition_lets_the_old_value_through():
    """So the step needs it."""
    made = program(("step:a", "x = 1"), ("step:b", "if input_ := 0:\n    x = 2"), ("step:c", "y = x"))
    assert ("a", "b", ["x"]) in edges(made)


def test_set_up_that_uses_a_steps_value_is_refused():
    """It would run before the value is there."""
    made = program(("step:a", "df = 1"), ("functions", "def f(v=df): return v"), ("step:b", "y = f()"))
    assert "MS110" in codes(made)


def test_a_function_of_set_up_may_look_up_a_steps_value_when_it_is_called():
    """Only its definition runs in set-up."""
    made = program(("functions", "def f(): return df"), ("step:a", "df = 1"), ("step:b", "y = f()"))
    assert made.ok
    assert edges(made) == [("a", "b", ["df"])]


def test_a_value_that_only_a_skipped_cell_defines_is_refused():
    """The pipeline would not have it."""
    made = program(("step:a", "x = 1"), ("skip", "z = 2"), ("step:b", "y = z"))
    assert "MS115" in codes(made)


def test_a_skipped_cell_that_changes_a_used_value_is_said():
    """The pipeline goes on without the change."""
    made = program(("step:a", "x = [1]"), ("skip", "x = [2]"), ("step:b", "y = x"))
    assert made.ok
    assert "MS116" in codes(made)


def test_hidden_state_is_said():
    """A name that no cell defines, or only a later one."""
    assert "MS117" in codes(program(("step:a", "y = nowhere")))
    assert "MS118" in codes(program(("step:a", "y = later"), ("step:b", "later = 1")))


def test_a_step_after_which_names_are_read_unseen_keeps_everything():
    """Anything may be read by exec: any name."""
    made = program(("step:a", "x = 1\nz = 2"), ("step:b", "code = 'y = x'\nexec(code)"))
    assert made.graph.live["a"] is None
