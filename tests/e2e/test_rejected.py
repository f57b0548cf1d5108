# SPDX-License-Identifier: Apache-2.0
"""Good rows go in, bad rows come back: the file of rejected rows, and what becomes of it when it is corrected."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

import bodies
from registry import CLI, SLOW
from tzclient import record
from workbook import Book, Number, Raw
from written import Workbook

HEADER = ["报送单位", "编号", "报告期", "名称", "项目数", "合同金额（万元）", "开始日期"]


def rows_of(path, separator=","):
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
    return list(csv.reader(data.decode("utf-8-sig").splitlines(keepends=True), delimiter=separator))


def text_file(registry, name, rows, separator=",", encoding="utf-8"):
    path = registry.folder / name
    text = "".join(separator.join(f'"{c}"' if "\n" in c or separator in c else c for c in row) + "\n" for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def book(registry, name, rows, **options):
    path = registry.folder / name
    path.write_bytes(Book().sheet("2017年", rows, **options).bytes())
    return path


def outcomes(done):
    return [line["outcome"] for line in done]


def titles(client, kind="project"):
    return {state.address.key: bodies.rec.Project.FromString(state.body).title
            for state in client.list(kind=1, subtree=True)}


MIXED = [HEADER,
         ["320100", "A", "2017", "好的", "1", "300", "2017-03-01"],
         ["320100", "B", "2017", "坏金额", "1", "三百", "2017-03-01"],
         ["320100", "C", "2017", "", "若干余", "12", "春天"],
         ["320100", "D", "2017", "也好", "2", "5", "2017"]]


def test_a_corrected_workbook_goes_in_as_it_is(registry, client):
    path = book(registry, "2017项目.xlsx", MIXED)
    done = registry.cli("submit", path, "--lang", "zh")
    assert done.returncode == 1
    back = registry.folder / "2017项目.rejected.xlsx"
    assert f"2 行退回，见 {back}：请在那份文件里改正，然后报送那份文件。" in done.stderr
    made = Workbook(back)
    sheet = made.sheets[0]
    assert [s.name for s in made.sheets] == ["2017年"]
    rows = sheet.rows()
    assert rows[0] == [*HEADER, "退回原因"]
    assert rows[1][:7] == MIXED[2] and rows[2][:7] == MIXED[3]
    assert len(rows) == 3 and sheet.frozen == 1
    assert rows[1][7].startswith("第3行 F3 合同金额：“三百”")
    assert len(rows[2][7].split("\n")) == 3
    assert all(f"第4行 {cell} " in rows[2][7] for cell in ("D4", "E4", "G4"))
    marked = {(2, 5), (3, 3), (3, 4), (3, 6)}
    assert set(sheet.comments) == marked
    assert "三百" in sheet.comments[2, 5] and sheet.comments[3, 3] == "此项必填。"
    for row in (2, 3):
        for column in range(7):
            assert (made.fill(sheet, row, column) == "FFFFC7CE") == ((row, column) in marked)

    fixed = made.put(sheet, {(2, 5): 300, (3, 3): "补上", (3, 4): "若干", (3, 6): "2017-04"},
                     registry.folder / "2017项目.rejected.xlsx")
    assert outcomes(registry.lines("submit", fixed)) == ["CREATED", "CREATED"]
    assert titles(client) == {"A": "好的", "B": "坏金额", "C": "补上", "D": "也好"}
    assert outcomes(registry.lines("submit", fixed)) == ["UNCHANGED"] * 2


def test_the_reasons_are_in_english_too(registry):
    path = book(registry, "project.xlsx", MIXED)
    done = registry.cli("submit", path)
    back = registry.folder / "project.rejected.xlsx"
    assert f"2 rows came back in {back}: correct them there and submit that file." in done.stderr
    rows = Workbook(back).sheets[0].rows()
    assert rows[0][7] == "Reasons" and rows[1][7].startswith('Row 3 F3 Contract value: "三百" is ')


@pytest.mark.parametrize("separator, encoding, written", [
    (",", "utf-8", ","), (";", "gb18030", ";"), ("\t", "utf-16", ","), (",", "utf-8-sig", ",")])
def test_a_text_file_comes_back_as_one_that_excel_opens(registry, client, separator, encoding, written):
    rows = [*MIXED, ["320100", "E", "2017", "两\n行，a;b", "1", "很多", ""]]
    path = text_file(registry, "项目.txt", rows, separator, encoding)
    assert registry.cli("submit", path).returncode == 1
    back = registry.folder / "项目.rejected.csv"
    found = rows_of(back, written)
    assert [row[:7] for row in found[1:]] == [rows[2], rows[3], rows[5]]
    fixed = [row[:7] for row in found]
    fixed[1][5], fixed[2][3], fixed[2][4], fixed[2][6], fixed[3][5] = "300", "补上", "若干", "2017-04", "9"
    with open(back, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=written).writerows([*row, old[7]] for row, old in zip(fixed, found))
    assert outcomes(registry.lines("submit", back)) == ["CREATED"] * 3
    assert titles(client)["E"] == "两\n行，a;b"


def test_cells_keep_their_types_and_the_header_its_units(registry):
    """A header of two rows below a title: what came back has one row that means the same."""
    path = book(registry, "funding.xlsx", [
        ["2017年经费情况表"],
        ["序号", "报送单位", "编号", "报告期", "金额（万元）", None, "统计时点", "来源"],
        [None, None, None, None, "预算", "支付"],
        [1, Number("320100", "000000"), "A", 2017, 300, 12.5, Number("42916", "yyyy-mm-dd"), "福彩"],
        [2, 320100, "B", 2017, "很多", 12.5, Number("42916", 14), "福彩"],
        [3, 320100, "C", 2017, 300, Number("1.2E+1"), Number("42887", 'yyyy"年"m"月"'), "彩票"],
    ], merges=["A1:H1", "A2:A3", "E2:F2"])
    assert registry.cli("submit", path, "--lang", "zh").returncode == 1
    back = registry.folder / "funding.rejected.xlsx"
    made = Workbook(back)
    sheet = made.sheets[0]
    assert sheet.rows()[0] == ["序号", "报送单位", "编号", "报告期", "预算金额（万元）", "支付金额（万元）", "统计时点", "来源",
                              "退回原因"]
    assert sheet.rows()[1][:8] == [2, 320100, "B", 2017, "很多", 12.5, 42916, "福彩"]
    assert sheet.rows()[2][:8] == [3, 320100, "C", 2017, 300, 12, 42887, "彩票"]
    assert made.number_format(sheet.styles[2, 6]) == "yyyy-mm-dd"
    assert made.number_format(sheet.styles[3, 6]) == "yyyy-mm"
    made.put(sheet, {(2, 4): 300, (3, 7): "福彩"}, back)
    assert outcomes(registry.lines("submit", back)) == ["CREATED", "CREATED"]
    shown = registry.json("show", "320100/funding/2017/C")
    assert shown["fields"]["as_of"] == "2017-06" and shown["fields"]["paid"]["value"] == 12_000_000


def test_what_excel_broke_is_corrected_as_text(registry, client):
    """A number that lost its digits: the cell comes back as text, so that the correction keeps them."""
    path = book(registry, "project.xlsx", [
        ["报送单位", "编号", "报告期", "名称", "承接主体代码"],
        ["320100", Number("201700000000000000"), 2017, "长编号", Number("1.1E+17")],
        ["320100", "B", 2017, Raw(' t="e"><v>#REF!</v>'), ""]])
    assert registry.cli("submit", path).returncode == 1
    back = registry.folder / "project.rejected.xlsx"
    made = Workbook(back)
    sheet = made.sheets[0]
    for where in ((2, 1), (2, 4), (3, 3)):
        assert made.number_format(sheet.styles[where]) == "@" and isinstance(sheet.cells[where], str)
    again = registry.lines("submit", back, code=1)
    assert outcomes(again) == ["REJECTED", "REJECTED"]  # nothing was corrected: nothing goes in
    made.put(sheet, {(2, 1): "201700000000000123", (2, 4): "", (3, 3): "名称"}, back)
    assert outcomes(registry.lines("submit", back)) == ["CREATED", "CREATED"]
    assert set(titles(client)) == {"201700000000000123", "B"}


def test_rows_that_the_registry_refused_come_back_too(registry):
    rows = [HEADER, ["320100", "A", "2017", "好", "1", "", ""], ["399999", "B", "2017", "没有这个单位", "1", "", ""],
            ["320100", "C", "2017", "错", "x", "", ""]]
    assert registry.cli("submit", book(registry, "project.xlsx", rows)).returncode == 1
    made = Workbook(registry.folder / "project.rejected.xlsx")
    sheet = made.sheets[0]
    assert [row[1] for row in sheet.rows()[1:]] == ["B", "C"]
    assert set(sheet.comments) == {(2, 0), (3, 4)}
    assert sheet.rows()[1][7].startswith("Row 3 A3 Committee: ")


def test_of_a_repeated_address_the_later_row_is_blamed(registry, client):
    rows = [HEADER, ["320100", "A", "2017", "第一", "1", "", ""], ["320100", "B", "2017", "别的", "1", "", ""],
            ["320100", "A", "2017", "第二", "1", "", ""]]
    assert registry.cli("submit", book(registry, "project.xlsx", rows)).returncode == 1
    rows = Workbook(registry.folder / "project.rejected.xlsx").sheets[0].rows()
    assert [row[3] for row in rows[1:]] == ["第二"]
    assert rows[1][7].startswith("Row 4 B4 Number: ") and "row 2" in rows[1][7]
    assert titles(client) == {"A": "第一", "B": "别的"}


def test_a_repeated_address_is_blamed_again_when_the_file_is_submitted_again(registry):
    path = registry.folder / "project.csv"
    path.write_text("报送单位,编号,报告期,名称,项目数\n320100,A,2017,甲,1\n320100,A,2017,乙,1\n")
    for first in ("CREATED", "UNCHANGED"):
        done = registry.cli("submit", path, "--format", "json")
        assert done.returncode == 1, done.stderr
        assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == [first, "REJECTED"]


def test_a_conflict_does_not_come_back(registry, client):
    path = book(registry, "project.xlsx", [HEADER, ["320100", "A", "2017", "我的", "1", "", ""]])
    client.put(record("320100/project/2017/A", bodies.project(title="别人的")))
    assert registry.cli("submit", path).returncode == 5
    assert not (registry.folder / "project.rejected.xlsx").exists()


def test_nothing_is_written_over_and_names_do_not_grow(registry):
    path = book(registry, "project.xlsx", MIXED)
    first = registry.folder / "project.rejected.xlsx"
    registry.cli("submit", path)
    kept = first.read_bytes()
    registry.cli("submit", path)  # the same rows again: no second file
    assert sorted(p.name for p in registry.folder.glob("project*")) == ["project.rejected.xlsx", "project.xlsx"]
    assert first.read_bytes() == kept
    made = Workbook(first)
    made.put(made.sheets[0], {(2, 5): 300}, first)  # somebody is at work in it
    mine = first.read_bytes()
    registry.cli("submit", path)
    assert first.read_bytes() == mine
    assert (registry.folder / "project.rejected-2.xlsx").read_bytes() == kept
    done = registry.cli("submit", first)
    third = registry.folder / "project.rejected-3.xlsx"
    assert f"1 row came back in {third}" in done.stderr and first.read_bytes() == mine
    assert registry.cli("submit", third).returncode == 1  # nothing corrected in it
    names = {p.name for p in registry.folder.glob("project*")}
    assert names <= {"project.xlsx", *(f"project.rejected{n}.xlsx" for n in ("", "-2", "-3", "-4"))}


def test_every_night_the_same_folder_makes_no_heap(registry):
    text_file(registry, "project.csv", MIXED)
    for _ in range(6):
        registry.cli("submit", *sorted(registry.folder.glob("*.csv")))
    assert len(list(registry.folder.glob("*.csv"))) <= 4


def test_an_old_file_is_said_to_be_out_of_date(registry):
    path = text_file(registry, "project.csv", MIXED)
    registry.cli("submit", path)
    fixed = [MIXED[0], MIXED[1], [*MIXED[2][:5], "300", ""], ["320100", "C", "2017", "补上", "1", "", ""], MIXED[4]]
    done = registry.cli("submit", text_file(registry, "project.csv", fixed))
    back = registry.folder / "project.rejected.csv"
    assert done.returncode == 0
    assert f"No row of {path} came back. {back} is of an earlier run and out of date." in done.stderr
    assert back.exists()


def test_standard_input_comes_back_in_no_file(registry):
    text = "\n".join(",".join(row) for row in MIXED).encode()
    done = registry.cli("submit", "-", "--kind", "project", stdin=text)
    assert done.returncode == 1 and "Rows of standard input come back in no file" in done.stderr
    assert list(registry.folder.glob("*rejected*")) == []


def test_a_dry_run_writes_the_marks_only_when_asked(registry):
    path = book(registry, "project.xlsx", MIXED)
    registry.cli("submit", "--dry-run", path)
    back = registry.folder / "project.rejected.xlsx"
    assert not back.exists()
    registry.cli("submit", "--dry-run", "--rejected", path)
    assert set(Workbook(back).sheets[0].comments) == {(2, 5), (3, 3), (3, 4), (3, 6)}


def test_options_are_named_where_they_are_needed_again(registry):
    rows = [row[1:] for row in MIXED]
    done = registry.cli("submit", book(registry, "data.xlsx", rows), "--kind", "project", "--committee", "320100")
    back = registry.folder / "data.rejected.xlsx"
    assert f"2 rows came back in {back}: correct them there and submit that file with the same options." in done.stderr
    made = Workbook(back)
    made.put(made.sheets[0], {(2, 4): 300, (3, 2): "补上", (3, 3): "若干", (3, 5): ""}, back)
    assert outcomes(registry.lines("submit", back, "--kind", "project", "--committee", "320100")) == ["CREATED"] * 2


def test_a_name_that_cannot_be(registry):
    """Where the file cannot be written, that is told; the rows' outcomes stand."""
    deep = registry.folder / ("项" * 81 + ".csv")  # with .rejected.csv it is longer than a name may be
    deep.write_text("\n".join(",".join(row) for row in MIXED), "utf-8")
    done = registry.cli("submit", deep, "--kind", "project", "--format", "json")
    assert done.returncode == 1 and "cannot be written beside it: File name too long." in done.stderr
    assert done.stdout.count("CREATED") == 2
    assert [p.name for p in registry.folder.glob("*.csv")] == [deep.name]
    assert list(registry.folder.glob(".taizhang-*")) == []


MANY = """
import csv, sys
sys.path.insert(0, sys.argv[1])
from workbook import Book
rows = [sys.argv[2].split(",")]
rows += [["320100", f"K{i:06}", "2017", f"关爱留守儿童行动第{i}期", "若干余", "三百万", "春天"] for i in range(100_000)]
open("project.csv", "w", encoding="utf-8").write("".join(",".join(row) + "\\n" for row in rows))
open("project.xlsx", "wb").write(Book(inline=True).sheet("项目", rows).bytes())
"""


def test_many_rejected_rows_stay_out_of_memory(registry):
    """100,000 rows that are all refused, within the client's 64 MiB."""
    # Another process makes the files: a child's memory counts from its parent's.
    subprocess.run([sys.executable, "-c", MANY, Path(__file__).parents[1] / "support", ",".join(HEADER)],
                   cwd=registry.folder, check=True)
    for name in ("project.csv", "project.xlsx"):
        run = [CLI, "submit", "--dry-run", "--rejected", "--quiet", "--format", "json", name]
        measure = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); " \
                  "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        done = subprocess.run([sys.executable, "-c", measure, *run], cwd=registry.folder, env=registry.environment(),
                              capture_output=True, timeout=300 * SLOW, check=True)
        code, kilobytes = map(int, done.stdout.split())
        assert code == 1
        assert SLOW > 1 or kilobytes < 64 * 1024
    assert len(rows_of(registry.folder / "project.rejected.csv")) == 100_001


@pytest.mark.parametrize("columns", [HEADER, [h for h in HEADER if h != "编号"]])
def test_a_number_that_was_given_comes_back_with_the_row(registry, client, columns):
    """The row that is corrected in the file of rejected rows is the one of the numbered file."""
    rows = [columns] + [[dict(zip(HEADER, row))[name] if name != "编号" else "" for name in columns] for row in MIXED[1:4]]
    path = book(registry, "项目.xlsx", rows)
    registry.cli("submit", path)
    back = registry.folder / "项目.rejected.xlsx"
    made = Workbook(back)
    sheet = made.sheets[0]
    headers = sheet.rows()[0]
    assert headers[:len(columns)] == columns and headers[-1] == "Reasons"
    key = headers.index("编号") if "编号" in columns else headers.index("Number")
    keys = [row[key] for row in sheet.rows()[1:]]
    assert all(len(k) == 11 and k.startswith("T") for k in keys) and len(set(keys)) == 2
    numbered = Workbook(registry.folder / "项目_已编号.xlsx").sheets[0]
    assert set(keys) < {str(cell) for row in numbered.rows() for cell in row}
    money, title, count, day = (sheet.column(name) for name in ("合同金额（万元）", "名称", "项目数", "开始日期"))
    made.put(sheet, {(2, money): 300, (3, title): "补上", (3, count): "若干", (3, day): "2017-04"}, back)
    assert outcomes(registry.lines("submit", back)) == ["CREATED"] * 2
    assert set(keys) < set(titles(client)) and len(titles(client)) == 3
