"""List a wheel and fail when a part of the product is missing from it.

    check_wheel.py dist/millstream-….whl

hatchling obeys .gitignore, so one careless pattern strips the front end from the wheel without a word.
"""

from __future__ import annotations

import re
import sys
from zipfile import ZipFile

DATA = r"millstream-[^/]+\.data/data/"
LAB = DATA + r"share/jupyter/labextensions/millstream/"
WANTED = {
    "the panel's bundle": LAB + r"static/remoteEntry\.[0-9a-f]+\.js",
    "the panel's style": LAB + r"static/style\.js",
    "the panel's package.json": LAB + r"package\.json",
    "the settings schema": LAB + r"schemas/millstream/plugin\.json",
    "install.json": LAB + r"install\.json",
    "the server configuration": DATA + r"etc/jupyter/jupyter_server_config\.d/millstream\.json",
    "the command line": r"millstream/cli/__init__\.py",
    "the server extension": r"millstream/server/__init__\.py",
    "the pages of the diagnostics": r"millstream/diagnostics/pages/MS101\.md",
    "the typing marker": r"millstream/py\.typed",
    "the entry points": r"millstream-[^/]+\.dist-info/entry_points\.txt",
    "the licence": r"millstream-[^/]+\.dist-info/licenses/LICENSE",
}
UNWANTED = {"tests, sources of the panel or installed packages": r"(tests|ui-tests|src|node_modules|examples|docs)/.*"}


def faults(names: list[str]) -> list[str]:
    """What is wrong with a wheel that holds files of these names."""
    missing = [
        f"missing: {what}" for what, path in WANTED.items() if not any(re.fullmatch(path, name) for name in names)
    ]
    stray = [
        f"not to be there: {what}: {name}"
        for what, path in UNWANTED.items()
        for name in names
        if re.fullmatch(path, name)
    ]
    return missing + stray


def main() -> int:
    """Print what the wheel holds; 1 when something is wrong with it."""
    wheel = sys.argv[1]
    with ZipFile(wheel) as archive:
        for entry in archive.infolist():
            print(f"{entry.file_size:>9,}  {entry.filename}")
        wrong = faults(archive.namelist())
    for fault in wrong:
        print(f"{wheel}: {fault}", file=sys.stderr)
    if not wrong:
        print(f"{wheel}: complete ({len(WANTED)} parts checked)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
