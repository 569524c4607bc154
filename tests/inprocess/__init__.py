"""Notebooks verified without kernels: each runs in a process forked from this one, which has the libraries loaded.

Everything but papermill and the kernel is the real thing: compiler, step notebooks, sessions, executor, cache,
comparison. A fork takes a few milliseconds where a kernel takes a second, so hundreds of notebooks can be tried.
"""

from inprocess.forked import forked_notebook
from inprocess.verification import Result, verify, write

__all__ = ["Result", "forked_notebook", "verify", "write"]
