"""Reads executions for charts and progress. Rows become dataclasses here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, select, union_all

from app.activity.charts import Count, LastRun
from app.activity.filter import Filter, answered_in, matching
from app.activity.last_runs import last_runs_of, select_last_runs
from app.activity.lines import LINE, as_text, joined
from app.activity.period import Period
from app.activity.tries import Tries
from app.activity.tries_rows import select_tries, tries_of
from app.counting import OK_STATUSES, SLOT_US, UNIT_US
from app.storage import tables as t
from app.storage.database import Database
from app.storage.driver import SEPARATOR


@dataclass(frozen=True, slots=True)
class Occurring:
    """A combination of user, file and activity that occurs; `activity` is the name it was registered with."""

    username: str
    filename: str
    lti_id: int
    inst_id: int
    activity: str


ROWS = 500
"""So many rows of columns are read at a time."""


class ActivityStore:
    """Reads what a class has run. Executions without both parts are left out throughout."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, wanted: Filter, period: Period) -> list[Count]:
        """Return the number of OK and other runs, by user and code number as they are stored."""
        found = _grouped(wanted, period, ("username", "codenum")).subquery().c
        line = joined(found.codenum, as_text(found.ok), as_text(found.error))
        rows = self._rows(select(found.username, func.aggregate_strings(line, LINE)).group_by(found.username))
        split = ((username, *line.split(SEPARATOR)) for username, text in rows for line in text.split(LINE))
        counts = (Count(username, codenum, int(ok), int(error)) for username, codenum, ok, error in split)
        return [count for count in counts if count.ok or count.error]

    def last_runs(self, wanted: Filter, users: Collection[str], period: Period) -> Iterator[LastRun]:
        """Yield runs of these users (names as shown), among them the last of each in every step of the period."""
        statement = select_last_runs(wanted, users, period, is_sqlite=self._database.is_sqlite)
        return last_runs_of(self._rows(statement), period)

    def occurring(self, wanted: Filter, period: Period) -> list[Occurring]:
        """Return which users, files and activities occur together."""
        found = _grouped(wanted, period, ("username", "filename", "lti_id", "inst_id")).subquery().c
        layout = self._database.layout
        name = func.coalesce(layout.lti_name, "")
        statement = select(found.username, found.filename, found.lti_id, found.inst_id, name).where(
            found.ok + found.error > 0
        )
        named = found.username.table.outerjoin(layout.lti_id.table, layout.lti_id == found.lti_id)
        return [Occurring(*row) for row in self._rows(statement.select_from(named))]

    def tries(self, wanted: Filter) -> Tries:
        """Return all tries."""
        with self._database.reading() as connection:
            return tries_of(connection.execute(select_tries(wanted)).partitions(ROWS))

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


def _grouped(wanted: Filter, period: Period, names: Sequence[str]) -> Select[Any]:
    """Select these columns, `ok` and `error`.

    Whole units come from the counts, what lies before and after them from the executions. Counts may have
    come to nothing.
    """
    first = -(-period.start_us // UNIT_US) * UNIT_US
    last = period.end_us // UNIT_US * UNIT_US
    if first < last:
        parts = [
            _from_executions(wanted, period.start_us, first, names),
            _from_counts(wanted, first, last, names),
            _from_executions(wanted, last, period.end_us, names),
        ]
    else:
        parts = [_from_executions(wanted, period.start_us, period.end_us, names)]
    found = union_all(*parts).subquery().c
    columns = [found[name] for name in names]
    sums = [cast(func.sum(found[name]), BigInteger).label(name) for name in ("ok", "error")]
    return select(*columns, *sums).group_by(*columns)


def _from_counts(wanted: Filter, first: int, last: int, names: Sequence[str]) -> Select[Any]:
    c = t.counts.c
    columns = [c[name] for name in names]
    where = (*matching(t.counts, wanted), c.unit_us >= first, c.unit_us < last)
    return (
        select(*columns, func.sum(c.ok).label("ok"), func.sum(c.error).label("error"))
        .where(*where)
        .group_by(*columns)
    )


def _from_executions(wanted: Filter, start: int, end: int, names: Sequence[str]) -> Select[Any]:
    e = t.executions.c
    columns = [e[name] for name in names]
    is_ok = e.status.in_(OK_STATUSES)
    sums = [func.sum(case((is_ok, a), else_=1 - a)).label(name) for name, a in (("ok", 1), ("error", 0))]
    where = (*matching(t.executions, wanted), answered_in(start, end))
    return select(*columns, *sums).where(*where).group_by(*columns)
