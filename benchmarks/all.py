"""Every benchmark in one document, ratios first, with the machine it was measured on.

    python benchmarks/all.py [pipelines kernels …] [--short] [--json FILE] [--write docs/benchmarks.md]

``--write`` puts the tables between the markers of a document and leaves the prose around them alone. ``--short`` takes
about two minutes, leaves out peers and what is large, and ends with 1 where a ratio is worse than ``bounds.toml`` says.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import growth
import peers
import pipelines
import psutil
import values
from common import say

import compile as compiling
import kernels

HERE = Path(__file__).parent
LIBRARIES = ("papermill", "nbclient", "ipykernel", "numpy", "pandas", "pyarrow", "scikit-learn", "duckdb")
FULL = {
    "pipelines": pipelines.tables,
    "frames": lambda _: pipelines.frames_tables(),
    "kernels": kernels.tables,
    "values": values.tables,
    "compile": compiling.tables,
    "growth": lambda _: growth.tables(),
    "peers": peers.tables,
}
SHORT = {
    "pipelines": lambda rounds: pipelines.tables(rounds, ("tiny", "sklearn")),
    "frames": lambda _: pipelines.frames_tables(("200 MB frame",)),
    "kernels": kernels.tables,
    "values": lambda rounds: values.tables(rounds, 50),
    "compile": compiling.tables,
    "growth": lambda _: growth.tables(short=True),
}


def machine():
    """The machine, its load and the versions that matter: name → text."""
    information = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.*)", information.read_text()) if information.exists() else None
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    )
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.platform(terse=True)
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Millstream at {commit.stdout.strip() or 'no commit'}",
        "processor": f"{model[1] if model else platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "system": f"{system}, {platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load average": " ".join(f"{each:.1f}" for each in os.getloadavg()) + " (1, 5 and 15 minutes)",
        "libraries": ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES),
    }


def described(about):
    """The machine as Markdown."""
    return "\n".join(f"- {name}: {text}" for name, text in about.items()) + "\n"


def put(path, name, text):
    """Print a section, and put it into the document between its markers, ``<!-- name -->`` and ``<!-- /name -->``."""
    print(text, flush=True)
    if path:
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = path.read_text().partition(begin)
        _, ended, after = rest.partition(end)
        if not found or not ended:
            raise SystemExit(f"{path}: no {begin} … {end}")
        path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}")


def broken(measured, bounds):
    """The ratios of one group that are worse than its bounds, or missing: one line each."""
    ratios = {name: ratio for table in measured for name, ratio in table.ratios.items()}
    return [
        f"{name}: {ratios[name]:.2f}, at most {bound}" if name in ratios else f"{name}: not measured"
        for name, bound in bounds.items()
        if not ratios.get(name, float("inf")) <= bound
    ]


def within(name, measure, bounds):
    """Measure, and once more where a bound is broken: a busy moment is no regression. The tables, what is broken."""
    measured = measure()
    faults = broken(measured, bounds)
    if faults:
        say("\n".join([f"{name}: worse than its bounds, measured once more", *faults]))
        measured = measure()
        faults = broken(measured, bounds)
    return measured, [f"{name}: {fault}" for fault in faults]


def main():
    """Measure, print, write; 1 when a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(FULL)}; all by default")
    parser.add_argument("--short", action="store_true", help="the small ones, held against bounds.toml")
    parser.add_argument("--rounds", type=int, help="3 by default, 2 with --short")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a document with markers for the tables")
    options = parser.parse_args()
    groups = SHORT if options.short else FULL
    rounds = options.rounds or (2 if options.short else 3)
    bounds = tomllib.loads((HERE / "bounds.toml").read_text()) if options.short else {}
    about, found, faults = machine(), {}, []
    put(options.write, "machine", described(about))
    for name in options.names or groups:
        say(f"{name} …")
        found[name], worse = within(name, lambda name=name: groups[name](rounds), bounds.get(name, {}))
        put(options.write, name, "\n".join(table.markdown() for table in found[name]))
        faults += worse
    if options.json:
        tables = {name: [vars(table) for table in tables] for name, tables in found.items()}
        options.json.write_text(json.dumps({"machine": about, "tables": tables}, indent=1))
    for fault in faults:
        print(fault, file=sys.stderr)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
