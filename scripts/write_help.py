"""Write the commands' help, as it is printed now, into the documents that show it.

A document shows it as `$ millstream COMMAND --help` in a ```console test block; tests/docs holds it true.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOWN = re.compile(r"^\$ (millstream .*--help)\n(?:(?!\$ |```).*\n)*", re.MULTILINE)
PLAIN = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


def current(shown: re.Match[str]) -> str:
    """The command and what it prints."""
    done = subprocess.run(shown[1].split(), check=True, capture_output=True, text=True, env={**os.environ, **PLAIN})
    return f"$ {shown[1]}\n{done.stdout.rstrip()}\n"


def main() -> None:
    """Rewrite each document whose help is stale."""
    for document in sorted(ROOT.glob("docs/*.md")):
        text = document.read_text(encoding="utf-8")
        if (now := SHOWN.sub(current, text)) != text:
            document.write_text(now, encoding="utf-8")
            print(f"{document.relative_to(ROOT)}: brought up to date")


if __name__ == "__main__":
    main()
