"""Steps of a new SSH connection, each with its deadline and its own error."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from app.containers.deadline import Deadline
from app.containers.faults import fault
from app.errors import (
    CallError,
    HostKeyChanged,
    HostLogin,
    HostLost,
    HostNotSsh,
    HostNotTrusted,
    HostSecretLost,
    HostTimeout,
    HostUnreachable,
    HostUnresolved,
)

STREAMLOCAL = "direct-streamlocal@openssh.com"
KEEPALIVE = 15
UNACKNOWLEDGED_MS = 3000
"""So long may sent bytes wait for the other side's TCP; then the connection counts as cut."""
LOG = "app.containers.paramiko"

# What paramiko has to say of a broken connection reaches the caller as an error, and needs no traceback.
logging.getLogger(LOG).setLevel(logging.CRITICAL)


class Step(Enum):
    """What is under way; the values are its names in English and Japanese."""

    NAME = ("name lookup", "名前解決")
    CONNECT = ("TCP connection", "TCP 接続")
    GREETING = ("SSH greeting", "SSH の応答")
    HOST_KEY = ("host key", "ホスト鍵の確認")
    LOGIN = ("login", "ログイン")
    SOCKET = ("engine's socket", "エンジンのソケット")
    ENGINE = ("engine", "エンジン")


@dataclass(frozen=True, slots=True)
class Login:
    """Where a host is, and how to get in. `host` is its name in messages, `host_key` its pinned public key."""

    host: str
    address: str
    port: int
    user: str
    host_key: str = ""
    key_file: str = ""
    password: str = field(default="", repr=False)

    def fault(self, kind: type[CallError], **words: object) -> CallError:
        """Return an error of this host."""
        own = {"host": self.host, "address": self.address, "port": self.port, "user": self.user}
        return fault(kind, **own | words)

    def silent(self, step: Step) -> CallError:
        """Return the error of a step that takes too long."""
        english, japanese = step.value
        return self.fault(HostTimeout, step=english, step_ja=japanese)


class Transport(paramiko.Transport):
    """A transport that can open channels to Unix sockets of the host."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._path = threading.local()
        self.set_log_channel(LOG)

    def open_streamlocal(self, path: str, timeout: float) -> paramiko.Channel:
        """Open a channel to a Unix socket; raises paramiko.SSHException, EOFError.

        OpenSSH's PROTOCOL file, section 2.4: string socket path, string reserved, uint32 reserved.
        """
        self._path.value = path
        try:
            return self.open_channel(STREAMLOCAL, timeout=timeout)
        finally:
            self._path.value = None

    def _send_user_message(self, data: Any) -> None:
        # open_channel writes the fields of the kinds that it knows; those of ours come behind, before it sends.
        path = getattr(self._path, "value", None)
        if path is not None:
            data.add_string(path)
            data.add_string("")
            data.add_int(0)
            self._path.value = None
        super()._send_user_message(data)  # type: ignore[misc]  # not in the stubs


def connect(login: Login, deadline: Deadline, note: Callable[[Step], None] = lambda step: None) -> Transport:
    """Return a transport that is logged in.

    :param note: is told each step as it begins.
    :raises CallError: the step that was told last has failed.
    """
    transport = _greet(login, deadline, note)
    try:
        note(Step.HOST_KEY)
        _check_host_key(login, transport.get_remote_server_key())
        note(Step.LOGIN)
        _log_in(login, transport, deadline)
    except BaseException:
        transport.close()
        raise
    transport.set_keepalive(KEEPALIVE)
    transport.clear_to_send_timeout = deadline.seconds
    return transport


def fetch_host_key(login: Login, deadline: Deadline) -> paramiko.PKey:
    """Return the key that a host shows, without logging in; raises CallError."""
    transport = _greet(login, deadline, lambda step: None)
    try:
        return transport.get_remote_server_key()
    finally:
        transport.close()


def read_public_key(line: str) -> paramiko.PKey:
    """Return a key from `TYPE BASE64`; raises ValueError."""
    try:
        (key,) = (entry.key for entry in [paramiko.hostkeys.HostKeyEntry.from_line(f"host {line}")] if entry)
    except (ValueError, paramiko.SSHException) as error:
        raise ValueError("is no public key") from error
    if key is None:
        raise ValueError("is no public key of a known kind")
    return key


def write_public_key(key: paramiko.PKey) -> str:
    """Return `TYPE BASE64`."""
    return f"{key.get_name()} {key.get_base64()}"


def _greet(login: Login, deadline: Deadline, note: Callable[[Step], None]) -> Transport:
    note(Step.NAME)
    places = _resolve(login)
    note(Step.CONNECT)
    sock = _dial(login, places, deadline)
    note(Step.GREETING)
    try:
        transport = Transport(sock)
    except BaseException:
        sock.close()
        raise
    if login.host_key:
        _ask_for_pinned_kind(transport, login.host_key)
    transport.banner_timeout = transport.handshake_timeout = deadline.left()
    transport.auth_timeout = deadline.left()
    try:
        transport.start_client(timeout=deadline.left())
        if not transport.initial_kex_done:
            raise login.silent(Step.GREETING)
    except (paramiko.SSHException, EOFError, OSError) as error:
        transport.close()
        raise _not_greeted(login, transport, deadline, error) from error
    except BaseException:
        transport.close()
        raise
    return transport


def _resolve(login: Login) -> list[Any]:
    try:
        return socket.getaddrinfo(login.address, login.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise login.fault(HostUnresolved) from error


def _dial(login: Login, places: list[Any], deadline: Deadline) -> socket.socket:
    last: OSError = OSError("no address")
    for number, (family, kind, protocol, _, place) in enumerate(places):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(deadline.left() / (len(places) - number))
            sock.connect(place)
            # A small request must not wait for the answer to the one before it.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
            return sock
        except OSError as error:
            sock.close()
            last = error
    if isinstance(last, TimeoutError):
        raise login.silent(Step.CONNECT) from last
    raise login.fault(HostUnreachable, why=last.strerror or "no way to it") from last


def _ask_for_pinned_kind(transport: Transport, host_key: str) -> None:
    name = host_key.split()[0]
    kinds = ("rsa-sha2-512", "rsa-sha2-256") if name == "ssh-rsa" else (name,)
    transport.get_security_options().key_types = kinds


def _not_greeted(login: Login, transport: Transport, deadline: Deadline, error: Exception) -> CallError:
    if deadline.over:
        return login.silent(Step.GREETING)
    if not transport.remote_version:
        return login.fault(HostNotSsh, why="no SSH greeting")
    if isinstance(error, IncompatiblePeer) and "host key" in str(error):
        return login.fault(HostKeyChanged, found="of another kind", pinned=login.host_key.split()[0])
    if isinstance(error, paramiko.SSHException):
        return login.fault(HostNotSsh, why=str(error))
    return login.fault(HostLost)


def _check_host_key(login: Login, key: paramiko.PKey) -> None:
    if not login.host_key:
        raise login.fault(HostNotTrusted)
    pinned = read_public_key(login.host_key)
    if (key.get_name(), key.asbytes()) != (pinned.get_name(), pinned.asbytes()):
        raise login.fault(HostKeyChanged, found=key.fingerprint, pinned=pinned.fingerprint)


def _log_in(login: Login, transport: Transport, deadline: Deadline) -> None:
    transport.auth_timeout = deadline.left()
    kind = (
        {"secret": "key", "secret_ja": "鍵"}
        if login.key_file
        else {"secret": "password", "secret_ja": "パスワード"}
    )
    try:
        if login.key_file:
            more = transport.auth_publickey(login.user, load_private_key(login))
        else:
            more = transport.auth_password(login.user, login.password)
    except paramiko.BadAuthenticationType as error:
        why = f"it takes {', '.join(error.allowed_types) or 'nothing'} only"
        raise login.fault(HostLogin, why=why, **kind) from None
    except (paramiko.SSHException, EOFError, OSError) as error:
        if deadline.over:
            raise login.silent(Step.LOGIN) from None
        if not isinstance(error, paramiko.AuthenticationException):
            raise login.fault(HostLost) from error
        raise login.fault(HostLogin, why="permission denied", **kind) from None
    if more:
        raise login.fault(HostLogin, why=f"it wants {', '.join(more)} besides", **kind)


def load_private_key(login: Login) -> paramiko.PKey:
    """Return the private key of a login; raises HostSecretLost."""
    what = f"the private key {login.key_file}"
    try:
        return paramiko.PKey.from_path(login.key_file)
    except OSError as error:
        raise login.fault(HostSecretLost, what=what, why=error.strerror or "no such file") from None
    except (TypeError, paramiko.PasswordRequiredException):
        raise login.fault(HostSecretLost, what=what, why="it has a passphrase, which nobody could type") from None
    except (ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise login.fault(HostSecretLost, what=what, why="it is no private key") from None
