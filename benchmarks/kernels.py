"""How soon a kernel is ready and a library imported in it: started afresh against forked, in one run.

    python benchmarks/kernels.py [--rounds 5] [--imports pandas sklearn] [--json]

The two take turns, so that what else the machine does meets both. Each time runs from asking for a kernel to the
reply to a cell that imports the libraries; the median of the rounds counts. The server that forks is started
beforehand, and how long that took is shown.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import common
from common import Table, beside, duration
from jupyter_core.utils import run_sync

from millstream.run import kernels

NO_HISTORY = "--HistoryManager.hist_file=:memory:"


def once(modules: list[str], *, fresh: bool) -> dict[str, float]:
    """Start a kernel, import, shut down; seconds until ready, until imported, and for the end."""
    began = time.perf_counter()
    manager = kernels.kernel_manager_factory(modules, fresh=fresh)(kernel_name="python3")
    run_sync(manager.start_kernel)(extra_arguments=[NO_HISTORY])
    client = manager.client()
    client.start_channels()
    run_sync(client.wait_for_ready)(timeout=60)
    ready = time.perf_counter()
    reply = run_sync(client.execute_interactive)(f"import {', '.join(modules)}", allow_stdin=False, timeout=60)
    imported = time.perf_counter()
    if reply["content"]["status"] != "ok":
        raise SystemExit(f"import {', '.join(modules)}: {reply['content'].get('evalue')}")
    client.stop_channels()
    run_sync(manager.shutdown_kernel)()
    if not fresh and manager.provisioner.fresh_because:
        raise SystemExit(f"not forked: {manager.provisioner.fresh_because}")
    return {"ready": ready - began, "imported": imported - began, "ended": time.perf_counter() - imported}


def measure(modules: list[str], rounds: int) -> dict[str, Any]:
    """Medians of the rounds, and the ratios of forked to fresh."""
    once(modules, fresh=True)  # so that byte code is written and files are in memory, for both
    began = time.perf_counter()
    once(modules, fresh=False)
    first = time.perf_counter() - began
    taken: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    for _ in range(rounds):
        for fresh, times in taken.items():
            times.append(once(modules, fresh=fresh))
    medians = {
        name: {key: statistics.median(each[key] for each in taken[fresh]) for key in taken[fresh][0]}
        for name, fresh in (("fresh", True), ("forked", False))
    }
    ratios = {key: medians["forked"][key] / medians["fresh"][key] for key in medians["fresh"]}
    (server,) = kernels.list_servers()
    return {"modules": modules, "rounds": rounds, "first": first, **medians, "ratio": ratios, "pss": server.pss}


def tables(rounds: int = 5, modules: Sequence[str] = ("pandas", "sklearn")) -> list[Table]:
    """Measured with servers of its own, of which none is left."""
    folder = tempfile.mkdtemp(prefix="ms-")
    os.environ["MILLSTREAM_RUNTIME_DIR"] = folder
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would have every fresh kernel compile the libraries again
    try:
        result = measure(list(modules), rounds)
    finally:
        kernels.stop_servers(kill=True)
        del os.environ["MILLSTREAM_RUNTIME_DIR"]
        shutil.rmtree(folder, ignore_errors=True)
    table = Table("kernels", "A kernel, forked against fresh (ratio to fresh)", ["seconds until", "forked", "fresh"])
    for key, text in (("ready", "ready"), ("imported", f"{', '.join(modules)} imported"), ("ended", "ended")):
        ratio, forked, fresh = result["ratio"][key], result["forked"][key], result["fresh"][key]
        table.rows.append([text, beside(ratio, forked), duration(fresh)])
        table.ratios[key] = ratio
    table.note = (
        f"The median of {rounds} rounds. The first use, with the start of the server, takes "
        f"{duration(result['first'])}; the server holds {result['pss'] / 1e6:.0f} MB."
    )
    return [table]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--imports", nargs="+", default=["pandas", "sklearn"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    common.show(tables(options.rounds, options.imports), as_json=options.json)


if __name__ == "__main__":
    main()
