# SPDX-License-Identifier: Apache-2.0
"""How a submission is decided: the five rules in their order, withdrawals, reconciling."""

import hashlib

import pytest

import bodies
from tzclient import Refused, code_name, kind_number, new_ticket, outcome_name, pb, record
from tzclient import record_pb2 as rec

PLACE = "320100/project/2017/K"


def send(client, amount, base=0, ticket=None, place=PLACE, **fields):
    outcome = client.submit(record(place, bodies.project(amount, **fields), base=base, ticket=ticket))[0]
    return outcome_name(outcome), outcome.revision


def codes(outcome):
    return [code_name(error.code) for error in outcome.errors]


def test_a_new_record_is_created(client):
    before = client.position()
    outcome = client.submit(record(PLACE, bodies.project(5)))[0]
    assert (outcome_name(outcome), outcome.revision, outcome.position) == ("CREATED", 1, before + 1)


def test_a_change_on_the_current_base_is_updated(client):
    send(client, 5)
    assert send(client, 6, base=1) == ("UPDATED", 2)


def test_the_same_content_is_unchanged_on_any_base(client):
    send(client, 5)
    send(client, 6, base=1)
    for base in (0, 1, 2, 3, 99):
        assert send(client, 6, base=base) == ("UNCHANGED", 2)


def test_a_late_retry_is_answered_with_its_own_revision(client):
    ticket = new_ticket()
    send(client, 5, ticket=ticket)
    send(client, 6, base=1)
    send(client, 7, base=2)
    assert send(client, 5, ticket=ticket) == ("UNCHANGED", 1)


def test_a_late_retry_after_a_withdrawal_stays_withdrawn(client):
    ticket = new_ticket()
    send(client, 5, ticket=ticket)
    client.withdraw(PLACE, 1)
    assert send(client, 5, ticket=ticket) == ("UNCHANGED", 1)
    assert client.get(PLACE).withdrawn


def test_the_ticket_counts_before_the_content(client):
    """Rule 1 before rule 2: the retry of revision 1 answers 1 although revision 3 has the same content."""
    ticket = new_ticket()
    send(client, 5, ticket=ticket)
    send(client, 6, base=1)
    send(client, 5, base=2)
    assert send(client, 5, ticket=ticket) == ("UNCHANGED", 1)
    assert send(client, 5) == ("UNCHANGED", 3)


def test_a_repeat_is_unchanged_before_it_is_validated(client):
    """A repeat of what is held never becomes an error; the same bytes elsewhere are checked."""
    send(client, 5)
    assert send(client, 5, base=7) == ("UNCHANGED", 1)
    assert send(client, 5, base=7, title="") == ("BEHIND", 1)


def test_a_base_from_the_future_is_behind(client):
    assert send(client, 5, base=1) == ("BEHIND", 0)
    send(client, 5)
    assert send(client, 6, base=2) == ("BEHIND", 1)


def test_a_stale_base_is_a_conflict(client):
    send(client, 5)
    send(client, 6, base=1)
    outcome = client.submit(record(PLACE, bodies.project(7)))[0]
    assert outcome_name(outcome) == "CONFLICT"
    assert (outcome.revision, outcome.withdrawn) == (2, False)
    assert outcome.principal == client.hello.principal
    assert outcome.time_ms > 1_500_000_000_000


def test_a_conflict_with_a_withdrawal_says_so(client):
    send(client, 5)
    client.withdraw(PLACE, 1)
    outcome = client.submit(record(PLACE, bodies.project(7)))[0]
    assert (outcome_name(outcome), outcome.revision, outcome.withdrawn) == ("CONFLICT", 2, True)


def test_the_same_content_after_a_withdrawal_is_a_new_revision(client):
    send(client, 5)
    client.withdraw(PLACE, 1)
    assert send(client, 5, base=2) == ("UPDATED", 3)
    assert not client.get(PLACE).withdrawn


def test_nothing_is_written_for_what_is_not_taken(client):
    send(client, 5)
    before = client.position()
    send(client, 5)
    send(client, 6, base=0)
    send(client, 6, base=9)
    send(client, 6, base=1, title="")
    assert client.position() == before


def test_a_withdrawal_is_a_revision(client):
    send(client, 5)
    outcome = client.withdraw(PLACE, 1, "填错了")
    assert (outcome_name(outcome), outcome.revision) == ("WITHDRAWN", 2)
    held = client.get(PLACE)
    assert (held.withdrawn, held.reason, held.revision) == (True, "填错了", 2)
    assert client.get(PLACE, revision=1).body == bodies.project(5).SerializeToString(deterministic=True)


def test_withdrawing_again_is_unchanged(client):
    ticket = new_ticket()
    send(client, 5)
    client.withdraw(PLACE, 1, ticket=ticket)
    before = client.position()
    assert outcome_name(client.withdraw(PLACE, 1, ticket=ticket)) == "UNCHANGED"
    assert outcome_name(client.withdraw(PLACE, 2)) == "UNCHANGED"
    assert client.position() == before


def test_withdrawing_what_never_was_is_refused(client):
    outcome = client.withdraw(PLACE, 0)
    assert (outcome_name(outcome), codes(outcome)) == ("REJECTED", ["NOT_FOUND"])


def test_a_withdrawal_from_the_future_is_behind(client):
    send(client, 5)
    assert outcome_name(client.withdraw(PLACE, 7)) == "BEHIND"


def test_a_stale_withdrawal_is_a_conflict(client):
    send(client, 5)
    send(client, 6, base=1)
    assert outcome_name(client.withdraw(PLACE, 1)) == "CONFLICT"
    assert not client.get(PLACE).withdrawn


def test_a_to_b_to_a_is_three_revisions_each_with_its_ticket(client):
    tickets = [new_ticket() for _ in range(3)]
    for base, (amount, ticket) in enumerate(zip((5, 6, 5), tickets)):
        send(client, amount, base=base, ticket=ticket)
    assert [send(client, amount, base=base, ticket=ticket) for base, (amount, ticket)
            in enumerate(zip((5, 6, 5), tickets))] == [("UNCHANGED", 1), ("UNCHANGED", 2), ("UNCHANGED", 3)]
    assert send(client, 99, base=2, ticket=tickets[2]) == ("UNCHANGED", 3), "the ticket alone is the key"
    assert send(client, 99, base=3, ticket=tickets[0]) == ("UPDATED", 4), "of another revision it is no retry"


def test_an_address_twice_in_one_request_blames_the_later(client):
    outcomes = client.submit(record("320100/project/2017/A", bodies.project(5)), record(PLACE, bodies.project(5)),
                             record(PLACE, bodies.project(6), base=1))
    assert [outcome_name(outcome) for outcome in outcomes] == ["CREATED", "CREATED", "REJECTED"]
    error = outcomes[2].errors[0]
    assert (code_name(error.code), error.params[0].number) == ("REPEATED_ADDRESS", 1)


def test_an_operation_that_fails_does_not_disturb_its_neighbours(client):
    outcomes = client.submit(
        record("320100/project/2017/A", bodies.project(1)),
        record("999999/project/2017/B", bodies.project(1)),
        record("110100/project/2017/C", bodies.project(1)),
        record("320100/project/2017/D", b"\xff\xff"),
        record("320100/project/2017/E", bodies.project(1)),
    )
    assert [outcome_name(outcome) for outcome in outcomes] == [
        "CREATED", "REJECTED", "REJECTED", "REJECTED", "CREATED"]
    assert codes(outcomes[1]) == ["UNKNOWN_COMMITTEE"]
    assert codes(outcomes[2]) == ["GROUPING"]
    assert codes(outcomes[3]) == ["NOT_CANONICAL"]


@pytest.mark.parametrize("place, code", [
    ("320100/project/2017/", "BAD_KEY"),
    ("320100/project/2017/a/b", "BAD_KEY"),
    ("320100/project/2017/ a", "BAD_KEY"),
    ("320100/project/2017/" + "字" * 43, "BAD_KEY"),
    ("320100/project/2017/a\nb", "BAD_KEY"),
    ("320100/project/2017/1.7E+3", "KEY_LOOKS_CONVERTED"),
    ("320100/project/2017/2017-06-01", "KEY_LOOKS_CONVERTED"),
    ("320100/project/2017-13/K", "BAD_PERIOD"),
    ("320100/project/17/K", "BAD_PERIOD"),
    ("320100/project//K", "BAD_PERIOD"),
])
def test_a_bad_address_is_refused(client, place, code):
    outcome = client.submit(record(place, bodies.project(1)))[0]
    assert outcome_name(outcome) == "REJECTED"
    assert code in codes(outcome)


def test_an_unknown_kind_is_refused(client):
    sent = record(PLACE, bodies.project(1))
    sent.address.kind = 99
    assert codes(client.submit(sent)[0]) == ["BAD_KIND"]


@pytest.mark.parametrize("ticket", [b"", b"x" * 15, b"x" * 17])
def test_a_ticket_has_16_bytes(client, ticket):
    sent = record(PLACE, bodies.project(1))
    sent.ticket = ticket
    assert "BAD_TICKET" in codes(client.submit(sent)[0])


def test_private_bytes_are_for_workers_only(client):
    sent = record(PLACE, bodies.project(1), private=b"\x82\x01\x01a")
    assert "PRIVATE_NOT_TAKEN" in codes(client.submit(sent)[0])


def test_private_bytes_are_part_of_the_comparison(client):
    place = "320100/worker/2017/W"
    first = bodies.rec.WorkerPrivate(name="张三")
    second = bodies.rec.WorkerPrivate(name="李四")
    client.put(record(place, bodies.worker(1), private=first))
    assert outcome_name(client.submit(record(place, bodies.worker(1), private=first))[0]) == "UNCHANGED"
    assert outcome_name(client.submit(record(place, bodies.worker(1), private=second))[0]) == "CONFLICT"
    assert outcome_name(client.submit(record(place, bodies.worker(1), private=second, base=1))[0]) == "UPDATED"


def test_reconcile_names_every_state(client):
    mine, other = new_ticket(), new_ticket()
    send(client, 5, ticket=mine)
    assert client.reconcile((PLACE, 0, mine)) == [("HELD", 1)]
    assert client.reconcile((PLACE, 0, other)) == [("OTHER", 1)]
    assert client.reconcile((PLACE, 1, other)) == [("NONE", 1)]
    send(client, 6, base=1)
    assert client.reconcile((PLACE, 0, mine)) == [("SUPERSEDED", 2)]
    client.withdraw(PLACE, 2)
    assert client.reconcile((PLACE, 0, mine)) == [("WITHDRAWN", 3)]
    assert client.reconcile(("320100/project/2017/NEVER", 0, mine)) == [("NONE", 0)]


def test_money_out_of_range_must_be_confirmed(client):
    place = "320100/funding/2017/K"
    small = bodies.funding(2194)
    assert "CONFIRM_MONEY_RANGE" in codes(client.submit(record(place, small))[0])
    assert outcome_name(client.submit(record(place, small, confirmed=True))[0]) == "CREATED"


def test_a_jump_of_a_thousand_must_be_confirmed(client):
    place = "320100/funding/2017/K"
    client.put(record(place, bodies.funding(20_000_000)))
    jump = bodies.funding(20_000_000_000)
    outcome = client.submit(record(place, jump, base=1))[0]
    assert codes(outcome) == ["CONFIRM_MONEY_JUMP"]
    assert outcome_name(client.submit(record(place, jump, base=1, confirmed=True))[0]) == "UPDATED"


def test_bytes_are_kept_as_they_were_sent(client):
    body = bodies.project((200, "over"), env={"note": "备注\n第二行"}).SerializeToString(deterministic=True)
    client.put(record(PLACE, body))
    held = client.get(PLACE)
    assert held.body == body
    assert held.body_sha256 == hashlib.sha256(body).digest()


def test_reconciling_an_unknown_committee_is_none(client):
    assert client.reconcile(("999999/project/2017/K", 0, new_ticket()))[0][0] == "NONE"


def test_reconciling_nonsense_is_refused(client):
    with pytest.raises(Refused) as refused:
        client.reconcile((PLACE, 0, b"short"))
    assert (refused.value.code, refused.value.status.field[:8]) == ("BAD_ARGUMENT", "items[0]")


def test_what_is_not_there_is_not_found(client):
    with pytest.raises(Refused) as refused:
        client.get(PLACE)
    assert refused.value.code == "NOT_FOUND"
    send(client, 5)
    with pytest.raises(Refused) as refused:
        client.get(PLACE, revision=2)
    assert refused.value.code == "NOT_FOUND"


def test_lists_page_by_cursor(client):
    client.put(*[record(f"320100/project/2017/K{n:03}", bodies.project(n)) for n in range(25)])
    client.put(record("330000/project/2017/OTHER", bodies.project(1)))
    held = client.list(committee="320000", subtree=True, limit=10)
    assert [one.address.key for one in held] == [f"K{n:03}" for n in range(25)]
    assert client.list(committee="320000", subtree=False) == []


def test_lists_filter_and_show_the_withdrawn_when_asked(client):
    client.put(record("320100/project/2017/A", bodies.project(1)), record("320100/post/2018/B", bodies.post(1)))
    client.withdraw("320100/project/2017/A", 1)
    assert [one.address.key for one in client.list()] == ["B"]
    assert [one.address.key for one in client.list(withdrawn=True)] == ["A", "B"]
    assert [one.address.key for one in client.list(withdrawn=True, kind=1)] == ["A"]
    assert [one.address.key for one in client.list(period="2018")] == ["B"]
    assert client.list(period="2017") == []


def test_a_cursor_that_is_not_ours_is_refused(client):
    with pytest.raises(Refused) as refused:
        client.list_page(cursor=b"nonsense")
    assert refused.value.code == "BAD_CURSOR"


def test_a_position_to_come_is_ahead(client):
    with pytest.raises(Refused) as refused:
        client.ask("list", pb.ListRequest(min_position=client.position() + 1000))
    assert refused.value.code == "POSITION_AHEAD"


def test_canonical_means_byte_for_byte(client):
    body = bodies.project(5).SerializeToString(deterministic=True)
    variants = {
        "an unknown field": body + b"\xf8\x7f\x01",
        "a default written out": body + b"\x90\x01\x00",
        "fields out of order": bodies.rec.Project(title="项目").SerializeToString()
        + bodies.rec.Project(envelope=bodies.envelope(), quantity=bodies.quantity(5)).SerializeToString(),
        "a field twice": body + bodies.rec.Project(title="项目").SerializeToString(),
        "a long varint": body + b"\x90\x01\x81\x00",
    }
    for name, sent in variants.items():
        outcome = client.submit(record(PLACE, sent))[0]
        assert codes(outcome) == ["NOT_CANONICAL"], name


def test_text_with_control_characters_is_refused(client):
    for title in ("a\x00b", "a\x1bb", "a\x7fb"):
        outcome = client.submit(record(PLACE, bodies.project(1, title=title)))[0]
        assert outcome_name(outcome) == "REJECTED", repr(title)


def test_every_error_of_a_record_at_once(client):
    wrong = bodies.project(5, title="", stage=99, supplier_uscc="91350100M000100Y4Z", start_on="2017-12",
                           end_on="2017-01")
    outcome = client.submit(record(PLACE, wrong))[0]
    assert {(code_name(error.code), error.field) for error in outcome.errors} >= {
        ("REQUIRED", "title"), ("UNKNOWN_VALUE", "stage"), ("BAD_USCC", "supplier_uscc")}
    assert "ORDER" in codes(outcome)


def test_no_resident_id_numbers(client):
    outcome = client.submit(record(PLACE, bodies.project(5, title="11010519491231002X")))[0]
    assert codes(outcome) == ["RESIDENT_ID"]


# --- private bytes ---

def test_private_bytes_may_be_kept(client):
    place = "320100/worker/2017/K"

    def put(note, base, keep, private=b""):
        one = record(place, bodies.worker(1, env={"note": note}), base=base, private=private)
        one.keep_private = keep
        return client.submit(one)[0]

    secret = rec.WorkerPrivate(name="张三")
    secret = secret.SerializeToString(deterministic=True)
    assert outcome_name(put("a", 0, False, secret)) == "CREATED"
    assert outcome_name(put("a", 0, True)) == "UNCHANGED"
    assert outcome_name(put("b", 1, True)) == "UPDATED"
    assert client.get(place).private == secret
    both = put("c", 2, True, secret)
    assert (outcome_name(both), codes(both)) == ("REJECTED", ["BAD_ARGUMENT"])
    assert client.get(place).revision == 2
    assert [one.private for one in client.list(kind=kind_number("worker"), private=True)] == [secret]
    assert [one.private for one in client.list(kind=kind_number("worker"))] == [b""]
