"""What code that runs at one time does with the notebook's names: a statement now, or a function when it is called."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from millstream.analysis import readonly
from millstream.analysis.facts import Deferred
from millstream.analysis.reach import NOWHERE, Links, Reach, only
from millstream.analysis.scopes import Kind, Scope

# A value made by this many functions and classes counts as made by any, so that long notebooks take linear time.
_MANY = 32
_ANY = frozenset({"*"})


class Frame:
    """The record of one run of code: names of the notebook read and bound, nodes that may be mutated."""

    __slots__ = (
        "always", "defaulted", "deletes", "far", "guesses", "is_class", "loads", "near", "parameters", "positional", "stores", "uses",
    )  # fmt: skip

    def __init__(self) -> None:
        self.loads: set[str] = set()
        self.uses: set[str] = set()
        self.guesses: set[str] = set()
        self.stores: set[str] = set()
        self.deletes: set[str] = set()
        self.near: set[str] = set()
        self.far: set[str] = set()
        self.parameters: set[str] = set()
        self.always: set[str] = set()  # what counts as a mutated parameter, whatever the body shows
        self.defaulted: set[str] = set()
        self.positional: tuple[str, ...] = ()
        self.is_class = False


class State:
    """Where the walk is: the scope, the frame, what is certainly bound, and what is known of the cell so far."""

    def __init__(
        self,
        imported: Mapping[str, str] | None,
        functions: Mapping[str, Deferred],
        carried: Mapping[str, frozenset[str]],
    ) -> None:
        self.scope = Scope(Kind.MODULE, None, 0)
        self.module = self.scope
        self.frame = self.now = Frame()
        self.later: dict[str, Frame] = {}
        self.layers: list[set[str]] = [set()]
        self.links = Links()
        self.known = dict(functions)
        self.remembered: dict[str, Reach] = {}  # see returned()
        self.carried = dict(carried)
        self.carries: dict[str, frozenset[str]] = {}
        self.imported = dict(imported) if imported is not None else None
        self.bound: set[str] = set()  # names that any statement of the cell so far may have bound
        self.display: dict[str, None] = {}
        self.dynamic = False
        self.in_loop = False
        self.top: ast.stmt | None = None  # the statement of the cell that is being walked
        self.events: list[tuple[Frame, Reach]] = []  # what the statement has changed so far, in order
        self.parameters: list[str] = []  # nodes of the parameters of lambdas, to be linked to what calls give them
        self.deferred: dict[str, Deferred] = {}  # what functions defined in this cell do
        self.owner: str | None = None  # the definition at the top that is being walked
        self._scopes = 0

    def begin(self, node: ast.stmt) -> Frame:
        """Start on a statement at the top of the cell."""
        self.frame = self.now = frame = Frame()
        self.later = {}
        self.layers = [set()]
        self.top = node
        self.events.clear()
        self.parameters.clear()
        return frame

    def next_number(self) -> int:
        """A number for a new scope."""
        self._scopes += 1
        return self._scopes

    def load(self, name: str) -> Reach:
        """Read ``name`` in the present scope."""
        owner = self.scope.owner(name)
        if owner is not self.module:
            return only(owner.prefix + name)
        frame = self.frame
        frame.loads.add(name)
        if frame is not self.now or not self._is_bound(name):
            frame.uses.add(name)
        if name in self.deferred and frame is self.now:
            self.may_call(name)
        for definition in self.carried.get(name, ()):
            if definition in _ANY:
                self.dynamic = True
            elif definition not in frame.loads:
                self.load(definition)
        return only(name)

    def may_call(self, name: str) -> None:
        """A function of this cell is mentioned, so it may be called: all that it does may happen now."""
        frame, waiting, seen = self.now, [name], {name}
        while waiting:
            deferred = self.deferred[waiting.pop()]
            frame.uses.update(used for used in deferred.uses - deferred.guesses if not self._is_bound(used))
            frame.guesses |= deferred.guesses
            frame.stores |= deferred.defines
            self.changed(Reach(deferred.mutates, frozenset()))
            new = {used for used in deferred.uses if used in self.deferred} - seen
            seen |= new
            waiting += new

    def _is_bound(self, name: str) -> bool:
        """Whether the statement itself has bound ``name`` for certain."""
        for layer in self.layers:  # noqa: SIM110 - any() over a generator takes three times as long
            if name in layer:
                return True
        return False

    def guess(self, name: str) -> None:
        """Text that is looked up here mentions ``name``."""
        if self.scope.owner(name) is self.module:
            self.frame.guesses.add(name)

    def returned(self, name: str) -> Reach:
        """What the value of a call of the known function or class ``name`` may be made of, its arguments aside."""
        if (remembered := self.remembered.get(name)) is not None:
            return remembered
        found: set[str] = {name}
        waiting = [name]
        while waiting and len(found) < _MANY:
            for used in self.known[waiting.pop()].uses - found - readonly.READING_BUILTINS:
                found.add(used)
                if used in self.known:
                    waiting.append(used)
        data = [n for n in found if n not in self.known or self.known[n].is_class]
        reach = self.remembered[name] = Reach(frozenset(), frozenset(data))
        return reach

    def settle(self, rebound: frozenset[str]) -> None:
        """End a statement that gave the names in ``rebound`` new values."""
        for name in rebound:
            self.carried.pop(name, None)
            self.carries.pop(name, None)
        for name, reach in self.links.settle(rebound).items():
            nodes = reach.near | reach.far
            carried = {node for node in nodes if node in self.known and node != name}
            carried = carried.union(*[self.carried[node] for node in nodes if node in self.carried])
            if carried:
                carried |= self.carried.get(name, frozenset())
                self.carried[name] = self.carries[name] = frozenset(carried) if len(carried) < _MANY else _ANY

    def store(self, name: str, reach: Reach, scope: Scope | None = None) -> None:
        """Bind ``name`` in ``scope``, or the present one, to a value of ``reach``."""
        scope = scope or self.scope
        owner = scope.owner(name) if name in scope.outer or name in scope.names else scope
        if owner is scope and scope.kind is not Kind.MODULE:
            scope.names.add(name)
            scope.imports.pop(name, None)
        if owner is self.module:
            self.frame.stores.add(name)
            if self.frame is self.now and scope is self.module:
                self.layers[-1].add(name)
            if self.imported is not None:
                self.imported.pop(name, None)
            self.module.imports.pop(name, None)
            self.bound.add(name)
        self.links.add(owner.prefix + name, reach)

    def delete(self, name: str) -> None:
        """Unbind ``name``."""
        owner = self.scope.owner(name)
        if owner is not self.module:
            return
        self.frame.deletes.add(name)
        self.module.imports.pop(name, None)
        if self.frame is self.now:
            for layer in self.layers:
                layer.discard(name)

    def changed(self, reach: Reach) -> None:
        """What is near is likely mutated now, what is far possibly; so is all that is reached from there."""
        if reach is NOWHERE:
            return
        self._close(self.frame, reach)
        self.events.append((self.frame, reach))

    def maybe_changed(self, reach: Reach) -> None:
        """All of it is possibly mutated now."""
        self.changed(reach.loosened())

    def _close(self, frame: Frame, reach: Reach) -> None:
        near, far = self.links.closure(*reach)
        frame.near |= near
        frame.far |= far

    def again(self, begun: int) -> None:
        """The code walked since there were ``begun`` events may run again, and then change what was linked since."""
        for frame, reach in self.events[begun:]:
            self._close(frame, reach)

    def path(self, node: ast.expr) -> str | None:
        """The dotted path of what ``node`` names, where that is imported: ``np.mean`` → ``numpy.mean``."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        base = self._imported(node.id)
        return ".".join((base, *reversed(attributes))) if base else None

    def _imported(self, name: str) -> str | None:
        owner = self.scope.owner(name)
        if owner is not self.module:
            return owner.imports.get(name)
        if found := self.module.imports.get(name):
            return found
        if self.imported is not None:
            return self.imported.get(name)
        if name in self.bound:
            return None
        return readonly.USUAL_MODULES.get(name) or readonly.USUAL_FUNCTIONS.get(name)

    def is_builtin(self, name: str) -> bool:
        """Whether ``name`` is one of Python's own here, as far as the cell tells."""
        return name in readonly.READING_BUILTINS and self.is_builtin_name(name)

    def is_builtin_name(self, name: str) -> bool:
        """Whether nothing that the cell shows has bound ``name``."""
        return name not in self.bound and self.scope.owner(name) is self.module
