#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What many peers cost: memory of an idle connection, full handshakes beside OpenSSL alone, and how long honest requests take
beside idle and hostile ones.

    /usr/bin/python3 tests/bench/crowd.py            a few minutes; needs a release build in build/release
    /usr/bin/python3 tests/bench/crowd.py --smoke    a few seconds, no goal is checked

Memory is what the daemon's anonymous memory (heap and stacks, /proc/PID/smaps_rollup) grows by from 500 idle connections to
all of them, after Hello: what malloc wastes is in it, what the kernel keeps for a socket is not. Handshakes are counted a
second of the server's own processor time. Latencies are of pings and submissions, each measured alternately without and with
the others, in the same run."""

import argparse
import itertools
import multiprocessing
import os
import pathlib
import random
import re
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("TZ_BUILD", str(SOURCE / "build" / "release"))
sys.path.insert(0, str(SOURCE / "tests" / "support"))

import bodies  # noqa: E402
from registry import BUILD, Registry, open_files  # noqa: E402
from tzclient import Client, Wire, record, tls  # noqa: E402

ALONE = BUILD / "tests" / "bench" / "tz-bench-tls-alone"
DIAL = BUILD / "tests" / "bench" / "tz-bench-tls-dial"
MANY = ["--max-connections", "20000", "--max-pending", "20000", "--max-connections-per-address", "20000",
        "--max-connections-per-principal", "0", "--rate-requests", "0"]
WARM = 500
TICKS = os.sysconf("SC_CLK_TCK")


def start(folder, *options):
    folder.mkdir()
    registry = Registry(folder, *MANY, *options, tcp=True).start()
    registry.plant()
    return registry


def anonymous(registry):
    rollup = pathlib.Path(f"/proc/{registry.process.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous:\s+(\d+) kB", rollup, re.MULTILINE)[1]) * 1024


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


# --- memory ---


def idle_memory(registry, count, connect):
    """Bytes of the daemon for each of `count` connections that `connect` makes."""
    peers = [connect() for _ in range(WARM)]
    before = anonymous(registry)
    peers += [connect() for _ in range(count - WARM)]
    grown = anonymous(registry) - before
    for peer in peers:
        peer.close()
    return grown / (count - WARM)


def memory(folder, options):
    """KiB of an idle connection, (plain, TLS)."""
    registry = start(folder / "plain")
    plain = idle_memory(registry, options.idle, lambda: Client(registry.server))
    registry.stop()
    registry = start(folder / "tls")
    key = registry.enrol("320102", "submit")
    secure = idle_memory(registry, options.idle, lambda: Client(registry.tcp, key=key))
    registry.stop()
    return plain / 1024, secure / 1024


# --- handshakes ---


def handshakes(pid, port, count):
    """Handshakes a second of processor time of this process."""
    before = processor_seconds(pid)
    subprocess.run([DIAL, str(port), str(count)], check=True)
    return count / max(processor_seconds(pid) - before, 1 / TICKS)


def compare_handshakes(folder, options):
    """Medians of (registry, OpenSSL alone), measured alternately with the same certificate."""
    registry = start(folder / "handshakes")
    files = [registry.data / "tls" / "cert.pem", registry.data / "tls" / "key.pem"]
    alone = subprocess.Popen([ALONE, *files], stdout=subprocess.PIPE, text=True)
    port = int(alone.stdout.readline())
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(handshakes(registry.process.pid, registry.port, options.handshakes))
        theirs.append(handshakes(alone.pid, port, options.handshakes))
    alone.kill()
    alone.wait()
    registry.stop()
    return statistics.median(ours), statistics.median(theirs)


# --- honest peers beside others ---


def first_bytes():
    """What a TLS client says first."""
    outgoing = ssl.MemoryBIO()
    handshake = tls(False).wrap_bio(ssl.MemoryBIO(), outgoing)
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


class Garbage:
    """So many peers, each of which comes again about every second with something that is no request. In a process of
    their own, so that they do not delay those that are measured by more than what they cost the registry."""

    def __init__(self, registry, count):
        self.registry, self.count = registry, count
        self.address = ("127.0.0.1", registry.port)
        self.hello = first_bytes()
        self.chance = random.Random(3)
        fork = multiprocessing.get_context("fork")
        self.ending = fork.Event()
        self.process = fork.Process(target=self.run)
        self.sent = fork.Value("q", 0)

    def visit(self, kind):
        """One that stays until its turn comes again."""
        if kind == 0:
            wire = Wire(self.registry.tcp)
            wire.send(b"\x7f" + self.chance.randbytes(200))
            return wire
        plain = socket.create_connection(self.address)
        plain.sendall([self.chance.randbytes(300), self.hello[:100], b"GET / HTTP/1.1\r\n\r\n"][kind - 1])
        return plain

    def run(self):
        os.nice(19)  # elsewhere they would not take the processor of those that are measured
        peers = [None] * self.count
        for n in itertools.cycle(range(self.count)):
            if self.ending.wait(1 / self.count):
                break
            if peers[n]:
                peers[n].close()
            try:
                peers[n] = self.visit(n % 4)
            except OSError:
                peers[n] = None
            self.sent.value += 1

    def __enter__(self):
        self.process.start()
        while self.sent.value < self.count:  # each has been there once
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.process.join()


def percentile(latencies, share):
    return sorted(latencies)[int(len(latencies) * share)]


def timed(call, *args):
    begun = time.perf_counter()
    call(*args)
    return (time.perf_counter() - begun) * 1e6


def honest(clients, count, serial):
    """Microseconds of pings and of submissions, by turns over the socket and TLS: (pings, submissions)."""
    pings, submissions = [], []
    for n in range(count):
        client = clients[n % len(clients)]
        pings.append(timed(client.ping))
        if n % 4 == 0:
            one = record(f"320102/project/2017/K{next(serial)}", bodies.project(1))
            submissions.append(timed(client.put, one))
    return pings, submissions


def beside(folder, options):
    """p99 of honest requests (without, with) the others: of pings, and of submissions. And how many others came."""
    registry = start(folder / "beside", "--hello-seconds", "3600")
    key = registry.enrol("320102", "submit")
    clients = [Client(registry.tcp, key=key), Client(registry.server, key=key)]
    serial = itertools.count()
    honest(clients, options.honest // 4, serial)
    quiet, crowded, came = [[], []], [[], []], 0
    for _ in range(options.rounds):
        for kind, found in enumerate(honest(clients, options.honest, serial)):
            quiet[kind].append(percentile(found, 0.99))
        idle = [socket.create_connection(("127.0.0.1", registry.port)) if n % 2 else Client(registry.tcp, key=key)
                for n in range(options.idle)]
        with Garbage(registry, options.garbage) as garbage:
            for kind, found in enumerate(honest(clients, options.honest, serial)):
                crowded[kind].append(percentile(found, 0.99))
        came += garbage.sent.value
        for peer in idle:
            peer.close()
    for client in clients:
        client.close()
    registry.stop()
    return [(statistics.median(quiet[kind]), statistics.median(crowded[kind])) for kind in (0, 1)], came


def report(found, options):
    (plain, secure), (ours, theirs), (pings, submissions), came = found
    rows = [
        ("", "registry", "beside it", "ratio", "goal", "met"),
        (f"idle connection of {options.idle:,}, Unix socket", f"{plain:.1f} KiB", "", "", "<= 4 KiB", plain <= 4),
        (f"idle connection of {options.idle:,}, TLS", f"{secure:.1f} KiB", "", "", "<= 20 KiB", secure <= 20),
        ("full handshakes a second and core", f"{ours:,.0f}", f"OpenSSL alone {theirs:,.0f}", f"{ours / theirs:.2f}",
         ">= 0.7", ours / theirs >= 0.7),
    ]
    for name, (without, with_others) in (("ping", pings), ("submit", submissions)):
        rows.append((f"p99 of an honest {name} beside {options.idle:,} idle, {options.garbage} hostile",
                     f"{with_others:,.0f} us", f"alone {without:,.0f} us", f"{with_others / without:.2f}", "<= 2",
                     with_others / without <= 2))
    texts = [[*map(str, row[:5]), {True: "yes", False: "NO"}.get(row[5], row[5])] for row in rows]
    widths = [max(len(row[i]) for row in texts) for i in range(6)]
    for row in texts:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"\nrounds: {options.rounds}; hostile connections meanwhile: {came:,}")
    return all(row[5] is True for row in rows[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--idle", type=int, default=5000)
    parser.add_argument("--garbage", type=int, default=500)
    parser.add_argument("--handshakes", type=int, default=4000)
    parser.add_argument("--honest", type=int, default=3000, help="pings in a round; a quarter as many submissions")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--smoke", action="store_true", help="a tiny run that only shows that all of it works")
    options = parser.parse_args()
    if options.smoke:
        options.idle, options.garbage, options.handshakes, options.honest, options.rounds = WARM + 100, 50, 100, 100, 1
    open_files(3 * options.idle + 2000)
    with tempfile.TemporaryDirectory(prefix="tz-bench-", dir=BUILD) as name:
        folder = pathlib.Path(name)
        met = report((memory(folder, options), compare_handshakes(folder, options), *beside(folder, options)), options)
    return 0 if met or options.smoke else 1


if __name__ == "__main__":
    sys.exit(main())
