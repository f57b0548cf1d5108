# SPDX-License-Identifier: Apache-2.0
"""The daemon killed at every step of an enrolment, one by one: the key and the use of its invitation are both on the
disk or neither, and the same office with the same code is let in afterwards, once."""

import signal

import pytest

import faults
from registry import SLOW
from tzclient import Client, Closed, DeviceKey

# The point, at which passage, and whether the key is enrolled then.
STEPS = [
    ("daemon.append", 1, False),  # the key's entry
    ("daemon.append", 2, False),  # that of the invitation
    ("daemon.commit", 1, False),
    ("daemon.committed", 1, True),
    ("daemon.complete", 1, True),
    ("daemon.write", 2, True),  # the first write is the challenge
]


def restart(registry, environment):
    """The same registry, with or without a fault in its environment."""
    registry.stop()
    registry.wrapper = ["env", *(f"{name}={value}" for name, value in environment.items())] if environment else []
    registry.start()


@faults.needed
@pytest.mark.parametrize("point, nth, done", STEPS)
def test_an_enrolment_survives_death_at(registry, point, nth, done):
    with Client(registry.server) as owner:
        code, _ = owner.invite("320102", "submit", name="office")
        before = owner.position()
    restart(registry, faults.at(point, nth))
    key = DeviceKey()
    with pytest.raises((Closed, ConnectionError)):
        Client(registry.server, key=key, invitation=code)
    assert registry.process.wait(60 * SLOW) == -signal.SIGKILL
    registry.close()

    restart(registry, {})
    with Client(registry.server) as owner:
        assert owner.position() == (before + 2 if done else before)
        [invitation] = owner.invitations(committee="320102", all=True)
        assert (invitation.state, invitation.body.used_by) == (("used", key.id) if done else ("open", ""))
        assert [one.body.id for one in owner.keys(committee="320102")] == ([key.id] if done else [])
        with Client(registry.server, key=key, invitation=code) as office:
            assert (office.hello.principal, office.hello.committee) == (key.id, "320102")
        [enrolled] = owner.keys(committee="320102")
        assert (enrolled.body.id, enrolled.revision, owner.position()) == (key.id, 1, before + 2)
        with pytest.raises(Closed) as stolen:
            Client(registry.server, key=DeviceKey(), invitation=code)
        assert stolen.value.code == "INVITATION"
