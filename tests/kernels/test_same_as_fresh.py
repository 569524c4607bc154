"""Side by side: whatever a notebook asks of its process, a forked kernel answers as a fresh one does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Kernel

IMPORTS = ("numpy", "pandas", "pyarrow", "sklearn.ensemble", "matplotlib.pyplot")
Pair = tuple[Kernel, Kernel]

PROBES = {
    "environment": "import os; print(sorted(os.environ.items()))",
    "environment of children": "import os, subprocess; print(sorted(subprocess.check_output(['env']).splitlines()))",
    "arguments": "import sys; print(sys.argv, sys.orig_argv)",
    "interpreter": (
        "import sys; print(sys.executable, sys.prefix, sys.flags, sys.warnoptions, sys._xoptions, "
        "sys.getrecursionlimit(), sys.getswitchinterval(), sys.dont_write_bytecode)"
    ),
    "path": "import sys; print(sys.path, sys.path_hooks, [getattr(f, '__name__', type(f)) for f in sys.meta_path])",
    "folder": "import os; print(os.getcwd(), oct(os.umask(0o22)), get_ipython().starting_dir)",
    "standard streams": (
        "import sys\n"
        "for s in (sys.__stdin__, sys.__stdout__, sys.__stderr__):\n"
        "    print(s.name, s.mode, s.encoding, s.errors, s.line_buffering, s.write_through, s.isatty(), type(s.buffer))"
    ),
    "end of standard input": "import subprocess; print(subprocess.check_output(['cat']))",
    "native output": "import os; os.system('echo from a shell'); _ = os.write(1, b'raw')",
    "signals": (
        "import signal\n"
        "for s in sorted(signal.valid_signals()): print(s, signal.getsignal(s))\n"
        "print(signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    ),
    "session and group": "import os; print(os.getpid() == os.getsid(0) == os.getpgid(0))",
    "limits": (
        "import os, resource\n"
        "print([resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith('RLIMIT_')])\n"
        "print(os.nice(0), os.sched_getaffinity(0), os.getgroups())"
    ),
    "threads": (
        "import re, threading\n"  # older kernels give theirs no names
        "print([re.sub('[0-9]', '', t.name) for t in threading.enumerate()], threading.Thread().name)"
    ),
    "open files": (
        "import os, re\n"
        "print(sorted(re.sub(r'[0-9]+', 'N', os.readlink(f'/proc/self/fd/{n}')) for n in os.listdir('/proc/self/fd') "
        "if os.path.lexists(f'/proc/self/fd/{n}')))"
    ),
    "frames": "import inspect; print(len(inspect.stack()))",
    "warnings": "import warnings; print(*warnings.filters, sep='\\n')",
    "collector": "import gc; print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks)",
    "locale and time zone": "import locale, time; print(locale.setlocale(locale.LC_ALL), time.tzname)",
    "loop": "import asyncio; print(type(asyncio.get_running_loop()), type(asyncio.get_event_loop_policy()))",
    "namespace": "import __main__; print(sorted(vars(__main__)), __main__.__spec__, __name__)",
    "builtins": "import builtins; print(sorted(vars(builtins)))",
    "logging": (
        "import logging\n"
        "print(logging.root.handlers, logging.root.level)\n"
        "print([(n, l.level, len(l.handlers)) for n, l in sorted(logging.root.manager.loggerDict.items()) "
        "if getattr(l, 'level', 0) or getattr(l, 'handlers', 0)])"
    ),
    "IPython": (
        "ip = get_ipython()\n"
        "print(ip.execution_count, ip.config, ip.profile_dir.location, ip.extension_manager.loaded, ip.events.callbacks)\n"
        "print(sorted(ip.magics_manager.magics['line']), ip.history_manager.hist_file)\n"
        "print([(f.type_printers, f.deferred_printers) for f in ip.display_formatter.formatters.values()])"
    ),
    "exit handlers": "import atexit; print(atexit._ncallbacks())",
    "multiprocessing": "import multiprocessing as m; print(m.get_start_method(), m.process.ORIGINAL_DIR)",
    "temporary folder": "import tempfile; print(tempfile.tempdir, tempfile.gettempdir())",
    "faulthandler": "import faulthandler; print(faulthandler.is_enabled(), faulthandler.enable.__module__)",
    "refused input": "input('?')",
    "missing module": "import no_such_module",
    "random state is not fixed": "import random; print(0 < random.random() < 1)",
}
AFTER_IMPORTS = {
    "libraries' random state": "print(0 < np.random.rand() < 1, np.random.get_state()[2])",
    "pandas options": "print({k: pd.get_option(k) for k in pd._config.config._registered_options})",
    "matplotlib options": "import matplotlib; print(matplotlib.get_backend(), sorted(matplotlib.rcParams.items()))",
    "array arithmetic": (
        "r = np.random.default_rng(0); a = r.normal(size=(300, 300))\n"
        "print(np.linalg.svd(a)[1].tobytes().hex(), (a @ a.T).tobytes().hex()[:400])"
    ),
    "a fitted forest": (
        "X = r.normal(size=(200, 5)); f = ensemble.RandomForestClassifier(20, random_state=0, n_jobs=2)\n"
        "print(f.fit(X, X[:, 0] > 0).predict_proba(X).tobytes().hex())"
    ),
    "native thread pools": "import threadpoolctl as t; print(sorted((i['prefix'], i['num_threads']) for i in t.threadpool_info()))",
    "arrow's thread pool": (
        "import pyarrow.compute as pc; t = pyarrow.table({'k': np.arange(10**6) % 7, 'v': np.arange(10**6)})\n"
        "print(t.group_by('k').aggregate([('v', 'sum')]).sort_by('k').to_pydict(), pyarrow.cpu_count())"
    ),
    "processes of joblib": "import joblib; print(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(-i) for i in range(4)))",
}


def same(text: str) -> str:
    """Without what differs between any two kernels: addresses, and the name of the connection file."""
    return re.sub(r"0x[0-9a-f]+|(?<=ipykernel_)[0-9]+|(?<= at )[0-9a-f]{12}|kernel-[0-9a-f]{12}", "…", text)


@pytest.fixture(scope="module")
def bare(runtime: Path) -> Iterator[Pair]:
    pair = Kernel(fresh=True), Kernel()
    yield pair
    for each in pair:
        each.close()


@pytest.fixture(scope="module")
def loaded(runtime: Path) -> Iterator[Pair]:
    """A pair in which a set-up cell has imported the libraries, of which one had them in memory before."""
    pair = Kernel(fresh=True), Kernel(IMPORTS)
    assert (pair[1].provisioner.loaded, pair[1].provisioner.left_out) == (IMPORTS, {})
    setup = "import numpy as np, pandas as pd, pyarrow\nfrom sklearn import ensemble\nimport matplotlib.pyplot as plt"
    for each in pair:
        assert each.text(setup) == ""
    yield pair
    for each in pair:
        each.close()


@pytest.mark.parametrize("probe", PROBES)
def test_a_forked_kernel_answers_as_a_fresh_one(bare: Pair, probe: str) -> None:
    """With nothing but ipykernel in memory."""
    fresh, forked = (same(each.text(PROBES[probe])) for each in bare)
    assert forked == fresh


@pytest.mark.parametrize("probe", [*PROBES, *AFTER_IMPORTS])
def test_a_forked_kernel_with_libraries_answers_as_a_fresh_one_that_imported_them(loaded: Pair, probe: str) -> None:
    """With the libraries of the set-up in memory, once the set-up has run."""
    fresh, forked = (same(each.text((PROBES | AFTER_IMPORTS)[probe])) for each in loaded)
    assert forked == fresh


def test_the_same_modules_are_loaded(loaded: Pair) -> None:
    """Neither more nor less than the imports of the notebook bring in."""
    fresh, forked = (set(each.text("import sys; print(*sys.modules)").split()) for each in loaded)
    assert forked - fresh <= {"gc", "resource"}  # of the standard library, and there before anyone asks
    assert fresh - forked == set()


def test_a_figure_is_the_same_picture(loaded: Pair) -> None:
    """The inline backend shows a figure at the end of its cell, and the pixels agree."""
    pictures = []
    for each in loaded:
        _, outputs = each.run("plt.figure(dpi=50); plt.plot([1, 3, 2]); plt.title('Häufigkeit')")
        pictures.append([m["content"]["data"] for m in outputs if m["msg_type"] == "display_data"])
    assert len(pictures[1]) == 1
    assert pictures[1] == pictures[0]


def test_a_frame_is_displayed_the_same(loaded: Pair) -> None:
    """As HTML and as text."""
    shown = []
    for each in loaded:
        _, outputs = each.run("pd.DataFrame({'a': [1.5, None], 'b': ['x', 'y']})")
        shown.append([m["content"]["data"] for m in outputs if m["msg_type"] == "execute_result"])
    assert len(shown[1]) == 1
    assert shown[1] == shown[0]
