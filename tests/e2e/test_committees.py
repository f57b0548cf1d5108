# SPDX-License-Identifier: Apache-2.0
"""Committees: import, moves, grouping nodes, lists, reporting sets."""

import csv
import datetime

import pytest

import bodies
from registry import SHARE, TREE
from tzclient import Refused, code_name, journal_pb2, outcome_name, pb, record

NANJING = ("320100", "南京市", 3, "320000")


def names(outcomes):
    return [outcome_name(outcome) for outcome in outcomes]


def import_one(client, *item):
    return client.import_committees(item)[0]


def refusal(client, *item):
    outcome = import_one(client, *item)
    assert outcome_name(outcome) == "REJECTED", outcome
    return [code_name(error.code) for error in outcome.errors]


def test_a_new_unit_is_created(client):
    assert outcome_name(import_one(client, "320300", "徐州市", 3, "320000")) == "CREATED"


def test_the_same_again_is_unchanged_and_writes_nothing(client):
    before = client.position()
    assert outcome_name(import_one(client, *NANJING)) == "UNCHANGED"
    assert client.position() == before


def test_a_new_name_is_updated(client):
    outcome = import_one(client, "320100", "南京", 3, "320000")
    assert (outcome_name(outcome), outcome.revision) == ("UPDATED", 2)
    [unit] = [unit for unit in client.committees(under="320100") if unit.body.code == "320100"]
    assert (unit.body.name, unit.revision) == ("南京", 2)


def test_another_parent_moves_the_unit_as_of_today(client):
    assert outcome_name(import_one(client, "320102", "玄武区", 4, "330100")) == "UPDATED"
    [unit] = [unit for unit in client.committees(under="330100", subtree=True) if unit.body.code == "320102"]
    moved = datetime.date.fromisoformat(unit.body.effective_on)
    assert abs(moved - datetime.date.today()) <= datetime.timedelta(days=1)
    assert "320102" not in [unit.body.code for unit in client.committees(under="320100", subtree=True)]


def test_a_number_is_for_ever(client):
    def number():
        return [unit.number for unit in client.committees(subtree=True) if unit.body.code == "320102"]

    before = number()
    import_one(client, "320102", "玄武区", 4, "330100")
    assert number() == before


@pytest.mark.parametrize("item, code", [
    (("320300", "徐州市", 3, "999999"), "UNKNOWN_PARENT"),
    (("32030", "徐州市", 3, "320000"), "BAD_CODE"),
    (("", "徐州市", 3, "320000"), "BAD_CODE"),
    (("abcdef", "徐州市", 3, "320000"), "BAD_CODE"),
    (("320300", "", 3, "320000"), "REQUIRED"),
    (("320300", "徐州市", 9, "320000"), "BAD_LEVEL"),
    (("320300", "徐州市", 2, "320100"), "PARENT_LEVEL"),
    (("320300", "徐州市", 3, ""), "SECOND_ROOT"),
])
def test_bad_units_are_refused(client, item, code):
    before = client.position()
    assert code in refusal(client, *item)
    assert client.position() == before


def test_a_unit_does_not_move_below_itself(client):
    import_one(client, "320000-S01", "省直机关", 6, "320000")
    assert refusal(client, "320000", "江苏省", 2, "320100")[0] in ("PARENT_LOOP", "PARENT_LEVEL")


def test_a_bad_unit_does_not_disturb_its_neighbours(client):
    outcomes = client.import_committees(("320300", "徐州市", 3, "320000"), ("1", "坏", 3, "320000"),
                                        ("320400", "常州市", 3, "320000"))
    assert names(outcomes) == ["CREATED", "REJECTED", "CREATED"]


def test_children_may_follow_their_parent_in_one_import(client):
    outcomes = client.import_committees(("340000", "安徽省", 2, "000000"), ("340100", "合肥市", 3, "340000"))
    assert names(outcomes) == ["CREATED", "CREATED"]


def test_the_first_unit_is_the_root(make_registry):
    client = make_registry().client()
    assert "UNKNOWN_PARENT" in refusal(client, "110000", "北京市", 2, "000000")
    assert outcome_name(import_one(client, "000000", "全国", 1, "")) == "CREATED"


def test_townships_and_system_committees(client):
    assert outcome_name(import_one(client, "320102002", "梅园新村街道", 5, "320102")) == "CREATED"
    assert outcome_name(import_one(client, "320000-S01", "省直机关", 6, "320000")) == "CREATED"
    client.put(record("320000-S01/project/2017/K", bodies.project(3)),
               record("320102002/project/2017/K", bodies.project(4)))
    assert client.total("project", "quantity", "320000")[0] == 7
    assert client.total("project", "quantity", "320102")[0] == 4


def test_grouping_nodes_hold_no_records(client):
    outcome = client.submit(record("110100/project/2017/K", bodies.project(1)))[0]
    assert [code_name(error.code) for error in outcome.errors] == ["GROUPING"]


def test_a_unit_with_records_does_not_become_a_grouping_node(client):
    client.put(record("320100/project/2017/K", bodies.project(1)))
    assert refusal(client, *NANJING, True) == ["HAS_RECORDS"]


def test_a_member_of_a_reporting_set_does_not_become_a_grouping_node(client):
    body = journal_pb2.ReportingSetBody(name="cities", members=["320100"])
    client.ask("reporting_set_put", pb.ReportingSetPutRequest(body=body))
    assert refusal(client, *NANJING, True) == ["IN_REPORTING_SET"]
    body.members[:] = ["320200"]
    client.ask("reporting_set_put", pb.ReportingSetPutRequest(body=body))
    assert outcome_name(import_one(client, *NANJING, True)) == "UPDATED"


def test_a_unit_is_not_put_below_the_level_of_its_children(client):
    assert refusal(client, "320000", "江苏省", 4, "000000") == ["PARENT_LEVEL"]
    assert outcome_name(import_one(client, "320000", "江苏省", 3, "000000")) == "UPDATED"


def test_units_come_in_the_order_of_the_tree(client):
    codes = [unit.body.code for unit in client.committees(subtree=True, limit=3)]
    assert codes == [code for code, *_ in TREE]
    assert [unit.body.code for unit in client.committees(under="320000")] == ["320000", "320100", "320200"]


def test_lists_filter_by_level_and_name(client):
    assert [unit.body.code for unit in client.committees(subtree=True, level=2)] == ["110000", "320000", "330000"]
    assert [unit.body.code for unit in client.committees(subtree=True, find="玄武")] == ["320102"]
    assert [unit.body.code for unit in client.committees(subtree=True, find="3202")] == ["320200", "320205"]


def test_an_unknown_unit_is_refused(client):
    with pytest.raises(Refused) as refused:
        client.committees(under="999999")
    assert refused.value.code == "UNKNOWN_COMMITTEE"


def test_reporting_sets(client):
    members = ["110000", "320000", "330000"]
    assert outcome_name(client.put_reporting_set("provinces", members, "省级")) == "CREATED"
    assert outcome_name(client.put_reporting_set("provinces", members, "省级")) == "UNCHANGED"
    assert outcome_name(client.put_reporting_set("provinces", members[:2], "省级")) == "UPDATED"
    [held] = client.reporting_sets("provinces")
    assert (list(held.body.members), held.body.label, held.revision) == (members[:2], "省级", 2)
    assert [unit.body.code for unit in client.committees(subtree=True, reporting_set="provinces")] == members[:2]


@pytest.mark.parametrize("name, members", [
    ("provinces", ["999999"]),
    ("provinces", ["110100"]),
    ("Not A Name", ["110000"]),
    ("", ["110000"]),
])
def test_bad_reporting_sets_are_refused(client, name, members):
    before = client.position()
    try:
        assert outcome_name(client.put_reporting_set(name, members)) == "REJECTED"
    except Refused:
        pass
    assert client.position() == before


def test_an_unsorted_reporting_set_is_refused(client):
    body = journal_pb2.ReportingSetBody(name="two", members=["320000", "110000"])
    try:
        outcome = client.ask("reporting_set_put", pb.ReportingSetPutRequest(body=body)).reporting_set_put.outcome
        assert outcome_name(outcome) == "REJECTED"
    except Refused:
        pass
    assert client.reporting_sets() == []


def test_committees_survive_a_restart(registry):
    with registry.client() as client:
        client.import_committees(("320102", "玄武区", 4, "330100"))
        client.put_reporting_set("provinces", ["110000", "320000"])
        before = client.committees(subtree=True)
    registry.stop()
    registry.start()
    client = registry.client()
    assert client.committees(subtree=True) == before
    assert client.reporting_sets("provinces")[0].body.members == ["110000", "320000"]


def test_the_divisions_by_the_command_line(make_registry):
    registry = make_registry()
    registry.run("committee", "import", SHARE / "divisions.csv")
    client = registry.client()
    with open(SHARE / "divisions.csv", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert client.status().committees == len(rows)
    before = client.position()
    registry.run("committee", "import", SHARE / "divisions.csv")
    assert client.position() == before
    assert len(client.committees(subtree=True, level=2)) == 34
    provinces = (SHARE / "reporting_sets" / "provinces.txt").read_text().split()
    assert len(provinces) == 31
    registry.run("committee", "set", "provinces", "--label", "省级", *provinces)
    held = client.committees(subtree=True, reporting_set="provinces")
    assert [unit.body.code for unit in held] == provinces


def test_moving_a_unit_by_the_command_line(registry, client):
    client.put(record("320102/project/2017/K", bodies.project(7)))
    moved = "code,name,level,parent,type,short_name\n320102,玄武区,3,330100,committee,\n".encode()
    (registry.folder / "moved.csv").write_bytes(moved)
    registry.run("committee", "import", "moved.csv")
    assert client.total("project", "quantity", "330000")[0] == 7
    assert client.total("project", "quantity", "320000") is None


def held(client, code):
    [unit] = [unit for unit in client.committees(subtree=True) if unit.body.code == code]
    return unit


def sheet(registry, text):
    path = registry.folder / "units.csv"
    path.write_text(text, encoding="utf-8")
    return path


FULL = ("code,name,level,parent,type,short_name,valid_from,valid_to,successors,contact,phone\n"
        "320102,玄武区,3,320100,committee,玄武,2001,2030-01-01,320104;320205,张三,025-1\n"
        "110100,市辖区,2,110000,grouping,,,,,,\n")


@pytest.mark.parametrize("columns", [
    ["code"],
    ["code", "name", "level", "parent"],
    ["code", "name", "level", "parent", "type", "short_name"],
    ["code", "phone"],
    ["code", "contact", "valid_to"],
])
def test_columns_that_a_file_lacks_stay_as_they_are(registry, client, columns):
    registry.run("committee", "import", sheet(registry, FULL))
    before, position = client.committees(subtree=True), client.position()
    rows = list(csv.DictReader(FULL.splitlines()))
    text = "".join(",".join(line) + "\n" for line in [columns, *([row[name] for name in columns] for row in rows)])
    lines = registry.lines("committee", "import", sheet(registry, text))
    assert [line["outcome"] for line in lines] == ["UNCHANGED"] * 2
    assert client.committees(subtree=True) == before and client.position() == position


def test_one_column_changes_and_the_others_stay(registry, client):
    registry.run("committee", "import", sheet(registry, FULL))
    registry.run("committee", "import", sheet(registry, "code,name\n320102,玄武\n110100,城区\n"))
    unit = held(client, "320102")
    assert (unit.body.name, unit.body.short_name, unit.body.level, unit.body.parent_code) == (
        "玄武", "玄武", 4, "320100")
    assert (unit.body.valid_from, unit.body.valid_to) == ("2001", "2030-01-01")
    assert list(unit.body.successors) == ["320104", "320205"]
    assert [(one.name, one.phone) for one in unit.contacts] == [("张三", "025-1")]
    assert held(client, "110100").body.type == 2
    registry.run("committee", "import", sheet(registry, "代码,电话\n320102,025-2\n"))
    assert [(one.name, one.phone) for one in held(client, "320102").contacts] == [("张三", "025-2")]


def test_empty_cells_of_a_column_that_is_there_clear_it(registry, client):
    registry.run("committee", "import", sheet(registry, FULL))
    path = sheet(registry, "code,short_name,valid_to,successors,contact,phone\n320102,,,,,\n320104,,,,,\n")
    outcomes = [line["outcome"] for line in registry.lines("committee", "import", path)]
    assert outcomes == ["UPDATED", "UNCHANGED"]
    unit = held(client, "320102")
    assert (unit.body.name, unit.body.short_name, unit.body.valid_from, unit.body.valid_to) == (
        "玄武区", "", "2001", "")
    assert not unit.body.successors
    assert not any(one.name or one.phone for one in unit.contacts)
    assert not held(client, "320104").contacts
    outcomes = [line["outcome"] for line in registry.lines("committee", "import", path)]
    assert outcomes == ["UNCHANGED", "UNCHANGED"]


def test_a_new_unit_needs_what_it_cannot_do_without(registry, client):
    path = sheet(registry, "code,short_name\n320300,徐州\n320100,宁\n")
    lines = {line["address"]: line for line in registry.lines("committee", "import", path, code=1)}
    assert lines["320100"]["outcome"] == "UPDATED"
    assert lines["320300"]["outcome"] == "REJECTED"
    assert [(error["code"], error["field"]) for error in lines["320300"]["errors"]] == [
        ("REQUIRED", "name"), ("REQUIRED", "level"), ("REQUIRED", "parent")]
    assert "320300" not in [unit.body.code for unit in client.committees(subtree=True)]
    assert registry.cli("committee", "import", sheet(registry, "name\n徐州市\n")).returncode == 1


def test_columns_are_completed_over_many_pages(make_registry):
    registry = make_registry()
    registry.run("committee", "import", SHARE / "divisions.csv")
    client = registry.client()
    before, position = client.committees(subtree=True), client.position()
    text = "code\n" + "".join(unit.body.code + "\n" for unit in before)
    lines = registry.lines("committee", "import", sheet(registry, text))
    assert {line["outcome"] for line in lines} == {"UNCHANGED"} and len(lines) == len(before)
    assert client.position() == position


def test_a_registry_without_units_has_an_empty_list(make_registry):
    registry = make_registry()
    assert registry.lines("committee", "list") == []
    assert registry.cli("committee", "list", "--under", "110000").returncode == 1
