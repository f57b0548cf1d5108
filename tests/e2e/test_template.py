# SPDX-License-Identifier: Apache-2.0
"""Templates: every kind's is filled in from its own instructions and goes in without mapping; last period's records
carried over."""

import csv
import json

import pytest

import bodies
from tzclient import record
from written import Workbook

KINDS = {"project": "项目", "funding": "经费", "post": "岗位", "worker": "社工", "coverage": "覆盖", "output": "服务成效",
         "organisation": "社会组织", "platform": "平台阵地", "need": "需求", "catalogue": "目录清单", "policy": "政策文件",
         "liaison": "沟通对接", "evaluation": "评估", "practice": "经验做法", "issue": "问题督促"}


def examples(book):
    """Header and example of every column, from the sheet of instructions."""
    rows = book.sheets[1].rows()
    start = next(i for i, row in enumerate(rows) if row[3] in ("示例", "Example"))
    return {row[0]: row[3] for row in rows[start + 1:]}


def fill_in(book, path):
    data = book.sheets[0]
    right = examples(book)
    headers = data.rows()[0]
    assert list(right) == headers
    return book.put(data, {(2, column): right[header] for column, header in enumerate(headers)}, path)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_in_template_goes_in_as_it_is(registry, kind, lang):
    registry.run("template", KINDS[kind], "--committee", "320100", "--period", "2017", "--all", "--lang", lang)
    path = next(registry.folder.glob("*.xlsx"))
    assert path.name == (f"{KINDS[kind]}模板.xlsx" if lang == "zh" else f"{path.name.split()[0]} template.xlsx")
    fill_in(Workbook(path), path)
    done = registry.cli("submit", path, "--format", "json", "--lang", "en")
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["CREATED"], done.stdout
    assert len(done.stderr.splitlines()) == 1 and "created 1," in done.stderr  # the summary alone: no remark
    shown = registry.json("show", f"320100/{kind}/2017/X01")
    columns = [header.lstrip("*") for header in examples(Workbook(path))]
    assert len(shown["fields"]) >= len(columns) / 3


def test_what_a_template_offers(registry):
    registry.run("template", "project", "--lang", "zh")
    book = Workbook(registry.folder / "项目模板.xlsx")
    data, help_sheet = book.sheets
    assert [(s.name, s.hidden) for s in book.sheets] == [("项目", False), ("填写说明", False)]
    headers = data.rows()[0]
    assert headers[:5] == ["*报送单位", "编号", "*报告期", "*名称", "项目数（个）"]
    assert "合同金额（万元）" in headers and "附件" not in headers
    assert data.frozen == 1 and len(data.comments) == len(headers)
    for header in ("编号", "承接主体代码", "采购编号", "合同编号", "*报告期", "对应需求"):
        assert book.is_text_column(data, data.column(header)), header
    for header in ("*名称", "项目数（个）", "开始日期"):
        assert not book.is_text_column(data, data.column(header)), header
    stage = data.column("阶段")
    assert book.list_of(data, stage)[:3] == ["申报", "立项", "采购"]
    assert book.list_of(data, data.column("试点")) == ["是", "否"]
    assert data.column("服务领域") not in data.lists and "思想引导" in data.comments[1, data.column("服务领域")]
    money = data.comments[1, data.column("合同金额（万元）")]
    assert money.startswith("合同金额 (contract_value)\n可不填。") and "万元" in money and money.endswith("例：300")
    required = {book.fill(data, 1, i) for i, header in enumerate(headers) if header.startswith("*")}
    others = {book.fill(data, 1, i) for i, header in enumerate(headers) if not header.startswith("*")}
    assert len(required) == len(others) == 1 and required != others
    assert any("taizhang submit" in str(cell) for row in help_sheet.rows() for cell in row)


def test_an_untouched_template_holds_no_record(registry):
    for options in ([], ["--committee", "320100", "--period", "2018"], ["--csv"],
                    ["--csv", "--committee", "320100", "--period", "2018"]):
        done = registry.cli("template", "worker", "--output", "worker.out", "--force", *options)
        assert done.returncode == 0
        done = registry.cli("submit", "worker.out", "--format", "json")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_a_template_as_text(registry):
    registry.run("template", "funding", "--csv", "--lang", "zh", "--committee", "320100", "--period", "2018H1")
    path = registry.folder / "经费模板.csv"
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf*") and b"\r\n" in data
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert rows[1][:4] == ["320100", "", "2018H1", ""]
    rows[1][1], rows[1][3] = "X01", "300"
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    assert registry.json("submit", path)["outcome"] == "CREATED"
    assert registry.json("show", "320100/funding/2018H1/X01")["fields"]["amount"]["value"] == 300_000_000


def test_an_existing_file_stays(registry):
    registry.run("template", "need", "--output", "mine.xlsx")
    kept = (registry.folder / "mine.xlsx").read_bytes()
    done = registry.cli("template", "project", "--output", "mine.xlsx")
    assert done.returncode == 2 and "is there already" in done.stderr
    assert (registry.folder / "mine.xlsx").read_bytes() == kept
    registry.run("template", "project", "--output", "mine.xlsx", "--force")
    assert (registry.folder / "mine.xlsx").read_bytes() != kept
    assert list(registry.folder.glob(".taizhang-*")) == []


@pytest.mark.parametrize("wrong, says", [
    ([], "Name the kind"), (["nothing"], "There is no kind"), (["project", "need"], "one argument too many"),
    (["project", "--xlsx", "--csv"], "either"), (["project", "--period", "soon"], "period"),
    (["project", "--committee", "abc"], "not a committee"), (["project", "--prefill"], "--from"),
    (["project", "--prefill", "--from", "2017"], "--from"), (["project", "--from", "2017"], "--prefill"), (["project", "--offline"], "--prefill"),
    (["project", "--prefill", "--from", "2017", "--period", "2017年"], "same period")])
def test_wrong_usage(registry, wrong, says):
    done = registry.cli("template", *wrong)
    assert done.returncode == 2 and says in done.stderr, done.stderr
    assert list(registry.folder.glob("*.xlsx")) == []


def test_a_place_that_cannot_be_written(registry):
    done = registry.cli("template", "project", "--output", "/nonexistent/x.xlsx")
    assert done.returncode == 6 and "cannot be written: No such file" in done.stderr


# --- carrying over ---

def last_year(registry):
    rows = [["报送单位", "编号", "报告期", "名称", "项目数", "阶段", "合同金额", "统计时点", "成效", "所属记录", "服务领域"],
            ["320100", "A", "2017", "关爱行动", "", "实施", "300万元", "2017-06-30", "很好", "320000/project/2017/P", "文化"],
            ["320100", "B", "2017", "志愿服务", "12个", "结项", "", "", "", "", ""],
            ["320100", "C", "2017", "若干项目", "——", "", "", "", "", "", ""],
            ["320200", "D", "2017", "别的单位", "1", "", "", "", "", "", ""]]
    path = registry.folder / "project.csv"
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", "utf-8")
    registry.run("submit", path)


def test_last_periods_records_are_carried_over(registry, client):
    last_year(registry)
    done = registry.cli("template", "project", "--prefill", "--from", "2017", "--period", "2018年", "--committee",
                        "320100", "--lang", "zh")
    assert done.returncode == 0 and "带入 3 条记录" in done.stderr
    path = registry.folder / "项目模板.xlsx"
    book = Workbook(path)
    data = book.sheets[0]
    headers = [header.lstrip("*") for header in data.rows()[0]]
    rows = {row[1]: dict(zip(headers, row)) for row in data.rows()[1:]}
    assert set(rows) == {"A", "B", "C"}
    a = rows["A"]
    assert (a["报送单位"], a["报告期"], a["名称"], a["阶段"], a["服务领域"]) == ("320100", "2018", "关爱行动", "实施", "文化")
    assert a["接续"] == "320100/project/2017/A" and a["所属记录"] == "320000/project/2018/P"
    assert (a["项目数（个）"], a["合同金额（万元）"], a["统计时点"], a["成效"]) == ("", "", "", "")
    assert rows["B"]["项目数（个）"] == "——" and rows["C"]["项目数（个）"] == "——"
    column = data.column("合同金额（万元）")
    assert data.comments[2, column] == "上期：300万元"
    assert book.fill(data, 2, column) == "FFFFF2CC"
    assert data.comments[3, data.column("项目数（个）")] == "上期：12个"
    book.put(data, {(3, data.column("项目数（个）")): 15, (2, column): 400}, path)
    done = registry.cli("submit", path, "--format", "json")
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["CREATED"] * 3, done.stdout
    shown = registry.json("show", "320100/project/2018/A")
    assert shown["fields"]["continues"] == "320100/project/2017/A"
    assert client.total("project", "quantity", period="2018") == (16, "exact", 2, 0)


def test_stocks_stay_and_heads_go(registry):
    path = registry.folder / "x.csv"
    path.write_text("报送单位,编号,报告期,岗位数,已到岗,计划\n320100,A,2017,12个,近10名,五年\n", "utf-8")
    registry.run("submit", path, "--kind", "post")
    path.write_text("报送单位,编号,报告期,服务人数,服务人次,常态化\n320100,A,2017,100人,200人次,是\n", "utf-8")
    registry.run("submit", path, "--kind", "output")
    for kind in ("post", "output"):
        registry.run("template", kind, "--prefill", "--from", "2017", "--period", "2018", "--committee", "320100",
                     "--csv", "--output", f"{kind}.csv", "--lang", "zh")
    post, output = (next(csv.DictReader((registry.folder / f"{kind}.csv").read_text("utf-8-sig").splitlines()))
                    for kind in ("post", "output"))
    assert (post["*岗位数（个岗位）"], post["已到岗（名）"], post["计划"]) == ("12个", "近10名", "五年")
    assert (output["服务人数（人）"], output["服务人次（人次）"], output["常态化"]) == ("", "", "是")


def test_private_columns_only_when_asked(registry):
    path = registry.folder / "worker.csv"
    path.write_text("报送单位,编号,报告期,姓名,证书编号,证书等级\n320100,A,2017,张三,00123,社会工作师\n", "utf-8")
    registry.run("submit", path)
    options = ["template", "worker", "--prefill", "--from", "2017", "--period", "2018", "--committee", "320100", "--lang",
               "zh"]
    registry.run(*options, "--output", "open.xlsx")
    headers = Workbook(registry.folder / "open.xlsx").sheets[0].rows()[0]
    assert "证书等级" in headers and "姓名" not in headers
    registry.run(*options, "--private", "--output", "private.xlsx")
    book = Workbook(registry.folder / "private.xlsx")
    data = book.sheets[0]
    assert data.cells[2, data.column("姓名")] == "张三" and data.cells[2, data.column("证书编号")] == "00123"
    done = registry.cli("submit", registry.folder / "private.xlsx", "--kind", "worker")
    assert done.returncode == 0
    assert registry.json("show", "320100/worker/2018/A")["fields"]["name"] == "张三"


def test_nothing_to_carry_over(registry):
    done = registry.cli("template", "project", "--prefill", "--from", "2016", "--period", "2018", "--committee", "320100")
    assert done.returncode == 1 and "no records of this kind for 2016" in done.stderr
    assert list(registry.folder.glob("*.xlsx")) == []


def test_more_records_than_a_page(registry, client):
    made = [record(f"320100/project/2017/K{i:04}", bodies.project(title=f"项目{i}")) for i in range(1200)]
    client.put(*made[:600])
    client.put(*made[600:])
    registry.run("template", "project", "--prefill", "--from", "2017", "--period", "2018", "--committee", "320100",
                 "--output", "project.xlsx")
    assert len(Workbook(registry.folder / "project.xlsx").sheets[0].rows()) == 1201
    assert len(registry.lines("submit", registry.folder / "project.xlsx")) == 1200


def test_rows_without_a_number_get_one(registry):
    registry.run("template", "project", "--lang", "zh", "--committee", "320100", "--period", "2018")
    path = registry.folder / "项目模板.xlsx"
    book = Workbook(path)
    data = book.sheets[0]
    title = data.column("*名称")
    book.put(data, {(2, title): "甲", (5, title): "乙"}, path)
    assert len(registry.lines("submit", path)) == 2
    numbered = Workbook(registry.folder / "项目模板_已编号.xlsx").sheets[0].rows()
    assert [bool(row[1]) for row in numbered[1:6]] == [True, False, False, True, False]
    done = registry.lines("submit", registry.folder / "项目模板_已编号.xlsx")
    assert [line["outcome"] for line in done] == ["UNCHANGED"] * 2


def test_from_the_local_copy(registry):
    last_year(registry)
    options = ["template", "project", "--prefill", "--from", "2017", "--period", "2018", "--offline", "--lang", "en"]
    done = registry.cli(*options)
    assert done.returncode == 2 and "sync" in done.stderr  # there is no copy yet
    registry.run("sync", "--committee", "320100")
    registry.stop()
    done = registry.cli(*options)
    assert done.returncode == 0 and "3 records carried over" in done.stderr and "Local copy of 320100" in done.stderr
    rows = Workbook(registry.folder / "Project template.xlsx").sheets[0].rows()
    assert [row[1] for row in rows[1:]] == ["A", "B", "C"]
    assert registry.cli(*options, "--private").returncode == 2
    registry.start()
