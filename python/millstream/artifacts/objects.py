"""A folder of content: ``ab/cdef…`` by SHA-256, written aside and renamed, never rewritten.

SHA-256 because every kernel has it in its standard library and processors have it in hardware (1.2 GB/s where
BLAKE2b made 0.5); a digest that only some kernels could compute would be no address.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import mmap
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from millstream.errors import StoreError

_CHUNK = 1 << 24


class ObjectFolder:
    """Content by digest below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def path(self, digest: str) -> Path:
        """Where the content of ``digest`` lies, or would."""
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise StoreError(f"{digest!r} is not a SHA-256 digest of 64 hexadecimal digits.")
        return self.root / digest[:2] / digest[2:]

    def has(self, digest: str) -> bool:
        """Whether the content is here."""
        return self.path(digest).exists()

    def put(self, chunks: Iterable[bytes | memoryview], digest: str | None = None) -> str:
        """Keep the concatenation of ``chunks`` and return its digest; ``digest`` saves hashing where it is known."""
        chunks = list(chunks)
        digest = digest or hash_chunks(chunks)
        target = self.path(digest)
        if target.exists():
            return digest
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
        except OSError as error:
            raise _cannot_write(self.root, error) from error
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o444)
            os.rename(name, target)
        except OSError as error:
            raise _cannot_write(self.root, error) from error
        finally:
            with contextlib.suppress(OSError):
                os.unlink(name)
        return digest

    def put_file(self, source: Path) -> str:
        """Keep a copy of a file's content."""
        with open(source, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                return self.put([b""])
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view, memoryview(view) as content:
                return self.put([content])

    def get(self, digest: str) -> bytes:
        """The content, whole and verified; for small things."""
        data = self._open(digest).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(
                f"Object {digest[:12]} is damaged: its bytes no longer match its digest.",
                hint="Run `millstream store check`; running the step again with --no-cache makes it anew.",
            )
        return data

    def map(self, digest: str) -> mmap.mmap | bytearray:
        """The content as private, writable memory: pages are read when touched, changes stay in this process."""
        path = self._open(digest)
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return bytearray()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)

    def _open(self, digest: str) -> Path:
        path = self.path(digest)
        if not path.exists():
            raise StoreError(
                f"Object {digest[:12]} is missing from {self.root}.",
                hint="Run the step that makes it again with --no-cache, or pull it from a store that has it.",
                digest=digest,
            )
        return path


def hash_chunks(chunks: Iterable[bytes | memoryview]) -> str:
    """SHA-256 of the concatenation, in hexadecimal."""
    hasher = hashlib.sha256()
    for chunk in chunks:
        hasher.update(chunk)
    return hasher.hexdigest()


def hash_file(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's content, in hexadecimal, read in chunks of 16 MiB."""
    hasher = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
    return hasher.hexdigest()


def _cannot_write(root: Path, error: OSError) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(
            f"The disk that holds {root} is full; nothing was half written.",
            hint="Free some space, or set MILLSTREAM_HOME to a folder on another disk, and run again.",
        )
    return StoreError(
        f"{root} cannot be written: {error.strerror}.",
        hint="Check its permissions, or set MILLSTREAM_HOME to a folder you may write to.",
    )
