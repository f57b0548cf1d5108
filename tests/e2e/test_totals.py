# SPDX-License-Identifier: Apache-2.0
"""Totals: counted once, at every level, at once. The command line and the client in Python must agree."""

import csv
import io

import pytest

import bodies
import oracle
from bodies import SUBTREE, full, put_project
from registry import times
from tzclient import Refused, outcome_name, pb, plain, record
from tzclient import record_pb2 as rec


def quantity(client, node, **options):
    """Value of the project count at a node, None when nothing was stated."""
    found = client.total("project", "quantity", node, **options)
    return found and found[0]


def at(client, *nodes):
    return [quantity(client, node) for node in nodes]


def cli_figure(registry, node, *options, measure="quantity"):
    answer = registry.json("totals", "--committee", node, "--kind", "project", "--period", "2017", *options)
    return answer["rows"][0]["figures"].get(measure)


LINE = ("000000", "320000", "320100", "320102")


def test_a_record_counts_at_every_level_above(client):
    put_project(client, "320102/A", 7)
    assert at(client, *LINE) == [7, 7, 7, 7]
    assert at(client, "320104", "330000") == [None, None]


def test_a_removed_record_is_gone_at_every_level(client):
    put_project(client, "320102/A", 7)
    put_project(client, "320100/B", 5)
    client.withdraw("320102/project/2017/A", 1)
    assert at(client, *LINE) == [5, 5, 5, None]


def test_a_changed_record_counts_as_changed(client):
    put_project(client, "320102/A", (7, "over"))
    put_project(client, "320102/A", 9, base=1)
    assert client.total("project", "quantity") == (9, "exact", 1, 0)


def test_a_record_below_a_subtree_figure_goes_no_further(client):
    put_project(client, "320100/ALL", 100, scope=SUBTREE)
    put_project(client, "320102/A", 7)
    assert at(client, *LINE) == [100, 100, 100, 7]
    found = client.figures("project", committee="320100")["quantity"]
    assert plain(found.reported) == (100, "exact", 1, 0)
    assert plain(found.built_up) == (7, "exact", 1, 0)
    assert found.difference.value == 93


def test_reported_and_built_up_in_json(registry, client):
    put_project(client, "320100/ALL", (100, "over"), scope=SUBTREE)
    put_project(client, "320102/A", 7)
    found = cli_figure(registry, "320100")
    assert (found["value"], found["qualifier"]) == (100, "over")
    members = {"value", "qualifier", "records", "unquantified", "text"}
    assert set(found["reported"]) == set(found["built_up"]) == members
    assert found["built_up"]["value"] == 7
    assert found["difference"]["value"] == 93


def test_without_its_subtree_figure_a_node_builds_again(client):
    put_project(client, "320100/ALL", 100, scope=SUBTREE)
    put_project(client, "320102/A", 7)
    client.withdraw("320100/project/2017/ALL", 1)
    assert at(client, *LINE) == [7, 7, 7, 7]


def test_a_subtree_figure_of_some_never_displaces_a_number(client):
    put_project(client, "320102/A", 7)
    put_project(client, "320100/ALL", "若干", scope=SUBTREE)
    assert client.total("project", "quantity") == (7, "exact", 2, 1)


def test_two_subtree_figures_are_added(client):
    put_project(client, "320100/ALL1", 100, scope=SUBTREE)
    put_project(client, "320100/ALL2", 11, scope=SUBTREE)
    put_project(client, "320100/OWN", 5)
    assert at(client, *LINE[:3]) == [111, 111, 111]


@pytest.mark.parametrize("order", ["whole first", "part first"])
def test_parts_before_and_after_their_whole(client, order):
    def part():
        put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")

    def whole():
        put_project(client, "320000/WHOLE", 100)

    for act in (whole, part) if order == "whole first" else (part, whole):
        act()
    assert at(client, *LINE) == [100, 100, 30, 30]


def test_a_withdrawn_whole_lets_its_parts_count(client):
    put_project(client, "320000/WHOLE", 100)
    put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")
    client.withdraw("320000/project/2017/WHOLE", 1)
    assert at(client, *LINE) == [30, 30, 30, 30]
    put_project(client, "320000/WHOLE", 90, base=2)
    assert at(client, *LINE) == [90, 90, 30, 30]


def test_a_whole_of_some_does_not_displace_its_parts(client):
    put_project(client, "320000/WHOLE", "若干")
    put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")
    assert client.total("project", "quantity") == (30, "exact", 2, 1)


def test_a_part_at_the_same_committee(client):
    put_project(client, "320000/WHOLE", 100)
    put_project(client, "320000/PART", 30, part_of="320000/project/2017/WHOLE")
    assert at(client, "000000", "320000") == [100, 100]


def test_records_count_every_live_record(client):
    put_project(client, "320000/ALL", 100, scope=SUBTREE)
    put_project(client, "320102/A", 30)
    put_project(client, "320102/B", 30, part_of="320000/project/2017/X")
    figures = client.figures("project")
    assert figures["records"].sum.value == 3
    assert figures["committees"].sum.value == 2
    assert {level.level: level.committees for level in figures["committees"].levels} == {2: 1, 4: 1}


@pytest.mark.parametrize("part, whole, code", [
    ("320100", "320102", "PART_OF_NOT_ABOVE"),
    ("320100", "330000", "PART_OF_NOT_ABOVE"),
])
def test_a_whole_stands_at_the_same_committee_or_above(client, part, whole, code):
    sent = record(full(f"{part}/P", "project"), bodies.project(1, part_of=full(f"{whole}/W", "project")))
    outcome = client.submit(sent)[0]
    assert pb.Code.Name(outcome.errors[0].code) == f"CODE_{code}"


def test_a_whole_at_the_same_committee_is_not_itself_a_part_there(client):
    put_project(client, "320000/A", 1)
    put_project(client, "320000/B", 1, part_of="320000/project/2017/A")
    for key, whole in (("C", "B"), ("A", "D")):
        base = 1 if key == "A" else 0
        part = bodies.project(1, part_of=f"320000/project/2017/{whole}")
        outcome = client.submit(record(f"320000/project/2017/{key}", part, base=base))[0]
        assert outcome_name(outcome) == "REJECTED"
        assert [pb.Code.Name(error.code) for error in outcome.errors] == ["CODE_PART_OF_CHAIN"]


def test_a_record_is_not_its_own_part(client):
    sent = record("320000/project/2017/A", bodies.project(1, part_of="320000/project/2017/A"))
    assert [pb.Code.Name(error.code) for error in client.submit(sent)[0].errors] == ["CODE_PART_OF_SELF"]


def test_a_subtree_record_has_no_whole(client):
    sent = record("320100/project/2017/A", bodies.project(1, scope=SUBTREE, part_of="320000/project/2017/W"))
    assert [pb.Code.Name(error.code) for error in client.submit(sent)[0].errors] == ["CODE_PART_OF_SUBTREE"]


def test_a_unit_that_moves_takes_its_figures_along(client):
    put_project(client, "320102/A", 7)
    put_project(client, "320104/B", 5)
    assert at(client, "320000", "330000") == [12, None]
    client.import_committees(("320102", "玄武区", 4, "330100"))
    assert at(client, "000000", "320000", "320100", "330000", "330100") == [12, 5, 5, 7, 7]


def test_a_part_that_moves_away_counts_where_its_whole_is_not(client):
    put_project(client, "320000/WHOLE", 100)
    put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")
    client.import_committees(("320102", "玄武区", 4, "330100"))
    assert at(client, "000000", "320000", "330000", "330100") == [100, 100, 30, 30]


def test_a_unit_that_moves_under_a_reporting_node(client):
    put_project(client, "330100/ALL", 50, scope=SUBTREE)
    put_project(client, "320102/A", 7)
    client.import_committees(("320102", "玄武区", 4, "330100"))
    assert at(client, "000000", "320000", "330000", "320102") == [50, None, 50, 7]
    client.import_committees(("320102", "玄武区", 4, "320100"))
    assert at(client, "000000", "320000", "330000", "320102") == [57, 7, 50, 7]


def test_overlap_is_said_wherever_both_figures_meet(registry, client):
    put_project(client, "000000/WHOLE", 500)
    put_project(client, "320102/PART", 30, part_of="000000/project/2017/WHOLE")
    put_project(client, "320100/ALL", 40, scope=SUBTREE)
    assert at(client, "000000", "320000") == [540, 40]
    assert cli_figure(registry, "000000")["overlap"] == {"value": 30, "records": 1}
    assert "overlap" not in cli_figure(registry, "320000")


def test_a_range_adds_flows(client):
    for period, amount in (("2017Q1", 1), ("2017Q2", 20), ("2017Q3", 300)):
        put_project(client, f"320100/{period}/K", amount)
    assert quantity(client, "000000", period="2017Q1", period_to="2017Q2") == 21
    assert quantity(client, "000000", period="2017Q1", period_to="2017Q3") == 321
    figures = client.figures("project", "2017Q1", period_to="2017Q3")
    assert figures["records"].sum.value == 3
    assert figures["committees"].sum.value == 1


def test_a_range_gives_the_last_period_of_stocks_and_heads(client):
    for period, amount in (("2017Q1", 10), ("2017Q2", 20)):
        client.put(record(f"320100/post/{period}/K", bodies.post(amount)))
        client.put(record(f"320100/output/{period}/K", bodies.output(persons=amount, cases=amount)))
    options = {"period": "2017Q1", "period_to": "2017Q2"}
    assert client.total("post", "quantity", **options)[0] == 20
    assert client.total("output", "persons", **options)[0] == 20
    assert client.total("output", "cases", **options)[0] == 30
    assert client.total("post", "quantity", period="2017Q1", period_to="2017Q3") is None


def test_a_range_is_of_one_granularity(client):
    with pytest.raises(Refused) as refused:
        client.totals_reply("project", "2017", period_to="2017Q3")
    assert refused.value.code in ("BAD_PERIOD", "BAD_ARGUMENT")


def test_other_periods_are_listed_not_added(registry, client):
    put_project(client, "320100/K", 100)
    put_project(client, "320100/2017Q1/K", 20)
    put_project(client, "320100/2017Q1/L", 20)
    put_project(client, "320100/2017-06/K", 3)
    put_project(client, "320100/2018/K", 9)
    answer = registry.json("totals", "--kind", "project", "--period", "2017")
    assert answer["rows"][0]["figures"]["quantity"]["value"] == 100
    others = sorted((one["period"], one["records"]) for one in answer["other_periods"])
    assert others == [("2017-06", 1), ("2017Q1", 2)]


def children(registry, node):
    answer = registry.json("totals", "--committee", node, "--kind", "project", "--period", "2017", "--children")
    own = [row for row in answer["rows"] if row.get("own")]
    rest = [row for row in answer["rows"] if not row.get("own")]
    assert len(own) == 1
    return rest[0], own[0], {row["committee"]: row["figures"] for row in rest[1:]}


def value(figures):
    return figures["quantity"]["value"] if "quantity" in figures else None


def test_children_own_and_node(registry, client):
    put_project(client, "320000/OWN", 1)
    put_project(client, "320100/A", 20)
    put_project(client, "320102/B", 300)
    node, own, below = children(registry, "320000")
    assert (node["committee"], value(node["figures"])) == ("320000", 321)
    assert value(own["figures"]) == 1
    assert {code: value(figures) for code, figures in below.items()} == {"320100": 320, "320200": None}
    assert below["320200"] == {}


def test_own_and_counted_add_up_to_the_nodes_built_sum(registry, client):
    put_project(client, "320000/WHOLE", 100)
    put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")
    put_project(client, "320102/A", 5)
    put_project(client, "320200/B", 7)
    node, own, below = children(registry, "320000")
    assert value(node["figures"]) == 112
    assert value(below["320100"]) == 35
    assert below["320100"]["quantity"]["counted"]["value"] == 5
    assert "counted" not in below["320200"]["quantity"]
    counted = [figures["quantity"].get("counted", figures["quantity"])["value"] for figures in below.values()]
    assert value(own["figures"]) + sum(counted) == 112


def flat(figure):
    """A figure of the JSON as the cells of a CSV line."""
    cells = {}
    for name, member in figure.items():
        prefix = "level_" if name == "levels" else name + "_"
        if isinstance(member, dict):
            cells.update({prefix + inner: value for inner, value in member.items()})
        else:
            cells[name] = member
    return {name: str(value) for name, value in cells.items() if value is not None}


def test_csv_says_of_a_figure_what_json_says(registry, client):
    put_project(client, "320000/WHOLE", 100)
    put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")
    put_project(client, "320102/A", 5)
    put_project(client, "320200/B", 7)
    put_project(client, "330100/ALL", (90, "over"), scope=SUBTREE)
    put_project(client, "000000/TOP", 500)
    put_project(client, "330102/C", 9, part_of="000000/project/2017/TOP")
    seen = set()
    for options in (["--committee", "320000", "--children"], ["--committee", "000000", "--children"],
                    ["--committee", "330100"], ["--committee", "320000", "--by", "stage"]):
        command = ["totals", "--kind", "project", "--period", "2017", *options]
        wanted = []
        for row in registry.json(*command)["rows"]:
            head = {"committee": row["committee"], "name": row["name"]}
            head.update({"own": "yes"} if row.get("own") else {})
            for field, value in row.get("by", {}).items():
                head.update({field: value} if value else {})
                head["label"] = row["labels"][field]
            wanted += [{**head, "measure": measure, **flat(figure)} for measure, figure in row["figures"].items()]
        lines = list(csv.DictReader(io.StringIO(registry.run(*command, "--format", "csv").lstrip("\ufeff"))))
        assert [{name: cell for name, cell in line.items() if cell} for line in lines] == wanted
        seen.update(*wanted)
    assert {"reported_qualifier", "built_up_value", "difference_text", "counted_records", "overlap_value",
            "level_prefecture"} <= seen


def test_a_child_of_which_nothing_counts(registry, client):
    put_project(client, "320000/WHOLE", 100)
    put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")
    _, own, below = children(registry, "320000")
    assert below["320100"]["quantity"]["counted"] == {
        "value": 0, "qualifier": "exact", "records": 0, "unquantified": 0, "text": "0个"}
    assert value(own["figures"]) == 100


def test_some_subtree_records_are_the_nodes_own(registry, client):
    put_project(client, "320000/ALL", "若干", scope=SUBTREE)
    put_project(client, "320100/A", 5)
    _, own, _ = children(registry, "320000")
    assert own["figures"]["quantity"]["qualifier"] == "some"


def test_a_grouping_nodes_children_stand_in_its_place(registry, client):
    put_project(client, "110101/A", 5)
    _, _, below = children(registry, "110000")
    assert {code: value(figures) for code, figures in below.items()} == {"110101": 5, "110102": None}


def test_slices_follow_the_choice_made_for_the_whole(client):
    """A node that reports does so in every slice, also in those where only records below it state something."""
    put_project(client, "320100/ALL", 100, scope=SUBTREE, stage=2)
    put_project(client, "320102/A", 7, stage=3)
    reply = client.totals_reply("project", by=["stage"])
    slices = {row.by[0].number: figure.sum.value
              for row in reply.rows for figure in row.figures if figure.measure == "quantity"}
    assert slices == {2: 100}
    assert reply.additive


def test_two_breakdowns_at_once(client):
    put_project(client, "320100/A", 7, stage=2, procurement=1)
    put_project(client, "320100/B", 8, stage=2, procurement=3)
    put_project(client, "320102/C", 9, stage=3, procurement=1)
    reply = client.totals_reply("project", by=["stage", "procurement"])
    cells = {tuple(value.number for value in row.by): figure.sum.value
             for row in reply.rows for figure in row.figures if figure.measure == "quantity"}
    assert cells == {(2, 1): 7, (2, 3): 8, (3, 1): 9}


def test_by_may_stand_twice(registry, client):
    put_project(client, "320100/A", 7, stage=2, procurement=1)
    options = ("--kind", "project", "--period", "2017")
    twice = registry.json("totals", *options, "--by", "stage", "--by", "procurement")
    assert twice == registry.json("totals", *options, "--by", "stage,procurement")
    assert twice["rows"][0]["by"] == {"stage": "approval", "procurement": "open_tender"}
    for wrong in (["--by", "stage", "--by", "stage"], ["--by", "stage,place", "--by", "procurement"],
                  ["--by", ""], ["--by", "stage,"]):
        assert registry.cli("totals", *options, *wrong).returncode == 2


def test_a_trace_of_nothing_says_so(registry):
    options = ("--kind", "project", "--period", "2017", "--measure", "quantity")
    (head,) = registry.lines("trace", *options)
    assert head["figure"] is None
    assert "若干" not in registry.run("trace", *options)


def test_a_trace_names_only_rows_that_there_are(registry, client):
    put_project(client, "320100/A", 7, env={"service_fields": rec.EnumList(values=[504]), "is_pilot": 2})
    options = ("--kind", "project", "--period", "2017")
    for where in ("service_fields=05", "service_fields.2=0504", "service_fields.2=易地扶贫搬迁", "is_pilot=0",
                  "is_pilot=否", "stage="):
        assert registry.lines("trace", *options, "--where", where)[0]["figure"]["value"] == 1, where
    assert registry.cli("trace", *options, "--where", "service_fields=0504").returncode == 2


def test_an_unknown_breakdown_is_refused(client):
    with pytest.raises(Refused) as refused:
        client.totals_reply("project", by=["title"])
    assert refused.value.code == "BAD_ARGUMENT"


def test_basis_accepted_waits_for_rounds(client):
    with pytest.raises(Refused) as refused:
        client.totals_reply("project", basis=pb.BASIS_ACCEPTED)
    assert refused.value.code == "UNSUPPORTED"


def test_a_sum_too_large_is_an_error_of_that_measure_alone(registry, client):
    for batch in range(10):
        client.put(*[record(f"320104/funding/2017/{batch}-{n}", bodies.funding(10**15, paid=10**8), confirmed=True)
                     for n in range(1000)])
    options = ("totals", "--kind", "funding", "--period", "2017")
    done = registry.cli(*options)
    assert (done.returncode, done.stdout) == (1, "")
    assert "amount" in done.stderr and "--measure" in done.stderr
    assert registry.json(*options, "--measure", "paid")["rows"][0]["figures"]["paid"]["value"] == 10**12
    for n in range(780):
        client.withdraw(f"320104/funding/2017/0-{n}", 1)
    assert client.total("funding", "amount") == (9220 * 10**15, "exact", 9220, 0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_line_names_the_code_of_a_refusal(registry, lang):
    done = registry.cli("totals", "--kind", "project", "--period", "2017", "--basis", "accepted", "--lang", lang)
    assert (done.returncode, done.stdout) == (2, "")
    assert "UNSUPPORTED" in done.stderr


def test_one_row_when_nothing_was_stated(client):
    reply = client.totals_reply("project")
    assert len(reply.rows) == 1
    assert [figure for figure in reply.rows[0].figures if figure.measure == "quantity"] == []


def test_zero_is_stated(client):
    put_project(client, "320100/A", 0)
    assert client.total("project", "quantity") == (0, "exact", 1, 0)


@pytest.mark.parametrize("amounts, qualifier", [
    (["exact", "exact"], "exact"),
    (["exact", "at_least"], "at_least"),
    (["at_least", "over"], "over"),
    (["over", "exact"], "over"),
    (["nearly", "nearly"], "nearly"),
    (["nearly", "exact"], "nearly"),
    (["nearly", "over"], "about"),
    (["about", "exact"], "about"),
    (["nearly", "at_least"], "about"),
])
def test_the_sum_rule(client, amounts, qualifier):
    for n, name in enumerate(amounts):
        put_project(client, f"320100/K{n}", (10, name))
    assert client.total("project", "quantity") == (20, qualifier, 2, 0)


def test_removal_is_as_exact_as_addition(client):
    put_project(client, "320100/A", 10)
    put_project(client, "320100/B", (10, "over"))
    client.withdraw("320100/project/2017/B", 1)
    assert client.total("project", "quantity") == (10, "exact", 1, 0)


def test_a_figure_opens_to_exactly_the_records_behind_it(client):
    put_project(client, "320000/WHOLE", 100)
    put_project(client, "320102/PART", 30, part_of="320000/project/2017/WHOLE")
    put_project(client, "320200/A", 5)
    put_project(client, "330100/ALL", 70, scope=SUBTREE)
    put_project(client, "330102/B", 60)
    figure, rows = client.trace("project", "quantity")
    assert figure.sum.value == 175
    assert sorted((row.record.address.committee, row.quantity.value) for row in rows) == [
        ("320000", 100), ("320200", 5), ("330100", 70)]
    figure, rows = client.trace("project", "quantity", committee="320100")
    assert [row.record.address.key for row in rows] == ["PART"]


def below_a_city(client):
    """320100 and below: 7 of the city's own, 30 in a district, a part of it and something unquantified; and a
    record beside them."""
    put_project(client, "320100/OWN", 7)
    put_project(client, "320102/WHOLE", 30)
    put_project(client, "320102/PART", 10, part_of="320102/project/2017/WHOLE")
    put_project(client, "320104/SOME", "若干")
    put_project(client, "320200/BESIDE", 5)


def test_the_outcome_of_a_subtree_record_says_what_it_replaces(client):
    below_a_city(client)
    assert not put_project(client, "320100/MORE", 2).replaced
    created = put_project(client, "320100/ALL", 100, scope=SUBTREE)
    assert outcome_name(created) == "CREATED"
    (replaced,) = created.replaced
    assert replaced.measure == "quantity"
    assert plain(replaced.sum) == (39, "exact", 4, 1)
    (again,) = client.submit(record("320100/project/2017/ALL", bodies.project(100, scope=SUBTREE), base=1))
    assert outcome_name(again) == "UNCHANGED" and not again.replaced
    # the sum of the whole province takes the city's figure, and the province's own record replaces that
    (replaced,) = put_project(client, "320000/ALL", 200, scope=SUBTREE).replaced
    assert plain(replaced.sum) == (105, "exact", 2, 0)
    # one that states no number reports nothing, and one over nothing replaces nothing
    assert not put_project(client, "320100/ALL", "若干", base=1, scope=SUBTREE).replaced
    assert not put_project(client, "330100/ALL", 4, scope=SUBTREE).replaced
    (replaced,) = put_project(client, "320100/ALL", 90, base=2, scope=SUBTREE).replaced
    assert plain(replaced.sum) == (39, "exact", 4, 1)


def test_a_full_frame_of_subtree_records_is_answered(client):
    measures = ("persons", "person_times", "households", "cases", "groups", "activities", "works", "hours")
    client.put(record("320102/output/2017/A", bodies.output(**dict.fromkeys(measures, 3))))
    stated = bodies.output(scope=SUBTREE, **dict.fromkeys(measures, 1))
    outcomes = client.put(*[record(f"320100/output/2017/K{n}", stated) for n in range(1000)])
    assert len(outcomes) == 1000
    for outcome in outcomes:
        assert sorted(each.measure for each in outcome.replaced) == sorted(measures)
        assert {plain(each.sum) for each in outcome.replaced} == {(3, "exact", 1, 0)}


def test_built_up_opens_to_exactly_what_a_subtree_record_replaces(registry, client):
    below_a_city(client)
    (replaced,) = put_project(client, "320100/ALL", 100, scope=SUBTREE).replaced
    figure, rows = client.trace("project", "quantity", committee="320100", built_up=True, limit=2)
    assert [row.record.address.key for row in rows] == ["OWN", "WHOLE", "SOME"]
    assert figure.sum == replaced.sum == client.figures("project", committee="320100")["quantity"].built_up
    options = ("--committee", "320100", "--kind", "project", "--period", "2017", "--measure", "quantity")
    head, *lines = registry.lines("trace", *options, "--built-up")
    assert head["figure"] == cli_figure(registry, "320100")["built_up"]
    assert [line["address"] for line in lines] == [
        "320100/project/2017/OWN", "320102/project/2017/WHOLE", "320104/project/2017/SOME"]
    assert [line["address"] for line in registry.lines("trace", *options)[1:]] == ["320100/project/2017/ALL"]
    for measure in ("records", "committees"):
        with pytest.raises(Refused) as refused:
            client.trace("project", measure, built_up=True)
        assert refused.value.code == "BAD_ARGUMENT"
        assert registry.cli("trace", *options[:-1], measure, "--built-up").returncode == 2


def test_submit_tells_what_a_subtree_record_replaces(registry, client):
    below_a_city(client)
    (registry.folder / "project.csv").write_text(
        "报送单位,编号,报告期,名称,quantity,统计口径\n320100,ALL,2017,全市,100个,含下级\n320200,B,2017,名,1个,本级\n",
        encoding="utf-8")
    sheet = str(registry.folder / "project.csv")
    first, second = registry.lines("submit", sheet)
    assert list(first) == ["row", "address", "outcome", "revision", "errors", "replaces"]
    (replaces,) = first["replaces"]
    assert replaces == {"measure": "quantity", "value": 37, "qualifier": "exact", "records": 3, "unquantified": 1,
                        "text": "37个"}
    assert list(second) == ["row", "address", "outcome", "revision", "errors"]
    client.withdraw("320100/project/2017/ALL", 1)
    (registry.folder / "project.csv").write_text(
        "报送单位,编号,报告期,名称,quantity,统计口径,版本\n320100,ALL,2017,全市,100个,含下级,2\n", encoding="utf-8")
    told = registry.run("submit", sheet, "--format", "table", "--lang", "zh")
    assert "320100/project/2017/ALL" in told and "取代本级及下级 3 条记录，合计 37" in told
    command = told.split("`taizhang ")[1].split("`")[0]
    assert "WHOLE" in registry.run(*command.split(), "--format", "table")


def test_a_trace_pages(client):
    client.put(*[record(f"320100/project/2017/K{n:03}", bodies.project(n)) for n in range(25)])
    figure, rows = client.trace("project", "quantity", limit=10)
    assert len(rows) == 25
    assert sum(row.quantity.value for row in rows) == figure.sum.value == sum(range(25))


def test_a_trace_of_one_slice(client):
    put_project(client, "320100/A", 7, stage=2)
    put_project(client, "320100/B", 8, stage=3)
    where = [pb.ByFilter(field="stage", number=2)]
    _, rows = client.trace("project", "quantity", where=where)
    assert [row.record.address.key for row in rows] == ["A"]


def test_the_command_line_and_python_agree(registry, client):
    played = oracle.play(client, seed=11, operations=times(80), compare_every=80, moves=False)
    for node in played.parent:
        found = cli_figure(registry, node)
        expected = client.total("project", "quantity", node)
        got = found and (found["value"], found["qualifier"], found["records"], found["unquantified"])
        assert got == expected, node


@pytest.mark.parametrize("seed", range(3))
def test_random_changes_against_the_slow_sum(client, seed):
    oracle.play(client, seed=seed, operations=times(200), compare_every=25)


def test_totals_survive_a_restart(registry, client):
    played = oracle.play(client, seed=21, operations=times(120), compare_every=1000)
    registry.stop()
    registry.start()
    played.compare(registry.client())


