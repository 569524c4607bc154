"""Which names must be stored together: those that share an object, or memory, that can change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from millstream.artifacts import arrays, codecs, places, refusals
from millstream.artifacts.codecs import Dump


class _Cycle(Exception):
    """Definitions that refer to each other: they must be one artifact."""

    def __init__(self, names: set[str]) -> None:
        super().__init__(names)
        self.names = names


class Grouping:
    """Dumps names of the notebook, grouped by what they share, each group at most once for each shape it takes.

    ``known`` answers with the digest of memory whose content is known. ``failures`` holds the names that cannot be
    pickled, with the reason. ``carried`` says whether a global name is the notebook's own (not the shell's).
    ``settle`` has the last word on the fingerprint of a group.
    """

    def __init__(
        self,
        known: codecs.BufferHash,
        carried: Callable[[str], bool],
        settle: Callable[[frozenset[str], str], str] = lambda _, digest: digest,
    ) -> None:
        self.known = known
        self.carried = carried
        self.settle = settle
        self.failures: dict[str, str] = {}
        self._group_of: dict[str, frozenset[str]] = {}
        self._dumps: dict[frozenset[str], Dump] = {}
        self._memory = arrays.Memory()
        self._joined: set[tuple[int, int]] = set()
        self._digests: dict[frozenset[str], str] = {}
        self._stack: list[frozenset[str]] = []

    def add(self, names: Iterable[str]) -> None:
        """Dump ``names``, what they refer to and what their functions look up, until no two groups share anything."""
        pending = [name for name in names if self.carried(name)]
        while pending:
            self._dump_names(pending)
            if self._join_sharing():
                pending = list(self._group_of)
            else:
                pending = [n for n in self._reached() if n not in self._group_of and n not in self.failures]

    def groups(self) -> dict[frozenset[str], Dump]:
        """Each group with its dump."""
        return {group: self._dumps[group] for group in set(self._group_of.values())}

    def digest(self, name: str) -> str | None:
        """The fingerprint of the group that holds ``name``; None when it cannot be pickled."""
        group = self._dump_group(name)
        if group is None:
            return None
        if group not in self._digests:
            self._digests[group] = self.settle(group, self._dumps[group].fingerprint(self.known))
        return self._digests[group]

    def dump_of(self, name: str) -> Dump | None:
        """The dump of the group that holds ``name``; None when there is none."""
        return self._dumps.get(self._group_of.get(name, frozenset()))

    def release(self) -> None:
        """Let go of the bytes of what has a fingerprint, where nothing will be stored."""
        for dump in self._dumps.values():
            dump.release()

    def _dump_names(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self.failures:
                continue
            try:
                self._dump_group(name)
            except _Cycle as cycle:
                self._stack.clear()
                self._join(cycle.names)
                self._dump_names(cycle.names)

    def _dump_group(self, name: str) -> frozenset[str] | None:
        group = self._group_of.setdefault(name, frozenset([name]))
        if group in self._dumps:
            return group
        if group in self._stack:
            raise _Cycle(set().union(*self._stack[self._stack.index(group) :]))
        self._stack.append(group)
        try:
            self._dumps[group] = codecs.dump({n: places.get(n) for n in group}, self._refer, self._memory)
        except _Cycle:
            raise
        except Exception as error:
            self._fail(group, error)
            return None
        self._stack.pop()
        return group

    def _fail(self, group: frozenset[str], error: Exception) -> None:
        self._stack.pop()
        reason = refusals.explain(error, {name: places.get(name) for name in group})
        for name in group:
            self._group_of.pop(name, None)
            self.failures[name] = reason

    def _refer(self, name: str) -> str | None:
        return None if name in self.failures else self.digest(name)

    def _reached(self) -> set[str]:
        """Names of the notebook that the functions in the dumps look up, and definitions they refer to."""
        found: set[str] = set()
        for dump in self.groups().values():
            found |= {n for n in dump.names if self.carried(n)}
            found |= set(dump.references)
        return found

    def _join_sharing(self) -> bool:
        """Join the groups that share an object or memory; whether there were any."""
        groups = self.groups()
        ids = {group: set(map(id, dump.shared)) for group, dump in groups.items()}
        met: set[int] = set()
        shared: set[int] = set()
        for held in ids.values():
            shared |= met & held
            met |= held
        holders = [{group for group in groups if key in ids[group]} for key in shared]
        joins = [set().union(*held) for held in holders]
        return self._join_memory(groups) | self._join_all(joins)

    def _join_memory(self, groups: Mapping[frozenset[str], Dump]) -> bool:
        group_of_array = {id(s.array): group for group, dump in groups.items() for s in dump.seen}
        seen = [s for dump in groups.values() for s in dump.seen if id(s.array) not in self._memory.spans]
        changed = False
        for members in arrays.overlapping(seen):
            span = arrays.Span(members)
            if (span.low, span.high) in self._joined:
                continue  # arrays made anew by each pickling: they cannot be recognised, and are stored apart
            self._joined.add((span.low, span.high))
            held = {group_of_array[id(m.array)] for m in members}
            self._memory.spans.update({id(m.array): span for m in members})
            self._join(set().union(*held))
            changed = True
        return changed

    def _join_all(self, joins: list[set[str]]) -> bool:
        for names in joins:
            self._join(names)
        return bool(joins)

    def _join(self, names: Iterable[str]) -> None:
        """Make one group of all the groups of ``names``; whoever referred to one of them is dumped again."""
        joined = frozenset().union(*(self._group_of.get(n, frozenset([n])) for n in names))
        for name in joined:
            self._dumps.pop(self._group_of.get(name, frozenset()), None)
            self._group_of[name] = joined
        self._dumps.pop(joined, None)
        self._digests.clear()
        for group, dump in list(self._dumps.items()):
            if joined & set(dump.references):
                del self._dumps[group]
