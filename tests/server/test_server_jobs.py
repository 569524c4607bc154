"""Runs that the panel starts: followed, cancelled, found again."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path, list[tuple[str, ...]]], Path]
Ask = Callable[..., Awaitable[Any]]


async def _until(ask: Ask, job: str, enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Asks until it is enough; the test's own time limit ends what never comes."""
    while True:
        found: dict[str, Any] = (await ask("GET", "/jobs/{job}", job=job)).document
        if enough(found):
            return found
        await asyncio.sleep(0.1)


def _ended(job: dict[str, Any]) -> bool:
    return bool(job["state"] == "ended")


async def test_a_run_is_followed_to_its_end(ask: Ask, jp_root_dir: Path) -> None:
    """It starts at once, is found among the running, and ends with the run's document, which the history has too."""
    started = await ask("POST", "/jobs", body={"notebook": "sums.ipynb", "parameters": {"n": 5}})
    assert started.status == 201
    job = started.document["job"]
    assert [each["job"] for each in (await ask("GET", "/jobs")).document["jobs"]] == [job]
    found = await _until(ask, job, _ended)
    assert (found["status"], found["error"], found["notebook"]) == ("succeeded", None, "sums.ipynb")
    assert [(step["name"], step["status"]) for step in found["steps"]] == [("load", "ran"), ("total", "ran")]
    assert found["steps"][0]["last_output"] == "loaded\n"
    assert found["result"]["metrics"] == {"total": 10}
    assert (await ask("GET", "/runs/{run}", run="last")).document["run"] == found["run"]
    assert (await ask("GET", "/jobs")).document == {"jobs": []}


async def test_a_failing_cell_is_named(ask: Ask, jp_root_dir: Path, write_notebook: Write) -> None:
    """The step, the cell and the line are in the error, so that the panel can jump to them."""
    write_notebook(jp_root_dir / "bad.ipynb", [("a = 1", "step:one"), ("b = a\nc = 1 / 0", "step:two")])
    job = (await ask("POST", "/jobs", body={"notebook": "bad.ipynb"})).document["job"]
    found = await _until(ask, job, _ended)
    assert found["status"] == "failed"
    assert [step["status"] for step in found["steps"]] == ["ran", "failed"]
    assert (found["error"]["step"], found["error"]["cell"], found["error"]["line"]) == ("two", 1, 2)
    assert "ZeroDivisionError" in found["error"]["message"]


async def test_what_cannot_run_ends_with_the_reason(ask: Ask, jp_root_dir: Path) -> None:
    """A wrong parameter, an unknown step or a file that is no notebook: the job ends at once and says why."""
    (jp_root_dir / "text.ipynb").write_text("not JSON")
    for body, says in [
        ({"notebook": "sums.ipynb", "parameters": {"m": 1}}, "'m'"),
        ({"notebook": "sums.ipynb", "step": "--help"}, "--help"),
        ({"notebook": "text.ipynb"}, "text.ipynb"),
    ]:
        job = (await ask("POST", "/jobs", body=body)).document["job"]
        found = await _until(ask, job, _ended)
        assert found["status"] == "failed"
        assert says in found["error"]["message"]


async def test_a_cancelled_run_leaves_no_kernel_and_is_recorded(
    ask: Ask, jp_root_dir: Path, write_notebook: Write
) -> None:
    """DELETE answers at once; soon the kernel is gone and the history says cancelled."""
    pid_file = jp_root_dir / "pid"
    cells = [
        ("a = 1", "step:one"),
        (f"import os, time\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600 * a)", "step:two"),
    ]
    write_notebook(jp_root_dir / "long.ipynb", cells)
    job = (await ask("POST", "/jobs", body={"notebook": "long.ipynb"})).document["job"]
    running = await _until(ask, job, lambda found: pid_file.exists() and bool(pid_file.read_text()))
    assert [step["status"] for step in running["steps"]] == ["ran", "running"]
    assert running["steps"][1]["cell"] == 1
    assert (await ask("DELETE", "/jobs/{job}", job=job)).status == 204
    assert (await ask("DELETE", "/jobs/{job}", job=job)).status == 204
    found = await _until(ask, job, _ended)
    assert found["status"] == "cancelled"
    assert (await ask("GET", "/runs/{run}", run="last")).document["status"] == "cancelled"
    await asyncio.to_thread(_gone, int(pid_file.read_text()))


async def test_the_server_s_end_ends_its_runs(
    ask: Ask, jp_root_dir: Path, jp_serverapp: Any, write_notebook: Write
) -> None:
    """No run goes on without the server that someone could cancel it in."""
    write_notebook(jp_root_dir / "long.ipynb", [("import time\ntime.sleep(600)", "step:one")])
    job = (await ask("POST", "/jobs", body={"notebook": "long.ipynb"})).document["job"]
    await _until(ask, job, lambda found: bool(found["steps"]) and found["steps"][0]["status"] == "running")
    await jp_serverapp.extension_manager.stop_all_extensions()
    assert (await ask("GET", "/jobs/{job}", job=job)).document["status"] == "cancelled"


async def test_a_module_beside_the_notebook_does_not_stand_in_for_ours(ask: Ask, jp_root_dir: Path) -> None:
    """A file that happens to be called json.py or click.py must not break, or be run by, the run's process."""
    (jp_root_dir / "click.py").write_text("raise SystemExit('imported')")
    job = (await ask("POST", "/jobs", body={"notebook": "sums.ipynb", "parameters": {"n": 4}})).document["job"]
    found = await _until(ask, job, _ended)
    assert (found["status"], [step["status"] for step in found["steps"]]) == ("succeeded", ["cached", "cached"])


def _gone(pid: int) -> None:
    """Waits until the process is gone; the test's own time limit ends what never comes."""
    while _alive(pid):
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
