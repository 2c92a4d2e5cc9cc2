"""The page's cookie: a token sealed with keys of its own, never in clear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from cryptography.fernet import InvalidToken as NotSealed
from cryptography.fernet import MultiFernet

from app.auth.sealing import fernets

NAME = "lticontainer_page"


class CookieSeal:
    """Seals tokens for a time; old keys still open what they sealed."""

    def __init__(self, keys: Sequence[bytes], lifetime: timedelta) -> None:
        self._fernet: MultiFernet = fernets(keys)
        self.seconds = int(lifetime.total_seconds())

    def seal(self, token: str) -> str:
        """Return what the cookie holds of a token."""
        return self._fernet.encrypt(token.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return the token; empty where the text is not ours, was changed, or is too old."""
        try:
            return self._fernet.decrypt(sealed, ttl=self.seconds).decode()
        except (NotSealed, ValueError):
            return ""
