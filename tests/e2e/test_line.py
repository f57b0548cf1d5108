# SPDX-License-Identifier: Apache-2.0
"""A submission over a line that is cut, reset, stalled or half-closed after every single byte of it, in both
directions: nothing is lost, nothing doubled, nothing hangs, and afterwards the client knows what is there. Plain,
and within TLS with its handshake.

CTest takes the bytes around the ends of frames and some between; TZ_LINE=all takes every one (many minutes)."""

import concurrent.futures
import contextlib
import itertools
import os
import time

import pytest

from line import ACTIONS, DOWN, STALL, UP, Line
from registry import SLOW, Home

ALL = os.environ.get("TZ_LINE") == "all"
# Each so manieth byte in the short form, TLS having more of them; of stalls, which take seconds, each so manieth of those.
BETWEEN = {"plain": 11, "tls": 43}
STALLS = 4
UNIT = "110101"
ROWS = 3
# A dead line is found within 5 s; the rest is the machine's, with two dozen trials side by side.
HANGS_AFTER = 10 * SLOW


def sheet(folder, name):
    rows = "".join(f"{UNIT},{name}-{n},2017,青春行动{n},{n + 1}个\n" for n in range(ROWS))
    (folder / "project.csv").write_text("报送单位,编号,报告期,名称,项目数\n" + rows, encoding="utf-8")


@contextlib.contextmanager
def line_to(registry, folder, transport):
    """A line, over which the home in this folder reaches the registry: by having joined, or as its operator."""
    with Line(registry.server if transport == "plain" else registry.tcp) as line:
        line.env = {"TAIZHANG_SERVER": line.server if transport == "plain" else None}
        if transport == "tls":
            Home(registry, folder).run("join", registry.line(UNIT, "submit").replace(registry.tcp, line.server))
        yield line


def cli(registry, folder, line, *args):
    """taizhang with a profile of this trial, over its line."""
    begin = time.monotonic()
    done = Home(registry, folder).cli(*args, env=line.env)
    took = time.monotonic() - begin
    assert took < HANGS_AFTER, f"{args} took {took:.1f} s"
    return done


def trial(registry, transport, folder, name, plan):
    """Submits over a bad line, then over the mended one; how long the first took."""
    folder.mkdir()
    sheet(folder, name)
    with line_to(registry, folder, transport) as line:
        line.plan = plan
        begin = time.monotonic()
        done = cli(registry, folder, line, "submit", "project.csv", "--wait", "0")
        took = time.monotonic() - begin
        assert done.returncode in (0, 3), (plan, done)
        line.mend()
        done = cli(registry, folder, line, "sync")
        assert done.returncode == 0, (plan, done)
        waiting = cli(registry, folder, line, "outbox", "--format", "json")
        assert (waiting.returncode, waiting.stdout) == (0, ""), (plan, waiting)
        # What was acknowledged is known to be: the same again is nothing new.
        again = cli(registry, folder, line, "submit", "project.csv")
        assert again.returncode == 0 and f"unchanged {ROWS}" in again.stdout, (plan, again)
    return took


@pytest.fixture
def registry(make_registry):
    made = make_registry(tcp=True)
    made.plant()
    return made


def measure(registry, transport, folder):
    """Length and frame ends of an undisturbed exchange, by direction."""
    folder.mkdir()
    sheet(folder, "M")
    with line_to(registry, folder, transport) as line:
        done = cli(registry, folder, line, "submit", "project.csv")
        assert done.returncode == 0, done
        return {way: (len(line.passed[way]), line.edges(way)) for way in (UP, DOWN)}


def offsets(length, edges, between):
    if ALL:
        return range(length + 1)
    near = {at + by for at in [0, *edges] for by in (-1, 0, 1, 4, 5)}
    return sorted(at for at in near | set(range(0, length, between)) if 0 <= at <= length)


def plans(exchange, between):
    """Stalls last, so that their waiting is done side by side."""
    quick, slow = [], []
    for way, (length, edges) in exchange.items():
        for number, at in enumerate(offsets(length, edges, between)):
            quick += [(way, at, action) for action in ACTIONS if action != STALL]
            if ALL or number % STALLS == 0:
                slow.append((way, at, STALL))
    return quick, slow


@pytest.mark.parametrize("transport", ["plain", "tls"])
def test_a_line_that_fails_after_every_byte(registry, tmp_path, transport):
    exchange = measure(registry, transport, tmp_path / "measure")
    assert all(length > 100 and len(edges) >= 2 for length, edges in exchange.values()), exchange
    quick, slow = plans(exchange, BETWEEN[transport])
    numbers = itertools.count()

    def run(plan):
        name = f"T{next(numbers)}"
        times.append(trial(registry, transport, tmp_path / name, name, plan))
        return name

    names, times = ["M"], []
    for workers, these in ((4, quick), (24, slow)):
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            names += pool.map(run, these)
    client = registry.client()
    held = client.list(committee=UNIT)
    assert sorted(one.address.key for one in held) == sorted(f"{name}-{n}" for name in names for n in range(ROWS))
    assert {one.revision for one in held} == {1}
    count = len(names)
    assert client.total("project", "quantity", UNIT) == (6 * count, "exact", ROWS * count, 0)
    print(f"{len(quick)} cuts, resets and half-closes, {len(slow)} stalls of {exchange}; "
          f"the longest took {max(times):.1f} s")
