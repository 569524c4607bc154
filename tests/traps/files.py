"""Files written here and read there, appended to, listed, removed."""

from trap import traps

TRAPS = traps("""
## a file written here and read there
#: step:write
with open("out.txt", "w") as f:
    f.write("hello")
#: step:other
x = 1
#: step:read
text = open("out.txt").read()

## no value passes, only a file
#: imports
import pandas as pd
#: step:write
pd.DataFrame({"a": [1, 2]}).to_csv("data.csv", index=False)
#: step:read
df = pd.read_csv("data.csv")
#: step:rewrite
df["b"] = 3
df.to_csv("data.csv", index=False)
#: step:again
df2 = pd.read_csv("data.csv")

## a file appended to by two steps
#: step:a
with open("log.txt", "a") as f: f.write("a")
#: step:b
with open("log.txt", "a") as f: f.write("b")
#: step:read
text = open("log.txt").read()

## a file read before a later step writes it
#: imports
import json, pathlib
#: step:prepare
pathlib.Path("state.json").write_text("[1]")
#: step:read
first = json.loads(pathlib.Path("state.json").read_text())
#: step:write
pathlib.Path("state.json").write_text("[1, 2]")
#: step:again
second = json.loads(pathlib.Path("state.json").read_text())

## a folder listed
#: imports
import os, glob
from pathlib import Path
#: step:a
os.makedirs("parts", exist_ok=True)
Path("parts/1.txt").write_text("1")
#: step:count
n = len(os.listdir("parts"))
#: step:b
Path("parts/2.txt").write_text("22")
#: step:list
names = sorted(glob.glob("parts/*.txt"))
total = sum(int(Path(p).read_text()) for p in sorted(Path("parts").iterdir()))

## a file with a random name that comes and goes
#: imports
import os, uuid
#: step:scratch
name = f"{uuid.uuid4().hex}.tmp"
open(name, "w").close()
os.remove(name)
del name
total = 1
#: step:use
total += 1

## a file removed and one that is looked for
#: imports
import os
#: step:make
open("tmp1.txt", "w").close(); open("tmp2.txt", "w").close()
#: step:remove
os.remove("tmp1.txt")
os.rename("tmp2.txt", "tmp3.txt")
#: step:look
state = (os.path.exists("tmp1.txt"), os.path.exists("tmp2.txt"), os.path.exists("tmp3.txt"))

## a folder made and removed
#: imports
import os, shutil
#: step:make
os.makedirs("x/y"); open("x/y/f.txt", "w").write("f")
shutil.copytree("x", "z")
#: step:remove
shutil.rmtree("x")
#: step:look
state = (os.path.isdir("x"), os.path.isfile("z/y/f.txt"))

## a pickle, an npy and a parquet
#: imports
import pickle, numpy as np, pandas as pd
#: step:write
pickle.dump({"a": 1}, open("a.pkl", "wb"))
np.save("x.npy", np.arange(3))
np.savez("y.npz", a=np.ones(2))
pd.DataFrame({"s": [1.5]}).to_parquet("t.parquet")
#: step:read
a = pickle.load(open("a.pkl", "rb"))
x = np.load("x.npy"); y = np.load("y.npz")["a"]
t = pd.read_parquet("t.parquet")

## a database in a file
#: imports
import sqlite3, pandas as pd
#: step:write
con = sqlite3.connect("d.sqlite")
con.execute("create table t (a int)"); con.execute("insert into t values (1), (2)")
con.commit(); con.close()
#: step:read
con = sqlite3.connect("d.sqlite")
total = con.execute("select sum(a) from t").fetchone()[0]
con.close()
#: step:more
con = sqlite3.connect("d.sqlite"); con.execute("insert into t values (10)"); con.commit()
n = con.execute("select count(*) from t").fetchone()[0]
con.close(); del con
#: step:end
state = (total, n)

## an open file crosses → MS401
#: step:open
f = open("f.txt", "w")
f.write("a")
#: step:write
f.write("b")
f.close()
#: step:read
text = open("f.txt").read()

## an open file in set-up, read in two steps → MS401
#: imports
from pathlib import Path
Path("lines.txt").write_text("one\\ntwo\\nthree\\n")
lines = open("lines.txt")
#: step:a
a = lines.readline()
#: step:b
b = lines.readline()

## a generator in set-up, drawn from in two steps → MS401
#: imports
numbers = (n * n for n in range(10))
#: step:a
a = next(numbers)
#: step:b
b = next(numbers)

## an iterator in set-up, drawn from in two steps
#: imports
numbers = iter(range(10))
#: step:a
a = next(numbers)
#: step:b
b = next(numbers)
#: step:c
rest = list(numbers)

## an object with a lock in set-up, counted in two steps → MS401
#: imports
import threading
class Counter:
    def __init__(self): self.lock = threading.Lock(); self.n = 0
    def inc(self):
        with self.lock: self.n += 1
        return self.n
c = Counter()
#: step:a
a = c.inc()
#: step:b
b = c.inc()

## set-up that appends to a file
#: imports
from pathlib import Path
with open("setup.log", "a") as f: f.write("x")
#: step:a
a = Path("setup.log").read_text()
#: step:b
b = Path("setup.log").read_text()
#: step:c
c = Path("setup.log").read_text()

## set-up that counts files
#: imports
import os
n_files = len([n for n in os.listdir(".") if n.endswith(".dat")])
#: step:a
open("1.dat", "w").close()
#: step:b
open("2.dat", "w").close()
b = n_files
#: step:c
c = n_files

## a connection in memory crosses → MS401
#: imports
import sqlite3
#: step:connect
con = sqlite3.connect(":memory:")
con.execute("create table t (a)")
#: step:use
con.execute("insert into t values (1)")
n = con.execute("select count(*) from t").fetchone()

## writing through a variable path
#: imports
import os
#: step:config
base = os.path.join("deep", "er")
#: step:write
os.makedirs(base, exist_ok=True)
path = os.path.join(base, "v.txt")
with open(path, mode="w") as f: print("v", file=f)
#: step:read
def slurp(p):
    with open(p) as f: return f.read()
text = slurp(path)
#: step:rewrite
with open(path, "r+") as f:
    f.write("V")
#: step:reread
text2 = slurp(path)

## a temporary file
#: imports
import tempfile, os
#: step:write
f = tempfile.NamedTemporaryFile("w", delete=False, suffix=".txt"); f.write("temp"); f.close()
name = f.name
del f
#: step:read
text = open(name).read()
os.remove(name)
del name

## a log by logging
#: imports
import logging
#: step:set
logging.basicConfig(filename="run.log", level=logging.INFO, format="%(message)s", force=True)
logging.info("one")
#: step:log
logging.info("two")
#: step:read
logging.shutdown()
text = open("run.log").read()
""")
