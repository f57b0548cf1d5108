# SPDX-License-Identifier: Apache-2.0
"""Peers that lie, stall and flood: each is refused or cut with a reason, and nobody else is disturbed."""

import random
import select
import socket
import struct
import time

import pytest

import bodies
from registry import SANITIZE, SLOW, open_files, times
from tzclient import Client, address, code_name, outcome_name, pb, record, wait_until

MIB = 1 << 20


def frame(data):
    return struct.pack(">I", len(data)) + data


HELLO = frame(pb.ClientMessage(id=1, hello=pb.Hello(major=1, client="hostile")).SerializeToString())
SUBMIT = frame(pb.ClientMessage(id=2, submit=pb.SubmitRequest(records=[
    record("320100/project/2017/HOSTILE", bodies.project(5))])).SerializeToString())


def end_of(wire):
    """Reads to the end: the code of the closing message, None where there was none."""
    code = None
    while (message := wire.receive_message()) is not None:
        if message.id == 0:
            code = code_name(message.status.code)
    return code


def greeted(registry):
    wire = registry.wire()
    wire.send(HELLO)
    assert wire.receive_message().HasField("hello")
    return wire


@pytest.fixture
def neighbour(registry):
    """A well-behaved peer that was there before, and must be served at once afterwards."""
    client = registry.client()
    before = client.position()
    yield client
    start = time.monotonic()
    client.ping()
    assert time.monotonic() - start < 5 * SLOW
    client.put(record("330100/project/2017/NEIGHBOUR", bodies.project(1)))
    assert client.position() >= before + 1
    assert registry.process.poll() is None


def test_hello_cut_at_every_byte(registry, neighbour):
    for cut in range(len(HELLO)):
        with registry.wire() as wire:
            wire.send(HELLO[:cut])
            wire.socket.shutdown(socket.SHUT_WR)
            assert end_of(wire) == (None if cut == 0 else "MALFORMED"), cut


def test_a_submission_cut_at_every_byte(registry, neighbour):
    for cut in range(len(SUBMIT)):
        with greeted(registry) as wire:
            wire.send(SUBMIT[:cut])
            wire.socket.shutdown(socket.SHUT_WR)
            assert end_of(wire) == (None if cut == 0 else "MALFORMED"), cut
    assert neighbour.list() == []


def test_a_peer_that_vanishes_in_the_middle(registry, neighbour):
    for cut in range(1, len(SUBMIT), 7):
        with greeted(registry) as wire:
            wire.send(SUBMIT[:cut])


@pytest.mark.parametrize("length, code", [
    (0, "FRAME_EMPTY"),
    (4097, "FRAME_TOO_LARGE"),
    (MIB + 1, "FRAME_TOO_LARGE"),
    (0x7FFFFFFF, "FRAME_TOO_LARGE"),
    (0x80000000, "FRAME_TOO_LARGE"),
    (0xFFFFFFFF, "FRAME_TOO_LARGE"),
])
def test_lengths_before_hello(registry, neighbour, length, code):
    wire = registry.wire()
    wire.send(struct.pack(">I", length))
    assert end_of(wire) == code


@pytest.mark.parametrize("length, code", [
    (0, "FRAME_EMPTY"),
    (MIB + 1, "FRAME_TOO_LARGE"),
    (0xFFFFFFFF, "FRAME_TOO_LARGE"),
])
def test_lengths_after_hello(registry, neighbour, length, code):
    wire = greeted(registry)
    wire.send(struct.pack(">I", length))
    assert end_of(wire) == code


@pytest.mark.parametrize("byte", [b"\x00", b"\x08", b"\xff", b"\x0b"])
def test_a_frame_of_one_byte(registry, neighbour, byte):
    wire = greeted(registry)
    wire.send(frame(byte))
    assert end_of(wire) == "MALFORMED"


def test_a_frame_of_the_limit_full_of_nothing(registry, neighbour):
    for filler in (b"\x00", b"\xff", b"\x0a", b"\x08"):
        wire = greeted(registry)
        wire.send(frame(filler * MIB))
        assert end_of(wire) in ("MALFORMED", "TOO_COMPLEX")


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


AMPLIFIERS = {
    "half a million empty records": field(30, b"\x0a\x00" * 500_000),
    "half a million empty addresses in one record": field(30, field(1, b"\x0a\x00" * 500_000)),
    "half a million empty committees": field(61, b"\x0a\x00" * 500_000),
    "half a million empty members": field(63, field(1, b"\x1a\x00" * 500_000)),
    "half a million empty reconcile items": field(31, b"\x0a\x00" * 500_000),
    "half a million submissions": b"\xf2\x01\x00" * 340_000,
    "half a million unknown fields": field(11, b"\x98\x3f\x01" * 340_000),
    "many small measures": field(50, b"\x2a\x01a" * 300_000),
}


@pytest.mark.parametrize("name", AMPLIFIERS)
def test_amplifying_messages(registry, neighbour, name):
    before = registry.rss()
    wire = greeted(registry)
    wire.send(frame(b"\x08\x02" + AMPLIFIERS[name]))
    message = wire.receive_message()
    assert message is not None
    code = code_name(message.status.code)
    assert code in ("TOO_COMPLEX", "TOO_MANY", "MALFORMED", "BAD_ARGUMENT") or "unknown fields" in name, code
    if not SANITIZE:
        assert registry.rss() - before < 48 * MIB


def forged_cursor(figure):
    """A cursor of trace as it would be after the root's record K of 2017, with a figure of one's own."""
    return b"\x01" + (1).to_bytes(8, "big") + (1).to_bytes(4, "big") + (0).to_bytes(4, "big") + b"\x01K" + figure


FORGERIES = {
    "many empty levels": b"\x42\x00" * 400_000,
    "a figure of many sums": field(2, b"") * 1000,
    "no tag": b"\xff" * 9,
    "a broken level": field(8, b"\xff" * 50),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_cursors_of_trace(registry, neighbour, name):
    before = registry.rss()
    wire = greeted(registry)
    figure = field(1, b"quantity") + field(2, b"") + FORGERIES[name]
    ask = pb.TraceRequest(kind=1, period="2017", measure="quantity", cursor=forged_cursor(figure))
    for _ in range(4):
        wire.send(frame(pb.ClientMessage(id=3, trace=ask).SerializeToString()))
        message = wire.receive_message()
        assert message.id == 3 and code_name(message.status.code) == "BAD_CURSOR"
    if not SANITIZE:
        assert registry.rss() - before < 24 * MIB


def test_nested_messages(registry, neighbour):
    data = b""
    while len(data) < 60_000:
        data = field(1, data)
    for outer in (30, 40, 61, 1000):
        wire = greeted(registry)
        wire.send(frame(b"\x08\x02" + field(outer, data)))
        assert wire.receive_message() is not None


def test_nested_groups(registry, neighbour):
    wire = greeted(registry)
    wire.send(frame(b"\x08\x02" + b"\x0b" * 100_000))
    assert end_of(wire) == "MALFORMED"


def test_a_body_full_of_empty_submessages(registry, neighbour):
    client = registry.client()
    before = registry.rss()
    outcomes = client.submit(*[record(f"320100/project/2017/K{n}", b"\x0a\x00" * 30_000) for n in range(10)])
    assert {outcome_name(outcome) for outcome in outcomes} == {"REJECTED"}
    if not SANITIZE:
        assert registry.rss() - before < 48 * MIB


def test_a_body_nested_deeply(registry, neighbour):
    data = b""
    while len(data) < 60_000:
        data = field(1, data)
    outcome = registry.client().submit(record("320100/project/2017/K", data))[0]
    assert outcome_name(outcome) == "REJECTED"


def test_a_body_above_its_limit(registry, neighbour):
    client = registry.client()
    outcomes = client.submit(record("320100/project/2017/A", b"x" * 65537),
                             record("320100/project/2017/B", bodies.project(1)))
    assert [outcome_name(outcome) for outcome in outcomes] == ["REJECTED", "CREATED"]
    assert code_name(outcomes[0].errors[0].code) == "TOO_LARGE_BODY"


BROKEN = [b"a\x00b", b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe4\xb8"]


@pytest.mark.parametrize("text", BROKEN)
def test_broken_text_in_a_request(registry, neighbour, text):
    wire = registry.wire()
    wire.send(frame(b"\x08\x01" + field(10, b"\x08\x01" + field(3, text))))
    assert end_of(wire) == "MALFORMED"
    wire = greeted(registry)
    wire.send(frame(b"\x08\x02" + field(42, field(1, text))))
    assert end_of(wire) == "MALFORMED"


@pytest.mark.parametrize("text", BROKEN)
def test_broken_text_in_a_body_refuses_the_record_only(registry, neighbour, text):
    client = registry.client()
    outcomes = client.submit(record("320100/project/2017/A", b"\x0a\x04\x10\x01\x20\x01" + field(16, text)),
                             record("320100/project/2017/B", bodies.project(1)))
    assert [outcome_name(outcome) for outcome in outcomes] == ["REJECTED", "CREATED"]


def test_bytes_of_a_peer_do_not_reach_the_log_raw(registry, neighbour):
    wire = registry.wire()
    hello = pb.Hello(major=1, client="evil\n\x1b[2Jline")
    wire.send(frame(pb.ClientMessage(id=1, hello=hello).SerializeToString()))
    end_of(wire)
    assert "\x1b" not in registry.log()


def test_random_bytes(registry, neighbour):
    chance = random.Random(7)
    for n in range(times(200)):
        with (greeted(registry) if n % 2 else registry.wire()) as wire:
            wire.send(frame(chance.randbytes(chance.randrange(1, 400))))
            wire.socket.shutdown(socket.SHUT_WR)
            end_of(wire)


def test_valid_frames_with_flipped_bits(registry, neighbour):
    chance = random.Random(8)
    whole = [SUBMIT] + [frame(message.SerializeToString()) for message in (
        pb.ClientMessage(id=2, totals=pb.TotalsRequest(kind=1, period="2017", by=["stage"], committee="320000")),
        pb.ClientMessage(id=2, list=pb.ListRequest(committee="320000", subtree=True, cursor=b"12345678")),
        pb.ClientMessage(id=2, changes=pb.ChangesRequest(committee="320000", after=5, epoch=1, scope=b"\1" * 17)),
        pb.ClientMessage(id=2, trace=pb.TraceRequest(kind=1, period="2017", measure="quantity")),
        pb.ClientMessage(id=2, reporting_set_list=pb.ReportingSetListRequest(name="provinces")),
        pb.ClientMessage(id=2, get=pb.GetRequest(address=address("320100/project/2017/K"))))]
    for _ in range(times(400)):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(4, len(data))] ^= 1 << chance.randrange(8)
        with greeted(registry) as wire:
            wire.send(bytes(data))
            wire.socket.shutdown(socket.SHUT_WR)
            end_of(wire)


def fill(wire, data):
    """Sends until the other end takes no more for a moment; bytes sent."""
    wire.socket.setblocking(False)
    sent = 0
    while sent < len(data):
        if not select.select([], [wire.socket], [], 1)[1]:
            break
        try:
            sent += wire.socket.send(data[sent:sent + 65536])
        except BlockingIOError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            break
    return sent


def test_peers_that_never_read(registry, neighbour):
    """They ask for much and read nothing: the daemon stops reading from them, and what it keeps stays small."""
    long = {"note": "长" * 1900}
    neighbour.put(*[record(f"320100/project/2017/K{n:03}", bodies.project(n, env=long)) for n in range(150)])
    before = registry.rss()
    ask = frame(pb.ClientMessage(id=3, list=pb.ListRequest(subtree=True)).SerializeToString()) * 100_000
    peers = [greeted(registry) for _ in range(8)]
    for peer in peers:
        assert fill(peer, ask) < len(ask)
        neighbour.ping()
    if not SANITIZE:
        assert registry.rss() - before < 8 * 12 * MIB + 32 * MIB


def test_two_hundred_garbage_peers(registry, neighbour):
    open_files(1024)
    chance = random.Random(9)
    before = registry.rss()
    peers = [registry.wire() for _ in range(200)]
    for n, peer in enumerate(peers):
        if n % 4 == 0:
            peer.send(chance.randbytes(64))
        elif n % 4 == 1:
            peer.send(struct.pack(">I", 4096) + b"\x0a" * 4000)
        elif n % 4 == 2:
            peer.send(HELLO + struct.pack(">I", MIB) + b"\x0a" * 20_000)
        start = time.monotonic()
        neighbour.ping()
        assert time.monotonic() - start < 2 * SLOW
    if not SANITIZE:
        assert registry.rss() - before < 100 * MIB
    for peer in peers:
        peer.close()
    wait_until(lambda: neighbour.status().connections <= 2, "the garbage peers to be gone")


def test_connections_above_the_limit_are_told(make_registry):
    registry = make_registry("--max-connections", "10")
    first = [registry.client() for _ in range(10)]
    wire = registry.wire()
    assert end_of(wire) == "TOO_MANY_CONNECTIONS"
    first.pop().close()

    def again():
        try:
            return registry.client()
        except Exception as error:
            assert getattr(error, "code", "") in ("TOO_MANY_CONNECTIONS", None), error
            return None

    wait_until(again, "room for another")


def test_peers_cannot_use_up_the_descriptors(make_registry):
    """The cap follows the limit of open files: peers are told, and the daemon keeps some for itself."""
    registry = make_registry("--threads", "1", "--readers", "1", wrapper=["prlimit", "--nofile=150:150"])
    registry.plant()
    client = registry.client()
    peers = [registry.wire() for _ in range(90)]
    for peer in peers:
        peer.send(HELLO)
    first = [peer.receive_message() for peer in peers]
    codes = {code_name(message.status.code) for message in first if message and message.id == 0}
    assert codes == {"TOO_MANY_CONNECTIONS"}
    assert 20 < sum(bool(message and message.HasField("hello")) for message in first) < 60
    client.put(record("320100/project/2017/K", bodies.project(1)))
    assert "accept_failed" not in registry.log()
    assert "connections_limited" in registry.log()


def drip(wire, data, seconds):
    """A byte each quarter of a second, as long as the other end listens; seconds it took to be cut."""
    start = time.monotonic()
    for byte in data:
        if select.select([wire.socket], [], [], 0.25)[0]:
            break
        try:
            wire.send(bytes([byte]))
        except (BrokenPipeError, ConnectionResetError):
            break
        assert time.monotonic() - start < seconds, "still not cut"
    return time.monotonic() - start


def test_a_byte_at_a_time_before_hello(make_registry):
    registry = make_registry("--hello-seconds", "1")
    wire = registry.wire()
    assert 0.9 < drip(wire, HELLO[:-1] * 3, 20 * SLOW)
    assert end_of(wire) == "TIMEOUT"


def test_a_byte_at_a_time_after_hello(make_registry):
    registry = make_registry("--frame-seconds", "1")
    wire = greeted(registry)
    assert 0.9 < drip(wire, SUBMIT[:-1] * 3, 20 * SLOW)
    assert end_of(wire) == "TIMEOUT"


def test_an_idle_peer_after_hello_is_left_alone(make_registry):
    registry = make_registry("--hello-seconds", "1", "--frame-seconds", "1")
    client = registry.client()
    wire = registry.wire()
    assert end_of(wire) == "TIMEOUT"
    client.ping()


def test_the_daemons_deadline_holds_without_options(make_registry):
    registry = make_registry()
    wire = registry.wire(timeout=30)
    wire.send(HELLO[:-1])
    start = time.monotonic()
    assert end_of(wire) == "TIMEOUT"
    assert 8 < time.monotonic() - start < 15 * SLOW


def test_a_reader_that_stops_is_cut(make_registry):
    registry = make_registry("--write-seconds", "1")
    registry.plant()
    wire = greeted(registry)
    ask = frame(pb.ClientMessage(id=3, committee_list=pb.CommitteeListRequest(subtree=True)).SerializeToString())
    fill(wire, ask * 20_000)
    with Client(registry.server) as other:
        wait_until(lambda: other.status().connections == 1, "the peer that does not read to be cut", 30 * SLOW)
