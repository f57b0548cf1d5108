# SPDX-License-Identifier: Apache-2.0
"""Erasing a person's private fields: from every revision and every file of the registry, at once and for ever; the
record stays, and so does every total."""

import signal
import threading

import pytest

import bodies
import faults
from registry import SLOW, times
from terminal import ask
from tzclient import Refused, code_name, outcome_name, record, record_pb2, wait_until

PLACE = "320102/worker/2017/7"
PERSON = ("王芳芳芳", "SW-2017-00088123", "13911117788")


def a_worker(place=PLACE, base=0, people=1, person=PERSON):
    name, cert_no, contact = person
    private = record_pb2.WorkerPrivate(name=name, cert_no=cert_no, contact=contact)
    return record(place, bodies.worker(people), base=base, private=private.SerializeToString())


def anywhere(registry, *texts):
    """Which of the texts stand in any file of the registry: database, log, side file, access log, daemon's log."""
    paths = [path for path in registry.data.rglob("*") if path.is_file()] + [registry.log_file]
    kept = b"".join(path.read_bytes() for path in paths if not path.name.endswith("-shm"))
    return [text for text in texts if text.encode() in kept]


def erased(client, place=PLACE, reason="at the person's own wish"):
    reply = client.erase(place, reason)
    assert not reply.outcome.errors, reply
    assert not reply.pending
    return outcome_name(reply.outcome), reply.revisions


# --- what is left ---


def test_nothing_is_left_in_any_file(registry):
    client = registry.client()
    people = {f"320102/worker/2017/{i}": (f"某某人{i:04}号", f"SW-{i:04}-{i:04}", f"1390000{i:04}")
              for i in range(times(100))}
    for base in range(3):
        client.put(*(a_worker(place, base, base + 1, person) for place, person in people.items()))
    for place, person in reversed(people.items()):
        assert anywhere(registry, *person) == list(person)
        assert erased(client, place) == ("UPDATED", 3)
        assert anywhere(registry, *person) == []
    registry.stop()
    for person in people.values():
        assert anywhere(registry, *person) == []
    registry.start()


def test_what_fills_pages_of_its_own_is_gone_too(registry):
    """60 KiB of private bytes and more, over many pages of the database."""
    client = registry.client()
    texts = [f"piece-{i:04}-of-a-long-one" for i in range(70)]
    person = ("名" * 50, "C" * 40, "".join(texts))
    client.put(a_worker(person=person))
    for base in range(1, 40):
        client.put(a_worker(base=base, people=base + 1, person=person))
    assert anywhere(registry, *texts) == texts
    assert erased(client) == ("UPDATED", 40)
    assert anywhere(registry, *texts, person[0], person[1]) == []


def test_the_record_and_every_total_stay(registry):
    client = registry.client()
    client.put(a_worker(people=3), a_worker("320104/worker/2017/1", people=4))
    before = client.total("worker", "quantity")
    assert erased(client) == ("UPDATED", 1)
    assert client.total("worker", "quantity") == before
    state = client.get(PLACE)
    assert (state.revision, state.private, bool(state.body)) == (1, b"", True)
    assert client.get("320104/worker/2017/1").private
    [revision] = client.history(PLACE)
    assert not revision.private
    registry.stop()
    done = registry.check()
    assert done.returncode == 0 and "private fields are erased in 1 entries" in done.stdout
    registry.start()
    assert registry.client().total("worker", "quantity") == before


def test_again_changes_nothing(registry):
    client = registry.client()
    client.put(a_worker())
    assert erased(client) == ("UPDATED", 1)
    position = client.position()
    assert erased(client) == ("UNCHANGED", 0)
    assert client.position() == position
    # A repeat of the record is one, although what it carried is gone; a change brings new private fields.
    assert outcome_name(client.submit(a_worker())[0]) == "UNCHANGED"
    assert anywhere(registry, *PERSON) == []
    client.put(a_worker(base=1, people=2))
    assert erased(client) == ("UPDATED", 1)
    assert anywhere(registry, *PERSON) == []


def test_withdrawn_records_can_be_erased(registry):
    client = registry.client()
    client.put(a_worker())
    client.withdraw(PLACE, 1, "twice")
    assert erased(client) == ("UPDATED", 1)
    assert anywhere(registry, *PERSON) == []


def test_what_is_not_there(registry):
    client = registry.client()
    for place, code in ((PLACE, "NOT_FOUND"), ("329999/worker/2017/7", "UNKNOWN_COMMITTEE")):
        reply = client.erase(place, "a reason")
        assert [code_name(error.code) for error in reply.outcome.errors] == [code]


# --- who may ---


def test_who_may_erase(registry):
    """Those who manage the committee; those who manage from above, with a reason, which the committee sees."""
    county = registry.client(registry.server, key=registry.enrol("320102", "submit", "manage"))
    county.put(a_worker())
    clerk, sibling, above = (registry.client(registry.server, key=registry.enrol(*who)) for who in (
        ("320102", "submit"), ("320104", "manage"), ("320100", "manage")))
    for client, code in ((clerk, "NOT_ALLOWED"), (sibling, "NOT_ALLOWED")):
        try:
            reply = client.erase(PLACE, "a reason")
            assert [code_name(error.code) for error in reply.outcome.errors] == [code]
        except Refused as refused:
            assert refused.code == code
    [error] = above.erase(PLACE).outcome.errors
    assert code_name(error.code) == "REASON_REQUIRED"
    assert anywhere(registry, *PERSON) == list(PERSON)
    assert erased(above, reason="the person asked us") == ("UPDATED", 1)
    seen = county.status().from_above
    assert [(one.address.key, getattr(one, "from"), one.reason) for one in seen] == \
        [("7", "320100", "the person asked us")]


# --- how it is kept up ---


def test_readers_do_not_keep_it_alive(registry):
    """Beside clients that read all the time; if one holds the database's log, the answer says so, and it goes."""
    client = registry.client()
    stop = threading.Event()

    def read():
        with registry.client() as reader:
            while not stop.is_set():
                reader.list(private=True)

    readers = [threading.Thread(target=read) for _ in range(4)]
    client.put(*(record(f"320102/project/2017/{i}", bodies.project(i)) for i in range(500)))
    for thread in readers:
        thread.start()
    try:
        for i in range(times(20)):
            person = (f"不得留下{i:03}", f"SW-{i:03}-{i:03}", f"1391111{i:04}")
            client.put(a_worker(f"320102/worker/2017/{i}", person=person))
            reply = client.erase(f"320102/worker/2017/{i}", "asked")
            assert reply.revisions == 1
            while reply.pending:
                reply = client.erase(f"320102/worker/2017/{i}", "asked")
            assert anywhere(registry, *person) == []
    finally:
        stop.set()
        for thread in readers:
            thread.join()


@faults.needed
@pytest.mark.parametrize("point", ["daemon.append", "daemon.commit", "daemon.committed", "erase.committed",
                                   "erase.wiped", "daemon.complete", "daemon.answered"])
def test_an_erasure_survives_death_at(registry, point):
    """Either it was not erased, and everything is there, or it was, and nothing is left once the registry runs."""
    client = registry.client()
    for base in range(3):
        client.put(a_worker(base=base, people=base + 1))
    total = client.total("worker", "quantity")
    registry.stop()
    registry.wrapper = ["env", *(f"{name}={value}" for name, value in faults.at(point).items())]
    registry.start()
    with pytest.raises(Exception):
        registry.client(registry.server).erase(PLACE, "asked")
    assert registry.process.wait(60 * SLOW) == -signal.SIGKILL
    registry.close()
    registry.wrapper = []
    registry.start()
    client = registry.client()
    assert client.total("worker", "quantity") == total
    gone = point not in ("daemon.append", "daemon.commit")
    assert bool(client.get(PLACE).private) != gone
    assert erased(client) == (("UNCHANGED", 0) if gone else ("UPDATED", 3))
    assert anywhere(registry, *PERSON) == []


@faults.needed
def test_a_crash_leaves_nothing_after_the_next_start(registry):
    """Nobody needs to ask again: the log that the crash left is emptied when the registry is idle."""
    registry.client().put(a_worker())
    registry.stop()
    registry.wrapper = ["env", *(f"{name}={value}" for name, value in faults.at("erase.committed").items())]
    registry.start()
    with pytest.raises(Exception):
        registry.client(registry.server).erase(PLACE, "asked")
    registry.process.wait(60 * SLOW)
    registry.close()
    assert anywhere(registry, *PERSON) != []
    registry.wrapper = []
    registry.start()
    wait_until(lambda: anywhere(registry, *PERSON) == [], "the log to be emptied")


# --- the command ---


def test_the_command(registry):
    registry.client().put(a_worker(), a_worker("320102/worker/2017/8"))
    assert registry.cli("erase", PLACE).returncode == 2  # no reason
    done = registry.cli("erase", PLACE, "--reason", "asked")  # nobody to be asked
    assert done.returncode == 2 and "--yes" in done.stderr
    assert anywhere(registry, *PERSON)
    done = registry.cli("erase", PLACE, "--reason", "asked", "--yes")
    assert done.returncode == 0 and "1 revisions are erased" in done.stderr
    done = registry.cli("erase", PLACE, "--reason", "asked", "--yes", "--lang", "zh")
    assert done.returncode == 0 and "没有可删除的非公开字段" in done.stderr
    said = registry.json("erase", "320102/worker/2017/8", "--reason", "asked", "--yes")
    assert (said["outcome"], said["revisions"], said["pending"]) == ("UPDATED", 1, False)
    done = registry.cli("erase", "320102/worker/2017/9", "--reason", "asked", "--yes")
    assert done.returncode == 1
    assert anywhere(registry, *PERSON) == []
    office = registry.office("320104", "submit", "manage") if registry.listens else None
    if office:
        assert office.cli("erase", PLACE, "--reason", "asked", "--yes").returncode == 4


def test_the_command_asks_at_a_terminal(registry):
    registry.client().put(a_worker())
    for answer, left in (("n", True), ("y", False)):
        code, _, _ = ask(registry, "erase", PLACE, "--reason", "asked", answers=[("for ever?", answer)])
        assert code == (2 if left else 0)
        assert bool(anywhere(registry, *PERSON)) == left


def test_what_this_machine_submitted_is_forgotten_too(registry):
    """The profile keeps acknowledged versions, for a registry that was restored: not what was erased since."""
    sheet = registry.folder / "workers.csv"
    sheet.write_text("报送单位,编号,报告期,人数,姓名,证书编号,联系方式\n"
                     f"320102,7,2017,1名,{','.join(PERSON)}\n320102,8,2017,1名,留下的人,SW-1,13900000000\n", "utf-8")
    registry.run("submit", sheet, "--kind", "worker")

    def kept(text):
        return any(text.encode() in path.read_bytes() for path in registry.home.rglob("*")
                   if path.is_file() and not path.name.endswith("-shm"))

    assert all(kept(text) for text in PERSON)
    registry.run("erase", PLACE, "--reason", "asked", "--yes")
    assert not any(kept(text) for text in PERSON)
    assert kept("留下的人")
    assert {line["outcome"] for line in registry.lines("submit", sheet, "--kind", "worker")} == {"UNCHANGED"}
    assert anywhere(registry, *PERSON) == []


def test_an_erasure_is_on_record(registry):
    client = registry.client(registry.server)
    client.put(a_worker())
    reply = client.erase(PLACE, "asked")
    [event] = client.audit(event="erased")
    assert (event.object, event.count, event.position, event.reason) == (PLACE, 1, reply.outcome.position, "asked")
