"""What a forked kernel does when it is interrupted, restarted, ended, killed, or starts others of its own."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError

from millstream.run import kernels

FRESH_OR_FORKED = pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "forked"])


@FRESH_OR_FORKED
def test_an_interrupt_is_a_keyboard_interrupt(kernel, fresh) -> None:
    """And the kernel lives on."""
    under_test = kernel(fresh=fresh)
    request = under_test.client.execute("import time\nprint('begun')\ntime.sleep(60)")
    while run_sync(under_test.client.get_iopub_msg)(timeout=10)["msg_type"] != "stream":
        pass
    run_sync(under_test.manager.interrupt_kernel)()
    reply = run_sync(under_test.client._recv_reply)(request, timeout=10)
    assert reply["content"].get("ename") == "KeyboardInterrupt", reply
    assert under_test.text("print('alive')") == "alive\n"


@FRESH_OR_FORKED
def test_a_restart_forgets_everything(kernel, fresh) -> None:
    """The same manager, another process."""
    under_test = kernel(fresh=fresh)
    before = under_test.text("x = 1; import os; print(os.getpid())")
    run_sync(under_test.manager.restart_kernel)()
    under_test.client.stop_channels()
    under_test.connect()
    assert under_test.text("print(x)") == "NameError: name 'x' is not defined"
    assert under_test.text("import os; print(os.getpid())") != before


ENDINGS = {
    "exit handlers": "import atexit, pathlib; atexit.register(pathlib.Path('{out}').write_text, 'left')",
    "finalizers": "import weakref, pathlib\nclass C: pass\nc = C(); weakref.finalize(c, pathlib.Path('{out}').write_text, 'left')",
    "files left open": "f = open('{out}', 'w'); f.write('left')",
    "destructors": (
        "import os\nclass C:\n    def __del__(self, write=os.write, f=os.open('{out}', os.O_CREAT | os.O_WRONLY)):\n"
        "        write(f, b'left')\nc = C(); c.itself = c; [c]"
    ),
    "values that were displayed": "class C:\n    def __del__(self, f=open('{out}', 'w')): f.write('left'); f.close()\nC()",
    "threads": (
        "import threading, time, pathlib\n"
        "def late(): time.sleep(0.2); pathlib.Path('{out}').write_text('left')\n"
        "threading.Thread(target=late).start()"
    ),
    "files of the user's modules": "import sys; sys.path.insert(0, '{folder}'); import own",
}


@FRESH_OR_FORKED
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_happens_at_the_end_happens(kernel, tmp_path: Path, ending: str, fresh) -> None:
    """Shut down, a kernel runs its exit handlers and lets go of its objects."""
    out = tmp_path / "out"
    (tmp_path / "own.py").write_text(f"f = open({str(out)!r}, 'w')\nf.write('left')\n")
    under_test = kernel(fresh=fresh)
    assert under_test.run(ENDINGS[ending].format(out=out, folder=tmp_path))[0]["status"] == "ok"
    run_sync(under_test.manager.shutdown_kernel)()
    assert out.read_text() == "left"


@FRESH_OR_FORKED
@pytest.mark.parametrize(
    ("death", "status"),
    [("os.kill(os.getpid(), 9)", -9), ("os._exit(3)", 3), ("os.abort()", -signal.SIGABRT)],
)
def test_a_death_is_seen_at_once_with_its_cause(kernel, fresh, death: str, status: int) -> None:
    """As the exit status that ``subprocess`` would report."""
    under_test = kernel(fresh=fresh)
    under_test.client.execute(f"import os; {death}")
    began = time.monotonic()
    assert under_test.wait_for_death() == status
    assert time.monotonic() - began < 5
    assert not run_sync(under_test.manager.is_alive)()


def test_nbclient_reports_a_dead_kernel(runtime: Path) -> None:
    """It sees an ordinary kernel, so also its death."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; os.kill(os.getpid(), 9)")])
    client = NotebookClient(notebook, kernel_name="python3", kernel_manager_class=kernels.kernel_manager_factory())
    with pytest.raises(DeadKernelError):
        client.execute()


def test_papermill_runs_a_notebook_in_a_forked_kernel(runtime: Path, tmp_path: Path) -> None:
    """With its own engine, which knows of nothing but a kernel manager's class."""
    import nbformat
    import papermill

    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell("import os, sys; print('yaml' in sys.modules, os.getppid())")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), tmp_path / "in.ipynb")
    manager = kernels.kernel_manager_factory(["yaml"])
    done = papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False, kernel_manager_class=manager
    )
    loaded, parent = done.cells[0].outputs[0].text.split()
    assert loaded == "True"
    assert int(parent) != os.getpid()


def test_a_plain_kernel_manager_forks_what_a_specification_says(runtime: Path) -> None:
    """jupyter_client's own, over TCP, without any class of ours: the provisioner is in the specification."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager._kernel_spec = kernels.with_provisioner(manager.kernel_spec, ["yaml"])
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    assert manager.provisioner.loaded == ("yaml",)
    assert client.execute("1", reply=True, timeout=10)["content"]["status"] == "ok"
    client.stop_channels()
    manager.shutdown_kernel()
    assert not manager.is_alive()


@FRESH_OR_FORKED
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_works(kernel, fresh, method: str) -> None:
    """With each of its ways to start a process."""
    code = (
        "import multiprocessing, os\n"
        f"with multiprocessing.get_context({method!r}).Pool(2) as pool:\n"
        "    print(pool.map(abs, [-1, -2]), os.getpid() in pool.starmap(os.getpid, [()] * 2))"
    )
    assert kernel(fresh=fresh).text(code) == "[1, 2] False\n"


def test_each_kernel_draws_its_own_random_numbers(kernel) -> None:
    """From the operating system's entropy, as a new process does, though they come from one."""
    code = (
        "import random, uuid, numpy as np, multiprocessing as m\n"
        "from scipy import stats\n"
        "print(random.random(), np.random.rand(), stats.norm.rvs(), uuid.uuid4(), m.current_process().authkey.hex())"
    )
    preload = ("numpy", "scipy.stats")
    drawn = [kernel(preload).text(code).split() for _ in range(3)]
    assert all(len(set(numbers)) == 3 for numbers in zip(*drawn, strict=True))


def test_a_seed_gives_the_same_numbers_as_in_a_fresh_kernel(kernel) -> None:
    """The generators are the same ones."""
    code = (
        "import random, numpy as np; random.seed(1); np.random.seed(1)\n"
        "print(random.random(), np.random.normal(size=3), np.random.default_rng(1).random())"
    )
    assert kernel(("numpy",)).text(code) == kernel(fresh=True).text(code)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="native libraries start no threads on one core")
def test_native_threads_start_in_a_forked_kernel(kernel) -> None:
    """Those of BLAS, which a fork loses, and those of OpenMP, when they are first needed."""
    code = (
        "import numpy as np, os\nfrom sklearn.ensemble import HistGradientBoostingRegressor as H\n"
        "tasks = [len(os.listdir('/proc/self/task'))]\n"
        "a = np.random.default_rng(0).normal(size=(500, 500)); a @ a\ntasks.append(len(os.listdir('/proc/self/task')))\n"
        "H(max_iter=2).fit(a[:, :5], a[:, 5])\ntasks.append(len(os.listdir('/proc/self/task')))\n"
        "print(tasks[0] < tasks[1] < tasks[2])"
    )
    assert kernel(("numpy", "sklearn.ensemble")).text(code) == "True\n"


def test_a_kernel_ends_with_the_process_that_asked_for_it(kernel, runtime: Path, tmp_path: Path) -> None:
    """Even when that is killed and can say nothing."""
    script = tmp_path / "starts.py"
    script.write_text(
        "import os, sys, time\nfrom jupyter_core.utils import run_sync\nfrom millstream.run import kernels\n"
        "manager = kernels.kernel_manager_factory()(kernel_name='python3')\n"
        "run_sync(manager.start_kernel)()\nprint(manager.provisioner.pid, flush=True)\ntime.sleep(60)\n"
    )
    import subprocess
    import sys

    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        starter.kill()
    _gone(pid)


def test_a_kernel_survives_its_server(kernel, own_runtime: Path) -> None:
    """When the server and its templates are killed, a running kernel goes on, and its end is seen."""
    under_test = kernel()
    (server,) = kernels.list_servers()
    for pid in [*_children(server.pid), server.pid]:
        os.kill(pid, signal.SIGKILL)
        _gone(pid)
    assert under_test.text("print('alive')") == "alive\n"
    under_test.client.execute("import os; os._exit(0)")
    assert under_test.wait_for_death() is not None


def test_output_of_a_dying_kernel_reaches_the_terminal(kernel, tmp_path: Path) -> None:
    """Native crash reports go where the starter's do, not into the server's log."""
    with (tmp_path / "err").open("w") as err:
        under_test = kernel(stderr=err)
        under_test.client.execute("import faulthandler, os; faulthandler.enable(); os.abort()")
        under_test.wait_for_death()
    assert "Fatal Python error: Aborted" in (tmp_path / "err").read_text()


def _children(pid: int) -> list[int]:
    stats = (path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat"))
    pids = (int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat"))
    return [child for child, fields in zip(pids, stats, strict=False) if int(fields[1]) == pid]


def _gone(pid: int) -> None:
    """Wait until there is no such process any more, or a dead one."""
    for _ in range(500):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return
        except OSError:
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} is still there")
