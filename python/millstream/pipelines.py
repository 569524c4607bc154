"""``pipelines/NAME/``: what promotion writes and git keeps, and how it is read back."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from millstream.compile import Program, compile_notebook, file_name, step_notebook
from millstream.errors import NotebookError, StoreError, UsageError
from millstream.notebook import Notebook, parse, read

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def check_name(name: str) -> str:
    """A pipeline's name, which is also a folder's. Raises UsageError."""
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise UsageError(
            f"{name[:80]!r} cannot be the name of a pipeline.",
            hint="Use letters, digits, '_', '-' and '.', at most 64 characters, not starting with '-' or '.'.",
        )
    return name


def name_of(notebook: Path) -> str:
    """The name that a notebook's pipeline has unless another is given: its file name, made legal."""
    cleaned = re.sub(r"[^A-Za-z0-9_.-]+", "_", notebook.stem).strip("._-")[:64]
    return cleaned or "pipeline"


def write(folder: Path, program: Program, *, name: str, description: Mapping[str, Any], lock: str) -> list[str]:
    """Write the pipeline's folder aside and put it in place at once; the files, relative to it, in order.

    A ``tests`` folder and a ``contracts`` folder that are there already are the user's, and stay.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{name}-"))
    try:
        aside.chmod(0o755)
        for path, text in _contents(program, name=name, description=description, lock=lock).items():
            target = aside / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        _keep_own(folder, aside)
        _swap(folder, aside)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written: {error.strerror}; what was there is unchanged.",
            hint="Check the permissions of the folder and the space on its disk.",
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _keep_own(folder: Path, aside: Path) -> None:
    for own in ("tests", "contracts"):
        if (folder / own).is_dir():
            shutil.rmtree(aside / own, ignore_errors=True)
            shutil.copytree(folder / own, aside / own)


def _swap(folder: Path, aside: Path) -> None:
    if folder.exists():
        old = aside.with_name(aside.name + "-old")
        folder.rename(old)
        try:
            aside.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old)
    else:
        aside.rename(folder)


def _contents(program: Program, *, name: str, description: Mapping[str, Any], lock: str) -> dict[str, str]:
    import yaml

    from millstream import scaffold

    steps = [block.name for block in program.layout.steps]
    files = {
        "pipeline.yaml": yaml.safe_dump(dict(description), sort_keys=False, allow_unicode=True),
        "params.yaml": yaml.safe_dump(program.parameters, sort_keys=False, allow_unicode=True)
        if program.parameters
        else "# This pipeline has no parameters.\n{}\n",
        "requirements.lock": lock,
        "README.md": scaffold.readme(program, name, description),
        **{f"tests/{path}": text for path, text in scaffold.tests(program, name).items()},
    }
    for step in steps:
        notebook = step_notebook(program, step, pipeline=name, folder=str(description["folder"]))
        files[f"steps/{file_name(program, step)}"] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return files


def describe(folder: Path) -> dict[str, Any]:
    """The content of ``pipeline.yaml``. Raises NotebookError when it is missing or not one."""
    import yaml

    path = folder / "pipeline.yaml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotebookError(
            f"{folder} is not a promoted pipeline: it has no pipeline.yaml.",
            hint="Give the folder that `millstream promote` wrote, pipelines/NAME, or a notebook.",
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NotebookError(f"{path} cannot be read: {error}", hint="Promote the notebook again.") from error
    wanted = {"name", "version", "digest", "steps", "folder"}
    if not isinstance(found, dict) or not wanted <= set(found):
        raise NotebookError(f"{path} is not the description of a pipeline.", hint="Promote the notebook again.")
    return found


def load(folder: Path) -> tuple[Program, dict[str, Any], dict[str, Any]]:
    """The program of a promoted pipeline from its step notebooks, its description, and ``params.yaml``."""
    import yaml

    description = describe(folder)
    cells: dict[int, dict[str, Any]] = {}
    metadata: dict[str, Any] = {}
    for path in sorted((folder / "steps").glob("*.ipynb")):
        step = read(path)
        metadata = metadata or {k: v for k, v in step.raw.get("metadata", {}).items() if k != "millstream"}
        for cell in step.raw["cells"]:
            index = cell.get("metadata", {}).get("millstream", {}).get("cell")
            if isinstance(index, int):
                cells.setdefault(index, cell)
    program = compile_notebook(assemble(cells, metadata, folder))
    try:
        parameters = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        parameters = {}
    except yaml.YAMLError as error:
        raise UsageError(f"{folder / 'params.yaml'} is not YAML: {error}", hint="Correct it, or delete it.") from error
    if not isinstance(parameters, dict):
        raise UsageError(f"{folder / 'params.yaml'} is not a mapping of names to values.", hint="Write `name: value`.")
    return program, description, parameters


def assemble(cells: Mapping[int, dict[str, Any]], metadata: dict[str, Any], folder: Path) -> Notebook:
    """The notebook that the steps came from, its other cells left empty so that every index stays what it was."""
    size = max(cells, default=-1) + 1
    empty = {"cell_type": "markdown", "metadata": {}, "source": ""}
    body = [cells.get(index, empty) for index in range(size)]
    raw = {"cells": body, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return parse(json.dumps(raw), os.fspath(folder))
