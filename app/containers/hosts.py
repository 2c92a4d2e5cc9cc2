"""Which container hosts there are, who may use them, and this process's links to them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from app.auth.caller import Caller
from app.containers.deadline import Deadline
from app.containers.engine import Engine
from app.containers.faults import fault
from app.containers.host import Host
from app.containers.link import Link, Way
from app.containers.local import Local
from app.containers.sizes import Sizes
from app.containers.ssh import Connection
from app.containers.ssh_transport import Login
from app.errors import HostUnknown


class HostSource(Protocol):
    """Where hosts are kept."""

    def find(self, name: str) -> Host | None:
        """Return a host by its name."""

    def list(self) -> list[Host]:
        """Return all hosts by name."""


@dataclass(frozen=True, slots=True)
class _Kept:
    host: Host
    link: Link
    sizes: Sizes


class Hosts:
    """The hosts of a site, and one link to each for this process: made when it is first used.

    :param unseal: decrypts a host's password; raises CallError.
    """

    def __init__(self, source: HostSource, unseal: Callable[[Host], str]) -> None:
        self._source = source
        self._unseal = unseal
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._process = os.getpid()

    def seen_by(self, caller: Caller, course: int | None = None) -> list[Host]:
        """Return the hosts that a caller sees, and that serve a course where one is named."""
        return [host for host in self._source.list() if _is_for(host, caller, course)]

    def find(self, name: str, caller: Caller, course: int | None = None) -> Host:
        """Return a host that a caller sees, and that serves a course where one is named.

        :raises HostUnknown: there is none, or it is not for these courses: both look the same.
        """
        host = self._source.find(name)
        if host is None or not _is_for(host, caller, course):
            raise fault(HostUnknown, host=name)
        return host

    def engine(self, host: Host) -> Engine:
        """Return one call's way to a host's engine; its time begins now."""
        kept = self._keep(host)
        return Engine(kept.link, kept.sizes, Deadline())

    def close(self, but: Collection[str] = ()) -> None:
        """Close all links but those of the hosts named."""
        with self._lock:
            closed = [self._kept.pop(name) for name in list(self._kept) if name not in but]
        for kept in closed:
            kept.link.close()

    def _keep(self, host: Host) -> _Kept:
        with self._lock:
            if self._process != os.getpid():  # what a parent has opened is the parent's
                self._kept, self._process = {}, os.getpid()
            kept = self._kept.get(host.name)
            if kept is not None and kept.host == host:
                return kept
            fresh = _Kept(host, Link(host.name, way_to(host, self._unseal), host.sockets), Sizes())
            self._kept[host.name] = fresh
        if kept is not None:  # its key, its password or its address was changed
            kept.link.close()
        return fresh


def _is_for(host: Host, caller: Caller, course: int | None) -> bool:
    return host.seen_by(caller) and (course is None or host.serves(course))


def way_to(host: Host, unseal: Callable[[Host], str]) -> Way:
    """Return how a host is reached; nothing is connected yet."""
    return Local(host.name) if host.is_local else Connection(login_of(host, unseal))


def login_of(host: Host, unseal: Callable[[Host], str]) -> Login:
    """Return where a host is and how to get in; raises CallError where its password can't be read."""
    password = unseal(host) if host.sealed and not host.key_file else ""
    return Login(host.name, host.address, host.port, host.user, host.host_key, host.key_file, password)
