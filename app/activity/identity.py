"""Stable ids of executions: UUIDs of version 5 (RFC 9562), below one of the Moodle site; no I/O."""

from __future__ import annotations

from hashlib import sha1
from uuid import NAMESPACE_URL, UUID, uuid5


class Identities:
    """Gives ids; the same run of the same site always gets the same one."""

    def __init__(self, moodle_url: str) -> None:
        self._namespace = uuid5(NAMESPACE_URL, moodle_url).bytes

    def of(self, session: str, message: str) -> str:
        """Return what `str(uuid5(site, "session/message"))` does, three times as fast."""
        name = f"{session}/{message}".encode()
        digest = sha1(self._namespace + name, usedforsecurity=False).digest()[:16]
        number = int.from_bytes(digest)
        number = number & ~(0xF000 << 64) | (5 << 76)
        number = number & ~(0xC000 << 48) | (0x8000 << 48)
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def registration(self, session: str) -> str:
        """Return the id of a session, as xAPI wants one: a UUID."""
        return str(uuid5(UUID(bytes=self._namespace), f"session {session}"))
