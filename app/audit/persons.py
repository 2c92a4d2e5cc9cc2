"""Names of persons in the log of changes, hidden so that only who has the key, and the name, finds it; no I/O.

HMAC-SHA-256 under a key of its own, cut to 128 bits. A plain hash would not do: user names are short, and could be
tried out.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass

from app.audit.entry import NAME_LIMIT, shown

PREFIX = "person:"
_BYTES = 16


@dataclass(frozen=True, slots=True)
class Persons:
    """Hides names; `keys` are those of each master key that is kept, newest first."""

    keys: Sequence[bytes]

    def hide(self, name: str) -> str:
        """Return what stands for a name, with the newest key."""
        return _hidden(self.keys[0], name)

    def spellings(self, name: str) -> list[str]:
        """Return what may stand for a name: itself, and what each key makes of it."""
        return [shown(name, NAME_LIMIT), *(_hidden(key, name) for key in self.keys)]


def _hidden(key: bytes, name: str) -> str:
    digest = hmac.digest(key, name.encode(), "sha256")[:_BYTES]
    return f"{PREFIX}{b32encode(digest).decode().rstrip('=').lower()}"
