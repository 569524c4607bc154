"""A name changed in place by a step that seems only to use it, and the value the next step gets."""

from trap import traps

TRAPS = traps(
    """
## a column added by a step that only reports
#: imports
import pandas as pd
#: step:load
df = pd.DataFrame({"a": [3, 1, 2], "b": [1.5, 2.5, 3.5]})
#: step:report
df["ratio"] = df["a"] / df["b"]
shown = df.describe()
#: step:use
total = df["ratio"].sum()
columns = list(df.columns)

## a frame sorted and cut in place
#: imports
import pandas as pd
#: step:load
df = pd.DataFrame({"a": [3, 1, 2], "b": [1.5, 2.5, 3.5]})
#: step:look
df.sort_values("a", inplace=True)
df.drop(columns="b", inplace=True)
df.index.name = "row"
#: step:use
first = df.iloc[0]
index = df.index

## a function that changes its argument
#: imports
import pandas as pd
#: functions
def summarise(frame):
    frame["n"] = range(len(frame))
    return frame["n"].max()
#: step:load
df = pd.DataFrame({"a": [3, 1, 2]})
#: step:summary
best = summarise(df)
#: step:use
names = list(df.columns)

## a function that changes a global it is not given
#: step:start
log = []
counts = {}
def note(text):
    log.append(text)
    counts[text] = counts.get(text, 0) + 1
    return len(log)
#: step:work
note("a"); note("b")
#: step:more
n = note("a")
#: step:end
final = (log, counts, n)

## a method that changes its object
#: step:start
class Bag:
    def __init__(self):
        self.items = []
    def put(self, item):
        self.items.append(item)
        return self
bag = Bag()
#: step:fill
bag.put(1).put(2)
size = len(bag.items)
#: step:use
held = list(bag.items)

## an object changed by an operator
#: step:start
class Box:
    def __init__(self): self.seen = []
    def __add__(self, other): self.seen.append(other); return self
    def __len__(self): self.seen.append("len"); return 3
    def __contains__(self, x): self.seen.append(("in", x)); return True
    def __getitem__(self, i): self.seen.append(("get", i)); return i
    def __eq__(self, other): self.seen.append("eq"); return True
    __hash__ = None
box = Box()
#: step:touch
box + 1
len(box); 7 in box; box[4]; box == 5
f"{box[9]}"
#: step:use
seen = box.seen

## an attribute read that counts
#: step:start
class Counter:
    def __init__(self): self.n = 0
    @property
    def value(self):
        self.n += 1
        return self.n
c = Counter()
#: step:read
a = c.value; b = c.value
#: step:use
third = c.value

## augmented assignment of a list and of a number
#: step:start
items = [1]
same = items
number = 1
before = number
#: step:grow
items += [2]
number += 1
#: step:use
state = (items, same, items is same, number, before)

## augmented assignment of a subscript and an attribute
#: step:start
from types import SimpleNamespace
d = {"a": [1], "b": 2}
ns = SimpleNamespace(x=1, y=[])
#: step:grow
d["a"] += [5]
d["b"] *= 10
ns.x -= 4
ns.y += ["z"]
#: step:use
state = (d, ns.x, ns.y)

## a loop that changes the elements it goes through
#: step:start
rows = [{"v": 1}, {"v": 2}]
nested = [[1], [2]]
#: step:loop
for row in rows:
    row["v"] *= 10
for inner in nested:
    inner.append(0)
#: step:use
total = sum(row["v"] for row in rows)
flat = [x for inner in nested for x in inner]

## a comprehension used for its effects
#: step:start
seen = []
data = [3, 1, 2]
#: step:work
doubled = [seen.append(x) or x * 2 for x in data]
{k: data.append(k) for k in range(2)}
#: step:use
state = (seen, data)

## sort, pop, update, setdefault, clear
#: step:start
a, b, c, d = [3, 1, 2], {"x": 1}, {1, 2}, [9]
#: step:work
a.sort(); last = a.pop()
b.update(y=2); b.setdefault("z", []).append(1)
c.add(3); c.discard(1)
d.clear()
#: step:use
state = (a, b, c, d, last)

## an array written through a slice
#: imports
import numpy as np
#: step:start
x = np.zeros(6)
m = np.arange(6.).reshape(2, 3)
#: step:write
x[1:3] = 5
x[x > 4] += 1
m[:, 0] *= -1
np.add.at(x, [0, 0], 1)
m.sort(axis=0)
#: step:use
total = x.sum() + m.sum()

## an array changed by a function of numpy
#: imports
import numpy as np
#: step:start
a = np.arange(5); b = np.zeros(5); c = np.arange(4)
#: step:write
np.copyto(b, a)
np.put(a, [0], [100])
np.fill_diagonal(m := np.eye(3), 7)
np.multiply(c, 2, out=c)
rng = np.random.default_rng(0); rng.shuffle(a)
#: step:use
state = (a.tolist(), b.tolist(), c.tolist(), m.tolist())

## passed through a container
#: step:start
data = [1, 2]
holder = {"inner": {"data": data}}
#: step:change
holder["inner"]["data"].append(3)
#: step:use
state = (data, holder)

## passed through a default argument
#: step:start
def collect(x, seen=[]):
    seen.append(x)
    return list(seen)
#: step:first
a = collect(1)
#: step:second
b = collect(2)
#: step:third
c = collect(3)

## passed through functools.partial
#: step:start
from functools import partial
data = [1]
add = partial(data.append)
push = partial(list.append, data)
#: step:change
add(2); push(3)
#: step:use
n = len(data)
add(4)
#: step:end
state = data

## an exception that leaves half a change
#: step:start
items = []
#: step:try
try:
    items.append(1)
    raise ValueError("no")
except ValueError as error:
    reason = str(error)
finally:
    items.append(2)
#: step:use
state = (items, reason)

## with, that changes what it enters
#: step:start
class Managed:
    def __init__(self): self.log = []
    def __enter__(self): self.log.append("in"); return self.log
    def __exit__(self, *a): self.log.append("out")
m = Managed()
#: step:enter
with m as log:
    log.append("body")
#: step:use
state = m.log

## match that binds and changes
#: step:start
event = {"kind": "add", "to": [1]}
#: step:match
match event:
    case {"kind": "add", "to": target}:
        target.append(2)
        matched = True
    case _:
        matched = False
#: step:use
state = (event, matched, target)

## unpacking that shares
#: step:start
pairs = [[1], [2], [3]]
#: step:unpack
first, *rest = pairs
first.append("f"); rest[0].append("r")
#: step:use
state = pairs

## a conditional definition
#: step:start
flag = 3
value = "old"
#: step:maybe
if flag > 5:
    value = "new"
else:
    other = "made"
#: step:use
state = (value, other)

## a conditional definition that is not made
#: step:start
flag = 3
#: step:maybe
if flag > 5:
    value = "new"
#: step:use
try:
    state = value
except NameError:
    state = "none"

## a name deleted
#: step:start
a, b = 1, [2]
#: step:delete
del a
b.append(3)
#: step:use
gone = "a" not in globals() and "a" not in dir()
state = b

## a name deleted and made again
#: step:start
x = [1]
y = x
#: step:delete
del x
y.append(2)
#: step:again
x = [9]
#: step:use
state = (x, y)

## an item deleted
#: step:start
d = {"a": 1, "b": 2}
items = [1, 2, 3]
#: step:delete
del d["a"]
del items[0]
#: step:use
state = (d, items)

## global in a function
#: step:start
count = 0
def step():
    global count
    count += 1
#: step:first
step(); step()
#: step:second
step()
now = count
#: step:end
state = count * 10

## global that makes a new name
#: step:start
def make():
    global made
    made = [1]
#: step:call
make()
#: step:use
made.append(2)
#: step:end
state = made

## a walrus in a comprehension
#: step:start
data = [1, 5, 2]
last = None
#: step:work
big = [last := x for x in data if x > 1]
#: step:use
state = (last, big)

## a loop variable that stays
#: step:start
items = ["a", "b"]
#: step:loop
for i, item in enumerate(items):
    pass
#: step:use
state = (i, item)

## a name bound by import as, with and except
#: step:start
import collections as co
import io
with io.StringIO("text") as handle:
    text = handle.read()
#: step:use
od = co.OrderedDict(a=1)
co.od = 5
#: step:end
state = (text, od)

## two names swapped
#: step:start
a, b = [1], [2]
#: step:swap
a, b = b, a
#: step:use
a.append("a")
#: step:end
state = (a, b)

## a name whose type changes
#: imports
import pandas as pd
#: step:start
x = [1, 2]
#: step:frame
x = pd.DataFrame({"x": x})
#: step:number
x = x["x"].sum()
#: step:text
x = str(x)

## a name that shadows a builtin
#: step:start
list = [3, 1]
sum = 7
#: step:use
list.append(sum)
#: step:end
state = sorted(list)

## setattr, vars and __dict__
#: step:start
class P: pass
p = P(); q = P(); r = P()
#: step:set
setattr(p, "x", 1)
vars(q)["y"] = 2
r.__dict__.update(z=3)
#: step:use
state = (p.x, q.y, r.z)

## exec, eval and globals → MS113 or equal
#: step:start
a = 1
#: step:exec
exec("b = a + 1")
globals()["c"] = 3
eval("a + 1")
#: step:use
state = (a, b, c)

## a frame changed through a column that is iterated
#: imports
import pandas as pd
#: step:start
df = pd.DataFrame({"a": [[1], [2]], "b": [1, 2]})
#: step:loop
for row in df.itertuples():
    row.a.append(row.b)
#: step:use
lengths = df["a"].map(len).tolist()
""".replace(" → MS113 or equal", "")
)
