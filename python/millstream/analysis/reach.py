"""What a value may be made of: sets of names, and the links between them.

A *node* is a name of the notebook (``df``), or a name local to a scope with the scope's number before it (``3:row``).
A reach tells the nodes whose objects a value may be or hold: ``near`` where that is plain to see (``y = x``,
``y = x["a"]``), ``far`` where it cannot be ruled out (``y = f(x)``).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_NOTHING: frozenset[str] = frozenset()


class Reach(NamedTuple):
    """The nodes that a value shares objects with."""

    near: frozenset[str]
    far: frozenset[str]

    def loosened(self) -> Reach:
        """The same nodes, none of them near."""
        return Reach(_NOTHING, self.near | self.far) if self.near else self


NOWHERE = Reach(_NOTHING, _NOTHING)


@lru_cache(maxsize=4096)
def only(node: str) -> Reach:
    """The reach of a plain name."""
    return Reach(frozenset((node,)), _NOTHING)


def joined(reaches: Iterable[Reach]) -> Reach:
    """The reach of a value that may be any of several, or holds them all."""
    parts = [reach for reach in reaches if reach is not NOWHERE]
    if len(parts) < 2:
        return parts[0] if parts else NOWHERE
    return Reach(_NOTHING.union(*[part.near for part in parts]), _NOTHING.union(*[part.far for part in parts]))


class Links:
    """Which values are reached from which names: those of the statement at hand, and those of earlier statements."""

    def __init__(self) -> None:
        self._earlier: dict[str, Reach] = {}
        self._now: dict[str, list[Reach]] = {}

    def add(self, node: str, reach: Reach) -> None:
        """The value of ``node`` may hold, or be, what ``reach`` tells."""
        if reach is not NOWHERE:
            self._now.setdefault(node, []).append(reach)

    def closure(self, near: Iterable[str], far: Iterable[str] = ()) -> Reach:
        """All nodes whose objects may be reached from those given."""
        close, loose = set(near), set(far)
        waiting = list(close)
        while waiting:
            for reach in self._from(waiting.pop()):
                waiting += reach.near - close
                close |= reach.near
                loose |= reach.far
        loose -= close
        waiting = list(loose)
        while waiting:
            for reach in self._from(waiting.pop()):
                new = (reach.near | reach.far) - close - loose
                waiting += new
                loose |= new
        return Reach(frozenset(close), frozenset(loose))

    def _from(self, node: str) -> list[Reach]:
        now, earlier = self._now.get(node), self._earlier.get(node)
        if earlier is None:
            return now or []
        return [*now, earlier] if now else [earlier]

    def settle(self, rebound: frozenset[str]) -> dict[str, Reach]:
        """End the statement: names in ``rebound`` hold new values only, others may hold more than before.

        Returns what the names that were bound or filled may hold now.
        """
        if not self._now:
            for name in rebound:
                self._earlier.pop(name, None)
            return {}
        settled = {name: self._settled(name, rebound=name in rebound) for name in self._now if ":" not in name}
        self._now.clear()
        for name in rebound:
            self._earlier.pop(name, None)
        self._earlier.update(settled)
        return settled

    def _settled(self, name: str, *, rebound: bool) -> Reach:
        parts = self._now[name]
        near, far = self.closure(*joined(parts)) if rebound else self.closure((name,))
        return Reach(*(frozenset(n for n in nodes if n != name and ":" not in n) for nodes in (near, far)))

    def forget(self, name: str) -> None:
        """The name is no longer bound."""
        self._earlier.pop(name, None)

    def aliases(self) -> dict[str, frozenset[str]]:
        """For each name, those whose values may be part of its value."""
        return {name: near | far for name, (near, far) in self._earlier.items() if near or far}
