# SPDX-License-Identifier: Apache-2.0
"""The client killed between the steps of submit and sync: every row is there exactly once, and every one that the
registry acknowledged is known to be, whatever the step."""

import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess

import pytest

import faults
from registry import CLI, SLOW

pytestmark = faults.needed

ROWS = 2600
HEADER = "报送单位,编号,报告期,名称,项目数\n"
SENDING = ["client.store", "client.stored", "client.marked", "client.sent", "client.answered", "client.decided"]
SETTLING = ["client.reconciled", "client.settled"]


def write_sheet(registry, amount):
    path = registry.folder / "project.csv"
    path.write_text(HEADER + "".join(f"320100,K{n:05},2017,名,{n + amount}\n" for n in range(ROWS)), "utf-8")
    return path


def killed(registry, point, nth, *args):
    """Runs taizhang to its death at a point; its lines of JSON until then."""
    out = registry.folder / "out.json"
    with open(out, "wb") as to:
        done = subprocess.run([CLI, *map(str, args), "--format", "json"], stdin=subprocess.DEVNULL, stdout=to,
                              stderr=subprocess.DEVNULL, timeout=60 * SLOW,
                              env=registry.environment(**faults.at(point, nth)))
    assert done.returncode == -signal.SIGKILL, f"{point} was not passed {nth} times: {done.returncode}"
    return [json.loads(line) for line in out.read_bytes().split(b"\n")[:-1]]


def profile(registry):
    """What the client's profile says: state by address, and how often each stands there in a state."""
    path = pathlib.Path(registry.home) / ".local/state/taizhang/default.db"
    with sqlite3.connect(path) as db:
        found = db.execute("SELECT address, state, revision FROM outbox").fetchall()
    db.close()
    return found


def expect_all_there_once(registry, amount, revision):
    client = registry.client()
    assert client.status().records == ROWS
    assert client.position() == 14 + ROWS * revision
    assert client.total("project", "quantity")[0] == sum(range(ROWS)) + amount * ROWS
    assert sorted(profile(registry)) == [(f"320100/project/2017/K{n:05}", 3, revision) for n in range(ROWS)]


@pytest.mark.parametrize("point", SENDING)
@pytest.mark.parametrize("nth", [1, 2, 5])
def test_killed_while_submitting(registry, point, nth):
    path = write_sheet(registry, 0)
    told = killed(registry, point, nth, "submit", path)
    assert {line["outcome"] for line in told} <= {"CREATED"}
    held = {one.address.key for one in registry.client().list(kind=1)}
    acknowledged = {address.split("/")[3] for address, state, _ in profile(registry) if state == 3}
    assert {line["address"].split("/")[3] for line in told} <= acknowledged <= held
    again = registry.lines("submit", path)
    assert {line["outcome"] for line in again} <= {"CREATED", "UNCHANGED"} and len(again) == ROWS
    expect_all_there_once(registry, 0, 1)
    # And an edit, killed at the same place, finished by sync and the file again.
    path = write_sheet(registry, 7)
    killed(registry, point, nth, "submit", path)
    registry.lines("sync")
    again = registry.lines("submit", path)
    assert {line["outcome"] for line in again} <= {"UPDATED", "UNCHANGED"} and len(again) == ROWS
    expect_all_there_once(registry, 7, 2)


@pytest.mark.parametrize("point", SETTLING)
@pytest.mark.parametrize("before", ["client.marked", "client.sent", "client.answered"])
def test_killed_while_settling_what_was_in_doubt(registry, point, before):
    path = write_sheet(registry, 0)
    killed(registry, before, 3, "submit", path)
    killed(registry, point, 1, "sync")
    killed(registry, point, 1, "submit", path) if point == "client.reconciled" else None
    registry.lines("sync")
    registry.lines("submit", path)
    expect_all_there_once(registry, 0, 1)


@pytest.mark.parametrize("nth", [1, 700, ROWS])
def test_killed_while_offering_again_what_a_restored_registry_lost(registry, nth):
    registry.stop()
    kept = registry.folder / "backup"
    shutil.copytree(registry.data, kept, ignore=shutil.ignore_patterns("*.sock"))
    registry.start()
    path = write_sheet(registry, 0)
    registry.run("submit", path, "--quiet")
    registry.stop()
    shutil.rmtree(registry.data)
    shutil.copytree(kept, registry.data)
    with sqlite3.connect(registry.data / "registry.db") as db:
        db.execute("UPDATE sequencer SET epoch = epoch + 1")
    db.close()
    registry.start()
    killed(registry, "client.restored", nth, "sync")
    lines = registry.lines("sync")
    assert {line["outcome"] for line in lines} == {"CREATED"}
    expect_all_there_once(registry, 0, 1)


def test_a_withdrawal_killed_at_every_step(registry):
    path = registry.folder / "project.csv"
    path.write_text(HEADER + "".join(f"320100,W{n},2017,名,1\n" for n in range(len(SENDING))), "utf-8")
    registry.run("submit", path)
    for n, point in enumerate(SENDING):
        killed(registry, point, 1, "withdraw", f"320100/project/2017/W{n}", "--reason", "重复")
        registry.cli("sync")
        outcome = registry.lines("withdraw", f"320100/project/2017/W{n}", "--reason", "重复")[0]
        assert outcome["outcome"] in ("WITHDRAWN", "UNCHANGED") and outcome["revision"] == 2
    assert registry.client().position() == 14 + 2 * len(SENDING)


def test_every_point_of_sending_is_tried():
    tried = {*SENDING, *SETTLING, "client.restored"}
    assert tried <= set(faults.names("client."))
