"""Registered LTI activities, and the sessions that waited for them."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, or_, select, update

from app.storage import tables as t
from app.storage.counts import CountStatements, of_activity
from app.storage.course_rules import read_closed
from app.storage.database import Database
from app.storage.erasing import erase_parts
from app.storage.upsert import insert_missing, run_many


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


class LtiStore:
    """Reads and writes activities."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts = CountStatements(is_sqlite=database.is_sqlite)
        self._lock = insert_missing("sqlite" if database.is_sqlite else "mysql", t.ltis, ["lti_id"])

    def register(self, ltis: Sequence[Lti], *, may_move: bool) -> int:
        """Register activities, all or none, place the sessions that waited, and return how many those were.

        :raises CourseChange: an activity is in another course and `may_move` is not given.
        """
        return self._database.write(self._register, ltis, may_move)

    def list(self) -> list[Lti]:
        """Return all activities that were registered or seen in records, by id."""
        with self._database.reading() as connection:
            return list(_read(connection, None).values())

    def _register(self, connection: Connection, ltis: Sequence[Lti], may_move: bool) -> int:
        # Locking the rows first makes a session that comes at this moment wait, or be seen below.
        run_many(connection, self._lock, [{"lti_id": i} for i in sorted({lti.lti_id for lti in ltis})])
        old = _read(connection, {lti.lti_id for lti in ltis})
        for index, lti in enumerate(ltis):
            known = old[lti.lti_id]
            if known.course_id not in (0, lti.course_id) and not may_move:
                raise CourseChange(index, known, lti)
        closed = read_closed(connection)
        rows = [_row(lti) for lti in ltis]
        waiting = [lti.lti_id for lti in ltis if lti.course_id in closed]
        erased = _waiting(connection, waiting) if waiting else set()
        run_many(connection, _UPDATE, rows)
        placed = 0
        for row in rows:
            placed += connection.execute(_PLACE_SESSIONS, row).rowcount
            if connection.execute(_SOME_EXECUTION, row).first() is not None:
                self._counts.leave.run(connection, [row])
                self._counts.enter.run(connection, [row | {"to_course": row["new_course"]}])
                connection.execute(_PLACE_EXECUTIONS, row)
        for session in sorted(erased):
            erase_parts(connection, session)
        return placed


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
_WAITING = (
    select(t.session.c.session)
    .where(t.session.c.lti_id.in_(bindparam("ids", expanding=True)), t.session.c.course == 0)
    .with_for_update()
)
_PLACE_SESSIONS = (
    update(t.session)
    .where(t.session.c.lti_id == bindparam("of_lti"), t.session.c.course != bindparam("new_course"))
    .values(course=bindparam("new_course"))
)
_ELSEWHERE = (
    of_activity(bindparam("of_lti")),
    t.executions.c.course != bindparam("new_course"),
)
_SOME_EXECUTION = select(t.executions.c.id).where(*_ELSEWHERE).limit(1)
_PLACE_EXECUTIONS = update(t.executions).where(*_ELSEWHERE).values(course=bindparam("new_course"))


def _waiting(connection: Connection, ids: Sequence[int]) -> set[str]:
    """Return the sessions that waited for the course of these activities.

    They go where it wants nothing to be stored, and so do sessions that nobody has placed yet, and that were
    begun with a token of such an activity.
    """
    b = t.bindings.c
    begun = or_(*(b.owner.like(f"activity:%:{lti_id}") for lti_id in ids))
    unplaced = select(b.session).where(begun, b.session.not_in(select(t.session.c.session)))
    known = connection.execute(_WAITING, {"ids": ids}).scalars()
    return {*known, *connection.execute(unplaced).scalars()}


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
