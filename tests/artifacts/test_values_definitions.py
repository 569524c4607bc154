"""Functions and classes that a notebook defines work on the other side as they did on this one."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from exactly import assert_exact
from roundtrip import Notebook, cross_code, fresh_main

CROSSES = {
    "function": ("k = 2\ndef f(x): return x * k", "assert f(3) == 6\nk = 5\nassert f(3) == 15"),
    "lambda": ("f = lambda x, *, y=2: x + y", "assert f(1) == 3 and f(1, y=1) == 2"),
    "defaults that are values": (
        "import numpy as np\nw = np.ones(3)\ndef f(x, w=w, *, s=[1]): s.append(1); return w",
        "assert f(0) is w and f.__kwdefaults__['s'] == [1, 1]",
    ),
    "closure": (
        (
            "def make(n):\n    total = 0\n    def add(x):\n        nonlocal total\n        total += x * n\n        return total\n"
            "    def get(): return total\n    return add, get\nadd, get = make(2)\nadd(1)"
        ),
        "assert add(1) == 4 and get() == 4",
    ),
    "recursive closure": (
        "def make():\n    def fact(n): return 1 if n < 2 else n * fact(n - 1)\n    return fact\nf = make()",
        "assert f(5) == 120",
    ),
    "functions that call each other": (
        "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)",
        "assert even(10) and not odd(10)",
    ),
    "generator function": ("def f(n):\n    for i in range(n): yield i * 2", "assert list(f(3)) == [0, 2, 4]"),
    "async function": (
        "async def f(x): return x + 1",
        "import asyncio, inspect\nassert inspect.iscoroutinefunction(f) and asyncio.new_event_loop().run_until_complete(f(1)) == 2",
    ),
    "async generator": (
        "async def f():\n    yield 1\nasync def g(): return [x async for x in f()]",
        "import asyncio\nassert asyncio.new_event_loop().run_until_complete(g()) == [1]",
    ),
    "annotations, doc, attributes": (
        "def f(x: int = 1) -> 'list[str]':\n    'What it does.'\nf.unit = {'a': 1}",
        "assert f.__annotations__ == {'x': int, 'return': 'list[str]'} and f.__doc__ == 'What it does.' and f.unit == {'a': 1}",
    ),
    "wrapped by a decorator": (
        (
            "import functools\ndef twice(g):\n    @functools.wraps(g)\n    def inner(*a):\n        return g(*a) * 2\n    return inner\n"
            "@twice\ndef f(x): return x + 1"
        ),
        "assert f(1) == 4 and f.__name__ == 'f' and f.__wrapped__(1) == 2",
    ),
    "context manager": (
        "import contextlib\nlog = []\n@contextlib.contextmanager\ndef f(x):\n    log.append(x)\n    yield x\n    log.append(-x)",
        "with f(3) as x: assert x == 3\nassert log == [3, -3]",
    ),
    "partial": (
        "import functools\ndef g(a, b=1): return a - b\nf = functools.partial(g, b=3)",
        "assert f(5) == 2 and f.func is g",
    ),
    "cached function": (
        "import functools\n@functools.lru_cache(maxsize=7, typed=True)\ndef f(x): return [x]\nf(1)",
        "assert f(1) == [1] and f.cache_parameters() == {'maxsize': 7, 'typed': True} and f(1) is f(1)",
    ),
    "cache": (
        "import functools\n@functools.cache\ndef fib(n): return n if n < 2 else fib(n-1) + fib(n-2)",
        "assert fib(50) == 12586269025",
    ),
    "generic function": (
        (
            "import functools\n@functools.singledispatch\ndef f(x): return 'any'\n@f.register\ndef _(x: int): return 'int'\n"
            "class C: pass\n@f.register(C)\ndef _(x): return 'C'\nc = C()"
        ),
        "assert f('') == 'any' and f(1) == 'int' and f(c) == f(C()) == 'C'\n@f.register\ndef _(x: str): return 'str'\nassert f('') == 'str'",
    ),
    "bound method": (
        "class C:\n    def __init__(self): self.n = 0\n    def up(self): self.n += 1; return self.n\nc = C()\nup = c.up",
        "assert up() == 1 and c.n == 1 and up.__self__ is c",
    ),
    "bound method of a builtin": ("names = []\nadd = names.append", "add('a')\nassert names == ['a']"),
    "operators": (
        "import operator\nf = operator.itemgetter(1)\ng = operator.attrgetter('real')",
        "assert f('ab') == 'b' and g(1) == 1",
    ),
    "builtins under other names": (
        "size = len\nkind = int\nroot = __import__('math').sqrt",
        "assert size('ab') == 2 and kind is int and root(4) == 2",
    ),
    "module under a name": ("import os.path as p, json", "import os, json as j\nassert p is os.path and json is j"),
    "module level random functions": (
        "from random import seed, random, Random\nimport random as r\nseed(3)\nown = Random(1)",
        "r.seed(7); a = random(); r.seed(7); assert r.random() == a and random.__self__ is r._inst and own is not r._inst",
    ),
    "numpy's random functions": (
        "from numpy.random import rand, seed\nimport numpy as np",
        "np.random.seed(1); a = rand(); seed(1); assert np.random.rand() == a",
    ),
    "environment": ("import os\nenv = os.environ", "import os\nassert env is os.environ"),
    "new type": (
        "from typing import NewType\nUser = NewType('User', int)",
        "assert User(3) == 3 and User.__supertype__ is int and User.__module__ == '__main__'",
    ),
    "type variable": (
        "from typing import TypeVar, Generic\nT = TypeVar('T', bound=int)\nclass Box(Generic[T]):\n    pass\nb = Box[int]()",
        "assert T.__bound__ is int and Box[int] and Box.__parameters__ == (T,) and type(b) is Box",
    ),
    "exceptions": (
        (
            "class Odd(ValueError):\n    def __init__(self, a, b):\n        super().__init__(f'{a}{b}')\n        self.a = a\n"
            "try:\n    try: 1 / 0\n    except Exception as inner: raise Odd(1, 2) from inner\nexcept Odd as e: error = e\n"
            "missing = FileNotFoundError(2, 'no', 'x.csv')\nkey = KeyError('k')"
        ),
        (
            "assert str(error) == '12' and error.a == 1 and type(error) is Odd and type(error.__cause__) is ZeroDivisionError\n"
            "assert missing.filename == 'x.csv' and missing.errno == 2 and key.args == ('k',)"
        ),
    ),
    "sentinel": (
        "MISSING = object()\ndef f(x=MISSING): return x is MISSING",
        "assert f() and not f(1)",
    ),
    "an old function under a new name": ("def f(): return 1\ng = f\ndef f(): return 2", "assert g() == 1 and f() == 2"),
    "a function deleted from the namespace": ("def f(): return 1\ntable = {'f': f}\ndel f", "assert table['f']() == 1"),
    "compiled code": ("code = compile('1 + 1', '<x>', 'eval')", "assert eval(code) == 2"),
    "global statement": ("n = 0\ndef up():\n    global n\n    n += 1", "up()\nassert n == 1"),
}


@pytest.mark.parametrize("kind", CROSSES)
def test_functions(tmp_path: Path, kind: str) -> None:
    """A function keeps its code, its surroundings and what it shares."""
    before, after = CROSSES[kind]
    cross_code(tmp_path, before, after)


CLASSES = {
    "plain": (
        (
            "class A:\n    n = 1\n    def __init__(self, x): self.x = x\n    @property\n    def double(self): return self.x * 2\n"
            "    @double.setter\n    def double(self, v): self.x = v / 2\n    @classmethod\n    def make(cls): return cls(5)\n"
            "    @staticmethod\n    def one(): return 1\na = A(2)"
        ),
        "assert type(a) is A and a.double == 4 and A.make().x == 5 and a.one() == 1 and A.n == 1\na.double = 6\nassert a.x == 3",
    ),
    "slots": (
        "class A:\n    __slots__ = ('x', '_y', '__z')\n    def __init__(self): self.x = 1; self.__z = 2\n    def z(self): return self.__z\na = A()",
        "assert a.x == 1 and a.z() == 2 and not hasattr(a, '__dict__') and not hasattr(a, '_y')",
    ),
    "one slot": ("class A:\n    __slots__ = 'x'\na = A(); a.x = 1", "assert a.x == 1"),
    "inheritance and super": (
        "class A:\n    def f(self): return 1\nclass B(A):\n    def f(self): return super().f() + 1\nclass C(B, dict): pass\nc = C(k=1); c.t = 2",
        "assert c.f() == 2 and c['k'] == 1 and c.t == 2 and isinstance(c, A) and C.__mro__[1:3] == (B, A)",
    ),
    "abstract": (
        "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def f(self): ...\nclass B(A):\n    def f(self): return 1\nA.register(int)\nb = B()",
        "assert b.f() == 1 and isinstance(1, A)\ntry: A()\nexcept TypeError: pass\nelse: assert False",
    ),
    "metaclass": (
        (
            "class M(type):\n    def __new__(m, name, bases, ns): ns['tag'] = name.lower(); return super().__new__(m, name, bases, ns)\n"
            "    def __len__(cls): return 3\nclass A(metaclass=M): pass\na = A()"
        ),
        "assert A.tag == 'a' and len(A) == 3 and type(A) is M and type(a) is A",
    ),
    "enum": (
        (
            "from enum import Enum, IntEnum, Flag, auto\nclass Colour(Enum):\n    RED = 1\n    GREEN = 'g'\n    ROSE = 1\n"
            "    def hot(self): return self is Colour.RED\nclass N(IntEnum):\n    A = auto()\n    B = auto()\nclass F(Flag):\n    X = auto()\n    Y = auto()\n"
            "c = Colour.RED\nboth = F.X | F.Y\nd = {N.B: 1}"
        ),
        "assert c is Colour.RED and c.hot() and Colour('g') is Colour.GREEN and Colour.ROSE is c and both == F.X | F.Y and d[2] == 1 and list(N) == [1, 2]",
    ),
    "named tuple": (
        "from collections import namedtuple\nfrom typing import NamedTuple\nP = namedtuple('P', 'xx yy', defaults=[2])\nclass Q(NamedTuple):\n    a: int\n    b: str = 'b'\n    def s(self): return self.b * self.a\np, q = P(1), Q(2)",
        "assert p == (1, 2) and p._asdict() == {'xx': 1, 'yy': 2} and type(p) is P and q.s() == 'bb' and Q._field_defaults == {'b': 'b'} and p._replace(xx=3).xx == 3",
    ),
    "dataclass": (
        (
            "from dataclasses import dataclass, field, KW_ONLY\n@dataclass(order=True)\nclass D:\n    x: int\n    tags: list = field(default_factory=list, compare=False)\n    _: KW_ONLY = None\n    y: float = 1.5\n"
            "@dataclass(frozen=True, slots=True)\nclass F:\n    x: int\nd, f = D(1), F(2)\nd.tags.append('t')"
        ),
        (
            "from dataclasses import replace, fields, asdict, dataclass, MISSING\nassert d == D(1) and d < D(2) and replace(d, x=5).x == 5 and asdict(d)['tags'] == ['t'] and f == F(2) and hash(f) == hash(F(2))\n"
            "assert fields(D)[0].default is MISSING\n@dataclass\nclass E(D):\n    z: int = 0\nassert E(1).z == 0\n@dataclass(frozen=True)\nclass G(F):\n    w: int\nassert G(1, 2).w == 2"
        ),
    ),
    "typed dict, protocol": (
        "from typing import TypedDict, Protocol, runtime_checkable\nclass T(TypedDict, total=False):\n    a: int\n@runtime_checkable\nclass P(Protocol):\n    def f(self) -> int: ...\nclass C:\n    def f(self): return 1\nt: T = {'a': 1}",
        "assert t == {'a': 1} and T.__annotations__['a'] is int and isinstance(C(), P) and not isinstance(1, P)",
    ),
    "cached property": (
        "from functools import cached_property\nclass A:\n    n = 0\n    @cached_property\n    def x(self): A.n += 1; return [1]\na, b = A(), A()\na.x",
        "assert a.x is a.x and b.x == [1] and A.n == 2",
    ),
    "its own way to be pickled": (
        (
            "class A:\n    def __init__(self, n): self.n = n; self.f = (i for i in [])\n    def __getstate__(self): return {'n': self.n}\n    def __setstate__(self, s): self.__init__(s['n'])\n"
            "class B:\n    def __init__(self, n): self.n = n\n    def __reduce__(self): return B.again, (self.n,)\n    @classmethod\n    def again(cls, n): b = cls(n); b.made = True; return b\na, b = A(1), B(1)"
        ),
        "assert a.n == 1 and b.n == 1 and not hasattr(b, 'made')",  # only what cannot be stored as it is
    ),
    "special methods": (
        "class V:\n    def __init__(self, *c): self.c = c\n    def __add__(self, o): return V(*map(sum, zip(self.c, o.c)))\n    def __eq__(self, o): return self.c == o.c\n    def __hash__(self): return hash(self.c)\n    def __getattr__(self, n):\n        if n == 'x': return self.c[0]\n        raise AttributeError(n)\n    def __len__(self): return 0\n    def __bool__(self): return False\nv = V(1, 2)\ns = {v: 'v'}",
        "assert v + v == V(2, 4) and v.x == 1 and s[V(1, 2)] == 'v' and not v",
    ),
    "descriptors": (
        "class D:\n    def __set_name__(self, owner, name): self.name = '_' + name\n    def __get__(self, o, t=None): return getattr(o, self.name) if o else self\n    def __set__(self, o, v): setattr(o, self.name, v * 2)\nclass A:\n    x = D()\na = A(); a.x = 2",
        "assert a.x == 4 and A.x.name == '_x'\na.x = 1\nassert a.x == 2",
    ),
    "subclass hooks": (
        "class A:\n    kinds = []\n    def __init_subclass__(cls, **k): A.kinds.append(cls.__name__)\nclass B(A): pass\nb = B()",
        "assert A.kinds == ['B'] and type(b) is B and b.kinds is A.kinds",
    ),
    "class attributes that change": (
        "class A:\n    seen = []\n    n = 0\nA.seen.append(1)\nA.n = 5\na = A()\nseen = A.seen",
        "assert A.seen == [1] and a.n == 5 and seen is A.seen",
    ),
    "nested class": (
        "class A:\n    class B:\n        z = 3\n    class E(Exception): pass\na = A.B()\ne = A.E('x')",
        "assert type(a) is A.B and a.z == 3 and type(e) is A.E",
    ),
    "local class": (
        "def make():\n    class L:\n        def __init__(self): self.x = 1\n    return L\nL1 = make()\na, b = L1(), L1()",
        "assert type(a) is type(b) is L1 and a.x == 1",
    ),
    "local class without a name": (
        "def make():\n    class L: pass\n    return L(), L()\na, b = make()",
        "assert type(a) is type(b)",
    ),
    "a class and its old instances": (
        "class A:\n    v = 1\na = A()\nclass A:\n    v = 2\nb = A()",
        "assert a.v == 1 and b.v == 2 and type(b) is A and type(a) is not A",
    ),
    "subclass of a library's": (
        "import collections, sklearn.base\nclass Tr(sklearn.base.BaseEstimator, sklearn.base.TransformerMixin):\n    def __init__(self, k=1): self.k = k\n    def fit(self, X, y=None): self.n_ = len(X); return self\n    def transform(self, X): return X\nt = Tr(2).fit([1, 2])\nclass OD(collections.OrderedDict): pass\no = OD(a=1)",
        "assert t.get_params() == {'k': 2} and t.n_ == 2 and 'Tr' in repr(t) and o['a'] == 1",
    ),
    "methods that name their class": (
        "class A:\n    def again(self): return A()\n    @classmethod\n    def kind(cls): return __class__\na = A()",
        "assert type(a.again()) is A and A.kind() is A",
    ),
    "weak references allowed": ("class A: pass\na = A()", "import weakref\nassert weakref.ref(a)() is a"),
    "parameters of classes": (
        "class A:\n    def __class_getitem__(cls, k): return k\na = A[int]",
        "assert a is int and A[str] is str",
    ),
}


@pytest.mark.parametrize("kind", CLASSES)
def test_classes(tmp_path: Path, kind: str) -> None:
    """A class keeps everything, and instances find the notebook's own class."""
    before, after = CLASSES[kind]
    cross_code(tmp_path, before, after)


@pytest.mark.parametrize("kind", [*CROSSES, *CLASSES])
def test_stored_again_they_are_the_same(tmp_path: Path, kind: str) -> None:
    """What was loaded has the fingerprint of what was stored: a step that touches nothing changes nothing."""
    notebook = Notebook(tmp_path)
    with fresh_main() as before:
        exec(compile(textwrap.dedent((CROSSES | CLASSES)[kind][0]), "<cell>", "exec", dont_inherit=True), before)
        notebook.save()
    stored = {name: output["fingerprint"] for name, output in notebook.outputs.items()}
    with fresh_main():
        notebook.load()
        assert notebook.fingerprints() == stored


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    """Nothing depends on what the process that stored it had in memory; its digests neither."""
    notebook = Notebook(tmp_path)
    sources = {f"case {n}": code for n, (code, _) in enumerate((CROSSES | CLASSES).values())}
    script = textwrap.dedent(
        """
        import json, sys
        from pathlib import Path
        sys.path[:0] = json.loads(sys.argv[2])
        from roundtrip import Notebook, fresh_main
        found = {}
        for case, code in json.loads(sys.stdin.read()).items():
            with fresh_main() as before:
                exec(compile(code, "<cell>", "exec", dont_inherit=True), before)
                found[case] = {n: v for n, v in Notebook(Path(sys.argv[1])).fingerprints().items()}
        print(json.dumps(found))
        """
    )
    import json
    import os

    del notebook
    runs = [
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path), json.dumps([str(Path(__file__).parent)])],
            input=json.dumps(sources), capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert_exact(json.loads(runs[0]), json.loads(runs[1]))
