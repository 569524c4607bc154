"""``millstream explain``: what a code means and what to do about it."""

from __future__ import annotations

from typing import Any

import click

from millstream.cli.options import examples, json_option
from millstream.cli.output import put, put_json
from millstream.errors import NotFoundError


@click.command(epilog=examples("millstream explain MS101"))
@click.argument("code")
@json_option
def explain(code: str, as_json: bool) -> None:
    """Explain a code such as MS101.

    Codes MS0.. are errors of a call or a run, the others diagnostics about a notebook.
    """
    found = explanation(code)
    if as_json:
        put_json(found)
    else:
        put(f"{found['code']}: {found['title']}")
        put()
        put(found["text"])


def explanation(code: str) -> dict[str, Any]:
    """The code's title and text. Raises NotFoundError with the codes there are."""
    known = _errors()
    if (found := known.get(code.strip().upper())) is None:
        raise NotFoundError(f"There is no code {code!r}.", hint=f"The codes are {', '.join(sorted(known))}.")
    return found


def _errors() -> dict[str, dict[str, Any]]:
    from inspect import getdoc

    from millstream import errors

    classes = [getattr(errors, name) for name in errors.__all__]
    return {
        kind.code: {"code": kind.code, "title": kind.__name__, "text": getdoc(kind), "exit_code": kind.exit_code}
        for kind in classes
    }
