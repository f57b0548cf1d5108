# SPDX-License-Identifier: Apache-2.0
"""The clerk's handbook, client/README.zh-CN.md, is what happens: its commands are run in order, by a clerk at a terminal
in a home of her own, and print what it quotes; the sheets that it shows are filled in and found. How it is marked:

    ```console exit=1         a terminal: "$ command" lines, each with what it prints; the exit code of the last one, 0 if
                              not said. What is typed as an answer stands behind its question.
    <!-- 填 FILE -->          the table below is put into the file's first sheet, under its headers, or a CSV is made of it
    <!-- 看 FILE -->          the file's rows, in these columns, are the table below
    <!-- 别人 COMMAND -->     a colleague does this on a machine of his own
    <!-- 断网 -->, <!-- 通网 -->   the registry goes away, and comes back

TZ_HANDBOOK=write puts what the program prints now into the handbook, to be read before it is committed."""

import csv
import io
import os
import pty
import re
import select
import shlex
import subprocess
import time

from registry import CLI, SHARE, SLOW
from tzclient import SOURCE
from written import Workbook

HANDBOOK = SOURCE / "client" / "README.zh-CN.md"
CATALOGUE = SOURCE / "client" / "po" / "zh_CN.po"
MANUAL = SOURCE / "client" / "man" / "taizhang.1"
END = "<!-- 手册完 -->"
SERVER = "tz.nanjing.example:7117"
LINE = f"taizhang://{SERVER}/?c=AAECAwQFBgcICQoLDA0ODw&k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
ROLES = ("submit", "query")
HOME = "/home/lili"
STREET = "代码,名称,层级,上级\n320102007,锁金村街道,4,320102\n"

STEP = re.compile(r"^```console(?P<how>.*)\n(?P<block>(?:.*\n)*?)```$|^<!-- (?P<mark>填|看|别人|断网|通网) ?(?P<what>.*?) -->$",
                  re.MULTILINE)
PROMPT = re.compile(r"^(.*(?:\[y/N\] |（看历史的人都能看到）：))(\S+)$")
STATE = ("cd ", "export ", "source ")

# What differs from day to day and from machine to machine.
CHANGING = [
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?"), "<时间>"),
    (re.compile(r"(区划日期|区划截至) ?\d{4}-\d\d-\d\d"), r"\1 <日期>"),
    (re.compile(r"(数据版本号) ?\d+"), r"\1 <号>"),
    (re.compile(r"[\d.]+ 毫秒"), "<用时> 毫秒"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "<凭证>"),
    (re.compile(r" +"), " "),
    (re.compile(r" +$", re.MULTILINE), ""),
]


def same(text):
    for pattern, plain in CHANGING:
        text = pattern.sub(plain, text)
    return text.strip()


def table_below(text, at):
    """The rows of the Markdown table that follows, the header first."""
    rows = []
    for line in text[at:].lstrip("\n").splitlines():
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    assert len(rows) > 2 and set("".join(rows[1])) <= set("-: "), text[at:at + 200]
    return [rows[0], *rows[2:]]


class Terminal:
    """A clerk at a terminal; cd, export and source hold for what she types later."""

    def __init__(self, registry, home, path):
        self.registry, self.home, self.server = registry, home, registry.tcp
        self.state = [f"cd {shlex.quote(str(home))}"]
        self.environment = registry.environment(HOME=str(home), PATH=f"{path}:{os.environ['PATH']}", TERM="dumb")
        for name in ("LC_ALL", "TAIZHANG_SERVER"):
            self.environment.pop(name, None)

    def real(self, text):
        if LINE in text:
            text = text.replace(LINE, self.registry.line("320102007", *ROLES))
        return text.replace(SERVER, self.server).replace(HOME, str(self.home))

    def told(self, text):
        return text.replace(self.server, SERVER).replace(str(self.home), HOME)

    def type(self, command, answers):
        """Gives the exit code and all that then stands on the terminal."""
        script = "\n".join([*self.state, self.real(command)])
        if command.startswith(STATE):
            self.state.append(self.real(command))
        master, slave = pty.openpty()
        process = subprocess.Popen(["bash", "-c", script], stdin=slave, stdout=slave, stderr=slave, env=self.environment)
        os.close(slave)
        seen, rest, answers = b"", 0, list(answers)
        deadline = time.monotonic() + 60 * SLOW
        try:
            while True:
                ready, _, _ = select.select([master], [], [], max(0, deadline - time.monotonic()))
                assert ready, f"{command} waits:\n{seen.decode('utf-8', 'replace')}"
                try:
                    seen += os.read(master, 65536)
                except OSError:  # EIO: nobody holds the other side any more
                    break
                if answers and answers[0][0].encode() in seen[rest:]:
                    rest = len(seen)
                    os.write(master, answers.pop(0)[1].encode() + b"\n")
            code = process.wait(60 * SLOW)
        finally:
            process.kill()
            process.wait()
            os.close(master)
        text = seen.decode("utf-8").replace("\r\n", "\n")
        return code, self.told(re.sub(r"^.*\r(\x1b\[K)?", "", text, flags=re.MULTILINE))


class Handbook:
    def __init__(self, registry, folder):
        self.registry = registry
        self.home, self.colleague = folder / "home of a clerk", folder / "colleague"
        tools = folder / "tools"
        for made in (self.home, self.colleague, tools):
            made.mkdir()
        registry.run("join", registry.line("320102007", *ROLES),
                     env={"HOME": str(self.colleague), "TAIZHANG_SERVER": None})
        (tools / "taizhang").symlink_to(CLI)
        self.terminal = Terminal(registry, self.home, tools)
        self.path = tools

    def folder(self):
        """Where the clerk is."""
        return next(self.home / state[3:] for state in reversed(self.terminal.state) if state.startswith("cd "))

    def block(self, how, block):
        """Runs a terminal's commands; gives the block as it should stand in the handbook."""
        wanted = re.search(r"exit=(\d+)", how)
        parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
        assert parts[0] == "" and len(parts) > 1, block
        told, wrong = "", []
        for i, part in enumerate(parts[1:], 2):
            command, _, quoted = part.partition("\n")
            answers = [PROMPT.match(line).groups() for line in quoted.splitlines() if PROMPT.match(line)]
            code, printed = self.terminal.type(command, answers)
            if code != (int(wanted[1]) if wanted and i == len(parts) else 0):
                wrong.append(f"$ {command}\nexit code {code}\n{printed}")
            if same(printed) == same(quoted):
                printed = quoted
            else:
                wrong.append(f"$ {command}\n--- in the handbook\n{quoted}--- printed\n{printed}")
            told += f"$ {command}\n{printed}"
        return told, wrong

    def fill_in(self, name, rows):
        path = self.folder() / name
        if path.suffix == ".csv":
            out = io.StringIO(newline="")
            csv.writer(out).writerows(rows)
            path.write_bytes(out.getvalue().encode("gb18030"))  # as Excel and WPS save it
            return []
        if not path.exists():
            return [f"there is no {name}"]
        book = Workbook(path)
        sheet = book.sheets[0]
        missing = [label for label in rows[0] if label not in sheet.rows()[0]]
        if missing:
            return [f"{name} has no {missing}, only {sheet.rows()[0]}"]
        columns = [sheet.column(label) for label in rows[0]]
        changes = {where: "" for where in sheet.cells if where[0] > 1 and where[1] in columns}
        height = max([row for row, _ in sheet.cells] + [len(rows)])
        for row in range(2, height + 1):
            if row > len(rows):
                changes.update({where: "" for where in sheet.cells if where[0] == row})
                continue
            for column, text in zip(columns, rows[row - 1]):
                changes[row, column] = float(text) if re.fullmatch(r"\d{1,9}(\.\d+)?", text) and \
                    not book.is_text_column(sheet, column) else text
        book.put(sheet, changes, path)
        return []

    def look(self, name, rows):
        path = self.folder() / name
        if not path.exists():
            return [f"there is no {name}"]
        if path.suffix == ".csv":
            found = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        else:
            found = [[f"{cell:g}" if isinstance(cell, float) else cell for cell in row]
                     for row in Workbook(path).sheets[0].rows()]
        missing = [label for label in rows[0] if label not in found[0]]
        if missing:
            return [f"{name} has no {missing}, only {found[0]}"]
        columns = [found[0].index(label) for label in rows[0]]
        given = [[row[column].replace("\n", "") for column in columns] for row in found]
        while given and not any(given[-1]):
            given.pop()
        return [] if given == rows else [f"{name} holds\n" + "\n".join(map(str, given))]

    def run(self, text):
        """Every step in order; gives the text as it should be, and what was wrong."""
        made, at, wrong = "", 0, []
        for step in STEP.finditer(text):
            made, at = made + text[at:step.start()], step.end()
            whole = step[0]
            if step["mark"] is None:
                block, found = self.block(step["how"], step["block"])
                whole = f"```console{step['how']}\n{block}```"
                wrong += found
            elif step["mark"] == "填":
                wrong += self.fill_in(step["what"], table_below(text, at))
            elif step["mark"] == "看":
                wrong += self.look(step["what"], table_below(text, at))
            elif step["mark"] == "断网":
                self.registry.stop()
            elif step["mark"] == "通网":
                self.registry.start()
            else:
                done = subprocess.run(["bash", "-c", step["what"]], capture_output=True, text=True, cwd=self.colleague,
                                      env=self.registry.environment(HOME=str(self.colleague), TAIZHANG_SERVER=None,
                                                                    PATH=f"{self.path}:{os.environ['PATH']}"))
                if done.returncode:
                    wrong.append(f"{step['what']}\n{done.stdout}{done.stderr}")
            made += whole
            if wrong and not os.environ.get("TZ_HANDBOOK"):
                break  # what follows would follow from it
        return made + text[at:], wrong


def test_the_messages_that_it_explains_exist():
    table = HANDBOOK.read_text("utf-8").partition("| 提示 |")[2].partition("\n\n")[0]
    told = [said for row in table.splitlines()[2:] for said in re.findall(r"`([^`]+)`", row.split("|")[1])]
    catalogue = "".join(re.findall(r'^(?:msgstr(?:\[0\])? )?"(.*)"$', CATALOGUE.read_text("utf-8"), re.MULTILINE))
    assert len(told) > 10 and [said for said in told if said not in catalogue] == []


def test_the_handbook_is_what_happens(make_registry, tmp_path):
    registry = make_registry(tcp=True)
    registry.run("committee", "import", SHARE / "divisions.csv")
    street = tmp_path / "street.csv"
    street.write_text(STREET, "utf-8")
    registry.run("committee", "import", street)

    text = HANDBOOK.read_text("utf-8")
    part, end, rest = text.partition(END)
    assert end, f"{HANDBOOK} has no {END}"
    made, wrong = Handbook(registry, tmp_path).run(part)
    if os.environ.get("TZ_HANDBOOK") == "write":
        HANDBOOK.write_text(made + end + rest, "utf-8")
    assert not wrong, "\n\n".join(wrong)
    assert part.count("```console") >= 15  # it has not been emptied


def test_what_it_has_installed_exists():
    """Libraries of this Debian, by their names: what the program was linked with."""
    needed = re.search(r"^sudo apt-get install (.+)$", HANDBOOK.read_text("utf-8"), re.MULTILINE)[1].split()
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *needed],
                          capture_output=True, text=True)
    assert set(done.stdout.splitlines()) == {f"{package} installed" for package in needed}, done.stderr


def test_the_manual_page_has_every_command_and_option(tmp_path):
    page = re.sub(r"\\f.|[\"\\]", "", MANUAL.read_text("utf-8"))
    entries = re.split(r"^\.(?:TP|SH).*\n", page.partition(".SH COMMANDS")[2].partition(".SH OPTIONS")[0], flags=re.MULTILINE)
    common = page.partition(".SH OPTIONS")[2]

    def told(*args):
        return subprocess.run([CLI, *args, "--help", "--lang", "en"], capture_output=True, text=True, check=True,
                              env={"HOME": str(tmp_path)}).stdout

    for command in re.findall(r"^  ([a-z]+)  ", told(), re.MULTILINE):
        own, _, shared = told(command).partition("Common options")
        entry = "".join(entry for entry in entries if re.match(rf"\.\w+ {command}\b|\.B {command}\b", entry))
        offered = re.findall(r"--[a-z-]+", own.splitlines()[0]) + re.findall(r"(?:^ *|;  )(--[a-z-]+)", own, re.MULTILINE)
        missing = [option for option in sorted(set(offered)) if option not in entry]
        assert entry and not missing, f"{command}: {missing}"
        assert all(option in common for option in re.findall(r"--[a-z-]+", shared))
