"""``millstream explain``: what a code means and what to do about it."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli.options import examples, json_option
from millstream.cli.output import put, put_json


@click.command(epilog=examples("millstream explain MS101"))
@click.argument("code")
@json_option
def explain(*, code: str, as_json: bool) -> None:
    """Explain a code such as MS101.

    Codes MS0.. are errors of a call or a run, the others diagnostics about a notebook.
    """
    found = explanation(code)
    if as_json:
        put_json(found)
    else:
        put(found["text"].rstrip())


def explanation(code: str) -> dict[str, Any]:
    """The code's title and text. Raises NotFoundError with the nearest codes."""
    from millstream.diagnostics import page

    if found := _errors().get(code.strip().upper()):
        return found
    described = page(code)
    return {
        "code": described.code,
        "title": described.title,
        "severity": described.severity,
        "text": described.text,
    }


def _errors() -> dict[str, dict[str, Any]]:
    from inspect import getdoc

    from millstream import errors

    classes = [getattr(errors, name) for name in errors.__all__]
    return {kind.code: _error(kind.code, kind.__name__, getdoc(kind) or "", kind.exit_code) for kind in classes}


def _error(code: str, name: str, meaning: str, exit_code: int) -> dict[str, Any]:
    title = meaning.partition("\n")[0].rstrip(".")
    text = f"# {code}: {title}\n\n{meaning}\n\nExit code {exit_code}; in Python the exception `{name}`.\n"
    return {"code": code, "title": title, "exit_code": exit_code, "text": text}
