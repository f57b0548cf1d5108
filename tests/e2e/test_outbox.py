# SPDX-License-Identifier: Apache-2.0
"""The outbox: what is stored before it is sent, what waits, what is refused or in conflict, and what a restored
registry has lost."""

import csv
import io
import json
import resource
import shutil
import signal
import sqlite3
import subprocess

import pytest

import bodies
from registry import CLI, SLOW
from relay import Relay
from tzclient import record, wait_until

HEADER = "报送单位,编号,报告期,名称,项目数\n"
A = "320100/project/2017/A"


def sheet(registry, text, name="project.csv"):
    path = registry.folder / name
    path.write_text(HEADER + text, "utf-8")
    return path


def outcomes(lines):
    return [line["outcome"] for line in lines]


def versions(lines):
    """What sync says of versions: a home that has joined, as over TLS, has a copy too, of which the last line speaks."""
    return [line for line in lines if "copy" not in line]


def sync(registry, *args, **options):
    return versions(registry.lines("sync", *args, **options))


def rows(registry, *args, **options):
    return [(line["state"], line["address"].split("/")[3])
            for line in registry.lines("outbox", *args, **options)]


def number_of(registry, key):
    return next(line["id"] for line in registry.lines("outbox") if line["address"].endswith("/" + key))


@pytest.fixture
def offline(registry):
    """The registry is down; start() brings it back."""
    registry.stop()
    return registry


# --- without a line ---

def test_a_file_is_stored_to_its_end_without_a_line(offline):
    registry = offline
    path = sheet(registry, "".join(f"320100,K{n},2017,名,{n}\n" for n in range(1200)) + "320100,X,2017,,三百余\n")
    lines = registry.lines("submit", path, "--wait", "0", code=3)
    assert outcomes(lines) == ["QUEUED"] * 1200 + ["REJECTED"]
    assert [line["row"] for line in lines] == list(range(2, 1203))
    assert lines[0]["address"] == "320100/project/2017/K0"
    assert rows(registry) == [("QUEUED", f"K{n}") for n in range(1200)]
    registry.start()
    lines = sync(registry)
    assert outcomes(lines) == ["CREATED"] * 1200
    assert lines[5]["row"] == 7 and lines[5]["file"] == str(path)
    assert rows(registry) == []
    assert registry.client().total("project", "quantity")[0] == sum(range(1200))


def test_people_are_told_what_waits_and_what_to_do(offline):
    done = offline.cli("submit", sheet(offline, "320100,A,2017,名,1\n"), "--wait", "0", "--lang", "en")
    assert done.returncode == 3
    assert "row 2 320100/project/2017/A waits to be sent" in done.stdout
    assert "waiting to be sent 1" in done.stdout
    assert "1 row is stored here and waits to be sent. `taizhang sync` sends it." in done.stderr
    shown = offline.cli("outbox", "--lang", "en")
    assert shown.returncode == 0
    assert "waiting: 1, the oldest since" in shown.stdout
    assert "待发" in offline.cli("outbox", "--lang", "zh").stdout


def test_what_is_queued_twice_is_sent_once(offline):
    path = sheet(offline, "320100,A,2017,名,1\n320100,B,2017,名,2\n")
    for _ in range(3):
        assert outcomes(offline.lines("submit", path, "--wait", "0", code=3)) == ["QUEUED"] * 2
    sheet(offline, "320100,A,2017,名,7\n320100,B,2017,名,2\n")
    offline.lines("submit", path, "--wait", "0", code=3)
    assert sorted(rows(offline)) == [("QUEUED", "A"), ("QUEUED", "B")]
    offline.start()
    assert sorted(outcomes(sync(offline))) == ["CREATED", "CREATED"]
    client = offline.client()
    assert client.position() == offline.planted + 2
    assert client.total("project", "quantity")[0] == 9


def test_offline_edits_of_what_is_there_take_the_seen_revision(registry):
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    registry.stop()
    sheet(registry, "320100,A,2017,名,2\n")
    registry.lines("submit", path, "--wait", "0", code=3)
    registry.cli("withdraw", A, "--reason", "重复", "--wait", "0")
    assert [(line["state"], line["operation"]) for line in registry.lines("outbox")] == [("QUEUED", "WITHDRAW")]
    sheet(registry, "320100,A,2017,名,3\n")
    registry.lines("submit", path, "--wait", "0", code=3)
    registry.start()
    lines = sync(registry)
    assert [(line["outcome"], line["revision"]) for line in lines] == [("UPDATED", 2)]
    assert registry.client().total("project", "quantity")[0] == 3


def test_a_withdrawal_waits_and_is_sent(registry):
    registry.run("submit", sheet(registry, "320100,A,2017,名,1\n"))
    registry.stop()
    lines = registry.lines("withdraw", A, "--reason", "重复", "--wait", "0", code=3)
    assert outcomes(lines) == ["QUEUED"]
    registry.start()
    assert outcomes(sync(registry)) == ["WITHDRAWN"]
    client = registry.client()
    assert client.get(A).withdrawn and client.get(A).reason == "重复"
    assert outcomes(registry.lines("withdraw", A, "--reason", "重复")) == ["UNCHANGED"]


def test_an_address_that_never_answered_has_a_place_of_its_own(offline, make_registry):
    """What was queued for one registry never goes to another."""
    other = make_registry(name="other")
    other.plant()
    offline.lines("submit", sheet(offline, "320100,A,2017,名,1\n"), "--wait", "0", code=3)
    assert sync(offline, "--server", other.server) == []
    assert offline.lines("outbox", "--server", other.server) == []
    assert other.client().list() == []
    offline.start()
    assert outcomes(sync(offline)) == ["CREATED"]


def test_another_registry_at_the_same_address(make_registry, tmp_path):
    """Nothing of the old one goes there, and nobody is left to wonder where it is."""
    old, new = make_registry(name="old"), make_registry(name="new")
    old.plant()
    new.plant()
    link = tmp_path / "socket"
    at = ("--server", f"unix:{link}")
    link.symlink_to(old.data / "taizhangd.sock")
    old.run("submit", sheet(old, "320100,A,2017,名,1\n"), *at)
    link.unlink()
    old.lines("submit", sheet(old, "320100,B,2017,名,2\n320100,C,2017,名,3\n"), *at, "--wait", "0", code=3)
    link.symlink_to(new.data / "taizhangd.sock")
    done = old.cli("sync", *at, "--lang", "en")
    assert done.returncode == 0 and "2 versions are kept for the registry" in done.stderr
    assert "`taizhang outbox --all` lists them" in done.stderr
    assert new.client().list() == []
    assert rows(old, *at) == []
    stranded = [line for line in old.lines("outbox", "--all", *at)]
    assert [line["address"].split("/")[3] for line in stranded] == ["B", "C"]
    assert all(len(line["server"]) == 16 for line in stranded)
    # One is given up; the other goes out when the old one answers again, wherever.
    old.lines("outbox", "drop", stranded[0]["id"], *at)
    assert [line["address"].split("/")[3] for line in old.lines("outbox", "--all", *at)] == ["C"]
    assert outcomes(sync(old)) == ["CREATED"]
    assert old.lines("outbox", "--all", *at) == []


def test_what_is_kept_for_another_address_is_mentioned(offline):
    offline.lines("submit", sheet(offline, "320100,A,2017,名,1\n"), "--wait", "0", code=3)
    other = ("--server", "unix:/nonexistent/socket", "--lang", "en")
    done = offline.cli("outbox", *other)
    assert f"1 version is kept for the registry at {offline.address}" in done.stderr
    assert "kept for" not in offline.cli("outbox", *other, "--quiet").stderr
    assert "kept for" not in offline.cli("outbox", "--lang", "en").stderr
    lines = offline.lines("outbox", "list", "--all", *other[:2])
    assert [(line["server"], line["state"]) for line in lines] == [(offline.address, "QUEUED")]
    # Its number does not reach across: --server has to be named.
    assert offline.cli("outbox", "drop", lines[0]["id"], *other).returncode == 1
    assert offline.cli("outbox", "drop", lines[0]["id"]).returncode == 0


# --- rows that were refused only later ---

def test_rows_refused_later_come_back(offline):
    path = sheet(offline, "320100,A,2017,名,1\n999999,B,2017,\"名, \"\"一\"\"\",近200个\n999999,C,2017,名,3\n")
    offline.lines("submit", path, "--wait", "0", code=3)
    offline.start()
    assert outcomes(sync(offline, code=1)) == ["CREATED", "REJECTED", "REJECTED"]
    assert "--rejected" in offline.cli("outbox", "--lang", "en").stderr
    for name in ("back.csv", "back.xlsx"):
        back = offline.folder / name
        done = offline.cli("outbox", "--rejected", back, "--lang", "zh")
        assert done.returncode == 0 and "2 行" in done.stderr
        assert offline.cli("outbox", "--rejected", back).returncode == 6  # never written over
    text = (offline.folder / "back.csv").read_bytes().decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text)))
    assert [row["编号"] for row in read] == ["B", "C"]
    assert read[0]["名称"] == '名, "一"' and "第 3 行" in read[0]["退回原因"] and "999999" in read[0]["退回原因"]
    # As it stands it comes back; corrected it goes in, with nothing lost.
    assert outcomes(offline.lines("submit", offline.folder / "back.xlsx", "--kind", "project", code=1)) == \
        ["REJECTED"] * 2
    fixed = offline.folder / "fixed.csv"
    fixed.write_text(text.replace("999999,", "320100,"), "utf-8")
    assert outcomes(offline.lines("submit", fixed, "--kind", "project")) == ["CREATED"] * 2
    assert offline.client().total("project", "quantity")[:2] == (204, "nearly")
    for line in offline.lines("outbox"):
        offline.run("outbox", "drop", line["id"])
    assert offline.lines("outbox", "--rejected", offline.folder / "none.csv") == [{"rejected": 0, "file": ""}]
    assert not (offline.folder / "none.csv").exists()


@pytest.mark.parametrize("arguments", [("--rejected", "x.txt"), ("--rejected", "x.csv", "more"),
                                       ("--rejected", "x.csv", "--kind", "nothing"), ("--rejected",)])
def test_rejected_rows_and_wrong_words(registry, arguments):
    assert registry.cli("outbox", *arguments).returncode == 2


def test_a_registry_that_moves_to_another_address_keeps_its_outbox(registry):
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    gone = Relay(registry.folder / "relay", registry.data / "taizhangd.sock", None, "cut")
    with gone as relay:
        sync(registry, "--server", relay.server)
    sheet(registry, "320100,A,2017,名,2\n")
    lines = registry.lines("submit", path, "--wait", "0", "--server", gone.server, code=3)
    assert outcomes(lines) == ["QUEUED"]
    # And one that was only ever named joins it once it has answered.
    sheet(registry, "320100,B,2017,名,3\n")
    new = f"unix:{registry.folder / 'new'}"
    registry.lines("submit", path, "--wait", "0", "--server", new, code=3)
    assert rows(registry, "--server", new) == [("QUEUED", "B")]
    assert rows(registry) == [("QUEUED", "A")]
    with Relay(registry.folder / "new", registry.data / "taizhangd.sock", None, "cut"):
        lines = sync(registry, "--server", new)
    assert sorted((line["outcome"], line["revision"]) for line in lines) == [("CREATED", 1), ("UPDATED", 2)]
    assert rows(registry) == rows(registry, "--server", new) == []


# --- a line that comes and goes ---

def test_a_broken_upload_goes_on_where_it_was(registry, client):
    path = sheet(registry, "".join(f"320100,K{n:05},2017,名,{n}\n" for n in range(6000)))
    with Relay(registry.folder / "relay", registry.data / "taizhangd.sock", 30_000, "cut") as relay:
        lines = registry.lines("submit", path, "--server", relay.server, "--wait", "0", code=3)
    assert [line["row"] for line in lines] == list(range(2, 6002))
    assert set(outcomes(lines)) == {"CREATED", "QUEUED"}
    left = outcomes(lines).count("QUEUED")
    states = [state for state, _ in rows(registry, "--server", relay.server)]
    assert len(states) == left and set(states) <= {"QUEUED", "SENT"}
    more = sync(registry)
    assert len(more) == left and set(outcomes(more)) <= {"CREATED", "UNCHANGED"}
    assert client.position() == registry.planted + 6000


def test_sync_waits_for_a_registry_that_comes_back(offline):
    offline.lines("submit", sheet(offline, "320100,A,2017,名,1\n"), "--wait", "0", code=3)
    process = subprocess.Popen([CLI, "sync", "--wait", "60", "--format", "json"], env=offline.environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    offline.start()
    out, _ = process.communicate(timeout=60 * SLOW)
    assert process.returncode == 0
    assert outcomes(versions(map(json.loads, out.splitlines()))) == ["CREATED"]


def test_a_registry_whose_disk_is_full_is_tried_again(registry, client):
    """READ_ONLY passes by itself: within --wait it is tried again, and nothing is stored twice."""
    client.put(record("320100/project/2017/LAST", bodies.project(1)))
    size = (registry.data / "registry.db-wal").stat().st_size
    _, hard = resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE, (size, hard))
    path = sheet(registry, "".join(f"320100,K{n},2017,名,{n}\n" for n in range(1200)))
    done = registry.cli("submit", path, "--wait", "0", "--lang", "en")
    assert done.returncode == 3 and "1200 rows are stored here" in done.stderr, done.stderr
    process = subprocess.Popen([CLI, "sync", "--wait", "60", "--quiet"], env=registry.environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    wait_until(lambda: client.status().read_only, "a full disk")
    resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    assert process.wait(60 * SLOW) == 0
    assert client.status().records == 1201
    assert client.position() == registry.planted + 1201
    assert rows(registry) == []


def test_an_edit_in_limbo_waits_and_takes_the_resolved_revision(registry, client):
    """The first version arrived, its answer did not; the second was made meanwhile."""
    path = sheet(registry, "320100,A,2017,名,1\n")
    with Relay(registry.folder / "relay", registry.data / "taizhangd.sock", 300, "freeze") as relay:
        # Hello passes, and nothing after it.
        hello = registry.cli("sync", "--server", relay.server, "--wait", "0")
        assert hello.returncode in (0, 3)
        registry.cli("submit", path, "--server", relay.server, "--wait", "0")
    wait_until(lambda: client.position() >= registry.planted, "the registry")
    sheet(registry, "320100,A,2017,名,2\n")
    registry.stop()
    registry.lines("submit", path, "--wait", "0", code=3)
    registry.start()
    lines = sync(registry)
    assert outcomes(lines)[-1] in ("CREATED", "UPDATED")
    assert registry.client().total("project", "quantity") == (2, "exact", 1, 0)
    assert rows(registry) == []


# --- refused ---

def test_a_refused_row_stays_until_it_is_corrected(registry, client):
    path = sheet(registry, "320100,A,2017,名,1\n999999,B,2017,名,1\n")
    assert outcomes(registry.lines("submit", path, code=1)) == ["CREATED", "REJECTED"]
    (kept,) = registry.lines("outbox")
    assert (kept["state"], kept["errors"], kept["row"]) == ("REFUSED", "UNKNOWN_COMMITTEE:committee", 3)
    assert kept["why"]
    assert sync(registry) == []
    shown = registry.json("outbox", "show", kept["id"])
    assert shown["errors"][0]["code"] == "UNKNOWN_COMMITTEE"
    assert shown["mine"]["fields"]["title"] == "名"
    client.import_committees(("999999", "新的", 2, "000000"))
    registry.run("outbox", "retry", "--all")
    assert outcomes(sync(registry)) == ["CREATED"]
    assert registry.lines("outbox") == []


def test_a_corrected_row_takes_the_place_of_the_refused_one(registry):
    text = "报送单位,编号,报告期,金额\n320100,A,2017,1元\n"
    path = registry.folder / "funding.csv"
    path.write_text(text, "utf-8")
    assert outcomes(registry.lines("submit", path, code=1)) == ["REJECTED"]
    assert outcomes(registry.lines("submit", path, code=1)) == ["REJECTED"]
    assert len(registry.lines("outbox")) == 1
    assert outcomes(registry.lines("submit", path, "--confirm")) == ["CREATED"]
    assert registry.lines("outbox") == []


def test_dropping(registry):
    path = sheet(registry, "999999,B,2017,名,1\n999999,C,2017,名,1\n320100,A,2017,名,1\n")
    registry.lines("submit", path, code=1)
    first = number_of(registry, "B")
    registry.run("outbox", "drop", first, "999999/project/2017/C")
    assert registry.lines("outbox") == []
    done = registry.cli("outbox", "drop", first)
    assert done.returncode == 1 and str(first) in done.stderr
    done = registry.cli("outbox", "drop", A, "--lang", "en")  # it is stored
    assert done.returncode == 1 and "withdraw" in done.stderr


def test_dropping_is_all_or_nothing(offline):
    offline.lines("submit", sheet(offline, "320100,A,2017,名,1\n"), "--wait", "0", code=3)
    assert offline.cli("outbox", "drop", A, "4711").returncode == 1
    assert rows(offline) == [("QUEUED", "A")]


@pytest.mark.parametrize("part, operands, code", [
    ("show", [], 2), ("show", ["1", "2"], 2), ("show", ["x"], 2), ("show", ["a/b"], 2), ("show", [""], 2),
    ("show", ["0"], 1), ("show", ["99"], 1), ("show", ["99999999999999999999999999"], 1),
    ("show", ["320100/project/2017/NONE"], 1), ("show", ["--nonsense"], 2),
    ("retry", [], 2), ("retry", ["-1"], 2), ("retry", ["77"], 1), ("retry", ["77", "--all"], 2),
    ("drop", [], 2), ("drop", ["x y"], 2), ("drop", ["--force"], 2),
    ("resolve", ["1"], 2), ("resolve", ["--mine"], 2), ("resolve", ["1", "--mine", "--theirs"], 2),
    ("resolve", ["1", "--mine"], 1), ("nonsense", [], 2),
])
def test_wrong_numbers_and_words(registry, part, operands, code):
    done = registry.cli("outbox", part, *operands)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stderr


# --- conflicts ---

@pytest.fixture
def conflict(registry, client):
    """Mine changed the count, theirs the count and the note."""
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    client.put(record(A, bodies.project(9, title="名", stage=2), base=1))
    sheet(registry, "320100,A,2017,名,2\n")
    assert outcomes(registry.lines("submit", path, code=5)) == ["CONFLICT"]
    return registry


def test_a_conflict_is_shown_field_by_field(conflict):
    shown = conflict.json("outbox", "show", A)
    assert shown["state"] == "CONFLICT" and shown["revision"] == 2 and shown["known"]
    assert shown["mine"]["fields"]["quantity"]["value"] == 2
    assert shown["theirs"]["fields"]["quantity"]["value"] == 9
    assert shown["common"]["fields"]["quantity"]["value"] == 1
    table = list(csv.DictReader(io.StringIO(conflict.run("outbox", "show", A, "--format", "csv"))))
    found = {row["field"]: row["changed"] for row in table}
    assert found["quantity"] == "both" and found["stage"] == "theirs" and found["title"] == ""
    people = conflict.run("outbox", "show", A, "--lang", "en")
    assert "resolve" in conflict.cli("outbox", "show", A, "--lang", "en").stderr
    assert "both" in people and "theirs" in people


def test_what_was_shown_is_shown_without_a_line_too(conflict):
    first = conflict.json("outbox", "show", A)
    conflict.stop()
    assert conflict.json("outbox", "show", A) == first
    conflict.start()


def test_a_conflict_never_seen_cannot_be_shown_nor_resolved_without_a_line(conflict):
    conflict.stop()
    shown = conflict.json("outbox", "show", A)
    assert not shown["known"] and shown["theirs"] is None
    done = conflict.cli("outbox", "resolve", A, "--mine", "--lang", "en")
    assert done.returncode == 5 and "outbox show" in done.stderr
    conflict.start()


def test_mine(conflict, client):
    assert conflict.cli("outbox", "resolve", A, "--mine").returncode == 5  # look first
    conflict.run("outbox", "show", A)
    conflict.run("outbox", "resolve", A, "--mine")
    lines = sync(conflict)
    assert [(line["outcome"], line["revision"]) for line in lines] == [("UPDATED", 3)]
    assert client.total("project", "quantity")[0] == 2
    assert conflict.lines("outbox") == []


def test_theirs(conflict, client):
    conflict.run("outbox", "show", number_of(conflict, "A"))
    conflict.run("outbox", "resolve", number_of(conflict, "A"), "--theirs")
    assert conflict.lines("outbox") == [] and sync(conflict) == []
    assert client.total("project", "quantity")[0] == 9
    # And it counts as seen.
    lines = conflict.lines("submit", sheet(conflict, "320100,A,2017,名,4\n"))
    assert [(line["outcome"], line["revision"]) for line in lines] == [("UPDATED", 3)]


def test_a_mixture(conflict, client):
    conflict.run("outbox", "show", A)
    assert conflict.cli("outbox", "resolve", A, "--set", "quantity=三百余").returncode == 1
    assert conflict.cli("outbox", "resolve", A, "--set", "nonsense=1").returncode == 2
    assert conflict.cli("outbox", "resolve", A, "--set", "quantity").returncode == 2
    assert conflict.cli("outbox", "resolve", A, "--set", "key=B").returncode == 2
    assert conflict.cli("outbox", "resolve", A, "--set", "title=").returncode == 1
    assert rows(conflict) == [("CONFLICT", "A")]
    conflict.run("outbox", "resolve", A, "--set", "项目数=30余个", "--set", "note=一起定的")
    assert outcomes(sync(conflict)) == ["UPDATED"]
    kept = bodies.rec.Project.FromString(client.get(A).body)
    assert (kept.quantity.value, kept.envelope.note, kept.stage) == (30, "一起定的", 0)


def test_a_mixture_of_theirs(conflict, client):
    conflict.run("outbox", "show", A)
    conflict.run("outbox", "resolve", A, "--theirs", "--set", "quantity=5", "--set", "stage=")
    assert outcomes(sync(conflict)) == ["UPDATED"]
    kept = bodies.rec.Project.FromString(client.get(A).body)
    assert (kept.quantity.value, kept.stage) == (5, 0)


def test_only_what_was_shown_counts_as_seen(conflict, client):
    conflict.run("outbox", "show", A)
    client.put(record(A, bodies.project(10), base=2))  # after they looked
    conflict.run("outbox", "resolve", A, "--mine")
    lines = sync(conflict, code=5)
    assert [(line["outcome"], line["revision"]) for line in lines] == [("CONFLICT", 3)]
    assert client.total("project", "quantity")[0] == 10
    assert conflict.cli("outbox", "resolve", A, "--mine").returncode == 5  # look again
    conflict.run("outbox", "show", A)
    conflict.run("outbox", "resolve", A, "--mine")
    assert outcomes(sync(conflict)) == ["UPDATED"]


def test_a_conflict_with_a_withdrawal(registry, client):
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    client.withdraw(A, base=1, reason="不要")
    sheet(registry, "320100,A,2017,名,2\n")
    registry.lines("submit", path, code=5)
    shown = registry.json("outbox", "show", A)
    assert shown["theirs"]["withdrawn"] and "fields" not in shown["theirs"]
    assert registry.cli("outbox", "show", A, "--lang", "zh").returncode == 0
    assert registry.cli("outbox", "resolve", A, "--theirs", "--set", "quantity=1").returncode == 1
    registry.run("outbox", "resolve", A, "--mine")
    assert outcomes(sync(registry)) == ["UPDATED"]
    assert client.total("project", "quantity")[0] == 2


def test_my_withdrawal_in_conflict(conflict, client):
    conflict.run("outbox", "drop", A)
    assert outcomes(conflict.lines("withdraw", A, "--reason", "重复", code=5)) == ["CONFLICT"]
    shown = conflict.json("outbox", "show", A)
    assert shown["operation"] == "WITHDRAW" and shown["mine"]["withdrawn"]
    assert conflict.cli("outbox", "show", A).returncode == 0
    conflict.run("outbox", "resolve", A, "--mine")
    assert outcomes(sync(conflict)) == ["WITHDRAWN"]


# --- several processes ---

def test_two_processes_with_one_profile(registry, client):
    """Each reports every one of its rows, and none is stored twice."""
    both = "".join(f"320100,K{n:05},2017,名,{n}\n" for n in range(4000))
    paths = [sheet(registry, both, "project.csv"), sheet(registry, both, "2017project.csv"),
             sheet(registry, "".join(f"320200,L{n:05},2017,名,{n}\n" for n in range(4000)), "项目.csv")]
    running = []
    for n, path in enumerate(paths):
        with open(registry.folder / f"out{n}", "wb") as out:
            running.append(subprocess.Popen([CLI, "submit", path, "--format", "json", *registry.why],
                                            env=registry.environment(), stdout=out, stdin=subprocess.DEVNULL))
    assert [process.wait(120 * SLOW) for process in running] == [0, 0, 0]
    for n in range(3):
        lines = [json.loads(line) for line in (registry.folder / f"out{n}").read_text().splitlines()]
        assert [line["row"] for line in lines] == list(range(2, 4002))
        assert set(outcomes(lines)) <= {"CREATED", "UNCHANGED"}
    assert client.position() == registry.planted + 8000
    assert rows(registry) == []


def test_the_lock_of_a_killed_process_is_gone(registry, client):
    path = sheet(registry, "".join(f"320100,K{n:05},2017,名,{n}\n" for n in range(20_000)))
    process = subprocess.Popen([CLI, "submit", path, "--format", "json", *registry.why],
                               env=registry.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL)
    wait_until(lambda: client.position() > registry.planted, "the first rows")
    process.send_signal(signal.SIGKILL)
    process.wait()
    registry.run("sync", "--quiet")
    again = outcomes(registry.lines("submit", path))
    assert set(again) <= {"CREATED", "UNCHANGED"} and len(again) == 20_000
    assert client.position() == registry.planted + 20_000


# --- a restored registry ---

def back_up(registry):
    registry.stop()
    folder = registry.folder / "backup"
    shutil.copytree(registry.data, folder, ignore=shutil.ignore_patterns("*.sock"))
    registry.start()
    return folder


def restore(registry, folder):
    """As an operator will: the files of the backup, and the next epoch."""
    if registry.process is not None:
        registry.stop()
    shutil.rmtree(registry.data)
    shutil.copytree(folder, registry.data)
    with sqlite3.connect(registry.data / "registry.db") as db:
        db.execute("UPDATE sequencer SET epoch = epoch + 1")
    db.close()
    registry.start()


def test_what_a_restored_registry_lost_is_offered_again(registry):
    path = sheet(registry, "320100,A,2017,名,1\n320100,B,2017,名,2\n320100,W,2017,名,2\n")
    registry.run("submit", path)
    kept = back_up(registry)
    sheet(registry, "320100,A,2017,名,3\n320100,C,2017,名,4\n")  # an edit and a new one are lost
    registry.run("submit", path)
    registry.run("withdraw", "320100/project/2017/W", "--reason", "重复")
    restore(registry, kept)
    done = registry.cli("sync", "--format", "json", "--lang", "en")
    assert done.returncode == 0, done.stderr
    lines = versions(map(json.loads, done.stdout.splitlines()))
    assert sorted((line["outcome"], line["address"][-1], line["revision"]) for line in lines) == [
        ("CREATED", "C", 1), ("UPDATED", "A", 2), ("WITHDRAWN", "W", 2)]
    assert "3 versions that it lost" in done.stderr
    assert registry.client().total("project", "quantity")[0] == 3 + 2 + 4
    position = registry.client().position()
    assert sync(registry) == []
    assert registry.client().position() == position


def test_a_record_lost_with_its_withdrawal_is_nothing_to_withdraw(registry):
    kept = back_up(registry)
    path = sheet(registry, "320100,D,2017,名,1\n320100,E,2017,名,1\n")
    registry.run("submit", path)
    for key in "DE":
        registry.run("withdraw", f"320100/project/2017/{key}", "--reason", "重复")
    registry.stop()
    sheet(registry, "320100,E,2017,名,2\n")  # and one is to come back
    registry.lines("submit", path, "--wait", "0", code=3)
    restore(registry, kept)
    assert [(line["outcome"], line["address"][-1], line["revision"]) for line in sync(registry)] == [
        ("CREATED", "E", 1)]
    assert rows(registry) == []
    assert outcomes(registry.lines("submit", sheet(registry, "320100,D,2017,名,3\n"))) == ["CREATED"]


def test_several_lost_revisions_go_back_as_the_last_one(registry):
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    kept = back_up(registry)
    for n in (2, 3, 4):
        sheet(registry, f"320100,A,2017,名,{n}\n")
        registry.run("submit", path)
    restore(registry, kept)
    lines = sync(registry)
    assert [(line["outcome"], line["revision"]) for line in lines] == [("UPDATED", 2)]
    assert registry.client().total("project", "quantity")[0] == 4


def test_what_was_written_since_the_restore_is_a_conflict(registry):
    path = sheet(registry, "320100,A,2017,名,1\n320100,B,2017,名,1\n")
    registry.run("submit", path)
    kept = back_up(registry)
    for n in (2, 3):
        sheet(registry, f"320100,A,2017,名,{n}\n320100,B,2017,名,1\n")
        registry.run("submit", path)
    restore(registry, kept)
    registry.client().put(record(A, bodies.project(50), base=1))
    lines = sync(registry, code=5)
    assert [(line["outcome"], line["address"], line["revision"]) for line in lines] == [("CONFLICT", A, 2)]
    shown = registry.json("outbox", "show", A)
    assert shown["theirs"]["fields"]["quantity"]["value"] == 50
    registry.run("outbox", "resolve", A, "--mine")
    assert outcomes(sync(registry)) == ["UPDATED"]
    assert registry.client().total("project", "quantity")[0] == 3 + 1


def test_another_versions_ticket_at_the_same_revision_is_a_conflict(registry):
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    kept = back_up(registry)
    sheet(registry, "320100,A,2017,名,2\n")
    registry.run("submit", path)
    restore(registry, kept)
    registry.client().put(record(A, bodies.project(50), base=1))
    lines = sync(registry, code=5)
    assert [(line["outcome"], line["revision"]) for line in lines] == [("CONFLICT", 2)]
    assert registry.client().total("project", "quantity")[0] == 50


def test_what_others_stored_and_was_unchanged_is_offered_again_too(registry):
    """Mine was the same as theirs, so that it never had an entry of its own."""
    (registry.folder / "other").mkdir()
    second = {"HOME": str(registry.folder / "other")}
    registry.run("ping", env=second)
    kept = back_up(registry)
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    assert outcomes(registry.lines("submit", path, env=second)) == ["UNCHANGED"]
    registry.stop()
    registry.start()
    assert sync(registry, env=second) == []
    restore(registry, kept)
    assert outcomes(sync(registry, env=second)) == ["CREATED"]
    assert sync(registry) == []  # mine is noted as held: the same thing is there
    assert registry.lines("outbox") == []


def test_submit_after_a_restore(registry):
    path = sheet(registry, "320100,A,2017,名,1\n")
    registry.run("submit", path)
    kept = back_up(registry)
    sheet(registry, "320100,A,2017,名,2\n")
    registry.run("submit", path)
    restore(registry, kept)
    lines = registry.lines("submit", path)
    assert [(line["outcome"], line["revision"]) for line in lines] in ([("UPDATED", 2)], [("UNCHANGED", 2)])
    assert registry.client().total("project", "quantity")[0] == 2


# --- in every form ---

@pytest.mark.parametrize("command", [["outbox"], ["outbox", "list"], ["outbox", "show", A], ["sync"]])
@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_format_and_language(conflict, command, form, lang):
    done = conflict.cli(*command, "--format", form, "--lang", lang)
    assert done.returncode == 0, done.stderr
    if form == "json":
        for line in done.stdout.splitlines():
            json.loads(line)
    if form == "csv" and done.stdout:
        assert len({len(row) for row in csv.reader(io.StringIO(done.stdout)) if row}) == 1
