"""What the documents say is so: commands, links, targets of make, codes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from console import Ids, commands, run

from millstream import errors
from millstream.diagnostics.catalogue import catalogue, page

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
TESTED = [path for path in DOCUMENTS if commands(path.read_text(encoding="utf-8"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project as it is after `prepare_data.py`, with nothing run in it."""
    folder = tmp_path_factory.mktemp("example")
    for name in ("flights.ipynb", "prepare_data.py"):
        shutil.copy(ROOT / "examples" / "flights" / name, folder)
    (folder / ".millstream").mkdir()
    subprocess.run([sys.executable, "prepare_data.py", "--month", "1", "--month", "2"], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("document", TESTED, ids=named)
def test_the_commands_do_what_the_document_shows(document: Path, example: Path, tmp_path: Path) -> None:
    """Every command of a ```console test block ends as the document says, and prints what it shows.

    On the lowest versions of libraries some print something else: there it is enough that commands work.
    """
    folder = Path(shutil.copytree(example, tmp_path / "flights"))
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    environment.pop("MILLSTREAM_HOME", None)
    ids = Ids()
    for command in commands(document.read_text(encoding="utf-8")):
        run(command, folder=folder, environment=environment, ids=ids, exact="MILLSTREAM_LOWEST" not in os.environ)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    """A relative link names a file that is there, and an anchor a heading that is in it."""
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target, _, anchor = link.partition("#")
        if ":" in target:
            continue
        path = (document.parent / target).resolve() if target else document
        assert path.exists(), f"{named(document)}: {link}"
        assert not anchor or anchor in headings(path), f"{named(document)}: {link}"


def headings(path: Path) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_targets_of_make_exist(document: Path) -> None:
    """`make X` in a document is a target that `make help` lists."""
    listed = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^\$ )make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)) <= listed


def test_every_error_is_listed_as_it_is() -> None:
    """The table of errors holds each class with its code, exit code and HTTP status."""
    text = (ROOT / "docs" / "errors-and-diagnostics.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| \[(MS\d+)\]\(\S+\) \| `(\w+)` \| (\d+) \| (\d+) \|", text, re.MULTILINE))
    classes = [getattr(errors, name) for name in errors.__all__]
    wanted = {(kind.code, kind.__name__, str(kind.exit_code), str(kind.http_status)) for kind in classes}
    assert rows == wanted


def test_every_diagnostic_is_listed_as_it_is() -> None:
    """The table of diagnostics holds each code with its severity and title, and leads to its page."""
    text = (ROOT / "docs" / "errors-and-diagnostics.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| \[(MS\d+)\]\((\S+)\) \| (\w+) \| (.+) \|$", text, re.MULTILINE))
    pages = [page(code) for code in catalogue() if not code.startswith("MS0")]
    folder = "../python/millstream/diagnostics/pages"
    assert rows == {(each.code, f"{folder}/{each.code}.md", each.severity, each.title) for each in pages}


def test_every_command_has_a_section() -> None:
    """docs/cli.md shows the help of each command there is, so that none is added in silence."""
    from millstream.cli.app import COMMANDS

    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if f"## {name}\n" not in text or f"$ millstream {name} --help\n" not in text]
    assert not missing
