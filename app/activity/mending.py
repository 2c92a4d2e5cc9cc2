"""Puts counts right that something outside the service has put wrong: SQL of an admin, half a backup."""

from __future__ import annotations

from app.counting import UNIT_US
from app.storage.counts import counted_courses, mend, next_unit
from app.storage.database import Database

WEEK = 28 * UNIT_US
_FIRST = -(2**62)


def mend_counts(database: Database, course: int | None) -> int:
    """Put the counts of a course right, or with None those of all; return how many were wrong.

    Goes on week by week, each in a transaction of its own, while others write.

    :raises ServiceUnavailable: the database does not answer. What was done is done.
    """
    with database.reading() as connection:
        courses = counted_courses(connection) if course is None else [course]
    wrong = 0
    for each in courses:
        first = _FIRST
        while (unit := _next(database, each, first)) is not None:
            first = unit + WEEK
            wrong += database.write(mend, each, unit, first)
    return wrong


def _next(database: Database, course: int, first: int) -> int | None:
    with database.reading() as connection:
        return next_unit(connection, course, first)
