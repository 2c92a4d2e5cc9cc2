"""The keys of pseudonyms: a random one for each course, made when it is first needed, encrypted in the database.

They are not derived from the master key, so that a new master key changes no pseudonym, and so that the key of one
course can be thrown away.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from sqlalchemy import Connection, bindparam, delete, select

from app.activity.pseudonyms import KEY_BYTES
from app.auth.encryption import Cipher, Undecryptable
from app.errors import PseudonymsLost
from app.storage import tables as t
from app.storage.database import Database
from app.storage.upsert import insert_missing

_C = t.pseudonym_keys.c
_SEALED = select(_C.sealed).where(_C.course == bindparam("of_course"))


class PseudonymKeys:
    """Makes, reads and throws away keys."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        self._add = insert_missing("sqlite" if database.is_sqlite else "mysql", t.pseudonym_keys, ["course"])

    def key_of(self, course: int) -> Callable[[], bytes]:
        """Return what gives the key of a course, 32 bytes.

        Where the course has none, it makes one when it is asked: a course of which nothing is shown gets none.

        :raises PseudonymsLost: the key can't be read with any master key that is kept.
        :raises ServiceUnavailable: the database does not answer; later, too, where a new key can't be stored.
        """
        with self._database.reading() as connection:
            sealed = connection.execute(_SEALED, {"of_course": course}).scalar()
        if sealed is None:
            return lambda: self._open(course, self._make(course))
        key = self._open(course, sealed)
        return lambda: key

    def _open(self, course: int, sealed: str) -> bytes:
        try:
            return bytes.fromhex(self._cipher.decrypt(sealed))
        except Undecryptable:
            raise PseudonymsLost(
                f"course_id {course}: the key was encrypted with a key that is in neither secret_key nor "
                "old_secret_keys; put that key back, or begin anew with `lticontainer activity forget-pseudonyms`"
            ) from None

    def made_at(self, course: int) -> int | None:
        """Return when the key of a course was made, in seconds since 1970; None where it has none."""
        with self._database.reading() as connection:
            return connection.execute(select(_C.created_at).where(_C.course == course)).scalar()

    def forget(self, course: int) -> bool:
        """Throw the key of a course away for good; say whether there was one."""
        statement = delete(t.pseudonym_keys).where(_C.course == course)
        return bool(self._database.write(lambda connection: connection.execute(statement).rowcount))

    def _make(self, course: int) -> str:
        sealed = self._cipher.encrypt(secrets.token_bytes(KEY_BYTES).hex())
        return self._database.write(
            self._put, {"course": course, "sealed": sealed, "created_at": int(time.time())}
        )

    def _put(self, connection: Connection, row: dict[str, str | int]) -> str:
        # Of two that make one at the same moment the first wins, and both use it.
        connection.execute(self._add, row)
        return str(connection.execute(_SEALED, {"of_course": row["course"]}).scalar_one())
