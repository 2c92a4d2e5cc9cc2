"""LTI activities and their courses, and the courses of sessions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.storage import tables as t
from app.storage.layout import Layout

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Activity:
    """An LTI activity whose course is known, and an instance of mod_lticontainer that it belongs to."""

    course_id: int
    lti_id: int
    inst_id: int
    name: str


ReadActivities = Callable[[Connection, Collection[int] | None, Collection[int] | None], Sequence[Activity]]
"""Reads activities of some courses, or of all, with some ids, or with any; by course, in the order of lists.

One that belongs to several instances comes once for each.
"""


def registered(
    connection: Connection, courses: Collection[int] | None, lti_ids: Collection[int] | None
) -> list[Activity]:
    """Return what was registered with the service itself."""
    c = t.ltis.c
    statement = select(c.course, c.lti_id, c.inst_id, c.name).where(c.course != 0)
    if courses is not None:
        statement = statement.where(c.course.in_(sorted(courses)))
    if lti_ids is not None:
        statement = statement.where(c.lti_id.in_(sorted(lti_ids)))
    return [Activity(*row) for row in connection.execute(statement.order_by(c.course, c.lti_id))]


def courses_of(connection: Connection, layout: Layout, sessions: Collection[str]) -> dict[str, int]:
    """Return the courses of sessions, without those that are not known."""
    s = layout.session.c
    found: dict[str, int] = {}
    names = sorted(sessions)
    for start in range(0, len(names), CHUNK):
        some = s.session.in_(names[start : start + CHUNK])
        for name, course in connection.execute(select(s.session, s.course).where(some)):
            found[name] = max(course, found.get(name, 0))
    return found
