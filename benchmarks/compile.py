"""Compile time against the number of cells, and against Python's own parser on the same code, in one run.

    python benchmarks/compile.py

Prints for 10, 100 and 2,000 cells the milliseconds to compile (analysis, steps, graph, every digest), the ratio to
`ast.parse` of the same cells, and the growth from 100 to 2,000 cells, which must not be far above 20.
"""

import ast
import json
import sys
import time
from pathlib import Path

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


def text(cells):
    """A notebook of so many cells, ten to a step, as JSON."""
    made = [("parameters", "limit = 10"), ("imports", "import pandas as pd\nimport numpy as np")]
    made.append(("step:load", "frame_0 = pd.read_csv('data.csv')\nnp.random.seed(0)"))
    made += [(f"step:s{i}" if i % 10 == 0 else "", BODY.format(i=i, p=i - 1)) for i in range(1, cells - 2)]
    return json.dumps(notebook(*made))


def best(action, rounds):
    """The least seconds of several rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def compiled(source):
    """Compile and ask for everything that a run asks for."""
    program = compile_notebook(parse(source))
    assert program.ok, program.diagnostics[0]
    return program.digest


def main():
    """Print the table."""
    print(f"{'cells':>6} {'compile':>10} {'ast.parse':>10} {'ratio':>6}")
    taken = {}
    for cells, rounds in ((10, 20), (100, 10), (2000, 3)):
        source = text(cells)
        bodies = ["".join(c["source"]) for c in json.loads(source)["cells"]]
        taken[cells] = best(lambda source=source: compiled(source), rounds)
        parsed = best(lambda bodies=bodies: [ast.parse(b) for b in bodies], rounds)
        print(f"{cells:>6} {taken[cells] * 1000:>8.1f}ms {parsed * 1000:>8.1f}ms {taken[cells] / parsed:>6.1f}")
    print(f"growth from 100 to 2000 cells: {taken[2000] / taken[100]:.1f} times")


if __name__ == "__main__":
    main()
