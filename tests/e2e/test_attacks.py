# SPDX-License-Identifier: Apache-2.0
"""Those who want in, or want more than they were given: each is refused by name, and the honest ones do not notice."""

import secrets
import struct
import time

import pytest

import bodies
from peers import challenged, end_of, hello, last_words, proof, prove
from registry import times
from tzclient import (Client, Closed, DeviceKey, Refused, Wire, WrongCertificate, code_name, outcome_name, pb, record,
                      sha256, wait_until)

ELSEWHERE = "127.0.0.9"  # another address of this machine: limits of addresses are not the neighbour's


@pytest.fixture
def registry(make_registry):
    """An empty registry with the small tree, on TCP too."""
    registry = make_registry(tcp=True)
    registry.plant()
    return registry


@pytest.fixture
def county(registry):
    """The key of 320102, which submits."""
    return registry.enrol("320102", "submit")


@pytest.fixture
def province(registry):
    """The key of 320000, which manages its subtree, submits and looks."""
    return registry.enrol("320000", "manage", "submit", "query")


@pytest.fixture(autouse=True)
def neighbour(registry):
    """An honest peer that was there before, and is served at once afterwards."""
    client = registry.client(key=registry.enrol("330102", "submit"))
    yield client
    client.ping()
    client.put(record("330102/project/2017/NEIGHBOUR", bodies.project(1)))
    assert registry.process.poll() is None


def tcp(registry, **options):
    return registry.wire(registry.tcp, **options)


def refused(call, *args, **options):
    """The status with which the registry refuses this."""
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    return caught.value


def closed(call, *args, **options):
    """The code with which the registry closes the connection on this."""
    with pytest.raises(Closed) as caught:
        call(*args, **options)
    return caught.value.code


def a_project(place, n=1):
    return record(place, bodies.project(n))


# --- Hello ---


def test_a_recorded_proof_is_worthless_on_another_connection(registry, county):
    first = tcp(registry)
    recorded = proof(county, challenged(first, county), first.certificate).SerializeToString()
    first.send_frame(recorded)
    assert first.receive_message().hello.principal == county.id
    second = tcp(registry)
    challenged(second, county)
    second.send_frame(recorded)
    assert end_of(second) == "BAD_PROOF"


def test_nonces_never_repeat(registry, county):
    nonces = set()
    for _ in range(times(50)):
        with tcp(registry) as wire:
            nonces.add(challenged(wire, county))
    assert len(nonces) == times(50)


def test_a_hello_that_is_relayed_proves_nothing(registry, make_registry, county):
    """Somebody in between has another certificate, over which the client signs. Whether he passes the proof on over
    TLS or on the socket, it is not one there."""
    for far in (tcp(registry), registry.wire()):
        nonce = challenged(far, county)  # passed on to the client, which sees the relay's certificate
        relayed = proof(county, nonce, sha256(b"the relay's certificate"))
        far.send_frame(relayed.SerializeToString())
        assert end_of(far) == "BAD_PROOF"


def test_a_proof_of_the_socket_is_none_over_tls(registry, county):
    wire = tcp(registry)
    prove(wire, county, challenged(wire, county), certificate=bytes(32))
    assert end_of(wire) == "BAD_PROOF"
    wire = registry.wire()
    prove(wire, county, challenged(wire, county), certificate=registry.pin)
    assert end_of(wire) == "BAD_PROOF"


def test_a_key_works_on_the_socket_too(registry, county):
    client = registry.client(registry.server, key=county)
    assert (client.hello.principal, client.hello.committee) == (county.id, "320102")
    assert list(client.hello.roles) == ["submit"]


def test_an_unknown_key_is_challenged_as_any_and_then_refused(registry):
    """Nobody learns by a Hello which keys there are; who cannot sign is told nothing else."""
    key = DeviceKey()
    wire = tcp(registry)
    prove(wire, key, challenged(wire, key))
    assert end_of(wire) == "KEY_UNKNOWN"
    wire = tcp(registry)
    challenged(wire, key)
    prove(wire, key, bytes(32))
    assert end_of(wire) == "BAD_PROOF"


def test_a_key_of_another_registry(registry, make_registry):
    other = make_registry(tcp=True, name="other")
    other.plant()
    stranger = other.enrol("320102", "submit")
    assert other.client(key=stranger).hello.principal == stranger.id
    assert closed(registry.client, key=stranger) == "KEY_UNKNOWN"


def test_a_key_that_another_has_only_seen(registry, county):
    """A public key is no secret: whoever names it must sign with its other half."""
    wire = tcp(registry)
    prove(wire, DeviceKey(), challenged(wire, county))
    assert end_of(wire) == "BAD_PROOF"


def test_without_a_key_over_tcp(registry):
    wire = tcp(registry)
    hello(wire)
    assert end_of(wire) == "NOT_ALLOWED"


def test_a_proof_twice(registry, county):
    wire = tcp(registry)
    nonce = challenged(wire, county)
    prove(wire, county, nonce)
    assert wire.receive_message().HasField("hello")
    prove(wire, county, nonce)
    assert end_of(wire) == "HELLO_AGAIN"


def test_a_proof_without_a_hello(registry, county):
    wire = tcp(registry)
    prove(wire, county, bytes(32))
    assert end_of(wire) == "HELLO_REQUIRED"


def test_a_second_hello_instead_of_the_proof(registry, county):
    wire = tcp(registry)
    challenged(wire, county)
    hello(wire, key_id=county.public)
    assert end_of(wire) == "HELLO_AGAIN"


def test_requests_before_the_proof(registry, county):
    """Not even a question is answered, and nothing is done of what was sent ahead."""
    sent = pb.ClientMessage(id=3, submit=pb.SubmitRequest(records=[a_project("320102/project/2017/EARLY")]))
    for before in (lambda wire: None, lambda wire: challenged(wire, county)):
        for request in (pb.ClientMessage(id=3, ping=pb.PingRequest()), sent):
            wire = tcp(registry)
            before(wire)
            wire.send_frame(request.SerializeToString())
            assert end_of(wire) == "HELLO_REQUIRED"
    assert registry.client(key=county).list() == []


def test_requests_sent_right_behind_the_proof(registry):
    """Before HelloReply: refused while the key is being enrolled, which happens all the same, and once; answered after
    HelloReply where nothing is waited for."""
    with Client(registry.server) as owner:
        code, _ = owner.invite("320104", "submit")
    key = DeviceKey()
    for invitation in (code, b""):
        wire = tcp(registry)
        messages = [proof(key, challenged(wire, key), wire.certificate, invitation)]
        messages += [pb.ClientMessage(id=number, ping=pb.PingRequest()) for number in range(3, 20)]
        frames = [message.SerializeToString() for message in messages]
        wire.send(b"".join(struct.pack(">I", len(frame)) + frame for frame in frames))
        if invitation:
            assert end_of(wire) == "HELLO_REQUIRED"
            registry.client(key=key, invitation=code).close()
            continue
        assert wire.receive_message().hello.principal == key.id
        answers = [wire.receive_message() for _ in messages[1:]]
        assert sorted(answer.id for answer in answers if answer.HasField("ping")) == list(range(3, 20))


def test_a_handshake_that_stops_half_way(make_registry):
    registry = make_registry("--hello-seconds", "1", tcp=True, name="short")
    key = DeviceKey()
    wire = tcp(registry)
    challenged(wire, key)
    assert end_of(wire) == "TIMEOUT"


@pytest.mark.parametrize("size", [1, 31, 33, 64, 1000])
def test_keys_of_wrong_lengths(registry, size):
    wire = tcp(registry)
    hello(wire, key_id=b"\1" * size)
    assert end_of(wire) == "BAD_ARGUMENT"


@pytest.mark.parametrize("size", [0, 1, 63, 65, 1000])
def test_signatures_of_wrong_lengths(registry, county, size):
    wire = tcp(registry)
    nonce = challenged(wire, county)
    right = county.prove(nonce, wire.certificate)
    prove(wire, county, nonce, signature=(right + bytes(size))[:size])
    assert end_of(wire) == "BAD_PROOF"


@pytest.mark.parametrize("size", [1, 15, 17, 32, 1000])
def test_codes_of_wrong_lengths(registry, size):
    wire = tcp(registry)
    key = DeviceKey()
    prove(wire, key, challenged(wire, key), invitation=b"\1" * size)
    assert end_of(wire) == "BAD_ARGUMENT"


def test_a_proof_above_the_limit_before_hello(registry, county):
    wire = tcp(registry)
    challenged(wire, county)
    wire.send(struct.pack(">I", 4097))
    assert end_of(wire) == "FRAME_TOO_LARGE"


@pytest.mark.parametrize("name", ["n" * 201, "two\nlines", "\x1b[2J"])
def test_names_of_devices_that_are_no_names(registry, name):
    with Client(registry.server) as owner:
        code, _ = owner.invite("320104", "submit")
    key = DeviceKey()
    assert closed(registry.client, key=key, invitation=code, name=name) == "BAD_ARGUMENT"
    assert registry.client(key=key, invitation=code, name="办公室").hello.committee == "320104"


# --- invitations ---


def test_a_stolen_invitation_is_good_once(registry, province):
    inviter = registry.client(key=province)
    code, _ = inviter.invite("320104", "submit", name="秦淮区")
    office, thief = DeviceKey(), DeviceKey()
    first = registry.client(key=office, invitation=code)
    wire = tcp(registry)
    prove(wire, thief, challenged(wire, thief), invitation=code)
    assert last_words(wire) == ("INVITATION", "used")
    first.put(a_project("320104/project/2017/K"))
    assert registry.client(key=office).hello.committee == "320104"
    assert closed(registry.client, key=thief) == "KEY_UNKNOWN"
    with Client(registry.server) as auditor:
        seen = {(event.event, event.code, event.peer.split(":")[0]) for event in auditor.audit(event="refused")}
    assert ("refused", pb.CODE_INVITATION, "127.0.0.1") in seen
    [used] = inviter.invitations(committee="320104", all=True)
    assert (used.state, used.body.used_by, used.body.used_from[:9]) == ("used", office.id, "127.0.0.1")


def test_a_reply_that_was_lost_costs_no_invitation(registry):
    """The same key with the same code is the same office, which never heard the answer."""
    with Client(registry.server) as owner:
        code, _ = owner.invite("320104", "submit")
    key = DeviceKey()
    wire = tcp(registry)
    prove(wire, key, challenged(wire, key), invitation=code)
    wire.close()
    position = 0
    for _ in range(3):
        client = registry.client(key=key, invitation=code)
        assert client.hello.principal == key.id
        assert position in (0, client.position())
        position = client.position()


def test_two_keys_at_once_with_one_code(registry):
    with Client(registry.server) as owner:
        code, _ = owner.invite("320104", "submit")
    keys = [DeviceKey() for _ in range(8)]
    wires = [tcp(registry) for _ in keys]
    nonces = [challenged(wire, key) for wire, key in zip(wires, keys)]
    for wire, key, nonce in zip(wires, keys, nonces):
        prove(wire, key, nonce, invitation=code)
    answers = [wire.receive_message() for wire in wires]
    let_in = [message.hello.principal for message in answers if message.HasField("hello")]
    assert len(let_in) == 1
    assert {code_name(message.status.code) for message in answers if message.id == 0} == {"INVITATION"}
    with Client(registry.server) as owner:
        assert [key.body.id for key in owner.keys(committee="320104")] == let_in


def test_an_invitation_that_has_expired(registry, province):
    inviter = registry.client(key=province)
    code, _ = inviter.invite("320104", "submit", ttl_s=1)
    wait_until(lambda: [one.state for one in inviter.invitations(committee="320104", all=True)] == ["expired"],
               "the invitation to expire")
    key = DeviceKey()
    wire = tcp(registry)
    prove(wire, key, challenged(wire, key), invitation=code)
    assert last_words(wire) == ("INVITATION", "expired")


def test_an_invitation_that_was_taken_back(registry, province):
    inviter = registry.client(key=province)
    code, _ = inviter.invite("320104", "submit")
    inviter.cancel(code)
    key = DeviceKey()
    wire = tcp(registry)
    prove(wire, key, challenged(wire, key), invitation=code)
    assert last_words(wire) == ("INVITATION", "cancelled")


def test_an_invitation_that_nobody_made(registry):
    key = DeviceKey()
    wire = tcp(registry)
    prove(wire, key, challenged(wire, key), invitation=secrets.token_bytes(16))
    assert last_words(wire) == ("INVITATION", "unknown")


def test_the_hash_of_a_code_is_no_code(registry):
    """What the journal and the inviter's list show lets nobody in."""
    with Client(registry.server) as owner:
        code, _ = owner.invite("320104", "submit")
    key = DeviceKey()
    wire = tcp(registry)
    prove(wire, key, challenged(wire, key), invitation=sha256(code)[:16])
    assert last_words(wire) == ("INVITATION", "unknown")
    assert registry.client(key=key, invitation=code)


def test_a_key_that_is_enrolled_gains_nothing_by_an_invitation(registry, county, province):
    inviter = registry.client(key=province)
    code, _ = inviter.invite("320104", "submit", "manage")
    assert closed(registry.client, key=county, invitation=code) == "KEY_EXISTS"
    assert list(registry.client(key=county).hello.roles) == ["submit"]
    assert registry.client(key=DeviceKey(), invitation=code).hello.committee == "320104"


def test_a_revoked_key_does_not_come_back_by_an_invitation(registry, county, province):
    manager = registry.client(key=province)
    manager.revoke(county.id)
    code, _ = manager.invite("320102", "submit")
    assert closed(registry.client, key=county, invitation=code) in ("KEY_REVOKED", "KEY_EXISTS")
    assert closed(registry.client, key=county) == "KEY_REVOKED"


def test_guessing_codes_at_speed(registry, neighbour):
    """After some wrong ones the address is told to wait; others are served all the while."""
    with Client(registry.server) as owner:
        owner.invite("320104", "submit")
        before = len(owner.keys(committee="320104"))

    def guess():
        key = DeviceKey()
        try:
            wire = Wire(registry.tcp, source=ELSEWHERE)
        except OSError:
            return "SLOW_DOWN"  # cut while TLS was not up
        with wire:
            hello(wire, key_id=key.public)
            message = wire.receive_message()
            if message is None:
                return "SLOW_DOWN"
            if message.id == 0:
                assert any(param.number > 0 for param in message.status.params), message
                return code_name(message.status.code)
            prove(wire, key, message.challenge.nonce, invitation=secrets.token_bytes(16))
            return end_of(wire)

    said = []
    while len(said) < 500 and "SLOW_DOWN" not in said:
        said.append(guess())
        neighbour.ping()
    assert set(said) == {"INVITATION", "SLOW_DOWN"}
    with Client(registry.server) as owner:
        assert len(owner.keys(committee="320104")) == before


# --- keys that lose or want more ---


def test_a_key_revoked_in_mid_stream(registry, county, province, neighbour):
    """It pipelines without a pause. What it sends after the revocation was acknowledged is not done, its connections
    end, and the reason is said; so do those on which it was silent."""
    busy, silent = registry.client(key=county), registry.client(key=county)
    manager = registry.client(key=province)
    sent = [busy.send_record(a_project(f"320102/project/2017/A{n}")) for n in range(50)]
    revoked = manager.revoke(county.id, "lost")
    try:
        late = [busy.send_record(a_project(f"320102/project/2017/B{n}")) for n in range(50)]
    except OSError:
        late = []
    answered = {}
    with pytest.raises(Closed) as ended:
        while True:
            message = busy.receive()
            answered[message.id] = message
    assert ended.value.code == "KEY_REVOKED"
    assert not set(late) & set(answered)
    assert closed(silent.ping) == "KEY_REVOKED"
    assert closed(registry.client, key=county) == "KEY_REVOKED"
    held = {one.address.key for one in manager.list(committee="320102")}
    done = {f"A{n}" for n, number in enumerate(sent) if number in answered}
    assert done <= held and not any(key.startswith("B") for key in held)
    assert all(one.position < revoked.position for one in manager.list(committee="320102"))
    neighbour.ping()


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(registry, province):
    office = registry.enrol("320102", "submit")
    client = registry.client(key=office)
    client.put(a_project("320102/project/2017/K"))
    registry.client(key=province).set_roles(office.id, "query")
    assert refused(client.submit, record("320102/project/2017/K", bodies.project(2), base=1)).code == "NOT_ALLOWED"
    assert client.get("320102/project/2017/K").revision == 1


def test_nobody_gives_what_he_does_not_hold(registry):
    manager = registry.client(key=registry.enrol("320000", "manage"))
    office = registry.enrol("320102", "query")
    for role in ("submit", "review", "read_totals", "act_for", "operate", "secure", "audit"):
        assert refused(manager.invite, "320102", role).code in ("BEYOND_OWN", "NOT_ALLOWED"), role
        assert refused(manager.set_roles, office.id, "query", role).code in ("BEYOND_OWN", "ROLES_EXCLUDE"), role
    assert manager.invitations() == []
    assert list(registry.client(key=office).hello.roles) == ["query"]
    assert manager.invite("320102", "manage")


def test_nobody_gives_anything_to_the_own_key(registry, province):
    manager = registry.client(key=province)
    for roles in (["manage", "submit"], ["manage", "submit", "query", "review"]):
        assert refused(manager.set_roles, province.id, *roles).code == "OWN_KEY"
    security = registry.enrol("000000", "secure")
    officer = registry.client(key=security)
    assert refused(officer.set_roles, security.id, "audit").code in ("OWN_KEY", "ROLES_EXCLUDE")
    assert refused(officer.set_roles, province.id, "audit", "submit").code == "ROLES_EXCLUDE"


def test_keys_of_others_are_out_of_reach(registry, province, county):
    """Beside and above: neither invited for, nor changed, nor seen."""
    manager = registry.client(key=province)
    beside = registry.enrol("330000", "submit")
    above = registry.enrol("000000", "query")
    for committee in ("330000", "330102", "000000"):
        assert refused(manager.invite, committee, "submit").code == "NOT_ALLOWED", committee
    for key in (beside, above):
        assert refused(manager.revoke, key.id).code in ("NOT_ALLOWED", "NOT_FOUND")
        assert refused(manager.set_roles, key.id, "submit").code in ("NOT_ALLOWED", "NOT_FOUND")
    assert {key.body.id for key in manager.keys()} == {province.id, county.id}
    assert refused(registry.client(key=county).invite, "320102", "submit").code == "NOT_ALLOWED"
    assert registry.client(key=beside).hello.committee == "330000"


def test_a_record_for_a_sibling(registry, county):
    client = registry.client(key=county)
    outcomes = client.submit(a_project("320102/project/2017/OWN"), a_project("320104/project/2017/SIBLING"),
                             a_project("320000/project/2017/ABOVE"), a_project("110101/project/2017/FAR"),
                             reason="because I can")
    assert [outcome_name(one) for one in outcomes] == ["CREATED", "REJECTED", "REJECTED", "REJECTED"]
    for one, committee in zip(outcomes[1:], ("320104", "320000", "110101")):
        [error] = one.errors
        assert (code_name(error.code), error.value) == ("NOT_ALLOWED", committee)
        assert error.params[0].text
    outcome = client.withdraw("320104/project/2017/SIBLING", 0)
    assert (outcome_name(outcome), code_name(outcome.errors[0].code)) == ("REJECTED", "NOT_ALLOWED")


def test_records_of_a_sibling_are_not_read(registry, county):
    with Client(registry.server) as owner:
        owner.put(a_project("320104/project/2017/SIBLING"))
    client = registry.client(key=county)
    assert refused(client.get, "320104/project/2017/SIBLING").code in ("NOT_ALLOWED", "NOT_FOUND")
    for call in (client.list, client.changes):
        assert refused(call, committee="320104").code == "NOT_ALLOWED"
    assert refused(client.totals_reply, "project", committee="320104").code == "NOT_ALLOWED"


def test_rotation_needs_the_new_keys_signature(registry, county):
    client = registry.client(key=county)
    new, stranger = DeviceKey(), DeviceKey()
    for signature in (b"", bytes(64), stranger.follow(county), new.follow(stranger), new.prove(bytes(32), bytes(32))):
        request = pb.KeyRotateRequest(public_key=new.public, signature=signature)
        assert refused(client.ask, "key_rotate", request).code in ("BAD_PROOF", "BAD_ARGUMENT")
    assert closed(registry.client, key=new) == "KEY_UNKNOWN"
    made = client.rotate(county, new)
    assert (made.key.body.id, made.key.body.rotated_from) == (new.id, county.id)
    assert registry.client(key=new).hello.committee == registry.client(key=county).hello.committee == "320102"


def test_a_key_of_somebody_else_is_not_taken_over_by_rotation(registry, county, province):
    """Also not with the consent of its holder: it is enrolled already, with other roles."""
    client = registry.client(key=county)
    assert refused(client.rotate, county, province).code == "KEY_EXISTS"
    assert "manage" in registry.client(key=province).hello.roles


def test_nobody_acts_for_others_without_the_role(registry, county, province):
    registry.client(key=province).put_key("person:wang", name="王", committee="320102", roles=["submit"],
                                          set_roles=True)
    client = registry.client(key=county, act_for="person:wang")
    assert refused(client.ping).code == "BAD_PERSON"
    client.act_for = ""
    client.ping()
