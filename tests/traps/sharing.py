"""Two names for one object: containers, views, frames and columns, estimators, bound methods, closures."""

from trap import traps

TRAPS = traps("""
## a column that is sorted in place
#: imports
import pandas as pd
#: step:make
df = pd.DataFrame({"a": [3, 1, 2], "b": [1, 2, 3]})
s = df["a"]
#: step:sort
s.sort_index(ascending=False, inplace=True)
#: step:look
total = (df["a"] * df["b"]).sum()
same = df["a"] is s

## two names for one list
#: step:start
a = [1]
b = a
#: step:change
a.append(2)
#: step:use
b.append(3)
#: step:end
state = (a, b, a is b)

## one name is used two steps later
#: step:start
a = {"k": 1}
b = a
#: step:a
a["x"] = 2
#: step:other
other = 1
#: step:b
b["y"] = 3
#: step:end
state = a

## an object inside a container
#: step:start
inner = [1]
outer = {"list": inner, "again": [inner]}
#: step:change
outer["list"].append(2)
#: step:use
inner.append(3)
#: step:end
state = outer["again"][0]

## sharing made by the second step
#: step:start
a = [1]
#: step:alias
b = {"a": a}
#: step:change
b["a"].append(2)
#: step:use
state = a

## sharing undone
#: step:start
a = [1]; b = a
#: step:part
b = list(a)
b.append(2)
#: step:use
a.append(9)
#: step:end
state = (a, b)

## a copy is a copy
#: imports
import copy
#: step:start
a = [[1], [2]]
shallow, deep = list(a), copy.deepcopy(a)
#: step:change
a[0].append("x"); a.append("y")
#: step:use
state = (shallow, deep)

## an object that holds itself
#: step:start
a = [1]
a.append(a)
d = {}; d["me"] = d; d["a"] = a
#: step:change
a.append(2)
#: step:use
state = (a[1] is a, d["me"] is d, d["a"][1][2])

## a view of an array
#: imports
import numpy as np
#: step:start
x = np.arange(10.)
v = x[2:5]
#: step:change
v[:] = -1
#: step:use
total = x.sum()
x[3] = 7
#: step:end
state = v.tolist()

## a view with strides and a transpose
#: imports
import numpy as np
#: step:start
m = np.arange(12).reshape(3, 4)
t = m.T
every = m[::2, ::-1]
row = m[1]
#: step:change
t[0, :] = 100
every[0, 0] = -5
#: step:use
row += 1
#: step:end
state = (m.tolist(), t.tolist(), every.tolist(), t.flags.f_contiguous)

## a view made by reshape, ravel, asarray
#: imports
import numpy as np
#: step:start
x = np.zeros(6)
a, b, c = x.reshape(2, 3), x.ravel(), np.asarray(x)
#: step:change
a[0, 0] = 1; b[1] = 2; c[2] = 3
#: step:use
state = (x.tolist(), np.shares_memory(a, x), c is x)

## a view whose base has no name
#: imports
import numpy as np
#: step:start
a, b = np.split(np.arange(6), 2)
h = np.arange(6)[1:]
#: step:change
a[0] = 9
h[0] = 8
#: step:use
state = (a.tolist(), b.tolist(), h.tolist())

## overlapping views in a list
#: imports
import numpy as np
#: step:start
x = np.arange(6)
windows = [x[i:i + 3] for i in range(4)]
#: step:change
windows[0][2] = 50
#: step:use
state = [w.tolist() for w in windows]

## a large view, stored apart
#: imports
import numpy as np
#: step:start
x = np.zeros(50_000)
head = x[:20_000]
#: step:change
head += 1
#: step:use
total = x.sum()

## an array of objects and its view
#: imports
import numpy as np
#: step:start
x = np.array([[1], [2], None], dtype=object)
v = x[:2]
#: step:change
v[0].append(5); v[1] = "new"
#: step:use
state = x.tolist()

## a structured array and its field
#: imports
import numpy as np
#: step:start
s = np.zeros(3, dtype=[("a", "i4"), ("b", "f8")])
f = s["b"]
#: step:change
f[:] = 2.5
#: step:use
state = s.tolist()

## a memoryview and a bytearray → MS401
#: step:start
buffer = bytearray(b"abc")
view = memoryview(buffer)
#: step:change
view[0] = 122
#: step:use
state = bytes(buffer)

## a frame and its column
#: imports
import pandas as pd
#: step:start
df = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
col = df["a"]
#: step:change
df.loc[0, "a"] = 100
#: step:use
state = (col.tolist(), df["a"].tolist())
col.iloc[1] = -1
#: step:end
after = (col.tolist(), df["a"].tolist())

## a frame and its values
#: imports
import pandas as pd, numpy as np
#: step:start
df = pd.DataFrame(np.arange(6.).reshape(3, 2), columns=list("xy"))
values = df.to_numpy()
#: step:change
df.iloc[0, 0] = 99
#: step:use
state = (values.tolist(), df.to_numpy().tolist(), values.flags.writeable)

## a frame made of an array
#: imports
import pandas as pd, numpy as np
#: step:start
x = np.arange(6.).reshape(3, 2)
df = pd.DataFrame(x, columns=list("ab"))
s = pd.Series(x[:, 0], copy=False)
#: step:change
x[0, 0] = 50
#: step:use
state = (df.to_numpy().tolist(), s.tolist())

## two frames under copy-on-write
#: imports
import pandas as pd
#: step:start
a = pd.DataFrame({"x": [1, 2, 3]})
b = a
c = a[:]
d = a.copy(deep=False)
#: step:change
a.loc[0, "x"] = 10
#: step:use
b.loc[1, "x"] = 20
#: step:end
state = (a["x"].tolist(), b["x"].tolist(), c["x"].tolist(), d["x"].tolist(), a is b)

## frames in a dict and in a list
#: imports
import pandas as pd
#: step:start
df = pd.DataFrame({"x": [1, 2]})
frames = {"train": df, "all": [df]}
#: step:change
frames["train"]["y"] = 1
#: step:use
state = (list(df.columns), list(frames["all"][0].columns), frames["all"][0] is df)

## an index shared by two frames
#: imports
import pandas as pd
#: step:start
a = pd.DataFrame({"x": [1, 2]}, index=["p", "q"])
b = pd.DataFrame({"y": [3, 4]}, index=a.index)
#: step:change
a.index = a.index.rename("key")
a.rename(index={"p": "r"}, inplace=True)
#: step:use
state = (list(a.index), list(b.index), a.index.name)

## an estimator inside a Pipeline
#: imports
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
#: step:make
model = LinearRegression()
pipe = Pipeline([("scale", StandardScaler()), ("model", model)])
X = np.arange(10.).reshape(5, 2); y = X[:, 0] * 2
#: step:fit
pipe.fit(X, y)
#: step:use
coef = model.coef_
same = pipe.named_steps["model"] is model
#: step:refit
model.fit(X, y * 3)
#: step:predict
out = pipe.predict(X)

## a fitted model and what it was fitted on
#: imports
import numpy as np
from sklearn.neighbors import KNeighborsRegressor
#: step:make
X = np.arange(12.).reshape(6, 2); y = np.arange(6.)
knn = KNeighborsRegressor(2, algorithm="brute").fit(X, y)
#: step:change
X[0] = 100; y[0] = 50
#: step:use
out = knn.predict([[0., 1.]])

## a bound method and its object
#: step:start
data = [1]
push = data.append
class C:
    def __init__(self): self.n = 0
    def inc(self): self.n += 1; return self.n
c = C(); inc = c.inc
#: step:call
push(2); inc()
#: step:use
inc(); data.append(3)
#: step:end
state = (data, c.n, inc.__self__ is c)

## closures that share a cell
#: step:start
def counter():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    def get():
        return n
    return inc, get
inc, get = counter()
#: step:call
inc(); inc()
#: step:use
inc()
now = get()
#: step:end
state = get() * 10

## a closure over data that has a name too
#: step:start
data = [1]
def make(d):
    def total():
        return sum(d)
    return total
total = make(data)
#: step:change
data.append(10)
#: step:use
state = total()

## a lambda in a dict that reads a global
#: step:start
scale = 2
ops = {"double": lambda x: x * scale, "add": lambda x, y=[0]: y.append(x) or y}
#: step:change
scale = 5
ops["add"](1)
#: step:use
state = (ops["double"](10), ops["add"](2))

## a generator expression over a named list → MS401
#: step:start
data = [1, 2, 3]
squares = (x * x for x in data)
#: step:change
data.append(4)
#: step:use
state = list(squares)

## an iterator half consumed
#: step:start
items = [1, 2, 3, 4]
it = iter(items)
first = next(it)
#: step:more
second = next(it)
items.append(5)
#: step:use
rest = list(it)

## iterators over other things, half consumed
#: step:start
r = iter(range(5)); next(r)
z = zip([1, 2, 3], "abc"); next(z)
e = enumerate("xyz"); next(e)
d = iter({"a": 1, "b": 2}); next(d)
m = map(str, [1, 2, 3]); next(m)
rev = reversed([1, 2, 3]); next(rev)
#: step:more
got = (next(r), next(z), next(e), next(d), next(m), next(rev))
#: step:use
rest = (list(r), list(z), list(e), list(d), list(m), list(rev))

## itertools half consumed
#: step:start
import itertools
c = itertools.count(5); next(c)
cy = itertools.cycle("ab"); next(cy)
ch = itertools.chain([1, 2], [3]); next(ch)
sl = itertools.islice([1, 2, 3, 4], 1, None); next(sl)
#: step:more
got = (next(c), next(cy), next(ch), next(sl))
#: step:use
rest = (next(c), [next(cy) for _ in range(3)], list(ch), list(sl))

## a class attribute shared by instances
#: step:start
class Shared:
    pool = []
    def add(self, x): self.pool.append(x)
a, b = Shared(), Shared()
#: step:change
a.add(1)
#: step:use
b.add(2); Shared.limit = 3
#: step:end
state = (a.pool, b.pool, Shared.pool, a.limit, a.pool is Shared.pool)

## an object that two objects hold
#: step:start
class Node:
    def __init__(self, name): self.name, self.links = name, []
a, b = Node("a"), Node("b")
a.links.append(b); b.links.append(a)
shared = {"n": 0}
a.data = b.data = shared
#: step:change
a.data["n"] += 1
#: step:use
b.data["n"] += 10
#: step:end
state = (shared, a.links[0] is b, b.links[0].data is shared)

## a default dict and its factory
#: step:start
from collections import defaultdict, deque, Counter
d = defaultdict(list); q = deque([1, 2], maxlen=3); c = Counter("aab")
alias = d["k"]
#: step:change
d["k"].append(1); q.append(3); q.append(4); c.update("b")
#: step:use
alias.append(2)
state = (dict(d), list(q), q.maxlen, c.most_common(), d["new"])

## a set keeps its order
#: step:start
words = set("the quick brown fox jumps over the lazy dog while many other words follow".split())
words |= {f"w{i}" for i in range(40)}
for w in list(words)[::3]:
    words.discard(w)
numbers = {i * 37 % 101 for i in range(50)}
#: step:use
order = list(words)
words.add("another"); words.add("one more")
#: step:end
after = list(words)
listed = list(numbers)
index = {w: i for i, w in enumerate(words)}

## a set of tuples and a frozenset as key
#: step:start
pairs = {(i, str(i)) for i in range(20)}
key = frozenset({1, 2})
d = {key: "x"}
#: step:use
order = list(pairs)
got = d[frozenset({2, 1})]
#: step:end
state = [p for p in pairs if p[0] % 2]

## a dict keeps its order, also after a deletion
#: step:start
d = {str(i): i for i in range(10)}
del d["0"]; d["0"] = "again"
#: step:use
order = list(d)
d["new"] = 1
#: step:end
state = list(d.items())

## identity of None, NaN, small and large numbers
#: imports
import math
#: step:start
nan = float("nan")
xs = [nan, 1, None]
big = 10**30
other = big
text = "some text with spaces"
text2 = text
#: step:use
state = (nan in xs, xs[0] is nan, big == other, text == text2, xs.count(nan))

## a tuple that holds a list
#: step:start
inner = []
pair = (inner, inner)
#: step:change
pair[0].append(1)
#: step:use
state = (pair, inner, pair[0] is pair[1])

## weak references → MS401
#: step:start
import weakref
class T: pass
t = T()
ref = weakref.ref(t)
#: step:use
alive = ref() is t
""")
