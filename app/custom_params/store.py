"""Which activities are registered, as far as parameters need to know."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from app.storage import tables as t
from app.storage.database import Database


class ActivityStore:
    """Reads registered activities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def registered(self, lti_ids: Collection[int]) -> set[tuple[int, int, int]]:
        """Return (lti_id, course_id, inst_id) of those that are registered."""
        c = t.ltis.c
        statement = select(c.lti_id, c.course, c.inst_id).where(c.lti_id.in_(sorted(lti_ids)), c.course != 0)
        with self._database.reading() as connection:
            return {(row[0], row[1], row[2]) for row in connection.execute(statement)}
