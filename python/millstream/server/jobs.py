"""Runs that the panel starts: each a child process, so that the server stays quick and survives whatever they do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from millstream.errors import NotFoundError, UsageError
from millstream.server.progress import Progress

GRACE = 15.0  # seconds that an interrupted run has for closing its kernels and writing its record
_KEPT = 50  # ended jobs whose outcome can still be asked for


class Job:
    """One child process, the files it writes, and what they say so far."""

    def __init__(self, notebook: str, folder: Path) -> None:
        self.id = secrets.token_hex(8)
        self.notebook = notebook
        self.folder = folder
        self.progress = Progress(folder)
        self.process: asyncio.subprocess.Process | None = None
        self.ended = asyncio.Event()
        self.stopping = False

    def document(self) -> dict[str, Any]:
        """The job as the API shows it. Reads a file: not for the event loop."""
        return {"job": self.id, "notebook": self.notebook, **self.progress.document()}

    def interrupt(self) -> None:
        """Ask the run to end: it shuts its kernels down and records that it was cancelled."""
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                if sys.platform == "win32":
                    self.process.terminate()
                else:
                    self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End the process, whatever it does."""
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()


class Jobs:
    """The runs that this server started."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(
        self, notebook: str, file: Path, *, parameters: dict[str, Any], cache: bool = True, step: str | None = None
    ) -> Job:
        """Run the notebook in a child process; returns at once."""
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="millstream-job-"))
        job = Job(notebook, folder)
        try:
            (folder / "parameters.json").write_text(json.dumps(parameters))
            with (folder / "result.json").open("wb") as out, (folder / "log.txt").open("wb") as err:
                job.process = await asyncio.create_subprocess_exec(
                    *_command(file, folder, cache=cache, step=step),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    cwd=file.parent,
                    start_new_session=True,  # Ctrl-C at the server's terminal is the server's to pass on
                )
        except ValueError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise UsageError("The step's name holds a character that no name can hold.", hint=str(error)) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._jobs[job.id] = job
        self._background(self._follow(job, job.process))
        return job

    def get(self, job: str) -> Job:
        """The job of that id. Raises NotFoundError."""
        if job not in self._jobs:
            raise NotFoundError(
                f"This server has no job {job[:80]!r}.",
                hint="It was restarted, or the job ended long ago: see the runs.",
            )
        return self._jobs[job]

    def running(self) -> list[Job]:
        """The jobs that go on, oldest first."""
        return [job for job in self._jobs.values() if not job.ended.is_set()]

    def cancel(self, job: Job) -> None:
        """Interrupt a job, and kill it when it does not end within ``GRACE`` seconds."""
        if not job.stopping and not job.ended.is_set():
            job.stopping = True
            self._background(self._stop(job))

    async def stop(self) -> None:
        """Cancel every job and wait until they have ended: the server stops."""
        for job in self.running():
            self.cancel(job)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for job in self._jobs.values():
            shutil.rmtree(job.folder, ignore_errors=True)

    async def _follow(self, job: Job, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        await asyncio.to_thread(job.progress.end, code)
        job.ended.set()
        await asyncio.to_thread(shutil.rmtree, job.folder, ignore_errors=True)
        for old in [job.id for job in self._jobs.values() if job.ended.is_set()][:-_KEPT]:
            del self._jobs[old]

    async def _stop(self, job: Job) -> None:
        job.interrupt()
        try:
            await asyncio.wait_for(job.ended.wait(), GRACE)
        except TimeoutError:
            job.kill()
            await job.ended.wait()

    def _background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _command(file: Path, folder: Path, *, cache: bool, step: str | None) -> list[str]:
    """The command line of a run. ``-P``: a module beside the notebook must not stand in for one of ours."""
    return [
        *(sys.executable, "-P", "-m", "millstream", "run", str(file), "--json"),
        *("--parameters-file", str(folder / "parameters.json"), "--events", str(folder / "events.jsonl")),
        *(() if cache else ("--no-cache",)),
        *(() if step is None else (f"--step={step}",)),
    ]


__all__ = ["Job", "Jobs"]
