"""What can go wrong, as a message and an exit code: a person sees what to do, a program one JSON document."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from millstream.cli.output import flush, put_json, say, styled
from millstream.errors import CancelledError, MillstreamError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

# A group called without a command: its message is its help. Click before 8.2 prints the help itself.
_CALLED_BARE: tuple[type[click.ClickException], ...] = tuple(
    filter(None, [getattr(click.exceptions, "NoArgsIsHelpError", None)])
)
_OS_HINTS = {
    errno.ENOSPC: "Free some space on that disk and run again: finished steps are kept.",
    errno.EROFS: "That file system is read-only. MILLSTREAM_HOME can name a folder for the store elsewhere.",
    errno.EACCES: "Give yourself the right to that file, or name a folder for the store with MILLSTREAM_HOME.",
}


def guarded(command: Callable[[], object], arguments: Sequence[str]) -> int:
    """Call the command and turn whatever it raises into a message and an exit code."""
    as_json = "--json" in arguments
    try:
        code = command()
        flush()
    except click.ClickException as problem:
        return _usage(problem, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        return _known(CancelledError("Interrupted."), as_json=as_json)
    except MillstreamError as problem:
        return _known(problem, as_json=as_json)
    except BrokenPipeError:  # whoever read the help has read enough
        return 0
    except Exception as problem:  # noqa: BLE001 - the last resort, which keeps the traceback
        return _unexpected(problem, as_json=as_json)
    return code if isinstance(code, int) else 0


def report(problem: MillstreamError) -> None:
    """Print an error with its code and what to do about it; of a refusal, the diagnostics that say it better."""
    from millstream.cli.findings import say_diagnostics
    from millstream.cli.output import clean

    message, hint = problem.message, problem.hint
    if found := problem.fields.get("diagnostics"):
        notebook = problem.fields.get("notebook")
        say_diagnostics(found, notebook=notebook)
        message, hint = f"{notebook or 'The notebook'} cannot run as it is: see above.", None
    say(f"{styled('error', sys.stderr, fg='red', bold=True)} {problem.code}: {clean(message)}")
    if hint:
        say(f"{styled('hint', sys.stderr, fg='cyan')}: {clean(hint)}")


def _known(problem: MillstreamError, *, as_json: bool) -> int:
    report(problem)
    if as_json:
        put_json({"error": problem.to_json()})
    return problem.exit_code


def _usage(problem: click.ClickException, *, as_json: bool) -> int:
    """A call that click refused, in the words of our own errors."""
    if isinstance(problem, _CALLED_BARE):
        say(problem.format_message())
        return problem.exit_code
    hint = "millstream --help lists what there is."
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    if context is not None and context.parent is not None:
        hint = f"{context.command_path} --help shows the options, with an example."
    return _known(UsageError(problem.format_message(), hint=hint), as_json=as_json)


def _unexpected(problem: Exception, *, as_json: bool) -> int:
    """Something nobody foresaw: one line, where the traceback is, how to report it."""
    if os.environ.get("MILLSTREAM_DEBUG") == "1":
        import traceback

        traceback.print_exception(problem)
    fields: dict[str, Any] = {"type": type(problem).__name__, "traceback_file": _keep_traceback(problem)}
    hint = "This is a mistake in Millstream; please report it with what you called"
    hint += (
        f" and {fields['traceback_file']}." if fields["traceback_file"] else "; MILLSTREAM_DEBUG=1 shows the traceback."
    )
    if isinstance(problem, OSError) and problem.errno in _OS_HINTS:
        hint = f"{_OS_HINTS[problem.errno]} (Details: {fields['traceback_file'] or 'MILLSTREAM_DEBUG=1 shows them'}.)"
    return _known(MillstreamError(f"{type(problem).__name__}: {problem}", hint=hint, **fields), as_json=as_json)


def _keep_traceback(problem: Exception) -> str | None:
    """Write the traceback under the store's tmp folder, or the system's; None where neither takes it."""
    import tempfile
    import traceback
    from pathlib import Path

    text = "".join(traceback.format_exception(problem))
    for folder in (_store_tmp(), Path(tempfile.gettempdir())):
        try:
            handle, path = tempfile.mkstemp(prefix="millstream-", suffix=".txt", dir=folder)
            with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{sys.argv}\n{text}")
        except OSError:
            continue
        return path
    return None


def _store_tmp() -> Path:
    import tempfile
    from pathlib import Path

    try:
        from millstream.service import find_project

        return find_project(Path.cwd()) / ".millstream" / "tmp"
    except Exception:  # noqa: BLE001 - whatever broke the command may break this too
        return Path(tempfile.gettempdir())
