# SPDX-License-Identifier: Apache-2.0
"""Who may do what: every request of the protocol x every role x every relation, each cell asked of a real registry
with a real key, and compared with the table below, which is written from the issue and not from the code.

The subject is 320100. A cell says what it may do to an object at its own committee, below, at the parent, above that,
and beside: "yes", "no", "reason" (only with one), "published" (only what was published, by visibility)."""

import itertools

import bodies
import pytest
from tzclient import Client, DeviceKey, Refused, address, code_name, new_ticket, outcome_name, pb, record, sha256

RELATIONS = {"own": "320100", "below": "320102", "parent": "320000", "above": "000000", "beside": "330100"}
SUBJECT = RELATIONS["own"]

# The roles of a committee, of the registry as a whole, none at all, and the socket before and after anybody has a key.
COMMITTEE_ROLES = ["submit", "review", "query", "read_totals", "manage", "act_for"]
REGISTRY_ROLES = ["operate", "secure", "audit"]
PERSONS = [f"person {role}" for role in COMMITTEE_ROLES if role != "act_for"]  # by a gateway of the parent
SUBJECTS = [*COMMITTEE_ROLES, *REGISTRY_ROLES, "none", *PERSONS, "socket at first", "socket later"]

# --- what is expected: a letter a relation, in the order own, below, parent, above, beside ---
# y yes, - no, r with a reason, p what was published

ALL, NONE = "yyyyy", "-----"
IN, INSIDE_REASON, UP_ONE = "yy---", "yr---", "yyy--"

READERS = ["submit", "review", "query"]


def rows(everybody=NONE, first=ALL, **by_role):
    """One request: what everybody may, what the socket may before anybody has a key, and what a role adds."""
    table = {subject: everybody for subject in SUBJECTS}
    table.update(by_role)
    for person in PERSONS:
        table[person] = table[person.split()[1]]
    table["socket at first"] = first
    return table


def readers(cells, **more):
    return rows(**{role: cells for role in READERS}, **more)


EVERYBODY = rows(everybody=ALL)
EXPECTED = {
    "ping": EVERYBODY,
    "schema": EVERYBODY,
    "status": EVERYBODY,
    "committee_list": EVERYBODY,
    "reporting_set_list": EVERYBODY,
    "get": readers("yyppp"),
    "history": readers("yyppp"),
    "list": readers(IN),
    "changes": readers(IN),
    "trace": readers(IN),
    "totals": readers(IN, read_totals=IN),
    "submit": rows(submit=INSIDE_REASON),
    "withdraw": rows(submit=INSIDE_REASON),
    "reconcile": rows(submit=IN),
    # What a unit is and where it stands is for those above it; its names are its own too (below).
    "committee_import": rows(manage="-y---"),
    "committee_change": rows(manage="-y---"),
    "reporting_set_put": rows(manage=IN),
    "key_list": rows(manage=IN, secure=ALL),
    "key_put": rows(manage=IN, secure=ALL),
    "invite": rows(manage=IN, secure=ALL),
    "invitation_list": rows(manage=IN, secure=ALL),
    "erase": rows(manage=INSIDE_REASON),
    "audit": rows(audit=ALL),
    # Of the asking key alone. That the socket has none is another matter.
    "key_rotate": EVERYBODY,
}
# Not requests of their own: what an answer that everybody gets shows to whom.
SHOWN = {
    "directory": rows(manage=IN),
    "contacts": readers(UP_ONE, manage=UP_ONE),
    "private": readers(IN),
}
HANDSHAKE = {"hello", "proof"}

REQUESTS = [field.name for field in pb.ClientMessage.DESCRIPTOR.oneofs[0].fields if field.name not in HANDSHAKE]
LETTERS = {"yes": "y", "no": "-", "reason": "r", "published": "p"}


def test_every_request_has_a_row():
    """Fails when a request is added and nobody says who may ask it."""
    assert set(REQUESTS) <= set(EXPECTED)
    for name, table in {**EXPECTED, **SHOWN}.items():
        assert set(table) == set(SUBJECTS), name
        assert all(len(cells) == len(RELATIONS) and set(cells) <= set("y-rp") for cells in table.values()), name


# --- asking ---

fresh = itertools.count(1)


class Held:
    """What stands at every committee before anybody is asked."""

    def __init__(self):
        self.tickets = {}
        self.people = {}  # an id that is there to be changed, by committee

    def plant(self, owner):
        for code in RELATIONS.values():
            places = {n: f"{code}/project/2017/V{n}" for n in (1, 2, 3)}
            put = [record(place, bodies.project(1, env={"visibility": n})) for n, place in places.items()]
            put.append(record(f"{code}/worker/2017/W", bodies.worker(1), private=bodies.rec.WorkerPrivate(name="王芳")))
            self.tickets[code] = put[0].ticket
            for outcome in owner.submit(*put):
                assert outcome_name(outcome) == "CREATED", outcome
            unit = next(one for one in owner.committees(under=code) if one.body.code == code)
            body = pb.Committee.FromString(unit.SerializeToString()).body
            body.ClearField("parent")
            body.ClearField("effective_on")
            item = pb.CommitteeItem(body=body, contacts=[{"name": "联系人", "phone": "010-1"}])
            [outcome] = owner.ask("committee_import", pb.CommitteeImportRequest(items=[item])).committee_import.outcomes
            assert outcome_name(outcome) in ("UPDATED", "UNCHANGED"), outcome


def refused(call):
    """The code with which a request is refused, or None; and its answer."""
    try:
        return None, call()
    except Refused as problem:
        return problem.code, None


def of_status(client, name, message):
    code, _ = refused(lambda: client.ask(name, message))
    return "no" if code == "NOT_ALLOWED" else "yes"


def codes(ask, reason):
    """What a change is refused for, as a whole or as an item."""
    refusal, outcome = refused(lambda: ask(reason))
    return {refusal} if refusal else {code_name(error.code) for error in outcome.errors}


def of_outcome(ask):
    """ask(reason) gives one outcome. What stands in the way of it other than access is of no interest."""
    first = codes(ask, "")
    if "NOT_ALLOWED" in first:
        return "no"
    if "REASON_REQUIRED" not in first:
        return "yes"
    assert not {"REASON_REQUIRED", "NOT_ALLOWED"} & codes(ask, "why")
    return "reason"


def ask_read(client, name, code):
    """By what is shown of three records with the visibilities 1, 2 and 3, and of one that is not there."""
    make = {"get": pb.GetRequest, "history": pb.HistoryRequest}[name]
    seen = {n: refused(lambda n=n: client.ask(name, make(address=address(f"{code}/project/2017/V{n}"))))[0]
            for n in (1, 2, 3)}
    nothing, _ = refused(lambda: client.ask(name, make(address=address(f"{code}/project/2017/nothing"))))
    shown = {n for n, refusal in seen.items() if refusal is None}
    assert {refusal for refusal in seen.values()} <= {None, "NOT_ALLOWED"}
    if shown == {1, 2, 3}:
        assert nothing == "NOT_FOUND"
        return "yes"
    assert nothing == "NOT_ALLOWED"  # as what is there and not shown
    if not shown:
        return "no"
    assert shown == ({3} if code == RELATIONS["beside"] else {2, 3})
    return "published"


def ask_submit(client, code):
    place = f"{code}/project/2017/S{next(fresh)}"
    return of_outcome(lambda reason: client.submit(record(place, bodies.project(1)), reason=reason)[0])


def ask_withdraw(client, code):
    return of_outcome(lambda reason: client.withdraw(f"{code}/project/2017/nothing", 0, reason))


def ask_reconcile(client, code, tickets):
    code_, answers = refused(lambda: client.reconcile((f"{code}/project/2017/V1", 0, tickets[code])))
    if code_:
        return "no"
    assert answers[0][0] in ("HELD", "NONE") and (answers[0][0] == "HELD") == (answers[0][1] > 0)
    return "yes" if answers[0][0] == "HELD" else "no"


def ask_unit(client, name, code, owner, change):
    """Through either request that changes units: this one as it is, but for one thing."""
    unit = next(one for one in owner.committees(under=code) if one.body.code == code)
    body = unit.body
    body.ClearField("parent")
    body.ClearField("effective_on")
    change(body)
    make = {"committee_import": "CommitteeImportRequest", "committee_change": "CommitteeChangeRequest"}[name]
    request = getattr(pb, make)(items=[pb.CommitteeItem(body=body)])
    return of_outcome(lambda reason: getattr(client.ask(name, request), name).outcomes[0])


def change_what_it_is(body):
    body.valid_from = f"{1900 + next(fresh) % 100}-01-01"


def change_its_name(body):
    body.short_name = f"名{next(fresh)}"


def ask_set(client, code):
    body = {"name": f"s{next(fresh)}", "label": "x", "members": [code]}
    request = pb.ReportingSetPutRequest(body=body)
    return of_outcome(lambda reason: client.ask("reporting_set_put", request).reporting_set_put.outcome)


def ask_invite(client, code):
    request = pb.InviteRequest(committee=code, roles=["manage"], code_sha256=sha256(new_ticket()))
    return of_outcome(lambda reason: client.ask("invite", request).invite.outcome)


def ask_key_put(client, code):
    request = pb.KeyPutRequest(id=f"person:p{next(fresh)}", committee=code, roles=["manage"], set_roles=True)
    return of_outcome(lambda reason: client.ask("key_put", request).key_put.outcome)


def ask_rotate(client, key):
    if key is None or client.act_for:
        key = DeviceKey()
    new = DeviceKey()
    request = pb.KeyRotateRequest(public_key=new.public, signature=new.follow(key))
    return of_status(client, "key_rotate", request)


def ask_erase(client, code):
    place = address(f"{code}/worker/2017/nothing")
    return of_outcome(
        lambda reason: client.ask("erase", pb.EraseRequest(address=place, reason=reason)).erase.outcome)


def ask_contacts(client, code):
    unit = next(one for one in client.committees(under=code) if one.body.code == code)
    return "yes" if unit.contacts else "no"


def ask_private(client, code):
    refusal, got = refused(lambda: client.get(f"{code}/worker/2017/W"))
    return "yes" if got is not None and got.private else "no"


class World:
    """One registry, its subjects' connections, and what everybody is asked about."""

    def __init__(self, registry, clients, keys, owner, held):
        self.registry, self.clients, self.keys, self.owner, self.held = registry, clients, keys, owner, held

    def ask(self, name, subject, relation):
        client, code = self.clients[subject], RELATIONS[relation]
        simple = {
            "ping": pb.PingRequest(), "schema": pb.SchemaRequest(kind=1), "status": pb.StatusRequest(),
            "committee_list": pb.CommitteeListRequest(under=code),
            "reporting_set_list": pb.ReportingSetListRequest(),
            "list": pb.ListRequest(committee=code), "changes": pb.ChangesRequest(committee=code),
            "totals": pb.TotalsRequest(committee=code, kind=1, period="2017"),
            "trace": pb.TraceRequest(committee=code, kind=1, period="2017", measure="records"),
            "key_list": pb.KeyListRequest(committee=code),
            "invitation_list": pb.InvitationListRequest(committee=code), "audit": pb.AuditRequest(),
        }
        asked = {
            "get": lambda: ask_read(client, "get", code),
            "history": lambda: ask_read(client, "history", code),
            "submit": lambda: ask_submit(client, code),
            "withdraw": lambda: ask_withdraw(client, code),
            "reconcile": lambda: ask_reconcile(client, code, self.held.tickets),
            "committee_import": lambda: ask_unit(client, name, code, self.owner, change_what_it_is),
            "committee_change": lambda: ask_unit(client, name, code, self.owner, change_what_it_is),
            "directory": lambda: ask_unit(client, "committee_import", code, self.owner, change_its_name),
            "reporting_set_put": lambda: ask_set(client, code),
            "key_put": lambda: ask_key_put(client, code),
            "key_rotate": lambda: ask_rotate(client, self.keys.get(subject)),
            "invite": lambda: ask_invite(client, code),
            "erase": lambda: ask_erase(client, code),
            "contacts": lambda: ask_contacts(client, code),
            "private": lambda: ask_private(client, code),
        }
        return asked[name]() if name in asked else of_status(client, name, simple[name])


def new_world(make_registry, name):
    registry = make_registry(name=name)
    registry.plant()
    owner = Client(registry.server)
    registry.clients.append(owner)
    held = Held()
    held.plant(owner)
    return registry, owner, held


@pytest.fixture
def at_first(make_registry):
    """Nobody was ever enrolled."""
    registry, owner, held = new_world(make_registry, "first")
    return World(registry, {"socket at first": owner}, {}, owner, held)


@pytest.fixture
def later(make_registry):
    """Every committee has had a key, and so have secure and audit."""
    registry, socket, held = new_world(make_registry, "later")
    keys = {role: registry.enrol(SUBJECT, role) for role in COMMITTEE_ROLES}
    keys["none"] = registry.enrol(SUBJECT, "query")
    with Client(registry.server) as owner:
        assert outcome_name(owner.set_roles(keys["none"].id).outcome) == "UPDATED"
        for person in PERSONS:
            reply = owner.put_key(f"person:{person.split()[1]}", committee=SUBJECT, roles=[person.split()[1]],
                                  set_roles=True)
            assert outcome_name(reply.outcome) == "CREATED", reply
    gateway = registry.enrol(RELATIONS["parent"], "act_for")
    for code in set(RELATIONS.values()) - {SUBJECT}:
        registry.enrol(code, "query")
    registry.enrol("330000", "query")
    steward = registry.enrol("000000", "manage")
    # Who holds secure lets in the others of the registry as a whole; from then on the socket does not.
    for role in ("operate", "audit", "secure"):
        keys[role] = registry.enrol("", role)
    clients = {subject: registry.client(key=key) for subject, key in keys.items()}
    for person in PERSONS:
        clients[person] = registry.client(key=gateway, act_for=f"person:{person.split()[1]}")
    clients["socket later"] = socket
    assert set(clients) == set(SUBJECTS) - {"socket at first"}
    return World(registry, clients, keys, registry.client(key=steward), held)


def check(world, subjects):
    wrong, asked = [], 0
    for name in [*REQUESTS, *SHOWN]:
        table = EXPECTED.get(name) or SHOWN[name]
        for subject in subjects:
            for relation, expected in zip(RELATIONS, table[subject]):
                got = LETTERS[world.ask(name, subject, relation)]
                asked += 1
                if got != expected:
                    wrong.append(f"{name}, {subject}, {relation}: {got} instead of {expected}")
    assert not wrong, "\n".join(wrong)
    assert asked == (len(REQUESTS) + len(SHOWN)) * len(subjects) * len(RELATIONS)


def test_the_matrix_of_keys_persons_and_the_socket(later):
    check(later, [subject for subject in SUBJECTS if subject != "socket at first"])


def test_the_matrix_of_a_registry_without_keys(at_first):
    check(at_first, ["socket at first"])
