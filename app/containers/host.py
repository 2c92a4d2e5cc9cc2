"""A container host: where it is, how to get in, who may use it. Rules without I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.auth.caller import Caller
from app.fields import text_fault

LOCAL = "local"
"""The name of this machine, whose engine is spoken to without SSH."""
DOCKER_SOCKET = "/var/run/docker.sock"
PODMAN_SOCKETS = ("/run/podman/podman.sock", "/var/run/podman/podman.sock")
SOCKETS = {
    "docker": (DOCKER_SOCKET,),
    "podman": PODMAN_SOCKETS,
    "auto": (DOCKER_SOCKET, *PODMAN_SOCKETS),
}
"""Where engines of a kind have their sockets."""
ENGINES = tuple(SOCKETS)
SSH_PORT = 22
_NAME = re.compile("[a-z0-9][a-z0-9.-]{0,62}")
_ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?|[0-9A-Fa-f:.]+(?:%[A-Za-z0-9]+)?")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@\\-]{0,254}")
SOCKET_LIMIT = 107
"""The longest path of a Unix socket, in bytes."""


@dataclass(frozen=True, slots=True)
class Host:
    """A container host.

    `courses` None: every course may use it. `host_key` is the pinned public key, `TYPE BASE64`, empty
    before it is trusted. `sealed` is the encrypted password, empty where a key is used.
    """

    name: str
    engine: str = "auto"
    address: str = ""
    port: int = SSH_PORT
    user: str = ""
    socket: str = ""
    key_file: str = ""
    sealed: str = field(default="", repr=False)
    host_key: str = ""
    courses: frozenset[int] | None = None

    @property
    def is_local(self) -> bool:
        """Say whether it is this machine."""
        return self.name == LOCAL

    @property
    def sockets(self) -> tuple[str, ...]:
        """Where its engine's socket may be."""
        return (self.socket,) if self.socket else SOCKETS[self.engine]

    def serves(self, course: int) -> bool:
        """Say whether a course may use it."""
        return self.courses is None or course in self.courses

    def seen_by(self, caller: Caller) -> bool:
        """Say whether a caller sees it: one who covers a course that may use it."""
        if self.courses is None:
            return caller.activity is None
        return any(caller.covers_course(course) for course in self.courses)


def read_address(text: str) -> tuple[str, int]:
    """Return address and port of `HOST`, `HOST:PORT` or `[IPv6]:PORT`.

    :raises ValueError: it is none; the text says why.
    """
    try:
        parts = urlsplit(f"//{text}")
        address, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("must be HOST or HOST:PORT, an IPv6 address in brackets, PORT 1 to 65535") from None
    if parts.netloc != text or "@" in text or port == 0 or not _ADDRESS.fullmatch(address):
        raise ValueError("must be HOST or HOST:PORT, an IPv6 address in brackets, PORT 1 to 65535")
    return address, port or SSH_PORT


def host_fault(host: Host) -> str | None:
    """Say what is wrong in a host that is to be added; None where nothing is."""
    if not _NAME.fullmatch(host.name):
        return (
            f"the name {host.name[:80]!r} must be 1 to 63 of a to z, 0 to 9, dot and hyphen, these two not first"
        )
    if not host.is_local and not _USER.fullmatch(host.user):
        return "--user must be the name of a user, at most 255 characters"
    if host.socket and (not host.socket.startswith("/") or text_fault(host.socket)):
        return "--socket must be an absolute path"
    if len(host.socket.encode("utf-8", "replace")) > SOCKET_LIMIT:
        return f"--socket must be at most {SOCKET_LIMIT} bytes long"
    if text_fault(host.key_file) or len(host.key_file) > 1024:
        return "--key must be a path of at most 1024 characters"
    return None
