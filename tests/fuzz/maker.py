"""Random notebooks: statements over names of known kinds, cut into cells and steps anywhere."""

from __future__ import annotations

import random
from collections.abc import Callable

Cells = list[tuple[str, ...]]

SET_UP = """\
import copy, decimal, functools, json, os, random
from pathlib import Path
import numpy as np
import pandas as pd
random.seed(5)
np.random.seed(5)"""

KINDS = {
    "list": "abc", "dict": "de", "number": "nm", "array": "xyz", "frame": ("df", "dg"), "series": ("s", "t"),
    "function": ("f", "g"), "changer": ("h",), "maker": ("k",), "class": ("C", "D"), "object": ("o", "p"), "rng": ("r",),
    "set": ("w",), "iterator": ("it",), "text": ("u",),
}  # fmt: skip


class Maker:
    """Makes one notebook; the same seed gives the same one."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self.parents: dict[str, str] = {}
        self.count = 0

    def notebook(self) -> Cells:
        """Set-up, then cells that begin new steps here and there."""
        pick = self.random
        cells: Cells = [(SET_UP, "imports")]
        step = 0
        for number in range(pick.randint(4, 10)):
            tags: tuple[str, ...] = ()
            if number == 0 or pick.random() < 0.5:
                step += 1
                tags = (f"step:s{step}",)
            elif pick.random() < 0.05:
                cells.append(("print(sorted(n for n in dir() if len(n) < 3))", "skip"))
            cells.append(("\n".join(self.statement() for _ in range(pick.randint(1, 5))), *tags))
        return cells

    # -- names ------------------------------------------------------------------------------------------------------

    def new(self, kind: str) -> str:
        """A name for a new value of that kind, fresh or one that is bound already."""
        name = self.random.choice(list(KINDS[kind])) + self.random.choice(["", "1", "2"])
        for names in self.names.values():
            names.discard(name)
        self.names[kind].add(name)
        return name

    def old(self, kind: str) -> str:
        """A bound name of that kind; made first where there is none."""
        if not self.names[kind]:
            self.before.append(self.make(kind))
        return self.random.choice(sorted(self.names[kind]))

    def fresh(self) -> str:
        """A name for a result, never used again by the generator."""
        self.count += 1
        return f"result_{self.count}"

    def value(self) -> str:
        """An expression for a small number."""
        choices = [str(self.random.randint(0, 9))]
        if self.names["number"]:
            choices.append(self.old("number"))
        if self.names["list"]:
            choices.append(f"len({self.old('list')})")
        return self.random.choice(choices)

    # -- statements -------------------------------------------------------------------------------------------------

    def statement(self) -> str:
        """One statement, behind what it needs."""
        self.before: list[str] = []
        made = self.random.choice(STATEMENTS)(self)
        return "\n".join([*self.before, made])

    def make(self, kind: str) -> str:
        """A new value of that kind."""
        value = self.value()
        target = self.new(kind)
        number = self.random.randint(0, 99)
        return {
            "list": f"{target} = [{number}, [{value}], 'x']",
            "dict": f"{target} = {{'k': [{number}], 'n': {value}}}",
            "number": f"{target} = {number} + {value}",
            "array": f"{target} = np.arange({self.random.choice([6, 8, 12000])}) * 1.5 + {value}",
            "frame": f"{target} = pd.DataFrame({{'a': np.arange(5.) + {value}, 'b': list('abcab')}})",
            "series": f"{target} = pd.Series([3., 1., {value}], name='s')",
            "function": f"def {target}(q): return q + {value}",
            "changer": f"def {target}(q, seen=[]):\n    seen.append(q)\n    return list(seen)",
            "maker": f"def {target}():\n    own = {value}\n    def more():\n        nonlocal own\n        own += 1\n        return own\n    return more, lambda: own",
            "class": f"class {target}:\n    kept = []\n    def __init__(self, v): self.v = v; self.kept.append(1)\n    def add(self, q): self.v = [self.v, q]; return self",
            "object": f"class Box:\n    def __init__(self, v): self.v = v\n    def add(self, q): self.v = [self.v, q]; return self\n{target} = Box({value})",
            "rng": f"{target} = np.random.default_rng({number})",
            "set": f"{target} = {{f'w{{i * {number + 1}}}' for i in range({self.random.randint(3, 40)})}}",
            "iterator": f"{target} = iter(list(range({number})))",
            "text": f"{target} = 'text {number} ' + str({value})",
        }[kind]


def _make(m: Maker) -> str:
    return m.make(m.random.choice(list(KINDS)))


def _alias(m: Maker) -> str:
    kind = m.random.choice(["list", "dict", "array", "frame", "series", "object", "function", "rng", "set"])
    source = m.old(kind)
    return f"{m.new(kind)} = {source}"


def _share(m: Maker) -> str:
    kind = m.random.choice(["list", "dict", "array", "frame", "object", "changer"])
    source = m.old(kind)
    if m.random.random() < 0.5:
        return f"{m.old('list')}.append({source})"
    return f"{m.old('dict')}[{m.random.choice('kpq')!r}] = {source}"


def _change_list(m: Maker) -> str:
    a, v = m.old("list"), m.value()
    return m.random.choice([
        f"{a}.append({v})", f"{a} += [{v}]", f"{a}[:1] = [{v}, {v}]", f"if {a}: {a}.pop(0)", f"{a}.insert(0, {v})",
        f"for i in range(3):\n    {a}.append(i)", f"{a}.extend(str(each)[:5] for each in list({a})[:2])", f"{a}.reverse()",
        f"[each.append({v}) for each in {a} if type(each) is list][:0]", f"del {a}[2:]",
    ])  # fmt: skip


def _change_dict(m: Maker) -> str:
    d, v = m.old("dict"), m.value()
    return m.random.choice([
        f"{d}['n'] = {v}", f"{d}.setdefault('z', []).append({v})", f"{d}.pop('k', None)", f"{d}.update(p={v})",
        f"{d}['k'] = {d}.get('k')", f"{d} |= {{'q': {v}}}", f"{d} = dict(sorted({d}.items(), key=lambda each: each[0]))",
    ])  # fmt: skip


def _number(m: Maker) -> str:
    a, n = m.old("list"), m.old("number")
    return m.random.choice([
        f"{n} += 1", f"{n} = {n} * 2 + len({a})", f"{n} = sum(each for each in {a} if type(each) is int)",
        f"({n} := {n} + 3)", f"{n}, {m.fresh()} = 4, {n}",
    ])  # fmt: skip


def _view(m: Maker) -> str:
    x = m.old("array")
    way = m.random.choice(["[1:4]", "[::2]", "[::-1]", ".reshape(-1, 1)[:2, 0]", "[3:]", ".view()"])
    return f"{m.new('array')} = {x}{way}"


def _change_array(m: Maker) -> str:
    x, v = m.old("array"), m.value()
    return m.random.choice([
        f"{x}[0] = {v}", f"{x}[:2] += {v}", f"{x} *= 2", f"{x}.sort()", f"{x} = {x} + {v}", f"{x}[{x} > 3] = {v}",
        f"np.add({x}, {v}, out={x})", f"{x} = np.concatenate([{x}[:3], [{v}, 1., 2.]])", f"{x}.fill({v})",
        f"{m.fresh()} = {x}.sum()", f"{m.fresh()} = {x}[:3].tolist()",
    ])  # fmt: skip


def _change_frame(m: Maker) -> str:
    df, v = m.old("frame"), m.value()
    return m.random.choice([
        f"{df}['c'] = {df}['a'] * {v}", f"{df}.loc[{df}.index[0], 'a'] = {v}", f"{df}.sort_values('a', inplace=True)",
        f"{df} = {df}[{df}['a'] >= 0].copy()", f"{df}.attrs['k'] = {v}", f"{df} = {df}.assign(d={v})",
        f"{df}.iloc[0, 0] = {v}", f"{df}.columns.name = 'c'", f"{df}['b'] = {df}['b'].astype('category')",
        f"{m.fresh()} = {df}['a'].sum()", f"{df}.reset_index(drop=True, inplace=True)", f"{m.fresh()} = len({df}.columns)",
        f"{df} = pd.concat([{df}, {df}.head(1)])",
    ])  # fmt: skip


def _column(m: Maker) -> str:
    df = m.old("frame")
    return f"{m.new('series')} = {df}['a']"


def _change_series(m: Maker) -> str:
    s, v = m.old("series"), m.value()
    return m.random.choice([
        f"{s}.iloc[0] = {v}", f"{s} += 1", f"{s} = {s} * 2", f"{s}.name = 'n{v[:1]}'", f"{m.fresh()} = {s}.mean()",
        f"{s}.sort_index(ascending=False, inplace=True)",
    ])  # fmt: skip


def _call(m: Maker) -> str:
    return m.random.choice([
        lambda: f"{m.fresh()} = {m.old('function')}({m.value()})",
        lambda: f"{m.fresh()} = {m.old('changer')}({m.value()})",
        lambda: f"more, now = {m.old('maker')}()\nmore()\n{m.fresh()} = now()",
        lambda: f"try:\n    {m.fresh()} = more() + now()\nexcept NameError:\n    pass",
    ])()  # fmt: skip


def _define(m: Maker) -> str:
    a, n, x = m.old("list"), m.old("number"), m.old("array")
    target = m.new(m.random.choice(["function", "function", "changer"]))
    return m.random.choice([
        f"def {target}(q): {a}.append(q); return len({a}) + {n}",
        f"def {target}(q):\n    global {n}\n    {n} += 1\n    return {n}",
        f"{target} = lambda q, held={a}: held.append(q) or len(held)",
        f"def {target}(q): {x}[0] += 1; return float({x}[0])",
        f"{target} = functools.partial(lambda held, q: held.append(q) or len(held), {a})",
        f"@functools.lru_cache(maxsize=None)\ndef {target}(q): {a}.append('called'); return q",
    ])  # fmt: skip


def _object(m: Maker) -> str:
    o, v, a = m.old("object"), m.value(), m.old("list")
    kind = m.old("class")
    if m.random.random() < 0.3:
        base = m.random.choice([kind, f"Sub({v}).add(1)\n"])
        target = m.new("object")
        if base is kind:
            return f"{target} = {kind}({a})"
        return f"class Sub({kind}):\n    def add(self, q): return super().add([q])\n{target} = Sub({v}).add(1)"
    return m.random.choice([
        f"{o}.add({v})", f"{o}.v = {a}", f"{kind}.kept.append({v})", f"{o}.more = {o}.v",
        f"{m.fresh()} = (type({o}).__name__, len(getattr({o}, 'kept', [])))", f"{kind}.extra = {v}",
        f"{m.fresh()} = isinstance({o}, {kind})", f"push = {o}.add\npush({v})",
    ])  # fmt: skip


def _chance(m: Maker) -> str:
    return m.random.choice([
        f"random.seed({m.value()})", "np.random.seed(3)", f"{m.fresh()} = random.random()", f"{m.fresh()} = np.random.rand(2)",
        f"random.shuffle({m.old('list')})", f"{m.fresh()} = {m.old('rng')}.random()", f"{m.fresh()} = np.random.permutation(4)",
        f"{m.old('rng')}.shuffle({m.old('array')})", f"{m.fresh()} = {m.old('frame')}.sample(2)['a'].tolist()",
    ])  # fmt: skip


def _state(m: Maker) -> str:
    v = m.random.randint(1, 9)
    return m.random.choice([
        f"os.environ['FUZZ'] = '{v}'", f"{m.fresh()} = os.environ.get('FUZZ')", f"decimal.getcontext().prec = {v + 3}",
        f"{m.fresh()} = decimal.Decimal(1) / 3", f"pd.set_option('display.precision', {v})", "os.makedirs('sub', exist_ok=True); os.chdir('sub')",
        f"{m.fresh()} = pd.get_option('display.precision')", f"{m.fresh()} = os.path.basename(os.getcwd()) == 'sub'",
        f"np.set_printoptions(precision={v})", f"{m.fresh()} = repr(np.array([1 / 3]))", f"json.fuzz = {v}", f"{m.fresh()} = getattr(json, 'fuzz', 0)",
    ])  # fmt: skip


def _file(m: Maker) -> str:
    path, v = repr(m.random.choice(["one.txt", "two.txt"])), m.value()
    return m.random.choice([
        f"Path({path}).write_text(str({v}))", f"with open({path}, 'a') as handle: handle.write(str({v}))",
        f"{m.fresh()} = Path({path}).read_text() if Path({path}).exists() else None",
        f"{m.fresh()} = sorted(each for each in os.listdir('.') if each.endswith('.txt'))", f"Path({path}).unlink(missing_ok=True)",
        f"{m.old('frame')}.to_csv('frame.csv')", f"{m.fresh()} = pd.read_csv('frame.csv').shape if os.path.exists('frame.csv') else ()",
    ])  # fmt: skip


def _flow(m: Maker) -> str:
    a, n, v = m.old("list"), m.old("number"), m.value()
    name = m.random.choice(["maybe", "perhaps"])
    return m.random.choice([
        f"if {n} % 2: {name} = [{v}]", f"try:\n    {m.fresh()} = {name}\nexcept NameError:\n    {a}.append('none')",
        f"try:\n    {a}.append({v})\n    1 / 0\nexcept ZeroDivisionError as error:\n    {m.fresh()} = str(error)\nfinally:\n    {a}.append('end')",
        f"match {n} % 3:\n    case 0: {a}.append('zero')\n    case other: {a}.append(other)",
        f"for each in {a}[:3]:\n    if type(each) is list: each.append({v})", f"while len({a}) < 4: {a}.append({v})",
        f"if '{name}' in dir(): del {name}",
    ])  # fmt: skip


def _delete(m: Maker) -> str:
    kind = m.random.choice(list(KINDS))
    if kind in ("function", "class", "maker", "changer") or len(m.names[kind]) < 2:
        return f"{m.fresh()} = 0"
    name = m.old(kind)
    m.names[kind].discard(name)
    return f"del {name}"


def _others(m: Maker) -> str:
    w, it, u = m.old("set"), m.old("iterator"), m.old("text")
    return m.random.choice([
        f"{m.fresh()} = list({w})", f"{w}.add('new' + str(len({w})))", f"{w}.discard(sorted({w})[0]) if {w} else None",
        f"{m.fresh()} = next({it}, None)", f"{m.fresh()} = [next({it}, 0) for _ in range(3)]", f"{m.fresh()} = {u}.upper()",
        f"{m.old('list')}.append({it})", f"{m.fresh()} = copy.deepcopy({m.old('list')})", f"{w} |= {{'p', 'q'}}",
    ])  # fmt: skip


STATEMENTS: list[Callable[[Maker], str]] = [
    _make, _make, _alias, _alias, _share, _share, _change_list, _change_list, _change_dict, _number, _view, _change_array,
    _change_array, _change_frame, _change_frame, _column, _change_series, _call, _call, _define, _object, _object, _chance,
    _state, _file, _flow, _flow, _delete, _others,
]  # fmt: skip
