# SPDX-License-Identifier: Apache-2.0
"""From nothing to a committee that submits over TLS: three commands on two machines, as both READMEs write them. The
machines are network namespaces where they can be made, and two homes on loopback otherwise."""

import contextlib
import os
import re
import shutil
import stat
import subprocess

import pytest

import faults
from device_key import DeviceKey, base64url, from_base64url, parse_line
from registry import BUILD, SANITIZE, SOURCE, Home

SHEET = "报送单位,编号,报告期,名称,项目数\n320102,2017-A,2017,青少年服务项目,3\n"
READMES = ("README.md", "README.zh-CN.md")


class Machines:
    """The registry's machine and an office's. There: what makes a command run on it; here: the registry's address."""

    def __init__(self, here="127.0.0.1", there="127.0.0.1", registry=(), office=()):
        self.here, self.there, self.registry, self.office = here, there, list(registry), list(office)


def ip(*args):
    return subprocess.run(["ip", *args], capture_output=True, text=True, check=True, timeout=30)


@contextlib.contextmanager
def two_machines():
    """Two network namespaces with a cable between them."""
    names = [f"tz-{os.getpid()}-{side}" for side in "ab"]
    ends = [f"tz{os.getpid() % 100000}{side}" for side in "ab"]
    addresses = ["10.207.71.1", "10.207.71.2"]
    try:
        for name in names:
            ip("netns", "add", name)
        ip("link", "add", ends[0], "netns", names[0], "type", "veth", "peer", "name", ends[1], "netns", names[1])
        for name, end, address in zip(names, ends, addresses):
            ip("-n", name, "address", "add", f"{address}/24", "dev", end)
            ip("-n", name, "link", "set", end, "up")
            ip("-n", name, "link", "set", "lo", "up")
        prefix = [["ip", "netns", "exec", name] for name in names]
        yield Machines(*addresses, *prefix)
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, timeout=30)


@pytest.fixture
def machines():
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(two_machines())
        except (OSError, subprocess.CalledProcessError):
            made = Machines()  # not root, or no network namespaces in this kernel
        yield made


@pytest.fixture
def registry(make_registry, machines):
    registry = make_registry(tcp=machines.here, wrapper=machines.registry)
    registry.plant()
    return registry


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_three_commands_on_two_machines(registry, machines, tmp_path, lang):
    # On the registry's machine:
    said = registry.run("invite", "--committee", "320102", "--role", "submit", "--for", "玄武区", "--lang", lang)
    [line] = re.findall(r"taizhang://\S+", said)
    line = line.strip("'\"")
    server, _, pin = parse_line(line)
    assert (server, pin) == (registry.tcp, registry.pin)
    # On the office's machine, which knows nothing but the line:
    office = Home(registry, tmp_path / "office", machines.office)
    (office.folder / "project.csv").write_text(SHEET, "utf-8")
    joined = office.run("join", line, "--lang", lang)
    assert "320102" in joined or "玄武区" in joined
    office.run("submit", "project.csv", "--lang", lang)
    # What came of it:
    [held] = registry.client().list()
    assert (held.address.committee, held.address.key) == ("320102", "2017-A")
    [key] = registry.client().keys(committee="320102")
    assert held.principal == key.body.id
    assert (list(key.body.roles), key.body.committee_code) == (["submit"], "320102")
    assert key.body.enrolled_from.startswith(machines.there)
    [invitation] = registry.client().invitations(committee="320102", all=True)
    assert (invitation.state, invitation.body.used_by) == ("used", key.body.id)
    assert invitation.body.used_from.startswith(machines.there)


def seed_of(words, public):
    """The one among the words of a key's file that is the secret half of this key."""
    for word in words:
        with contextlib.suppress(ValueError):
            seed = from_base64url(word, 32)
            if DeviceKey(seed).public == public:
                return seed
    raise AssertionError("no such seed")


def test_the_key_is_the_users_alone(registry, machines, tmp_path):
    office = Home(registry, tmp_path / "office", machines.office)
    office.run("join", registry.line("320102", "submit"))
    [key] = registry.client().keys(committee="320102")
    [folder] = office.folder.rglob("*.keys")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    words = [word for path in folder.iterdir() for word in path.read_text().split()]
    seed = seed_of(words, key.body.public_key)
    everything = b"".join(path.read_bytes() for path in registry.data.rglob("*") if path.is_file())
    assert seed not in everything and base64url(seed).encode() not in everything


@pytest.mark.skipif(SANITIZE != "", reason="a sanitizer wants to be loaded first")
@pytest.mark.parametrize("years", [-56, -10, 10])
def test_a_machine_with_a_wrong_clock(registry, machines, tmp_path, years):
    """An empty battery says 1970, some set the year wrong: joining and submitting go on as ever, and what the registry
    keeps has its own time."""
    offset = years * 365 * 86400
    # LD_PRELOAD is a list: the path of the build may have blanks in it, this one has none.
    shim = shutil.copy(BUILD / "tests" / "support" / "libtz-wrong-clock.so", tmp_path)
    wrong = {"LD_PRELOAD": str(shim), "TZ_WRONG_CLOCK": str(offset)}
    office = Home(registry, tmp_path / "office", machines.office)
    (office.folder / "project.csv").write_text(SHEET, "utf-8")
    office.run("join", registry.line("320102", "submit"), env=wrong)
    office.run("submit", "project.csv", env=wrong)
    with registry.client() as owner:
        [held] = owner.list()
        now = owner.ping().time_ms
    assert held.address.key == "2017-A" and abs(now - held.time_ms) < 3600_000
    [file] = office.folder.rglob("*.keys/*.key")
    made = int(re.search(r"^made (-?\d+)$", file.read_text(), re.MULTILINE)[1])
    assert abs(made - offset * 1000 - now) < 3600_000, "the clock was right"


def test_joining_again_costs_nothing(registry, machines, tmp_path):
    """The line was pasted twice: the office has joined, and is told so."""
    office = Home(registry, tmp_path / "office", machines.office)
    line = registry.line("320102", "submit")
    office.run("join", line)
    again = office.cli("join", line)
    assert again.returncode in (0, 4)
    office.run("ping")
    assert len(registry.client().keys(committee="320102")) == 1


@faults.needed
@pytest.mark.parametrize("seconds", [-300_000_000, 300_000_000])
def test_an_office_with_a_wrong_clock(registry, machines, tmp_path, seconds):
    """Nearly ten years behind, or ahead: it joins, submits, rotates its key, and says of keys what is so."""
    clock = [*machines.office, "env", f"TAIZHANG_FAULT_CLOCK={seconds}"]
    office = Home(registry, tmp_path / "office", clock)
    (office.folder / "project.csv").write_text(SHEET, "utf-8")
    office.run("join", registry.line("320102", "submit", "manage"))
    office.run("submit", "project.csv")
    office.run("key", "rotate")
    old = registry.enrol("320104", "submit")
    with registry.client(registry.server, key=old) as client:
        client.rotate(old, DeviceKey())
    listed = registry.run("key", "list", "--committee", "320104", "--format", "csv")
    there = Home(registry, tmp_path / "there", clock)
    there.run("join", registry.line("320104", "manage"))
    assert "over" not in listed and "over" not in there.run("key", "list", "--format", "csv")
    old, new = sorted(registry.client().keys(committee="320102", revoked=True), key=lambda key: key.enrolled_ms)
    seen = dict(line.split(",")[:2] for line in office.run("key", "list", "--revoked", "--format", "csv").split()[1:])
    assert seen == {old.body.id: "revoked", new.body.id: "valid"}
    [held] = registry.client().list()
    assert held.address.key == "2017-A"


def test_a_line_that_was_used_by_somebody_else(registry, machines, tmp_path):
    line = registry.line("320102", "submit")
    Home(registry, tmp_path / "thief", machines.office).run("join", line)
    office = Home(registry, tmp_path / "office", machines.office)
    done = office.cli("join", line)
    assert done.returncode == 4, done
    assert done.stderr.strip()
    assert office.cli("ping").returncode != 0


@pytest.mark.parametrize("name", READMES)
def test_the_readme_writes_these_three_commands(name):
    text = (SOURCE / "client" / name).read_text("utf-8")
    at = [re.search(pattern, text) for pattern in (r"taizhang invite --committee \d+ --role submit --for ",
                                                   r"taizhang join 'taizhang://", r"taizhang submit ")]
    assert all(at), name
