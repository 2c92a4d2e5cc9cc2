"""Registered LTI activities, and the sessions that waited for them."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, bindparam, or_, select, update

from app.ltis.unregistered_store import Place, Unregistered
from app.storage import tables as t
from app.storage.activities import ReadActivities
from app.storage.batches import batched
from app.storage.counts import CountStatements, of_activity
from app.storage.course_rules import read_closed
from app.storage.database import Database
from app.storage.erasing import erase_parts
from app.storage.layout import Layout
from app.storage.upsert import insert_missing, run_many

IDS = 1_000
"""So many executions are named in one statement."""


@dataclass(frozen=True, slots=True)
class Lti:
    """An LTI activity. `course_id` 0: seen in records, but not registered yet."""

    lti_id: int
    course_id: int
    inst_id: int
    name: str = ""


class CourseChange(Exception):
    """A registered activity would change its course, and the caller may not do that."""

    def __init__(self, index: int, old: Lti, new: Lti) -> None:
        super().__init__(
            f"ltis[{index}].course_id {new.course_id}: activity {old.lti_id} is registered in another course; "
            "moving it needs the scope admin, for every course"
        )
        self.index = index


class NotInMoodle(Exception):
    """What is to be registered is not so in Moodle, whose tables say which course an activity belongs to."""

    def __init__(self, index: int, lti: Lti) -> None:
        super().__init__(
            f"ltis[{index}].lti_id {lti.lti_id}: Moodle has no such activity in course {lti.course_id}. "
            "On Moodle's tables nothing needs to be registered"
        )


class Elsewhere(Exception):
    """An activity is to be taken out of a course in which it is not."""

    def __init__(self, index: int, place: Place) -> None:
        super().__init__(f"ltis[{index}].lti_id {place.lti_id}: it is not registered in course {place.course_id}")


class LtiStore:
    """Reads and writes activities. On Moodle's tables it reads them there, and only places sessions."""

    def __init__(self, database: Database, activities: ReadActivities) -> None:
        self._database = database
        self._layout = database.layout
        self._activities = activities
        self._counts = CountStatements(is_sqlite=database.is_sqlite, layout=database.layout)
        self._lock = insert_missing("sqlite" if database.is_sqlite else "mysql", t.ltis, ["lti_id"])
        self._placing = _Placing(database.layout)
        self._gone = Unregistered(database)

    def register(self, ltis: Sequence[Lti], *, may_move: bool) -> int:
        """Register activities, all or none, place the sessions that waited, and return how many those were.

        :raises CourseChange: an activity is in another course and `may_move` is not given.
        :raises NotInMoodle: Moodle says otherwise.
        """
        return self._database.write(self._register, ltis, may_move)

    def unregister(self, places: Sequence[Place], *, everywhere: bool) -> int:
        """Refuse the tokens of activities that are gone, and return how many were not refused before.

        :param everywhere: also those whose course nobody knows.
        :raises Elsewhere: one is in another course, or in an unknown one; then none is refused.
        """
        return self._database.write(self._unregister, places, everywhere)

    def list(self) -> list[Lti]:
        """Return all activities that were registered or seen in records, or that Moodle has, by id."""
        with self._database.reading() as connection:
            if self._layout.own:
                return list(_read(connection, None).values())
            found = {row.lti_id: row for row in reversed(self._activities(connection, None, None))}
            return [Lti(i, found[i].course_id, found[i].inst_id, found[i].name) for i in sorted(found)]

    def _register(self, connection: Connection, ltis: Sequence[Lti], may_move: bool) -> int:
        rows = [_row(lti) for lti in ltis]
        if self._layout.own:
            self._check(connection, ltis, may_move)
        else:
            self._compare(connection, ltis)
        closed = read_closed(connection)
        waiting = [lti.lti_id for lti in ltis if lti.course_id in closed]
        erased = self._waiting(connection, waiting) if waiting else set()
        if self._layout.own:
            run_many(connection, _UPDATE, rows)
        self._gone.remove(connection, {lti.lti_id for lti in ltis})
        placed = sum(self._place(connection, row) for row in rows)
        for session in sorted(erased):
            erase_parts(connection, self._layout, session)
        return placed

    def _unregister(self, connection: Connection, places: Sequence[Place], everywhere: bool) -> int:
        ids = {place.lti_id for place in places}
        statement = select(self._layout.lti_id, self._layout.lti_course).where(self._layout.lti_id.in_(ids))
        courses = {row[0]: row[1] for row in connection.execute(statement)}
        for index, place in enumerate(places):
            course = courses.get(place.lti_id, 0)
            if course != place.course_id and (course or not everywhere):
                raise Elsewhere(index, place)
        return self._gone.add(connection, places)

    def _check(self, connection: Connection, ltis: Sequence[Lti], may_move: bool) -> None:
        # Locking the rows first makes a session that comes at this moment wait, or be seen below.
        run_many(connection, self._lock, [{"lti_id": i} for i in sorted({lti.lti_id for lti in ltis})])
        old = _read(connection, {lti.lti_id for lti in ltis})
        for index, lti in enumerate(ltis):
            known = old[lti.lti_id]
            if known.course_id not in (0, lti.course_id) and not may_move:
                raise CourseChange(index, known, lti)

    def _compare(self, connection: Connection, ltis: Sequence[Lti]) -> None:
        ids = {lti.lti_id for lti in ltis}
        statement = select(self._layout.lti_id, self._layout.lti_course).where(self._layout.lti_id.in_(ids))
        courses = {row[0]: row[1] for row in connection.execute(statement)}
        for index, lti in enumerate(ltis):
            if courses.get(lti.lti_id) != lti.course_id:
                raise NotInMoodle(index, lti)

    def _waiting(self, connection: Connection, ids: Sequence[int]) -> set[str]:
        """Return the sessions that waited for the course of these activities.

        They go where it wants nothing to be stored, and so do sessions that nobody has placed yet, and that were
        begun with a token of such an activity.
        """
        b = t.bindings.c
        begun = or_(*(b.owner.like(f"activity:%:{lti_id}") for lti_id in ids))
        unplaced = select(b.session).where(begun, b.session.not_in(select(self._layout.session.c.session)))
        known = connection.execute(self._placing.waiting, {"ids": ids}).scalars()
        return {*known, *connection.execute(unplaced).scalars()}

    def _place(self, connection: Connection, row: dict[str, int | str]) -> int:
        """Put an activity's sessions and executions into its course; return the number of sessions."""
        placed = connection.execute(self._placing.sessions, row).rowcount
        if connection.execute(self._placing.some_execution, row).first() is not None:
            self._counts.leave.run(connection, [row])
            self._counts.enter.run(connection, [row | {"to_course": row["new_course"]}])
            found = connection.execute(self._placing.executions, row).scalars().all()
            for ids in batched(found, IDS):
                moved = {"ids": ids, "new_course": row["new_course"]}
                connection.execute(_MOVE, moved)
        return placed


class _Placing:
    """The statements that put what belongs to an activity into its course."""

    def __init__(self, layout: Layout) -> None:
        s, e = layout.session.c, t.executions.c
        of_lti: BindParameter[int] = bindparam("of_lti")
        # What waited for its course goes too, where that course wants nothing to be stored.
        self.waiting = (
            select(s.session)
            .where(s.lti_id.in_(bindparam("ids", expanding=True)), s.course == 0)
            .with_for_update()
        )
        self.sessions = (
            update(layout.session)
            .where(s.lti_id == of_lti, s.course != bindparam("new_course"))
            .values(course=bindparam("new_course"))
        )
        elsewhere = (
            of_activity(layout, of_lti),
            e.course != bindparam("new_course"),
        )
        self.some_execution = select(e.id).where(*elsewhere).limit(1)
        # Not an UPDATE with a subquery: MariaDB 10.11 would look at each execution that there is.
        self.executions = select(e.id).where(*elsewhere).with_for_update()


_MOVE = (
    update(t.executions)
    .where(t.executions.c.id.in_(bindparam("ids", expanding=True)))
    .values(course=bindparam("new_course"))
)

_UPDATE = (
    update(t.ltis)
    .where(t.ltis.c.lti_id == bindparam("of_lti"))
    .values(
        course=bindparam("new_course"),
        inst_id=bindparam("new_inst"),
        name=bindparam("new_name"),
        registered_at=bindparam("now"),
    )
)


def _row(lti: Lti) -> dict[str, int | str]:
    return {
        "of_lti": lti.lti_id,
        "new_course": lti.course_id,
        "new_inst": lti.inst_id,
        "new_name": lti.name,
        "now": int(time.time()),
    }


def _read(connection: Connection, ids: Collection[int] | None) -> dict[int, Lti]:
    c = t.ltis.c
    statement = select(c.lti_id, c.course, c.inst_id, c.name).order_by(c.lti_id)
    if ids is not None:
        statement = statement.where(c.lti_id.in_(ids))
    return {row[0]: Lti(*row) for row in connection.execute(statement)}
