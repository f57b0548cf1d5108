#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seed corpora anew: corpus/<harness>/<name>. Run it by hand after a change of the messages.

Inputs that a fuzzer found are added beside these by hand, under names of their own; nothing is removed here.
"""

import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import bundles as bundle_files  # noqa: E402
import messages  # noqa: E402
from workbook import Book, Number, pack  # noqa: E402

record, registry, _ = messages.load_anew()
bundle = messages.bundle()
TICKET = bytes(range(16))


def put(harness, name, data):
    folder = HERE / "corpus" / harness
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def packed(message):
    return message.SerializeToString(deterministic=True)


def frame(body):
    body = body if isinstance(body, bytes) else packed(body)
    return struct.pack(">I", len(body)) + body


def project():
    body = record.Project(title="青春行动")
    body.envelope.scope = 1
    body.envelope.visibility = 1
    body.envelope.service_fields.values.extend([1, 503])
    body.envelope.themes.values.append("留守儿童")
    body.quantity.MergeFrom(record.Quantity(value=200, qualifier=2, written="200余个"))
    return body


def requests():
    address = registry.Address(committee="520000", kind=1, period="2017", key="1")
    hello = registry.ClientMessage(id=1)
    hello.hello.MergeFrom(registry.Hello(major=1, client="seed 1.0"))
    submit = registry.ClientMessage(id=2)
    for key in "123":
        item = submit.submit.records.add(ticket=TICKET, body=packed(project()))
        item.address.CopyFrom(address)
        item.address.key = key
    reconcile = registry.ClientMessage(id=3)
    reconcile.reconcile.items.add(address=address, ticket=TICKET)
    withdraw = registry.ClientMessage(id=4)
    withdraw.withdraw.items.add(address=address, base_revision=1, ticket=TICKET, reason="重复")
    totals = registry.ClientMessage(id=5)
    totals.totals.MergeFrom(registry.TotalsRequest(kind=2, period="2017", measures=["amount"], by=["source"]))
    listing = registry.ClientMessage(id=6)
    listing.list.MergeFrom(registry.ListRequest(kind=1, subtree=True, limit=10))
    committees = registry.ClientMessage(id=7)
    item = committees.committee_import.items.add()
    item.body.code, item.body.name, item.body.level, item.body.parent_code = "110000", "北京市", 2, "000000"
    item.contacts.add(name="张三", phone="13800138000")
    ping = registry.ClientMessage(id=8)
    ping.ping.SetInParent()
    key = registry.ClientMessage(id=9, hello=registry.Hello(major=1, client="seed 1.0", key_id=TICKET * 2))
    proof = registry.ClientMessage(id=10, proof=registry.Proof(signature=TICKET * 4, invitation=TICKET, name="办公室"))
    invite = registry.ClientMessage(id=11, act_for="person:wang", invite=registry.InviteRequest(
        committee="520100", roles=["submit", "manage"], name="贵阳", ttl_s=3600, code_sha256=TICKET * 2))
    key_put = registry.ClientMessage(id=12, key_put=registry.KeyPutRequest(
        id="key:0123456789abcdef", roles=["query"], set_roles=True, reason="x"))
    rotate = registry.ClientMessage(id=13, key_rotate=registry.KeyRotateRequest(public_key=TICKET * 2,
                                                                                signature=TICKET * 4))
    return {"hello-key": key, "proof": proof, "invite": invite, "key-put": key_put, "key-rotate": rotate,
            "hello": hello, "submit": submit, "reconcile": reconcile, "withdraw": withdraw, "totals": totals,
            "list": listing, "committees": committees, "ping": ping}


def replies():
    totals = registry.ServerMessage(id=5, final=True)
    totals.totals.MergeFrom(registry.TotalsReply(position=9, tree="2018-03-26", kind=2, period="2017"))
    figure = totals.totals.rows.add(committee="000000").figures.add(measure="amount")
    figure.sum.MergeFrom(registry.Sum(stated=True, value=300000000, qualifier=1, records=1))
    figure.overlap.value = 3
    status = registry.ServerMessage(final=True)
    status.status.code, status.status.field = 3, "x"
    status.status.params.add(name="limit", number=-1)
    challenge = registry.ServerMessage(id=9, final=True, challenge=registry.Challenge(nonce=TICKET * 2, suite=1))
    return {"reply-totals": totals, "reply-status": status, "reply-challenge": challenge}


def frames():
    messages = {**requests(), **replies()}
    for name, message in messages.items():
        put("frame", name, frame(message))
    put("frame", "pipeline", b"".join(frame(m) for m in messages.values()))
    put("frame", "length-zero", bytes(4))
    put("frame", "length-huge", b"\xff\xff\xff\xff\x08\x01")
    put("frame", "amplify", frame(b"\xf2\x01\xd8\x04" + b"\x0a\x00" * 300))
    put("frame", "nul-in-string", frame(b"\x08\x01\x52\x05\x1a\x03a\0c"))
    put("frame", "unknown-field", frame(b"\x08\x01\xba\x3e\x06abcdef"))
    put("frame", "group", frame(b"\x0b\x0c"))


def with_envelope(body, scope=1, visibility=1):
    body.envelope.scope = scope
    body.envelope.visibility = visibility
    return body


def records():
    """Kind, two bytes of length, the private bytes, the body."""
    worker = record.Worker(quantity={"value": 170, "qualifier": 1}, workload={"value": 500})
    private = packed(record.WorkerPrivate(name="张三", cert_no="20170001", contact="13800138000"))
    funding = record.Funding(amount={"value": 20000000, "qualifier": 1, "written": "20万元"}, source=6)
    output = record.Output(activities={"qualifier": 6, "written": "一系列"})
    output.envelope.part_of = "520000/output/2017/7"
    extra = project()
    extra.envelope.extra.add(name="a").quantity.value = 1
    rows = {
        "project": (1, project(), b""),
        "funding": (2, with_envelope(funding), b""),
        "worker": (4, with_envelope(worker, scope=2), private),
        "output": (6, with_envelope(output), b""),
        "practice": (14, with_envelope(record.Practice(title="做法", body="第一行\n第二行"), visibility=3), b""),
        "extra": (1, extra, b""),
        "private-not-taken": (1, project(), private),
        "resident-id": (1, record.Project(title="身份证11010519491231002X"), b""),
        "empty": (1, record.Project(), b""),
    }
    for name, (kind, body, hidden) in rows.items():
        put("record", name, bytes([kind]) + struct.pack(">H", len(hidden)) + hidden + packed(body))
    put("record", "not-canonical", b"\x01\0\0\x90\x01\x01\x82\x01\x01x")
    put("record", "unknown-kind", b"\x63\0\0\x82\x01\x01x")


def cells():
    """Unit, the header's unit (by place in the harness), the cell."""
    rows = [(1, 0, "200余个"), (15, 2, "2194"), (15, 0, "9000余万元"), (6, 0, "1.62万人次"), (5, 0, "近30万人"),
            (1, 0, "若干"), (1, 0, "一批项目"), (3, 0, "１，２００名"), (5, 0, "至少1百万人"), (15, 1, "1,234.56元"),
            (3, 0, "3-5名"), (1, 0, "5E+17"), (1, 0, "三百余"), (15, 3, "1.5亿"), (1, 0, "约近200个"),
            (5, 0, "1000000000000001人"), (1, 0, "12.5个"), (15, 0, "450000")]
    for i, (unit, header, cell) in enumerate(rows):
        put("quantity", f"{i:02}", bytes([unit, header]) + cell.encode())


def access():
    """Lines of the access log, and what a crash may leave of one."""
    line = {"number": 7, "time_ms": 1764000000000, "event": "refused", "principal": "key:0123456789abcdef",
            "person": "person:li", "committee": "350100", "peer": "10.0.0.1:40112", "request": "submit",
            "object": "350100/project/2017/一 \"1\\", "code": "NOT_ALLOWED", "count": 3, "position": 0,
            "reason": "", "before": "ab" + "0" * 62}
    rows = {"refused": line, "first": {**line, "number": 1, "event": "started", "code": "", "before": "0" * 64},
            "large": {**line, "number": 2 ** 64 - 1, "time_ms": 2 ** 63 - 1, "object": "键" * 100}}
    for name, row in rows.items():
        put("access", name, json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    put("access", "torn", json.dumps(line, ensure_ascii=False, separators=(",", ":"))[:100])
    put("access", "blanks", json.dumps(line, ensure_ascii=False))
    put("access", "zeros", bytes(100))


def texts():
    rows = ["2017年7月31日", "2017.7.31", "20170731", "2017-7", "2017年第三季度", "2017h1", "2017Q4", "2017年上半年",
            "520102001-S07", "91350100M000100Y43", "身份证11010519491231002X", "+86 138-0013-8000", "　台账 ", "１２３",
            'a"b\\c\n\x01', "😀é", "520000/project/2017/1", "1.7E+3"]
    for i, text in enumerate(rows):
        put("text", f"{i:02}", text)
    put("text", "broken", b"\xff\xed\xa0\x80\xc2\xe5\x8f")


def options():
    rows = {
        "whole": "# c\n[fuzz]\nflag = yes\nnumber = -12\nsize = 3M\ntext = /srv/台账 1\nchoice = one\n",
        "comment": "[fuzz]\r\ntext = a ; b\r\n",
        "mark": "\ufeff[fuzz]\nflag=on",
        "unknown": "[fuzz]\nfoo = 1\n",
        "section": "[other]\nflag = yes\n",
        "twice": "[fuzz]\ntext = a\n b\n",
        "extremes": "[fuzz]\nnumber = -9223372036854775808\nsize = 9223372036854775807\n",
        "overflow": "[fuzz]\nnumber = 9223372036854775808\nsize = 9223372036854775807K\n",
        "long": "[fuzz]\ntext = " + "x" * 250 + "\n",
        "broken": "[fuzz\nno value\n",
        "nul": "[fuzz]\nte\0xt = a\n",
    }
    for name, text in rows.items():
        put("option", name, text)


def sheets():
    """Text files; parts of workbooks behind two letters; whole workbooks."""
    text = "报送单位,编号,名称\n320100,A,\"关爱\n一,\"\"x\"\"\"\n"
    for name, encoding in (("utf8", "utf-8"), ("mark", "utf-8-sig"), ("gbk", "gbk"), ("utf16le", "utf-16-le"),
                           ("utf16be", "utf-16-be"), ("utf16", "utf-16")):
        put("csv", name, text.encode(encoding))
    put("csv", "gb18030", "名称,a\n㐂😀,关爱\n".encode("gb18030"))
    put("csv", "tabs", text.replace(",", "\t"))
    put("csv", "semicolons", text.replace(",", ";"))
    put("csv", "broken", text.encode() + b"\xff\0\"")
    for name, part in {
        "sheet": 's\0<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c><c t="inlineStr"><is><r><t>a</t></r>'
                 '<rPh><t>b</t></rPh></is></c><c r="D1" s="1"><v>43101.5</v></c></row><row><c t="b"><v>1</v></c>'
                 '<c t="e"><v>#REF!</v></c><c><f>A1</f></c><c t="str"><f>A1</f><v>_x4E00_x</v></c></row></sheetData>'
                 '<mergeCells><mergeCell ref="A1:C1"/></mergeCells></worksheet>',
        "sheet-pieces": 's\x01<x:w xmlns:x="u"><x:sheetData><x:row r="7"><x:c r="B7" s="3"><x:v>-7.50E2</x:v></x:c></x:row>'
                        '</x:sheetData></x:w>',
        "strings": "t\0<sst><si><t>a_x000D_\n</t></si><si><r><t>b</t></r><rPh><t>c</t></rPh></si><si/></sst>",
        "styles": 'f\0<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-804]yyyy&quot;年&quot;m;@"/>'
                  '<numFmt numFmtId="165" formatCode="000"/><numFmt numFmtId="166" formatCode="h:mm AM/PM"/></numFmts>'
                  '<cellXfs><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="10"/></cellXfs>'
                  "</styleSheet>",
        "workbook": 'w\0<workbook xmlns:r="o"><workbookPr date1904="1"/><sheets><sheet name="一" sheetId="1" r:id="rId1"/>'
                    '<sheet name="b" state="hidden" r:id="rId2"/></sheets></workbook>',
        "links": 'r\0<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/../a.xml"/>'
                 '<Relationship Id="rId2" Type="x/worksheet" Target="/xl/b.xml"/>'
                 '<Relationship Id="rId3" Type="x/styles" Target="../../s.xml"/></Relationships>',
        "doctype": 's\0<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>',
    }.items():
        put("xlsx", name, part)
    book = Book().sheet("项目", [["标题"], ["报送单位", "编号", "报告期", "名称"], [320100, "A", Number("43101", 17), "x"]],
                        merges=["A1:D1"])
    put("package", "book", book.bytes())
    put("package", "stored", pack(book.finish(), 0))
    merged = Book().sheet("项目", [["单位：万元"], ["报送单位", "编号", "报告期", "名称", "项目数", "合同金额"],
                                 [320100, "A", 2017, "x", "5", "7"], ["", "B", 2017, "y", "", "——"], ["小计", "", "", "", "5", "7余"],
                                 [320200, "C", 2017, "z", "3个", ""], ["合计", "", "", "", "8", "若干"]],
                          merges=["A3:A4", "E3:E4", "F4:F6", "D6:D6", "A2:A3"])
    put("package", "merged", pack(merged.finish(), 0))


def bundles():
    """Bundles of both contents, and spoiled ones with a right trailer."""
    address = registry.Address(committee="520000", kind=1, period="2017", key="1")
    header = bundle.BundleHeader(format=1, content=1, bundle_id=TICKET, server="registry.example:7117",
                                 profile="default", time_ms=1511366400000)
    version = bundle.BundleVersion(record=registry.Record(address=address, ticket=TICKET, body=packed(project())))
    later = bundle.BundleVersion(waits=True, withdraw=registry.WithdrawItem(address=address, ticket=TICKET[::-1],
                                                                            reason="重复"))
    outcome = bundle.BundleOutcome(address=address, ticket=TICKET,
                                   outcome=registry.Outcome(outcome=1, revision=1, position=7))
    answer = bundle.BundleHeader()
    answer.CopyFrom(header)
    answer.content, answer.registry_id, answer.epoch = 2, TICKET, 1
    newer = bundle.BundleHeader()
    newer.CopyFrom(header)
    newer.format = 2
    bad_ticket = bundle.BundleVersion(record=registry.Record(address=address, ticket=b"short"))
    for name, data in {
        "versions": bundle_files.make(bundle, header, version, later),
        "outcomes": bundle_files.make(bundle, answer, outcome),
        "none": bundle_files.make(bundle, header),
        "newer": bundle_files.make(bundle, newer),
        "cut": bundle_files.make(bundle, header, version)[:-5],
        "mixed": bundle_files.make(bundle, header, version, outcome),
        "two-headers": bundle_files.make(bundle, header, bundle.BundleFrame(header=header)),
        "count": bundle_files.make(bundle, header, version, count=2),
        "sum": bundle_files.make(bundle, header, version, sha256=b""),
        "nothing": bundle_files.make(bundle, header, bundle.BundleVersion()),
        "ticket": bundle_files.make(bundle, header, bad_ticket),
        "huge-frame": bundle_files.MAGIC + b"\xff" * 8,
        "magic": bundle_files.MAGIC,
    }.items():
        put("bundle", name, data)


def lines():
    """Invitations, whole and spoiled by what is between the inviter and the office."""
    code, pin = "AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8"
    whole = f"taizhang://registry.example:7117/?c={code}&k={pin}"
    for name, line in {
        "whole": whole,
        "system": f"taizhang://192.0.2.1:7117/?c={code}&k=system",
        "ipv6": f"taizhang://[2001:db8::1]:7117/?k={pin}&c={code}&later=1",
        "mail": f"“{whole.replace('&', '&amp;')[:60]}\n{whole.replace('&', '&amp;')[60:]}”",
        "wide": whole.replace(":", "：").replace("?", "？"),
        "cut": whole[:-1],
        "twice": f"{whole}&c={code}",
        "unused-bits": whole[:-1] + "9",
        "other": "https://registry.example/",
        "no-port": f"taizhang://registry.example/?c={code}&k={pin}",
        "nul": f"taizhang://a\0b:1/?c={code}&k={pin}",
    }.items():
        put("line", name, line)


def keys():
    """A key's file: its id must be that of its seed, so it is written down as the program made it."""
    whole = ("taizhang-key 1\n# Whoever can read this file can act as this machine. Never send or copy it.\n"
             "seed AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\nid key:56475aa75463474c\nstate valid\n"
             "server registry.example:7117\n")
    trust = "trust AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
    for name, text in {
        "valid": whole + trust + "invitation AAECAwQFBgcICQoLDA0ODw\nregistry AAECAwQFBgcICQoLDA0ODw\n"
                 "committee 320102\nname 一号机\nmade 1800000000000\n",
        "rotating": (whole + trust + "replaces key:0123456789abcdef\nmade 1\n").replace("valid", "rotating"),
        "system": whole + "trust system\nheard 1800000000000\nmade 1\n",
        "later": whole + trust + "colour blue\nnothing\n\n# remark\n",
        "cut": whole + trust[:-1],
        "other-id": (whole + trust).replace("key:5", "key:6"),
        "no-trust": whole,
        "version-2": (whole + trust).replace("taizhang-key 1", "taizhang-key 2"),
    }.items():
        put("key", name, text.encode())


for write in (bundles, frames, records, cells, access, texts, options, sheets, lines, keys):
    write()
