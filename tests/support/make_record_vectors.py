#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes proto/vectors/records.txt with python3-protobuf, apart from the code under test.

    make_record_vectors.py           write the file
    make_record_vectors.py --check   fail if the file differs from what would be written

One vector a line, fields separated by tabs: verdict (OK, or the code of the error that decoding must give), kind, hex of
the body, hex of the private bytes (- for none), SHA-256 of the body, description."""

import hashlib

from messages import golden_main, load_anew

KINDS = ["Project", "Funding", "Post", "Worker", "Coverage", "Output", "Organisation", "Platform", "Need", "Catalogue",
         "Policy", "Liaison", "Evaluation", "Practice", "Issue"]
TEXTS = ["关爱贫困青少年项目", "a", "两行\n文字", "𠮷 é", "x" * 200]


def scalar(field, n):
    if field.type == field.TYPE_STRING:
        return TEXTS[n % len(TEXTS)]
    if field.type == field.TYPE_BYTES:
        return bytes(range(32))
    if field.type == field.TYPE_BOOL:
        return True
    if field.type == field.TYPE_ENUM:
        return 1 + n % 6
    if field.type == field.TYPE_INT64:
        return [1, 300, 10 ** 15, 127, 128][n % 5]
    return [1, 127, 128, 803, 2 ** 32 - 1][n % 5]


def fill(message, n, only_one_of=None):
    """States every field; of a oneof the member number only_one_of."""
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof and field.containing_oneof.fields.index(field) != (only_one_of or 0):
            continue
        n += 1
        value = getattr(message, field.name)
        if field.label == field.LABEL_REPEATED:
            if field.message_type:
                for i in range(5 if field.name == "extra" else 2):
                    fill(value.add(), n + i, i)
            else:
                value.extend([scalar(field, n + i) for i in range(3)])
        elif field.message_type:
            fill(value, n)
        else:
            setattr(message, field.name, scalar(field, n))
    return message


def pack(message):
    return message.SerializeToString(deterministic=True)


def good(rec):
    """(kind, body, private bytes, description)"""
    for kind in KINDS:
        message = getattr(rec, kind)
        name = kind.lower()
        yield name, pack(message()), b"", "nothing stated"
        yield name, pack(message(envelope=rec.Envelope(scope=1, visibility=1))), b"", "the least envelope"
        private = pack(fill(rec.WorkerPrivate(), 1)) if kind == "Worker" else b""
        for n in range(2):
            yield name, pack(fill(message(), n)), private, f"every field stated, variant {n}"
    project = rec.Project(envelope=rec.Envelope(scope=1, visibility=1), title="关爱贫困青少年项目",
                          quantity=rec.Quantity(value=200, qualifier=rec.QUALIFIER_OVER, written="200余个"))
    yield "project", pack(project), b"", "200余个"
    project.envelope.service_fields.values.extend([1, 2, 503, 99999])
    project.envelope.service_fields.more = True
    yield "project", pack(project), b"", "an open list"
    yield "project", pack(rec.Project(quantity=rec.Quantity())), b"", "an empty submessage is present"
    yield "funding", pack(rec.Funding(amount=rec.Quantity(value=-1, qualifier=1))), b"", "a negative value, ten bytes"
    yield "funding", pack(rec.Funding(amount=rec.Quantity(value=1, qualifier=-3))), b"", "a negative enumeration"
    yield "evaluation", pack(rec.Evaluation(score=rec.Permille())), b"", "a stated zero"
    yield "practice", pack(rec.Practice(title="长", body="字" * 1000)), b"", "a long text"


def field(number, wire, payload):
    return bytes([number << 3 | wire & 7]) + payload if number < 16 else \
        bytes([(number << 3 | wire) & 0x7f | 0x80, number >> 4]) + payload


def text(number, data):
    return field(number, 2, bytes([len(data)]) + data)


def bad(rec):
    """(code, kind, body, private bytes, description)"""
    envelope = rec.Envelope(scope=1, visibility=1)
    base = pack(rec.Project(envelope=envelope, title="t"))
    env = pack(rec.Project(envelope=envelope))
    canonical = "NOT_CANONICAL"
    yield canonical, "project", base + field(1000, 0, b"\x01"), b"", "an unknown field at the end"
    yield canonical, "project", field(2, 0, b"\x01") + base, b"", "an unknown field in a reserved number"
    yield canonical, "project", text(1, pack(envelope) + field(30, 0, b"\x01")), b"", "an unknown field in the envelope"
    yield canonical, "project", env + text(17, field(1, 0, b"\x05") + field(9, 0, b"\x01")), b"", \
        "an unknown field in a quantity"
    yield canonical, "project", env + text(16, b""), b"", "an empty string on the wire"
    yield canonical, "project", env + field(18, 0, b"\x00"), b"", "a zero enumeration on the wire"
    yield canonical, "project", env + text(17, field(1, 0, b"\x00")), b"", "a zero value in a quantity"
    yield canonical, "project", text(1, field(2, 0, b"\x01") + text(9, field(1, 0, b"\x01"))), b"", \
        "a list that is not packed"
    yield canonical, "project", text(1, text(9, text(1, b"\x01") + text(1, b"\x02"))), b"", "a packed list in two parts"
    yield canonical, "project", text(1, text(9, text(1, b""))), b"", "an empty packed list on the wire"
    yield canonical, "project", text(1, text(9, text(1, b"\x81\x00"))), b"", "an overlong number in a packed list"
    yield canonical, "project", text(1, text(9, text(1, b"\x01") + field(2, 0, b"\x02"))), b"", "a bool of two"
    yield canonical, "project", text(16, b"t") + env, b"", "fields in the wrong order"
    yield canonical, "project", env + text(16, b"a") + text(16, b"b"), b"", "a field twice"
    yield canonical, "project", env + env, b"", "the envelope twice"
    yield canonical, "project", env + field(18, 0, b"\x81\x00"), b"", "an overlong varint"
    yield canonical, "project", env + field(18, 0, b"\x81\x80\x80\x80\x80\x00"), b"", "a number of six bytes"
    yield canonical, "project", env + field(18, 0, b"\x81\x80\x80\x80\x10"), b"", "a number above 32 bits"
    yield canonical, "project", bytes([env[0], 0x80 | env[1], 0]) + env[2:], b"", "an overlong length"
    yield canonical, "project", bytes([env[0] | 0x80, 0]) + env[1:], b"", "an overlong tag"
    yield canonical, "project", env + field(18, 2, b"\x01\x01"), b"", "a number with the wire type of text"
    yield canonical, "project", env + field(16, 0, b"\x01"), b"", "a text with the wire type of a number"
    yield canonical, "project", env + field(16, 3, b"") + field(16, 4, b""), b"", "a group"
    yield canonical, "project", env + field(0, 0, b"\x01"), b"", "field number zero"
    yield canonical, "project", env + text(16, b"a\0b"), b"", "NUL in a text"
    yield canonical, "project", env + text(16, b"\xff\xfe"), b"", "broken UTF-8"
    yield canonical, "project", env + text(16, b"\xc0\xaf"), b"", "overlong UTF-8"
    yield canonical, "project", env + text(16, b"\xed\xa0\x80"), b"", "a surrogate"
    yield canonical, "project", env + text(16, b"\xe5\xad"), b"", "a truncated character"
    yield canonical, "project", text(1, pack(envelope) + text(20, text(1, b"f") + text(2, b"a") + field(4, 0, b"\x01"))), \
        b"", "two members of a oneof"
    yield canonical, "worker", env, text(4, b"x"), "an unknown private field"
    yield canonical, "worker", env, text(2, b"1") + text(1, b"n"), "private fields in the wrong order"
    for end in range(1, len(base)):
        if end != len(env):
            yield canonical, "project", base[:end], b"", f"cut after {end} bytes"
    yield "BAD_TEXT", "project", env + text(16, b"a\tb"), b"", "a tab"
    yield "BAD_TEXT", "project", env + text(16, b"a\rb"), b"", "a carriage return"
    yield "BAD_TEXT", "project", env + text(16, b"a\x7f"), b"", "DEL"
    yield "BAD_TEXT", "project", env + text(16, b"a\xc2\x85"), b"", "a C1 control character"
    yield "BAD_TEXT", "project", env + text(17, text(3, b"5\x1b[2J")), b"", "an escape sequence in `written`"
    yield "BAD_TEXT", "project", text(1, pack(envelope) + text(18, b"\x01")), b"", "a control character in the envelope"
    yield "BAD_TEXT", "project", text(1, text(11, text(1, b"a\x01"))), b"", "a control character in a list"
    yield "BAD_TEXT", "project", text(1, text(16, text(2, b"a\x01"))), b"", "a control character in an attachment"
    yield "BAD_TEXT", "project", text(1, text(20, text(1, b"f") + text(2, b"\x01"))), b"", "a control character in extra"
    yield "BAD_TEXT", "worker", env, text(1, b"\x02"), "a control character in a private field"
    yield "PRIVATE_NOT_TAKEN", "project", env, text(1, b"n"), "private bytes of a kind that has none"


def line(verdict, kind, body, private, description):
    return "\t".join([verdict, kind, body.hex() or "-", private.hex() or "-", hashlib.sha256(body).hexdigest(),
                      description]) + "\n"


def make():
    rec = load_anew()[0]
    lines = ["# SPDX-License-Identifier: Apache-2.0\n",
             "# Made by tests/support/make_record_vectors.py; its head says what the columns are.\n"]
    lines += [line("OK", *vector) for vector in good(rec)]
    lines += [line(*vector) for vector in bad(rec)]
    return "".join(lines)


if __name__ == "__main__":
    golden_main("records.txt", make)
