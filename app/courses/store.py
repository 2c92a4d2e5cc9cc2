"""Activities by course, and the rosters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from app.storage import tables as t
from app.storage.database import Database
from app.storage.upsert import run_many


@dataclass(frozen=True, slots=True)
class CourseActivity:
    """A registered LTI activity."""

    course_id: int
    lti_id: int
    inst_id: int
    name: str


class CourseStore:
    """Reads activities, reads and writes rosters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def activities(self, courses: Collection[int] | None) -> list[CourseActivity]:
        """Return the registered activities of these courses, or of all, by course and id."""
        c = t.ltis.c
        statement = select(c.course, c.lti_id, c.inst_id, c.name).where(c.course != 0)
        if courses is not None:
            statement = statement.where(c.course.in_(sorted(courses)))
        with self._database.reading() as connection:
            return [CourseActivity(*row) for row in connection.execute(statement.order_by(c.course, c.lti_id))]

    def roster(self, course_id: int) -> list[str]:
        """Return the users of a course, by name."""
        c = t.rosters.c
        statement = select(c.username).where(c.course == course_id).order_by(c.username)
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def set_roster(self, course_id: int, users: Sequence[str]) -> None:
        """Put these users in place of those that a course had."""
        rows = [{"course": course_id, "username": user} for user in sorted(set(users))]
        old = delete(t.rosters).where(t.rosters.c.course == course_id)

        def work(connection: Connection) -> None:
            connection.execute(old)
            run_many(connection, insert(t.rosters), rows)

        self._database.write(work)
