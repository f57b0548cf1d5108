# SPDX-License-Identifier: Apache-2.0
"""--format xlsx: what was asked for as a workbook, and records that go back unchanged; --output."""

import json
import os
import pty
import subprocess

import pytest

from registry import CLI
from written import Workbook


def put(registry, name, text, *options):
    path = registry.folder / name
    path.write_text(text, "utf-8")
    registry.run("submit", path, *options)


def sheet_of(registry, *args, name="out.xlsx", lang="zh"):
    registry.run(*args, "--format", "xlsx", "--output", name, "--lang", lang)
    book = Workbook(registry.folder / name)
    return book, book.sheets[0]


def again(registry, name="out.xlsx", *options):
    done = registry.cli("submit", registry.folder / name, "--format", "json", *options)
    return [json.loads(line)["outcome"] for line in done.stdout.splitlines()], done.stderr


PROJECTS = """报送单位,编号,报告期,名称,项目数,合同金额,开始日期,结束日期,备注
320100,001,2017,甲,12个,300万元,2017-03-01,2017-12,备
320100,002,2017,乙,200余个,12.5万元,2017,2018,两行
320200,003,2017,丙,,至少90万元,,,
320200,004,2017,丁,——,3000000元,,,
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_records_go_back_unchanged(registry, lang):
    put(registry, "project.csv", PROJECTS)
    book, sheet = sheet_of(registry, "records", "--kind", "project", lang=lang)
    rows = sheet.rows()
    assert rows[0][-1] == ("版本" if lang == "zh" else "revision")
    assert [row[1] for row in rows[1:]] == ["001", "002", "003", "004"]
    assert [row[-1] for row in rows[1:]] == [1, 1, 1, 1]
    count = sheet.column("项目数（个）" if lang == "zh" else "Projects (个)")
    money = sheet.column("合同金额（万元）" if lang == "zh" else "Contract value (万元)")
    assert [row[count] for row in rows[1:]] == [12, "200余个", "", "——"]
    assert [row[money] for row in rows[1:]] == [300, 12.5, "至少90万元", "3000000元"]
    start = sheet.column("开始日期" if lang == "zh" else "Starts on")
    assert rows[1][start] == 42795 and book.number_format(sheet.styles[2, start]) == "yyyy-mm-dd"
    assert book.number_format(sheet.styles[3, start]) == "yyyy"
    assert book.is_text_column(sheet, 1) and sheet.frozen == 1
    assert again(registry, "out.xlsx", "--kind", "project")[0] == ["UNCHANGED"] * 4
    changed = book.put(sheet, {(2, count): 13}, registry.folder / "out.xlsx")
    assert again(registry, changed.name, "--kind", "project")[0] == ["UPDATED", *["UNCHANGED"] * 3]


def test_a_header_names_no_unit_that_cells_do_not_have(registry):
    """A bare 200 was written without a unit: under a header with one it would become 200个."""
    put(registry, "project.csv", "报送单位,编号,报告期,名称,项目数\n320100,A,2017,甲,12个\n320100,B,2017,乙,200\n"
                                 "320100,C,2017,丙,若干\n")
    _, sheet = sheet_of(registry, "records", "--kind", "project")
    column = sheet.column("项目数")
    assert [row[column] for row in sheet.rows()[1:]] == ["12个", 200, "若干"]
    assert again(registry, "out.xlsx", "--kind", "project")[0] == ["UNCHANGED"] * 3


@pytest.mark.parametrize("kind", ["worker", "evaluation", "practice", "coverage"])
def test_every_type_of_field_goes_back(registry, kind):
    """A filled-in template holds a value of every type."""
    registry.run("template", kind, "--output", "t.xlsx", "--all", "--committee", "320100", "--period", "2017", "--lang", "zh")
    book = Workbook(registry.folder / "t.xlsx")
    rows = book.sheets[1].rows()
    start = next(i for i, row in enumerate(rows) if row[3] == "示例")
    values = {(2, i): row[3] for i, row in enumerate(rows[start + 1:])}
    book.put(book.sheets[0], values, registry.folder / "t.xlsx")
    assert again(registry, "t.xlsx", "--kind", kind)[0] == ["CREATED"]
    sheet_of(registry, "records", "--kind", kind, "--private")
    assert again(registry, "out.xlsx", "--kind", kind)[0] == ["UNCHANGED"]


def test_totals_are_numbers_where_they_are_exact(registry):
    put(registry, "funding.csv", "报送单位,编号,报告期,金额,来源\n320100,A,2017,300万元,福彩\n320200,B,2017,5000.05元,福彩\n"
                                 "320100,C,2017,200余万元,体彩\n")
    _, sheet = sheet_of(registry, "totals", "--kind", "funding", "--period", "2017", "--by", "source")
    rows = sheet.rows()
    amount = sheet.column("金额（万元）")
    by = {row[2]: row for row in rows[1:] if row[2]}
    assert by["福彩"][amount] == 300.500005 and by["体彩"][amount] == "200余万元"
    assert by["福彩"][sheet.column("记录数")] == 2
    assert any("数据版本号" in str(row[0]) for row in rows[len(by) + 1:])


def test_other_tables(registry):
    put(registry, "project.csv", PROJECTS)
    _, sheet = sheet_of(registry, "committee", "list", "--under", "320000", lang="en")
    assert sheet.rows()[0][:2] == ["code", "name"] and {row[0] for row in sheet.rows()[1:]} >= {"320100", "320200"}
    _, sheet = sheet_of(registry, "fields", "project")
    assert len(sheet.rows()) > 20
    _, sheet = sheet_of(registry, "history", "320100/project/2017/001")
    assert sheet.rows()[1][1] == "001"
    _, sheet = sheet_of(registry, "trace", "--kind", "project", "--period", "2017", "--measure", "quantity")
    assert {row[1] for row in sheet.rows()[1:]} == {"001", "002", "003"}


def test_to_standard_output(registry):
    put(registry, "project.csv", PROJECTS)
    with open(registry.folder / "piped.xlsx", "wb") as out:
        subprocess.run([CLI, "records", "--kind", "project", "--format", "xlsx"], stdout=out, check=True,
                       env=registry.environment())
    assert len(Workbook(registry.folder / "piped.xlsx").sheets[0].rows()) == 5


def test_not_on_a_terminal(registry):
    leader, follower = pty.openpty()
    done = subprocess.run([CLI, "records", "--kind", "project", "--format", "xlsx"], stdout=follower,
                          stderr=subprocess.PIPE, env=registry.environment(), check=False)
    os.close(leader)
    os.close(follower)
    assert done.returncode == 2 and b"--output FILE" in done.stderr


@pytest.mark.parametrize("args, says", [
    (["ping"], "ping has no results for a workbook"), (["records"], "give --kind"),
    (["records", "--kind", "project", "--withdrawn"], "leave out --withdrawn")])
def test_wrong_usage(registry, args, says):
    done = registry.cli(*args, "--format", "xlsx", "--output", "out.xlsx")
    assert done.returncode == 2 and says in done.stderr
    assert not (registry.folder / "out.xlsx").exists() and list(registry.folder.glob(".taizhang-*")) == []


def test_output_is_whole_or_not_at_all(registry):
    put(registry, "project.csv", PROJECTS)
    out = registry.folder / "list.csv"
    registry.run("--output", out, "records", "--kind", "project", "--format", "csv")
    assert out.read_text("utf-8").count("\n") >= 5
    kept = out.read_bytes()
    done = registry.cli("records", "--kind", "project", "--format", "csv", "--output", out, "--server", "unix:/nonexistent")
    assert done.returncode == 3 and out.read_bytes() == kept
    done = registry.cli("records", "--output", "/nonexistent/x")
    assert done.returncode == 6 and "cannot be written" in done.stderr
    assert list(registry.folder.glob(".taizhang-*")) == []


def test_a_full_disk_under_the_temporary_file(registry):
    put(registry, "project.csv", PROJECTS)
    done = registry.cli("records", "--kind", "project", "--format", "xlsx", "--output", "x.xlsx",
                        env={"TMPDIR": "/nonexistent"})
    assert done.returncode == 6 and "cannot be written" in done.stderr
    assert not (registry.folder / "x.xlsx").exists()
