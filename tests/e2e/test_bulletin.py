# SPDX-License-Identifier: Apache-2.0
"""The sample return of 2017: its figures, as a reader of the bulletin would check them."""

import datetime

import pytest

from registry import SHARE


def totals(registry, kind, *options):
    return registry.json("totals", "--kind", kind, "--period", "2017", *options)


def only(answer):
    assert len(answer["rows"]) == 1
    return answer["rows"][0]["figures"]


def figure(value, qualifier, records, unquantified, text):
    return {"value": value, "qualifier": qualifier, "records": records, "unquantified": unquantified, "text": text}


def core(found):
    return (found["value"], found["qualifier"], found["unquantified"])


def by(answer, field):
    """Rows of a breakdown, by the value's name."""
    return {row["by"][field]: row for row in answer["rows"]}


def test_funding_of_the_nation(bulletin):
    answer = totals(bulletin, "funding")
    assert only(answer)["amount"] == figure(12294000000, "over", 6, 1, "12294余万元")


def test_answer_has_the_agreed_members(bulletin):
    answer = totals(bulletin, "funding")
    assert answer["kind"] == "funding"
    assert answer["period"] == "2017"
    assert answer["basis"] == "submitted"
    assert set(answer) == {"position", "tree", "kind", "period", "basis", "rows"}
    with bulletin.client() as client:
        assert answer["position"] == client.position()
    assert abs(datetime.date.fromisoformat(answer["tree"]) - datetime.date.today()) <= datetime.timedelta(days=1)
    row = answer["rows"][0]
    assert (row["committee"], row["name"]) == ("000000", "全国")
    assert "by" not in row and "labels" not in row


def test_a_measure_nobody_stated_is_absent(bulletin):
    assert "paid" not in only(totals(bulletin, "funding"))


def test_records_and_committees_are_figures(bulletin):
    figures = only(totals(bulletin, "funding"))
    assert figures["records"]["value"] == 7
    assert figures["committees"]["value"] == 7
    assert figures["committees"]["levels"] == {"province": 6, "prefecture": 1}


def test_funding_of_guangxi(bulletin):
    answer = totals(bulletin, "funding", "--committee", "450000")
    assert only(answer)["amount"] == figure(200000000, "exact", 1, 0, "200万元")


def test_funding_by_source(bulletin):
    rows = by(totals(bulletin, "funding", "--by", "source"), "source")
    welfare = rows["welfare_lottery"]
    assert welfare["committee"] == "000000"
    assert welfare["name"] == "全国"
    assert welfare["by"] == {"source": "welfare_lottery"}
    assert welfare["labels"] == {"source": "福彩"}
    assert welfare["figures"]["amount"] == figure(300000000, "exact", 1, 0, "300万元")
    stated = [row["figures"]["amount"]["value"] for row in rows.values() if "amount" in row["figures"]]
    assert sum(value for value in stated if value) == 12294000000


def test_a_value_nobody_stated_is_listed(bulletin):
    rows = by(totals(bulletin, "funding", "--by", "acquisition"), "acquisition")
    unstated = rows[None]
    assert unstated["labels"] == {"acquisition": "未填"}
    assert core(unstated["figures"]["amount"]) == (9000000000, "over", 1)


def test_projects(bulletin):
    found = only(totals(bulletin, "project"))["quantity"]
    assert core(found) == (754, "over", 5)
    assert found["records"] == 9


@pytest.mark.parametrize("measure, expected", [
    ("person_times", (21200, "over", 0)),
    ("persons", (300000, "nearly", 0)),
    ("households", (4000, "over", 0)),
    ("cases", (200, "nearly", 0)),
    ("activities", (300, "over", 1)),
])
def test_outputs(bulletin, measure, expected):
    assert core(only(totals(bulletin, "output"))[measure]) == expected


def test_works_are_only_some(bulletin):
    assert only(totals(bulletin, "output"))["works"] == figure(None, "some", 1, 1, "若干")


def test_posts(bulletin):
    assert core(only(totals(bulletin, "post"))["quantity"]) == (780, "exact", 1)


def test_workers(bulletin):
    assert core(only(totals(bulletin, "worker"))["quantity"]) == (170, "exact", 2)


def test_posts_and_workers_are_never_added(bulletin):
    for kind in ("post", "worker"):
        values = [found["value"] for found in only(totals(bulletin, kind)).values()]
        assert 950 not in values


def test_policies_by_status(bulletin):
    rows = by(totals(bulletin, "policy", "--by", "status"), "status")
    labels = {row["labels"]["status"]: row["figures"]["committees"] for row in rows.values()}
    assert labels["下发"]["levels"]["province"] == 12
    assert labels["起草"]["levels"]["province"] == 19


def test_liaison(bulletin):
    rows = by(totals(bulletin, "liaison", "--by", "liaison_kind"), "liaison_kind")
    labels = {row["labels"]["liaison_kind"]: row["figures"]["committees"] for row in rows.values()}
    assert labels["沟通对接"]["levels"] == {"province": 31}
    assert labels["专题会议"]["levels"] == {"province": 31}


def test_coverage_of_hainan(bulletin):
    figures = only(totals(bulletin, "coverage", "--committee", "460000"))
    assert core(figures["units_covered"]) == (218, "exact", 0)
    assert core(figures["units_total"]) == (218, "exact", 0)


def test_several_values_are_marked_as_not_additive(bulletin):
    assert totals(bulletin, "project", "--by", "service_fields")["additive"] is False


def test_second_level_of_the_service_fields(bulletin):
    first = by(totals(bulletin, "project", "--by", "service_fields"), "service_fields")
    second = by(totals(bulletin, "project", "--by", "service_fields.2"), "service_fields.2")
    assert {row["labels"]["service_fields"] for row in first.values()} >= {"身心健康促进", "社会保障支持"}
    assert {row["labels"]["service_fields.2"] for row in second.values()} >= {"心理疏导", "扶贫帮困"}


def test_funding_opens_to_its_records(bulletin):
    with bulletin.client() as client:
        found, rows = client.trace("funding", "amount")
        assert found.sum.value == 12294000000
        assert sum(row.quantity.value for row in rows) == 12294000000
        assert sorted(row.record.address.committee for row in rows) == [
            "110000", "140000", "330000", "440000", "450100", "510000"]


def test_python_reads_the_same_figures(bulletin):
    with bulletin.client() as client:
        assert client.total("funding", "amount") == (12294000000, "over", 6, 1)
        assert client.total("project", "quantity") == (754, "over", 9, 5)
        assert client.total("funding", "amount", "450000") == (200000000, "exact", 1, 0)


@pytest.mark.parametrize("home", ["home", "elsewhere"])
def test_a_second_submission_changes_nothing(bulletin, home):
    """From the profile that sent it, and from one that never saw it."""
    (bulletin.folder / home).mkdir(exist_ok=True)
    with bulletin.client() as client:
        before = client.position()
        for path in sorted((SHARE / "bulletin").glob("*.csv")):
            lines = bulletin.lines("submit", path, env={"HOME": str(bulletin.folder / home)})
            assert {line["outcome"] for line in lines} == {"UNCHANGED"}, path
        assert client.position() == before


def test_the_table_reads_well(bulletin):
    for lang, word in (("zh", "12294余万元"), ("en", "12294")):
        out = bulletin.run("totals", "--kind", "funding", "--period", "2017", "--lang", lang)
        assert word in out
