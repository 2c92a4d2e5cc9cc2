"""Counts of runs by six hours, kept in the transactions that change executions.

A chart of a week reads some thousand counts instead of hundreds of thousands of executions. The table
`counts` always equals what counting the executions anew would give: whoever writes executions says what
that changes, in the same transaction. Executions without a course or without both parts are not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
)

from app.counting import KEYS, OK_STATUSES, UNIT_US
from app.storage import tables as t
from app.storage.driver import Prepared
from app.storage.layout import OWN, Layout
from app.storage.upsert import upsert

_NAMES = (*KEYS, "ok", "error")


class CountStatements:
    """The statements that change counts, compiled once for a kind of database."""

    def __init__(self, *, is_sqlite: bool, layout: Layout) -> None:
        dialect = "sqlite" if is_sqlite else "mysql"

        def adding(source: Select[Any] | None = None, names: Sequence[str] | None = None) -> Prepared:
            statement = upsert(dialect, t.counts, KEYS, _sums)
            if source is not None:
                statement = statement.from_select(_NAMES, source)
            return Prepared(statement, is_sqlite=is_sqlite, names=names)

        e = t.executions.c
        self.add = adding(names=_NAMES)
        """Rows of :meth:`app.counting.CountChanges.rows`."""
        placed = e.course != literal_column("0")
        self.add_session = adding(_sums_of(e.course, 1).where(e.session == bindparam("of_session"), placed))
        """All executions of a session that were not counted before."""
        of_lti = of_activity(layout, bindparam("of_lti"))
        new = bindparam("new_course", type_=e.course.type)
        self.leave = adding(_sums_of(e.course, -1).where(of_lti, e.course != new, placed).with_for_update())
        """Executions of an activity leave their course; before they are changed."""
        self.enter = adding(
            _sums_of(bindparam("to_course", type_=e.course.type), 1)
            .where(of_lti, e.course != new)
            .with_for_update()
        )
        """Executions of an activity enter a course; before they are changed."""


def of_activity(layout: Layout, lti_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return which executions are placed in an activity.

    Those that another activity's token has put into its sessions are not.
    """
    e, s = t.executions.c, layout.session.c
    return and_(e.session.in_(select(s.session).where(s.lti_id == lti_id)), e.lti_id == lti_id)


def _sums(table: Any, new: Any) -> list[tuple[str, Any]]:
    return [(name, table.c[name] + new[name]) for name in ("ok", "error")]


def _sums_of(course: ColumnElement[int], sign: int) -> Select[Any]:
    e = t.executions.c
    unit = e.answered_us - e.answered_us % literal_column(str(UNIT_US))
    dimensions = (unit, e.username, e.codenum, e.filename, e.lti_id, e.inst_id)
    is_ok = e.status.in_([literal_column(f"'{status}'") for status in OK_STATUSES])
    one: ColumnElement[int] = literal_column(str(sign))
    none: ColumnElement[int] = literal_column("0")
    ok, error = case((is_ok, one), else_=none), case((is_ok, none), else_=one)
    sums = (func.sum(ok), func.sum(error))
    return select(course, *dimensions, *sums).where(e.slot_us.is_not(None)).group_by(e.course, *dimensions)


def uncount(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Take the executions that meet a condition out of the counts: before they are deleted, in one transaction.

    Locks them till its end. Counts that come to nothing are deleted, and the names in them.
    """
    e, c = t.executions.c, t.counts.c
    is_sqlite = connection.dialect.name == "sqlite"
    taken = _sums_of(e.course, -1).where(condition, e.course != 0).with_for_update()
    dialect = "sqlite" if is_sqlite else "mysql"
    connection.execute(upsert(dialect, t.counts, KEYS, _sums).from_select(_NAMES, taken))
    unit = e.answered_us - e.answered_us % literal_column(str(UNIT_US))
    touched = select(e.course, func.min(unit), func.max(unit)).where(condition, e.slot_us.is_not(None))
    # Two statements: MariaDB 10.11 would ask a subquery of a DELETE anew for every count.
    for course, first, last in connection.execute(touched.group_by(e.course)).all():
        near = (c.course == course, c.unit_us.between(first, last))
        connection.execute(delete(t.counts).where(*near, c.ok == 0, c.error == 0))


def forget_user(connection: Connection, username: str) -> None:
    """Delete the counts of a user that came to nothing, also long ago, when a run got another name or time."""
    c = t.counts.c
    connection.execute(delete(t.counts).where(c.username == username, c.ok == 0, c.error == 0))


def next_unit(connection: Connection, course: int, first: int) -> int | None:
    """Return the first unit from `first` on in which a course has executions or counts."""
    e, c = t.executions.c, t.counts.c
    slot = select(func.min(e.slot_us)).where(e.course == course, e.slot_us >= first)
    unit = select(func.min(c.unit_us)).where(c.course == course, c.unit_us >= first)
    found = [connection.execute(query).scalar() for query in (slot, unit)]
    return min((int(number) - int(number) % UNIT_US for number in found if number is not None), default=None)


def mend(connection: Connection, course: int, first: int, last: int) -> int:
    """Put right what the counts of a course say of the units from `first` to before `last`.

    Returns how many were wrong. It comes first in its transaction and needs no lock: whoever writes executions at
    this moment changes both by the same, so what one snapshot finds missing may be added at any time.
    """
    e, c = t.executions.c, t.counts.c
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    unit = e.answered_us - e.answered_us % literal_column(str(UNIT_US))
    near = e.slot_us.between(first - UNIT_US, last + UNIT_US)  # for the index; units before 1970 end at theirs
    executions = _sums_of(e.course, 1).where(e.course == course, near, unit >= first, unit < last)
    names = [c[name] for name in _NAMES]
    of_units = (c.course == course, c.unit_us >= first, c.unit_us < last)
    wrong: dict[tuple[Any, ...], list[int]] = {}
    for sign, query in ((1, executions), (-1, select(*names).where(*of_units))):
        for row in connection.execute(query):
            sums = wrong.setdefault(tuple(row[:-2]), [0, 0])
            sums[0] += sign * int(row[-2])
            sums[1] += sign * int(row[-1])
    rows = [
        {**dict(zip(KEYS, key, strict=True)), "ok": ok, "error": error}
        for key, (ok, error) in sorted(wrong.items())
        if ok or error
    ]
    CountStatements(is_sqlite=is_sqlite, layout=OWN).add.run(connection, rows)
    connection.execute(delete(t.counts).where(*of_units, c.ok == 0, c.error == 0))
    return len(rows)


def counted_courses(connection: Connection) -> list[int]:
    """Return every course that has executions or counts."""
    e, c = t.executions.c, t.counts.c
    found = select(e.course).where(e.course != 0).union(select(c.course))
    return sorted(connection.execute(found).scalars())
