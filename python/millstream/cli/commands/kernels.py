"""``millstream kernels``: what is kept ready between runs, and its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option
from millstream.cli.output import put, put_json


@click.group(invoke_without_command=True, epilog=examples("millstream kernels", "millstream kernels stop"))
@json_option
@click.pass_context
def kernels(ctx: click.Context, /, *, as_json: bool) -> None:
    """List the kernels that are kept ready, and their memory.

    A run leaves a server behind from which the next run has its kernels at once; it goes after some idle minutes.
    """
    if ctx.invoked_subcommand is not None:
        return
    from millstream import service

    _show(service.kernels(), as_json=as_json)


@kernels.command(epilog=examples("millstream kernels stop", "millstream kernels stop --kill"))
@click.option("--kill", is_flag=True, help="End the kernels that run, too.")
@json_option
def stop(*, kill: bool, as_json: bool) -> None:
    """Stop what is kept ready; kernels that run end their work first."""
    from millstream import service

    stopped = service.stop_kernels(kill=kill)
    if as_json:
        put_json({"stopped": stopped})
    else:
        put(f"stopped {words.count(len(stopped), 'kernel server')}")


def _show(servers: list[dict[str, Any]], *, as_json: bool) -> None:
    from millstream.cli.tables import put_table

    if as_json:
        put_json({"servers": servers})
    elif not servers:
        put("no kernels are kept ready; a run starts what it needs")
    else:
        headers = ["process", "python", "running", "memory", "idle", "libraries"]
        put_table(headers, [_row(server) for server in servers], right=headers[2:5], fold=["python", "libraries"])


def _row(server: dict[str, Any]) -> list[str]:
    loaded = dict.fromkeys(library for libraries in server["loaded"] for library in libraries)
    left = server["idle_limit"] - server["idle_seconds"]
    idle = (
        words.NOTHING if server["kernels"] else f"{words.seconds(server['idle_seconds'])} (goes in {words.clock(left)})"
    )
    return [
        str(server["pid"]),
        str(Path(server["python"])),
        str(server["kernels"]),
        words.size(server["pss"] or server["rss"]),
        idle,
        words.names(loaded),
    ]
