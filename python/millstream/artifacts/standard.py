"""Objects that pickle or cloudpickle would turn into something else, or into a name that nobody knows.

A view of a dict goes on showing that dict; a cached function is the function again, its cache empty; what a library
has one of (a sentinel, the global random generator) is the one there is; an exception keeps its cause.
"""

from __future__ import annotations

import abc
import copyreg
import functools
import gc
import sys
import types
import typing
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from millstream.artifacts import rebuild

if TYPE_CHECKING:
    from millstream.artifacts.pickler import Pickler

Rule = Callable[["Pickler", Any], Any]

_VIEWS = {type(getattr(kind(), name)()): name for kind in (dict, OrderedDict) for name in ("keys", "values", "items")}

_SINGLE = {
    "random": "_inst",
    "numpy.random.mtrand": "_rand",
    "torch": "default_generator",
    "os": "environ",
    "matplotlib": "rcParams",
    "pandas": "options",
}
"""Module → the object it has that others refer to, and whose state travels as ambient state does."""


def rule(kind: type) -> Rule | None:
    """How to pickle objects of ``kind``; None where their own way is right."""
    if kind in _RULES:
        return _RULES[kind]
    if kind in _VIEWS:
        return _reduce_view
    if issubclass(kind, BaseException):
        return _reduce_exception
    if _single(kind):
        return _reduce_single
    return _reduce_callable if any("__call__" in vars(base) for base in kind.__mro__) else None


def is_singledispatch(value: Any) -> bool:
    """Whether ``value`` is a function that :func:`functools.singledispatch` made of one of the notebook's."""
    return value.__globals__ is vars(functools) and hasattr(value, "registry") and not _is_imported(value)


def reduce_singledispatch(function: Any) -> Any:
    """A generic function as its implementations."""
    implementations = dict(function.registry)
    default = implementations.pop(object)
    return rebuild.singledispatch, (default,), list(implementations.items()), None, None, rebuild.implementations


def _reduce_view(pickler: Pickler, view: Any) -> Any:
    pickler.note(view)
    (source,) = gc.get_referents(view)
    return rebuild.view, (source, _VIEWS[type(view)])


def _reduce_proxy(_: Pickler, proxy: Any) -> Any:
    return types.MappingProxyType, tuple(gc.get_referents(proxy))


def _reduce_exception(pickler: Pickler, error: Any) -> Any:
    """Without calling ``__init__`` again, which may take other arguments than those kept. Tracebacks stay behind."""
    pickler.note(error)
    kind: Any = type(error)
    chain = (error.__cause__, error.__context__, error.__suppress_context__)
    if kind.__reduce__ is BaseException.__reduce__ and kind.__reduce_ex__ is object.__reduce_ex__:
        return rebuild.exception, (kind, error.args), (vars(error) or None, chain), None, None, rebuild.exception_state
    reduced = error.__reduce_ex__(5)
    if kind.__module__ != "builtins" or isinstance(reduced, str):
        return NotImplemented
    state = reduced[2] if len(reduced) > 2 else None
    return *reduced[:2], (state, chain), None, None, rebuild.exception_state


def _reduce_cached(pickler: Pickler, function: Any) -> Any:
    if _is_imported(function):
        return NotImplemented
    pickler.note(function)
    parameters = function.cache_parameters()
    state = dict(vars(function))
    state.pop("cache_parameters")  # a function that lru_cache makes anew
    wrapped, size = state.pop("__wrapped__"), parameters["maxsize"]
    if not parameters["typed"] and (results := _cached_results(function, size)):
        state.update(results=results, hits=function.cache_info().hits if size is None else 0)
        return rebuild.filled, (wrapped, size), state, None, None, rebuild.fill
    return rebuild.cached, (wrapped, size, parameters["typed"]), state, None, None, rebuild.attributes


def _cached_results(function: Any, size: int | None) -> list[tuple[tuple[Any, ...], dict[str, Any], Any]]:
    """What a cached function has in its cache: arguments and results."""
    referents = gc.get_referents(function)
    held = next((each for each in referents if type(each) is dict and each is not vars(function)), {})
    mark = next((each for each in referents if type(each) is object), None)
    found = []
    for key, value in list(held.items()):
        given = key if type(key) is tuple else (key,)
        at = next((number for number, each in enumerate(given) if each is mark), len(given))
        args, kwargs = given[:at], dict(zip(given[at + 1 :: 2], given[at + 2 :: 2], strict=True))
        found.append((args, kwargs, value if size is None else function(*args, **kwargs)))  # which it need not compute
    return found


_ODD = ("__getstate__", "__setstate__", "__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__", "__new__")


def pickles_oddly(kind: type) -> bool:
    """Whether a class of the notebook says how its objects are to be pickled or made, and is Python through and through."""
    plain = (object, typing.Generic, typing.Protocol, abc.ABC)
    if any(base.__module__ != "__main__" and base not in plain for base in kind.__mro__):
        return False
    return any(name in vars(base) for base in kind.__mro__ if base.__module__ == "__main__" for name in _ODD)


def reduce_instance(obj: Any) -> Any:
    """An object as its attributes."""
    slots = {name: getattr(obj, name) for name in copyreg._slotnames(type(obj)) if hasattr(obj, name)}  # type: ignore[attr-defined]
    return rebuild.instance, (type(obj),), (getattr(obj, "__dict__", None), slots), None, None, rebuild.instance_state


def _reduce_cached_property(_: Pickler, found: Any) -> Any:
    return rebuild.cached_property, (found.func, found.attrname)


def _reduce_variable(pickler: Pickler, variable: Any) -> Any:
    """A type variable or the like: those of a notebook are in no module that could be imported."""
    if _is_imported(variable):
        return NotImplemented
    pickler.note(variable)
    options = {name: getattr(variable, f"__{name}__", None) for name in ("covariant", "contravariant", "bound")}
    options = {name: value for name, value in options.items() if value}
    arguments = (variable.__name__, *getattr(variable, "__constraints__", ()))
    return rebuild.typing_object, (type(variable).__name__, arguments, options, variable.__module__)


def _reduce_new_type(_: Pickler, found: Any) -> Any:
    if _is_imported(found):
        return NotImplemented
    return rebuild.typing_object, ("NewType", (found.__name__, found.__supertype__), {}, found.__module__)


def _reduce_alias(_: Pickler, alias: Any) -> Any:
    if _is_imported(alias):
        return NotImplemented
    options = {"type_params": alias.__type_params__}
    return rebuild.typing_object, ("TypeAliasType", (alias.__name__, alias.__value__), options, None)


def _reduce_callable(pickler: Pickler, obj: Any) -> Any:
    """A function of a library is found by its name, whatever its type; it shares nothing with whoever calls it."""
    if not (isinstance(getattr(obj, "__name__", None), str) and _is_imported(obj)):
        pickler.note(obj)
    return NotImplemented


def _is_imported(obj: Any) -> bool:
    """Whether a module that can be imported has ``obj`` under its own name."""
    module = getattr(obj, "__module__", None)
    found: Any = sys.modules.get(module) if isinstance(module, str) and module != "__main__" else None
    for part in getattr(obj, "__qualname__", obj.__name__).split("."):
        found = getattr(found, part, None)
    return found is obj


def _reduce_single(pickler: Pickler, obj: Any) -> Any:
    place = _single(type(obj)).get(id(obj))
    if place is not None:
        return rebuild.attribute, place
    pickler.note(obj)
    return NotImplemented


def _single(kind: type) -> dict[int, tuple[str, str]]:
    """The objects of ``kind`` that are told by who they are, by id, with the module and name that have them."""
    found = {}
    for module, name in _SINGLE.items():
        value = getattr(sys.modules.get(module), name, None)
        if type(value) is kind:
            found[id(value)] = (module, name)
    home = sys.modules.get(kind.__module__)
    if home is not None and kind.__module__ != "__main__" and _is_bare(kind):
        found |= {id(v): (kind.__module__, n) for n, v in list(vars(home).items()) if type(v) is kind and _is_empty(v)}
    return found


def _is_bare(kind: Any) -> bool:
    """Whether instances are pickled as their attributes, of which a sentinel has none."""
    return kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__


def _is_empty(value: Any) -> bool:
    return not getattr(value, "__dict__", None) and not any(vars(base).get("__slots__") for base in type(value).__mro__)


_RULES: dict[type, Rule] = {
    types.MappingProxyType: _reduce_proxy,
    functools._lru_cache_wrapper: _reduce_cached,
    functools.cached_property: _reduce_cached_property,
    typing.TypeVar: _reduce_variable,
    typing.NewType: _reduce_new_type,
}
for _name, _rule in {
    "ParamSpec": _reduce_variable,
    "TypeVarTuple": _reduce_variable,
    "TypeAliasType": _reduce_alias,
}.items():
    if hasattr(typing, _name):
        _RULES[getattr(typing, _name)] = _rule
