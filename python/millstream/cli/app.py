"""The root of the command line: names its commands and loads one only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

# name: (module, what it does). The short help stands here so that ``millstream --help`` imports no command; a test
# holds it equal to the commands' own.
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("check", "Say how a notebook becomes a pipeline, and what is in the way."),
    "run": ("run", "Run a notebook or a promoted pipeline, step by step."),
    "verify": ("verify", "Prove that the pipeline gives what the notebook gives."),
    "promote": ("promote", "Write a notebook's pipeline to pipelines/NAME and register its version."),
    "runs": ("runs", "List the runs, newest first."),
    "show": ("show", "Show one run: steps, metrics, artifacts, environment."),
    "compare": ("compare", "Show what differs between runs."),
    "stats": ("stats", "Show the statistics of a value or a data file."),
    "data": ("data", "List the files that runs read, and their versions."),
    "lineage": ("lineage", "Show where something comes from, and what came of it."),
    "reproduce": ("reproduce", "Run a recorded run again, and compare it with its record."),
    "explain": ("explain", "Explain a code such as MS101."),
    "kernels": ("kernels", "List the kernels that are kept ready, and their memory."),
    "store": ("store", "Check, rebuild or query the store."),
}
_EPILOG = """\b
Examples:
  millstream check flights.ipynb
  millstream run flights.ipynb -p month 2
  millstream compare last 20261124-1815

\b
Exit codes: 0 fine, 1 the run or the check failed, 2 the call was wrong,
3 a contract or a drift gate said no, 130 interrupted.
"""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command's module and take the command of the same name from it."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"millstream.cli.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; for a mistyped one, the nearest there is."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, n=1)
        question = f" Did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(f"No such command {name!r}.{question}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="millstream", message="millstream %(version)s")
def millstream() -> None:
    """Turn a tagged notebook into a versioned pipeline, run it, and see what changed between two runs."""
