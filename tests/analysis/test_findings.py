"""The diagnostics that analysis emits: which code, where, and when not."""

import pytest

from millstream.analysis import analyse, analyse_cells
from millstream.diagnostics import catalogue, page
from millstream.records import Cell


def found(source):
    return [(d.code, d.line, d.column) for d in analyse(source, cell=3).diagnostics]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = (", ("MS101", 1, 4)),
        ("x = 1\nreturn x", ("MS101", 2, 0)),
        ("for i in a: pass\nbreak", ("MS101", 2, 0)),
        ("def f():\n  continue", ("MS101", 2, 2)),
        ("nonlocal a", ("MS101", 1, 0)),
        ("x = input('Name? ')", ("MS112", 1, 4)),
        ("import getpass\ngetpass.getpass()", ("MS112", 2, 0)),
        ("x = 1\nexec(code)", ("MS113", 2, 0)),
        ("_ + 1", ("MS114", 1, 0)),
        ("x = Out[3]", ("MS114", 1, 4)),
        ("f(_12)", ("MS114", 1, 2)),
        ("import sys\nsys.exit(1)", ("MS120", 2, 0)),
        ("quit()", ("MS120", 1, 0)),
        ("x = np.random.rand(3)", ("MS201", 1, 4)),
        ("df.sample(3)", ("MS201", 1, 0)),
        ("import time\ntime.time()", ("MS202", 2, 0)),
        ("from datetime import datetime\ndatetime.now()", ("MS202", 2, 0)),
        ("import requests\nrequests.get(url)", ("MS203", 2, 0)),
        ("pd.read_csv('https://example.org/a.csv')", ("MS203", 1, 12)),
        ("pd.read_csv('/data/a.csv')", ("MS204", 1, 12)),
        ("open(r'C:\\data\\a.csv')", ("MS204", 1, 5)),
        ("open('~/a.csv')", ("MS204", 1, 5)),
        ("é = pd.read_csv('/data/a.csv')", ("MS204", 1, 16)),
        ("%time df = pd.read_csv('/data/a.csv')", ("MS204", 1, 23)),
        ("x = 1\n!cat a > b", ("MS205", 2, 0)),
        ("%run a.py", ("MS205", 1, 0)),
        ("%%mystery\nx", ("MS206", 1, 0)),
        ("f(test_size=0.2)", ("MS301", 1, 12)),
        ("pd.read_csv('a.csv')", ("MS301", 1, 12)),
    ],
)
def test_finding(source, expected):
    assert found(source) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        "for _ in range(3): pass\nprint(_)",
        "_, x = f()\n_",
        "from gettext import gettext as _\n_('a')",
        "def f(): return [_ for _ in range(3)]",
        "def break_():\n  for i in a:\n    if i: break",
        "def f(): return 1",
        "[x for x in a if not x]",
        "np.random.seed(0)\nnp.random.rand(3)",
        "rng = np.random.default_rng(0)\nrng.random()",
        "train_test_split(X, y, random_state=seed)",
        "train_test_split(X, y, shuffle=False)",
        "time.perf_counter()",
        "f(test_size=test_size)",
        "print('/not/a/path')",
        "'https://example.org'",
        "!pip install x",
        "%matplotlib inline",
        "eval('x + 1')",
    ],
)
def test_no_finding(source):
    assert found(source) == []


def test_a_seed_in_an_earlier_cell_counts():
    cells = [
        Cell(index=0, kind="code", source="import numpy as np\nnp.random.seed(0)"),
        Cell(index=1, kind="code", source="np.random.rand()"),
    ]
    assert [d.code for facts in analyse_cells(cells) for d in facts.diagnostics] == []


def test_the_parameter_is_suggested():
    (hint,) = analyse("f(test_size=0.2)").diagnostics
    assert "`test_size = 0.2`" in (hint.hint or "")
    assert (hint.severity, hint.cell) == ("hint", 0)


@pytest.mark.parametrize(
    "source",
    ["(" * 3000 + ")" * 3000, "-" * 5000 + "1", "x" + ".a()" * 5000, "[" * 150 + "]" * 150, "x\0y", "'\ud800'", "x = 1\n" * 3000,
     "1" + "+1" * 5000, "if x:\n" + "".join(" " * n + "if x:\n" for n in range(1, 90)) + " " * 91 + "y", "lambda: " * 800 + "1"],
    ids=lambda source: source[:8].encode("ascii", "replace").decode(),
)  # fmt: skip
def test_deep_huge_and_broken_cells_give_facts_or_a_finding(source):
    facts = analyse(source)
    assert facts.statements or facts.diagnostics[0].code == "MS101"


def test_a_sum_of_thousands_of_terms_is_analysed():
    assert analyse("x = a" + " + a" * 3000).uses in ({"a"}, frozenset())


def test_every_code_that_analysis_emits_has_a_page_of_that_severity():
    for source in ["(", "input()", "exec(a)", "_", "quit()", "np.random.rand()", "time.time()", "requests.get(u)", "open('/a/b.c')",
                   "!a", "%b", "f(seed=1)"]:  # fmt: skip
        for finding in analyse(source).diagnostics:
            assert finding.code in catalogue()
            assert page(finding.code).severity == finding.severity
