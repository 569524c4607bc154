"""Kernels that are ready when a step is: forked from a server that has Python and the set-up's libraries in memory.

``kernel_manager_factory`` gives nbclient and papermill a kernel manager; ``usable`` says beforehand whether it forks
kernels, ``warm`` starts the server early; ``list_servers`` and ``stop_servers`` are for the user.
"""

from __future__ import annotations

from millstream.run.kernels.manager import (
    ForkKernelClient,
    ForkKernelManager,
    Usable,
    kernel_manager_factory,
    usable,
    warm,
    with_provisioner,
)
from millstream.run.kernels.servers import KernelServer, list_servers, stop_servers

__all__ = [
    "ForkKernelClient",
    "ForkKernelManager",
    "KernelServer",
    "Usable",
    "kernel_manager_factory",
    "list_servers",
    "stop_servers",
    "usable",
    "warm",
    "with_provisioner",
]
