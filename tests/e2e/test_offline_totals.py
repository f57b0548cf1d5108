# SPDX-License-Identifier: Apache-2.0
"""totals --offline and trace --offline: at the copy's position they print what the registry printed, to the letter."""

import itertools
import json
import random
import sqlite3

import pytest

import bodies
import oracle
from bodies import SUBTREE, put_project
from registry import SHARE, TREE, times
from tzclient import record

KINDS = sorted(path.stem for path in (SHARE / "bulletin").glob("*.csv"))
PROJECTS = ("--kind", "project", "--period", "2017")


def sync(registry, committee, profile="default"):
    return registry.run("sync", "--committee", committee, "--profile", profile)


def both(registry, *args, profile="default", format="json"):
    """What the registry and the copy print and exit with; the day of the tree aside, which may change at midnight."""
    said = []
    for offline in ([], ["--offline"]):
        done = registry.cli(*args, *offline, "--format", format, "--profile", profile)
        said.append((done.returncode, done.stdout))
    return said


def without_day(said):
    """An answer of totals with the day of the tree taken out, and what was said of the copy."""
    code, text = said
    if text:
        answer = json.loads(text)
        del answer["tree"]
        answer.pop("copy", None)
        text = json.dumps(answer, ensure_ascii=False)
    return code, text


def assert_same(registry, *args, **options):
    online, offline = map(without_day, both(registry, "totals", *args, **options))
    assert offline == online, args
    return online


def assert_same_trace(registry, *args, **options):
    said = [(code, [json.loads(line) for line in text.splitlines()])
            for code, text in both(registry, "trace", *args, **options)]
    for (_, lines), offline in zip(said, (False, True)):
        del lines[0]["tree"]
        assert all((line.pop("copy", None) is not None) == offline for line in lines)
    assert said[1] == said[0], args
    return said[0]


def breakdowns(registry, kind):
    return [field["name"] for field in registry.json("fields", kind)["fields"] if field.get("breakdown")]


# --- the sample return ---

@pytest.fixture(scope="module")
def copied(bulletin):
    sync(bulletin, "000000")
    return bulletin


def some_units(registry, kind):
    """A unit of each level that holds records of the kind, and those above it."""
    units = {"000000"}
    for one in registry.lines("records", "--kind", kind):
        code = one["address"].split("/")[0]
        units |= {code, code[:2] + "0000", code[:4] + "00"}
    return sorted(units)[:8]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_at_every_level(copied, kind):
    stated = 0
    for unit in some_units(copied, kind):
        for more in ([], ["--children"]):
            code, text = assert_same(copied, "--kind", kind, "--period", "2017", "--committee", unit, *more)
            stated += code == 0 and "records" in text
    assert stated


@pytest.mark.parametrize("kind", KINDS)
def test_every_breakdown_and_every_pair(copied, kind):
    fields = breakdowns(copied, kind)
    assert "place" in fields
    pairs = list(itertools.permutations(fields, 2))
    chosen = random.Random(kind).sample(pairs, min(len(pairs), times(4)))
    for by in [*fields, *map(",".join, chosen)]:
        assert_same(copied, "--kind", kind, "--period", "2017", "--by", by)
        assert_same(copied, "--kind", kind, "--period", "2017", "--by", by, "--children")


def test_every_figure_of_the_nation_opens_to_the_same_records(copied):
    for kind in KINDS:
        for measure in copied.json("totals", "--kind", kind, "--period", "2017")["rows"][0]["figures"]:
            code, lines = assert_same_trace(copied, "--kind", kind, "--period", "2017", "--measure", measure)
            assert code == 0 and len(lines) > 1


def test_ranges_and_other_periods(copied):
    for period in ("2017", "2017Q1..2017Q4", "2016..2018", "2017-06", "2019"):
        for kind in ("project", "output", "funding"):
            assert_same(copied, "--kind", kind, "--period", period)
            assert_same(copied, "--kind", kind, "--period", period, "--by", "place")


@pytest.mark.parametrize("format", ["table", "csv"])
def test_every_format(copied, format):
    online, offline = both(copied, "totals", "--kind", "funding", "--period", "2017", "--children", format=format)
    day = copied.json("totals", "--kind", "funding", "--period", "2017", "--offline")["tree"]
    now = copied.json("totals", "--kind", "funding", "--period", "2017")["tree"]
    assert (offline[0], offline[1].replace(day, now)) == online


# --- rules, where the copy is of a part of the tree ---

def fill_by_all_rules(client):
    """Parts over levels, figures for a subtree, overlaps, `some`, withdrawn wholes, other periods."""
    put_project(client, "000000/TOP", 500)
    put_project(client, "320000/WHOLE", (100, "over"))
    put_project(client, "320000/GONE", 50)
    put_project(client, "320100/ALL", (90, "nearly"), scope=SUBTREE)
    put_project(client, "320100/OWN", 3)
    put_project(client, "320102/A", 7, stage=2)
    put_project(client, "320102/P1", 30, part_of="320000/project/2017/WHOLE", stage=2)
    put_project(client, "320104/P2", 20, part_of="320100/project/2017/OWN", stage=3)
    put_project(client, "320104/P3", 9, part_of="000000/project/2017/TOP")
    put_project(client, "320205/P4", "若干", part_of="320000/project/2017/WHOLE")
    put_project(client, "320205/P5", 11, part_of="320000/project/2017/GONE", env={"place": "320205"})
    put_project(client, "320200/ALL", "若干", scope=SUBTREE)
    put_project(client, "320200/2017Q1/Q", 4)
    put_project(client, "330100/ELSEWHERE", 1000, env={"visibility": 3})
    put_project(client, "000000/PUBLISHED", 2000, env={"visibility": 2})
    client.withdraw("320000/project/2017/GONE", 1)


UNITS_OF_320000 = ["320000", "320100", "320102", "320104", "320200", "320205"]


def assert_all_same(registry, units, profile="default"):
    options = {"profile": profile}
    for unit in units:
        for by in ([], ["--by", "stage"], ["--by", "place"], ["--by", "stage,place"]):
            for children in ([], ["--children"]):
                assert_same(registry, *PROJECTS, "--committee", unit, *by, *children, **options)
        for more in ([], ["--built-up"]):
            assert_same_trace(registry, *PROJECTS, "--committee", unit, "--measure", "quantity", *more, **options)
        assert_same_trace(registry, *PROJECTS, "--committee", unit, **options)


def test_a_subtree_by_all_rules(registry, client):
    fill_by_all_rules(client)
    sync(registry, "320000")
    published = {one["address"] for one in registry.lines("records", "--offline", "--published")}
    assert {"330100/project/2017/ELSEWHERE", "000000/project/2017/PUBLISHED"} <= published
    assert_all_same(registry, UNITS_OF_320000)
    figures = registry.json("totals", *PROJECTS, "--committee", "320000", "--offline")["rows"][0]["figures"]
    assert "overlap" in figures["quantity"]
    reported = registry.json("totals", *PROJECTS, "--committee", "320100", "--offline")["rows"][0]["figures"]
    assert reported["quantity"]["difference"]["value"] == 90 - (3 + 7 + 30 + 9)


def test_the_whole_tree_and_a_single_county(registry, client):
    fill_by_all_rules(client)
    sync(registry, "000000", "top")
    assert_all_same(registry, [code for code, *_ in TREE], "top")
    sync(registry, "320104", "county")
    assert_all_same(registry, ["320104"], "county")


@pytest.mark.parametrize("seed", range(times(4)))
def test_random_records_and_moves(registry, client, seed):
    """Pulled again and again in the middle, so that every page changes what an earlier one brought."""
    chance = random.Random(seed)
    top = chance.choice(["000000", "320000", "110000"])
    played = oracle.Oracle(TREE)
    for _ in range(3):
        for _ in range(25):
            draw = chance.random()
            if draw < 0.2 and played.records:
                played.withdraw(client, chance.choice(sorted(played.records)))
            elif draw < 0.3:
                played.move(client, chance)
            else:
                played.put(client, played.draw(chance))
        sync(registry, top)
        below = [unit for unit in played.parent if top in played.path(unit)]
        for unit in chance.sample(below, min(len(below), 4)):
            for by in ([], ["--by", "stage"], ["--by", "stage,is_pilot"]):
                assert_same(registry, *PROJECTS, "--committee", unit, "--children", *by)
            assert_same_trace(registry, *PROJECTS, "--committee", unit, "--measure", "quantity")


def test_a_place_that_was_moved_out_of_the_subtree(registry, client):
    put_project(client, "320100/A", 7, env={"place": "320102"})
    client.import_committees(("320102", "玄武区", 4, "330100"))
    sync(registry, "320000")
    (online, offline) = [
        [(row["by"]["place"], row["figures"]) for row in json.loads(text)["rows"]]
        for _, text in both(registry, "totals", *PROJECTS, "--committee", "320000", "--by", "place")]
    assert offline == online
    assert [place for place, _ in offline] == ["320102"]


# --- how old, and what it does not know ---

def test_it_says_how_old_it_is_and_does_not_move(registry, client):
    put_project(client, "320102/A", 7)
    sync(registry, "320000")
    position = client.position()
    put_project(client, "320102/B", 5)
    done = registry.cli("totals", *PROJECTS, "--offline", "--format", "json")
    answer = json.loads(done.stdout)
    assert answer["position"] == position
    copy = answer["copy"]
    assert (copy["committee"], copy["position"], copy["complete"], copy["waiting"]) == ("320000", position, True, 0)
    assert answer["rows"][0]["committee"] == "320000"
    assert answer["rows"][0]["figures"]["quantity"]["value"] == 7
    assert "320000" in done.stderr and f"position {position}." in done.stderr
    assert registry.cli("totals", *PROJECTS, "--offline", "--quiet").stderr == ""
    sync(registry, "320000")
    assert registry.json("totals", *PROJECTS, "--offline")["rows"][0]["figures"]["quantity"]["value"] == 12


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_a_line_it_answers_and_is_offered(registry, client, lang):
    put_project(client, "320102/A", 7)
    sync(registry, "320000")
    registry.stop()
    assert registry.json("totals", *PROJECTS, "--offline")["rows"][0]["figures"]["quantity"]["value"] == 7
    assert len(registry.lines("trace", *PROJECTS, "--offline")) == 2
    for command in ("totals", "trace"):
        done = registry.cli(command, *PROJECTS, "--lang", lang)
        assert (done.returncode, done.stdout) == (3, "")
        assert "320000" in done.stderr and "--offline" in done.stderr
    assert "--offline" not in registry.cli("totals", *PROJECTS, "--profile", "other").stderr


@pytest.mark.parametrize("command", ["totals", "trace"])
def test_no_copy_is_said_with_what_to_do(registry, command):
    done = registry.cli(command, *PROJECTS, "--offline")
    assert (done.returncode, done.stdout) == (2, "")
    assert "taizhang sync" in done.stderr


@pytest.mark.parametrize("command", ["totals", "trace"])
@pytest.mark.parametrize("unit", ["000000", "330000", "999999"])
def test_units_outside_are_refused(registry, client, command, unit):
    put_project(client, "330000/A", 7)
    sync(registry, "320000")
    done = registry.cli(command, *PROJECTS, "--committee", unit, "--offline")
    assert (done.returncode, done.stdout) == (2, "")
    assert unit in done.stderr and "320000" in done.stderr


def test_half_a_copy_gives_no_figure(registry, client):
    put_project(client, "320102/A", 7)
    sync(registry, "320000")
    (path,) = registry.home.glob(".local/state/taizhang/default.db")
    with sqlite3.connect(path) as profile:
        profile.execute("UPDATE copy SET complete = 0")
    profile.close()
    done = registry.cli("totals", *PROJECTS, "--offline")
    assert (done.returncode, done.stdout) == (2, "")
    assert "taizhang sync" in done.stderr
    sync(registry, "320000")
    assert_same(registry, *PROJECTS, "--committee", "320000")


@pytest.mark.parametrize("wrong", [["--basis", "accepted"], ["--period", "2017Q9"], ["--by", "title"],
                                   ["--by", "stage,place,is_pilot"], ["--measure", "nothing"]])
def test_what_the_registry_refuses_is_refused(registry, wrong):
    sync(registry, "320000")
    online, offline = both(registry, "totals", "--kind", "project",
                           *([] if "--period" in wrong else ["--period", "2017"]), "--committee", "320000", *wrong)
    assert online == offline == (2, "")


def test_a_long_trace_in_pages(registry, client):
    for batch in range(3):
        client.put(*[record(f"320104/funding/2017/{batch}-{n}", bodies.funding(10**7 + n), confirmed=True)
                     for n in range(500)])
    sync(registry, "320000")
    options = ("--kind", "funding", "--period", "2017", "--committee", "320000", "--measure", "amount")
    _, lines = assert_same_trace(registry, *options)
    assert len(lines) == 1501
    _, lines = assert_same_trace(registry, *options, "--limit", "1200")
    assert len(lines) == 1201
