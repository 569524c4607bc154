"""The canonical text of a cell: blind to layout, and to nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.analysis import analyse


def canonical(source):
    return analyse(source).canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1  # one"),
        ("x = 1\ny = 2", "x = 1\n\n\ny   =   2\n"),
        ("f(a, b)", "f(\n    a,\n    b,\n)"),
        ("x = 'a'", 'x = "a"'),
        ("x = (1 + 2)", "x = 1 + 2"),
        ("if a:\n  b", "if a:\n      b"),
        ("x = 1; y = 2", "x = 1\ny = 2"),
        ("x = 1_000", "x = 1000"),
        ("%%time\nx = 1", "%%time\n\nx = 1 # c"),
    ],
)
def test_layout_does_not_count(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "y = 1"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = a", "x = 'a'"),
        ("f(a, b)", "f(a, b=b)"),
        ("f(a)(b)", "f(a, b)"),
        ("a + b * c", "(a + b) * c"),
        ("x[1:]", "x[:1]"),
        ("x = 1\ny = 2", "y = 2\nx = 1"),
        ("def f(a, /): pass", "def f(a): pass"),
        ("def f(*, a): pass", "def f(a): pass"),
        ("if a:\n  b\nc", "if a:\n  b\n  c"),
        ("async def f(): pass", "def f(): pass"),
        ("'a'", "'a '"),
        ("'''a\n b'''", "'''a\nb'''"),
        ("!ls a", "!ls b"),
        ("%matplotlib inline", "%matplotlib widget"),
        ("%%bash\nls a", "%%bash\nls b"),
        ("f'{a}'", "f'{a!r}'"),
        ("global a", "nonlocal_ = a"),
        ("import a as b", "import b as a"),
        ("from . import a", "from .. import a"),
        ("x = ...", "x = Ellipsis"),
        ("a < b < c", "a < b and b < c"),
    ],
)
def test_every_change_of_code_counts(one, other):
    assert canonical(one) != canonical(other)


@given(st.text("abx_ 01'\"\n()[]{}=+-*/:,.%!?#@\\", max_size=30))
def test_nothing_makes_the_analysis_fail(source):
    """Whatever stands in a cell, there are facts or a diagnostic."""
    analyse(source)


@given(st.text(max_size=30))
def test_no_text_makes_the_analysis_fail(source):
    analyse(source)
