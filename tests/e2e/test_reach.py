# SPDX-License-Identifier: Apache-2.0
"""What is in reach, as offices meet it: reasons and marks, what was published, persons behind a gateway, references,
and what a refusal says. Every request x every role is in test_matrix.py."""

import contextlib
import sqlite3

import bodies
import pytest
from tzclient import Client, Refused, code_name, journal_pb2, outcome_name, pb, record

CITY, COUNTY, SIBLING, OTHER = "320100", "320102", "320104", "330102"


@pytest.fixture
def registry(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    return registry


def refusal(call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    return caught.value.status


def texts(params):
    return {param.name: param.text for param in params}


def a_project(place, n=1, base=0, **env):
    return record(place, bodies.project(n, env=env), base=base)


# --- writing for another ---

def test_a_reason_goes_with_the_rows_from_the_sheet_to_the_status(registry, tmp_path):
    """Through the outbox without a line, too; and the office sees who wrote what, and why."""
    office, city = registry.office(COUNTY, "submit"), registry.office(CITY, "submit")
    path = tmp_path / "320102-project.csv"
    path.write_text("报送单位,编号,报告期,名称,项目数\n320102,K1,2017,甲,1\n320100,K2,2017,乙,2\n", encoding="utf-8")
    done = city.cli("submit", path, "--kind", "project")
    assert done.returncode == 1 and "--reason" in done.stdout + done.stderr
    assert [one["address"] for one in city.lines("records")] == ["320100/project/2017/K2"]
    port = registry.port
    registry.stop()
    assert city.cli("submit", path, "--kind", "project", "--reason", "电话核实").returncode == 3
    assert "320102/project/2017/K1" in [one["address"] for one in city.lines("outbox")]
    registry.start()
    assert registry.port == port
    city.run("sync")
    shown = office.json("show", "320102/project/2017/K1")
    assert (shown["from"], shown["reason"]) == (CITY, "电话核实")
    [seen] = office.json("status")["from_above"]
    assert (seen["address"], seen["from"], seen["reason"]) == ("320102/project/2017/K1", CITY, "电话核实")
    told = office.run("status", "--format", "csv")
    assert all(text in told for text in ("from_above_reason,电话核实", f"from_above_committee,{CITY}"))
    assert "电话核实" in office.run("status") and "电话核实" in office.run("history", "320102/project/2017/K1")
    city.run("withdraw", "320102/project/2017/K1", "--reason", "重复")
    assert [one["withdrawn"] for one in office.json("status")["from_above"]] == [True, False]
    assert city.json("status")["from_above"] == []


def test_the_last_hundred_are_told_newest_first(registry):
    office, city = (registry.client(key=registry.enrol(code, "submit")) for code in (COUNTY, CITY))
    city.submit(*(a_project(f"{COUNTY}/project/2017/{n:03}") for n in range(120)), reason="all of them")
    seen = office.status().from_above
    assert [one.address.key for one in seen] == [f"{n:03}" for n in range(119, 19, -1)]
    figures = registry.client(key=registry.enrol(COUNTY, "read_totals"))
    assert not city.status().from_above and not figures.status().from_above


def test_a_reason_that_nobody_may_keep_is_refused(registry):
    city = registry.client(key=registry.enrol(CITY, "submit"))
    for reason, code in (("x" * 501, "TOO_LONG"), ("身份证 11010519491231002X", "RESIDENT_ID"), ("a\x01b", "BAD_TEXT")):
        [outcome] = city.submit(a_project(f"{COUNTY}/project/2017/K"), reason=reason)
        assert [code_name(error.code) for error in outcome.errors] == [code]


# --- reading what was published ---

def test_a_published_record_is_read_without_what_is_for_its_own_line(registry):
    city, county, other = (registry.client(key=registry.enrol(code, "submit")) for code in (CITY, COUNTY, OTHER))
    place = f"{CITY}/worker/2017/W"
    private = bodies.rec.WorkerPrivate(name="王芳")
    city.put(record(place, bodies.worker(1), private=private))
    city.put(record(place, bodies.worker(2, env={"visibility": 2}), base=1, private=private))
    city.put(record(place, bodies.worker(3, env={"visibility": 3}), base=2, private=private))
    assert county.get(place).private == b"" and city.get(place).private != b""
    assert [one.revision for one in county.history(place)] == [2, 3]
    assert [one.revision for one in other.history(place)] == [3]
    assert code_name(refusal(other.get, place, revision=2).code) == "NOT_ALLOWED"
    # Taken back: as if it were not there.
    city.put(record(place, bodies.worker(4), base=3, private=private))
    for call in (other.get, other.history, county.get, county.history):
        assert code_name(refusal(call, place).code) == "NOT_ALLOWED"
        assert code_name(refusal(call, f"{CITY}/worker/2017/nothing").code) == "NOT_ALLOWED"


def test_a_withdrawn_record_is_not_published(registry):
    city, other = (registry.client(key=registry.enrol(code, "submit")) for code in (CITY, OTHER))
    place = f"{CITY}/project/2017/P"
    city.put(a_project(place, visibility=3))
    assert other.get(place).revision == 1
    assert outcome_name(city.withdraw(place, 1, "重复")) == "WITHDRAWN"
    assert code_name(refusal(other.get, place).code) == "NOT_ALLOWED"
    assert code_name(refusal(other.get, place, revision=1).code) == "NOT_ALLOWED"


def test_who_wrote_from_above_is_not_published(registry):
    city, county, other = (registry.client(key=registry.enrol(code, "submit")) for code in (CITY, COUNTY, OTHER))
    place = f"{COUNTY}/project/2017/P"
    [outcome] = city.submit(a_project(place, visibility=3), reason="for the county")
    assert outcome_name(outcome) == "CREATED"
    assert getattr(county.get(place), "from") == CITY
    changed = [one for one in other.changes().records if one.address.key == "P"]
    for seen in (other.get(place), other.history(place)[0], *changed):
        assert (getattr(seen, "from"), seen.reason, seen.principal, seen.person) == ("", "", "", "")
    assert changed


# --- references ---

def test_a_reference_upward_says_only_whether_it_can_be(registry):
    """What the whole above is, and whether it is there, is not told."""
    city, county = (registry.client(key=registry.enrol(code, "submit")) for code in (CITY, COUNTY))
    city.put(a_project(f"{CITY}/project/2017/WHOLE"))
    city.put(record(f"{CITY}/project/2017/PART", bodies.project(1, part_of=f"{CITY}/project/2017/WHOLE")))
    for n, whole in enumerate(("WHOLE", "PART", "NOTHING")):
        [outcome] = county.submit(record(f"{COUNTY}/project/2017/{n}",
                                         bodies.project(1, part_of=f"{CITY}/project/2017/{whole}")))
        assert outcome_name(outcome) == "CREATED", outcome
    for beside in (f"{SIBLING}/project/2017/X", f"{OTHER}/project/2017/X"):
        [outcome] = county.submit(record(f"{COUNTY}/project/2017/B", bodies.project(1, part_of=beside)))
        assert [code_name(error.code) for error in outcome.errors] == ["PART_OF_NOT_ABOVE"]


# --- gateways ---

def gateway_of(registry, committee, *people):
    """A gateway's key, and persons of other committees."""
    key = registry.enrol(committee, "act_for")
    with Client(registry.server) as owner:
        for login, code, role in people:
            reply = owner.put_key(f"person:{login}", committee=code, roles=[role], set_roles=True)
            assert outcome_name(reply.outcome) == "CREATED", reply
    return key


def test_the_journal_keeps_the_key_and_the_person(registry):
    key = gateway_of(registry, CITY, ("li", COUNTY, "submit"))
    place = f"{COUNTY}/project/2017/K"
    li = registry.client(key=key, act_for="person:li")
    li.put(a_project(place))
    kept = li.get(place)
    assert (kept.principal, kept.person) == (key.id, "person:li")
    assert getattr(kept, "from") == ""  # the person's own committee, though the gateway is above


def test_a_gateway_is_never_wider_than_the_person(registry):
    """Nor narrower: it may name only those of its own line, and is nobody without a name."""
    key = gateway_of(registry, CITY, ("li", COUNTY, "submit"), ("wang", OTHER, "submit"), ("zhao", COUNTY, "manage"))
    bare = registry.client(key=key)
    assert code_name(refusal(bare.list).code) == "NOT_ALLOWED"
    for name in ("person:wang", "person:nobody", "li", "socket", key.id + "x"):
        status = refusal(registry.client(key=key, act_for=name).ask, "ping", pb.PingRequest())
        assert (code_name(status.code), status.field, status.value) == ("BAD_PERSON", "act_for", name)
    li = registry.client(key=key, act_for="person:li")
    [outcome] = li.submit(a_project(f"{SIBLING}/project/2017/K"))
    assert code_name(outcome.errors[0].code) == "NOT_ALLOWED"
    assert code_name(refusal(li.list, committee=CITY).code) == "NOT_ALLOWED"
    # What a person manages, it manages through the gateway too, and gives no more than it holds itself.
    zhao = registry.client(key=key, act_for="person:zhao")
    assert outcome_name(zhao.put_key("person:new", committee=COUNTY, roles=["manage"], set_roles=True).outcome) == "CREATED"
    beyond = refusal(zhao.put_key, "person:newer", committee=COUNTY, roles=["submit"], set_roles=True)
    assert code_name(beyond.code) == "BEYOND_OWN"


def test_only_a_gateway_names_a_person(registry):
    gateway_of(registry, CITY, ("li", COUNTY, "submit"))
    for asking in (registry.client(key=registry.enrol(CITY, "submit", "manage"), act_for="person:li"),):
        assert code_name(refusal(asking.list).code) == "BAD_PERSON"
    with Client(registry.server) as owner:
        owner.act_for = "person:li"
        assert code_name(refusal(owner.list).code) == "BAD_PERSON"


def test_a_person_who_was_revoked_is_gone_with_the_next_request(registry):
    key = gateway_of(registry, CITY, ("li", COUNTY, "submit"))
    li = registry.client(key=key, act_for="person:li")
    li.put(a_project(f"{COUNTY}/project/2017/K"))
    with Client(registry.server) as owner:
        assert outcome_name(owner.revoke("person:li").outcome) == "UPDATED"
    assert code_name(refusal(li.list).code) == "BAD_PERSON"


# --- what a refusal says ---

def test_a_refusal_names_the_role_the_place_and_who_gives_it(registry):
    county = registry.client(key=registry.enrol(COUNTY, "read_totals"))
    status = refusal(county.list)
    assert (code_name(status.code), status.value) == ("NOT_ALLOWED", COUNTY)
    assert texts(status.params) == {"right": "query", "giver": "secure"} or \
        texts(status.params) == {"right": "query", "giver": "operate"}
    registry.enrol("320000", "manage")
    assert texts(refusal(county.list).params) == {"right": "query", "giver": "320000"}
    manager = registry.enrol(CITY, "manage")
    assert texts(refusal(county.list).params) == {"right": "query", "giver": CITY}
    [outcome] = registry.client(key=registry.enrol(COUNTY, "submit")).submit(a_project(f"{OTHER}/project/2017/K"))
    assert texts(outcome.errors[0].params) == {"right": "submit", "giver": "operate"}
    with Client(registry.server) as owner:
        owner.revoke(manager.id)
    assert texts(refusal(county.list).params) == {"right": "query", "giver": "320000"}


def test_a_clerk_reads_what_is_missing_and_whom_to_ask(registry):
    registry.enrol(CITY, "manage")
    home = registry.office(COUNTY, "read_totals")
    done = home.cli("records")
    assert done.returncode == 4
    assert '"query" for 320102' in done.stderr and "whoever manages keys at 320100" in done.stderr
    zh = home.cli("records", "--lang", "zh").stderr
    assert "查询" in zh and "320100 的凭证管理人员" in zh


# --- the socket ---

def test_the_socket_is_a_committee_until_that_has_a_key(registry):
    with Client(registry.server) as owner:
        owner.put(a_project(f"{COUNTY}/project/2017/A"))
        registry.enrol(COUNTY, "submit")
        [outcome] = owner.submit(a_project(f"{COUNTY}/project/2017/B"))
        assert [code_name(error.code) for error in outcome.errors] == ["REASON_REQUIRED"]
        [outcome] = owner.submit(a_project(f"{COUNTY}/project/2017/B"), reason="before the office could")
        assert outcome_name(outcome) == "CREATED"
        assert getattr(owner.get(f"{COUNTY}/project/2017/B"), "from") == CITY  # the nearest that never had one
        registry.enrol("000000", "query")
        registry.enrol("320000", "query")
        registry.enrol(CITY, "query")
        [outcome] = owner.submit(a_project(f"{COUNTY}/project/2017/C"), reason="why")
        assert [code_name(error.code) for error in outcome.errors] == ["NOT_ALLOWED"]
        assert code_name(refusal(owner.list).code) == "NOT_ALLOWED"
        assert owner.put(a_project(f"{SIBLING}/project/2017/A"))


# --- the journal ---

def test_entries_say_who_wrote_from_above(registry):
    city = registry.client(key=registry.enrol(CITY, "submit"))
    city.submit(a_project(f"{COUNTY}/project/2017/K"), a_project(f"{CITY}/project/2017/K"), reason="why")
    units = {one.body.code: one.number for one in city.committees(under="000000", subtree=True)}
    with contextlib.closing(sqlite3.connect(f"file:{registry.data}/registry.db?mode=ro", uri=True)) as raw:
        headers = [journal_pb2.EntryHeader.FromString(one) for [one] in raw.execute("SELECT header FROM entry")]
    assert [(header.code, getattr(header, "from"), header.reason) for header in headers if header.key == "K"] == [
        (COUNTY, units[CITY], "why"), (CITY, 0, "")]
