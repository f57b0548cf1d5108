# SPDX-License-Identifier: Apache-2.0
"""The command line: what clerks type, the files they have, and what programs read."""

import csv
import io
import json
import subprocess
import time
import unicodedata

import pytest

import bodies
from registry import CLI, SLOW
from relay import Relay
from tzclient import record, wait_until

HEADER = "报送单位,编号,报告期,名称,项目数\n"


def sheet(registry, name, text, encoding="utf-8"):
    path = registry.folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def outcomes(lines):
    return [line["outcome"] for line in lines]


def codes(line):
    return [error["code"] for error in line["errors"]]


# --- submitting ---

def test_a_file_is_submitted_and_every_row_has_its_outcome(registry, client):
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,青年之家,200余个\n320200,B,2017,志愿服务,若干\n")
    lines = registry.lines("submit", path)
    assert outcomes(lines) == ["CREATED", "CREATED"]
    assert [line["row"] for line in lines] == [2, 3]
    assert [line["address"] for line in lines] == ["320100/project/2017/A", "320200/project/2017/B"]
    assert [line["revision"] for line in lines] == [1, 1]
    assert [line["errors"] for line in lines] == [[], []]
    assert client.total("project", "quantity") == (200, "over", 2, 1)


def test_the_cell_is_kept_as_it_was_written(registry, client):
    registry.run("submit", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,２００ 余个\n"))
    kept = bodies.rec.Project.FromString(client.get("320100/project/2017/A").body).quantity
    assert (kept.value, kept.qualifier) == (200, bodies.rec.QUALIFIER_OVER)
    assert kept.written == "200 余个"


def test_a_blank_count_is_one_but_not_a_written_none(registry, client):
    lines = registry.lines("submit", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,\n"))
    assert outcomes(lines) == ["CREATED"]
    assert client.total("project", "quantity") == (1, "exact", 1, 0)
    kept = bodies.rec.Project.FromString(client.get("320100/project/2017/A").body).quantity
    assert kept.written == ""


@pytest.mark.parametrize("cell", ["无", "——", "/"])
def test_a_written_none_is_never_one(registry, client, cell):
    registry.cli("submit", sheet(registry, "project.csv", HEADER + f"320100,A,2017,名,{cell}\n"))
    assert client.total("project", "quantity") in (None, (0, "exact", 1, 0))


def test_a_bom_is_no_part_of_the_first_header(registry):
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n", "utf-8-sig")
    assert outcomes(registry.lines("submit", path)) == ["CREATED"]


def test_windows_line_ends_and_quoted_newlines(registry, client):
    text = "报送单位,编号,报告期,名称,项目数,备注\r\n320100,A,2017,\"名,字\",1,\"一\n二\"\r\n320100,B,2017,名,1,\r\n"
    lines = registry.lines("submit", sheet(registry, "project.csv", text))
    assert outcomes(lines) == ["CREATED", "CREATED"]
    kept = bodies.rec.Project.FromString(client.get("320100/project/2017/A").body)
    assert (kept.title, kept.envelope.note) == ("名,字", "一\n二")


def test_english_headers(registry, client):
    path = sheet(registry, "x.csv", "committee,key,period,title,quantity\n320100,A,2017,name,12\n")
    assert outcomes(registry.lines("submit", path, "--kind", "project")) == ["CREATED"]
    assert client.total("project", "quantity")[0] == 12


def test_the_kind_by_its_chinese_name(registry):
    path = sheet(registry, "x.csv", HEADER + "320100,A,2017,名,1\n")
    assert outcomes(registry.lines("submit", path, "--kind", "项目")) == ["CREATED"]


def test_a_unit_in_the_header(registry, client):
    path = sheet(registry, "funding.csv", "报送单位,编号,报告期,金额（万元）,来源\n320100,A,2017,200,福彩\n")
    assert outcomes(registry.lines("submit", path)) == ["CREATED"]
    assert client.total("funding", "amount") == (200000000, "exact", 1, 0)


def test_people_see_what_became_of_every_row(registry):
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n320100,B,2017,名,很多\n")
    shown = registry.cli("submit", path, "--lang", "en").stdout
    assert "row 2 320100/project/2017/A created, revision 1" in shown
    assert "row 3 320100/project/2017/B rejected" in shown
    assert "row 2 320100/project/2017/A unchanged, revision 1" in registry.cli("submit", path, "--lang", "en").stdout
    assert "row 2" not in registry.cli("submit", path, "--lang", "en", "--quiet").stdout


def test_a_dry_run_says_of_every_row_that_it_can_be_submitted(registry):
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n")
    assert "A can be submitted" in registry.cli("submit", path, "--dry-run", "--lang", "en").stdout


def test_the_status_speaks_chinese_throughout(registry):
    for line in registry.cli("status", "--lang", "zh").stdout.splitlines():
        assert not line.split()[0].isascii(), line


def test_the_committee_from_the_option(registry):
    path = sheet(registry, "project.csv", "编号,报告期,名称,项目数\nA,2017,名,1\n")
    lines = registry.lines("submit", path, "--committee", "320100")
    assert lines[0]["address"] == "320100/project/2017/A"


def test_standard_input(registry):
    lines = registry.lines("submit", "-", "--kind", "project", stdin=(HEADER + "320100,A,2017,名,1\n").encode())
    assert outcomes(lines) == ["CREATED"]


def test_rows_are_told_in_the_order_of_the_file(registry):
    """Rows refused here and rows that the registry decides on, over several frames."""
    rows = [f"320100,K{i},2017,{'x' if i % 3 else ''},{'三百余' if i % 4 == 0 or i > 1500 else '1个'}\n" for i in range(2300)]
    lines = registry.lines("submit", sheet(registry, "project.csv", HEADER + "".join(rows)), code=1)
    assert [line["row"] for line in lines] == list(range(2, 2302))
    wanted = ["CREATED" if i % 3 and i % 4 and i <= 1500 else "REJECTED" for i in range(2300)]
    assert outcomes(lines) == wanted


def test_good_rows_beside_bad_ones(registry, client):
    text = HEADER + ("320100,A,2017,名,1\n320100,B,2017,,三百余\n999999,C,2017,名,1\n"
                     "320100,D,2017,名,3-5名\n320100,E,2017,名,1\n")
    lines = registry.lines("submit", sheet(registry, "project.csv", text), code=1)
    found = {line["row"]: line for line in lines}
    assert [found[row]["outcome"] for row in (2, 3, 4, 5, 6)] == [
        "CREATED", "REJECTED", "REJECTED", "REJECTED", "CREATED"]
    assert {(error["code"], error["field"]) for error in found[3]["errors"]} == {
        ("REQUIRED", "title"), ("NUMERAL_WORDS", "quantity")}
    assert codes(found[4]) == ["UNKNOWN_COMMITTEE"]
    assert [(error["code"], error["value"]) for error in found[5]["errors"]] == [("RANGE_OF_NUMBERS", "3-5名")]
    assert [one.address.key for one in client.list()] == ["A", "E"]


@pytest.mark.parametrize("cell, code", [
    ("5E+17", "SCIENTIFIC"), ("1.00001万个", "NOT_WHOLE"), ("近200余个", "TWO_QUALIFIERS"), ("12.5个", "NOT_WHOLE"),
    ("3-5名", "RANGE_OF_NUMBERS"), ("三百余", "NUMERAL_WORDS"), ("12只", "UNKNOWN_UNIT"),
    ("1000000000000001个", "QUANTITY_RANGE"), ("很多吧", "BAD_QUANTITY"),
])
def test_figures_that_are_not_taken(registry, cell, code):
    lines = registry.lines("submit", sheet(registry, "project.csv", HEADER + f"320100,A,2017,名,{cell}\n"), code=1)
    assert codes(lines[0]) == [code]


def test_money_needs_its_unit(registry):
    path = sheet(registry, "funding.csv", "报送单位,编号,报告期,金额\n320100,A,2017,2194\n")
    assert codes(registry.lines("submit", path, code=1)[0]) == ["MONEY_UNIT"]


def test_confirming_an_unusual_amount(registry):
    path = sheet(registry, "funding.csv", "报送单位,编号,报告期,金额\n320100,A,2017,20元\n")
    assert codes(registry.lines("submit", path, code=1)[0]) == ["CONFIRM_MONEY_RANGE"]
    assert outcomes(registry.lines("submit", path, "--confirm")) == ["CREATED"]


def test_an_address_twice_in_a_file_blames_the_later_row(registry):
    text = HEADER + "320100,A,2017,名,1\n320100,B,2017,名,1\n320100,A,2017,名,2\n"
    lines = registry.lines("submit", sheet(registry, "project.csv", text), code=1)
    found = {line["row"]: line for line in lines}
    assert codes(found[4]) == ["REPEATED_ADDRESS"]
    assert (found[2]["outcome"], found[3]["outcome"]) == ("CREATED", "CREATED")


def test_rows_are_counted_as_a_spreadsheet_counts_them(registry):
    """A quoted newline is inside a row; an empty row is a row."""
    text = "报送单位,编号,报告期,名称,项目数,备注\n320100,A,2017,名,1,\"一\n二\"\n\n320100,B,2017,,1,\n"
    lines = registry.lines("submit", sheet(registry, "project.csv", text), code=1)
    assert [(line["row"], line["outcome"]) for line in sorted(lines, key=lambda line: line["row"])] == [
        (2, "CREATED"), (4, "REJECTED")]


def test_an_unknown_header_is_named(registry):
    done = registry.cli("submit", sheet(registry, "project.csv", "报送单位,编号,报告期,名称,胡说\n320100,A,2017,名,1\n"))
    assert done.returncode in (1, 2)
    assert "胡说" in done.stdout + done.stderr


@pytest.mark.parametrize("name, content", [
    ("empty.csv", b""),
    ("project.csv", b"\xff\xfe\x00\x01\x02"),
    ("project.csv", b"PK\x03\x04 not a sheet"),
    ("project.csv", "报送单位,编号\n\"320100,A\n".encode()),
    ("project.csv", b"\x00" * 5000),
    ("project.csv", b"," * 100_000 + b"\n"),
])
def test_files_that_are_no_sheet(registry, client, name, content):
    done = registry.cli("submit", sheet(registry, name, content), "--kind", "project")
    assert done.returncode in (1, 2)
    assert done.stderr
    assert client.list() == []


def test_a_missing_file(registry):
    done = registry.cli("submit", "nowhere.csv", "--kind", "project")
    assert done.returncode != 0
    assert "nowhere.csv" in done.stderr


def test_a_kind_that_cannot_be_guessed(registry):
    done = registry.cli("submit", sheet(registry, "x.csv", HEADER + "320100,A,2017,名,1\n"))
    assert done.returncode == 2
    assert "--kind" in done.stderr


def test_a_dry_run_checks_and_sends_nothing(registry, client):
    text = HEADER + "320100,A,2017,名,1\n320100,B,2017,,1\n"
    before = client.position()
    done = registry.cli("submit", sheet(registry, "project.csv", text), "--dry-run")
    assert done.returncode == 1
    assert client.position() == before
    assert client.list() == []


def test_a_dry_run_of_a_good_file(registry, client):
    done = registry.cli("submit", "--dry-run", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n"))
    assert done.returncode == 0
    assert client.list() == []


# --- correcting ---

def test_an_edited_file_updates_what_this_profile_has_seen(registry, client):
    registry.run("submit", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n"))
    lines = registry.lines("submit", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,2\n"))
    assert (outcomes(lines), lines[0]["revision"]) == (["UPDATED"], 2)


def test_another_profile_gets_a_conflict(registry, client):
    registry.run("submit", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n"))
    (registry.folder / "other").mkdir()
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,名,2\n")
    lines = registry.lines("submit", path, code=5, env={"HOME": str(registry.folder / "other")})
    assert (outcomes(lines), lines[0]["revision"]) == (["CONFLICT"], 1)


def test_a_change_made_elsewhere_is_a_conflict(registry, client):
    registry.run("submit", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n"))
    client.put(record("320100/project/2017/A", bodies.project(9), base=1))
    lines = registry.lines("submit", sheet(registry, "project.csv", HEADER + "320100,A,2017,名,2\n"), code=5)
    assert (outcomes(lines), lines[0]["revision"]) == (["CONFLICT"], 2)


def test_withdrawing_and_sending_again(registry, client):
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n")
    registry.run("submit", path)
    registry.run("withdraw", "320100/project/2017/A", "--reason", "重复")
    assert client.get("320100/project/2017/A").withdrawn
    assert client.total("project", "quantity") is None
    assert outcomes(registry.lines("submit", path)) == ["UPDATED"]


def test_a_file_written_by_records_can_be_edited_and_sent_back(registry, client):
    client.put(record("320100/project/2017/A", bodies.project(9)))
    out = registry.run("records", "--kind", "project", "--format", "csv", "--lang", "zh")
    rows = list(csv.DictReader(io.StringIO(out.lstrip("\ufeff"))))
    assert rows[0]["版本"] == "1" and rows[0]["编号"] == "A"
    rows[0]["项目数"] = "10"
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    lines = registry.lines("submit", sheet(registry, "project.csv", text.getvalue()))
    assert (outcomes(lines), lines[0]["revision"]) == (["UPDATED"], 2)
    assert client.total("project", "quantity")[0] == 10


WORKERS = "报送单位,编号,报告期,人数,姓名,联系方式,备注\n320100,W1,2017,,张三,13800138000,第一版\n320100,W2,2017,3名,,,第一版\n"


def private_of(client, key):
    return client.get("320100/worker/2017/" + key).private


def test_private_fields_are_listed_when_asked_for_and_come_back_unchanged(registry, client):
    registry.lines("submit", sheet(registry, "worker.csv", WORKERS))
    position = client.position()
    plain = registry.run("records", "--kind", "worker", "--format", "csv", "--lang", "zh")
    full = registry.run("records", "--kind", "worker", "--private", "--format", "csv", "--lang", "zh")
    assert "张三" not in plain and "姓名" not in plain
    assert "张三" in full and "13800138000" in full
    for form in ("json", "table"):
        assert "张三" not in registry.run("records", "--kind", "worker", "--format", form)
    assert "张三" in registry.run("records", "--kind", "worker", "--private", "--format", "json")
    for text in (plain, full):
        assert outcomes(registry.lines("submit", sheet(registry, "worker.csv", text))) == ["UNCHANGED"] * 2
    assert client.position() == position


def test_a_file_without_private_columns_leaves_them_as_they_are(registry, client):
    registry.lines("submit", sheet(registry, "worker.csv", WORKERS))
    before = private_of(client, "W1")
    plain = registry.run("records", "--kind", "worker", "--format", "csv", "--lang", "zh")
    edited = sheet(registry, "worker.csv", plain.replace("第一版", "第二版"))
    assert outcomes(registry.lines("submit", edited)) == ["UPDATED"] * 2
    assert before and private_of(client, "W1") == before
    assert private_of(client, "W2") == b""
    assert outcomes(registry.lines("submit", edited)) == ["UNCHANGED"] * 2
    # Columns that are there and empty do take them away.
    gone = WORKERS.replace("第一版", "第二版").replace("张三,13800138000", ",")
    assert outcomes(registry.lines("submit", sheet(registry, "worker.csv", gone))) == ["UPDATED", "UNCHANGED"]
    assert private_of(client, "W1") == b""


# --- asking ---

@pytest.fixture
def some(registry, client):
    client.put(record("320100/project/2017/A", bodies.project((200, "over"), title="青年之家")),
               record("320102/project/2017/B", bodies.project(7, title="秦淮")))
    client.put(record("320102/project/2017/B", bodies.project(8, title="秦淮"), base=1))
    return registry


@pytest.mark.parametrize("command", [
    ["totals", "--kind", "project", "--period", "2017"],
    ["totals", "--kind", "project", "--period", "2017", "--by", "stage"],
    ["totals", "--kind", "project", "--period", "2017", "--children", "--committee", "320000"],
    ["trace", "--kind", "project", "--period", "2017", "--measure", "quantity"],
    ["records", "--kind", "project"],
    ["show", "320102/project/2017/B"],
    ["history", "320102/project/2017/B"],
    ["committee", "list"],
    ["fields"],
    ["fields", "project"],
    ["status"],
    ["ping"],
])
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_every_command_in_every_format_and_language(some, command, form):
    for lang in ("zh", "en"):
        out = some.run(*command, "--format", form, "--lang", lang)
        assert out
        if form == "json":
            whole = out.strip()
            try:
                json.loads(whole)
            except json.JSONDecodeError:
                for line in whole.splitlines():
                    json.loads(line)
        if form == "csv":
            assert len({len(row) for row in csv.reader(io.StringIO(out)) if row}) == 1


def has_chinese(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_messages_in_both_languages(registry):
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,,1\n")
    for lang, chinese in (("zh", True), ("en", False)):
        done = registry.cli("submit", path, "--lang", lang)
        assert done.returncode == 1
        assert has_chinese(done.stdout + done.stderr) == chinese, done.stdout + done.stderr


@pytest.mark.parametrize("env, chinese", [
    ({"LC_ALL": "zh_CN.UTF-8"}, True), ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, True), ({"LC_ALL": "C"}, False),
    ({"LC_ALL": "en_US.UTF-8"}, False),
])
def test_the_language_of_the_locale_that_is_not_installed(registry, env, chinese):
    out = registry.cli("--help", env=env)
    assert has_chinese(out.stdout + out.stderr) == chinese


def width(text):
    """Columns on a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def test_tables_line_up_with_chinese_text(some):
    """The last column holds numbers and ends at the same place in every row."""
    command = ["totals", "--kind", "project", "--period", "2017", "--by", "is_pilot", "--measure", "quantity"]
    for lang in ("zh", "en"):
        out = some.run(*command, "--lang", lang)
        rows = out.split("\n\n")[0].splitlines()
        assert len(rows) >= 2
        assert len({width(row) for row in rows}) == 1, out


def test_records_filter(some):
    def keys(*options):
        return [line["key"] if "key" in line else line["address"].split("/")[3]
                for line in as_rows(some.run("records", "--format", "json", *options))]

    assert sorted(keys()) == sorted(keys("--kind", "project")) == ["A", "B"]
    assert keys("--kind", "project", "--committee", "320102") == ["B"]
    assert keys("--kind", "project", "--committee", "320100") == ["A", "B"]
    assert keys("--kind", "project", "--committee", "320100", "--own") == ["A"]
    assert keys("--kind", "project", "--own") == []
    assert "without --own" in some.cli("records", "--own", "--lang", "en").stderr
    assert keys("--kind", "post") == []
    assert some.cli("records", "--subtree").returncode == 2


def test_measures_in_a_list_or_one_by_one(some):
    def figures(*options):
        answer = some.json("totals", "--kind", "project", "--period", "2017", *options)
        return sorted(answer["rows"][0]["figures"])

    assert figures("--measure", "quantity,records") == ["quantity", "records"]
    assert figures("--measure", "项目数,quantity", "--measure", "committees,records") == [
        "committees", "quantity", "records"]
    many = ",".join(["quantity", "records"] * 100)
    assert figures("--measure", many) == ["quantity", "records"]
    for wrong in ("quantity,nonsense", "quantity,", ",quantity", ""):
        done = some.cli("totals", "--kind", "project", "--period", "2017", "--measure", wrong, "--lang", "en")
        assert done.returncode == 2
        assert "quantity, contract_value, records, committees" in done.stderr


def test_counts_are_told_in_the_right_number(some, client):
    client.put(record("320100/project/2017Q1/Q", bodies.project(1)))

    def foot():
        return some.run("totals", "--kind", "project", "--period", "2017", "--lang", "en").splitlines()[-1]

    assert foot() == "Not counted: period 2017Q1 with 1 record"
    client.put(record("320100/project/2017Q1/R", bodies.project(1)))
    assert foot() == "Not counted: period 2017Q1 with 2 records"
    assert "有 2 条记录" in some.run("totals", "--kind", "project", "--period", "2017", "--lang", "zh")


def as_rows(text):
    """Rows of a JSON answer: one array, one object with rows, or an object a line."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]
    if isinstance(whole, dict):
        return whole.get("rows", whole.get("records", [whole]))
    return whole


def test_history_shows_every_revision(some):
    rows = as_rows(some.run("history", "320102/project/2017/B", "--format", "json"))
    assert [row["revision"] for row in rows] == [1, 2]


def test_fields_for_programs(registry):
    answer = registry.json("fields", "funding")
    assert "welfare_lottery" in json.dumps(answer) and "福彩" in json.dumps(answer, ensure_ascii=False)


def test_fields_are_the_programs_own_or_a_registrys(registry):
    for kind in ([], ["post"], ["岗位"]):
        own = registry.run("fields", *kind, "--format", "json", env={"TAIZHANG_SERVER": "unix:/nowhere"})
        served = registry.run("fields", *kind, "--format", "json", "--server", registry.server)
        assert json.loads(own) == json.loads(served)
    assert registry.cli("fields", "nothing", "--server", registry.server).returncode == 2
    assert registry.cli("fields", "--server", "unix:/nowhere").returncode == 3


def test_ping_names_the_position(registry, client):
    assert registry.json("ping")["position"] == client.position()


# --- exit codes ---

@pytest.mark.parametrize("args", [
    ["nonsense"], [], ["submit"], ["totals", "--nonsense"], ["totals", "--kind"], ["show"], ["show", "a/b"],
    ["totals", "--kind", "nonsense", "--period", "2017"], ["totals", "--kind", "project", "--period", "17"],
    ["ping", "--format", "nonsense"], ["ping", "--lang", "xx"],
])
def test_wrong_usage_is_2(registry, args):
    done = registry.cli(*args)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr


def test_help_is_no_error(registry):
    done = registry.cli("--help")
    assert done.returncode == 0
    for verb in ("submit", "totals", "trace", "records", "show", "history", "withdraw", "committee", "fields",
                 "status", "ping"):
        assert verb in done.stdout


def test_common_options_before_and_after_the_verb(registry):
    assert registry.run("--format", "json", "ping")
    assert registry.run("ping", "--format", "json")


def test_no_registry_is_3(registry):
    start = time.monotonic()
    done = registry.cli("ping", "--server", "unix:/nonexistent/socket")
    assert done.returncode == 3
    assert done.stderr
    assert time.monotonic() - start < 5 * SLOW
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n")
    assert registry.cli("submit", path, "--server", "unix:/nonexistent/socket").returncode == 3


def test_a_registry_over_tcp_that_is_gone_is_3(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    office = registry.office("320100", "submit")
    registry.stop()
    path = sheet(registry, "project.csv", HEADER + "320100,A,2017,名,1\n")
    for command in (["ping"], ["submit", path, "--wait", "0"]):
        done = office.cli(*command)
        assert done.returncode == 3, done
        assert f"127.0.0.1:{registry.port}" in done.stderr


@pytest.mark.parametrize("after", [0, 40, 400, 2000])
@pytest.mark.parametrize("then", ["cut", "freeze"])
def test_a_lost_connection_ends_with_3_within_5_seconds(registry, client, after, then):
    """And sending the file again through a sound connection leaves every row once."""
    rows = 3000
    text = HEADER + "".join(f"320100,K{n:04},2017,名,{n}\n" for n in range(rows))
    path = sheet(registry, "project.csv", text)
    with Relay(registry.folder / "relay", registry.data / "taizhangd.sock", after, then) as relay:
        start = time.monotonic()
        done = registry.cli("submit", path, "--server", relay.server)
        took = time.monotonic() - start
    assert done.returncode == 3, done.stderr
    assert took < 5 * SLOW
    again = outcomes(registry.lines("submit", path))
    assert set(again) <= {"CREATED", "UNCHANGED"} and len(again) == rows
    assert client.total("project", "quantity") == (sum(range(rows)), "exact", rows, 0)
    assert client.position() == registry.planted + rows


def test_a_daemon_that_dies_in_the_middle(registry):
    text = HEADER + "".join(f"320100,K{n:05},2017,名,{n}\n" for n in range(20_000))
    path = sheet(registry, "project.csv", text)
    with registry.client() as client:
        process = subprocess.Popen([CLI, "submit", path, "--format", "json", *registry.why],
                                   env=registry.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL)
        wait_until(lambda: client.position() > registry.planted, "the first rows")
    registry.kill()
    start = time.monotonic()
    out, _ = process.communicate(timeout=60 * SLOW)
    assert process.returncode == 3
    assert time.monotonic() - start < 15 * SLOW  # it stores the rest of the file, and looks for a line for 3 seconds
    acknowledged = [json.loads(line)["address"] for line in out.decode().splitlines() if "CREATED" in line]
    registry.start()
    held = {f"320100/project/2017/{one.address.key}" for one in registry.client().list()}
    assert set(acknowledged) <= held
    again = outcomes(registry.lines("submit", path))
    assert set(again) <= {"CREATED", "UNCHANGED"} and len(again) == 20_000
    assert registry.client().status().records == 20_000


def test_an_answer_not_found(registry):
    done = registry.cli("show", "320100/project/2017/NONE")
    assert done.returncode not in (0, 3, 6)
    assert done.stderr


def test_a_registry_over_tcp_without_a_key_is_4(registry):
    """Nothing is sent to where this machine was never invited; it is said what to do."""
    done = registry.cli("ping", "--server", "127.0.0.1:1", "--lang", "en")
    assert done.returncode == 4
    assert "taizhang join" in done.stderr


def test_committees_in_a_file_with_errors(registry):
    path = sheet(registry, "units.csv", "code,name,level,parent,type,short_name\n320300,徐州市,2,320000,committee,\n"
                 "320400,常州市,2,999999,committee,\n")
    done = registry.cli("committee", "import", path)
    assert done.returncode == 1
    assert "320400" in done.stdout + done.stderr or "3" in done.stderr
