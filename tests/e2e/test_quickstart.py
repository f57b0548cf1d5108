# SPDX-License-Identifier: Apache-2.0
"""The first command a stranger types, without its building."""

import os
import re
import signal
import subprocess

import pytest

from registry import SLOW
from tzclient import BUILD, SOURCE, Client, wait_until

QUICKSTART = SOURCE / "daemon" / "quickstart.sh"


def quickstart(folder, cwd):
    env = {**os.environ, "LC_ALL": "C", "TZ_BUILD": str(BUILD), "HOME": str(cwd)}
    return subprocess.run(["sh", QUICKSTART, folder], capture_output=True, cwd=cwd, env=env,
                          stdin=subprocess.DEVNULL, timeout=120 * SLOW)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "a folder of its own"
    yield made
    lock = made / "taizhangd.lock"
    if lock.exists() and lock.read_text().strip():
        pid = int(lock.read_text())
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not (made / "taizhangd.sock").exists(), "the registry to stop", 30 * SLOW)


def test_quickstart_twice_in_a_path_with_spaces(folder, tmp_path):
    first = quickstart(folder.name, tmp_path)
    out = first.stdout.decode()
    assert first.returncode == 0, out + first.stderr.decode()
    assert first.stderr == b""
    for figure in ("12294余万元", "754", "21200", "780", "170", "12", "19", "31"):
        assert figure in out, out
    with Client(f"unix:{folder / 'taizhangd.sock'}") as client:
        before = client.position()
        go_on = re.search(r"Go on with:\n(.*)Stop the registry", out, re.DOTALL)[1]
        typed = subprocess.run(["sh", "-eu"], input=go_on.encode(), capture_output=True, cwd=tmp_path,
                               env={**os.environ, "LC_ALL": "C", "HOME": str(tmp_path)})
        assert typed.returncode == 0, typed.stderr.decode()
        assert "北京市" in typed.stdout.decode()
        second = quickstart(folder.name, tmp_path)
        assert second.returncode == 0, second.stderr.decode()
        assert client.position() == before
        assert re.search(r"\bkill \d+", second.stdout.decode())


def test_wrong_usage(tmp_path):
    done = subprocess.run(["sh", QUICKSTART, "--nonsense"], capture_output=True, cwd=tmp_path)
    assert done.returncode != 0
    assert b"usage" in done.stderr
