"""Step notebooks: plain notebooks, one a step, that plain papermill runs.

Parameters, set-up, a cell that loads, the user's cells verbatim, a cell that saves.
"""

from __future__ import annotations

import copy
import pprint
from typing import Any

from millstream.compile.graph import cells_of
from millstream.compile.program import Program

OWN = {"tags": ["millstream"], "jupyter": {"source_hidden": True}}

_LOAD = """\
# Millstream: the values that earlier steps left
from millstream import capture as __millstream
__millstream.load({arguments})"""

_SAVE = """\
# Millstream: keep what later steps need
__millstream.save()"""


def file_name(program: Program, step: str) -> str:
    """The step notebook's file name: ``02_train.ipynb``."""
    position = [block.name for block in program.layout.steps].index(step) + 1
    return f"{position:02d}_{step}.ipynb"


def step_notebook(program: Program, step: str, *, pipeline: str, folder: str) -> dict[str, Any]:
    """The notebook of one step, as a JSON-able dict of nbformat 4.5.

    ``folder`` is the source notebook's folder relative to the project, where its files are found.
    """
    block = program.block(step)
    own = cells_of(block, program.layout)
    before = [c for c in program.layout.set_up if c < block.cells[0] and c not in own]
    arguments = load_arguments(program, step, pipeline=pipeline, folder=folder)
    raw = program.notebook.raw
    cells = [_verbatim(program, index) for index in before]
    cells.append(_code(f"load-{step}"[:64], _LOAD.format(arguments=_format(arguments))))
    cells += [_verbatim(program, index) for index in own]
    cells.append(_code(f"save-{step}"[:64], _SAVE))
    metadata = {k: v for k, v in raw.get("metadata", {}).items() if k in ("kernelspec", "language_info")}
    metadata["millstream"] = {"pipeline": pipeline, "step": step, "version": program.digest}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def straight_notebook(program: Program) -> dict[str, Any]:
    """Every cell but the skipped ones, in order, as one notebook that keeps its values at the end.

    Metrics are noted where the steps that have them end.
    """
    cells = [_code("load-straight", _LOAD.format(arguments=""))]
    samples = {program.block(step).cells[-1] for step in _metric_steps(program)}
    for index, role in sorted(program.layout.roles.items()):
        if role == "skip":
            continue
        cells.append(_verbatim(program, index))
        if index in samples:
            names = _format({"names": list(program.metrics)})
            cells.append(_code(f"sample-{index}", f"__millstream.sample({names})"))
    cells.append(_code("save-straight", _SAVE))
    metadata = {
        k: v for k, v in program.notebook.raw.get("metadata", {}).items() if k in ("kernelspec", "language_info")
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def load_arguments(program: Program, step: str, *, pipeline: str, folder: str) -> dict[str, Any]:
    """What the load cell says: enough to run the step without Millstream's runner."""
    graph = program.graph
    names = [block.name for block in program.layout.steps]
    earlier = names[: names.index(step)]
    effects = graph.effects[step]
    live = graph.live[step]
    return {
        "pipeline": pipeline,
        "step": step,
        "needs": None if effects.dynamic else sorted(effects.reads & _written(program, earlier)),
        "live": None if live is None else sorted(live),
        "deletes": sorted(effects.deletes),
        "patches": list(graph.patches),
        "before": [[name, list(graph.superseded[name])] for name in earlier],
        "metrics": list(program.metrics) if step in _metric_steps(program) else [],
        "data": list(graph.data),
        "folder": folder,
    }


def _written(program: Program, steps: list[str]) -> set[str]:
    """Every name an earlier step may leave a value in: all it touches, since any touch may change it."""
    found = set(program.graph.data)
    for name in steps:
        effects = program.graph.effects[name]
        if effects.dynamic or any(program.facts[c].star_imports for c in cells_of(program.block(name), program.layout)):
            return set().union(*(e.reads for e in program.graph.effects.values()))
        found |= effects.writes | effects.binds | effects.reads
    return found


def _metric_steps(program: Program) -> set[str]:
    return {step for cell in program.layout.metrics if (step := program.layout.step_of(cell))}


def _verbatim(program: Program, index: int) -> dict[str, Any]:
    raw = copy.deepcopy(program.notebook.raw["cells"][index])
    source = raw.get("source", "")
    role = program.layout.roles[index]
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    tags = [tag for tag in program.notebook.cells[index].tags if tag not in ("parameters", "pipeline-parameters")]
    if role == "parameters":
        tags.insert(0, "parameters")
    return {
        "cell_type": "code",
        "id": raw.get("id") or f"cell-{index}",
        "source": "".join(source) if isinstance(source, list) else source,
        "metadata": {**metadata, "tags": tags, "millstream": {"cell": index, "role": role}},
        "execution_count": None,
        "outputs": [],
    }


def _code(identity: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": identity,
        "source": source,
        "metadata": copy.deepcopy(OWN),
        "execution_count": None,
        "outputs": [],
    }


def _format(arguments: dict[str, Any]) -> str:
    lines = []
    for key, value in arguments.items():
        text = pprint.pformat(value, width=100, compact=True, sort_dicts=False)
        lines.append(f"    {key}=" + text.replace("\n", "\n" + " " * (len(key) + 5)) + ",")
    return "\n" + "\n".join(lines) + "\n"
