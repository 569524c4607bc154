"""The same five scikit-learn steps by papermill, by Millstream and by its peers: cold, and again with nothing changed.

    python benchmarks/peers.py [dvc kedro …] [--rounds 3] [--envs FOLDER] [--json]

The steps: load, clean, features, train, evaluate. Papermill runs the notebook straight: that is 1, and every figure is
a ratio to a straight run just before it. Each peer has an environment of its own (made by uv, kept in ``--envs``),
pinned to the version that was tried, with the pandas and scikit-learn that Millstream's notebook is run with. It is
used as its documentation does locally, with telemetry off: *cold* is the first run in a fresh project, *again* the
same command once more. Whole processes, as a user starts them; the least of the rounds counts. Each run has to leave
the same score, and whether the second computed it anew is seen from that. What does not install or run says why.
"""

import argparse
import importlib.metadata
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import common
from common import Table, beside, project, say, timed
from pipelines import SKLEARN, write

ENVS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "millstream-peers"
AFTER = {"load": [], "clean": ["load"], "features": ["clean"], "train": ["features"], "evaluate": ["features", "train"]}
STEPS = '''\
"""The work: SKLEARN of pipelines.py as functions, each importing what it needs and no more."""

import os
from pathlib import Path


def load():
    from sklearn.datasets import load_breast_cancer

    return load_breast_cancer(as_frame=True).frame


def clean(df):
    return df.dropna().reset_index(drop=True)


def features(df):
    from sklearn.model_selection import train_test_split

    return train_test_split(df.drop(columns="target"), df["target"], random_state=0)


def train(parts):
    from sklearn.ensemble import RandomForestClassifier

    X_train, _, y_train, _ = parts
    return RandomForestClassifier(200, random_state=0).fit(X_train, y_train)


def evaluate(parts, model):
    from sklearn.metrics import roc_auc_score

    _, X_test, _, y_test = parts
    auc = float(roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
    Path(os.environ["SCORE"]).write_text(str(auc))
    return auc
'''


@dataclass(frozen=True)
class Peer:
    """A tool: what to install, the files of its project, how to prepare one, how to run it, with which variables."""

    requires: tuple[str, ...]
    files: dict[str, str]
    run: tuple[str, ...]
    prepare: tuple[tuple[str, ...], ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    remark: str = ""


STAGE = """\
import pickle
import sys
from pathlib import Path

import steps

name, *needs = sys.argv[1:]
value = getattr(steps, name)(*(pickle.loads(Path(f"data/{need}.pkl").read_bytes()) for need in needs))
Path(f"data/{name}.pkl").write_bytes(pickle.dumps(value))
"""


def dvc():
    """A stage a step, handing on pickles."""
    stages = "".join(
        f"  {name}:\n    cmd: python stage.py {' '.join([name, *needs])}\n    deps:\n    - stage.py\n    - steps.py\n"
        + "".join(f"    - data/{need}.pkl\n" for need in needs)
        + f"    outs:\n    - data/{name}.pkl\n"
        for name, needs in AFTER.items()
    )
    return Peer(
        ("dvc==3.67.1",),
        {"stage.py": STAGE, "dvc.yaml": f"stages:\n{stages}", "data/.keep": ""},
        ("dvc", "repro"),
        prepare=(("dvc", "init", "--no-scm"),),
        variables={"DVC_NO_ANALYTICS": "1", "DVC_GLOBAL_CONFIG_DIR": ".config", "DVC_SITE_CACHE_DIR": ".site"},
        remark="a process a stage",
    )


def kedro():
    """A node a step; values stay in memory, as they do unless the catalog names a file for them."""
    nodes = "".join(f"    Node(steps.{n}, {needs or None!r}, {n!r}),\n" for n, needs in AFTER.items())
    registry = (
        f"from kedro.pipeline import Node, Pipeline\n\nimport steps\n\n\ndef register_pipelines():\n"
        f'    return {{"__default__": Pipeline([\n{nodes}    ])}}\n'
    )
    settings = '[tool.kedro]\npackage_name = "work"\nproject_name = "work"\nkedro_init_version = "1.7.0"\n'
    files = {"src/work/__init__.py": "", "src/work/settings.py": "", "src/work/pipeline_registry.py": registry}
    return Peer(
        ("kedro==1.7.0",),
        files | {"pyproject.toml": settings, "conf/base/catalog.yml": "{}\n", "conf/local/.keep": ""},
        ("kedro", "run"),
        variables={"DO_NOT_TRACK": "1"},
        remark="one process; keeps nothing, has no cache",
    )


def dagster():
    """An asset a step, stored as a pickle by the default I/O manager; in one process, faster than one an asset."""
    executor = f"\n\ndefs = dg.Definitions([{', '.join(AFTER)}], executor=dg.in_process_executor)\n"
    assets = "".join(
        f"\n\n@dg.asset\ndef {name}({', '.join(needs)}):\n    return steps.{name}({', '.join(needs)})\n"
        for name, needs in AFTER.items()
    )
    return Peer(
        ("dagster==1.13.29",),
        {
            "defs.py": f"import dagster as dg\nimport steps\n{assets}{executor}",
            "home/dagster.yaml": "telemetry:\n  enabled: false\n",
        },
        ("dagster", "asset", "materialize", "--select", "*", "-f", "defs.py"),
        variables={"DAGSTER_HOME": "{folder}/home"},
        remark="one process, as asked for (its default is a process an asset, slower)",
    )


def metaflow():
    """A step a step; the first and the last have the names that it asks for."""
    names = ["start", *list(AFTER)[1:-1], "end"]
    flow = "from metaflow import FlowSpec, step\n\nimport steps\n\n\nclass Work(FlowSpec):\n"
    for (name, needs), method, following in zip(AFTER.items(), names, [*names[1:], None], strict=True):
        arguments = ", ".join(f"self.made_{need}" for need in needs)
        flow += f"    @step\n    def {method}(self):\n        self.made_{name} = steps.{name}({arguments})\n"
        flow += (
            f"        self.next(self.{following})\n\n" if following else '\n\nif __name__ == "__main__":\n    Work()\n'
        )
    return Peer(
        ("metaflow==2.19.39",),
        {"flow.py": flow},
        ("python", "flow.py", "run"),
        variables={"USERNAME": "bench", "METAFLOW_USER": "bench", "METAFLOW_HOME": "{folder}/.config"},
        remark="a process a step; no cache (`resume` is for failed runs)",
    )


def ploomber():
    """A script a step, run as a notebook by papermill, handing on pickles."""
    tasks, files = "tasks:\n", {}
    for name, needs in AFTER.items():
        tasks += f"- source: {name}.py\n  product:\n    nb: output/{name}.ipynb\n    data: output/{name}.pkl\n"
        files[f"{name}.py"] = (
            f'# %% tags=["parameters"]\nupstream = {needs or None}\nproduct = None\n\n'
            "# %%\nimport pickle\nfrom pathlib import Path\n\nimport steps\n\n"
            f'# %%\nneeds = [pickle.loads(Path(upstream[name]["data"]).read_bytes()) for name in {needs}]\n'
            f'value = steps.{name}(*needs)\nPath(product["data"]).write_bytes(pickle.dumps(value))\n'
        )
    return Peer(
        ("ploomber==0.23.3", "ipykernel", "papermill", "setuptools<81"),
        files | {"pipeline.yaml": tasks},
        ("ploomber", "build"),
        variables={"PLOOMBER_STATS_ENABLED": "false", "PLOOMBER_VERSION_CHECK_DISABLED": "1"},
        remark="a kernel a step",
    )


ZENML = """\
from typing import Annotated

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from zenml import pipeline, step

import steps


@step
def load() -> pd.DataFrame:
    return steps.load()


@step
def clean(df: pd.DataFrame) -> pd.DataFrame:
    return steps.clean(df)


@step
def features(df: pd.DataFrame) -> tuple[
    Annotated[pd.DataFrame, "X_train"],
    Annotated[pd.DataFrame, "X_test"],
    Annotated[pd.Series, "y_train"],
    Annotated[pd.Series, "y_test"],
]:
    X_train, X_test, y_train, y_test = steps.features(df)
    return X_train, X_test, y_train, y_test


@step
def train(X_train: pd.DataFrame, y_train: pd.Series) -> RandomForestClassifier:
    return steps.train((X_train, None, y_train, None))


@step
def evaluate(X_test: pd.DataFrame, y_test: pd.Series, model: RandomForestClassifier) -> float:
    return steps.evaluate((None, X_test, None, y_test), model)


@pipeline
def work():
    X_train, X_test, y_train, y_test = features(clean(load()))
    evaluate(X_test, y_test, train(X_train, y_train))


if __name__ == "__main__":
    work()
"""


def zenml():
    """A step a step on the default local stack; its database is made beforehand."""
    return Peer(
        ("zenml[local]==0.98.0",),
        {"run.py": ZENML},
        ("python", "run.py"),
        prepare=(("zenml", "init"), ("zenml", "stack", "list")),
        variables={"ZENML_CONFIG_PATH": "{folder}/.config", "ZENML_ANALYTICS_OPT_IN": "false"},
        remark="one process, a SQLite database",
    )


PEERS = {"DVC": dvc, "Kedro": kedro, "Dagster": dagster, "ZenML": zenml, "Metaflow": metaflow, "Ploomber": ploomber}


def install(name, peer, envs):
    """The folder of a peer's programs; made once for a list of requirements. RuntimeError when it does not install."""
    same = [f"{each}=={importlib.metadata.version(each)}" for each in ("pandas", "scikit-learn")]
    wanted = "\n".join([sys.version, *peer.requires, *same])
    folder = envs / name.lower()
    made = folder / ".made"
    if not made.exists() or made.read_text() != wanted:
        say(f"{name}: making an environment")
        uv = [shutil.which("uv") or "uv", "--quiet", "--no-progress"]
        timed([*uv, "venv", "--clear", "--python", sys.executable, folder], envs, None)
        python = ["--python", folder / "bin" / "python"]
        timed([*uv, "pip", "install", "--compile-bytecode", *python, *peer.requires, *same], envs, None)
        made.write_text(wanted)
    return folder / "bin"


def peer_round(peer, programs):
    """Seconds of the first run and of the second in a fresh project, the score, and whether it was computed again."""
    with project("peer-") as (folder, environment):
        for path, text in {"steps.py": STEPS, **peer.files}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        score = folder / "score.txt"
        environment |= {k: v.format(folder=folder) for k, v in peer.variables.items()}
        environment |= {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(programs.parent)}
        environment |= {"PYTHONPATH": str(folder), "SCORE": str(score)}
        for command in peer.prepare:
            timed([programs / command[0], *command[1:]], folder, environment)
        command = [programs / peer.run[0], *peer.run[1:]]
        cold = timed(command, folder, environment)
        found = score.read_text()
        score.unlink()
        return {"cold": cold, "again": timed(command, folder, environment), "score": found, "anew": score.exists()}


def straight():
    """Seconds of papermill running the notebook straight."""
    with project() as (folder, environment):
        write(folder / "nb.ipynb", *SKLEARN)
        return timed([*common.PAPERMILL, "nb.ipynb", "out.ipynb"], folder, environment)


def our_round():
    """Seconds of Millstream's runs."""
    with project() as (folder, environment):
        run = [*common.MILLSTREAM, "run", "nb.ipynb"]
        write(folder / "nb.ipynb", *SKLEARN)
        cold = timed(run, folder, environment)
        warm = timed([*run, "--no-cache"], folder, environment)
        return {"cold": cold, "warm": warm, "again": timed(run, folder, environment)}


def last_words(error):
    """Why something did not work, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if any(map(str.isalnum, line))]
    return (lines[-1] if lines else type(error).__name__)[:160].replace("|", "/")


def measure(names, rounds, envs):
    """All rounds of ours and of each peer, and of those that failed why."""
    peers, failed = {}, {}
    for name in names:
        peer = PEERS[name]()
        try:
            peers[name] = (peer, install(name, peer, envs))
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            failed[name] = f"does not install: {last_words(error)}"
    ours, theirs = [], {name: [] for name in peers}
    for number in range(rounds):
        say(f"peers: round {number + 1} of {rounds}")
        ours.append({"straight": straight(), **our_round()})
        for name, (peer, programs) in peers.items():
            if name not in failed:
                say(f"peers: {name}")
                try:
                    theirs[name].append({"straight": straight(), **peer_round(peer, programs)})
                except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
                    failed[name] = f"does not run: {last_words(error)}"
    return ours, {name: found for name, found in theirs.items() if name not in failed}, failed


def tables(rounds=3, names=tuple(PEERS), envs=ENVS):
    """One row a tool."""
    envs.mkdir(parents=True, exist_ok=True)
    table = Table(
        "peers",
        "The same work by peers (ratio to straight papermill)",
        ["tool", "cold", "warm", "again", "nothing changed", "remark"],
        note=f"Five small scikit-learn steps; the least of {rounds} rounds, whole processes.",
    )
    ours, theirs, failed = measure(names, rounds, envs)

    def figure(found, kind):
        ratio = min(each[kind] / each["straight"] for each in found)
        return ratio, beside(ratio, min(each[kind] for each in found))

    table.rows.append(["papermill, straight", figure(ours, "straight")[1], "", "", "", "the reference"])
    kinds = ("cold", "warm", "again")
    table.ratios = {f"Millstream {kind}": figure(ours, kind)[0] for kind in kinds}
    table.rows.append(["Millstream", *(figure(ours, kind)[1] for kind in kinds), "cached", "a kernel a step"])
    for name in names:
        (version,) = [each for each in PEERS[name]().requires if "==" in each]
        title = f"{name} {version.partition('==')[2]}"
        if name in failed:
            table.rows.append([title, "", "", "", "", failed[name]])
            continue
        found = theirs[name]
        table.ratios |= {f"{name} {kind}": figure(found, kind)[0] for kind in ("cold", "again")}
        again = "computed again" if found[-1]["anew"] else "cached"
        scores = {each["score"] for each in found}
        remark = PEERS[name]().remark + ("" if len(scores) == 1 else f"; scores differ: {', '.join(sorted(scores))}")
        table.rows.append([title, figure(found, "cold")[1], "", figure(found, "again")[1], again, remark])
    return [table]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(PEERS), help=f"of {', '.join(PEERS)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--envs", type=Path, default=ENVS, help="where the environments are kept")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    by_name = {name.lower(): name for name in PEERS}
    names = [by_name[name.lower()] for name in options.names]
    common.show(tables(options.rounds, names, options.envs), as_json=options.json)


if __name__ == "__main__":
    main()
