# SPDX-License-Identifier: Apache-2.0
"""A registry that says how long to wait is waited for: a large file goes in at the pace that it allows, without a word
from the user."""

import pytest

from registry import times

ROWS = times(4000)
HEADER = "报送单位,编号,报告期,名称,项目数\n"


@pytest.mark.parametrize("rate, allowed", [("rate-records", ROWS // 4), ("rate-requests", 1)])
def test_a_large_file_goes_in_at_the_pace_that_is_allowed(make_registry, rate, allowed):
    registry = make_registry(f"--{rate}", str(allowed), "--rate-burst-seconds", "1", tcp=True)
    registry.plant()
    office = registry.office("320102", "submit")
    path = office.folder / "project.csv"
    path.write_text(HEADER + "".join(f"320102,K{n:05},2017,名,1\n" for n in range(ROWS)), "utf-8")
    done = office.cli("submit", path, "--quiet", timeout=300)
    assert done.returncode == 0, done.stderr
    assert registry.client().total("project", "records", "320102")[0] == ROWS
    counted = {counter.name: counter.number for counter in registry.client().status().counters}
    assert counted["errors"] > 0  # it was told to wait
