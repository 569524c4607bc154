"""What grows: steps from 1 to 200, runs from 1 to 100,000, a frame from 1 MB to 4 GB.

    python benchmarks/growth.py [steps runs data] [--short] [--json]

Each table has ratios to its smallest row, or to a reference measured beside it. A size that the free memory or the
free disk does not hold is left out, which is said. What cells cost as they grow is in compile.py.
"""

import argparse
import secrets
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import common
import numpy as np
import pandas as pd
import values
from common import MILLSTREAM, Table, beside, best, free, free_disk, project, say, timed
from pipelines import write

from compile import compiled
from millstream import service
from millstream.store import Store, codec

STEPS, RUNS, MEGABYTES = (1, 10, 50, 200), (1, 100, 10_000, 100_000), (1, 10, 100, 1000, 4000)
MINUTES_BETWEEN_RUNS = 10


def growing(title, columns, note):
    """An empty table, whose first column is a count."""
    return Table("growth", title, columns, note=note)


def steps(counts=STEPS):
    """Trivial steps in a chain: compile, run cold, run again with nothing changed."""
    head = ["steps", "compile", "cold", "cold, a step", "cached"]
    table = growing(
        "Growth: steps (ratio to one step)", head, "Whole processes, once each; a step adds one to a number."
    )
    least = {}
    for count in counts:
        say(f"growth: {count} steps")
        cells = [("step:s0", "x0 = 1"), *((f"step:s{i}", f"x{i} = x{i - 1} + 1") for i in range(1, count))]
        with project() as (folder, environment):
            run = [*MILLSTREAM, "run", "nb.ipynb", "--json"]
            source = write(folder / "nb.ipynb", *cells).read_text()
            taken = [best(lambda source=source: compiled(source), 3), timed(run, folder, environment)]
            taken += [taken[1] / count, timed(run, folder, environment)]
        least = least or dict(enumerate(taken))
        table.rows.append([f"{count}", *(beside(each / least[i], each) for i, each in enumerate(taken))])
        table.ratios[f"{count} steps cached / 1"] = taken[3] / least[3]
    return table


def record_run(append, number):
    """The records of one run of two steps, as a run writes them, through ``append``."""
    run = f"{datetime.fromtimestamp(number, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    started = {"run": run, "pipeline": f"p{number % 7}", "version": None, "parameters": {"month": number % 12}}
    started |= {"notebook": {"path": "nb.ipynb", "digest": "a" * 64}, "steps": ["load", "train"], "git": None}
    append("run-started", started | {"environment": {"python": "3.11.7"}, "user": "ada", "host": "here"})
    for step in started["steps"]:
        ended = {"run": run, "step": step, "status": "ran", "seconds": 0.5, "cells": [1], "metrics": {}, "reads": []}
        ended |= {"outputs": {"df": {"digest": "b" * 64, "type": "parquet", "bytes": 4}}, "executed": "c" * 64}
        ended |= {"code": "d" * 64, "source": "d" * 64, "writes": [], "environment": {"pandas": "3.0"}}
        append("step-ended", ended | {"error": None, "cached_from": None})
    outcome = {"run": run, "status": "succeeded", "seconds": 1.0, "metrics": {"auc": number % 97 / 97}}
    append("run-ended", outcome | {"error": None, "diagnostics": []})


def write_runs(store, numbers, now):
    """Records of many runs, ten minutes apart and the last one now, written without waiting for the disk."""
    for number in numbers:
        seconds = now - number * 60 * MINUTES_BETWEEN_RUNS

        def append(kind, payload, seconds=seconds):
            record = f"{int(seconds * 1000):012x}-{secrets.token_hex(2)}-{secrets.token_hex(4)}"
            at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            path = store.log.path(f"{record}.{kind}")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(codec.encode(record, kind, at, payload))

        record_run(append, int(seconds))


def runs(counts=RUNS):
    """A history of so many runs: add one, list the newest twenty, make the index anew."""
    head = ["runs", "record a run", "a page", "a page after a new run", "`millstream runs`", "index made anew"]
    note = "Two steps a run, a run every ten minutes; in one process, but for `millstream runs`."
    table = growing("Growth: runs (ratio to one run)", head, note)
    now, written, least = time.time() - 600, 0, {}
    with project() as (folder, environment):
        store = Store.open(folder)

        def page():
            assert service.runs(folder, limit=20)["runs"]

        for count in counts:
            say(f"growth: {count} runs")
            write_runs(store, range(written, count), now)
            written = count
            page()
            time.sleep(2.1)  # a folder that changed within two seconds is looked through again
            whole = best(store.rebuild)
            taken = [best(lambda: record_run(store.append, int(time.time())), 10), best(page, 5)]
            taken += [best(page, 3, before=lambda: record_run(store.append, int(time.time())))]
            taken += [min(timed([*MILLSTREAM, "runs"], folder, environment) for _ in range(2)), whole]
            least = least or dict(enumerate(taken))
            table.rows.append([f"{count:,}", *(beside(each / least[i], each) for i, each in enumerate(taken))])
            table.ratios |= {f"{count} runs page / 1": taken[1] / least[1]}
            table.ratios |= {f"{count} runs record / 1": taken[0] / least[0]}
    return table


def data(megabytes=MEGABYTES):
    """A frame of ten columns of floats stored and loaded as a border does it, against pyarrow writing it once."""
    references = ["ipc", "parquet", "read parquet"]
    head = ["frame", "format", "store", "load", *(f"/ {each}" for each in references)]
    table = growing(
        "Growth: data crossing a border (ratio to pyarrow)", head, "In one process; `store` hashes and syncs."
    )
    for size in megabytes:
        name = f"{size:,} MB"
        if free() < 4 * size * 1e6 or free_disk() < 4 * size * 1e6:
            table.leave_out(name)
            continue
        say(f"growth: {name}")
        frame = pd.DataFrame(np.random.default_rng(0).normal(size=(size * 12_500, 10)), columns=[*"abcdefghij"])
        with tempfile.TemporaryDirectory() as folder:
            found = values.frame_case(frame, Path(folder), 5 if size < 100 else 2 if size < 1000 else 1)
        table.rows.append(values.row(name, found, references))
        table.ratios |= {f"{size} MB / {each}": found["store"] / found[each] for each in references[:2]}
    return table


TABLES = {"steps": steps, "runs": runs, "data": data}
SHORT = {"steps": STEPS[:2], "runs": RUNS[:2], "data": MEGABYTES[:3]}


def tables(names=tuple(TABLES), *, short=False):
    """One table for each thing that grows; ``short`` leaves the large sizes out."""
    return [TABLES[name](SHORT[name]) if short else TABLES[name]() for name in names]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(TABLES), help=f"of {', '.join(TABLES)}")
    parser.add_argument("--short", action="store_true", help="leave the large sizes out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    common.show(tables(options.names, short=options.short), as_json=options.json)


if __name__ == "__main__":
    main()
