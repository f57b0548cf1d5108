# SPDX-License-Identifier: Apache-2.0
"""Keys, persons and invitations as those see them who look after them: made, listed, changed, and still there after a
restart."""

import re
import threading

import pytest

import bodies
from peers import challenged, proof
from registry import TLS
from tzclient import (Client, Closed, DeviceKey, Refused, code_name, outcome_name, pb, record, sha256,
                      wait_until)

DAY_MS = 24 * 3600 * 1000


@pytest.fixture(autouse=True)
def plain():
    """Who holds which key is the matter of these tests, and so is who holds none."""
    if TLS:
        pytest.skip("these registries have keys of their own")


@pytest.fixture
def owner(registry):
    return registry.client(registry.server)


@pytest.fixture
def city(registry):
    """The key of 320100, which manages its subtree."""
    return registry.enrol("320100", "submit", "query", "manage", name="南京")


def refused(call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    return caught.value.code


def ids(keys):
    return [key.body.id for key in keys]


# --- who looks after them at first ---


def holders(registry):
    """(secure, audit) as the last start says."""
    return re.findall(r"roles_held secure=(\S+) audit=(\S+)", registry.log())[-1]


def test_the_start_says_who_holds_the_roles_that_look_after_the_others(registry):
    assert holders(registry) == ("socket", "socket")
    assert set(registry.client().hello.roles) == {"operate", "secure", "audit"}
    audit, security = registry.enrol("", "audit"), registry.enrol("", "secure")
    assert list(registry.client().hello.roles) == ["operate"]
    assert registry.client(key=security).hello.committee == "000000"
    registry.stop()
    registry.start()
    assert holders(registry) == (security.id, audit.id)
    registry.client(key=security).revoke(security.id)
    registry.stop()
    registry.start()
    assert holders(registry) == ("nobody", audit.id)
    assert list(registry.client().hello.roles) == ["operate"]


def test_roles_of_the_socket_go_on_open_connections_too(registry, owner):
    assert "secure" in owner.hello.roles
    code, _ = owner.invite("", "secure")
    registry.client(key=DeviceKey(), invitation=code)
    assert refused(owner.invite, "", "audit") == "NOT_ALLOWED"
    owner.invite("320100", "submit")  # for which no key was ever enrolled


def test_the_sockets_owner_is_each_committee_until_it_has_a_key(registry, owner):
    put = lambda key, **options: outcome_name(owner.submit(record(f"320102/project/2017/{key}", bodies.project(1)),
                                                           **options)[0])
    assert put("A") == "CREATED"
    code, _ = owner.invite("320102", "submit")
    assert put("B") == "CREATED"
    registry.client(key=DeviceKey(), invitation=code)
    assert put("C") == "REJECTED"  # as the city above it now, which has to say why
    assert put("C", reason="the office has no line") == "CREATED"
    marked = owner.get("320102/project/2017/C")
    assert (marked.principal, getattr(marked, "from")) == ("socket", "320100")


# --- invitations ---


def test_an_invitation_says_all_that_a_line_needs(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    with Client(registry.server) as owner:
        code, reply = owner.invite("320100", "submit", "manage", name="南京", ttl_s=3600)
    made = reply.invitation
    assert (reply.address, reply.certificate_sha256, reply.system_trust) == (registry.tcp, registry.pin, False)
    assert (made.body.code_sha256, made.body.committee_code, made.committee_name) == (sha256(code), "320100", "南京市")
    assert (list(made.body.roles), made.body.name, made.state, made.by) == (["submit", "manage"], "南京", "open",
                                                                           "socket")
    assert made.body.expires_ms == made.created_ms + 3600 * 1000
    assert code not in (registry.data / "registry.db-wal").read_bytes()
    assert code.hex() not in registry.log()


def test_without_tcp_there_is_no_address(owner):
    _, reply = owner.invite("320100", "submit")
    assert (reply.address, reply.certificate_sha256) == ("", b"")
    assert reply.invitation.body.expires_ms == reply.invitation.created_ms + 3 * DAY_MS


def test_an_invitation_is_made_once(owner):
    code, reply = owner.invite("320100", "submit", name="a")
    assert outcome_name(reply.outcome) == "CREATED"
    _, again = owner.invite("320100", "submit", name="a", code=code)
    assert outcome_name(again.outcome) == "UNCHANGED"
    assert again.invitation == reply.invitation and again.position == reply.position
    assert refused(owner.invite, "320100", "submit", name="b", code=code) == "BAD_ARGUMENT"
    assert len(owner.invitations(committee="320100")) == 1


@pytest.mark.parametrize("change, code", [
    ({"roles": []}, "REQUIRED"),
    ({"roles": ["owner"]}, "BAD_ROLE"),
    ({"roles": ["填报"]}, "BAD_ROLE"),
    ({"roles": ["submit", "secure"], "committee": ""}, "ROLES_EXCLUDE"),
    ({"roles": ["audit"]}, "BAD_ARGUMENT"),
    ({"ttl_s": -1}, "BAD_TTL"),
    ({"ttl_s": 30 * 24 * 3600 + 1}, "BAD_TTL"),
    ({"committee": "32"}, "BAD_CODE"),
    ({"committee": "990000"}, "UNKNOWN_COMMITTEE"),
    ({"name": "two\nlines"}, "BAD_ARGUMENT"),
    ({"name": "n" * 201}, "BAD_ARGUMENT"),
    ({"code_sha256": b"\1" * 16}, "BAD_ARGUMENT"),
])
def test_what_is_no_invitation_is_refused(owner, change, code):
    fields = {"committee": "320100", "roles": ["submit"], "code_sha256": sha256(b"code"), **change}
    assert refused(owner.ask, "invite", pb.InviteRequest(**fields)) == code
    assert owner.invitations(committee="000000", subtree=True, all=True) == []
    owner.ask("invite", pb.InviteRequest(committee="320100", roles=["submit"], code_sha256=sha256(b"code"),
                                         ttl_s=30 * 24 * 3600))


def test_an_inviter_sees_who_came_and_what_is_open(registry, owner, city):
    office = DeviceKey()
    manager = registry.client(key=city)
    used, _ = manager.invite("320102", "submit", name="玄武区")
    taken_back, _ = manager.invite("320104", "submit")
    waiting, _ = manager.invite("320104", "query")
    manager.cancel(taken_back)
    registry.client(key=office, invitation=used, name="front desk")
    [still] = manager.invitations(subtree=True)
    assert still.body.code_sha256 == sha256(waiting)
    listed = {one.body.code_sha256: one for one in manager.invitations(subtree=True, all=True)}
    states = {sha256(used): "used", sha256(taken_back): "cancelled", sha256(waiting): "open"}
    own = {one.body.code_sha256 for one in manager.invitations(committee="320100", all=True)}
    assert {code: listed[code].state for code in listed} == {**states, **dict.fromkeys(own, "used")}
    mark = listed[sha256(used)].body
    assert (mark.used_by, mark.used_from) == (office.id, "unix")
    assert listed[sha256(used)].by == city.id and mark.used_ms >= listed[sha256(used)].created_ms
    assert refused(manager.invitations, committee="330000") == "NOT_ALLOWED"


def test_pages_of_invitations(owner):
    made = {sha256(owner.invite("320100", "submit")[0]) for _ in range(7)}
    seen, after = [], b""
    while True:
        reply = owner.ask("invitation_list", pb.InvitationListRequest(
            committee="320100", after=after, limit=2)).invitation_list
        assert len(reply.invitations) <= 2
        seen += [one.body.code_sha256 for one in reply.invitations]
        after = reply.next_after
        if not after:
            break
    assert seen == sorted(made)
    assert refused(owner.invitations, after=b"\1") == "BAD_CURSOR"


# --- keys ---


def page_after(client, id, **options):
    return client.ask("key_list", pb.KeyListRequest(after=id, subtree=True, **options)).key_list.keys


def test_keys_in_the_order_of_the_tree_page_by_page(registry, owner):
    expected = []
    for committee in ("000000", "110000", "320000", "320100", "320102"):
        expected += sorted(registry.enrol(committee, "submit").id for _ in range(3))
    security = registry.enrol("", "secure")
    officer = registry.client(key=security)
    assert ids(officer.keys()) == [security.id, *expected]
    for limit in (1, 2, 4, 1000):
        assert ids(officer.keys(limit=limit)) == [security.id, *expected]
    assert ids(officer.keys(committee="320000")) == expected[6:]
    assert ids(officer.keys(committee="320000", subtree=False)) == expected[6:9]
    assert ids(officer.keys(committee="320000", limit=2)) == expected[6:]
    assert refused(page_after, officer, expected[0], committee="320000") == "BAD_CURSOR"
    assert refused(page_after, officer, "key:0000000000000000") == "BAD_CURSOR"
    officer.revoke(expected[7])
    assert ids(officer.keys(committee="320000")) == [expected[6], *expected[8:]]
    assert ids(officer.keys(committee="320000", revoked=True)) == expected[6:]
    # A page goes on after a key that was revoked meanwhile.
    assert ids(page_after(officer, expected[7], committee="320000")) == expected[8:]


def test_a_key_says_whence_it_came_and_what_became_of_it(registry, owner, city):
    manager = registry.client(key=city)
    code, _ = manager.invite("320102", "submit", name="玄武区")
    office = DeviceKey()
    registry.client(key=office, invitation=code)
    [key] = manager.keys(committee="320102")
    body = key.body
    assert (body.id, body.public_key, body.name, body.committee_code) == (office.id, office.public, "玄武区", "320102")
    assert (body.invitation, body.enrolled_from, key.by, key.revision) == (sha256(code), "unix", office.id, 1)
    assert key.committee_name == "玄武区" and key.enrolled_ms == key.changed_ms > 0
    put = manager.put_key(office.id, name="front desk")
    assert outcome_name(put.outcome) == "UPDATED" and put.key.body.name == "front desk"
    assert (put.key.by, put.key.revision, put.key.enrolled_ms) == (city.id, 2, key.enrolled_ms)
    assert outcome_name(manager.put_key(office.id, name="front desk").outcome) == "UNCHANGED"
    own = registry.client(key=office)
    assert outcome_name(own.put_key(office.id, name="back desk").outcome) == "UPDATED"
    assert outcome_name(own.put_key(office.id).outcome) == "UNCHANGED"
    assert refused(own.keys) == "NOT_ALLOWED"


@pytest.mark.parametrize("change, code", [
    ({"id": ""}, "REQUIRED"),
    ({"id": "socket"}, "BAD_ARGUMENT"),
    ({"id": "person:"}, "BAD_ARGUMENT"),
    ({"id": "person:two words"}, "BAD_ARGUMENT"),
    ({"id": "person:" + "n" * 65}, "BAD_ARGUMENT"),
    ({"id": "key:0123456789abcdef"}, "NOT_FOUND"),
    ({"id": "person:wang", "set_roles": False}, "NOT_FOUND"),
    ({"roles": ["owner"]}, "BAD_ROLE"),
    ({"roles": ["act_for"]}, "BAD_ROLE"),
    ({"roles": ["secure"]}, "BAD_ROLE"),
    ({"name": "two\nlines"}, "BAD_ARGUMENT"),
    ({"reason": "r" * 2001}, "TOO_LONG"),
    ({"committee": "32"}, "BAD_CODE"),
    ({"committee": "990000"}, "UNKNOWN_COMMITTEE"),
])
def test_what_is_no_person_is_refused(owner, change, code):
    fields = {"id": "person:wang", "roles": ["submit"], "set_roles": True, "committee": "320100", **change}
    assert refused(owner.ask, "key_put", pb.KeyPutRequest(**fields)) == code
    assert owner.keys() == []


def test_an_own_key_is_given_up(registry, city):
    client, other = registry.client(key=city), registry.client(key=city)
    client.revoke(city.id, "the laptop is sold")
    for one in (client, other):
        with pytest.raises(Closed) as ended:
            one.ping()
        assert ended.value.code == "KEY_REVOKED"


def test_invitations_end_with_the_key_that_made_them(registry, owner, city):
    manager = registry.client(key=city)
    code, _ = manager.invite("320102", "submit")
    owner.revoke(city.id)
    with pytest.raises(Closed) as ended:
        registry.client(key=DeviceKey(), invitation=code)
    assert ended.value.code == "INVITATION"


def test_a_stolen_key_leaves_no_way_back(registry, owner, city):
    """Not by an invitation made in somebody's name, nor by one from before a rotation, nor by a second rotation."""
    manager = registry.client(key=city)
    manager.put_key("person:li", roles=["manage", "submit"], set_roles=True, committee="320100")
    gateway = registry.enrol("320100", "act_for")
    as_li = registry.client(key=gateway, act_for="person:li")
    in_her_name, made = as_li.invite("320102", "manage")
    assert made.invitation.by == "person:li"
    manager.revoke(gateway.id)
    before_it, _ = manager.invite("320102", "manage")
    new = DeviceKey()
    manager.rotate(city, new)
    with pytest.raises(Refused) as caught:  # whoever has a copy of the old key
        manager.rotate(city, DeviceKey())
    assert (caught.value.code, caught.value.status.value) == ("KEY_EXISTS", new.id)
    registry.client(key=new).revoke(city.id)
    states = {i.body.code_sha256: i.state for i in owner.invitations(committee="320102", all=True)}
    assert states == {sha256(in_her_name): "cancelled", sha256(before_it): "open"}
    owner.revoke(new.id)
    for code in (in_her_name, before_it):
        with pytest.raises(Closed) as ended:
            registry.client(key=DeviceKey(), invitation=code)
        assert ended.value.code == "INVITATION"
    registry.stop()
    registry.start()
    with Client(registry.server) as again:
        assert {i.state for i in again.invitations(committee="320102", all=True)} == {"cancelled"}


def test_a_rotation_asked_for_twice_is_one(registry, city):
    client, new = registry.client(key=city), DeviceKey()
    made = client.rotate(city, new)
    again = client.rotate(city, new)
    assert (outcome_name(made.outcome), outcome_name(again.outcome)) == ("CREATED", "UNCHANGED")
    assert made.key == again.key and made.old_until_ms == again.old_until_ms
    assert made.old_until_ms == made.key.enrolled_ms + 7 * DAY_MS
    assert made.key.body.name == "南京" and list(made.key.body.roles) == ["submit", "query", "manage"]
    with Client(registry.server) as owner:
        assert refused(owner.rotate, city, DeviceKey()) == "UNSUPPORTED"


def test_all_of_it_is_there_after_a_restart(registry, owner, city):
    manager = registry.client(key=city)
    code, _ = manager.invite("320102", "submit")
    manager.put_key("person:wang", roles=["submit"], set_roles=True, committee="320104")
    new = DeviceKey()
    manager.rotate(city, new)
    before = [key.SerializeToString() for key in manager.keys(revoked=True)]
    registry.stop()
    registry.start()
    manager = registry.client(key=new)
    assert [key.SerializeToString() for key in manager.keys(revoked=True)] == before
    assert registry.client(key=DeviceKey(), invitation=code).hello.committee == "320102"
    manager.revoke(city.id)
    registry.stop()
    registry.start()
    with pytest.raises(Closed) as ended:
        registry.client(key=city)
    assert ended.value.code == "KEY_REVOKED"


def test_requests_sent_ahead_of_the_reply(registry, owner):
    """What comes behind a Proof that enrols is answered after it, or ends the connection; the key is enrolled."""
    code, _ = owner.invite("320102", "submit")
    key = DeviceKey()
    wire = registry.wire(registry.server)
    ahead = pb.ClientMessage(id=3, ping=pb.PingRequest()).SerializeToString()
    sent = proof(key, challenged(wire, key), wire.certificate, code).SerializeToString()
    wire.send(b"".join(len(one).to_bytes(4, "big") + one for one in (sent, ahead)))
    first = wire.receive_message()
    assert first.HasField("hello") and first.hello.principal == key.id
    second = wire.receive_message()
    assert second.HasField("ping") if second.id else code_name(second.status.code) == "HELLO_REQUIRED"
    assert registry.client(key=key).hello.committee == "320102"


def test_a_peer_that_leaves_while_it_is_enrolled(registry, owner):
    for end in ("close", "end"):
        code, _ = owner.invite("320102", "submit")
        key = DeviceKey()
        wire = registry.wire(registry.server)
        wire.send_frame(proof(key, challenged(wire, key), wire.certificate, code).SerializeToString())
        getattr(wire, end)()
        if end == "end":
            assert wire.receive_message().hello.principal == key.id
        wait_until(lambda: key.id in ids(owner.keys(committee="320102")), "the key to be enrolled")
        assert registry.client(key=key, invitation=code).hello.principal == key.id


def test_many_offices_join_at_once(registry, owner):
    """Each with a code of its own, in the same batches."""
    codes = [owner.invite("320102", "submit")[0] for _ in range(40)]
    keys = [DeviceKey() for _ in codes]
    failed = []

    def join(key, code):
        try:
            with Client(registry.server, key=key, invitation=code) as client:
                assert client.hello.principal == key.id
        except Exception as error:  # seen by the test, not by the thread
            failed.append(error)

    threads = [threading.Thread(target=join, args=pair) for pair in zip(keys, codes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(ids(owner.keys(committee="320102"))) == sorted(key.id for key in keys)


def test_no_name_holds_a_resident_id_number(registry, owner, city):
    """It would stand in the journal for ever."""
    name = "林芳 11010519491231002X"
    assert refused(owner.invite, "320102", "submit", name=name) == "RESIDENT_ID"
    assert refused(owner.put_key, city.id, name=name) == "RESIDENT_ID"
    assert refused(owner.put_key, "person:linfang", committee="320102", roles=["query"], set_roles=True,
                   name=name) == "RESIDENT_ID"
    code, _ = owner.invite("320102", "submit", name="玄武")
    with pytest.raises(Closed) as closed:
        registry.client(key=DeviceKey(), invitation=code, name=name)
    assert closed.value.code == "RESIDENT_ID"
    registry.client(key=DeviceKey(), invitation=code).ping()
