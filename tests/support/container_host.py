"""A container host as the service sees it: an sshd, a user without a shell, a key, and an engine's socket."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from app.containers.host import LOCAL, Host
from tests.support import sshd as sshd_support
from tests.support.accounts import Account
from tests.support.engines import Engine, shared_docker, shared_podman
from tests.support.fake_engine import FakeEngine
from tests.support.running import Running
from tests.support.skip import missing
from tests.support.sshd import Sshd, make_key

KINDS = ("fake", "docker", "podman")


class SshHost(Running):
    """An sshd with an account whose key is let in; a context manager."""

    def __init__(self, sshd: Sshd | None = None, **options: Any) -> None:
        if reason := sshd_support.available():
            missing(reason)
        self.sshd = sshd or Sshd(**options)
        self.account = Account()
        self.key_file = self.sshd.directory / "client_key"
        self.sshd.allow(self.account.name, make_key(self.key_file))

    @property
    def host_key(self) -> str:
        """The public key as it is pinned."""
        return " ".join(self.sshd.host_key.split()[:2])

    def host(self, behind: Engine | None = None, **other: Any) -> Host:
        """Return the host as an administrator would add and trust it, `other` in place of what is right."""
        if behind is not None:
            behind.admit(self.account.gid)
        right = Host(
            name="hub",
            address=self.sshd.address,
            port=self.sshd.port,
            user=self.account.name,
            socket=str(behind.socket) if behind else "/nowhere.sock",
            key_file=str(self.key_file),
            host_key=self.host_key,
        )
        return replace(right, **other)

    def start(self) -> None:
        """Start the sshd."""
        self.sshd.start()

    def close(self) -> None:
        """Stop and remove everything."""
        self.sshd.close()
        self.account.close()


def shared_engine(kind: str) -> Engine:
    """Return an engine of this test run; nobody may stop it, and everybody keeps to courses of their own."""
    start: dict[str, Callable[[], Engine]] = {"fake": _fake, "docker": shared_docker, "podman": shared_podman}
    return start[kind]()


def shared_host(kind: str) -> Host:
    """Return a host with an engine of a kind: the fake one without SSH, the real ones behind it."""
    engine = shared_engine(kind)
    if kind == "fake":
        return Host(LOCAL, socket=str(engine.socket))
    return shared_ssh().host(engine, name=kind, engine=kind)


@cache
def shared_ssh() -> SshHost:
    """Return the sshd of this test run."""
    made = SshHost()
    atexit.register(made.close)
    made.start()
    return made


@cache
def _fake() -> FakeEngine:
    engine = FakeEngine()
    atexit.register(engine.close)
    engine.start()
    engine.import_image()
    return engine
