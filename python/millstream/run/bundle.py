"""What is carried into a kernel: capture, artifacts and cloudpickle, in a folder of the store.

Kernels of other environments have no Millstream installed; they get this one, of the version that runs them.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

_PARTS = ("__init__.py", "errors.py", "artifacts", "capture")


def runtime_folder(store_root: Path) -> Path:
    """The folder to put first on a kernel's ``sys.path`` while it imports ``millstream``; made when missing."""
    files = dict(_files())
    digest = hashlib.sha256(b"".join(k.encode() + v for k, v in sorted(files.items()))).hexdigest()[:16]
    folder = store_root / "runtime" / digest
    if not folder.exists():
        aside = store_root / "tmp" / f"runtime-{digest}-{id(files)}"
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.rename(folder)
        except OSError:  # another run was quicker
            shutil.rmtree(aside, ignore_errors=True)
    return folder


def bootstrap(runtime: Path, context: str | None) -> str:
    """Code for the kernel, run unseen before the first cell: expressions only, so that no name is bound.

    ``context`` is the path of the step's context as JSON; None when a step notebook runs on its own.
    """
    path = str(runtime)
    lines = [
        f"__import__('sys').path.insert(0, {path!r})",
        "__import__('millstream.capture'), __import__('cloudpickle')",
        f"__import__('sys').path.remove({path!r})",
    ]
    if context is not None:
        lines.append(f"__import__('millstream.capture').capture.begin_from({context!r})")
    return "\n".join(lines)


def _files() -> Iterator[tuple[str, bytes]]:
    import cloudpickle

    home = Path(__file__).parents[1]
    for part in _PARTS:
        for path in sorted((home / part).rglob("*.py")) if (home / part).is_dir() else [home / part]:
            yield f"millstream/{path.relative_to(home).as_posix()}", path.read_bytes()
    carried = Path(cloudpickle.__file__).parent
    for path in sorted(carried.glob("*.py")):
        yield f"cloudpickle/{path.name}", path.read_bytes()
