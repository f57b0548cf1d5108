# SPDX-License-Identifier: Apache-2.0
"""What is installed works where it was put: programs in both languages, manuals, header and library."""

import os
import subprocess

import pytest

from registry import SANITIZE
from tzclient import BUILD

PROGRAM = r"""
#include <stdio.h>
#include <taizhang/taizhang.h>

int main(int argc, char **argv)
{
    struct tz_registry *registry;
    enum tz_result rc = argc == 2 ? tz_registry_open(argv[1], "install test", &registry, NULL) : TZ_RESULT_USAGE;
    if (rc == TZ_RESULT_DONE)
        rc = tz_registry_ping(registry, NULL, NULL);
    printf("%s %d\n", tz_version(), rc);
    if (rc == TZ_RESULT_DONE)
        tz_registry_close(registry);
    return rc;
}
"""


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """The tree as `cmake --install` leaves it, in a folder with a blank in its name."""
    folder = tmp_path_factory.mktemp("in stall")
    subprocess.run(["cmake", "--install", BUILD, "--prefix", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def find(prefix, pattern):
    found = sorted(prefix.rglob(pattern))
    assert found, pattern
    return found[0]


def run(*command, cwd=None, **environment):
    base = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    return subprocess.run(command, cwd=cwd, env=base | environment, capture_output=True, text=True, encoding="utf-8",
                          timeout=60)


def test_programs_speak_chinese_where_no_locale_is(prefix):
    for program in ("taizhang", "taizhangd"):
        for folder in (prefix, BUILD):
            path = next(p for p in folder.rglob(program) if p.is_file() and os.access(p, os.X_OK))
            chinese = run(path, "--lang", "zh", "--help")
            assert chinese.returncode == 0 and chinese.stdout.startswith("用法：")
            english = run(path, "--help")
            assert english.returncode == 0 and english.stdout.startswith("Usage:")


def test_everything_is_there(prefix):
    for pattern in ("man1/taizhang.1", "man3/libtaizhang.3", "man8/taizhangd.8", "include/taizhang/taizhang.h",
                    "include/taizhang/v1/registry.proto", "include/taizhang/v1/bundle.proto", "example/submit.c",
                    "share/taizhang/divisions.csv",
                    "share/taizhang/bulletin/funding.csv", "LICENSE", "daemon/README.md", "client/README.zh-CN.md",
                    "proto/PROTOCOL.md"):
        find(prefix, pattern)


def build(prefix, folder, source):
    """Compiles a program against what is installed, as a stranger would; its path."""
    (folder / "program.c").write_text(source, encoding="utf-8")
    # pkg-config quotes blanks for a shell, so one reads its answer.
    built = run("sh", "-c", 'eval "cc -std=c11 -Wall -Wextra -Werror program.c '
                '$(pkg-config --cflags --libs taizhang) -o program"',
                cwd=folder, PKG_CONFIG_PATH=str(find(prefix, "taizhang.pc").parent))
    assert built.returncode == 0, built.stderr
    return folder / "program"


def library(prefix):
    return {"LD_LIBRARY_PATH": str(find(prefix, "libtaizhang.so").parent)}


needs_plain = pytest.mark.skipif(bool(SANITIZE), reason="the library wants the sanitizer's runtime")


@needs_plain
def test_a_program_in_c_is_built_against_it(prefix, registry, tmp_path):
    done = run(build(prefix, tmp_path, PROGRAM), registry.server, **library(prefix))
    assert done.returncode == 0 and done.stdout.endswith(" 0\n")


@needs_plain
def test_the_example_is_built_and_uploads(prefix, registry, tmp_path):
    program = build(prefix, tmp_path, find(prefix, "example/submit.c").read_text("utf-8"))
    text = "110101\tproject\t2017\tX01\ttitle=青春行动\tquantity=200余个\n"
    done = subprocess.run([program, registry.server, "p"], input=text, text=True, encoding="utf-8", timeout=60,
                          capture_output=True, env=registry.environment(**library(prefix)))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "110101/project/2017/X01 created, revision 1\n"


@needs_plain
def test_the_example_of_the_manual_works(prefix, registry, tmp_path):
    page = find(prefix, "man3/libtaizhang.3").read_text("utf-8")
    source = page.split("\n.EX\n")[1].split("\n.EE\n")[0].replace("\\e", "\\")
    assert "tz_box_open(NULL, NULL," in source
    program = build(prefix, tmp_path, source.replace("open(NULL, NULL,", f'open(NULL, "{registry.server}",'))
    done = run(program, HOME=str(tmp_path), **library(prefix))
    assert (done.returncode, done.stdout) == (0, "110101/project/2017/X01 is there\n"), done.stderr
