# SPDX-License-Identifier: Apache-2.0
"""A submission over a line that is cut, reset, stalled or half-closed after every single byte of it, in both
directions: nothing is lost, nothing doubled, nothing hangs, and afterwards the client knows what is there.

CTest takes the bytes around the ends of frames and some between; TZ_LINE=all takes every one (three minutes)."""

import concurrent.futures
import itertools
import os
import time

import pytest

from line import ACTIONS, DOWN, STALL, UP, Line
from registry import SLOW

ALL = os.environ.get("TZ_LINE") == "all"
BETWEEN = 11  # each so manieth byte in the short form; of stalls, which take seconds, each so manieth of those
STALLS = 4
UNIT = "110101"
ROWS = 3
# A dead line is found within 5 s; the rest is the machine's, with two dozen trials side by side.
HANGS_AFTER = 10 * SLOW


def sheet(folder, name):
    rows = "".join(f"{UNIT},{name}-{n},2017,青春行动{n},{n + 1}个\n" for n in range(ROWS))
    (folder / "project.csv").write_text("报送单位,编号,报告期,名称,项目数\n" + rows, encoding="utf-8")


def cli(registry, folder, line, *args):
    """taizhang with a profile of this trial, over its line."""
    begin = time.monotonic()
    done = registry.cli(*args, cwd=folder, env={"HOME": str(folder), "TAIZHANG_SERVER": line.server})
    took = time.monotonic() - begin
    assert took < HANGS_AFTER, f"{args} took {took:.1f} s"
    return done


def trial(registry, folder, name, plan):
    """Submits over a bad line, then over the mended one; how long the first took."""
    folder.mkdir()
    sheet(folder, name)
    with Line(registry.tcp) as line:
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


def measure(registry, folder):
    """Length and frame ends of an undisturbed exchange, by direction."""
    folder.mkdir()
    sheet(folder, "M")
    with Line(registry.tcp) as line:
        done = cli(registry, folder, line, "submit", "project.csv")
        assert done.returncode == 0, done
        return {way: (len(line.passed[way]), line.edges(way)) for way in (UP, DOWN)}


def offsets(length, edges):
    if ALL:
        return range(length + 1)
    near = {at + by for at in [0, *edges] for by in (-1, 0, 1, 4, 5)}
    return sorted(at for at in near | set(range(0, length, BETWEEN)) if 0 <= at <= length)


def plans(exchange):
    """Stalls last, so that their waiting is done side by side."""
    quick, slow = [], []
    for way, (length, edges) in exchange.items():
        for number, at in enumerate(offsets(length, edges)):
            quick += [(way, at, action) for action in ACTIONS if action != STALL]
            if ALL or number % STALLS == 0:
                slow.append((way, at, STALL))
    return quick, slow


def test_a_line_that_fails_after_every_byte(registry, tmp_path):
    exchange = measure(registry, tmp_path / "measure")
    assert all(length > 100 and len(edges) >= 2 for length, edges in exchange.values()), exchange
    quick, slow = plans(exchange)
    numbers = itertools.count()

    def run(plan):
        name = f"T{next(numbers)}"
        times.append(trial(registry, tmp_path / name, name, plan))
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
