"""Which kernel a notebook runs in: the one asked for, the one it names, or the default Python kernel."""

from __future__ import annotations

import os
from dataclasses import dataclass

from millstream.errors import KernelError

DEFAULT = "python3"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A kernelspec that is installed, and what to tell the user about it."""

    name: str
    message: str | None = None


def choose(named: str | None, asked: str | None) -> Choice:
    """The kernel for a notebook that names ``named``. Raises KernelError when ``asked`` is not installed."""
    wanted = asked or named
    if wanted and _is_installed(wanted):
        return Choice(name=wanted)
    from jupyter_client.kernelspec import KernelSpecManager

    installed = sorted(KernelSpecManager().find_kernel_specs())
    if asked is not None:
        if asked not in installed:
            raise KernelError(
                f"There is no kernel called {asked!r} on this machine.",
                hint=f"Installed are: {', '.join(installed) or 'none'}.",
                kernel=asked,
            )
        return Choice(name=asked)
    if named is not None and named in installed:
        return Choice(name=named)
    if DEFAULT not in installed:
        raise KernelError(
            f"The notebook's kernel {named!r} is not installed, and neither is {DEFAULT!r}.",
            hint="Install one: pip install ipykernel",
        )
    message = None
    if named:
        message = f"The notebook's kernel {named!r} is not installed here; running in {DEFAULT!r} instead."
    return Choice(name=DEFAULT, message=message)


def _is_installed(name: str) -> bool:
    """Whether a kernelspec of that name lies where Jupyter looks; spares importing all of jupyter_client."""
    from jupyter_core.paths import jupyter_path

    plain = name not in ("", ".", "..") and not {"/", "\\"} & set(name)
    return plain and any(os.path.isfile(os.path.join(f, name, "kernel.json")) for f in jupyter_path("kernels"))
