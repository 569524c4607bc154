"""The main job from one end to the other, on real data: what `make demo` runs.

Each command is printed before it runs, so that it can be typed by hand afterwards.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n{BOLD}==> {text}{PLAIN}", flush=True)


def run(*command: str, quiet: bool = False) -> str:
    """Run a command of this environment in the example's folder; its output when `quiet`. Ends the demo if it fails."""
    if not quiet:
        print(f"$ {shlex.join(command)}", flush=True)
    program, *arguments = command
    done = subprocess.run(
        [str(BIN / program), *arguments], cwd=HERE, check=False, text=True, stdout=subprocess.PIPE if quiet else None
    )
    if done.returncode:
        sys.exit(f"The demo stops here: {shlex.join(command)} ended with exit code {done.returncode}.")
    return done.stdout or ""


def latest_runs(count: int) -> list[str]:
    """The ids of the example's newest runs, newest first."""
    found = json.loads(run("millstream", "runs", "--limit", str(count), "--json", quiet=True))
    return [each["run"] for each in found["runs"]]


def main() -> None:
    """Two months of flights: checked, run, compared, run again from the cache, promoted, one step run by papermill."""
    # The store belongs to the example, not to the repository around it.
    (HERE / ".millstream").mkdir(exist_ok=True)
    say("The flights of 2013, one file a month")
    run("python", "prepare_data.py")
    say("What the notebook's tags make of it")
    run("millstream", "check", "flights.ipynb")
    say("January")
    run("millstream", "run", "flights.ipynb")
    say("February")
    run("millstream", "run", "flights.ipynb", "-p", "month", "2")
    say("What differs between the two")
    february, january = latest_runs(2)
    run("millstream", "compare", january, february)
    say("February again: nothing changed, so nothing is run")
    run("millstream", "run", "flights.ipynb", "-p", "month", "2")
    say("The notebook becomes a pipeline: plain notebooks, one a step")
    run("millstream", "promote", "flights.ipynb", "--name", "flights")
    say("Its steps are plain notebooks: papermill itself runs the first, for March")
    load = next((HERE / "pipelines" / "flights" / "steps").glob("01_*.ipynb")).relative_to(HERE)
    executed = Path("pipelines", "executed.ipynb")
    run("papermill", str(load), str(executed), "-p", "month", "3", "--no-progress-bar", "--log-level", "ERROR")
    (HERE / executed).unlink()
    say("Done. `make lab` opens JupyterLab on this notebook, with these runs in its panel.")


if __name__ == "__main__":
    main()
