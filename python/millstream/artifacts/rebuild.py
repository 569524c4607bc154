"""The functions that pickled values name: what turns bytes back into functions, classes and references.

Their names are part of the format: a value stored by one version is read by the next.
"""

from __future__ import annotations

import abc
import contextlib
import functools
import hashlib
import importlib
import linecache
import marshal
import os
import sys
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

Resolver = Callable[[str, str], Any]

_resolver: list[Resolver] = []
_debug: dict[str, tuple[bytes, dict[str, str]]] = {}


def set_resolver(resolver: Resolver | None) -> None:
    """Who finds the definition that a value refers to by name and digest."""
    _resolver[:] = [resolver] if resolver else []


def add_debug(table: dict[str, tuple[bytes, dict[str, str]]]) -> None:
    """Lines and sources of code, by digest of the canonical code; only tracebacks and ``inspect`` need them."""
    _debug.update(table)


def main_namespace() -> dict[str, Any]:
    """The notebook's global names."""
    return sys.modules["__main__"].__dict__


def text(name: bytes) -> str:
    """A name, from the bytes that stand for it in pickles."""
    return name.decode("utf-8", "surrogatepass")


def _texts(items: dict[bytes, Any] | None) -> Any:
    return {text(name): value for name, value in items.items()} if isinstance(items, dict) else items


def reference(name: bytes, digest: bytes) -> Any:
    """The class or function called ``name`` whose artifact is ``digest``."""
    if not _resolver:
        raise LookupError(f"{text(name)} is defined in a notebook; load it with millstream.load()")
    return _resolver[0](text(name), text(digest))


def namespace() -> dict[str, Any]:
    """The notebook's global names themselves, where a value refers to them (``globals()``)."""
    return main_namespace()


def ipython() -> Any:
    """The running shell, where a value refers to it."""
    from IPython import get_ipython

    return get_ipython()


def attribute(module: str, name: str) -> Any:
    """An object that a module has one of."""
    return getattr(importlib.import_module(module), name)


def stream(name: str) -> Any:
    """``sys.stdout`` or ``sys.stderr`` of the kernel."""
    return getattr(sys, name)


def code(canonical: bytes) -> types.CodeType:
    """A code object, with the lines it had where they are known."""
    known = _debug.get(hashlib.sha256(canonical).hexdigest())
    if known is None:
        return marshal.loads(canonical)  # type: ignore[no-any-return]
    original, sources = known
    for filename, text in sources.items():
        if filename not in linecache.cache:
            linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    return marshal.loads(original)  # type: ignore[no-any-return]


def cell() -> types.CellType:
    """An empty closure cell; the function that owns it fills it."""
    return types.CellType()


def function(
    code: types.CodeType,
    name: bytes,
    closure: tuple[types.CellType, ...] | None,
    home: str | dict[str, Any] | None = None,
) -> types.FunctionType:
    """A function over the notebook's own global names, those of a library's module, or those of nobody else's."""
    if home is None:
        home = main_namespace()
    names = vars(importlib.import_module(home)) if isinstance(home, str) else home
    return types.FunctionType(code, names, text(name), None, closure)


def function_state(target: types.FunctionType, state: dict[str, Any]) -> None:
    """Defaults, attributes and the contents of closure cells."""
    for cell, contents in state.pop("cells"):
        cell.cell_contents = contents
    target.__globals__.update(_texts(state.pop("names", {})))
    target.__dict__.update(_texts(state.pop("dict")))
    for key, value in state.items():
        setattr(target, key, text(value) if isinstance(value, bytes) else _texts(value))


def skeleton(
    metaclass: type, name: bytes, bases: tuple[type, ...], place: tuple[bytes, bytes], made: dict[str, Any]
) -> Any:
    """A class with nothing in it yet; of what metaclasses do, only that which Python needs is done."""
    namespace = {"__module__": text(place[0]), "__qualname__": text(place[1]), **made}
    make = next(kind for kind in metaclass.__mro__ if kind is abc.ABCMeta or _is_built_in(kind.__dict__.get("__new__")))
    with _no_hooks(bases):
        return make.__new__(metaclass, text(name), bases, namespace)


def _is_built_in(method: Any) -> bool:
    return isinstance(method, types.BuiltinFunctionType)


def _no_hook(_: Any, /, **__: Any) -> None:
    """In place of an ``__init_subclass__``."""


@contextlib.contextmanager
def _no_hooks(bases: tuple[type, ...]) -> Iterator[None]:
    """Without ``__init_subclass__`` of the notebook's classes: what it did to whom is in their state."""
    hooked = [
        k for base in bases for k in base.__mro__ if k.__module__ == "__main__" and "__init_subclass__" in vars(k)
    ]
    kept = {kind: vars(kind)["__init_subclass__"] for kind in hooked}
    try:
        for kind in kept:
            type.__setattr__(kind, "__init_subclass__", classmethod(_no_hook))
        yield
    finally:
        for kind, hook in kept.items():
            type.__setattr__(kind, "__init_subclass__", hook)


_KEPT = {"__module__", "__doc__", "__slots__", "__orig_bases__", "__dict__", "__weakref__", "_abc_impl"}


def class_state(target: type, state: tuple[list[tuple[bytes, Any]], list[type]]) -> None:
    """What is in a class, and the classes registered with it."""
    items, registered = state
    for name in set(vars(target)) - _KEPT:  # what base classes and metaclasses have added by themselves
        if not isinstance(vars(target)[name], types.MemberDescriptorType):
            type.__delattr__(target, name)
    for key, value in items:
        type.__setattr__(target, text(key), value)
    for kind in registered:
        abc.ABCMeta.register(target, kind)  # type: ignore[arg-type]


def member(kind: Any, data: type, arguments: tuple[Any, ...]) -> Any:
    """A member of an enumeration, before its attributes are set."""
    return data.__new__(kind, *arguments)


def member_state(target: Any, state: dict[bytes, Any]) -> None:
    """The attributes of a member."""
    target.__dict__.update(_texts(state))


def view(source: Any, name: str) -> Any:
    """The keys, values or items of a dict."""
    return getattr(source, name)()


def exception(kind: type[BaseException], args: tuple[Any, ...]) -> BaseException:
    """An exception as it is before ``__init__``."""
    made = kind.__new__(kind, *args)
    made.args = args
    return made


def exception_state(target: BaseException, state: tuple[Any, tuple[Any, Any, bool]]) -> None:
    """The attributes of an exception, and what it came of."""
    attributes, (cause, context, suppress) = state
    if attributes:
        target.__setstate__(attributes)
    target.__cause__, target.__context__, target.__suppress_context__ = cause, context, suppress


def cached(function: Any, maxsize: int | None, typed: bool) -> Any:  # noqa: FBT001
    """A function with an empty cache."""
    return functools.lru_cache(maxsize, typed)(function)


_known_results: list[Any] = []


def filled(function: Any, maxsize: int | None) -> Any:
    """A function whose cache :func:`fill` can fill."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return _known_results.pop() if _known_results else function(*args, **kwargs)

    made = functools.lru_cache(maxsize)(call)
    functools.update_wrapper(made, function)
    return made


def fill(target: Any, state: dict[str, Any]) -> None:
    """The attributes of a cached function, and what it has in its cache: arguments and results, in order."""
    results, hits = state.pop("results"), state.pop("hits")
    target.__dict__.update(state)
    for args, kwargs, result in results:
        _known_results.append(result)
        target(*args, **kwargs)
    for _ in range(hits):
        target(*args, **kwargs)


def instance(kind: type) -> Any:
    """An object without attributes, past whatever its class does to make one."""
    return object.__new__(kind)


def instance_state(target: Any, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
    """The attributes of an object, past whatever its class does to set them."""
    named, slots = state
    if named is not None:
        target.__dict__.update(named)
    for name, value in slots.items():
        object.__setattr__(target, name, value)


def closed_file(name: Any, mode: str, encoding: str | None, errors: str | None) -> Any:
    """A file that has been closed."""
    file: Any = open(os.devnull, mode.replace("x", "w"), encoding=encoding, errors=errors)  # noqa: SIM115
    if encoding is not None:
        file.mode = mode
    raw = getattr(getattr(file, "buffer", file), "raw", file)
    raw.name = name
    file.close()
    return file


def cached_property(function: Any, name: str | None) -> Any:
    """A property that is computed once."""
    made: Any = functools.cached_property(function)
    made.attrname = name
    return made


def singledispatch(default: Any) -> Any:
    """A generic function without its implementations."""
    return functools.singledispatch(default)


def implementations(target: Any, found: list[tuple[type, Any]]) -> None:
    """The implementations of a generic function."""
    for kind, function in found:
        target.register(kind, function)


def typing_object(kind: str, arguments: tuple[Any, ...], options: dict[str, Any], module: str | None) -> Any:
    """A type variable, or another object of :mod:`typing` that a notebook defines."""
    made = getattr(typing, kind)(*arguments, **options)
    if module is not None:
        made.__module__ = module
    return made


def attributes(target: Any, state: dict[str, Any]) -> None:
    """The attributes of an object, past whatever its class does to set them."""
    target.__dict__.update(state)
