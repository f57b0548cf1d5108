# SPDX-License-Identifier: Apache-2.0
"""The tree of committees changes: 500105 and 500112 become 500157, with all that hangs on it."""

import csv
import datetime
import io
import json
import signal

import pytest

import bodies
import faults
from registry import SHARE
from tzclient import Refused, code_name, outcome_name, pb, record, wait_until

DAY = 86400
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def day(offset=0):
    return (datetime.datetime.now(CHINA) + datetime.timedelta(days=offset)).date().isoformat()


@pytest.fixture
def country(make_registry):
    """The divisions of the country, townships of the two districts, records of both and of the townships."""
    registry = make_registry()
    registry.cli("committee", "import", SHARE / "divisions.csv").check_returncode()
    townships = "code,name,level,parent\n" + "".join(
        f"{code},{name},4,{code[:6]}\n" for code, name in [
            ("500105001", "华新街街道"), ("500105002", "江北城街道"), ("500112001", "双凤桥街道")])
    done = registry.cli("committee", "import", "-", stdin=townships.encode())
    assert done.returncode == 0, done.stdout + done.stderr
    client = registry.client()
    for place, value in [("500105/project/2017/1", 1), ("500112/project/2017/1", 2), ("500105001/project/2017/1", 4),
                         ("500112001/project/2017/1", 8), ("500103/project/2017/1", 16)]:
        [outcome] = client.submit(record(place, bodies.project(value)))
        assert outcome_name(outcome) == "CREATED", outcome
    return registry


def ok(registry, *args, **more):
    done = registry.cli(*args, **more)
    assert done.returncode == 0, f"{args}\n{done.stdout}{done.stderr}"
    return done


def merge(registry, on=None):
    return ok(registry, "committee", "merge", "500105", "500112", "--into", "500157", "--name", "两江新区",
              *(["--on", on] if on else []))


def total(client, committee, **options):
    return client.total("project", "quantity", committee, **options)[0]


def rows(client, committee, **options):
    reply = client.totals_reply("project", committee=committee, children=True, measures=["quantity"], **options)
    return {row.committee: row.figures[0].sum.value for row in reply.rows if row.figures and not row.own}


def unit(client, code):
    [found] = [one for one in client.committees(under=code, limit=1) if one.body.code == code]
    return found


def test_two_districts_become_one(country):
    client = country.client()
    before = rows(client, "500000"), total(client, "000000")
    done = merge(country)
    assert "500105" in done.stderr and "500157" in done.stderr
    assert done.stdout.count("updated") >= 5, done.stdout
    # Today: all of it below the new district.
    assert total(client, "500157") == 15
    assert rows(client, "500157") == {"500157": 15, "500105": 1, "500112": 2, "500105001": 4, "500112001": 8}
    assert total(client, "000000") == before[1]
    # By the tree of yesterday: the districts as they were, and the nation the same.
    then = {"tree_as_of": day(-1)}
    assert total(client, "500105", **then) == 5
    assert total(client, "500112", **then) == 10
    assert total(client, "000000", **then) == before[1]
    assert client.totals_reply("project", committee="500105", **then).tree == day(-1)
    assert {code: value for code, value in rows(client, "500000", **then).items() if value} \
        == {code: value for code, value in before[0].items() if value}
    # The records behind either figure.
    assert {line.record.address.committee for line in client.trace("project", "quantity", committee="500157")[1]} \
        == {"500105", "500112", "500105001", "500112001"}
    assert {line.record.address.committee
            for line in client.trace("project", "quantity", committee="500105", **then)[1]} \
        == {"500105", "500105001"}
    # Again changes nothing, and writes nothing.
    position = client.position()
    merge(country)
    assert client.position() == position
    # Nor does the file of divisions from before: it says nothing of days.
    ok(country, "committee", "import", SHARE / "divisions.csv")
    assert client.position() == position


def test_another_days_tree_shows_nobody_more_than_todays(country):
    """What once stood below, and stands elsewhere now, is not the own subtree any more; nor is what will."""
    was = country.client(key=country.enrol("500105", "query"))
    assert total(was, "500105", tree_as_of=day(-1)) == 5
    merge(country)
    [outcome] = country.client().submit(record("500105001/project/2017/new", bodies.project(32)))
    assert outcome_name(outcome) == "CREATED"
    asked = [(was, "500105", day(-1))]
    ok(country, "committee", "move", "500105002", "--parent", "500103", "--on", day(30))
    asked.append((country.client(key=country.enrol("500103", "query")), "500103", day(40)))
    for client, committee, when in asked:
        for call in (client.totals_reply, lambda *args, **more: client.trace("project", "quantity", **more)):
            with pytest.raises(Refused) as caught:
                call("project", committee=committee, tree_as_of=when)
            status = caught.value.status
            assert (code_name(status.code), status.field) == ("NOT_ALLOWED", "committee")
            assert status.value in ("500105001", "500105002")
    above = country.client(key=country.enrol("500000", "query"))
    assert total(above, "500105", tree_as_of=day(-1)) == 37
    assert len(above.trace("project", "quantity", committee="500105", tree_as_of=day(-1))[1]) == 3


def test_the_command_line_says_both_figures(country):
    merge(country)
    today = ok(country, "totals", "--kind", "project", "--period", "2017", "--committee", "500157", "--measure",
               "quantity", "--format", "json")
    then = ok(country, "totals", "--kind", "project", "--period", "2017", "--committee", "500105", "--measure",
              "quantity", "--tree-as-of", day(-1), "--format", "json")
    assert json.loads(today.stdout)["tree"] == day()
    assert json.loads(then.stdout)["tree"] == day(-1)
    traced = ok(country, "trace", "--kind", "project", "--period", "2017", "--committee", "500105", "--measure",
                "quantity", "--tree-as-of", day(-1))
    assert "500105001/project/2017/1" in traced.stdout
    assert country.cli("totals", "--kind", "project", "--period", "2017", "--tree-as-of", "2017-13-01").returncode == 2
    # From the local copy too, where it is of everything.
    ok(country, "sync", "--committee", "000000")
    offline = ok(country, "totals", "--kind", "project", "--period", "2017", "--committee", "500105", "--measure",
                 "quantity", "--tree-as-of", day(-1), "--offline", "--format", "json")
    here, there = (json.loads(done.stdout) for done in (offline, then))
    assert (here["rows"], here["tree"]) == (there["rows"], there["tree"])


def test_a_retired_code_names_its_successors(country):
    client = country.client()
    merge(country)
    [outcome] = client.submit(record("500105/project/2017/9", bodies.project(1)))
    [error] = outcome.errors
    assert (code_name(error.code), error.value) == ("RETIRED", "500105")
    assert {param.name: param.text for param in error.params} \
        == {"successors": "500157 (两江新区)", "since": day()}
    # What is there is corrected and withdrawn; its address keeps its place.
    first = client.get("500105/project/2017/1")
    [outcome] = client.submit(record("500105/project/2017/1", bodies.project(3), base=1))
    assert outcome_name(outcome) == "UPDATED"
    assert first.address.committee == "500105"
    assert total(client, "500157") == 17
    [outcome] = client.submit(record("500157/project/2017/1", bodies.project(32)))
    assert outcome_name(outcome) == "CREATED"
    # A file: every row with the code is told, and the good ones beside it are taken.
    path = country.folder / "rows.csv"
    path.write_text("committee,key,period,title,quantity\n500112,X1,2017,新项目,1\n500103,X2,2017,新项目,1\n", "utf-8")
    done = country.cli("submit", path, "--kind", "project")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "500157 (两江新区)" in done.stdout
    assert total(client, "500103") == 17


def test_a_retired_code_is_told_without_a_line_too(country):
    merge(country)
    ok(country, "sync", "--committee", "500000")
    country.stop()
    path = country.folder / "rows.csv"
    path.write_text("committee,key,period,title,quantity\n500105,X1,2017,新项目,1\n500112,X2,2017,新项目,1\n", "utf-8")
    done = country.cli("--lang", "zh", "submit", path, "--kind", "project")
    assert done.returncode == 3, done.stdout + done.stderr
    assert done.stderr.count("500157 (两江新区)") == 2, done.stderr


def test_what_is_below_must_go_somewhere(country):
    done = country.cli("committee", "close", "500105", "--successor", "500112")
    assert done.returncode == 1
    assert "500105001" in done.stdout + done.stderr or "500105002" in done.stdout + done.stderr
    ok(country, "committee", "split", "500112", "--into", "500158=渝北一区,500159=渝北二区", "--move",
       "500112001=500159")
    client = country.client()
    assert unit(client, "500112001").body.parent_code == "500159"
    # Two successors: the old one hangs where they meet.
    assert {one.body.code for one in client.committees(under="500158", subtree=True)} == {"500158"}
    closed = unit(client, "500112")
    assert closed.standing == pb.STANDING_CLOSED
    assert list(closed.body.successors) == ["500158", "500159"]
    assert closed.hangs_below == unit(client, "500158").hangs_below


def test_the_parts_of_the_command(country):
    client = country.client()
    ok(country, "committee", "add", "500160", "--name", "高新区", "--level", "3", "--parent", "500100")
    assert unit(client, "500160").body.valid_from == day()
    ok(country, "committee", "rename", "500160", "--name", "西部高新区", "--short-name", "高新")
    assert unit(client, "500160").body.name == "西部高新区"
    ok(country, "committee", "move", "500160", "--parent", "500200")
    assert unit(client, "500160").body.parent_code == "500200"
    ok(country, "committee", "rename", "500160", "--code", "500161")
    assert unit(client, "500161").body.name == "西部高新区"
    assert client.committees(under="500160", limit=1)[0].body.code == "500161"
    ok(country, "committee", "close", "500161")
    assert unit(client, "500161").standing == pb.STANDING_CLOSED
    for args in [("move", "500103", "--parent", "999999"), ("move", "999999", "--parent", "500100"),
                 ("move", "500103", "--parent", "500103"), ("add", "500103", "--name", "x", "--level", "3",
                                                             "--parent", "999999")]:
        assert country.cli("committee", *args).returncode in (1, 2), args
    chinese = country.cli("--lang", "zh", "committee", "move", "500103", "--parent", "500103")
    assert "自己" in chinese.stdout, chinese.stdout


def test_a_unit_that_is_closed_stays_closed_since_its_day(country):
    """Whoever names other successors later, or says again that it closes, does not move the day."""
    client = country.client()
    ok(country, "committee", "close", "500103", "--successor", "500105", "--on", day(-9))
    position = client.position()
    ok(country, "committee", "close", "500103", "--successor", "500105")
    assert client.position() == position
    said = ok(country, "committee", "close", "500103", "--successor", "500112")
    assert f"closed since {day(-9)}" in said.stderr and "500112" in said.stderr
    closed = unit(client, "500103").body
    assert (closed.valid_to, list(closed.successors)) == (day(-9), ["500112"])
    assert client.position() == position + 1
    assert total(client, "500112") == total(client, "500112", tree_as_of=day(-1)) + 16


def test_contacts_are_kept_up_by_the_committee(country):
    client = country.client()
    ok(country, "committee", "contact", "500103", "--contact", "王芳", "--phone", "023-1234", "--contact", "李强",
       "--phone", "023-5678")
    assert [(one.name, one.phone) for one in unit(client, "500103").contacts] \
        == [("王芳", "023-1234"), ("李强", "023-5678")]
    listed = ok(country, "committee", "list", "--find", "500103", "--contacts", "--format", "csv")
    assert "王芳; 李强" in listed.stdout and "023-5678" in listed.stdout
    ok(country, "committee", "contact", "500103", "--clear")
    assert [one.name for one in unit(client, "500103").contacts] == [""]
    assert country.cli("committee", "contact", "500103").returncode == 2


def item_of(client, code, **other):
    """The unit as it is, but for these fields, as a change says it."""
    item = pb.CommitteeItem(body=unit(client, code).body)
    item.body.parent, item.body.effective_on = 0, ""
    for name, value in other.items():
        setattr(item.body, name, value)
    return item


def test_contacts_are_not_guessed(country):
    """Saying once more what is there changes nothing, and is told so to those alone who see what is there."""
    ok(country, "committee", "contact", "500105", "--contact", "王芳", "--phone", "023-60000001")
    beside = country.client(key=country.enrol("500103", "manage", "query"))
    own = country.client(key=country.enrol("500105", "manage"))
    said = []
    for phone in ("023-60000001", "023-60000002"):
        item = item_of(own, "500105")
        item.contacts.add(name="王芳", phone=phone)
        imported = beside.ask("committee_import", pb.CommitteeImportRequest(items=[item])).committee_import
        changed = beside.ask("committee_change", pb.CommitteeChangeRequest(items=[item])).committee_change
        said.append((imported.outcomes[0], changed.outcomes[0]))
        assert {code_name(e.code) for one in said[-1] for e in one.errors} == {"NOT_ALLOWED"}
    assert said[0] == said[1]
    item.contacts[0].phone = "023-60000001"
    again = own.ask("committee_import", pb.CommitteeImportRequest(items=[item])).committee_import.outcomes[0]
    assert outcome_name(again) == "UNCHANGED"


def test_nobody_rewrites_the_past_of_another(country):
    """A unit that came from elsewhere is of its present superior from that day on, and of the other one before."""
    ok(country, "committee", "move", "500105002", "--parent", "500103")
    then = {"tree_as_of": day(-500)}
    client = country.client()
    assert (total(client, "500105", **then), total(client, "500103", **then)) == (5, 16)
    now_above = country.client(key=country.enrol("500103", "manage"))
    rewrite = pb.CommitteeChangeRequest(items=[item_of(client, "500105002")], on=day(-1000), reason="it was ours")
    [outcome] = now_above.ask("committee_change", rewrite).committee_change.outcomes
    assert [(code_name(e.code), e.value) for e in outcome.errors] == [("NOT_ALLOWED", "500105")]
    above_both = country.client(key=country.enrol("500000", "manage"))
    [outcome] = above_both.ask("committee_change", rewrite).committee_change.outcomes
    assert outcome_name(outcome) == "UPDATED"


def test_a_reporting_set_has_dates(country):
    client = country.client()
    ok(country, "committee", "set", "districts", "--label", "主城区", "500103", "500105", "500112")
    merge(country)
    ok(country, "committee", "set", "districts", "500103", "500157", "--on", day())

    def members(*options):
        done = ok(country, "committee", "list", "--set", "districts", "--format", "csv", *options)
        return [row["code"] for row in csv.DictReader(io.StringIO(done.stdout))]

    assert sorted(members()) == ["500103", "500157"]
    assert sorted(members("--on", day(-1))) == ["500103", "500105", "500112"]
    gone = ok(country, "committee", "list", "--set", "districts", "--on", day(-1))
    assert "500157" in gone.stdout  # the successor of those that are closed
    listed = json.loads(ok(country, "committee", "set", "--list", "--format", "json").stdout)
    assert (listed["label"], listed["members"]) == ("主城区", ["500103", "500157"])
    [one] = client.reporting_sets()
    assert len(one.body.members) == 4
    position = client.position()
    ok(country, "committee", "set", "districts", "500103", "500157", "--on", day())
    assert client.position() == position


# --- what waits for its day ---

def later(registry, seconds):
    registry.wrapper = ["env", f"TAIZHANG_FAULT_CLOCK={seconds}"]


@faults.needed
def test_what_waits_takes_effect_on_its_day(country):
    merge(country, day(1))
    client = country.client()
    assert total(client, "500105") == 5
    assert unit(client, "500157").standing == pb.STANDING_NOT_YET
    done = country.cli("committee", "move", "500105", "--parent", "500200")
    assert done.returncode == 1 and day(1) in done.stdout
    # No figures of the new one hang at those that it succeeds: they are refused, with its first day.
    path = country.folder / "early.csv"
    path.write_text("committee,key,period,title,quantity\n500157,X1,2017,新项目,1\n", "utf-8")
    done = country.cli("submit", path, "--kind", "project")
    assert done.returncode == 1 and f'"500157" begins on {day(1)}' in done.stdout, done.stdout + done.stderr
    assert total(client, "500000") == 31
    country.stop()
    country.assert_check_clean()
    later(country, DAY)
    country.start()
    client = country.client()
    assert client.status().tree == day(1)
    assert total(client, "500157") == 15
    assert total(client, "500105", tree_as_of=day()) == 5
    country.stop()
    country.assert_check_clean()


@faults.needed
def test_the_day_comes_while_it_runs(country):
    merge(country, day(1))
    country.stop()
    now = datetime.datetime.now(CHINA)
    midnight = (now + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    later(country, int((midnight - now).total_seconds()) - 3)
    country.start()
    client = country.client()
    position = client.position()
    tomorrow = midnight.date().isoformat()
    wait_until(lambda: client.status().tree == tomorrow, "the next day")
    assert total(client, "500157") == 15
    assert client.position() == position
    country.stop()
    country.assert_check_clean()


@faults.needed
def test_a_kill_between_the_entry_and_its_day(country):
    merge(country, day(2))
    country.kill()
    later(country, 2 * DAY)
    country.wrapper += ["TAIZHANG_FAULT=day.begun"]
    country.start()  # the views are made as of that day: nothing is left to be done
    client = country.client()
    assert total(client, "500157") == 15
    country.kill()
    country.assert_check_clean()
    # Killed in the middle of the night, and started again.
    now = datetime.datetime.now(CHINA)
    midnight = (now + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = int((midnight - now).total_seconds()) - 2
    later(country, seconds + DAY)
    country.wrapper += ["TAIZHANG_FAULT=day.begun"]
    country.start()
    assert country.process.wait(60) == -signal.SIGKILL
    country.process = None
    country.drop_clients()
    later(country, seconds + DAY + 60)
    country.start()
    assert total(country.client(), "500157") == 15
    country.stop()
    country.assert_check_clean()


@faults.needed
def test_what_waits_is_taken_back(country):
    merge(country, day(3))
    done = ok(country, "committee", "cancel", "500105", "500112", "500105001", "500105002", "500112001", "500157", "--on",
              day(3))
    assert "is taken back" in done.stderr and "takes effect" not in done.stderr
    ok(country, "committee", "move", "500105001", "--parent", "500103")
    country.stop()
    country.assert_check_clean()
    later(country, 3 * DAY)
    country.start()
    client = country.client()
    assert total(client, "500105") == 1
    assert total(client, "500103") == 20
    assert total(client, "500112") == 10
    with pytest.raises(Refused):
        client.totals_reply("project", committee="500105", tree_as_of="2017-02")


@pytest.mark.parametrize("reason, said", [("林芳 11010519491231002X 来电", "resident-ID"), ("x" * 501, "500")])
def test_a_reason_is_kept_for_good_and_so_it_is_looked_at(country, reason, said):
    position = country.client().position()
    done = country.cli("committee", "rename", "500103", "--name", "新渝中区", "--reason", reason)
    assert done.returncode not in (0, 3) and said in done.stderr, done.stderr
    assert country.client().position() == position
    ok(country, "committee", "rename", "500103", "--name", "新渝中区", "--reason", "x" * 500)


def test_what_was_taken_back_is_planned_again_of_any_day(country):
    """A wrong year must not keep the new code from anybody until then."""
    everybody = ["500105", "500112", "500105001", "500105002", "500112001", "500157"]
    for wrong in ("2062-12-01", day(3), day(3), day(5)):
        merge(country, wrong)
        ok(country, "committee", "cancel", *everybody, "--on", wrong)
    merge(country, day(2))
    client = country.client()
    assert (unit(client, "500157").body.valid_from, unit(client, "500157").body.valid_to) == (day(2), "")
    assert total(client, "500157", tree_as_of=day(2)) == 15
    ok(country, "committee", "cancel", *everybody, "--on", day(2))
    merge(country)
    assert total(client, "500157") == 15
    country.stop()
    country.assert_check_clean()
