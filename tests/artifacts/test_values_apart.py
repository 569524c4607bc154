"""Values that share nothing that can change are stored apart: a change to one is none to the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from roundtrip import Notebook, fresh_main

APART = {
    "frames": "import pandas as pd\na = pd.DataFrame({'x': [1.5], 't': ['a']})\nb = pd.DataFrame({'x': [2.5], 't': ['b']})",
    "frames made of one another": "import pandas as pd\na = pd.DataFrame({'x': [1.5, 2]})\nb = a[a.x > 1.7]\nc = a.copy()",
    "series": "import pandas as pd\na, b = pd.Series([1]), pd.Series([2])",
    "a frame and its index": "import pandas as pd\na = pd.DataFrame({'x': [1]}, index=['i'])\nb = a.index",
    "categories": "import pandas as pd\na = pd.Categorical(['a', 'b'])\nb = pd.Categorical(['a', 'c'])",
    "times": "import pandas as pd\na, b = pd.date_range('2020', periods=3), pd.Timestamp('2020')",
    "arrays": "import numpy as np\na, b = np.ones(3), np.ones(3)",
    "functions of numpy": "import numpy as np\na = {'f': np.mean, 'g': np.add}\nb = [np.mean, np.add, np.concatenate]",
    "estimators": (
        "from sklearn.linear_model import LinearRegression as L\na, b = L().fit([[1], [2]], [1, 2]), L().fit([[1], [2]], [2, 3])"
    ),
    "forests": (
        "from sklearn.ensemble import RandomForestRegressor as R\n"
        "a, b = (R(2, random_state=0).fit([[1], [2]], [1, 2]) for _ in 'ab')"
    ),
    "instances of one class": "class C:\n    def __init__(self): self.x = [1]\na, b = C(), C()",
    "functions that call one another": "def a(): return b()\ndef b(): return [1]",
    "containers of plain values": "t = ('x', 1)\na = [t, len, int, None]\nb = {'t': t, 'len': len}",
    "times and zones": "import datetime as dt, zoneinfo\nz = zoneinfo.ZoneInfo('Europe/Paris')\na = [dt.datetime(2020, 1, 1, tzinfo=z)]\nb = [z]",
    "patterns": "import re\np = re.compile('a')\na, b = [p], [p]",
    "arrow tables": "import pyarrow as pa\na = pa.table({'x': [1, 2]})\nb = a.slice(1)",
    "polars frames": "import polars as pl\na = pl.DataFrame({'x': [1, 2]})\nb = a.filter(pl.col('x') > 1)",
    "generators": "import numpy as np\na, b = np.random.default_rng(1), np.random.default_rng(1)",
    "sparse matrices": "import scipy.sparse as sp\na, b = sp.csr_matrix([[1, 0]]), sp.csr_matrix([[1, 0]])",
}


@pytest.mark.parametrize("kind", APART)
def test_stored_apart(tmp_path: Path, kind: str) -> None:
    """Each name is an artifact of its own."""
    notebook = Notebook(tmp_path)
    with fresh_main() as namespace:
        exec(compile(APART[kind], "<cell>", "exec", dont_inherit=True), namespace)
        notebook.save([name for name in "abc" if name in namespace])
    assert not notebook.failures
    assert all(len(notebook.outputs[name]["names"]) == 1 for name in "abc" if name in notebook.outputs)


TOGETHER = {
    "a list in two": "x = [1]\na = {'x': x}\nb = [x]",
    "an array and its view": "import numpy as np\na = np.arange(9)\nb = a[2:5]",
    "a pipeline and its step": (
        "from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
        "a = StandardScaler()\nb = make_pipeline(a)"
    ),
    "a method and its object": "class C:\n    pass\nclass D(C):\n    def f(self): pass\na = D()\nb = a.f",
    "closures over one variable": (
        "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    def get(): return n\n    return up, get\na, b = make()"
    ),
    "a dict and a view of it": "a = {'x': 1}\nb = a.keys()",
    "a generator of numbers in two": "import numpy as np\nr = np.random.default_rng(1)\na, b = [r], {'r': r}",
    "a polars frame under two names": "import polars as pl\na = b = pl.DataFrame({'x': [1]})",
}


@pytest.mark.parametrize("kind", TOGETHER)
def test_stored_together(tmp_path: Path, kind: str) -> None:
    """What shares something that can change is one artifact, and shares it still afterwards."""
    notebook = Notebook(tmp_path)
    with fresh_main() as namespace:
        exec(compile(TOGETHER[kind], "<cell>", "exec", dont_inherit=True), namespace)
        notebook.save(["a", "b"])
    assert notebook.outputs["a"]["names"] == ["a", "b"]
