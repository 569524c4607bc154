"""What code that runs at one time does with the notebook's names: a statement now, or a function when it is called."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from millstream.analysis import readonly
from millstream.analysis.facts import Deferred
from millstream.analysis.reach import NOWHERE, Links, Reach, only
from millstream.analysis.scopes import Kind, Scope


class Frame:
    """The record of one run of code: names of the notebook read and bound, nodes that may be mutated."""

    __slots__ = ("deletes", "far", "loads", "near", "parameters", "stores", "uses")

    def __init__(self) -> None:
        self.loads: set[str] = set()
        self.uses: set[str] = set()
        self.stores: set[str] = set()
        self.deletes: set[str] = set()
        self.near: set[str] = set()
        self.far: set[str] = set()
        self.parameters: set[str] = set()


class State:
    """Where the walk is: the scope, the frame, what is certainly bound, and what is known of the cell so far."""

    def __init__(self, imported: Mapping[str, str] | None, functions: Mapping[str, Deferred]) -> None:
        self.scope = Scope(Kind.MODULE, None, 0)
        self.module = self.scope
        self.frame = self.now = Frame()
        self.later: dict[str, Frame] = {}
        self.layers: list[set[str]] = [set()]
        self.links = Links()
        self.known = dict(functions)
        self.imported = dict(imported) if imported is not None else None
        self.bound: set[str] = set()  # names that any statement of the cell so far may have bound
        self.display: dict[str, None] = {}
        self.dynamic = False
        self.repeated = 0  # how many loops and functions the walk is in, whose code may run after itself
        self._events: list[tuple[Frame, Reach]] = []
        self.owner: str | None = None  # the definition at the top that is being walked
        self._scopes = 0

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
        if frame is not self.now or not any(name in layer for layer in self.layers):
            frame.uses.add(name)
        return only(name)

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
        if self.frame is self.now:
            for layer in self.layers:
                layer.discard(name)

    def changed(self, reach: Reach) -> None:
        """What is near is likely mutated now, what is far possibly; so is all that is reached from there."""
        if reach is NOWHERE:
            return
        self._close(self.frame, reach)
        if self.repeated:
            self._events.append((self.frame, reach))

    def maybe_changed(self, reach: Reach) -> None:
        """All of it is possibly mutated now."""
        self.changed(reach.loosened())

    def _close(self, frame: Frame, reach: Reach) -> None:
        near, far = self.links.closure(*reach)
        frame.near |= near
        frame.far |= far

    def begin_loop(self) -> int:
        """From here on code may run again: keep what it changes until :meth:`end_loop`."""
        self.repeated += 1
        return len(self._events)

    def end_loop(self, begun: int) -> None:
        """What was changed early in the loop may hold by then what was put into it late."""
        for frame, reach in self._events[begun:]:
            self._close(frame, reach)
        self.repeated -= 1
        if not self.repeated:
            self._events.clear()

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
