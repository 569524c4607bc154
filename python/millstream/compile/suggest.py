"""Steps for a notebook that has none: from its headings, its verbs and its data flow. Pure.

Few steps with plain names, borders where little crosses and a heading or a new kind of work begins. A suggestion is
only tags; whoever accepts it owns it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from millstream.analysis import CellFacts, analyse_cells
from millstream.compile.graph import KNOWN, Dataflow
from millstream.compile.program import literal_assignments
from millstream.compile.tags import STEP_NAME, read_tags, suggest_name
from millstream.notebook import Notebook
from millstream.records import Cell

PHASES: dict[str, tuple[str, ...]] = {
    "load": ("read_csv", "read_parquet", "read_excel", "read_json", "read_sql", "read_table", "load_", "fetch_",
             "open(", "loadtxt", "get_rdataset", "load_dataset", "urlopen", "glob("),
    "clean": ("dropna", "fillna", "drop_duplicates", "astype", "to_datetime", "to_numeric", "rename(", "replace(",
              "interpolate", "isnull", "isna", ".drop("),
    "explore": ("describe(", ".info(", ".head(", "value_counts", "plt.", "sns.", ".plot", ".hist(", "pairplot",
                "heatmap", "corr(", "display("),
    "features": ("get_dummies", "merge(", "groupby", "fit_transform", "train_test_split", "scaler", "encoder",
                 "pivot", "feature", "PolynomialFeatures", "add_constant", "resample("),
    "train": (".fit(", "GridSearchCV", "RandomizedSearchCV", "Classifier(", "Regressor(", "Regression(", ".train(",
              "compile(", "OLS(", "GLM(", "cross_val", "optimizer", "ARIMA("),
    "evaluate": ("predict", "score(", "accuracy", "roc_auc", "confusion_matrix", "classification_report",
                 "mean_squared", "summary(", "forecast(", "residuals", "brier", "evaluate("),
    "save": ("to_csv", "to_parquet", "to_pickle", "joblib.dump", "pickle.dump", "savefig", "torch.save"),
}  # fmt: skip
"""Kind of work → what code of that kind says."""

HEADINGS: dict[str, tuple[str, ...]] = {
    "load": ("load", "read", "import data", "get data", "get the data", "data set", "dataset", "download", "ingest"),
    "clean": ("clean", "missing", "preprocess", "tidy", "prepar", "wrangl", "filter"),
    "explore": ("explor", "eda", "visuali", "overview", "look at", "first look", "distribution", "plot"),
    "features": ("feature", "transform", "encod", "split", "engineer", "scal"),
    "train": ("train", "fit", "model", "estimat", "regression", "classif", "learn", "simulat"),
    "evaluate": ("evaluat", "result", "metric", "score", "predict", "diagnos", "test", "compar", "forecast", "valid"),
    "save": ("save", "export", "write", "deploy"),
}
"""Kind of work → what a heading about it says."""

_HELD = re.compile(r"\bopen\(|\.connect\(|\biter\(|=\s*\(.*\bfor\b.*\bin\b.*\)\s*$|\bLock\(|\bThread\(|\.cursor\(")
_HEADING = re.compile(r"^(#{1,4})\s+(.*\S)", re.MULTILINE)
_FILLER = {
    "the",
    "a",
    "an",
    "of",
    "and",
    "to",
    "in",
    "on",
    "for",
    "with",
    "our",
    "some",
    "using",
    "part",
    "step",
    "data",
}


@dataclass(frozen=True, kw_only=True)
class Work:
    """A cell that does work: neither set-up nor skipped. ``level`` is that of a heading right above it, 0 for none."""

    cell: Cell
    facts: CellFacts
    phase: str
    heading: str
    level: int


def suggested(notebook: Notebook, *, withdrawn: Collection[int] = ()) -> Notebook:
    """The notebook with tags that make it a pipeline; itself when it has steps already.

    ``withdrawn`` are cells before which no border may be: something was found that cannot cross there.
    """
    tags = suggest(notebook, withdrawn=withdrawn)
    if not tags:
        return notebook
    cells = tuple(replace(c, tags=(*c.tags, *tags.get(c.index, ()))) for c in notebook.cells)
    return replace(notebook, cells=cells, raw=with_tags(notebook, tags))


def with_tags(notebook: Notebook, tags: Mapping[int, tuple[str, ...]]) -> dict[str, object]:
    """The raw notebook with tags added to its cells."""
    cells = list(notebook.raw["cells"])
    for index, added in tags.items():
        metadata = dict(cells[index].get("metadata") or {})
        own = metadata.get("tags")
        metadata["tags"] = [*(own if isinstance(own, list) else []), *added]
        cells[index] = {**cells[index], "metadata": metadata}
    return {**notebook.raw, "cells": cells}


def suggest(notebook: Notebook, *, withdrawn: Collection[int] = ()) -> dict[int, tuple[str, ...]]:
    """Cell index → tags to add. Empty when some cell is tagged as a step, or there is no work."""
    code = [cell for cell in notebook.cells if cell.kind == "code"]
    if any(read_tags(cell)[0].step for cell in code):
        return {}
    facts = {cell.index: found for cell, found in zip(code, analyse_cells(code), strict=True)}
    roles = _roles(code, facts)
    work = _work(notebook, [c for c in code if c.index not in roles and facts[c.index].statements], facts)
    work = [w for w in work if read_tags(w.cell)[0].role is None]
    if not work:
        return {}
    starts = _borders(work, facts, withdrawn)
    names = _names(work, starts)
    found: dict[int, tuple[str, ...]] = {index: (role,) for index, role in roles.items()}
    for start, name in zip(starts, names, strict=True):
        found[work[start].cell.index] = (f"step:{name}",)
    return found


# -- set-up --------------------------------------------------------------------------------------------------------


def _roles(code: list[Cell], facts: Mapping[int, CellFacts]) -> dict[int, str]:
    """Cells that only import, define, or (the first such, before any work) assign literals."""
    found: dict[int, str] = {}
    made: set[str] = set()
    parameters = worked = False
    for cell in code:
        role = read_tags(cell)[0].role
        what = facts[cell.index]
        parameters |= role == "parameters"
        if role is not None or not what.statements:
            continue
        kinds = {s.kind for s in what.statements} - {"docstring"}
        uses_made = bool(what.immediate_uses & made)
        if not uses_made and kinds and kinds <= {"import", "definition"}:
            found[cell.index] = "imports" if "import" in kinds else "functions"
        elif not worked and "import" in kinds and _is_setting(what):
            found[cell.index] = "imports"
        elif not (worked or parameters) and _are_settings(cell.source, what):
            found[cell.index], parameters = "parameters", True
        else:
            worked = True
            made |= what.defines | what.may_define
    return found


def _are_settings(source: str, what: CellFacts) -> bool:
    """Whether a cell does nothing but give names to numbers and texts."""
    values = literal_assignments(source).values()
    return all(s.literal for s in what.statements) and all(isinstance(v, (bool, int, float, str)) for v in values)


def _is_setting(what: CellFacts) -> bool:
    """Whether what a cell does beside importing is set options: it binds nothing but literals."""
    return all(
        s.kind in ("import", "definition", "docstring") or s.literal or (s.kind == "effect" and not s.mutates - KNOWN)
        for s in what.statements
    ) and not any(marker in what.canonical for marker in ("read_csv", "load_", "open"))


# -- kinds of work -------------------------------------------------------------------------------------------------


def _work(notebook: Notebook, cells: list[Cell], facts: Mapping[int, CellFacts]) -> list[Work]:
    found: list[Work] = []
    wanted = {cell.index: cell for cell in cells}
    heading, level = "", 0
    for cell in notebook.cells:
        if cell.kind == "markdown":
            for marks, text in _HEADING.findall(cell.source):
                heading, level = text, len(marks)
        elif cell.index in wanted:
            found.append(
                Work(cell=cell, facts=facts[cell.index], phase=_phase(cell.source), heading=heading, level=level)
            )
            level = 0
    return found


def _phase(source: str) -> str:
    counts = {phase: sum(source.count(word) for word in words) for phase, words in PHASES.items()}
    best = max(counts, key=lambda phase: counts[phase])
    return best if counts[best] else ""


# -- borders -------------------------------------------------------------------------------------------------------


def _borders(work: list[Work], facts: Mapping[int, CellFacts], withdrawn: Collection[int]) -> list[int]:
    """Positions in ``work`` where steps begin, the first included: the best set of a fitting number."""
    low, high = _how_many(len(work))
    scores = _scores(work, facts, withdrawn)
    allowed = sorted((i for i in range(1, len(work)) if scores[i] > float("-inf")), key=lambda i: (-scores[i], i))
    chosen: list[int] = []
    for position in allowed:
        if len(chosen) + 1 >= high:
            break
        if len(chosen) + 1 < low or scores[position] > 1.0:
            chosen.append(position)
    return [0, *sorted(chosen)]


def _how_many(cells: int) -> tuple[int, int]:
    """The fewest and the most steps for so many cells of work."""
    if cells < 4:
        return 1, max(1, cells - 1)
    if cells < 10:
        return 2, 5
    return 3, 8


def _scores(work: list[Work], facts: Mapping[int, CellFacts], withdrawn: Collection[int]) -> list[float]:
    flow = Dataflow(facts)
    reads = [flow.effects([w.cell.index]).reads - KNOWN for w in work]
    scores = [float("-inf")]
    bound: set[str] = set()
    held: set[str] = set()
    for position in range(1, len(work)):
        before = work[position - 1]
        bound |= before.facts.defines | before.facts.may_define
        if _HELD.search(before.cell.source):
            held |= before.facts.defines | before.facts.may_define
        later: set[str] = set().union(*reads[position:])
        crossing = bound & later
        if work[position].cell.index in withdrawn or (held & crossing and _holds(work[:position], held & crossing)):
            scores.append(float("-inf"))
        else:
            scores.append(_score(work, position, len(crossing)))
    return scores


def _score(work: list[Work], position: int, crossing: int) -> float:
    here, before = work[position], work[position - 1]
    heading = {0: 0.0, 1: 4.0, 2: 3.0, 3: 1.5, 4: 1.0}[here.level]
    turn = 1.5 if here.phase and before.phase and here.phase != before.phase else 0.0
    edge = -1.0 if min(position, len(work) - position) < 2 and len(work) > 6 and not here.level else 0.0
    return heading + turn + edge - 0.25 * crossing


def _holds(work: list[Work], names: set[str]) -> bool:
    """Whether one of ``names`` is bound to something that plainly cannot leave its kernel."""
    pattern = re.compile(rf"^\s*(?:{'|'.join(map(re.escape, sorted(names)))})\s*=(?!=).*", re.MULTILINE)
    return any(_HELD.search(line) for w in work for line in pattern.findall(w.cell.source))


# -- names ---------------------------------------------------------------------------------------------------------


def _names(work: list[Work], starts: list[int]) -> list[str]:
    taken: list[str] = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(work)
        taken.append(_free(_name(work[start:end]), taken))
    return taken


def _name(cells: list[Work]) -> str:
    """A phase's name when heading or code speak of one, else the heading's own words."""
    heading = cells[0].heading.lower() if cells[0].level else ""
    for phase, words in HEADINGS.items():
        if heading and any(re.search(rf"\b{word}", heading) for word in words):
            return phase
    if heading:
        parts = [w for w in re.findall(r"[a-z0-9]+", heading) if w not in _FILLER]
        name = suggest_name("_".join(parts[:3]))
        if parts and STEP_NAME.fullmatch(name):
            return name[:32].rstrip("_-")
    phases = [w.phase for w in cells if w.phase]
    return max(dict.fromkeys(phases), key=phases.count) if phases else "work"


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}_{number}"
    return free
