#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes proto/vectors/entries.txt with python3-protobuf and hashlib, apart from the code under test.

    make_entry_vectors.py           write the file
    make_entry_vectors.py --check   fail if the file differs from what would be written

Journal entries, one a line, positions from 1; fields separated by tabs, in hex (- for none): header, body, private bytes,
salt, SHA-256 of the body, commitment to the private bytes (SHA-256 of the salt and them); then the header's fields as
name=value for readers."""

import hashlib

from messages import golden_main, load_anew

RECORD, WITHDRAWAL, COMMITTEE, REPORTING_SET, KEY, INVITATION = 1, 2, 3, 4, 5, 6
START = 1522051200000  # 2018-03-26 08:00 UTC


def pack(message):
    return message.SerializeToString(deterministic=True)


def ticket(n):
    return hashlib.sha256(b"ticket %d" % n).digest()[:16]


def salt(n):
    return hashlib.sha256(b"salt %d" % n).digest()


def entries(rec, jrn):
    """(fields of the header, body, private bytes) in the order of their positions."""
    own = rec.Envelope(scope=1, visibility=1)
    yield dict(type=COMMITTEE, committee=1, code="000000", revision=1), pack(
        jrn.CommitteeBody(code="000000", name="全国", level=1, type=1)), b""
    yield dict(type=COMMITTEE, committee=2, code="320000-S01", revision=1), pack(
        jrn.CommitteeBody(code="320000-S01", name="某大学", level=6, type=1, parent=1, parent_code="000000",
                          valid_from="2017", successors=["320100", "320200"], effective_on="2017")), pack(
        jrn.CommitteePrivate(contacts=[jrn.Contact(name="王芳", phone="13800000000"), jrn.Contact(name="李")]))
    yield dict(type=REPORTING_SET, key="provinces", revision=2, base_revision=1), pack(
        jrn.ReportingSetBody(name="provinces", label="省级", members=["110000", "320000"])), b""
    address = dict(committee=2, code="320000-S01", kind=1, period="2017-06", key="〔2017〕第 1 号")
    yield dict(type=RECORD, ticket=ticket(4), revision=1, **address), pack(
        rec.Project(envelope=own, title="关爱贫困青少年项目",
                    quantity=rec.Quantity(value=200, qualifier=rec.QUALIFIER_OVER, written="200余个"))), b""
    yield dict(type=RECORD, ticket=ticket(5), revision=301, base_revision=300, person="张三", reason="代报：县里无网络",
               **address), pack(rec.Project(envelope=own, title="x")), b""
    yield dict(type=WITHDRAWAL, ticket=ticket(6), revision=302, base_revision=301, **address), pack(
        jrn.Withdrawal(reason="重复")), b""
    yield dict(type=WITHDRAWAL, ticket=ticket(7), revision=2, base_revision=1, committee=1, code="000000", kind=15,
               period="2017H1", key="k"), b"", b""
    yield dict(type=RECORD, ticket=b"\0" * 16, revision=2 ** 32, base_revision=2 ** 32 - 1, committee=4294967295,
               code="110101", kind=4, period="2017Q3", key="a" * 128), pack(
        rec.Worker(envelope=own, quantity=rec.Quantity(value=1, qualifier=rec.QUALIFIER_EXACT))), pack(
        rec.WorkerPrivate(name="王芳", cert_no="20170001", contact="13800000000"))
    yield dict(type=RECORD, ticket=b"\xff" * 16, revision=1, committee=1, code="000000", kind=4, period="2018",
               key="1"), pack(rec.Worker(envelope=own)), b"\x0a\x01\x41"
    public, code = bytes(range(32)), hashlib.sha256(b"code").digest()
    key = jrn.KeyBody(id="key:" + hashlib.sha256(public).hexdigest()[:16], public_key=public, name="办公室", committee=2,
                      committee_code="320000-S01", roles=["submit", "manage"], invitation=code, enrolled_from="10.0.0.7",
                      enrolled_ms=START)
    yield dict(type=KEY, committee=2, code="320000-S01", key=key.id, revision=1), pack(key), b""
    yield dict(type=INVITATION, committee=2, code="320000-S01", key=code.hex(), revision=2, base_revision=1), pack(
        jrn.InvitationBody(code_sha256=code, committee=2, committee_code="320000-S01", roles=["submit", "manage"],
                           name="某大学", expires_ms=START + 1000, used_by=key.id, used_from="10.0.0.7",
                           used_ms=START, created_ms=START - 1000, created_by="socket")), b""
    yield dict(type=KEY, key="person:wang", revision=2, base_revision=1, reason="离职"), pack(
        jrn.KeyBody(id="person:wang", name="王芳", committee=2, roles=["submit"], revoked=True, enrolled_ms=START)), b""


def line(jrn, position, fields, body, private):
    salted = salt(position) if private else b""
    commitment = hashlib.sha256(salted + private).digest() if private else b""
    header = jrn.EntryHeader(position=position, epoch=1 + position // 4, time_ms=START + 1000 * position,
                             principal="socket", body_sha256=hashlib.sha256(body).digest(),
                             private_commitment=commitment, suite=1, **fields)
    words = [f"{field.name}={value.hex() if isinstance(value, bytes) else value}" for field, value in header.ListFields()]
    parts = (pack(header), body, private, salted, header.body_sha256, commitment)
    return "\t".join([part.hex() or "-" for part in parts] + [" ".join(words)]) + "\n"


def make():
    rec, _, jrn = load_anew()
    lines = ["# SPDX-License-Identifier: Apache-2.0\n",
             "# Made by tests/support/make_entry_vectors.py; its head says what the columns are.\n"]
    lines += [line(jrn, n, *entry) for n, entry in enumerate(entries(rec, jrn), 1)]
    return "".join(lines)


if __name__ == "__main__":
    golden_main("entries.txt", make)
