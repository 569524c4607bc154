"""``.ipynb`` files to :class:`Notebook`: every way such a file can be wrong is one sentence that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from millstream.errors import NotebookError, NotFoundError
from millstream.records import Cell

_FORMAT = 4
_KINDS = frozenset({"code", "markdown", "raw"})


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook as it was read: all its cells, the kernel it names, and the bytes it came from.

    ``kernel`` is the kernelspec's name, ``language`` is in lower case, ``digest`` the SHA-256 of the bytes in
    hexadecimal, ``raw`` the whole document in nbformat 4 (upgraded when the file is older).
    """

    path: str | None
    cells: tuple[Cell, ...]
    kernel: str | None
    language: str
    digest: str
    raw: dict[str, Any] = field(compare=False, repr=False)


def read(path: str | Path) -> Notebook:
    """The notebook in the file ``path``.

    Raises ``NotFoundError`` where there is no such file and ``NotebookError`` where it is not a notebook.
    """
    place = Path(path)
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {place}.", hint="Check the path of the notebook.") from None
    except IsADirectoryError:
        raise NotebookError(f"{place} is a folder.", hint="Name a notebook (.ipynb) inside it.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotFoundError(f"{place} cannot be read: {reason}.", hint="Check the path and its permissions.") from None
    return _parse_bytes(data, str(place))


def parse(text: str, path: str | None = None) -> Notebook:
    """The notebook whose JSON is ``text``; ``path`` is only what errors call it.

    Raises ``NotebookError`` where the text is not a notebook.
    """
    return _build(text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), path)


def _parse_bytes(data: bytes, path: str) -> Notebook:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotebookError(
            f"{path} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}.",
            hint="Open the notebook in Jupyter and save it again; Jupyter writes UTF-8.",
        ) from None
    return _build(text, hashlib.sha256(data).hexdigest(), path)


def _build(text: str, digest: str, path: str | None) -> Notebook:
    name = path or "The notebook"
    raw = _upgraded(_document(text, name), name)
    cells = raw.get("cells")
    if not isinstance(cells, list):
        raise NotebookError(f"{name} has no list of cells.", hint="Open it in Jupyter and save it again.")
    metadata = raw["metadata"] = _mapping(raw.get("metadata"))
    kernelspec, info = _mapping(metadata.get("kernelspec")), _mapping(metadata.get("language_info"))
    language = _text(kernelspec.get("language")) or _text(info.get("name")) or "python"
    return Notebook(
        path=path,
        cells=tuple(_cell(index, cell, name) for index, cell in enumerate(cells)),
        kernel=_text(kernelspec.get("name")),
        language=language.lower(),
        digest=digest,
        raw=raw,
    )


def _document(text: str, name: str) -> dict[str, Any]:
    if not text.strip():
        raise NotebookError(f"{name} is empty.", hint="Open it in Jupyter, add a cell and save it.")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(
            f"{name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            hint="A merge conflict or a cut download does this; restore the file, or open and save it in Jupyter.",
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise NotebookError(f"{name} is nested too deeply to be a notebook.", hint="Check the file.") from None
    except ValueError as error:  # an integer of thousands of digits
        raise NotebookError(f"{name} cannot be read as JSON: {error}.", hint="Check the file.") from None
    if not isinstance(document, dict) or not {"cells", "worksheets", "nbformat"} & document.keys():
        raise NotebookError(f"{name} is JSON, but not a notebook.", hint="Name an .ipynb file that Jupyter opens.")
    return document


def _upgraded(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The document in nbformat 4; nbformat is imported for old files only, as it takes seconds."""
    major = document.get("nbformat", 3 if "worksheets" in document else _FORMAT)
    if not isinstance(major, int) or isinstance(major, bool):
        raise NotebookError(f"{name} says its format is {major!r}, not a number.", hint="Save it again in Jupyter.")
    if major > _FORMAT:
        raise NotebookError(f"{name} is of notebook format {major}; Millstream reads up to {_FORMAT}.",
                            hint="Update Millstream, or save the notebook as format 4.")  # fmt: skip
    if major == _FORMAT or "cells" in document:
        return document
    import nbformat.reader

    try:
        upgraded = nbformat.convert(nbformat.reader.reads(json.dumps(document)), _FORMAT)
        return cast("dict[str, Any]", json.loads(json.dumps(upgraded)))
    except Exception as error:  # nbformat's converters raise whatever a malformed document makes them
        raise NotebookError(f"{name} is of notebook format {major} and cannot be upgraded: {error}.",
                            hint="Open it in Jupyter and save it again.") from error  # fmt: skip


def _cell(index: int, cell: Any, name: str) -> Cell:
    if not isinstance(cell, dict):
        raise NotebookError(f"{name}: cell {index} is not an object.", hint="Save it again in Jupyter.", cell=index)
    metadata = cell["metadata"] = _mapping(cell.get("metadata"))
    kind = cell.get("cell_type")
    return Cell(
        index=index,
        kind=cast('Literal["code", "markdown", "raw"]', kind) if _text(kind) in _KINDS else "raw",
        source=_source(index, cell.get("source", ""), name),
        tags=_tags(metadata.get("tags")),
        id=_text(cell.get("id")),
    )


def _source(index: int, source: Any, name: str) -> str:
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise NotebookError(f"{name}: the source of cell {index} is neither text nor a list of lines.",
                        hint="Open it in Jupyter and save it again.", cell=index)  # fmt: skip


def _tags(tags: Any) -> tuple[str, ...]:
    """The tags in their order, once each; what is not text is no tag."""
    if not isinstance(tags, list):
        return ()
    return tuple(dict.fromkeys(tag.strip() for tag in tags if isinstance(tag, str) and tag.strip()))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
