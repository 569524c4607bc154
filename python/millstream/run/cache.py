"""Results of steps, by what they depend on.

Two levels, as compiler caches have: the *key* is what is known before a step runs (its code, parameters, inputs); an
*entry* adds what was seen while it ran (files read, random state drawn from, packages imported) and is valid while
those are still the same. Entries are small files; losing them costs time only.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millstream.artifacts.objects import ObjectFolder, hash_file
from millstream.capture.ambient import DRAWS
from millstream.capture.files import list_digest
from millstream.capture.journal import Journal, remove, write_whole
from millstream.run.environment import package_versions
from millstream.run.state import Found


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a step depends on before it runs; ``parts`` are kept to explain a miss in words."""

    step: str
    parts: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the parts."""
        return hashlib.sha256(json.dumps(self.parts, sort_keys=True, default=repr).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Miss:
    """Why a step runs, in words."""

    reason: str


class Cache:
    """The cache of one store. ``project`` is the folder that paths of files are relative to."""

    def __init__(self, root: Path, project: Path) -> None:
        self.folder = root / "cache"
        self.objects = ObjectFolder(root / "objects")
        self.project = Path(os.path.realpath(project))

    def look(self, key: Key, found: Found, site: list[str], live: list[str] | None) -> dict[str, Any] | Miss:
        """The entry whose result can be used, or why there is none; ``live`` are the names that later steps read."""
        entries = self._entries(key.digest)
        if not entries:
            return Miss(reason=self._what_changed(key))
        reason = ""
        for entry in entries:
            reason = _lacks(entry, live) or self._invalid(entry, found, site)
            if not reason:
                return entry
        return Miss(reason=reason)

    def add(self, key: Key, entry: dict[str, Any]) -> None:
        """Remember a result, and what its step was last like."""
        self._write(self.folder / key.digest[:2] / key.digest / f"{secrets.token_hex(8)}.json", entry)
        self._write(self._last_path(key), dict(key.parts))

    def facts(self, code: str) -> dict[str, Any] | None:
        """What the step of that code did the last time it ran: which names it changed, what state it touched."""
        return self._read(self.folder / "facts" / f"{code}.json")

    def remember(self, code: str, facts: dict[str, Any]) -> None:
        """Keep the facts of a step that has run."""
        self._write(self.folder / "facts" / f"{code}.json", facts)

    def relative(self, path: str) -> str:
        """A path as it is kept: relative to the project where it is inside."""
        inside = path == str(self.project) or path.startswith(str(self.project) + os.sep)
        return os.path.relpath(path, self.project) if inside else path

    def absolute(self, path: str) -> str:
        """The path on this machine."""
        return str(self.project / path)

    def bring_back(self, entry: Mapping[str, Any], journal: Journal) -> None:
        """Write the files that a cached step wrote, where they are not as they were; remove those it removed.

        ``journal`` is told what they were before.
        """
        manifest = entry["manifest"]
        for name in manifest["folders"]:
            journal.before_change(self.absolute(name))
            Path(self.absolute(name)).mkdir(parents=True, exist_ok=True)
        for name, written in manifest["writes"].items():
            path = Path(self.absolute(name))
            if not _is_file_of(path, written["digest"]):
                journal.before_change(str(path))
                write_whole(path, self.objects.get(written["digest"]))
        for name in sorted(manifest["removes"], key=len, reverse=True):  # what is in a folder before the folder
            path = Path(self.absolute(name))
            journal.before_change(str(path))
            remove(path)

    # -- why an entry does not hold --------------------------------------------------------------------------------

    def _invalid(self, entry: Mapping[str, Any], found: Found, site: list[str]) -> str:
        manifest = entry["manifest"]
        return (
            self.file_changed(manifest)
            or self._ambient_changed(entry, found)
            or _definition_changed(entry, found)
            or self._packages_changed(entry, site)
            or self._content_missing(entry)
        )

    def file_changed(self, manifest: Mapping[str, Any]) -> str:
        """Which file or folder that a step saw is not what it was, in words; empty when none is."""
        for name, digest in manifest["reads"].items():
            path = Path(self.absolute(name))
            if digest is None:
                if path.exists():
                    return f"{name} is new"
                continue
            if not path.is_file():
                return f"{name} is gone"
            if not _is_file_of(path, digest):
                return f"{name} changed"
        for name, there in manifest["asked"].items():
            if os.path.lexists(self.absolute(name)) != there:
                return f"{name} is {'gone' if there else 'new'}"
        for name, digest in manifest["listed"].items():
            path = Path(self.absolute(name))
            if not path.is_dir() or list_digest(str(path), _written_in(manifest, name)) != digest:
                return f"the files in {name} changed"
        return ""

    def _ambient_changed(self, entry: Mapping[str, Any], found: Found) -> str:
        drawn = {c for c in entry["manifest"]["ambient"] if c in DRAWS}
        for component in sorted({*entry["ambient"], *found.ambient}):
            if component in DRAWS and component not in drawn:
                continue
            if entry["ambient"].get(component) != found.ambient.get(component):
                return f"the state of {component} that earlier steps left is different"
        return ""

    def _packages_changed(self, entry: Mapping[str, Any], site: list[str]) -> str:
        if not site:
            return ""
        now = package_versions(site, entry["manifest"]["modules"], self.folder)
        for name, version in entry["packages"].items():
            if now.get(name) != version:
                return f"the package {name} changed from {version} to {now.get(name, 'nothing')}"
        return ""

    def _content_missing(self, entry: Mapping[str, Any]) -> str:
        manifest = entry["manifest"]
        wanted = {o["digest"] for o in (*manifest["outputs"].values(), *manifest["kept"].values())}
        wanted |= {d for o in manifest["outputs"].values() for d in o["buffers"]} | {entry["executed"]}
        wanted |= set(manifest["ambient"].values())
        wanted |= {w["digest"] for w in manifest["writes"].values()}
        if all(self.objects.has(digest) for digest in wanted):
            return ""
        return "what it made is no longer in the store"

    def _what_changed(self, key: Key) -> str:
        last = self._read(self._last_path(key))
        if last is None:
            return "it has not run before"
        now = json.loads(json.dumps(dict(key.parts), default=repr))
        if last.get("code") != now.get("code"):
            return "its code changed"
        for kind, word in (("parameters", "the parameter"), ("inputs", "its input"), ("environ", "the variable")):
            changed = _first_difference(last.get(kind) or {}, now.get(kind) or {})
            if changed:
                return f"{word} {changed} changed"
        return "it has not run like this before"

    def _last_path(self, key: Key) -> Path:
        return self.folder / "last" / f"{hashlib.sha256(key.step.encode()).hexdigest()[:24]}.json"

    def _entries(self, digest: str) -> list[dict[str, Any]]:
        paths = list((self.folder / digest[:2] / digest).glob("*.json"))
        paths.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return [entry for path in paths if (entry := self._read(path)) is not None]

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return value if isinstance(value, dict) else None

    def _write(self, path: Path, value: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{secrets.token_hex(6)}.tmp")
        aside.write_text(json.dumps(value, default=repr), encoding="utf-8")
        aside.replace(path)


def _lacks(entry: Mapping[str, Any], live: list[str] | None) -> str:
    """A result may have been kept when fewer names were read by later steps."""
    if entry["live"] is None:
        return ""
    if live is None:
        return "a later step now reads names that cannot be seen"
    missing = sorted(set(live) - set(entry["live"]))
    return f"a later step now reads {missing[0]}" if missing else ""


def folder_of(path: str) -> str:
    """The folder of a path that is relative to the project, or whole."""
    return os.path.dirname(path) or "."


def _definition_changed(entry: Mapping[str, Any], found: Found) -> str:
    for name, digest in entry["looked_up"].items():
        if found.available.get(name, {}).get("digest") != digest:
            return f"{name}, which it looked for, changed"
    return ""


def _first_difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    return next((name for name in sorted({*before, *now}) if before.get(name) != now.get(name)), None)


def _is_file_of(path: Path, digest: str) -> bool:
    try:
        return hash_file(path) == digest
    except OSError:
        return False


def _written_in(manifest: Mapping[str, Any], folder: str) -> Iterable[str]:
    return {os.path.basename(name) for name in manifest["writes"] if folder_of(name) == folder}
