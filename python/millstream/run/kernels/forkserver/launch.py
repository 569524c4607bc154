"""Starts the fork server: ``python launch.py LISTENING_FD`` with the configuration as JSON on standard input."""

import sys

if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]  # this folder: a kernel must not find our modules, nor ours shadow others

import importlib
import os


def load_package(name: str) -> None:
    """Load the folder of this file as a package under a private name, whatever is on the path."""
    from importlib import util

    here = os.path.dirname(os.path.abspath(__file__))
    spec = util.spec_from_file_location(name, os.path.join(here, "__init__.py"), submodule_search_locations=[here])
    if spec is None or spec.loader is None:
        raise ImportError(here)
    package = util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    if os.fork():
        os._exit(0)  # the starter waits for this process only; the server is nobody's child
    load_package("_millstream_forkserver")
    importlib.import_module("_millstream_forkserver.roles").main(int(sys.argv[1]))
