"""A notebook straight through papermill against its pipeline: cold, warm, cached, one step changed. One run, ratios.

    python benchmarks/pipelines.py            # all notebooks, three rounds
    python benchmarks/pipelines.py tiny --rounds 1

*cold*: a fresh store and no kernel server; *warm*: nothing cached, the kernel server up; *cached*: nothing changed;
*one changed*: a line of the last step. Whole processes, started as a user starts them; the least of the rounds counts,
and the straight run of the same round is the reference.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from notebooks import write

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
FRAMES = [
    ("imports", "import numpy as np\nimport pandas as pd"),
    ("step:load", ("rng = np.random.default_rng(0)\n"
     "df = pd.DataFrame({f'c{i}': rng.random(2_500_000) for i in range(10)})")),
    ("step:clean", "df['c0'] = df['c0'].clip(0, 0.9)"),
    ("step:evaluate metrics", "mean = float(df['c0'].mean())"),
]  # fmt: skip
TEN = [("step:s0", "x0 = 1"), *((f"step:s{i}", f"x{i} = x{i - 1} + 1") for i in range(1, 10))]
NOTEBOOKS = {"tiny": TINY, "ten steps": TEN, "sklearn": SKLEARN, "two branches": BRANCHES, "200 MB frame": FRAMES}


def timed(command, cwd, environment):
    """Seconds of a whole process, which must succeed."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    assert done.returncode == 0, done.stderr[-2000:]
    return seconds


def measure(cells, environment):
    """One round: kind → seconds."""
    python = [sys.executable, "-m"]
    run = [*python, "millstream", "run", "nb.ipynb", "--json"]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / ".millstream").mkdir()
        write(work / "nb.ipynb", *cells)
        taken = {"straight": timed([*python, "papermill", "nb.ipynb", "out.ipynb"], work, environment)}
        subprocess.run([*python, "millstream", "kernels", "stop"], env=environment, capture_output=True, check=False)
        taken["cold"] = timed(run, work, environment)
        taken["warm"] = timed([*run, "--no-cache"], work, environment)
        taken["cached"] = timed(run, work, environment)
        *rest, (tags, source) = cells
        write(work / "nb.ipynb", *rest, (tags, source + "\nchanged = 1"))
        taken["one changed"] = timed(run, work, environment)
    return taken


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(NOTEBOOKS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    kinds = ["straight", "cold", "warm", "cached", "one changed"]
    table = {}
    print(f"{'notebook':<14}" + "".join(f"{kind:>16}" for kind in kinds), file=sys.stderr)
    for name in options.names:
        rounds = [measure(NOTEBOOKS[name], environment) for _ in range(options.rounds)]
        ratios = {kind: min(r[kind] / r["straight"] for r in rounds) for kind in kinds}
        table[name] = {"seconds": {kind: min(r[kind] for r in rounds) for kind in kinds}, "ratios": ratios}
        cells = "".join(f"{table[name]['seconds'][kind]:>9.2f}s {ratios[kind]:>5.2f}" for kind in kinds)
        print(f"{name:<14}{cells}", file=sys.stderr)
    if options.json:
        print(json.dumps(table, indent=1))
    shutil.rmtree("__pycache__", ignore_errors=True)


if __name__ == "__main__":
    main()
