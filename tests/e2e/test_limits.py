# SPDX-License-Identifier: Apache-2.0
"""What a principal, and an address, may ask for: the error names what there was too much of and the waiting time, the
connection stays, and nothing of the request is done. Failed proofs are counted by address."""

import socket

import pytest

import bodies
from peers import challenged, prove
from registry import times
from tzclient import Client, Closed, DeviceKey, Refused, Wire, code_name, pb, record, wait_until


def params(status):
    return {p.name: p.text or p.number for p in status.params}


@pytest.fixture
def tight(make_registry):
    registry = make_registry("--rate-requests", "10", "--rate-records", "100", "--rate-bytes", "1M",
                             "--rate-burst-seconds", "2", tcp=True, name="tight")
    registry.plant()
    return registry


def limited(client, call):
    """Calls until it is refused for its rate; how many went through, and what was said."""
    taken = 0
    while taken < 100000:
        try:
            call(taken)
        except Refused as refused:
            assert refused.code == "RATE_LIMITED"
            return taken, params(refused.status)
        taken += 1
    raise AssertionError("never limited")


@pytest.mark.parametrize("wrong", ["a person that is none", "a request that is none"])
def test_what_is_refused_at_once_counts_too(tight, wrong):
    roles = ["submit", "act_for"] if wrong == "a person that is none" else ["submit"]
    client = tight.client(tight.tcp, key=tight.enrol("320102", *roles), pin=tight.pin)
    request = pb.ClientMessage(act_for="person:nobody", ping=pb.PingRequest()).SerializeToString()
    if wrong == "a request that is none":
        request = pb.ClientMessage().SerializeToString() + b"\xfa\x07\x04none"  # field 127
    codes = []
    for i in range(100):
        client.last_id += 1
        client.wire.send_frame(pb.ClientMessage(id=client.last_id).SerializeToString() + request)
        with pytest.raises(Refused) as refused:
            client.wait(client.last_id)
        codes.append(refused.value.code)
    first = "BAD_PERSON" if wrong == "a person that is none" else "UNKNOWN_REQUEST"
    assert set(codes[:20]) == {first}, codes
    # Too late for the person whom it would have asked about.
    assert codes.index("RATE_LIMITED") < 60


def test_requests_are_limited_and_the_connection_stays(tight):
    client = tight.client(tight.tcp, key=tight.enrol("320102", "submit"), pin=tight.pin)
    taken, said = limited(client, lambda _: client.ping())
    assert taken >= 20  # the burst
    assert said["what"] == "requests" and 0 < said["wait_ms"] <= 2000
    answered = []

    def served():
        try:
            answered.append(client.ping())
        except Refused as refused:
            assert refused.code == "RATE_LIMITED"
        return answered

    wait_until(served, "the waiting time to pass")


def test_no_request_is_free(tight):
    """Not one for a person that is none, nor one that this registry does not know."""
    owner = tight.client(tight.server)
    person, unknown = pb.ClientMessage(act_for="person:nobody", ping=pb.PingRequest()), pb.ClientMessage()
    for committee, message, first in (("320102", person, "BAD_PERSON"), ("320104", unknown, "UNKNOWN_REQUEST")):
        key = tight.enrol(committee, "submit")
        client = tight.client(tight.tcp, key=key, pin=tight.pin)
        said = []
        for number in range(100, 160):
            message.id = number
            client.wire.send_frame(message.SerializeToString())
            with pytest.raises(Refused) as refused:
                client.wait(number)
            said.append(refused.value.code)
        assert said[0] == first and "RATE_LIMITED" in said
        assert [e for e in owner.audit(event="refused", principal=key.id) if code_name(e.code) == "RATE_LIMITED"]


def test_nothing_of_a_limited_request_is_done(tight):
    client = tight.client(tight.tcp, key=tight.enrol("320102", "submit"), pin=tight.pin)
    many = [record(f"320102/project/2017/{i}", bodies.project(1)) for i in range(1000)]
    client.put(*many)  # more than the burst, and not impossible
    with pytest.raises(Refused) as refused:
        client.submit(record("320102/project/2017/MORE", bodies.project(1)))
    assert (refused.value.code, params(refused.value.status)["what"]) == ("RATE_LIMITED", "records")
    assert params(refused.value.status)["wait_ms"] > 5000  # a thousand at a hundred a second
    owner = tight.client(tight.server)
    assert owner.total("project", "records")[0] == 1000
    assert [e.object for e in owner.audit(event="refused") if code_name(e.code) == "RATE_LIMITED"]


def test_whoever_does_not_heed_the_limit_is_not_read(tight):
    """An answer costs as much as the request: after a few they come at the pace of the waiting time. None is lost."""
    client = tight.client(tight.tcp, key=tight.enrol("320102", "submit"), pin=tight.pin)
    other = tight.client(tight.tcp, key=tight.enrol("320104", "submit"), pin=tight.pin)
    numbers = range(1000, 1060)
    for number in numbers:
        client.wire.send_frame(pb.ClientMessage(id=number, ping=pb.PingRequest()).SerializeToString())
    other.ping()
    told = []
    for number in numbers:
        try:
            client.wait(number)
            told.append("OK")
        except Refused as refused:
            told.append(refused.code)
    assert set(told) == {"OK", "RATE_LIMITED"}
    first = told.index("RATE_LIMITED")
    assert told[first:first + 8] == ["RATE_LIMITED"] * 8
    assert told.count("RATE_LIMITED") < 30, told


def test_others_are_not_concerned(tight):
    first = tight.client(tight.tcp, key=tight.enrol("320102", "submit"), pin=tight.pin)
    second = tight.client(tight.tcp, key=tight.enrol("320104", "submit"), pin=tight.pin)
    limited(first, lambda _: first.ping())
    second.ping()
    owner = tight.client(tight.server)
    for _ in range(200):  # the socket's owner is not limited
        owner.ping()


def test_limits_are_reloaded(make_registry):
    registry = make_registry(name="reloaded", start=False)
    options = registry.folder / "options.ini"
    options.write_text("[taizhangd]\nrate-requests = 5\nrate-burst-seconds = 1\n")
    registry.options += ["--config", str(options)]
    registry.start()
    registry.plant()
    client = registry.client(registry.server, key=registry.enrol("320102", "submit"))
    limited(client, lambda _: client.ping())
    options.write_text("[taizhangd]\nrate-requests = 0\n")
    registry.process.send_signal(1)
    wait_until(lambda: "reloaded" in registry.log().split("option_reloaded")[-1], "the reload")
    for _ in range(times(500)):
        client.ping()


def test_a_bulk_upload_is_never_limited_by_default(make_registry):
    """As fast as one client can."""
    registry = make_registry(tcp=True, name="bulk")
    registry.plant()
    client = registry.client(registry.tcp, key=registry.enrol("320102", "submit"), pin=registry.pin)
    sent = [client.send("submit", pb.SubmitRequest(records=[
        record(f"320102/project/2017/{page}-{i}", bodies.project(1)) for i in range(1000)]))
        for page in range(times(20))]
    for number in sent:
        assert client.outcome(number)


def test_the_command_line_waits_and_goes_on(tight):
    """A limit is no failure: what waits in the outbox is sent when its time has come."""
    office = tight.office("320102", "submit")
    sheet = tight.folder / "rows.csv"
    sheet.write_text("报送单位,编号,报告期,名称,项目数\n" +
                     "".join(f"320102,R{i},2017,名,1\n" for i in range(1500)), "utf-8")
    done = office.cli("submit", sheet, "--kind", "project", "--wait", "60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert tight.client(tight.server).total("project", "records")[0] == 1500


def test_connections_of_one_principal(make_registry):
    registry = make_registry("--max-connections-per-principal", "3", name="few")
    registry.plant()
    key = registry.enrol("320102", "submit")
    opened = [Client(registry.server, key=key) for _ in range(3)]
    with pytest.raises(Closed) as refused:
        Client(registry.server, key=key)
    assert refused.value.code == "TOO_MANY_CONNECTIONS"
    registry.client(registry.server, key=registry.enrol("320104", "submit")).ping()
    for client in opened:
        client.ping()
        client.close()

    def again():
        try:
            Client(registry.server, key=key).close()
            return True
        except Closed:
            return False

    wait_until(again, "a place to be free")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::", 0))
            return probe.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="no sockets that take IPv6 and IPv4")
def test_a_guesser_in_front_of_a_listener_of_ipv6_too_stops_no_office_of_ipv4(make_registry):
    registry = make_registry("--failures-per-minute", "5", tcp="[::]", name="dual")
    registry.plant()
    server = f"127.0.0.1:{registry.port}"

    def come(source, code):
        key = DeviceKey()
        with Wire(server, pin=registry.pin, source=source) as wire:
            prove(wire, key, challenged(wire, key), invitation=code)
            message = wire.receive_message()
            return "" if message.HasField("hello") else code_name(message.status.code)

    assert [come("127.0.0.2", bytes(16)) for _ in range(7)] == ["INVITATION"] * 5 + ["SLOW_DOWN"] * 2
    with Client(registry.server) as owner:
        code, _ = owner.invite("320104", "submit")
    assert come("127.0.0.2", code) == "SLOW_DOWN"
    assert come("127.0.0.1", code) == ""


def test_who_guesses_too_often_must_wait_and_the_enrolled_need_not(make_registry):
    registry = make_registry("--failures-per-minute", "5", tcp=True, name="guessed")
    registry.plant()
    known = registry.enrol("320102", "submit")
    with Client(registry.server) as owner:
        code, _ = owner.invite("320104", "submit")
    codes = []
    for _ in range(12):
        with pytest.raises(Closed) as refused:
            Client(registry.tcp, key=DeviceKey(), pin=registry.pin, invitation=bytes(15) + bytes([len(codes)]))
        codes.append(refused.value.code)
        said = refused.value.status
    assert codes == ["INVITATION"] * 5 + ["SLOW_DOWN"] * 7
    assert params(said)["wait_ms"] > 0
    # A right code from there is not even looked at, and a key that is enrolled is let in.
    with pytest.raises(Closed) as refused:
        Client(registry.tcp, key=DeviceKey(), pin=registry.pin, invitation=code)
    assert refused.value.code == "SLOW_DOWN"
    registry.client(registry.tcp, key=known, pin=registry.pin).ping()
    # From elsewhere it still opens.
    Client(registry.server, key=DeviceKey(), invitation=code).close()
    owner = registry.client(registry.server)
    noted = [e for e in owner.audit(event="refused") if e.request == "proof"]
    assert {code_name(e.code) for e in noted} == {"INVITATION", "SLOW_DOWN"}
