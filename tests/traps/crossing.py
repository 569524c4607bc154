"""Values that are hard to carry: exact types, and what cannot be carried at all."""

from trap import traps

TRAPS = traps("""
## a generator crosses → MS401
#: step:make
g = (i for i in range(3))
#: step:use
x = list(g)

## a generator that nobody needs later
#: step:make
g = (i for i in range(3))
x = list(g)
#: step:use
y = sum(x)

## a lock crosses → MS401
#: step:make
import threading
lock = threading.Lock()
#: step:use
with lock:
    x = 1

## a thread crosses → MS401
#: step:make
import threading
out = []
t = threading.Thread(target=out.append, args=(1,))
#: step:use
t.start(); t.join()
x = list(out)

## a module crosses
#: step:make
import math as m
import os.path
from collections import OrderedDict as OD
import numpy.random as npr
#: step:use
x = m.sqrt(4); y = os.path.join("a", "b"); z = OD(a=1)
#: step:more
m2 = m
w = m2.floor(2.5)

## a module in a container
#: step:make
import json
tools = {"json": json, "dumps": json.dumps, "len": len}
#: step:use
text = tools["dumps"]([1]); n = tools["len"](text)
same = tools["json"] is json

## pandas dtypes
#: imports
import pandas as pd, numpy as np
#: step:make
df = pd.DataFrame({
    "i8": np.array([1, 2], dtype="int8"), "Int": pd.array([1, None], dtype="Int64"),
    "cat": pd.Categorical(["b", "a"], categories=["b", "a", "z"], ordered=True),
    "dt": pd.to_datetime(["2020-01-01", None]), "tz": pd.date_range("2020", periods=2, tz="Europe/Berlin"),
    "td": pd.to_timedelta([1, 2], unit="h"), "per": pd.period_range("2020", periods=2, freq="M"),
    "iv": pd.interval_range(0, 2), "obj": [[1], {"a": 2}], "str": ["x", None], "bool": [True, False],
    "b": pd.array([True, None], dtype="boolean"), "sparse": pd.arrays.SparseArray([0, 1]),
    "f4": np.array([1.5, np.nan], dtype="f4"), "c": [1j, 2j],
})
df.attrs["source"] = {"a": [1]}
#: step:use
types = df.dtypes.astype(str).to_dict()
df["cat"] = df["cat"].cat.add_categories("new")
df.attrs["source"]["a"].append(2)
#: step:end
cats = list(df["cat"].cat.categories); attrs = df.attrs
mean = df["f4"].mean()

## indexes
#: imports
import pandas as pd
#: step:make
mi = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["l", "n"])
df = pd.DataFrame({"v": range(4)}, index=mi)
part = df.loc[["a"]]
s = pd.Series(range(3), index=pd.date_range("2020", periods=3, freq="D"), name="s")
r = pd.Series([1, 2], index=pd.RangeIndex(5, 9, 2))
dup = pd.Series([1, 2, 3], index=["x", "x", "y"])
#: step:use
levels = [list(l) for l in part.index.levels]
freq = s.index.freqstr
s2 = s.shift(1, freq="D")
#: step:end
state = (df.xs(1, level="n")["v"].tolist(), r.index.step, dup["x"].tolist(), s2.index[0].isoformat())

## groupby, rolling and other lazy objects
#: imports
import pandas as pd
#: step:make
df = pd.DataFrame({"k": list("aab"), "v": [1., 2., 3.]})
g = df.groupby("k")
r = df["v"].rolling(2)
#: step:change
df["v"] *= 10
#: step:use
sums = g["v"].sum().to_dict(); rolled = r.sum().tolist()

## numpy dtypes, order and flags
#: imports
import numpy as np
#: step:make
a = np.asfortranarray(np.arange(6.).reshape(2, 3)); b = np.array([1, 2]); b.flags.writeable = False
c = np.ma.masked_array([1., 2.], mask=[True, False]); d = np.rec.array([(1, "x")], dtype=[("a", int), ("b", "U3")])
e = np.array(["2020-01-01"], dtype="datetime64[D]"); f = np.matrix([[1, 2]]); g = np.array(5); h = np.zeros((0, 3))
i = np.array([b"ab"]); j = np.float32(1.5); k = np.array([1, 2], dtype=">i4"); l = np.broadcast_to(np.arange(2), (3, 2))
#: step:use
state = (a.flags.f_contiguous, b.flags.writeable, float(c.sum()), d.b[0], str(e.dtype), f.A1.tolist(), g.shape, h.shape)
#: step:end
more = (i.dtype.str, type(j).__name__, k.dtype.byteorder, l.strides[0], a.sum(axis=0).tolist())

## scipy sparse, and sums in the same order
#: imports
import numpy as np
import scipy.sparse as sp
#: step:make
m = sp.csr_matrix(np.eye(3)); coo = sp.coo_matrix(([1., 2.], ([0, 0], [1, 1])), shape=(2, 2))
x = np.random.default_rng(0).random((200, 3)).T
#: step:change
m[0, 0] = 5
#: step:use
total = (m.sum(), coo.toarray().tolist(), type(m).__name__, x.sum(), x.mean(axis=1).tolist())

## polars
#: imports
import polars as pl
#: step:make
df = pl.DataFrame({"a": [1, 2, None], "b": ["x", "y", "z"], "l": [[1], [], [2, 3]]})
lazy = df.lazy().filter(pl.col("a") > 1)
#: step:use
out = df.with_columns(c=pl.col("a") * 2)
#: step:end
n = lazy.collect().height; total = out["c"].sum(); schema = str(out.schema)

## arrow
#: imports
import pyarrow as pa
#: step:make
t = pa.table({"a": pa.array([1, None], pa.int32()), "d": pa.array(["x", "x"]).dictionary_encode()})
t = t.replace_schema_metadata({"k": "v"})
#: step:use
state = (t.schema.metadata, t["a"].null_count, str(t.schema.field("d").type))

## times, decimals, paths, patterns
#: step:make
import datetime as dt, decimal, fractions, pathlib, re, uuid, zoneinfo, ipaddress
v = [dt.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")), dt.date(2020, 1, 2), dt.timedelta(3), decimal.Decimal("1.10"),
     fractions.Fraction(1, 3), pathlib.PurePosixPath("a/b"), re.compile("a(b)", re.I), uuid.UUID(int=5), ipaddress.ip_address("10.0.0.1")]
tz = dt.timezone(dt.timedelta(hours=2))
#: step:use
state = (v[0].utcoffset(), str(v[3]), v[6].match("AB").group(1), v[5].name, str(v[8]))
later = v[0].astimezone(tz)

## very large and odd numbers, text and bytes
#: step:make
big = 2 ** 5000; small = 5e-324; inf = float("inf"); neg = -0.0; c = complex(1, -0.0)
s = "snow \\u2603 \\ud83d\\ude00"; bad = "\\ud800"; b = bytes(range(256)); ba = bytearray(b); e = Ellipsis; n = NotImplemented
#: step:use
state = (big % 1000, small, inf, str(neg), repr(c), len(s), len(bad), sum(b), e is ..., n is NotImplemented)
ba[0] = 9

## networkx, pillow, io in memory
#: imports
import networkx as nx, io
from PIL import Image
#: step:make
g = nx.path_graph(3); img = Image.new("RGB", (2, 2), (1, 2, 3)); buf = io.BytesIO(b"abc"); txt = io.StringIO("l1\\nl2\\n")
buf.read(1); txt.readline()
#: step:change
g.add_edge(0, 2, w=5); img.putpixel((0, 0), (9, 9, 9))
#: step:use
state = (sorted(g.edges(data=True)), img.getpixel((0, 0)), buf.read(), txt.readline())

## a figure drawn over two steps
#: imports
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
#: step:make
fig, ax = plt.subplots()
ax.plot([1, 2], [3, 4], label="a")
#: step:more
ax.set_title("t"); ax.plot([1, 2], [5, 6])
#: step:use
n = len(ax.lines); title = ax.get_title(); same = fig.axes[0] is ax

## the current figure of pyplot
#: imports
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
#: step:make
plt.figure(); plt.plot([1, 2], [3, 4])
#: step:more
plt.title("t")
n = len(plt.gca().lines)
#: step:end
title = plt.gca().get_title(); plt.close("all")

## argparse, config and string objects
#: step:make
import argparse, configparser, string, types
ns = argparse.Namespace(a=1); cp = configparser.ConfigParser(); cp["s"] = {"k": "v"}; t = string.Template("$x"); sn = types.SimpleNamespace(q=[1])
#: step:change
ns.b = 2; cp["s"]["k"] = "w"; sn.q.append(2)
#: step:use
state = (vars(ns), cp["s"]["k"], t.substitute(x=1), sn.q)

## a slice, a range, a property, a method of a class
#: step:make
sl, r, up, meth = slice(1, None), range(0, 10, 3), str.upper, list.append
data = [1, 2, 3]
#: step:use
meth(data, 4)
state = (data[sl], list(r), up("a"))

## a coroutine crosses → MS401
#: step:make
import asyncio
async def f(): return 1
co = f()
#: step:use
x = await co

## an exception and its traceback
#: step:make
try:
    1 / 0
except ZeroDivisionError as e:
    err = e
#: step:use
text = repr(err); kind = type(err).__name__

## a context variable → MS401
#: step:make
import contextvars
cv = contextvars.ContextVar("cv", default=1)
cv.set(5)
#: step:use
v = cv.get()

## deep nesting
#: step:make
deep = []
for _ in range(400):
    deep = [deep]
#: step:use
n = 0
d = deep
while d:
    d = d[0]; n += 1
del d

## a long linked list
#: step:make
class N:
    def __init__(self, nxt): self.nxt = nxt
head = None
for _ in range(300):
    head = N(head)
#: step:use
n, p = 0, head
while p:
    n += 1; p = p.nxt
""")
