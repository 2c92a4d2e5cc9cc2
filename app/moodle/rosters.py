"""Who is enrolled in a course as a student, read from Moodle's tables.

Such a user is neither deleted nor suspended, has an enrolment in force by a method that is enabled, and, in the
course or above it, a role of the archetype `student`. Source: `get_enrolled_join` with `onlyactive` in
`lib/enrollib.php` of Moodle 4.5. The front page has no enrolments, and so no roster.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, select

from app.courses.functions import ROSTER_LIMIT
from app.moodle.schema import COURSE, MoodleTables

STUDENT = "student"
ENABLED, ACTIVE = 0, 0


class MoodleRosters:
    """Reads a course's students; an :data:`app.courses.store.ReadRoster`."""

    def __init__(self, tables: MoodleTables) -> None:
        self._t = tables

    def __call__(self, connection: Connection, course: int) -> list[str]:
        """Return the user names of a course's students, the first by name, as many as a roster holds."""
        u, enrol, method, given, role = (
            self._t.user.c,
            self._t.user_enrolments.c,
            self._t.enrol.c,
            self._t.role_assignments.c,
            self._t.role.c,
        )
        now = int(time.time())
        statement = (
            select(u.username)
            .distinct()
            .select_from(self._t.enrol)
            .join(self._t.user_enrolments, enrol.enrolid == method.id)
            .join(self._t.user, u.id == enrol.userid)
            .join(self._t.role_assignments, given.userid == u.id)
            .join(self._t.role, role.id == given.roleid)
            .where(method.courseid == course, method.status == ENABLED, enrol.status == ACTIVE)
            .where(enrol.timestart <= now, (enrol.timeend == 0) | (enrol.timeend > now))
            .where(u.deleted == 0, u.suspended == 0, role.archetype == STUDENT)
            .where(given.contextid.in_(self._contexts(connection, course)))
            .order_by(u.username)
            .limit(ROSTER_LIMIT)
        )
        return list(connection.execute(statement).scalars())

    def _contexts(self, connection: Connection, course: int) -> list[int]:
        """Return the contexts of a course and of all that it lies in."""
        c = self._t.context.c
        found = select(c.path).where(c.contextlevel == COURSE, c.instanceid == course)
        path = connection.execute(found).scalar() or ""
        return [int(part) for part in path.split("/") if part.isdecimal()]
