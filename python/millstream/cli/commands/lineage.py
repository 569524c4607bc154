"""``millstream lineage``: where something comes from, and what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from millstream.cli import words
from millstream.cli.options import examples, json_option, project
from millstream.cli.output import clean, is_terminal, one_line, put, put_json, say
from millstream.errors import UsageError

if TYPE_CHECKING:
    from rich.tree import Tree

Node = dict[str, Any]
_COLOURS = {"file": "cyan", "step": "bold", "artifact": "green", "metric": "magenta", "run": "bold"}
_WORDS = {"artifact": "value"}
_DEEPEST = 40  # a pipeline that goes on from what its last run left has no end


@click.command(
    epilog=examples(
        "millstream lineage accuracy --up",
        "millstream lineage data/flights.csv --down",
        "millstream lineage model@20261124-1815",
        "millstream lineage last --mermaid > lineage.mmd",
    )
)
@click.argument("of", metavar="X")
@click.option("--up", is_flag=True, help="Only what X came from.")
@click.option("--down", is_flag=True, help="Only what came of X.")
@click.option("--mermaid", "as_mermaid", is_flag=True, help="Print a Mermaid flow chart, for documents.")
@json_option
def lineage(*, of: str, up: bool, down: bool, as_mermaid: bool, as_json: bool) -> None:
    """Show where something comes from, and what came of it.

    X is the path of a data file, a value or a metric (the newest; NAME@RUN for another), a step, or a run (the
    beginning of its id, or `last`). Where several have a name, file:X, artifact:X, metric:X, step:X and run:X say
    which is meant. Files and values are known by their content, so the graph goes on over runs and pipelines.
    """
    from millstream import lineage as service

    if as_mermaid and as_json:
        raise UsageError("--json and --mermaid are two forms of the same.", hint="Give one of them.")
    direction: Literal["up", "down", "both"] = "both" if up == down else "up" if up else "down"
    found = service.lineage(project(), of, direction=direction, folder=Path.cwd())
    if as_json:
        put_json(found)
    elif as_mermaid:
        put(service.mermaid(found).rstrip("\n"))
        for note in found["notes"]:
            say(f"note: {clean(note)}")
    else:
        put_lineage(found)


def put_lineage(found: dict[str, Any]) -> None:
    """Print the graph as trees: what the thing came from, and what came of it."""
    nodes = {node["id"]: node for node in found["nodes"]}
    focus = nodes[found["focus"]]
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for edge in found["edges"]:
        above.setdefault(edge["target"], []).append(edge["source"])
        below.setdefault(edge["source"], []).append(edge["target"])
    if focus["kind"] == "run":
        _put_trees([_run_tree(focus, nodes, above, below, found["direction"])])
    else:
        wanted = [(title, edges) for name, title, edges in (("up", "came from", above), ("down", "came of it", below))
                  if found["direction"] in (name, "both")]  # fmt: skip
        _put_trees([_tree(focus, nodes, edges, title) for title, edges in wanted])
    for note in found["notes"]:
        put(f"note: {clean(note)}")


def _tree(focus: Node, nodes: dict[str, Node], edges: dict[str, list[str]], title: str) -> Tree:
    from rich.tree import Tree

    tree = Tree(_label(focus, title if edges.get(focus["id"]) else f"{title}: nothing that is recorded"))
    shown = {focus["id"]}
    _grow(tree, focus["id"], nodes, edges, shown)
    return tree


def _grow(
    tree: Tree, place: str, nodes: dict[str, Node], edges: dict[str, list[str]], shown: set[str], depth: int = 0
) -> None:
    """Add the branches of a node, deep first; what was shown already is named and not shown again."""
    for note in nodes[place]["notes"]:
        tree.add(_note(note))
    for other in edges.get(place, ()):
        more = bool(edges.get(other))
        told = "see above" if other in shown and more else "goes on: see --json" if more and depth == _DEEPEST else ""
        branch = tree.add(_label(nodes[other], told))
        if other not in shown and depth < _DEEPEST:
            shown.add(other)
            _grow(branch, other, nodes, edges, shown, depth + 1)


def _run_tree(
    focus: Node, nodes: dict[str, Node], above: dict[str, list[str]], below: dict[str, list[str]], direction: str
) -> Tree:
    """A run as its steps, each with what it took and what it gave."""
    from rich.tree import Tree

    tree = Tree(_label(focus, ""))
    for step in [node for node in nodes.values() if node["kind"] == "step" and node["run"] == focus["run"]]:
        branch = tree.add(_label(step, "", inside=True))
        for note in step["notes"]:
            branch.add(_note(note))
        for mark, edges, name in (("← ", above, "up"), ("→ ", below, "down")):
            for other in edges.get(step["id"], ()) if direction in (name, "both") else ():
                makers = [nodes[each] for each in edges.get(other, ()) if nodes[each]["run"] != focus["run"]]
                where = [f"step {one_line(m['name'])} of {one_line(m['pipeline'])}, run {m['run']}" for m in makers[:3]]
                where += [f"{len(makers) - 3} more"] if len(makers) > 3 else []
                told = f"{'written' if name == 'up' else 'read'} by {'; '.join(where)}" if where else ""
                branch.add(_label(nodes[other], told, mark=mark))
    return tree


def _note(text: str) -> Any:
    from rich.text import Text

    return Text(f"? {one_line(text, 200)}", style="yellow")


def _label(node: Node, more: str, *, mark: str = "", inside: bool = False) -> Any:
    from rich.text import Text

    kind = node["kind"]
    text = Text(f"{mark}{_WORDS.get(kind, kind)} ", style="dim")
    text.append(one_line(node["name"], 80), style=_COLOURS[kind])
    facts = _facts(node, inside=inside)
    text.append(f"{' = ' if kind == 'metric' else '  ' if facts else ''}{', '.join(facts)}", style="not bold not dim")
    if more:
        text.append(f"  ({more})", style="italic")
    return text


def _facts(node: Node, *, inside: bool) -> list[str]:
    match node["kind"]:
        case "metric":
            return [words.value(node["value"])]
        case "step":
            where = [] if inside else [f"of {one_line(node['pipeline'] or words.NOTHING)}, run {node['run']}"]
            runs = [f"and {words.count(node['runs'] - 1, 'other run')}"] if (node["runs"] or 1) > 1 else []
            return [*where, *runs, one_line(node["status"] or "not run")]
        case "run":
            return [f"of {one_line(node['pipeline'] or words.NOTHING)}", one_line(node["status"])]
    kind = [one_line(node["type"], 40)] if node["type"] else []
    return [*kind, *([words.size(node["bytes"])] if node["bytes"] is not None else []), node["digest"][:12]]


def _put_trees(trees: Sequence[Tree]) -> None:
    """Trees on standard output: in colour on a terminal, else plain and at full width."""
    import io

    from rich.console import Console

    if is_terminal(sys.stdout):
        console = Console(file=sys.stdout, no_color=bool(os.environ.get("NO_COLOR")), highlight=False)
        for tree in trees:
            console.print(tree)
        return
    for tree in trees:
        plain = io.StringIO()
        Console(file=plain, width=1000, color_system=None, highlight=False, force_terminal=False).print(tree)
        for line in plain.getvalue().splitlines():
            put(line.rstrip())
