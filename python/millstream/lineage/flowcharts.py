"""The graph in Mermaid's language. Names come from notebooks: every character that could mean something is encoded."""

from __future__ import annotations

from typing import Any

_SHAPES = {
    "file": ('[("', '")]'),
    "step": ('["', '"]'),
    "artifact": ('(["', '"])'),
    "metric": ('{{"', '"}}'),
}
_PLAIN = frozenset(" _-./,=+")
_LONGEST = 60


def flowchart(document: dict[str, Any]) -> str:
    """The document of a lineage as a flow chart from left to right; the node asked about has a thick border."""
    nodes = [node for node in document["nodes"] if node["kind"] != "run"]
    numbers = {node["id"]: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    for node in nodes:
        before, after = _SHAPES[node["kind"]]
        lines.append(f"  {numbers[node['id']]}{before}{'<br/>'.join(map(escaped, _words(node)))}{after}")
    lines += [f"  {numbers[edge['source']]} --> {numbers[edge['target']]}" for edge in document["edges"]]
    if document["focus"] in numbers:
        lines.append(f"  style {numbers[document['focus']]} stroke-width:3px")
    return "\n".join(lines) + "\n"


def _words(node: dict[str, Any]) -> list[str]:
    match node["kind"]:
        case "step":
            return [f"step {node['name']}", f"{node['pipeline'] or ''} {node['run']}".strip()]
        case "metric":
            value = node["value"]
            return [f"{node['name']} = {value:.6g}" if isinstance(value, float) else f"{node['name']} = {value}"]
    return [node["name"], node["digest"][:12]]


def escaped(text: str) -> str:
    """Text of a label: letters and digits as they are, everything else as Mermaid's ``#code;``."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in short if c.isprintable() or c in "\t\n")


__all__ = ["escaped", "flowchart"]
