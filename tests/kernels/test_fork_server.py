"""The server: one an environment, for one user, started and ended by itself, and never in the way."""

from __future__ import annotations

import os
import resource
import select
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec
from running import Kernel

from millstream.errors import KernelError
from millstream.run import kernels
from millstream.run.kernels.runtime import runtime_folder


def test_one_server_serves_an_environment(kernel, own_runtime: Path) -> None:
    """Whatever libraries are asked for; each set of them has a process of its own."""
    first, second, third = kernel(), kernel(("numpy",)), kernel(("numpy",))
    (server,) = kernels.list_servers()
    assert server.kernels == 3
    assert sorted(server.loaded) == [(), ("numpy",)]
    assert 0 < server.pss <= server.rss
    parents = [int(each.text("import os; print(os.getppid())")) for each in (first, second, third)]
    assert parents[0] != parents[1] == parents[2]


def test_a_server_outlives_the_process_that_started_it(own_runtime: Path) -> None:
    """In a session of its own, with no file of its starter's open."""
    script = "from jupyter_client.kernelspec import *\nfrom millstream.run import kernels\nprint(kernels.warm(get_kernel_spec('python3')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "True\n"
    (server,) = kernels.list_servers()
    assert os.getsid(server.pid) != os.getsid(0)
    assert kernels.list_servers() == [server] or kernels.list_servers()[0].pid == server.pid


def test_several_first_users_start_one_server(own_runtime: Path) -> None:
    """Whoever comes first starts it, the others wait for it."""
    with ThreadPoolExecutor(4) as threads:
        running = [each.result() for each in [threads.submit(Kernel) for _ in range(4)]]
    assert len(kernels.list_servers()) == 1
    for each in running:
        each.close()


def test_a_killed_server_is_replaced(kernel, own_runtime: Path) -> None:
    """The socket it leaves behind is in nobody's way."""
    kernel()
    (server,) = kernels.list_servers()
    os.kill(server.pid, 9)
    assert kernel().provisioner.fresh_because is None
    assert [each.pid for each in kernels.list_servers()] != [server.pid]


def test_an_idle_server_goes(kernel, own_runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the minutes that MILLSTREAM_KERNEL_IDLE says, and leaves nothing but its log and lock."""
    monkeypatch.setenv("MILLSTREAM_KERNEL_IDLE", "0.001")
    under_test = kernel()
    time.sleep(0.5)  # more than the idle time and the server's own interval, but a kernel is running
    assert len(kernels.list_servers()) == 1
    under_test.close()
    _until(lambda: not list(own_runtime.glob("*.sock")))
    assert {each.suffix for each in own_runtime.iterdir()} == {".log", ".lock"}


def test_stopping_lets_running_kernels_finish(kernel, own_runtime: Path) -> None:
    """No more kernels come from that server, and it goes with its last one."""
    under_test = kernel()
    (server,) = kernels.stop_servers()
    assert server.stopping
    assert server.kernels == 1
    assert kernels.list_servers() == []
    assert under_test.text("print('alive')") == "alive\n"
    under_test.close()
    _until(lambda: not Path(f"/proc/{server.pid}").exists())


def test_stopping_by_force_ends_kernels(kernel, own_runtime: Path) -> None:
    """They are killed, and their users see them die."""
    under_test = kernel()
    kernels.stop_servers(kill=True)
    assert under_test.wait_for_death() == -9


# -- safety -------------------------------------------------------------------------------------------------------------


def test_only_the_user_can_enter(kernel, own_runtime: Path) -> None:
    """The folder is closed to others, and so is everything in it."""
    kernel()
    assert stat.S_IMODE(own_runtime.stat().st_mode) & 0o077 == 0
    sockets = [each for each in own_runtime.iterdir() if each.is_socket()]
    assert sockets
    (server,) = [each for each in sockets if each.name.startswith("fork-")]
    assert stat.S_IMODE(server.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(each.stat().st_mode) & 0o077 == 0 for each in own_runtime.glob("*.log"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_is_refused(kernel, own_runtime: Path) -> None:
    """Even one who can reach the socket: the server asks the system who is calling."""
    kernel()
    (path,) = own_runtime.glob("fork-*.sock")
    own_runtime.chmod(0o755)
    path.chmod(0o666)
    script = (
        f"import socket; s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect({str(path)!r})\n"
        'd = b\'{"op": "status"}\'\n'
        "try:\n    s.sendall(len(d).to_bytes(4, 'big') + d)\n    print(s.recv(100))\n"
        "except ConnectionError: print(b'')"
    )
    command = ["/usr/bin/env", "python3", "-c", script]
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    done = subprocess.run(command, **nobody, capture_output=True, text=True, timeout=20, check=False)
    own_runtime.chmod(0o700)
    if done.returncode:
        pytest.skip(f"another user cannot run Python here: {done.stderr[-200:]}")
    assert done.stdout == "b''\n"


@pytest.mark.parametrize("fault", ["open to others", "a link", "too long"])
def test_a_doubtful_folder_is_not_used(kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """Kernels are then started afresh."""
    folder = tmp_path / ("x" * 100 if fault == "too long" else "runtime")
    if fault == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.mkdir(mode=0o777 if fault == "open to others" else 0o700)
        folder.chmod(0o777 if fault == "open to others" else 0o700)
    monkeypatch.setenv("MILLSTREAM_RUNTIME_DIR", str(folder))
    with pytest.raises(KernelError, match=r"must be a folder of yours|too long"):
        runtime_folder()
    under_test = kernel()
    assert under_test.provisioner.fresh_because
    assert under_test.text("print(1)") == "1\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x00",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x02{",
        b"\x00\x00\x00\x02{}",
        b'\x00\x00\x00\x10{"op": "kernel"}',
    ],
)
def test_nonsense_does_not_hurt(kernel, runtime: Path, sent: bytes) -> None:
    """A client that hangs up, or says what makes no sense, changes nothing for others."""
    kernel()
    (path,) = runtime.glob("fork-*.sock")
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(path))
        caller.sendall(sent)
    assert kernel().provisioner.fresh_because is None


# -- what is loaded early -----------------------------------------------------------------------------------------------

UNFIT = {
    "bottleneck": (
        "starts threads",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    ),
    "patsy": ("prints or warns", "print('hello')"),
    "tabulate": ("prints or warns", "import warnings\nwarnings.warn('soon', FutureWarning)"),
    "openpyxl": ("starts a process", "import subprocess\np = subprocess.Popen(['sleep', '1'])"),
    "xlsxwriter": ("opens socket", "import socket\ns = socket.socket()"),
    "sympy": (
        "use get_ipython().user_ns",
        "from IPython import get_ipython\nif get_ipython(): get_ipython().user_ns['x'] = 1",
    ),
    "mpmath": ("keep the module __main__", "import __main__ as main"),
    "networkx": ("raised at import", "raise ValueError('no')"),
    "lxml": ("working directory", "import os\nhere = os.getcwd()"),
    "shapely": (
        "crashed",
        "import os, sys\nif 'ipykernel.kernelapp' in sys.modules and not os.environ.get('JPY_PARENT_PID'): os.abort()",
    ),
    "imblearn": ("imports polars", "import polars"),
}
FIT = {
    "numexpr": "from IPython import get_ipython\nkind = type(get_ipython()).__name__, hasattr(get_ipython(), 'kernel'), 'IPKernelApp' in get_ipython().config",
    "category_encoders": "import logging\nlog = logging.getLogger('fit'); log.addHandler(logging.StreamHandler())",
    "skimage": "import os\nos.environ['FIT'] = 'set'; seen = os.environ.get('SEEN')",
    "statsmodels": "import warnings\nwarnings.filterwarnings('ignore', 'fit')",
}


@pytest.fixture(scope="module")
def laboratory(other_environment: KernelSpec) -> KernelSpec:
    """The other environment with libraries of the safe list that do at import what they should not, or may."""
    packages = Path(other_environment.argv[0]).parents[1] / next(iter(_site_packages(other_environment)))
    for name, source in [*((name, source) for name, (_, source) in UNFIT.items()), *FIT.items()]:
        (packages / name).unlink(missing_ok=True)
        (packages / f"{name}.py").write_text(source)
    return other_environment


def _site_packages(spec: KernelSpec) -> list[Path]:
    root = Path(spec.argv[0]).parents[1]
    return [each.relative_to(root) for each in root.glob("lib/python*/site-packages")]


@pytest.fixture(scope="module")
def fresh_laboratory(laboratory: KernelSpec, runtime: Path) -> Iterator[Kernel]:
    """A kernel started in the laboratory, to import what others have in memory."""
    under_test = Kernel(spec=laboratory, fresh=True)
    yield under_test
    under_test.close()


@pytest.mark.parametrize("library", UNFIT)
def test_a_library_that_cannot_be_carried_over_is_left_to_the_notebook(
    kernel, laboratory: KernelSpec, fresh_laboratory: Kernel, library: str
) -> None:
    """The reason is told, the others are loaded, and the notebook's import does what it does in a fresh kernel."""
    under_test = kernel(("yaml", library), spec=laboratory)
    assert under_test.provisioner.loaded == ("yaml",)
    assert UNFIT[library][0] in under_test.provisioner.left_out[library]
    assert _stable(under_test.text(f"import {library}")) == _stable(fresh_laboratory.text(f"import {library}"))


def _stable(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "ipykernel_" not in line)


def test_a_library_may_look_whether_it_runs_in_a_kernel(kernel, laboratory: KernelSpec) -> None:
    """And finds that it does."""
    under_test = kernel(("numexpr",), spec=laboratory)
    assert under_test.provisioner.loaded == ("numexpr",)
    assert under_test.text("import numexpr; print(*numexpr.kind)") == "ZMQInteractiveShell True True\n"


def test_a_log_handler_made_at_import_writes_to_the_notebook(kernel, laboratory: KernelSpec) -> None:
    """Though there was no notebook when it was made."""
    under_test = kernel(("category_encoders",), spec=laboratory)
    assert under_test.provisioner.loaded == ("category_encoders",)
    assert under_test.text("import category_encoders; category_encoders.log.warning('heard')") == "heard\n"


def test_no_file_of_a_client_stays_open(laboratory: KernelSpec, own_runtime: Path) -> None:
    """Whatever happened to its requests on the way: what reads the client's output sees its end."""
    read, write = os.pipe()
    with ThreadPoolExecutor(3) as threads:
        preload = ("yaml", "patsy", "tabulate")  # two of which are found unfit, while three kernels wait
        asked = [threads.submit(Kernel, preload, spec=laboratory, stdout=write) for _ in range(3)]
        for each in asked:
            each.result().close()
    os.close(write)
    assert len(kernels.list_servers()) == 1
    assert select.select([read], [], [], 10)[0]
    assert os.read(read, 1) == b""
    os.close(read)


def test_variables_and_filters_set_at_import_are_there(kernel, laboratory: KernelSpec) -> None:
    """As they are after the import in a fresh kernel."""
    code = "import statsmodels, skimage, os, warnings; print(os.environ['FIT'], *warnings.filters, sep='\\n')"
    texts = [kernel(("statsmodels", "skimage"), spec=laboratory, fresh=fresh).text(code) for fresh in (True, False)]
    assert texts[0] == texts[1]


def test_a_variable_read_at_import_must_be_the_same(kernel, laboratory: KernelSpec) -> None:
    """Else the library is imported anew, by the notebook."""
    same = kernel(("skimage",), spec=laboratory, env={**os.environ})
    other = kernel(("skimage",), spec=laboratory, env={**os.environ, "SEEN": "here"})
    assert same.provisioner.loaded == ("skimage",)
    assert other.provisioner.loaded == ()
    assert "SEEN" in other.provisioner.left_out["skimage"]
    assert other.text("import skimage; print(skimage.seen)") == "here\n"


def test_a_module_in_the_notebooks_folder_hides_a_library(kernel, tmp_path: Path) -> None:
    """As the path of a fresh kernel has it."""
    (tmp_path / "yaml.py").write_text("mine = True")
    under_test = kernel(("yaml",), cwd=str(tmp_path))
    assert under_test.provisioner.loaded == ()
    assert under_test.text("import yaml; print(yaml.mine)") == "True\n"


def test_an_edited_library_is_loaded_again(kernel, laboratory: KernelSpec) -> None:
    """No kernel runs code that is no longer on the disk."""
    (folder,) = (Path(laboratory.argv[0]).parents[1] / each for each in _site_packages(laboratory))
    module = folder / "category_encoders.py"
    module.write_text("version = 1")
    assert (
        kernel(("category_encoders",), spec=laboratory).text("import category_encoders as c; print(c.version)") == "1\n"
    )
    module.write_text("version = 22")
    after = kernel(("category_encoders",), spec=laboratory)
    assert after.provisioner.loaded == ("category_encoders",)
    assert after.text("import category_encoders as c; print(c.version)") == "22\n"


def test_an_installed_package_retires_the_server(kernel, laboratory: KernelSpec) -> None:
    """Kernels that run go on; the next one comes from a new server."""
    before = kernel(spec=laboratory)
    (folder,) = (Path(laboratory.argv[0]).parents[1] / each for each in _site_packages(laboratory))
    (folder / "new-1.0.dist-info").mkdir()
    after = kernel(spec=laboratory)
    parents = [each.text("import os; print(os.getppid())") for each in (before, after)]
    assert parents[0] != parents[1]
    assert after.provisioner.fresh_because is None


# -- environments and requests ------------------------------------------------------------------------------------------


def test_millstream_need_not_be_installed(kernel, other_environment: KernelSpec) -> None:
    """The server needs ipykernel only."""
    under_test = kernel(("numpy",), spec=other_environment)
    assert under_test.provisioner.loaded == ("numpy",)
    assert under_test.text("import sys; print(sys.executable)") == f"{other_environment.argv[0]}\n"
    assert under_test.text("import millstream").startswith("ModuleNotFoundError")


def test_each_kernel_has_what_it_was_started_with(kernel, tmp_path: Path) -> None:
    """Its own environment, folder, umask and limits, though they come from one server."""
    code = "import os, resource; print(os.environ.get('ONE'), os.getcwd(), resource.getrlimit(resource.RLIMIT_CORE)[0], oct(os.umask(0)))"
    plain = kernel().text(code)
    limits, umask = resource.getrlimit(resource.RLIMIT_CORE), os.umask(0o027)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))
        own = kernel(cwd=str(tmp_path), env={**os.environ, "ONE": "1"}).text(code)
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
        os.umask(umask)
    assert own == f"1 {tmp_path} 0 0o27\n"
    assert plain.startswith(f"None {os.getcwd()} {limits[0]} ")


def test_the_hash_seed_asked_for_is_in_force(kernel) -> None:
    """As in a fresh kernel."""
    seeded = {**os.environ, "PYTHONHASHSEED": "7"}
    assert kernel(env=seeded).text("print(hash('a'))") == kernel(env=seeded, fresh=True).text("print(hash('a'))")


def test_a_kernel_that_cannot_be_forked_is_started(kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says why."""
    monkeypatch.setenv("MILLSTREAM_FRESH_KERNELS", "1")
    under_test = kernel()
    assert under_test.provisioner.fresh_because == "MILLSTREAM_FRESH_KERNELS is set"
    assert under_test.text("print(1)") == "1\n"


def test_an_environment_whose_server_cannot_start_gets_fresh_kernels(kernel, own_runtime: Path, tmp_path: Path) -> None:
    """The reason points to the log."""
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *launch.py*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    argv = [str(wrapper), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    under_test = kernel(spec=KernelSpec(argv=argv, display_name="Odd", language="python"))
    assert "log" in under_test.provisioner.fresh_because
    assert under_test.text("print(1)") == "1\n"


def test_a_request_with_a_large_environment_is_served(kernel) -> None:
    """One as large as the system lets a process start with, or nearly."""
    large = {**os.environ, **{f"LARGE_{n}": "x" * 50_000 for n in range(20)}}
    assert kernel(env=large).text("import os; print(len(os.environ['LARGE_19']))") == "50000\n"


def _until(true: object, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
