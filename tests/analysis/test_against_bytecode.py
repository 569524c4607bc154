"""Python's own compiler is the judge of scopes: every global load and store in the bytecode must be in the facts."""

import ast
import dis
import types

import pytest

from millstream.analysis import analyse
from millstream.notebook import translate

OWN = {"__timeit__", "__name__", "__module__", "__qualname__", "__annotations__", "__firstlineno__", "__static_attributes__",
       "__classdict__", "__conditional_annotations__", "__annotate__", "__annotate_func__", "__type_params__"}  # fmt: skip
SOURCES = [
    "x = y = z\nx, (a, *b) = c\n[d, e] = f",
    "for i, (j, k) in enumerate(x):\n    y[i] = j + k\nelse:\n    z = 1",
    "while (n := f()) > 1:\n    if n: break\n    continue",
    "try:\n    a = 1\nexcept (A, B) as e:\n    print(e)\nelse:\n    b = 2\nfinally:\n    c = 3",
    "with a as b, c as (d, e), f: g = h",
    "[x for x in y if z for w in x if (v := w)]\n{x: y for x, y in z}\n(a for a in b)\n{q for q in r}",
    "def f(a, /, b: T = c, *d: U, e=g, **h) -> V:\n    i = a\n    def j(k):\n        nonlocal i\n        i = k + l\n        return m\n    return j",
    "def f():\n    global a, b\n    a = c\n    def g():\n        return a, d\n    class H:\n        e = a\n        def i(self): return e, f\n    return H",
    "class A(B, metaclass=C):\n    x: int = 1\n    y = x + z\n    def f(self): return __class__, x, super().f()\n    w = [x for _ in y]\n    @property\n    def g(self): return self.h",
    "f = lambda a, *b, c=d, **e: a + g + (lambda: a + h)()",
    "match a:\n    case {'x': b, **c}: d = b\n    case [e, *f, g]: pass\n    case P(h, i=j) if k: pass\n    case Q.r | 1: pass\n    case [s] as t: pass\n    case _: u = 1",
    "async def f():\n    async with a as b: pass\n    async for c in d: await e\n    return [g async for g in h]\nawait f()",
    "del a, b[c], d.e\ndel (f, [g])",
    "import a, b.c, d as e, f.g as h\nfrom i import j, k as l",
    "x += 1\nx.y += z\nx[w] -= v\nq: int = r\ns: t",
    "@d1(x)\n@d2\ndef f(): pass\n@d3\nclass A: pass",
    "assert a, b\nraise c from d",
    "f'{a} {b!r:>{c}} {d=}'\nf(*e, **g)\nh[i:j:k, ...]",
    "print(x) if y else z\na and b or not c\nd < e <= f in g",
    "def f(x=[i for i in a], *, y=lambda: b): pass",
    "class A:\n    def f(self):\n        class B:\n            def g(self): return A, B, x\n        return B\n    x = 1",
    "def outer():\n    a = b = 1\n    def inner():\n        def deepest(): return a + c\n        b = 2\n        return deepest\n    return inner",
    "if a:\n    def f(): return b\nelif c:\n    from d import f\nelse:\n    f = None",
    "%%timeit -n 1\nx = f(y)\nfor i in x: g(i)",
    "%%time\n%time a = b\nc = !ls {d}\n%timeit e = f",
    "try:\n    a\nexcept* B as c:\n    d",
    "x = yield_ = 1\ndef g():\n    y = yield x\n    yield from z",
    "global a\na = 1\ndef f():\n    global a\n    del a",
    "for x in [lambda: y, lambda z: z + w]: x()",
    "lambda: (a := b)",
    "[lambda: i for i in a]\n{b: lambda b=b: b + c for b in d}",
    "def f(a):\n    for b in a:\n        try: c = b\n        except E as e: e\n        with g as h: pass\n        import i\n        match b:\n            case [j]: pass\n    return (k for k in c if l)",
]  # fmt: skip


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def mentioned(code, *operations):
    return {i.argval for i in dis.get_instructions(code) if i.opname in operations} - OWN


@pytest.mark.parametrize("source", SOURCES)
def test_every_global_name_in_the_bytecode_is_in_the_facts(source):
    facts = analyse(source)
    module = compile(translate(source).python, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    bound = facts.defines | facts.may_define | facts.deletes | mentioned(module, "DELETE_NAME")
    called = frozenset().union(*(deferred.defines for deferred in facts.deferred.values()))
    assert mentioned(module, "STORE_NAME", "STORE_GLOBAL") <= bound
    assert mentioned(module, "LOAD_NAME", "LOAD_GLOBAL") <= facts.uses | bound
    for code in list(codes(module))[1:]:
        own = mentioned(code, "STORE_NAME")
        assert mentioned(code, "LOAD_GLOBAL") <= facts.uses | bound
        assert mentioned(code, "LOAD_NAME") - own <= facts.uses | bound
        assert mentioned(code, "STORE_GLOBAL", "DELETE_GLOBAL") <= bound | called


@pytest.mark.parametrize("source", SOURCES)
def test_no_name_is_made_up(source):
    """What the bytecode never loads is no use, and what it never stores is no definition."""
    facts = analyse(source)
    module = compile(translate(source).python, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    everything = list(codes(module))
    names = {name for code in everything for name in code.co_names}
    assert facts.uses | facts.defines | facts.may_define <= names | {"T", "U", "V", "int", "t"}
