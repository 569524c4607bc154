"""Which libraries are loaded early, which kernels may be forked, and from which server: decided without starting any."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec

from millstream.run import kernels
from millstream.run.kernels import identity, libraries

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


def test_safe_libraries_are_chosen_in_the_notebooks_order() -> None:
    """Modules of the standard library have no part in it."""
    choice = libraries.choose(["os", "pandas", "numpy", "sklearn.ensemble", "pandas"])
    assert choice.early == ("pandas", "numpy", "sklearn.ensemble")
    assert choice.left_out == {}


def test_a_library_left_out_has_its_reason() -> None:
    """The others are loaded all the same."""
    choice = libraries.choose(["polars", "pandas"])
    assert choice.early == ("pandas",)
    assert "threads" in choice.left_out["polars"]


@pytest.mark.parametrize("first", ["torch", "my_own_helpers"])
def test_nothing_is_loaded_ahead_of_a_library_that_may_change_it(first: str) -> None:
    """One that brings native libraries of its own, or that nobody knows."""
    choice = libraries.choose(["numpy", first, "pandas"])
    assert choice.early == ("numpy",)
    assert choice.left_out["pandas"] == f"is imported after {first}"


def test_every_rule_has_a_reason_and_one_place() -> None:
    """No library is in two lists, and none is left out without a word."""
    rules = libraries._rules()
    names = [name for rule in rules.values() for name in rule]
    assert len(names) == len(set(names))
    assert all(len(reason) > 5 for rule in rules.values() for reason in rule.values())


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["Rscript", "-e", "IRkernel::main()"], "not by python"),
        ([sys.executable, "-c", "pass"], "not by python"),
        ([sys.executable, "-m", "bash_kernel", "-f", "x"], "not ipykernel"),
        (["/no/such/python", "-m", "ipykernel_launcher", "-f", "x"], "no interpreter"),
        (["bin/python", "-m", "ipykernel_launcher", "-f", "x"], "no interpreter"),
    ],
)
def test_only_ipykernel_is_forked(argv: list[str], reason: str) -> None:
    """Other kernels are started as their specification says."""
    answer = kernels.usable(KernelSpec(argv=argv, display_name="Other", language="other"))
    assert not answer
    assert reason in str(answer.reason)


def test_options_of_the_interpreter_are_kept() -> None:
    """They go to the server's interpreter too."""
    command = identity.parse_command([COMMAND[0], "-X", "frozen_modules=off", "-Wignore", *COMMAND[1:]], {})
    assert isinstance(command, identity.Command)
    assert command.options == ("-X", "frozen_modules=off", "-Wignore")


def test_a_kernel_with_a_provisioner_of_its_own_keeps_it() -> None:
    """A remote kernel is not ours to fork."""
    spec = KernelSpec(argv=COMMAND, metadata={"kernel_provisioner": {"provisioner_name": "remote"}})
    assert "remote" in str(kernels.usable(spec).reason)
    assert kernels.with_provisioner(spec) is spec


def test_a_specification_is_not_changed() -> None:
    """The provisioner is in a copy."""
    spec = KernelSpec(argv=COMMAND, metadata={"debugger": True})
    changed = kernels.with_provisioner(spec, ["pandas"])
    assert spec.metadata == {"debugger": True}
    assert changed.metadata["debugger"]
    assert changed.metadata["kernel_provisioner"]["config"] == {"preload": ["pandas"]}


@pytest.mark.parametrize("path", ["lib", "", "/abs:lib", ":/abs"])
def test_a_relative_path_for_modules_needs_a_fresh_kernel(path: str) -> None:
    """It means another folder for every notebook."""
    answer = kernels.usable(KernelSpec(argv=COMMAND), environment={**os.environ, "PYTHONPATH": path})
    assert bool(answer) == (path == "")  # set to nothing is not set
    assert path == "" or "relative" in str(answer.reason)


@pytest.mark.parametrize(
    ("name", "same"),
    [("OMP_NUM_THREADS", False), ("LC_ALL", False), ("PYTHONPATH", False), ("TERM", True), ("DB_URL", True)],
)
def test_variables_read_at_start_make_another_server(name: str, same: bool) -> None:  # noqa: FBT001
    """Others are each kernel's own."""
    command = identity.parse_command(COMMAND, os.environ)
    assert isinstance(command, identity.Command)
    keys = {identity.server_key(command, {**os.environ, name: value}) for value in ("/1", "/2")}
    assert (len(keys) == 1) == same


def test_the_fork_server_needs_nothing_but_the_standard_library_and_ipykernel() -> None:
    """It runs in the environments of the notebooks."""
    code = (identity.FORK_SERVER / "server.py").parent.glob("*.py")
    imports = {
        line.split()[1].split(".")[0]
        for file in code
        for line in map(str.strip, Path(file).read_text().splitlines())
        if line.startswith(("import ", "from ")) and not line.startswith("from .")
    }
    assert imports - set(sys.stdlib_module_names) <= {"IPython", "ipykernel"}
