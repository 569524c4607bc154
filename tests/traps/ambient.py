"""State outside names: generators of random numbers, folders, variables, filters, options, levels."""

from trap import traps

TRAPS = traps("""
## random seeded steps earlier
#: imports
import random
#: step:seed
random.seed(7)
#: step:other
x = 1
#: step:draw
a = random.random()
#: step:again
b = random.random()
items = [1, 2, 3, 4, 5]
random.shuffle(items)

## numpy's generator seeded steps earlier
#: imports
import numpy as np
#: step:seed
np.random.seed(3)
#: step:a
a = np.random.rand(2)
#: step:nothing
n = 1
#: step:b
b = np.random.normal(size=2)
#: step:c
c = np.random.permutation(5)

## seeded in set-up, drawn in two steps
#: imports
import numpy as np, random
np.random.seed(3)
random.seed(1)
#: step:a
a = np.random.rand(2)
#: step:b
b = np.random.rand(2)
c = random.random()
#: step:c
d = random.random()

## drawn by a library
#: imports
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
#: step:data
np.random.seed(0)
X = np.random.rand(40, 3); y = (X[:, 0] > .5).astype(int)
#: step:split
X_train, X_test, y_train, y_test = train_test_split(X, y)
#: step:fit
model = RandomForestClassifier(5).fit(X_train, y_train)
#: step:score
accuracy = model.score(X_test, y_test)
proba = model.predict_proba(X_test)

## drawn by pandas
#: imports
import numpy as np, pandas as pd
#: step:data
np.random.seed(5)
df = pd.DataFrame({"a": range(20)})
#: step:sample
part = df.sample(5)
#: step:again
more = df.sample(frac=.2)

## a Generator object is a value
#: imports
import numpy as np
#: step:make
rng = np.random.default_rng(42)
state = np.random.RandomState(1)
#: step:a
a = rng.random(3)
#: step:b
b = rng.integers(0, 100, 5)
c = state.rand(2)
#: step:c
d = rng.permutation(4); e = state.randint(10)

## a Random object, and the module's method kept under a name
#: imports
import random
#: step:make
r = random.Random(3)
draw = random.random
random.seed(4)
#: step:a
a = r.random(); b = draw()
#: step:b
c = r.choice([1, 2, 3]); d = draw(); e = random.random()

## a generator shared by an object
#: imports
import numpy as np
#: step:make
class Sim:
    def __init__(self, rng): self.rng = rng
    def go(self): return self.rng.random()
rng = np.random.default_rng(0)
sim = Sim(rng)
#: step:a
a = sim.go()
#: step:b
b = rng.random()
#: step:c
c = sim.go()

## seeded in the middle by a set-up cell
#: imports
import numpy as np
#: step:a
np.random.seed(1)
a = np.random.rand()
#: imports
np.random.seed(99)
#: step:b
b = np.random.rand()
#: step:c
c = np.random.rand()

## the working folder
#: imports
import os, pathlib
#: step:go
os.makedirs("sub", exist_ok=True)
os.chdir("sub")
#: step:write
pathlib.Path("here.txt").write_text("x")
#: step:read
text = open("here.txt").read()
where = os.path.basename(os.getcwd())
#: step:back
os.chdir("..")
found = os.path.exists("sub/here.txt")

## environment variables
#: imports
import os
#: step:set
os.environ["MY_MODE"] = "fast"
os.putenv("OTHER", "1")
os.environ["GONE"] = "x"
#: step:use
mode = os.environ.get("MY_MODE")
del os.environ["GONE"]
#: step:end
state = (os.getenv("MY_MODE"), "GONE" in os.environ)

## sys.path and a module written here
#: imports
import sys, os
#: step:write
os.makedirs("lib", exist_ok=True)
with open("lib/helper_mod.py", "w") as f:
    f.write("VALUE = 5\\ndef twice(x): return 2 * x * VALUE\\n")
sys.path.insert(0, os.path.abspath("lib"))
#: step:import
import helper_mod
a = helper_mod.twice(2)
helper_mod.VALUE = 7
#: step:use
b = helper_mod.twice(2)

## warnings filters
#: imports
import warnings
#: step:set
warnings.simplefilter("error", UserWarning)
#: step:use
try:
    warnings.warn("now", UserWarning)
    raised = False
except UserWarning:
    raised = True
#: step:reset
warnings.resetwarnings()
n = len(warnings.filters)
#: step:end
try:
    warnings.warn("later", UserWarning)
    again = False
except UserWarning:
    again = True

## pandas options
#: imports
import pandas as pd
#: step:set
pd.set_option("display.max_rows", 4)
pd.options.display.precision = 2
#: step:use
text = repr(pd.DataFrame({"a": [x / 3 for x in range(20)]}))
#: step:reset
pd.reset_option("display.precision")
#: step:end
text2 = repr(pd.Series([1 / 3]))
rows = pd.get_option("display.max_rows")

## numpy print options and error state
#: imports
import numpy as np
#: step:set
np.set_printoptions(precision=2, suppress=True)
np.seterr(all="raise")
#: step:use
text = repr(np.array([1 / 3]))
try:
    np.array([1.0]) / 0
    raised = False
except FloatingPointError:
    raised = True

## matplotlib settings
#: imports
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
#: step:set
plt.rcParams["figure.figsize"] = (3, 2)
plt.style.use("ggplot")
#: step:use
fig = plt.figure()
size = fig.get_size_inches().tolist()
colour = plt.rcParams["axes.facecolor"]
plt.close(fig)
#: step:end
grid = plt.rcParams["axes.grid"]

## the decimal context
#: imports
import decimal
from decimal import Decimal
#: step:set
decimal.getcontext().prec = 5
decimal.getcontext().rounding = decimal.ROUND_UP
decimal.getcontext().traps[decimal.Inexact] = False
#: step:use
x = Decimal(1) / Decimal(3)
#: step:end
y = x + Decimal(2) / Decimal(3)

## the locale
#: imports
import locale
#: step:set
locale.setlocale(locale.LC_ALL, "C.UTF-8")
#: step:use
name = locale.setlocale(locale.LC_ALL)

## logging levels
#: imports
import logging
#: step:set
logging.getLogger().setLevel(logging.ERROR)
logging.getLogger("mine").setLevel(logging.DEBUG)
logging.disable(logging.INFO)
#: step:use
log = logging.getLogger("mine")
state = (log.isEnabledFor(logging.DEBUG), log.isEnabledFor(logging.WARNING), logging.getLogger().level)

## recursion limit, switches of gc
#: imports
import sys, gc
#: step:set
sys.setrecursionlimit(5000)
gc.disable()
#: step:use
state = (sys.getrecursionlimit(), gc.isenabled())

## float display, integer limits, time zone
#: imports
import sys, os, time
#: step:set
os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
sys.set_int_max_str_digits(0)
#: step:use
hour = time.localtime(0).tm_hour
digits = len(str(10**5000))

## a module's own variable
#: imports
import json, math
#: step:set
json.MY_FLAG = 3
math.tau2 = math.tau * 2
#: step:use
a = getattr(json, "MY_FLAG", None)
b = getattr(math, "tau2", None)

## a library patched
#: imports
import json
import pandas as pd
#: step:patch
original = json.dumps
json.dumps = lambda obj, **k: "patched"
pd.DataFrame.total = lambda self: float(self.to_numpy().sum())
#: step:use
text = json.dumps([1])
total = pd.DataFrame({"a": [1, 2]}).total()
#: step:undo
json.dumps = original
text2 = json.dumps([1])

## a class of a library registered with an accessor
#: imports
import pandas as pd
#: step:register
@pd.api.extensions.register_dataframe_accessor("mine")
class Mine:
    def __init__(self, df): self.df = df
    def total(self): return int(self.df.to_numpy().sum())
#: step:use
t = pd.DataFrame({"a": [1, 2]}).mine.total()

## imports for what they do to others
#: imports
import numpy as np, pandas as pd
source = "import pandas as pd; pd.DataFrame.total_of_mine = lambda self: float(self.to_numpy().sum())"
with open("accessors_of_mine.py", "w") as f: print(source, "pd.set_option('display.precision', 3)", sep="; ", file=f)
#: step:load
import accessors_of_mine
df = pd.DataFrame({"a": [1, np.nan, 3], "b": [1, 2, 3]})
#: step:enable
from sklearn.experimental import enable_iterative_imputer
digits = pd.get_option("display.precision")
#: step:impute
from sklearn.impute import IterativeImputer
df = pd.DataFrame(IterativeImputer(random_state=0).fit_transform(df))
#: step:sum
total = df.total_of_mine()

## settings of libraries that a call changes
#: imports
import pandas as pd
from sklearn.preprocessing import StandardScaler
df = pd.DataFrame({"a": [1.0, 2.0]})
#: step:configure
import sklearn
sklearn.set_config(transform_output="pandas")
#: step:scale
scaled = StandardScaler().fit_transform(df)
kind = type(scaled).__name__

## uuid and time are their own
#: imports
import time
#: step:a
t = 1700000000
label = time.strftime("%Y", time.gmtime(t))
#: step:b
year = int(label)

## a default that is drawn
#: imports
import random
#: step:seed
random.seed(1)
def f(x=random.random()):
    return x
#: step:use
a = f(); b = random.random()
#: step:end
c = f() + b

## a cached function
#: imports
from functools import lru_cache
#: step:make
calls = []
@lru_cache(maxsize=None)
def slow(x):
    calls.append(x)
    return x * x
#: step:a
a = slow(3)
#: step:b
b = slow(3)
#: step:end
state = (calls, slow.cache_info().hits)

## a counter of the interpreter
#: imports
import itertools
#: step:make
ids = itertools.count()
def new(): return next(ids)
#: step:a
a = [new(), new()]
#: step:b
b = new()
#: step:c
c = new()

## sys.modules and argv
#: imports
import sys
#: step:set
sys.argv = ["prog", "--x"]
sys.my_global = 5
#: step:use
state = (sys.argv[1:], getattr(sys, "my_global", None))
""")
