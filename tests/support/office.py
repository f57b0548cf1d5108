# SPDX-License-Identifier: Apache-2.0
"""An office that submits: a profile of its own and its files, processes of it that may be killed, and what it then
believes beside what the registry holds. Records are projects with a title each; what a version says is its number
of projects, None for a withdrawal."""

import json
import signal
import sqlite3
import subprocess

from registry import CLI, REPORT, SLOW
from tzclient import Client, pb, record_pb2

HEADER = "报送单位,编号,报告期,名称,项目数,备注\n"
TAKEN = ("CREATED", "UPDATED", "WITHDRAWN", "UNCHANGED")
ACKNOWLEDGED = 3


class Office:
    """home: a folder for its profile and files. Its records are those of one unit in one period."""

    def __init__(self, registry, home, unit, period):
        self.registry, self.home, self.unit, self.period = registry, home, unit, period
        home.mkdir()

    @property
    def prefix(self):
        return f"{self.unit}/project/{self.period}/"

    def sheet(self, name, rows, keys=True, note=""):
        """A file of {title: number}; a title is also the row's 编号."""
        lines = "".join(f"{self.unit},{title if keys else ''},{self.period},{title},{number},{note}\n"
                        for title, number in rows.items())
        path = self.home / name
        path.write_text(HEADER + lines, "utf-8")
        return path

    # --- its processes ---

    def start(self, *args, fault=None):
        """taizhang in the background."""
        environment = self.registry.environment(HOME=str(self.home), **(fault or {}))
        return subprocess.Popen([CLI, *map(str, args), "--format", "json"], env=environment, cwd=self.home,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *args, fault=None):
        return Done(self.start(*args, fault=fault))

    def must(self, *args):
        """Runs what has to succeed at once."""
        done = self.run(*args)
        assert done.status == 0, f"{args}: {done.status}\n{done.lines}\n{done.errors}"
        return done

    # --- what is so ---

    def believes(self):
        """Its outbox: [(state, address, revision)]."""
        path = self.home / ".local/state/taizhang/default.db"
        if not path.exists() or path.stat().st_size == 0:
            return []
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = db.execute("SELECT state, address, revision FROM outbox WHERE address LIKE ?",
                              (self.prefix + "%",)).fetchall()
            seen = dict(db.execute("SELECT address, revision FROM seen"))
        db.close()
        for state, address, revision in rows:
            assert state != ACKNOWLEDGED or seen[address] == revision, address
        return rows

    def copied(self):
        """What its local copy has of its records: {title: number}."""
        lines = self.must("records", "--offline", "--committee", self.unit, "--period", self.period).lines
        return {line["fields"]["title"]: line["fields"]["quantity"]["value"] for line in lines if "fields" in line}

    @staticmethod
    def asked(client, states):
        """Their histories, a few at a time: a client that sends and does not read is cut."""
        for start in range(0, len(states), 16):
            some = states[start:start + 16]
            yield from zip(some, [client.send("history", pb.HistoryRequest(address=one.address)) for one in some])

    def holds(self, client):
        """What the registry holds of it: {title: (address, [number or None, by revision])}."""
        held = {}
        states = client.list(committee=self.unit, period=self.period, withdrawn=True)
        for state, number in self.asked(client, states):
            address = self.prefix + state.address.key
            revisions = [one for part in client.wait(number) for one in part.history.records]
            assert [one.revision for one in revisions] == list(range(1, len(revisions) + 1)), address
            assert len({one.ticket for one in revisions}) == len(revisions), address
            bodies = [None if one.withdrawn else record_pb2.Project.FromString(one.body) for one in revisions]
            title = bodies[0].title
            assert title not in held, f"{title} is there twice: {held[title][0]} and {address}"
            assert {body.title for body in bodies if body} == {title}, address
            held[title] = (address, [body and body.quantity.value for body in bodies])
        return held

    def position(self):
        with Client(self.registry.server) as client:
            return client.position()

    def assert_printed_is_held(self, *runs):
        """Everything that was said to be taken is in the registry."""
        with Client(self.registry.server) as client:
            revision = {address: len(versions) for address, versions in self.holds(client).values()}
        for line in [line for done in runs for line in done.lines]:
            if line.get("outcome") in TAKEN:
                assert revision.get(line["address"], 0) >= line["revision"], line

    def assert_all_known(self):
        """Nothing waits, and what the outbox knows is what the registry holds, all of it. That is given."""
        rows = self.believes()
        assert [row for row in rows if row[0] != ACKNOWLEDGED] == []
        with Client(self.registry.server) as client:
            held = self.holds(client)
        known = sorted((address, revision) for _, address, revision in rows)
        assert known == sorted((address, len(versions)) for address, versions in held.values())
        return {title: versions for title, (_, versions) in held.items()}


class Done:
    """A process that has ended: its status, -9 for killed, and what it printed up to then."""

    def __init__(self, process):
        out, errors = process.communicate(timeout=120 * SLOW)
        self.status = process.returncode
        self.errors = errors.decode("utf-8")
        self.lines = [json.loads(line) for line in whole_lines(out)]
        assert REPORT.search(self.errors) is None, self.errors
        assert self.status >= 0 or self.status == -signal.SIGKILL, f"{self.status}\n{self.errors}"

    @property
    def killed(self):
        return self.status < 0

    @property
    def outcomes(self):
        return [line["outcome"] for line in self.lines if "outcome" in line]


def whole_lines(out):
    """Without what a killed process was in the middle of."""
    return out.decode("utf-8", "replace").split("\n")[:-1]
