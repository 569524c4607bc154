"""Classes that a notebook defines, as bytes.

A class is made anew from its bases and what cannot be set afterwards (slots, its place), and then given everything
its namespace had, in that order. Metaclasses and ``__init_subclass__`` of the notebook are not run a second time:
what they did is in the state they left. Enumerations are classes like others, their members objects without
initialisation.
"""

from __future__ import annotations

import abc
import enum
import types
from collections.abc import Iterator
from typing import Any

from millstream.artifacts import rebuild

Reduced = tuple[Any, ...]

_MADE_WITH = ("__slots__", "__orig_bases__", "__doc__")  # what cannot be set, or deleted, once a class is there

# What a class is given anew when it is made, and what Python remembers by the way.
_NOT_STATE = {*_MADE_WITH, "__module__", "__dict__", "__weakref__", "_abc_impl", "__slotnames__", "__firstlineno__",
              "__annotate_func__", "__annotations_cache__"}  # fmt: skip


def reduce_class(value: type) -> Reduced:
    """A class by value, the same bytes from whichever process."""
    made = {name: value.__dict__[name] for name in _MADE_WITH if name in value.__dict__}
    place = (named(value.__module__), named(value.__qualname__))
    slots = set(_slots(value))
    state = [
        (named(name), _without_combinations(value, item) if name == "_value2member_map_" else item)
        for name, item in value.__dict__.items()
        if name not in _NOT_STATE
        and not (name in slots and isinstance(item, types.MemberDescriptorType))
        and not (name == "__annotations__" and not item)  # which Python adds when someone asks for them
    ]
    arguments = (type(value), named(value.__name__), value.__bases__, place, made)
    return rebuild.skeleton, arguments, (state, _registered(value)), None, None, rebuild.class_state


def reduce_member(member: enum.Enum) -> Reduced:
    """A member of an enumeration that is being pickled itself, by what it is made of."""
    kind: Any = type(member)
    data = kind._member_type_
    arguments: tuple[Any, ...] = ()
    if data in (int, str, float, bytes):
        arguments = (data.__new__(data, member),)
    elif data.__new__ is not object.__new__:
        arguments = member.value if isinstance(member.value, tuple) and data is not tuple else (member.value,)
    state = {named(name): value for name, value in member.__dict__.items()}
    return rebuild.member, (kind, data, arguments), state, None, None, rebuild.member_state


def _without_combinations(value: Any, members: dict[Any, Any]) -> dict[Any, Any]:
    """The members of an enumeration by value, less the combinations of flags that came up so far."""
    own = {id(member) for member in value._member_map_.values()}
    return {key: member for key, member in members.items() if id(member) in own}


def named(name: str) -> bytes:
    """A name as pickles have it. Pickle tells strings by who they are, and which equal ones are one is chance."""
    return name.encode("utf-8", "surrogatepass")


def _slots(value: type) -> Iterator[str]:
    """The names of the slots that a class adds, as they stand in its namespace."""
    slots = value.__dict__.get("__slots__", ())
    for slot in (slots,) if isinstance(slots, str) else slots:
        private = slot.startswith("__") and not slot.endswith("__")
        yield f"_{value.__name__.lstrip('_')}{slot}" if private else slot


def _registered(value: type) -> list[Any]:
    """The classes that were registered with an abstract one."""
    if not isinstance(value, abc.ABCMeta):
        return []
    alive = (reference() for reference in abc._get_dump(value)[0])  # type: ignore[attr-defined]
    return sorted((kind for kind in alive if kind is not None), key=lambda k: (k.__module__, k.__qualname__))
