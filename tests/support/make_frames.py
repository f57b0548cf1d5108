#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes proto/vectors/frames.txt: whole frames as python3-protobuf packs them, independent of the C code.

A line: name, direction (client or server), hex. Run it after a change of the protocol and look at the difference:

    make_frames.py PROTO_FOLDER >proto/vectors/frames.txt
"""

import subprocess
import sys
import tempfile

SOURCES = ("record", "journal", "registry")


def generate(folder, into):
    names = [f"{folder}/taizhang/v1/{name}.proto" for name in SOURCES]
    subprocess.run(["protoc", f"-I{folder}", f"--python_out={into}", *names], check=True)
    sys.path.insert(0, into)
    from taizhang.v1 import record_pb2, registry_pb2
    return record_pb2, registry_pb2


def frame(message):
    body = message.SerializeToString(deterministic=True)
    return (len(body).to_bytes(4, "big") + body).hex()


def client_messages(rec, pb):
    address = pb.Address(committee="520000", kind=1, period="2017", key="贵州-001")
    ticket = bytes(range(16))
    body = rec.Project(
        envelope=rec.Envelope(scope=1, visibility=1, service_fields=rec.EnumList(values=[1, 503], more=True)),
        title="青少年服务项目",
        quantity=rec.Quantity(value=200, qualifier=rec.QUALIFIER_OVER, written="200余个"),
        start_on="2017-07")
    record = pb.Record(address=address, base_revision=3, ticket=ticket, confirmed=True,
                       body=body.SerializeToString(deterministic=True))
    item = pb.WithdrawItem(address=address, base_revision=4, ticket=ticket, reason="重复")
    yield "hello", pb.ClientMessage(id=1, hello=pb.Hello(major=1, client="vectors 1"))
    yield "ping", pb.ClientMessage(id=2, ping=pb.PingRequest())
    yield "schema", pb.ClientMessage(id=3, schema=pb.SchemaRequest(kind=4))
    yield "submit", pb.ClientMessage(id=4, submit=pb.SubmitRequest(records=[record]))
    yield "reconcile", pb.ClientMessage(id=5, reconcile=pb.ReconcileRequest(
        items=[pb.Held(address=address, base_revision=3, ticket=ticket)]))
    yield "withdraw", pb.ClientMessage(id=6, withdraw=pb.WithdrawRequest(items=[item]))
    yield "get", pb.ClientMessage(id=7, get=pb.GetRequest(address=address, min_position=300))
    yield "list", pb.ClientMessage(id=2**63, list=pb.ListRequest(
        committee="520000", subtree=True, kind=2, period="2017Q3", cursor=b"\0\xff", limit=1000))
    yield "totals", pb.ClientMessage(id=9, totals=pb.TotalsRequest(
        kind=2, period="2017", measures=["amount"], by=["source"], children=True))
    yield "trace", pb.ClientMessage(id=10, trace=pb.TraceRequest(
        kind=2, period="2017", measure="amount", where=[pb.ByFilter(field="source", number=6)]))
    yield "status", pb.ClientMessage(id=11, status=pb.StatusRequest())


def server_messages(rec, pb):
    status = pb.Status(code=pb.CODE_FRAME_TOO_LARGE, params=[pb.Param(name="limit", number=4096)])
    error = pb.FieldError(code=pb.CODE_BAD_DATE, field="start_on", value="去年")
    outcomes = [pb.Outcome(outcome=pb.OUTCOME_CREATED, revision=1, position=7),
                pb.Outcome(outcome=pb.OUTCOME_REJECTED, errors=[error])]
    figure = pb.Figure(measure="amount", sum=pb.Sum(
        stated=True, value=12294000000, qualifier=rec.QUALIFIER_OVER, records=12, unquantified=1))
    yield "close", pb.ServerMessage(id=0, final=True, status=status)
    yield "unknown_request", pb.ServerMessage(id=8, final=True, status=pb.Status(code=pb.CODE_UNKNOWN_REQUEST))
    yield "submit_reply", pb.ServerMessage(id=4, final=True, submit=pb.SubmitReply(outcomes=outcomes, position=7))
    yield "totals_part", pb.ServerMessage(id=9, totals=pb.TotalsReply(
        position=7, tree="2018-03-26", kind=2, period="2017", basis=pb.BASIS_SUBMITTED, additive=True,
        rows=[pb.TotalsRow(committee="000000", name="全国", figures=[figure])]))


def main():
    with tempfile.TemporaryDirectory() as into:
        rec, pb = generate(sys.argv[1], into)
        for name, message in client_messages(rec, pb):
            print(name, "client", frame(message))
        for name, message in server_messages(rec, pb):
            print(name, "server", frame(message))


if __name__ == "__main__":
    main()
