"""The way to a database behind an SSH server, kept open by sshtunnel and opened anew when it breaks.

sshtunnel 0.5.1 checks a host key only when it is given whole, swallows why a login failed, looks for
keys and settings in the home folder, and listens on every address. So the connection is made here,
against a pinned fingerprint, and sshtunnel forwards through it, from a Unix socket that only this user
can open.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import socket
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
import sshtunnel
from paramiko.pkey import UnknownKeyType

CONNECT_SECONDS = 5.0
"""For each of: TCP connection, SSH greeting, login."""
KEEPALIVE = 5
UNACKNOWLEDGED_MS = 5_000
"""So long may sent bytes wait for the other side's TCP; then the connection counts as cut."""
PAUSE = 1.0
"""After a failure all are told the same for so long, so that a host that is down is not asked by every request."""
BACKLOG = 128
LIBRARIES = "app.storage.tunnel.libraries"

log = logging.getLogger(__name__)
# What they have to say of a broken connection is said here, in one line.
logging.getLogger(LIBRARIES).setLevel(logging.CRITICAL)


class TunnelDown(Exception):
    """The SSH connection can't be had; the text says which step fails, and names neither host nor secret."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The SSH server, how to get in, and what the database's address is from there.

    `fingerprint` is that of its host key, `SHA256:...` as ssh-keygen prints it. The key file wins over
    the password.
    """

    host: str
    port: int
    user: str
    fingerprint: str
    database: tuple[str, int]
    key_file: str = ""
    password: str = field(default="", repr=False)


class Tunnel:
    """One tunnel for each process, started when it is first needed."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._forwarder: _Forwarder | None = None
        self._process = 0
        self._count = 0
        self._failure: tuple[float, str] = (0.0, "")
        atexit.register(self.close)

    @property
    def number(self) -> int:
        """The number of the SSH connection that is up; 0 where none is. What went through another is cut."""
        forwarder = self._forwarder
        up = forwarder is not None and self._process == os.getpid() and forwarder.is_active
        return self._count if up else 0

    def connect(self) -> socket.socket:
        """Return a socket that leads to the database.

        :raises TunnelDown: there is no SSH connection, and no new one can be had.
        """
        path = self._ready()
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(CONNECT_SECONDS)
            sock.connect(path)
        except OSError as error:
            sock.close()
            raise TunnelDown("The SSH connection to the database's host is gone") from error
        return sock

    def close(self) -> None:
        """End the tunnel; the next call of `connect` starts it again."""
        with self._lock:
            if self._process == os.getpid():
                self._stop()

    def _ready(self) -> str:
        with self._lock:
            if self._process != os.getpid():  # a connection can't be shared with a fork
                self._forwarder, self._folder, self._process = None, None, os.getpid()
            if self._forwarder and self._forwarder.is_active:
                return self._forwarder.path
            failed_at, text = self._failure
            if text and time.monotonic() - failed_at < PAUSE:
                raise TunnelDown(text)
            return self._start()

    def _start(self) -> str:
        if self._forwarder:
            log.warning("the SSH connection to the database's host was cut; connecting again")
        self._stop()
        self._folder = Path(tempfile.mkdtemp(prefix="lticontainer-tunnel-"))
        self._count += 1
        forwarder = _Forwarder(self._gateway, str(self._folder / f"{self._count}"))
        try:
            forwarder.start()
        except TunnelDown as error:
            self._failure = (time.monotonic(), str(error))
            log.error("database_ssh_host %s port %d: %s", self._gateway.host, self._gateway.port, error)
            self._stop()
            raise
        self._forwarder, self._failure = forwarder, (0.0, "")
        return forwarder.path

    def _stop(self) -> None:
        forwarder, self._forwarder = self._forwarder, None
        folder, self._folder = self._folder, None
        if forwarder:
            forwarder.stop(force=True)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


class _Server(sshtunnel._ThreadingStreamForwardServer):  # type: ignore[misc]  # the library has no types
    """A listener for as many connections as a pool may open at once."""

    request_queue_size = BACKLOG

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say why a connection could not be led on: a traceback on standard error would say less."""
        log.error("the database's SSH host leads no connection to the database at %s:%d", *self.remote_address)


class _Forwarder(sshtunnel.SSHTunnelForwarder):  # type: ignore[misc]  # the library has no types
    """sshtunnel's forwarder over a connection that was made here."""

    def __init__(self, gateway: Gateway, path: str) -> None:
        self.path = path
        self._gateway = gateway
        self._process = os.getpid()
        super().__init__(
            (gateway.host, gateway.port),
            ssh_config_file=None,
            ssh_username=gateway.user,
            # Only so that it does not refuse to be made; the login is ours.
            ssh_password="unused",  # noqa: S106
            allow_agent=False,
            host_pkey_directories=[],
            remote_bind_address=gateway.database,
            local_bind_address=path,
            logger=logging.getLogger(LIBRARIES),
        )

    def _connect_to_gateway(self) -> None:
        self._transport = _log_in(self._gateway)

    def _make_stream_ssh_forward_server_class(self, _remote: Any) -> type[_Server]:
        return _Server

    def __del__(self) -> None:
        # In a fork, the threads that it would wait for are not there.
        if self._process == os.getpid():
            super().__del__()


def _log_in(gateway: Gateway) -> paramiko.Transport:
    """Return a connection that is logged in; raises TunnelDown."""
    transport = _greet(gateway)
    try:
        _check(gateway, transport)
        _authenticate(gateway, transport)
    except BaseException:
        transport.close()
        raise
    transport.set_keepalive(KEEPALIVE)
    return transport


def _greet(gateway: Gateway) -> paramiko.Transport:
    try:
        sock = socket.create_connection((gateway.host, gateway.port), CONNECT_SECONDS)
    except (socket.gaierror, UnicodeError):
        raise TunnelDown("The name of the database's SSH host does not resolve") from None
    except OSError as error:
        raise TunnelDown(f"The database's SSH host does not answer: {error.strerror or 'timed out'}") from None
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    transport = paramiko.Transport(sock)
    transport.set_log_channel(LIBRARIES)
    transport.daemon = True
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = CONNECT_SECONDS
    try:
        transport.start_client(timeout=CONNECT_SECONDS)
        transport.get_remote_server_key()
    except (paramiko.SSHException, EOFError, OSError):
        transport.close()
        raise TunnelDown("What answers at the database's SSH host is no SSH server, or is silent") from None
    return transport


def _check(gateway: Gateway, transport: paramiko.Transport) -> None:
    key = transport.get_remote_server_key()
    if key.fingerprint != gateway.fingerprint:
        log.error("it shows the key %s %s, pinned is %s", key.get_name(), key.fingerprint, gateway.fingerprint)
        raise TunnelDown("The database's SSH host shows another key than database_ssh_fingerprint")


def _authenticate(gateway: Gateway, transport: paramiko.Transport) -> None:
    try:
        if gateway.key_file:
            more = transport.auth_publickey(gateway.user, _private_key(gateway.key_file))
        else:
            more = transport.auth_password(gateway.user, gateway.password)
    except paramiko.AuthenticationException:
        more = ["refused"]
    except (paramiko.SSHException, EOFError, OSError):
        raise TunnelDown("The database's SSH host cuts the connection during the login") from None
    if more:
        raise TunnelDown("The database's SSH host refuses the login of database_ssh_user") from None


def _private_key(path: str) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path)
    except OSError as error:
        raise TunnelDown(f"database_ssh_key_file can't be read: {error.strerror}") from None
    except (paramiko.PasswordRequiredException, TypeError):
        raise TunnelDown("database_ssh_key_file has a passphrase; a service needs one without") from None
    except (paramiko.SSHException, UnknownKeyType, ValueError):
        raise TunnelDown("database_ssh_key_file is no private key") from None
