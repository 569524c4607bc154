"""Compile time against the number of cells, and against Python's own parser on the same code, in one run.

    python benchmarks/compile.py [--rounds 3] [--json]

Compiling is analysis, steps, graph and every digest: of a notebook that this process has not seen, and once more after an
edit of its last cell, as the panel does. From 100 to 2,000 cells it must not grow far above 20 times.
"""

import ast
import json
import sys
from pathlib import Path

import common
from common import Table, best, duration

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from notebooks import notebook

from millstream.compile import compile_notebook
from millstream.notebook import parse

BODY = """\
frame_{i} = frame_{p}.dropna().assign(ratio=lambda d: d["a"] / d["b"])
for column in ["a", "b", "c"]:
    frame_{i}[column] = frame_{i}[column].astype(float).clip(0, limit)

def summary_{i}(values, *, scale=1.0):
    total = sum(v * scale for v in values if v is not None)
    return {{"total": total, "mean": total / max(len(values), 1)}}

stats_{i} = summary_{i}(list(frame_{i}["ratio"]))
print(f"step {i}: {{stats_{i}['mean']:.3f}} of {{len(frame_{i})}}")
"""


def text(cells, version=0, edit=0):
    """A notebook of so many cells, ten to a step, as JSON; with another version all of it is new, with another edit one cell."""
    made = [("parameters", "limit = 10"), ("imports", "import pandas as pd\nimport numpy as np")]
    made.append(("step:load", "frame_0 = pd.read_csv('data.csv')\nnp.random.seed(0)"))
    made += [(f"step:s{i}" if i % 10 == 0 else "", BODY.format(i=i, p=i - 1)) for i in range(1, cells - 2)]
    made = [(tags, f"{source}\nversion = {version}") for tags, source in made]
    made[-1] = (made[-1][0], f"{made[-1][1]}\nedit = {edit}")
    return json.dumps(notebook(*made))


def compiled(source):
    """Compile and ask for everything that a run asks for."""
    program = compile_notebook(parse(source))
    assert program.ok, program.diagnostics[0]
    return program.digest


def tables(rounds=3):
    """One row a number of cells."""
    head = ["cells", "against ast.parse", "growth", "growth of the cells", "after an edit"]
    table = Table("compile", "Compiling a notebook (ratio to Python's own parser, and to ten cells)", head)
    table.note = "The least of several rounds, in one process."
    taken = {}
    for cells, times in ((10, 10 * rounds), (100, 3 * rounds), (500, rounds), (2000, rounds)):
        bodies = ["".join(c["source"]) for c in json.loads(text(cells))["cells"]]
        parsed = best(lambda bodies=bodies: [ast.parse(b) for b in bodies], times)
        new = [text(cells, version) for version in range(times)]
        taken[cells] = best(lambda new=new: compiled(new.pop()), times)
        edits = [text(cells, 0, edit) for edit in range(1, times + 1)]
        edited = best(lambda edits=edits: compiled(edits.pop()), times)
        ratio = f"{taken[cells] / parsed:.1f} ({duration(taken[cells])} / {duration(parsed)})"
        again = f"{edited / taken[cells]:.2f} ({duration(edited)})"
        table.rows.append([f"{cells:,}", ratio, f"{taken[cells] / taken[10]:.1f}", f"{cells / 10:.0f}", again])
        table.ratios[f"{cells} cells / ast.parse"] = taken[cells] / parsed
    table.ratios["2000 cells / 100 cells"] = taken[2000] / taken[100]
    return [table]


if __name__ == "__main__":
    common.main(__doc__, tables)
