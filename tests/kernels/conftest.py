"""Kernels for the tests: fresh and forked ones side by side, and an environment that has no Millstream."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpec
from running import Kernel

from millstream.run import kernels

MakeKernel = Callable[..., Kernel]


@pytest.fixture(scope="session")
def runtime() -> Iterator[Path]:
    """A runtime folder for this session's servers alone; its path is short, as those of sockets must be."""
    folder = Path(tempfile.mkdtemp(prefix="ms-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MILLSTREAM_RUNTIME_DIR", str(folder))
        patch.delenv("MILLSTREAM_FRESH_KERNELS", raising=False)
        yield folder
        kernels.stop_servers(kill=True)
    shutil.rmtree(folder)


@pytest.fixture
def own_runtime(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder for the servers of one test."""
    folder = Path(tempfile.mkdtemp(prefix="ms-"))
    monkeypatch.setenv("MILLSTREAM_RUNTIME_DIR", str(folder))
    yield folder
    kernels.stop_servers(kill=True)
    shutil.rmtree(folder)


@pytest.fixture
def kernel(runtime: Path) -> Iterator[MakeKernel]:
    """Makes kernels, and shuts them down at the end of the test."""
    made: list[Kernel] = []

    def make(*args: Any, **kwargs: Any) -> Kernel:
        made.append(Kernel(*args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="session")
def site_packages() -> Path:
    """The packages of the environment that the tests run in."""
    return Path(sysconfig.get_path("purelib"))


@pytest.fixture(scope="module")
def other_environment(tmp_path_factory: pytest.TempPathFactory, site_packages: Path) -> KernelSpec:
    """An environment of its own that has the tests' packages save Millstream; packages may be added to it."""
    folder = tmp_path_factory.mktemp("env")
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    packages = folder / site_packages.relative_to(sys.prefix)
    packages.mkdir(parents=True)
    for entry in os.scandir(site_packages):
        if "millstream" not in entry.name.lower() and not entry.name.endswith(".pth"):
            (packages / entry.name).symlink_to(entry.path)
    argv = [str(folder / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return KernelSpec(argv=argv, display_name="Other", language="python", resource_dir=str(folder))
