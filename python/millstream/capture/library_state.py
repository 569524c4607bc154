"""Settings and random state of libraries, where they are loaded: how to read them, and how to put them back."""

from __future__ import annotations

import sys
from typing import Any


def _numpy_random() -> Any:
    name, keys, *rest = sys.modules["numpy"].random.get_state()
    return (name, keys.tobytes(), *rest)


def _set_numpy_random(state: Any) -> None:
    import numpy as np

    name, keys, *rest = state
    np.random.set_state((name, np.frombuffer(keys, dtype=np.uint32), *rest))  # noqa: NPY002


def _torch() -> Any:
    torch = sys.modules["torch"]
    return bytes(torch.get_rng_state().numpy().tobytes())


def _set_torch(state: Any) -> None:
    import torch

    torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def _pandas() -> Any:
    import warnings

    from pandas._config import config

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # reading a deprecated option warns
        values = {key: config.get_option(key) for key in config._select_options("all")}
    return {key: value for key, value in values.items() if _plain(value)}


def _set_pandas(state: Any) -> None:
    import warnings

    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for key, value in state.items():
            if pd.get_option(key) != value:
                pd.set_option(key, value)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str, tuple, list))


def _matplotlib() -> Any:
    parameters = sys.modules["matplotlib"].rcParams
    return {k: dict.__getitem__(parameters, k) for k in sorted(parameters) if k not in ("backend", "backend_fallback")}


def _set_matplotlib(state: Any) -> None:
    import matplotlib as mpl

    for key, value in state.items():
        if dict.__getitem__(mpl.rcParams, key) != value:
            dict.__setitem__(mpl.rcParams, key, value)


def _backend() -> Any:
    """What draws figures where the notebook chose it; None for the kernel's own choice."""
    chosen = dict.__getitem__(sys.modules["matplotlib"].rcParams, "backend")
    return chosen if isinstance(chosen, str) and "inline" not in chosen else None


def _set_backend(state: Any) -> None:
    import matplotlib as mpl

    if _backend() != state:
        mpl.use(state or "module://matplotlib_inline.backend_inline")


def _numpy_print() -> Any:
    return {k: v for k, v in sys.modules["numpy"].get_printoptions().items() if _plain(v)}


def _set_numpy_print(state: Any) -> None:
    import numpy as np

    np.set_printoptions(**{k: v for k, v in state.items() if k != "override_repr"})


def _numpy_errors() -> Any:
    return sys.modules["numpy"].geterr()


def _set_numpy_errors(state: Any) -> None:
    import numpy as np

    np.seterr(**state)


def _sklearn() -> Any:
    return sys.modules["sklearn"].get_config()


def _set_sklearn(state: Any) -> None:
    import sklearn

    sklearn.set_config(**state)


def _polars() -> Any:
    return sys.modules["polars"].Config.save()


def _set_polars(state: Any) -> None:
    import polars as pl

    pl.Config.load(state)


def _progress() -> Any:
    """Whether ``tqdm.pandas`` has given frames a ``progress_apply``."""
    return hasattr(sys.modules["pandas"].DataFrame, "progress_apply")


def _set_progress(state: Any) -> None:
    from tqdm import tqdm

    if state and not _progress():
        tqdm.pandas()


COMPONENTS = {
    "numpy.random": ("numpy.random", _numpy_random, _set_numpy_random),
    "numpy.printoptions": ("numpy", _numpy_print, _set_numpy_print),
    "numpy.errors": ("numpy", _numpy_errors, _set_numpy_errors),
    "torch": ("torch", _torch, _set_torch),
    "pandas.options": ("pandas", _pandas, _set_pandas),
    "pandas.progress": ("pandas", _progress, _set_progress),
    "polars.Config": ("polars", _polars, _set_polars),
    "sklearn.config": ("sklearn", _sklearn, _set_sklearn),
    "matplotlib": ("matplotlib", _matplotlib, _set_matplotlib),
    "matplotlib.backend": ("matplotlib", _backend, _set_backend),
}
"""Component → the module it lives in, how to read it, how to put it back."""
