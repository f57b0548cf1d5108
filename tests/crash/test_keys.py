# SPDX-License-Identifier: Apache-2.0
"""The client killed at every step of joining and of rotating its key: the same command goes on, with one key in the
end, and at no moment without one that works."""

import signal
import subprocess

import pytest

import faults
from registry import CLI, SLOW, Home

pytestmark = faults.needed

JOINING = [("client.file", 1), ("client.key.made", 1), ("client.write", 1), ("client.write", 2),
           ("client.key.enrolled", 1), ("client.file", 2), ("client.key.known", 1), ("client.write", 4)]
ROTATING = [("client.file", 1), ("client.key.made", 1), ("client.write", 2), ("client.write", 3),
            ("client.key.enrolled", 1), ("client.write", 5), ("client.file", 2), ("client.key.known", 1),
            ("client.write", 7), ("client.write", 8), ("client.key.revoked", 1)]


@pytest.fixture
def registry(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    return registry


def kill_at(home, point, nth, *args):
    env = home.registry.environment(HOME=str(home.folder), TAIZHANG_SERVER=None, **faults.at(point, nth))
    done = subprocess.run([CLI, *args], capture_output=True, stdin=subprocess.DEVNULL, env=env, timeout=60 * SLOW)
    assert done.returncode == -signal.SIGKILL, (point, nth, done)


def valid(registry):
    return [key.body.id for key in registry.client().keys(committee="320102")]


def files(home):
    return list(home.folder.glob(".local/state/taizhang/default.keys/*.key"))


def test_joining_killed_at_every_step(registry, tmp_path):
    for i, (point, nth) in enumerate(JOINING):
        home = Home(registry, tmp_path / f"home{i}")
        line = registry.line("320102", "submit")
        before = len(valid(registry))
        kill_at(home, point, nth, "join", line)
        home.run("join", line)
        assert home.json("ping")["principal"] in valid(registry), point
        assert len(valid(registry)) == before + 1, point
        assert len(files(home)) == 1, point
    [unused] = {one.state for one in registry.client().invitations(committee="320102", all=True)}
    assert unused == "used"


def test_rotating_killed_at_every_step(registry, tmp_path):
    home = Home(registry, tmp_path / "home")
    home.run("join", registry.line("320102", "submit"))
    for point, nth in ROTATING:
        before = home.json("ping")["principal"]
        kill_at(home, point, nth, "key", "rotate")
        assert home.json("ping")["principal"] in valid(registry), point
        done = home.json("key", "rotate")
        assert done["replaces"] == before, point
        assert home.json("ping")["principal"] == done["id"], point
        assert valid(registry) == [done["id"]], point
        assert len(files(home)) == 1, point
