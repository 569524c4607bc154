"""Whatever is sent to the API, made from its own OpenAPI document: no failure of the server, no undocumented answer."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from millstream.server.openapi import document

schemathesis = pytest.importorskip("schemathesis")
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402 - only where it is installed

TOKEN = "fuzz"  # noqa: S105 - of a server that lives for one test
SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = [operation.ok() for operation in SCHEMA.get_all_operations()]


@pytest.fixture(scope="module")
def server(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Jupyter server, in a process of its own."""
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(project, folder / "shown")
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={free_port()}",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.root_dir=shown",
    ]
    extension = "--ServerApp.jpserver_extensions={'millstream': True}"
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "run"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", *options, extension],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://127\S+?:\d+", line)))
        # what it says from now on goes nowhere, and must not fill the pipe
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port to ask for by number: asked for any, Jupyter Server 2.14 says that it listens at 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_no_request_makes_the_server_fail(server: str, operation: Any) -> None:
    """Valid and invalid values of every parameter and body: answers are as documented, and none is a failure."""

    @settings(
        max_examples=15, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(operation.as_strategy())
    def send(case: Any) -> None:
        # no schema can say which filters and cursors are good, so that some that fit it are refused
        case.call_and_validate(
            base_url=server,
            headers={"Authorization": f"token {TOKEN}"},
            excluded_checks=[positive_data_acceptance] if operation.path.endswith("/runs") else [],
        )

    send()
