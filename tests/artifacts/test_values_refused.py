"""What cannot cross a border is refused by name, with a reason; nothing is turned into something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from roundtrip import cross_code, refused

REFUSED = {
    "generator": ("x = (n for n in range(3)); next(x)", "a generator"),
    "coroutine": ("async def f(): pass\nx = f()", "a coroutine"),
    "async generator": ("async def f(): yield 1\nx = f()", "a generator"),
    "open text file": ("import tempfile\nx = open(tempfile.mkstemp()[1])", "an open file"),
    "open binary file": ("import tempfile\nx = open(tempfile.mkstemp()[1], 'rb')", "an open file"),
    "temporary file": ("import tempfile\nx = tempfile.NamedTemporaryFile()", "an open file"),
    "temporary folder": ("import tempfile\nx = tempfile.TemporaryDirectory()", "a temporary folder"),
    "csv reader": ("import csv, io\nx = csv.reader(io.StringIO('a,b'))", "CSV"),
    "csv dict reader": ("import csv, io\nx = csv.DictReader(io.StringIO('a,b'))", "CSV"),
    "socket": ("import socket\nx = socket.socket()", "network"),
    "lock": ("import threading\nx = threading.Lock()", "a lock"),
    "reentrant lock": ("import threading\nx = threading.RLock()", "a lock"),
    "event": ("import threading\nx = threading.Event()", "a lock"),
    "thread": ("import threading\nx = threading.Thread(target=print)", "a thread"),
    "thread pool": (
        "from concurrent.futures import ThreadPoolExecutor\nx = ThreadPoolExecutor(1)",
        "a pool of workers",
    ),
    "future": ("from concurrent.futures import Future\nx = Future()", "still being computed"),
    "process": ("import subprocess, sys\nx = subprocess.Popen([sys.executable, '-c', ''])\nx.wait()", "a process"),
    "queue": ("import queue\nx = queue.Queue()", "a queue"),
    "event loop": ("import asyncio\nx = asyncio.new_event_loop()\nx.close()", "event loop"),
    "sqlite connection": ("import sqlite3\nx = sqlite3.connect(':memory:')", "database"),
    "sqlite cursor": ("import sqlite3\nx = sqlite3.connect(':memory:').cursor()", "database"),
    "duckdb connection": ("import duckdb\nx = duckdb.connect()", "database"),
    "duckdb relation": ("import duckdb\nc = duckdb.connect()\nx = c.sql('select 1')", "database"),
    "frame": ("import sys\nx = sys._getframe()", "running code"),
    "traceback": ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    x = e.__traceback__", "running code"),
    "memory view": ("x = memoryview(b'abc')", "memory"),
    "memory map": ("import mmap\nx = mmap.mmap(-1, 16)", "memory-mapped"),
    "weak reference": ("import weakref\nclass C: pass\nc = C()\nx = weakref.ref(c)", "weak reference"),
    "weak proxy": ("import weakref\nclass C: pass\nc = C()\nx = weakref.proxy(c)", "weak reference"),
    "weak set": ("import weakref\nclass C: pass\nc = C()\nx = weakref.WeakSet([c])", "weak reference"),
    "weak dictionary": ("import weakref\nx = weakref.WeakValueDictionary()", "weak reference"),
    "context variable": ("import contextvars\nx = contextvars.ContextVar('x')", "context variable"),
    "match": ("import re\nx = re.match('a', 'a')", "regular expression"),
    "pandas reader": (
        "import io, pandas as pd\nx = pd.read_csv(io.StringIO('a\\n1'), chunksize=1)",
        "a reader of an open file",
    ),
    "iterator over a callable": ("x = iter(int, 1)", "an iterator"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_a_reason(tmp_path: Path, kind: str) -> None:
    """Each is named for what it is, in words a data scientist reads."""
    code, words = REFUSED[kind]
    if "duckdb" in code:
        pytest.importorskip("duckdb")
    reasons = refused(tmp_path, code)
    assert words in reasons["x"]
    assert "pickle" not in reasons["x"]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("import sqlite3\nx = {'name': 'a', 'db': sqlite3.connect(':memory:')}", "x['db'] is an open connection"),
        ("x = [1, [2, (n for n in [])]]", "x[1][1] is a generator"),
        (
            "import threading\nclass C:\n    def __init__(self): self.lock = threading.Lock()\nx = C()",
            "x.lock is a lock",
        ),
        ("import threading\nclass C:\n    __slots__ = ('l',)\nx = C()\nx.l = threading.Lock()", "x.l is a lock"),
        ("def f():\n    rows = (n for n in [])\n    return lambda: rows\nx = f()", "rows in x is a generator"),
        ("import threading\ndef x(lock=threading.Lock()): pass", "a default of x is a lock"),
    ],
)
def test_found_wherever_it_is_nested(tmp_path: Path, code: str, path: str) -> None:
    """The reason says where inside the value the trouble is."""
    assert path in refused(tmp_path, code)["x"]


def test_others_are_stored_all_the_same(tmp_path: Path) -> None:
    """One name that cannot be stored takes no other with it."""
    assert refused(tmp_path, "x = (n for n in [])\ny = [1]\nz = {'y': y}") == {
        "x": "a generator, which goes on only in the process that started it"
    }


STAYS = {
    "views of a dict": (
        "d = {'a': 1}\nkeys, values, items = d.keys(), d.values(), d.items()",
        "d['b'] = 2\nassert list(keys) == ['a', 'b'] and list(values) == [1, 2] and list(items)[1] == ('b', 2)",
    ),
    "read-only view of a dict": (
        "import types\nd = {'a': 1}\nm = types.MappingProxyType(d)",
        "d['b'] = 2\nassert m['b'] == 2",
    ),
    "list iterator": ("i = iter([1, 2, 3]); next(i)", "assert list(i) == [2, 3]"),
    "range iterator": ("i = iter(range(5)); next(i)", "assert list(i) == [1, 2, 3, 4]"),
    "dict iterator": ("i = iter({'a': 1, 'b': 2}); next(i)", "assert list(i) == ['b']"),
    "zip, map, enumerate, reversed": (
        "z = zip([1, 2], 'ab'); next(z)\nm = map(str, [1, 2])\ne = enumerate('ab'); next(e)\nr = reversed([1, 2])",
        "assert list(z) == [(2, 'b')] and list(m) == ['1', '2'] and list(e) == [(1, 'b')] and list(r) == [2, 1]",
    ),
    "standard streams": ("import sys\no = sys.stdout", "import sys\nassert o is sys.stdout"),
    "loggers": (
        "import logging\nlog = logging.getLogger('a.b')",
        "import logging\nassert log is logging.getLogger('a.b')",
    ),
    "text in memory": ("import io\nf = io.StringIO('abc'); f.read(1)", "assert f.read() == 'bc'"),
    "bytes in memory": ("import io\nf = io.BytesIO(b'abc'); f.read(1)", "assert f.read() == b'bc'"),
}


@pytest.mark.parametrize("kind", STAYS)
def test_what_looks_alive_and_can_cross(tmp_path: Path, kind: str) -> None:
    """Iterators go on where they were, views go on showing what they are views of."""
    before, after = STAYS[kind]
    cross_code(tmp_path, before, after)
