"""Files that two steps touched which ran side by side: whether their order could be seen, and taking a step back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millstream.capture.journal import remove, take_back, write_whole
from millstream.run.cache import Cache, folder_of

Manifest = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Touched:
    """The files of a step: read or asked for, changed (written, removed, made), folders listed.

    ``blind`` steps ran other programs, and what those touched nobody can see.
    """

    reads: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    blind: bool = False

    @classmethod
    def of(cls, manifest: Manifest) -> Touched:
        """What a manifest, or the facts remembered of one, say."""
        return cls(
            reads=frozenset({*manifest.get("reads", ()), *manifest.get("asked", ())}),
            changes=frozenset(
                {*manifest.get("writes", ()), *manifest.get("removes", ()), *manifest.get("folders", ())}
            ),
            listed=frozenset(manifest.get("listed", ())),
            blind=bool(manifest.get("processes")),
        )

    def sees(self, changes: frozenset[str]) -> bool:
        """Whether a step that touched these files could tell that those had changed."""
        folders = {folder_of(path) for path in changes}
        return bool(changes and (self.blind or changes & (self.reads | self.changes) or folders & self.listed))


def clash(one: Touched, other: Touched) -> bool:
    """Whether two steps might have done something else in the other order."""
    return one.sees(other.changes) or other.sees(one.changes) or (one.blind and other.blind)


def facts_of(manifest: Manifest) -> dict[str, Any]:
    """What of a manifest :meth:`Touched.of` needs to be remembered."""
    kinds = ("reads", "asked", "writes", "removes", "folders", "listed", "processes")
    return {kind: sorted(manifest[kind]) for kind in kinds}


def roll_back(journals: Sequence[Path], valid: Iterable[Manifest], cache: Cache) -> None:
    """Take back what steps did to files; what ``valid`` steps, in order, did to the same files stays."""
    restored = set(take_back(journals, cache.objects))
    for manifest in valid:
        for name, written in manifest["writes"].items():
            if cache.absolute(name) in restored and written["kept"]:
                write_whole(Path(cache.absolute(name)), cache.objects.get(written["digest"]))
        for name in sorted(manifest["removes"], key=len, reverse=True):
            if cache.absolute(name) in restored:
                remove(Path(cache.absolute(name)))
