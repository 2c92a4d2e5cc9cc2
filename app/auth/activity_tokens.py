"""Activity tokens: 64 hex characters that open the records of one LTI activity and nothing else.

Today's proxies carry their token through every student's browser. So it must be worthless for
anything else: its first 16 bytes are the instance's and the activity's id (big endian), the other 16
an HMAC-SHA-256, cut to 128 bits, over both ids and a counter that `lti rotate-token` raises.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from collections.abc import Sequence

ID_MAX = 2**63 - 1
MAC_BYTES = 16
_SHAPE = re.compile("[0-9a-f]{64}")
_IDS = struct.Struct(">QQ")


def make_token(key: bytes, inst_id: int, lti_id: int, counter: int) -> str:
    """Return the token of an activity.

    :raises ValueError: an id is not in 0 to 2**63-1.
    """
    if not (0 <= inst_id <= ID_MAX and 0 <= lti_id <= ID_MAX):
        raise ValueError(f"inst_id and lti_id must be 0 to {ID_MAX}")
    return (_IDS.pack(inst_id, lti_id) + _mac(key, inst_id, lti_id, counter)).hex()


def read_ids(token: str) -> tuple[int, int] | None:
    """Return (inst_id, lti_id) that a token claims, or None where it has not the shape of one."""
    if not _SHAPE.fullmatch(token):
        return None
    inst_id, lti_id = _IDS.unpack(bytes.fromhex(token[:32]))
    return (inst_id, lti_id) if max(inst_id, lti_id) <= ID_MAX else None


def verify_token(keys: Sequence[bytes], token: str, counter: int) -> bool:
    """Say, in constant time, whether one of the keys made this token with this counter."""
    ids = read_ids(token)
    if ids is None:
        return False
    mac = bytes.fromhex(token[32:])
    matches = [hmac.compare_digest(mac, _mac(key, *ids, counter)) for key in keys]
    return any(matches)


def _mac(key: bytes, inst_id: int, lti_id: int, counter: int) -> bytes:
    message = struct.pack(">QQQ", inst_id, lti_id, counter)
    return hmac.new(key, message, hashlib.sha256).digest()[:MAC_BYTES]
