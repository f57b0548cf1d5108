# SPDX-License-Identifier: Apache-2.0
"""What the registry holds beyond a file: mentioned, and with --whole withdrawn once that is confirmed."""

import re

import pytest

import bodies
from registry import times
from terminal import ask
from tzclient import record

HEADER = "报送单位,编号,报告期,名称\n"


def sheet(registry, *places, name="project.csv", header=HEADER):
    path = registry.folder / name
    path.write_text(header + "".join(f"{unit},{key},{period},名{key}\n" for unit, key, period in places), "utf-8")
    return path


def mine(*keys, unit="320100", period="2017"):
    return [(unit, key, period) for key in keys]


def position(registry):
    return registry.json("status")["position"]


def keys(registry):
    return sorted(state.address.key for state in registry.client().list())


def outcomes(lines):
    return [line["outcome"] for line in lines]


# --- without --whole ---

def test_the_difference_is_mentioned_in_one_line(registry):
    registry.run("submit", sheet(registry, *mine("A", "B", "C")))
    path = sheet(registry, *mine("A"))
    done = registry.cli("submit", path)
    assert done.returncode == 0
    assert f"still in the registry: 2 records (320100/project/2017). " in done.stderr
    assert f"taizhang submit {path} --whole" in done.stderr
    chinese = registry.cli("submit", path, "--lang", "zh")
    assert "表中没有、库中还有 2 行（320100/project/2017）" in chinese.stderr
    assert registry.cli("submit", path, "--quiet").stderr == ""
    assert "registry" not in registry.cli("submit", sheet(registry, *mine("A", "B", "C"))).stderr


def test_a_file_of_rows_that_came_back_is_never_the_whole(registry):
    registry.run("submit", sheet(registry, *mine("A", "B", "C")))
    path = registry.folder / "project.rejected.csv"
    path.write_text(HEADER.strip() + ",退回原因\n320100,D,2017,名D,第2行 D2 名称：此项必填。\n", "utf-8")
    done = registry.cli("submit", path)
    assert done.returncode == 0
    assert "registry" not in done.stderr
    done = registry.cli("submit", path, "--whole", "--yes", "--reason", "r", "--withdraw", "3")
    assert done.returncode == 0
    assert "only rows that came back" in done.stderr
    assert keys(registry) == ["A", "B", "C", "D"]


def test_only_the_units_and_periods_of_the_file_count(registry):
    """Not what stands below, not other periods, kinds and units."""
    registry.run("submit", sheet(registry, *mine("A", unit="320102"), *mine("A", unit="320000"), *mine("A", period="2018"),
                                 *mine("A")))
    registry.client().submit(record("320100/need/2017/A", bodies.rec.Need(title="需求", envelope=bodies.envelope())))
    assert "registry" not in registry.cli("submit", sheet(registry, *mine("A"))).stderr
    registry.run("submit", sheet(registry, *mine("B")))
    done = registry.cli("submit", sheet(registry, *mine("A"), *mine("B", period="2018"), *mine("A", unit="320102")))
    assert "2 records (320100/project/2017…)" in done.stderr


def test_a_file_with_refused_rows_is_not_compared(registry):
    registry.run("submit", sheet(registry, *mine("A", "B", "C")))
    path = registry.folder / "project.csv"
    path.write_text("报送单位,编号,报告期,名称,项目数\n320100,A,2017,名A,3-5个\n", "utf-8")
    done = registry.cli("submit", path)
    assert done.returncode == 1 and "still in the registry" not in done.stderr
    done = registry.cli("submit", path, "--whole", "--yes", "--reason", "x")
    assert done.returncode == 1
    assert "--whole was left aside" in done.stderr
    assert keys(registry) == ["A", "B", "C"]


# --- with it ---

def test_what_is_gone_is_listed_and_withdrawn_with_a_reason(registry):
    registry.run("submit", sheet(registry, *mine(*"ABCDEF")))
    at = position(registry)
    path = sheet(registry, *mine(*"ABCD"))
    done = registry.cli("submit", path, "--whole", "--yes", "--reason", "已取消")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^  320100/project/2017/E  名E$", done.stdout, re.M)
    assert "withdrawn 2" in done.stdout
    assert keys(registry) == list("ABCD")
    assert position(registry) == at + 2
    history = registry.run("history", "320100/project/2017/E")
    assert "已取消" in history
    done = registry.cli("submit", path, "--whole", "--yes", "--reason", "已取消")
    assert "holds nothing beyond this file" in done.stderr
    assert position(registry) == at + 2
    # a row that is there again brings its record back
    lines = registry.lines("submit", sheet(registry, *mine(*"ABCDE")))
    assert outcomes(lines)[-1] == "UPDATED"


def test_for_programs_only_objects_stand_on_standard_output(registry):
    registry.run("submit", sheet(registry, *mine(*"ABC")))
    lines = registry.lines("submit", sheet(registry, *mine(*"AB")), "--whole", "--yes", "--reason", "x")
    assert outcomes(lines) == ["UNCHANGED", "UNCHANGED", "WITHDRAWN"]
    assert lines[2]["address"] == "320100/project/2017/C"


def test_nothing_is_withdrawn_unconfirmed(registry):
    registry.run("submit", sheet(registry, *mine(*"ABC")))
    path = sheet(registry, *mine(*"AB"))
    done = registry.cli("submit", path, "--whole")
    assert done.returncode == 2
    assert "320100/project/2017/C" in done.stdout and "--yes" in done.stderr
    assert registry.cli("submit", path, "--whole", "--yes").returncode == 2  # why?
    assert registry.cli("submit", path, "--whole", "--yes", "--reason", "").returncode == 2
    assert keys(registry) == list("ABC")


def test_options_that_do_not_go_together(registry):
    path = sheet(registry, *mine("A"))
    for options in (["--yes"], ["--withdraw", "3"]):
        done = registry.cli("submit", path, *options)
        assert done.returncode == 2 and "--whole" in done.stderr
    other = sheet(registry, *mine("B"), name="other-project.csv")
    done = registry.cli("submit", path, other, "--kind", "project", "--whole", "--yes", "--reason", "x")
    assert done.returncode == 2 and "one file" in done.stderr
    assert registry.cli("submit", path, "--whole", "--dry-run").returncode == 2
    assert keys(registry) == []


def test_most_of_it_is_confirmed_by_its_number(registry):
    registry.run("submit", sheet(registry, *mine(*"ABCDEFG")))
    path = sheet(registry, *mine("A"))
    done = registry.cli("submit", path, "--whole", "--yes", "--reason", "x")
    assert done.returncode == 2
    assert "6 of 7" in done.stderr and "--withdraw 6" in done.stderr
    done = registry.cli("submit", path, "--whole", "--withdraw", "5", "--reason", "x")
    assert done.returncode == 2 and "there are 6" in done.stderr
    assert keys(registry) == list("ABCDEFG")
    assert registry.cli("submit", path, "--whole", "--withdraw", "6", "--reason", "x").returncode == 0
    assert keys(registry) == ["A"]


def test_an_empty_file_withdraws_nothing(registry):
    registry.run("submit", sheet(registry, *mine(*"AB")))
    done = registry.cli("submit", sheet(registry), "--whole", "--withdraw", "2", "--reason", "x")
    assert done.returncode == 1 and "no rows" in done.stderr
    assert keys(registry) == ["A", "B"]


def test_a_person_is_asked(registry):
    registry.run("submit", sheet(registry, *mine(*"ABC")))
    path = sheet(registry, *mine(*"AB"))
    code, output, seen = ask(registry, "submit", path, "--whole", answers=[("Withdraw them? [y/N] ", "")])
    assert code == 0 and "Nothing was withdrawn" in seen and "320100/project/2017/C" in output
    code, _, _ = ask(registry, "submit", path, "--whole", answers=[("[y/N] ", "y"), ("history: ", "")])
    assert code == 2
    assert keys(registry) == list("ABC")
    code, output, _ = ask(registry, "submit", path, "--whole", answers=[("[y/N] ", "y"), ("history: ", "重复登记")])
    assert code == 0 and "withdrawn 1" in output
    assert keys(registry) == list("AB")
    assert "重复登记" in registry.run("history", "320100/project/2017/C")


def test_a_person_types_the_number_of_most_of_it(registry):
    registry.run("submit", sheet(registry, *mine(*"ABCDEFG")))
    path = sheet(registry, *mine("A"))
    code, _, seen = ask(registry, "submit", path, "--whole", "--reason", "x", answers=[("their number: ", "y")])
    assert code == 0 and "Nothing was withdrawn" in seen
    assert keys(registry) == list("ABCDEFG")
    code, _, _ = ask(registry, "submit", path, "--whole", "--reason", "x", answers=[("their number: ", "6")])
    assert code == 0 and keys(registry) == ["A"]


def test_without_a_line_nothing_is_compared(registry):
    registry.run("submit", sheet(registry, *mine(*"ABC")))
    registry.stop()
    done = registry.cli("submit", sheet(registry, *mine("A", "B", "D")), "--whole", "--yes", "--reason", "x", "--wait", "0")
    assert done.returncode == 3 and "--whole was left aside" in done.stderr
    assert "Without a line" in done.stderr and "correct the rows" not in done.stderr
    registry.start()
    assert keys(registry) == list("ABC")


def test_a_record_of_somebody_else_that_changed_meanwhile_is_not_withdrawn_unseen(registry, client):
    """What is listed is what is withdrawn: its revision is the base."""
    registry.run("submit", sheet(registry, *mine("A", "B")))
    client.submit(record("320100/project/2017/B", bodies.project(1, title="别人改"), base=1))
    lines = registry.lines("submit", sheet(registry, *mine("A")), "--whole", "--yes", "--reason", "x")
    assert outcomes(lines) == ["UNCHANGED", "WITHDRAWN"] and lines[1]["revision"] == 3


@pytest.mark.parametrize("rows", [times(2500)])
def test_pages(registry, rows):
    names = [f"K{n:05}" for n in range(rows)]
    registry.run("submit", "--quiet", sheet(registry, *mine(*names)))
    at = position(registry)
    path = sheet(registry, *mine(*names[: rows // 2 + 1]))
    gone = rows - rows // 2 - 1
    assert f"{gone} records" in registry.cli("submit", path).stderr
    done = registry.cli("submit", path, "--whole", "--yes", "--reason", "x")
    assert done.returncode == 0, done.stderr
    assert position(registry) == at + gone
    assert keys(registry) == names[: rows // 2 + 1]
