"""Running the steps of a program: side by side where nothing is known against it, checked in the notebook's order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from millstream.capture.ambient import DRAWS
from millstream.compile import Program
from millstream.run import memory, state
from millstream.run.cache import Cache, Miss
from millstream.run.conflicts import Touched, clash, roll_back
from millstream.run.step import (
    Job,
    Outcome,
    arguments_of,
    execute,
    from_entry,
    has_opaque_effects,
    look_up,
    remember,
)

Ended = Callable[[Outcome], None]


class Plan:
    """Which steps wait for which: the graph, corrected by what earlier runs saw the same code do."""

    def __init__(self, program: Program, cache: Cache, wanted: Iterable[str]) -> None:
        self.program = program
        self.order = [block.name for block in program.layout.steps if block.name in set(wanted)]
        self.facts = {name: cache.facts(program.code_digest(name)) for name in self.order}
        self.opaque = {name for name in self.order if has_opaque_effects(program, name)}
        self.waits = {name: self._waits(name) for name in self.order}

    def _waits(self, step: str) -> set[str]:
        block = self.program.block(step)
        earlier = self.order[: self.order.index(step)]
        effects = self.program.graph.effects[step]
        if effects.dynamic or step in self.opaque:
            return set(earlier)
        found = {name for name in block.after if name in earlier} | (self.opaque & set(earlier))
        if earlier and self.program.graph.data and set(self.program.graph.data) & effects.reads:
            found.add(earlier[0])
        for name in effects.reads:
            found |= set([s for s in earlier if name in self._writes(s)][-1:])
        for component in self._touches(step):
            found |= set([s for s in earlier if component in self._touches(s)][-1:])
        found |= {s for s in earlier if self._touches(s) - DRAWS}  # every step starts from such state
        return found | {s for s in earlier if self._share_files(s, step)}

    def _share_files(self, one: str, other: str) -> bool:
        """Whether two steps may see what the other does to files."""
        if clash(Touched.of(self.facts[one] or {}), Touched.of(self.facts[other] or {})):
            return True
        paths = [
            {text for c in self.program.block(name).cells for text, _, _ in self.program.facts[c].paths}
            for name in (one, other)
        ]
        return any(p == q or p.startswith(q + "/") or q.startswith(p + "/") for p in paths[0] for q in paths[1])

    def _writes(self, step: str) -> set[str]:
        effects = self.program.graph.effects[step]
        facts = self.facts[step]
        if facts is None:
            return set(effects.writes)
        return set(effects.binds) | set(facts["changed"])

    def _touches(self, step: str) -> set[str]:
        """Ambient state that a step may change or draw from."""
        facts = self.facts[step]
        if facts is not None:
            return set(facts["ambient"])
        return {c for cell in self.program.block(step).cells for c in self.program.facts[cell].ambient}


class Execution:
    """One run's steps, from the first to the last valid one.

    A step may start before all steps above it are valid. When they are, what it was given is compared with what is
    really so, and the files it touched with those that steps beside it touched. Where that fails it runs again; where
    files are concerned, after what was done to them has been taken back, and one step at a time from there on.
    """

    def __init__(self, job: Job, wanted: list[str], jobs: int, ended: Ended) -> None:
        self.job = job
        self.plan = Plan(job.program, job.cache, wanted)
        self.jobs = jobs
        self.ended = ended
        self.done: dict[str, Outcome] = {}
        self.valid: dict[str, Outcome] = {}
        self._began: dict[str, frozenset[str]] = {}
        self._journals: dict[str, Path] = {}
        self._running: set[str] = set()
        self._results: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._earlier = {
            name: [(s, superseded) for s, superseded in arguments_of(job, name)["before"] if s in self.plan.order]
            for name in self.plan.order
        }
        self._needs = {name: arguments_of(job, name)["needs"] for name in self.plan.order}

    def run(self) -> Outcome | None:
        """Run until every step is valid or one has failed; the failed outcome, if any.

        KeyboardInterrupt passes through; whoever catches it ends the kernels.
        """
        while len(self.valid) < len(self.plan.order):
            failure = self._settle()
            if failure is not None:
                self._drain()
                self._keep_rest()
                return failure
            self._start_ready()
            if self._running:
                self._take(self._wait())
        return None

    def find(self, step: str) -> state.Found:
        """What the step finds, as far as it is known now."""
        manifests = {n: o.manifest for n, o in {**self.done, **self.valid}.items() if o.manifest is not None}
        return state.find(self._earlier[step], manifests, self._needs[step])

    def _settle(self) -> Outcome | None:
        """Accept, in the notebook's order, every outcome that rests on what is really so; drop the others."""
        for name in self.plan.order:
            if name in self.valid:
                continue
            outcome = self.done.get(name)
            beside = [other for other in self._began if other in self._later(name) and name not in self._began[other]]
            if outcome is None or any(other not in self.done for other in beside):
                return None
            if not self._rests_on(name, outcome):
                self._again(name, "a step beside it changed what it uses")
                return None
            if self._saw_files(name, outcome, beside):
                self._undo(name, "a step beside it touched the same files")
                return None
            if outcome.error is not None:
                self.ended(outcome)
                return outcome
            self._accept(name, outcome)
            if misled := [other for other in beside if self._was_misled(outcome, other)]:
                self._undo(misled[0], f"{name}, which it did not wait for, changed files that it uses")
                return None
        return None

    def _accept(self, name: str, outcome: Outcome) -> None:
        remember(self.job, outcome)
        self.valid[name] = outcome
        self.ended(outcome)

    def _later(self, name: str) -> list[str]:
        return self.plan.order[self.plan.order.index(name) + 1 :]

    def _is_early(self, name: str) -> bool:
        """Whether the step started before all steps above it had ended."""
        return not set(self.plan.order[: self.plan.order.index(name)]) <= self._began[name]

    def _is_its_turn(self, name: str) -> bool:
        return set(self.plan.order[: self.plan.order.index(name)]) <= self.valid.keys()

    def _rests_on(self, name: str, outcome: Outcome) -> bool:
        real = self.find(name)
        if outcome.manifest is None:
            return outcome.found.digests() == real.digests() and outcome.found.ambient == real.ambient
        if outcome.status == "cached" and self._is_early(name) and self.job.cache.file_changed(outcome.manifest):
            return False
        return state.same(outcome.found, real, outcome.manifest)

    def _saw_files(self, name: str, outcome: Outcome, beside: list[str]) -> bool:
        """Whether the step may have seen what steps that ran beside it did to files."""
        others = [self.done[other].manifest for other in beside]
        if outcome.manifest is None:
            return self._is_early(name) or any(o is None or Touched.of(o).changes for o in others)
        mine = Touched.of(outcome.manifest)
        return any(o is None or mine.sees(Touched.of(o).changes) for o in others)

    def _was_misled(self, outcome: Outcome, other: str) -> bool:
        """Whether a step that ran beside a valid one might have done something else after it."""
        manifest = self.done[other].manifest
        mine = Touched.of(outcome.manifest or {})
        return clash(mine, Touched.of(manifest)) if manifest is not None else bool(mine.changes or mine.blind)

    def _again(self, name: str, why: str) -> None:
        """Forget an outcome that rests on what is not so."""
        manifest = self.done[name].manifest
        if manifest is None or Touched.of(manifest).changes:
            self._undo(name, why)
            return
        self._tell(name, why)
        self._forget(name)

    def _undo(self, name: str, why: str) -> None:
        """Forget all outcomes that are not valid, and what they did to files; go on with one step at a time."""
        self._tell(name, why)
        self._drain()
        self.jobs = 1
        undone = [other for other in self.plan.order if other in self.done and other not in self.valid]
        kept = [o.manifest for o in self.valid.values() if o.manifest is not None]
        roll_back([self._journals[other] for other in undone if other in self._journals], kept, self.job.cache)
        for other in undone:
            self._forget(other)

    def _forget(self, name: str) -> None:
        del self.done[name], self._began[name]
        self._began = {other: ended - {name} for other, ended in self._began.items()}

    def _tell(self, name: str, why: str) -> None:
        self.job.tell({"event": "message", "severity": "hint", "text": f"{name} runs again: {why}."})

    def _start_ready(self) -> None:
        for name in self.plan.order:
            if len(self._running) >= self.jobs:
                return
            waiting = name not in self.done and name not in self._running
            if waiting and self._may_start(name) and self._has_room(name) and not self._start(name):
                return

    def _may_start(self, name: str) -> bool:
        if self.jobs == 1:
            return all(other in self.valid for other in self.plan.order[: self.plan.order.index(name)])
        return all(n in self.done and self.done[n].error is None for n in self.plan.waits[name])

    def _has_room(self, name: str) -> bool:
        """Whether there is memory for the step beside those that run, going by what it took the last time."""
        facts = self.plan.facts[name] or {}
        free = memory.available() if self._running else None
        return free is None or (facts.get("peak_memory") or 0) <= free

    def _start(self, name: str) -> bool:
        """Start a step, or take its result from the cache; False where it had better wait."""
        found = self.find(name)
        self._began[name] = frozenset(self.done)
        blocked = self._cannot_cross(name, found)
        if blocked is not None:
            self.done[name] = Outcome(step=name, status="failed", seconds=0.0, found=found, error=blocked)
            return True
        hit = look_up(self.job, name, found)
        if not isinstance(hit, Miss):
            if Touched.of(hit["manifest"]).changes and not self._is_its_turn(name):
                del self._began[name]
                return False  # files are brought back when it is the step's turn
            self.done[name] = from_entry(self.job, name, found, hit, self._journals_of(name))
            return True
        self.job.tell({"event": "step-started", "step": name, "reason": hit.reason})
        self._running.add(name)
        threading.Thread(target=self._work, args=(name, found, hit), name=f"step-{name}", daemon=True).start()
        return True

    def _work(self, name: str, found: state.Found, miss: Miss) -> None:
        try:
            outcome = execute(self.job, name, found, self._journals_of(name))
        except BaseException as error:  # noqa: BLE001 - the main thread must hear of it
            failure = {
                "code": getattr(error, "code", "MS000"), "step": name, "cell": None, "line": None,
                "message": str(error) or type(error).__name__,
            }  # fmt: skip
            outcome = Outcome(step=name, status="failed", seconds=0.0, found=found, error=failure)
        outcome.reason = miss.reason
        self._results.put(outcome)

    def _journals_of(self, name: str) -> list[Path]:
        """Where a step that may have to be taken back notes what files were."""
        if self.jobs == 1:
            return []
        self._journals[name] = self.job.work / f"{name}.journal"
        return [self._journals[name]]

    def _wait(self) -> Outcome:
        while True:
            try:
                return self._results.get(timeout=0.2)  # short, so that Ctrl-C is heard at once
            except queue.Empty:
                continue

    def _take(self, outcome: Outcome) -> None:
        self._running.discard(outcome.step)
        self.done[outcome.step] = outcome

    def _drain(self) -> None:
        """Let steps that are still running end."""
        while self._running:
            self._take(self._wait())

    def _keep_rest(self) -> None:
        """Keep what else is valid beside a step that failed, where no files speak against it."""
        for name in self.plan.order:
            outcome = self.done.get(name)
            if name in self.valid or outcome is None or outcome.manifest is None:
                continue
            quiet = not Touched.of(outcome.manifest).changes
            if quiet and self._rests_on(name, outcome):
                self._accept(name, outcome)

    def _cannot_cross(self, step: str, found: state.Found) -> dict[str, Any] | None:
        needs = self._needs[step]
        wanted = found.failures if needs is None else [n for n in needs if n in found.failures]
        effects = self.job.program.graph.effects[step]
        for name in sorted(wanted):
            own = name in self.job.program.graph.set_up.binds and name not in found.moved
            if name not in effects.reads or own:
                continue
            source, reason = found.failures[name]
            return _refusal(self.job.program, step, name, source, reason)
        return None


def _refusal(program: Program, step: str, name: str, source: str, reason: str) -> dict[str, Any]:
    cell = next((c for c in program.block(step).cells if name in program.facts[c].uses), program.block(step).cells[0])
    return {
        "code": "MS401",
        "step": step,
        "cell": cell,
        "line": None,
        "message": f"{name!r} cannot leave step {source!r} ({reason}), and step {step!r} needs it.",
        "hint": f"Merge the two steps (remove the tag 'step:{step}'), make {name!r} in a cell tagged 'imports', so that "
        f"every step has its own, or move the cell that uses it into step {source!r}.",
    }


def ancestors(program: Program, step: str) -> list[str]:
    """The steps that must have run before ``step``, and itself: whoever may touch what it uses, and so on."""
    order = [block.name for block in program.layout.steps]
    kept = {step}
    names = set(program.graph.effects[step].reads)
    for name in reversed(order[: order.index(step)]):
        block = program.block(name)
        touched = set(program.graph.effects[name].writes)
        touched |= {n for c in block.cells for n in program.facts[c].mutates}
        asked = any(name in program.block(k).after for k in kept)
        if touched & names or asked or program.graph.effects[name].dynamic or program.graph.effects[step].dynamic:
            kept.add(name)
            names |= program.graph.effects[name].reads
    return [name for name in order if name in kept]


Outcomes = Mapping[str, Outcome]
