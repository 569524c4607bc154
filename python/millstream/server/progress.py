"""What a run's events and its last word say: read from the files that the child process writes."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

_LONGEST_OUTPUT = 2000  # characters of a cell's output that the panel shows while it runs
_MOST_MESSAGES = 200

Document = dict[str, Any]


class Progress:
    """The state of a run, brought up to date when it is asked for. Safe to ask from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._read = 0
        self._run: str | None = None
        self._status: str | None = None
        self._steps: dict[str, Document] = {}
        self._messages: list[Document] = []
        self._error: Document | None = None
        self._result: Document | None = None
        self._ended = False

    def document(self) -> Document:
        """The run's state as the API shows it."""
        with self._lock:
            if not self._ended:
                self._take_events()
            return {
                "state": "ended" if self._ended else "running",
                "status": self._status if self._ended else None,
                "run": self._run,
                "steps": [dict(step) for step in self._steps.values()],
                "error": self._error,
                "messages": list(self._messages),
                "result": self._result,
            }

    def end(self, exit_code: int) -> None:
        """Take in the run's document, or else what the process said instead of one."""
        with self._lock:
            self._take_events()
            document = _parsed(_text(self._folder / "result.json"))
            if "run" in document or "status" in document:
                self._take_result(document)
            else:
                self._status = "cancelled" if exit_code in (130, -2) else "failed"
                self._error = self._error or document.get("error") or self._last_words(exit_code)
            for step in self._steps.values():
                if step["status"] in ("running", "waiting"):
                    step["status"] = "failed" if step["status"] == "running" else "not run"
                step["cell"] = None
            self._ended = True

    def _take_result(self, document: Document) -> None:
        self._result = document
        self._run = document.get("run") or self._run
        self._status = document.get("status") or "failed"
        self._error = document.get("error")
        for step in document.get("steps") or []:
            known = self._steps.setdefault(step["name"], _step(step["name"]))
            known.update(status=step["status"], seconds=step.get("seconds"))

    def _last_words(self, exit_code: int) -> Document:
        said = _text(self._folder / "log.txt").strip()[-_LONGEST_OUTPUT:]
        how = f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"
        return {"code": "MS000", "message": f"The run's process ended {how}." + (f"\n{said}" if said else "")}

    def _take_events(self) -> None:
        try:
            with (self._folder / "events.jsonl").open("rb") as file:
                file.seek(self._read)
                data = file.read()
        except OSError:
            return  # not yet
        whole = data.rpartition(b"\n")[0]
        self._read += len(whole) + 1 if whole else 0
        for line in whole.split(b"\n"):
            event = _parsed(line.decode("utf-8", "replace"))
            take = getattr(self, "_on_" + str(event.get("event")).replace("-", "_"), None)
            if take is not None:
                take(event)

    def _on_run_started(self, event: Document) -> None:
        self._run = event.get("run")
        self._steps = {name: _step(name) for name in event.get("steps") or []}

    def _on_message(self, event: Document) -> None:
        message = {"severity": str(event.get("severity")), "text": str(event.get("text"))}
        self._messages = [*self._messages[1 - _MOST_MESSAGES :], message]

    def _on_step_started(self, event: Document) -> None:
        self._of(event).update(status="running", cell=None, last_output=None)

    def _on_cell_started(self, event: Document) -> None:
        self._of(event).update(cell=event.get("cell"))

    def _on_cell_output(self, event: Document) -> None:
        self._of(event).update(last_output=str(event.get("text") or "")[-_LONGEST_OUTPUT:])

    def _on_step_ended(self, event: Document) -> None:
        self._of(event).update(status=event.get("status"), seconds=event.get("seconds"), cell=None)
        self._error = event.get("error") or self._error

    def _on_run_ended(self, event: Document) -> None:
        self._run = event.get("run") or self._run
        self._status = event.get("status")
        self._error = event.get("error") or self._error

    def _of(self, event: Document) -> Document:
        name = str(event.get("step"))
        return self._steps.setdefault(name, _step(name))


def _step(name: str) -> Document:
    return {"name": name, "status": "waiting", "seconds": None, "cell": None, "last_output": None}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _parsed(text: str) -> Document:
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


__all__ = ["Progress"]
