# SPDX-License-Identifier: Apache-2.0
"""Spreadsheets as offices have them: the corpus of spoiled files, and the sample return in every form."""

import csv
import json
import resource
import subprocess

import pytest

from registry import CLI, SHARE, SLOW, Registry
from tzclient import SOURCE
from workbook import Book, Number, book_of

SHEETS = SOURCE / "tests" / "data" / "sheets"
EXPECTED = json.loads((SHEETS / "expected.json").read_text())
BULLETIN = sorted((SHARE / "bulletin").glob("*.csv"))


@pytest.fixture
def idle_registry(tmp_path_factory):
    """One that does not run: a dry run needs none. What a profile keeps is gone with the test."""
    return Registry(tmp_path_factory.mktemp("idle"))


def test_the_corpus_is_whole():
    assert {path.name for path in SHEETS.iterdir()} == {*EXPECTED, "expected.json"}
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_spoiled_sheet(idle_registry, name):
    expected = EXPECTED[name]
    options = expected.get("options", [])
    if "--kind" not in options:
        options = ["--kind", "project", *options]
    done = idle_registry.cli("submit", "--dry-run", SHEETS / name, "--format", "json", *options)
    if "refused" in expected:
        assert done.returncode in (1, 2), done.stdout + done.stderr
        assert done.stdout == ""
        assert expected["refused"] in done.stderr
        return
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {str(line["row"]): [f'{e["code"]}:{e["field"]}' for e in line["errors"]] for line in lines}
    assert found == expected["rows"], done.stderr
    assert done.returncode == (1 if any(expected["rows"].values()) else 0)
    for words in expected.get("says", []):
        assert words in done.stderr


@pytest.mark.parametrize("name", sorted(name for name, entry in EXPECTED.items() if "refused" in entry))
def test_a_refusal_in_chinese(idle_registry, name):
    options = EXPECTED[name].get("options", [])
    done = idle_registry.cli("submit", "--dry-run", SHEETS / name, "--kind", "project", "--lang", "zh", *options)
    assert done.returncode in (1, 2)
    assert any("一" <= letter <= "鿿" for letter in done.stderr)


def test_an_error_names_the_cell(idle_registry):
    done = idle_registry.cli("submit", "--dry-run", SHEETS / "date-bare-number.xlsx", "--kind", "project", "--lang", "zh")
    assert "F2 开始日期" in done.stdout
    assert "2017-07-01" in done.stdout


# --- the sample return in every form gives the records of the UTF-8 CSV ---

def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def joined(rows, separator):
    lines = []
    for row in rows:
        cells = [f'"{cell}"' if separator in cell or "\n" in cell else cell for cell in row]
        lines.append(separator.join(cells))
    return "\r\n".join(lines) + "\r\n"


def as_workbook(rows, title):
    """With a title row above, numbers as numbers where that says the same, and a total below."""
    cells = [[Number(cell) if cell.isdigit() and str(int(cell)) == cell else cell for cell in row] for row in rows[1:]]
    body = [[title], rows[0], *cells, ["合计"]]
    return Book().sheet("填报说明", [["本工作簿由各单位填报"]]).sheet(title, body, merges=["A1:D1"]).bytes()


FORMS = {
    "xlsx": lambda rows: (".xlsx", as_workbook(rows, "2017年统计")),
    "inline": lambda rows: (".xlsx", book_of(rows, inline=True, date1904=True).bytes()),
    "gbk": lambda rows: (".csv", joined(rows, ",").encode("gb18030")),
    "utf16": lambda rows: (".csv", joined(rows, ",").encode("utf-16")),
    "utf16be": lambda rows: (".csv", joined(rows, ",").encode("utf-16-be")),
    "mark": lambda rows: (".csv", joined(rows, ",").encode("utf-8-sig")),
    "tabs": lambda rows: (".txt", joined(rows, "\t").encode()),
    "unicode-text": lambda rows: (".txt", joined(rows, "\t").encode("utf-16")),
    "semicolons": lambda rows: (".csv", joined(rows, ";").encode("gb18030")),
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_sample_in_another_form_changes_nothing(bulletin, form, tmp_path):
    before = bulletin.json("status")["position"]
    for path in BULLETIN:
        suffix, content = FORMS[form](rows_of(path))
        copy = tmp_path / (path.stem + suffix)
        copy.write_bytes(content)
        lines = bulletin.lines("submit", copy)
        assert len(lines) == len(rows_of(path)) - 1
        assert {line["outcome"] for line in lines} == {"UNCHANGED"}, path.name
    assert bulletin.json("status")["position"] == before


@pytest.mark.parametrize("form", ["xlsx", "gbk"])
def test_the_sample_through_a_pipe(bulletin, form):
    path = next(path for path in BULLETIN if path.stem == "funding")
    content = FORMS[form](rows_of(path))[1]
    lines = bulletin.lines("submit", "-", "--kind", "funding", stdin=content)
    assert {line["outcome"] for line in lines} == {"UNCHANGED"}


def test_good_rows_go_in_and_bad_ones_name_their_cell(registry):
    header = ["报送单位", "编号", "报告期", "名称", "项目数"]
    path = registry.folder / "project.xlsx"
    path.write_bytes(book_of([["2017年"], header, [320100, "A", 2017, "甲", "200余个"], [320100, "B", 2017, "乙", "3-5个"]]).bytes())
    done = registry.cli("submit", path)
    assert done.returncode == 1
    assert "E4 " in done.stdout and "created 1" in done.stdout
    assert [record.address.key for record in registry.client().list()] == ["A"]


def test_committees_from_a_workbook(registry):
    rows = [["单位名录"], ["代码", "名称", "层级", "上级", "类型", "简称"], [320300, "徐州市", 2, 320000, None, None]]
    path = registry.folder / "units.xlsx"
    path.write_bytes(book_of(rows).bytes())
    assert "created 1" in registry.run("committee", "import", path)
    gbk = registry.folder / "units.csv"
    gbk.write_bytes("代码,名称,层级,上级\n320300,徐州市,2,320000\n".encode("gbk"))
    assert "unchanged 1" in registry.run("committee", "import", gbk)


# --- memory ---

def limited():
    """Far less than the files, and than what a reader of whole files takes."""
    resource.setrlimit(resource.RLIMIT_DATA, (48 << 20, 48 << 20))


@pytest.mark.skipif(SLOW > 1, reason="sanitizers take memory of their own")
@pytest.mark.parametrize("form", ["shared", "inline", "gbk"])
def test_memory_is_bounded_whatever_the_size(idle_registry, tmp_path, form):
    rows = [["报送单位", "编号", "报告期", "名称", "原文"]]
    filler = "甲乙丙丁" * 60
    rows += [["320100", f"K{n:06}", "2017", f"项目{n}", f"{n}{filler}"] for n in range(30_000)]
    path = tmp_path / ("project.csv" if form == "gbk" else "project.xlsx")
    path.write_bytes(joined(rows, ",").encode("gbk") if form == "gbk" else book_of(rows, inline=form == "inline").bytes())
    done = subprocess.run([CLI, "submit", "--dry-run", path], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120, env=idle_registry.environment(), preexec_fn=limited)
    assert done.returncode == 0, done.stderr
    assert "30000 rows can be submitted" in done.stdout
