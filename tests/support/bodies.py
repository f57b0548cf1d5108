# SPDX-License-Identifier: Apache-2.0
"""Short ways to write record bodies in tests. Amounts: a number is exact, (number, "over") has its qualifier,
a word is `some`, None states nothing."""

import tzclient
from tzclient import record_pb2 as rec

OWN, SUBTREE = 1, 2
LINE = 1


def quantity(amount):
    if amount is None:
        return None
    if isinstance(amount, str):
        return rec.Quantity(qualifier=rec.QUALIFIER_SOME, written=amount)
    value, name = amount if isinstance(amount, tuple) else (amount, "exact")
    return rec.Quantity(value=value, qualifier=getattr(rec, f"QUALIFIER_{name.upper()}"), written=str(value))


def envelope(scope=OWN, part_of="", visibility=LINE, **fields):
    return rec.Envelope(scope=scope, part_of=part_of, visibility=visibility, **fields)


def _body(message, measures, scope, part_of, envelope_fields, fields):
    fields = {name: quantity(value) if name in measures else value for name, value in fields.items()}
    fields = {name: value for name, value in fields.items() if value is not None}
    return message(envelope=envelope(scope, part_of, **envelope_fields), **fields)


def project(amount=None, title="项目", scope=OWN, part_of="", env=(), **fields):
    return _body(rec.Project, {"quantity", "contract_value"}, scope, part_of, dict(env),
                 {"title": title, "quantity": amount, **fields})


def funding(amount=None, scope=OWN, part_of="", env=(), **fields):
    return _body(rec.Funding, {"amount", "budgeted", "contracted", "paid"}, scope, part_of, dict(env),
                 {"amount": amount, **fields})


def post(amount=None, scope=OWN, part_of="", env=(), **fields):
    return _body(rec.Post, {"quantity", "filled"}, scope, part_of, dict(env), {"quantity": amount, **fields})


def output(scope=OWN, part_of="", env=(), **fields):
    measures = {"persons", "person_times", "households", "cases", "groups", "activities", "works", "hours"}
    return _body(rec.Output, measures, scope, part_of, dict(env), fields)


def worker(amount=None, scope=OWN, part_of="", env=(), **fields):
    return _body(rec.Worker, {"quantity", "concurrent"}, scope, part_of, dict(env), {"quantity": amount, **fields})


def put_project(client, place, amount, base=0, **options):
    """Submits a project record and expects it to be taken; place without the kind: committee/key or
    committee/period/key."""
    return client.put(tzclient.record(full(place, "project"), project(amount, **options), base=base))[0]


def full(place, kind, period="2017"):
    parts = place.split("/")
    if len(parts) == 2:
        parts.insert(1, period)
    return "/".join([parts[0], kind, *parts[1:]])
