"""The ``millstream`` command: a face of :mod:`millstream.service`, nothing more.

What is imported here and in :mod:`millstream.cli.app` is paid by ``millstream --help``; each command imports what it
needs when it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 fine, 1 the run or the check failed, 2 the call was wrong, 3 a contract or a drift gate said no, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        from millstream.cli.app import millstream
        from millstream.cli.failures import guarded
        from millstream.cli.output import prepare_streams

        prepare_streams()
        return guarded(lambda: millstream.main(given, prog_name="millstream", standalone_mode=False), given)
    except KeyboardInterrupt:
        return 130
