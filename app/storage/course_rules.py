"""What courses have decided about their records: whether they are stored, and how long they are kept.

Several subjects ask: who writes records, who registers activities, who erases.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.storage import tables as t
from app.storage.database import Database
from app.storage.epochs import raise_epoch
from app.storage.upsert import upsert


@dataclass(frozen=True, slots=True)
class CourseRule:
    """The decision of one course. `keep_days` None: as the site has it."""

    course: int
    records: bool = True
    keep_days: int | None = None


def read_closed(connection: Connection) -> frozenset[int]:
    """Return the courses whose records are not stored."""
    c = t.course_rules.c
    return frozenset(connection.execute(select(c.course).where(c.records == 0)).scalars())


def is_closed(connection: Connection, course: int) -> bool:
    """Say whether the records of a course are not stored."""
    c = t.course_rules.c
    return connection.execute(select(c.course).where(c.course == course, c.records == 0)).first() is not None


class CourseRules:
    """Reads and changes what courses have decided."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = "sqlite" if database.is_sqlite else "mysql"

    def list(self) -> list[CourseRule]:
        """Return the decisions of all courses that have decided something, by course."""
        c = t.course_rules.c
        with self._database.reading() as connection:
            rows = connection.execute(select(c.course, c.records, c.keep_days).order_by(c.course))
            return [CourseRule(row[0], bool(row[1]), row[2]) for row in rows]

    def get(self, course: int) -> CourseRule:
        """Return the decision of a course; that of a new one where it has decided nothing."""
        return next((rule for rule in self.list() if rule.course == course), CourseRule(course))

    def set_records(self, course: int, *, records: bool) -> None:
        """Say whether records of a course are stored; in force for each request that begins after this."""
        self._database.write(self._set, course, {"records": int(records)})

    def set_keep_days(self, course: int, days: int | None) -> None:
        """Say after how many days records of a course may be deleted."""
        self._database.write(self._set, course, {"keep_days": days})

    def _set(self, connection: Connection, course: int, values: dict[str, int | None]) -> None:
        row = {"course": course, **values, "changed_at": int(time.time())}
        names: Collection[str] = [*values, "changed_at"]
        put = upsert(
            self._dialect, t.course_rules, ["course"], lambda _, new: [(name, new[name]) for name in names]
        )
        connection.execute(put, row)
        # Writers remember the closed courses for as long as this count stands still.
        raise_epoch(connection, self._dialect, t.CONSENTS)
