# SPDX-License-Identifier: Apache-2.0
"""The outbox carried by a stick: packed where there is no line, submitted where there is one, outcomes brought back."""

import json
import random
import signal
import subprocess

import pytest

import bodies
import bundles
import faults
import messages
from registry import CLI, SANITIZE
from relay import Relay
from tzclient import Client, outcome_name, pb, record

bundle_pb2 = messages.bundle()
HEADER = "报送单位,编号,报告期,名称,项目数\n"


def sheet(folder, keys, title="青春行动", unit="110101", name="project.csv"):
    path = folder / name
    path.write_text(HEADER + "".join(f"{unit},{key},2017,{title}{key},{n + 1}个\n" for n, key in enumerate(keys)))
    return path


class Place:
    """A machine: a home of its own. The office's cannot reach the registry; the carrier's can."""

    def __init__(self, registry, folder, line=True):
        self.registry, self.folder, self.line = registry, folder, line
        self.home = folder / "home"
        self.home.mkdir(parents=True)

    def cli(self, *args, line=None, **env):
        place = {"HOME": str(self.home), "XDG_STATE_HOME": str(self.home / "state"), **env}
        if not (self.line if line is None else line):
            self.registry.hide()
        try:
            return self.registry.cli(*args, env=place, cwd=self.folder)
        finally:
            self.registry.show()

    def run(self, *args, code=0, **options):
        done = self.cli(*args, **options)
        assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def waiting(self):
        return self.lines("outbox", "--format", "json")

    def lines(self, *args):
        return [json.loads(one) for one in self.run(*args).stdout.splitlines()]

    def files(self):
        return sorted(str(one.relative_to(self.home)) for one in self.home.rglob("*") if one.is_file())


@pytest.fixture
def world(registry, tmp_path):
    """An office without a line and a carrier with one, before the same registry."""
    socket = registry.data / "taizhangd.sock"
    hidden = registry.data / "hidden.sock"
    registry.hide = lambda: socket.rename(hidden)
    registry.show = lambda: hidden.rename(socket) if hidden.exists() else None

    class World:
        office = Place(registry, tmp_path / "office", line=False)
        carrier = Place(registry, tmp_path / "carrier")
        bundle = tmp_path / "stick" / "1101.tzb"
        outcomes = tmp_path / "stick" / "1101.tzb.outcomes"

        def neighbour(self):
            return Place(registry, tmp_path / "neighbour", line=False)

    World.bundle.parent.mkdir()
    World.registry = registry
    return World()


def pack(world, keys="AB", **options):
    world.office.run("submit", sheet(world.office.folder, keys, **options), "--wait", "0", code=3)
    return world.office.run("outbox", "--pack", world.bundle)


def held(registry, unit="110101"):
    with Client(registry.server) as client:
        return {one.address.key: one for one in client.list(committee=unit)}


def test_the_whole_way(world):
    told = pack(world)
    assert told.stdout == f"2 versions were packed into {world.bundle}.\n"
    assert "--unpack" in told.stderr
    assert world.bundle.stat().st_mode & 0o777 == 0o600
    waits = world.office.waiting()
    assert [one["state"] for one in waits] == ["QUEUED", "QUEUED"]
    assert all(f"packed into {world.bundle} on " in one["why"] for one in waits)
    refused = world.office.run("outbox", "drop", "110101/project/2017/A", code=1)
    assert "may be stored" in refused.stderr

    done = world.carrier.run("submit", world.bundle)
    assert "110101/project/2017/A created, revision 1" in done.stdout
    assert "created 2, updated 0" in done.stdout
    assert str(world.outcomes) in done.stderr
    assert world.outcomes.stat().st_mode & 0o777 == 0o600
    assert world.carrier.files() == []  # the machine in the middle keeps nothing
    assert sorted(held(world.registry)) == ["A", "B"]

    done = world.office.run("outbox", "--unpack", world.outcomes)
    assert "110101/project/2017/B created, revision 1" in done.stdout
    assert world.office.waiting() == []
    # And from here on as if it had been sent from here.
    done = world.office.run("submit", sheet(world.office.folder, "AB"), line=True)
    assert "unchanged 2" in done.stdout
    sheet(world.office.folder, "AB", title="新")
    assert "updated 2" in world.office.run("submit", world.office.folder / "project.csv", line=True).stdout


def test_what_is_in_it(world):
    pack(world)
    world.office.run("withdraw", "110101/project/2017/C", "--reason", "重复", "--base", "4", "--wait", "0", code=3)
    world.office.run("outbox", "--pack", world.bundle)
    data = world.bundle.read_bytes()
    header, versions = bundles.read(bundle_pb2, data)
    assert (header.format, header.content, header.registry_id) == (1, bundle_pb2.BUNDLE_VERSIONS, b"")
    assert (header.server, header.profile) == (world.registry.server, "default")
    assert len(header.bundle_id) == 16 and header.time_ms > 1_500_000_000_000
    assert [one.record.address.key for one in versions[:2]] == ["A", "B"]
    assert versions[2].withdraw.reason == "重复" and versions[2].withdraw.base_revision == 4
    assert len({one.record.ticket or one.withdraw.ticket for one in versions}) == 3
    assert not any(one.waits for one in versions)
    for secret in (b"project.csv", str(world.office.folder).encode(), b"home"):
        assert secret not in data

    world.carrier.run("submit", world.bundle, code=5)  # nobody ever submitted C
    header, outcomes = bundles.read(bundle_pb2, world.outcomes.read_bytes())
    assert header.content == bundle_pb2.BUNDLE_OUTCOMES
    with Client(world.registry.server) as client:
        assert header.registry_id == client.hello.registry_id and header.epoch == client.hello.epoch
    assert [outcome_name(one.outcome) for one in outcomes[:2]] == ["CREATED", "CREATED"]
    assert [one.ticket for one in outcomes] == [one.record.ticket or one.withdraw.ticket for one in versions]


def test_everything_may_be_done_twice(world):
    pack(world)
    world.carrier.run("submit", world.bundle)
    position = world.registry.json("status")["position"]
    done = world.carrier.run("submit", world.bundle)
    assert "unchanged 2" in done.stdout
    assert world.registry.json("status")["position"] == position
    world.office.run("outbox", "--unpack", world.outcomes)
    again = world.office.run("outbox", "--unpack", world.outcomes)
    assert "2 outcomes in it were known before" in again.stderr
    assert "created 0" in again.stdout
    done = world.office.run("outbox", "--pack", world.bundle)
    assert "Nothing waits" in done.stderr and done.stdout == ""


def test_a_line_that_comes_back_meanwhile(world):
    pack(world)
    world.carrier.run("submit", world.bundle)
    done = world.office.run("sync", line=True)
    assert world.office.waiting() == []
    assert {one.revision for one in held(world.registry).values()} == {1}
    done = world.office.run("outbox", "--unpack", world.outcomes)
    assert "2 outcomes in it were known before" in done.stderr
    # And the other way round: sent from here first.
    pack(world, keys="CD")
    world.office.run("sync", line=True)
    assert "unchanged 2" in world.carrier.run("submit", world.bundle).stdout
    assert {one.revision for one in held(world.registry).values()} == {1}


def test_edits_wait_behind_what_is_on_its_way(world):
    pack(world, keys="A")
    pack(world, keys="A", title="二")
    _, versions = bundles.read(bundle_pb2, world.bundle.read_bytes())
    assert [one.waits for one in versions] == [False, True]
    pack(world, keys="A", title="三")
    _, versions = bundles.read(bundle_pb2, world.bundle.read_bytes())
    assert [one.waits for one in versions] == [False, True, True]
    world.carrier.run("submit", world.bundle)
    assert held(world.registry)["A"].revision == 3
    world.carrier.run("submit", world.bundle)
    assert held(world.registry)["A"].revision == 3
    world.office.run("outbox", "--unpack", world.outcomes)
    assert world.office.waiting() == []
    pack(world, keys="A", title="四")
    world.carrier.run("submit", world.bundle)
    assert held(world.registry)["A"].revision == 4


def test_what_was_refused_or_is_in_conflict_comes_back(world):
    with Client(world.registry.server) as client:
        client.put(record("110101/project/2017/A", bodies.project(1)))
    path = sheet(world.office.folder, "AB")
    path.write_text(path.read_text() + "999999,C,2017,外,1个\n")
    world.office.run("submit", path, "--wait", "0", code=3)
    world.office.run("outbox", "--pack", world.bundle)
    done = world.carrier.run("submit", world.bundle, code=1)
    assert "conflicts 1, rejected 1" in done.stdout
    done = world.office.run("outbox", "--unpack", world.outcomes, code=1)
    assert "created 1, updated 0, unchanged 0, conflicts 1, rejected 1" in done.stdout
    assert "999999" in done.stdout
    assert len(world.office.waiting()) == 2
    again = world.office.cli("outbox", "--unpack", world.outcomes)
    assert again.returncode == 0 and len(world.office.waiting()) == 2


def test_withdrawals_are_carried(world):
    pack(world)
    world.carrier.run("submit", world.bundle)
    world.office.run("outbox", "--unpack", world.outcomes)
    world.office.run("withdraw", "110101/project/2017/A", "--reason", "重复", "--wait", "0", code=3)
    world.office.run("outbox", "--pack", world.bundle)
    done = world.carrier.run("submit", world.bundle)
    assert "110101/project/2017/A withdrawn, revision 2" in done.stdout
    assert sorted(held(world.registry)) == ["B"]
    assert "withdrawn 1" in world.office.run("outbox", "--unpack", world.outcomes).stdout


def test_it_is_known_by_its_content(world):
    pack(world)
    renamed = world.bundle.with_name("经费.csv")
    world.bundle.rename(renamed)
    done = world.carrier.run("submit", renamed, "--dry-run")
    assert "holds 2 versions, packed with the profile default" in done.stderr
    assert held(world.registry) == {} and list(renamed.parent.iterdir()) == [renamed]
    sheet(world.carrier.folder, "X")
    for wrong in (["submit", renamed, world.carrier.folder / "project.csv"],
                  ["submit", renamed, "--kind", "project"],
                  ["submit", renamed, "--confirm"],
                  ["submit", renamed, renamed, "--output", "x"],
                  ["submit", world.carrier.folder / "project.csv", "--output", "x"]):
        assert world.carrier.run(*wrong, code=2).stdout == ""
    assert held(world.registry) == {}
    world.carrier.run("submit", renamed, "--output", "back.tzo")
    world.office.run("outbox", "--unpack", world.carrier.folder / "back.tzo")
    assert world.office.waiting() == []


def test_spoiled_files_are_refused_before_anything_is_sent(world):
    pack(world)
    good = world.bundle.read_bytes()
    header, versions = bundles.read(bundle_pb2, good)
    newer = bundle_pb2.BundleHeader()
    newer.CopyFrom(header)
    newer.format = 2
    nameless = bundle_pb2.BundleVersion()
    nameless.CopyFrom(versions[0])
    nameless.record.address.key = "a/b"
    spoiled = {
        "cut": (good[:-1], 1, "cut off"),
        "cut in a record": (good[:len(good) // 2], 1, "cut off"),
        "only the magic": (good[:8], 1, "cut off"),
        "altered": (good.replace("青春".encode(), "青夏".encode(), 1), 1, "damaged"),
        "longer": (good + b"\n", 1, "damaged"),
        "count": (bundles.make(bundle_pb2, header, *versions, count=3), 1, "damaged"),
        "newer": (bundles.make(bundle_pb2, newer, *versions), 2, "newer version"),
        "bad address": (bundles.make(bundle_pb2, header, versions[0], nameless), 1, "damaged"),
        "huge frame": (good[:8] + b"\x7f\xff\xff\xff" + good[12:], 1, "damaged"),
    }
    for name, (data, code, words) in spoiled.items():
        world.bundle.write_bytes(data)
        done = world.carrier.run("submit", world.bundle, code=code)
        assert words in done.stderr, (name, done.stderr)
        assert not world.outcomes.exists()
    assert held(world.registry) == {}
    # As text: what a careless transfer makes of it is no bundle, and no spreadsheet either.
    world.bundle.write_bytes(good.replace(b"\r\n", b"\n"))
    assert world.carrier.cli("submit", world.bundle, "--kind", "project").returncode in (1, 2)
    assert held(world.registry) == {}
    done = world.office.run("outbox", "--unpack", world.bundle, code=2)
    assert "not a carry bundle" in done.stderr


def test_the_two_files_are_told_apart(world):
    pack(world)
    world.carrier.run("submit", world.bundle)
    assert "the wrong one" in world.carrier.run("submit", world.outcomes, code=2).stderr
    assert "the wrong one" in world.office.run("outbox", "--unpack", world.bundle, code=2).stderr
    missing = world.office.run("outbox", "--unpack", "/nonexistent/x", code=2)
    assert "/nonexistent/x" in missing.stderr


def test_only_for_the_registry_that_it_is_for(world, make_registry):
    other = make_registry(name="other")
    other.plant()
    pack(world)
    # Packed before the registry ever answered: anywhere. Its office then knows that one.
    world.carrier.run("submit", world.bundle)
    world.office.run("outbox", "--unpack", world.outcomes)
    pack(world, keys="CD")
    done = world.carrier.run("submit", world.bundle, "--server", other.server, code=1)
    assert "another registry" in done.stderr
    assert held(other) == {} and sorted(held(world.registry)) == ["A", "B"]

    # Outcomes of another registry than the office knows.
    header, versions = bundles.read(bundle_pb2, world.bundle.read_bytes())
    header.registry_id = b""
    world.bundle.write_bytes(bundles.make(bundle_pb2, header, *versions))
    world.carrier.run("submit", world.bundle, "--server", other.server)
    done = world.office.run("outbox", "--unpack", world.outcomes, code=1)
    assert "another registry" in done.stderr
    assert len(world.office.waiting()) == 2


def test_only_ones_own_outcomes(world):
    pack(world)
    world.carrier.run("submit", world.bundle)
    neighbour = world.neighbour()
    done = neighbour.run("outbox", "--unpack", world.outcomes, code=1)
    assert "did not pack" in done.stderr and "profile default" in done.stderr
    done = neighbour.run("outbox", "--unpack", world.outcomes, "--lang", "zh", code=1)
    assert "不是用这个档案打的" in done.stderr
    done = world.office.run("outbox", "--unpack", world.outcomes, "--profile", "second", code=1)
    assert "did not pack" in done.stderr
    world.office.run("outbox", "--unpack", world.outcomes)


def test_places_that_cannot_be_written(world):
    world.office.run("submit", sheet(world.office.folder, "AB"), "--wait", "0", code=3)
    precious = world.office.folder / "project.csv"
    before = precious.read_bytes()
    done = world.office.run("outbox", "--pack", precious, code=2)
    assert "left alone" in done.stderr and precious.read_bytes() == before
    assert world.office.run("outbox", "--pack", "/nonexistent/x", code=2).stdout == ""
    world.office.run("outbox", "--pack", world.bundle)
    world.outcomes.write_text("a year's work")
    done = world.carrier.run("submit", world.bundle, code=2)
    assert "left alone" in done.stderr
    assert held(world.registry) == {}  # found out before anything was sent
    world.carrier.run("submit", world.bundle, "--output", "/nonexistent/x", code=2)
    assert held(world.registry) == {}
    world.carrier.run("submit", world.bundle, "--output", world.carrier.folder / "out")
    assert world.outcomes.read_text() == "a year's work"


def test_without_a_line_nothing_happens(world):
    pack(world)
    done = world.carrier.run("submit", world.bundle, line=False, code=3)
    assert "Nothing was sent" in done.stderr
    assert not world.outcomes.exists() and world.carrier.files() == []
    assert [one.name for one in world.bundle.parent.iterdir()] == ["1101.tzb"]
    assert world.carrier.run("outbox", "--pack", world.carrier.folder / "x").stdout == ""


def test_cut_in_the_middle(world, tmp_path):
    keys = [f"K{n}" for n in range(1200)]
    pack(world, keys=keys)
    partial = 0
    for number, after in enumerate((200, 4000, 9000)):
        with Relay(tmp_path / f"s{number}", str(world.registry.data / "taizhangd.sock"), after, "cut") as relay:
            done = world.carrier.run("submit", world.bundle, "--server", relay.server, "--wait", "0", code=3)
        assert "nothing is stored twice" in done.stderr
        if world.outcomes.exists():
            _, outcomes = bundles.read(bundle_pb2, world.outcomes.read_bytes())
            partial = max(partial, len(outcomes))
    assert 0 < partial < len(keys)
    world.office.run("outbox", "--unpack", world.outcomes)  # what is known is known
    world.carrier.run("submit", world.bundle)
    world.office.run("outbox", "--unpack", world.outcomes)
    assert world.office.waiting() == []
    found = held(world.registry)
    assert len(found) == len(keys) and {one.revision for one in found.values()} == {1}


def test_killed_in_the_middle(world):
    keys = [f"K{n}" for n in range(600)]
    pack(world, keys=keys)
    chance = random.Random(7)
    environment = world.registry.environment(HOME=str(world.carrier.home))
    for _ in range(8):
        process = subprocess.Popen([CLI, "submit", world.bundle, "--quiet"], env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        process.stdout.read(chance.randrange(1, 30000))  # so far it came
        process.kill()
        process.communicate()
        assert process.returncode in (0, -signal.SIGKILL)
    world.carrier.run("submit", world.bundle)
    found = held(world.registry)
    assert len(found) == len(keys) and {one.revision for one in found.values()} == {1}
    world.office.run("outbox", "--unpack", world.outcomes)
    assert world.office.waiting() == []
    assert world.carrier.files() == []


def leftovers(world):
    """What a killed program may leave beside its files: temporary ones, which nobody takes for a bundle."""
    return [one for one in world.bundle.parent.iterdir() if one not in (world.bundle, world.outcomes)]


@faults.needed
@pytest.mark.parametrize("point", ["client.pack.marked", "client.pack.sealed"])
def test_packing_dies_at(world, point):
    with pytest.raises(AssertionError, match="ended by signal 9"):
        world.office.run("submit", sheet(world.office.folder, "AB"), "--wait", "0", code=3)
        world.office.cli("outbox", "--pack", world.bundle, **faults.at(point))
    assert not world.bundle.exists()
    assert len(world.office.waiting()) == 2
    # It might have been carried: an edit waits, and the next bundle has both.
    pack(world, keys="A", title="二")
    _, versions = bundles.read(bundle_pb2, world.bundle.read_bytes())
    assert [(one.record.address.key, one.waits) for one in versions] == [("A", False), ("B", False), ("A", True)]
    world.carrier.run("submit", world.bundle)
    world.office.run("outbox", "--unpack", world.outcomes)
    assert world.office.waiting() == []
    assert {key: one.revision for key, one in held(world.registry).items()} == {"A": 2, "B": 1}
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in leftovers(world))


@faults.needed
def test_submitting_dies_before_the_outcomes_are_there(world):
    pack(world)
    with pytest.raises(AssertionError, match="ended by signal 9"):
        world.carrier.cli("submit", world.bundle, **faults.at("client.answer.sealed"))
    assert not world.outcomes.exists()
    assert sorted(held(world.registry)) == ["A", "B"]
    assert "unchanged 2" in world.carrier.run("submit", world.bundle).stdout
    world.office.run("outbox", "--unpack", world.outcomes)
    assert world.office.waiting() == []


@faults.needed
def test_unpacking_dies_before_it_is_stored(world):
    pack(world)
    world.carrier.run("submit", world.bundle)
    with pytest.raises(AssertionError, match="ended by signal 9"):
        world.office.cli("outbox", "--unpack", world.outcomes, **faults.at("client.unpack.taken"))
    assert len(world.office.waiting()) == 2
    assert "created 2" in world.office.run("outbox", "--unpack", world.outcomes).stdout
    assert world.office.waiting() == []


@pytest.mark.skipif(bool(SANITIZE), reason="sanitizers take memory of their own")
def test_memory_is_bounded(world):
    pack(world, keys=[f"K{n}" for n in range(30000)], title="甲" * 60)
    environment = world.registry.environment(HOME=str(world.carrier.home))
    for place, command in ((world.office, ["outbox", "--pack", world.bundle]),
                           (world.carrier, ["submit", world.bundle, "--quiet"]),
                           (world.office, ["outbox", "--unpack", world.outcomes, "--quiet"])):
        environment |= {"HOME": str(place.home), "XDG_STATE_HOME": str(place.home / "state")}
        # A limit rather than a measurement: what wait4 tells of a child is at least what its parent had.
        done = subprocess.run(["sh", "-c", 'ulimit -d 32768 && exec "$0" "$@"', CLI, *map(str, command)],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        assert done.returncode == 0, (command, done.stderr)
    assert len(held(world.registry)) == 30000
