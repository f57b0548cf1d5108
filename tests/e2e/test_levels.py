# SPDX-License-Identifier: Apache-2.0
"""One story over all levels: the centre lets provinces in, they their counties; each reaches its own subtree, and what
changes in the tree or in a key's roles is so at once, on connections that are open."""

import pytest

import bodies
from tzclient import Client, Closed, DeviceKey, Refused, code_name, journal_pb2, outcome_name, pb, record


class World:
    """The keys and connections of four levels: 000000, 320000, 320100, 320102; and of 330000 beside them."""

    def __init__(self, registry):
        self.registry = registry
        self.root = registry.client(key=registry.enrol("000000", "manage", "submit", "query", "read_totals"))
        self.province = self.let_in(self.root, "320000", "manage", "submit", "query")
        self.beside = self.let_in(self.root, "330000", "manage", "submit")
        self.city = self.let_in(self.province, "320100", "manage", "submit")
        self.county = self.let_in(self.city, "320102", "submit")

    def let_in(self, inviter, committee, *roles):
        """As an office does: a code from the one above, a key made here."""
        code, reply = inviter.invite(committee, *roles, name=f"office of {committee}")
        assert not reply.outcome.errors, reply
        assert reply.invitation.by == inviter.hello.principal
        client = self.registry.client(key=DeviceKey(), invitation=code)
        assert (client.hello.committee, set(client.hello.roles)) == (committee, set(roles))
        return client


@pytest.fixture
def world(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    return World(registry)


def refusal(call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    return caught.value.code


def a_project(place, n=1, **options):
    return record(place, bodies.project(n), **options)


def test_each_level_lets_in_the_one_below(world):
    """And nobody else: not beside, not above, not with what it does not hold itself."""
    for client in (world.province, world.city, world.county):
        assert refusal(client.invite, "000000", "submit") == "NOT_ALLOWED"
        assert refusal(client.invite, "330102", "submit") == "NOT_ALLOWED"
    assert refusal(world.county.invite, "320102", "submit") == "NOT_ALLOWED"
    assert refusal(world.city.invite, "320104", "query") == "BEYOND_OWN"
    seen = {client: [key.body.committee_code for key in client.keys()] for client in (world.root, world.province)}
    assert sorted(seen[world.root]) == ["000000", "320000", "320100", "320102", "330000"]
    assert sorted(seen[world.province]) == ["320000", "320100", "320102"]


def test_each_level_reads_its_subtree(world):
    for client, committee in ((world.root, "000000"), (world.province, "320000"), (world.city, "320100"),
                              (world.county, "320102"), (world.beside, "330000")):
        client.put(a_project(f"{committee}/project/2017/K"))
    held = {client.hello.committee: [one.address.committee for one in client.list()]
            for client in (world.root, world.province, world.city, world.county, world.beside)}
    assert held == {"000000": ["000000", "320000", "320100", "320102", "330000"],
                    "320000": ["320000", "320100", "320102"], "320100": ["320100", "320102"], "320102": ["320102"],
                    "330000": ["330000"]}
    assert world.root.total("project", "quantity")[0] == 5
    assert world.province.total("project", "quantity")[0] == 3
    for committee in ("000000", "320000", "320100", "330000"):
        assert refusal(world.county.totals_reply, "project", committee=committee) == "NOT_ALLOWED"
        assert refusal(world.county.list, committee=committee) == "NOT_ALLOWED"
        assert refusal(world.county.trace, "project", "quantity", committee=committee) == "NOT_ALLOWED"


def test_figures_only(world):
    world.county.put(a_project("320102/project/2017/K"))
    press = world.let_in(world.root, "000000", "read_totals")
    assert press.total("project", "quantity", "320000")[0] == 1
    for call in (press.list, press.changes):
        assert refusal(call, committee="320000") == "NOT_ALLOWED"
    assert refusal(press.get, "320102/project/2017/K") in ("NOT_ALLOWED", "NOT_FOUND")
    assert refusal(press.history, "320102/project/2017/K") in ("NOT_ALLOWED", "NOT_FOUND")
    assert refusal(press.trace, "project", "quantity", committee="320000") == "NOT_ALLOWED"
    assert refusal(press.submit, a_project("000000/project/2017/K")) == "NOT_ALLOWED"


def test_a_write_from_above_is_marked_and_told_to_the_owner(world):
    place = "320102/project/2017/K"
    sent = a_project(place)
    [silent] = world.province.submit(sent)
    assert (outcome_name(silent), code_name(silent.errors[0].code)) == ("REJECTED", "REASON_REQUIRED")
    [given] = world.province.submit(sent, reason="县里无网络")
    assert outcome_name(given) == "CREATED"
    [made] = world.county.history(place)
    assert (made.principal, made.reason) == (world.province.hello.principal, "县里无网络")
    assert getattr(made, "from") == "320000"
    [told] = world.county.status().from_above
    assert (told.address.key, told.revision, told.withdrawn, told.reason) == ("K", 1, False, "县里无网络")
    assert getattr(told, "from") == "320000" and told.time_ms > 0
    assert not world.city.status().from_above
    world.county.put(a_project(place, 2, base=1))
    assert getattr(world.county.get(place), "from") == ""
    assert outcome_name(world.city.withdraw(place, 2)) == "REJECTED"
    assert outcome_name(world.city.withdraw(place, 2, "重复")) == "WITHDRAWN"
    last = world.county.status().from_above[0]
    assert (last.withdrawn, getattr(last, "from"), last.reason) == (True, "320100", "重复")
    outcome = world.beside.submit(a_project(place, 3, base=3), reason="helpful")[0]
    assert code_name(outcome.errors[0].code) == "NOT_ALLOWED"


def test_private_fields_are_the_owners_and_those_aboves(world):
    """A worker that is published to everybody is published without the fields of a person."""
    place = "320102/worker/2017/W"
    private = bodies.rec.WorkerPrivate(name="王芳", contact="13800000000")
    body = bodies.worker(1, env={"visibility": 3})
    world.county.put(record(place, body, private=private))
    secret = private.SerializeToString(deterministic=True)
    for client in (world.county, world.city, world.province, world.root):
        assert client.get(place).private == secret, client.hello.committee
    assert world.beside.get(place).private == b""
    assert [one.private for one in world.beside.history(place)] == [b""]


def test_what_is_published_downwards_is_read_below(world):
    for visibility, key in ((1, "OWN"), (2, "BELOW"), (3, "ALL")):
        body = bodies.project(1, env={"visibility": visibility})
        world.province.put(record(f"320000/project/2017/{key}", body))
    expected = ((world.county, {"BELOW", "ALL"}), (world.beside, {"ALL"}), (world.root, {"OWN", "BELOW", "ALL"}))
    for client, keys in expected:
        seen = set()
        for key in ("OWN", "BELOW", "ALL"):
            try:
                client.get(f"320000/project/2017/{key}")
                seen.add(key)
            except Refused as refused:
                assert refused.code in ("NOT_ALLOWED", "NOT_FOUND")
        assert seen == keys, client.hello.committee


def test_a_reference_upwards_says_only_whether_it_is_there(world):
    """part_of names a whole above that the author may not read: taken, and nothing of it is shown."""
    world.province.put(a_project("320000/project/2017/WHOLE", 10))
    part = bodies.project(3, part_of="320000/project/2017/WHOLE")
    world.county.put(record("320102/project/2017/PART", part))
    assert world.province.total("project", "quantity")[0] == 10
    assert refusal(world.county.get, "320000/project/2017/WHOLE") in ("NOT_ALLOWED", "NOT_FOUND")


def test_contacts_go_up_and_one_level_down(world):
    def put(client, code, name, level, parent, person):
        body = journal_pb2.CommitteeBody(code=code, name=name, level=level, parent_code=parent, type=1)
        item = pb.CommitteeItem(body=body, contacts=[journal_pb2.Contact(name=person, phone="025-1")])
        reply = client.ask("committee_import", pb.CommitteeImportRequest(items=[item])).committee_import
        assert outcome_name(reply.outcomes[0]) == "UPDATED", reply

    put(world.root, "000000", "全国", 1, "", "国")
    put(world.root, "330000", "浙江省", 2, "000000", "浙")
    put(world.root, "320000", "江苏省", 2, "000000", "苏")
    put(world.province, "320100", "南京市", 3, "320000", "宁")
    put(world.city, "320102", "玄武区", 4, "320100", "玄")
    put(world.city, "320104", "秦淮区", 4, "320100", "秦")

    def seen(client):
        found = set()
        for unit in client.committees(under="000000", subtree=True):
            found |= {contact.name for contact in unit.contacts}
        return found

    assert seen(world.county) == {"玄", "宁"}
    assert seen(world.city) == {"宁", "玄", "秦", "苏"}
    assert seen(world.province) == {"国", "苏", "宁", "玄", "秦"}
    assert seen(world.beside) == {"国", "浙"}
    assert seen(world.root) == {"国", "苏", "浙", "宁", "玄", "秦"}


def test_a_unit_that_moves_takes_its_office_with_it(world):
    """From 320100 to 330100: those above it before lose it with their next request, those above it now have it."""
    world.county.put(a_project("320102/project/2017/K"))
    assert [one.address.key for one in world.city.list(committee="320102")] == ["K"]
    assert refusal(world.beside.list, committee="320102") == "NOT_ALLOWED"
    moved = world.root.import_committees(("320102", "玄武区", 4, "330100"))
    assert outcome_name(moved[0]) == "UPDATED"
    for client in (world.city, world.province):
        assert refusal(client.list, committee="320102") == "NOT_ALLOWED"
        assert refusal(client.revoke, world.county.hello.principal) in ("NOT_ALLOWED", "NOT_FOUND")
        outcome = client.submit(a_project("320102/project/2017/LATE"), reason="as before")[0]
        assert code_name(outcome.errors[0].code) == "NOT_ALLOWED"
    assert [one.address.key for one in world.beside.list(committee="320102")] == ["K"]
    assert world.county.hello.principal in [key.body.id for key in world.beside.keys()]
    world.county.put(a_project("320102/project/2017/AFTER"))
    [given] = world.beside.submit(a_project("320102/project/2017/FROM"), reason="first day")
    assert outcome_name(given) == "CREATED"


def test_two_counties_become_one(world):
    """Their keys still read what was theirs, and are told where to write now; the new county gets a key of its own,
    and has what both had."""
    east, west = (world.let_in(world.root, code, "submit") for code in ("110101", "110102"))
    east.put(a_project("110101/project/2017/E", 3))
    west.put(a_project("110102/project/2017/W", 4))
    centre = world.registry.office("000000", "manage")
    merge = ("committee", "merge", "110101", "110102", "--into", "110199")
    centre.run(*merge, "--name", "中心区", "--reason", "撤并")
    [late] = east.submit(a_project("110101/project/2017/LATE"))
    [error] = late.errors
    assert (code_name(error.code), error.value) == ("RETIRED", "110101")
    assert any("110199" in param.text for param in error.params)
    [strange] = east.submit(a_project("110199/project/2017/LATE"), reason="we are that now")
    assert code_name(strange.errors[0].code) == "NOT_ALLOWED"
    assert [one.address.key for one in east.list()] == ["E"]
    new = world.let_in(world.root, "110199", "submit")
    new.put(a_project("110199/project/2017/N", 5))
    assert sorted(one.address.key for one in new.list()) == ["E", "N", "W"]
    assert new.total("project", "quantity")[0] == 12
    assert refusal(west.list, committee="110199") == "NOT_ALLOWED"


def test_a_manager_shuts_out_its_subtree_only(world):
    world.province.revoke(world.county.hello.principal, "the laptop was stolen")
    with pytest.raises(Exception) as ended:
        world.county.ping()
    assert getattr(ended.value, "code", "") == "KEY_REVOKED"
    world.city.ping()
    assert refusal(world.city.revoke, world.province.hello.principal) in ("NOT_ALLOWED", "NOT_FOUND")
    [revoked] = [key for key in world.city.keys(revoked=True) if key.body.revoked]
    assert (revoked.body.id, revoked.by) == (world.county.hello.principal, world.province.hello.principal)


def test_rotation_leaves_no_gap(world):
    """Two keys hold while one is exchanged; the old one is then revoked, by itself or by time. Whoever is above revokes
    it with all that came in its place."""
    old = DeviceKey()
    code, _ = world.city.invite("320104", "submit")
    office = world.registry.client(key=old, invitation=code)
    new = DeviceKey()
    made = office.rotate(old, new)
    assert made.old_until_ms > office.ping().time_ms
    fresh = world.registry.client(key=new)
    assert (fresh.hello.committee, list(fresh.hello.roles)) == ("320104", ["submit"])
    for n, client in enumerate((office, fresh)):
        client.put(a_project(f"320104/project/2017/K{n}"))
    office.revoke(old.id)
    with pytest.raises(Closed) as ended:
        office.ping()
    assert ended.value.code == "KEY_REVOKED"
    fresh.ping()
    world.city.revoke(old.id)
    with pytest.raises(Closed) as ended:
        fresh.ping()
    assert ended.value.code == "KEY_REVOKED"


def test_a_gateway_acts_for_persons(world):
    """Each request names the person; the person's reach decides, and the journal keeps both."""
    with Client(world.registry.server) as officer:
        code, reply = officer.invite("320000", "act_for", name="gateway")
        assert not reply.outcome.errors, reply
    key = DeviceKey()
    gateway = world.registry.client(key=key, invitation=code)
    for login, committee, roles in (("wang", "320102", ["submit"]), ("li", "320000", ["query"])):
        made = world.province.put_key(f"person:{login}", name=login, committee=committee, roles=roles, set_roles=True)
        assert outcome_name(made.outcome) == "CREATED", made
    world.beside.put_key("person:zhao", name="zhao", committee="330102", roles=["submit"], set_roles=True)
    assert refusal(gateway.submit, a_project("320102/project/2017/OWN")) == "NOT_ALLOWED"
    gateway.act_for = "person:wang"
    gateway.put(a_project("320102/project/2017/K"))
    kept = gateway.get("320102/project/2017/K")
    assert (kept.principal, kept.person) == (key.id, "person:wang")
    outcome = gateway.submit(a_project("320104/project/2017/K"))[0]
    assert code_name(outcome.errors[0].code) == "NOT_ALLOWED"
    assert refusal(gateway.list, committee="320000") == "NOT_ALLOWED"
    gateway.act_for = "person:li"
    assert [one.address.key for one in gateway.list(committee="320000")] == ["K"]
    assert refusal(gateway.submit, a_project("320102/project/2017/K", 2, base=1), reason="x") == "NOT_ALLOWED"
    for nobody in ("person:zhao", "person:nobody", world.province.hello.principal + "0", "socket"):
        gateway.act_for = nobody
        assert refusal(gateway.ping) == "BAD_PERSON"
    world.province.revoke("person:wang")
    gateway.act_for = "person:wang"
    assert refusal(gateway.ping) == "BAD_PERSON"
    gateway.act_for = "person:li"
    gateway.ping()
