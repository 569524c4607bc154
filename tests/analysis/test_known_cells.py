"""Cells that were analysed before are known by all that is above them."""

from notebooks import program

USE = ("step:b", "total = np.random.rand()")


def test_the_same_cell_means_something_else_below_other_cells():
    """What ``np`` is, is said further up."""
    touched = []
    for module in ("numpy", "json", "numpy"):
        made = program(("imports", f"import {module} as np"), ("step:a", "x = 1"), USE)
        touched.append(set(made.facts[2].ambient))
    assert touched == [{"numpy.random"}, set(), {"numpy.random"}]


def test_a_cell_that_moves_is_found_where_it_is_now():
    """Diagnostics name the cell."""
    broken = ("", "x = (")
    first = program(("step:a", "x = 1"), broken, ("", "y = 1")).diagnostics
    moved = program(("step:a", "x = 1"), ("", "y = 1"), broken).diagnostics
    assert [d.cell for d in (*first, *moved) if d.code == "MS101"] == [1, 2]
