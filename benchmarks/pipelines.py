"""A notebook straight through papermill against its pipeline: cold, warm, cached, one step changed. One run, ratios.

    python benchmarks/pipelines.py [tiny "1 GB frame" …] [--rounds 3] [--json]

*cold*: a fresh store and no kernel server; *warm*: nothing cached, the kernel server up; *cached*: nothing changed;
*one changed*: a line of the last step. Whole processes, started as a user starts them; the least of the rounds counts,
and the straight run of the same round is the reference. For notebooks with a large frame, also: the peak memory of the
run and of all processes that belong to it, and what a border costs against pyarrow writing the frame to Parquet once.
A notebook that the free memory does not hold four times is left out, which is said.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import common
from common import MILLSTREAM, PAPERMILL, Table, beside, duration, free, free_disk, peak, project, say, timed

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from notebooks import write

GB = 1_000_000_000

TINY = [
    ("parameters", "n = 10"),
    ("imports", "import math"),
    ("step:load", "x = list(range(n))"),
    ("step:clean", "x = [v for v in x if v % 2]"),
    ("step:features", "y = [math.sqrt(v) for v in x]"),
    ("step:train", "model = sum(y) / len(y)"),
    ("step:evaluate metrics", "score = max(y) - model"),
]
SKLEARN = [
    ("imports", ("import numpy as np\nimport pandas as pd\nfrom sklearn.datasets import load_breast_cancer\n"
     "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.linear_model import LogisticRegression\n"
     "from sklearn.metrics import roc_auc_score\nfrom sklearn.model_selection import train_test_split")),
    ("step:load", "df = load_breast_cancer(as_frame=True).frame"),
    ("step:clean", "df = df.dropna().reset_index(drop=True)"),
    ("step:features", ("X = df.drop(columns='target')\ny = df['target']\n"
     "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)")),
    ("step:train", "model = RandomForestClassifier(200, random_state=0).fit(X_train, y_train)"),
    ("step:evaluate metrics", "auc = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])"),
]  # fmt: skip
BRANCHES = [
    ("imports", "import time\nimport hashlib"),
    ("step:load", "seed = b'x'"),
    ("step:left", "a = seed\nfor _ in range(4_000_000):\n    a = hashlib.sha1(a).digest()"),
    ("step:right", "b = seed\nfor _ in range(4_000_000):\n    b = hashlib.md5(b).digest()"),
    ("step:join metrics", "total = len(a) + len(b)"),
]


def frame(rows):
    """A frame of ten columns that crosses two borders."""
    made = f"rng = np.random.default_rng(0)\ndf = pd.DataFrame({{f'c{{i}}': rng.random({rows}) for i in range(10)}})"
    return [
        ("imports", "import numpy as np\nimport pandas as pd"),
        ("step:load", made),
        ("step:clean", "df['c0'] = df['c0'].clip(0, 0.9)"),
        ("step:evaluate metrics", "mean = float(df['c0'].mean())"),
    ]


TEN = [("step:s0", "x0 = 1"), *((f"step:s{i}", f"x{i} = x{i - 1} + 1") for i in range(1, 10))]
FRAMES = {"200 MB frame": 2_500_000, "1 GB frame": 12_500_000}
NOTEBOOKS = {"tiny": TINY, "ten steps": TEN, "sklearn": SKLEARN, "two branches": BRANCHES}
NOTEBOOKS |= {name: frame(rows) for name, rows in FRAMES.items()}
KINDS = ("straight", "cold", "warm", "cached", "one changed")
WRITE = """\
import sys, time
import pandas as pd, pyarrow as pa, pyarrow.parquet as pq
{source}
times = []
for _ in range(2):
    began = time.perf_counter()
    pq.write_table(pa.Table.from_pandas(df, preserve_index=False), "once.parquet")
    times.append(time.perf_counter() - began)
print(min(times))
"""


def measure(cells):
    """One round: kind → seconds."""
    with project() as (folder, environment):
        run = [*MILLSTREAM, "run", "nb.ipynb", "--json"]
        write(folder / "nb.ipynb", *cells)
        taken = {"straight": timed([*PAPERMILL, "nb.ipynb", "out.ipynb"], folder, environment)}
        taken["cold"] = timed(run, folder, environment)
        taken["warm"] = timed([*run, "--no-cache"], folder, environment)
        taken["cached"] = timed(run, folder, environment)
        *rest, (tags, source) = cells
        write(folder / "nb.ipynb", *rest, (tags, source + "\nchanged = 1"))
        taken["one changed"] = timed(run, folder, environment)
    return taken


def memory(cells):
    """Peak bytes of the straight run and of the pipeline's, each as (RSS, PSS); both in fresh projects."""
    found = []
    for command in ([*PAPERMILL, "nb.ipynb", "out.ipynb"], [*MILLSTREAM, "run", "nb.ipynb", "--json"]):
        with project() as (folder, environment):
            write(folder / "nb.ipynb", *cells)
            found.append(peak(command, folder, environment))
    return found


def border(cells):
    """Seconds that a border costs, and those of pyarrow writing the frame to Parquet once, in a process of its own.

    What the steps of a warm run take, less what their cells take in the straight run, is two borders and three kernels.
    """
    with project() as (folder, environment):
        write(folder / "nb.ipynb", *cells)
        timed([*PAPERMILL, "nb.ipynb", "out.ipynb"], folder, environment)
        out = json.loads((folder / "out.ipynb").read_text())
        straight = sum(cell["metadata"]["papermill"]["duration"] for cell in out["cells"][1:])
        timed([*MILLSTREAM, "run", "nb.ipynb"], folder, environment)
        run = [*MILLSTREAM, "run", "nb.ipynb", "--json", "--no-cache"]
        warm = json.loads(subprocess.check_output(run, cwd=folder, env=environment, stderr=subprocess.DEVNULL))
        script = WRITE.format(source="\n".join(text for _, text in cells[:2]))
        once = float(subprocess.check_output([sys.executable, "-c", script], cwd=folder, env=environment))
        return (sum(step["seconds"] for step in warm["steps"]) - straight) / 2, once


def fits(name):
    """Whether the free memory holds a notebook's frame four times, and the disk six times."""
    size = FRAMES.get(name, 0) * 80
    return free() > 4 * size and free_disk() > 6 * size


def tables(rounds=3, names=tuple(NOTEBOOKS)):
    """Every kind as a ratio to straight."""
    table = Table("pipelines", "A pipeline against its notebook (ratio to straight papermill)", ["notebook", *KINDS])
    table.note = f"The least of {rounds} rounds, whole processes."
    for name in names:
        if not fits(name):
            table.leave_out(name)
            continue
        say(f"pipelines: {name}")
        found = [measure(NOTEBOOKS[name]) for _ in range(rounds)]
        ratios = {kind: min(each[kind] / each["straight"] for each in found) for kind in KINDS}
        least = {kind: min(each[kind] for each in found) for kind in KINDS}
        table.rows.append([name, *(beside(ratios[kind], least[kind]) for kind in KINDS)])
        table.ratios |= {f"{name} {kind}": ratios[kind] for kind in KINDS[1:]}
    return [table]


def frames_tables(names=tuple(FRAMES)):
    """Peak memory and the cost of a border, for the notebooks with a large frame."""
    head = ["notebook", "peak RSS", "peak PSS", "straight RSS", "a border / pyarrow writing Parquet once"]
    table = Table("frames", "A large frame crossing two borders (ratio to straight papermill)", head)
    table.note = (
        "Memory of all processes of a run, RSS summed; PSS counts what they share once. A border: half of what the steps "
        "of a warm run take longer than their cells in the straight one, kernels included."
    )
    for name in names:
        if not fits(name):
            table.leave_out(name)
            continue
        say(f"frames: {name}")
        (straight, straight_pss), (rss, pss) = memory(NOTEBOOKS[name])
        cost, once = border(NOTEBOOKS[name])
        table.ratios |= {f"{name} RSS": rss / straight, f"{name} PSS": pss / straight_pss}
        table.ratios[f"{name} border"] = cost / once
        in_gb = [f"{rss / straight:.2f} ({rss / GB:.2f} GB)", f"{pss / straight_pss:.2f} ({pss / GB:.2f} GB)"]
        ratio = f"{cost / once:.2f} ({duration(cost)} / {duration(once)})"
        table.rows.append([name, *in_gb, f"{straight / GB:.2f} GB", ratio])
    return [table] if table.rows else []


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(NOTEBOOKS), help=f"of {', '.join(NOTEBOOKS)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    frames = frames_tables([name for name in FRAMES if name in options.names])
    common.show([*tables(options.rounds, options.names), *frames], as_json=options.json)


if __name__ == "__main__":
    main()
