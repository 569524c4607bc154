"""Suggestions: few steps, good names, borders where little crosses."""

import json

from notebooks import notebook

from millstream.compile import compile_notebook
from millstream.compile.suggest import suggest, suggested
from millstream.notebook import parse

TYPICAL = [
    ("md", "# Who survives"),
    ("code", "import pandas as pd\nimport matplotlib.pyplot as plt\npd.set_option('display.width', 100)"),
    ("code", "seed = 1\nshare = 0.2"),
    ("md", "## Loading the data"),
    ("code", "df = pd.read_csv('t.csv')"),
    ("code", "df.head()"),
    ("md", "## Cleaning"),
    ("code", "df = df.dropna()"),
    ("code", "df['age'] = df['age'].astype(int)"),
    ("md", "## Feature engineering"),
    ("code", "X = pd.get_dummies(df)"),
    ("code", "y = X.pop('late')"),
    ("md", "## Model"),
    ("code", "from sklearn.linear_model import LogisticRegression"),
    ("code", "model = LogisticRegression().fit(X, y)"),
    ("code", "model.coef_"),
    ("md", "## Evaluation"),
    ("code", "score = model.score(X, y)"),
    ("code", "print(score)"),
    ("code", "plt.plot(model.predict(X))"),
]


def made(cells):
    """A notebook of (kind, source)."""
    raw = notebook(*(("", source) for _, source in cells))
    for cell, (kind, _) in zip(raw["cells"], cells, strict=True):
        if kind == "md":
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]
    return parse(json.dumps(raw))


def steps(tags):
    """The suggested step names in order."""
    return [t[0][5:] for _, t in sorted(tags.items()) if t[0].startswith("step:")]


def test_a_typical_notebook_gets_the_steps_its_author_would_name():
    """Headings and verbs say which."""
    tags = suggest(made(TYPICAL))
    assert steps(tags) == ["load", "clean", "features", "train", "evaluate"]
    assert tags[1] == ("imports",)
    assert tags[2] == ("parameters",)
    assert tags[13] == ("imports",)


def test_what_is_suggested_compiles():
    """And runs where its author said."""
    program = compile_notebook(suggested(made(TYPICAL)))
    assert program.ok
    assert program.parameters == {"seed": 1, "share": 0.2}


def test_without_headings_the_kind_of_work_draws_the_borders():
    """Three to eight steps for ten cells or more."""
    code = [cell for cell in TYPICAL if cell[0] == "code"]
    assert 3 <= len(steps(suggest(made(code)))) <= 8


def test_a_tagged_notebook_is_left_alone():
    """Suggestions are for notebooks without steps."""
    tagged = parse(json.dumps(notebook(("step:a", "x = 1"), ("", "y = x"))))
    assert suggest(tagged) == {}
    assert suggested(tagged) is tagged


def test_no_border_where_something_plainly_cannot_cross():
    """An open file, a connection, a generator."""
    cells = [("code", "db = sqlite3.connect('x')"), ("md", "## Model"), ("code", "rows = db.execute('select 1')")]
    cells += [("code", f"n{i} = len(list(rows))") for i in range(4)]
    assert min(i for i, t in suggest(made(cells)).items()) == 0
    assert 2 not in suggest(made(cells))


def test_a_withdrawn_border_is_not_suggested_again():
    """A run found what cannot cross there."""
    assert 7 in suggest(made(TYPICAL))
    assert 7 not in suggest(made(TYPICAL), withdrawn=[7])


def test_a_notebook_without_code_has_no_suggestion():
    """Nothing to cut."""
    assert suggest(made([("md", "# Only words")])) == {}
