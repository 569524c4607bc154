"""What one step's kernel does for Millstream: load, watch, save.

The engine calls :func:`begin` before the first cell, unseen; the step notebook's own cells call :func:`load` and
:func:`save`. Under plain papermill nobody calls :func:`begin`, and :func:`load` finds the project itself.
"""

from __future__ import annotations

import builtins
import contextlib
import numbers
import os
import pickle
import re
import sys
from collections.abc import Iterable
from json import dumps, loads
from pathlib import Path
from typing import Any

from millstream.artifacts import codecs, places, rebuild
from millstream.artifacts.codecs import Dump
from millstream.artifacts.groups import Grouping
from millstream.artifacts.objects import ObjectFolder, hash_file
from millstream.artifacts.rough import rough_print
from millstream.capture import ambient, imports, standalone
from millstream.capture.describing import as_metrics, describe, is_data
from millstream.capture.files import Watcher
from millstream.capture.journal import Journal, take_back
from millstream.errors import CannotCrossError

# What the shell binds while cells run; what it had before the first is known by identity.
_SHELL = re.compile(
    r"_{1,3}|_i{1,3}|_i?\d+|_[iod]h|_exit_code|__annotations__|__warningregistry__|__getattr__|__millstream"
)


class Session:
    """The state of one step in its kernel.

    ``context`` holds: ``objects`` (folder of content), ``result`` (file for the manifest), ``inputs`` (name → output
    of the step that made it), ``ambient`` (component → digest), ``live`` (names that later steps may need, None
    for all), ``deletes`` (names that cells may unbind), ``patches`` (paths into libraries that cells set), ``metrics``
    (names), ``keep`` (``needed`` or ``all``), ``first`` (whether it is the pipeline's first step), ``data`` (names
    that set-up cells compute), ``own`` (folders whose files are Millstream's), ``journals`` (files in which to note
    what files were before cells change them), ``available`` (definitions of earlier steps that the
    code does not mention: unpickling a file may ask for them).
    """

    def __init__(self, context: dict[str, Any]) -> None:
        self.context = context
        self.objects = ObjectFolder(Path(context["objects"]))
        self.initial = {k: id(v) for k, v in rebuild.main_namespace().items()}
        self.baseline = Grouping(self._known, self.carried, self._as_loaded)
        self.baseline_prints: dict[frozenset[str], str | None] = {}
        self.baseline_values: dict[str, Any] = {}
        self.rough_prints: dict[str, str | None] = {}
        self.same: dict[str, str] = {}
        self.fresh: set[str] = set()
        self.looked_up: list[str] = []
        self.ambient: dict[str, bytes] = {}
        self.known: dict[tuple[int, int], str] = {}
        self.loaded: dict[str, dict[str, Any]] = {}
        self.artifacts: dict[str, dict[str, Any]] = {}
        self.bound: dict[str, str] = {}
        self.metrics: dict[str, Any] = {}
        self.tagged: dict[str, Any] = {}
        self.set_up_journal = Path(f"{context['result']}.set-up")
        self.watcher = Watcher([*context.get("own", []), context["objects"]], self._journal([self.set_up_journal]))
        ambient.start()
        rebuild.set_resolver(self.resolve)
        self._watch_imports()
        self.watcher.start()

    # -- before the user's cells ---------------------------------------------------------------------------------

    def load(self) -> None:
        """Bind what earlier steps made, put ambient state back, and remember how everything looks now."""
        self.watcher.stop()
        self._undo_set_up()
        states = {name: self.objects.get(digest) for name, digest in self.context["ambient"].items()}
        self.watcher.start()  # a log file that is opened again is one that the step may write to
        ambient.restore_all(states)
        self.watcher.stop()
        self._bind(self.context["inputs"])
        self.fresh = set(self.loaded)
        rebuild.main_namespace()["__getattr__"] = self._look_up
        self._note_baseline({*self._live(), *self.loaded})
        self.rough_prints = {n: rough_print(places.get(n)) for n in self.baseline.failures}
        self.ambient = ambient.capture()
        self.artifacts.clear()
        self.known.clear()  # from here on the user's code may write to that memory
        self.watcher.wrap_readers()
        self.watcher.start()

    def _undo_set_up(self) -> None:
        """What set-up cells do to files they do once, in the first step."""
        if not self.context["first"]:
            take_back([self.set_up_journal], self.objects)
            self.watcher.forget_changes()
        elif self.watcher.journal is not None:  # it is a change like any other
            self.watcher.journal.hand_on(map(Path, self.context.get("journals", ())))
            return
        self.watcher.journal = self._journal(map(Path, self.context.get("journals", ())))

    def _journal(self, paths: Iterable[Path]) -> Journal | None:
        found = tuple(paths)
        return Journal(found, self.objects) if found else None

    def _note_baseline(self, names: Iterable[str]) -> None:
        """Remember what the values under ``names`` are now."""
        self.baseline.add(names)
        for group in self.baseline.groups():
            if group not in self.baseline_prints:
                self.baseline_prints[group] = self.baseline.digest(next(iter(group)))
                self.baseline_values.update({name: places.get(name) for name in group})
        self.baseline.release()

    def _live(self) -> list[str]:
        """The names that later steps may need; every one where that cannot be known, or all are kept."""
        live, patches = self.context["live"], self.context["patches"]
        if live is not None and self.context["keep"] != "all":
            return [*live, *patches]
        return [*(n for n in rebuild.main_namespace() if self.carried(n)), *patches]

    def _as_loaded(self, group: frozenset[str], digest: str) -> str:
        """The fingerprint that values just loaded had where they were stored, should they have another here."""
        if group <= self.fresh:
            stored = {(self.loaded[name]["fingerprint"], tuple(self.loaded[name]["names"])) for name in group}
            fingerprint, names = stored.pop()
            if not stored and set(names) == group:
                self.same[digest] = fingerprint
        return self.same.get(digest, digest)

    def _as_stored(self, _: frozenset[str], digest: str) -> str:
        return self.same.get(digest, digest)

    def _look_up(self, name: str) -> Any:
        """A definition of an earlier step that no cell of this one mentions, when ``__main__`` is asked for it."""
        available = self.context.get("available", {})
        if name not in available:
            raise AttributeError(f"module '__main__' has no attribute {name!r}")
        self.watcher.stop()
        wanted = {n: o for n, o in standalone.closure(available, [name]).items() if n not in self.loaded}
        self.looked_up += wanted
        self._bind(wanted)
        self.fresh = set(wanted)  # of the others, the step may have made something else by now
        self._note_baseline(wanted)
        self.watcher.start()
        return rebuild.main_namespace()[name]

    def carried(self, name: str) -> bool:
        """Whether a global name is the notebook's own, or a path one that the notebook sets."""
        if "." in name:
            return name in self.context["patches"] and places.has(name)
        namespace = rebuild.main_namespace()
        if name not in namespace or _SHELL.fullmatch(name):
            return False
        return self.initial.get(name) != id(namespace[name])

    def resolve(self, name: str, digest: str) -> Any:
        """The definition a loaded value refers to: the one in the notebook if it is the same, else its own."""
        namespace = rebuild.main_namespace()
        if name in namespace and digest in (self._current_print(name), *self._ancestors(name)):
            return namespace[name]
        return self._fetch({"digest": digest, "format": "pickle", "names": [name]})[name]

    def _ancestors(self, name: str) -> list[str]:
        """Digests of the same object before steps changed it in place: who referred to it then means it now."""
        return list(self.loaded.get(name, {}).get("ancestors", ()))

    def _fetch(self, output: dict[str, Any]) -> dict[str, Any]:
        """The values of an artifact, the same objects each time."""
        identity = _identity(output)
        if identity not in self.artifacts:
            values, memory = codecs.load(output["digest"], output["format"], self.objects, output["names"])
            self.artifacts[identity] = values
            for content, buffer in memory:
                with memoryview(buffer) as view:
                    self.known[_place(view)] = content
        return self.artifacts[identity]

    def _current_print(self, name: str) -> str | None:
        if name not in self.bound:
            self.bound[name] = Grouping(self._known, self.carried, self._as_stored).digest(name) or ""
        return self.bound[name]

    def _bind(self, inputs: dict[str, dict[str, Any]]) -> None:
        """Load artifacts into the namespace, definitions first, so that values find their classes."""
        done: set[str] = set()
        for name, output in sorted(inputs.items(), key=lambda item: (not item[1].get("definition"), item[0])):
            self._add_debug(output)
            if _identity(output) in done or self._set_up_has(name, output):
                continue
            done.add(_identity(output))
            values = self._fetch(output)
            for bound in (n for n in values if inputs.get(n, {}).get("digest") == output["digest"]):
                places.put(bound, values[bound])
                self.loaded[bound] = output
                self.bound[bound] = output["fingerprint"]

    def _set_up_has(self, name: str, output: dict[str, Any]) -> bool:
        """Whether the set-up cells have made the very value already."""
        return self.carried(name) and self._current_print(name) == output.get("fingerprint")

    def _add_debug(self, output: dict[str, Any]) -> None:
        if output.get("debug"):
            rebuild.add_debug(pickle.loads(self.objects.get(output["debug"])))

    def _known(self, view: memoryview) -> str | None:
        return self.known.get(_place(view))

    # -- while they run ------------------------------------------------------------------------------------------

    def _watch_imports(self) -> None:
        """What a library changes while it is imported is the library's own: later steps import it again."""
        original = builtins.__import__
        depth = 0

        def watched(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:  # noqa: A002
            __tracebackhide__ = True  # IPython leaves this frame out of the user's tracebacks
            nonlocal depth
            if depth or level or not self.ambient or not imports.is_new(name, fromlist or ()):
                return original(name, globals, locals, fromlist, level)
            depth += 1
            before, modules = ambient.capture(), set(sys.modules)
            try:
                return original(name, globals, locals, fromlist, level)
            finally:
                depth -= 1
                self._absorb(before, ambient.capture())
                imports.note(name, fromlist or (), modules)
                self.watcher.wrap_readers()

        builtins.__import__ = watched

    def _absorb(self, before: dict[str, bytes], after: dict[str, bytes]) -> None:
        for name, state in after.items():
            if name not in before or self.ambient.get(name) == before[name]:
                self.ambient[name] = state

    # -- after them ----------------------------------------------------------------------------------------------

    def save(self) -> dict[str, Any]:
        """Keep what later steps may need and this step made or changed; write and return the manifest."""
        self.watcher.stop()
        final = Grouping(lambda _: None, self.carried, self._as_stored)
        final.add({*self._live(), *self.baseline_values})
        outputs = self._store_changed(final)
        self.sample(self.context["metrics"])
        manifest = {
            "outputs": outputs,
            "kept": self._keep_rest(final, outputs),
            "failures": final.failures,
            "moved": self._moved(final.failures),
            "looked_up": sorted(self.looked_up),
            "deleted": self._deleted(),
            "ambient": self._changed_ambient(),
            "metrics": {**self.tagged, **self.metrics},
            "reads": self.watcher.reads,
            "listed": self.watcher.listings(),
            "asked": self.watcher.asked,
            "writes": self._store_written(),
            "removes": sorted(path for path in self.watcher.removes if not os.path.lexists(path)),
            "made": sorted(self.watcher.made),
            "folders": sorted(path for path in self.watcher.folders if os.path.isdir(path)),
            "processes": sorted(self.watcher.ran),
            "network": sorted(self.watcher.connects),
            "modules": _modules(),
            "site": [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))],
            "path": list(sys.path),
            "python": sys.version.split()[0],
            "peak_memory": _peak_memory(),
            "executable": sys.executable,
        }
        self._write(manifest)
        self.baseline_values.clear()
        return manifest

    def _deleted(self) -> list[str]:
        """Names that are no more: those that were there, and those whose deletion can be seen in the code."""
        return sorted(n for n in {*self.baseline_values, *self.context["deletes"]} if not places.has(n))

    def _store_changed(self, final: Grouping) -> dict[str, Any]:
        outputs: dict[str, Any] = {}
        for group, dump in final.groups().items():
            digest = final.digest(next(iter(group)))
            soft = self.context["first"] and group & set(self.context["data"])
            if soft or self.baseline_prints.get(group) != digest:
                outputs.update(self._store(group, dump, digest))
        self._store_referred(final, outputs)
        return outputs

    def _store_referred(self, final: Grouping, outputs: dict[str, Any]) -> None:
        """Definitions that outputs refer to and that nobody stored, as set-up makes them in every step."""
        pending = [pair for output in outputs.values() for pair in output["references"].items()]
        while pending:
            name, digest = pending.pop()
            dump = final.dump_of(name)
            if dump is not None and not self.objects.has(digest):
                codecs.store(dump, self.objects)
                pending += dump.references.items()

    def _store(self, group: frozenset[str], dump: Dump, fingerprint: str | None) -> dict[str, Any]:
        digest, kind, size = codecs.store(dump, self.objects)
        entry: dict[str, Any] = {
            "digest": digest,
            "format": kind,
            "bytes": size,
            "names": sorted(group),
            "fingerprint": fingerprint,
            "references": dump.references,
            "looks_up": sorted(n for n in dump.names if self.carried(n)),
            "buffers": dump.digests if kind == "pickle" else [],
        }
        if dump.debug:
            entry["debug"] = self.objects.put([pickle.dumps(dump.debug, protocol=5)])
        return {name: {**entry, **self._describe(name, dump.values[name])} for name in group}

    def _describe(self, name: str, value: Any) -> dict[str, Any]:
        found = describe(value)
        if name in self.baseline_values and self.baseline_values[name] is value:
            before = next((self.baseline_prints[g] for g in self.baseline_prints if name in g), None)
            found["ancestors"] = [*self._ancestors(name), *([before] if before else [])]
        return found

    def _keep_rest(self, final: Grouping, outputs: dict[str, Any]) -> dict[str, Any]:
        """Data that is as it was, where everything is to be kept."""
        kept: dict[str, Any] = {}
        for group, dump in final.groups().items() if self.context["keep"] == "all" else ():
            wanted = [n for n in group if n not in outputs and is_data(dump.values[n])]
            if wanted:
                stored = self._store(group, dump, final.digest(wanted[0]))
                kept.update({name: stored[name] for name in wanted})
        return kept

    def _moved(self, failures: Iterable[str]) -> list[str]:
        """Those of the values that cannot be stored which are not what they were when the step began."""
        return sorted(n for n in failures if rough_print(places.get(n)) != self.rough_prints.get(n, ""))

    def _changed_ambient(self) -> dict[str, str]:
        now = ambient.capture()
        return {n: self.objects.put([state]) for n, state in now.items() if self.ambient.get(n) != state}

    def sample(self, names: Iterable[str]) -> None:
        """Note what the metrics ``names`` are now."""
        namespace = rebuild.main_namespace()
        for name in names:
            self.tagged.update(as_metrics(name, namespace.get(name)))

    def _store_written(self) -> dict[str, Any]:
        """Files this step wrote, kept so that a cached step can bring them back."""
        written: dict[str, Any] = {}
        for path in sorted(self.watcher.writes):
            with contextlib.suppress(OSError):
                if os.path.isfile(path):
                    size = os.path.getsize(path)
                    small = size <= self.context.get("file_limit", 1 << 30)
                    digest = self.objects.put_file(Path(path)) if small else hash_file(path)
                    if self.watcher.reads.get(path) == digest:
                        continue  # opened for writing, and left as it was
                    written[path] = {"digest": digest, "bytes": size, "kept": small}
        return written

    def _write(self, manifest: dict[str, Any]) -> None:
        path = Path(self.context["result"])
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        aside.write_text(dumps(manifest), encoding="utf-8")
        aside.replace(path)


_session: list[Session] = []


def begin(context: dict[str, Any]) -> None:
    """Start watching; called by the engine before the first cell of a step."""
    _session[:] = [Session(context)]


def begin_from(path: str) -> None:
    """:func:`begin` with the context in a JSON file."""
    begin(loads(Path(path).read_text(encoding="utf-8")))


def load(**step: Any) -> None:
    """Bind the values that a step needs; the first of Millstream's two cells in a step notebook.

    ``step`` is what :func:`millstream.capture.standalone.context` takes; a run of Millstream's own knows better.
    """
    if not _session:
        begin(standalone.context(**step))
    _session[0].load()


def save() -> None:
    """Keep what the step made; the last cell of a step notebook."""
    if not _session:
        raise CannotCrossError("The step's load cell has not run.", hint="Run the notebook from its first cell.")
    _session[0].save()


def sample(names: list[str]) -> None:
    """Note the metrics ``names`` as they are now; the straight run of ``millstream verify`` does where a step ends."""
    _session[0].sample(names)


def metric(name: str, value: float, step: int | None = None) -> None:
    """Record a metric of the run by name; with ``step``, one point of a series."""
    if not isinstance(value, numbers.Real):
        raise TypeError(f"metric {name!r} must be a number, not {type(value).__name__} ({value!r})")
    if not _session:
        return
    metrics = _session[0].metrics
    metrics[name] = float(value)
    if step is not None:
        metrics.setdefault(f"{name}.series", []).append([step, float(value)])


def _place(view: memoryview) -> tuple[int, int]:
    import ctypes

    with view.cast("B") if view.contiguous else view as flat:
        if flat.readonly:
            return (0, 0)
        return ctypes.addressof(ctypes.c_char.from_buffer(flat)), flat.nbytes


def _peak_memory() -> int | None:
    """The most memory that the process has had, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _modules() -> list[str]:
    """Top-level modules the kernel has imported from installed distributions."""
    installed = ("site-packages", "dist-packages")
    found = set()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) if "." not in name else None
        if file and any(part in file for part in installed):
            found.add(name)
    return sorted(found)


def _identity(output: dict[str, Any]) -> str:
    """What tells one artifact from another: equal content under two names is two values, unless it holds both."""
    return str(output["digest"]) if output["format"] == "pickle" else f"{output['digest']} {output['names'][0]}"
