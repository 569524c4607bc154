"""Content, addressed by what it is: ``ab/cdef…`` by SHA-256, read-only, written aside and renamed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from pathlib import Path

from millstream.errors import StoreError
from millstream.store.files import make_folder, reporting, sync_folder, write_durably

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_FICLONE = 0x40049409


def digest_of(data: bytes) -> str:
    """The name of a content: its SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class Objects:
    """The contents of a store. Two processes that put the same content at once leave one copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the content is, or would be. Raises StoreError for what is not a digest."""
        if not _DIGEST.fullmatch(digest):
            raise StoreError(f"{digest[:80]!r} is not a digest.", hint="A digest is 64 hexadecimal digits.")
        return self.folder / digest[:2] / digest[2:]

    def has(self, digest: str) -> bool:
        """Whether the content is here."""
        return self.path(digest).is_file()

    def put_bytes(self, data: bytes) -> str:
        """Keeps ``data``; durable when this returns its digest."""
        digest = digest_of(data)
        target = self.path(digest)
        if not self._present(target, len(data)):
            aside = self._aside()
            with reporting("write the object", target):
                make_folder(aside.parent)  # copying a store may leave empty folders out
                make_folder(target.parent)
                write_durably(aside, target, data, mode=0o444)
        return digest

    def put_file(self, path: Path, *, digest: str | None = None, move: bool = False) -> str:
        """Keeps a file's content; ``digest`` when it is known, ``move`` when the file may be taken away.

        A moved file with a known digest is not read again. Raises StoreError when a copied file does not have
        ``digest``: it changed meanwhile.
        """
        path = Path(path)
        if digest is not None and self._present(self.path(digest), _size(path)):
            if move:
                path.unlink(missing_ok=True)
            return digest
        aside = self._aside()
        try:
            found = self._bring(path, aside, digest, move=move)
            return self._keep(aside, found)
        finally:
            aside.unlink(missing_ok=True)

    def get_bytes(self, digest: str, *, verify: bool = False) -> bytes:
        """The content. Raises StoreError when it is missing or, with ``verify``, damaged."""
        path = self.path(digest)
        try:
            with reporting("read the object", path):
                data = path.read_bytes()
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise self._missing(digest) from error
            raise
        if verify and digest_of(data) != digest:
            raise StoreError(
                f"The object {path} is damaged: its content does not match its digest.",
                hint="Delete it and run the step that made it again with --no-cache, or copy it from another store.",
                path=str(path),
                digest=digest,
            )
        return data

    def link(self, digest: str, target: Path) -> None:
        """Shows the content at ``target`` too: a hard link where that works, else a copy."""
        source = self.path(digest)
        if not source.is_file():
            raise self._missing(digest)
        aside = target.with_name(f".{secrets.token_hex(8)}.tmp")
        with reporting("write", target):
            make_folder(target.parent)
            try:
                os.link(source, aside)
            except OSError:
                shutil.copyfile(source, aside)
            os.replace(aside, target)
            aside.unlink(missing_ok=True)  # POSIX: renaming onto another name of the same file does nothing

    def _missing(self, digest: str) -> StoreError:
        return StoreError(
            f"The object {digest} is not in the store {self.folder.parent}.",
            hint="It was removed, or the records were copied without it: copy objects/ too, or run the step again.",
            path=str(self.path(digest)),
            digest=digest,
        )

    def _aside(self) -> Path:
        return self.folder / "tmp" / secrets.token_hex(12)

    def _present(self, target: Path, size: int) -> bool:
        """Whether the content is already whole; a truncated one is not, and is replaced."""
        try:
            if target.stat().st_size != size:
                return False
        except OSError:
            return False
        with contextlib.suppress(OSError):
            os.utime(target)  # young again: what is in use is not collected
        return True

    def _bring(self, path: Path, aside: Path, digest: str | None, *, move: bool) -> str:
        with reporting("store the file", path):
            make_folder(aside.parent)
            if move and digest is not None:
                shutil.move(path, aside)
                return digest
            found = _copy(path, aside)
            if digest is not None and found != digest:
                raise StoreError(f"{path} changed while it was stored.", hint="Run again.", path=str(path))
            if move:
                path.unlink(missing_ok=True)
            return found

    def _keep(self, aside: Path, digest: str) -> str:
        target = self.path(digest)
        with reporting("write the object", target):
            handle = os.open(aside, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            aside.chmod(0o444)
            make_folder(target.parent)
            os.replace(aside, target)
            sync_folder(target.parent)
        return digest


def _size(path: Path) -> int:
    with reporting("store the file", path):
        return path.stat().st_size


def _copy(source: Path, target: Path) -> str:
    """Copies and hashes in one pass, so that the digest is that of what was kept.

    Where the file system can share the blocks of two files until one of them is written to, the copy takes no room.
    """
    hasher = hashlib.sha256()
    with source.open("rb") as reader, target.open("xb") as writer:
        shared = _share_blocks(reader.fileno(), writer.fileno())
        with target.open("rb") if shared else contextlib.nullcontext(reader) as content:
            while chunk := content.read(_CHUNK):
                hasher.update(chunk)
                if not shared:
                    writer.write(chunk)
    return hasher.hexdigest()


def _share_blocks(source: int, target: int) -> bool:
    """Makes the open file ``target`` a clone of ``source``: Linux on Btrfs, XFS and the like."""
    try:
        import fcntl

        fcntl.ioctl(target, _FICLONE, source)
    except (ImportError, OSError):
        return False
    return True


__all__ = ["Objects", "digest_of"]
