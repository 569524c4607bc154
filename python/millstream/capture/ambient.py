"""State outside the notebook's names that code reads and changes: captured, compared, put back.

Each component is independent, so that two steps conflict only over what both touch. States are made of plain values
and pickle deterministically.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from millstream.capture import imports, library_state

_start: dict[str, Any] = {}
_OWN_VARIABLES = ("JPY_", "MILLSTREAM_")


def start() -> None:
    """Remember what the kernel started with: environment variables and folders are kept relative to it."""
    _start.update(environ=dict(os.environ), cwd=os.getcwd(), argv=list(sys.argv))


def _random() -> Any:
    import random

    return random.getstate()


def _set_random(state: Any) -> None:
    import random

    random.setstate(state)


def _environ() -> Any:
    """What differs from the start, so that no secret of the environment is stored: None where deleted."""
    before = _start["environ"]
    keys = sorted(k for k in {*before, *os.environ} if not k.startswith(_OWN_VARIABLES))
    return {key: os.environ.get(key) for key in keys if os.environ.get(key) != before.get(key)}


def _set_environ(state: Any) -> None:
    for key, value in state.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value


def _cwd() -> str:
    return os.path.relpath(os.getcwd(), _start["cwd"])


def _set_cwd(state: str) -> None:
    os.chdir(os.path.join(_start["cwd"], state))


def _warnings() -> Any:
    import warnings

    return [
        (action, _pattern(message), _class_name(category), _pattern(module), line)
        for action, message, category, module, line in warnings.filters
    ]


def _class_name(category: Any) -> str:
    return f"{category.__module__}:{category.__qualname__}"


def _pattern(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else (value.pattern, value.flags)


def _set_warnings(state: Any) -> None:
    import importlib
    import re
    import warnings

    filters = []
    for action, message, category, module, line in state:
        owner, _, name = category.partition(":")
        with contextlib.suppress(ImportError, AttributeError):
            kind = getattr(importlib.import_module(owner), name)
            parts = [p if p is None or isinstance(p, str) else re.compile(*p) for p in (message, module)]
            filters.append((action, parts[0], kind, parts[1], line))
    warnings.filters[:] = filters  # type: ignore[index]
    with contextlib.suppress(AttributeError):
        warnings._filters_mutated()  # type: ignore[attr-defined]


def _decimal() -> Any:
    import decimal

    context = decimal.getcontext()
    flags = sorted(s.__name__ for s, on in context.traps.items() if on)
    return (context.prec, context.rounding, context.Emin, context.Emax, context.capitals, context.clamp, flags)


def _set_decimal(state: Any) -> None:
    import decimal

    precision, rounding, low, high, capitals, clamp, traps = state
    context = decimal.Context(precision, rounding, low, high, capitals, clamp)
    for signal in context.traps:
        context.traps[signal] = signal.__name__ in traps
    decimal.setcontext(context)


def _locale() -> Any:
    import locale

    return locale.setlocale(locale.LC_ALL)


def _set_locale(state: Any) -> None:
    import locale

    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, state)


def _logging() -> Any:
    import logging

    named = {
        name: (logger.level, logger.propagate, logger.disabled, [_handler(h) for h in logger.handlers])
        for name, logger in sorted(_loggers().items())
    }
    usual: Any = (logging.NOTSET, True, False, [])
    return logging.root.manager.disable, {name: state for name, state in named.items() if state != usual}


def _loggers() -> dict[str, Any]:
    import logging

    made = {n: each for n, each in logging.root.manager.loggerDict.items() if isinstance(each, logging.Logger)}
    return {"": logging.root, **made}


def _handler(handler: Any) -> Any:
    """A handler that writes to a file or to standard output, as what makes another; None for others."""
    import logging

    formatter = handler.formatter
    if type(handler) not in (logging.StreamHandler, logging.FileHandler) or type(formatter) not in (
        type(None),
        logging.Formatter,
    ):
        return None
    style = formatter and (formatter._fmt, formatter.datefmt, type(formatter._style).__name__)
    streams = {id(getattr(sys, name)): name for name in ("__stdout__", "__stderr__", "stdout", "stderr")}
    if type(handler) is logging.FileHandler:
        return ("file", handler.baseFilename, handler.encoding, handler.level, style)
    return ("stream", streams.get(id(handler.stream)), None, handler.level, style)


def _make_handler(state: Any) -> Any:
    import logging

    kind, target, encoding, level, style = state
    handler: Any = (
        logging.FileHandler(target, "a", encoding)
        if kind == "file"
        else logging.StreamHandler(getattr(sys, target or "stderr"))
    )
    handler.setLevel(level)
    if style is not None:
        text, dates, name = style
        key = next(k for k, (kind, _) in logging._STYLES.items() if kind.__name__ == name)  # type: ignore[attr-defined]
        handler.setFormatter(logging.Formatter(text, dates, key))  # type: ignore[arg-type]
    return handler


def _set_logging(state: Any) -> None:
    import logging

    disable, named = state
    logging.root.manager.disable = disable
    for name, (level, propagate, disabled, handlers) in named.items():
        logger = logging.getLogger(name or None)
        logger.setLevel(level)
        logger.propagate, logger.disabled = propagate, disabled
        if [_handler(h) for h in logger.handlers] != handlers:
            others = [h for h in logger.handlers if _handler(h) is None]
            logger.handlers[:] = [*others, *(_make_handler(each) for each in handlers if each is not None)]


def _set_sys_path(state: Any) -> None:
    sys.path[:] = state


def _zone() -> Any:
    return (time.tzname, time.timezone)


def _set_zone(state: Any) -> None:
    if _zone() != state and hasattr(time, "tzset"):
        time.tzset()  # reads the variable TZ, which has been put back by now


def _interpreter() -> Any:
    digits = getattr(sys, "get_int_max_str_digits", lambda: None)()
    return (sys.getrecursionlimit(), sys.getswitchinterval(), digits, gc.isenabled(), gc.get_threshold())


def _set_interpreter(state: Any) -> None:
    depth, interval, digits, collecting, threshold = state
    sys.setrecursionlimit(depth)
    sys.setswitchinterval(interval)
    if digits is not None:
        sys.set_int_max_str_digits(digits)
    (gc.enable if collecting else gc.disable)()
    gc.set_threshold(*threshold)


def _future() -> Any:
    """What ``from __future__ import`` in some cell means for all cells after it."""
    shell = sys.modules["IPython"].get_ipython()
    return getattr(getattr(shell, "compile", None), "flags", None)


def _set_future(state: Any) -> None:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and state is not None:
        shell.compile.flags = state


def _arguments() -> Any:
    """None as long as they are what the kernel was started with, which is another file each time."""
    return None if sys.argv == _start["argv"] else [str(each) for each in sys.argv]


def _set_arguments(state: Any) -> None:
    sys.argv[:] = _start["argv"] if state is None else state


_Component = tuple[str, Callable[[], Any], Callable[[Any], None]]

COMPONENTS: dict[str, _Component] = {
    "cwd": ("os", _cwd, _set_cwd),
    "environ": ("os", _environ, _set_environ),
    "sys.path": ("sys", lambda: list(sys.path), _set_sys_path),
    "imports": ("sys", imports.noted, imports.repeat),
    **library_state.COMPONENTS,
    "random": ("random", _random, _set_random),
    "warnings": ("warnings", _warnings, _set_warnings),
    "decimal": ("decimal", _decimal, _set_decimal),
    "locale": ("locale", _locale, _set_locale),
    "logging": ("logging", _logging, _set_logging),
    "time zone": ("time", _zone, _set_zone),
    "interpreter": ("sys", _interpreter, _set_interpreter),
    "future": ("IPython", _future, _set_future),
    "sys.argv": ("sys", _arguments, _set_arguments),
}
"""Component → the module it lives in, how to read it, how to put it back.

They are put back in this order: an import finds its module by the first three, and may change any of the others.
"""

DRAWS = {"random", "numpy.random", "torch"}
"""Components that whoever uses them changes: an unchanged one was not used."""


def capture() -> dict[str, bytes]:
    """The state of each component whose module is loaded, pickled."""
    states = {}
    for name, (module, read, _) in COMPONENTS.items():
        if module in sys.modules:
            with contextlib.suppress(Exception):
                states[name] = pickle.dumps(read(), protocol=5)
    return states


def restore_all(states: Mapping[str, bytes]) -> None:
    """Put components back, importing their libraries if need be; nothing where this kernel doesn't have them."""
    for name in COMPONENTS:
        if name in states:
            with contextlib.suppress(ImportError):
                COMPONENTS[name][2](pickle.loads(states[name]))
