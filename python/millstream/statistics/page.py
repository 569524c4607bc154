"""Statistics as one HTML file: nothing to load, nothing that runs, light or dark as the reader has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Document = Mapping[str, Any]

_STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #57606a; --bar: #2f6fb0; --paper: #fff; --ink: #1f2328; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d444d; --soft: #9198a1; --bar: #6cb0f5; --paper: #14171b; --ink: #e6edf3; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem;
  background: var(--paper); color: var(--ink); }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
header { margin-bottom: 1.5rem; }
section { border-top: 1px solid var(--line); display: grid; gap: .5rem 2rem; padding: 1rem 0;
  grid-template-columns: minmax(12rem, 1fr) minmax(14rem, 1.3fr) minmax(14rem, 1.3fr); }
@media (max-width: 48rem) { section { grid-template-columns: 1fr; } }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
td, th { padding: .05rem .75rem .05rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: normal; white-space: nowrap; }
td.number { text-align: right; }
svg { display: block; width: 100%; max-width: 22rem; height: 5rem; }
svg rect { fill: var(--bar); }
.mark { border: 1px solid var(--line); border-radius: 1rem; font-size: .8rem; margin-right: .25rem; padding: 0 .5rem; }
"""
_FACTS = ("missing", "nan", "infinite", "distinct", "true", "min", "max", "mean", "std", "skew", "zeros", "stored",
          "density", "size", "length", "value", "dtype", "shape", "memory")  # fmt: skip


def page(document: Document) -> str:
    """The page; every name and value in it is escaped."""
    title = f"{document.get('name', 'data')}: statistics"
    columns = document["columns"] if document["kind"] == "table" else [document, *document.get("columns", [])]
    body = "\n".join(_section(each) for each in columns)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{_text(document.get('name', 'data'))}</h1>\n{_about(document)}\n</header>\n"
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _about(document: Document) -> str:
    facts = [str(document["type"])]
    if "rows" in document:
        facts += [f"{document['rows']:,} rows", f"{len(document['columns']):,} columns"]
    if document.get("bytes") is not None:
        facts.append(f"{document['bytes']:,} bytes")
    if document.get("run"):
        facts.append(f"run {document['run']}")
    if document.get("digest"):
        facts.append(f"SHA-256 {document['digest'][:12]}")
    lines = [f'<p class="soft">{_text(" · ".join(facts))}</p>']
    for what, key in (("Key candidates", "key_candidates"), ("Constant columns", "constant_columns")):
        if document.get(key):
            lines.append(f"<p>{what}: {_text(', '.join(document[key]))}</p>")
    if document.get("duplicate_columns"):
        pairs = ", ".join(f"{other} = {one}" for one, other in document["duplicate_columns"])
        lines.append(f"<p>Duplicate columns: {_text(pairs)}</p>")
    return "\n".join(lines)


def _section(each: Document) -> str:
    marks = [word for key, word in (("key", "key candidate"), ("constant", "constant")) if each.get(key)]
    if each.get("same_as") is not None:
        marks.append(f"same as {each['same_as']}")
    shown = "".join(f'<span class="mark">{_text(mark)}</span>' for mark in marks)
    head = f'<div><h2>{_text(each.get("name", ""))}</h2><p class="soft">{_text(each.get("type", ""))}</p>{shown}</div>'
    return f"<section>\n{head}\n{_facts(each)}\n<div>{_picture(each)}{_top(each)}{_steps(each)}</div>\n</section>"


def _facts(each: Document) -> str:
    rows = [(name, _number(each[name])) for name in _FACTS if each.get(name) is not None]
    if each.get("distinct_exact") is False:
        rows = [(name, f"about {value}" if name == "distinct" else value) for name, value in rows]
    if lengths := each.get("lengths"):
        rows.append(("length", f"{lengths['min']} to {lengths['max']}, mean {_number(lengths['mean'])}"))
        rows.append(("empty", _number(lengths["empty"])))
    about = "" if each.get("quantiles_exact", True) else "about "
    rows += [(f"{float(p) * 100:g} %", f"{about}{_number(v)}") for p, v in (each.get("quantiles") or {}).items()]
    return _table(rows)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = (
        f'<tr><th scope="row">{_text(name)}</th><td class="number">{_text(value)}</td></tr>' for name, value in rows
    )
    return f"<table>{''.join(lines)}</table>"


def _picture(each: Document) -> str:
    histogram = each.get("histogram")
    if not histogram or not any(histogram["counts"]):
        return ""
    counts: Sequence[int] = histogram["counts"]
    edges = histogram["edges"]
    width, most = 100 / len(counts), max(counts)
    bars = "".join(
        f'<rect x="{place * width:.3f}" y="{100 - 100 * count / most:.3f}" width="{width * 0.92:.3f}" '
        f'height="{100 * count / most:.3f}"><title>{_text(f"{_number(low)} to {_number(high)}: {count:,}")}</title></rect>'
        for place, (count, low, high) in enumerate(zip(counts, edges, edges[1:], strict=False))
    )
    label = f"Histogram from {_number(edges[0])} to {_number(edges[-1])}"
    ends = f'<p class="soft">{_text(f"{_number(edges[0])} … {_number(edges[-1])}")}</p>'
    return f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{_text(label)}">{bars}</svg>{ends}'


def _top(each: Document) -> str:
    top = each.get("top") or []
    if not top or top[0]["count"] == 1:
        return ""
    return _table((str(pair["value"]) or "(empty)", f"{pair['count']:,}") for pair in top)


def _steps(each: Document) -> str:
    steps = each.get("steps")
    if not steps:
        return ""
    gaps = [(f"{gap['after']} … {gap['before']}", gap["length"]) for gap in steps["largest"]]
    said = f"every {steps['step']}, gaps: {steps['gaps']:,}"
    return f'<p class="soft">{_text(said)}</p>{_table(gaps)}'


def _number(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, float):
        return f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _text(value: Any) -> str:
    return escape(str(value), quote=True)


__all__ = ["page"]
