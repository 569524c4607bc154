"""``millstream data``: the files that runs read, and their versions."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import one_line, put, put_json


@click.command(epilog=examples("millstream data", "millstream data --json | jq '.datasets[].versions[0]'"))
@click.option("--all", "everything", is_flag=True, help="Also the notebooks, modules and settings that runs read.")
@json_option
def data(*, everything: bool, as_json: bool) -> None:
    """List the files that runs read, and their versions.

    A version is a content: a file that was moved or renamed is still the same one. `kept` says whether the store has
    the content, or its digest alone; millstream.toml sets up to which size files are kept.
    """
    from millstream import evidence

    found = evidence.data(project(), everything=everything)
    if as_json:
        put_json(found)
    else:
        put_data(found["datasets"])


def put_data(datasets: list[dict[str, Any]]) -> None:
    """Print a line a version, the newest of each dataset first."""
    from millstream.cli.tables import put_table

    if not datasets:
        put("no run has read a file yet")
        return
    headers = ["dataset", "version", "size", "rows", "columns", "kept", "runs", "first run", "last run"]
    rows = [
        _row(dataset["name"] if place == 0 else "", version)
        for dataset in datasets
        for place, version in enumerate(dataset["versions"])
    ]
    put_table(headers, rows, right=["size", "rows", "columns", "runs"], fold=["dataset"])
    moved = [(dataset["name"], path) for dataset in datasets for path in dataset["paths"][1:]]
    if moved:
        put()
    for name, path in moved:
        put(f"{one_line(name)} was {one_line(path)}")


def _row(name: str, version: dict[str, Any]) -> list[str]:
    rows, columns = version["rows"], version["columns"]
    return [
        one_line(name),
        version["digest"][:12],
        words.size(version["bytes"]),
        words.NOTHING if rows is None else str(rows),
        words.NOTHING if columns is None else str(len(columns)),
        "yes" if version["kept"] else "digest",
        str(version["runs"]),
        version["first_run"],
        version["last_run"],
    ]
