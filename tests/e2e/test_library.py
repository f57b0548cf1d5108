# SPDX-License-Identifier: Apache-2.0
"""libtaizhang through its example program: a small uploader that survives whatever happens to it."""

import concurrent.futures
import json
import subprocess

import pytest

from registry import CLI, REPORT, SLOW
from relay import Relay
from tzclient import BUILD

EXAMPLE = BUILD / "client" / "taizhang-example"


def upload(registry, text="", profile="default", server=None, timeout=120, env=None):
    """Runs the example; a CompletedProcess with texts."""
    done = subprocess.run([EXAMPLE, server or registry.server, profile], input=text.encode(), capture_output=True,
                          env=registry.environment(**(env or {})), timeout=timeout * SLOW)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    assert REPORT.search(done.stderr) is None, done.stderr
    assert done.returncode >= 0, done.returncode
    return done


def line(key, *fields, unit="110101", kind="project", period="2017"):
    return "\t".join([unit, kind, period, key, *fields]) + "\n"


def rows(count, unit="110101"):
    return "".join(line(f"K{n}", f"title=活动{n}", f"quantity={n + 1}个", unit=unit) for n in range(count))


def test_records_go_in_and_are_told(registry, client):
    done = upload(registry, rows(3))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"110101/project/2017/K{n} created, revision 1" for n in range(3)]
    assert client.total("project", "quantity", "110101") == (6, "exact", 3, 0)


def test_the_same_again_is_not_even_sent(registry, client):
    upload(registry, rows(3))
    position = client.position()
    done = upload(registry, rows(3))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert client.position() == position
    done = upload(registry, line("K1", "title=活动一", "quantity=5个"))
    assert done.stdout == "110101/project/2017/K1 updated, revision 2\n"


def test_bad_records_do_not_hold_up_good_ones(registry, client):
    text = (line("K1", "title=一") + line("K2", "title=二", "颜色=红") + line("K3", "title=三", "quantity=三百余") + "\n"
            + "110101\tproject\n" + line("1.7E+3", "title=四") + line("K4") + line("K5", "title=五", unit="999999"))
    text = text.replace(line("K4"), line("K4", "title="))
    done = upload(registry, text)
    assert done.returncode == 1
    told = done.stdout.splitlines()
    assert "line 2: 110101/project/2017/K2: UNKNOWN_FIELD 颜色 红" in told
    assert "line 3: 110101/project/2017/K3: NUMERAL_WORDS quantity 三百余" in told
    assert "line 5: committee, kind, period, key and at least one field are needed" in told
    assert any(one.startswith("line 6: ") and "KEY_LOOKS_CONVERTED" in one for one in told)
    assert "110101/project/2017/K1 created, revision 1" in told
    assert "110101/project/2017/K4 rejected, revision 0" in told and "    REQUIRED title " in told
    assert any("999999/project/2017/K5 rejected" in one for one in told)
    assert [one.address.key for one in client.list(committee="110101")] == ["K1"]


def test_without_a_line_it_keeps_and_later_sends(registry, client):
    registry.stop()
    done = upload(registry, rows(5))
    assert done.returncode == 3
    assert "5 wait to be sent" in done.stderr and done.stdout == ""
    registry.start()
    done = upload(registry)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 5)
    assert registry.client().total("project", "quantity", "110101") == (15, "exact", 5, 0)


def test_it_shares_the_profile_with_the_command_line(registry, tmp_path):
    registry.stop()
    upload(registry, rows(2))
    registry.start()
    told = registry.run("sync")
    assert "K0" in told or "2" in told
    assert upload(registry).stdout == ""


def test_a_conflict_is_told(registry):
    upload(registry, line("K1", "title=一"), profile="a")
    done = upload(registry, line("K1", "title=二"), profile="b")
    assert done.returncode == 5
    assert "K1 conflict, revision 1" in done.stdout


@pytest.mark.parametrize("then, places", [("cut", (0, 60, 300, 700)), ("freeze", (100,))])
def test_cut_in_the_middle_nothing_is_lost_or_doubled(registry, client, tmp_path, then, places):
    text = rows(150)
    for after in places:
        with Relay(tmp_path / f"{then}{after}", str(registry.data / "taizhangd.sock"), after, then) as relay:
            done = upload(registry, text, server=relay.server, profile=str(tmp_path / f"p{after}.db"))
            assert done.returncode == 3, (after, done)
    for after in places:
        (tmp_path / f"{then}{after}").unlink()
        with Relay(tmp_path / f"{then}{after}", str(registry.data / "taizhangd.sock"), None, "") as relay:
            done = upload(registry, server=relay.server, profile=str(tmp_path / f"p{after}.db"))
            assert done.returncode == 0
    held = client.list(committee="110101")
    assert len(held) == 150 and {one.revision for one in held} == {1}


def test_many_at_once_on_one_profile(registry, client):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: upload(registry, rows(20, unit=("110101", "110102")[n % 2])), range(8)))
    assert {one.returncode for one in done} <= {0}, [one.stderr for one in done]
    for unit in ("110101", "110102"):
        held = client.list(committee=unit)
        assert len(held) == 20 and {one.revision for one in held} == {1}


def test_killed_at_any_moment_it_goes_on(registry, client):
    text = rows(300)
    for _ in range(6):
        process = subprocess.Popen([EXAMPLE, registry.server, "default"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env=registry.environment())
        process.stdin.write(text.encode())
        process.stdin.flush()  # not closed: it is reading, or storing, when it dies
        process.kill()
        process.communicate()
    done = upload(registry, text)
    assert done.returncode == 0
    held = client.list(committee="110101")
    assert len(held) == 300 and {one.revision for one in held} == {1}


def test_a_program_uses_what_its_user_has_joined(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    office = registry.office("110101", "submit")
    mine = {"HOME": str(office.folder), "TAIZHANG_SERVER": None}
    for server in ("-", registry.tcp):
        done = upload(registry, rows(3), server=server, env=mine)
        assert (done.returncode, done.stderr) == (0, ""), server
    held = registry.client().list(committee="110101")
    assert len(held) == 3 and {one.principal for one in held} == {office.json("ping")["principal"]}
    done = upload(registry, rows(1), server="-")
    assert done.returncode == 2 and "server" in done.stderr
    done = upload(registry, rows(1), server="127.0.0.1:1")
    assert done.returncode == 4 and "taizhang join" in done.stderr and "1 wait to be sent" in done.stderr


def test_wrong_usage(registry):
    done = subprocess.run([EXAMPLE], capture_output=True, timeout=60)
    assert done.returncode == 2 and b"usage" in done.stderr
    done = upload(registry, profile="no good")
    assert done.returncode == 2 and "profile" in done.stderr
    done = upload(registry, "x" * 70000)
    assert done.returncode == 2 and "too long" in done.stderr
    assert upload(registry, server="::").returncode == 2
