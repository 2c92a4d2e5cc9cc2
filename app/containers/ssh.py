"""One supervised SSH connection to a host: made when it is needed, kept, and made anew after a cut.

Many threads share it. While one is being made, all who need it wait for that one attempt, each for as
long as its own deadline: a host that dies leaves neither a crowd of attempts nor a hanging thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future

import paramiko

from app.containers.deadline import CONNECT, Deadline
from app.containers.ssh_transport import Login, Step, Transport, connect
from app.containers.stream import Stream
from app.errors import CallError, EngineSocket, HostLost

PING = 0.4
"""Seconds in which a host that lives opens a channel."""


class _Attempt:
    """A connection in the making, in a thread of its own: not even a name lookup can hold up a caller."""

    def __init__(self, login: Login, told: Callable[[Step], None]) -> None:
        self.login = login
        self.step = Step.NAME
        self.outcome: Future[Transport] = Future()
        self._told = told

    def note(self, step: Step) -> None:
        self.step = step
        self._told(step)


class Connection:
    """The connection to one host, for all threads of this process; `told` hears of each step to make it."""

    def __init__(self, login: Login, told: Callable[[Step], None] = lambda step: None) -> None:
        self.login = login
        self._told = told
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._attempt: _Attempt | None = None
        self._closed = False
        self._process = os.getpid()

    def open(self, path: str, deadline: Deadline) -> Stream:
        """Return a stream to a Unix socket of the host; raises CallError, each step its own."""
        transport = self._ready(deadline)
        try:
            return self._channel(transport, path, deadline)
        except HostLost:
            # It was cut since it was last used; nothing has been sent yet.
            return self._channel(self._ready(deadline), path, deadline)

    def check(self, path: str) -> None:
        """Make sure that a host whose engine is silent opens channels at least.

        :raises CallError: it does not; the connection is dropped.
        """
        transport = self._transport
        if transport is None or not transport.is_active():
            raise self.login.fault(HostLost)
        try:
            transport.open_streamlocal(path, PING).close()
        except paramiko.ChannelException:
            return
        except (paramiko.SSHException, EOFError, OSError):
            transport.close()
            raise self.login.silent(Step.SOCKET) from None

    @property
    def alive(self) -> bool:
        """Say whether there is a connection."""
        transport = self._transport
        return transport is not None and transport.is_active()

    def close(self) -> None:
        """Close for good."""
        with self._lock:
            self._closed = True
            transport, self._transport = self._transport, None
        if transport:
            transport.close()

    def _ready(self, deadline: Deadline) -> Transport:
        with self._lock:
            if self._closed:
                raise self.login.fault(HostLost)
            if self._process != os.getpid():  # a connection can't be shared with a fork
                self._transport, self._attempt, self._process = None, None, os.getpid()
            if self._transport and self._transport.is_active():
                return self._transport
            attempt = self._attempt
            if attempt is None:
                attempt = self._attempt = _Attempt(self.login, self._told)
                name = f"ssh-{self.login.host}"
                threading.Thread(target=self._run, args=(attempt,), name=name, daemon=True).start()
        try:
            return attempt.outcome.result(deadline.left())
        except TimeoutError:
            raise self.login.silent(attempt.step) from None

    def _run(self, attempt: _Attempt) -> None:
        try:
            transport = connect(self.login, Deadline(CONNECT), attempt.note)
        except BaseException as error:  # noqa: BLE001  # it is raised again in the threads that wait
            with self._lock:
                self._attempt = None
            attempt.outcome.set_exception(error)
            return
        with self._lock:
            self._attempt = None
            if not self._closed:
                self._transport = transport
        if self._closed:
            transport.close()
        attempt.outcome.set_result(transport)

    def _channel(self, transport: Transport, path: str, deadline: Deadline) -> Stream:
        try:
            channel = transport.open_streamlocal(path, deadline.left())
        except (EOFError, OSError):  # the cut is seen here before the transport's own thread sees it
            transport.close()
            raise self.login.fault(HostLost) from None
        except paramiko.SSHException:
            if not transport.is_active():
                raise self.login.fault(HostLost) from None
            if deadline.over:
                transport.close()
                raise self.login.silent(Step.SOCKET) from None
            raise self._refused(path) from None
        return Stream(channel, lambda: not (channel.closed or channel.eof_received or channel.recv_ready()))

    def _refused(self, path: str) -> CallError:
        # sshd says no more than that it failed, whatever the reason was.
        user = self.login.user
        why = (
            f"it is missing, {user} is not in its group, no engine runs, "
            "or the SSH server forbids it (AllowStreamLocalForwarding, AllowTcpForwarding)"
        )
        why_ja = (
            f"ソケットがないか、{user} がそのグループにいないか、エンジンが動いていないか、"
            "SSH サーバーが禁止しています(AllowStreamLocalForwarding, AllowTcpForwarding)"
        )
        return self.login.fault(EngineSocket, socket=path, why=why, why_ja=why_ja)
