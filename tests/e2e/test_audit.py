# SPDX-License-Identifier: Apache-2.0
"""The access log: who did what, from where and when, for every change, every refusal and every export of private
fields. It cannot be switched off, changed, or filled up from outside."""

import csv
import hashlib
import io
import json
import resource
import signal
import subprocess
import zipfile

import pytest

import bodies
import faults
from registry import DAEMON, SLOW, times
from tzclient import Closed, DeviceKey, Refused, code_name, outcome_name, pb, record, record_pb2, wait_until

SECRETS = ("王芳芳", "SW20170088", "13911112222")


def a_worker(place, base=0, people=1):
    private = record_pb2.WorkerPrivate(name=SECRETS[0], cert_no=SECRETS[1], contact=SECRETS[2])
    return record(place, bodies.worker(people), base=base, private=private.SerializeToString())


@pytest.fixture
def owner(registry):
    return registry.client(registry.server)


def files(registry):
    return sorted((registry.data / "access").iterdir())


def log_lines(registry):
    """Every line of the log, read by hand, after its chain was verified by hand."""
    before, number, made = "0" * 64, 0, []
    for path in files(registry):
        assert path.name == f"access-{number + 1:020}.log"
        for line in path.read_bytes().splitlines():
            event = json.loads(line)
            number += 1
            assert (event["number"], event["before"]) == (number, before)
            before = hashlib.sha256(line).hexdigest()
            made.append(event)
    return made


def events(owner, **filters):
    return list(owner.audit(**filters))


# --- what is on record ---


def test_every_change_is_on_record(registry, owner):
    county = registry.enrol("320102", "submit", "manage")
    client = registry.client(registry.server, key=county)
    client.put(record("320102/project/2017/1", bodies.project(5)), record("320102/project/2017/2", bodies.project(6)))
    position = client.position()
    client.submit(record("320102/project/2017/2", bodies.project(6), base=1))  # changes nothing
    client.withdraw("320102/project/2017/1", 1, "twice")
    owner.put_reporting_set("all", ["320102"])
    changed = [e for e in events(owner, event="changed") if e.request in ("submit", "withdraw", "reporting_set_put")]
    assert [(e.request, e.principal, e.committee, e.object, e.count) for e in changed] == [
        ("submit", county.id, "320102", "320102/project/2017/1", 2),
        ("withdraw", county.id, "320102", "320102/project/2017/1", 1),
        ("reporting_set_put", "socket", "", "all", 1)]
    assert changed[0].position == position
    assert all(e.peer.startswith("unix uid=") and e.time_ms for e in changed)
    [enrolled] = [e for e in events(owner, event="changed") if e.request == "proof"]
    assert (enrolled.principal, enrolled.object) == (county.id, county.id)


def test_every_refusal_is_on_record(registry, owner):
    county = registry.enrol("320102", "submit")
    client = registry.client(registry.server, key=county)
    mine, other = (record(f"{code}/project/2017/K", bodies.project(5)) for code in ("320102", "320104"))
    assert [outcome_name(outcome) for outcome in client.submit(mine, other)] == ["CREATED", "REJECTED"]
    with pytest.raises(Refused):
        client.list(committee="320104")
    with pytest.raises(Refused):
        list(client.audit())
    with pytest.raises(Closed):
        registry.client(registry.server, key=DeviceKey())
    refused = [(e.request, e.principal, e.object, code_name(e.code)) for e in events(owner, event="refused")]
    assert ("submit", county.id, "320104/project/2017/K", "NOT_ALLOWED") in refused
    assert ("list", county.id, "320104", "NOT_ALLOWED") in refused
    assert ("audit", county.id, "", "NOT_ALLOWED") in refused  # of the registry as a whole
    assert [code for request, _, _, code in refused if request == "proof"] == ["KEY_UNKNOWN"]
    [changed] = [e for e in events(owner, event="changed") if e.request == "submit"]
    assert changed.count == 1


def test_every_export_of_private_fields_is_on_record(registry, owner):
    county = registry.enrol("320102", "submit")
    above = registry.client(registry.server, key=registry.enrol("320100", "query"))
    client = registry.client(registry.server, key=county)
    client.put(a_worker("320102/worker/2017/1"), a_worker("320102/worker/2017/2"),
               record("320102/project/2017/1", bodies.project(1)))
    assert above.get("320102/worker/2017/1").private
    above.get("320102/project/2017/1")  # has none
    assert len(above.history("320102/worker/2017/2")) == 1
    above.list(committee="320102")  # without
    assert sum(bool(one.private) for one in above.list(committee="320102", private=True)) == 2
    seen = [(e.request, e.principal, e.committee, e.object, e.count) for e in events(owner, event="private")]
    who = above.hello.principal
    assert seen == [("get", who, "320100", "320102/worker/2017/1", 1),
                    ("history", who, "320100", "320102/worker/2017/2", 1),
                    ("list", who, "320100", "320102", 2)]


def test_repeated_exports_are_counted(make_registry):
    """A key at its rate limit cannot fill the disk, and nothing is missing from the count."""
    registry = make_registry(tcp=True, name="counted")
    registry.plant()
    county = registry.client(registry.server, key=registry.enrol("320102", "submit"))
    county.put(*[a_worker(f"320102/worker/2017/{i}") for i in range(40)])
    for _ in range(5):
        for i in range(40):
            assert county.get(f"320102/worker/2017/{i}").private
    owner = registry.client(registry.server)
    seen = list(owner.audit(event="private"))
    assert 16 <= len(seen) <= 20
    assert seen[0].object == "320102/worker/2017/0"
    county.close()
    owner.close()
    registry.stop()
    registry.start()
    seen = list(registry.client(registry.server).audit(event="private"))
    assert len(seen) <= 20
    assert sum(e.count for e in seen) == 200
    assert (seen[-1].object, seen[-1].reason) == ("320102", "repeated")


def test_sessions_are_on_record(registry, owner):
    county = registry.enrol("320102", "submit")
    registry.client(registry.server, key=county)
    [session] = [e for e in events(owner, event="session", principal=county.id)]
    assert (session.committee, session.count) == ("320102", 1)


def test_persons_are_on_record_beside_their_gateway(registry, owner):
    gateway = registry.enrol("320100", "act_for")
    owner.put_key("person:li", roles=["submit"], set_roles=True, committee="320102", name="李")
    client = registry.client(registry.server, key=gateway, act_for="person:li")
    client.put(record("320102/project/2017/1", bodies.project(5)))
    [changed] = events(owner, event="changed", principal="person:li")
    assert (changed.principal, changed.person, changed.committee) == (gateway.id, "person:li", "320102")


def test_nothing_private_is_in_it(registry, owner):
    """Not the bytes of records, nor what was wrong with them."""
    client = registry.client(registry.server, key=registry.enrol("320102", "submit", "manage"))
    client.put(a_worker("320102/worker/2017/1"))
    client.submit(record("320102/project/2017/9", bodies.project(1, title="标题不该出现" * 400)))
    client.get("320102/worker/2017/1")
    client.erase("320102/worker/2017/1", "asked for it")
    owner.ping()
    registry.stop()
    kept = b"".join(path.read_bytes() for path in files(registry)) + registry.log().encode()
    for secret in (*SECRETS, "标题不该出现"):
        assert secret.encode() not in kept


# --- how it is kept ---


def test_the_chain_goes_on_across_restarts_and_files(make_registry):
    registry = make_registry("--access-log-bytes", "64K", name="small")
    registry.plant()
    for run in range(3):
        client = registry.client()
        for i in range(times(100)):
            client.put(record(f"320102/project/2017/{run}-{i}", bodies.project(i)))
        registry.stop()
        registry.start()
    registry.stop()
    made = log_lines(registry)
    assert [e["event"] for e in made].count("started") == 4
    assert sum(e["event"] == "changed" for e in made) >= 3 * times(100)
    assert len(files(registry)) > 1 or SLOW > 1
    done = registry.check()
    assert done.returncode == 0 and "the chain holds" in done.stdout


def test_what_a_reply_acknowledged_is_in_the_log_when_it_is_killed(registry):
    client = registry.client()
    for i in range(20):
        client.put(record(f"320102/project/2017/{i}", bodies.project(i)))
    registry.kill()
    assert [e["object"] for e in log_lines(registry) if e["request"] == "submit"] == \
        [f"320102/project/2017/{i}" for i in range(20)]
    registry.start()


def test_a_torn_line_is_kept_and_marked(registry):
    registry.client().put(record("320102/project/2017/1", bodies.project(1)))
    registry.kill()
    path = files(registry)[-1]
    path.write_bytes(path.read_bytes()[:-40])
    registry.start()
    torn = list(registry.client(registry.server).audit(event="torn"))
    assert len(torn) == 1 and torn[0].count > 0
    registry.stop()
    assert registry.check().returncode == 0
    registry.start()


def test_tampering_is_found(registry, owner):
    registry.client().put(record("320102/project/2017/1", bodies.project(1)))
    registry.stop()
    path = files(registry)[0]
    whole = path.read_bytes()
    for changed in (whole.replace(b"320102/project/2017/1", b"320102/project/2017/2"),
                    b"".join(line for line in whole.splitlines(True) if b"2017/1" not in line)):
        path.write_bytes(changed)
        done = registry.check()
        assert done.returncode == 5 and "access log, line" in done.stdout
        registry.start()
        said = registry.cli("audit", "--event", "changed")
        assert said.returncode == 6 and "its chain does not hold" in said.stderr
        registry.stop()
        path.write_bytes(whole)
    registry.start()


def test_lines_that_are_taken_away_at_the_end_are_missed(registry):
    """No later line names them, but the journal does: before the next start, and after it."""
    registry.client().put(record("320102/project/2017/1", bodies.project(1)),
                          record("320102/project/2017/2", bodies.project(1)))
    last = registry.client().position()
    registry.stop()
    path = files(registry)[-1]
    lines = path.read_bytes().splitlines(True)
    [first] = [i for i, line in enumerate(lines) if b'"submit"' in line]
    path.write_bytes(b"".join(lines[:first]))
    done = registry.check()
    assert done.returncode == 5 and f"entries {last - 1} to {last} of the journal have no line" in done.stdout
    registry.start()
    [lost] = registry.client(registry.server).audit(event="lost")
    assert (lost.count, lost.position) == (2, last)
    registry.stop()
    assert registry.check().returncode == 0
    for path in files(registry):
        path.unlink()
    (registry.data / "access").rmdir()
    done = registry.check()
    assert done.returncode == 5 and "access log: it is gone" in done.stdout
    registry.start()
    [lost] = registry.client(registry.server).audit(event="lost")
    assert (lost.number, lost.count, lost.position) == (1, last, last)


@faults.needed
def test_a_change_that_a_crash_left_without_a_line_is_marked(registry):
    registry.stop()
    registry.wrapper = ["env", *(f"{name}={value}" for name, value in faults.at("daemon.committed").items())]
    registry.start()
    with pytest.raises(Exception):
        registry.client(registry.server).put(record("320102/project/2017/1", bodies.project(1)))
    assert registry.process.wait(60 * SLOW) == -signal.SIGKILL
    registry.close()
    registry.wrapper = []
    registry.start()
    owner = registry.client(registry.server)
    assert owner.get("320102/project/2017/1").revision == 1
    [lost] = owner.audit(event="lost")
    assert (lost.count, lost.position) == (1, owner.position())


def test_no_clean_stop_looks_as_if_lines_were_missing(registry):
    """Whatever was changed last, also where one request makes several entries."""
    city, county = registry.enrol("320000", "submit", "manage"), registry.enrol("320102", "submit")

    def merge(_):
        registry.run("committee", "merge", "320102", "320104", "--into", "320199", "--name", "合", "--reason", "asked")

    for change in (lambda owner: owner.put_reporting_set("all", ["320102"]),
                   lambda owner: registry.client(registry.server, key=city).revoke(county.id, "asked"),
                   lambda owner: registry.client(registry.server, key=city).invite("320104", "submit"),
                   lambda owner: registry.enrol("320104", "submit"),
                   lambda owner: registry.client(registry.server, key=city).rotate(city, DeviceKey()),
                   merge):
        change(registry.client(registry.server))
        registry.stop()
        done = registry.check()
        assert done.returncode == 0, done.stdout
        registry.start()
    assert not events(registry.client(registry.server), event="lost")


def test_it_is_readable_by_its_owner_only(registry):
    assert (registry.data / "access").stat().st_mode & 0o77 == 0
    assert all(path.stat().st_mode & 0o77 == 0 for path in files(registry))


@pytest.mark.parametrize("options", [("--access-log-days", "182"), ("--access-log-days", "0")])
def test_it_cannot_be_kept_for_less_than_half_a_year(tmp_path, options):
    done = subprocess.run([DAEMON, "--data", tmp_path / "data", *options], capture_output=True, text=True,
                          timeout=60 * SLOW)
    assert done.returncode == 2 and "access-log-days" in done.stderr


def test_changes_wait_while_it_cannot_be_written(registry):
    """Nothing is changed, and nothing private leaves, that could not be put on record."""
    client = registry.client()
    client.put(a_worker("320102/worker/2017/1"))
    path = files(registry)[-1]
    _, hard = resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE, (path.stat().st_size + 10, hard))

    def turned_away():
        with pytest.raises(Refused) as refused:
            client.get("320102/worker/2017/1")
        return refused.value.code == "READ_ONLY"

    try:
        client.get("320102/worker/2017/1")  # its line finds no room
    except Refused:
        pass
    wait_until(turned_away, "private reads to be turned away")
    with pytest.raises(Refused) as refused:
        client.submit(record("320102/project/2017/1", bodies.project(1)))
    assert refused.value.code == "READ_ONLY"
    assert client.status().read_only
    assert client.total("worker", "quantity")[0] == 1  # all else is answered
    resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    wait_until(lambda: not client.status().read_only, "room to be noticed")
    client.put(record("320102/project/2017/1", bodies.project(1)))
    registry.stop()
    log_lines(registry)
    registry.start()


def test_refusals_cannot_fill_the_disk(registry, owner):
    client = registry.client(registry.server, key=registry.enrol("320102", "query"))
    sent = record("320102/project/2017/1", bodies.project(1))
    before = sum(path.stat().st_size for path in files(registry))
    for _ in range(times(2000)):
        with pytest.raises(Refused):
            client.submit(sent)
    assert sum(path.stat().st_size for path in files(registry)) - before < 2000
    registry.stop()
    refused = [e for e in log_lines(registry) if e["event"] == "refused" and e["request"] == "submit"]
    assert sum(e["count"] for e in refused) == times(2000)
    registry.start()


# --- audit ---


def test_only_those_who_audit_may_read_it(registry, owner):
    """And once there is somebody who does, the socket's owner may not any more."""
    assert events(owner)
    for roles in (("submit", "manage"), ("query",)):
        with pytest.raises(Refused) as refused:
            list(registry.client(registry.server, key=registry.enrol("000000", *roles)).audit())
        assert refused.value.code == "NOT_ALLOWED"
    auditor = registry.client(registry.server, key=registry.enrol("", "audit"))
    assert events(auditor)
    with pytest.raises(Refused) as refused:
        events(owner)
    assert refused.value.code == "NOT_ALLOWED"
    with pytest.raises(Refused):
        auditor.submit(record("320102/project/2017/1", bodies.project(1)))


def test_filters_and_pages(registry, owner):
    client = registry.client()
    for i in range(times(60)):
        client.put(record(f"320102/project/2017/{i}", bodies.project(i)))
    every = [e for e in events(owner)]
    assert [e.number for e in every] == list(range(1, len(every) + 1))
    assert [e.number for e in owner.audit(limit=7)] == [e.number for e in every]
    middle = every[len(every) // 2]
    later = [e.number for e in owner.audit(from_ms=middle.time_ms)]
    assert later == [e.number for e in every if e.time_ms >= middle.time_ms]
    earlier = [e.number for e in owner.audit(to_ms=middle.time_ms)]
    assert earlier == [e.number for e in every if e.time_ms <= middle.time_ms]
    assert [e.object for e in owner.audit(object="320102/project/2017/1")] == \
        [e.object for e in every if e.object.startswith("320102/project/2017/1")]
    with pytest.raises(Refused) as refused:
        list(owner.audit(event="changes"))
    assert refused.value.code == "BAD_ARGUMENT"


def test_the_command_in_every_format(registry):
    registry.client().put(record("320102/project/2017/1", bodies.project(1)))
    chosen = ("audit", "--event", "changed", "--object", "320102/", "--from", "2018", "--to", "2099-12-31T23:59")
    [line] = registry.lines(*chosen)
    assert (line["event"], line["request"], line["object"], line["count"]) == \
        ("changed", "submit", "320102/project/2017/1", 1)
    assert len(line["sha256"]) == 64 and line["time"].endswith("+08:00")
    [row] = csv.DictReader(io.StringIO(registry.run(*chosen, "--format", "csv").lstrip("\ufeff")))
    assert set(row) == set(line) and row["sha256"] == line["sha256"]
    table = registry.run(*chosen)
    assert "320102/project/2017/1" in table and "sha256" not in table.lower()
    assert "更改" in registry.run(*chosen, "--lang", "zh")
    registry.run(*chosen, "--format", "xlsx", "--output", "log.xlsx")
    with zipfile.ZipFile(registry.folder / "log.xlsx") as book:
        assert any(b"320102/project/2017/1" in book.read(name) for name in book.namelist())
    assert registry.lines("audit", "--object", "nothing") == []
    for wrong in (("--from", "yesterday"), ("--to", "2018-02-30"), ("--from", "2018-03-26T25:00"), ("more",)):
        assert registry.cli("audit", *wrong).returncode == 2
    told = registry.cli("audit", "--event", "changes")
    assert told.returncode == 2 and "erased" in told.stderr
    assert registry.cli("audit", "--principal", "nobody").returncode == 2
    assert registry.lines("audit", "--principal", "socket")


def test_a_reader_does_not_hold_up_those_who_write(registry, owner):
    """Reading the whole log over and over, beside a client that writes to it."""
    client = registry.client()
    for i in range(times(200)):
        asked = owner.send("audit", pb.AuditRequest())
        client.put(record(f"320102/project/2017/{i}", bodies.project(i)))
        assert owner.wait(asked)[-1].final
