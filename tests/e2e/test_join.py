# SPDX-License-Identifier: Apache-2.0
"""Inviting, joining and keys, by the command line: what is printed, what is kept, and what is said when it fails."""

import base64
import re
import shutil
import stat
import subprocess
import zipfile

import pytest

from device_key import DeviceKey, from_base64url
from registry import Home
from tzclient import Closed, parse_line, wait_until

SHEET = "报送单位,编号,报告期,名称,项目数\n320102,{},2017,青少年服务项目,3\n"
LINE = re.compile(r"taizhang://127\.0\.0\.1:\d+/\?c=[\w-]{22}&k=[\w-]{43}\n")


@pytest.fixture
def registry(make_registry):
    registry = make_registry(tcp=True)
    registry.plant()
    return registry


@pytest.fixture
def office(registry, tmp_path):
    """A home that knows nothing."""
    return Home(registry, tmp_path / "office")


def invite(registry, *args):
    """The line, and what was said beside it."""
    done = registry.cli("invite", "--committee", "320102", "--role", "submit", "--for", "玄武区", *args)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def submit(home, key, *args):
    path = home.folder / "project.csv"
    path.write_text(SHEET.format(key), "utf-8")
    return home.cli("submit", path, *args)


def keys_of(home):
    return sorted(home.folder.glob(".local/state/taizhang/*.keys/*.key"))


# --- inviting ---


def test_one_line_and_nothing_else_on_standard_output(registry):
    done = registry.cli("invite", "--committee", "320102", "--role", "submit,query", "--for", "玄武区")
    assert LINE.fullmatch(done.stdout)
    for told in ("玄武区", "taizhang join", "submit, query", "320102", "--cancel"):
        assert told in done.stderr
    quiet = registry.cli("invite", "--committee", "320102", "--role", "submit", "--for", "x", "--quiet")
    assert LINE.fullmatch(quiet.stdout) and quiet.stderr == ""


def test_roles_in_either_language(registry):
    made = registry.json("invite", "--committee", "320102", "--role", "查询、填报，submit", "--for", "玄武区", "--ttl", "3天")
    assert made["roles"] == ["submit", "query"] and made["committee_name"] == "玄武区"
    server, _, pin = parse_line(made["line"])
    assert (server, pin) == (registry.tcp, registry.pin)
    [listed] = registry.lines("invite", "--list")
    assert (listed["id"], listed["state"], listed["roles"]) == (made["id"], "open", "submit,query")
    assert (listed["for"], listed["expires"]) == ("玄武区", made["expires"])


@pytest.mark.parametrize("args, told", [
    ([], "--for NAME"),
    (["--committee", "320102", "--role", "king", "--for", "x"], "king"),
    (["--committee", "320102", "--role", "submit"], "--for NAME"),
    (["--role", "submit", "--for", "x"], "--committee CODE"),
    (["--role", "secure,submit", "--for", "x", "--committee", "320102"], "together"),
    (["--committee", "320102", "--role", "submit", "--for", "x", "--ttl", "soon"], "72h"),
    (["--committee", "320102", "--role", "submit", "--for", "x", "--address", "unix:/x"], "HOST:PORT"),
    (["--list", "--cancel", "1"], "Either"),
    (["--list", "--for", "x"], "Either"),
    (["--all"], "Either"),
    (["more"], "more"),
])
def test_wrong_usage_of_invite(registry, args, told):
    done = registry.cli("invite", *args)
    assert done.returncode == 2 and told in done.stderr
    assert registry.lines("invite", "--list", "--all") == []


def test_an_invitation_is_taken_back_by_its_id_or_its_line(registry, office):
    line, _ = invite(registry)
    other, _ = invite(registry)
    assert registry.cli("invite", "--cancel", "0123456789abcdef").returncode == 1
    assert registry.cli("invite", "--cancel", line).returncode == 0
    [left] = registry.lines("invite", "--list")
    assert registry.cli("invite", "--cancel", left["id"][:10]).returncode == 0
    assert registry.lines("invite", "--list") == []
    assert {one["state"] for one in registry.lines("invite", "--list", "--all")} == {"cancelled"}
    for gone in (line, other):
        done = office.cli("join", gone)
        assert done.returncode == 4 and "cancelled" in done.stderr
    assert keys_of(office) == []


def test_what_an_invitation_names_works_when_the_root_has_a_master(registry, tmp_path):
    """The socket's owner no longer acts for the root then, and still looks after what it made further down."""
    Home(registry, tmp_path / "nation").run("join", registry.line("000000", "manage"))
    _, told = invite(registry)
    [shows] = re.findall(r"taizhang (invite --list [\w -]+) shows", told)
    [takes] = re.findall(r"taizhang (invite --cancel [\w -]+) takes", told)
    assert "玄武区" in registry.run(*shows.split())
    registry.run(*takes.split())
    assert registry.lines(*shows.split())[0]["state"] == "cancelled"


def test_lists_as_workbooks(registry, office):
    office.run("join", registry.line("320102", "submit"))
    own = office.json("ping")["principal"]
    for name, words in (("keys.xlsx", ("key", "list", "--committee", "320102")),
                        ("lines.xlsx", ("invite", "--list", "--all", "--committee", "320102"))):
        registry.run(*words, "--format", "xlsx", "--output", name, "--lang", "zh")
        with zipfile.ZipFile(registry.folder / name) as book:
            text = b"".join(book.read(part) for part in book.namelist()).decode("utf-8", "replace")
        assert own in text and "填报" in text and "状态" in text
    told = registry.cli("ping", "--format", "xlsx").stderr
    assert all(name in told for name in ("totals", "key", "invite", "audit"))


def test_roles_that_exclude_one_another_are_told_in_the_readers_language(registry, office):
    told = registry.cli("invite", "--role", "secure,audit", "--for", "某某", "--lang", "zh").stderr
    assert "安全管理" in told and "安全审计" in told and "secure" not in told
    office.run("join", registry.line("320100", "manage"))
    told = office.cli("invite", "--committee", "320102", "--role", "review", "--for", "某某", "--lang", "zh").stderr
    assert "审核" in told and "review" not in told
    told = registry.cli("invite", "--committee", "320102", "--role", "submit", "--for", "某某", "--ttl", "31d").stderr
    assert "30 days" in told


def test_a_key_of_the_registry_as_a_whole_is_of_no_committee(registry, office):
    assert "of the registry, with" in office.run("join", registry.line("", "audit"))
    assert "of the registry, with" in office.run("ping")


def test_a_registry_for_this_machine_only_invites_nobody(make_registry):
    registry = make_registry()
    registry.plant()
    done = registry.cli("invite", "--committee", "320102", "--role", "submit", "--for", "x")
    assert done.returncode == 1 and done.stdout == ""
    assert "--listen" in done.stderr
    assert registry.lines("invite", "--list") == []


def test_the_address_can_be_said(make_registry, office):
    registry = make_registry(tcp="0.0.0.0")
    registry.plant()
    port = re.search(r"^tcp 0\.0\.0\.0:(\d+)$", registry.port_file.read_text(), re.MULTILINE)[1]
    line, _ = invite(registry, "--address", f"localhost:{port}")
    assert line.startswith(f"taizhang://localhost:{port}/?")
    office.run("join", line)
    office.run("ping")
    done = registry.cli("invite", "--committee", "320102", "--role", "submit", "--for", "x")
    if done.returncode:
        assert "--address" in done.stderr and registry.lines("invite", "--list") == []
    else:
        assert "0.0.0.0" not in done.stdout


# --- joining ---


def test_joining_says_who_one_is_and_no_address_is_needed_any_more(registry, office):
    line, _ = invite(registry)
    joined = office.json("join", line, "--name", "一号机")
    assert (joined["committee"], joined["committee_name"], joined["roles"]) == ("320102", "玄武区", ["submit"])
    [path] = keys_of(office)
    assert joined["key_file"] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    who = office.json("ping")
    assert (who["principal"], who["committee"], who["roles"]) == (joined["principal"], "320102", ["submit"])
    assert office.json("status")["you"]["principal"] == joined["principal"]
    assert submit(office, "A").returncode == 0
    [key] = registry.client().keys(committee="320102")
    assert (key.body.id, key.body.name) == (joined["principal"], "一号机")
    [used] = registry.lines("invite", "--list", "--all")
    assert (used["state"], used["used_by"], used["used_from"]) == ("used", key.body.id, "127.0.0.1")


@pytest.mark.parametrize("paste", [
    lambda line: [f"  {line}\r\n"],
    lambda line: [f"“{line}”"],
    lambda line: [f"<{line}>"],
    lambda line: [line[:30] + "\n" + line[30:]],
    lambda line: [line[:40], line[40:]],
    lambda line: [line.replace("&", "&amp;")],
    lambda line: [line.replace(":", "：").replace("?", "？")],
])
def test_a_line_may_be_pasted_as_it_comes(registry, office, paste):
    line, _ = invite(registry)
    office.run("join", *paste(line))
    office.run("ping")


def test_a_line_from_standard_input(registry, office):
    line, _ = invite(registry)
    office.run("join", "-", stdin=line.encode())
    office.run("ping")


@pytest.mark.parametrize("line, told", [
    ("", "taizhang://"),
    ("https://registry.example/", "taizhang://"),
    ("taizhang://127.0.0.1:7117/?c=AAECAwQFBgcICQoLDA0ODw", "cut off"),
    ("taizhang://127.0.0.1:7117/?c=AAECAwQFBg", "code"),
    ("taizhang://127.0.0.1/?c=AAECAwQFBgcICQoLDA0ODw&k=system", "HOST:PORT"),
])
def test_what_is_no_line(registry, office, line, told):
    done = office.cli("join", line)
    assert done.returncode == 2 and told in done.stderr
    assert office.cli("join").returncode == 2
    assert keys_of(office) == []


def test_a_line_works_once(registry, office, tmp_path):
    line, _ = invite(registry)
    office.run("join", line)
    other = Home(registry, tmp_path / "other")
    done = other.cli("join", line)
    assert done.returncode == 4 and "used already" in done.stderr
    assert keys_of(other) == []
    again = office.json("join", line)
    assert again["again"] is True
    assert len(keys_of(office)) == 1


def test_a_line_whose_time_is_over(registry, office):
    line = registry.line("320102", "submit")
    with registry.client() as owner:
        code, reply = owner.invite("320102", "submit", ttl_s=1)
        wait_until(lambda: "expired" in {one.state for one in owner.invitations(committee="320102", all=True)}, "its end")
    late = re.sub(r"c=[\w-]{22}", "c=" + base64.urlsafe_b64encode(code).decode().rstrip("="), line)
    done = office.cli("join", late)
    assert done.returncode == 4 and "time is over" in done.stderr
    assert keys_of(office) == []


def test_a_line_that_was_changed(registry, office):
    line, _ = invite(registry)
    done = office.cli("join", re.sub(r"c=[\w-]{20}", "c=" + "A" * 20, line))
    assert done.returncode == 4 and "does not know this invitation" in done.stderr


def test_a_registry_that_is_gone_is_joined_later_with_the_same_key(registry, office):
    line, _ = invite(registry)
    registry.stop()
    done = office.cli("join", line)
    assert done.returncode == 3 and "same command again" in done.stderr
    [key] = keys_of(office)
    done = office.cli("ping", "--server", parse_line(line)[0])
    assert done.returncode == 4 and "not finished" in done.stderr
    registry.start()
    office.run("join", line)
    assert keys_of(office) == [key]
    office.run("ping")


def test_another_registry_than_the_one_invited_to(registry, make_registry, office):
    line, _ = invite(registry)
    registry.renew_certificate(make_registry(tcp=True, name="other").data / "tls")
    pin = registry.pin
    with registry.client() as owner:
        wait_until(lambda: owner.invite("320102", "submit")[1].certificate_sha256 == pin, "the new certificate")
    done = office.cli("join", line)
    assert done.returncode == 4
    told = re.findall(r"[\w-]{43}", done.stderr)
    assert told[0] == line[-43:] and len(set(told)) == 2
    assert all(one.state == "open" for one in registry.client().invitations(committee="320102", all=True))


def test_one_key_a_registry_and_another_profile_for_another(registry, office):
    office.run("join", registry.line("320102", "submit"))
    line = registry.line("320104", "query")
    done = office.cli("join", line)
    assert done.returncode == 2 and "--profile" in done.stderr
    office.run("--profile", "second", "join", line)
    assert office.json("ping")["committee"] == "320102"
    assert office.json("ping", "--profile", "second")["committee"] == "320104"


def test_two_registries_are_named(registry, make_registry, office):
    other = make_registry(tcp=True, name="other")
    other.plant()
    office.run("join", registry.line("320102", "submit"))
    office.run("join", other.line("330102", "query"))
    done = office.cli("ping")
    assert done.returncode == 2 and registry.tcp in done.stderr and other.tcp in done.stderr
    assert office.json("ping", "--server", registry.tcp)["committee"] == "320102"
    assert office.json("ping", env={"TAIZHANG_SERVER": other.tcp})["committee"] == "330102"


def test_without_a_key_over_tcp(registry, office):
    for args in (["ping"], ["records"], ["sync"]):
        done = office.cli(*args, "--server", registry.tcp)
        assert done.returncode == 4 and "taizhang join" in done.stderr and registry.tcp in done.stderr, args
    # What was submitted waits for the day on which it is let in.
    done = submit(office, "A", "--server", registry.tcp)
    assert done.returncode == 4 and "1 row is stored here" in done.stderr
    joined = office.cli("join", registry.line("320102", "submit"))
    assert joined.returncode == 0 and "1 row waits" in joined.stderr
    office.run("sync")
    assert [one.address.key for one in registry.client().list()] == ["A"]


def test_a_key_that_others_can_read_is_not_used(registry, office):
    office.run("join", registry.line("320102", "submit"))
    [path] = keys_of(office)
    path.chmod(0o640)
    done = office.cli("ping", "--server", registry.tcp)
    assert done.returncode == 4 and f"{path}" in done.stderr and "chmod 600" in done.stderr
    path.chmod(0o600)
    office.run("ping")


def make_certificates(folder):
    """A root, and a certificate of it for localhost; their paths and the key's."""
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder, timeout=60)

    new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(*new, "-x509", "-days", "30", "-subj", "/CN=root", "-keyout", "root.key", "-out", "root.pem")
    openssl(*new, "-subj", "/CN=registry", "-keyout", "own.key", "-out", "own.csr")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "own.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30",
            "-extfile", "names", "-out", "own.pem")
    (folder / "own.key").chmod(0o600)
    return [folder / name for name in ("root.pem", "own.pem", "own.key")]


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl(1)")
def test_a_certificate_of_the_operators_own_is_verified(make_registry, office, tmp_path):
    root, certificate, key = make_certificates(tmp_path)
    registry = make_registry("--tls-cert", certificate, "--tls-key", key, tcp=True)
    registry.plant()
    line, _ = invite(registry, "--address", registry.tcp.replace("127.0.0.1", "localhost"))
    assert line.endswith("&k=system")
    done = office.cli("join", line)
    assert done.returncode == 4 and "not trusted" in done.stderr
    trusting = {"SSL_CERT_FILE": str(root)}
    office.run("join", line, env=trusting)
    office.run("ping", env=trusting)
    done = office.cli("ping")
    assert done.returncode == 4 and "not trusted" in done.stderr
    # Another name of the same machine is another registry.
    other, _ = invite(registry, "--address", registry.tcp)
    done = office.cli("--profile", "other", "join", other, env=trusting)
    assert done.returncode == 4 and "not trusted" in done.stderr


# --- a key's life ---


def test_a_revoked_key_keeps_its_rows_and_goes_on_with_a_new_one(registry, office):
    office.run("join", registry.line("320102", "submit"))
    [old] = keys_of(office)
    registry.run("key", "revoke", office.json("ping")["principal"], "--reason", "lost")
    done = submit(office, "A")
    assert done.returncode == 4 and "revoked" in done.stderr and "taizhang join" in done.stderr
    assert "1 row is stored here" in done.stderr
    done = office.cli("sync")
    assert done.returncode == 4 and "1 waiting" in done.stderr
    office.run("join", registry.line("320102", "submit"))
    [new] = keys_of(office)
    assert new != old
    office.run("sync")
    assert [one.address.key for one in registry.client().list()] == ["A"]


def test_keys_are_listed_renamed_and_given_roles(registry, office):
    office.run("join", registry.line("320102", "submit"))
    own = office.json("ping")["principal"]
    [listed] = registry.lines("key", "list", "--committee", "320000", "--subtree")
    assert (listed["id"], listed["state"], listed["committee"], listed["roles"]) == (own, "valid", "320102", "submit")
    assert listed["from"] == "127.0.0.1"
    assert registry.lines("key", "list", "--committee", "320000") == []
    [renamed] = office.lines("key", "rename", own, "二号机")
    assert renamed["name"] == "二号机"
    [changed] = registry.lines("key", "roles", own[4:], "查询")
    assert changed["roles"] == "query"
    assert office.json("ping")["roles"] == ["query"]
    assert submit(office, "A").returncode in (1, 4)
    assert registry.lines("key", "show", own)[0]["name"] == "二号机"
    assert {one["principal"] for one in registry.lines("audit", "--principal", own[4:])} == {own}
    assert "already" in registry.cli("key", "roles", own, "query").stderr
    assert registry.cli("key", "show", "key:0123456789abcdef").returncode == 1
    assert registry.cli("key", "revoke", own).returncode == 2
    registry.run("key", "revoke", own, "--reason", "离任")
    assert registry.lines("key", "list", "--committee", "320102") == []
    [gone] = registry.lines("key", "list", "--committee", "320102", "--revoked")
    assert gone["state"] == "revoked"


@pytest.mark.parametrize("command", ["key", "committee", "outbox"])
def test_common_options_may_stand_before_the_part(registry, command):
    assert registry.run(command, "--lang", "zh", "list") == registry.run(command, "list", "--lang", "zh")


@pytest.mark.parametrize("command", ["key", "committee"])
def test_no_part_at_all_is_told_in_the_language_asked_for(registry, command):
    done = registry.cli(command, "--lang", "zh")
    assert done.returncode == 2 and "请写明" in done.stderr


@pytest.mark.parametrize("args", [["key"], ["key", "sing"], ["key", "rename", "key:0123456789abcdef"],
                                  ["key", "roles", "x", "submit"], ["key", "show", "nobody"],
                                  ["key", "roles", "key:0123456789abcdef", "king"], ["key", "person", "li"],
                                  ["key", "person", "li li", "--committee", "320102", "--role", "submit", "--for", "x"],
                                  ["key", "rotate"], ["key", "rotate", "now"], ["key", "list", "x"]])
def test_wrong_usage_of_key(office, args):
    done = office.cli(*args)
    assert done.returncode == 2 and done.stderr


def test_rotating(registry, office):
    office.run("join", registry.line("320102", "submit"))
    old = office.json("ping")["principal"]
    done = office.json("key", "rotate", "--reason", "每年一换")
    assert done["replaces"] == old and done["replaced_until"] is None
    assert office.json("ping")["principal"] == done["id"]
    [path] = keys_of(office)
    assert path.stem == done["id"][4:]
    state = {key.body.id: key.body for key in registry.client().keys(committee="320102", revoked=True)}
    assert state[old].revoked and not state[done["id"]].revoked
    assert state[done["id"]].rotated_from == old
    assert list(state[done["id"]].roles) == ["submit"]
    [shown] = office.lines("key", "show")
    assert (shown["id"], shown["state"], shown["file"]) == (done["id"], "valid", str(path))


def test_rotating_leaves_invitations_open_and_says_so(registry, office):
    office.run("join", registry.line("320100", "manage", "submit"))
    line = office.run("invite", "--committee", "320102", "--role", "submit", "--for", "玄武区")
    done = office.cli("key", "rotate")
    assert done.returncode == 0 and "stay open" in done.stderr, done.stderr
    other = Home(registry, registry.folder / "other")
    other.run("join", line)


def test_rotating_a_key_of_which_somebody_has_a_copy(registry, office):
    office.run("join", registry.line("320102", "submit"))
    [path] = keys_of(office)
    [seed] = re.findall(r"^seed (\S+)$", path.read_text(), re.MULTILINE)
    stolen, thieves = DeviceKey(from_base64url(seed, 32)), DeviceKey()
    registry.client(key=stolen).rotate(stolen, thieves)
    done = office.cli("key", "rotate")
    assert done.returncode == 1 and thieves.id in done.stderr and "somebody has a copy" in done.stderr, done
    assert "ends both" in done.stderr
    # Whoever revokes the old one ends the other as well, and is told so; on connections that are open, too.
    open_one = registry.client(key=thieves)
    done = registry.cli("key", "revoke", stolen.id, "--reason", "stolen")
    assert done.returncode == 0 and f"{thieves.id} came in its place" in done.stderr, done.stderr
    with pytest.raises(Closed, match="KEY_REVOKED"):
        open_one.ping()
    done = registry.cli("key", "revoke", thieves.id, "--reason", "stolen")
    assert done.returncode == 0 and "was so already" in done.stderr, done.stderr


def test_an_invitation_ends_with_the_right_of_who_made_it(registry, office):
    office.run("join", registry.line("320100", "manage", "submit"))
    lines = [office.run("invite", "--committee", "320102", "--role", "submit", "--for", "x") for _ in range(2)]
    Home(registry, registry.folder / "first").run("join", lines[0])
    registry.run("key", "roles", office.json("ping")["principal"], "submit")
    done = Home(registry, registry.folder / "second").cli("join", lines[1])
    assert done.returncode == 4 and "was cancelled" in done.stderr, done.stderr


def test_a_committee_keeps_up_its_own_names(registry, office):
    office.run("join", registry.line("320102", "manage"))
    office.run("committee", "rename", "320102", "--name", "新名", "--short-name", "新")
    [row] = office.lines("committee", "list", "--under", "320102")
    assert (row["code"], row["name"]) == ("320102", "新名")
    done = office.cli("committee", "rename", "320102", "--code", "320199")
    assert done.returncode == 4, done


def test_an_invitation_ends_with_its_committee(registry, office):
    line = registry.line("320102", "submit")
    registry.run("committee", "close", "320102", "--successor", "320104")
    done = office.cli("join", line)
    assert done.returncode == 4 and "was closed" in done.stderr, done.stderr
    assert registry.json("invite", "--list", "--all", "--committee", "320102")["state"] == "closed"


def test_rotating_goes_on_when_the_other_key_is_revoked(registry, office):
    office.run("join", registry.line("320102", "submit"))
    [path] = keys_of(office)
    [seed] = re.findall(r"^seed (\S+)$", path.read_text(), re.MULTILINE)
    copied, other = DeviceKey(from_base64url(seed, 32)), DeviceKey()
    registry.client(key=copied).rotate(copied, other)
    assert office.cli("key", "rotate").returncode == 1
    registry.client().revoke(other.id)
    office.run("key", "rotate")
    assert other.id not in office.run("key", "show")


def test_a_gateway_names_the_person(registry, office):
    office.run("join", registry.line("320000", "act_for"))
    registry.run("key", "person", "li.li", "--committee", "320102", "--role", "填报", "--for", "李丽")
    assert office.json("ping")["roles"] == ["act_for"]
    assert submit(office, "A").returncode in (1, 4)
    assert submit(office, "A", "--act-for", "li.li").returncode == 0
    [held] = registry.client().list()
    key = office.json("ping")["principal"]
    assert (held.principal, held.person) == (key, "person:li.li")
    said = office.run("ping", "--act-for", "li.li")
    assert f"You are {key} of 320000" in said and "in the name of person:li.li" in said
    assert f"by {key} for person:li.li" in registry.run("show", "320102/project/2017/A")
    done = office.cli("records", "--committee", "320102", "--act-for", "nobody")
    assert done.returncode == 4 and "nobody" in done.stderr


def test_in_chinese(registry, office):
    done = registry.cli("invite", "--committee", "320102", "--role", "填报", "--for", "玄武区", "--lang", "zh")
    assert "taizhang join" in done.stderr and "填报" in done.stderr and LINE.fullmatch(done.stdout)
    joined = office.run("join", done.stdout, "--lang", "zh")
    assert "已加入" in joined and "320102 玄武区" in joined and "填报" in joined
    assert "使用中" in office.run("key", "show", "--lang", "zh")


def test_who_reads_no_records_keeps_no_copy(registry, tmp_path):
    for role, kept in (("query", True), ("read_totals", False), ("manage", False), ("audit", False)):
        home = Home(registry, tmp_path / role)
        home.run("join", registry.line("" if role == "audit" else "320102", role))
        done = home.cli("sync")
        assert done.returncode == 0, (role, done.stderr)
        assert ("Local copy of 320102" in done.stderr) is kept, role
