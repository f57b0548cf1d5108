# SPDX-License-Identifier: Apache-2.0
"""Who may do what where the tree changes: what is of another day is in reach as it is today."""

import datetime

import bodies
import pytest
from registry import TREE
from tzclient import Refused, code_name, journal_pb2, outcome_name, pb, record

CITY, COUNTY, SIBLING, OTHER, ELSEWHERE = "320100", "320102", "320104", "330100", "330102"
NAMES = {code: name for code, name, *_ in TREE}
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def day(offset=0):
    return (datetime.datetime.now(CHINA) + datetime.timedelta(days=offset)).date().isoformat()


@pytest.fixture
def registry(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    return registry


@pytest.fixture
def root(registry):
    return registry.client(key=registry.enrol("000000", "submit", "query", "manage"), reason="a test")


def office(registry, committee):
    return registry.client(key=registry.enrol(committee, "submit", "query", "manage"), reason="a test")


def unit(code, level, parent, known_as="", **more):
    body = journal_pb2.CommitteeBody(code=code, name=NAMES.get(code, "新"), level=level, parent_code=parent, type=1, **more)
    return pb.CommitteeItem(body=body, known_as=known_as)


def change(client, *items, on=""):
    """The errors' (code, value); an empty list is success."""
    request = pb.CommitteeChangeRequest(items=items, on=on)
    outcomes = client.ask("committee_change", request).committee_change.outcomes
    return [(code_name(error.code), error.value) for outcome in outcomes for error in outcome.errors]


def refusal(call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    return caught.value.code


def put(client, committee, value, key="A"):
    [outcome] = client.submit(record(f"{committee}/project/2017/{key}", bodies.project(value)))
    assert outcome_name(outcome) == "CREATED", outcome


def traced(client, **options):
    return sorted(row.record.address.committee for row in client.trace("project", "quantity", **options)[1])


def test_what_left_the_subtree_is_not_read_by_the_tree_of_a_day_before(registry, root):
    put(root, COUNTY, 1)
    put(root, SIBLING, 2)
    city = office(registry, CITY)
    assert traced(city, tree_as_of=day(-1)) == [COUNTY, SIBLING]
    assert change(root, unit(COUNTY, 4, OTHER)) == []
    put(root, COUNTY, 4, "B")
    assert traced(city) == [SIBLING]
    for call in (city.trace, city.total):
        assert refusal(call, "project", "quantity", tree_as_of=day(-1)) == "NOT_ALLOWED"
    # Who sees both places, and what was always below, does.
    assert traced(root, committee=CITY, tree_as_of=day(-1)) == [COUNTY, COUNTY, SIBLING]
    assert traced(city, committee=SIBLING, tree_as_of=day(-1)) == [SIBLING]


def test_a_closed_unit_does_not_read_its_successor_as_what_was_below_it(registry, root):
    put(root, ELSEWHERE, 1)
    old = office(registry, ELSEWHERE)
    assert change(root, unit("330199", 4, OTHER, valid_from=day()),
                  unit(ELSEWHERE, 4, OTHER, valid_to=day(), successors=["330199"])) == []
    put(root, "330199", 2)
    assert traced(old) == [ELSEWHERE]
    for call in (old.trace, old.total):
        assert refusal(call, "project", "quantity", tree_as_of=day(-1)) == "NOT_ALLOWED"


def test_who_would_lose_a_unit_does_not_take_that_back(registry, root):
    city = office(registry, CITY)
    moved = unit(COUNTY, 4, OTHER)
    assert change(root, moved, on=day(3)) == []
    assert change(city, unit(COUNTY, 4, CITY), on=day(3)) == [("NOT_ALLOWED", OTHER)]
    assert change(office(registry, OTHER), unit(COUNTY, 4, CITY), on=day(3)) == [("NOT_ALLOWED", CITY)]
    assert change(root, unit(COUNTY, 4, CITY), on=day(3)) == []


def test_who_gets_a_unit_does_not_rewrite_where_it_was(registry, root):
    put(root, ELSEWHERE, 8)
    assert change(root, unit(ELSEWHERE, 4, CITY)) == []
    city = office(registry, CITY)
    assert change(city, unit(ELSEWHERE, 4, CITY), on=day(-9)) in ([("NOT_ALLOWED", OTHER)], [("NOT_ALLOWED", "330000")])
    assert root.total("project", "quantity", OTHER, tree_as_of=day(-5))[0] == 8
    assert change(city, unit(ELSEWHERE, 4, "320000")) == [("NOT_ALLOWED", "320000")]


def test_a_unit_that_is_to_begin_is_not_its_predecessors(registry, root):
    """It hangs below them until its day, for the totals, and is in reach of those above whom it will be."""
    old, city = office(registry, COUNTY), office(registry, CITY)
    assert change(root, unit("320105", 4, CITY, valid_from=day(5)),
                  unit(COUNTY, 4, CITY, valid_to=day(5), successors=["320105"]), on=day(5)) == []
    [found] = root.committees(under="320105", limit=1)
    assert found.hangs_below == root.committees(under=COUNTY, limit=1)[0].number
    assert refusal(old.invite, "320105", "submit", "manage") == "NOT_ALLOWED"
    [outcome] = old.submit(record("320105/project/2017/A", bodies.project(1)))
    assert [code_name(error.code) for error in outcome.errors] == ["NOT_ALLOWED"]
    assert not city.invite("320105", "submit", "manage")[1].outcome.errors
    [outcome] = city.submit(record("320105/project/2017/A", bodies.project(1)))
    assert [code_name(error.code) for error in outcome.errors] == ["NOT_YET_BEGUN"]


def test_nobody_names_a_successor_that_is_yet_to_come_elsewhere(registry, root):
    """It would hang below the successor, and the successor below it until its day."""
    city = office(registry, CITY)
    planted = pb.CommitteeImportRequest(items=[unit(COUNTY, 4, CITY, valid_to="2020-01-01", successors=["330199"])])
    [outcome] = city.ask("committee_import", planted).committee_import.outcomes
    assert [(code_name(error.code), error.value) for error in outcome.errors] == [("UNKNOWN_COMMITTEE", "330199")]
    [outcome] = root.ask("committee_import", planted).committee_import.outcomes
    assert outcome_name(outcome) == "UPDATED"


# --- all of a request at once ---

@pytest.mark.parametrize("order", [1, -1])
def test_a_code_that_a_unit_gets_may_be_named_before_it(root, order):
    items = [unit("320500", 3, "320000", known_as=CITY), unit("320510", 4, "320500", valid_from=day())]
    assert change(root, *items[::order]) == []
    assert root.committees(under="320510", limit=1)[0].body.parent_code == "320500"


def test_a_change_of_a_day_that_is_past_is_looked_at_on_the_days_since(root):
    """One county went below another for some days; on these the other cannot have been below it."""
    assert change(root, unit(COUNTY, 4, SIBLING), on=day(-8)) == []
    assert change(root, unit(COUNTY, 4, CITY), on=day(-4)) == []
    assert change(root, unit(SIBLING, 4, ELSEWHERE), on=day(-20)) == []
    assert change(root, unit(SIBLING, 4, CITY), on=day(-2)) == []
    # From before these days until after some of them.
    assert change(root, unit(SIBLING, 4, COUNTY), on=day(-10)) == [("PARENT_LOOP", COUNTY)]
    assert change(root, unit(SIBLING, 4, COUNTY), on=day(-3)) == []


def test_an_import_makes_no_loop_with_what_waits_for_its_day(registry, root):
    assert change(root, unit(SIBLING, 4, COUNTY), on=day(3)) == []
    [outcome] = root.import_committees((COUNTY, NAMES[COUNTY], 4, SIBLING))
    assert [(code_name(error.code), error.value) for error in outcome.errors] == [("PARENT_LOOP", SIBLING)]
    [outcome] = root.import_committees((COUNTY, NAMES[COUNTY], 4, OTHER))
    assert outcome_name(outcome) == "UPDATED"
    registry.stop()
    registry.wrapper = ["env", f"TAIZHANG_FAULT_CLOCK={3 * 86400}"]
    registry.start()
    registry.stop()
    registry.assert_check_clean()
