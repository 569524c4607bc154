"""What a user's word stands for in the graph: a file, a value, a metric, a step or a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from millstream.artifacts.objects import hash_file
from millstream.errors import NotFoundError, UsageError
from millstream.lineage.history import History

Key = tuple[str, ...]
"""What a node is: ("file", path, digest), ("artifact", name, digest), ("metric", run, name), ("step", run, name),
("run", run)."""

KINDS = ("file", "artifact", "metric", "step", "run")
_NEWEST = (
    "join runs r using (run) where {what} and (? is null or t.run = ?) order by r.started desc, t.rowid desc limit 1"
)


def find(history: History, of: str, folder: Path | None) -> tuple[Key, str | None, list[str]]:
    """The node that ``of`` names, the run to see it in, and what to tell the user of the choice."""
    kind, _, rest = of.partition(":")
    kinds, name = ((kind,), rest) if kind in KINDS and rest else (KINDS, of)
    for text, run in _versions(history, name):
        found = list(_candidates(history, kinds, text, run, folder))
        if found:
            key, seen, notes = found[0]
            others = [f"{other[0][0]}:{text}" for other in found[1:] if other[0][0] != key[0]]
            if others:
                notes = [*notes, f"{text} is {_a(key[0])} here; there is also {', '.join(others)}."]
            return key, seen, notes
    raise NotFoundError(
        f"No record knows a file, value, metric, step or run {name[:100]!r}.",
        hint="`millstream data` lists the files that runs read, `millstream show last` what a run left.",
    )


def _a(kind: str) -> str:
    return {"artifact": "a value", "metric": "a metric", "step": "a step", "file": "a file"}.get(kind, f"a {kind}")


def _versions(history: History, name: str) -> Iterator[tuple[str, str | None]]:
    """The name whole, then as NAME@RUN."""
    yield name, None
    before, _, after = name.rpartition("@")
    if before and after:
        yield before, _run(history, after)


def _run(history: History, text: str) -> str:
    """The full id of a run. Raises NotFoundError, UsageError for the beginning of several."""
    runs = _runs(history, text)
    if len(runs) > 1:
        raise UsageError(f"{text!r} is the beginning of several runs: {', '.join(runs[:5])}.", hint="Give more of it.")
    if not runs:
        raise NotFoundError(f"There is no run {text[:100]!r}.", hint="`millstream runs` lists them.")
    return runs[0]


def _runs(history: History, text: str) -> list[str]:
    if text == "last":
        rows = history.ask("select run from runs order by started desc nulls last, run desc limit 1", [])
    else:
        some = "select distinct run from runs where starts_with(run, ?) and ? <> '' order by run desc limit 6"
        rows = history.ask(some, [text, text])
    exact = [run for (run,) in rows if run == text]
    return exact or [run for (run,) in rows]


def _candidates(
    history: History, kinds: tuple[str, ...], name: str, run: str | None, folder: Path | None
) -> Iterator[tuple[Key, str | None, list[str]]]:
    tries: dict[str, Any] = {
        "file": lambda: _file(history, name, run, folder),
        "artifact": lambda: _row(history, "artifact", "t.run, t.name, t.digest from artifacts t", "t.name", name, run),
        "metric": lambda: _row(history, "metric", "t.run, t.run, t.name from metrics t", "t.name", name, run),
        "step": lambda: _row(history, "step", "t.run, t.run, t.step from step_runs t", "t.step", name, run),
        "run": lambda: (("run", _run(history, name)), None, []) if run is None and _runs(history, name) else None,
    }
    met = False
    for kind in kinds:
        if not (met and kind == "run") and (found := tries[kind]()):
            met = True
            yield found


def _row(
    history: History, kind: str, columns: str, column: str, name: str, run: str | None
) -> tuple[Key, str | None, list[str]] | None:
    """The newest row of a table, of one run if it is named."""
    what = f"{column} = ?" + (" and t.digest is not null" if kind == "artifact" else "")
    rows = history.ask(f"select {columns} {_NEWEST.format(what=what)}", [name, run, run])
    return ((kind, *map(str, rows[0][1:])), str(rows[0][0]), []) if rows else None


def _file(
    history: History, name: str, run: str | None, folder: Path | None
) -> tuple[Key, str | None, list[str]] | None:
    place = None if folder is None else Path(os.path.realpath(folder / name))
    path = name if place is None else _as_recorded(history, place)
    if place is not None and run is None and place.is_file():
        digest = _hash(place)
        if digest and (rows := _seen(history, "t.digest = ?", [digest], path, None)):
            return ("file", path, digest), rows[0][0], []
    else:
        digest = None
    rows = _seen(history, "t.path = ? and t.digest is not null", [path], path, run)
    if not rows:
        return None
    key = ("file", path, str(rows[0][1]))
    if digest is None:
        return key, rows[0][0], []
    note = (
        f"{path} now holds other content ({digest[:12]}) than any run read or wrote; shown is the newest that one did."
    )
    return key, rows[0][0], [note]


def _seen(history: History, what: str, values: list[str], path: str, run: str | None) -> list[tuple[Any, ...]]:
    text = f"""select t.run, t.digest from files t join runs r using (run)
        where {what} and (? is null or t.run = ?)
        order by t.path = ? desc, r.started desc, t.rowid desc limit 1"""  # noqa: S608 - fixed text
    return history.ask(text, [*values, run, run, path])


def _as_recorded(history: History, place: Path) -> str:
    project = Path(os.path.realpath(history.store.project))
    return place.relative_to(project).as_posix() if place.is_relative_to(project) else str(place)


def _hash(place: Path) -> str | None:
    try:
        return hash_file(place)
    except OSError:
        return None


__all__ = ["Key", "find"]
