"""Which activities there are, as far as parameters need to know."""

from __future__ import annotations

from collections.abc import Collection

from app.storage.activities import ReadActivities
from app.storage.database import Database


class ActivityStore:
    """Reads activities."""

    def __init__(self, database: Database, activities: ReadActivities) -> None:
        self._database = database
        self._activities = activities

    def registered(self, lti_ids: Collection[int]) -> set[tuple[int, int, int]]:
        """Return (lti_id, course_id, inst_id) of those whose course is known."""
        with self._database.reading() as connection:
            found = self._activities(connection, None, lti_ids)
        return {(row.lti_id, row.course_id, row.inst_id) for row in found}
