"""Functions and classes: carried, changed, redefined, arriving where they were never defined."""

from trap import traps

TRAPS = traps("""
## instances arrive where their class was never defined
#: step:make
class Point:
    def __init__(self, x, y): self.x, self.y = x, y
    def norm(self): return (self.x ** 2 + self.y ** 2) ** .5
points = [Point(3, 4), Point(0, 1)]
#: step:use
norms = [p.norm() for p in points]
kind = type(points[0]).__name__
#: step:more
points.append(type(points[0])(6, 8))
total = sum(p.norm() for p in points)

## isinstance across steps
#: step:make
class A: pass
class B(A): pass
a, b = A(), B()
#: step:use
checks = (isinstance(a, A), isinstance(b, A), type(b) is B, type(a) is type(b), issubclass(B, A))
#: step:more
c = B()
same = type(c) is type(b)

## a class redefined between its instances
#: step:make
class V:
    def value(self): return 1
old = V()
#: step:redefine
class V:
    def value(self): return 2
new = V()
#: step:use
state = (old.value(), new.value(), isinstance(old, V), isinstance(new, V), type(old) is type(new))

## a class changed after its instances were made
#: step:make
class V:
    factor = 1
    def value(self): return self.factor
v = V()
#: step:change
V.factor = 10
V.extra = lambda self: self.factor + 1
#: step:use
state = (v.value(), v.extra(), V().value(), type(v) is V)

## a subclass with super()
#: step:make
class Base:
    def __init__(self, n): self.n = n
    def go(self): return self.n
class Child(Base):
    def __init__(self, n):
        super().__init__(n * 2)
    def go(self):
        return super().go() + 1
#: step:use
c = Child(5)
#: step:again
r = c.go()
class Grandchild(Child):
    def go(self): return super().go() + __class__.__mro__[1].go(self)
#: step:end
g = Grandchild(1).go()

## a subclass defined in a later step than its base
#: step:base
class Base:
    registry = []
    def __init_subclass__(cls, **k):
        Base.registry.append(cls.__name__)
#: step:one
class One(Base): pass
#: step:two
class Two(One): pass
#: step:use
names = Base.registry
mro = [k.__name__ for k in Two.__mro__]

## a dataclass
#: step:make
from dataclasses import dataclass, field, replace, asdict
@dataclass(order=True)
class Item:
    name: str
    size: int = 1
    tags: list = field(default_factory=list)
items = [Item("b", 2), Item("a")]
#: step:use
items.sort()
bigger = replace(items[0], size=9)
#: step:end
state = [asdict(i) for i in items] + [asdict(bigger)]
same = items[1] == Item("b", 2)

## a frozen dataclass with slots, as a key
#: step:make
from dataclasses import dataclass
@dataclass(frozen=True, slots=True)
class Key:
    a: int
    b: str
d = {Key(1, "x"): "first"}
#: step:use
d[Key(2, "y")] = "second"
got = d[Key(1, "x")]
#: step:end
keys = sorted((k.a, k.b) for k in d)

## an enum
#: step:make
from enum import Enum, auto, IntFlag
class Colour(Enum):
    RED = auto()
    BLUE = auto()
class Flag(IntFlag):
    A = 1
    B = 2
c = Colour.RED; d = {Colour.BLUE: 1}; f = Flag.A | Flag.B
#: step:use
same = c is Colour.RED and Colour["BLUE"] in d
#: step:end
state = (c.name, [k.name for k in d], c == Colour(1), int(f), Flag.B in f)

## a namedtuple and a typed one
#: step:make
from collections import namedtuple
from typing import NamedTuple
P = namedtuple("P", "x y", defaults=[0])
class Q(NamedTuple):
    a: int
    b: str = "q"
p = P(1); q = Q(2)
#: step:use
r = p._replace(y=5)
#: step:end
state = (r, q, isinstance(p, P), r.x + q.a, type(r) is P)

## a namedtuple whose name is not its own
#: step:make
from collections import namedtuple
Row = namedtuple("Record", "a b")
rows = [Row(1, 2)]
#: step:use
state = (rows[0].a, isinstance(rows[0], Row), Row(3, 4).b)

## an abstract base class and a protocol
#: step:make
from abc import ABC, abstractmethod
from typing import Protocol, runtime_checkable
class Shape(ABC):
    @abstractmethod
    def area(self): ...
@runtime_checkable
class HasArea(Protocol):
    def area(self): ...
#: step:impl
class Square(Shape):
    def __init__(self, s): self.s = s
    def area(self): return self.s ** 2
sq = Square(3)
#: step:use
state = (sq.area(), isinstance(sq, Shape), isinstance(sq, HasArea))
try:
    Shape(); abstract = False
except TypeError:
    abstract = True

## class methods, static methods, properties, slots
#: step:make
class K:
    __slots__ = ("v", "__dict__")
    count = 0
    def __init__(self, v): self.v = v; type(self).count += 1
    @classmethod
    def make(cls): return cls(cls.count)
    @staticmethod
    def twice(x): return 2 * x
    @property
    def double(self): return self.twice(self.v)
    @double.setter
    def double(self, x): self.v = x / 2
k = K(4)
#: step:use
other = K.make()
k.double = 20
#: step:end
state = (k.v, other.v, K.count, k.double)

## a metaclass and a descriptor
#: step:make
class Meta(type):
    def __call__(cls, *a):
        obj = super().__call__(*a)
        obj.made = True
        return obj
class Positive:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, obj, owner=None): return getattr(obj, self.name, None) if obj else self
    def __set__(self, obj, value):
        if value < 0: raise ValueError
        setattr(obj, self.name, value)
class M(metaclass=Meta):
    size = Positive()
    def __init__(self, s): self.size = s
m = M(3)
#: step:use
m.size = 5
try:
    m.size = -1; bad = True
except ValueError:
    bad = False
n = M(7)
#: step:end
state = (m.size, m.made, n.size, type(M).__name__, bad)

## an exception class
#: step:make
class Oops(ValueError):
    def __init__(self, code): super().__init__(f"code {code}"); self.code = code
def risky(x):
    if x: raise Oops(x)
    return 0
#: step:use
try:
    risky(5)
except Oops as e:
    caught = e
    code = e.code
#: step:end
state = (str(caught), caught.code, isinstance(caught, Oops), isinstance(caught, ValueError))

## a function that uses a global changed later
#: step:make
rate = 2
def price(x): return x * rate
#: step:change
rate = 10
#: step:use
p = price(3)
#: step:again
rate = 100
#: step:end
q = price(3)

## a function that uses a global defined later
#: step:make
def late(): return not_yet + 1
#: step:define
not_yet = 41
#: step:use
answer = late()

## functions that call each other, redefined in between
#: step:make
def f(n): return g(n) + 1
def g(n): return n
#: step:use
a = f(1)
#: step:redefine
def g(n): return n * 100
#: step:again
b = f(1)
h = f
#: step:end
def f(n): return "new"
c = (h(2), f(2))

## recursion and mutual recursion
#: step:make
def fact(n): return 1 if n < 2 else n * fact(n - 1)
def even(n): return n == 0 or odd(n - 1)
def odd(n): return n != 0 and even(n - 1)
#: step:use
a = fact(5); b = even(10)
other = fact
#: step:end
def fact(n): return -1
c = (other(3), odd(7))

## a function under two names, and in a list
#: step:make
def f(x): return x + 1
g = f
table = [f, g]
f.calls = 0
#: step:change
f.calls += 1
g.note = "set"
#: step:use
state = (f is g, table[0] is f, table[1].calls, f.note)

## a decorator that keeps state
#: step:make
import functools
def counted(fn):
    @functools.wraps(fn)
    def wrapper(*a):
        wrapper.calls += 1
        return fn(*a)
    wrapper.calls = 0
    return wrapper
@counted
def add(a, b): return a + b
#: step:use
x = add(1, 2)
#: step:again
y = add(3, 4)
#: step:end
state = (add.calls, add.__name__, add.__wrapped__(1, 1))

## a function that only a text calls
#: imports
class Model:
    def __init__(self, formula):
        self.formula = formula
        self.__setstate__({"formula": formula})
    def __setstate__(self, state):
        self.__dict__.update(state)
        self.value = eval(self.formula, vars(__import__("__main__")))
#: step:fit
def double(x): return 2 * x
model = Model("double(3)")
#: step:between
y = 1
#: step:use
value = model.value + y

## a value that looks for its function in who loads it
#: imports
import sys
class Formula:
    def __init__(self, text): self.text, self.value = text, eval(text)
    def __getstate__(self): return {"text": self.text}
    def __setstate__(self, state):
        self.text = state["text"]
        self.value = eval(self.text, sys._getframe(1).f_globals)
#: step:fit
def twice(x): return 2 * x
fitted = Formula("twice(3)")
#: step:use
value = fitted.value + 1

## a decorator that registers
#: step:make
registry = {}
def register(fn):
    registry[fn.__name__] = fn
    return fn
@register
def one(): return 1
#: step:more
@register
def two(): return one() + 1
#: step:use
state = {k: v() for k, v in registry.items()}
same = registry["two"] is two

## singledispatch registered in two steps
#: step:make
from functools import singledispatch
@singledispatch
def show(x): return "object"
@show.register
def _(x: int): return "int"
#: step:more
@show.register(str)
def show_str(x): return "str"
#: step:use
state = (show(1), show("a"), show(1.5))

## mutable defaults and keyword defaults
#: step:make
def f(a, seen=[], *, log={}):
    seen.append(a); log[a] = len(seen)
    return list(seen), dict(log)
#: step:one
x = f(1)
#: step:two
y = f(2)
defaults = f.__defaults__

## a lambda in a dict, in a frame's apply and sorted
#: imports
import pandas as pd
#: step:make
fns = {"a": lambda x: x + offset, "b": lambda x, k=2: x * k}
offset = 3
#: step:change
offset = 30
#: step:use
out = {k: f(1) for k, f in fns.items()}
df = pd.DataFrame({"x": [1, 2]}); df["y"] = df["x"].apply(fns["a"])

## a closure over a loop variable
#: step:make
fs = []
for i in range(3):
    def f(x, i=i): return x + i
    fs.append(f)
late = [lambda: i for _ in range(2)]
#: step:use
a = [f(10) for f in fs]
#: step:change
i = 50
#: step:end
b = [f() for f in late]

## a generator function
#: step:make
def gen(n):
    for i in range(n):
        yield i * scale
scale = 2
#: step:use
a = list(gen(3))
scale = 3
#: step:end
b = list(gen(3))

## an async function and top-level await
#: step:make
import asyncio
async def work(x):
    await asyncio.sleep(0)
    return x * 2
#: step:use
a = await work(4)
#: step:end
b = await asyncio.gather(work(1), work(a))

## a comprehension with its own scope in a class body
#: step:make
class T:
    xs = [1, 2, 3]
    n = len(xs)
    ys = [x for x in xs]
    def get(self): return [x * self.n for x in self.xs]
#: step:use
t = T().get()

## __main__ of the notebook
#: step:make
class Thing: pass
name = __name__
mod = Thing.__module__
#: step:use
state = (name, mod, Thing().__class__.__module__, __name__ == "__main__")

## if __name__ == "__main__"
#: step:make
def main():
    return 42
#: step:run
if __name__ == "__main__":
    answer = main()
#: step:use
twice = answer * 2

## a function that pickles
#: step:make
import pickle
class R:
    def __init__(self, v): self.v = v
def load(b): return pickle.loads(b)
#: step:dump
blob = pickle.dumps(R(3))
#: step:load
v = load(blob).v

## a class with its own pickling
#: step:make
class Custom:
    def __init__(self): self.data = [1]; self.cache = "big"
    def __getstate__(self): return {"data": self.data}
    def __setstate__(self, s): self.__dict__ = {**s, "cache": "rebuilt"}
c = Custom()
#: step:change
c.data.append(2)
#: step:use
state = (c.data, c.cache)

## a class with __reduce__ and __new__
#: step:make
class Single:
    _made = None
    def __new__(cls):
        if cls._made is None:
            cls._made = super().__new__(cls)
            cls._made.n = 0
        return cls._made
s = Single()
#: step:use
s.n += 1
#: step:again
same = Single() is s
n = Single().n

## typing, generics and annotations
#: step:make
from __future__ import annotations
from typing import Generic, TypeVar, Optional
T = TypeVar("T")
class Stack(Generic[T]):
    def __init__(self) -> None: self.items: list[T] = []
    def push(self, x: T) -> Stack[T]: self.items.append(x); return self
count: int = 0
def typed(x: Optional[int] = None) -> int: return x or 0
#: step:use
s = Stack[int]().push(3)
#: step:end
state = (s.items, typed(2), typed.__annotations__)

## a class used as a namespace
#: step:make
class cfg:
    lr = .1
    layers = [1, 2]
#: step:change
cfg.lr = .5
cfg.layers.append(3)
cfg.new = "n"
#: step:use
state = (cfg.lr, cfg.layers, cfg.new)

## __call__, __getattr__ and operators
#: step:make
class Proxy:
    def __init__(self, t): self.__dict__["t"] = t
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self.t.get(name)
    def __setattr__(self, name, v): self.t[name] = v
    def __call__(self, x): return x in self.t
p = Proxy({"a": 1})
#: step:change
p.b = 2
#: step:use
state = (p.a, p.b, p("b"), p.missing)

## annotations that are not evaluated, from a cell above
#: step:make
from __future__ import annotations
#: step:use
def f(x: NotDefinedAnywhere) -> int: return 1
class K:
    y: AlsoNotDefined = 3
#: step:end
state = (f(1), K.y, f.__annotations__)

## two instances of a class that has been redefined
#: step:make
class V:
    n = 1
a, b = V(), V()
#: step:redefine
class V:
    n = 2
c = V()
#: step:use
state = (type(a) is type(b), type(a) is type(c), isinstance(c, V), a.n, c.n)

## inspect sees the source
#: step:make
import inspect
def documented(x):
    # a comment
    return x + 1
#: step:use
source = inspect.getsource(documented)
sig = str(inspect.signature(documented))

## a nested class and a local class
#: step:make
class Outer:
    class Inner:
        v = 3
    def make(self): return self.Inner()
def factory():
    class Local:
        w = 4
        def get(self): return self.w
    return Local
L = factory()
objs = [Outer().make(), L(), L()]
#: step:use
state = (objs[0].v, objs[1].get(), type(objs[1]) is type(objs[2]), isinstance(objs[1], L), isinstance(objs[0], Outer.Inner))

## an estimator defined in the notebook
#: imports
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
#: step:make
class Mean(BaseEstimator, RegressorMixin):
    def __init__(self, shift=0): self.shift = shift
    def fit(self, X, y): self.mean_ = y.mean() + self.shift; return self
    def predict(self, X): return np.full(len(X), self.mean_)
def clip(X): return np.clip(X, 0, limit)
limit = 2
pipe = make_pipeline(FunctionTransformer(clip), Mean(1))
#: step:fit
X = np.arange(6.).reshape(3, 2); y = np.array([1., 2., 3.])
pipe.fit(X, y)
limit = 1
#: step:use
out = pipe.predict(X); cut = pipe[0].transform(X)
again = clone(pipe).fit(X, y * 2).predict(X)

## functions cell after a step uses what it redefines
#: imports
import math
#: functions
def area(r): return math.pi * r ** 2
#: step:a
x = area(1)
#: functions
def area(r): return 3 * r ** 2
#: step:b
y = area(1)
#: step:c
z = area(2)

## a function defined in set-up, changed by a step
#: functions
def f(): return 1
settings = {"k": 1}
#: step:a
f.tag = "a"
settings["k"] = 2
#: step:b
state = (f.tag, settings, f())
#: step:c
f.tag += "c"
settings["j"] = 3
#: step:end
end = (f.tag, settings)

## set-up that is rebound by a step
#: imports
alpha = 1
names = ["a"]
#: step:a
alpha = 5
names = names + ["b"]
#: step:b
beta = alpha * 2
#: step:c
alpha += 1
#: step:end
state = (alpha, beta, names)
""")
