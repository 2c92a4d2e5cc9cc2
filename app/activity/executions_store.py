"""Reads executions page by page, in the order in which their first part came.

Every page is a short read of its own: no lock and no old snapshot is held while a client takes its time. A row
keeps its place when its other part comes, so no row is shown twice, and none that was there at the beginning
and still is at the end is missed. Each row is as it was when its page was read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select

from app.activity.execution import Execution, Selection
from app.storage import tables as t
from app.storage.database import Database
from app.storage.driver import SEPARATOR

PAGE = 2_000
AHEAD = 2
"""So many pages of an export are read ahead, each on a connection of its own."""
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
# The order of the charts' index would make the database sort the whole course for each page.
_IN_ORDER = f"FORCE INDEX ({t.EXECUTIONS_BY_COURSE})"
_MOMENT = func.coalesce(_E.c.answered_us, _E.c.asked_us)


class ExecutionStore:
    """Reads executions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, selection: Selection, after: int, limit: int) -> list[Execution]:
        """Return at most `limit` executions behind the row `after`."""
        return self._read(self._statement(selection, after).limit(limit))

    def pages(self, selection: Selection, after: int = 0) -> Iterator[Sequence[Execution]]:
        """Yield all executions behind the row `after`, page by page, none of them empty.

        While one is shown, the next are read already: the rows of a course lie all over the table, so the
        database waits for its disk most of the time.
        """
        ahead = 0 if self._database.is_sqlite else AHEAD  # SQLite waits for nothing but the processor
        with ThreadPoolExecutor(max(1, ahead), "export") as pool:
            coming: deque[Future[Sequence[Execution]]] = deque()
            for first, last in self._spans(selection.course_id, after):
                coming.append(pool.submit(self._span, selection, first, last))
                if len(coming) > ahead:
                    yield from filter(None, [coming.popleft().result()])
            while coming:
                yield from filter(None, [coming.popleft().result()])

    def _spans(self, course: int, after: int) -> Iterator[tuple[int, int | None]]:
        """Yield pairs of rows: from behind one to the other lie PAGE executions of a course; the last is open."""
        query = select(_E.c.id).where(_E.c.course == course).order_by(_E.c.id).limit(1).offset(PAGE - 1)
        last: int | None = after
        while last is not None:
            first, statement = last, query.where(_E.c.id > last).with_hint(_E, _IN_ORDER, "mysql")
            with self._database.reading() as connection:
                last = connection.execute(statement).scalar()
            yield first, last

    def _span(self, selection: Selection, first: int, last: int | None) -> Sequence[Execution]:
        statement = self._statement(selection, first)
        return self._read(statement if last is None else statement.where(_E.c.id <= last))

    def _read(self, statement: Select[Any]) -> list[Execution]:
        with self._database.reading() as connection:
            if self._database.is_sqlite:
                return [Execution._make(row) for row in connection.execute(statement)]
            return [_split(text) for text in connection.execute(statement).scalars()]

    def _statement(self, selection: Selection, after: int) -> Select[Any]:
        columns: Sequence[ColumnElement[Any]] = COLUMNS
        if not self._database.is_sqlite:
            # One column, because PyMySQL takes longer to read each column than the rows themselves.
            texts = [func.coalesce(column, "") for column in COLUMNS]
            columns = [func.concat_ws(literal_column("CHAR(31 USING utf8mb4)"), *texts)]
        statement = select(*columns).where(_E.c.id > after, *conditions(selection)).order_by(_E.c.id)
        return statement.with_hint(_E, _IN_ORDER, "mysql")


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
    row, session, message, course, inst, lti, user, file, code, cell, status, *times = text.split(SEPARATOR)
    asked, answered, taken = [int(time) if time else None for time in times]
    ids = int(course), int(inst), int(lti)
    return Execution(int(row), session, message, *ids, user, file, code, cell, status, asked, answered, taken)
