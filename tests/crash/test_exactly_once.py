# SPDX-License-Identifier: Apache-2.0
"""The client and the daemon killed at every step of submit, sync and withdraw, one by one. Whether the user then does
the same again, lets `taizhang sync` finish it or corrects the file: every record is there once, with one revision
for each version that was meant, and the client knows all of them as acknowledged."""

import collections
import contextlib
import functools
import itertools
import re
import shutil
import signal
import sqlite3

import pytest

import faults
from office import Office
from registry import SANITIZE, SLOW, TREE, Registry
from tzclient import Client

# Rows are large and requests small, so that a file is several requests.
OPTIONS = ("--frame-bytes", "160K")
NOTE = "长" * 1900
FILES = {"a.csv": 17, "b.csv": 14}
UNITS = [unit[0] for unit in TREE if len(unit) == 4]

SENDING = ("client.commit", "client.marked", "client.write", "client.wrote", "client.answer", "client.decided",
           "client.told")
STORING = ("client.put", "client.stored", *SENDING)
DAEMON = tuple(faults.names("daemon."))
numbers = itertools.count()
pytestmark = faults.needed


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """Every case has a unit and period of its own in it."""
    made = Registry(tmp_path_factory.mktemp("once"), *OPTIONS)
    made.start().plant()
    yield made
    try:
        made.stop()
        made.assert_log_clean()
        made.assert_check_clean()
    finally:
        made.close()


def new_office(registry):
    n = next(numbers)
    month = n // len(UNITS)
    period = f"{1990 + month // 12}-{month % 12 + 1:02}"
    return Office(registry, registry.folder / f"office{n}", UNITS[n % len(UNITS)], period)


def titles():
    """The rows of each file."""
    first = itertools.count()
    return {name: [f"K{next(first)}" for _ in range(count)] for name, count in FILES.items()}


def write(office, numbers_of, **options):
    return [office.sheet(name, {title: numbers_of(title) for title in rows}, note=NOTE, **options)
            for name, rows in titles().items()]


def number(title):
    return int(title[1:])


@contextlib.contextmanager
def no_line(registry):
    """The registry is there, and nobody can reach it."""
    path = registry.data / "taizhangd.sock"
    away = path.with_suffix(".away")
    path.rename(away)
    yield
    away.rename(path)


# --- what is done, and what it comes to ---

class Work:
    """One thing that an office does. prepare: what went before. versions: what is to stand at the end."""

    points = (*STORING, *DAEMON)
    keys = True

    def prepare(self, office):
        self.office = office

    def command(self):
        return ["submit", "--kind", "project", *write(self.office, number, keys=self.keys)]

    def again(self):
        """What the user does after the death of it."""
        return self.command()

    def versions(self):
        return {title: [number(title)] for rows in titles().values() for title in rows}

    def corrected(self):
        """The same with other numbers."""
        return ["submit", "--kind", "project", *write(self.office, lambda title: number(title) + 1000, keys=self.keys)]

    def corrects(self):
        return {title: [number(title) + 1000] for rows in titles().values() for title in rows}


class Rows(Work):
    """Two files of records with 编号, by an office that has never done anything."""

    points = ("client.profile", "client.epoch", *Work.points)


class Edit(Work):
    """The same files after every second number was changed."""

    def prepare(self, office):
        super().prepare(office)
        office.must(*super().command())

    def value(self, title):
        return number(title) + 500 * (number(title) % 2)

    def command(self):
        return ["submit", "--kind", "project", *write(self.office, self.value)]

    def versions(self):
        return {title: old + [self.value(title)] * (self.value(title) != old[0])
                for title, old in super().versions().items()}


class Withdrawal(Work):
    """All records of them are withdrawn."""

    def prepare(self, office):
        super().prepare(office)
        office.must(*super().command())

    def command(self):
        return ["withdraw", *(self.office.prefix + title for title in self.versions()), "--reason", NOTE]

    def versions(self):
        return {title: [*old, None] for title, old in super().versions().items()}


class Waiting(Work):
    """sync sends what was stored without a line."""

    points = ("client.epoch", *SENDING, *DAEMON)

    def prepare(self, office):
        super().prepare(office)
        with no_line(office.registry):
            assert office.run(*super().command(), "--wait", "0").status == 3

    def command(self):
        return ["sync"]

    def again(self):
        return super().command()


class Doubt(Work):
    """sync goes on where a submission was killed with everything on its way."""

    points = ("client.held", "client.reconciled", *SENDING, *DAEMON)

    def prepare(self, office):
        super().prepare(office)
        done = office.run(*super().command(), fault=faults.at("client.wrote", 4))  # the first is Hello
        assert done.killed

    def command(self):
        return ["sync"]

    def again(self):
        return super().command()


WORK = [Rows, Edit, Withdrawal, Waiting, Doubt]


# --- the deaths ---

def restart(registry, environment):
    registry.wrapper = ["env", *(f"{name}={value}" for name, value in environment.items())] if environment else []
    registry.start()


@functools.cache
def passages(registry, kind):
    """How often a run without a fault passes each point."""
    work = kind()
    work.prepare(new_office(registry))
    registry.stop()
    restart(registry, {"TAIZHANG_FAULT": "tell"})
    begun = len(registry.log())
    done = work.office.run(*work.command(), fault={"TAIZHANG_FAULT": "tell"})
    assert done.status == 0, done.errors
    said = done.errors + registry.log()[begun:]
    registry.stop()
    restart(registry, {})
    return collections.Counter(re.findall(r"^fault point (\S+)$", said, re.MULTILINE))


def strike(work, point, nth):
    """Runs it until the death of the client or the daemon; what it printed."""
    registry, command = work.office.registry, [*work.command(), "--wait", "0"]
    if point.startswith("client."):
        done = work.office.run(*command, fault=faults.at(point, nth))
        assert done.killed, f"{point}:{nth} was not passed"
        return done
    registry.stop()
    restart(registry, faults.at(point, nth))
    done = work.office.run(*command)
    if registry.process.poll() is None and nth > 1:  # how requests come together in batches is not always the same
        registry.stop()
    else:
        assert registry.process.wait(60 * SLOW) == -signal.SIGKILL
        registry.close()
    restart(registry, {})
    return done


def finish_again(work):
    work.office.must(*work.again())
    return work.versions()


def finish_by_sync(work):
    """What was stored is sent, and no more; doing it again adds the rest."""
    work.office.must("sync")
    work.office.assert_all_known()
    return finish_again(work)


def finish_corrected(work):
    """Nobody waits for the fate of what was sent: other numbers are submitted at once. A record has the version that
    was killed, or not; the correction follows in any case."""
    work.office.must(*work.corrected())
    with Client(work.office.registry.server) as client:
        held = work.office.holds(client)
    first = {title: versions[:-1] for title, versions in work.versions().items()}
    wanted = work.versions()
    for title, (last,) in work.corrects().items():
        versions = held[title][1]
        wanted[title] = (wanted[title] if versions[:-1] == wanted[title] else first[title]) + [last]
    return wanted


def case(registry, kind, point, nth, finish):
    work = kind()
    work.prepare(new_office(registry))
    before = work.office.position() - entries(work.office)
    done = strike(work, point, nth)
    work.office.assert_printed_is_held(done)
    wanted = finish(work)
    assert work.office.position() == before + work.office.assert_stands(wanted)
    work.office.assert_all_known()


def entries(office):
    with Client(office.registry.server) as client:
        return sum(len(versions) for _, versions in office.holds(client).values())


CASES = [(kind, point) for kind in WORK for point in kind.points]


@pytest.mark.parametrize("finish", [finish_again, finish_by_sync, finish_corrected])
@pytest.mark.parametrize("kind, point", CASES, ids=[f"{kind.__name__}-{point}" for kind, point in CASES])
def test_killed_at(registry, kind, point, finish):
    count = passages(registry, kind)[point]
    for nth in sorted({1, min(2, count), count}):
        print(f"{point}:{nth} of {count}")
        case(registry, kind, point, nth, finish)


@pytest.mark.parametrize("kind", WORK)
def test_every_point_is_among_them(registry, kind):
    assert set(passages(registry, kind)) == set(kind.points)
