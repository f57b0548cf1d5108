# SPDX-License-Identifier: Apache-2.0
"""Large sheets, and how much memory the command line takes for one."""

import pathlib
import re
import subprocess
import tempfile

from registry import BUILD, CLI

MAKE = BUILD / "tests" / "support" / "tz-make-workbooks"
LIMIT = 64 << 20  # bytes of memory, whatever the file's size
# csv; xlsx with a shared string for every text; xlsx with the texts in the cells.
FORMS = ("csv", "xlsx", "xlsx-inline")


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write("报送单位,编号,报告期,名称,项目数,原文\n")
        for i in range(1, rows + 1):
            file.write(f"320100,K{i:07},2017,青少年关爱行动第{i}期,{i % 9 + 1},第{i}期由社区青年汇承办，服务{i % 1000}人次\n")


def make(folder, form, rows):
    """A sheet of records of the kind project for 320100, with texts of its own in every row."""
    if form == "csv":
        write_csv(folder / "project.csv", rows)
        return folder / "project.csv"
    path = folder / f"project-{form}.xlsx"
    subprocess.run([MAKE, "rows", path, str(rows), *(["--inline"] if form == "xlsx-inline" else [])], check=True)
    return path


def peak_of(pid):
    """Of a running process; None once it has ended. (What wait4 says of a child begins with its parent's memory.)"""
    found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else None


def measure(registry, *args):
    """What a command came to, and its peak of resident memory in bytes, as seen last before it ended."""
    peak = 0
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        command = [str(CLI), *map(str, args)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=registry.environment())
        while process.returncode is None:
            peak = peak_of(process.pid) or peak
            try:
                process.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, process.returncode, out.read(), err.read()), peak
