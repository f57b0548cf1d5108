# SPDX-License-Identifier: Apache-2.0
"""The unattended uploader: files come into a folder in every way that files come, and each row is in the registry
once, each file in one place, whatever happens to the process, the disk and the line."""

import csv
import json
import os
import random
import resource
import signal
import subprocess
import zipfile

import pytest

import faults
from registry import CLI, REPORT, SLOW, times
from tzclient import wait_until
import workbook

# Every file passes these; the other one only a file that is all there is.
STEPS = [name for name in faults.names("watch.") if name != "watch.beyond"]

HEADER = "报送单位,编号,报告期,名称,项目数\n"


def row(key, amount="1", committee="320100"):
    return f"{committee},{key},2017,名称{key},{amount}\n"


def rows(*keys):
    return HEADER + "".join(row(key) for key in keys)


class Watch:
    """A watched folder and, while it runs, its process."""

    def __init__(self, registry, folder=None, *options, settle=0):
        self.registry = registry
        self.folder = folder or registry.folder / "in"
        self.folder.mkdir(exist_ok=True)
        self.options = ["--settle", settle, "--poll", 1, *options]
        self.out = registry.folder / "watch.out"
        self.err = registry.folder / "watch.err"
        self.env = {}
        self.process = None

    def command(self, *more):
        return [str(part) for part in [CLI, "watch", self.folder, *self.options, "--format", "json", *more]]

    def start(self, *more, wrapper=()):
        with open(self.out, "ab") as out, open(self.err, "ab") as err:
            self.process = subprocess.Popen([*wrapper, *self.command(*more)], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=err, env=self.registry.environment(**self.env))
        wait_until(lambda: self.process.poll() is not None or (self.taking("status.json").exists() and self.status()["pid"] == self.process.pid), "the status", 30 * SLOW)
        return self

    def taking(self, name):
        return self.folder / ".taking" / name

    def stop(self, code=0, sign=signal.SIGTERM):
        self.process.send_signal(sign)
        assert self.process.wait(60 * SLOW) == code, self.said()
        self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def once(self, *more, code=0, **environment):
        done = subprocess.run(self.command("--once", *more), capture_output=True, text=True, timeout=120 * SLOW,
                              env=self.registry.environment(**{**self.env, **environment}))
        with open(self.out, "a") as out, open(self.err, "a") as err:
            out.write(done.stdout)
            err.write(done.stderr)
        assert code is None or done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def said(self):
        return self.out.read_text() + self.err.read_text()

    def lines(self, event=None):
        found = [json.loads(line) for line in self.out.read_text().splitlines() if line.endswith("}")]
        return [line for line in found if event is None or line["event"] == event]

    def files(self):
        return [(line["file"], line["result"], line["to"]) for line in self.lines("file")]

    def status(self):
        return json.loads((self.folder / ".taking" / "status.json").read_text())

    def put(self, name, text, encoding="utf-8"):
        """As a careful program does: under another name first."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        hidden = path.with_name(".new")
        hidden.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        hidden.rename(path)
        return path

    def has(self, *names):
        return all((self.folder / name).exists() for name in names)

    def wait(self, *names, seconds=30):
        wait_until(lambda: self.has(*names) or self.process.poll() is not None, f"{names}", seconds * SLOW)
        assert self.has(*names), self.said()

    def wait_for(self, event, number=1, seconds=30):
        wait_until(lambda: len(self.lines(event)) >= number, f"{event}: {self.said()}", seconds * SLOW)

    def outcomes(self, name):
        text = (self.folder / name).read_text("utf-8-sig")
        return [(line["row"], line["address"], line["outcome"]) for line in csv.DictReader(text.splitlines())]

    def places(self):
        """Where files lie, without what is made beside them."""
        found = [str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()]
        return sorted(name for name in found if not name.endswith(".outcomes.csv") and ".rejected" not in name
                      and name not in (".taking/lock", ".taking/status.json"))

    def in_hand(self):
        return [path for path in (self.folder / ".taking").iterdir() if path.is_dir()]


@pytest.fixture
def watch(registry):
    made = []

    def make(*options, **settings):
        one = Watch(registry, None, *options, **settings)
        made.append(one)
        return one

    yield make
    for one in made:
        if one.process is not None:
            one.kill()
        if one.err.exists():
            assert REPORT.search(one.err.read_text()) is None, one.err.read_text()


def keys(registry, kind=1):
    return sorted(record.address.key for record in registry.client().list(kind=kind))


def entries(registry):
    return registry.client().position()


# --- a file that comes ---

def test_a_file_goes_in_and_ends_in_done_with_its_outcomes(registry, watch):
    w = watch().start()
    w.put("project.csv", rows("A", "B"))
    w.wait("done/project.csv")
    assert w.outcomes("done/project.outcomes.csv") == [("2", "320100/project/2017/A", "CREATED"),
                                                       ("3", "320100/project/2017/B", "CREATED")]
    assert (w.folder / "done/project.csv").read_text() == rows("A", "B")
    assert w.places() == ["done/project.csv"]
    assert keys(registry) == ["A", "B"]
    wait_until(lambda: w.status()["state"] == "idle", "idle")
    line = w.lines("file")[0]
    assert (line["created"], line["rejected"], line["kind"]) == (2, 0, "project")
    status = w.status()
    assert status["files"] == {"done": 1, "failed": 0, "same": 0} and status["rows"]["created"] == 2
    assert status["last_file"] == "done/project.csv" and status["last_error"] is None
    assert not w.in_hand()
    w.stop()
    assert w.status()["state"] == "stopped"


def test_the_kind_comes_from_the_subfolder_the_name_or_the_option(registry, watch):
    w = watch()
    w.put("项目/二〇一七.csv", rows("A"))
    w.put("funding/x.csv", "报送单位,编号,报告期,金额（万元）,来源\n320100,A,2017,200,福彩\n")
    w.put("2017项目.txt", rows("B"))
    w.put("other.csv", rows("C"))
    w.once(code=1)
    assert w.has("done/项目/二〇一七.csv", "done/funding/x.csv", "done/2017项目.txt", "failed/other.csv")
    assert w.outcomes("failed/other.outcomes.csv") == [("", "", "REJECTED")]
    assert "other.csv does not tell the kind" in (w.folder / "failed/other.outcomes.csv").read_text()
    assert keys(registry) == ["A", "B"] and keys(registry, 2) == ["A"]
    w.options += ["--kind", "project"]
    w.put("other.csv", rows("C"))
    w.once()
    assert keys(registry) == ["A", "B", "C"]


def test_a_workbook_and_other_encodings(registry, watch):
    w = watch()
    cells = [line.split(",") for line in rows("A", "B").splitlines()]
    w.put("project.xlsx", workbook.book_of(cells).bytes())
    w.put("project2.csv", rows("C"), "gb18030")
    w.once()
    assert keys(registry) == ["A", "B", "C"]
    assert w.places() == ["done/project.xlsx", "done/project2.csv"]


def test_refused_rows_send_the_file_to_failed_and_good_rows_in(registry, watch):
    w = watch()
    w.put("project.csv", rows("A") + row("B", "很多") + row("C"))
    lines = w.once(code=1)
    assert w.outcomes("failed/project.outcomes.csv") == [
        ("2", "320100/project/2017/A", "CREATED"), ("3", "320100/project/2017/B", "REJECTED"),
        ("4", "320100/project/2017/C", "CREATED")]
    assert keys(registry) == ["A", "C"]
    assert lines[-1]["result"] == "failed" and lines[-1]["rejected"] == 1
    assert w.status()["rows"]["rejected"] == 1
    # Corrected it goes in, and what was in costs nothing.
    before = entries(registry)
    w.put("project.csv", rows("A", "B", "C"))
    w.once()
    assert keys(registry) == ["A", "B", "C"] and entries(registry) == before + 1


def test_rows_that_the_registry_refuses(registry, watch):
    w = watch()
    w.put("project.csv", rows("A") + row("B", committee="999999"))
    w.once(code=1)
    assert [line[2] for line in w.outcomes("failed/project.outcomes.csv")] == ["CREATED", "REJECTED"]


def test_rejected_rows_come_back_are_corrected_and_go_in(registry, watch):
    w = watch()
    w.put("project.csv", rows("A") + row("B", "很多"))
    w.once(code=1)
    back = w.folder / "failed/project.rejected.csv"
    text = back.read_text("utf-8-sig")
    assert "B" in text and ",A,2017" not in text and "Reasons" in text
    (w.folder / "project.rejected.csv").write_text(text.replace("很多", "3"))
    line = w.once()[-1]
    assert (line["file"], line["created"], line["to"]) == ("project.csv", 1, "done/project.csv")
    assert keys(registry) == ["A", "B"]


def test_rejected_rows_that_cannot_be_written_hold_the_file(registry, watch):
    w = watch()
    cells = [line.split(",") for line in (rows("A") + row("B", "很多")).splitlines()]
    w.put("project.xlsx", workbook.book_of(cells).bytes())
    registry.stop()
    w.once(code=3)
    registry.start()
    hand, = w.in_hand()
    others = [hand / f"project.rejected{number}.xlsx" for number in ("", *range(-2, -1000, -1))]
    for path in others:
        path.write_text("x")
    w.once(code=6)
    assert w.in_hand() == [hand] and not w.has("failed")
    blocked = w.lines("blocked")[0]
    assert blocked["file"] == "project.xlsx" and "cannot be written" in blocked["error"]
    for path in others:
        path.unlink()
    w.once(code=1)
    assert w.has("failed/project.xlsx", "failed/project.rejected.xlsx")
    assert keys(registry) == ["A"] and len(w.lines("file")) == 1
    assert "came back in project.rejected.xlsx" in w.err.read_text() and ".taking" not in w.err.read_text()


def test_rows_that_only_the_registry_rejects_come_back_too(registry, watch):
    w = watch()
    cells = [line.split(",") for line in (rows("A") + row("B", committee="999999")).splitlines()]
    w.put("project.xlsx", workbook.book_of(cells).bytes())
    registry.stop()
    w.once(code=3)
    registry.start()
    w.once(code=1)
    assert w.has("failed/project.xlsx", "failed/project.rejected.xlsx", "failed/project.outcomes.csv")


def test_a_file_without_numbers_comes_back_numbered(registry, watch):
    w = watch()
    plain = "报送单位,报告期,名称,项目数\n320100,2017,青年之家,1\n320100,2017,志愿服务,2\n"
    w.put("project.csv", plain)
    w.once()
    numbered = w.folder / "done/project_已编号.csv"
    assert w.places() == ["done/project.csv", "done/project_已编号.csv"]
    given = keys(registry)
    assert len(given) == 2 and all(key in numbered.read_text("utf-8-sig") for key in given)
    # The clerk goes on with that one: a change, and a row more in the middle.
    before = entries(registry)
    lines = numbered.read_text("utf-8-sig").splitlines()
    lines[2:2] = [lines[1].replace(given[0], "").replace(given[1], "").replace("青年之家", "新的")]
    (w.folder / "project_已编号.csv").write_text("\n".join(lines).replace("志愿服务", "志愿服务队") + "\n")
    w.once()
    assert entries(registry) == before + 2 and len(keys(registry)) == 3
    assert not w.in_hand()
    # What the profile remembers of the numbered file is where it lies, not where it was made.
    said = registry.cli("submit", "--lang", "en", w.put(".project.csv", plain), "--kind", "project").stderr
    assert ".taking" not in said


def test_a_file_that_needs_a_person_fails_with_the_question(registry, watch):
    w = watch()
    w.put("project.csv", rows(*(f"K{n}" for n in range(20))))
    w.once()
    shifted = HEADER + "".join(row(f"K{n}").replace(f"名称K{n}", f"名称K{n + 1}") for n in range(20))
    w.put("project.csv", shifted)
    w.once(code=1)
    assert w.outcomes("failed/project.outcomes.csv") == [("", "", "REJECTED")]
    assert {record.revision for record in registry.client().list(kind=1)} == {1}
    w.options += ["--not-shifted"]
    w.put("project.csv", shifted)
    w.once()
    assert {record.revision for record in registry.client().list(kind=1)} == {2}


def test_a_whole_file_withdraws_what_is_beyond_it(registry, watch):
    w = watch("--whole", "--yes", "--reason", "不再存在")
    w.put("project.csv", rows("A", "B", "C", "D", "E"))
    w.once()
    assert keys(registry) == ["A", "B", "C", "D", "E"]
    w.put("project.csv", rows("A", "B", "C", "D"))
    line = w.once()[-1]
    assert keys(registry) == ["A", "B", "C", "D"] and line["withdrawn"] == 1
    name = line["to"].replace(".csv", ".outcomes.csv")
    assert ("", "320100/project/2017/E", "WITHDRAWN") in w.outcomes(name)
    assert "不再存在" in registry.run("history", "320100/project/2017/E")
    # The same again compares again: somebody else may have added something.
    other = registry.folder / "x.csv"
    other.write_text(rows("Z"))
    registry.run("submit", other, "--kind", "project", "--profile", "other")
    w.put("project.csv", rows("A", "B", "C", "D"))
    w.once()
    assert keys(registry) == ["A", "B", "C", "D"]


def test_a_whole_file_that_is_not_all_withdraws_nothing_and_says_so(registry, watch):
    w = watch("--whole", "--yes", "--reason", "x")
    w.put("project.csv", rows("A", "B", "C", "D", "E"))
    w.once()
    for n, text in enumerate([rows("A", "B", "C") + row("D", "很多"), rows("A")]):  # a bad row; most of them gone
        w.put(f"project{n}.csv", text)
        w.once(code=1)
        assert keys(registry) == ["A", "B", "C", "D", "E"]
        assert ("", "", "NOT_WHOLE") in w.outcomes(f"failed/project{n}.outcomes.csv")


def test_corrected_rows_of_a_whole_file_withdraw_nothing(registry, watch):
    w = watch("--whole", "--yes", "--reason", "x")
    w.put("project.csv", rows("A", "B", "C") + row("D", "很多"))
    w.once(code=1)
    back = next(w.folder.glob("failed/project.rejected*.csv"))
    w.put("project.rejected.csv", back.read_text("utf-8-sig").replace("很多", "2", 1))
    line = w.once()[-1]
    assert keys(registry) == ["A", "B", "C", "D"] and line["to"].startswith("done/")


@pytest.mark.parametrize("name", ["project.rejected.csv", "project.rejected-2.csv"])
def test_rows_that_came_back_are_never_the_whole(registry, watch, name):
    """Also without the column 退回原因, which somebody may well remove while correcting."""
    w = watch("--whole", "--yes", "--reason", "不再存在")
    w.put("project.csv", rows("A", "B"))
    w.once()
    w.put(name, rows("C"))
    line = w.once()[-1]
    assert keys(registry) == ["A", "B", "C"]
    assert (line["file"], line["result"], line["created"], line["withdrawn"]) == ("project.csv", "done", 1, 0)
    w.put("project.csv", rows("A", "C"))
    w.once()
    assert keys(registry) == ["A", "C"]


def test_a_whole_file_without_a_line_waits_for_it(registry, watch):
    w = watch("--whole", "--yes", "--reason", "x")
    w.put("project.csv", rows("A", "B", "C", "D"))
    w.once()
    registry.stop()
    w.put("project.csv", rows("A", "B", "C", "E"))
    w.once(code=3)
    registry.start()
    w.once()
    assert keys(registry) == ["A", "B", "C", "E"] and not w.in_hand()


@faults.needed
@pytest.mark.parametrize("point", ["watch.beyond", *STEPS])
def test_a_whole_file_killed_at_every_step(registry, watch, point):
    w = watch("--whole", "--yes", "--reason", "x")
    w.put("project.csv", rows("A", "B", "C", "D"))
    w.once()
    w.put("project.csv", rows("A", "B", "C", "E"))
    w.once(code=-signal.SIGKILL, **faults.at(point))
    w.once(code=None)
    assert keys(registry) == ["A", "B", "C", "E"] and not w.in_hand()
    outcomes = max((w.outcomes(f"done/{path.name}") for path in (w.folder / "done").glob("*.outcomes.csv")), key=len)
    assert sorted(line[2] for line in outcomes) == ["CREATED", "UNCHANGED", "UNCHANGED", "UNCHANGED", "WITHDRAWN"]
    assert registry.client().get("320100/project/2017/D").revision == 2


def test_files_that_are_none_of_ours_stay(registry, watch):
    w = watch()
    names = ["~$project.xlsx", ".project.csv", "project.csv.part", "project.csv.crdownload", "project.tmp",
             "note.pdf", "project.xls", "project.outcomes.csv"]
    for name in names:
        (w.folder / name).write_text(rows("A"))
    (w.folder / "project.csv").mkdir()
    (w.folder / "link.csv").symlink_to("/etc/passwd")
    os.mkfifo(w.folder / "pipe.csv")
    (w.folder / "other").mkdir()
    (w.folder / "other" / "project.csv").write_text(rows("A"))
    w.once()
    assert keys(registry) == [] and w.files() == []
    assert all((w.folder / name).exists() for name in [*names, "other/project.csv"])


def test_columns_are_mapped_as_told(registry, watch):
    w = watch("--map", "名字=title")
    w.put("project.csv", rows("A").replace("名称,", "名字,"))
    w.once()
    assert keys(registry) == ["A"]


def test_hostile_content_fails_with_its_reason_and_holds_nobody_up(registry, watch):
    w = watch("--give-up", "0")
    w.put("1project.csv", b"\xff\xfe\xfd\xfc" + os.urandom(3000))
    w.put("2project.xlsx", b"PK\3\4" + os.urandom(3000))
    w.put("3project.csv", b"")
    w.put("4project.csv", b"\0" * 5000)
    w.put("5project.csv", '报送单位,编号\n"320100,A')
    w.put("6project.xlsx", workbook.pack({"a": "b"}))
    w.put("7project.csv", "a,b,c\n1,2,3\n")
    w.put("8project.csv\n\x1b[31m.csv", "a,b,c\n1,2,3\n")
    w.put("项" * 83 + ".csv", rows("A"))
    w.put("project.csv", rows("A", "B"))
    w.once(code=1)
    assert len([name for name in w.places() if name.startswith("failed/")]) == 9
    assert w.has("done/project.csv") and keys(registry) == ["A", "B"]
    for path in (w.folder / "failed").glob("*.outcomes.csv"):
        assert "REJECTED" in path.read_text()
    assert not w.in_hand()
    assert len(w.lines("file")) == 10


# --- a file that is not there yet ---

def test_half_a_file_is_never_taken(registry, watch):
    w = watch().start()
    with open(w.folder / "project.csv", "w", encoding="utf-8") as slow:
        slow.write(HEADER + row("A"))
        slow.flush()
        w.wait_for("not_whole")
        assert w.lines("not_whole")[0]["reason"] == "writer"
        wait_until(lambda: w.status()["waiting"]["not_whole"] == 1 and w.status()["state"] == "waiting", "waiting")
        assert keys(registry) == [] and w.has("project.csv")
        slow.write(row("B"))
    w.wait("done/project.csv")
    assert keys(registry) == ["A", "B"]
    assert [line[2] for line in w.outcomes("done/project.outcomes.csv")] == ["CREATED", "CREATED"]
    w.stop()


def test_half_a_workbook_is_not_taken_although_nobody_has_it_open(registry, watch):
    whole = workbook.book_of([line.split(",") for line in rows("A", "B").splitlines()]).bytes()
    w = watch().start()
    path = w.folder / "project.xlsx"
    path.write_bytes(whole[:len(whole) // 2])
    w.wait_for("not_whole")
    assert w.lines("not_whole")[0]["reason"] == "incomplete"
    with open(path, "ab") as rest:
        rest.write(whole[len(whole) // 2:])
    w.wait("done/project.xlsx")
    assert keys(registry) == ["A", "B"]
    w.stop()


def test_a_text_that_ends_inside_quotes_is_waited_for(registry, watch):
    w = watch().start()
    path = w.put("project.csv", HEADER + '320100,A,2017,"名')
    w.wait_for("not_whole")
    assert w.lines("not_whole")[0]["reason"] == "incomplete"
    with open(path, "a", encoding="utf-8") as rest:
        rest.write('称",1\n')
    w.wait("done/project.csv")
    assert keys(registry) == ["A"]
    w.stop()


def test_half_a_file_that_stays_so_fails_at_last(registry, watch):
    w = watch("--give-up", "2").start()
    whole = workbook.book_of([line.split(",") for line in rows("A").splitlines()]).bytes()
    w.put("project.xlsx", whole[:-30])
    w.wait_for("not_whole")
    w.wait("failed/project.xlsx")
    assert w.outcomes("failed/project.outcomes.csv") == [("", "", "REJECTED")]
    w.stop()


def test_a_file_that_grows_with_pauses_is_taken_when_it_is_at_rest(registry, watch):
    """Written, closed, opened again, as by a program that appends a line at a time: only time tells."""
    w = watch(settle=1).start()
    path = w.folder / "project.csv"
    path.write_text(HEADER)
    for n in range(30):
        with open(path, "a", encoding="utf-8") as more:
            more.write(row(f"K{n:02}"))
        size = path.stat().st_size
        wait_until(lambda: w.status()["waiting"]["not_whole"] == 1, "it is seen")
        assert path.stat().st_size == size
    w.wait("done/project.csv")
    assert len(keys(registry)) == 30
    w.stop()


def test_renames_in_and_over(registry, watch):
    w = watch().start()
    w.put("project.csv", rows("A"))
    w.wait("done/project.csv")
    outside = registry.folder / "outside.csv"
    for n in range(8):
        outside.write_text(rows("A", f"B{n}"))
        os.replace(outside, w.folder / "project.csv")
    wait_until(lambda: "B7" in keys(registry) and not w.has("project.csv") and not w.in_hand(), "the last one")
    # What was replaced before it was taken is gone, and nothing was mixed.
    assert set(keys(registry)) <= {"A", *(f"B{n}" for n in range(8))}
    for path in (w.folder / "done").glob("*.outcomes.csv"):
        assert "REJECTED" not in path.read_text()
    names = {path.name for path in (w.folder / "done").iterdir() if not path.name.endswith(".outcomes.csv")}
    wait_until(lambda: len(names) == len(w.files()), "a line for each")
    w.stop()


def test_touching_and_closing_again_and_again_takes_it_once(registry, watch):
    w = watch().start()
    for n in range(20):
        path = w.put(f"project{n}.csv", rows(f"A{n}"))
        try:
            for _ in range(5):
                os.utime(path)
                open(path, "rb").close()
                os.chmod(path, 0o640)
        except FileNotFoundError:
            pass  # taken already
    wait_until(lambda: len(w.lines("file")) == 20, "all of them")
    assert len(keys(registry)) == 20
    assert sorted(name for name, _, _ in w.files()) == sorted(f"project{n}.csv" for n in range(20))
    w.stop()


# --- the same again ---

def test_the_same_content_under_another_name_is_not_submitted_again(registry, watch):
    w = watch()
    w.put("project.csv", rows("A", "B"))
    w.once()
    before = entries(registry)
    w.put("project (2).csv", rows("A", "B"))
    w.once()
    assert entries(registry) == before
    assert w.outcomes("done/project (2).outcomes.csv") == [("", "", "SAME")]
    assert "done/project.csv" in (w.folder / "done/project (2).outcomes.csv").read_text()
    assert w.lines("file")[-1]["what"] == "same"
    w.put("project.csv", rows("A", "B"))
    w.once()
    assert len([name for name in w.places() if name.startswith("done/project_")]) == 1
    assert entries(registry) == before


def test_a_second_version_costs_only_what_changed(registry, watch):
    w = watch()
    w.put("project.csv", rows(*(f"K{n}" for n in range(50))))
    w.once()
    before = entries(registry)
    w.put("project.csv", rows(*(f"K{n}" for n in range(50))).replace("名称K7,1", "名称K7,2"))
    line = w.once()[-1]
    assert entries(registry) == before + 1
    assert (line["updated"], line["unchanged"], line["created"]) == (1, 49, 0)


def test_going_back_to_an_earlier_content_is_a_change(registry, watch):
    w = watch()
    contents = [rows("A", "B"), rows("A", "B").replace("名称A,1", "名称A,2")]
    for n in range(4):
        w.put("project.csv", contents[n % 2])
        w.once()
    assert registry.client().get("320100/project/2017/A").revision == 4
    assert registry.client().get("320100/project/2017/B").revision == 1


def test_a_withdrawn_record_comes_back_with_its_file(registry, watch):
    w = watch()
    w.put("project.csv", rows("A"))
    w.once()
    registry.run("withdraw", "320100/project/2017/A", "--reason", "x")
    assert keys(registry) == []
    w.put("project.csv", rows("A"))
    w.once()
    assert keys(registry) == ["A"]


def test_the_same_for_two_kinds_or_options_is_not_the_same(registry, watch):
    w = watch()
    text = "编号,报告期,名称,项目数\nA,2017,x,1\n"
    w.put("project.csv", text)
    w.options += ["--committee", "320100"]
    w.once()
    w.options[-1] = "320200"
    w.put("project.csv", text)
    w.once()
    assert registry.client().get("320100/project/2017/A") and registry.client().get("320200/project/2017/A")


# --- the line ---

def test_without_a_line_rows_wait_and_outcomes_come_when_it_is_back(registry, watch):
    w = watch().start()
    w.put("project.csv", rows("A"))
    w.wait("done/project.csv")
    registry.stop()
    w.put("project.csv", rows("A", "B") + row("C", "很多"))
    w.put("2project.csv", rows("D"))
    wait_until(lambda: w.status()["waiting"]["in_hand"] == 2, "both are in hand")
    status = w.status()
    assert status["state"] == "unreachable" and status["waiting"]["outbox"] == 2
    assert status["unreachable_since"] and status["next_try"] and status["last_error"]
    assert not w.has("project.csv") and not w.has("2project.csv")
    w.wait_for("unreachable")
    registry.start()
    w.wait_for("reachable")
    w.wait("failed/project.csv", "done/2project.csv")
    assert [line[2] for line in w.outcomes("failed/project.outcomes.csv")] == ["UNCHANGED", "CREATED", "REJECTED"]
    wait_until(lambda: w.status()["state"] == "idle" and w.status()["unreachable_since"] is None, "idle again")
    assert keys(registry) == ["A", "B", "D"]
    assert len(w.lines("unreachable")) == 1
    w.stop()


def test_once_without_a_line_says_3_and_the_next_one_ends_it(registry, watch):
    w = watch()
    registry.stop()
    w.put("project.csv", rows("A"))
    w.once(code=3)
    assert len(w.in_hand()) == 1 and w.files() == []
    w.once(code=3)
    registry.start()
    w.once()
    assert w.outcomes("done/project.outcomes.csv") == [("2", "320100/project/2017/A", "CREATED")]
    assert not w.in_hand()


@pytest.mark.parametrize("known", [True, False])
def test_another_address_while_a_file_waits(registry, watch, known):
    """The registry moves, and whoever sees to the watch says where to."""
    w = watch()
    if known:
        w.put("project.csv", rows("A"))
        w.once()
    registry.stop()
    w.put("project.csv", rows("A", "B"))
    w.once(code=3)
    registry.start()
    moved = registry.folder / "moved.sock"
    moved.symlink_to(registry.data / "taizhangd.sock")
    w.options += ["--server", f"unix:{moved}"]
    w.once()
    assert keys(registry) == ["A", "B"]
    last = w.lines("file")[-1]
    assert (last["result"], last["created"], last["replaced"]) == ("done", 1 if known else 2, 0)
    assert not w.in_hand()


def test_a_later_version_that_waits_takes_the_place_of_the_earlier(registry, watch):
    w = watch()
    registry.stop()
    w.put("project.csv", rows("A", "B"))
    w.once(code=3)
    w.put("project.csv", rows("A", "B").replace("名称A,1", "名称A,2"))
    w.once(code=3)
    assert len(w.in_hand()) == 2
    registry.start()
    w.once()
    found = {}
    for path in sorted((w.folder / "done").glob("*.outcomes.csv")):
        found[path.name] = [line[2] for line in w.outcomes(f"done/{path.name}")]
    assert sorted(found.values()) == [["CREATED", "CREATED"], ["REPLACED", "CREATED"]]
    assert registry.client().get("320100/project/2017/A").revision == 1


def test_sync_by_hand_decides_for_the_watch(registry, watch):
    w = watch()
    registry.stop()
    w.put("project.csv", rows("A"))
    w.once(code=3)
    registry.start()
    registry.run("submit", w.put("..by-hand.csv", rows("A", "Z")), "--kind", "project")
    w.once()
    assert w.outcomes("done/project.outcomes.csv") == [("2", "320100/project/2017/A", "CREATED")]


# --- the process ---

def test_only_one_watch_works_on_a_folder(registry, watch):
    w = watch().start()
    w.wait_for("start")
    wait_until(lambda: w.status()["state"] == "idle", "idle")
    second = subprocess.run(w.command("--once"), capture_output=True, text=True,
                            env=registry.environment(), timeout=60 * SLOW)
    assert second.returncode == 2 and str(w.process.pid) in second.stderr
    w.kill()
    w.once()


def test_signals(registry, watch):
    for sign in (signal.SIGTERM, signal.SIGINT):
        w = watch().start()
        w.wait_for("start")
        wait_until(lambda: w.status()["state"] in ("idle", "waiting"), "idle")
        w.process.send_signal(signal.SIGHUP)
        w.process.send_signal(signal.SIGIO)
        w.put("project.csv", rows("A"))
        w.wait("done/project.csv")
        w.stop(sign=sign)
        assert w.lines()[-1]["event"] == "stop"
        w.out.unlink()


def test_sigterm_in_the_middle_of_a_large_file(registry, watch):
    count = times(30000)
    w = watch().start()
    w.put("project.csv", rows(*(f"K{n}" for n in range(count))))
    wait_until(lambda: w.in_hand() or w.has("done/project.csv"), "it is in hand")
    w.stop()
    assert len(w.places()) == 1
    w.start()
    w.wait("done/project.csv", seconds=60)
    w.stop()
    assert len(keys(registry)) == count
    outcomes = w.outcomes("done/project.outcomes.csv")
    assert len(outcomes) == count and {line[2] for line in outcomes} == {"CREATED"}


def test_killed_at_any_moment_each_row_is_there_once_and_each_file_in_one_place(registry, watch):
    """kill -9 at random moments while files come: nothing is lost, doubled, or told wrong."""
    rng = random.Random(7)
    w = watch()
    expected, sent = {}, {}
    for n in range(max(3, times(15))):
        names = [f"project{n}-{i}.csv" for i in range(3)]
        w.start()
        for i, name in enumerate(names):
            wanted = [f"K{n}-{i}-{k}" for k in range(rng.choice([1, 3, 700]))]
            bad = rng.random() < 0.3
            w.put(name, rows(*wanted) + (row(f"BAD{n}-{i}", "很多") if bad else ""))
            sent[name] = wanted, bad
            for key in wanted:
                expected[key] = name
        seen = rng.randrange(0, 4)
        wait_until(lambda: len(w.lines("file")) >= seen or len(w.lines("file")) == len(sent), "some of them",
                   60 * SLOW)
        pause = rng.random() * 0.15
        try:
            w.process.wait(pause)
        except subprocess.TimeoutExpired:
            pass
        w.kill()
    w.start()
    wait_until(lambda: not w.in_hand() and not list(w.folder.glob("*.csv")), "everything is at its end", 120 * SLOW)
    w.stop()
    assert keys(registry) == sorted(expected)
    for record in registry.client().list(kind=1):
        assert record.revision == 1
    assert sorted(w.places()) == sorted(
        ("failed/" if bad else "done/") + name for name, (_, bad) in sent.items())
    for name, (wanted, bad) in sent.items():
        outcomes = w.outcomes(("failed/" if bad else "done/") + name.replace(".csv", ".outcomes.csv"))
        # A row whose answer was lost with the process is known to be there, not what it was then.
        told = ["CREATED" if line[2] == "UNCHANGED" else line[2] for line in outcomes]
        assert told == ["CREATED"] * len(wanted) + ["REJECTED"] * bad, name


@faults.needed
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", STEPS)
def test_killed_at_every_step(registry, watch, point, nth):
    """The second time begins with what the first one left in hand."""
    w = watch()
    w.put("project.csv", rows("A", "B") + row("BAD", "很多"))
    w.put("2project.csv", rows("C", "D"))
    w.put("3project.csv", rows("C", "D"))
    w.once(code=-signal.SIGKILL, **faults.at(point, nth))
    w.once(code=None)
    assert keys(registry) == ["A", "B", "C", "D"]
    assert [record.revision for record in registry.client().list(kind=1)] == [1] * 4
    assert w.places() == ["done/2project.csv", "done/3project.csv", "failed/project.csv"]
    told = [line[2] for line in w.outcomes("failed/project.outcomes.csv")]
    assert told == ["CREATED", "CREATED", "REJECTED"]
    first, second = ([line[2] for line in w.outcomes(f"done/{n}project.outcomes.csv")] for n in (2, 3))
    assert first == ["CREATED", "CREATED"]
    assert second in (["SAME"], ["UNCHANGED", "UNCHANGED"])
    assert not w.in_hand()


@faults.needed
@pytest.mark.parametrize("point", STEPS + faults.names("client."))
def test_killed_again_and_again_at_the_same_step(registry, watch, point):
    """Every restart gets one step further, or begins the same step again: it comes to its end in any case."""
    w = watch()
    count = times(2500)
    w.put("project.csv", rows(*(f"K{n}" for n in range(count))))
    for _ in range(3):
        done = subprocess.run(w.command("--once"), capture_output=True, timeout=60 * SLOW,
                              env=registry.environment(**faults.at(point)))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    w.once()
    assert len(keys(registry)) == count
    assert w.places() == ["done/project.csv"] and not w.in_hand()
    # A row whose answer was lost with the process is known to be there, not what it was then.
    assert {line[2] for line in w.outcomes("done/project.outcomes.csv")} <= {"CREATED", "UNCHANGED"}
    assert {record.revision for record in registry.client().list(kind=1)} == {1}


def test_a_profile_that_is_lost_costs_nothing_but_words(registry, watch, tmp_path):
    w = watch()
    w.put("project.csv", rows("A"))
    w.once()
    registry.stop()
    w.put("project.csv", rows("A", "B"))
    w.once(code=3)
    registry.start()
    w.env["XDG_STATE_HOME"] = str(tmp_path / "other")
    w.once()
    assert keys(registry) == ["A", "B"] and not w.in_hand()
    assert [record.revision for record in registry.client().list(kind=1)] == [1, 1]


# --- the disk ---

def limit_files(process, size):
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


def test_a_full_disk_holds_files_up_until_there_is_room(registry, watch):
    w = watch().start()
    w.put("project.csv", rows("A"))
    w.wait("done/project.csv")
    limit_files(w.process, 1000)
    w.put("project.csv", rows("A", "B"))
    w.wait_for("blocked")
    assert w.process.poll() is None
    assert keys(registry) == ["A"]
    assert len(w.places()) == 2  # the first, and the second where it was
    limit_files(w.process, resource.RLIM_INFINITY)
    wait_until(lambda: len(w.lines("file")) == 2, "the second", 60 * SLOW)
    assert keys(registry) == ["A", "B"] and not w.in_hand()
    w.stop()


def test_a_file_that_may_not_be_read_fails_at_last(registry, watch):
    """Also root has to ask, without the right to override."""
    w = watch("--give-up", "2")
    wrapper = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps",
               "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    w.start(wrapper=wrapper)
    path = w.put("project.csv", rows("A"))
    path.chmod(0)
    w.put("2project.csv", rows("B"))
    w.wait("done/2project.csv")
    w.wait("failed/project.csv")
    assert "cannot be read" in (w.folder / "failed/project.outcomes.csv").read_text()
    w.stop()


def test_a_folder_that_goes_away_and_comes_back(registry, watch):
    w = watch().start()
    w.put("project.csv", rows("A"))
    w.wait("done/project.csv")
    away = w.folder.with_name("away")
    w.folder.rename(away)
    w.wait_for("no_folder")
    assert w.process.poll() is None
    w.folder.mkdir()  # an empty mount point
    w.wait_for("folder")
    w.put("project.csv", rows("A", "B"))
    w.wait("done/project.csv")
    w.folder.rename(w.folder.with_name("mountpoint"))
    away.rename(w.folder)
    w.wait_for("folder", 2)
    w.put("project.csv", rows("A", "B", "C"))
    wait_until(lambda: keys(registry) == ["A", "B", "C"], "the third")
    assert w.process.poll() is None
    w.stop()


def test_a_folder_that_is_none(registry, watch):
    w = watch()
    for args, what in (["/no/such", "No such file"], [w.folder / "none", "No such file"], [__file__, "Not a dir"]):
        done = registry.cli("watch", args, "--once")
        assert done.returncode == 2 and what in done.stderr
    for args in ([], ["a", "b"], [w.folder, "--poll", "0"], [w.folder, "--settle", "x"], [w.folder, "--kind", "no"],
                 [w.folder, "--committee", "12"], [w.folder, "--format", "csv"], [w.folder, "--settle", "99999999"]):
        assert registry.cli("watch", *args).returncode == 2


def test_the_log_is_key_value_unless_json_is_asked_for(registry, watch):
    w = watch()
    w.put("project (1).csv", rows("A"))
    done = registry.cli("watch", w.folder, "--once", "--settle", "0")
    assert done.returncode == 0
    line = next(line for line in done.stdout.splitlines() if "event=file" in line)
    assert 'file="project (1).csv" result=done' in line and " created=1 " in line


def test_once_waits_for_what_is_there_and_for_nothing_else(registry, watch):
    w = watch(settle=1)
    w.once()
    with open(w.folder / "2project.csv", "w") as slow:
        slow.write(HEADER)
        w.put("project.csv", rows("A"))
        w.once()
        assert w.has("done/project.csv", "2project.csv")
        slow.write(row("B"))
    w.once()
    assert keys(registry) == ["A", "B"]


def test_jitter_begins_later_but_begins(registry, watch):
    w = watch()
    w.put("project.csv", rows("A"))
    w.once("--jitter", "1")
    assert keys(registry) == ["A"]
