"""Every trap gives what its notebook gives when it is run straight, or is refused with the right code."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import ambient
import crossing
import definitions
import files
import mutation
import pytest
import sharing
import syntax
from trap import Trap

from inprocess import verify

KINDS = (mutation, sharing, ambient, definitions, files, crossing, syntax)
TRAPS = [pytest.param(trap, id=f"{kind.__name__}: {trap.name}") for kind in KINDS for trap in kind.TRAPS]
EVERY = 1 if os.environ.get("MILLSTREAM_TRAPS") == "kernels" else 16
"""One trap in so many is run in real kernels as well; all of them with ``MILLSTREAM_TRAPS=kernels``."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: a store syncs each file to disk."""
    path = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_equal_or_refused(trap: Trap, folder: Path) -> None:
    """The pipeline leaves the values of the straight run, or says with the right code why there is none."""
    check(trap, folder, kernels=False)


@pytest.mark.parametrize("trap", TRAPS[::EVERY])
def test_a_trap_is_the_same_in_real_kernels(trap: Trap, folder: Path) -> None:
    """Papermill, kernels and the fork server give what the forked processes of the other test give."""
    check(trap, folder, kernels=True)


def check(trap: Trap, folder: Path, *, kernels: bool) -> None:
    """Verify the trap's notebook."""
    result = verify(folder, trap.cells, kernels=kernels)
    found = result.code if result.verdict == "refused" else result.verdict
    assert found == trap.expected, result.explain()
