# SPDX-License-Identifier: Apache-2.0
"""A client of the registry in Python, written from proto/PROTOCOL.md and the .proto files alone.

It shares no code with the client and daemon in C: what both read in the document must agree. Needs Debian's
python3-protobuf and python3-nacl; the _pb2 modules are generated into the build folder."""

import functools
import os
import pathlib
import secrets
import shutil
import socket
import ssl
import struct
import tempfile
import time

import messages
from device_key import SYSTEM, DeviceKey, make_line, parse_line, sha256
from messages import SOURCE

BUILD = pathlib.Path(os.environ.get("TZ_BUILD", SOURCE / "build" / "debug"))


def generate():
    """Runs protoc unless the modules are newer than the .proto files. Several tests may do so at once: each
    writes a folder of its own and renames it."""
    sources = sorted((SOURCE / "proto" / "taizhang" / "v1").glob("*.proto"))
    newest = max(source.stat().st_mtime_ns for source in sources)
    out = BUILD / "tests" / f"pb-{newest:x}"
    if not out.is_dir():
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.mkdtemp(prefix="pb-", dir=out.parent)
        messages.generate(scratch)
        try:
            os.rename(scratch, out)
        except OSError:
            shutil.rmtree(scratch)
    return messages.load(out)


record_pb2, registry_pb2, journal_pb2 = generate()
pb = registry_pb2

KINDS = ["", "project", "funding", "post", "worker", "coverage", "output", "organisation", "platform", "need",
         "catalogue", "policy", "liaison", "evaluation", "practice", "issue"]


def code_name(code):
    name = pb.Code.Name(code)
    return name[5:] if name.startswith("CODE_") else name


def outcome_name(outcome):
    return pb.OutcomeCode.Name(outcome.outcome)[8:]


class Refused(Exception):
    """The registry answered a request with an error."""

    def __init__(self, status):
        self.status = status
        self.code = code_name(status.code)
        super().__init__(f"{self.code} {status.field} {status.value}".strip())


class Closed(Exception):
    """The connection has ended. code: the reason that the daemon gave, None if it gave none."""

    def __init__(self, status=None):
        self.status = status
        self.code = code_name(status.code) if status is not None else None
        super().__init__(self.code or "without a word")


class WrongCertificate(Exception):
    """The registry shows another certificate than the pinned one."""


@functools.cache
def tls(verified):
    """What a registry is spoken to with: TLS 1.3 and nothing else."""
    context = ssl.create_default_context() if verified else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["taizhang/1"])
    if not verified:  # the pin says more than any issuer
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Wire:
    """Bytes and frames on a socket, within TLS where it is TCP; knows no messages.

    pin: what the SHA-256 of the registry's certificate must be, SYSTEM to have it verified, None for any.
    source: the address to come from."""

    def __init__(self, server, timeout=60, pin=None, source=None):
        self.certificate = bytes(32)
        if server.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(server[5:])
            return
        host, port = server.rsplit(":", 1)
        host = host.strip("[]")
        plain = socket.create_connection((host, int(port)), timeout, source and (source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = tls(pin == SYSTEM).wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        self.certificate = sha256(self.socket.getpeercert(True))
        if pin not in (None, SYSTEM, self.certificate):
            self.socket.close()
            raise WrongCertificate(f"{self.certificate.hex()} instead of {pin.hex()}")

    @classmethod
    def on(cls, connected):
        """On a socket that there is already."""
        made = cls.__new__(cls)
        made.socket, made.certificate = connected, bytes(32)
        return made

    def send(self, data):
        self.socket.sendall(data)

    def send_frame(self, data):
        self.send(struct.pack(">I", len(data)) + data)

    def receive(self, size):
        """Exactly size bytes, or b"" when the other end is gone."""
        parts = []
        while size > 0:
            try:
                part = self.socket.recv(min(size, 1 << 16))
            except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                return b""
            if not part:
                return b""
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def receive_frame(self):
        """One frame's bytes, or None when the other end is gone."""
        header = self.receive(4)
        if len(header) < 4:
            return None
        (size,) = struct.unpack(">I", header)
        body = self.receive(size)
        return body if len(body) == size else None

    def receive_message(self):
        """One ServerMessage, or None when the other end is gone."""
        frame = self.receive_frame()
        return None if frame is None else pb.ServerMessage.FromString(frame)

    def end(self):
        """Nothing more will be sent; what comes is still read."""
        socket.socket.shutdown(self.socket, socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Client:
    """One connection after Hello. `send` and `wait` pipeline; the other methods ask one thing and wait for it.
    With a key the registry is answered that this is ours; with an invitation too, it is enrolled by that."""

    def __init__(self, server, timeout=60, key=None, pin=None, invitation=b"", name="", reason="", act_for=""):
        self.wire = Wire(server, timeout, pin)
        self.last_id = 0
        self.waiting = {}
        self.reason = self.act_for = ""
        try:
            self.hello = self.greet(key, invitation, name)
        except BaseException:
            self.close()
            raise
        self.reason = reason    # for every write of this client, as one from above must give
        self.act_for = act_for  # the person on whose behalf everything is asked

    def greet(self, key, invitation, name):
        hello = pb.Hello(major=1, minor=0, client="tzclient.py", key_id=key.public if key else b"")
        reply = self.ask("hello", hello)
        if not key:
            return reply.hello
        assert reply.challenge.suite == 1
        signature = key.prove(reply.challenge.nonce, self.wire.certificate, invitation)
        return self.ask("proof", pb.Proof(signature=signature, invitation=invitation, name=name)).hello

    def close(self):
        self.wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- requests and replies ---

    def pack(self, name, message):
        """The next request's (id, bytes)."""
        self.last_id += 1
        request = pb.ClientMessage(id=self.last_id, act_for=self.act_for)
        getattr(request, name).CopyFrom(message)
        written = {"submit": [request.submit], "withdraw": request.withdraw.items}
        for part in written.get(name, []):
            part.reason = part.reason or self.reason
        return self.last_id, request.SerializeToString(deterministic=True)

    def send(self, name, message):
        number, data = self.pack(name, message)
        self.wire.send_frame(data)
        return number

    def receive(self):
        """The next message of any request."""
        message = self.wire.receive_message()
        if message is None:
            raise Closed()
        if message.id == 0:
            raise Closed(message.status)
        return message

    def wait(self, number):
        """All messages of one request, up to the final one. What arrives for others is kept for them."""
        while True:
            got = self.waiting.get(number, [])
            if got and got[-1].final:
                del self.waiting[number]
                if got[-1].HasField("status") and got[-1].status.code:
                    raise Refused(got[-1].status)
                return got
            message = self.receive()
            self.waiting.setdefault(message.id, []).append(message)

    def ask_all(self, name, message):
        return self.wait(self.send(name, message))

    def ask(self, name, message):
        """The answer as one message, its parts joined."""
        first, *rest = self.ask_all(name, message)
        for part in rest:
            first.MergeFrom(part)
        return first

    # --- records ---

    def submit(self, *records, reason=""):
        """Outcomes in order."""
        reply = self.ask("submit", pb.SubmitRequest(records=records, reason=reason)).submit
        assert len(reply.outcomes) == len(records)
        return list(reply.outcomes)

    def send_record(self, one):
        """Sends one record without waiting; the answer comes from `outcome`."""
        return self.send("submit", pb.SubmitRequest(records=[one]))

    def outcome(self, number):
        return self.wait(number)[0].submit.outcomes[0]

    def put(self, *records):
        """Submits what must be taken: fails unless every outcome is CREATED or UPDATED."""
        outcomes = self.submit(*records)
        for record, outcome in zip(records, outcomes):
            assert outcome_name(outcome) in ("CREATED", "UPDATED"), (record.address, outcome)
        return outcomes

    def withdraw(self, place, base, reason="", ticket=None):
        item = pb.WithdrawItem(address=address(place), base_revision=base, ticket=ticket or new_ticket(),
                               reason=reason)
        return self.ask("withdraw", pb.WithdrawRequest(items=[item])).withdraw.outcomes[0]

    def reconcile(self, *items):
        """items: (address text, base, ticket). Names of the answers."""
        held = [pb.Held(address=address(place), base_revision=base, ticket=ticket)
                for place, base, ticket in items]
        reply = self.ask("reconcile", pb.ReconcileRequest(items=held)).reconcile
        return [(pb.HeldCode.Name(answer.held)[5:], answer.revision) for answer in reply.answers]

    def get(self, place, revision=0, **options):
        return self.ask("get", pb.GetRequest(address=address(place), revision=revision, **options)).get.record

    def history(self, place, **options):
        return list(self.ask("history", pb.HistoryRequest(address=address(place), **options)).history.records)

    def erase(self, place, reason=""):
        """The EraseReply; refusals stand in its outcome."""
        return self.ask("erase", pb.EraseRequest(address=address(place), reason=reason)).erase

    def audit(self, **options):
        """Every event of the access log that the filters leave, page by page; none may be broken."""
        after = 0
        while True:
            final = None
            for m in self.ask_all("audit", pb.AuditRequest(after=after, **options)):
                assert not m.audit.broken
                yield from m.audit.events
                final = m
            if not final.audit.next_after:
                return
            assert final.audit.next_after > after
            after = final.audit.next_after

    def list_page(self, **options):
        """One page: (records, next cursor)."""
        page = self.ask("list", pb.ListRequest(**options)).list
        return list(page.records), page.next_cursor

    def list(self, **options):
        """All pages, of the whole subtree unless said otherwise."""
        options.setdefault("subtree", True)
        records, cursor = self.list_page(**options)
        while cursor:
            page, cursor = self.list_page(cursor=cursor, **options)
            records += page
        return records

    def changes(self, **options):
        """One page of what changed: a ChangesReply."""
        return self.ask("changes", pb.ChangesRequest(**options)).changes

    # --- totals ---

    def totals_reply(self, kind, period="2017", **options):
        request = pb.TotalsRequest(kind=kind_number(kind), period=period, **options)
        parts = self.ask_all("totals", request)
        assert len({part.totals.position for part in parts}) == 1
        reply = parts[0].totals
        for part in parts[1:]:
            reply.rows.extend(part.totals.rows)
        return reply

    def figures(self, kind, period="2017", **options):
        """Figures by measure of a totals answer that has one row."""
        reply = self.totals_reply(kind, period, **options)
        assert len(reply.rows) == 1, reply
        return {figure.measure: figure for figure in reply.rows[0].figures}

    def total(self, kind, measure, committee="", period="2017", **options):
        """(value or None, qualifier, records, unquantified) of one figure, or None when nothing was stated."""
        figure = self.figures(kind, period, committee=committee, **options).get(measure)
        return None if figure is None else plain(figure.sum)

    def trace(self, kind, measure, period="2017", **options):
        """(figure, rows) over all pages."""
        cursor, rows, figure = b"", [], None
        while True:
            request = pb.TraceRequest(kind=kind_number(kind), period=period, measure=measure, cursor=cursor,
                                      **options)
            parts = self.ask_all("trace", request)
            figure = parts[0].trace.figure
            rows += [row for part in parts for row in part.trace.rows]
            cursor = parts[-1].trace.next_cursor
            if not cursor:
                return figure, rows

    # --- keys ---

    def invite(self, committee, *roles, name="", ttl_s=0, code=None):
        """Invites a device; (code, InviteReply). The registry is told the code's hash only."""
        code = code or secrets.token_bytes(16)
        request = pb.InviteRequest(committee=committee, roles=roles, name=name, ttl_s=ttl_s,
                                   code_sha256=sha256(code))
        return code, self.ask("invite", request).invite

    def invitation_line(self, committee, *roles, **options):
        """What an office is handed."""
        code, reply = self.invite(committee, *roles, **options)
        return make_line(reply.address, code, SYSTEM if reply.system_trust else reply.certificate_sha256)

    def cancel(self, code):
        return self.ask("invite", pb.InviteRequest(code_sha256=sha256(code), cancel=True)).invite

    def invitations(self, **options):
        reply = self.ask("invitation_list", pb.InvitationListRequest(**options)).invitation_list
        return list(reply.invitations)

    def keys(self, **options):
        """All pages, of the whole subtree unless said otherwise."""
        options.setdefault("subtree", True)
        keys, after = [], ""
        while True:
            reply = self.ask("key_list", pb.KeyListRequest(after=after, **options)).key_list
            keys += reply.keys
            after = reply.next_after
            if not after:
                return keys

    def put_key(self, id, **change):
        return self.ask("key_put", pb.KeyPutRequest(id=id, **change)).key_put

    def set_roles(self, id, *roles):
        return self.put_key(id, roles=roles, set_roles=True)

    def revoke(self, id, reason=""):
        return self.put_key(id, revoke=True, reason=reason)

    def rotate(self, old, new):
        request = pb.KeyRotateRequest(public_key=new.public, signature=new.follow(old))
        return self.ask("key_rotate", request).key_rotate

    # --- committees and the rest ---

    def import_committees(self, *items):
        """items: (code, name, level on the wire, parent code[, grouping])."""
        made = []
        for code, name, level, parent, *grouping in items:
            body = journal_pb2.CommitteeBody(code=code, name=name, level=level, parent_code=parent,
                                             type=2 if grouping and grouping[0] else 1)
            made.append(pb.CommitteeItem(body=body))
        return list(self.ask("committee_import", pb.CommitteeImportRequest(items=made)).committee_import.outcomes)

    def committees_page(self, **options):
        page = self.ask("committee_list", pb.CommitteeListRequest(**options)).committee_list
        return list(page.committees), page.next_after

    def committees(self, **options):
        units, after = self.committees_page(**options)
        while after:
            page, after = self.committees_page(after_code=after, **options)
            units += page
        return units

    def put_reporting_set(self, name, members, label=""):
        body = journal_pb2.ReportingSetBody(name=name, label=label, members=sorted(set(members)))
        return self.ask("reporting_set_put", pb.ReportingSetPutRequest(body=body)).reporting_set_put.outcome

    def reporting_sets(self, name=""):
        return list(self.ask("reporting_set_list", pb.ReportingSetListRequest(name=name)).reporting_set_list.sets)

    def ping(self):
        return self.ask("ping", pb.PingRequest()).ping

    def position(self):
        return self.ping().position

    def status(self):
        return self.ask("status", pb.StatusRequest()).status_report

    def schema(self, kind=0):
        return list(self.ask("schema", pb.SchemaRequest(kind=kind)).schema.kinds)


def join(line, name="", key=None, **options):
    """What an office does with its line; (key, pin, client). The key and the pin are to be kept."""
    server, code, pin = parse_line(line)
    key = key or DeviceKey()
    return key, pin, Client(server, key=key, pin=pin, invitation=code, name=name, **options)


def kind_number(kind):
    return KINDS.index(kind) if isinstance(kind, str) else kind


def address(text):
    """committee/kind/period/key"""
    committee, kind, period, key = text.split("/", 3)
    return pb.Address(committee=committee, kind=kind_number(kind), period=period, key=key)


def new_ticket():
    return secrets.token_bytes(16)


def record(place, body, base=0, ticket=None, private=b"", confirmed=False):
    """A Record as it travels. body: a message, or bytes as they are."""
    if not isinstance(body, bytes):
        body = body.SerializeToString(deterministic=True)
    if not isinstance(private, bytes):
        private = private.SerializeToString(deterministic=True)
    return pb.Record(address=address(place), base_revision=base, ticket=ticket or new_ticket(),
                     confirmed=confirmed, body=body, private=private)


def plain(total):
    """A Sum as (value or None, qualifier, records, unquantified)."""
    name = record_pb2.Qualifier.Name(total.qualifier)[10:].lower()
    return (total.value if total.stated else None, name, total.records, total.unquantified)


def wait_until(condition, what, seconds=30):
    """Polls until the condition gives something true, which is returned; fails at the deadline."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}"
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
