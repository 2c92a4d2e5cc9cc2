"""Keys for each use, derived from the master key, so that no use can be turned against another.

HKDF with SHA-256 (RFC 5869); the use is its `info`.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ACTIVITY_TOKENS = "activity tokens"
PAGE_COOKIES = "page cookies"
ENCRYPTION = "encryption"
AUDIT_PERSONS = "persons in the log of changes"


def derive_key(master: bytes, use: str) -> bytes:
    """Return the 32-byte key of one use."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"lticontainer {use}".encode()).derive(master)


def derive_keys(masters: Sequence[bytes], use: str) -> tuple[bytes, ...]:
    """Return the key of one use for each master key, newest first."""
    return tuple(derive_key(master, use) for master in masters)
