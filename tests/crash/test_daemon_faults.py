# SPDX-License-Identifier: Apache-2.0
"""The daemon killed at every step of a submission, one by one: what is sent again afterwards is there exactly once,
and what was acknowledged is known to be."""

import signal

import pytest

import bodies
import faults
from registry import SLOW
from tzclient import Closed, new_ticket, outcome_name, pb, record

ADDRESS = "110101/project/2017/X1"
# Up to these steps nothing is on disk.
BEFORE = ("daemon.append", "daemon.commit")


def restart(registry, environment):
    """The same registry, with or without a fault in its environment."""
    registry.wrapper = ["env", *(f"{name}={value}" for name, value in environment.items())] if environment else []
    registry.start()


@faults.needed
@pytest.mark.parametrize("point", faults.names("daemon."))
def test_a_submission_survives_death_at(registry, point):
    registry.stop()
    restart(registry, faults.at(point, nth=2 if point == "daemon.write" else 1))  # the first write answers Hello
    sent = record(ADDRESS, bodies.project(7), ticket=new_ticket())
    with pytest.raises((Closed, ConnectionError)):
        registry.client().submit(sent)
    assert registry.process.wait(60 * SLOW) == -signal.SIGKILL
    registry.close()

    restart(registry, {})
    client = registry.client()
    held = client.ask("reconcile", pb.ReconcileRequest(items=[
        pb.Held(address=sent.address, base_revision=0, ticket=sent.ticket)])).reconcile.answers[0]
    assert held.held == (pb.HELD_NONE if point in BEFORE else pb.HELD_HELD)
    outcome = client.submit(sent)[0]
    assert outcome_name(outcome) == ("CREATED" if point in BEFORE else "UNCHANGED")
    assert outcome.revision == 1
    assert [one.address.key for one in client.list(committee="110101")] == ["X1"]
    assert client.total("project", "quantity", "110101") == (7, "exact", 1, 0)
