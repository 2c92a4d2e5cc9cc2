"""Pseudonyms: who has no key can't tell whose they are, nor compare those of two courses; no I/O.

HMAC-SHA-256 under a random key of each course, cut to 128 bits. A plain hash would not do: user names are short,
and could be tried out.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Callable
from functools import lru_cache

from app.activity.execution import Execution

NO_USER = ("", "username")
KEY_BYTES = 32
_BYTES = 16
_REMEMBERED = 100_000


class Pseudonyms:
    """The pseudonyms of one course; `find_key` gives that course's own key, 32 bytes, when one is needed first."""

    def __init__(self, find_key: Callable[[], bytes]) -> None:
        self._find_key = find_key
        self._key = b""
        self.of = lru_cache(maxsize=_REMEMBERED)(self._of)

    def _of(self, kind: str, text: str) -> str:
        """Return the pseudonym of a text; kinds don't share pseudonyms."""
        self._key = self._key or self._find_key()
        digest = hmac.digest(self._key, f"{kind}\x1f{text}".encode(), "sha256")[:_BYTES]
        return f"{kind[0]}-{b32encode(digest).decode().rstrip('=').lower()}"

    def hide(self, execution: Execution) -> Execution:
        """Return an execution whose user, session and message are pseudonyms; no user stays none."""
        user = execution.username
        return execution._replace(
            username=user if user in NO_USER else self.of("user", user),
            session=self.of("session", execution.session),
            message=self._of("message", execution.message),
        )
