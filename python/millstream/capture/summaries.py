"""What there is to say of values that are no tables: arrays, sparse matrices, mappings, sequences, scalars."""

from __future__ import annotations

import math
import numbers
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from millstream.capture.describing import describe

_PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_BINS = 20
_SHOWN = 100
_EXACT = 1 << 53

Document = dict[str, Any]


def summary(value: Any) -> Document:
    """A document of ``kind`` array, sparse, mapping, sequence, scalar or value, of plain JSON."""
    type_ = describe(value)["type"]
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return {"kind": "array", "type": type_, **of_array(numpy, value)}
    if numpy is not None and _is_sparse(value):
        return {"kind": "sparse", "type": type_, **_of_sparse(numpy, value)}
    if isinstance(value, Mapping):
        return {"kind": "mapping", "type": type_, **_of_mapping(value)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return {"kind": "sequence", "type": type_, "length": len(value), **_of_items(list(value))}
    if _is_scalar(value):
        return {"kind": "scalar", "type": type_, "value": plain(value)}
    return {"kind": "value", "type": type_}


def plain(value: Any) -> Any:
    """A scalar as JSON: whole numbers that JavaScript cannot hold as text, None for NaN and the infinities."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    text = str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _is_scalar(value: Any) -> bool:
    number = isinstance(value, numbers.Number) or getattr(value, "shape", None) == ()
    return value is None or number or isinstance(value, (str, bytes))


# -- arrays --------------------------------------------------------------------------------------------------------


def of_array(numpy: Any, array: Any) -> Document:
    """Shape, dtype, range, moments, quantiles and histogram of an array; of one with two axes, each column's range."""
    kind = array.dtype.kind
    found: Document = {
        "shape": list(array.shape), "dtype": str(array.dtype), "size": int(array.size), "memory": int(array.nbytes),
    }  # fmt: skip
    if kind == "b":
        found |= {"missing": 0, "true": int(array.sum())}
    elif kind in "iuf":
        found |= _of_numbers(numpy, array.reshape(-1))
        if array.ndim == 2 and 0 < array.shape[1] <= _SHOWN and array.shape[0]:
            found["columns"] = _of_columns(numpy, array)
    elif kind in "mM":
        there = array[~numpy.isnat(array)]
        ends = {"min": plain(str(there.min())), "max": plain(str(there.max()))} if there.size else {}
        found |= {"missing": int(array.size - there.size), **ends}
    elif kind == "O":
        found |= _of_items(list(array.reshape(-1)))
    elif kind in "SU":
        found |= {"missing": 0, "distinct": len(set(array.reshape(-1).tolist()))}
    return found


def _of_numbers(numpy: Any, flat: Any) -> Document:
    floats = flat.dtype.kind == "f"
    there = flat[numpy.isfinite(flat)] if floats else flat
    missing = int(numpy.isnan(flat).sum()) if floats else 0
    found: Document = {"missing": missing, "zeros": int(flat.size - numpy.count_nonzero(flat))}
    if floats:
        found["infinite"] = int(flat.size - there.size - missing)
    if not there.size:
        return found
    with numpy.errstate(all="ignore"):
        wide = there.astype("float64", copy=False)
        low, high = wide.min(), wide.max()
        quantiles = numpy.quantile(wide, _PROBABILITIES)
        found |= {
            "min": plain(there.min()), "max": plain(there.max()), "mean": plain(wide.mean()),
            "std": plain(wide.std(ddof=1)) if there.size > 1 else None,
            "quantiles": {str(p): plain(q) for p, q in zip(_PROBABILITIES, quantiles, strict=True)},
        }  # fmt: skip
        if numpy.isfinite(high - low):
            found["histogram"] = _histogram(numpy, wide, float(low), float(high))
    return found


def _histogram(numpy: Any, wide: Any, low: float, high: float) -> Document:
    """Equal bins; one where all is the same. numpy's own refuses a range too narrow for its edges to differ."""
    width = (high - low) / _BINS
    if not width:
        return {"edges": [low, high], "counts": [int(wide.size)]}
    places = numpy.minimum(((wide - low) / width).astype("int64"), _BINS - 1)
    counts = numpy.bincount(places, minlength=_BINS)
    return {"edges": [low + width * n for n in range(_BINS + 1)], "counts": [int(count) for count in counts]}


def _of_columns(numpy: Any, array: Any) -> list[Document]:
    import warnings

    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a column of NaN alone
        wide = array.astype("float64", copy=False)
        rows = zip(
            numpy.nanmin(wide, axis=0), numpy.nanmax(wide, axis=0), numpy.nanmean(wide, axis=0),
            numpy.nanstd(wide, axis=0, ddof=1), numpy.isnan(wide).sum(axis=0), strict=True,
        )  # fmt: skip
        return [
            {"name": str(number), "min": plain(low), "max": plain(high), "mean": plain(mean), "std": plain(std),
             "missing": int(missing)}
            for number, (low, high, mean, std, missing) in enumerate(rows)
        ]  # fmt: skip


def _is_sparse(value: Any) -> bool:
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "nnz") and hasattr(value, "tocoo")


def _of_sparse(numpy: Any, value: Any) -> Document:
    """Of the values that are stored; those that are not are zeros."""
    data = numpy.asarray(value.tocoo().data)
    cells = math.prod(value.shape)
    found = of_array(numpy, data)
    found.pop("columns", None)
    stored = int(data.size)
    if stored < cells and "min" in found and isinstance(found["min"], (int, float)):
        found |= {"min": min(found["min"], 0), "max": max(found["max"], 0)}
    return {
        **found, "shape": list(value.shape), "size": cells, "stored": stored,
        "density": stored / cells if cells else None, "memory": int(data.nbytes), "layout": str(value.format),
    }  # fmt: skip


# -- mappings and sequences ----------------------------------------------------------------------------------------


def _of_mapping(value: Mapping[Any, Any]) -> Document:
    """How many entries, the scalars among them by key, and the range of those that are numbers."""
    items = list(value.items())
    shown = [
        {"key": plain(str(key)), "type": describe(item)["type"], "value": plain(item) if _is_scalar(item) else None}
        for key, item in items[:_SHOWN]
    ]
    return {"length": len(items), "entries": shown, **_of_items([item for _, item in items])}


def _of_items(items: list[Any]) -> Document:
    types = Counter(describe(item)["type"] for item in items)
    found: Document = {"types": dict(types.most_common(20)), "missing": sum(_is_missing(item) for item in items)}
    counted = [item for item in items if _is_number(item)]
    if counted:
        found |= {"numbers": len(counted), **_range(counted)}
    return found


def _range(counted: Iterable[Any]) -> Document:
    values = list(counted)
    low, high = min(values), max(values)
    with_mean = {"mean": plain(math.fsum(map(float, values)) / len(values))} if abs(high) < 1e300 > abs(low) else {}
    return {"min": plain(low), "max": plain(high), **with_mean}


def _is_missing(item: Any) -> bool:
    return item is None or (isinstance(item, numbers.Real) and item != item)  # noqa: PLR0124 - NaN


def _is_number(item: Any) -> bool:
    return isinstance(item, numbers.Real) and not isinstance(item, bool) and math.isfinite(item)
