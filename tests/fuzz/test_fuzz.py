"""Random notebooks with random borders: the pipeline leaves what the straight run leaves, however it is cut."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from maker import Maker
from notebooks import program

from inprocess import verify

NIGHTLY = bool(os.environ.get("MILLSTREAM_NIGHTLY"))
SIZE = int(os.environ.get("MILLSTREAM_FUZZ", "5000" if NIGHTLY else "200"))
FIRST = int(os.environ.get("MILLSTREAM_FUZZ_FIRST", "0"))
BATCH = 10
MEMORY = "/dev/shm"  # noqa: S108


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: a store syncs each file to disk."""
    path = Path(tempfile.mkdtemp(dir=MEMORY if Path(MEMORY).is_dir() else None))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize("first", range(FIRST, FIRST + SIZE, BATCH))
def test_random_notebooks(first: int, folder: Path) -> None:
    """Ten notebooks, one of them (at night: all) also as users run it, needed values only and from the cache."""
    for seed in range(first, first + BATCH):
        home = folder / str(seed)
        home.mkdir()
        cells = Maker(seed).notebook()
        result = verify(home, cells, thorough=NIGHTLY or seed == first)
        assert result.verdict == "equal", f"seed {seed}\n{result.explain()}\n{_listing(cells)}"
        shutil.rmtree(home)


@pytest.mark.parametrize("first", range(FIRST, FIRST + 5 * SIZE, 500))
def test_random_notebooks_compile(first: int) -> None:
    """Thousands, without running them: each cell in one place, edges forward, the digest that of the code alone."""
    for seed in range(first, first + 500):
        cells = Maker(seed).notebook()
        made = program(*((list(tags), source) for source, *tags in cells))
        assert made.ok, f"seed {seed}: {made.diagnostics}\n{_listing(cells)}"
        placed = sorted(cell for block in made.layout.steps for cell in block.cells)
        apart = [i for i, role in made.layout.roles.items() if role in {"skip", "imports"}]
        assert sorted(placed + apart) == list(range(len(cells))), f"seed {seed}\n{_listing(cells)}"
        order = [step.name for step in made.steps]
        assert all(order.index(edge.source) < order.index(edge.target) for edge in made.edges), f"seed {seed}"
        again = program(*((list(tags), f"# a comment\n{source}\n") for source, *tags in cells))
        assert again.digest == made.digest, f"seed {seed}\n{_listing(cells)}"


def test_a_seed_makes_one_notebook() -> None:
    """What a nightly run finds can be made again."""
    assert Maker(3).notebook() == Maker(3).notebook() != Maker(4).notebook()


def _listing(cells: list[tuple[str, ...]]) -> str:
    return "\n".join(f"#: {', '.join(tags)}\n{source}" for source, *tags in cells)
