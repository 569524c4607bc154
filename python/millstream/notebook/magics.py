"""What the magics are, as data: IPython's own, those of common extensions, and shell commands that change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["shell", "magic", "file-written", "run", "install", "display", "state", "help"]
Code = Literal["shared", "own scope"]


@dataclass(frozen=True, slots=True)
class Magic:
    """What a magic does.

    ``code`` says that what follows it is Python: in the notebook's own names (``shared``) or in names of its own.
    ``harmless`` magics neither change a value nor read a file of the project. The letters in ``valued`` are options
    that take a value, to be skipped with it on the way to the code.
    """

    kind: Kind
    harmless: bool = False
    code: Code | None = None
    valued: str = ""


_SHOW = Magic("display", harmless=True)
_STATE = Magic("state")
_QUIET = Magic("state", harmless=True)
_SHELL = Magic("shell")
_INSTALL = Magic("install", harmless=True)

LINE_MAGICS: dict[str, Magic] = {
    "time": Magic("magic", harmless=True, code="shared"),
    "timeit": Magic("magic", harmless=True, code="own scope", valued="nrptc"),
    "prun": Magic("magic", harmless=True, code="shared", valued="lsTD"),
    "memit": Magic("magic", harmless=True, code="shared", valued="rti"),
    "mprun": Magic("magic", harmless=True, code="shared", valued="fT"),
    "lprun": Magic("magic", harmless=True, code="shared", valued="fmDTsu"),
    "pdb": _QUIET,
    "debug": _QUIET,
    "xmode": _QUIET,
    "precision": _QUIET,
    "pprint": _QUIET,
    "doctest_mode": _QUIET,
    "colors": _QUIET,
    "autosave": _QUIET,
    "autocall": _QUIET,
    "automagic": _QUIET,
    "autoawait": _QUIET,
    "gui": _QUIET,
    "matplotlib": _QUIET,
    "config": _QUIET,
    "load_ext": _QUIET,
    "reload_ext": _QUIET,
    "unload_ext": _QUIET,
    "autoreload": _QUIET,
    "aimport": _STATE,
    "alias": _QUIET,
    "unalias": _QUIET,
    "alias_magic": _STATE,
    "watermark": _SHOW,
    "who": _SHOW,
    "who_ls": _SHOW,
    "whos": _SHOW,
    "psearch": _SHOW,
    "history": _SHOW,
    "hist": _SHOW,
    "logstart": _STATE,
    "logstop": _QUIET,
    "logon": _QUIET,
    "logoff": _QUIET,
    "logstate": _QUIET,
    "notebook": Magic("file-written"),
    "magic": _SHOW,
    "lsmagic": _SHOW,
    "quickref": _SHOW,
    "page": _SHOW,
    "tb": _SHOW,
    "pwd": _SHOW,
    "dirs": _SHOW,
    "ls": _SHOW,
    "ll": _SHOW,
    "lf": _SHOW,
    "lk": _SHOW,
    "ldir": _SHOW,
    "lx": _SHOW,
    "cat": _SHELL,
    "less": _SHELL,
    "more": _SHELL,
    "man": _SHOW,
    "clear": _SHOW,
    "pip": _INSTALL,
    "conda": _INSTALL,
    "mamba": _INSTALL,
    "micromamba": _INSTALL,
    "uv": _INSTALL,
    "env": _STATE,
    "set_env": _STATE,
    "cd": _STATE,
    "pushd": _STATE,
    "popd": _STATE,
    "bookmark": _QUIET,
    "store": _STATE,
    "reset": _STATE,
    "reset_selective": _STATE,
    "xdel": _STATE,
    "pylab": _STATE,
    "rehashx": _QUIET,
    "mkdir": _SHELL,
    "rmdir": _SHELL,
    "rm": _SHELL,
    "mv": _SHELL,
    "cp": _SHELL,
    "sx": _SHELL,
    "system": _SHELL,
    "sc": _SHELL,
    "killbgscripts": _QUIET,
    "run": Magic("run"),
    "load": Magic("run"),
    "loadpy": Magic("run"),
    "rerun": Magic("run"),
    "recall": Magic("run"),
    "rep": Magic("run"),
    "macro": Magic("run"),
    "edit": Magic("run"),
    "ed": Magic("run"),
    "paste": Magic("run"),
    "cpaste": Magic("run"),
    "save": Magic("file-written"),
    "pdef": Magic("help", harmless=True),
    "pdoc": Magic("help", harmless=True),
    "pfile": Magic("help", harmless=True),
    "pinfo": Magic("help", harmless=True),
    "pinfo2": Magic("help", harmless=True),
    "psource": Magic("help", harmless=True),
    "subplots": _QUIET,
    "connect_info": _SHOW,
    "qtconsole": _QUIET,
    "tensorboard": _SHOW,
}

CELL_MAGICS: dict[str, Magic] = {
    "time": LINE_MAGICS["time"],
    "timeit": LINE_MAGICS["timeit"],
    "prun": LINE_MAGICS["prun"],
    "memit": LINE_MAGICS["memit"],
    "capture": Magic("magic", harmless=True, code="shared"),
    "debug": Magic("magic", harmless=True, code="shared"),
    "code_wrap": Magic("magic", harmless=True, code="shared"),
    "script": _SHELL,
    "bash": _SHELL,
    "sh": _SHELL,
    "!": _SHELL,
    "sx": _SHELL,
    "system": _SHELL,
    "cmd": _SHELL,
    "perl": _SHELL,
    "ruby": _SHELL,
    "python": _SHELL,
    "python2": _SHELL,
    "python3": _SHELL,
    "pypy": _SHELL,
    "html": _SHOW,
    "HTML": _SHOW,
    "svg": _SHOW,
    "SVG": _SHOW,
    "latex": _SHOW,
    "js": _SHOW,
    "javascript": _SHOW,
    "markdown": _SHOW,
    "mermaid": _SHOW,
    "writefile": Magic("file-written"),
    "file": Magic("file-written"),
}

AUTOMAGIC = frozenset(
    [
        "alias",
        "autoreload",
        "cat",
        "cd",
        "clear",
        "conda",
        "config",
        "cp",
        "dirs",
        "env",
        "hist",
        "history",
        "less",
        "ll",
        "load_ext",
        "ls",
        "lsmagic",
        "magic",
        "mamba",
        "man",
        "matplotlib",
        "micromamba",
        "mkdir",
        "more",
        "mv",
        "pip",
        "popd",
        "pushd",
        "pwd",
        "quickref",
        "reload_ext",
        "rm",
        "rmdir",
        "run",
        "time",
        "timeit",
        "uv",
        "who",
        "who_ls",
        "whos",
        "xmode",
    ]
)

# The program, and the words that must follow it, if any.
HARMLESS_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("pip", "install"), ("pip3", "install"), ("pip", "list"), ("pip", "show"), ("pip", "freeze"), ("pip", "-q"),
    ("pip", "uninstall"), ("pip3", "list"), ("pip3", "show"), ("pip", "--version"),
    ("python", "-m", "pip"), ("python3", "-m", "pip"), ("python", "--version"), ("python3", "--version"),
    ("python", "-V"), ("python3", "-V"), ("conda", "install"), ("conda", "list"), ("conda", "info"),
    ("mamba", "install"), ("uv", "pip"), ("uv", "add"), ("uv", "sync"), ("uv", "--version"), ("poetry", "add"),
    ("apt",), ("apt-get",), ("brew",), ("npm", "install"), ("jupyter", "--version"), ("git", "--version"),
    ("echo",), ("ls",), ("pwd",), ("whoami",), ("hostname",), ("uname",), ("date",), ("which",), ("type",),
    ("nvidia-smi",), ("nvcc",), ("lscpu",), ("nproc",), ("free",), ("df",), ("du",), ("uptime",), ("top",), ("ps",),
    ("sleep",), ("true",), ("clear",), ("man",),
)  # fmt: skip

INSTALLERS = frozenset({"pip", "pip3", "conda", "mamba", "micromamba", "uv", "poetry", "apt", "apt-get", "brew", "npm"})

# Magics that read or bind names that nobody can see.
OPAQUE = frozenset({"reset", "reset_selective", "xdel", "pylab"})
