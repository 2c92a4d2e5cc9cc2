"""Activities that are gone from Moodle: whose tokens are refused, and what students did in them is kept."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from app.storage import tables as t
from app.storage.database import Database
from app.storage.epochs import raise_epoch
from app.storage.upsert import insert_missing, run_many


@dataclass(frozen=True, slots=True)
class Place:
    """An activity, and the course in which it was."""

    lti_id: int
    course_id: int


class Unregistered:
    """Writes which activities are gone. Those who remember tokens are made to look anew."""

    def __init__(self, database: Database) -> None:
        self._dialect = "sqlite" if database.is_sqlite else "mysql"
        self._insert = insert_missing(self._dialect, t.unregistered_ltis, ["lti_id"])

    def add(self, connection: Connection, places: Sequence[Place]) -> int:
        """Note activities, and return how many were not noted before."""
        c = t.unregistered_ltis.c
        wanted = {place.lti_id: place.course_id for place in places}
        there = set(connection.execute(select(c.lti_id).where(c.lti_id.in_(wanted))).scalars())
        now = int(time.time())
        rows = [
            {"lti_id": lti_id, "course": course, "unregistered_at": now}
            for lti_id, course in wanted.items()
            if lti_id not in there
        ]
        run_many(connection, self._insert, rows)
        if rows:
            raise_epoch(connection, self._dialect, t.REVOCATIONS)
        return len(rows)

    def remove(self, connection: Connection, lti_ids: Collection[int]) -> None:
        """Forget that activities were gone: they are in Moodle again."""
        connection.execute(delete(t.unregistered_ltis).where(t.unregistered_ltis.c.lti_id.in_(lti_ids)))
