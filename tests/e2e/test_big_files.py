# SPDX-License-Identifier: Apache-2.0
"""Files of 100,000 rows: all of them arrive, in bounded memory, and a terminal shows how far it is."""

import os
import pty
import re
import select
import subprocess

import pytest

from big import FORMS, LIMIT, make, measure
from registry import CLI, SLOW, times
from workbook import book_of

ROWS = 100_000


@pytest.mark.skipif(SLOW > 1, reason="sanitizers take memory of their own")
@pytest.mark.parametrize("form", FORMS)
def test_a_hundred_thousand_rows_in_bounded_memory(registry, tmp_path, form):
    path = make(tmp_path, form, ROWS)
    done, peak = measure(registry, "submit", path, "--kind", "project", "--quiet")
    assert done.returncode == 0, done.stderr
    assert registry.json("status")["records"] == ROWS
    assert peak < LIMIT, f"{peak >> 20} MiB"


@pytest.mark.skipif(SLOW > 1, reason="sanitizers take memory of their own")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_file(registry, tmp_path, form):
    small, large = (measure(registry, "submit", make(tmp_path, form, rows), "--kind", "project", "--dry-run", "--quiet")
                    for rows in (ROWS, ROWS * 3))
    for done, peak in (small, large):
        assert done.returncode == 0, done.stderr
        assert peak < LIMIT, f"{peak >> 20} MiB"
    assert large[1] - small[1] < 8 << 20, f"{small[1] >> 20} and {large[1] >> 20} MiB"


def test_an_address_that_comes_back_late_is_found(registry, tmp_path):
    rows = times(60_000)
    path = make(tmp_path, "csv", rows)
    with open(path, "a", encoding="utf-8") as file:
        file.write("320100,K0000001,2017,再来,1,\n")
    done = registry.cli("submit", path, "--kind", "project", "--dry-run", "--quiet", "--lang", "zh")
    assert done.returncode == 1
    assert f"{rows + 2}" in done.stdout and "2" in done.stdout


@pytest.mark.skipif(SLOW > 1, reason="sanitizers take memory of their own")
def test_very_many_merged_cells(registry, tmp_path):
    rows = [["报送单位", "编号", "报告期", "名称"]]
    for n in range(0, 30_000, 3):
        rows += [["320100" if i == 0 else "", f"K{n + i}", "2017", f"项目{n + i}"] for i in range(3)]
    merges = [f"A{n}:A{n + 2}" for n in range(2, 30_002, 3)]
    path = tmp_path / "project.xlsx"
    book = book_of([])
    path.write_bytes(book.__class__().sheet("项目", rows, merges=merges[::-1]).bytes())
    done, peak = measure(registry, "submit", path, "--dry-run", "--quiet")
    assert done.returncode == 0, done.stderr + done.stdout[:2000]
    assert peak < LIMIT, f"{peak >> 20} MiB"


# --- progress ---

def on_terminal(registry, *args, **env):
    """Runs taizhang with standard error on a terminal; what it showed there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([CLI, *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                               env=registry.environment(**env), cwd=registry.folder)
    os.close(theirs)
    shown = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 120 * SLOW)
        assert ready, "nothing more is shown"
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    return process.wait(), shown.decode("utf-8")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("dry", [False, True])
def test_a_terminal_shows_how_far_it_is(registry, tmp_path, form, dry):
    path = make(tmp_path, form, times(100_000))
    status, shown = on_terminal(registry, "submit", path, "--kind", "project", *(["--dry-run"] if dry else []), LC_ALL="zh_CN.UTF-8")
    assert status == 0, shown[-2000:]
    what = "检查" if dry else "报送"
    lines = [line for line in re.split(r"[\r\n]", shown) if f"{what} " in line and "%" in line]
    assert lines, shown[-2000:]
    found = [re.search(r"(\d+)% \[(#*)(\.*)\] (\d+) 行，每秒 \d+ 行，还需 \d+ (秒|分钟)", line) for line in lines]
    assert all(found), lines
    percents = [int(one[1]) for one in found]
    assert percents == sorted(percents) and percents[-1] <= 100
    assert all(len(one[2] + one[3]) == 20 for one in found)
    assert [int(one[4]) for one in found] == sorted(int(one[4]) for one in found)
    # the line is taken away before anything else is written
    for line in re.split(r"\n", shown):
        last = line.split("\r")[-1]
        assert "%" not in last, last


def test_no_progress_where_nobody_looks(registry, tmp_path):
    path = make(tmp_path, "csv", times(50_000))
    done = registry.cli("submit", path, "--kind", "project", "--dry-run")
    assert "\r" not in done.stderr and "%" not in done.stderr
    status, shown = on_terminal(registry, "submit", path, "--kind", "project", "--dry-run", "--quiet")
    assert status == 0 and shown == ""
