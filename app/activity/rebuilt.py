"""What making executions anew has done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from app.joining import Key, Row
from app.storage.course_rules import read_closed
from app.storage.executions import Places

Progress = Callable[[int, int], None]
"""Called with what is done, and what there is in all."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done. `left_out` rows can't be joined; `closed` ones are of courses that want nothing stored."""

    rows: int = 0
    changed: int = 0
    counts: int = 0
    left_out: int = 0
    closed: int = 0

    def __add__(self, other: Rebuilt) -> Rebuilt:
        """Return the sums."""
        names = ("rows", "changed", "counts", "left_out", "closed")
        return Rebuilt(**{name: getattr(self, name) + getattr(other, name) for name in names})


def closed_sessions(connection: Connection, places: Places) -> set[str]:
    """Return the sessions of courses that want nothing to be stored."""
    courses = read_closed(connection)
    return {name for name, place in places.places.items() if place["course"] in courses}


def in_both(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> dict[Key, Row]:
    """Return the old executions that there are new ones for."""
    return {key: row for key, row in old.items() if key in new}
