"""Help and start-up: what a user sees first, and what it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from millstream.cli.app import COMMANDS, millstream

Call = Callable[..., subprocess.CompletedProcess[str]]


def commands() -> dict[str, click.Command]:
    """Every command and the subcommands of groups, by what a user types."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = millstream.get_command(click.Context(millstream), name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found.update({f"{name} {sub}": command.commands[sub] for sub in command.commands})
    return found


def imported(code: str) -> set[str]:
    """The modules that a fresh interpreter has after the code, beyond those it has without."""
    listing = "import sys, json; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    with_it, without = (
        subprocess.run([sys.executable, "-c", f"{first}\n{listing}"], capture_output=True, text=True, check=True).stderr
        for first in (code, "pass")
    )
    return set(json.loads(with_it)) - set(json.loads(without))


def outside_the_standard_library(modules: set[str]) -> set[str]:
    """The top-level packages among them that someone had to install."""
    return {module.partition(".")[0] for module in modules} - set(sys.stdlib_module_names) - {"__main__"}


def test_importing_millstream_imports_nothing_that_had_to_be_installed() -> None:
    """A notebook that says `import millstream` pays for nothing until it calls something."""
    assert outside_the_standard_library(imported("import millstream")) == {"millstream"}


def test_help_imports_click_and_nothing_else_that_had_to_be_installed() -> None:
    """`millstream --help` must not pay for rich, duckdb, nbformat, papermill or IPython."""
    modules = imported("from millstream.cli import main; main(['--help'])")
    assert outside_the_standard_library(modules) == {"millstream", "click"}
    assert {module for module in modules if module.startswith("millstream")} == {
        "millstream",
        "millstream.cli",
        "millstream.cli.app",
        "millstream.cli.failures",
        "millstream.cli.output",
        "millstream.errors",
    }


def test_help_of_a_command_imports_nothing_heavy_either() -> None:
    """The commands import what they need when they run, not when they explain themselves."""
    modules = imported("from millstream.cli import main; main(['run', '--help'])")
    assert outside_the_standard_library(modules) == {"millstream", "click"}


def test_root_help_lists_every_command_with_the_words_the_command_uses_itself() -> None:
    """The short texts stand twice so that help stays quick; they must not drift apart."""
    for name, (_, short) in COMMANDS.items():
        command = millstream.get_command(click.Context(millstream), name)
        assert command is not None
        assert command.help is not None
        assert command.help.split("\n\n")[0].replace("\n", " ").strip() == short


@pytest.mark.parametrize("name", [name for name, command in commands().items() if not isinstance(command, click.Group)])
def test_every_command_has_json_and_an_example_that_is_a_call_of_it(name: str) -> None:
    """Each command can be scripted, and shows how it is called, line by line as written."""
    command = commands()[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options
    help_text = command.get_help(click.Context(command, info_name=name))
    assert f"\n    millstream {name}" in help_text.partition("Examples:")[2]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("check", {"--suggest"}),
        ("run", {"-p", "-f", "--step", "--no-cache", "--jobs", "--keep", "--kernel", "--events"}),
        ("promote", {"--name", "--note"}),
        ("runs", {"--limit", "--cursor", "--sort", "--filter"}),
    ],
)
def test_options_are_those_that_were_promised(name: str, options: set[str]) -> None:
    """Scripts rely on these names."""
    found = {option for parameter in commands()[name].params for option in parameter.opts}
    assert options <= found


def test_events_is_not_in_the_help(call: Call) -> None:
    """The server's own channel is nobody else's business."""
    assert "--events" not in call("run", "--help").stdout


def test_help_names_the_exit_codes(call: Call) -> None:
    """A CI script must not have to guess them."""
    done = call("--help")
    assert done.returncode == 0
    assert "1 the run or the check failed" in done.stdout
    assert "130 interrupted" in done.stdout


def test_version(call: Call) -> None:
    """`--version` says name and number."""
    done = call("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("millstream ")


def test_a_mistyped_command_names_the_nearest(call: Call) -> None:
    """A wrong call ends with 2, without a traceback, and helps."""
    done = call("chek")
    assert done.returncode == 2
    assert "Did you mean 'check'" in done.stderr
    assert done.stdout == ""


def test_a_wrong_option_names_the_command_that_explains(call: Call) -> None:
    """The hint is a call that can be copied."""
    done = call("run", "x.ipynb", "--frobnicate")
    assert done.returncode == 2
    assert "--frobnicate" in done.stderr
    assert "millstream run --help" in done.stderr


def test_a_wrong_call_with_json_is_a_document_too(call: Call) -> None:
    """Programs read standard output, whatever happens."""
    done = call("run", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "MS001"


def test_a_bare_call_is_answered_with_the_help(call: Call) -> None:
    """Nothing was asked for, so what there is to ask for is shown."""
    done = call("store")
    assert "millstream store check" in done.stdout + done.stderr
    assert "error" not in done.stderr
