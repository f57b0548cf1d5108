# SPDX-License-Identifier: Apache-2.0
"""Many clients at once: one winner an address, nothing lost, one commit for many."""

import threading

import bodies
from registry import times
from tzclient import outcome_name, record


def together(count, work):
    """Runs work(n) on count threads at once and hands on what failed."""
    barrier = threading.Barrier(count)
    results, failures = [None] * count, []

    def run(n):
        try:
            barrier.wait()
            results[n] = work(n)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def test_one_address_has_exactly_one_winner(registry):
    rounds = times(20)

    def work(n):
        with registry.client() as client:
            return [outcome_name(client.submit(record(f"320100/project/2017/R{turn}", bodies.project(n)))[0])
                    for turn in range(rounds)]

    results = together(12, work)
    for turn in range(rounds):
        outcomes = sorted(result[turn] for result in results)
        assert outcomes == ["CONFLICT"] * 11 + ["CREATED"], (turn, outcomes)


def test_the_same_ticket_from_many_is_one_revision(registry):
    sent = record("320100/project/2017/K", bodies.project(5))

    def work(_):
        with registry.client() as client:
            return outcome_name(client.submit(sent)[0])

    assert sorted(together(12, work)) == ["CREATED"] + ["UNCHANGED"] * 11
    assert len(registry.client().history("320100/project/2017/K")) == 1


def test_revisions_of_one_address_follow_one_another(registry):
    """Each client reads, raises the figure by one, and tries again on CONFLICT: no raise is lost."""
    place, each = "320100/project/2017/K", times(15)
    registry.client().put(record(place, bodies.project(0)))

    def work(n):
        with registry.client() as client:
            for _ in range(each):
                while True:
                    held = client.get(place)
                    value = bodies.rec.Project.FromString(held.body).quantity.value
                    mine = bodies.project(value + 1, title=f"客户端{n}")
                    outcome = client.submit(record(place, mine, base=held.revision))[0]
                    if outcome_name(outcome) == "UPDATED":
                        break
                    assert outcome_name(outcome) == "CONFLICT", outcome

    together(4, work)
    held = registry.client().get(place)
    assert bodies.rec.Project.FromString(held.body).quantity.value == held.revision - 1 == 4 * each


def test_many_clients_and_their_totals(registry):
    units = ["110101", "110102", "320102", "320104", "320205", "330102"]
    each = times(60)

    def work(n):
        with registry.client() as client:
            unit = units[n % len(units)]
            sent = [client.send_record(record(f"{unit}/project/2017/C{n}K{turn}", bodies.project(1)))
                    for turn in range(each)]
            for number in sent:
                assert outcome_name(client.outcome(number)) == "CREATED"
            assert client.total("project", "quantity", unit)[0] >= each

    together(16, work)
    client = registry.client()
    assert client.total("project", "quantity") == (16 * each, "exact", 16 * each, 0)


def test_commits_are_shared(registry):
    """What arrives during one commit is the next batch: far fewer batches than operations."""
    client = registry.client()
    before = {one.name: one.number for one in client.status().counters}
    count = 400
    sent = [client.send_record(record(f"320100/project/2017/K{n}", bodies.project(n))) for n in range(count)]
    for number in sent:
        client.wait(number)
    after = {one.name: one.number for one in client.status().counters}
    assert after["entries"] - before["entries"] == count
    assert after["operations"] - before["operations"] == count
    assert after["batches"] - before["batches"] < count / 2


def test_a_client_reads_its_own_writes(registry):
    def work(n):
        with registry.client() as client:
            for turn in range(times(30)):
                place = f"320100/project/2017/C{n}K{turn}"
                outcome = client.put(record(place, bodies.project(1)))[0]
                assert client.get(place).revision == 1
                reply = client.totals_reply("project", committee="320100")
                assert reply.position >= outcome.position

    together(6, work)


def test_readers_are_served_while_others_write(registry):
    writing = threading.Event()
    writing.set()

    def work(n):
        with registry.client() as client:
            if n == 0:
                for turn in range(times(40)):
                    client.put(*[record(f"320104/project/2017/T{turn}K{k}", bodies.project(1)) for k in range(50)])
                writing.clear()
                return 0
            last, reads = 0, 0
            while writing.is_set():
                reply = client.totals_reply("project", committee="320104")
                figures = {figure.measure: figure.sum for figure in reply.rows[0].figures}
                value = figures["quantity"].value if "quantity" in figures else 0
                assert value >= last and value % 50 == 0, "a total from the middle of a batch"
                last, reads = value, reads + 1
            return reads

    assert all(reads > 0 for reads in together(4, work)[1:])
