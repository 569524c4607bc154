"""The fork server: runs in the Python of the notebooks, where Millstream need not be installed.

Everything here is the standard library and ipykernel, works on Python 3.8 and later, and is started by path
(``launch.py``). A process has one of three roles, each of which may turn into the next in a forked child:

* :class:`server.Server` owns the socket, has ipykernel imported, and keeps the templates;
* :class:`template.Template` has imported what one pipeline's set-up imports, and forks kernels;
* :class:`kernel.Kernel` is what a forked child becomes.

None of them ever has a second thread when it forks.
"""
