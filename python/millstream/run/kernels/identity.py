"""What two kernels must have in common to be forked from one server.

A forked kernel has its own environment, folder and arguments. But the Python it is forked from has read some
variables already, and was itself started under some limits, namespaces and rights: where those differ, so does the
server.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

# Variables that Python, ipykernel or a library of the safe list looks at when it starts or is loaded, at the level
# of Python (recorded while importing them) or of native code (the strings in their shared libraries).
_PREFIXES = (
    *("PYTHON", "LD_", "GLIBC_", "MALLOC_", "JE_", "MIMALLOC_", "LC_", "XDG_CONFIG_", "XDG_DATA_", "XDG_CACHE_"),
    *("OMP_", "GOMP_", "KMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "VECLIB_", "NVPL_", "TBB_", "NUMEXPR_"),
    *("NPY_", "NUMPY_", "SCIPY_", "SKLEARN_", "JOBLIB_", "LOKY_", "PANDAS_", "ARROW_", "PARQUET_", "PILLOW_"),
    *("MPL", "MATPLOTLIB", "IPYTHON", "JUPYTER_", "DEBUGPY_", "PYDEV", "PYZMQ_", "TORNADO_", "TRAITLETS_", "GEVENT_"),
)
_NAMES = frozenset({"HOME", "USER", "LANG", "LANGUAGE", "TZ", "SOURCE_DATE_EPOCH", "SSL_CERT_FILE", "SSL_CERT_DIR"})
_STATUS = ("Uid", "Gid", "Groups", "CapEff", "NoNewPrivs", "Seccomp", "Cpus_allowed", "Mems_allowed")
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
_OPTIONS_WITH_VALUE = ("-X", "-W")
_MODULES = ("ipykernel_launcher", "ipykernel")
FORK_SERVER = Path(__file__).with_name("forkserver")


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A kernel's command taken apart: the interpreter with its options, and the whole."""

    python: str
    options: tuple[str, ...]
    argv: tuple[str, ...]

    @property
    def connection_file(self) -> str:
        """The file that ``-f`` names."""
        return next((after for option, after in pairwise(self.argv) if option == "-f"), "")


def parse_command(argv: Sequence[str], environment: Mapping[str, str]) -> Command | str:
    """Take ``python [options] -m ipykernel_launcher …`` apart; a reason, as text, when it is something else."""
    options: list[str] = []
    rest = list(argv[1:])
    while rest and rest[0] != "-m":
        option = rest.pop(0)
        if not option.startswith("-") or option in {"-", "-c"}:
            return f"the kernel is started by {argv[0]} {option}, not by python -m ipykernel_launcher"
        options.append(option)
        if option in _OPTIONS_WITH_VALUE and rest:
            options.append(rest.pop(0))
    if len(rest) < 2 or rest[1] not in _MODULES:
        return "the kernel is not ipykernel"
    python = argv[0] if os.path.isabs(argv[0]) else _search(argv[0], environment)
    if python is None or not os.access(python, os.X_OK):
        return f"there is no interpreter {argv[0]}"
    return Command(python=python, options=tuple(options), argv=tuple(argv))


def _search(name: str, environment: Mapping[str, str]) -> str | None:
    return None if os.sep in name else shutil.which(name, path=environment.get("PATH", os.defpath))


def server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a server for kernels with ``environment`` is started with."""
    kept = {name: value for name, value in environment.items() if not name.startswith("JPY_")}
    # which ipykernel sets before a cell runs, and matplotlib reads when it is loaded
    kept["MPLBACKEND"] = kept.get("MPLBACKEND") or "module://matplotlib_inline.backend_inline"
    return kept


def server_key(command: Command, environment: Mapping[str, str]) -> str:
    """The name of the server for such kernels: 16 hexadecimal digits."""
    read = {name: value for name, value in environment.items() if name in _NAMES or name.startswith(_PREFIXES)}
    parts: list[Any] = [command.python, command.options, sorted(read.items()), _inherited(), _program()]
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()[:16]


def _inherited() -> dict[str, Any]:
    """What a process passes on to those it starts, and cannot change in them later."""
    status = {}
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name in _STATUS:
            status[name] = value.split()
    return {
        "status": status,
        "cgroup": Path("/proc/self/cgroup").read_text(encoding="utf-8"),
        "namespaces": [os.readlink(f"/proc/self/ns/{name}") for name in _NAMESPACES if _exists(name)],
        "root": os.readlink("/proc/self/root"),
        "nice": os.nice(0),
        "hard_limits": [resource.getrlimit(number)[1] for number in limit_numbers().values()],
    }


def _exists(namespace: str) -> bool:
    return os.path.lexists(f"/proc/self/ns/{namespace}")


def limit_numbers() -> dict[str, int]:
    """The resource limits that this platform knows: name in the ``resource`` module → number."""
    return {name: getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}


def _program() -> list[Any]:
    """The fork server's own files: another version of it is another server."""
    return [sys.platform, *((file.name, file.stat().st_mtime_ns) for file in sorted(FORK_SERVER.glob("*.py")))]
