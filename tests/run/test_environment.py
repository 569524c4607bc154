"""The packages of a kernel's environment."""

import site
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from millstream.run.environment import package_versions


def test_steps_side_by_side_may_ask_at_once(tmp_path):
    """Each writes the map it made; none takes away what another is about to put in place."""
    folders = site.getsitepackages()
    start = Barrier(8)

    def ask(_):
        start.wait()
        return package_versions(folders, ["pytest", "yaml"], tmp_path)

    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, range(8)))
        assert all(each == found[0] for each in found)
        for path in tmp_path.iterdir():
            path.unlink()
    assert {"pytest", "pyyaml"} <= set(found[0])
