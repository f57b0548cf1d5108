# SPDX-License-Identifier: Apache-2.0
"""The daemon's life: start, lock, port file, drain, reload, and the databases it refuses."""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import threading

import pytest

import bodies
from registry import DAEMON, times
from tzclient import SOURCE, Client, Closed, journal_pb2, outcome_name, pb, record, wait_until


SECTION = "[taizhangd]\n"


def daemon(*args, **options):
    return subprocess.run([DAEMON, *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, **options)


def database(registry):
    found = [path for path in registry.data.iterdir()
             if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    assert len(found) == 1, found
    return found[0]


def test_version():
    done = daemon("--version")
    assert done.returncode == 0
    assert re.match(r"taizhangd \d+\.\d+\.\d+", done.stdout)


def test_help_names_every_option():
    done = daemon("--help")
    assert done.returncode == 0
    for name in ("--data", "--listen", "--port-file", "--config", "--check-config", "--print-config", "check"):
        assert name in done.stdout


def test_the_manual_has_every_option():
    manual = (SOURCE / "daemon" / "man" / "taizhangd.8").read_text(encoding="utf-8").replace("\\", "")
    options = re.findall(r"^  (--[a-z-]+)", daemon("--help").stdout, re.MULTILINE)
    assert len(options) > 15
    assert [name for name in options if name not in manual] == []


@pytest.mark.parametrize("args", [["--nonsense"], ["--data"], [], ["nonsense"]])
def test_wrong_usage_is_refused(args):
    done = daemon(*args)
    assert done.returncode != 0
    assert done.stderr


def test_a_second_daemon_is_refused_with_the_pid_of_the_first(registry):
    done = daemon("--data", registry.data)
    assert done.returncode != 0
    assert str(registry.process.pid) in done.stderr
    registry.client().ping()


def test_check_of_a_running_registry_does_not_disturb_it(registry):
    daemon("check", "--data", registry.data)
    registry.client().put(record("320100/project/2017/K", bodies.project(5)))


def test_too_few_descriptors_are_refused_with_the_number_needed(make_registry):
    registry = make_registry(start=False, wrapper=["prlimit", "--nofile=60:60"])
    assert registry.launch().wait(60) == 1
    registry.process = None
    assert re.search(r"limit of open files is too low: more than \d+ are needed", registry.log())


def test_the_soft_limit_of_descriptors_is_raised(make_registry):
    registry = make_registry("--max-connections", "300", wrapper=["prlimit", "--nofile=64:4096"])
    assert "connections_limited" not in registry.log()
    registry.client().ping()


def test_after_an_unclean_stop_the_file_is_checked_while_serving(registry):
    registry.client().put(*[record(f"320100/project/2017/K{n}", bodies.project(n + 1)) for n in range(200)])
    registry.stop()
    registry.start()
    registry.client().put(record("320100/project/2017/ONE", bodies.project(1)))
    assert "quick_check" not in registry.log()
    registry.kill()
    registry.start()
    registry.client().put(record("320100/project/2017/TWO", bodies.project(1)))
    wait_until(lambda: "quick_check result=ok" in registry.log(), "the quick check")


def test_damage_found_after_an_unclean_stop_is_logged(registry):
    """Bytes in the middle of a page of records: the registry serves what it can read, and says what it found."""
    long = {"note": "x" * 1900}
    registry.client().put(*[record(f"320100/project/2017/K{n}", bodies.project(n + 1, env=long)) for n in range(300)])
    registry.stop()
    registry.start()
    registry.client().put(record("320100/project/2017/ONE", bodies.project(1)))
    registry.kill()
    path = database(registry)
    with sqlite3.connect(path) as sql:
        root = sql.execute("SELECT rootpage FROM sqlite_schema WHERE name='past'").fetchone()[0]
        size = sql.execute("PRAGMA page_size").fetchone()[0]
    sql.close()
    with open(path, "r+b") as file:
        file.seek((root - 1) * size + 1)
        file.write(b"\x00\x10\x00\x01")
    folder = path.parent
    (folder / f"{path.name}-wal").write_bytes(b"no log")  # as after an unclean stop
    registry.start()
    wait_until(lambda: "quick_check_finding" in registry.log(), "the finding")
    registry.client().ping()
    registry.kill()
    registry.data = folder / "none"


def test_a_stale_socket_is_replaced(registry):
    registry.kill()
    assert (registry.data / "taizhangd.sock").exists()
    registry.start()
    registry.client().ping()


def test_the_socket_is_the_owners_alone(registry):
    mode = os.stat(registry.data / "taizhangd.sock").st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


def test_the_data_is_the_owners_alone(registry):
    assert stat.S_IMODE(os.stat(database(registry)).st_mode) & 0o077 == 0


def test_the_port_file_says_what_was_bound(make_registry):
    registry = make_registry(tcp=True)
    lines = registry.port_file.read_text().splitlines()
    assert lines[0] == f"unix {registry.data}/taizhangd.sock"
    assert re.fullmatch(r"tcp 127\.0\.0\.1:[1-9]\d*", lines[1])
    assert registry.wire(registry.tcp).certificate == registry.pin


def test_a_clean_stop_removes_the_socket(registry):
    registry.stop()
    assert not (registry.data / "taizhangd.sock").exists()


def test_a_peer_is_told_when_the_daemon_stops(registry):
    client = registry.client()
    client.ping()
    registry.process.send_signal(signal.SIGTERM)
    with pytest.raises(Closed) as closed:
        client.receive()
    assert closed.value.code == "SHUTTING_DOWN"
    assert registry.process.wait(60) == 0


def test_sigint_stops_as_sigterm_does(registry):
    registry.process.send_signal(signal.SIGINT)
    assert registry.process.wait(60) == 0


def test_sigterm_under_load_loses_nothing_acknowledged(registry):
    acknowledged = [set() for _ in range(8)]
    started = threading.Barrier(9)

    def work(n):
        turn = 0
        with Client(registry.server) as client:
            started.wait()
            try:
                while True:
                    numbers = []
                    for _ in range(8):
                        key = f"C{n}K{turn}"
                        turn += 1
                        sent = record(f"320100/project/2017/{key}", bodies.project(1))
                        numbers.append((key, client.send_record(sent)))
                    for key, number in numbers:
                        assert outcome_name(client.outcome(number)) == "CREATED"
                        acknowledged[n].add(key)
            except (Closed, BrokenPipeError, ConnectionResetError):
                pass

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    started.wait()
    wait_until(lambda: sum(map(len, acknowledged)) > times(300), "some load")
    registry.stop()
    for thread in threads:
        thread.join()
    registry.start()
    held = {one.address.key for one in registry.client().list(kind=1)}
    assert set().union(*acknowledged) <= held


def test_data_and_identity_survive_a_restart(registry):
    client = registry.client()
    client.put(record("320100/project/2017/K", bodies.project(5)))
    identity, position = client.hello.registry_id, client.position()
    registry.stop()
    registry.start()
    client = registry.client()
    assert client.hello.registry_id == identity
    assert client.position() == position
    assert client.total("project", "quantity")[0] == 5


def test_two_registries_have_two_identities(make_registry):
    assert make_registry().client().hello.registry_id != make_registry().client().hello.registry_id


def test_sighup_reloads_and_keeps_running(make_registry, tmp_path):
    config = tmp_path / "taizhangd.conf"
    config.write_text(SECTION + "log-level = info\n")
    registry = make_registry("--config", str(config))
    client = registry.client()
    config.write_text(SECTION + "log-level = debug\n")
    registry.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "reload" in registry.log(), "a word about the reload")
    client.ping()
    config.write_text(SECTION + "log-level = nonsense\n")
    seen = len(registry.log())
    registry.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "nonsense" in registry.log()[seen:], "a word about the bad value")
    client.ping()


def test_a_good_configuration_is_checked(tmp_path):
    config = tmp_path / "c"
    config.write_text("# a comment\n" + SECTION + "log-level = debug\n")
    done = daemon("--config", config, "--data", tmp_path / "d", "--check-config")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "d").exists()


def test_a_configuration_without_a_folder_is_not_right(tmp_path):
    done = daemon("--check-config")
    assert done.returncode == 2
    assert "--data" in done.stderr


@pytest.mark.parametrize("text", ["nonsense = 1\n", "log-level = loud\n", "max-connections = many\n",
                                  "max-connections = -1\n", "log-level\n",
                                  "max-connections = 99999999999999999999\n"])
def test_a_bad_configuration_is_refused_with_its_line(tmp_path, text):
    config = tmp_path / "c"
    config.write_text(SECTION + text)
    done = daemon("--config", config, "--data", tmp_path / "d", "--check-config")
    assert done.returncode != 0
    assert re.search(r"\b2\b", done.stderr), done.stderr


def test_a_missing_configuration_is_refused(tmp_path):
    done = daemon("--config", tmp_path / "none", "--data", tmp_path / "d", "--check-config")
    assert done.returncode != 0
    assert "none" in done.stderr


def test_what_is_printed_reads_back_the_same(tmp_path):
    first = daemon("--data", tmp_path / "d", "--max-connections", "77", "--print-config")
    assert first.returncode == 0, first.stderr
    assert re.search(r"^max-connections = 77", first.stdout, re.M)
    config = tmp_path / "printed"
    config.write_text(first.stdout)
    second = daemon("--config", config, "--print-config")
    assert second.stdout == first.stdout


def test_flags_win_over_the_file(tmp_path):
    config = tmp_path / "c"
    config.write_text(SECTION + "max-connections = 5\n")
    done = daemon("--config", config, "--data", tmp_path / "d", "--max-connections", "6", "--print-config")
    assert re.search(r"^max-connections = 6", done.stdout, re.M)


def refused(registry):
    """The daemon must refuse to start on this folder; what it says."""
    process = registry.launch()
    status = process.wait(60)
    registry.process = None
    assert status > 0
    return registry.log()


def test_a_newer_database_is_refused(registry, make_registry):
    registry.stop()
    path = database(registry)
    with sqlite3.connect(path) as raw:
        version = raw.execute("PRAGMA user_version").fetchone()[0]
        raw.execute(f"PRAGMA user_version = {version + 1}")
    raw.close()
    assert "newer" in refused(registry)
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {version}")
    raw.close()


def test_a_foreign_database_is_refused_and_left_alone(registry, make_registry):
    name = database(registry).name
    other = make_registry(name="foreign", start=False)
    other.data.mkdir()
    with sqlite3.connect(other.data / name) as raw:
        raw.execute("CREATE TABLE theirs (x)")
    raw.close()
    before = (other.data / name).read_bytes()
    refused(other)
    assert (other.data / name).read_bytes() == before
    (other.data / name).unlink()
    other.start()
    other.client().ping()


def test_a_file_that_is_no_database_is_refused(registry, make_registry):
    name = database(registry).name
    other = make_registry(name="nonsense", start=False)
    other.data.mkdir()
    (other.data / name).write_bytes(b"this is not a database at all" * 100)
    refused(other)
    (other.data / name).unlink()
    other.start()


def test_check_finds_what_was_tampered_with(registry):
    client = registry.client()
    client.put(*[record(f"320100/project/2017/K{n}", bodies.project(n)) for n in range(20)])
    registry.stop()
    path = database(registry)
    copy = path.read_bytes()
    raw = sqlite3.connect(path)
    tables = {name: [column[1] for column in raw.execute(f"PRAGMA table_info({name})")]
              for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()}
    [table] = [name for name, columns in tables.items() if {"position", "header", "body"} <= set(columns)]
    raw.execute(f"UPDATE {table} SET body = CAST(x'00' || substr(body, 2) AS BLOB)"
                f" WHERE position = (SELECT max(position) FROM {table})")
    raw.commit()
    raw.close()
    done = registry.check()
    assert done.returncode != 0
    assert done.stdout + done.stderr
    path.write_bytes(copy)


TAMPERING = {
    "UPDATE head SET revision = revision + 1 WHERE key = 'K1'": "320100/project/2017/",
    "UPDATE head SET live = 0 WHERE key = 'K1'": "320000/project/2017 quantity",
    "DELETE FROM past WHERE key = 'K2'": "past",
    "DELETE FROM part": "part",
    "UPDATE committee SET revision = 9 WHERE number = 3": "committee",
    "UPDATE reporting_set SET revision = 9": "cities",
    "UPDATE entry SET body = (SELECT body FROM entry WHERE position = 16) WHERE position = 17": "17",
    "DELETE FROM entry WHERE position = 17": "17",
    "UPDATE sequencer SET position = position + 1": "",
    "UPDATE sequencer SET epoch = 0": "",
    "DELETE FROM meta": "",
}


def test_check_finds_what_was_changed_in_any_table_and_says_it_in_both_languages(registry):
    client = registry.client()
    client.put(*[record(f"320100/project/2017/K{n}", bodies.project(n + 1)) for n in range(4)])
    client.put(record("320100/project/2017/K2", bodies.project(9), base=1))
    client.put(record("320102/project/2017/P", bodies.project(1, part_of="320100/project/2017/K1")))
    body = journal_pb2.ReportingSetBody(name="cities", members=["320100"])
    client.ask("reporting_set_put", pb.ReportingSetPutRequest(body=body))
    registry.stop()
    path = database(registry)
    sound = path.read_bytes()
    for sql, named in TAMPERING.items():
        with sqlite3.connect(path) as raw:
            raw.execute(sql)
        raw.close()
        english, chinese = (daemon("check", "--data", registry.data, "--lang", lang) for lang in ("en", "zh"))
        assert english.returncode == chinese.returncode != 0, (sql, english)
        assert named in english.stdout and named in chinese.stdout, (sql, english.stdout)
        assert english.stdout.count("place=") == 0, "where a total differs, its slices go without saying"
        assert "differences" in english.stdout or "cannot check" in english.stdout, (sql, english.stdout)
        assert "不一致" in chinese.stdout or "无法核对" in chinese.stdout, (sql, chinese.stdout)
        path.write_bytes(sound)
    done = daemon("check", "--data", registry.data, "--lang", "zh")
    assert done.returncode == 0 and "没有不一致" in done.stdout


def test_check_of_nothing_says_so(tmp_path):
    done = daemon("check", "--data", tmp_path / "nothing")
    assert done.returncode != 0
    assert not (tmp_path / "nothing").exists()


def test_every_close_is_logged_with_a_reason(registry):
    registry.client().close()
    wire = registry.wire()
    wire.send(b"\x00\x00\x00\x00")
    wire.receive_message()
    registry.stop()
    assert "frame_empty" in registry.log().lower()


def test_the_folder_may_have_spaces_and_chinese_letters(make_registry):
    registry = make_registry(name="年度 报表")
    registry.plant()
    assert "全国" in registry.run("committee", "list", "--lang", "zh")


def test_check_sums_up_in_both_languages(registry):
    assert "no differences" in daemon("check", "--data", registry.data, "--lang", "en").stdout
    assert "没有不一致" in daemon("check", "--data", registry.data, "--lang", "zh").stdout


def test_it_runs_in_the_c_locale(make_registry):
    registry = make_registry(start=False)
    old = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        registry.start()
    finally:
        if old is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = old
    registry.plant()
