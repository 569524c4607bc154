"""A value that was only looked at has the fingerprint it had, in this process and from one to the next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from roundtrip import Notebook, fresh_main

FRAME = """
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
x = pd.DataFrame({"k": list("abcab") * 20, "v": rng.normal(size=100), "n": np.arange(100),
                  "t": pd.date_range("2020", periods=100, freq="h"), "c": pd.Categorical(list("xyzxy") * 20),
                  "i": pd.array([1, None] * 50), "o": np.array([None, "a"] * 50, dtype=object)})
"""
FITTED = """
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
rng = np.random.default_rng(0)
data, target = rng.normal(size=(60, 3)), np.arange(60) % 2
x = [make_pipeline(StandardScaler(), RandomForestClassifier(3, random_state=0)).fit(data, target),
     SVC().fit(data, target)]
"""
LOOKED_AT = {
    "describe": (FRAME, "x.describe(include='all'); x.info(buf=__import__('io').StringIO()); repr(x)"),
    "group": (FRAME, "x.groupby('k')['v'].mean(); x.groupby(['k', 'c'], observed=True).size(); x.pivot_table(index='k', values='v')"),
    "select": (FRAME, "x['v'].sum(); x.loc[3:5]; x.iloc[0]; x[x.v > 0]; x.query('v > 0'); x.k.str.upper(); x.t.dt.year"),
    "index": (FRAME, "x.index.is_unique; x.columns.get_loc('v'); 'v' in x; x.index.get_loc(3); x.columns.is_monotonic_increasing"),
    "sort, join": (FRAME, "x.sort_values('v'); x.merge(x, on='n'); pd.concat([x, x]); x.set_index('k'); x.T; x.corr(numeric_only=True)"),
    "convert": (FRAME, "x.to_numpy(); x.to_dict(); x.to_csv(); x['v'].to_numpy(); x.dtypes; x.memory_usage(deep=True); list(x.itertuples())"),
    "arrow": (FRAME, "__import__('pyarrow').Table.from_pandas(x)"),
    "plot": (FRAME, "import matplotlib; matplotlib.use('agg'); x.plot(y='v'); x['v'].hist(); __import__('matplotlib.pyplot').pyplot.close('all')"),
    "iterate": (FRAME, "for c in x: x[c]\nfor i, r in x.head().iterrows(): r.v\nlen(x); x.shape; x.attrs"),
    "display": (FRAME, "x._repr_html_()"),
    "missing": (FRAME, "x.isna().sum(); x['i'].mean(); x['i'].dropna(); x.duplicated().any(); x['c'].value_counts(); x['c'].cat.codes"),
    "predict": (FITTED, "x[0].predict(data); x[0].predict_proba(data); x[1].predict(data); x[0].score(data, target); repr(x); x[0].named_steps"),
    "importances": (FITTED, "x[0][-1].feature_importances_; x[0][-1].estimators_[0].tree_.feature; x[0].get_params()"),
    "html": (FITTED, "x[0]._repr_html_(); x[0]._repr_mimebundle_()"),
    "array": ("import numpy as np\nx = np.arange(12.).reshape(3, 4)", "x.sum(); x.T @ x; x[1:, 2]; repr(x); x.copy(); np.linalg.svd(x); x.astype(int); x.ravel()"),
    "sparse": ("import numpy as np, scipy.sparse as sp\nx = sp.csr_array(np.eye(4)[::-1])", "x @ x; x.T; x.sum(); x.has_sorted_indices; repr(x)"),
    "objects": (
        "class C:\n    def __init__(self, n): self.n = n; self.kind = 'kind'\n    def twice(self): return self.n * 2\nx = [C(i) for i in range(5)]",
        "[c.twice() for c in x]; sorted(x, key=lambda c: c.n); import copy, pickle; copy.copy(x[0]); copy.deepcopy(x); repr(x); vars(x[0])",
    ),
    "slots": ("class C:\n    __slots__ = ('n',)\nx = [C()]\nx[0].n = 1", "import copy; copy.copy(x[0]); x[0].n"),
    "dataclasses": (
        "from dataclasses import dataclass, field\n@dataclass\nclass D:\n    name: str\n    tags: list = field(default_factory=list)\nx = {'name': D('name')}",
        "import dataclasses; dataclasses.asdict(x['name']); repr(x); x['name'] == D('b'); hash(D)",
    ),
    "enumerations": ("import enum\nclass F(enum.Flag):\n    X = 1\n    Y = 2\nx = [F.X, F]", "F.X | F.Y; F(3); list(F); F['X']; F.X in F.Y; repr(F.X | F.Y)"),
    "abstract classes": (
        "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...\nclass B(A):\n    def f(self): pass\nx = [A, B()]",
        "isinstance(x[1], A); isinstance(1, A); issubclass(dict, A); import collections.abc; isinstance(x[1], collections.abc.Sized)",
    ),
    "functions": ("def x(a, b=[1]): 'Doc.'; return [a, b]", "import inspect; inspect.signature(x); x(1); x.__annotations__; x.__dict__; help; inspect.getdoc(x)"),
    "texts": ("x = {'name': 'name', 'words': 'a b a'.split(), 'k': ['k', 'name']}", "getattr(str, 'name', 0); sorted(x); x['name'].upper(); ' '.join(x['words']); {**x}; import sys; sys.intern('name')"),
    "polars": ("import polars as pl\nx = pl.DataFrame({'a': [1, 2, None], 's': ['x', 'y', 'z']})", "x.describe(); x.filter(pl.col('a') > 1); x['a'].sum(); x.group_by('s').len(); repr(x); x.to_dicts(); x.sort('a')"),
    "arrow table": ("import pyarrow as pa\nx = pa.table({'a': [1, 2, None]})", "x.to_pandas(); x['a'].sum if hasattr(x['a'], 'sum') else 0; x.column_names; x.slice(1); repr(x); x.nbytes"),
    "image": ("from PIL import Image\nx = Image.new('RGB', (4, 4))", "x.resize((2, 2)); x.getpixel((0, 0)); __import__('numpy').asarray(x); x.convert('L')"),
    "graph": ("import networkx as nx\nx = nx.path_graph(5)", "nx.shortest_path(x, 0, 4); x.degree; x.nodes; x.edges; x.adj; nx.pagerank(x) if False else list(nx.connected_components(x))"),
    "pattern": ("import re\nx = re.compile('(a+)b')", "x.match('aab'); x.sub('', 'aab'); x.groups"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", LOOKED_AT)
def test_looking_changes_nothing(tmp_path: Path, kind: str) -> None:
    """What a step loads and only reads is no output of that step."""
    before, look = LOOKED_AT[kind]
    for library in ("polars", "pyarrow", "networkx", "PIL", "sklearn", "scipy", "matplotlib"):
        if library in before + look:
            pytest.importorskip(library)
    notebook = Notebook(tmp_path)
    with fresh_main() as namespace:
        exec(compile(before, "<cell>", "exec", dont_inherit=True), namespace)
        notebook.save()
    assert not notebook.failures
    with fresh_main() as namespace:
        notebook.load()
        loaded = notebook.fingerprints()
        exec(compile(look, "<next>", "exec", dont_inherit=True), namespace)
        assert {n: d for n, d in notebook.fingerprints().items() if n in loaded} == loaded


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", LOOKED_AT)
def test_stored_a_second_time_it_stays(tmp_path: Path, kind: str) -> None:
    """From the second time on a value that is loaded and stored again gives the same artifact."""
    before, look = LOOKED_AT[kind]
    for library in ("polars", "pyarrow", "networkx", "PIL", "sklearn", "scipy", "matplotlib"):
        if library in before + look:
            pytest.importorskip(library)
    first, second = Notebook(tmp_path / "first"), Notebook(tmp_path / "second")
    with fresh_main() as namespace:
        exec(compile(before, "<cell>", "exec", dont_inherit=True), namespace)
        first.save()
    with fresh_main():
        first.load()
        second.save()
    with fresh_main():
        second.load()
        again = second.fingerprints()
    assert again == {name: output["fingerprint"] for name, output in second.outputs.items()}


SCRIPT = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
sys.path[:0] = json.loads(sys.argv[2])
from roundtrip import Notebook, fresh_main
found = {}
for case, code in json.loads(sys.stdin.read()).items():
    with fresh_main() as before:
        exec(compile(code, "<cell>", "exec", dont_inherit=True), before)
        found[case] = Notebook(Path(sys.argv[1])).fingerprints()
print(json.dumps(found))
"""


def test_two_processes_agree(tmp_path: Path) -> None:
    """The same code gives the same artifacts wherever it runs, as long as hashes of texts are the same."""
    cases = {kind: code for kind, (code, _) in LOOKED_AT.items()}
    for library in ("polars", "pyarrow", "networkx", "PIL", "sklearn", "scipy"):
        pytest.importorskip(library)
    runs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path), json.dumps([str(Path(__file__).parent)])],
            input=json.dumps(cases),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "PAD": "x" * pad},
        ).stdout
        for pad in (1, 5000)
    ]
    first, other = map(json.loads, runs)
    assert first == other
