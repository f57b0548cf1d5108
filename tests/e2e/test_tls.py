# SPDX-License-Identifier: Apache-2.0
"""TLS as the operator sees it: certificates and their reload, caps on peers, and what the log says of those who were cut."""

import os
import re
import signal
import socket
import ssl
import stat
import subprocess

import pytest

import bodies
import faults
from device_key import base64url
from peers import end_of, plain
from registry import SLOW, open_files, times
from tzclient import Client, Wire, outcome_name, pb, record, sha256, wait_until

ELSEWHERE = "127.0.0.9"


@pytest.fixture
def registry(make_registry):
    """An empty registry with the small tree, on TCP too."""
    registry = make_registry(tcp=True)
    registry.plant()
    return registry


def seen(registry):
    """The certificate that a new connection gets."""
    with Wire(registry.tcp) as wire:
        return wire.certificate


def reload(registry):
    """SIGHUP, and back when the daemon is through with it; what it logged."""
    before = len(registry.log())
    registry.process.send_signal(signal.SIGHUP)
    wait_until(lambda: re.search(r" reloaded\b| reload_failed ", registry.log()[before:]), "the reload")
    return registry.log()[before:]


def config(path, **options):
    path.write_text("[taizhangd]\n" + "".join(f"{name.replace('_', '-')} = {value}\n" for name, value in options.items()))


@pytest.fixture
def others(make_registry):
    """Certificates of another registry, as if they were the operator's own: (cert, key, SHA-256)."""
    other = make_registry(name="other", tcp=True)
    folder = other.data / "tls"
    return folder / "cert.pem", folder / "key.pem", other.pin


# --- certificates ---


def test_the_first_start_makes_a_certificate_and_says_which(registry):
    folder = registry.data / "tls"
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {"cert.pem": 0o600,
                                                                                          "key.pem": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert f"certificate sha256={registry.pin.hex()} own=no k={base64url(registry.pin)}" in registry.log()
    assert seen(registry) == registry.pin
    assert registry.log().count("certificate_made") == 1


def test_without_tcp_there_is_no_certificate(make_registry):
    registry = make_registry()
    if not registry.listens:
        assert not (registry.data / "tls").exists()


@faults.needed
def test_killed_while_the_certificate_is_made(make_registry):
    """All of it is there or nothing; the next start goes on as if there had been none before."""
    registry = make_registry(start=False, tcp=True)
    os.environ.update(faults.at("start.certificate"))
    try:
        assert registry.launch().wait(60) == -signal.SIGKILL
    finally:
        del os.environ["TAIZHANG_FAULT"]
    registry.process = None
    assert not (registry.data / "tls").exists()
    registry.start()
    assert seen(registry) == registry.pin
    assert not (registry.data / "tls.new").exists()


def test_half_a_certificate_is_not_repaired(registry):
    registry.stop()
    (registry.data / "tls" / "cert.pem").unlink()
    assert registry.launch().wait(60) == 1
    registry.process = None
    assert re.search(r'start_failed what=tls why="cannot use the certificate .*/tls/cert.pem', registry.log())


def test_a_certificate_of_ones_own(make_registry, others):
    cert, key, pin = others
    registry = make_registry("--tls-cert", cert, "--tls-key", key, tcp=True)
    assert seen(registry) == pin
    assert f"certificate sha256={pin.hex()} own=yes" in registry.log()
    assert not (registry.data / "tls").exists()


@pytest.mark.parametrize("options, said", [
    (["--tls-cert", "/nonexistent"], "tls-key"),
    (["--tls-key", "/nonexistent"], "tls-cert"),
])
def test_half_of_ones_own_is_refused(make_registry, options, said):
    registry = make_registry(*options, start=False, tcp=True)
    assert registry.launch().wait(60) == 2
    registry.process = None
    assert said in registry.log()


def test_a_reload_serves_the_new_certificate_and_keeps_the_old_connections(make_registry, others, tmp_path):
    cert, key, pin = others
    file = tmp_path / "conf"
    config(file)
    registry = make_registry("--config", file, tcp=True)
    registry.plant()
    before = registry.client(key=registry.enrol("320102", "submit"))
    made = registry.pin
    config(file, tls_cert=cert, tls_key=key)
    assert f"certificate sha256={pin.hex()} own=yes" in reload(registry)
    assert seen(registry) == pin
    before.put(record("320102/project/2017/K", bodies.project(1)))
    config(file)
    reload(registry)
    assert seen(registry) == made
    before.ping()


def test_a_bad_certificate_is_refused_and_the_old_one_stays(make_registry, others, tmp_path):
    cert, key, pin = others
    file = tmp_path / "conf"
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
    config(file, tls_cert=cert, tls_key=key)
    registry = make_registry("--config", file, tcp=True)
    registry.plant()
    honest = registry.client(registry.tcp, key=registry.enrol("320102", "submit"), pin=pin)
    stranger = make_registry(name="stranger", tcp=True).data / "tls" / "key.pem"
    for bad, why in (({"tls_cert": wrong, "tls_key": key}, "wrong.pem"),
                     ({"tls_cert": tmp_path / "none", "tls_key": key}, "/none"),
                     ({"tls_cert": cert, "tls_key": stranger}, "key")):
        config(file, **bad)
        said = reload(registry)
        assert re.search(rf'certificate_refused why=".*{why}.* kept=yes', said), said
        assert seen(registry) == pin
        honest.ping()
    config(file, tls_cert=cert)
    assert "reload_failed" in reload(registry)
    assert seen(registry) == pin


def test_a_key_that_others_can_read_is_warned_of(registry):
    (registry.data / "tls" / "key.pem").chmod(0o644)
    assert "key_open_to_others mode=0644" in reload(registry)


PEERS, RELOADS = times(1000), times(1000)


def test_many_reloads_under_many_connections(registry, others):
    """None is dropped, each keeps working, and what is served is always one of the two."""
    open_files(2 * PEERS + 1000)
    cert, key, pin = others
    registry.options += ["--max-connections-per-address", "5000", "--max-connections-per-principal", "0"]
    registry.stop()
    registry.start()
    made, folder = registry.pin, registry.data / "tls"
    pairs = [(cert.read_bytes(), key.read_bytes()), tuple((folder / name).read_bytes() for name in ("cert.pem", "key.pem"))]
    device = registry.enrol("320102", "submit")
    clients = [registry.client(key=device) for _ in range(PEERS)]
    for turn in range(RELOADS):
        for name, data in zip(("cert.pem", "key.pem"), pairs[turn % 2]):
            (folder / name).write_bytes(data)
        before = registry.log_file.stat().st_size
        registry.process.send_signal(signal.SIGHUP)
        wait_until(lambda: reloaded_since(registry, before), "the reload")
        clients[turn % PEERS].ping()
        if turn % 50 == 0:
            assert seen(registry) == (pin, made)[turn % 2]
    for client in clients:
        client.ping()
    assert "certificate_refused" not in registry.log()
    assert clients[0].status().connections == PEERS


def reloaded_since(registry, offset):
    with open(registry.log_file, "rb") as file:
        file.seek(offset)
        return b" reloaded" in file.read()


# --- where it listens ---


def test_all_addresses_with_and_without_a_name(make_registry):
    registry = make_registry(tcp="0.0.0.0")
    assert "public_address_unknown" in registry.log()
    assert seen(registry) == registry.pin
    named = make_registry("--public-address", "registry.example:7117", tcp="0.0.0.0")
    assert "public_address_unknown" not in named.log()


def test_the_other_protocol_of_the_internet(make_registry):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6")
    registry = make_registry(tcp="[::1]")
    with Wire(registry.tcp) as wire:
        assert wire.certificate == registry.pin


# --- caps ---


def refusals(registry, reason):
    return len(re.findall(rf"connection_refused peer=.* reason={reason}\b", registry.log()))


def test_connections_of_one_address_have_a_cap_of_their_own(make_registry):
    registry = make_registry("--max-connections-per-address", "3", tcp=True)
    held = [registry.wire(registry.tcp) for _ in range(3)]
    for _ in range(5):
        with registry.wire(registry.tcp) as wire:
            assert end_of(wire) == "TOO_MANY_CONNECTIONS"
    assert refusals(registry, "too_many_from_address") == 5
    with registry.wire(registry.tcp, source=ELSEWHERE) as wire:
        wire.send(b"\0\0\0\0")
        assert end_of(wire) == "FRAME_EMPTY"
    Client(registry.server).close()
    held.pop().close()
    wait_until(lambda: served(registry), "room for another")
    assert len(held) == 2


def served(registry):
    with registry.wire(registry.tcp) as wire:
        wire.send(b"\0\0\0\0")
        return end_of(wire) == "FRAME_EMPTY"


def test_peers_that_have_not_said_hello_have_a_cap(make_registry):
    registry = make_registry("--max-pending", "2", tcp=True)
    registry.plant()
    honest = registry.client(key=registry.enrol("320102", "submit"))
    silent = [plain(registry) for _ in range(12)]
    wait_until(lambda: cuts(registry) >= 10, "the oldest of them to be cut")
    honest.ping()
    Client(registry.server).close()
    registry.client(key=registry.enrol("320104", "submit")).ping()
    wait_until(lambda: sum(ended(one) for one in silent) >= 10, "the ends of those that were cut")
    for one in silent:
        one.close()
    honest.ping()


def cuts(registry):
    return registry.log().count("reason=too_many_pending")


def test_who_holds_every_place_before_hello_keeps_nobody_out(make_registry):
    """As many silent peers as there may be, and new ones all the time: whoever says Hello at once is served."""
    registry = make_registry("--max-pending", "8", "--max-connections-per-address", "1000", tcp=True)
    registry.plant()
    key = registry.enrol("320102", "submit")
    silent = [plain(registry) for _ in range(8)]
    for _ in range(20):
        silent.append(plain(registry))
        with registry.client(key=key) as client:
            client.ping()
    assert cuts(registry) >= 20
    for one in silent:
        one.close()


def test_the_cap_on_all_connections_is_told_over_tls(make_registry):
    registry = make_registry("--max-connections", "2", tcp=True)
    held = [registry.wire(registry.tcp), registry.client(registry.server)]
    with registry.wire(registry.tcp) as wire:
        assert end_of(wire) == "TOO_MANY_CONNECTIONS"
    held[1].ping()


def test_refused_peers_do_not_add_up(make_registry):
    """So many of them at once are told why; who comes beyond them is just closed, and nobody else notices."""
    open_files(2000)
    registry = make_registry("--max-connections-per-address", "5", "--max-connections", "50", tcp=True)
    honest = registry.client(registry.server)
    crowd = [plain(registry) for _ in range(500)]
    wait_until(lambda: refusals(registry, "too_many_from_address") == 495, "all of them to be refused")
    assert honest.status().connections <= 6
    cut = sum(ended(one) for one in crowd)
    assert cut >= 400
    for one in crowd:
        one.close()
    honest.ping()


def ended(one):
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


# --- traffic ---


def test_full_lines_in_both_directions(registry):
    """A client that sends for a while before it reads: what it gets is whole and in order, whatever had to wait."""
    client = registry.client(key=registry.enrol("320102", "submit"))
    note = {"note": "x" * 1500}
    wanted = times(60)
    numbers = [client.send("submit", pb.SubmitRequest(records=[
        record(f"320102/project/2017/K{turn}-{n}", bodies.project(n + 1, env=note)) for n in range(100)]))
        for turn in range(wanted)]
    for number in numbers:
        outcomes = client.wait(number)[0].submit.outcomes
        assert [outcome_name(one) for one in outcomes] == ["CREATED"] * 100
    asked = [client.send("list", pb.ListRequest(subtree=True, limit=500)) for _ in range(wanted)]
    for number in asked:
        parts = client.wait(number)
        assert sum(len(part.list.records) for part in parts) == min(500, 100 * wanted)
    client.ping()


def test_a_client_that_ends_its_side_gets_every_answer(registry):
    client = registry.client(key=registry.enrol("320102", "submit"))
    numbers = [client.send_record(record(f"320102/project/2017/K{n}", bodies.project(n + 1))) for n in range(20)]
    client.wire.end()
    assert [outcome_name(client.outcome(number)) for number in numbers] == ["CREATED"] * 20


# --- the end of a peer, in the log ---


def closed(registry, reason):
    wait_until(lambda: f"reason={reason} " in registry.log(), f"a peer that was closed for {reason}")


def test_reasons(registry):
    with plain(registry) as end:
        end.sendall(b"GET / HTTP/1.1\r\n\r\n")
        closed(registry, "not_tls")
    with plain(registry) as end:
        end.sendall(b"\x16\x03\x01\x00\x05")
    closed(registry, "eof_in_handshake")
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLError), plain(registry) as end:
        context.wrap_socket(end, server_hostname="localhost")
    closed(registry, "certificate_refused")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError), plain(registry) as end:
        context.wrap_socket(end)
    closed(registry, "tls_protocol")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError), plain(registry) as end:
        context.wrap_socket(end)
    closed(registry, "tls_version")


def test_a_stop_does_not_wait_for_handshakes(registry):
    silent = [plain(registry) for _ in range(10)]
    wait_until(lambda: registry.client(registry.server).status().connections > 10, "all of them to be taken in")
    registry.stop()
    assert len(re.findall(r"connection_closed .* reason=shutting_down ", registry.log())) >= 10
    for one in silent:
        one.close()


def test_an_own_client_of_openssl(registry):
    """What an operator would try first."""
    command = ["openssl", "s_client", "-connect", registry.tcp, "-alpn", "taizhang/1", "-brief"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60 * SLOW)
    except FileNotFoundError:
        pytest.skip("no openssl(1)")
    assert "TLSv1.3" in done.stderr
