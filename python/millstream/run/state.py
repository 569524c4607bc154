"""What a step finds when it starts: the state that all steps before it left, in the order of the notebook.

This is where a pipeline means what its notebook means. A step may be started early, on what is known so far; what it
was given is compared with the real state when every step before it has ended, and it runs again if they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from millstream.capture.ambient import DRAWS
from millstream.capture.standalone import apply, closure

Manifest = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Found:
    """``inputs``: name → output of an earlier step. ``ambient``: component → digest. ``failures``: name → reason.

    ``moved`` are the failures that an earlier step used up or changed; ``available`` the definitions that are no
    inputs.
    """

    inputs: dict[str, Any]
    ambient: dict[str, str]
    failures: dict[str, tuple[str, str]]
    moved: frozenset[str] = frozenset()
    available: dict[str, Any] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """Name → digest of each input."""
        return {name: output["digest"] for name, output in sorted(self.inputs.items())}


def find(
    earlier: Sequence[tuple[str, Sequence[str]]], manifests: Mapping[str, Manifest], needs: list[str] | None
) -> Found:
    """The state after the steps ``earlier`` (name, names superseded after it) that have ended."""
    current: dict[str, Any] = {}
    ambient: dict[str, str] = {}
    failures: dict[str, tuple[str, str]] = {}
    moved: set[str] = set()
    for step, superseded in earlier:
        manifest = manifests.get(step)
        if manifest is None:
            continue
        apply(current, manifest, superseded)
        ambient.update(manifest["ambient"])
        failures.update({name: (step, reason) for name, reason in manifest["failures"].items()})
        moved |= set(manifest["moved"])
        for name in (*manifest["outputs"], *manifest["deleted"], *superseded):
            failures.pop(name, None)
            moved.discard(name)
    inputs = closure(current, needs)
    available = {n: o for n, o in current.items() if o["definition"] and n not in inputs and "." not in n}
    return Found(
        inputs=inputs, ambient=ambient, failures=failures, moved=frozenset(moved & failures.keys()), available=available
    )


def same(given: Found, real: Found, manifest: Manifest) -> bool:
    """Whether a step that was given ``given`` would have done the same on ``real``.

    A random generator whose state the step left alone was not drawn from, so its state did not matter.
    """
    if given.digests() != real.digests():
        return False
    if any(given.available.get(name) != real.available.get(name) for name in manifest["looked_up"]):
        return False
    components = {*given.ambient, *real.ambient}
    mattered = {c for c in components if c not in DRAWS or c in manifest["ambient"]}
    return all(given.ambient.get(c) == real.ambient.get(c) for c in mattered)
