"""Reproduction of real runs: exact, different with the first difference named, and what cannot be run again."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from notebooks import write

from millstream import service
from millstream.cli import main
from millstream.compile import compile_notebook
from millstream.errors import NotFoundError
from millstream.notebook import read
from millstream.reproduction import reproduce, surroundings
from millstream.reproduction.recorded import CannotError, Recorded
from millstream.store import Store

FIT = """\
total = double(sum(rows)) * k
with open('out/total.json', 'w') as file:
    json.dump(total, file)
with open('log.txt', 'a') as file:
    file.write('fitted')"""
STEADY = [
    ("parameters", "k = 2"),
    ("imports", "import json, os\nfrom helper import double"),
    ("step:load", "rows = [int(line) for line in open('data/in.txt')]\nnames = sorted(os.listdir('data'))"),
    ("step:fit", FIT),
    (
        "step:score metrics",
        "with open('out/total.json') as file:\n    total = json.load(file)\nscore = total / len(rows)",
    ),
]
UNSTEADY = [
    ("imports", "import time"),
    ("step:first", "base = 3"),
    ("step:clock", "stamp = time.time_ns()"),
    ("step:after metrics", "age = stamp % 1000003 + base"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose notebook ran, and whose files were all changed since."""
    folder = tmp_path_factory.mktemp("reproduce")
    for name in (".millstream", "data", "out"):
        (folder / name).mkdir()
    write(folder / "steady.ipynb", *STEADY)
    (folder / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    (folder / "data" / "in.txt").write_text("1\n2\n")
    (folder / "data" / "other.txt").write_text("only listed")
    (folder / "log.txt").write_text("before ")
    assert service.run(folder / "steady.ipynb", parameters={"k": 5})["status"] == "succeeded"
    write(folder / "steady.ipynb", ("step:load", "something = 'else'"))
    (folder / "helper.py").write_text("def double(x):\n    return 3 * x\n")
    (folder / "data" / "in.txt").write_text("overwritten")
    (folder / "out" / "total.json").write_text("mine")
    (folder / "log.txt").unlink()
    return folder


def files(folder: Path) -> dict[str, str]:
    paths = [path for path in folder.rglob("*") if path.is_file() and ".millstream" not in path.parts]
    return {str(path.relative_to(folder)): path.read_text() for path in paths if path.suffix != ".pyc"}


def test_exactly_though_everything_changed_since(project: Path) -> None:
    """Code, module, parameter and data are those of then; the user's files and history stay as they are."""
    before, runs = files(project), service.runs(project)["runs"]
    said: list[str] = []
    found = reproduce(project, "last", here=True, on_event=lambda e: said.append(e["event"]))
    assert found["verdict"] == "reproduced", found
    kinds = {(row["kind"], row["name"]) for row in found["values"]}
    assert {("value", "rows"), ("file", "out/total.json"), ("file", "log.txt"), ("metric", "score")} <= kinds
    assert found["put_back"] == []
    assert found["environment"]["differences"] == []
    assert {"message", "step-started", "run-ended"} <= set(said)
    assert files(project) == before
    assert service.runs(project)["runs"] == runs
    assert not list((project / ".millstream" / "tmp").glob("reproduce-*"))


def test_what_differs_is_named_with_its_step(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The step that reads the clock comes first and is known to; the one after it differs because of it."""
    (tmp_path / ".millstream").mkdir()
    write(tmp_path / "unsteady.ipynb", *UNSTEADY)
    assert service.run(tmp_path / "unsteady.ipynb")["status"] == "succeeded"
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", "last", "--here", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "differs"
    assert found["first"] == {"step": "clock", "kind": "value", "name": "stamp"}
    first, clock, after = found["steps"]
    assert (first["verdict"], clock["verdict"], after["verdict"]) == ("reproduced", "differs", "differs")
    assert "reads the clock" in clock["nondeterministic"][0]
    assert after["because"] == ["stamp of step clock"]
    assert after["nondeterministic"] == []
    assert any(row["kind"] == "metric" and "off by" in row["note"] for row in found["values"])


def test_data_that_is_not_to_be_had(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Kept nowhere and overwritten: the file is named, with what to do; once it is back, it works."""
    (tmp_path / ".millstream").mkdir()
    (tmp_path / "millstream.toml").write_text("[files]\nkeep_up_to = 0\n")
    (tmp_path / "in.txt").write_text("  7\n")
    write(tmp_path / "nb.ipynb", ("step:load", "x = int(open('in.txt').read())"), ("step:end metrics", "y = x + 1"))
    assert service.run(tmp_path / "nb.ipynb")["status"] == "succeeded"
    (tmp_path / "in.txt").write_text("8")
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", "last", "--here"]) == 1
    out = capsys.readouterr().out
    assert "cannot be reproduced: The content is not to be had of in.txt as step 'load' read it" in out
    assert "keep_up_to" in out
    (tmp_path / "in.txt").write_text("  7\n")
    assert main(["reproduce", "last", "--here"]) == 0
    assert "reproduced: " in capsys.readouterr().out


def test_files_outside_and_whole_paths(tmp_path: Path) -> None:
    """Data behind a link is brought back; what a whole path leads to is read as it is, said, and never left changed."""
    home, data = tmp_path / "home", tmp_path / "data"
    (home / ".millstream").mkdir(parents=True)
    data.mkdir()
    (home / "linked").symlink_to(data)
    (data / "in.txt").write_text("then")
    (home / "own.txt").write_text("first")
    source = f"own = open('{home}/own.txt').read()\nwith open('{home}/result.txt', 'w') as file:\n    file.write(own)"
    write(home / "nb.ipynb", ("step:link", "text = open('linked/in.txt').read()\nn = len(text)"), ("step:whole", source),
          ("step:end metrics", "size = len(own) + n"))  # fmt: skip
    assert service.run(home / "nb.ipynb")["status"] == "succeeded"
    (data / "in.txt").write_text("something else")
    (home / "result.txt").write_text("mine")
    found = reproduce(home, "last", here=True)
    assert found["verdict"] == "reproduced", found
    assert found["put_back"] == [str(home / "result.txt")]
    (home / "own.txt").write_text("second")
    found = reproduce(home, "last", here=True)
    assert found["first"] == {"step": "whole", "kind": "read", "name": "own.txt"}
    assert [step["because"] for step in found["steps"]] == [[], ["content of own.txt"], ["own of step whole"]]
    assert ((home / "result.txt").read_text(), (data / "in.txt").read_text()) == ("mine", "something else")


def test_a_run_that_failed_fails_again(tmp_path: Path) -> None:
    """The same step with the same error is the same outcome."""
    (tmp_path / ".millstream").mkdir()
    write(tmp_path / "nb.ipynb", ("step:one", "x = 1"), ("step:two", "y = x / 0"), ("step:three", "z = y"))
    assert service.run(tmp_path / "nb.ipynb")["status"] == "failed"
    found = reproduce(tmp_path, "last", here=True)
    assert found["verdict"] == "reproduced", found
    assert found["values"][-1]["note"] == "it failed, as it did then"


def test_a_promoted_pipeline_and_a_part_of_it(project: Path, tmp_path: Path) -> None:
    """A run of pipelines/NAME, and one that ended with a step in the middle."""
    (tmp_path / ".millstream").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "in.txt").write_text("7")
    cells = [("step:load", "x = int(open('in.txt').read())"), ("step:mid", "y = x + 1"), ("step:end", "z = y")]
    service.promote(write(tmp_path / "sub" / "nb.ipynb", *cells))
    assert service.run(tmp_path / "pipelines" / "nb", step="mid")["status"] == "succeeded"
    shutil.rmtree(tmp_path / "pipelines")
    found = reproduce(tmp_path, "last", here=True)
    assert (found["verdict"], [step["name"] for step in found["steps"]]) == ("reproduced", ["load", "mid"]), found


def test_the_code_of_older_records(project: Path) -> None:
    """Where the source was not kept, or was lost, the executed notebooks hold it; losing it is noticed."""
    store = Store.open(project)
    recorded = Recorded(store, "last")
    whole, digest = recorded.program(), recorded.started["notebook"]["source"]
    source = store.object_path(digest)
    assert all(not cell["outputs"] for cell in json.loads(source.read_bytes())["cells"])
    aside = source.with_name("aside")
    source.rename(aside)
    assert recorded.program().digest == whole.digest
    assert any(each["kind"] == "missing" and digest in each["problem"] for each in store.check())
    aside.rename(source)
    del recorded.started["notebook"]["source"]
    assert recorded.program().digest == whole.digest
    assert recorded.program().digest != compile_notebook(read(project / "steady.ipynb")).digest
    for record in recorded.steps.values():
        record["executed"] = None
    with pytest.raises(CannotError, match="is not in the store"):
        recorded.program()


def test_a_run_that_is_not_there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong call."""
    with pytest.raises(NotFoundError):
        reproduce(project, "nothing")
    monkeypatch.chdir(project)
    assert main(["reproduce", "nothing"]) == 2


# -- environments --------------------------------------------------------------------------------------------------


def test_what_is_installed() -> None:
    """The recorded versions, without what is carried into kernels, and a kernel."""
    packages = {"python": "3.11.7", "pandas": "2.2.0", "millstream": "0.1", "cloudpickle": "3.0"}
    assert surroundings.requirements(packages) == ["pandas==2.2.0", "ipykernel"]
    assert surroundings.requirements({"ipykernel": "6.29"}) == ["ipykernel==6.29"]


def test_what_differs_between_environments() -> None:
    """Other versions and packages that are gone; the spelling of a name does not matter."""
    recorded = {"python": "3.11.7", "typing-extensions": "4.1", "pandas": "2.2.0", "gone": "1"}
    now = {"python": "3.11.7", "Typing_Extensions": "4.1", "pandas": "3.0"}
    assert surroundings.differences(recorded, now) == [
        {"name": "gone", "recorded": "1", "present": None},
        {"name": "pandas", "recorded": "2.2.0", "present": "3.0"},
    ]


def test_without_uv(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Said, with --here as the way out."""
    monkeypatch.setattr(surroundings.shutil, "which", lambda _: None)
    monkeypatch.chdir(project)
    assert main(["reproduce", "last"]) == 1
    out = capsys.readouterr().out
    assert "uv is not installed" in out
    assert "--here" in out


def _uv(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program called uv that does as the script says."""
    path = folder / "uv"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(surroundings.shutil, "which", lambda _: str(path))


def test_a_package_that_is_not_to_be_had(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What uv says is passed on."""
    _uv(tmp_path, 'if [ "$1" = pip ]; then echo "  ! no version of nothing==1.0" >&2; exit 1; fi', monkeypatch)
    found = reproduce(project, "last")
    assert found["verdict"] == "cannot"
    assert found["reason"] == "The recorded packages are not to be had: no version of nothing==1.0"
    assert "--here" in found["hint"]


def test_in_an_environment_made_by_uv(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel is the one that was made, for as long as it runs; uv is given the recorded versions."""
    started = tmp_path / "started"
    python = f'#!/bin/sh\necho "$@" >> {started}\nexec {sys.executable} "$@"'
    script = f"""echo "$@" >> {tmp_path}/called
if [ "$1" = venv ]; then
  for home; do :; done
  mkdir -p "$home/bin"
  cat > "$home/bin/python" <<'END'
{python}
END
  chmod +x "$home/bin/python"
fi"""
    _uv(tmp_path, script, monkeypatch)
    found = reproduce(project, "last")
    assert found["verdict"] == "reproduced", found
    assert found["environment"]["kind"] == "uv"
    assert started.read_text().count("ipykernel_launcher") == 3
    venv, install = (tmp_path / "called").read_text().splitlines()
    packages = Recorded(Store.open(project), "last").packages
    assert f"--python {packages['python']} " in venv
    assert f"ipykernel=={packages['ipykernel']}" in install
