#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes proto/vectors/frames.txt: whole frames as python3-protobuf packs them, independent of the C code.

    make_frames.py           write the file; run it after a change of the protocol and look at the difference
    make_frames.py --check   fail if the file differs from what would be written

A line: name, direction (client or server), hex. Every request and every reply of the protocol is there."""

from messages import golden_main, load_anew


def frame(message):
    body = message.SerializeToString(deterministic=True)
    return (len(body).to_bytes(4, "big") + body).hex()


def client_messages(rec, pb, journal):
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
    yield "changes", pb.ClientMessage(id=17, changes=pb.ChangesRequest(
        committee="520000", after=300, epoch=1, scope=b"\0\xff", limit=1000, min_position=301))
    yield "totals", pb.ClientMessage(id=9, totals=pb.TotalsRequest(
        kind=2, period="2017", measures=["amount"], by=["source"], children=True))
    yield "trace", pb.ClientMessage(id=10, trace=pb.TraceRequest(
        kind=2, period="2017", measure="amount", where=[pb.ByFilter(field="source", number=6)], built_up=True))
    yield "status", pb.ClientMessage(id=11, status=pb.StatusRequest())
    yield "history", pb.ClientMessage(id=12, history=pb.HistoryRequest(address=address, after_revision=1, limit=2))
    yield "committee_list", pb.ClientMessage(id=13, committee_list=pb.CommitteeListRequest(
        under="520000", subtree=True, level=4, reporting_set="provinces", find="市", after_code="520100", limit=50))
    yield "committee_import", pb.ClientMessage(id=14, committee_import=pb.CommitteeImportRequest(
        items=[pb.CommitteeItem(body=unit(journal), contacts=[journal.Contact(name="张三", phone="0851-1234")])]))
    yield "reporting_set_list", pb.ClientMessage(id=15, reporting_set_list=pb.ReportingSetListRequest(
        name="provinces"))
    yield "reporting_set_put", pb.ClientMessage(id=16, reporting_set_put=pb.ReportingSetPutRequest(
        body=reporting_set(journal)))
    yield "committee_list_on", pb.ClientMessage(id=13, committee_list=pb.CommitteeListRequest(
        under="000000", subtree=True, reporting_set="provinces", on="2017-12-31"))
    yield "committee_change", pb.ClientMessage(id=26, committee_change=pb.CommitteeChangeRequest(
        items=[pb.CommitteeItem(body=unit(journal), known_as="522100")], on="2018-04-01", reason="撤地设市"))
    yield "totals_as_of", pb.ClientMessage(id=9, totals=pb.TotalsRequest(
        kind=2, period="2017", tree_as_of="2017-12-31"))
    yield "trace_as_of", pb.ClientMessage(id=10, trace=pb.TraceRequest(
        kind=2, period="2017", measure="amount", tree_as_of="2017-12-31"))
    yield "hello_key", pb.ClientMessage(id=1, hello=pb.Hello(major=1, client="vectors 1", key_id=bytes(range(32))))
    yield "proof", pb.ClientMessage(id=2, proof=pb.Proof(signature=bytes(range(64))))
    yield "proof_enrols", pb.ClientMessage(id=2, proof=pb.Proof(
        signature=bytes(range(64)), invitation=bytes(range(16)), name="办公室"))
    yield "act_for", pb.ClientMessage(id=18, act_for="person:wang", ping=pb.PingRequest())
    yield "key_list", pb.ClientMessage(id=19, key_list=pb.KeyListRequest(
        committee="520000", subtree=True, revoked=True, after="key:0001020304050607", limit=100))
    yield "key_put", pb.ClientMessage(id=20, key_put=pb.KeyPutRequest(
        id="person:wang", name="王芳", roles=["submit", "query"], set_roles=True, committee="520100"))
    yield "key_revoke", pb.ClientMessage(id=20, key_put=pb.KeyPutRequest(
        id="key:0001020304050607", revoke=True, reason="遗失"))
    yield "key_rotate", pb.ClientMessage(id=21, key_rotate=pb.KeyRotateRequest(
        public_key=bytes(range(32)), signature=bytes(range(64))))
    yield "invite", pb.ClientMessage(id=22, invite=pb.InviteRequest(
        committee="520100", roles=["submit", "manage"], name="贵阳市", ttl_s=3600, code_sha256=bytes(range(32))))
    yield "invite_cancel", pb.ClientMessage(id=22, invite=pb.InviteRequest(
        code_sha256=bytes(range(32)), cancel=True))
    yield "invitation_list", pb.ClientMessage(id=23, invitation_list=pb.InvitationListRequest(
        committee="520000", subtree=True, all=True, after=bytes(range(32)), limit=100))
    yield "audit", pb.ClientMessage(id=24, audit=pb.AuditRequest(
        from_ms=1521993600000, to_ms=1522080000000, event="refused", principal="key:0001020304050607",
        committee="520100", object="520100/worker/", after=41, limit=100))
    yield "erase", pb.ClientMessage(id=25, erase=pb.EraseRequest(
        address=pb.Address(committee="520100", kind=2, period="2017", key="7"), reason="本人要求"))


def key(pb, journal):
    body = journal.KeyBody(
        id="key:0001020304050607", public_key=bytes(range(32)), name="办公室", committee=3, committee_code="520100",
        roles=["submit", "manage"], revoked=True, rotated_from="key:1011121314151617", until_ms=1522598400000,
        invitation=bytes(range(32)), enrolled_from="10.0.0.7", enrolled_ms=1521993600000)
    return pb.Principal(body=body, revision=2, enrolled_ms=1521993600000, committee_name="贵阳市", by="socket",
                        changed_ms=1522080000000)


def invitation(pb, journal):
    body = journal.InvitationBody(
        code_sha256=bytes(range(32)), committee=3, committee_code="520100", roles=["submit", "manage"],
        name="贵阳市", expires_ms=1522252800000, used_by="key:0001020304050607", used_from="10.0.0.7",
        used_ms=1522080000000, created_ms=1521993600000, created_by="socket")
    return pb.Invitation(body=body, revision=2, created_ms=1521993600000, by="socket", state="used",
                         committee_name="贵阳市")


def unit(journal):
    return journal.CommitteeBody(code="520100", name="贵阳市", short_name="贵阳", level=3, type=1,
                                 parent_code="520000", valid_from="1949", successors=["520101", "520102"])


def reporting_set(journal):
    return journal.ReportingSetBody(
        name="provinces", label="省级", members=["110000", "520000"],
        terms=[journal.ReportingSetTerm(code="520000", **{"from": "2017-01-01", "to": "2018-04-01"})])


def server_messages(rec, pb, journal):
    status = pb.Status(code=pb.CODE_FRAME_TOO_LARGE, params=[pb.Param(name="limit", number=4096)])
    error = pb.FieldError(code=pb.CODE_BAD_DATE, field="start_on", value="去年")
    replaced = pb.Replaced(measure="amount", sum=pb.Sum(
        stated=True, value=300000000, qualifier=rec.QUALIFIER_EXACT, records=12))
    outcomes = [pb.Outcome(outcome=pb.OUTCOME_CREATED, revision=1, position=7),
                pb.Outcome(outcome=pb.OUTCOME_REJECTED, errors=[error])]
    figure = pb.Figure(measure="amount", sum=pb.Sum(
        stated=True, value=12294000000, qualifier=rec.QUALIFIER_OVER, records=12, unquantified=1))
    yield "close", pb.ServerMessage(id=0, final=True, status=status)
    yield "unknown_request", pb.ServerMessage(id=8, final=True, status=pb.Status(code=pb.CODE_UNKNOWN_REQUEST))
    yield "submit_reply", pb.ServerMessage(id=4, final=True, submit=pb.SubmitReply(
        outcomes=[*outcomes, pb.Outcome(outcome=pb.OUTCOME_UPDATED, revision=2, position=8, replaced=[replaced])],
        position=8))
    yield "totals_part", pb.ServerMessage(id=9, totals=pb.TotalsReply(
        position=7, tree="2018-03-26", kind=2, period="2017", basis=pb.BASIS_SUBMITTED, additive=True,
        rows=[pb.TotalsRow(committee="000000", name="全国", figures=[figure])]))
    limits = pb.Limits(frame_bytes=1048576, body_bytes=65536, outstanding_requests=64, outstanding_bytes=4194304,
                       records_per_submit=1000, page=1000, text_characters=2000, list_items=32, errors_per_record=16,
                       tree_depth=8)
    address = pb.Address(committee="520000", kind=1, period="2017", key="1")
    state = pb.RecordState(
        address=address, revision=2, base_revision=1, ticket=bytes(range(16)), position=6, epoch=1,
        time_ms=1521993600000, principal="socket", withdrawn=True, reason="重复", body_sha256=bytes(32),
        committee_name="贵州省")
    project = pb.KindInfo(number=1, name="project", zh="项目", en="Project", fields=[pb.FieldInfo(
        name="scope", zh="统计范围", en="Scope", type="enum", required=True, envelope=True, number=1,
        members=[pb.EnumMember(number=1, name="own", zh="本级")], aliases=["范围"])])
    yield "hello_reply", pb.ServerMessage(id=1, final=True, hello=pb.HelloReply(
        major=1, server="taizhangd 1", registry_id=bytes(range(16)), epoch=1, position=7, principal="socket",
        committee="000000", roles=["administrator"], limits=limits))
    yield "ping_reply", pb.ServerMessage(id=2, final=True, ping=pb.PingReply(position=7, time_ms=1521993600000))
    yield "schema_reply", pb.ServerMessage(id=3, final=True, schema=pb.SchemaReply(kinds=[project]))
    yield "reconcile_reply", pb.ServerMessage(id=5, final=True, reconcile=pb.ReconcileReply(
        answers=[pb.HeldAnswer(held=pb.HELD_SUPERSEDED, revision=5), pb.HeldAnswer(held=pb.HELD_NONE)], position=7))
    yield "withdraw_reply", pb.ServerMessage(id=6, final=True, withdraw=pb.WithdrawReply(
        outcomes=[pb.Outcome(outcome=pb.OUTCOME_WITHDRAWN, revision=5, position=8, withdrawn=True)], position=8))
    yield "get_reply", pb.ServerMessage(id=7, final=True, get=pb.GetReply(record=state, position=7))
    yield "history_reply", pb.ServerMessage(id=12, final=True, history=pb.HistoryReply(
        records=[state], position=7, more=True))
    yield "list_reply", pb.ServerMessage(id=2**63, final=True, list=pb.ListReply(
        records=[state], position=7, next_cursor=b"\0\xff"))
    yield "changes_reply", pb.ServerMessage(id=17, final=True, changes=pb.ChangesReply(
        records=[state], removed=[address], committees=[pb.Committee(body=unit(journal), number=3, revision=1)],
        position=7, epoch=1, time_ms=1521993600000, scope=b"\0\xff", more=True, committee="520000"))
    yield "changes_restart", pb.ServerMessage(id=17, final=True, changes=pb.ChangesReply(
        epoch=2, time_ms=1521993600000, scope=b"\0", more=True, restart=True, committee="520000"))
    yield "trace_reply", pb.ServerMessage(id=10, final=True, trace=pb.TraceReply(
        position=7, tree="2018-03-26", figure=figure, rows=[pb.TraceRow(record=state, quantity=rec.Quantity(
            value=12294000000, qualifier=rec.QUALIFIER_OVER, written="12294余万元"))]))
    yield "committee_list_reply", pb.ServerMessage(id=13, final=True, committee_list=pb.CommitteeListReply(
        committees=[pb.Committee(body=unit(journal), number=3, revision=1)], position=7, next_after="520100"))
    yield "committee_import_reply", pb.ServerMessage(id=14, final=True, committee_import=pb.CommitteeImportReply(
        outcomes=outcomes[:1], position=9))
    yield "reporting_set_list_reply", pb.ServerMessage(
        id=15, final=True, reporting_set_list=pb.ReportingSetListReply(
            sets=[pb.ReportingSet(body=reporting_set(journal), revision=1)], position=9))
    yield "committee_list_states", pb.ServerMessage(id=13, final=True, committee_list=pb.CommitteeListReply(
        committees=[pb.Committee(
            body=unit(journal), number=3, revision=2, hangs_below=9, standing=pb.STANDING_CLOSED,
            states=[unit(journal), journal.CommitteeBody(
                code="520100", name="贵阳市", level=3, type=1, parent=2, parent_code="520000", valid_to="2018-04-01",
                successors=["520190"], effective_on="2018-04-01")])], position=7))
    yield "committee_change_reply", pb.ServerMessage(id=26, final=True, committee_change=pb.CommitteeChangeReply(
        outcomes=outcomes[:1], position=9))
    yield "reporting_set_put_reply", pb.ServerMessage(id=16, final=True, reporting_set_put=pb.ReportingSetPutReply(
        outcome=outcomes[0], position=9))
    yield "status_reply", pb.ServerMessage(id=11, final=True, status_report=pb.StatusReply(
        server="taizhangd 1", registry_id=bytes(range(16)), epoch=1, position=9, tree="2018-03-26",
        time_ms=1521993600000, started_ms=1521990000000, committees=3385, records=180, connections=1,
        limits=limits, counters=[pb.Param(name="requests", number=16)]))
    yield "challenge", pb.ServerMessage(id=1, final=True, challenge=pb.Challenge(nonce=bytes(range(32)), suite=1))
    yield "proof_reply", pb.ServerMessage(id=2, final=True, hello=pb.HelloReply(
        major=1, server="taizhangd 1", registry_id=bytes(range(16)), epoch=1, position=7,
        principal="key:0001020304050607", committee="520100", roles=["submit", "manage"], limits=limits,
        time_ms=1521993600000))
    yield "invitation_refused", pb.ServerMessage(id=0, final=True, status=pb.Status(
        code=pb.CODE_INVITATION, field="invitation", params=[pb.Param(name="state", text="used")]))
    yield "key_list_reply", pb.ServerMessage(id=19, final=True, key_list=pb.KeyListReply(
        keys=[key(pb, journal)], position=9, next_after="key:0001020304050607"))
    yield "key_put_reply", pb.ServerMessage(id=20, final=True, key_put=pb.KeyPutReply(
        outcome=outcomes[0], position=9, key=key(pb, journal)))
    yield "key_rotate_reply", pb.ServerMessage(id=21, final=True, key_rotate=pb.KeyRotateReply(
        outcome=outcomes[0], position=9, key=key(pb, journal), old_until_ms=1522598400000))
    yield "invite_reply", pb.ServerMessage(id=22, final=True, invite=pb.InviteReply(
        outcome=outcomes[0], position=9, invitation=invitation(pb, journal), address="registry.example:7117",
        certificate_sha256=bytes(range(32)), system_trust=True))
    yield "invitation_list_reply", pb.ServerMessage(id=23, final=True, invitation_list=pb.InvitationListReply(
        invitations=[invitation(pb, journal)], position=9, next_after=bytes(range(32))))
    yield "audit_reply", pb.ServerMessage(id=24, final=True, audit=pb.AuditReply(
        events=[pb.AccessEvent(
            number=42, time_ms=1521993600000, event="refused", principal="key:0001020304050607",
            person="person:wang", committee="520100", peer="10.0.0.7:40112", request="submit",
            object="520200/worker/2017/7", code=pb.CODE_NOT_ALLOWED, count=3, position=9, reason="repeated",
            sha256=bytes(range(32)))],
        next_after=42, broken=True))
    yield "erase_reply", pb.ServerMessage(id=25, final=True, erase=pb.EraseReply(
        outcome=pb.Outcome(outcome=pb.OUTCOME_UPDATED, revision=2, position=9), position=9, revisions=2,
        pending=True))
    yield "rate_limited", pb.ServerMessage(id=26, final=True, status=pb.Status(
        code=pb.CODE_RATE_LIMITED, params=[
            pb.Param(name="what", text="records"), pb.Param(name="wait_ms", number=1250)]))


def make():
    modules = load_anew()
    lines = [f"{name} client {frame(message)}\n" for name, message in client_messages(*modules)]
    lines += [f"{name} server {frame(message)}\n" for name, message in server_messages(*modules)]
    return "".join(lines)


if __name__ == "__main__":
    golden_main("frames.txt", make)
