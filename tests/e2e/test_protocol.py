# SPDX-License-Identifier: Apache-2.0
"""The conversation: Hello, pipelining, replies out of order and in parts, limits before and after Hello."""

import select
import socket
import struct

import pytest

import bodies
from peers import hello
from registry import TLS
from tzclient import Closed, Refused, code_name, outcome_name, pb, record, wait_until


def reason(wire):
    """The code with which the daemon closed the connection."""
    message = wire.receive_message()
    assert message is not None, "closed without a word"
    assert message.id == 0 and message.final
    assert wire.receive(1) == b"", "still open after its last message"
    return code_name(message.status.code)


def test_hello_says_who_where_and_within_which_limits(registry):
    said = registry.client().hello
    assert (said.major, said.minor) == (1, 0)
    assert said.server.startswith("taizhangd")
    assert len(said.registry_id) == 16
    assert said.epoch == 1
    assert said.position > 0
    assert (said.principal, said.committee) == (registry.root.id if TLS else "socket", "000000")
    assert said.limits.frame_bytes == 1 << 20
    assert said.limits.records_per_submit == 1000
    assert said.limits.outstanding_requests == 64


def test_hello_before_there_is_a_tree(make_registry):
    assert make_registry().client().hello.committee == ""


def test_tcp_asks_for_a_key(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    wire = registry.wire(registry.tcp)
    hello(wire)
    assert reason(wire) == "NOT_ALLOWED"
    client = registry.client(key=registry.enrol("320100", "submit"))
    assert (client.hello.committee, list(client.hello.roles)) == ("320100", ["submit"])
    client.put(record("320100/project/2017/K", bodies.project(5)))


def test_any_address_may_be_listened_at(make_registry):
    registry = make_registry(tcp="0.0.0.0")
    registry.plant()
    key = registry.enrol("320100", "submit")
    assert registry.client(f"127.0.0.1:{registry.port}", key=key, pin=registry.pin).hello.principal == key.id


def test_another_major_version_is_refused_with_those_served(registry):
    wire = registry.wire()
    hello(wire, major=2)
    assert reason(wire) == "VERSION"


def test_a_newer_minor_is_served_with_ours(registry):
    assert registry.greet(registry.wire(), minor=7).minor == 0


def test_anything_before_hello_is_refused(registry):
    wire = registry.wire()
    wire.send_frame(pb.ClientMessage(id=1, ping=pb.PingRequest()).SerializeToString())
    assert reason(wire) == "HELLO_REQUIRED"


def test_a_second_hello_is_refused(registry):
    wire = registry.wire()
    registry.greet(wire)
    hello(wire)
    assert reason(wire) == "HELLO_AGAIN"


def test_id_zero_is_refused(registry):
    wire = registry.wire()
    registry.greet(wire)
    wire.send_frame(pb.ClientMessage(id=0, ping=pb.PingRequest()).SerializeToString())
    assert reason(wire) == "ID_ZERO"


def test_the_frame_limit_before_hello(registry):
    wire = registry.wire()
    wire.send(struct.pack(">I", 4097))
    assert reason(wire) == "FRAME_TOO_LARGE"


def test_the_frame_limit_after_hello(registry):
    client = registry.client()
    client.wire.send(struct.pack(">I", client.hello.limits.frame_bytes + 1))
    with pytest.raises(Closed) as closed:
        client.receive()
    assert closed.value.code == "FRAME_TOO_LARGE"


def test_a_frame_of_the_limit_is_read(client):
    """A frame of exactly the limit: its records are refused one by one, the frame is not."""
    limit = client.hello.limits.frame_bytes
    request = pb.ClientMessage(id=99, submit=pb.SubmitRequest())
    while request.ByteSize() < limit - 70_000:
        request.submit.records.add(address=pb.Address(committee="320100"), body=b"x" * 60_000)
    last = request.submit.records.add(address=pb.Address(committee="320100"))
    for size in range(limit - request.ByteSize() - 20, limit):
        last.body = b"x" * size
        if request.ByteSize() >= limit:
            break
    assert request.ByteSize() == limit
    client.wire.send_frame(request.SerializeToString())
    outcomes = client.wait(99)[0].submit.outcomes
    assert {outcome_name(outcome) for outcome in outcomes} == {"REJECTED"}


def test_an_unknown_request_is_answered(client):
    client.wire.send_frame(pb.ClientMessage(id=9).SerializeToString() + b"\xfa\x3e\x00")
    with pytest.raises(Refused) as refused:
        client.wait(9)
    assert refused.value.code == "UNKNOWN_REQUEST"
    client.ping()


def test_a_message_without_a_request_is_answered(client):
    client.wire.send_frame(pb.ClientMessage(id=9).SerializeToString())
    with pytest.raises(Refused) as refused:
        client.wait(9)
    assert refused.value.code == "UNKNOWN_REQUEST"
    client.ping()


def test_unknown_fields_inside_a_request_are_ignored(client):
    client.wire.send_frame(b"\x08\x09\x5a\x03\x98\x3f\x01")
    assert client.wait(9)[0].HasField("ping")


def test_pipelined_requests_are_all_answered(client):
    sent = [client.send_record(record(f"320100/project/2017/K{n}", bodies.project(n))) for n in range(200)]
    for number in sent:
        assert outcome_name(client.outcome(number)) == "CREATED"


def test_writes_of_one_connection_keep_their_order(client):
    place = "320100/project/2017/K"
    sent = [client.send_record(record(place, bodies.project(n), base=n)) for n in range(100)]
    for number in sent:
        assert outcome_name(client.outcome(number)) in ("CREATED", "UPDATED")


def test_many_frames_in_one_write_and_one_frame_in_many(client):
    frames = b""
    numbers = []
    for _ in range(50):
        number, data = client.pack("ping", pb.PingRequest())
        numbers.append(number)
        frames += struct.pack(">I", len(data)) + data
    client.wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    client.wire.send(frames)
    for number in numbers:
        client.wait(number)
    number, data = client.pack("ping", pb.PingRequest())
    for byte in struct.pack(">I", len(data)) + data:
        client.wire.send(bytes([byte]))
    client.wait(number)


def test_replies_may_overtake_each_other(client):
    """A ping sent behind a large submission does not wait for its commit; whatever the order, ids tell."""
    records = [record(f"320100/project/2017/K{n}", bodies.project(n)) for n in range(500)]
    submitted = client.send("submit", pb.SubmitRequest(records=records))
    pinged = client.send("ping", pb.PingRequest())
    assert client.wait(pinged)[0].HasField("ping")
    assert len(client.wait(submitted)[0].submit.outcomes) == 500


def test_a_long_answer_comes_in_parts_of_one_position(client):
    text = "长" * 1900
    for start in range(0, 1200, 100):
        client.put(*[record(f"320100/project/2017/K{n:04}", bodies.project(n, env={"note": text}))
                     for n in range(start, start + 100)])
    parts = client.ask_all("schema", pb.SchemaRequest())
    assert len(parts) == 15
    assert [part.final for part in parts] == [False] * 14 + [True]
    assert {part.id for part in parts} == {parts[0].id}
    held = client.list()
    assert [one.address.key for one in held] == [f"K{n:04}" for n in range(1200)]


def test_too_many_records_in_one_request(client):
    with pytest.raises(Refused) as refused:
        client.submit(*[record(f"320100/project/2017/K{n}", bodies.project(n)) for n in range(1001)])
    assert refused.value.code == "TOO_MANY"
    assert refused.value.status.params[0].number == 1000
    assert client.list() == []


def test_a_submission_of_nothing_is_refused(client):
    with pytest.raises(Refused) as refused:
        client.ask("submit", pb.SubmitRequest())
    assert refused.value.code == "REQUIRED"


def test_more_than_the_outstanding_limit_is_back_pressure_not_an_error(registry):
    """A peer that sends without reading is not read from; once it reads, everything is answered."""
    client = registry.client()
    count = 5000
    data = b""
    for n in range(count):
        ask = pb.ClientMessage(id=n + 2, committee_list=pb.CommitteeListRequest(subtree=True)).SerializeToString()
        data += struct.pack(">I", len(ask)) + ask
    client.wire.socket.setblocking(False)
    sent, answered, buffer = 0, 0, b""
    while answered < count:
        want = [client.wire.socket] if sent < len(data) else []
        readable, writable, _ = select.select([client.wire.socket], want, [], 60)
        assert readable or writable, "the daemon neither reads nor writes"
        if writable:
            try:
                sent += client.wire.socket.send(data[sent:sent + 65536])
            except BlockingIOError:
                pass
        if readable:
            got = client.wire.socket.recv(1 << 18)
            assert got, "closed"
            buffer += got
            while len(buffer) >= 4 and len(buffer) - 4 >= struct.unpack(">I", buffer[:4])[0]:
                buffer = buffer[4 + struct.unpack(">I", buffer[:4])[0]:]
                answered += 1


def test_the_schema_is_the_field_table(client):
    kinds = {kind.number: kind for kind in client.schema()}
    assert sorted(kinds) == list(range(1, 16))
    funding = {field.name: field for field in kinds[2].fields}
    assert (funding["amount"].zh, funding["amount"].type, funding["amount"].measure) == ("金额", "money", "flow")
    assert funding["committee"].address and funding["scope"].envelope
    sources = {member.number: (member.name, member.zh) for member in funding["source"].members}
    assert sources[6] == ("welfare_lottery", "福彩")
    assert [kind.number for kind in client.schema(2)] == [2]


def test_every_protobuf_field_is_in_the_schema(client):
    for kind in client.schema():
        names = {field.name for field in kind.fields}
        message = getattr(bodies.rec, kind.name.capitalize())
        assert {field.name for field in message.DESCRIPTOR.fields} - {"envelope"} <= names, kind.name


def test_status_counts(client):
    before = client.status()
    client.put(record("320100/project/2017/K", bodies.project(1)))
    after = client.status()
    assert after.records == before.records + 1
    assert after.position == before.position + 1
    assert after.committees == 14
    assert after.connections >= 1
    assert not after.read_only
    counters = {one.name: one.number for one in after.counters}
    assert counters["entries"] >= 15 and counters["requests"] > 0


def test_a_connection_that_ends_between_frames_is_no_error(registry):
    registry.client().close()
    wait_until(lambda: registry.client().status().connections >= 1, "a fresh connection")
