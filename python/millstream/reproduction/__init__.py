"""A recorded run, run again from what the store kept of it, and compared with its record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from millstream.store import Store, find_root

Document = dict[str, Any]
Listener = Callable[[dict[str, Any]], None]


def reproduce(project: str | Path, run: str, *, here: bool = False, on_event: Listener | None = None) -> Document:
    """Run a recorded run again, without the cache, and compare every value, metric and file with the record.

    The code, the parameters and the files it read are those of the record, in a scratch copy of the project; the
    packages are installed anew in the recorded versions, or with ``here`` are those of the present environment.
    ``verdict`` is reproduced, differs, cannot (``reason`` and ``hint`` say why) or cancelled. Raises as
    :func:`millstream.service.show` does for a run that is not there.
    """
    from millstream.reproduction.rerun import Reproduction

    store = Store.open(find_root(Path(project)), create=False)
    return Reproduction(store, run, on_event or (lambda _: None), here=here)()


__all__ = ["reproduce"]
