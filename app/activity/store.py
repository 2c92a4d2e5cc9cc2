"""Reads executions for charts and progress. Rows become dataclasses here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal_column, select

from app.activity.charts import Count, LastRun
from app.activity.labels import NO_USER, UNKNOWN_USERS, code_number, shown_file, stored_files, stored_users
from app.activity.period import Period
from app.activity.progress import ERROR, OK, Cell, Tries
from app.counting import ABORTED_STATUSES, OK_STATUSES, SLOT_US
from app.storage import tables as t
from app.storage.database import Database
from app.storage.driver import SEPARATOR


@dataclass(frozen=True, slots=True)
class Filter:
    """Which executions are asked for; 0, the empty string and nothing stand for all. Names are as shown."""

    course_id: int
    inst_id: int = 0
    lti_ids: Sequence[int] = ()
    username: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Occurring:
    """A combination of user, file and activity that occurs; `activity` is the name it was registered with."""

    username: str
    filename: str
    lti_id: int
    inst_id: int
    activity: str


class ActivityStore:
    """Reads what a class has run. Executions without both parts are left out throughout."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, wanted: Filter, period: Period) -> list[Count]:
        """Return the number of OK and other runs, by user and code number."""
        e = t.executions.c
        ok = func.sum(case((e.status.in_(OK_STATUSES), 1), else_=0))
        statement = (
            select(e.username, e.codenum, ok, func.count())
            .where(*_matching(t.executions, wanted), _answered_in(period.start_us, period.end_us))
            .group_by(e.username, e.codenum)
        )
        return [Count(row[0], row[1], int(row[2]), int(row[3] - row[2])) for row in self._rows(statement)]

    def last_runs(self, wanted: Filter, users: Collection[str], period: Period) -> Iterable[LastRun]:
        """Return runs of these users (names as shown), among them the last of each in every step of the period."""
        e = t.executions.c
        names = [name for user in users for name in stored_users(user)]
        statement = select(e.username, e.codenum, e.answered_us).where(
            *_matching(t.executions, wanted),
            _answered_in(period.start_us, period.end_us),
            e.username.in_(names),
            e.codenum != literal_column("''"),
        )
        return [LastRun(*row) for row in self._rows(statement)]

    def occurring(self, wanted: Filter, period: Period) -> list[Occurring]:
        """Return which users, files and activities occur together."""
        e, a = t.executions.c, t.ltis.c
        found = (
            select(e.username, e.filename, e.lti_id, e.inst_id)
            .where(*_matching(t.executions, wanted), _answered_in(period.start_us, period.end_us))
            .distinct()
            .subquery()
        )
        name = func.coalesce(a.name, "")
        statement = select(*found.c, name).select_from(found.outerjoin(t.ltis, a.lti_id == found.c.lti_id))
        return [Occurring(*row) for row in self._rows(statement)]

    def tries(self, wanted: Filter) -> Iterator[Tries]:
        """Yield all tries, by student and cell."""
        for username, text in self._rows(_tries(wanted, is_sqlite=self._database.is_sqlite)):
            for line in text.split(_CELLS):
                filename, codenum, results, last, spent, asked, first = line.split(SEPARATOR)
                cell = Cell(shown_file(filename), code_number(codenum))
                yield Tries(
                    username, cell, results, int(last), int(spent), int(asked), int(first) if first else None
                )

    def version(self, course_id: int, now_us: int) -> str:
        """Return a text that changes whenever an answer of the last two hours comes in; takes a millisecond.

        For pages that ask every few seconds whether there is anything new. What comes later than that does not
        change it.
        """
        e = t.executions.c
        since = now_us - now_us % SLOT_US - 6 * SLOT_US
        where = (e.course == course_id, e.slot_us >= since)
        ok = func.sum(case((e.status.in_(OK_STATUSES), 1), else_=0))
        [row] = self._rows(select(func.count(), ok, func.max(e.answered_us)).where(*where))
        return f"{course_id}-{since // SLOT_US}-{row[0]}-{row[1] or 0}-{row[2] or 0}"

    def _rows(self, statement: Any) -> Sequence[Any]:
        with self._database.reading() as connection:
            return connection.execute(statement).fetchall()


_CELLS = "\x1e"


def _tries(wanted: Filter, *, is_sqlite: bool) -> Select[Any]:
    """Select (student, all cells of that student as one text).

    One text, because PyMySQL takes longer to make rows and columns than the server takes to find them.
    """
    e = t.executions.c
    student = case((e.username.in_(UNKNOWN_USERS), NO_USER), else_=e.username).label("student")
    letter = case((e.status.in_(OK_STATUSES), OK), else_=ERROR).label("letter")
    runs = (
        select(student, e.filename, e.codenum, letter, e.asked_us, e.answered_us, e.duration_us, e.id)
        .where(*_matching(t.executions, wanted), e.slot_us.is_not(None), e.status.not_in(ABORTED_STATUSES))
        # For SQLite, whose group_concat takes rows as they come.
        .order_by(*(("student", e.filename, e.codenum, e.answered_us, e.id) if is_sqlite else ()))
        .subquery()
        .c
    )
    results: Any = func.aggregate_strings(runs.letter, "")
    if not is_sqlite:
        results = results.aggregate_order_by(runs.answered_us, runs.id)
    first_ok = func.min(case((runs.letter == OK, runs.answered_us)))
    parts = (
        *(runs.filename, runs.codenum, results, _text(func.max(runs.answered_us))),
        *(_text(func.coalesce(func.sum(runs.duration_us), 0)), _text(func.min(runs.asked_us))),
        func.coalesce(_text(first_ok), ""),
    )
    line = reduce(lambda left, right: left.concat(SEPARATOR).concat(right), parts)
    cells = (
        select(runs.student, line.label("line")).group_by(runs.student, runs.filename, runs.codenum).subquery().c
    )
    return select(cells.student, func.aggregate_strings(cells.line, _CELLS)).group_by(cells.student)


def _text(value: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(value, String)


def _matching(table: Any, wanted: Filter) -> list[ColumnElement[bool]]:
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


def _answered_in(start_us: int, end_us: int) -> ColumnElement[bool]:
    """Both parts are there, and the answer is in this span. The slots make it a range of the index."""
    e = t.executions.c
    slots = e.slot_us.between(start_us - start_us % SLOT_US, end_us - 1)
    return and_(slots, e.answered_us >= start_us, e.answered_us < end_us)
