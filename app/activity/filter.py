"""Which executions are asked for, as conditions on the tables that have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_

from app.activity.labels import stored_files, stored_users
from app.counting import SLOT_US
from app.storage import tables as t


@dataclass(frozen=True, slots=True)
class Filter:
    """Which executions are asked for; 0, the empty string and nothing stand for all. Names are as shown."""

    course_id: int
    inst_id: int = 0
    lti_ids: Sequence[int] = ()
    username: str = ""
    filename: str = ""


def matching(table: Any, wanted: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions on executions, or on their counts."""
    c = table.c
    found: list[ColumnElement[bool]] = [c.course == wanted.course_id]
    if wanted.inst_id:
        found.append(c.inst_id == wanted.inst_id)
    if wanted.lti_ids:
        found.append(c.lti_id.in_(sorted(wanted.lti_ids)))
    if wanted.username:
        found.append(c.username.in_(stored_users(wanted.username)))
    if wanted.filename:
        found.append(c.filename.in_(stored_files(wanted.filename)))
    return found


def answered_in(start_us: int, end_us: int) -> ColumnElement[bool]:
    """Both parts are there, and the answer is in this span. The slots make it a range of the index."""
    e = t.executions.c
    slots = e.slot_us.between(start_us - start_us % SLOT_US, end_us - 1)
    return and_(slots, e.answered_us >= start_us, e.answered_us < end_us)
