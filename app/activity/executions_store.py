"""Reads executions page by page, in the order in which their first part came.

Every page is a short read of its own: no lock and no old snapshot is held while a client takes its time. A row
keeps its place when its other part comes, so no row is shown twice, and none that was there at the beginning
and still is at the end is missed. Each row is as it was when its page was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select

from app.activity.execution import Execution, Selection
from app.storage import tables as t
from app.storage.database import Database
from app.storage.driver import SEPARATOR

PAGE = 2_000
_E = t.executions
_TAKEN = _E.c.answered_us - _E.c.asked_us
# As the column of that name, which MariaDB 10.11 gets wrong where it sorts rows.
_DURATION = case((_TAKEN.between(0, t.DAY_US), _TAKEN)).label("duration_us")
COLUMNS = (
    _E.c.id,
    _E.c.session,
    _E.c.message,
    _E.c.course,
    _E.c.inst_id,
    _E.c.lti_id,
    _E.c.username,
    _E.c.filename,
    _E.c.codenum,
    _E.c.cell_id,
    _E.c.status,
    _E.c.asked_us,
    _E.c.answered_us,
    _DURATION,
)
_MOMENT = func.coalesce(_E.c.answered_us, _E.c.asked_us)


class ExecutionStore:
    """Reads executions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, selection: Selection, after: int, limit: int) -> list[Execution]:
        """Return at most `limit` executions behind the row `after`."""
        statement = self._statement(selection, after, limit)
        with self._database.reading() as connection:
            if self._database.is_sqlite:
                return [Execution._make(row) for row in connection.execute(statement)]
            return [_split(text) for text in connection.execute(statement).scalars()]

    def pages(self, selection: Selection, after: int = 0) -> Iterator[Sequence[Execution]]:
        """Yield all executions, page by page."""
        while page := self.page(selection, after, PAGE):
            yield page
            if len(page) < PAGE:
                return
            after = page[-1].row_id

    def _statement(self, selection: Selection, after: int, limit: int) -> Select[Any]:
        columns: Sequence[ColumnElement[Any]] = COLUMNS
        if not self._database.is_sqlite:
            # One column, because PyMySQL takes longer to read each column than the rows themselves.
            texts = [func.coalesce(column, "") for column in COLUMNS]
            columns = [func.concat_ws(literal_column("CHAR(31 USING utf8mb4)"), *texts)]
        statement = select(*columns).where(_E.c.id > after, *conditions(selection)).order_by(_E.c.id).limit(limit)
        # The order of the charts' index would make the database sort the whole course for each page.
        return statement.with_hint(_E, f"FORCE INDEX ({t.EXECUTIONS_BY_COURSE})", "mysql")


def conditions(selection: Selection) -> list[ColumnElement[bool]]:
    """Return what the executions of a selection have in common."""
    found: list[ColumnElement[bool]] = [_E.c.course == selection.course_id]
    if selection.inst_id:
        found.append(_E.c.inst_id == selection.inst_id)
    for column, values in (
        (_E.c.lti_id, selection.lti_ids),
        (_E.c.username, selection.usernames),
        (_E.c.filename, selection.filenames),
    ):
        if values:
            found.append(column.in_(values))
    if selection.start_us is not None:
        found.append(selection.start_us <= _MOMENT)
    if selection.end_us is not None:
        found.append(selection.end_us > _MOMENT)
    return found


def _split(text: str) -> Execution:
    parts: list[Any] = text.split(SEPARATOR)
    for index in _NUMBERS:
        parts[index] = int(parts[index])
    for index in _TIMES:
        parts[index] = int(parts[index]) if parts[index] else None
    return Execution._make(parts)


_NUMBERS = tuple(Execution._fields.index(name) for name in ("row_id", "course_id", "inst_id", "lti_id"))
_TIMES = tuple(Execution._fields.index(name) for name in ("asked_us", "answered_us", "duration_us"))
