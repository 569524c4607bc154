"""Arrays and tables for :mod:`millstream.capture.comparing`: numpy, pandas, polars, Arrow, torch, where loaded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

Compare = Callable[[Any, Any, str], None]


class Different(Exception):
    """The first place where two values differ: the path from the value, and what is there."""

    def __init__(self, path: str, note: str) -> None:
        super().__init__(f"{path}: {note}" if path else note)


def compare(parts: Compare, one: Any, other: Any, path: str) -> bool:
    """Compare two values of the same type if it is one of these libraries'; whether it is.

    ``parts`` compares what they are made of, and raises where that differs.
    """
    library = type(one).__module__.partition(".")[0]
    method = _LIBRARIES.get(library)
    return method is not None and library in sys.modules and bool(method(parts, one, other, path))


def size_of_difference(one: float, other: float) -> str:
    """How far apart two floats are, in words."""
    if one != one or other != other:  # noqa: PLR0124 - NaN
        return "one is not a number"
    return "only the sign of zero" if one == other else f"off by {abs(one - other):.3g}"


def _dtype(one: Any, other: Any, path: str) -> None:
    if (
        type(one) is not type(other)
        or one != other
        or getattr(one, "metadata", None) != getattr(other, "metadata", None)
    ):
        raise Different(path, f"{one}, then {other}")


# -- numpy ---------------------------------------------------------------------------------------------------------


def _numpy(parts: Compare, one: Any, other: Any, path: str) -> bool:
    np = sys.modules["numpy"]
    if isinstance(one, np.ma.MaskedArray):
        _masked(parts, one, other, path)
    elif isinstance(one, np.ndarray):
        _dtype(one.dtype, other.dtype, f"{path}.dtype")
        parts(one.shape, other.shape, f"{path}.shape")
        _elements(parts, np.asarray(one), np.asarray(other), path)
    elif isinstance(one, np.generic) and not isinstance(one, np.object_):
        _dtype(one.dtype, other.dtype, f"{path}.dtype")
        _elements(parts, np.asarray(one), np.asarray(other), path)
    elif isinstance(one, np.dtype):
        _dtype(one, other, path)
    else:
        return False
    return True


def _masked(parts: Compare, one: Any, other: Any, path: str) -> None:
    np = sys.modules["numpy"]
    parts(np.ma.getmaskarray(one), np.ma.getmaskarray(other), f"{path}.mask")
    parts(one.fill_value, other.fill_value, f"{path}.fill_value")
    shown = ~np.ma.getmaskarray(one)
    parts(one.data[shown], other.data[shown], path)


def _elements(parts: Compare, one: Any, other: Any, path: str) -> None:
    """Compare two arrays of the same dtype and shape, element by element."""
    np = sys.modules["numpy"]
    if one.dtype.names:
        for name in one.dtype.names:
            _elements(parts, one[name], other[name], f"{path}[{name!r}]")
    elif one.dtype.hasobject:
        for index, left, right in zip(np.ndindex(one.shape), one.ravel(), other.ravel(), strict=True):
            parts(left, right, f"{path}[{', '.join(map(str, index))}]")
    elif np.ascontiguousarray(one).tobytes() != np.ascontiguousarray(other).tobytes():
        _count(one, other, path)


def _count(one: Any, other: Any, path: str) -> None:
    np = sys.modules["numpy"]
    if one.dtype.kind not in "fc":
        wrong = one != other
        raise Different(path, f"{int(np.sum(wrong))} of {one.size} values differ")
    bits = [np.ascontiguousarray(each).view("u1").reshape(*each.shape, -1) for each in (one, other)]
    wrong = (bits[0] != bits[1]).any(axis=-1) & ~(np.isnan(one) & np.isnan(other))
    count = int(np.sum(wrong))
    if count:
        with np.errstate(all="ignore"):
            off = np.abs(one[wrong] - other[wrong])
        far = "" if np.isnan(off).all() else f", by at most {np.nanmax(off):.3g}"
        raise Different(path, f"{count} of {one.size} values differ{far}")


# -- pandas --------------------------------------------------------------------------------------------------------


def _pandas(parts: Compare, one: Any, other: Any, path: str) -> bool:
    pd = sys.modules["pandas"]
    if isinstance(one, pd.DataFrame):
        parts(one.columns, other.columns, f"{path}.columns")
        for number in range(one.shape[1]):
            where = f"{path}[{one.columns[number]!r}]"
            _dtype(one.dtypes.iloc[number], other.dtypes.iloc[number], f"{where}.dtype")
            parts(one.iloc[:, number].array, other.iloc[:, number].array, where)
        _labels(parts, one, other, path)
    elif isinstance(one, pd.Series):
        parts(one.name, other.name, f"{path}.name")
        _dtype(one.dtype, other.dtype, f"{path}.dtype")
        parts(one.array, other.array, path)
        _labels(parts, one, other, path)
    elif isinstance(one, pd.MultiIndex):
        for what in ("names", "levels", "codes"):
            parts(list(getattr(one, what)), list(getattr(other, what)), f"{path}.{what}")
    elif isinstance(one, pd.Index):
        _index(parts, one, other, path)
    elif isinstance(one, pd.api.extensions.ExtensionArray):
        _extension(parts, one, other, path)
    else:
        return False
    return True


def _labels(parts: Compare, one: Any, other: Any, path: str) -> None:
    parts(one.index, other.index, f"{path}.index")
    parts(one.attrs, other.attrs, f"{path}.attrs")
    parts(one.flags.allows_duplicate_labels, other.flags.allows_duplicate_labels, f"{path}.flags")
    for name in one._metadata:
        if name not in ("_name", "name"):
            parts(getattr(one, name, None), getattr(other, name, None), f"{path}.{name}")


def _index(parts: Compare, one: Any, other: Any, path: str) -> None:
    parts(list(one.names), list(other.names), f"{path}.names")
    _dtype(one.dtype, other.dtype, f"{path}.dtype")
    if hasattr(one, "start"):
        parts((one.start, one.stop, one.step), (other.start, other.stop, other.step), path)
    else:
        parts(one.array, other.array, path)
    if hasattr(one, "freqstr"):
        parts(one.freqstr, other.freqstr, f"{path}.freq")


def _extension(parts: Compare, one: Any, other: Any, path: str) -> None:
    np, pd = sys.modules["numpy"], sys.modules["pandas"]
    parts(len(one), len(other), f"{path}.len")
    if isinstance(one, pd.Categorical):
        parts(one.categories, other.categories, f"{path}.categories")
        parts(one.ordered, other.ordered, f"{path}.ordered")
        parts(one.codes, other.codes, path)
    elif hasattr(one, "asi8"):
        _dtype(one.dtype, other.dtype, f"{path}.dtype")
        parts(one.asi8, other.asi8, path)
    elif type(one).__name__ == "NumpyExtensionArray":
        parts(one.to_numpy(), other.to_numpy(), path)
    else:
        _dtype(one.dtype, other.dtype, f"{path}.dtype")
        missing = np.asarray(one.isna())
        parts(missing, np.asarray(other.isna()), f"{path}.isna()")
        parts(np.asarray(one[~missing]), np.asarray(other[~missing]), path)


# -- others --------------------------------------------------------------------------------------------------------


def _polars(_: Compare, one: Any, other: Any, path: str) -> bool:
    pl = sys.modules["polars"]
    if isinstance(one, pl.DataFrame):
        if one.schema != other.schema or not one.equals(other, null_equal=True):
            raise Different(path, "the tables differ")
    elif isinstance(one, pl.Series):
        if one.dtype != other.dtype or one.name != other.name or not one.equals(other, null_equal=True):
            raise Different(path, "the columns differ")
    else:
        return False
    return True


def _pyarrow(_: Compare, one: Any, other: Any, path: str) -> bool:
    pa = sys.modules["pyarrow"]
    if isinstance(one, (pa.Table, pa.RecordBatch, pa.Schema, pa.Field)):
        same = one.equals(other, check_metadata=True)
    elif isinstance(one, (pa.Array, pa.ChunkedArray, pa.DataType, pa.Scalar)):
        same = one.equals(other)
    else:
        return False
    if not same:
        raise Different(path, "the tables differ" if isinstance(one, pa.Table) else f"{type(one).__name__} differs")
    return True


def _torch(parts: Compare, one: Any, other: Any, path: str) -> bool:
    torch = sys.modules["torch"]
    if not isinstance(one, torch.Tensor) or one.is_sparse or one.dtype == torch.bfloat16:
        return False
    parts(str(one.dtype), str(other.dtype), f"{path}.dtype")
    parts(one.requires_grad, other.requires_grad, f"{path}.requires_grad")
    parts(one.detach().cpu().numpy(), other.detach().cpu().numpy(), path)
    return True


# -- figures -------------------------------------------------------------------------------------------------------


def _matplotlib(parts: Compare, one: Any, other: Any, path: str) -> bool:
    """Figures by how they look, what is drawn in them by its figure; other objects piece by piece."""
    import matplotlib.artist
    import matplotlib.figure

    if isinstance(one, matplotlib.figure.Figure):
        parts(_drawn(one), _drawn(other), f"{path} as drawn")
        return True
    if not isinstance(one, matplotlib.artist.Artist) or not one.get_figure() or not other.get_figure():
        return False
    parts(one.get_figure(), other.get_figure(), path)
    return True


def _drawn(figure: Any) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return sys.modules["numpy"].asarray(canvas.buffer_rgba()).copy()


_LIBRARIES = {
    "matplotlib": _matplotlib,
    "numpy": _numpy,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "torch": _torch,
}
