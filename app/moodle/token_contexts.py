"""Which courses a token covers, by the context it was made for.

A token opens what lies in its context: the whole site, a category with the categories below it, or one course.
Moodle lets no function that is about a course run with a token for anything smaller. Source:
`external_api::validate_context` of Moodle 4.5.
"""

from __future__ import annotations

import logging

from sqlalchemy import Connection, select

from app.errors import AccessDenied
from app.moodle.schema import BLOCK, CATEGORY, COURSE, MODULE, SYSTEM, USER, MoodleTables
from app.moodle.token_query import FoundToken

log = logging.getLogger(__name__)

_NAMES = {USER: "a user", MODULE: "an activity", BLOCK: "a block"}


def covered_courses(connection: Connection, tables: MoodleTables, found: FoundToken) -> frozenset[int] | None:
    """Return the courses that a token covers; None: all.

    :raises AccessDenied: its context is smaller than a course, or gone.
    """
    row = found.row
    if row.level == SYSTEM:
        return None
    if row.level == COURSE:
        return frozenset({row.instanceid})
    if row.level == CATEGORY:
        c = tables.context.c
        below = select(c.instanceid).where(c.contextlevel == COURSE, c.path.like(f"{row.path}/%"))
        return frozenset(connection.execute(below).scalars())
    log.warning("Moodle's token %d is refused: its context is of the level %s", row.id, row.level)
    what = f"for {_NAMES.get(row.level, 'a context')} only" if row.level else "for a context that is gone"
    raise AccessDenied(f"The token is {what}; it must be for the site, a category or a course")
