# SPDX-License-Identifier: Apache-2.0
"""The disk under the registry: full, cut off in the middle, put back behind its back, or copied in part."""

import os
import resource
import shutil

import pytest

import bodies
from tzclient import Refused, outcome_name, record, wait_until


def project(key, amount=1):
    return record(f"320100/project/2017/{key}", bodies.project(amount))


def limit_files(registry, size):
    """No file of the daemon may grow beyond size: what the daemon sees is a full disk."""
    _, hard = resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(registry.process.pid, resource.RLIMIT_FSIZE, (size, hard))


def fill(registry, client):
    """Leaves no room for one more page in the log, and gives the size that it has."""
    client.put(project("LAST"))
    size = (registry.data / "registry.db-wal").stat().st_size
    assert size
    limit_files(registry, size)
    return size


def test_promise_01_what_the_disk_did_not_take_is_not_acknowledged(registry):
    client = registry.client()
    fill(registry, client)
    position = client.position()
    sent = project("FULL")
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            client.submit(sent)
        assert refused.value.code == "READ_ONLY"
    assert client.position() == position
    assert client.reconcile(("320100/project/2017/FULL", 0, sent.ticket)) == [("NONE", 0)]
    registry.kill()
    registry.start()
    client = registry.client()
    assert [one.address.key for one in client.list(kind=1)] == ["LAST"]
    assert outcome_name(client.submit(sent)[0]) == "CREATED"


def test_a_full_disk_is_read_only_until_there_is_room(registry):
    client = registry.client()
    fill(registry, client)
    sent = project("FULL", 5)
    with pytest.raises(Refused):
        client.submit(sent)
    assert client.total("project", "quantity")[0] == 1
    assert [one.address.key for one in client.list(kind=1)] == ["LAST"]
    limit_files(registry, resource.RLIM_INFINITY)

    def taken():
        try:
            return outcome_name(client.submit(sent)[0]) == "CREATED"
        except Refused as refused:
            assert refused.code == "READ_ONLY"
            return False

    wait_until(taken, "service returns by itself", 10)
    assert client.total("project", "quantity")[0] == 6
    assert "read_only" in registry.log() and "writable_again" in registry.log()


def test_an_import_on_a_full_disk_changes_no_tree(registry):
    client = registry.client()
    fill(registry, client)
    with pytest.raises(Refused) as refused:
        client.import_committees(("340000", "安徽省", 2, "000000"))
    assert refused.value.code == "READ_ONLY"
    with pytest.raises(Refused) as refused:
        client.figures("project", committee="340000")
    assert refused.value.code == "UNKNOWN_COMMITTEE"


def refusal(registry):
    """What the daemon says when it does not start, with its exit value."""
    seen = len(registry.log())
    status = registry.launch().wait(60)
    registry.process = None
    return status, registry.log()[seen:]


def fill_and_kill(registry):
    """A log of several commits, none of them in the database file yet; the positions after each."""
    client = registry.client()
    for n in range(20):
        client.put(project(f"K{n:02}", n))
    position = client.position()
    registry.kill()
    return position


def test_a_log_cut_off_is_noticed_wherever_it_is_cut(registry):
    """What a lying disk does at a power cut: the end of the log is gone. Acknowledged entries are then missing, and
    the daemon says so instead of serving; check says the same."""
    fill_and_kill(registry)
    log = registry.data / "registry.db-wal"
    whole = log.read_bytes()
    for part in (0, 31, 32, 1000, len(whole) // 2, len(whole) * 9 // 10, len(whole) - 5000, len(whole) - 1):
        log.write_bytes(whole[:part])
        (registry.data / "registry.db-shm").unlink(missing_ok=True)
        status, said = refusal(registry)
        assert status == 4, (part, status, said)
        assert "entries are missing" in said, said
        done = registry.check()
        assert done.returncode == 1 and "cannot check" in done.stdout, (part, done)
    log.write_bytes(whole)
    registry.start()
    assert len(registry.client().list(kind=1)) == 20


def test_a_commit_that_nobody_heard_of_may_be_lost(registry):
    """The tail of the log beyond the last acknowledged commit is not needed."""
    fill_and_kill(registry)
    with open(registry.data / "registry.db-wal", "ab") as log:
        log.write(os.urandom(3000))
    registry.start()
    assert len(registry.client().list(kind=1)) == 20


def test_a_damaged_log_is_noticed(registry):
    fill_and_kill(registry)
    log = registry.data / "registry.db-wal"
    whole = bytearray(log.read_bytes())
    whole[len(whole) // 2] ^= 1
    log.write_bytes(whole)
    status, said = refusal(registry)
    assert status == 4 and "entries are missing" in said
    whole[len(whole) // 2] ^= 1
    log.write_bytes(whole)
    registry.start()


def test_an_older_database_put_back_is_noticed(registry, tmp_path):
    registry.client().put(project("OLD"))
    registry.stop()
    shutil.copy(registry.data / "registry.db", tmp_path / "old")
    registry.start()
    registry.client().put(project("NEW"))
    registry.stop()
    shutil.copy(registry.data / "registry.db", tmp_path / "new")
    shutil.copy(tmp_path / "old", registry.data / "registry.db")
    status, said = refusal(registry)
    assert status == 4 and "entries are missing" in said and "position 16 was committed" in said
    (registry.data / "registry.db-position").rename(tmp_path / "position")
    registry.start()
    assert outcome_name(registry.client().submit(
        record("320100/project/2017/NEW", bodies.project(2), base=1))[0]) == "BEHIND"


def test_a_database_that_was_emptied_is_not_begun_anew(registry, tmp_path):
    fill_and_kill(registry)
    for name in ("registry.db", "registry.db-wal", "registry.db-shm"):
        (registry.data / name).rename(tmp_path / name)
    status, said = refusal(registry)
    assert status == 4 and "position 34 was committed, the database is empty" in said
    for name in ("registry.db", "registry.db-wal", "registry.db-shm"):
        shutil.copy(tmp_path / name, registry.data / name)
    registry.start()
    assert len(registry.client().list(kind=1)) == 20


def test_a_position_file_that_is_rubbish_is_no_witness(registry):
    for rubbish in (b"", b"x", b"\0" * 84, b"9" * 84, os.urandom(4096)):
        registry.stop()
        (registry.data / "registry.db-position").write_bytes(rubbish)
        registry.start()
        registry.client().put(record("320100/project/2017/K" + str(len(registry.client().list())),
                                     bodies.project(1)))


def test_a_folder_that_cannot_be_a_registry_is_refused_with_its_reason(registry, make_registry, tmp_path):
    file = tmp_path / "file"
    file.write_text("not a folder")
    folder = tmp_path / "blocked"
    (folder / "registry.db").mkdir(parents=True)
    for data in (file, folder, tmp_path / "no" / "parent"):
        other = make_registry(name="other", start=False, data=data)
        status, said = refusal(other)
        assert status in (1, 4) and "start_failed" in said and "why=" in said, said
    shutil.rmtree(folder)
    file.unlink()


def test_a_lock_that_cannot_be_made_is_refused_with_its_reason(make_registry):
    registry = make_registry(start=False)
    registry.data.mkdir()
    (registry.data / "taizhangd.lock").mkdir()
    status, said = refusal(registry)
    assert status == 1 and 'what=lock why="Is a directory"' in said
    (registry.data / "taizhangd.lock").rmdir()
    registry.start()
