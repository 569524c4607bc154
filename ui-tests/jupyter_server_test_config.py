"""The server that the browser tests talk to. Never use it elsewhere: it lets anyone in."""

from jupyterlab.galata import configure_jupyter_server

configure_jupyter_server(c)  # noqa: F821
