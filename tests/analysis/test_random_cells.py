"""Soundness: random cells are run for real, and everything that happens must have been foreseen.

What is judged: a cell runs the same with only the names that its facts ask for; whatever it binds, unbinds or changes
in place is in the facts; what the facts call certainly bound is bound; names that share objects are aliases.
"""

import contextlib
from collections import defaultdict

import pytest
from random_cells import EARLIER, Cells

from millstream.analysis import analyse_cells
from millstream.records import Cell


def touch(value):
    """Change any value that can be changed in place."""
    if isinstance(value, list):
        value.append("t")
    elif isinstance(value, dict):
        value["t"] = 1
    elif hasattr(value, "__dict__") and not callable(value):
        value.touched = 1
    return 0


@contextlib.contextmanager
def holding(value):
    yield value


GIVEN = {"touch": touch, "holding": holding, "contextlib": contextlib, "__name__": "__main__"}


def fresh_namespace():
    namespace = dict(GIVEN)
    exec(compile(EARLIER, "earlier", "exec"), namespace)
    return namespace


def names_of(namespace):
    return [name for name in namespace if name not in GIVEN and not name.startswith("__")]


def inside(value):
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    return list(vars(value).values()) if type(value).__name__ in {"Box", "Ca", "Cb"} else []


def picture(value, seen=None):
    """The value as nested lists, with the shape of what is shared in it."""
    seen = {} if seen is None else seen
    if id(value) in seen:
        return ["seen", seen[id(value)]]
    if isinstance(value, (list, dict)) or inside(value):
        seen[id(value)] = len(seen)
    keys = list(value) if isinstance(value, dict) else None
    shown = repr(value) if isinstance(value, (int, str, float, type(None))) else type(value).__name__
    return [shown, keys, [picture(part, seen) for part in inside(value)]]


def objects(value, found):
    if id(value) not in found and (
        isinstance(value, (list, dict, tuple)) or type(value).__name__ in {"Box", "Ca", "Cb"}
    ):
        if not isinstance(value, tuple):
            found[id(value)] = value
        for part in inside(value):
            objects(part, found)
    return found


def run(source, namespace):
    try:
        exec(compile(source, "cell", "exec"), namespace)
    except Exception as error:  # noqa: BLE001 - the cells are random: many fail somewhere
        return repr(error)
    return None


def reached(names, deferred):
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [used for what in deferred.get(name, ()) for used in what.uses]
    return found


def facts_of(source):
    earlier, facts = analyse_cells(
        [Cell(index=0, kind="code", source=EARLIER), Cell(index=1, kind="code", source=source)]
    )
    deferred = defaultdict(list)
    for found in (earlier, facts):
        for name, what in found.deferred.items():
            deferred[name].append(what)
    return facts, deferred


def surprises(source):
    """What happened that the facts did not foresee, in words."""
    facts, deferred = facts_of(source)
    called = reached(facts.immediate_uses, deferred)
    by_functions = {name for f in called for what in deferred.get(f, ()) for name in what.mutates | what.defines}
    bound = facts.defines | facts.may_define | facts.deletes | by_functions
    full = fresh_namespace()
    entry = {name: (id(full[name]), picture(full[name]), full[name]) for name in names_of(full)}
    error = run(source, full)
    found = [f"new {n}" for n in names_of(full) if n not in entry and n not in bound]
    for name, (identity, before, _) in entry.items():
        if name not in full:
            found += (
                [f"deleted {name}"] if name not in facts.deletes | by_functions | (bound if error else set()) else []
            )
        elif id(full[name]) != identity:
            found += [f"rebound {name}"] if name not in bound else []
        elif picture(full[name]) != before and name not in facts.mutates | bound:
            found.append(f"changed {name}")
    part = fresh_namespace()
    allowed = reached(facts.uses | facts.may_define | facts.deletes, deferred)
    for name in entry.keys() - allowed:
        del part[name]
    again = run(source, part)
    if error != again:
        found.append(f"other outcome with fewer names: {error} {again}")
    if error is None:
        found += [f"not bound {n}" for n in facts.defines if n not in full]
        found += [
            f"other value {n}" for n in names_of(full) if n not in entry and picture(full[n]) != picture(part.get(n))
        ]
        found += unforeseen_aliases(facts, deferred, full)
    return found


def unforeseen_aliases(facts, deferred, namespace):
    near = defaultdict(set)
    for name, others in facts.aliases.items():
        for other in others:
            near[name].add(other)
            near[other].add(name)

    def connected(name):
        seen, waiting = {name}, [name]
        while waiting:
            new = near[waiting.pop()] - seen
            seen |= new
            waiting += new
        return seen

    names = names_of(namespace)
    held = {name: objects(namespace[name], {}) for name in names}
    return [
        f"alias {one} {other}"
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        if held[one].keys() & held[other].keys()
        and not reached(connected(one), deferred) & reached(connected(other), deferred)
    ]


@pytest.mark.parametrize("first", range(0, 240, 20))
def test_nothing_happens_that_was_not_foreseen(first):
    """Two hundred and forty cells: each seed is a cell."""
    for seed in range(first, first + 20):
        source = Cells(seed).cell()
        try:
            compile(source, "cell", "exec")
        except SyntaxError:
            continue
        assert surprises(source) == [], f"seed {seed}\n{source}"
