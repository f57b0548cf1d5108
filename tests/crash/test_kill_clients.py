# SPDX-License-Identifier: Apache-2.0
"""kill -9 of clients and of the daemon at random moments while offices submit, correct, withdraw and sync. Whatever
was killed, when the office has then done the same again: every record is there once, with one revision for each
version that was meant, and the client knows all of them as acknowledged.

TZ_KILLS sets the number of kills (60 for one office, half of it for two); TZ_SEED repeats a run. The long run is
TZ_KILLS=2000 with this file alone."""

import itertools
import os
import random
import time

import pytest

from office import ACKNOWLEDGED, Done, Office
from registry import SLOW, TREE, Registry, times

KILLS = int(os.environ.get("TZ_KILLS", times(60)))
UNITS = [unit[0] for unit in TREE if len(unit) == 4]
CONFLICT = 5


class World:
    """A registry whose daemon and clients die, and what is counted."""

    def __init__(self, folder, name):
        seed = int(os.environ.get("TZ_SEED", time.time_ns() % 10**9))
        print(f"TZ_SEED={seed} TZ_KILLS={KILLS}")
        self.chance = random.Random(f"{name} {seed}")
        self.registry = Registry(folder, "--frame-bytes", "160K")
        self.registry.start().plant()
        self.kills = self.daemon_kills = self.client_kills = self.survived = 0
        self.numbers = itertools.count()
        self.usual = 0.05 * SLOW  # how long a command takes: deaths are spread over that

    def office(self):
        """One with a unit and period of its own."""
        n = next(self.numbers)
        period = n // len(UNITS)
        return Office(self.registry, self.registry.folder / f"office{n}", UNITS[n % len(UNITS)],
                      f"{1950 + period // 12}-{period % 12 + 1:02}")

    def double(self, office):
        """The same office on another machine."""
        home = office.home.with_name(office.home.name + "b")
        return Office(self.registry, home, office.unit, office.period)

    def restart(self):
        self.registry.kill()
        self.daemon_kills += 1
        if self.daemon_kills % 20 == 0:
            self.registry.assert_check_clean()
        self.registry.start()

    def strike(self, *processes):
        """Lets them run for a moment, and kills some of them, or the daemon, or both. What they came to."""
        # The one sleep of these tests: the moment of death is what is tested.
        time.sleep(self.chance.uniform(0, self.usual))
        self.kills += 1
        what = self.chance.choice(["client", "client", "daemon", "both"])
        if what != "daemon":
            for process in self.chance.sample(processes, self.chance.randint(1, len(processes))):
                process.kill()
        if what != "client":
            self.restart()
        runs = [Done(process) for process in processes]
        self.client_kills += sum(done.killed for done in runs)
        self.survived += sum(not done.killed for done in runs)
        for done in runs:
            assert done.killed or done.status in (0, 3, CONFLICT), f"{done.status}\n{done.errors}"
        return runs

    def timed(self, office, *args):
        """What has to succeed; how long it takes is where the next deaths are."""
        begun = time.monotonic()
        done = office.must(*args)
        self.usual = max(0.02, 0.9 * self.usual + 0.1 * 1.2 * (time.monotonic() - begun))
        return done

    def close(self):
        print(f"{self.kills} strikes: {self.client_kills} clients and {self.daemon_kills} daemons killed, "
              f"{self.survived} clients ended by themselves")
        try:
            self.registry.stop()
            self.registry.assert_log_clean()
            self.registry.assert_check_clean()
        finally:
            self.registry.close()


@pytest.fixture
def world(tmp_path, request):
    made = World(tmp_path, request.node.name)
    yield made
    made.close()


class Intent:
    """What one office means, version by version, and what of it may be in limbo."""

    def __init__(self, office, chance):
        self.office, self.chance = office, chance
        self.versions = {}
        self.title = itertools.count()
        self.note = "长" * chance.choice([0, 0, 1900])  # large rows make several requests of a file

    def current(self):
        return {title: versions[-1] for title, versions in self.versions.items()}

    def change(self):
        """Other values for some records, and some new ones: what is to be submitted."""
        wanted = {title: value for title, value in self.current().items() if value is not None}
        for title in wanted:
            if self.chance.random() < 0.3:
                wanted[title] = self.chance.randrange(1, 10**6)
        for _ in range(self.chance.choice([0, 1, 5, 40])):
            wanted[f"K{next(self.title)}"] = self.chance.randrange(1, 10**6)
        return wanted

    def mean(self, wanted):
        """They are to stand."""
        for title, value in wanted.items():
            versions = self.versions.setdefault(title, [])
            if versions[-1:] != [value]:
                versions.append(value)

    def limbo(self, wanted):
        """The same of a version that was killed: it may have come to be, before what is meant now."""
        held = self.office.assert_all_known()
        for title, value in wanted.items():
            versions = self.versions.get(title, [])
            if versions[-1:] != [value] and held.get(title, [])[len(versions):len(versions) + 1] == [value]:
                self.versions.setdefault(title, []).append(value)

    def submit(self, wanted):
        return ["submit", "--kind", "project", self.office.sheet("rows.csv", wanted, note=self.note)]

    def check(self):
        assert self.office.assert_all_known() == self.versions


def submit_a_change(world, intent):
    """Killed up to three times, then done once more by itself; or corrected in between, or finished by sync."""
    wanted = intent.change()
    if not wanted:
        return
    command = intent.submit(wanted)
    for _ in range(world.chance.randint(1, 3)):
        runs = world.strike(intent.office.start(*command))
        intent.office.assert_printed_is_held(*runs)
    how = world.chance.choice(["again", "sync", "corrected"])
    if how == "sync":
        runs = world.strike(intent.office.start("sync"))
        world.timed(intent.office, "sync")
        intent.office.assert_printed_is_held(*runs)
        intent.office.assert_all_known()
    if how == "corrected":
        corrected = {title: value + 1 for title, value in wanted.items()}
        world.timed(intent.office, *intent.submit(corrected))
        intent.limbo(wanted)
        intent.mean(corrected)
    else:
        world.timed(intent.office, *command)
        intent.mean(wanted)


def withdraw_some(world, intent):
    there = [title for title, value in intent.current().items() if value is not None]
    gone = world.chance.sample(there, min(len(there), world.chance.randint(1, 20)))
    if not gone:
        return
    command = ["withdraw", *(intent.office.prefix + title for title in gone), "--reason", "不要"]
    runs = world.strike(intent.office.start(*command))
    intent.office.assert_printed_is_held(*runs)
    if world.chance.random() < 0.5:
        world.timed(intent.office, "sync")
    world.timed(intent.office, *command)
    intent.mean({title: None for title in gone})


def fetch(world, intent):
    """The copy, broken off anywhere, ends as what is there."""
    command = ["sync", "--committee", intent.office.unit]
    world.strike(intent.office.start(*command))
    world.timed(intent.office, *command)
    held = {title: versions[-1] for title, versions in intent.office.assert_all_known().items()}
    assert intent.office.copied() == {title: value for title, value in held.items() if value is not None}


def test_one_office(world):
    intent, steps = None, 0
    while world.kills < KILLS:
        if steps % 12 == 0:
            intent = Intent(world.office(), world.chance)
            before = world.registry.client().position()
        steps += 1
        world.chance.choice([submit_a_change, submit_a_change, submit_a_change, withdraw_some, fetch])(world, intent)
        intent.check()
        assert world.registry.client().position() == before + sum(map(len, intent.versions.values()))


def finish(office, command):
    """Until it is decided: (done, titles in conflict)."""
    done = office.run(*command)
    assert done.status in (0, CONFLICT), f"{done.status}\n{done.lines}\n{done.errors}"
    conflicts = {line["address"] for line in done.lines if line.get("outcome") == "CONFLICT"}
    assert (done.status == CONFLICT) == bool(conflicts)
    return done, conflicts


def test_two_machines(world):
    """One office on two machines: the same file from both is there once. An edit by both: one of them stands for each
    record, the other is a conflict, and neither is lost without a word."""
    while world.kills < max(1, KILLS // 2):
        offices = [world.office()]
        offices.append(world.double(offices[0]))
        before = world.registry.client().position()
        rows = {f"K{n}": n + 1 for n in range(world.chance.choice([5, 50, 120]))}
        note = "长" * world.chance.choice([0, 0, 1900])

        commands = [["submit", "--kind", "project", office.sheet("rows.csv", rows, note=note)] for office in offices]
        runs = world.strike(*(office.start(*command) for office, command in zip(offices, commands)))
        offices[0].assert_printed_is_held(*runs)
        said = [line for done in runs for line in done.lines]
        for office, command in zip(offices, commands):
            said += office.must(*command).lines
        for office in offices:
            assert office.assert_all_known() == {title: [value] for title, value in rows.items()}
        assert world.registry.client().position() == before + len(rows)
        created = [line["address"] for line in said if line.get("outcome") == "CREATED"]
        assert len(created) == len(set(created))

        edits = [{title: value + 1000 * (i + 1) for title, value in rows.items()} for i in range(2)]
        commands = [["submit", "--kind", "project", office.sheet("rows.csv", edit, note=note)]
                    for office, edit in zip(offices, edits)]
        runs = world.strike(*(office.start(*command) for office, command in zip(offices, commands)))
        offices[0].assert_printed_is_held(*runs)
        lost = [finish(office, command)[1] for office, command in zip(offices, commands)]
        with_first = {offices[0].prefix + title for title in rows} - lost[0]
        assert lost[1] == with_first
        wanted = {title: [value, edits[offices[0].prefix + title not in with_first][title]]
                  for title, value in rows.items()}
        held = {title: versions for title, (_, versions) in offices[0].holds(world.registry.client()).items()}
        assert held == wanted
        assert world.registry.client().position() == before + 2 * len(rows)
        for office, conflicts in zip(offices, lost):
            beliefs = office.believes()
            assert {address for state, address, _ in beliefs if state == CONFLICT} == conflicts
            assert {address for state, address, revision in beliefs if state == ACKNOWLEDGED and revision == 2} == {
                office.prefix + title for title in rows} - conflicts
        world.registry.drop_clients()
