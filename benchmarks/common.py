"""What the benchmarks share: tables, timed processes, their peak memory, and kernel servers of their own."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MILLSTREAM = [sys.executable, "-m", "millstream"]
PAPERMILL = [sys.executable, "-m", "papermill"]
_MARK = "MILLSTREAM_BENCHMARK"


@dataclass
class Table:
    """One table: ready to read in ``head`` and ``rows``; in ``ratios`` what ``bounds.toml`` speaks about."""

    name: str
    title: str
    head: list[str]
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""
    ratios: dict[str, float] = field(default_factory=dict)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def leave_out(self, name):
        """A row for what this machine does not hold."""
        self.rows.append([name, "left out: too little free memory or disk", *[""] * (len(self.head) - 2)])

    def markdown(self):
        """The table as Markdown, columns aligned, with the load when it was begun."""
        widths = [max(len(row[i]) for row in [self.head, *self.rows]) for i in range(len(self.head))]

        def line(cells):
            return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"

        rule = f"| {' | '.join('-' * width for width in widths)} |"
        note = f"{self.note} Load average when it began: {self.load:.1f}.".strip()
        return "\n".join([f"### {self.title}", "", line(self.head), rule, *map(line, self.rows), "", note, ""])


def main(description, tables, *, default=3):
    """What every script does on its own: measure, and print Markdown or, with ``--json``, one document."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=default)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    show(tables(options.rounds), as_json=options.json)


def show(tables, *, as_json):
    """Print the tables."""
    print(json.dumps([vars(t) for t in tables], indent=1) if as_json else "\n".join(t.markdown() for t in tables))


def say(text):
    """What is going on, for who waits."""
    print(text, file=sys.stderr, flush=True)


def beside(ratio, seconds):
    """A ratio, and the seconds that it comes from."""
    return f"{ratio:.2f} ({duration(seconds)})"


def duration(seconds):
    """Seconds as people read them."""
    if abs(seconds) < 0.1:
        return f"{seconds * 1000:.2g} ms" if abs(seconds) < 0.01 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if abs(seconds) < 10 else f"{seconds:,.0f} s"


def best(action, rounds=1, before=lambda: None):
    """The least seconds of several rounds."""
    times = []
    for _ in range(rounds):
        before()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def timed(command, cwd, environment):
    """Seconds of a whole process. RuntimeError with its last words where it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        stdin=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or done.stdout.strip())[-2000:])
    return seconds


def peak(command, cwd, environment):
    """The most bytes resident at a time in a process and all that it starts: RSS summed, and shared memory once (PSS).

    A kernel server leaves the tree of who started it, so processes are known by an environment variable. Summing PSS
    walks every page, which slows a process down: time and memory are measured in different runs.
    """
    most = [0, 0]
    ended = threading.Event()

    def watch():
        while not ended.wait(0.05):
            for place, total in enumerate(_resident(marked)):
                most[place] = max(most[place], total)

    marked = f"{_MARK}={os.getpid()}-{time.monotonic_ns()}"
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        timed(command, cwd, {**environment, _MARK: marked.partition("=")[2]})
    finally:
        ended.set()
        watcher.join()
    return tuple(most)


def _resident(marked):
    rss = pss = 0
    for pid in psutil.pids():
        folder = Path(f"/proc/{pid}")
        try:
            if marked.encode() in (folder / "environ").read_bytes():
                fields = dict(line.split(":") for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
                rss += int(fields["Rss"].split()[0]) * 1024
                pss += int(fields["Pss"].split()[0]) * 1024
        except OSError:  # ended meanwhile, or another user's
            continue
    return rss, pss


@contextmanager
def project(prefix="millstream-"):
    """An empty project in a temporary folder, and an environment with kernel servers of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=prefix) as folder, tempfile.TemporaryDirectory(prefix="ms-") as runtime:
        left_out = ("PYTHONDONTWRITEBYTECODE", "MILLSTREAM_HOME", "VIRTUAL_ENV", "PYTHONPATH")
        environment = {k: v for k, v in os.environ.items() if k not in left_out}
        environment["MILLSTREAM_RUNTIME_DIR"] = runtime
        (Path(folder) / ".millstream").mkdir()
        try:
            yield Path(folder), environment
        finally:
            subprocess.run([*MILLSTREAM, "kernels", "stop"], env=environment, capture_output=True, check=False)


def free():
    """Bytes of memory that can be had."""
    return psutil.virtual_memory().available


def free_disk():
    """Bytes that temporary folders can have."""
    return shutil.disk_usage(tempfile.gettempdir()).free
