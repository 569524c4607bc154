"""Parameters as they are given on the command line (``-p NAME VALUE``) and in a file (``-f FILE``)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from millstream.errors import NotFoundError, UsageError

_WORDS = {
    "True": True,
    "true": True,
    "False": False,
    "false": False,
    "None": None,
    "null": None,
}
_EXAMPLE = "Write one line a parameter, such as `month: 2`."


def scalar(text: str) -> Any:
    """The value that papermill's ``-p`` takes the text for: True, False, None, int, float or else the text itself.

    YAML's own ``true``, ``false`` and ``null`` are understood too: as text they would all be true in the notebook.
    """
    if text in _WORDS:
        return _WORDS[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def gather(file: str | None, given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters of a call: the file's, overridden by those given one by one.

    Raises NotFoundError where the file is missing, UsageError where it is no mapping from names to values.
    """
    parameters = read_file(Path(file)) if file is not None else {}
    parameters.update((name, scalar(text)) for name, text in given)
    return parameters


def read_file(path: Path) -> dict[str, Any]:
    """The mapping in a YAML or JSON file."""
    text = _read(path)
    content = _parse_json(path, text) if path.suffix.lower() == ".json" else _parse_yaml(path, text)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"{path} holds a {_kind(content)}, not a mapping of names to values.", hint=_EXAMPLE)
    for name in content:
        if not isinstance(name, str):
            raise UsageError(f"{path}: the parameter name {name!r} is not text.", hint=_EXAMPLE)
    return content


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(
            f"There is no parameters file {path}.", hint="Check the path after -f; it starts at the current folder."
        ) from None
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path} is not UTF-8 text: byte {problem.start}.", hint="Save the file as UTF-8.") from None
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}.", hint=_EXAMPLE) from None


def _parse_json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as problem:
        raise UsageError(f"{path} is not valid JSON: {problem}.", hint='Write {"month": 2}.') from None


def _parse_yaml(path: Path, text: str) -> Any:
    import yaml

    from millstream.cli.yaml_loader import Loader

    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise UsageError(f"{where}: not valid YAML: {problem.problem}.", hint=_EXAMPLE) from None
    except yaml.YAMLError as problem:
        raise UsageError(f"{path}: not valid YAML: {problem}.", hint=_EXAMPLE) from None


def _kind(content: object) -> str:
    return {list: "list", str: "text", bool: "truth value", int: "number", float: "number"}.get(
        type(content), type(content).__name__
    )
