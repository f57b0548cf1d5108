# SPDX-License-Identifier: Apache-2.0
"""Sheets without 编号: rows get a number, the file comes back with it, and what then happens to the rows reaches the
registry as what it is. Rows that were shifted against their numbers stop."""

import csv
import io
import os
import re
import shutil
import sqlite3
import stat

import pytest

import bodies
from clerk import open_sheet, parts, rows_of
from registry import times
from terminal import ask
from tzclient import record
from workbook import Book, Number, Raw, book_of

HEADERS = ["序号", "报送单位", "报告期", "名称", "项目数"]
NAMES = ["青年之家", "志愿服务", "普法课堂", "心理热线", "就业帮扶", "社区活动", "暑期托管", "法律援助"]
ROWS = [[str(i), "320100", "2017", name, str(i * 3)] for i, name in enumerate(NAMES, 1)]
GIVEN = re.compile(r"T[0-9A-HJKMNP-TV-Z]{10}")


def text_of(rows, separator=","):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def write(registry, form, rows=None, name="project", headers=HEADERS):
    rows = [headers, *(ROWS if rows is None else rows)]
    path = registry.folder / f"{name}.{form}"
    if form == "xlsx":
        cells = [[Number(cell) if cell.isdigit() and len(cell) < 4 else cell for cell in row] for row in rows]
        path.write_bytes(book_of(cells).bytes())
    else:
        path.write_text(text_of(rows), "utf-8")
    return path


def numbered(path, mark=""):
    return path.with_name(f"{path.stem}_已编号{mark}{path.suffix}")


def position(registry):
    return registry.json("status")["position"]


def waiting(registry):
    """Versions in the outbox that the registry does not have."""
    with sqlite3.connect(f"file:{registry.home}/.local/state/taizhang/default.db?mode=ro", uri=True) as profile:
        return profile.execute("SELECT count(*) FROM outbox WHERE state <> 3").fetchone()[0]


def outcomes(lines):
    return [line["outcome"] for line in lines]


def keys_of(path):
    rows = rows_of(path)
    at = rows[0].index("编号")
    return [row[at] if at < len(row) else "" for row in rows[1:]]


@pytest.fixture(params=["csv", "xlsx"])
def form(request):
    return request.param


# --- the file comes back ---

def test_rows_get_numbers_and_the_file_comes_back_with_them(registry, form):
    path = write(registry, form)
    before = path.read_bytes()
    done = registry.cli("submit", path)
    assert done.returncode == 0, done.stderr
    assert "8 rows had no number (编号)" in done.stderr and str(numbered(path)) in done.stderr
    assert path.read_bytes() == before
    rows = rows_of(numbered(path))
    assert rows[0] == [*HEADERS, "编号"]
    assert [row[:5] for row in rows[1:]] == ROWS
    keys = keys_of(numbered(path))
    assert all(GIVEN.fullmatch(key) for key in keys) and len(set(keys)) == len(keys)
    assert sorted(keys) == sorted(held.address.key for held in registry.client().list())
    # the numbered file, and the one without, change nothing, from this profile and from a new one
    at = position(registry)
    assert set(outcomes(registry.lines("submit", numbered(path)))) == {"UNCHANGED"}
    assert set(outcomes(registry.lines("submit", path))) == {"UNCHANGED"}
    assert set(outcomes(registry.lines("submit", path, "--profile", "other"))) == {"UNCHANGED"}
    assert position(registry) == at
    assert sorted(found.name for found in registry.folder.glob("*已编号*")) == [numbered(path).name]


def test_the_number_follows_from_the_row(registry):
    """Not from the order of the columns, the form of the file, or the machine."""
    registry.run("submit", write(registry, "xlsx"))
    turned = [[row[3], row[1], row[4], row[2]] for row in reversed(ROWS)]
    other = write(registry, "csv", turned, "other", ["名称", "报送单位", "项目数", "报告期"])
    lines = registry.lines("submit", other, "--kind", "project", "--profile", "elsewhere")
    assert set(outcomes(lines)) == {"UNCHANGED"}


def test_rows_that_say_the_same_are_different_records(registry, form):
    path = write(registry, form, [ROWS[0], ROWS[0][:], ROWS[1]])
    assert outcomes(registry.lines("submit", path)) == ["CREATED"] * 3
    assert outcomes(registry.lines("submit", path, "--profile", "other")) == ["UNCHANGED"] * 3
    assert len(registry.client().list()) == 3


def test_an_existing_column_is_filled_in(registry, form):
    headers = ["报送单位", "编号", "报告期", "名称"]
    rows = [["320100", "X1", "2017", "甲"], ["320100", "", "2017", "乙"], ["320100", "——", "2017", "丙"], ["", "", "", ""],
            ["320100", "", "2017", "丁"], ["合计", "", "", ""], ["备注：", "", "", ""]]
    path = write(registry, form, rows, headers=headers)
    assert outcomes(registry.lines("submit", path)) == ["CREATED"] * 4
    back = [row + [""] * (4 - len(row)) for row in rows_of(numbered(path))]
    assert [GIVEN.fullmatch(row[1]) is not None for row in back if any(row)][1:5] == [False, True, True, True]
    assert [row[1] for row in back[1:2] + back[-2:]] == ["X1", "", ""]
    kept = [[row[0], *row[2:]] for row in back if any(row)]
    assert kept == [[row[0], *row[2:]] for row in [headers, *rows] if any(row)]


def test_a_refused_row_keeps_its_number(registry, form):
    path = write(registry, form, [ROWS[0], [*ROWS[1][:4], "3-5个"], ROWS[2]])
    done = registry.cli("submit", path, "--format", "json")
    assert done.returncode == 1
    keys = keys_of(numbered(path))
    assert f"320100/project/2017/{keys[1]}" in done.stdout
    sheet = open_sheet(numbered(path))
    sheet.put(sheet.rows[2], 4, "5")
    sheet.save()
    assert outcomes(registry.lines("submit", numbered(path))) == ["UNCHANGED", "CREATED", "UNCHANGED"]
    assert sorted(held.address.key for held in registry.client().list()) == sorted(keys)


def test_nothing_else_in_the_workbook_changes(registry):
    """Other sheets, styles, widths, formulas, a title, two-row headers: every other part is the same, byte for byte, and
    of the sheet itself only the cells with numbers are new."""
    rows = [["2017年统计"],
            ["报送单位", "报告期", "名称", "项目数", "金额（万元）", None],
            [None, None, None, None, None, None],
            ["320100", "2017", "青年之家", Number("12"), Raw(' s="1"><f>D4*2</f><v>24</v>'), None]]
    headers = ["报送单位", "报告期", "名称", "项目数", "合同金额（万元）"]
    rows[1] = headers
    rows[3] = ["320100", "2017", "青年之家", Number("12", "000"), Raw(' s="1"><f>D4*2</f><v>24</v>')]
    book = (Book().sheet("项目", rows, merges=["A1:E1"], tail='<pageMargins left="0.7" right="0.7" top="1" bottom="1" '
                         'header="0.3" footer="0.3"/>').sheet("说明", [["不动"]], state="hidden"))
    book.parts["xl/calcChain.xml"] = '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    book.parts["docProps/custom.xml"] = "<anything/>"
    path = registry.folder / "project.xlsx"
    path.write_bytes(book.bytes())
    assert outcomes(registry.lines("submit", path)) == ["CREATED"]
    before, after = parts(path), parts(numbered(path))
    assert list(before) == list(after)
    sheet = "xl/worksheets/sheet1.xml"
    assert {name for name in before if before[name] != after[name]} == {sheet}
    key = registry.client().list()[0].address.key
    made = re.findall(rb'<c r="F\d+"[^>]*><is><t>[^<]*</t></is></c>', after[sheet])
    assert made == [b'<c r="F2" t="inlineStr"><is><t>&#x7F16;&#x53F7;</t></is></c>',
                    f'<c r="F4" s="1" t="inlineStr"><is><t>{key}</t></is></c>'.encode()]
    left = after[sheet]
    for cell in made:
        left = left.replace(cell, b"")
    assert left == before[sheet]
    assert outcomes(registry.lines("submit", numbered(path))) == ["UNCHANGED"]


def test_a_two_row_header_gets_the_column_too(registry):
    rows = [["报送单位", "报告期", "金额（万元）", None, "来源"], [None, None, "预算", "支付", None],
            ["320100", "2017", Number("12"), Number("3"), "福彩"]]
    path = registry.folder / "funding.xlsx"
    path.write_bytes(book_of(rows, ).bytes())
    book = Book().sheet("a", rows, merges=["A1:A2", "B1:B2", "C1:D1", "E1:E2"])
    path.write_bytes(book.bytes())
    assert outcomes(registry.lines("submit", path)) == ["CREATED"]
    assert rows_of(numbered(path))[1][5] == "编号"
    assert outcomes(registry.lines("submit", numbered(path))) == ["UNCHANGED"]


def test_a_text_in_any_encoding_comes_back_as_excel_opens_it(registry):
    path = registry.folder / "project.csv"
    path.write_bytes(text_of([HEADERS, *ROWS], "\t").encode("gb18030"))
    registry.run("submit", path)
    content = numbered(path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter="\t"))
    assert [row[:5] for row in back] == [HEADERS, *ROWS]
    assert set(outcomes(registry.lines("submit", numbered(path)))) == {"UNCHANGED"}


def test_nothing_is_written_over(registry, form):
    path = write(registry, form)
    numbered(path).write_text("somebody's work")
    os.chmod(path, 0o640)
    done = registry.cli("submit", path)
    assert done.returncode == 0 and str(numbered(path, "(2)")) in done.stderr
    assert numbered(path).read_text() == "somebody's work"
    assert stat.S_IMODE(numbered(path, "(2)").stat().st_mode) == 0o640
    assert len(keys_of(numbered(path, "(2)"))) == len(ROWS)
    assert not [found for found in registry.folder.iterdir() if found.name.startswith(".taizhang")]


def test_a_dry_run_numbers_and_writes_nothing(registry, form):
    path = write(registry, form)
    done = registry.cli("submit", "--dry-run", path)
    assert done.returncode == 0
    assert "8 rows have no number" in done.stderr
    assert not numbered(path).exists()


def test_what_has_no_name_cannot_come_back(registry, form):
    content = write(registry, form).read_bytes()
    done = registry.cli("submit", "-", "--kind", "project", stdin=content)
    assert done.returncode == 2 and "standard input" in done.stderr
    assert registry.client().list() == []
    registry.run("submit", write(registry, form))
    content = numbered(write(registry, form)).read_bytes()
    assert set(outcomes(registry.lines("submit", "-", "--kind", "project", stdin=content))) == {"UNCHANGED"}


def test_without_a_place_for_the_numbers_nothing_is_stored(registry, form, tmp_path):
    path = write(registry, form)
    link = "/proc/self/fd/0"  # a file in a folder in which nothing can be made
    done = registry.cli("submit", link, "--kind", "project", stdin=path.read_bytes(), env={"LC_ALL": "C"})
    assert done.returncode == 1, done.stderr
    assert "cannot be written beside" in done.stderr and "Nothing of this file was stored or sent" in done.stderr
    assert registry.client().list() == []
    chinese = registry.cli("submit", link, "--kind", "project", "--lang", "zh", stdin=path.read_bytes())
    assert "带编号的文件无法写在" in chinese.stderr


def test_a_formula_in_the_column_is_named(registry):
    path = registry.folder / "project.xlsx"
    path.write_bytes(book_of([["报送单位", "编号", "报告期", "名称"],
                              ["320100", Raw(' t="str"><f>IF(1,"")</f><v></v>'), "2017", "甲"]]).bytes())
    done = registry.cli("submit", path)
    assert done.returncode == 1 and "B2" in done.stderr and "formula" in done.stderr
    assert registry.client().list() == [] and not numbered(path).exists()


def test_rows_of_several_units_and_periods(registry, form):
    rows = [[str(i), unit, period, "同名", "1"]
            for i, (unit, period) in enumerate([("320100", "2017"), ("320200", "2017"), ("320100", "2018"), ("320100", "2017")])]
    path = write(registry, form, rows)
    assert outcomes(registry.lines("submit", path)) == ["CREATED"] * 4
    keys = keys_of(numbered(path))
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert outcomes(registry.lines("submit", numbered(path))) == ["UNCHANGED"] * 4


def test_the_second_line_only_is_needed_to_go_on(registry, form):
    """Without a registry rows are numbered and stored; the same file again doubles nothing."""
    path = write(registry, form)
    registry.run("ping")
    registry.run("submit", write(registry, "csv", [ROWS[0]], "first"), "--kind", "project")
    registry.stop()
    done = registry.cli("submit", path, "--wait", "0")
    assert done.returncode == 3
    again = registry.cli("submit", path, "--wait", "0")
    assert again.returncode == 3
    registry.start()
    assert set(outcomes(registry.lines("submit", numbered(path)))) <= {"CREATED", "UNCHANGED"}
    assert len(registry.client().list()) == len(ROWS)


# --- what a clerk does then ---

def test_inserted_sorted_deleted_and_exactly_that_reaches_the_registry(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    before = {held.address.key: held.revision for held in registry.client().list()}
    at = position(registry)
    sheet = open_sheet(numbered(path))
    sheet.insert(4, ["", "320100", "2017", "新的一行", "7"])
    gone = [sheet.texts(row)[5] for row in (sheet.rows[2], sheet.rows[6])]
    del sheet.rows[6], sheet.rows[2]
    sheet.rows[1:] = sorted(sheet.rows[1:], key=lambda row: sheet.texts(row)[3], reverse=True)
    sheet.save()
    lines = registry.lines("submit", numbered(path), "--whole", "--yes", "--reason", "已取消")
    assert sorted(outcomes(lines)) == ["CREATED"] + ["UNCHANGED"] * 6 + ["WITHDRAWN"] * 2
    assert position(registry) == at + 3
    held = {state.address.key: state.revision for state in registry.client().list()}
    new = [line["address"].rsplit("/", 1)[1] for line in lines if line["outcome"] == "CREATED"]
    assert held == {**{key: revision for key, revision in before.items() if key not in gone}, new[0]: 1}
    assert keys_of(numbered(path, "(2)")).count(new[0]) == 1
    # and the file that came back then is the whole of it
    lines = registry.lines("submit", numbered(path, "(2)"), "--whole", "--yes", "--reason", "已取消")
    assert set(outcomes(lines)) == {"UNCHANGED"}
    assert position(registry) == at + 3


def test_an_edit_in_the_numbered_file_is_an_update(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    sheet = open_sheet(numbered(path))
    sheet.put(sheet.rows[3], 3, "普法课堂（扩）")
    sheet.save()
    assert outcomes(registry.lines("submit", numbered(path))).count("UPDATED") == 1
    assert len(registry.client().list()) == len(ROWS)


def test_a_copied_row_without_its_number_is_another_record(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    sheet = open_sheet(numbered(path))
    sheet.insert(5, sheet.texts(sheet.rows[4])[:5])
    sheet.save()
    lines = registry.lines("submit", numbered(path))
    assert sorted(outcomes(lines)) == ["CREATED"] + ["UNCHANGED"] * len(ROWS)


# --- a state from before it was numbered ---

def edit(path, row, text):
    sheet = open_sheet(path)
    sheet.put(sheet.rows[row], 3, text)
    sheet.save()


def test_the_edited_original_stops(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    at = position(registry)
    edit(path, 2, "志愿服务（改）")
    done = registry.cli("submit", path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert str(numbered(path)) in done.stderr and "--new-rows" in done.stderr
    assert "1 of its rows is not known as it is, and 1 numbered ones are not in it" in done.stderr
    assert position(registry) == at
    assert waiting(registry) == 0
    assert "以前编过号" in registry.cli("submit", path, "--lang", "zh").stderr
    # it is a new record if the clerk says so
    lines = registry.lines("submit", path, "--new-rows")
    assert outcomes(lines).count("CREATED") == 1
    assert len(registry.client().list()) == len(ROWS) + 1


def test_rows_behind_the_original_go_in_without_asking(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    sheet = open_sheet(path)
    sheet.insert(len(sheet.rows), ["9", "320100", "2017", "补报", "1"])
    sheet.save()
    lines = registry.lines("submit", path)
    assert outcomes(lines) == ["UNCHANGED"] * len(ROWS) + ["CREATED"]
    assert len(keys_of(numbered(path, "(2)"))) == len(ROWS) + 1


def test_a_correction_under_the_number_is_not_set_back(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    edit(numbered(path), 2, "志愿服务（改）")
    registry.run("submit", numbered(path))
    at = position(registry)
    done = registry.cli("submit", path)
    assert done.returncode == 2 and "set it back" in done.stderr
    assert position(registry) == at
    assert outcomes(registry.lines("submit", path, "--new-rows")).count("UPDATED") == 1


def test_a_withdrawn_row_does_not_come_back_by_itself(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    sheet = open_sheet(numbered(path))
    del sheet.rows[3]
    sheet.save()
    registry.run("submit", numbered(path), "--whole", "--yes", "--reason", "取消")
    done = registry.cli("submit", path)
    assert done.returncode == 2 and "withdrawn since" in done.stderr
    assert len(registry.client().list()) == len(ROWS) - 1


def test_the_edited_original_stops_while_the_first_one_waits(registry, form):
    """Nothing of it has reached the registry yet."""
    path = write(registry, form)
    registry.run("submit", write(registry, "csv", [["1", "320200", "2017", "别的", "1"]], "first"), "--kind", "project")
    registry.stop()
    assert registry.cli("submit", path, "--wait", "0").returncode == 3
    edit(path, 2, "志愿服务（改）")
    assert registry.cli("submit", path, "--wait", "0").returncode == 2
    registry.start()


def test_going_on_in_the_file_that_did_not_get_the_new_number(registry, form):
    """A row is inserted in the numbered file and gets its number in the next one; but the clerk still has the first one
    open, and changes the row there."""
    path = write(registry, form)
    registry.run("submit", path)
    sheet = open_sheet(numbered(path))
    sheet.insert(3, ["", "320100", "2017", "新的一行", "7"])
    sheet.save()
    assert outcomes(registry.lines("submit", numbered(path))).count("CREATED") == 1
    assert set(outcomes(registry.lines("submit", numbered(path)))) == {"UNCHANGED"}
    edit(numbered(path), 3, "新的一行（改）")
    done = registry.cli("submit", numbered(path))
    assert done.returncode == 2 and str(numbered(path, "(2)")) in done.stderr
    assert len(registry.client().list()) == len(ROWS) + 1


def test_a_deleted_and_another_new_row_are_no_such_case(registry, form):
    path = write(registry, form)
    registry.run("submit", path)
    sheet = open_sheet(numbered(path))
    del sheet.rows[5]
    sheet.insert(2, ["", "320100", "2017", "新的一行", "7"])
    sheet.save()
    assert outcomes(registry.lines("submit", numbered(path))).count("CREATED") == 1


# --- rows shifted against their numbers ---

OWN = ["报送单位", "编号", "报告期", "名称", "项目数"]


def own_keys(registry, form, names, name="project"):
    rows = [["320100", f"X{i:02}", "2017", title, "1"] for i, title in enumerate(names, 1)]
    return write(registry, form, rows, name, OWN)


def test_keys_filled_down_over_an_inserted_row_stop(registry, form):
    registry.run("submit", own_keys(registry, form, NAMES))
    at = position(registry)
    path = own_keys(registry, form, [NAMES[0], "插入", *NAMES[1:]])
    done = registry.cli("submit", path)
    assert done.returncode == 2
    assert "--not-shifted" in done.stderr
    assert 'row 3, X02: before "志愿服务", now "插入"' in done.stderr
    assert 'row 4, X03: before "普法课堂", now "志愿服务"' in done.stderr
    assert position(registry) == at and waiting(registry) == 0
    assert "错位" in registry.cli("submit", path, "--lang", "zh").stderr
    lines = registry.lines("submit", path, "--not-shifted")
    assert outcomes(lines) == ["UNCHANGED"] + ["UPDATED"] * (len(NAMES) - 1) + ["CREATED"]


def test_a_row_inserted_before_the_last_one_is_seen(registry, form):
    registry.run("submit", own_keys(registry, form, NAMES[:3]))
    done = registry.cli("submit", own_keys(registry, form, [*NAMES[:2], "插入", NAMES[2]]))
    assert done.returncode == 2 and "--not-shifted" in done.stderr


def test_sorting_without_the_number_stops(registry, form):
    registry.run("submit", own_keys(registry, form, NAMES))
    assert registry.cli("submit", own_keys(registry, form, sorted(NAMES))).returncode == 2


def test_corrections_do_not_stop(registry, form):
    registry.run("submit", own_keys(registry, form, NAMES))
    names = ["青年之家（新）", "志愿服务（新）", *NAMES[2:]]
    assert outcomes(registry.lines("submit", own_keys(registry, form, names))).count("UPDATED") == 2
    fewer = own_keys(registry, form, names[:4])
    assert set(outcomes(registry.lines("submit", fewer))) == {"UNCHANGED"}


def test_titles_that_are_corrected_all_at_once_do_not_stop(registry, form):
    """A word added to each, or a typing mistake: every title still is recognised as the one it was."""
    registry.run("submit", own_keys(registry, form, NAMES))
    longer = own_keys(registry, form, [f"{name}项目" for name in NAMES])
    assert set(outcomes(registry.lines("submit", longer))) == {"UPDATED"}
    other = own_keys(registry, form, [f"{name}项目" for name in NAMES[:5]] + ["禁毒", "敬老", "创业"])
    done = registry.cli("submit", other)
    assert done.returncode == 2 and "--not-shifted" in done.stderr


def test_a_person_is_asked(registry):
    registry.run("submit", own_keys(registry, "csv", NAMES))
    path = own_keys(registry, "csv", sorted(NAMES))
    code, _, seen = ask(registry, "submit", path, answers=[("[y/N] ", "n")])
    assert code == 2 and "青年之家" in seen
    assert set(outcomes(registry.lines("submit", own_keys(registry, "csv", NAMES)))) == {"UNCHANGED"}
    path = own_keys(registry, "csv", sorted(NAMES))
    code, output, _ = ask(registry, "submit", path, answers=[("[y/N] ", "y")])
    assert code == 0 and "updated" in output


def test_records_without_a_title_are_known_by_all_they_say(registry, form):
    headers = ["报送单位", "编号", "报告期", "金额", "来源"]

    def funding(amounts):
        rows = [["320100", f"F{i}", "2017", f"{amount}万元", "福彩"] for i, amount in enumerate(amounts, 1)]
        return write(registry, form, rows, "funding", headers)

    registry.run("submit", funding([10, 20, 30, 40, 50]))
    done = registry.cli("submit", funding([10, 15, 20, 30, 40, 50]))
    assert done.returncode == 2 and "--not-shifted" in done.stderr
    assert outcomes(registry.lines("submit", funding([10, 20, 30, 40, 60]))).count("UPDATED") == 1


def test_what_others_did_is_no_shift(registry, client):
    """Only what this profile itself submitted counts."""
    assert client.submit(record("320100/project/2017/X01", bodies.project(1, title="别人")))[0].revision == 1
    lines = registry.lines("submit", own_keys(registry, "csv", NAMES), code=5)
    assert outcomes(lines)[0] == "CONFLICT"


# --- size ---

def test_many_rows_are_numbered_in_bounded_memory(registry):
    rows = [[str(i), "320100", "2017", f"项目{i}", str(i % 9 + 1)] for i in range(times(20_000))]
    path = write(registry, "csv", rows)
    assert registry.cli("submit", "--quiet", path).returncode == 0
    keys = keys_of(numbered(path))
    assert len(set(keys)) == len(rows)
    assert set(outcomes(registry.lines("submit", numbered(path)))) == {"UNCHANGED"}
    shutil.copy(path, registry.folder / "copy.csv")
    assert set(outcomes(registry.lines("submit", registry.folder / "copy.csv", "--kind", "project"))) == {"UNCHANGED"}
