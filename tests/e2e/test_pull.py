# SPDX-License-Identifier: Apache-2.0
"""Pulling: a copy that is brought up to date by ChangesRequest equals what List says, however long it was away and
whatever happened meanwhile; and the command line's own copy, which `--offline` reads."""

import random
import signal
import sqlite3
import subprocess

import pytest

import bodies
from registry import CLI, Registry, times
from tzclient import KINDS, Refused, address, outcome_name, pb, record, record_pb2, wait_until

ALL, BELOW, LINE = 3, 2, 1


def written(place):
    return f"{place.committee}/{KINDS[place.kind]}/{place.period}/{place.key}"


class Copy:
    """A copy kept by the words of PROTOCOL.md."""

    def __init__(self, committee):
        self.committee = committee
        self.mark = {}
        self.records = {}
        self.units = {}
        self.restarts = 0

    def page(self, client, **options):
        page = client.changes(committee=self.committee, **self.mark, **options)
        if page.restart:
            assert not (page.records or page.removed or page.committees) and page.more
            self.restarts += 1
            self.mark, self.records, self.units = {}, {}, {}
            return page
        for place in page.removed:
            self.records.pop(written(place), None)
        positions = [state.position for state in page.records]
        assert positions == sorted(set(positions))
        for state in page.records:
            assert not state.private
            self.records[written(state.address)] = state
        for unit in page.committees:
            assert not unit.contacts
            self.units[unit.number] = unit
        self.mark = {"after": page.position, "epoch": page.epoch, "scope": page.scope}
        return page

    def pull(self, client, **options):
        pages = [self.page(client, **options)]
        while pages[-1].more:
            pages.append(self.page(client, **options))
        return pages

    def assert_current(self, client, published=()):
        """The subtree is what List says; from elsewhere there is what is named."""
        expected = {written(state.address): state
                    for state in client.list(committee=self.committee, withdrawn=True)}
        for place in published:
            expected[place] = client.get(place)
        assert sorted(self.records) == sorted(expected)
        for place, state in self.records.items():
            want = expected[place]
            want.private = b""
            assert state == want, place
        assert self.mark["after"] == client.position()
        below = client.committees(under=self.committee, subtree=True)
        for unit in below:
            unit.ClearField("contacts")
            assert self.units[unit.number] == unit
        known = {unit.number for unit in below}
        parent = below[0].body.parent
        while parent:  # the path above
            known.add(parent)
            parent = self.units[parent].body.parent
        assert set(self.units) == known


def put(client, place, base=0, visibility=LINE, title="项目"):
    return bodies_put(client, place, bodies.project(5, title=title, env={"visibility": visibility}), base)


def bodies_put(client, place, body, base=0):
    return client.put(record(place, body, base=base))[0]


# --- the wire ---

def test_a_copy_of_a_subtree(client):
    put(client, "320000/project/2017/P")
    put(client, "320102/project/2017/K")
    put(client, "330100/project/2017/N")
    copy = Copy("320000")
    pages = copy.pull(client)
    assert len(pages) == 1
    assert set(copy.records) == {"320000/project/2017/P", "320102/project/2017/K"}
    copy.assert_current(client)
    assert {unit.body.code for unit in copy.units.values()} == {
        "000000", "320000", "320100", "320102", "320104", "320200", "320205"}
    page = copy.page(client)
    assert (page.more, len(page.records), len(page.committees)) == (False, 0, 0)
    assert page.committee == "320000"
    assert abs(page.time_ms - client.ping().time_ms) < 60_000


def test_an_empty_committee_is_the_credentials(client):
    put(client, "320102/project/2017/K")
    page = client.changes()
    assert page.committee == "000000"
    assert len(page.records) == 1


def test_private_bytes_stay_in_the_registry(client):
    person = record_pb2.WorkerPrivate(name="张三", contact="13800138000")
    client.put(record("320102/worker/2017/W", bodies.worker(1), private=person))
    assert client.get("320102/worker/2017/W").private
    state = client.changes(committee="320000").records[0]
    assert not state.private and state.body


def test_of_an_address_only_the_current_revision(client):
    for base in range(5):
        put(client, "320102/project/2017/K", base, title=f"第{base}版")
    client.withdraw("320102/project/2017/K", 5, "重复")
    put(client, "320102/project/2017/L")
    page = client.changes(committee="320102")
    assert [(state.address.key, state.revision, state.withdrawn) for state in page.records] == [
        ("K", 6, True), ("L", 1, False)]
    assert page.records[0].reason == "重复"


def test_pages_of_one_row(client):
    for number in range(7):
        put(client, f"320102/project/2017/K{number}", visibility=LINE)
        put(client, f"330102/project/2017/K{number}", visibility=ALL)
    copy = Copy("320102")
    pages = copy.pull(client, limit=1)
    assert all(len(page.records) + len(page.committees) + len(page.removed) <= 1 for page in pages)
    assert len(copy.records) == 14
    copy.assert_current(client, [f"330102/project/2017/K{number}" for number in range(7)])


def test_what_is_published_to_a_committee(client):
    put(client, "000000/project/2017/A", visibility=BELOW)  # from above, to all below
    put(client, "000000/project/2017/B", visibility=LINE)
    put(client, "320000/project/2017/C", visibility=BELOW)
    put(client, "330000/project/2017/D", visibility=BELOW)  # below another
    put(client, "330102/project/2017/E", visibility=ALL)  # from anybody, to everybody
    put(client, "110101/project/2017/F", visibility=LINE)
    published = ["000000/project/2017/A", "320000/project/2017/C", "330102/project/2017/E"]
    copy = Copy("320104")
    copy.pull(client)
    assert sorted(copy.records) == sorted(published)
    copy.assert_current(client, published)
    state = copy.records["330102/project/2017/E"]
    assert state.committee_name == "上城区"


def test_what_is_taken_back_disappears(client):
    put(client, "000000/project/2017/A", visibility=BELOW)
    put(client, "330102/project/2017/B", visibility=ALL)
    put(client, "330102/project/2017/C", visibility=ALL)
    put(client, "330000/project/2017/D", visibility=ALL)
    copy = Copy("320104")
    copy.pull(client)
    assert len(copy.records) == 4
    put(client, "000000/project/2017/A", 1, visibility=LINE)
    client.withdraw("330102/project/2017/B", 1, "重复")
    put(client, "330102/project/2017/C", 1, visibility=LINE)
    put(client, "330102/project/2017/C", 2, visibility=ALL)  # and published again
    put(client, "330000/project/2017/D", 1, visibility=BELOW)  # to others only
    page = copy.page(client)
    assert sorted(written(place) for place in page.removed) == [
        "000000/project/2017/A", "330000/project/2017/D", "330102/project/2017/B", "330102/project/2017/C"]
    assert not page.more
    copy.assert_current(client, ["330102/project/2017/C"])
    put(client, "330102/project/2017/B", 2, visibility=ALL)  # revived
    copy.pull(client)
    copy.assert_current(client, ["330102/project/2017/B", "330102/project/2017/C"])


def test_what_nobody_published_is_not_told_of(client):
    """Not even by its address: other committees' records stay theirs."""
    for base in range(3):
        put(client, "330102/project/2017/秘密", base, title=f"{base}")
    client.withdraw("330102/project/2017/秘密", 3, "重复")
    page = client.changes(committee="320104")
    assert not page.records and not page.removed


def test_months_offline(client):
    """Thousands of others' changes lie between; the few that matter come, and a page is bounded though empty."""
    copy = Copy("320102")
    put(client, "320102/project/2017/OLD")
    copy.pull(client)
    for start in range(0, times(30_000), 1000):
        client.submit(*[record(f"330102/project/2018/K{start + i}", bodies.project(1)) for i in range(1000)])
    put(client, "320102/project/2017/OLD", 1, title="改过")
    put(client, "320102/project/2018/NEW")
    pages = copy.pull(client)
    assert len(copy.records) == 2
    if times(2) == 2:
        assert len(pages) > 1 and any(page.more and not page.records for page in pages)
    copy.assert_current(client)
    assert copy.restarts == 0


def test_a_unit_moved_in_or_out_begins_anew(client):
    put(client, "320205/project/2017/K")
    put(client, "320102/project/2017/K")
    south, north, province = Copy("320100"), Copy("320200"), Copy("320000")
    for copy in (south, north, province):
        copy.pull(client)
    client.import_committees(("320205", "锡山区", 4, "320100"))
    for copy in (south, north, province):
        copy.pull(client)
        copy.assert_current(client)
    assert (south.restarts, north.restarts, province.restarts) == (1, 1, 0)
    assert set(south.records) == {"320205/project/2017/K", "320102/project/2017/K"}
    assert not north.records


def test_another_path_above_begins_anew(client):
    put(client, "330000/project/2017/A", visibility=BELOW)
    put(client, "320000/project/2017/B", visibility=BELOW)
    copy = Copy("320104")
    copy.pull(client)
    copy.assert_current(client, ["320000/project/2017/B"])
    client.import_committees(("320100", "南京市", 3, "330000"))
    copy.pull(client)
    assert copy.restarts == 1
    assert list(copy.records) == ["330000/project/2017/A"]


def test_new_and_renamed_units_do_not(client):
    copy = Copy("320000")
    copy.pull(client)
    client.import_committees(("320106", "鼓楼区", 4, "320100"), ("330106", "西湖区", 4, "330100"),
                             ("320104", "秦淮新区", 4, "320100"))
    put(client, "320106/project/2017/K")
    page = copy.page(client)
    assert copy.restarts == 0
    assert [unit.body.name for unit in page.committees] == ["鼓楼区", "秦淮新区"]
    copy.assert_current(client)


def test_a_move_between_two_pages(client):
    for number in range(5):
        put(client, f"320205/project/2017/K{number}")
    copy = Copy("320100")
    copy.page(client, limit=3)
    client.import_committees(("320205", "锡山区", 4, "320100"))
    copy.pull(client, limit=3)
    assert copy.restarts == 1
    copy.assert_current(client)


def test_another_epoch_or_a_position_ahead_begins_anew(client):
    put(client, "320102/project/2017/K")
    copy = Copy("320102")
    copy.pull(client)
    for wrong in ({"epoch": 2}, {"after": copy.mark["after"] + 1}, {"after": 2**64 - 1}, {"scope": b""},
                  {"scope": b"\0" * 17}, {"scope": b"x" * 100_000}):
        reply = client.changes(committee="320102", **{**copy.mark, **wrong})
        assert reply.restart and reply.more and not reply.records, wrong
    assert client.changes(committee="320104", **copy.mark).restart  # of another committee
    assert not client.changes(committee="320102", **copy.mark).restart


def test_wrong_arguments(client):
    for options, code in (({"committee": "999999"}, "UNKNOWN_COMMITTEE"), ({"committee": "x"}, "BAD_CODE"),
                          ({"min_position": 10_000}, "POSITION_AHEAD")):
        with pytest.raises(Refused) as refused:
            client.changes(**options)
        assert refused.value.code == code
    client.ping()


def test_before_there_is_a_tree(make_registry):
    with pytest.raises(Refused) as refused:
        make_registry().client().changes()
    assert refused.value.code == "UNKNOWN_COMMITTEE"


def test_large_records_come_in_bounded_pages(client):
    practice = record_pb2.Practice(envelope=bodies.envelope(), title="经验", section=1, body="做法" * 9000)
    for number in range(40):
        bodies_put(client, f"320102/practice/2017/K{number}", practice)
    copy = Copy("320102")
    pages = copy.pull(client)
    assert len(pages) >= 4
    assert max(page.ByteSize() for page in pages) < 1 << 20
    copy.assert_current(client)


def test_while_others_write(registry):
    """Pulls of several copies, page by page, between and during submissions: none loses an entry."""
    random.seed(20180326)
    client, writer = registry.client(), registry.client()
    copies = [Copy(code) for code in ("000000", "320000", "320102")]
    revisions = {}
    sent = []
    for step in range(times(600)):
        unit = random.choice(["320102", "320104", "320000", "330102", "000000"])
        place = f"{unit}/project/2017/K{random.randrange(6)}"
        base = revisions.get(place, 0)
        revisions[place] = base + 1
        body = bodies.project(1, title=f"{step}", env={"visibility": random.choice([1, 2, 3])})
        sent.append(writer.send_record(record(place, body, base=base)))
        if step % 3 == 0:
            random.choice(copies).page(client, limit=random.randrange(1, 8))
    for number in sent:
        assert outcome_name(writer.outcome(number)) in ("CREATED", "UPDATED")
    for copy in copies:
        copy.pull(client)
        assert copy.restarts == 0
        outside = [written(state.address) for state in client.list(committee="000000")
                   if state.address.committee not in
                   {unit.body.code for unit in client.committees(under=copy.committee, subtree=True)}
                   and shown(state, copy.committee)]
        copy.assert_current(client, outside)


def shown(state, committee):
    visibility = record_pb2.Project.FromString(state.body).envelope.visibility
    above = {"000000": [], "320000": ["000000"], "320102": ["000000", "320000", "320100"]}[committee]
    return visibility == ALL or (visibility == BELOW and state.address.committee in above)


def test_a_restart_of_the_daemon_changes_nothing(registry):
    client = registry.client()
    put(client, "320102/project/2017/K")
    copy = Copy("320000")
    copy.pull(client)
    registry.kill()
    registry.start()
    client = registry.client()
    put(client, "320102/project/2017/L")
    assert len(copy.page(client).records) == 1
    assert copy.restarts == 0
    copy.assert_current(client)
