# SPDX-License-Identifier: Apache-2.0
"""Sheets that LibreOffice and libxlsxwriter wrote (tests/data/office) give the records of the CSV that says the same."""

import json

import pytest

from tzclient import SOURCE

OFFICE = SOURCE / "tests" / "data" / "office"
EXPECTED = json.loads((OFFICE / "expected.json").read_text())


def test_the_corpus_is_whole():
    assert {path.name for path in OFFICE.iterdir()} == {*EXPECTED, "expected.json"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_office_sheet_holds_these_records(registry, name):
    expected = EXPECTED[name]
    twin = registry.folder / "records.csv"
    twin.write_text(expected["records"], newline="")
    kind = ["--kind", expected["kind"]]
    made = registry.lines("submit", twin, *kind)
    assert {line["outcome"] for line in made} == {"CREATED"}
    before = registry.json("status")["position"]
    done = registry.cli("submit", OFFICE / name, *kind, "--format", "json", *expected.get("options", []))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["address"] for line in lines] == [line["address"] for line in made]
    assert {line["outcome"] for line in lines} == {"UNCHANGED"}
    assert registry.json("status")["position"] == before
    for words in expected.get("says", []):
        assert words in done.stderr
