"""IPython's syntax as plain Python: the same lines, code in magics exposed, the rest as effects."""

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from millstream.notebook import translate

CALL = "get_ipython()"


def python(source):
    found = translate(source).python
    assert found.count("\n") == source.count("\n")
    ast.parse(found)
    return found


def effect(source):
    effects = translate(source).effects
    assert len(effects) == 1
    return effects[0]


PLAIN = [
    "x = 1\ny = x % 2",
    "a = '''\n%time\n!ls\n'''",
    "f(a,\n  b\n  % c)",
    "x = 5 % 3  # why? %no !no",
    "print('what?')",
    "if a != b:\n    pass",
    "x = {\n 'a': 1 }",
    "# %matplotlib inline\nx = 1",
    "await f()",
    "x = f'{a!r}'",
    "",
    "\n\n",
]


@pytest.mark.parametrize("source", PLAIN)
def test_plain_python_is_returned_as_it_is(source):
    assert translate(source).python == source
    assert translate(source).effects == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time x = f(y)", "x = f(y)"),
        ("%%time\nx = 1", "x = 1"),
        ("%%time\n\n%%capture out\nx = 1", "x = 1"),
        ("%%capture out\nx = 1", "x = 1"),
        ("%prun -l 10 f(x)", "f(x)"),
        ("%%prun\nf(x)", "f(x)"),
        ("%memit x = f()", "x = f()"),
        ("%timeit -n 10 -q f(x)", "f(x)"),
        ("%timeit x = f(y)", "class __timeit__: x = f(y)"),
        ("%%timeit\nx = f(y)", "class __timeit__:\n x = f(y)"),
        ("%%timeit y = 2\nx = f(y)", "class __timeit__:\n y = 2; x = f(y)"),
        ("x = %time f(y)", "x = (f(y))"),
        ("for i in a:\n    %time b = i", "for i in a:\n    b = i"),
        ("x = !ls {folder} $pattern", f"x = {CALL}.getoutput(folder, pattern)"),
        ("a, b = %unknown c", f"a, b = {CALL}.run_line_magic(c)"),
        ("!ls", CALL),
        ("!cat {path}", f"{CALL}.system(path)"),
        ("if a:\n    !ls\nelse:\n    !pwd", f"if a:\n    {CALL}\nelse:\n    {CALL}"),
        ("!cp a \\\n  b\nx = 1", f"{CALL}\nx = 1"),
        ("!echo \"it's\"\nx = '%d'", f"{CALL}\nx = '%d'"),
        ("%matplotlib inline\nimport os", f"{CALL}\nimport os"),
        ("df?", CALL),
        ("?df", CALL),
        ("df.head??\nx = 1", f"{CALL}\nx = 1"),
        ("%%bash\nfor i in *; do\n  echo $i\ndone", CALL),
        ("%%bash --out text\nls", f"text = {CALL}"),
        ("%store -r a b", f"a = b = {CALL}"),
        ("%%sql\nselect a", f"{CALL}.run_cell_magic(a, select)"),
        (",f a b", "f('a', 'b')"),
        ("/f a b", "f(a, b)"),
        (";f a b", "f('a b')"),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2"),
        ("  x = 1\n  y = 2", "x = 1\ny = 2"),
        ("pip install pandas", CALL),
    ],
)
def test_translation(source, expected):
    assert ast.dump(ast.parse(python(source))) == ast.dump(ast.parse(expected))


def test_code_in_a_magic_keeps_its_columns():
    """So that a diagnostic's caret stands below the right character."""
    tree = ast.parse(python("if a:\n    %time x = f(y)"))
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call))
    assert (call.lineno, call.col_offset) == (2, 14)


def test_text_in_the_body_of_timeit_is_not_indented():
    assert '"""a\nb"""' in python('%%timeit\nx = """a\nb"""')


@pytest.mark.parametrize(
    "source",
    [
        "pip install pandas",
        "!pip install -q pandas",
        "%pip install pandas",
        "!python -m pip install x",
        "%conda install x",
    ],
)
def test_installing_is_known_and_harmless(source):
    assert (effect(source).kind, effect(source).harmless, effect(source).known) == ("install", True, True)


@pytest.mark.parametrize(
    "source",
    [
        "!ls -l",
        "!pwd",
        "!nvidia-smi",
        "!python --version",
        "%matplotlib inline",
        "%load_ext sql",
        "df?",
        "%%html\n<b>",
        "%who",
        "!",
    ],
)
def test_what_only_shows_something_is_harmless(source):
    assert effect(source).harmless


@pytest.mark.parametrize(
    "source",
    ["!cat data.csv", "!ls > list.txt", "!echo $(rm -r data)", "files = !ls", "%run other.py", "%%bash\nls", "%env A=1", "%cd data",
     "%%writefile a.py\nx = 1", "!wget x", "!ls; rm a", "%sql select 1"],
)  # fmt: skip
def test_what_may_change_or_read_something_is_not_harmless(source):
    assert not effect(source).harmless


@pytest.mark.parametrize(
    "source", ["%run other.py", "%reset -f", "%pylab", "%load x.py", "%unknown a", "%%unknown\na", "%store -r"]
)
def test_what_may_bind_any_name_is_opaque(source):
    assert effect(source).opaque


def test_unknown_magics_use_every_word_and_are_said_to_be_unknown():
    found = effect("%%R -i df -o fit\nfit <- lm(y ~ x, df)")
    assert not found.known
    assert {"df", "y", "x"} <= found.uses
    assert "fit" in found.defines


def test_a_written_file():
    found = effect("%%writefile -a tools.py\nx = 1")
    assert (found.kind, found.argument, found.line) == ("file-written", "-a tools.py", 1)


def test_effects_know_their_line():
    assert [e.line for e in translate("%%time\nx = 1\n!ls\n\n%pip list").effects] == [1, 3, 5]


def test_shell_variables_that_are_escaped_are_the_shells():
    assert effect("!echo $$HOME {x} $y {no python}").uses == {"x", "y"}


CELLS = [
    *PLAIN,
    "%time x = 1", "%%time\nx = 1\n", "%%timeit -n 3\nx = 1", "%timeit f(1)", "x = %timeit -o f(1)", "%%capture\nprint(1)",
    "!ls", "  !ls", "if 1:\n    !ls\n    x = 2", "x = !ls", "x = !ls | grep 'a", "%cd ~", "%env A=b c", "%%bash\necho 'x", "%%html\n<a>",
    "f?", "f.g??", "?f", "f?\nx = 1", "%magic?", "x = (1,\n%time)", "x = [\n  !ls\n]", "!!ls", "%%!\nls", "%%writefile a\n'", "\n\n%%time\nx=1",
    "def f():\n    %time x = 1\n    return x", "a = b = %time 1", "a[0] = !ls", "a.b = !ls", "a, b = !ls", "x = 1;\n%pwd", "f(x)?", "x = y?",
    "!a \\\n b\nx = 1", "%time f(1) \\\n + 2", "'''\n!ls\n'''\n!ls", "x = '''\n'''; y = 1\n%pwd", 's = "#"\n!ls # x', "/f 1", ";f x", ",f x",
    "   x = 1", "   x = 1\n  y = 2", ">>> x\n... y", "In [1]: x = 1", "(", "x = ", "print 1", "%", "%%", "!", "?", "??", "x = %", "x = !",
    "for i in x: pass\n%time 1", "x = {'a': 1}\n%pwd", "x = '%s' % 3\n!ls", "if x:\n\n    %pwd\n", "%%time?", "# c\n%%time\nx", "%time?\n",
]  # fmt: skip


@pytest.mark.parametrize("source", CELLS)
def test_valid_for_us_exactly_when_valid_for_ipython(source):
    """IPython's own transformer is the judge of what is a cell."""
    try:
        ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        with pytest.raises(SyntaxError):
            ast.parse(translate(source).python)
    else:
        python(source)
