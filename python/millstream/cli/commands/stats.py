"""``millstream stats``: what is in a value or a data file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import clean, one_line, put, put_json, say
from millstream.errors import MillstreamError, NotFoundError

_BARS = "▁▂▃▄▅▆▇█"
_FACTS = ("shape", "dtype", "length", "size", "stored", "density", "missing", "infinite", "zeros", "true", "numbers",
          "distinct", "min", "max", "mean", "std", "value")  # fmt: skip


@click.command(
    epilog=examples(
        "millstream stats flights",
        "millstream stats flights@20261124-1815",
        "millstream stats data/flights.csv --html flights.html",
        "millstream stats flights --json | jq '.columns[] | {name, missing}'",
    )
)
@click.argument("name", metavar="NAME[@RUN|@DIGEST]")
@click.option("--html", "page", metavar="FILE", help="Write the statistics to FILE, as one HTML page.")
@json_option
def stats(*, name: str, page: str | None, as_json: bool) -> None:
    """Show the statistics of a value or a data file.

    NAME is a value that a step left, or the path of a data file. Of a value, the newest is meant, and of a file what
    it holds now; @ and a run, or the beginning of a digest, names another version. Every row counts, none is sampled.
    """
    from millstream import evidence

    found = _find(name)
    if page is not None:
        _write(Path(page), evidence.stats_page(found))
        say(f"wrote {clean(page)}")
    if as_json:
        put_json(found)
    elif page is None:
        put_stats(found)


def _find(name: str) -> dict[str, Any]:
    """The statistics of a name, which may itself contain an @."""
    from millstream import evidence

    before, _, after = name.rpartition("@")
    if not before:
        return evidence.stats(project(), name, folder=Path.cwd())
    try:
        return evidence.stats(project(), before, at=after, folder=Path.cwd())
    except NotFoundError:
        if not Path(name).is_file():
            raise
    return evidence.stats(project(), name, folder=Path.cwd())


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise MillstreamError(f"{path} cannot be written: {error.strerror}.", hint="Name a file elsewhere.") from error


def put_stats(found: dict[str, Any]) -> None:
    """Print the statistics: a line a column, with its histogram or its most frequent values."""
    put(_about(found))
    put()
    if found["kind"] == "table":
        _put_columns(found["columns"])
        _put_findings(found)
    else:
        _put_facts(found)


def _about(found: dict[str, Any]) -> str:
    facts = [one_line(found["type"])]
    if "rows" in found:
        facts += [words.count(found["rows"], "row"), words.count(len(found["columns"]), "column")]
    facts.append(words.size(found["bytes"]))
    if found["run"]:
        facts.append(
            f"{'run' if found['source'] == 'artifact' else 'read by'} {found['run']}, step {one_line(found['step'])}"
        )
    return f"{one_line(found['name'])}: {', '.join(facts)}, digest {found['digest'][:12]}"


def _put_columns(columns: Sequence[dict[str, Any]]) -> None:
    from millstream.cli.tables import put_table

    headers = ["column", "type", "missing", "distinct", "min", "mean", "max", "distribution"]
    put_table(headers, [_row(each) for each in columns], right=headers[2:7], fold=["column"], cut=["distribution"])


def _row(each: dict[str, Any]) -> list[str]:
    distinct = each["distinct"]
    return [
        one_line(each["name"], 40),
        one_line(each["type"], 24),
        _number(each["missing"]),
        words.NOTHING if distinct is None else f"{'' if each['distinct_exact'] else '≈'}{distinct}",
        *(_number(each.get(name)) for name in ("min", "mean", "max")),
        _distribution(each),
    ]


def _distribution(each: dict[str, Any]) -> str:
    if histogram := each.get("histogram"):
        return bars(histogram["counts"])
    top = each.get("top") or []
    if top and top[0]["count"] > 1:
        return ", ".join(f"{one_line(pair['value'], 20) or '(empty)'} {pair['count']}" for pair in top[:3])
    if lengths := each.get("lengths"):
        return f"{lengths['min']} to {lengths['max']} long"
    return ""


def bars(counts: Sequence[int]) -> str:
    """A histogram on one line: a bar for each bin, none where it is empty."""
    most = max(counts, default=0)
    return "".join(_BARS[-(-count * len(_BARS) // most) - 1] if count else " " for count in counts)


def _put_findings(found: dict[str, Any]) -> None:
    lines = []
    if found["key_candidates"]:
        lines.append(f"key candidates: {words.names(found['key_candidates'])}")
    if found["constant_columns"]:
        lines.append(f"constant: {words.names(found['constant_columns'])}")
    lines += [f"{one_line(other)} is the same as {one_line(one)}" for one, other in found["duplicate_columns"]]
    for each in found["columns"]:
        if (steps := each.get("steps")) and steps["gaps"]:
            longest = steps["largest"][0]
            lines.append(
                f"{one_line(each['name'])}: every {steps['step']}, {words.count(steps['gaps'], 'gap')}, the longest "
                f"{longest['length']} from {longest['after']} to {longest['before']}"
            )
    infinite = [f"{one_line(each['name'])} {each['infinite']}" for each in found["columns"] if each.get("infinite")]
    if infinite:
        lines.append(f"infinite, and left out of min, mean and max: {', '.join(infinite)}")
    if any(not each["distinct_exact"] for each in found["columns"] if each["distinct"] is not None):
        lines.append("≈ an estimate")
    if lines:
        put()
    for line in lines:
        put(line)


def _put_facts(found: dict[str, Any]) -> None:
    for name in _FACTS:
        if found.get(name) is not None:
            put(f"{name:<11} {_number(found[name])}")
    if histogram := found.get("histogram"):
        put(f"{'histogram':<11} {bars(histogram['counts'])}")
    for entry in found.get("entries", ()):
        shown = entry["type"] if entry["value"] is None else _number(entry["value"])
        put(f"  {one_line(entry['key'], 40)}: {shown}")


def _number(value: Any) -> str:
    if isinstance(value, list):
        return " x ".join(map(str, value))
    return words.NOTHING if value is None else words.value(value, 40)
