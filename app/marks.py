"""Marks of seen records: by them a record that is sent twice is stored once.

28 bytes: 6 of a hash of the session, 6 of the message, 16 of all ten fields. Marks of one session lie
side by side in the table, so that inserting touches few pages, and the marks of one cell run can be
found again to erase them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

MARK_BYTES = 28


def session_prefix(session: str) -> bytes:
    """Return the first 6 bytes of the marks of one session."""
    return _digest(session, 6)


def mark_prefix(session: str, message: str) -> bytes:
    """Return the first 12 bytes of the marks of one cell run."""
    return session_prefix(session) + _digest(message, 6)


def make_mark(session: str, message: str, values: Iterable[str]) -> bytes:
    """Return the mark of a record with these ten values, in the order of the record's fields."""
    # No text of a record holds a control character, so this one keeps ("a", "b") apart from ("ab", "").
    return mark_prefix(session, message) + _digest("\x1f".join(values), 16)


def _digest(text: str, size: int) -> bytes:
    return blake2b(text.encode("utf-8"), digest_size=size).digest()
