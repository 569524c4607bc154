"""The environment to run in: the present one and how it differs, or a fresh one with the recorded packages."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from millstream.reproduction.recorded import CannotError

KERNEL = "millstream-reproduce"
_HERE = "With --here it runs in the present environment instead, and says what differs there."
_OURS = ("python", "millstream", "cloudpickle")
"""Not installed: the interpreter, and what is carried into every kernel."""

_ASK = """
import importlib.metadata as m, json, platform
found = {(d.metadata["Name"] or ""): d.version for d in m.distributions()}
print(json.dumps({"python": platform.python_version(), "packages": found}))
"""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """A kernel to run in, what it has, and where it is not what the record says."""

    kind: str
    kernel: str
    python: str
    differences: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """What every face shows of it."""
        return {"kind": self.kind, "python": self.python, "differences": self.differences}


def requirements(packages: Mapping[str, str]) -> list[str]:
    """What to install: the recorded versions, and ipykernel where the record does not have it."""
    pinned = [f"{name}=={version}" for name, version in sorted(packages.items()) if name not in _OURS and version]
    return pinned if "ipykernel" in packages else [*pinned, "ipykernel"]


def present(kernel: str, packages: Mapping[str, str]) -> Surroundings:
    """The environment of an installed kernel, and the recorded packages that it has in other versions or not at all."""
    found = _ask(_python_of(kernel))
    return Surroundings(
        kind="here", kernel=kernel, python=found["python"],
        differences=differences(packages, {**found["packages"], "python": found["python"]}),
    )  # fmt: skip


def differences(recorded: Mapping[str, str], now: Mapping[str, str]) -> list[dict[str, Any]]:
    """The recorded packages that are another version now, or None, which is not there."""
    known = {_normal(name): version for name, version in now.items()}
    return [
        {"name": name, "recorded": version, "present": known.get(_normal(name))}
        for name, version in sorted(recorded.items())
        if known.get(_normal(name)) != version and name != "millstream"
    ]


@contextlib.contextmanager
def fresh(folder: Path, packages: Mapping[str, str], say: Callable[[str], None]) -> Iterator[Surroundings]:
    """A new environment in ``folder`` with the recorded packages, as a kernel while the block lasts.

    Raises CannotError where there is no uv, no such Python or no such package.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise CannotError(
            "uv is not installed, and the recorded environment is made with it.",
            f"Install it: https://docs.astral.sh/uv/. {_HERE}",
        )
    folder.mkdir(parents=True, exist_ok=True)
    version = packages.get("python", f"{sys.version_info.major}.{sys.version_info.minor}")
    wanted = requirements(packages)
    say(f"Making an environment with Python {version} and {len(wanted)} packages as they were recorded.")
    home = folder / "env"
    _uv([uv, "venv", "--quiet", "--python", version, str(home)], folder, f"Python {version} is not to be had")
    python = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    _uv([uv, "pip", "install", "--quiet", "--python", python, *wanted], folder,
        "The recorded packages are not to be had")  # fmt: skip
    found = _ask(python)
    with _installed(folder, python):
        yield Surroundings(
            kind="uv", kernel=KERNEL, python=found["python"],
            differences=differences(
                {n: v for n, v in packages.items() if n not in _OURS[1:]},
                {**found["packages"], "python": found["python"]},
            ),
        )  # fmt: skip


def _uv(command: list[str], folder: Path, what: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [re.sub(r"^\W+", "", line) for line in done.stderr.splitlines()]
        said = " ".join(line for line in lines if line).removeprefix("error: ")[:400]
        raise CannotError(f"{what}: {said or f'uv ended with {done.returncode}'}", _HERE)


@contextlib.contextmanager
def _installed(folder: Path, python: str) -> Iterator[None]:
    """A kernelspec that Jupyter finds while the block lasts."""
    spec = folder / "jupyter" / "kernels" / KERNEL
    spec.mkdir(parents=True, exist_ok=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = json.dumps({"argv": argv, "display_name": KERNEL, "language": "python"})
    (spec / "kernel.json").write_text(text, encoding="utf-8")
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(folder / "jupyter"), *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("JUPYTER_PATH", None)
        else:
            os.environ["JUPYTER_PATH"] = before


def _python_of(kernel: str) -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    command = str(KernelSpecManager().get_kernel_spec(kernel).argv[0])
    named = re.fullmatch(r"python(3(\.\d+)?)?", command)  # Jupyter takes its own for these
    return sys.executable if named else command


def _ask(python: str) -> dict[str, Any]:
    """The version of an interpreter, and of each distribution it has."""
    try:
        done = subprocess.run([python, "-c", _ASK], capture_output=True, text=True, check=True, timeout=120)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise CannotError(f"{python} cannot be asked what it has: {error}", "Install the kernel anew.") from error
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


__all__ = ["KERNEL", "Surroundings", "differences", "fresh", "present", "requirements"]
