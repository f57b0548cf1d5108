# SPDX-License-Identifier: Apache-2.0
"""Attacks below the protocol: on TLS, on the line, and with numbers of peers. The honest ones do not notice."""

import contextlib
import os
import random
import shutil
import socket
import ssl
import struct

import pytest

import bodies
from peers import challenged, end_of, hello, plain, prove
from registry import SANITIZE, open_files
from tls_relay import Impostor, Tap
from tzclient import Client, Closed, Wire, WrongCertificate, pb, record, wait_until

PLACE = "320102/project/2017/K"


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


def until_end(end):
    """Everything that comes, to the end of the connection."""
    parts = []
    try:
        while part := end.recv(65536):
            parts.append(part)
    except OSError:
        pass
    return b"".join(parts)


def client_hello():
    """The first bytes of a TLS client."""
    outgoing = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.set_alpn_protocols(["taizhang/1"])
    handshake = context.wrap_bio(ssl.MemoryBIO(), outgoing)
    with pytest.raises(ssl.SSLWantReadError):
        handshake.do_handshake()
    return outgoing.read()


def handshake(registry, **settings):
    """TLS with what these settings change in a usual client; the connected socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    protocols = settings.pop("protocols", ["taizhang/1"])
    if protocols:
        context.set_alpn_protocols(protocols)
    for name, value in settings.items():
        setattr(context, name, value)
    return context.wrap_socket(plain(registry), server_hostname="localhost")


def test_tls_1_2_is_refused(registry, county):
    with pytest.raises(ssl.SSLError) as caught:
        handshake(registry, maximum_version=ssl.TLSVersion.TLSv1_2)
    assert "VERSION" in str(caught.value).upper()
    with handshake(registry) as end:
        assert (end.version(), end.selected_alpn_protocol()) == ("TLSv1.3", "taizhang/1")
    registry.client(key=county).ping()


def test_another_alpn_protocol_is_refused(registry, county):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(registry, protocols=["h2", "http/1.1"]).read()
    registry.client(key=county).ping()


def test_plaintext_to_the_tls_port(registry, county):
    """Our own Hello without TLS, and what others say first: cut, and nothing is answered in plain text."""
    request = pb.ClientMessage(id=1, hello=pb.Hello(major=1, client="plain")).SerializeToString()
    for first in (struct.pack(">I", len(request)) + request, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 100,
                  b"SSH-2.0-OpenSSH_9.2\r\n"):
        with plain(registry) as end:
            end.sendall(first)
            said = until_end(end)
            assert said == b"" or said[0] == 0x15, said  # a TLS alert at most
    registry.client(key=county).ping()


def test_no_tickets_and_no_early_data(registry, county):
    """Nothing is offered by which a connection could be resumed: no bytes that could be sent twice."""
    client = registry.client(key=county)
    client.ping()
    session = client.wire.socket.session
    assert session is None or not session.has_ticket


def test_recorded_tls_replayed_on_another_connection(registry, county):
    """All bytes that a client sent, again: the registry's half of the handshake is another one."""
    with Tap(registry.tcp) as tap:
        client = registry.client(tap.server, key=county, pin=registry.pin)
        client.put(record(PLACE, bodies.project(1)))
        client.close()
    position = registry.client(key=county).position()
    with plain(registry) as end:
        end.sendall(b"".join(tap.up))
        until_end(end)
    assert registry.client(key=county).position() == position
    assert registry.client(key=county).get(PLACE).revision == 1


@pytest.mark.parametrize("how", ["twice", "flipped", "cut"])
def test_tls_records_tampered_with_on_the_way(registry, county, how):
    """The connection ends; what was sent is done once or not at all, never differently."""
    def tamper(number, piece):
        if not armed or number < armed[0]:
            return piece
        return {"twice": piece + piece, "flipped": piece[:-1] + bytes([piece[-1] ^ 1]), "cut": piece[:-1]}[how]

    armed = []
    with Tap(registry.tcp, tamper) as tap:
        client = registry.client(tap.server, key=county, pin=registry.pin)
        client.ping()
        armed.append(len(tap.up))
        client.send_record(record(PLACE, bodies.project(1)))
        if how == "cut":
            client.wire.end()
        with pytest.raises((Closed, OSError)):
            while True:
                client.receive()
        client.close()
    honest = registry.client(key=county)
    assert [one.revision for one in honest.list()] in ([], [1])
    assert how == "twice" or honest.list() == []


def test_an_impostor_with_another_certificate(registry, make_registry, county):
    """A client with a pin says nothing to him. One without signs what he cannot use."""
    other = make_registry(tcp=True, name="other")
    with Impostor(registry.tcp, other.data / "tls") as impostor:
        with pytest.raises(WrongCertificate):
            registry.client(impostor.server, key=county, pin=registry.pin)
        assert impostor.seen == []
        with pytest.raises(Closed) as closed:
            registry.client(impostor.server, key=county, pin=None)
        assert closed.value.code == "BAD_PROOF"
        assert len(impostor.seen) == 2
    with pytest.raises(WrongCertificate):
        registry.client(other.tcp, key=county, pin=registry.pin)
    registry.client(key=county).ping()


def test_a_certificate_swapped_under_pinned_clients(registry, county):
    pin = registry.pin
    registry.client(key=county).ping()
    registry.stop()
    shutil.rmtree(registry.data / "tls")
    registry.start()
    assert registry.pin != pin
    with pytest.raises(WrongCertificate):
        registry.client(key=county, pin=pin)
    registry.client(key=county).ping()


def test_a_certificate_swapped_under_the_command_line(registry, tmp_path):
    """It ends with a sentence that names both certificates, and sends nothing."""
    home = registry.office("320102", "submit")
    home.run("ping")
    registry.stop()
    shutil.rmtree(registry.data / "tls")
    registry.start()
    done = home.cli("ping")
    assert done.returncode not in (0, 1, 2), done
    assert "certificate" in done.stderr


def test_the_registrys_certificate_is_kept_over_restarts_and_its_key_is_its_own(registry, county):
    pin = registry.pin
    assert os.stat(registry.data / "tls" / "key.pem").st_mode & 0o777 == 0o600
    registry.stop()
    registry.start()
    assert registry.pin == pin
    registry.client(key=county, pin=pin).ping()


def test_clients_that_stall_in_the_handshake(make_registry):
    """Nothing, one byte, half a ClientHello, all of it and no more, TLS and then silence: all are cut in time."""
    registry = make_registry("--hello-seconds", "1", tcp=True)
    registry.plant()
    honest = registry.client(key=registry.enrol("320102", "submit"))
    first = client_hello()
    stalled = [plain(registry) for _ in range(40)]
    for n, end in enumerate(stalled):
        end.sendall([b"", first[:1], first[:len(first) // 2], first][n % 4])
    silent = [registry.wire(registry.tcp) for _ in range(10)]
    honest.ping()
    for end in stalled:
        until_end(end)
        end.close()
    for wire in silent:
        assert end_of(wire) == "TIMEOUT"
    wait_until(lambda: honest.status().connections == 1, "the stalled peers to be gone")
    honest.put(record(PLACE, bodies.project(1)))


def test_a_handshake_a_byte_at_a_time(make_registry):
    """The deadline is absolute: a byte now and then buys no time."""
    registry = make_registry("--hello-seconds", "1", tcp=True)
    with plain(registry) as end:
        end.settimeout(0.05)
        for byte in client_hello() * 20:
            try:
                end.sendall(bytes([byte]))
                if end.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("still not cut")


def test_peers_that_lie_within_tls(registry, county):
    """Inside TLS the limits are those of the socket: lengths, garbage, ends in the middle."""
    chance = random.Random(11)
    for data, code in ((struct.pack(">I", 0), "FRAME_EMPTY"), (struct.pack(">I", 4097), "FRAME_TOO_LARGE"),
                       (struct.pack(">I", 0xFFFFFFFF), "FRAME_TOO_LARGE"), (b"\0\0\0\2\xff\xff", "MALFORMED")):
        with registry.wire(registry.tcp) as wire:
            wire.send(data)
            assert end_of(wire) == code
    for _ in range(30):
        with registry.wire(registry.tcp) as wire:
            data = chance.randbytes(chance.randrange(1, 400))
            wire.send(struct.pack(">I", len(data)) + data)
            wire.end()
            end_of(wire)
    with registry.wire(registry.tcp) as wire:
        wire.send(b"\0\0\0\x10half")
        wire.end()
        assert end_of(wire) == "MALFORMED"
    registry.client(key=county).put(record(PLACE, bodies.project(1)))


def test_garbage_instead_of_tls(registry, county):
    honest = registry.client(key=county)
    chance = random.Random(12)
    first = client_hello()
    for n in range(60):
        with plain(registry) as end:
            broken = bytearray(first)
            for _ in range(chance.randrange(1, 6)):
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
            end.sendall(bytes(broken) if n % 2 else chance.randbytes(300))
            with contextlib.suppress(OSError):  # it may be cut already
                end.shutdown(socket.SHUT_WR)
            until_end(end)
        honest.ping()
    assert registry.process.poll() is None


IDLE, GARBAGE = (500, 50) if SANITIZE else (5000, 500)


def test_thousands_of_idle_and_hundreds_of_garbage_peers(make_registry):
    """Beside them an honest peer submits and is answered, and a new one gets in. (How fast, the bench measures.)"""
    open_files(2 * (IDLE + GARBAGE) + 1000)
    registry = make_registry("--max-connections", "10000", "--max-pending", "10000",
                             "--max-connections-per-address", "1000", "--hello-seconds", "60", tcp=True)
    registry.plant()
    key = registry.enrol("320102", "submit")
    honest = registry.client(key=key)
    sources = [f"127.0.1.{n}" for n in range(1, 101)]
    before = registry.rss()
    first, chance = client_hello(), random.Random(13)
    idle = [plain(registry, sources[n % 100]) for n in range(IDLE)]
    garbage = []
    for n in range(GARBAGE):
        end = plain(registry, sources[n % 100])
        end.sendall([chance.randbytes(64), first[:40], first, b"\x16\x03\x01\xff\xff" + bytes(200)][n % 4])
        garbage.append(end)
    for n in range(50):
        honest.put(record(f"320102/project/2017/K{n}", bodies.project(n + 1)))
    with registry.client(key=key) as late:
        assert len(late.list()) == 50
    wait_until(lambda: honest.status().connections >= IDLE, "all idle peers to be taken in")
    if not SANITIZE:
        assert registry.rss() - before < (IDLE + GARBAGE) * 40_000
    for end in idle + garbage:
        end.close()
    wait_until(lambda: honest.status().connections == 1, "the idle peers to be gone")


def test_a_proof_is_checked_against_the_certificate_of_its_own_connection(registry, make_registry, county):
    """Reloaded in between: a connection goes on under the certificate that it saw, and a new one sees the new one."""
    old = registry.pin
    wire = registry.wire(registry.tcp)
    nonce = challenged(wire, county)
    registry.renew_certificate(make_registry(tcp=True, name="other").data / "tls")
    wait_until(lambda: fresh(registry) != old, "the new certificate to be served")
    prove(wire, county, nonce)
    assert wire.receive_message().hello.principal == county.id
    wire = registry.wire(registry.tcp)
    prove(wire, county, challenged(wire, county), certificate=old)
    assert end_of(wire) == "BAD_PROOF"
    registry.client(key=county, pin=registry.pin).ping()


def fresh(registry):
    with Wire(registry.tcp) as wire:
        return wire.certificate


def test_hello_over_tls_cut_at_every_byte(registry, county):
    wire = registry.wire(registry.tcp)
    hello(wire, key_id=county.public)
    request = pb.ClientMessage(id=1, hello=pb.Hello(major=1, client="cut", key_id=county.public)).SerializeToString()
    whole = struct.pack(">I", len(request)) + request
    for cut in range(0, len(whole), 5):
        with registry.wire(registry.tcp) as wire:
            wire.send(whole[:cut])
            wire.end()
            assert end_of(wire) == (None if cut == 0 else "MALFORMED"), cut
    registry.client(key=county).ping()
