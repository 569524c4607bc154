"""Records, objects, index: what Millstream remembers. The records are the truth; the index is made from them."""

from __future__ import annotations

from millstream.store.layout import find_root
from millstream.store.objects import digest_of
from millstream.store.process import process_alive, process_identity
from millstream.store.store import Store

__all__ = ["Store", "digest_of", "find_root", "process_alive", "process_identity"]
