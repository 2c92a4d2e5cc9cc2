"""Courses, LTI activities and instances of mod_lticontainer, read from Moodle's tables.

An instance shows the LTI activities of its course whose tool is on its JupyterHub's host. Source: mod_lticontainer
1.6.3, `locallib_db.php`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, Select, and_, select

from app.moodle.schema import MoodleTables
from app.storage.activities import Activity


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of mod_lticontainer, and what it shows."""

    inst_id: int
    jupyterhub_url: str
    hidden: frozenset[int]

    def shows(self, lti_id: int, tool_domain: str) -> bool:
        """Say whether it shows an activity of its course."""
        host = host_of(self.jupyterhub_url)
        return lti_id not in self.hidden and tool_domain.lower().startswith(host)


def host_of(url: str) -> str:
    """Return the host of a JupyterHub's URL in small letters, also where the scheme was left out; or nothing."""
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()
    except ValueError:
        return ""


class MoodleActivities:
    """Reads LTI activities that an instance shows; a :data:`app.storage.activities.ReadActivities`."""

    def __init__(self, tables: MoodleTables) -> None:
        self._t = tables

    def __call__(
        self, connection: Connection, courses: Collection[int] | None, lti_ids: Collection[int] | None
    ) -> Sequence[Activity]:
        """Return activities of some courses, or of all, with some ids, or with any; by course, in its order."""
        instances = self._instances(connection, courses)
        if not instances or lti_ids == []:
            return []
        rows = connection.execute(self._placed(instances, lti_ids)).all()
        return [found for row in sorted(rows, key=_place) for found in _shown(row, instances)]

    def _placed(self, courses: Collection[int], lti_ids: Collection[int] | None) -> Select[Any]:
        lti, tool, place, section = self._t.lti, self._t.lti_types, self._t.course_modules, self._t.course_sections
        is_lti = select(self._t.modules.c.id).where(self._t.modules.c.name == "lti").scalar_subquery()
        here = and_(place.c.instance == lti.c.id, place.c.module == is_lti, place.c.deletioninprogress == 0)
        statement = (
            select(
                *(lti.c.course, lti.c.id, lti.c.name, tool.c.tooldomain),
                *(place.c.id.label("place"), section.c.section, section.c.sequence),
            )
            .select_from(lti)
            .join(place, here)
            .outerjoin(tool, tool.c.id == lti.c.typeid)
            .outerjoin(section, section.c.id == place.c.section)
            .where(lti.c.course.in_(sorted(courses)))
        )
        return statement if lti_ids is None else statement.where(lti.c.id.in_(sorted(lti_ids)))

    def _instances(self, connection: Connection, courses: Collection[int] | None) -> Mapping[int, list[Instance]]:
        c = self._t.lticontainer.c
        statement = select(c.course, c.id, c.jupyterhub_url, c.no_display_lti).order_by(c.id)
        if courses is not None:
            statement = statement.where(c.course.in_(sorted(courses)))
        found: dict[int, list[Instance]] = defaultdict(list)
        for course, inst_id, url, hidden in connection.execute(statement):
            found[course].append(Instance(inst_id, url or "", _ids(hidden or "")))
        return found


def _place(row: Row[Any]) -> tuple[int, int, int, int]:
    """Return where a course shows an activity: its section, and the place there."""
    sequence = (row.sequence or "").split(",")
    place = str(row.place)
    return row.course, row.section or 0, sequence.index(place) if place in sequence else len(sequence), row.id


def _shown(row: Row[Any], instances: Mapping[int, list[Instance]]) -> list[Activity]:
    return [
        Activity(row.course, row.id, instance.inst_id, row.name)
        for instance in instances[row.course]
        if instance.shows(row.id, row.tooldomain or "")
    ]


def _ids(text: str) -> frozenset[int]:
    return frozenset(int(part) for part in text.split(",") if part.strip().isdecimal())
