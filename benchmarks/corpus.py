"""Real notebooks, cut into steps at suggested and at random borders: equal to their straight run, refused, or different.

    make corpus                                   # everything, into docs/corpus.md; hours
    python benchmarks/corpus.py --only 'statsmodels/*gee*' --cuts suggested random-1

The notebooks come from source distributions on PyPI, pinned below; what they import is in ``corpus.txt`` beside this
file. Each is given to ``millstream verify`` in a copy of its folder: real kernels, every value compared. A notebook that
does not run straight here (it downloads data, or wants a library of years ago) is counted and left out. Results are
kept in the cache folder, so that a run that was stopped goes on; ``--again`` forgets them.
"""

from __future__ import annotations

import argparse
import collections
import fnmatch
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from millstream.notebook import read

SOURCES = {
    "statsmodels": "0.14.6",
    "arch": "8.0.0",
    "linearmodels": "7.1",
    "formulaic": "1.2.2",
    "emcee": "3.1.6",
    "mapie": "1.6.0",
}
"""Source distributions with notebooks in them, and their versions."""

CUTS = ("suggested", "random-1", "random-2")
DEFAULT_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "millstream-corpus"
DOCUMENT = Path(__file__).parents[1] / "docs" / "corpus.md"
LIMIT = 600  # seconds for one verification: three runs of the notebook
MARKS = "<!-- table -->", "<!-- end of table -->"

Result = dict[str, Any]


def fetch(name: str, version: str, cache: Path) -> Path:
    """The folder of an unpacked source distribution; through pip's own settings for where packages come from."""
    folder = cache / "sources" / f"{name}-{version}"
    if folder.exists():
        return folder
    from pip._internal.models.index import PyPI
    from pip._vendor import requests

    index = os.environ.get("PIP_INDEX_URL", PyPI.simple_url).rstrip("/")
    verify = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE") or True
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = requests.get(f"{index}/{name}/", headers=accept, verify=verify, timeout=60)
    page.raise_for_status()
    [file] = [each for each in page.json()["files"] if each["filename"] == f"{name}-{version}.tar.gz"]
    print(f"fetching {file['filename']}", file=sys.stderr)
    content = requests.get(file["url"], verify=verify, timeout=600).content
    aside = folder.with_suffix(".part")
    shutil.rmtree(aside, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(aside, filter="data")
    aside.rename(folder)
    return folder


def notebooks(cache: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    """Name and path of each notebook that the pattern fits and that has enough code to cut."""
    for name, version in SOURCES.items():
        for path in sorted(fetch(name, version, cache).rglob("*.ipynb")):
            title = f"{name}/{path.stem}"
            if fnmatch.fnmatch(title, pattern) and len(_code(path)) > 2:
                yield title, path


def _code(path: Path) -> list[int]:
    """The indexes of the code cells that hold code."""
    return [cell.index for cell in read(path).cells if cell.kind == "code" and cell.source.strip()]


def cut(path: Path, kind: str) -> None:
    """Tag the notebook for a cut of that kind; suggested borders are drawn by the command itself."""
    if kind == "suggested":
        return
    document = json.loads(path.read_text(encoding="utf-8"))
    pick = random.Random(f"{path.stem} {kind}")
    code = _code(path)
    starts = [code[0], *sorted(pick.sample(code[1:], min(len(code) - 1, pick.randint(2, 7))))]
    for cell in document["cells"]:
        tags = cell.get("metadata", {}).get("tags", [])
        cell.setdefault("metadata", {})["tags"] = [tag for tag in tags if not tag.startswith("step:")]
    for number, start in enumerate(starts, 1):
        document["cells"][start]["metadata"]["tags"].append(f"step:part_{number}")
    path.write_text(json.dumps(document), encoding="utf-8")


def verify(path: Path, kind: str, seconds: float) -> Result:
    """What ``millstream verify`` says of one notebook with one cut, in a copy of its folder."""
    with tempfile.TemporaryDirectory(prefix="millstream-corpus-") as scratch:
        home = Path(scratch) / "notebooks"
        shutil.copytree(path.parent, home, ignore=shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints"))
        (home / ".millstream").mkdir()
        notebook = Path(shutil.copy(path, home))
        cut(notebook, kind)
        command = [sys.executable, "-m", "millstream", "verify", notebook.name, "--json"]
        environment = {**os.environ, "MPLBACKEND": "agg"}
        started = time.monotonic()
        process = subprocess.Popen(
            [*command, *(["--suggest"] if kind == "suggested" else [])], cwd=home, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.communicate()
            return {"verdict": "too long", "seconds": seconds}
        return {**_judge(out, err), "seconds": round(time.monotonic() - started, 1)}


def _judge(out: str, err: str) -> Result:
    if "Traceback (most recent call last)" in err or not out:
        return {"verdict": "broken", "why": err[-3000:]}
    document = json.loads(out)
    error = document.get("error") or {}
    if error.get("step") == "straight":
        return {"verdict": "not run here", "why": error["message"]}
    if document["verdict"] == "refused" or error:
        code = error.get("code") or next((d["code"] for d in document["diagnostics"] if d["severity"] == "error"), "?")
        verdict = "refused" if document["verdict"] == "refused" else "different"
        return {"verdict": verdict, "code": code, "why": error.get("message", "")}
    rows = [row for kind in ("values", "metrics", "files") for row in document[kind]]
    wrong = {row["name"]: row["note"] for row in rows if row["equal"] is False}
    return {"verdict": document["verdict"], "why": wrong, "values": len(rows)}


def table(results: Mapping[tuple[str, str], Result]) -> str:
    """The results as Markdown: one line a source and kind of cut, then what was refused and why."""
    lines = [
        "| source | borders | run here | equal | nondeterministic | refused | different | broken |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    total: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for (title, kind), result in results.items():
        borders = kind.split("-")[0]
        total[title.split("/")[0], borders][result["verdict"]] += 1
        total["**all**", borders][result["verdict"]] += 1
    for (source, borders), counts in sorted(total.items(), key=lambda item: (item[0][0] == "**all**", item[0])):
        left_out = counts["not run here"] + counts["too long"]
        run = sum(counts.values()) - left_out
        shown = [counts[v] for v in ("equal", "nondeterministic", "refused", "different", "broken")]
        steady = run - counts["nondeterministic"]
        share = f" ({shown[0] / steady:.1%})" if steady else ""
        cells = [f"{shown[0]}{share}", *map(str, shown[1:])]
        version = f" {SOURCES[source]}" if source in SOURCES else ""
        lines.append(f"| {source}{version} | {borders} | {run} of {run + left_out} | {' | '.join(cells)} |")
    refused = [(key, result) for key, result in sorted(results.items()) if result["verdict"] == "refused"]
    if refused:
        lines += ["", "Refused, each with its reason:", ""]
        lines += [f"- `{t}`, {kind}: {r['code']}, {_plain(r['why'])}" for (t, kind), r in refused]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """One line of a message, safe in Markdown."""
    return re.sub(r"([|<>*_\[\]])", r"\\\1", " ".join(text.split())[:300])


def write_document(text: str) -> None:
    """Put the table into its place in the document."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    DOCUMENT.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


def main() -> None:
    """Verify, print the table, write it into the document if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="*", help="a pattern of SOURCE/NOTEBOOK")
    parser.add_argument("--cuts", nargs="*", default=list(CUTS), help="suggested, random-1, random-2, …")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--seconds", type=float, default=LIMIT, help="the longest that one verification may take")
    parser.add_argument("--again", action="store_true", help="verify what has a result already")
    parser.add_argument("--write", action="store_true", help=f"write the table into {DOCUMENT.name}")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    (options.cache / "sources").mkdir(exist_ok=True)
    kept = options.cache / "results.json"
    results: dict[str, Result] = json.loads(kept.read_text()) if kept.exists() else {}
    for title, path in notebooks(options.cache, options.only):
        for kind in options.cuts:
            key = f"{title} {kind}"
            straight = results.get(f"{title} {options.cuts[0]}", {})
            if kind != options.cuts[0] and straight.get("verdict") in ("not run here", "too long"):
                results[key] = straight  # no cut makes it run
            elif key not in results or options.again:
                results[key] = verify(path, kind, options.seconds)
            result = results[key]
            print(f"{title:<60} {kind:<10} {result['verdict']:<16} {result['seconds']:>6} s", file=sys.stderr)
            kept.write_text(json.dumps(results, indent=1, sort_keys=True))
    chosen = {tuple(key.rsplit(" ", 1)): result for key, result in results.items()}
    text = table(chosen)  # type: ignore[arg-type]
    print(text)
    if options.write:
        write_document(text)


if __name__ == "__main__":
    main()
