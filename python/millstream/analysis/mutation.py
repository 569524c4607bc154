"""What a call does to the objects that it receives, by its name alone. The lists are in :mod:`readonly`."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import NamedTuple

from millstream.analysis import readonly


class Change(Enum):
    """What a call may change."""

    NOTHING = "nothing"
    CONSUMED = "an iterator among its arguments may be used up"
    CALLS = "whatever the function that it is given changes"
    OBJECT = "the object that the method belongs to"
    FIRST = "its first argument"
    ALL = "anything that it receives"


class Result(Enum):
    """What the value of a call may be made of."""

    FRESH = "nothing that was there before"
    SHARING = "the very objects that went in"
    UNKNOWN = "perhaps what went in"


class Rule(NamedTuple):
    """What a call changes and what it yields."""

    change: Change
    result: Result


UNKNOWN = Rule(Change.ALL, Result.UNKNOWN)


@cache
def function_rule(path: str) -> Rule:
    """The rule for a function known by its dotted path (``numpy.random.shuffle``) or a builtin by its name."""
    module = path.partition(".")[0]
    result = Result.UNKNOWN
    if _listed(path, readonly.FRESH_FUNCTIONS):
        result = Result.FRESH
    elif _listed(path, readonly.SHARING_FUNCTIONS):
        result = Result.SHARING
    if path in readonly.CHANGING_FUNCTIONS:
        return Rule(Change.FIRST, result)
    if path in readonly.CALLING:
        return Rule(Change.CALLS, result)
    if _listed(path, readonly.CONSUMING_FUNCTIONS):
        return Rule(Change.CONSUMED, result)
    reads = path in readonly.READING_BUILTINS if "." not in path else _listed(path, readonly.READING_MODULES)
    return Rule(Change.NOTHING if reads or module == "builtins" else Change.ALL, result)


@cache
def method_rule(name: str) -> Rule:
    """The rule for a method of an unknown object, known by its name alone."""
    if name in readonly.SHARING_METHODS:
        result = Result.SHARING
    else:
        result = Result.FRESH if name in readonly.FRESH_METHODS else Result.UNKNOWN
    if name in readonly.CHANGING_METHODS:
        return Rule(Change.OBJECT, result)
    if name in readonly.CALLING:
        return Rule(Change.CALLS, result)
    if name in readonly.READING_METHODS:
        return Rule(Change.NOTHING, result)
    return Rule(Change.ALL, result)


def draws(method: str, owner: str | None) -> bool:
    """Whether ``owner.method(…)`` draws on axes rather than reads a table, going by the name of the owner."""
    return method in readonly.DRAWING_METHODS and owner is not None and owner.lower().startswith(readonly.AXES_NAMES)


def _listed(path: str, listed: frozenset[str]) -> bool:
    """Whether the path, or one of the modules that it is in, is listed."""
    while path not in listed:
        path, dot, _ = path.rpartition(".")
        if not dot:
            return False
    return True
