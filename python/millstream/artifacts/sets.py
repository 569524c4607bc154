"""The order of sets. A set is iterated in the order of its hash table, which depends on how the set came about.

Pickle adds the members to a new set in that order, and more often than not the new table has another one: members
that met in a slot give way to whoever came first. So the table of the original is looked at, and where plain adding
would not do, an order of adding that gives the very same table is kept beside the set.
"""

from __future__ import annotations

import array
import ctypes
import datetime as dt
import platform
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_LINEAR = 9  # CPython looks at so many neighbours of a slot before it jumps
_SHIFT = 5
_WORD = 8
_SMALLEST = 8  # slots of an empty set's table
_LARGEST = 1 << 21  # slots of a table that is looked at: beyond, the time would show
_SPARSEST = 1 << 28  # slots times slots for each member: twins of a member are compared with one another


class Layout(NamedTuple):
    """How to fill a set anew: the slots of its table, and its members in the order of adding.

    ``holes`` are (position among ``members``, slot): members removed since stood there and made others give way.
    """

    slots: int
    members: list[Any]
    holes: list[tuple[int, int]]


def layout(target: set[Any] | frozenset[Any]) -> Layout | None:
    """How to fill ``target`` anew; None where plain adding gives the same table, or none can be told."""
    members = list(target)
    if not members or not _is_readable() or not all(map(_hashed_by_value, set(map(type, members)))):
        return None
    table = _Table(target)
    plain = set(members)
    if not table.valid or (not table.removed and _table_bytes(plain) == _table_bytes(target) and _same(plain, members)):
        return None
    found = _order(table, members)
    trial: set[Any] = set()
    refill(trial, found)
    return found if _same(trial, members) else None


_ATOMS = frozenset({str, bytes, int, float, complex, bool, type(None), dt.date, dt.datetime, dt.timedelta})


def frozen_layout(target: frozenset[Any]) -> Layout | None:
    """How to make ``target`` anew in its order; None where that goes by itself, or cannot be said."""
    if len(target) < 2 or not _holds_atoms(target) or (found := layout(target)) is None:
        return None
    members = list(target)
    table = _Table(target)
    at_home = {
        id(m) for m, (slot, value) in zip(members, table.hashes.items(), strict=True) if value & table.mask == slot
    }
    first = [member for member in found.members if id(member) in at_home]
    found = found._replace(members=[*first, *(member for member in found.members if id(member) not in at_home)])
    return found if not found.holes and _same(freeze(found), members) else None


def _holds_atoms(members: Iterable[Any]) -> bool:
    """Whether nothing in ``members``, tuples and frozen sets apart, can lead back to where it stands."""
    kinds = set(map(type, members)) - _ATOMS
    nested = (each for each in members if type(each) in kinds)
    return kinds <= {tuple, frozenset} and all(map(_holds_atoms, nested))


def freeze(wanted: Layout) -> frozenset[Any]:
    """A frozen set whose table is as ``wanted`` says: what is never taken from has no holes.

    Its table gets its size at once from a dict; where that would make it too large it grows by itself, and the
    members that stand where their hash says, which come first, stay there.
    """
    slots, members, _ = wanted
    at_once = slots > _SMALLEST and len(members) < slots // 2
    return frozenset(_padded(members, max(slots // 4, 5)) if at_once else members)


def refill(target: set[Any], wanted: Layout) -> None:
    """Empty ``target`` and fill it so that its table is as ``wanted`` says."""
    slots, members, holes = wanted
    spare = _unused(members, slots)
    keys, start = [], 0
    fillers = [next(spare) + slot for _, slot in holes]
    for (position, _), filler in zip(holes, fillers, strict=True):
        keys += [*members[start:position], filler]
        start = position
    keys += members[start:]
    target.clear()
    if slots > _SMALLEST:
        # A dict tells how many keys it has, so the table gets its size at once: that above twice their number.
        target.update(_padded(keys[: slots // 2 - 1], max(slots // 4, 5)))
    target.update(keys)
    for filler in fillers:
        target.discard(filler)  # difference_update() would make the table anew


class _Twin:
    """Of a member: another key while ``merged`` is empty, the same one from then on."""

    def __init__(self, member: Any, merged: list[bool]) -> None:
        self._hash = hash(member)
        self._merged = merged

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return bool(self._merged)


def _padded(keys: list[Any], size: int) -> dict[Any, None]:
    """A dict of ``size`` keys that adds no more than ``keys`` to a set."""
    merged: list[bool] = []
    padded = dict.fromkeys(keys)
    padded.update(dict.fromkeys(_Twin(keys[number % len(keys)], merged) for number in range(size - len(keys))))
    merged.append(True)
    return padded


def _unused(members: list[Any], slots: int) -> Iterator[int]:
    """Numbers that fall into slot 0 and are no members, nor is any less than ``slots`` above them."""
    taken = {int(m // slots) for m in members if isinstance(m, (int, float)) and abs(m) < 1 << 59}
    return (number * slots for number in range(1, (1 << 59) // slots) if number not in taken)


def _hashed_by_value(kind: Any) -> bool:
    """Whether hashes of that type are not of places in memory, which change, and the order with them."""
    return kind.__hash__ is not object.__hash__


def _same(filled: set[Any] | frozenset[Any], members: list[Any]) -> bool:
    return all(map(_is, filled, members))


def _is(one: Any, other: Any) -> bool:
    return one is other


class _Table:
    """The hash table of a set: slot → hash of the member there, in order; the slots of members removed."""

    def __init__(self, target: set[Any] | frozenset[Any]) -> None:
        head = array.array("q", ctypes.string_at(id(target), 6 * _WORD))  # references, type, fill, used, mask, table
        self.mask, address = head[4], head[5]
        self.hashes: dict[int, int] = {}
        self.removed: set[int] = set()
        self.valid = head[3] == len(target) and _table_bytes(target) == (self.mask + 1) * 2 * _WORD
        self.valid &= self.mask < _LARGEST and self.mask**2 < _SPARSEST * len(target)
        if not self.valid:
            return
        entries = array.array("q", ctypes.string_at(address, (self.mask + 1) * 2 * _WORD))
        keys, hashes = entries[::2], entries[1::2]
        taken = {slot: hashes[slot] for slot, key in enumerate(keys) if key}
        self.hashes = {slot: value for slot, value in taken.items() if value != -1}  # -1 is the hash of nothing
        self.removed = taken.keys() - self.hashes.keys()
        self.valid = len(self.hashes) == len(target) and len(taken) == head[2]

    def before(self, slot: int) -> list[int]:
        """The slots that were taken when the member in ``slot`` was added: else it would stand in one of them."""
        found: list[int] = []
        if slot in self.hashes:
            for probed in _probes(self.hashes[slot] % (1 << 64), self.mask):
                if probed == slot:
                    break
                found.append(probed)
        return found


def _probes(value: int, mask: int) -> Iterator[int]:
    """The slots that CPython tries for a hash, in order."""
    slot = value & mask
    while True:
        yield from range(slot, slot + (_LINEAR if slot + _LINEAR <= mask else 0) + 1)
        value >>= _SHIFT
        slot = (slot * 5 + 1 + value) & mask


def _order(table: _Table, members: list[Any]) -> Layout:
    """The members in an order of adding that gives ``table``."""
    member_at = dict(zip(table.hashes, members, strict=True))
    ready: set[int] = set()
    holes: list[tuple[int, int]] = []
    order: list[Any] = []
    for slot in (*member_at, *sorted(table.removed)):
        needed = [slot] if table.hashes.get(slot, slot) & table.mask == slot else _with_needed(slot, table, ready)
        for placed in needed:
            if placed in ready:
                continue
            ready.add(placed)
            if placed in member_at:
                order.append(member_at[placed])
            else:
                holes.append((len(order), placed))
    return Layout(table.mask + 1, order, holes)


def _with_needed(slot: int, table: _Table, ready: set[int]) -> list[int]:
    """``slot`` after every slot that must be taken before it and is not ``ready``."""
    stack = [(slot, iter(table.before(slot)))]
    opened = {slot}
    found = []
    while stack:
        following = next((n for n in stack[-1][1] if n not in ready and n not in opened), None)
        if following is None:
            found.append(stack.pop()[0])
        else:
            opened.add(following)
            stack.append((following, iter(table.before(following))))
    return found


def _table_bytes(target: set[Any] | frozenset[Any]) -> int:
    """The size of a set's table; a small one lies inside the object."""
    return sys.getsizeof(target) - sys.getsizeof(set()) or _SMALLEST * 2 * _WORD


def _is_readable() -> bool:
    """Whether a set object of this Python looks as :class:`_Table` thinks."""
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    return platform.python_implementation() == "CPython" and ctypes.sizeof(ctypes.c_ssize_t) == _WORD and gil
