# SPDX-License-Identifier: Apache-2.0
"""Pulling: a copy that is brought up to date by ChangesRequest equals what List says, however long it was away and
whatever happened meanwhile; and the command line's own copy, which `--offline` reads."""

import random
import signal
import sqlite3
import subprocess

import pytest

import bodies
from registry import CLI, TLS, Registry, times
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
            for private in ("from", "reason", "principal", "person"):  # who wrote is the owner's business
                expected[place].ClearField(private)
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


# --- the command line's copy ---

def sync(registry, *options, **more):
    """What the fetch says of itself."""
    return registry.lines("sync", *options, **more)[-1]


def offline(registry, *options):
    """Records of the copy, and what it says of its age."""
    rows = registry.lines("records", "--offline", *options)
    copies = {tuple(row.pop("copy").items()) for row in rows}
    assert len(copies) <= 1
    return rows, dict(copies.pop()) if copies else None


def online(registry, *options):
    return sorted(registry.lines("records", *options), key=lambda row: order(row["address"]))


def order(place):
    committee, kind, period, key = place.split("/")
    return committee, KINDS.index(kind), period, key.encode()


def fill(registry):
    client = registry.client()
    put(client, "320000/project/2017/P", title="省级项目")
    put(client, "320102/project/2017/K", title="区级项目")
    put(client, "320102/project/2017/W", title="作废")
    bodies_put(client, "320104/funding/2017Q3/F", bodies.funding(2194_0000_00))
    put(client, "110000/project/2017/N", visibility=ALL, title="全系统公开")
    put(client, "000000/project/2017/T", visibility=BELOW, title="下发")
    put(client, "330102/project/2017/Z", title="别人的")
    client.withdraw("320102/project/2017/W", 1, "重复")
    return client


def test_without_a_line_the_copy_answers(registry):
    fill(registry)
    said = sync(registry, "--committee", "320000")
    assert said["fetched"] == {"records": 6, "removed": 0, "committees": 7, "anew": True}
    assert said["records_held"] == 5
    asked = [("--committee", "320000"), ("--committee", "320000", "--withdrawn"), ("--committee", "320100"),
             ("--committee", "320000", "--own"), ("--committee", "320000", "--kind", "funding"),
             ("--committee", "320000", "--period", "2017")]
    expected = [online(registry, *options) for options in asked]
    sheet = registry.run("records", "--committee", "320000", "--kind", "project", "--format", "csv")
    shown = registry.run("show", "320102/project/2017/K")
    registry.stop()
    for options, rows in zip(asked, expected):
        got, copy = offline(registry, *options)
        assert got == rows, options
        assert rows and copy["committee"] == "320000" and copy["complete"] and copy["waiting"] == 0
        assert copy["position"] == said["copy"]["position"]
    assert offline(registry)[0] == expected[0]  # the copy's committee is its own
    limited, _ = offline(registry, "--limit", "1")
    assert limited == expected[0][:1]
    published, _ = offline(registry, "--published")
    assert [row["address"] for row in published] == ["000000/project/2017/T", "110000/project/2017/N"]
    assert [row["address"] for row in offline(registry, "--committee", "110000")[0]] == ["110000/project/2017/N"]
    assert offline(registry, "--committee", "330000") == ([], None)
    assert registry.run("records", "--offline", "--kind", "project", "--format", "csv") == sheet
    assert registry.run("show", "--offline", "320102/project/2017/K") == shown
    state = registry.json("show", "--offline", "320102/project/2017/K")
    assert state["fields"]["title"] == "区级项目" and state["copy"]["committee"] == "320000"


def test_it_says_how_old_it_is(registry):
    fill(registry)
    registry.run("sync", "--committee", "320000")
    said = registry.cli("records", "--offline")
    assert "Local copy of 320000, as of 20" in said.stderr and ", position " in said.stderr
    said = registry.cli("records", "--offline", "--lang", "zh")
    assert "本地副本（320000），截至 20" in said.stderr and "数据版本号" in said.stderr
    said = registry.cli("show", "--offline", "320102/project/2017/K")
    assert "Local copy of 320000" in said.stderr
    assert registry.cli("records", "--offline", "--quiet").stderr == ""


def test_the_error_suggests_it(registry):
    fill(registry)
    registry.run("sync", "--committee", "320000")
    registry.stop()
    for command in (["records"], ["show", "320102/project/2017/K"]):
        done = registry.cli(*command)
        assert done.returncode == 3
        assert "--offline" in done.stderr
        done = registry.cli(*command, "--profile", "other")
        assert done.returncode == 3
        assert "--offline" not in done.stderr


@pytest.mark.skipif(TLS, reason="who has joined has a committee, and a copy of it")
def test_without_a_copy_it_says_how_to_get_one(registry):
    done = registry.cli("records", "--offline")
    assert done.returncode == 2
    assert "taizhang sync --committee CODE" in done.stderr
    done = registry.cli("sync")  # an administrator's committee is everything, which nobody wants unasked
    assert done.returncode == 0
    assert "taizhang sync --committee CODE" in done.stderr


def test_wrong_usage(registry):
    fill(registry)
    registry.run("sync", "--committee", "320000")
    for arguments in (["records", "--offline", "--private"], ["records", "--published"],
                      ["records", "--offline", "--published", "--own"],
                      ["show", "--offline", "320102/project/2017/K", "--revision", "1"],
                      ["sync", "--committee", "none"]):
        assert registry.cli(*arguments).returncode == 2, arguments
    assert registry.cli("show", "--offline", "320102/project/2017/X").returncode == 1
    # A code that nobody has does not empty the copy that there is.
    assert registry.cli("sync", "--committee", "999999").returncode == 1
    assert len(offline(registry)[0]) == 3


def test_the_committee_is_remembered_and_can_be_changed(registry):
    client = fill(registry)
    registry.run("sync", "--committee", "320100")
    assert len(offline(registry)[0]) == 2
    put(client, "320102/project/2018/NEW")
    said = sync(registry)
    assert said["fetched"] == {"records": 1, "removed": 0, "committees": 0, "anew": False}
    assert len(offline(registry)[0]) == 3
    said = sync(registry)
    assert said["fetched"]["records"] == 0
    said = sync(registry, "--committee", "330000")
    assert said["copy"]["committee"] == "330000" and said["fetched"]["anew"]
    assert [row["address"] for row in offline(registry)[0]] == ["330102/project/2017/Z"]
    sync(registry)
    assert offline(registry)[1]["committee"] == "330000"


def test_sending_or_fetching_alone(registry, tmp_path):
    client = fill(registry)
    registry.run("sync", "--committee", "320000")
    put(client, "320102/project/2018/NEW")
    registry.run("sync", "--no-pull")
    assert len(offline(registry)[0]) == 3
    registry.stop()
    waiting = tmp_path / "project.csv"
    waiting.write_text("报送单位,编号,报告期,名称\n320102,K9,2018,新项目\n")
    assert registry.cli("submit", waiting).returncode == 3
    registry.start()
    registry.run("sync", "--pull-only")
    assert len(offline(registry)[0]) == 4
    assert len(registry.lines("records", "--committee", "320000")) == 4
    said = sync(registry)
    assert said["fetched"]["records"] == 1
    assert len(offline(registry)[0]) == 5
    assert registry.cli("sync", "--no-pull", "--pull-only").returncode == 2


def test_what_waits_in_the_outbox_is_mentioned(registry, tmp_path):
    fill(registry)
    registry.run("sync", "--committee", "320000")
    registry.stop()
    waiting = tmp_path / "project.csv"
    waiting.write_text("报送单位,编号,报告期,名称,版本\n320102,K,2017,改了名,1\n")
    assert registry.cli("submit", waiting).returncode == 3
    rows, copy = offline(registry)
    assert copy["waiting"] == 1
    assert "改了名" not in str(rows)
    said = registry.cli("records", "--offline")
    assert "1 change of yours in the outbox" in said.stderr
    said = registry.cli("show", "--offline", "320102/project/2017/K")
    assert "later version of it is in the outbox" in said.stderr
    said = registry.cli("show", "--offline", "320000/project/2017/P")
    assert "later version of it" not in said.stderr
    registry.start()
    registry.run("sync")
    rows, copy = offline(registry)
    assert copy["waiting"] == 0
    assert "改了名" in str(rows)


def profile_of(registry):
    return registry.home / ".local" / "state" / "taizhang" / "default.db"


def position_of(registry):
    """How far the copy is, read beside whoever writes it."""
    if not profile_of(registry).exists():
        return 0
    with sqlite3.connect(f"file:{profile_of(registry)}?mode=ro", uri=True) as db:
        try:
            row = db.execute("SELECT position FROM copy").fetchone()
        except sqlite3.OperationalError:
            return 0
    return row[0] if row else 0


def test_killed_in_the_middle_it_goes_on(registry):
    client = registry.client()
    count = times(12_000)
    for start in range(0, count, 500):
        client.submit(*[record(f"3201{(start + i) % 2 * 2 + 2:02}/project/2017/K{start + i:05}",
                               bodies.project(1, title="项目" * 40)) for i in range(min(500, count - start))])
    seen = []
    for _ in range(8):
        before = position_of(registry)
        process = subprocess.Popen([CLI, "sync", "--committee", "320000"], env=registry.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: position_of(registry) > before or process.poll() is not None, "a page")
        process.send_signal(signal.SIGKILL)
        process.wait()
        after = position_of(registry)
        assert after >= before  # never back: it goes on where it stood
        seen.append(after)
    if seen[0] < count:  # else it was too fast to be killed
        rows = registry.cli("records", "--offline", "--limit", "1")
        assert rows.returncode == 0
    registry.run("sync")
    rows, copy = offline(registry)
    assert copy["complete"]
    assert len(rows) == count
    assert rows == online(registry, "--committee", "320000")


def test_the_daemon_killed_in_the_middle(registry):
    """The line breaks; the same sync goes on when the registry is there again."""
    client = registry.client()
    count = times(12_000)
    for start in range(0, count, 500):
        client.submit(*[record(f"320102/project/2017/K{start + i:05}", bodies.project(1)) for i in range(min(500, count - start))])
    process = subprocess.Popen([CLI, "sync", "--committee", "320000"], env=registry.environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: position_of(registry) > 0 or process.poll() is not None, "a page")
    registry.kill()
    registry.start()
    assert process.wait(60) == 0, process.stderr.read()
    process.stderr.close()
    rows, copy = offline(registry)
    assert copy["complete"] and len(rows) == count


def test_moved_units_in_the_copy(registry):
    client = fill(registry)
    put(client, "320205/project/2017/M")
    registry.run("sync", "--committee", "320100")
    client.import_committees(("320205", "锡山区", 4, "320100"), ("320104", "秦淮区", 4, "320200"))
    said = sync(registry)
    assert said["fetched"]["anew"]
    assert offline(registry)[0] == online(registry, "--committee", "320100")
    assert offline(registry, "--committee", "320205")[0][0]["address"] == "320205/project/2017/M"
    assert offline(registry, "--committee", "320104")[0] == []


def restore(registry, backup):
    """The registry as of the backup, in a new epoch: what an operator's restore does."""
    for path in registry.data.iterdir():
        if path.is_file():
            path.unlink()
    for path in backup.iterdir():
        (registry.data / path.name).write_bytes(path.read_bytes())
    with sqlite3.connect(registry.data / "registry.db") as db:
        db.execute("UPDATE sequencer SET epoch = epoch + 1")
    db.close()


def test_a_restored_registry(registry, tmp_path):
    client = fill(registry)
    registry.run("sync", "--committee", "320000")
    registry.stop()
    backup = tmp_path / "backup"
    backup.mkdir()
    for path in registry.data.iterdir():
        if path.is_file():
            (backup / path.name).write_bytes(path.read_bytes())
    registry.start()
    client = registry.client()
    put(client, "320102/project/2017/LOST")
    put(client, "320102/project/2017/K", 1, title="丢了的改动")
    registry.run("sync")
    assert len(offline(registry)[0]) == 4
    registry.stop()
    restore(registry, backup)
    registry.start()
    client = registry.client()
    for number in range(5):  # beyond the position that the copy had
        put(client, f"320104/project/2018/N{number}")
    said = sync(registry)
    assert said["fetched"]["anew"]
    rows = offline(registry)[0]
    assert rows == online(registry, "--committee", "320000")
    assert "LOST" not in str(rows) and "丢了的改动" not in str(rows)


def test_two_at_once(registry):
    """Two processes with one profile: both end well, and the copy is right."""
    client = registry.client()
    count = times(6000)
    for start in range(0, count, 500):
        client.submit(*[record(f"320102/project/2017/K{start + i:05}", bodies.project(1)) for i in range(min(500, count - start))])
    running = [subprocess.Popen([CLI, "sync", "--committee", "320000"], env=registry.environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(3)]
    for process in running:
        assert process.wait(120) == 0, process.stderr.read()
        process.stderr.close()
    rows, copy = offline(registry)
    assert copy["complete"] and len(rows) == count
