# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments under load. After every restart: nothing acknowledged is missing, nothing is there
twice, what is sent again is UNCHANGED, and `taizhangd check` agrees.

TZ_KILLS sets the number of kills (200); the long run is TZ_KILLS=5000 with this file alone."""

import os
import random
import threading
import time

import bodies
from registry import SLOW, times
from tzclient import Client, Closed, new_ticket, outcome_name, pb, record

KILLS = int(os.environ.get("TZ_KILLS", times(200)))
CLIENTS = 4
UNITS = ["110101", "320102", "320104", "330102"]
KEYS = 12


class Sender:
    """One client and what it knows: for each address the last version, and whether it was acknowledged."""

    def __init__(self, number, seed):
        self.unit = UNITS[number]
        self.chance = random.Random(seed)
        self.revision = {}
        self.body = {}
        self.doubt = []
        self.acknowledged = 0

    def next_change(self, busy):
        """A record to send: a new version of an address of ours that has none on its way."""
        free = [key for key in range(KEYS) if key not in busy]
        key = self.chance.choice(free)
        sent = record(f"{self.unit}/project/2017/K{key}", bodies.project(self.chance.randrange(10**9)),
                      base=self.revision.get(key, 0), ticket=new_ticket())
        return key, sent

    def settle(self, key, sent, outcome, again):
        name = outcome_name(outcome)
        allowed = ("CREATED", "UPDATED", "UNCHANGED") if again else ("CREATED", "UPDATED")
        assert name in allowed, (name, again, sent.address, sent.base_revision, outcome)
        assert outcome.revision == sent.base_revision + 1, (name, sent.base_revision, outcome.revision)
        self.revision[key] = outcome.revision
        self.body[key] = sent.body
        self.acknowledged += 1

    def resend(self, client):
        """What was in doubt when the daemon died: reconcile says whether it is held, and sending agrees."""
        if not self.doubt:
            return
        held = [pb.Held(address=sent.address, base_revision=sent.base_revision, ticket=sent.ticket)
                for _, sent in self.doubt]
        answers = client.ask("reconcile", pb.ReconcileRequest(items=held)).reconcile.answers
        for (key, sent), answer in zip(self.doubt, answers):
            assert answer.held in (pb.HELD_HELD, pb.HELD_NONE), answer
            outcome = client.submit(sent)[0]
            assert (outcome_name(outcome) == "UNCHANGED") == (answer.held == pb.HELD_HELD), (answer, outcome)
            self.settle(key, sent, outcome, again=True)
        self.doubt = []

    def load(self, server):
        """Sends until the connection dies."""
        try:
            with Client(server) as client:
                self.resend(client)
                self.verify(client)
                while True:
                    self.burst(client)
        except (Closed, ConnectionError, FileNotFoundError):
            pass

    def burst(self, client):
        for _ in range(self.chance.randrange(1, 6)):
            key, sent = self.next_change({key for key, _ in self.doubt})
            self.doubt.append((key, sent))
        numbers = [client.send_record(sent) for _, sent in self.doubt]
        for number in numbers:
            outcome = client.outcome(number)
            key, sent = self.doubt.pop(0)
            self.settle(key, sent, outcome, again=False)

    def verify(self, client):
        """Exactly what was acknowledged, each address once."""
        held = client.list(committee=self.unit)
        assert [one.address.key for one in held] == sorted({one.address.key for one in held})
        found = {int(one.address.key[1:]): one for one in held}
        for key, revision in self.revision.items():
            assert key in found, f"{self.unit} K{key}: acknowledged and gone"
            assert found[key].revision == revision
            assert found[key].body == self.body[key]
        assert len(found) == len(self.revision)
        records = [bodies.rec.Project.FromString(body).quantity.value for body in self.body.values()]
        total = client.total("project", "quantity", self.unit)
        assert total == ((sum(records), "exact", len(records), 0) if records else None)


def test_kill_at_random_moments_under_load(make_registry):
    seed = int(os.environ.get("TZ_SEED", time.time_ns() % 10**9))
    print(f"TZ_SEED={seed} TZ_KILLS={KILLS}")
    chance = random.Random(seed)
    registry = make_registry()
    registry.plant()
    senders = [Sender(n, seed + n) for n in range(CLIENTS)]
    failures = []

    def run(sender):
        try:
            sender.load(registry.server)
        except BaseException as error:
            failures.append(error)

    for kill in range(KILLS):
        threads = [threading.Thread(target=run, args=(sender,)) for sender in senders]
        for thread in threads:
            thread.start()
        # The one sleep of these tests: the moment of death is what is tested.
        time.sleep(chance.uniform(0, 0.25 * SLOW))
        registry.kill()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        if kill % 10 == 9:
            registry.assert_check_clean()
        if kill % 5 == 4:
            registry.launch()
            time.sleep(chance.uniform(0, 0.03 * SLOW))
            registry.kill()
        registry.start()
    for sender in senders:
        with Client(registry.server) as client:
            sender.resend(client)
            sender.verify(client)
    assert sum(sender.acknowledged for sender in senders) > KILLS
