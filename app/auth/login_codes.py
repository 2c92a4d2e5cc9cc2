"""Login links for the page: a code that opens it once, within minutes, and tells nothing of the token.

The database holds the hash of the code and the token sealed with a key that only the code gives: neither
a copy of the database nor a link that was used opens anything.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from app.auth.keys import derive_key
from app.auth.sealing import fernets
from app.auth.store import hash_token
from app.storage import tables as t
from app.storage.database import Database

CODE_BYTES = 32
CODE_LIMIT = 200
USE = "login codes"


class LoginCodes:
    """Codes in the database; `now` is in seconds since 1970."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def issue(self, token: str, seconds: int) -> str:
        """Return a new code for a token; codes that nobody used in time are removed."""
        code = secrets.token_urlsafe(CODE_BYTES)
        now = int(self._now())
        row = {"code_hash": hash_token(code), "sealed": _seal(code, token), "expires_at": now + seconds}

        def work(connection: Connection) -> None:
            connection.execute(delete(t.login_codes).where(t.login_codes.c.expires_at < now))
            connection.execute(insert(t.login_codes), row)

        self._database.write(work)
        return code

    def redeem(self, code: str) -> str:
        """Return the token of a code and use the code up; empty where it is unknown, used or too old."""
        if not code or len(code) > CODE_LIMIT:
            return ""
        c = t.login_codes.c
        mine = c.code_hash == hash_token(code)

        def work(connection: Connection) -> str:
            row = connection.execute(select(c.sealed, c.expires_at).where(mine)).first()
            # Of two who come at once, one removes the row.
            if row is None or not connection.execute(delete(t.login_codes).where(mine)).rowcount:
                return ""
            return str(row.sealed) if row.expires_at >= self._now() else ""

        sealed = self._database.write(work)
        return _open(code, sealed) if sealed else ""


def _seal(code: str, token: str) -> str:
    return fernets([derive_key(code.encode(), USE)]).encrypt(token.encode()).decode("ascii")


def _open(code: str, sealed: str) -> str:
    return fernets([derive_key(code.encode(), USE)]).decrypt(sealed.encode()).decode()
