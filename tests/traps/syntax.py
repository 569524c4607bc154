"""IPython's syntax, odd layouts, tags in odd places."""

from trap import traps

TRAPS = traps(
    """
## %%time, %time and %timeit
#: step:a
%%time
x = [1]
x.append(2)
#: step:b
%time y = sum(x)
t = %timeit -o -n1 -r1 -q sum(x)
del t
#: step:c
z = (x, y)

## %%capture
#: step:a
%%capture
print("hidden")
x = 5
#: step:b
y = x + 1

## %%capture into a name
#: step:a
%%capture out
print("hidden")
x = 5
#: step:b
text = out.stdout

## %env and %cd
#: step:a
%env MY_VAR=hello
!mkdir -p subdir
%cd subdir
#: step:b
import os
v = os.environ["MY_VAR"]; here = os.path.basename(os.getcwd())
#: step:c
%cd ..
back = os.path.isdir("subdir")

## a shell command and its output
#: step:a
!echo one > f.txt
lines = !cat f.txt
#: step:b
!echo two >> f.txt
n = len(open("f.txt").read().split())
#: step:c
x = (list(lines), n)
del lines

## a name in a shell command
#: step:a
name = "data.txt"
#: step:b
!echo {name} > out.txt
!echo $name >> out.txt
#: step:c
text = open("out.txt").read()

## %%bash and %%writefile
#: step:a
%%writefile mod_w.py
VALUE = 3
#: step:b
%%bash
echo hi > b.txt
#: step:c
import mod_w
x = mod_w.VALUE, open("b.txt").read()

## %run of a script
#: step:a
%%writefile script_r.py
made_by_script = [1, 2]
def from_script(): return len(made_by_script)
#: step:b
%run script_r.py
#: step:c
made_by_script.append(3)
n = len(made_by_script)

## %load_ext, %matplotlib, %config, ? and help
#: imports
%load_ext autoreload
%autoreload 2
%matplotlib inline
%config InlineBackend.figure_format = "svg"
#: step:a
len?
x = 1
#: step:b
y = x + 1

## display and print
#: step:a
display({"a": 1})
print("x", end="")
x = 3
x
#: step:b
y = x

## _ as a throw-away name
#: step:a
_, b = (1, 2)
for _ in range(3): pass
c = [0 for _ in range(2)]
#: step:b
x = b + len(c)

## Out and _ from another cell → MS114
#: step:a
1 + 1
#: step:b
x = _ * 10

## In and Out → MS114
#: step:a
5 + 5
#: step:b
x = Out[1]

## names with underscores
#: step:a
_private = [1]
__double = 5
_cfg_1 = {"a": 1}
def _helper(x): return x + __double
#: step:b
_private.append(_helper(1))
#: step:c
x = (_private, __double, _cfg_1)

## unusual names
#: step:a
naïve = 1
变量 = [2]
l = "l"
#: step:b
变量.append(naïve)
#: step:c
x = 变量 + [l]

## star imports
#: imports
from math import *
#: step:a
x = floor(sqrt(17))
#: step:b
from os.path import *
y = join("a", "b")
#: step:c
z = basename(y), pi

## a star import of a module written here
#: step:a
with open("starred.py", "w") as f: f.write("def from_star(x): return x + K\\nK = 3\\n")
#: step:b
from starred import *
y = from_star(1)
#: step:c
z = from_star(2) + K

## steps that do not stand together
#: step:a
x = [1]
#: step:b
y = len(x)
#: step:a
x.append(2)
#: step:c
z = (x, y)

## a skip cell whose value is needed → MS115
#: step:a
x = 1
#: skip
y = 2
#: step:b
z = x + y

## a skip cell that only looks
#: step:a
x = [1]
#: skip
x
print(x)
#: step:b
y = x + [2]

## set-up in the middle, of imports
#: step:a
x = [1]
#: imports
import math
import json as j
#: step:b
y = math.floor(2.5); x.append(y)
#: step:c
z = j.dumps(x), math.ceil(.5)

## set-up in the middle, that changes what set-up made
#: imports
config = {"a": 1}
#: step:a
config["b"] = 2
#: imports
config["c"] = 3
limit = len(config)
#: step:b
state = dict(config), limit
config["d"] = 4
#: step:c
end = dict(config), limit

## set-up in the middle of a step
#: step:a
x = 1
#: imports
import math
factor = 10
#:
y = x * factor + math.floor(1.5)
#: step:b
z = y * factor

## set-up in the middle, that rebinds what a step changed
#: imports
n = 1
#: step:a
n = 5
a = n
#: imports
n = 100
#: step:b
b = n
n += 1
#: step:c
c = n

## set-up in the middle changes options and folders
#: imports
import os, random
#: step:a
random.seed(1); a = random.random()
os.environ["A"] = "a"
#: imports
os.environ["A"] = "b"
random.seed(2)
#: step:b
b = random.random(); e = os.environ["A"]
#: step:c
c = random.random(); f = os.environ["A"]

## set-up after the last step
#: step:a
x = 1
#: step:b
y = x + 1
#: imports
import math
last = 5

## untagged cells before the first step
#:
import math
data = [1, 2]
#: step:a
data.append(3)
#: step:b
x = sum(data)

## parameters, and names that look like them
#: parameters
n = 3
name = "a"
flag = True
#: step:a
xs = [n] * n
n = n + 1
#: step:b
ys = xs + [n, name, flag]
#: step:c
zs = ys[:n]

## parameters changed in place
#: parameters
cols = ["a"]
opts = {"k": 1}
#: step:a
cols.append("b"); opts["z"] = 2
#: step:b
x = (list(cols), dict(opts))
#: step:c
cols += ["c"]
#: step:d
y = cols

## metrics that later steps change
#: step:a
score = 1.0
#: step:b, metrics
score = .5
loss = {"train": .1, "test": .2}
#: step:c
score = 99
loss["test"] = 7
#: step:d
x = score

## a string that looks like a magic
#: step:a
text = '''
%time x
!ls
'''
#: step:b
n = len(text)

## line continuation, semicolons, nested quotes
#: step:a
a = 1; b = \\
    2
s = f"{a!r:>3} {'x' + 'y'}"
#: step:b
c = a + b; d = s

## a cell of comments, and an empty one
#: step:a
x = 1
#:
# nothing here
#:

#: step:b
y = x

## input waits for a person → MS112
#: step:a
x = input("name? ")
#: step:b
y = x

## code that cannot be read → MS101
#: step:a
x = (1
#: step:b
y = 2

## globals() and locals()
#: step:a
x = 1; y = [2]
snapshot = {k: v for k, v in globals().items() if k in ("x", "y")}
#: step:b
globals()["z"] = 3
snapshot["y"].append(4)
#: step:c
w = z + x + len(y) + len(locals()["y"])

## exec that defines a function
#: step:a
code = "def made(x):\\n    return x + base\\nbase = 10"
exec(code)
#: step:b
y = made(1)
base = 20
#: step:c
z = made(1)

## eval with names in text
#: step:a
a, b = 3, 4
#: step:b
c = eval("a * b")
#: step:c
d = eval("c + a", {"c": c, "a": 1})

## pandas eval and query with @names
#: imports
import pandas as pd
#: step:a
df = pd.DataFrame({"v": [1, 2, 3]})
limit = 1
#: step:b
part = df.query("v > @limit")
#: step:c
df["w"] = df.eval("v * @limit")

## import of __main__
#: step:a
x = [1]
#: step:b
import __main__
__main__.x.append(2)
__main__.y = 5
#: step:c
z = x + [y]

## a name used before it is defined → error in the notebook itself
#: step:a
x = undefined_name
#: step:b
undefined_name = 1
""".replace(" → error in the notebook itself", " → MS005")
)
