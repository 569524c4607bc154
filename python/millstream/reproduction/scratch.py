"""A scratch copy of the project, with the files as the run found them, and a store of its own."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from millstream.artifacts.objects import hash_file
from millstream.capture.files import list_digest
from millstream.reproduction.recorded import CannotError, Recorded
from millstream.settings import read_settings
from millstream.store import Store
from millstream.store.layout import FOLDER, prepare

_HEX = re.compile(r"[0-9a-f]{64}")
_ROOM = 10**9


class Scratch:
    """``project`` holds the files, ``store`` what the new run records; the user's own files are only read."""

    def __init__(self, recorded: Recorded) -> None:
        self.recorded = recorded
        self.origin = recorded.store
        self.root = self.origin.root / "tmp" / f"reproduce-{secrets.token_hex(6)}"
        self.project = self.root / "project"
        self.store = Store(self.project / FOLDER, self.project)
        self.messages: list[str] = []
        self._links = self._links_outside()

    def make(self, opaque: list[str]) -> None:
        """Lay out the files; ``opaque`` steps ran programs whose reads nobody saw. Raises CannotError."""
        prepare(self.store.root)
        written = self._read_files()
        self._folders()
        for manifest in self.recorded.manifests.values():
            self._asked(manifest, written)
            self._listed(manifest, written)
        if opaque:
            self._rest(written)
            self.messages.append(
                f"{', '.join(opaque)}: it is not known which files other programs read; they find those of now."
            )

    def remove(self) -> None:
        """Remove it all."""
        shutil.rmtree(self.root, ignore_errors=True)

    def share(self, text: str) -> None:
        """Have the objects whose digests stand in ``text`` in the scratch store too, at no cost."""
        for digest in set(_HEX.findall(text)):
            if self.origin.has(digest) and not self.store.has(digest):
                self.origin.objects.link(digest, self.store.object_path(digest))

    def share_manifest(self, step: str) -> None:
        """Share what a step left when it was recorded."""
        self.share(json.dumps(self.recorded.manifests[step]))

    def at_home(self, path: str) -> str:
        """A recorded path as it is in the scratch project: what lay behind a link of the project is in it there.

        So is what code names by its whole path in the user's project.
        """
        for outside, inside in self._links.items():
            if path == outside or path.startswith(outside + os.sep):
                return os.path.normpath(os.path.join(inside, os.path.relpath(path, outside)))
        return path

    def _links_outside(self) -> dict[str, str]:
        """Where links of the project lead to, and their paths in it; the project's own path is the first."""
        project = os.path.realpath(self.origin.project)
        links = {project: "."}
        paths = [
            e["path"] for r in self.recorded.steps.values() for e in (*(r.get("reads") or ()), *(r.get("writes") or ()))
        ]
        if all(self._inside(path) for path in paths):
            return links
        for place, folders, names in os.walk(project):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in (*folders, *names):
                whole = os.path.join(place, name)
                target = os.path.realpath(whole) if os.path.islink(whole) else project
                if not (target + os.sep).startswith(project + os.sep) and os.path.exists(target):
                    links.setdefault(target, os.path.relpath(whole, project))
        return links

    def _read_files(self) -> set[str]:
        """Restore each file as the first step found it; the paths that steps wrote themselves."""
        written: set[str] = set()
        missing: list[str] = []
        known: set[str] = set()
        for step, record in self.recorded.steps.items():
            for read in record.get("reads") or ():
                path, digest = self.at_home(read["path"]), read["digest"]
                if digest is not None and path not in written and path not in known:
                    known.add(path)
                    if not self._restore(path, digest, read["path"]):
                        missing.append(f"{path} as step {step!r} read it ({digest[:12]})")
            written |= {self.at_home(write["path"]) for write in record.get("writes") or ()}
        if missing:
            more = f" and {len(missing) - 3} more files" if len(missing) > 3 else ""
            raise CannotError(
                f"The content is not to be had of {'; '.join(missing[:3])}{more}.",
                "Only the digest was recorded, and the file there now holds something else or is gone: bring it back. "
                "files.keep_up_to in millstream.toml says up to which size files are kept.",
            )
        return written

    def _restore(self, path: str, digest: str, origin: str) -> bool:
        """Put a file where the run found it; one outside of the project can only be left where it is."""
        if not self._inside(path):
            return _holds(Path(path), digest) or (Path(path).is_dir())
        target = self.project / path
        sources = [self.origin.object_path(digest), self.origin.project / origin]
        for source in sources:
            if _holds(source, digest):
                target.parent.mkdir(parents=True, exist_ok=True)
                (shutil.copyfile if source == sources[0] else shutil.copy)(source, target)  # objects are read-only
                if self.origin.has(digest):
                    self.share(digest)
                return True
        return False

    def _inside(self, path: str) -> bool:
        return not os.path.isabs(path) and ".." not in Path(path).parts

    def _folders(self) -> None:
        """The notebook's folder, and those that steps wrote into and did not make."""
        folder = self.recorded.folder
        if not self._inside(folder):
            raise CannotError(
                f"The notebook lay outside of the project, in {folder}.",
                "Only what is inside of a project can be run again beside it.",
            )
        (self.project / folder).mkdir(parents=True, exist_ok=True)
        made = {
            self.at_home(path) for manifest in self.recorded.manifests.values() for path in manifest.get("folders", ())
        }
        for record in self.recorded.steps.values():
            for write in record.get("writes") or ():
                path = self.at_home(write["path"])
                if self._inside(path):
                    self._make_parents(path, made)

    def _make_parents(self, path: str, made: set[str]) -> None:
        for parent in [*reversed(Path(path).parents)][1:]:
            if parent.as_posix() in made:
                return
            (self.project / parent).mkdir(exist_ok=True)

    def _asked(self, manifest: dict[str, Any], written: set[str]) -> None:
        """What a step only asked about: whether it is there."""
        for asked, there in manifest.get("asked", {}).items():
            path = self.at_home(asked)
            if there and self._inside(path) and path not in written and not (self.project / path).exists():
                self._copy(path)

    def _listed(self, manifest: dict[str, Any], written: set[str]) -> None:
        """Folders whose names a step listed: the others that are there, if they still are those of then."""
        for listed, digest in manifest.get("listed", {}).items():
            folder = self.at_home(listed)
            here = self.origin.project / folder
            if not self._inside(folder):
                continue
            (self.project / folder).mkdir(parents=True, exist_ok=True)
            own = [os.path.basename(path) for path in written if os.path.dirname(path) in (folder, folder.strip("."))]
            if list_digest(str(self.project / folder), own) == digest:
                continue
            names = sorted(os.listdir(here)) if here.is_dir() else []
            for name in names:
                path = os.path.normpath(os.path.join(folder, name))
                if not name.startswith(".") and path not in written and not (self.project / path).exists():
                    self._copy(path)
            if list_digest(str(self.project / folder), own) != digest:
                self.messages.append(f"{folder} held other files when it was listed than it does now.")

    def _copy(self, path: str) -> None:
        source, target = self.origin.project / path, self.project / path
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif source.is_file() and source.stat().st_size <= read_settings(self.origin.project).keep_up_to:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def _rest(self, written: set[str]) -> None:
        """The other files of the notebook's folder, as they are now, as far as there is room."""
        room = _ROOM
        for path in _files(self.origin.project, self.recorded.folder):
            size = (self.origin.project / path).stat().st_size
            if path not in written and not (self.project / path).exists() and size <= room:
                room -= size
                self._copy(path)


def _files(project: Path, folder: str) -> Iterator[str]:
    """The files below a folder, without hidden ones, environments and caches."""
    for place, folders, names in os.walk(project / folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith((".", "__pycache__", "node_modules"))
            and not os.path.exists(os.path.join(place, name, "pyvenv.cfg"))
        ]
        for name in names:
            whole = os.path.join(place, name)
            if not name.startswith(".") and os.path.isfile(whole) and not os.path.islink(whole):
                yield os.path.relpath(whole, project)


def _holds(path: Path, digest: str) -> bool:
    """Whether there is a file with this very content."""
    try:
        return path.is_file() and hash_file(path) == digest
    except OSError:
        return False


__all__ = ["Scratch"]
