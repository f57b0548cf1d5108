#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What taizhang writes opens in LibreOffice, and what LibreOffice makes of it are the same records.

    /usr/bin/python3 tests/libreoffice.py            needs soffice, and a build in build/release (or TZ_BUILD)

Workbooks of every kind of the sample return (records --format xlsx), templates with the year before in them, the numbered
file and the rejected rows of a submission are opened by LibreOffice and saved as .xlsx and as .csv. Both are submitted: the
registry must find every record unchanged, and every rejected row wrong in the same way.
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("TZ_BUILD", str(SOURCE / "build" / "release"))
sys.path.insert(0, str(SOURCE / "tests" / "support"))

from registry import SHARE, Registry  # noqa: E402
from workbook import book_of  # noqa: E402

# UTF-8, separated by commas, every cell quoted as text only where it must be, as shown.
CSV = "csv:Text - txt - csv (StarCalc):44,34,76"


class Office:
    """LibreOffice with a profile of its own."""

    def __init__(self, folder):
        self.folder, self.made = folder, 0

    def convert(self, path, form):
        """path, saved anew; several sheets become the first one in CSV."""
        self.made += 1
        out = self.folder / f"saved-{self.made}"
        done = subprocess.run(["soffice", f"-env:UserInstallation=file://{self.folder}/profile", "--headless", "--convert-to",
                               CSV if form == "csv" else form, "--outdir", out, path], capture_output=True, text=True, timeout=300)
        saved = out / f"{path.stem}.{form}"
        assert saved.exists(), f"LibreOffice does not open {path.name}: {done.stdout}{done.stderr}"
        return saved


class Check:
    def __init__(self, registry, office):
        self.registry, self.office, self.failures = registry, office, 0

    def outcomes(self, path, *options):
        done = self.registry.cli("submit", path, "--format", "json", *options)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return rows, done.stderr

    def say(self, what, wrong):
        self.failures += bool(wrong)
        print(f"{'NO ' if wrong else 'ok '} {what}" + (f": {wrong}" if wrong else ""), flush=True)

    def unchanged(self, what, path, count, *options):
        """Both conversions hold these records: nothing changes."""
        for form in ("xlsx", "csv"):
            rows, told = self.outcomes(self.office.convert(path, form), *options)
            bad = [row for row in rows if row["outcome"] != "UNCHANGED"]
            wrong = f"{len(rows)} rows of {count}; {bad[:3]} {told}" if bad or len(rows) != count else ""
            self.say(f"{what}, saved as .{form}: {count} records", wrong)


def records(check, folder):
    for source in sorted((SHARE / "bulletin").glob("*.csv")):
        kind = source.stem
        path = folder / f"{kind}.xlsx"
        check.registry.run("records", "--committee", "000000", "--kind", kind, "--private", "--format", "xlsx", "--output", path)
        rows, told = check.outcomes(path)
        assert rows and {row["outcome"] for row in rows} == {"UNCHANGED"}, told
        check.unchanged(f"records of {kind}", path, len(rows))


def blank_templates(check, folder):
    """Their headers are still understood, and rows that nobody filled in are none."""
    for source in sorted((SHARE / "bulletin").glob("*.csv")):
        path = folder / f"{source.stem}-blank.xlsx"
        check.registry.run("template", source.stem, "--all", "--committee", "330000", "--period", "2018", "--output", path)
        for form in ("xlsx", "csv"):
            rows, told = check.outcomes(check.office.convert(path, form), "--kind", source.stem, "--dry-run")
            check.say(f"blank template of {source.stem}, saved as .{form}", "" if not rows and "refused" not in told else told)


def owner_of(check, kind):
    """The committee and the period with most records of the kind."""
    listed = check.registry.lines("records", "--committee", "000000", "--kind", kind)
    addresses = collections.Counter(tuple(line["address"].split("/")[::2]) for line in listed)
    return addresses.most_common(1)[0][0]


def carried_over(check, folder):
    """The records of the period before as new ones: submitted as they stand, then as LibreOffice saved them."""
    for source in sorted((SHARE / "bulletin").glob("*.csv")):
        kind = source.stem
        committee, period = owner_of(check, kind)
        path = folder / f"{kind}-2019.xlsx"
        check.registry.run("template", kind, "--committee", committee, "--prefill", "--from", period, "--period", "2019",
                           "--private", "--output", path)
        rows, told = check.outcomes(path, "--kind", kind)
        assert rows, told
        if all(row["outcome"] == "CREATED" for row in rows):
            check.unchanged(f"template of {kind} with {period}", path, len(rows), "--kind", kind)
            continue
        # What must be stated anew was left empty: the same rows are wrong in the same way, wherever they are read.
        wrong = [(row["row"], row["address"], row["errors"]) for row in rows]
        for form in ("xlsx", "csv"):
            again, _ = check.outcomes(check.office.convert(path, form), "--kind", kind)
            same = [(row["row"], row["address"], row["errors"]) for row in again] == wrong
            check.say(f"template of {kind} with {period}, saved as .{form}: {len(rows)} rows, as empty as they were",
                      "" if same else again[:3])


ROWS = [["2017年项目统计表"], ["序号", "报送单位", "报告期", "名称", "项目数", "合同金额（万元）", "开始日期"],
        [1, "320100", 2017, "关爱行动", "200余个", 12.5, "2017-07"], [2, "320100", 2017, "志愿服务", 3, 300, "2017-07-31"],
        [3, "320100", 2017, "志愿服务", 3, "三百", "2017-07-31"], ["合计", "", "", "", "", 312.5]]


def numbered_and_rejected(check, folder):
    path = folder / "project.xlsx"
    path.write_bytes(book_of(ROWS).bytes())
    rows, told = check.outcomes(path)
    assert [row["outcome"] for row in rows] == ["CREATED", "CREATED", "REJECTED"], told
    [numbered] = folder.glob("project_*.xlsx")
    [rejected] = folder.glob("project*.rejected.xlsx")
    wrong = [(row["row"], row["address"], row["errors"]) for row in rows]
    for form in ("xlsx", "csv"):
        again, told = check.outcomes(check.office.convert(numbered, form), "--kind", "project")
        fine = [row["outcome"] for row in again] == ["UNCHANGED", "UNCHANGED", "REJECTED"] and \
            [(row["row"], row["address"], row["errors"]) for row in again] == wrong
        check.say(f"numbered file, saved as .{form}", "" if fine else f"{again} {told}")
        again, told = check.outcomes(check.office.convert(rejected, form), "--kind", "project")
        fine = [(row["address"], row["errors"]) for row in again] == [one[1:] for one in wrong[2:]]
        check.say(f"rejected rows, saved as .{form}", "" if fine else f"{again} {told}")


def main():
    if not shutil.which("soffice"):
        print("LibreOffice (soffice) is not installed: nothing was checked. Debian has it in libreoffice-calc.")
        return 0
    with tempfile.TemporaryDirectory(prefix="tz-libreoffice-") as name:
        folder = pathlib.Path(name)
        registry = Registry(folder).start()
        try:
            registry.load_sample()
            check = Check(registry, Office(folder))
            records(check, folder)
            numbered_and_rejected(check, folder)
            blank_templates(check, folder)
            carried_over(check, folder)
        finally:
            registry.close()
    print(f"{check.failures} of these failed." if check.failures else "All of it is the same.")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
