"""What can go wrong on the way to an engine: its own clear error within five seconds, and the next call works."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from app import errors
from app.containers.answers import Image
from app.containers.check import walk
from app.containers.faults import fault
from app.containers.host import Host
from app.containers.hosts import Hosts
from app.errors import CallError
from tests.support import netns
from tests.support.accounts import LOCKED, Account
from tests.support.container_host import SshHost
from tests.support.engines import Docker, Engine, Podman, shared_docker, shared_podman
from tests.support.fake_engine import FakeEngine
from tests.support.process import free_port
from tests.support.skip import missing
from tests.support.sshd import Sshd, make_key

LIMIT = 5.0


class Asker:
    """The hosts of a process, asked for their images; `host` may be changed between calls."""

    def __init__(self, host: Host, password: str = "") -> None:
        self.host = host
        self.hosts = Hosts(self, lambda _: password)

    def find(self, name: str) -> Host | None:
        return self.host

    def list(self) -> Any:
        return [self.host]

    def images(self) -> Sequence[Image]:
        began = time.monotonic()
        try:
            return self.hosts.engine(self.host).images()
        finally:
            took = time.monotonic() - began
            assert took < LIMIT, f"{took:.1f} s"

    def fails(self, kind: type[CallError], *words: str) -> CallError:
        with pytest.raises(kind) as raised:
            self.images()
        for word in (self.host.name, *words):
            assert word in raised.value.detail
        assert raised.value.problems[0]["sentence_ja"] != raised.value.detail
        return raised.value


@contextmanager
def asking(host: Host, password: str = "") -> Iterator[Asker]:
    asker = Asker(host, password)
    yield asker
    asker.hosts.close()


@pytest.fixture(scope="module")
def ssh() -> Iterator[SshHost]:
    with SshHost() as made:
        yield made


@pytest.fixture
def hub(ssh: SshHost, fake_engine: FakeEngine) -> Iterator[Asker]:
    """A host that works; every test that breaks it sees it work again."""
    with asking(ssh.host(fake_engine)) as asker:
        yield asker
        fake_engine.answer = None
        asker.host = ssh.host(fake_engine)
        assert len(asker.images()) == 1


# The way to the host.


def test_a_name_that_no_server_knows(hub: Asker) -> None:
    hub.host = replace(hub.host, address="no-such-host.invalid")
    error = hub.fails(errors.CallError, "no-such-host.invalid")
    # Where no name server can be reached at all, the lookup is what gives no answer.
    assert error.code in ("hostunresolved", "hosttimeout")


def test_a_closed_port(hub: Asker) -> None:
    hub.host = replace(hub.host, port=free_port())
    hub.fails(errors.HostUnreachable, str(hub.host.port), "refused")


def answering(data: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(data)
        with suppress(OSError):
            connection.recv(1024)

    return answer


def silent(connection: socket.socket) -> None:
    with suppress(OSError):
        while connection.recv(1024):
            pass


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(LIMIT)


NOT_SSH = {
    "http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "lines": b"hello\r\n" * 500,
    "bytes": bytes(range(256)) * 8,
    "nothing": b"",
    "half a greeting": b"SSH-2.0-Open",
    "an old version": b"SSH-1.5-old\r\n",
    "greeting alone": b"SSH-2.0-x\r\nnonsense" + bytes(200),
}


@pytest.mark.parametrize("data", NOT_SSH.values(), ids=NOT_SSH)
def test_what_is_no_ssh_server(hub: Asker, data: bytes) -> None:
    with listening(answering(data)) as port:
        hub.host = replace(hub.host, port=port)
        error = hub.fails(errors.CallError, str(port))
    assert error.code in ("hostnotssh", "hosttimeout" if data.startswith(b"SSH") else "hostnotssh")


def test_a_server_that_says_nothing(hub: Asker) -> None:
    with listening(silent) as port:
        hub.host = replace(hub.host, port=port)
        hub.fails(errors.HostTimeout, "SSH greeting")


def test_dropped_packets_before_and_within_a_connection(fake_engine: FakeEngine) -> None:
    if reason := netns.available():
        missing(reason)
    with netns.Namespace() as space, SshHost(address=space.address, prefix=space.prefix) as ssh:
        with asking(ssh.host(fake_engine)) as asker:
            assert len(asker.images()) == 1
            space.drop()
            for _ in range(2):
                asker.fails(errors.HostTimeout, space.address)
            space.pass_on()
            assert len(asker.images()) == 1
        with asking(ssh.host(fake_engine)) as asker:
            space.drop()
            asker.fails(errors.HostTimeout, "TCP connection")
            space.pass_on()
            assert len(asker.images()) == 1


# Who is let in.


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_keys_of_every_kind(fake_engine: FakeEngine, kind: str) -> None:
    with SshHost(kind=kind) as ssh:
        ssh.sshd.allow(ssh.account.name, make_key(ssh.key_file, kind))
        with asking(ssh.host(fake_engine)) as asker:
            assert len(asker.images()) == 1


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_changed_host_key_is_never_talked_to(fake_engine: FakeEngine, kind: str) -> None:
    with SshHost() as ssh, asking(ssh.host(fake_engine)) as asker:
        assert len(asker.images()) == 1
        ssh.sshd.new_host_key(kind)
        ssh.sshd.restart()
        before = len(ssh.sshd.log())
        asker.fails(errors.HostKeyChanged)
        assert ssh.account.name not in ssh.sshd.log()[before:]
        asker.host = ssh.host(fake_engine)
        assert len(asker.images()) == 1


def test_a_host_whose_key_was_never_pinned(hub: Asker, ssh: SshHost) -> None:
    before = len(ssh.sshd.log())
    hub.host = replace(hub.host, host_key="")
    hub.fails(errors.HostNotTrusted, "lticontainer host trust hub")
    assert "publickey" not in ssh.sshd.log()[before:]


def test_a_wrong_key(hub: Asker, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    hub.host = replace(hub.host, key_file=str(tmp_path / "other"))
    hub.fails(errors.HostLogin, hub.host.user, "key")


def test_a_wrong_and_a_right_password(ssh: SshHost, fake_engine: FakeEngine) -> None:
    with Account("right-password") as account:
        fake_engine.admit(account.gid)
        host = replace(ssh.host(fake_engine), user=account.name, key_file="", sealed="x")
        fake_engine.admit(account.gid)
        with asking(host, "wrong-password") as asker:
            error = asker.fails(errors.HostLogin, account.name, "password")
            assert "wrong-password" not in str(error.problems) + error.detail
        with asking(host, "right-password") as asker:
            assert len(asker.images()) == 1


def test_a_server_that_takes_no_passwords(fake_engine: FakeEngine) -> None:
    with SshHost(options=["PasswordAuthentication no"]) as ssh:
        host = ssh.host(fake_engine, key_file="", sealed="x")
        with asking(host, "any") as asker:
            asker.fails(errors.HostLogin, "publickey")


def test_a_locked_account(hub: Asker, ssh: SshHost) -> None:
    ssh.account.set_password(LOCKED)
    try:
        hub.fails(errors.HostLogin, "usermod -p '*'")
    finally:
        ssh.account.set_password("*")


def test_a_private_key_that_is_none(hub: Asker, tmp_path: Path) -> None:
    right = hub.host.key_file
    hub.host = replace(hub.host, key_file=str(tmp_path / "absent"))
    hub.fails(errors.HostSecretLost, "No such file")
    (tmp_path / "nonsense").write_text("hello", "ascii")
    hub.host = replace(hub.host, key_file=str(tmp_path / "nonsense"))
    hub.fails(errors.HostSecretLost, "no private key")
    make_key(tmp_path / "closed", passphrase="secret-words")
    hub.host = replace(hub.host, key_file=str(tmp_path / "closed"))
    hub.fails(errors.HostSecretLost, "passphrase")
    hub.host = replace(hub.host, key_file=f"{right}.pub")
    hub.fails(errors.HostSecretLost)


def test_a_password_that_nobody_can_read_any_more(hub: Asker) -> None:
    def lost(host: Host) -> str:
        raise fault(errors.HostSecretLost, host=host.name, what="the password", why="no key has encrypted it")

    hub.host = replace(hub.host, key_file="", sealed="x")
    hub.hosts = Hosts(hub, lost)
    hub.fails(errors.HostSecretLost)


# The engine's socket.


def test_a_socket_that_is_not_there(hub: Asker) -> None:
    hub.host = replace(hub.host, socket="/nowhere/docker.sock")
    hub.fails(errors.EngineSocket, "/nowhere/docker.sock")


def test_a_socket_that_is_closed_to_the_user(hub: Asker, fake_engine: FakeEngine) -> None:
    fake_engine.admit(0)
    hub.fails(errors.EngineSocket, hub.host.user)


def test_a_socket_that_nobody_listens_on(hub: Asker, fake_engine: FakeEngine, ssh: SshHost) -> None:
    assert len(hub.images()) == 1
    fake_engine.stop()
    hub.fails(errors.EngineSocket, hub.host.socket)
    fake_engine.start()
    fake_engine.admit(ssh.account.gid)
    assert len(hub.images()) == 1


def test_an_ssh_server_that_forbids_sockets(fake_engine: FakeEngine) -> None:
    with SshHost(options=["AllowStreamLocalForwarding no"]) as ssh, asking(ssh.host(fake_engine)) as asker:
        asker.fails(errors.EngineSocket, "AllowStreamLocalForwarding")


def test_the_socket_is_looked_for_where_engines_put_it(
    hub: Asker, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {"auto": ("/nowhere/a.sock", "/nowhere/b.sock", str(fake_engine.socket))}
    monkeypatch.setattr("app.containers.host.SOCKETS", places)
    hub.host = replace(hub.host, socket="", engine="auto")
    assert len(hub.images()) == 1


@pytest.mark.parametrize("start", [Docker, Podman])
def test_a_real_engine_that_restarts(ssh: SshHost, start: type[Engine]) -> None:
    if reason := start.available():
        missing(reason)
    with start() as engine, asking(ssh.host(engine)) as asker:
        assert len(asker.images()) == 1
        engine.stop()
        asker.fails(errors.EngineSocket)
        engine.start()
        assert len(asker.images()) == 1
        engine.restart()
        assert len(asker.images()) == 1


# What the engine answers.


def raw(data: bytes, *, hang: bool = False) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(data)
            handler.wfile.flush()
            if hang:
                handler.rfile.read(1)
        handler.close_connection = True

    return answer


def reply(body: bytes, *head: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *head]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


JSON = "Content-Type: application/json"
HTML = "Content-Type: text/html"
NONSENSE = {
    "html": reply(b"<html><body>It works!</body></html>", HTML),
    "html with an error": reply(b"<html>404</html>", HTML, status="404 Not Found"),
    "half a json": reply(b'[{"Id": "sha256:', JSON),
    "no json": reply(b"hello", JSON),
    "another shape": reply(b'{"images": []}', JSON),
    "a list of numbers": reply(b"[1, 2]", JSON),
    "null": reply(b"null", JSON),
    "no id": reply(b'[{"RepoTags": ["a:b"], "Size": 1, "Created": 1}]', JSON),
    "a size in words": reply(b'[{"Id": "x", "RepoTags": null, "Size": "big", "Created": 1}]', JSON),
    "bytes": bytes(range(256)),
    "a redirect": reply(b"", "Location: http://127.0.0.1:1/", status="302 Found"),
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "deep": reply(b"[" * 100_000 + b"]" * 100_000, JSON),
}


@pytest.mark.parametrize("data", NONSENSE.values(), ids=NONSENSE)
def test_an_engine_that_talks_nonsense(hub: Asker, fake_engine: FakeEngine, data: bytes) -> None:
    hub.images()
    fake_engine.answer = raw(data)
    hub.fails(errors.EngineNonsense, hub.host.socket)


@pytest.mark.parametrize("data", [b"", reply(b"[", JSON, length=1000)])
def test_an_engine_that_hangs_up(hub: Asker, fake_engine: FakeEngine, data: bytes) -> None:
    hub.images()
    fake_engine.answer = raw(data)
    hub.fails(errors.EngineLost)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\n", reply(b"[", JSON, length=1000)])
def test_an_engine_that_hangs(hub: Asker, fake_engine: FakeEngine, data: bytes) -> None:
    hub.images()
    fake_engine.answer = raw(data, hang=True)
    hub.fails(errors.EngineTimeout)


def test_an_engine_that_trickles(hub: Asker, fake_engine: FakeEngine) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(reply(b"", JSON, length=100_000))
            for _ in range(200):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)

    hub.images()
    fake_engine.answer = trickle
    hub.fails(errors.EngineTimeout)


def test_an_engine_that_reports_an_error(hub: Asker, fake_engine: FakeEngine) -> None:
    body = json.dumps({"message": "no space left on device\x1b[31m\n"}).encode()
    fake_engine.answer = None
    hub.images()
    fake_engine.answer = raw(reply(body, JSON, status="500 Internal Server Error"))
    hub.fails(errors.EngineFailed, "no space left on device [31m")


def test_five_thousand_images(hub: Asker, fake_engine: FakeEngine) -> None:
    one = fake_engine.images[0]
    fake_engine.images = [one | {"RepoTags": [f"registry.example/image-{n}:v{n}", "x:y"]} for n in range(5000)]
    assert len(hub.images()) == 5000
    fake_engine.images = [one]


# Cuts.


def test_the_connection_is_cut_between_two_calls(hub: Asker, ssh: SshHost) -> None:
    for _ in range(3):
        assert len(hub.images()) == 1
        assert ssh.sshd.cut() >= 1


def test_the_connection_is_cut_in_the_middle_of_a_call(hub: Asker, ssh: SshHost, fake_engine: FakeEngine) -> None:
    hub.images()
    calls: list[float] = []

    def cut_first(handler: BaseHTTPRequestHandler) -> None:
        calls.append(time.monotonic())
        if len(calls) == 1:
            ssh.sshd.cut()
        raw(reply(json.dumps(fake_engine.images).encode(), JSON))(handler)

    fake_engine.answer = cut_first
    version = fake_engine.reply("GET", "/version", {}, None)[1]
    with pytest.raises(CallError) as raised:
        hub.images()  # what only reads is asked again, and the engine's version with it
    assert raised.value.code == "enginenonsense"
    assert version["Version"] == "99.0"


def test_a_change_is_not_repeated_when_it_is_cut(hub: Asker, ssh: SshHost, fake_engine: FakeEngine) -> None:
    hub.images()

    def cut(handler: BaseHTTPRequestHandler) -> None:
        ssh.sshd.cut()
        time.sleep(0.2)

    fake_engine.answer = cut
    before = len(fake_engine.requests)
    with pytest.raises(errors.HostLost):
        hub.hosts.engine(hub.host).create_volume("x")
    assert fake_engine.requests[before:] == ["POST /v1.41/volumes/create"]


def test_a_frozen_server_is_given_up_and_comes_back(hub: Asker, ssh: SshHost) -> None:
    hub.images()
    frozen = ssh.sshd.freeze()
    try:
        hub.fails(errors.HostTimeout)
        hub.fails(errors.HostTimeout)
    finally:
        ssh.sshd.thaw(frozen)


# Many at once.


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_twenty_lists_at_once_share_one_connection(fake_engine: FakeEngine) -> None:
    with SshHost() as ssh, asking(ssh.host(fake_engine)) as asker:
        assert at_once(20, lambda: len(asker.images())) == [1] * 20
        assert len(ssh.sshd.connections()) == 1


def at_once(count: int, act: Callable[[], Any]) -> list[Any]:
    found: list[Any] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        try:
            found.append(act())
        except CallError as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert len(found) == count
    return found


def kill(sshd: Sshd, how: str, frozen: list[int]) -> None:
    if how == "stop":
        sshd.stop()
    else:
        frozen += sshd.freeze()


@pytest.mark.parametrize("how", ["stop", "freeze"])
def test_fifty_threads_ask_while_the_host_dies_and_nothing_leaks(fake_engine: FakeEngine, how: str) -> None:
    with SshHost() as ssh, asking(ssh.host(fake_engine)) as asker:
        asker.images()
        asker.hosts.close()
        threads, files = threading.active_count(), descriptors()
        for _ in range(2):
            asker.images()
            frozen: list[int] = []
            killer = threading.Timer(0.05, kill, (ssh.sshd, how, frozen))
            killer.start()

            def often() -> Any:
                for _ in range(50):
                    asker.images()
                return "done"

            found = at_once(50, often)
            killer.join()
            assert {getattr(one, "code", one) for one in found} <= {
                "done", "hostlost", "hostunreachable", "hosttimeout", "enginelost",
            }  # fmt: skip
            assert any(isinstance(one, CallError) for one in found)
            ssh.sshd.thaw(frozen)
            if how == "stop":
                ssh.sshd.start()
            assert len(asker.images()) == 1
        asker.hosts.close()
        settle(threads, files)


def settle(threads: int, files: int) -> None:
    """Wait until threads and descriptors are as few as before; raises AssertionError."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if threading.active_count() <= threads and descriptors() <= files:
            return
        time.sleep(0.1)
    names = [thread.name for thread in threading.enumerate()]
    raise AssertionError(
        f"{threading.active_count()} of {threads}: {names}; {descriptors()} of {files} descriptors"
    )


def test_a_fork_makes_a_connection_of_its_own(hub: Asker, ssh: SshHost) -> None:
    hub.images()
    before = len(ssh.sshd.connections())
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        answer = b"no"
        with suppress(BaseException):
            answer = b"ok" if len(hub.images()) == 1 and len(ssh.sshd.connections()) == before + 1 else b"shared"
        os.write(write, answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"ok"
    os.waitpid(child, 0)
    assert len(hub.images()) == 1


# The walk.


def test_the_walk_names_the_step_that_fails(hub: Asker, ssh: SshHost, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    cases = {
        "connect": replace(hub.host, port=free_port()),
        "host_key": replace(hub.host, host_key=""),
        "login": replace(hub.host, key_file=str(tmp_path / "other")),
        "socket": replace(hub.host, socket="/nowhere"),
    }
    for step, host in cases.items():
        report = walk(host, lambda _: "")
        assert [one.ok for one in report.steps] == [True] * (len(report.steps) - 1) + [False]
        assert report.steps[-1].name == step
        assert report.error is not None


def test_engines_of_this_machine_are_asked_without_ssh() -> None:
    for engine in (shared_docker(), shared_podman()):
        with asking(Host("local", socket=str(engine.socket))) as asker:
            assert len(asker.images()) >= 1
    with asking(Host("local", socket="/nowhere.sock")) as asker:
        asker.fails(errors.EngineSocket, "no such file")
    with asking(Host("local", socket="/etc/passwd")) as asker:
        asker.fails(errors.EngineSocket)
