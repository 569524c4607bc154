"""One reproduction: the record, a scratch project, an environment, a run, and the verdict."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from millstream.artifacts.objects import ObjectFolder
from millstream.capture.journal import take_back
from millstream.compile import Program
from millstream.errors import KernelError
from millstream.reproduction import surroundings
from millstream.reproduction.comparing import Row, accumulate, compare_step
from millstream.reproduction.recorded import CannotError, Recorded, unsteady
from millstream.reproduction.scratch import Scratch
from millstream.reproduction.surroundings import Surroundings
from millstream.run import kernelspecs
from millstream.run.reads import programs
from millstream.run.runner import Request, Runner, refusal
from millstream.run.step import has_opaque_effects
from millstream.store import Store

Document = dict[str, Any]


NOT_RUN = "it was not run"


class Reproduction:
    """Call it for its document. Nothing is recorded, and everything it made is removed."""

    def __init__(self, store: Store, run: str, tell: Callable[[Document], None], *, here: bool) -> None:
        self.recorded = Recorded(store, run)
        self.scratch = Scratch(self.recorded)
        self.tell = tell
        self.here = here
        self.clock = time.perf_counter()
        self.environment: Surroundings | None = None
        self.put_back: list[str] = []

    def __call__(self) -> Document:
        """Run again and compare; a run that cannot be run again is a document too."""
        try:
            return self._reproduce()
        except CannotError as problem:
            return self._document("cannot", reason=problem.reason, hint=problem.hint)
        finally:
            self.scratch.remove()

    def _reproduce(self) -> Document:
        recorded = self.recorded
        recorded.check()
        program = recorded.program()
        if not program.ok:
            raise CannotError(str(refusal(program)["message"]), "This version of Millstream does not run it.")
        manifests = recorded.manifests
        opaque = [n for n in recorded.steps if has_opaque_effects(program, n) or programs(manifests[n])]
        self._say(f"Bringing back the files that run {recorded.run} read.")
        self.scratch.make(opaque)
        with self._surroundings(program) as self.environment:
            for each in self.environment.differences:
                now = each["present"] or "not there"
                self._say(f"{each['name']}: {each['recorded']} when it was recorded, {now} here.")
            runner = Runner(self.scratch.store, self._request(program), self.tell)
            try:
                result = runner()
            finally:
                self._put_back()
            if result["status"] == "cancelled":
                return self._document("cancelled", error=result["error"])
            left = {name: outcome.manifest for name, outcome in runner.outcomes.items()}
            return self._compared(program, left, result)

    @contextlib.contextmanager
    def _surroundings(self, program: Program) -> Iterator[Surroundings]:
        """The environment to run in, as long as the block lasts."""
        if not self.here:
            with surroundings.fresh(self.scratch.root / "fresh", self.recorded.packages, self._say) as made:
                yield made
            return
        kernel = str((self.recorded.started.get("environment") or {}).get("kernel") or "")
        try:
            choice = kernelspecs.choose(kernel or program.notebook.kernel, None)
        except KernelError as error:
            raise CannotError(error.message, error.hint or "") from error
        if choice.message:
            self._say(choice.message)
        yield surroundings.present(choice.name, self.recorded.packages)

    def _request(self, program: Program) -> Request:
        recorded, environment = self.recorded, self.environment
        known = recorded.started.get("parameters") or {}
        return Request(
            program=program, pipeline=str(recorded.started.get("pipeline")), version=recorded.started.get("version"),
            folder=recorded.folder, notebook=str((recorded.started.get("notebook") or {}).get("path")),
            parameters={name: value for name, value in known.items() if name in program.parameters},
            step=recorded.step(program), cache=False, jobs=os.cpu_count() or 1, keep=recorded.keep,
            kernel=environment.kernel if environment else None, fresh_kernels=not self.here,
            journal=self.scratch.root / "journal",
        )  # fmt: skip

    def _put_back(self) -> None:
        """Make what the rerun changed outside of the scratch project what it was: the user's files stay."""
        restored = take_back([self.scratch.root / "journal"], ObjectFolder(self.scratch.store.root / "objects"))
        inside = os.path.realpath(self.scratch.root) + os.sep
        self.put_back = [path for path in restored if not path.startswith(inside)]

    def _compared(self, program: Program, left: Mapping[str, Document | None], result: Document) -> Document:
        self._say("Comparing with the record.")
        sides: tuple[Document, Document] = ({}, {})
        rows: list[Row] = []
        steps: list[Document] = []
        seconds = {step["name"]: step["seconds"] for step in result["steps"]}
        for name, record in self.recorded.steps.items():
            then, now = self.recorded.manifests[name], left.get(name)
            sides = accumulate(sides[0], then), accumulate(sides[1], now or {})
            if then and now:
                found = compare_step(self.scratch, name, now, sides)
            else:
                found = self._failed(name, record, now, result)
            steps.append({
                "name": name, "verdict": _verdict(found), "compared": len(found),
                "different": sum(not row["equal"] for row in found), "seconds": seconds.get(name),
                "nondeterministic": unsteady(program, name, [then, now or {}]), "because": self._because(record, rows, found),
            })  # fmt: skip
            rows += found
        first = next((row for row in rows if not row["equal"]), None)
        return self._document(
            "reproduced" if first is None else "differs", steps=steps, values=rows, first=first,
            error=result["error"] if first is not None else None,
        )  # fmt: skip

    def _because(self, record: Mapping[str, Any], earlier: Sequence[Row], found: Sequence[Row]) -> list[str]:
        """What earlier steps made otherwise, of what a step was given or read."""
        given = {*(record.get("inputs") or ())}
        read = {self.scratch.at_home(each["path"]) for each in record.get("reads") or ()}
        taken = {"value": given, "file": read}
        files = [f"content of {row['name']}" for row in found if row["kind"] == "read"]
        return files + [
            f"{row['name']} of step {row['step']}"
            for row in earlier
            if not row["equal"] and row["name"] in taken.get(row["kind"], ())
        ]

    def _failed(self, name: str, record: Mapping[str, Any], now: Document | None, result: Document) -> list[Row]:
        """The one row of a step that failed, then or now."""
        error = result["error"] or {}
        one = (record.get("error") or {}).get("message")
        other = str(error.get("message")) if error.get("step") == name else None
        if other is not None:
            other = other.replace(os.path.realpath(self.scratch.project), os.path.realpath(self.recorded.store.project))
        if now is not None:
            return [{"step": name, "kind": "step", "name": name, "equal": False, "recorded": one, "rerun": None,
                     "note": "it failed then, and not now"}]  # fmt: skip
        same = one is not None and one == other
        note = "it failed, as it did then" if same else "it failed" if other else NOT_RUN
        return [{"step": name, "kind": "step", "name": name, "equal": same, "recorded": one, "rerun": other,
                 "note": note}]  # fmt: skip

    def _say(self, text: str) -> None:
        self.tell({"event": "message", "severity": "hint", "text": text})

    def _document(
        self, verdict: str, *, reason: str | None = None, hint: str | None = None, steps: Sequence[Document] = (),
        values: Sequence[Row] = (), first: Row | None = None, error: Document | None = None,
    ) -> Document:  # fmt: skip
        return {
            "run": self.recorded.run,
            "pipeline": self.recorded.started.get("pipeline"),
            "verdict": verdict,
            "reason": reason,
            "hint": hint,
            "environment": self.environment.to_json() if self.environment else None,
            "steps": list(steps),
            "values": list(values),
            "first": first and {name: first[name] for name in ("step", "kind", "name")},
            "messages": [*self.recorded.messages, *self.scratch.messages],
            "put_back": self.put_back,
            "error": error,
            "seconds": round(time.perf_counter() - self.clock, 3),
        }


def _verdict(rows: Sequence[Row]) -> str:
    if all(row["equal"] for row in rows):
        return "reproduced"
    return "not run" if rows[0]["note"] == NOT_RUN else "differs"


__all__ = ["Reproduction"]
