"""What is found about cells: a table of sources and facts, one line a behaviour."""

import pytest

from millstream.analysis import analyse, analyse_cells
from millstream.records import Cell


def names(found):
    return " ".join(sorted(found))


def check(source, **expected):
    facts = analyse(source)
    assert not [d for d in facts.diagnostics if d.code == "MS101"]
    assert {key: names(getattr(facts, key)) for key in expected} == expected


def cells(*sources):
    return analyse_cells(Cell(index=n, kind="code", source=source) for n, source in enumerate(sources))


@pytest.mark.parametrize(
    ("source", "defines", "may_define", "uses"),
    [
        ("x = 1", "x", "", ""),
        ("x = y", "x", "", "y"),
        ("x = 1\ny = x", "x y", "", ""),
        ("x += y", "x", "", "x y"),
        ("x: int = y", "x", "", "int y"),
        ("x: 'int' = 1", "x", "", ""),
        ("x: int", "", "", "int"),
        ("a, (b, *c) = d", "a b c", "", "d"),
        ("a = b = c", "a b", "", "c"),
        ("a.b = c", "", "", "a c"),
        ("a[b] = c", "", "", "a b c"),
        ("if a:\n  b = 1", "", "b", "a"),
        ("if a:\n  b = 1\nelse:\n  b = 2", "b", "", "a"),
        ("if a:\n  b = 1\nelse:\n  raise E", "b", "", "E a"),
        ("if a:\n  b = 1\nelse:\n  c = 2", "", "b c", "a"),
        ("if __name__ == '__main__':\n  b = 1", "b", "", "__name__"),
        ("for i in a:\n  b = i", "", "b i", "a"),
        ("for i in a:\n  b = c\n  c = i", "", "b c i", "a c"),
        ("for i in a: pass\nprint(i)", "", "i", "a i print"),
        ("while a:\n  b = 1", "", "b", "a"),
        ("try:\n  b = 1\nexcept E as e:\n  c = e", "", "b c e", "E"),
        ("try:\n  import a\nexcept ImportError:\n  a = None", "a", "", "ImportError"),
        ("try:\n  a = 1\nexcept E:\n  raise", "a", "", "E"),
        ("try:\n  a = 1\nfinally:\n  b = a", "a b", "", "a"),
        ("try:\n  pass\nexcept* E:\n  b = 1", "", "b", "E"),
        ("with open(p) as f:\n  t = f.read()", "f t", "", "open p"),
        ("with c as f:\n  t = 1", "f", "t", "c"),
        ("import contextlib\nwith contextlib.suppress(E):\n  t = 1", "contextlib", "t", "E"),
        ("match a:\n  case [b, *c]:\n    d = b", "", "b c d", "a"),
        ("match a:\n  case {'k': b, **c}:\n    pass\n  case K(x=d) | L(d):\n    pass", "", "b c d", "K L a"),
        ("match a:\n  case 1:\n    b = 1\n  case _:\n    b = 2", "b", "", "a"),
        ("import a.b", "a", "", ""),
        ("import a.b as c", "c", "", ""),
        ("from a import b, c as d", "b d", "", ""),
        ("[i for i in a if i > b]", "", "", "a b"),
        ("[f(i) for i in a for j in i]", "", "", "a f"),
        ("{k: v for k, v in a}", "", "", "a"),
        ("[y := i for i in a]", "", "y", "a"),
        ("(y := a)", "y", "", "a"),
        ("a and (y := 1)", "", "y", "a"),
        ("a if b else (y := 1)", "", "y", "a b"),
        ("f = lambda x, y=a: x + b", "f", "", "a b"),
        ("sorted(a, key=lambda x: x + b)", "", "", "a b sorted"),
        ("def f(x: T = a, *y, **z) -> R:\n  return x + b + y + z", "f", "", "R T a b"),
        ("def f():\n  x = a\n  return x", "f", "", "a"),
        ("def f():\n  return x\n  x = 1", "f", "", ""),
        ("def f():\n  def g():\n    return x + a\n  x = 1", "f", "", "a"),
        ("def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = 2", "f", "", ""),
        ("def f():\n  return [i + x for i in a]", "f", "", "a x"),
        ("@d(a)\ndef f(): pass", "f", "", "a d"),
        ("def f(): return a\na = 1", "a f", "", ""),
        ("def f(): return a\nf()\na = 1", "a f", "", "a"),
        ("async def f():\n  await a\nawait f()", "f", "", "a"),
        ("async for i in a: pass", "", "i", "a"),
        ("class A(B, metaclass=M):\n  x = y\n  def f(self): return x", "A", "", "B M x y"),
        ("class A:\n  x = 1\n  y = x", "A", "", ""),
        ("class A:\n  x = 1\n  def f(self): return A", "A", "", ""),
        ("f'{a!r:{b}} {c=}'", "", "", "a b c"),
        ("del a", "", "", "a"),
        ("a = 1\ndel a", "", "", ""),
        ("del a[b], c.d", "", "", "a b c"),
        ("global a\na = 1", "a", "", ""),
        ("assert a, b", "", "", "a b"),
        ("raise a from b", "", "", "a b"),
        ("a[b:c, d]", "", "", "a b c d"),
        ("list = list(a)", "list", "", "a list"),
        ("print(*a, **b)", "", "", "a b print"),
        ("df.query('a > @limit and b == @other')", "", "", "df limit other"),
        ("df.eval('c = a + @b')", "", "", "b df"),
        ("eval('a + b')", "", "", "a b eval"),
        ("exec('x = a')", "", "x", "a exec"),
        ("%%timeit\nx = f(y)", "", "", "f y"),
        ("%time x = f(y)", "x", "", "f y"),
        ("%%capture out\nx = 1", "out x", "", ""),
        ("!cat {path}\nx = 1", "x", "", "get_ipython path"),
    ],
)
def test_names(source, defines, may_define, uses):
    check(source, defines=defines, may_define=may_define, uses=uses)


@pytest.mark.parametrize(
    ("source", "now"),
    [
        ("def f(): return a", ""),
        ("def f(x=b): return a", "b"),
        ("def f(): return a\nf()", "a"),
        ("def f(): return a\ng = f", "a"),
        ("def f(): return a\ndef g(): return f()\ng()", "a"),
        ("@d\ndef f(): return a", "a d"),
        ("@property\ndef f(): return a", "property"),
        ("class A:\n  x = b\n  def f(self): return a", "b"),
        ("class A:\n  def f(self): return a\nA()", "a"),
        ("con.execute('select x from y')", "con"),
        ("smf.ols('y ~ C(x)', data=df)", "df smf"),
        ("df.query('a > @b')", "b df"),
    ],
)
def test_what_is_used_now_and_what_when_called(source, now):
    """Bodies of functions count when something may call them; names guessed from text are never certain."""
    check(source, immediate_uses=now)


@pytest.mark.parametrize(
    ("source", "guessed"),
    [
        ("con.execute('select x from y')", "x y"),
        ("smf.ols('y ~ f(x)', data=df)", "f x y"),
        ("duckdb.sql(f'from {a} join b')", "b"),
    ],
)
def test_names_in_sql_and_formulas_are_used(source, guessed):
    """Duckdb and patsy look up names of the notebook that stand in text."""
    assert set(guessed.split()) <= analyse(source).uses


@pytest.mark.parametrize(
    ("source", "writes", "possible"),
    [
        ("a.append(b)", "a", ""),
        ("a[0] = b", "a", ""),
        ("a.b.c = d", "a", ""),
        ("a['x'].b[0] = d", "a", ""),
        ("del a[0]", "a", ""),
        ("a += 1", "a", ""),
        ("a.b += c", "a", ""),
        ("a.fit(b, c)", "a", ""),
        ("a.predict(b)", "", ""),
        ("a.head().describe()", "", ""),
        ("a.drop(columns='x', inplace=True)", "a", ""),
        ("a.sort_values('x', inplace=False)", "", ""),
        ("np.add(a, b, out=c)", "c", ""),
        ("np.mean(a)", "", ""),
        ("np.random.shuffle(a)", "a", ""),
        ("import numpy as n\nn.fill_diagonal(a, 0)", "a", ""),
        ("f(a, k=b)", "a b", "f"),
        ("a.unknown(b)", "a b", ""),
        ("len(a)", "", ""),
        ("sorted(a)", "", "a"),
        ("next(a)", "a", ""),
        ("[x for x in a]", "", "a"),
        ("for x in a: pass", "", "a"),
        ("for x in a: x.append(1)", "a x", ""),
        ("for x in [a, b]: x['c'] = 1", "a b x", ""),
        ("for k, v in a.items(): v.append(1)", "a v", ""),
        ("b = a\nb.append(1)", "a b", ""),
        ("b = a['x']\nb[0] = 1", "a b", ""),
        ("b = a + a\nb[0] = 1", "b", "a"),
        ("b = a - a\nb[0] = 1", "b", ""),
        ("b = a\nb = []\nb.append(1)", "b", ""),
        ("b, c = a, d\nb.append(1)", "a b", ""),
        ("with a as b: b.write(1)", "a b", ""),
        ("setattr(a, 'x', b)", "a", ""),
        ("a = [x.pop() for x in b]", "b", ""),
        ("df.apply(lambda r: a.append(r))", "a", "df"),
        ("xs.sort(key=lambda x: x.pop())", "xs", ""),
        ("df.apply(f)", "", "df f"),
        ("df.agg('mean')", "", ""),
        ("ax.plot(a)", "ax", ""),
        ("df.plot(x='a')", "", ""),
        ("x in a", "", "a"),
        ("def f(): a.append(1)", "", ""),
        ("def f(): a.append(1)\nf()", "a", ""),
        ("def f(x): return x + 1\nf(a)", "", ""),
        ("def f(x, y): x.append(y)\nf(a, b)", "a", ""),
        ("def f(x, y): x.append(y)\nf(y=b, x=a)", "a", ""),
        ("def f(*x): x[0].append(1)\nf(a)", "a", ""),
        ("def f(): return a\nf().append(1)", "", "a"),
        ("class A:\n  def m(self): a.append(1)\nx = A()\nx.m()", "a x", ""),
        ("class A:\n  def __init__(self, x): self.x = x\nA(a)", "", ""),
        ("class A(B): pass\nA(a)", "a", ""),
        ("await a", "a", ""),
        ("a = b", "", ""),
        ("print(a)\na\nf'{a}'", "", ""),
    ],
)
def test_mutation(source, writes, possible):
    """``writes`` are likely changes; ``mutates`` adds all that is possible."""
    facts = analyse(source)
    assert names(facts.writes) == writes
    assert set(possible.split()) <= facts.mutates - facts.writes
    if not possible:
        assert facts.mutates - facts.writes <= {"x", "k", "A"}


@pytest.mark.parametrize(
    ("source", "deletes"),
    [
        ("del a", "a"),
        ("if b:\n  del a", "a"),
        ("del a\na = 1", ""),
        ("try:\n  pass\nexcept E as e:\n  pass", "e"),
        ("a = 1\ndel a", "a"),
    ],
)
def test_deletions(source, deletes):
    """A name in ``deletes`` may be gone when the cell ends; the end of an ``except`` clause deletes its name, too."""
    assert names(analyse(source).deletes) == deletes


def test_deferred_facts_of_a_function():
    found = analyse("def f(x, y, z=[]):\n  global g\n  g = u\n  v.append(x)\n  y['k'] = 1\n  z.append(1)").deferred["f"]
    assert names(found.uses) == "u v"
    assert names(found.mutates) == "v"
    assert names(found.defines) == "g"
    assert names(found.parameters) == "y z"
    assert found.positional == ("x", "y", "z")
    assert found.keeps


def test_deferred_facts_of_a_class_are_those_of_its_methods():
    found = analyse("class A:\n  x = a\n  def f(self): b.append(c)").deferred["A"]
    assert (names(found.uses), names(found.mutates), found.is_class) == ("b c", "b", True)


def test_a_name_bound_anew_is_no_function_any_more():
    assert analyse("def f(): return a\nf = 1").deferred == {}


def test_values_carry_the_classes_that_they_are_made_of():
    """So that a step that only has an instance also gets what the methods of its class use."""
    first, second, third = cells("class A:\n  def m(self): return log", "log = []\na = A()\nb = [a]", "b[0].m()")
    assert first.deferred["A"].uses == {"log"}
    assert second.carries["b"] == {"A"}
    assert "A" in third.uses


def test_functions_of_earlier_cells_are_known():
    assert cells("def f(x): return x + 1", "f(a)")[1].mutates == frozenset()
    assert cells("def f(x): return x + 1", "f = g", "f(a)")[2].writes == {"a"}


def test_imports_of_earlier_cells_are_known():
    """A name is a module's because a cell imports it, not because it looks like one."""
    assert cells("import numpy as u", "u.mean(a)")[1].mutates == frozenset()
    assert cells("np = thing()", "np.mean2(a)")[1].writes == {"a", "np"}


def test_aliases():
    found = analyse("b = a\nc = [b]\nd.append(c)\ne = a.copy()\nf = 1").aliases
    assert "a" in found["b"]
    assert {"a", "b"} <= found["c"]
    assert {"a", "b", "c"} <= found["d"]
    assert "f" not in found


@pytest.mark.parametrize(
    ("source", "dynamic"),
    [
        ("exec(code)", True),
        ("exec('x = 1')", False),
        ("eval(text)", True),
        ("globals()['x'] = 1", True),
        ("globals()[name]", True),
        ("y = globals()['x']", False),
        ("'x' in globals()", False),
        ("locals().update(d)", True),
        ("vars(a)", False),
        ("vars()", True),
        ("get_ipython().user_ns", True),
        ("%run other.py", True),
        ("%%sql\nselect 1", True),
        ("%matplotlib inline", False),
        ("from a import b", False),
    ],
)
def test_dynamic(source, dynamic):
    """A dynamic cell may use any earlier name, so it gets them all."""
    assert analyse(source).dynamic is dynamic


def test_literal_lookups_in_globals_are_uses():
    assert "x" in analyse("globals()['x']").uses
    assert "x" in analyse("'x' in globals()").uses


@pytest.mark.parametrize(
    ("source", "ambient"),
    [
        ("import random\nrandom.seed(1)", "random"),
        ("np.random.seed(0)", "numpy.random"),
        ("rng = np.random.default_rng(0)\nrng.normal()", ""),
        ("df.sample(3)", "numpy.random"),
        ("df.sample(3, random_state=0)", ""),
        ("train_test_split(X, y)", "numpy.random"),
        ("torch.manual_seed(0)", "torch"),
        ("import os\nos.chdir('x')", "cwd"),
        ("%cd data", "cwd"),
        ("import os\nos.environ['A'] = 'b'", "environ"),
        ("%env A=b", "environ"),
        ("import sys\nsys.path.append('x')", "sys.path"),
        ("import warnings\nwarnings.filterwarnings('ignore')", "warnings"),
        ("pd.set_option('display.width', 100)", "pandas.options"),
        ("pd.options.display.width = 100", "pandas.options"),
        ("plt.rcParams['figure.dpi'] = 100", "matplotlib"),
        ("import decimal\ndecimal.getcontext().prec = 5", "decimal"),
        ("import locale\nlocale.setlocale(locale.LC_ALL, '')", "locale"),
        ("import logging\nlogging.basicConfig()", "logging"),
        ("x = 1", ""),
    ],
)
def test_ambient_state(source, ambient):
    assert names(analyse(source).ambient) == ambient


def test_environment_variables():
    source = "import os\nos.environ['A']\nos.getenv('B')\nos.environ.get('C', 1)\nos.environ[name]"
    assert names(analyse(source).env_names) == "A B C"


def test_paths():
    found = analyse("pd.read_csv('data/a.csv')\nopen('b.txt')\nf('no path')\nx = 'c/d.csv'\ng(path='e/f')").paths
    assert [(text, line) for text, line, _ in found] == [("data/a.csv", 1), ("b.txt", 2), ("e/f", 5)]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("auc", ("auc",)),
        ("(auc, brier)", ("auc", "brier")),
        ("print(auc, 'x')", ("auc",)),
        ("f(auc)", ()),
        ("def f(): auc", ()),
    ],
)
def test_displayed_names(source, shown):
    assert analyse(source).display_names == shown


def test_imports():
    facts = analyse(
        "import pandas as pd\nimport os.path\nfrom sklearn.svm import SVC\nfrom . import a\nfrom numpy import *"
    )
    assert facts.imports == {"pd": "pandas", "os": "os", "SVC": "sklearn.svm.SVC", "a": "..a"}
    assert names(facts.import_modules) == "numpy os pandas sklearn"
    assert facts.star_imports == ("numpy",)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import a", "import"),
        ("def f(): pass", "definition"),
        ("class A: pass", "definition"),
        ("x = 1", "assignment"),
        ("x += 1", "assignment"),
        ("f()", "effect"),
        ("'text'", "docstring"),
        ("if a: pass", "control"),
        ("!ls", "effect"),
    ],
)
def test_kinds_of_statements(source, kind):
    assert [s.kind for s in analyse(source).statements] == [kind]


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        ("x = 1", True),
        ("x = -1.5", True),
        ("x = [1, {'a': (None, True)}]", True),
        ("x = 'a' + 'b'", False),
        ("x = y", False),
        ("x = []", True),
    ],
)
def test_literals(source, literal):
    (statement,) = analyse(source).statements
    assert (statement.literal, statement.targets) == (literal, ("x",))


def test_statements_know_their_lines_and_stand_alone():
    first, second = analyse("x = (1,\n  2)\ny = x").statements
    assert (first.line, first.end_line, second.line) == (1, 2, 3)
    assert second.uses == {"x"}
