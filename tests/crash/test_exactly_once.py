# SPDX-License-Identifier: Apache-2.0
"""The client and the daemon killed at every step of submit, sync and withdraw, one by one. Whether the user then does
the same again, lets `taizhang sync` finish it or corrects the file: every record is there once, with one revision
for each version that was meant, and the client knows all of them as acknowledged.

Of the three ways to go on each death is followed by one; TZ_EVERY=1 takes all three."""

import collections
import contextlib
import functools
import itertools
import os
import re
import shutil
import signal
import sqlite3

import pytest

import faults
from clerk import open_sheet
from office import Office
from registry import SANITIZE, SLOW, TREE, Registry
from tzclient import wait_until

# Rows are large and requests small, so that a file is several requests.
OPTIONS = ("--frame-bytes", "160K")
NOTE = "长" * 1900
UNITS = [unit[0] for unit in TREE if len(unit) == 4]

SENDING = ("client.commit", "client.marked", "client.write", "client.sent", "client.answered", "client.decided",
           "client.told")
STORING = ("client.put", "client.store", "client.stored", *SENDING)
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
    files = {"a.csv": range(17), "b.csv": range(17, 31)}
    keys = True
    office = None

    def prepare(self):
        pass

    def submit(self, value=number):
        """Writes the files with the value of each title."""
        return ["submit", "--kind", "project", *(
            self.office.sheet(name, {f"K{row}": value(f"K{row}") for row in rows}, self.keys, NOTE)
            for name, rows in self.files.items())]

    def titles(self):
        return [f"K{row}" for rows in self.files.values() for row in rows]

    def command(self):
        return self.submit()

    def again(self):
        """What the user does after the death of it."""
        return self.command()

    def versions(self):
        return {title: [number(title)] for title in self.titles()}

    def check(self):
        """What else must be so at the end."""

    def correct(self):
        """The same with other numbers."""
        self.office.must(*self.submit(lambda title: number(title) + 1000))

    def corrects(self):
        return {title: [number(title) + 1000] for title in self.titles()}


class Rows(Work):
    """Two files of records with 编号, by an office that has never done anything."""

    points = ("client.profile", "client.epoch", *Work.points)


class Unnumbered(Work):
    """A file without 编号, which comes back with them."""

    points = ("client.profile", "client.epoch", "client.file", "client.numbered", *Work.points)
    files = {"a.csv": range(31)}
    keys = False

    def correct(self):
        """Its rows may be in the registry under the numbers that they were given: they are corrected there."""
        done = self.office.run(*self.submit(lambda title: number(title) + 1000))
        if done.status == 0:
            return
        assert done.status == 2 and "a_已编号.csv" in done.errors, done.errors
        sheet = open_sheet(self.office.home / "a_已编号.csv")
        header = sheet.texts(sheet.rows[0])
        for row in sheet.rows[1:]:
            title = sheet.texts(row)[header.index("名称")]
            sheet.put(row, header.index("项目数"), str(number(title) + 1000))
        sheet.save()
        self.office.must("submit", "--kind", "project", sheet.path)


class Edit(Work):
    """The same files after every second number was changed."""

    def prepare(self):
        self.office.must(*self.submit())

    def value(self, title):
        return number(title) + 500 * (number(title) % 2)

    def command(self):
        return self.submit(self.value)

    def versions(self):
        return {title: old + [self.value(title)] * (self.value(title) != old[0])
                for title, old in super().versions().items()}


class Withdrawal(Work):
    """All records of them are withdrawn."""

    def prepare(self):
        self.office.must(*self.submit())

    def command(self):
        return ["withdraw", *(self.office.prefix + title for title in self.versions()), "--reason", NOTE]

    def versions(self):
        return {title: [*old, None] for title, old in super().versions().items()}


class Waiting(Work):
    """sync sends what was stored without a line."""

    points = ("client.epoch", *SENDING, *DAEMON)

    def prepare(self):
        with no_line(self.office.registry):
            assert self.office.run(*self.submit(), "--wait", "0").status == 3

    def command(self):
        return ["sync"]

    def again(self):
        return self.submit()


class Doubt(Work):
    """sync goes on where the daemon died with everything on its way and nothing stored."""

    points = ("client.reconciled", "client.settled", *SENDING, *DAEMON)
    files = {"a.csv": range(31)}

    def prepare(self):
        done = strike(self, "daemon.append", 1, self.submit())
        assert done.outcomes == ["QUEUED"] * 31

    def command(self):
        return ["sync"]

    def again(self):
        return self.submit()


class Held(Doubt):
    """sync goes on where a submission died with everything stored and no answer read."""

    points = ("client.reconciled", "client.settled", "client.commit", "client.write",
              "daemon.complete", "daemon.answered", "daemon.write")

    def prepare(self):
        before = self.office.position()
        strike(self, "client.answered", 1, self.submit())
        wait_until(lambda: self.office.position() == before + 31, "the requests of a dead client")


class Restored(Held):
    """sync after the registry was restored from a backup of before the last edit."""

    points = ("client.restore", "client.restored", "client.epoch", *SENDING, *DAEMON)

    def prepare(self):
        registry, backup = self.office.registry, self.office.home / "backup"
        self.office.must(*self.submit())
        registry.stop()
        shutil.copytree(registry.data, backup, ignore=shutil.ignore_patterns("*.sock"))
        registry.start()
        self.office.must(*self.submit(self.edited))
        registry.stop()
        shutil.rmtree(registry.data)
        backup.rename(registry.data)
        with sqlite3.connect(registry.data / "registry.db") as db:
            db.execute("UPDATE sequencer SET epoch = epoch + 1")
        db.close()
        registry.start()

    def edited(self, title):
        return number(title) + 500

    def again(self):
        return self.submit(self.edited)

    def versions(self):
        return {title: old + [self.edited(title)] for title, old in super().versions().items()}


class Pull(Held):
    """sync fetches the records that there are into a copy."""

    points = ("client.page", "client.paged", "client.commit", "client.write", "daemon.write")

    def prepare(self):
        self.office.must(*self.submit())

    def command(self):
        return ["sync", "--committee", self.office.unit]

    def check(self):
        self.office.must(*self.command())
        assert self.office.copied() == {title: versions[-1] for title, versions in self.office.assert_all_known().items()}


WORK = [Rows, Unnumbered, Edit, Withdrawal, Waiting, Doubt, Held, Restored, Pull]


# --- the deaths ---

def restart(registry, environment):
    registry.wrapper = ["env", *(f"{name}={value}" for name, value in environment.items())] if environment else []
    registry.start()


@functools.cache
def passages(registry, kind):
    """How often a run without a fault passes each point."""
    work = kind()
    work.office = new_office(registry)
    work.prepare()
    registry.stop()
    restart(registry, {"TAIZHANG_FAULT": "tell"})
    begun = len(registry.log())
    done = work.office.run(*work.command(), fault={"TAIZHANG_FAULT": "tell"})
    assert done.status == 0, done.errors
    said = done.errors + registry.log()[begun:]
    registry.stop()
    restart(registry, {})
    return collections.Counter(re.findall(r"^fault point (\S+)$", said, re.MULTILINE))


def strike(work, point, nth, command):
    """Runs it until the death of the client or the daemon; what it printed."""
    registry, command = work.office.registry, [*command, "--wait", "0"]
    if point.startswith("client."):
        done = work.office.run(*command, fault=faults.at(point, nth))
        # How many pages a pull has depends on what the registry has read of its journal already.
        assert done.killed or (isinstance(work, Pull) and nth > 1), f"{point}:{nth} was not passed"
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
    work.correct()
    held = work.office.assert_all_known()
    first = {title: versions[:-1] for title, versions in work.versions().items()}
    wanted = work.versions()
    for title, (last,) in work.corrects().items():
        wanted[title] = (wanted[title] if held[title][:-1] == wanted[title] else first[title]) + [last]
    return wanted


def case(registry, kind, point, nth, finish):
    work = kind()
    work.office = new_office(registry)
    before = work.office.position()
    work.prepare()
    work.office.assert_printed_is_held(strike(work, point, nth, work.command()))
    wanted = finish(work)
    assert work.office.assert_all_known() == wanted
    assert work.office.position() == before + sum(map(len, wanted.values()))
    work.check()


FINISHES = [finish_again, finish_by_sync, finish_corrected]
EVERY = bool(os.environ.get("TZ_EVERY"))
CASES = [(kind, point) for kind in WORK for point in kind.points]


@pytest.mark.parametrize("kind, point", CASES, ids=[f"{kind.__name__}-{point}" for kind, point in CASES])
def test_killed_at(registry, kind, point):
    count = passages(registry, kind)[point]
    last = 1 if kind is Pull else count
    for i, nth in enumerate([last] if SANITIZE else sorted({1, min(2, count), count})):
        for k, finish in enumerate(FINISHES):
            if EVERY or (i + CASES.index((kind, point))) % len(FINISHES) == k:
                print(f"{point}:{nth} of {count}, {finish.__name__}")
                case(registry, kind, point, nth, finish)


@pytest.mark.parametrize("kind", WORK)
def test_every_point_is_among_them(registry, kind):
    assert set(passages(registry, kind)) == set(kind.points)
