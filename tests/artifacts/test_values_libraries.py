"""Values of the libraries that notebooks use most: exact where they are compared, bitwise equal in what they compute."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import pathlib
import re
import types
import uuid
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from exactly import assert_exact
from hypothesis import given
from hypothesis import strategies as st
from roundtrip import cross, cross_one

atoms = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(), st.binary(), st.dates(),
    st.datetimes(), st.times(), st.timedeltas(), st.decimals(), st.fractions(), st.uuids(),
)  # fmt: skip
keys = st.one_of(st.text(max_size=3), st.integers(), st.booleans(), st.tuples(st.integers(), st.text(max_size=2)))
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(keys, inner, max_size=4),
        st.lists(keys, max_size=8).map(set),
        st.lists(keys, max_size=4).map(frozenset),
        st.lists(inner, max_size=3).map(deque),
    ),
    max_leaves=12,
)


@given(values)
def test_any_plain_value(tmp_path: Path, value: Any) -> None:
    """Numbers, texts, times and containers of them, in their order."""
    assert_exact(value, cross_one(tmp_path, value))


@given(st.lists(st.one_of(st.integers(), st.integers(-3, 30), st.text(max_size=4)), max_size=60), st.data())
def test_a_set_is_iterated_in_the_same_order(tmp_path: Path, members: list[Any], data: st.DataObject) -> None:
    """Also after members were taken out again."""
    value = set(members)
    value -= set(data.draw(st.lists(st.sampled_from(members), max_size=40))) if members else set()
    assert list(cross_one(tmp_path, value)) == list(value)


class Colour(enum.Enum):
    """Of a module, not of the notebook."""

    RED = 1


PLAIN = [
    Counter("abca"),
    OrderedDict([("b", 1), ("a", 2)]),
    defaultdict(list, {"a": [1]}),
    deque([1, 2], maxlen=3),
    ChainMap({"a": 1}, {"b": 2}),
    types.SimpleNamespace(a=[1]),
    bytearray(b"ab"),
    range(3, 9, 2),
    slice(1, None, 2),
    Ellipsis,
    NotImplemented,
    float("inf"),
    float("nan"),
    -0.0,
    10**40,
    "\ud800 surrogate",
    dt.datetime(2020, 1, 1, tzinfo=ZoneInfo("Europe/Paris"), fold=1),
    dt.timezone(dt.timedelta(hours=5, minutes=30), "IST"),
    decimal.Decimal("1.10"),
    decimal.Decimal("sNaN"),
    fractions.Fraction(1, 3),
    uuid.UUID(int=5),
    pathlib.PurePosixPath("a/b"),
    pathlib.Path("c"),
    re.compile("a+", re.IGNORECASE),
    Colour.RED,
    enum.Flag("F", "X Y", module=__name__),
    int,
    list[int],
    dict[str, list[int]] | None,
    len,
    print,
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda v: re.sub(r"[^ -~]|0x\w+", "?", repr(v))[:30])
def test_plain_values(tmp_path: Path, value: Any) -> None:
    """Each of its own type."""
    after = cross_one(tmp_path, value)
    assert type(after) is type(value)
    assert repr(after) == repr(value)


def test_sharing_inside_a_value(tmp_path: Path) -> None:
    """What was one object is one, and cycles close."""
    inner: list[Any] = [1]
    loop: dict[str, Any] = {"a": inner, "b": inner}
    loop["self"] = loop
    after = cross_one(tmp_path, loop)
    assert after["a"] is after["b"]
    assert after["self"] is after


def _estimators() -> dict[str, Any]:
    sklearn = pytest.importorskip("sklearn")
    del sklearn
    from sklearn import (
        cluster,
        decomposition,
        ensemble,
        linear_model,
        naive_bayes,
        neighbors,
        neural_network,
        svm,
        tree,
    )
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    return {
        "linear": linear_model.LinearRegression(),
        "ridge": linear_model.Ridge(),
        "sgd": linear_model.SGDRegressor(random_state=0),
        "tree": tree.DecisionTreeRegressor(random_state=0),
        "forest": ensemble.RandomForestRegressor(5, random_state=0),
        "boosting": ensemble.GradientBoostingRegressor(n_estimators=5, random_state=0),
        "histograms": ensemble.HistGradientBoostingRegressor(max_iter=5),
        "nearest": neighbors.KNeighborsRegressor(),
        "support vectors": svm.SVR(),
        "bayes": naive_bayes.GaussianNB(),
        "net": neural_network.MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0),
        "means": cluster.KMeans(3, n_init=1, random_state=0),
        "components": decomposition.PCA(2),
        "pipeline": make_pipeline(StandardScaler(), linear_model.LinearRegression()),
        "columns": make_pipeline(
            make_column_transformer((OneHotEncoder(), [0]), (StandardScaler(), [1, 2])), linear_model.Ridge()
        ),
    }


ESTIMATORS = ["linear", "ridge", "sgd", "tree", "forest", "boosting", "histograms", "nearest", "support vectors",
              "bayes", "net", "means", "components", "pipeline", "columns"]  # fmt: skip


def _data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    features = np.column_stack([rng.integers(0, 3, 200), rng.normal(size=(200, 2))])
    return features, features @ [1, 2, 3] + rng.normal(size=200)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_estimators_predict_the_same(tmp_path: Path, kind: str) -> None:
    """Fitted, every prediction is the same to the last bit."""
    estimator = _estimators()[kind]
    features, target = _data()
    target = (target > 0).astype(int) if kind == "bayes" else target
    estimator.fit(features, target)
    after = cross(tmp_path, {"estimator": estimator, "list": [estimator]})
    assert after["list"][0] is after["estimator"]
    ask = "predict" if hasattr(estimator, "predict") else "transform"
    assert_exact(getattr(estimator, ask)(features), getattr(after["estimator"], ask)(features))


@pytest.mark.filterwarnings("ignore")
def test_training_goes_on_as_it_would_have(tmp_path: Path) -> None:
    """An estimator that is trained bit by bit, or warm, takes the same next step."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    features, target = _data()
    estimator = linear_model.SGDRegressor(random_state=np.random.RandomState(3)).partial_fit(features, target)
    after = cross_one(tmp_path, estimator)
    assert_exact(estimator.partial_fit(features, target).coef_, after.partial_fit(features, target).coef_)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "bsr", "dia", "lil", "dok"])
@pytest.mark.parametrize("family", ["matrix", "array"])
def test_sparse_matrices(tmp_path: Path, kind: str, family: str) -> None:
    """Of each format, with its index arrays as they were."""
    sparse = pytest.importorskip("scipy.sparse")
    make = getattr(sparse, f"{kind}_{family}")
    matrix = make(np.array([[0, 1.5, 0], [2, 0, 0], [0, 0, 0]]))
    after = cross_one(tmp_path, matrix)
    assert type(after) is type(matrix)
    assert after.dtype == matrix.dtype
    assert (after != matrix).nnz == 0
    if kind in ("csr", "csc", "bsr"):
        assert_exact([matrix.data, matrix.indices, matrix.indptr], [after.data, after.indices, after.indptr])


def test_a_sparse_matrix_and_its_data(tmp_path: Path) -> None:
    """They share memory."""
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(np.eye(3))
    after = cross(tmp_path, {"matrix": matrix, "data": matrix.data})
    after["data"][0] = 9
    assert after["matrix"][0, 0] == 9


def test_polars(tmp_path: Path) -> None:
    """Frames, series, queries not yet run, expressions."""
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(
        {
            "i": [1, None, 3],
            "f": [0.1, float("nan"), None],
            "s": ["a", None, "é"],
            "d": [dt.date(2020, 1, 1), None, None],
            "l": [[1], [], None],
            "t": [{"a": 1}, {"a": 2}, None],
            "c": pl.Series(["x", "y", "x"], dtype=pl.Categorical),
        }
    )
    values = {"frame": frame, "series": frame["s"], "lazy": frame.lazy().filter(pl.col("i") > 1), "e": pl.col("i") * 2}
    after = cross(tmp_path, values)
    assert_exact(frame, after["frame"])
    assert_exact(values["series"], after["series"])
    assert_exact(values["lazy"].collect(), after["lazy"].collect())
    assert after["e"].meta == values["e"].meta


def test_arrow(tmp_path: Path) -> None:
    """Tables, their chunks, arrays and types."""
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": [1, None, 3], "s": ["x", "é", None], "l": [[1], None, []]}, metadata={"k": "v"})
    both = pa.concat_tables([table, table.slice(1)])
    arrays = {
        "array": table["a"].chunk(0),
        "type": pa.list_(pa.int8()),
        "scalar": table["a"][0],
        "schema": table.schema,
    }
    after = cross(tmp_path, {"table": table, "both": both, **arrays})
    assert_exact(table, after["table"])
    assert_exact(both, after["both"])
    assert after["table"].schema.metadata == {b"k": b"v"}
    assert after["array"].equals(arrays["array"])
    assert after["type"] == arrays["type"]
    assert after["scalar"] == arrays["scalar"]


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "F", "I"])
def test_images(tmp_path: Path, mode: str) -> None:
    """Pixels, mode and what is written about them."""
    image_module = pytest.importorskip("PIL.Image")
    image = image_module.new(mode, (5, 4), 1)
    image.putpixel((2, 3), 0)
    image.info["dpi"] = (72, 72)
    after = cross_one(tmp_path, image)
    assert after == image
    assert after.info == image.info


@pytest.mark.parametrize("kind", ["Graph", "DiGraph", "MultiGraph"])
def test_graphs(tmp_path: Path, kind: str) -> None:
    """Nodes and edges in their order, with what they carry."""
    nx = pytest.importorskip("networkx")
    graph = getattr(nx, kind)([("b", "a", {"w": 2}), ("a", 3)], name="g")
    after = cross_one(tmp_path, graph)
    assert list(after.nodes(data=True)) == list(graph.nodes(data=True))
    assert list(after.edges(data=True)) == list(graph.edges(data=True))
    assert after.graph == graph.graph


def test_figures(tmp_path: Path) -> None:
    """A figure can be drawn on, and its axes are its axes."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3])
    after = cross(tmp_path, {"figure": figure, "axes": axes})
    assert after["axes"].figure is after["figure"]
    assert after["axes"].lines[0].get_ydata().tolist() == [1, 2, 3]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_boosting_libraries(tmp_path: Path, library: str) -> None:
    """Models of other libraries predict the same."""
    module = pytest.importorskip(library)
    features, target = _data()
    make = module.XGBRegressor if library == "xgboost" else module.LGBMRegressor
    model = make(n_estimators=5, n_jobs=1).fit(features, target)
    after = cross_one(tmp_path, model)
    assert_exact(model.predict(features), after.predict(features))


def test_torch(tmp_path: Path) -> None:
    """Tensors and modules, and views of one storage."""
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(3, 2)
    tensor = torch.arange(6.0).reshape(2, 3)
    after = cross(tmp_path, {"layer": layer, "tensor": tensor, "row": tensor[0], "array": tensor.numpy()})
    assert torch.equal(after["layer"].weight, layer.weight)
    after["tensor"][0, 0] = 9
    assert after["row"][0] == 9
    assert after["array"][0, 0] == 9


@given(st.lists(st.one_of(st.integers(), st.text(max_size=4)), max_size=60))
def test_a_frozen_set_is_iterated_in_the_same_order(tmp_path: Path, members: list[Any]) -> None:
    """Wherever it stands, and however it was made."""
    values = {
        "alone": frozenset(members),
        "key": {frozenset(set(members)): 1},
        "pair": [frozenset(dict.fromkeys(members))] * 2,
    }
    after = cross(tmp_path, values)
    assert list(after["alone"]) == list(values["alone"])
    assert list(next(iter(after["key"]))) == list(next(iter(values["key"])))
    assert list(after["pair"][1]) == list(values["pair"][1])
