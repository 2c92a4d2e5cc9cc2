"""Fernet keys of the 32 bytes that :mod:`app.auth.keys` derives."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet


def fernets(keys: Sequence[bytes]) -> MultiFernet:
    """Return what seals with the first key and opens with each."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
