"""The server that the browser tests talk to. Never use it elsewhere: it lets anyone in."""

import os
import shutil
import tempfile
from pathlib import Path

from jupyterlab.galata import configure_jupyter_server

FLIGHTS = Path(__file__).resolve().parents[1] / "examples" / "flights"

# A folder of its own, with a copy of the example: the tests tag, run and promote.
root = Path(tempfile.mkdtemp(prefix="millstream-ui-"))
(root / "flights" / ".millstream").mkdir(parents=True)
shutil.copy(FLIGHTS / "flights.ipynb", root / "flights")
(root / "flights" / "data").symlink_to(FLIGHTS / "data")
os.environ["JUPYTERLAB_GALATA_ROOT_DIR"] = str(root)

configure_jupyter_server(c)  # noqa: F821
c.ServerApp.log_level = "ERROR"  # noqa: F821 - Galata asks for much that is gone, as a matter of course
