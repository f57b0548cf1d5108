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
    for pattern in ("man1/taizhang.1", "man8/taizhangd.8", "include/taizhang/taizhang.h",
                    "include/taizhang/v1/registry.proto", "share/taizhang/divisions.csv",
                    "share/taizhang/bulletin/funding.csv", "LICENSE", "daemon/README.md", "client/README.zh-CN.md",
                    "proto/PROTOCOL.md"):
        find(prefix, pattern)


@pytest.mark.skipif(bool(SANITIZE), reason="the library wants the sanitizer's runtime")
def test_a_program_in_c_is_built_against_it(prefix, registry, tmp_path):
    (tmp_path / "program.c").write_text(PROGRAM)
    # pkg-config quotes blanks for a shell, so one reads its answer.
    built = run("sh", "-c", 'eval "cc -Wall -Werror program.c $(pkg-config --cflags --libs taizhang) -o program"',
                cwd=tmp_path, PKG_CONFIG_PATH=str(find(prefix, "taizhang.pc").parent))
    assert built.returncode == 0, built.stderr
    done = run(tmp_path / "program", registry.server, LD_LIBRARY_PATH=str(find(prefix, "libtaizhang.so").parent))
    assert done.returncode == 0 and done.stdout.endswith(" 0\n")
