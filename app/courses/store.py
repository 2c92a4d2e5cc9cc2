"""Activities by course, and the rosters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Connection, delete, insert, select

from app.storage import tables as t
from app.storage.activities import Activity, ReadActivities
from app.storage.database import Database
from app.storage.upsert import run_many

ReadRoster = Callable[[Connection, int], Sequence[str]]
"""Reads who is enrolled in a course, where another program knows that."""


def nobody(_connection: Connection, _course: int) -> Sequence[str]:
    """Return no one: a :data:`ReadRoster` where no other program knows."""
    return ()


class CourseStore:
    """Reads activities, reads and writes rosters.

    :param enrolled: tells who belongs to a course for which no roster was set.
    """

    def __init__(self, database: Database, activities: ReadActivities, enrolled: ReadRoster = nobody) -> None:
        self._database = database
        self._activities = activities
        self._enrolled = enrolled

    def unregistered(self) -> set[int]:
        """Return the activities that are gone from Moodle."""
        with self._database.reading() as connection:
            return set(connection.execute(select(t.unregistered_ltis.c.lti_id)).scalars())

    def activities(self, courses: Collection[int] | None) -> list[Activity]:
        """Return the activities of these courses, or of all, by course and id; each with its first instance."""
        with self._database.reading() as connection:
            rows = self._activities(connection, courses, None)
        return list({row.lti_id: row for row in reversed(rows)}.values())[::-1]

    def roster(self, course_id: int) -> list[str]:
        """Return the users of a course, by name: those that were set, or else those that are enrolled."""
        c = t.rosters.c
        statement = select(c.username).where(c.course == course_id).order_by(c.username)
        with self._database.reading() as connection:
            users = connection.execute(statement).scalars().all()
            return sorted(users or self._enrolled(connection, course_id))

    def set_roster(self, course_id: int, users: Sequence[str]) -> None:
        """Put these users in place of those that a course had."""
        rows = [{"course": course_id, "username": user} for user in sorted(set(users))]
        old = delete(t.rosters).where(t.rosters.c.course == course_id)

        def work(connection: Connection) -> None:
            connection.execute(old)
            run_many(connection, insert(t.rosters), rows)

        self._database.write(work)
