"""What the statistics of a table cost, as ratios to DuckDB's own SUMMARIZE: ``python benchmarks/summaries.py``.

In seconds of processor time, all threads together, so that a busy machine says the same as a quiet one.
"""

import tempfile
import time
from pathlib import Path

import common
import duckdb
import numpy as np
import pandas as pd
from common import Table, beside, duration

from millstream.statistics import statistics_of

ROWS = 1_000_000


def mixed(rows):
    """Twenty columns: numbers of any spread, a key of each kind, few and many texts, dates, a category."""
    rng = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(50_000)])
    columns = {f"float{n}": rng.normal(size=rows) * 10.0**n for n in range(6)}
    columns["float5"][::7] = np.nan
    columns |= {f"int{n}": rng.integers(0, 10 ** (n + 1), rows) for n in range(5)}
    columns |= {f"text{n}": words[rng.integers(0, few, rows)] for n, few in enumerate((5, 1000, 50_000))}
    start = pd.Timestamp("2020-01-01")
    columns["day"] = start + pd.to_timedelta(rng.integers(0, 1000, rows), "D")
    columns["moment"] = start + pd.to_timedelta(rng.integers(0, 10**9, rows), "s")
    columns |= {"id": np.arange(rows), "code": np.array([f"u{number:08d}" for number in range(rows)])}
    return pd.DataFrame(
        columns | {"flag": rng.random(rows) < 0.3, "kind": pd.Categorical(words[rng.integers(0, 20, rows)])}
    )


def least(action, rounds):
    """The least seconds of processor time of several rounds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def tables(rounds):
    """One row: a million rows of twenty columns, from Parquet."""
    table = Table(
        "summaries", "Statistics of a table (ratio to SUMMARIZE)", ["table", "statistics", "/ SUMMARIZE"],
        note="Seconds of processor time.",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mixed.parquet"
        mixed(ROWS).to_parquet(path)
        ours = least(lambda: statistics_of(path, "parquet"), rounds)
        connection = duckdb.connect()
        theirs = least(lambda: connection.from_parquet(str(path)).query("t", "summarize t").fetchall(), rounds)
    table.rows.append(["1,000,000 x 20", duration(ours), beside(ours / theirs, theirs)])
    table.ratios["1,000,000 x 20"] = ours / theirs
    return [table]


if __name__ == "__main__":
    common.main(__doc__, tables)
