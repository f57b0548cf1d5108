# SPDX-License-Identifier: Apache-2.0
"""A registry under test: taizhangd on a folder of its own, and the command line beside it."""

import json
import os
import pathlib
import re
import resource
import shutil
import signal
import ssl
import subprocess
import threading

import peers
from device_key import DeviceKey, make_line, sha256
from tzclient import BUILD, SOURCE, Client, Wire, wait_until

DAEMON = BUILD / "daemon" / "taizhangd"
CLI = BUILD / "client" / "taizhang"
SHARE = SOURCE / "daemon" / "share"
# "tls": peers come over TCP, with keys of the root, where a test does not say how they come.
TLS = os.environ.get("TZ_TRANSPORT", "socket") == "tls"
SANITIZE = os.environ.get("TZ_SANITIZE", "")
# How much slower than a plain build things may be: scales deadlines up and repetitions down.
SLOW = 10 if "thread" in SANITIZE else 5 if SANITIZE else 1

REPORT = re.compile(r"AddressSanitizer|ThreadSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:")

# All the peers of a test that does not say how they come are one principal.
UNLIMITED = ["--rate-requests", "0", "--rate-records", "0", "--rate-bytes", "0", "--max-connections-per-principal", "0"]
ROOT = ("submit", "review", "query", "manage")
# code, name, level on the wire, parent: a nation with three provinces, one of them with a grouping node.
TREE = [
    ("000000", "全国", 1, ""),
    ("110000", "北京市", 2, "000000"),
    ("110100", "市辖区", 3, "110000", True),
    ("110101", "东城区", 4, "110100"),
    ("110102", "西城区", 4, "110100"),
    ("320000", "江苏省", 2, "000000"),
    ("320100", "南京市", 3, "320000"),
    ("320102", "玄武区", 4, "320100"),
    ("320104", "秦淮区", 4, "320100"),
    ("320200", "无锡市", 3, "320000"),
    ("320205", "锡山区", 4, "320200"),
    ("330000", "浙江省", 2, "000000"),
    ("330100", "杭州市", 3, "330000"),
    ("330102", "上城区", 4, "330100"),
]


def times(n):
    """A number of repetitions, fewer under sanitizers."""
    return max(1, n // SLOW)


class Commands:
    """Ways to run taizhang, which cli does."""

    def run(self, *args, **options):
        """Expects success, gives its output."""
        done = self.cli(*args, **options)
        assert done.returncode == 0, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *args, **options):
        return json.loads(self.run(*args, "--format", "json", **options))

    def lines(self, *args, code=0, **options):
        """Where it prints one object a line."""
        done = self.cli(*args, "--format", "json", **options)
        assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]


class Registry(Commands):
    """One data folder and, while it runs, its daemon."""

    def __init__(self, folder, *options, tcp=False, data=None, wrapper=()):
        self.folder = pathlib.Path(folder)
        self.data = pathlib.Path(data) if data else self.folder / "data"
        self.options = list(options)
        if TLS and not any(option.startswith("--rate-") for option in options):
            self.options += UNLIMITED
        self.host = tcp if isinstance(tcp, str) else "127.0.0.1"
        self.listens = bool(tcp) or TLS
        self.port = 0  # the same at every start, so that those who have joined find it again
        self.wrapper = list(wrapper)  # a command that becomes the daemon, with other limits
        self.port_file = self.folder / "ports"
        self.log_file = self.folder / "log"
        self.home = self.folder / "home"
        self.home.mkdir(exist_ok=True)
        self.process = None
        self.clients = []
        self.planted = 0  # the journal's position with the small tree and nothing else
        self.root = None  # the key of TZ_TRANSPORT=tls, and the homes that have joined
        self.joined = set()
        self.lock = threading.Lock()

    # --- the daemon's life ---

    def launch(self):
        """Starts the daemon without waiting for it."""
        self.port_file.unlink(missing_ok=True)
        command = [*self.wrapper, DAEMON, "--data", self.data, "--port-file", self.port_file, *self.options]
        if self.listens:
            command += ["--listen", f"{self.host}:{self.port}"]
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self.process

    def start(self):
        """Starts it and waits until it says that it is ready."""
        self.launch()
        wait_until(lambda: self.port_file.exists() or self.process.poll() is not None, "the port file", 60)
        assert self.process.poll() is None, f"taizhangd ended with {self.process.returncode}:\n{self.log()}"
        if self.listens:
            self.port = int(self.tcp.rsplit(":", 1)[1])
        return self

    def stop(self, seconds=60):
        """SIGTERM; it must end with status 0."""
        self.drop_clients()
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        self.process = None
        assert status == 0, f"taizhangd ended with {status}:\n{self.log()[-4000:]}"

    def kill(self):
        """kill -9, at once."""
        self.process.kill()
        self.process.wait()
        self.process = None
        self.drop_clients()

    def close(self):
        """Whatever went wrong, leave nothing running."""
        self.drop_clients()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def log(self):
        return self.log_file.read_text("utf-8", "replace") if self.log_file.exists() else ""

    def assert_log_clean(self):
        found = REPORT.search(self.log())
        assert found is None, self.log()[max(0, found.start() - 200):][:6000]

    def check(self):
        """taizhangd check, of a registry that does not run."""
        return subprocess.run([DAEMON, "check", "--data", self.data], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120 * SLOW)

    def assert_check_clean(self):
        if not self.data.exists():
            return
        done = self.check()
        assert done.returncode == 0, done.stdout + done.stderr

    def rss(self):
        """Resident memory in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    # --- its peers ---

    @property
    def server(self):
        return f"unix:{self.data / 'taizhangd.sock'}"

    @property
    def tcp(self):
        """HOST:PORT of the TCP listener, as the port file says."""
        found = re.search(r"^tcp (\S+)$", self.port_file.read_text(), re.MULTILINE)
        assert found, f"no TCP address in the port file: {self.port_file.read_text()!r}"
        return found[1]

    @property
    def address(self):
        """As the command line knows it."""
        return f"{self.host}:{self.port}" if TLS else self.server

    @property
    def pin(self):
        """SHA-256 of the certificate that it made for itself."""
        return sha256(ssl.PEM_cert_to_DER_cert((self.data / "tls" / "cert.pem").read_text()))

    def client(self, server=None, key=None, **options):
        """With a key and no server: over TLS where it listens."""
        if server is None and key is None and TLS and self.admit_root():
            key = self.root
            options.setdefault("reason", "a test")
        if server is None and key is not None and self.listens:
            server = self.tcp
            options.setdefault("pin", self.pin)
        made = Client(server or self.server, key=key, **options)
        self.clients.append(made)
        return made

    def admit_root(self):
        """Of TZ_TRANSPORT=tls: whether there is a key of the root, as there is as soon as there is a root; the home has
        joined then."""
        with self.lock:
            if self.root is None:
                with Client(self.server) as owner:
                    known = owner.hello.committee != ""
                if known:
                    self.root = self.enrol("000000", *ROOT)
                    self.join(str(self.home), "default")
            return self.root is not None

    def admit_home(self, home, profile):
        """Of TZ_TRANSPORT=tls: whether this home has joined, which it does as soon as it can."""
        if (home, profile) not in self.joined and self.process is not None and self.admit_root():
            with self.lock:
                self.join(home, profile)
        return (home, profile) in self.joined

    def join(self, home, profile):
        if (home, profile) in self.joined:
            return
        done = subprocess.run([CLI, "join", self.line("000000", *ROOT), "--profile", profile], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60 * SLOW, env={"HOME": home, "LC_ALL": "C"})
        assert done.returncode == 0, done
        self.joined.add((home, profile))

    def enrol(self, committee, *roles, name=""):
        """A new key with these roles, let in by the socket's owner."""
        key = DeviceKey()
        with Client(self.server) as owner:
            code, reply = owner.invite(committee, *roles, name=name)
        assert not reply.outcome.errors, reply
        Client(self.server, key=key, invitation=code).close()
        return key

    def line(self, committee, *roles):
        """An invitation, by the socket's owner."""
        with Client(self.server) as owner:
            code, reply = owner.invite(committee, *roles)
        return make_line(reply.address or f"127.0.0.1:{self.port}", code, reply.certificate_sha256)

    def office(self, committee, *roles):
        """A home that has joined with these roles."""
        home = Home(self, self.folder / f"home-{committee}-{'-'.join(roles)}")
        home.run("join", self.line(committee, *roles))
        return home

    def renew_certificate(self, folder):
        """Serves the certificate of another registry from now on."""
        for name in ("cert.pem", "key.pem"):
            shutil.copy(folder / name, self.data / "tls" / name)
        self.process.send_signal(signal.SIGHUP)

    def wire(self, server=None, **options):
        made = Wire(server or (self.tcp if TLS else self.server), **options)
        self.clients.append(made)
        return made

    def greet(self, wire, **fields):
        """Hello, and what belongs to it, on a wire that wire() made; the HelloReply."""
        return peers.greet(wire, self.root if TLS and self.admit_root() else None, **fields)

    def drop_clients(self):
        for made in self.clients:
            made.close()
        self.clients = []

    @property
    def why(self):
        """What the command line needs when it writes for all units: of TZ_TRANSPORT=tls it does so from above."""
        return ["--reason", "a test"] if TLS else []

    def environment(self, profile="default", **more):
        """What the command line sees: a home of its own, the C locale, this registry."""
        keep = {name: value for name, value in os.environ.items()
                if name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")}
        env = {**keep, "HOME": str(self.home), "LC_ALL": "C", "TAIZHANG_SERVER": self.server, **more}
        if TLS and "TAIZHANG_SERVER" not in more and self.admit_home(env["HOME"], profile):
            del env["TAIZHANG_SERVER"]
        return {name: value for name, value in env.items() if value is not None}

    def cli(self, *args, stdin=None, env=None, timeout=120, cwd=None, wrapper=()):
        """Runs taizhang, stdin in bytes; a CompletedProcess with texts."""
        feed = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        profile = args[args.index("--profile") + 1] if "--profile" in args else "default"
        why = self.why if {"submit", "withdraw", "watch"} & set(args) and "--reason" not in args else []
        done = subprocess.run([*wrapper, CLI, *map(str, args), *why], capture_output=True, cwd=cwd or self.folder,
                              timeout=timeout * SLOW, env=self.environment(profile, **(env or {})), **feed)
        done.stdout = done.stdout.decode("utf-8")
        done.stderr = done.stderr.decode("utf-8")
        assert REPORT.search(done.stderr) is None, done.stderr
        assert done.returncode >= 0, f"taizhang ended by signal {-done.returncode}"
        return done

    # --- what it holds ---

    def plant(self):
        """The small tree."""
        with Client(self.server) as client:
            outcomes = client.import_committees(*TREE)
        assert {outcome.outcome for outcome in outcomes} == {1}, outcomes
        if TLS:
            self.admit_root()
        with Client(self.server) as client:
            self.planted = client.position()

    def load_sample(self):
        """All divisions, the reporting set and the sample files, by the command line."""
        self.run("committee", "import", SHARE / "divisions.csv")
        for path in sorted((SHARE / "bulletin").glob("*.csv")):
            self.run("submit", path)


class Home(Commands):
    """A user's home on another machine: what its command line knows of the registry, it knows by joining."""

    def __init__(self, registry, folder, wrapper=()):
        self.registry, self.folder, self.wrapper = registry, pathlib.Path(folder), list(wrapper)
        self.folder.mkdir(parents=True, exist_ok=True)

    def cli(self, *args, env=None, **options):
        mine = {"HOME": str(self.folder), "TAIZHANG_SERVER": None, **(env or {})}
        return self.registry.cli(*args, env=mine, cwd=self.folder, wrapper=self.wrapper, **options)


def open_files(limit):
    """Lets this process hold so many descriptors, for tests with many peers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < limit <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
