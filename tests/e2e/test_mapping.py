# SPDX-License-Identifier: Apache-2.0
"""Columns that are called something else: --map, what is kept of it, and what is wrong with it. Units above the table, and
totals that are checked against their rows."""

import re
import subprocess

import pytest

from registry import CLI

HEADERS = ["报送单位", "编号", "报告期", "项目经费（万元）", "内部备查", "来源"]
ROWS = [["320100", "A1", "2017", "100", "x", "福彩"], ["320100", "A2", "2017", "23.45", "", "福彩"]]
MAPS = ["--map", "项目经费=金额", "--map", "内部备查="]


def sheet(registry, name="funding.csv", headers=HEADERS, rows=ROWS):
    path = registry.folder / name
    path.write_text("".join(",".join(row) + "\n" for row in [headers, *rows]))
    return path


def test_an_unknown_column_names_the_way_out(registry):
    done = registry.cli("submit", sheet(registry), "--lang", "zh")
    assert done.returncode == 1
    assert "“项目经费（万元）”" in done.stderr and "--map" in done.stderr


def test_a_mapping_is_used_and_kept_until_it_is_forgotten(registry):
    path = sheet(registry)
    first = registry.cli("submit", path, *MAPS, "--lang", "zh")
    assert first.returncode == 0, first.stderr
    assert "列“项目经费”按 金额 读取。" in first.stderr
    assert "列“内部备查”不读取。" in first.stderr
    assert "照此读取" in first.stderr
    assert "1234500.00元" in registry.run("totals", "--kind", "funding", "--period", "2017")
    again = registry.cli("submit", path, "--lang", "zh")
    assert again.returncode == 0
    assert "列“项目经费”按 金额 读取（保存的对应关系）。" in again.stderr
    assert "照此读取" not in again.stderr
    # a file that has not the column is taken too, and another kind knows nothing of it
    plain = sheet(registry, headers=["报送单位", "编号", "报告期", "金额（万元）"], rows=[["320100", "A3", "2017", "1"]])
    assert registry.cli("submit", plain).returncode == 0
    other = sheet(registry, "project.csv", ["报送单位", "编号", "报告期", "名称", "内部备查"], [["320100", "P", "2017", "名", "x"]])
    assert registry.cli("submit", other).returncode == 1
    forgotten = registry.cli("submit", sheet(registry), "--forget-map", "--lang", "zh")
    assert forgotten.returncode == 1
    assert "已取消" in forgotten.stderr and "项目经费" in forgotten.stderr


def test_a_dry_run_keeps_and_uses_a_mapping(registry):
    path = sheet(registry)
    assert registry.cli("submit", path, "--dry-run").returncode == 1
    assert registry.cli("submit", path, "--dry-run", *MAPS).returncode == 0
    assert registry.cli("submit", path, "--dry-run").returncode == 0
    assert registry.cli("submit", path, "--dry-run", "--profile", "other").returncode == 1
    assert registry.cli("submit", path).returncode == 0


def test_without_a_registry_a_mapping_counts_for_this_time(registry):
    path = sheet(registry)
    env = registry.environment()
    del env["TAIZHANG_SERVER"]
    for maps, status in ((MAPS, 0), ([], 1)):
        done = subprocess.run([CLI, "submit", path, "--dry-run", *maps], stdin=subprocess.DEVNULL, capture_output=True, env=env)
        assert done.returncode == status, done.stderr


def test_a_mapping_is_not_kept_of_a_header_that_is_refused(registry):
    bad = sheet(registry, headers=[*HEADERS[:5], "胡说"])
    assert registry.cli("submit", bad, *MAPS).returncode == 1
    assert registry.cli("submit", sheet(registry)).returncode == 1


def test_a_mapping_over_what_a_header_means_by_itself(registry):
    path = sheet(registry, headers=["报送单位", "编号", "报告期", "金额（万元）", "备注", "来源"])
    done = registry.cli("submit", path, "--map", "备注=")
    assert done.returncode == 0, done.stderr
    assert "left aside" in done.stderr


@pytest.mark.parametrize("given, status, words", [
    (["--map", "项目经费=金客"], 2, ["“金客”", "金额", "taizhang fields funding"]),
    (["--map", "项目经费"], 2, ["列名=栏目"]),
    (["--map", "=金额"], 2, ["列名=栏目"]),
    (["--map", "项目经费=金额", "--map", "项目经费=支付金额"], 2, ["两个栏目"]),
    (["--map", "项目经弗=金额", "--map", "内部备查="], 1, ["没有“项目经弗”这一列", "“项目经费（万元）”"]),
    (["--map", "项目经费=金额", "--map", "内部备查=金额"], 1, ["E 列", "在 D 列已经有了"]),
    (["--map", "项目经费=来源", "--map", "内部备查="], 1, ["F 列", "在 D 列已经有了"]),
])
def test_a_wrong_mapping_says_what_would_be_right(registry, given, status, words):
    done = registry.cli("submit", sheet(registry), *given, "--lang", "zh")
    assert done.returncode == status, done.stderr
    for word in words:
        assert word in done.stderr
    assert registry.json("status")["records"] == 0
    assert registry.cli("submit", sheet(registry), "--lang", "zh").returncode == 1, "it was kept"


def test_one_map_for_several_files(registry):
    one, two = sheet(registry), sheet(registry, "2017经费.csv", rows=[["320100", "B1", "2017", "5", "", "福彩"]])
    assert registry.cli("submit", one, two, *MAPS).returncode == 0
    assert registry.json("status")["records"] == 3


def test_the_unit_above_the_table(registry):
    path = registry.folder / "funding.csv"
    path.write_text("2017年经费,,,,\n,,,,单位：万元\n报送单位,编号,报告期,金额,支付金额（元）\n"
                    "320100,A,2017,12.5,3000\n320100,B,2017,3000元,3000\n")
    done = registry.cli("submit", path, "--lang", "zh")
    assert done.returncode == 0, done.stderr
    assert "未注明单位的金额按“万元”读取（见单元格 E2）。" in done.stderr
    assert "D 列" not in done.stderr and "E 列的表头另有单位：以表头为准" in done.stderr
    shown = registry.run("show", "320100/funding/2017/A")
    assert re.search(r"Amount +12.5万元", shown) and re.search(r"Paid +3000元", shown)
    assert re.search(r"Amount +3000元", registry.run("show", "320100/funding/2017/B"))


def test_two_units_above_the_table_are_none(registry):
    path = registry.folder / "funding.csv"
    path.write_text("单位：元,,,单位：万元\n报送单位,编号,报告期,金额\n320100,A,2017,12.5\n")
    done = registry.cli("submit", path)
    assert done.returncode == 1
    assert "money without a unit" in done.stdout


def test_totals_are_checked_against_their_rows(registry):
    path = registry.folder / "funding.csv"
    path.write_text("报送单位,编号,报告期,金额（万元）,支付金额（万元）\n320100,A,2017,100,50\n320100,B,2017,20.5,——\n小计,,,120.5,50\n"
                    "320100,C,2017,30,近7\n小计,,,31,7\n合计,,,151.5,57\n")
    done = registry.cli("submit", path, "--lang", "zh")
    assert done.returncode == 0, "a difference holds nothing back"
    assert "单元格 D6 金额：合计写的是 31万元，各行相加为 30万元，相差 1万元。" in done.stderr
    assert "单元格 D7 金额：合计写的是 151.5万元" in done.stderr or "单元格 D7 金额：合计写的是 1515000.00元" in done.stderr
    assert "E7" not in done.stderr
    assert "合计核对：合计行的 4 个数与各行之和一致。" in done.stderr
    quiet = registry.cli("submit", path, "--quiet")
    assert "Warning: cell D6" in quiet.stderr and "agree" not in quiet.stderr


def test_totals_that_agree_take_one_line(registry):
    path = registry.folder / "funding.csv"
    path.write_text("报送单位,编号,报告期,金额（万元）\n320100,A,2017,100\n合计,,,100\n")
    done = registry.cli("submit", path)
    assert "1 figure of total rows agrees" in done.stderr and "Warning" not in done.stderr
