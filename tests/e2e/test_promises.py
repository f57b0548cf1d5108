# SPDX-License-Identifier: Apache-2.0
"""The ten promises, one test of its name each. Other files test each of them at more depth."""

import contextlib
import hashlib
import sqlite3

import pytest

import bodies
import oracle
from registry import SANITIZE, times
from tzclient import Refused, code_name, journal_pb2, outcome_name, record


def test_promise_01_acknowledged_means_durable(registry):
    for n in range(times(10)):
        client = registry.client()
        for m in range(5):
            client.put(record(f"320100/project/2017/K{n}{m}", bodies.project(m)))
        registry.kill()
        registry.start()
        held = registry.client().list(kind=1)
        assert [one.address.key for one in held] == sorted(f"K{k}{m}" for k in range(n + 1) for m in range(5))


def test_promise_02_the_same_thing_again_changes_nothing(registry):
    sent = record("320100/project/2017/K", bodies.project(5))
    client = registry.client()
    made = client.put(sent)[0]
    position = client.position()
    from_another = record("320100/project/2017/K", bodies.project(5))
    for again in (sent, from_another):
        outcome = client.submit(again)[0]
        assert (outcome_name(outcome), outcome.revision) == ("UNCHANGED", made.revision)
    registry.kill()
    registry.start()
    client = registry.client()
    for again in (sent, from_another):
        assert outcome_name(client.submit(again)[0]) == "UNCHANGED"
    assert client.position() == position


def test_promise_02_a_late_retry_changes_nothing_whatever_came_since(registry):
    """From its own ticket alone: another version, a withdrawal and a crash came between."""
    place = "320100/project/2017/K"
    first, second = record(place, bodies.project(5)), record(place, bodies.project(6), base=1)
    client = registry.client()
    client.put(first)
    assert outcome_name(client.submit(first)[0]) == "UNCHANGED"
    client.put(second)
    client.withdraw(place, 2)
    registry.kill()
    registry.start()
    client = registry.client()
    position = client.position()
    for sent, revision in ((first, 1), (second, 2), (first, 1)):
        outcome = client.submit(sent)[0]
        assert (outcome_name(outcome), outcome.revision) == ("UNCHANGED", revision)
    assert client.position() == position and client.get(place).withdrawn


def test_promise_03_a_stale_base_is_a_conflict_that_shows_both(client):
    place = "320100/project/2017/K"
    client.put(record(place, bodies.project(5)))
    client.put(record(place, bodies.project(6), base=1))
    mine = record(place, bodies.project(7), base=1)
    outcome = client.submit(mine)[0]
    assert outcome_name(outcome) == "CONFLICT"
    assert outcome.revision == 2 and outcome.time_ms > 0 and outcome.principal
    theirs = client.get(place)
    assert theirs.body == bodies.project(6).SerializeToString(deterministic=True) != mine.body


def test_promise_04_totals_are_exact_and_current(client):
    """Random records, withdrawals and wholes; every node and slice against the slow sum at the same position."""
    oracle.play(client, seed=4, operations=times(240), compare_every=20)


def test_promise_05_no_record_is_counted_twice(client):
    bodies.put_project(client, "320000/WHOLE", 100)
    bodies.put_project(client, "320100/PART", 30, part_of="320000/project/2017/WHOLE")
    assert client.total("project", "quantity")[0] == 100
    assert client.total("project", "quantity", "320100")[0] == 30
    bodies.put_project(client, "320100/ALL", 40, scope=bodies.SUBTREE)
    overlap = client.figures("project")["quantity"].overlap
    assert client.total("project", "quantity")[0] == 140
    assert (overlap.value, overlap.records) == (30, 1)


def test_promise_06_a_figure_keeps_its_qualifier(client):
    bodies.put_project(client, "320100/K", (200, "over"))
    assert client.total("project", "quantity") == (200, "over", 1, 0)
    bodies.put_project(client, "320200/K", 100)
    assert client.total("project", "quantity") == (300, "over", 2, 0)
    bodies.put_project(client, "330000/K", "若干")
    assert client.total("project", "quantity") == (300, "over", 3, 1)
    kept = client.get("320100/project/2017/K")
    assert kept.body == bodies.project((200, "over")).SerializeToString(deterministic=True)


def test_promise_07_a_committee_writes_its_own_and_reads_its_subtree(registry):
    """A record of a sibling is refused beside a good one; a write from above needs a reason, and is marked."""
    city, county, sibling = (registry.client(key=registry.enrol(code, "submit"))
                             for code in ("320100", "320102", "320104"))
    mine, other = (record(f"{code}/project/2017/K", bodies.project(5)) for code in ("320102", "320104"))
    outcomes = county.submit(mine, other)
    assert [outcome_name(outcome) for outcome in outcomes] == ["CREATED", "REJECTED"]
    assert code_name(outcomes[1].errors[0].code) == "NOT_ALLOWED"
    assert [one.address.key for one in county.list()] == [one.address.key for one in city.list()] == ["K"]
    with pytest.raises(Refused) as refused:
        sibling.list(committee="320102")
    assert refused.value.code == "NOT_ALLOWED"
    [silent] = city.submit(other)
    assert code_name(silent.errors[0].code) == "REASON_REQUIRED"
    [given] = city.submit(other, reason="the office has no line")
    assert outcome_name(given) == "CREATED"
    kept = sibling.get("320104/project/2017/K")
    assert (getattr(kept, "from"), kept.reason, kept.principal) == ("320100", "the office has no line",
                                                                   city.hello.principal)
    assert [one.address.key for one in sibling.status().from_above] == ["K"]


def test_promise_08_bad_input_is_refused_with_field_reason_and_value(client):
    good = record("320100/project/2017/GOOD", bodies.project(5))
    bad = record("320100/project/2017/BAD", bodies.project(5, title="", stage=99, start_on="2017-13"))
    also = record("320100/project/2017/ALSO", bodies.project(6))
    outcomes = client.submit(good, bad, also)
    assert [outcome_name(outcome) for outcome in outcomes] == ["CREATED", "REJECTED", "CREATED"]
    errors = {(code_name(error.code), error.field, error.value) for error in outcomes[1].errors}
    assert errors == {("REQUIRED", "title", ""), ("UNKNOWN_VALUE", "stage", "99"),
                      ("BAD_DATE", "start_on", "2017-13")}


def test_promise_09_memory_is_bounded_and_the_limits_are_seen(registry):
    client = registry.client()
    limits = client.hello.limits
    for field in limits.DESCRIPTOR.fields:
        assert getattr(limits, field.name) > 0, field.name
    before = registry.rss()
    peers = [registry.wire() for _ in range(100)]
    for peer in peers:
        peer.send(b"\x00\x00\x0f\xff" + b"\x00" * 2000)
    client.ping()
    # Sanitizers keep freed memory, and zones around what is in use.
    assert registry.rss() - before < (96 << 20 if SANITIZE else 32 << 20)


def read_journal(registry):
    """Every entry as the file has it: (position, header bytes, body, private bytes, salt)."""
    with contextlib.closing(sqlite3.connect(f"file:{registry.data}/registry.db?mode=ro", uri=True)) as raw:
        return raw.execute("SELECT position, header, body, private, salt FROM entry ORDER BY position").fetchall()


def test_promise_10_the_journal_is_what_the_documents_say(registry):
    """Read from the file with protobuf and hashlib alone: headers are canonical and say what was sent, hashes and
    commitments fit, positions have no gap, the time never goes back, and nothing is changed by what comes later."""
    client = registry.client()
    ticket, private = b"t" * 16, bodies.rec.WorkerPrivate(name="王芳")
    sent = record("320102/worker/2017-06/W 1", bodies.worker(1), ticket=ticket, private=private)
    client.put(sent)
    before = read_journal(registry)
    client.withdraw("320102/worker/2017-06/W 1", 1, "重复", ticket=b"u" * 16)
    client.import_committees(("320102", "玄武区", 4, "330100"))
    after = read_journal(registry)
    assert after[:len(before)] == before and len(after) == len(before) + 2
    headers, last = [], 0
    for number, (position, raw, body, secret, salt) in enumerate(after, 1):
        header = journal_pb2.EntryHeader.FromString(raw)
        assert header.SerializeToString(deterministic=True) == raw
        assert (position, header.position, header.epoch, header.suite) == (number, number, 1, 1)
        assert header.time_ms >= last and header.principal
        assert header.body_sha256 == hashlib.sha256(body).digest()
        assert header.private_commitment == (hashlib.sha256(salt + secret).digest() if secret else b"")
        assert len(salt or b"") == (32 if secret else 0)
        headers.append(header)
        last = header.time_ms
    made, withdrawn, moved = headers[-3:]
    assert after[-3][2:4] == (sent.body, sent.private)
    for header in (made, withdrawn):
        assert (header.code, header.kind, header.period, header.key) == ("320102", 4, "2017-06", "W 1")
        assert header.committee == moved.committee
    assert (made.type, made.revision, made.base_revision, made.ticket) == (1, 1, 0, ticket)
    assert (withdrawn.type, withdrawn.revision, withdrawn.base_revision, withdrawn.ticket) == (2, 2, 1, b"u" * 16)
    assert (moved.type, moved.code, moved.revision, moved.base_revision) == (3, "320102", 2, 1)


def test_promise_10_history_is_never_rewritten(registry):
    client = registry.client()
    place = "320100/project/2017/K"
    versions = [bodies.project(n).SerializeToString(deterministic=True) for n in (5, 6, 7)]
    client.put(record(place, versions[0]))
    client.put(record(place, versions[1], base=1))
    assert outcome_name(client.withdraw(place, 2, "重复")) == "WITHDRAWN"
    client.put(record(place, versions[2], base=3))
    past = client.history(place)
    assert [one.revision for one in past] == [1, 2, 3, 4]
    assert [one.withdrawn for one in past] == [False, False, True, False]
    assert [one.body for one in past if not one.withdrawn] == versions
    assert all(one.body_sha256 == hashlib.sha256(one.body).digest() for one in past if not one.withdrawn)
    positions = [one.position for one in past]
    assert positions == sorted(set(positions))
