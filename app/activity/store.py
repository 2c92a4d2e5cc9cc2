"""Reads executions for charts and progress. Rows become dataclasses here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    type_coerce,
    union_all,
)

from app.activity.charts import Count, LastRun
from app.activity.labels import (
    CODE_DIGITS,
    NO_CODE,
    code_number,
    shown_file,
    shown_user,
    stored_files,
    stored_users,
)
from app.activity.period import Period
from app.activity.tries import Cell, Tries
from app.counting import ABORTED_STATUSES, OK_STATUSES, SLOT_US, UNIT_US
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
        found = _grouped(wanted, period, ("username", "codenum")).subquery().c
        line = _joined(found.codenum, _text(found.ok), _text(found.error))
        rows = self._rows(select(found.username, func.aggregate_strings(line, _LINES)).group_by(found.username))
        split = ((username, *line.split(SEPARATOR)) for username, text in rows for line in text.split(_LINES))
        counts = (Count(username, codenum, int(ok), int(error)) for username, codenum, ok, error in split)
        return [count for count in counts if count.ok or count.error]

    def last_runs(self, wanted: Filter, users: Collection[str], period: Period) -> Iterator[LastRun]:
        """Yield runs of these users (names as shown), among them the last of each in every step of the period."""
        names = sorted({name for user in users for name in stored_users(user)})
        is_sqlite = self._database.is_sqlite
        if period.step_us % SLOT_US:
            for row in self._rows(_numbered_runs(wanted, names, period, is_sqlite)):
                yield LastRun(*row)
            return
        for username, text in self._rows(_last_of_slots(wanted, names, period, is_sqlite)):
            for line in (text or "").split(_LINES) if text else ():
                answered, codenum = line.split(SEPARATOR)
                yield LastRun(username, codenum, int(answered))

    def occurring(self, wanted: Filter, period: Period) -> list[Occurring]:
        """Return which users, files and activities occur together."""
        found = _grouped(wanted, period, ("username", "filename", "lti_id", "inst_id")).subquery().c
        layout = self._database.layout
        name = func.coalesce(layout.lti_name, "")
        statement = select(found.username, found.filename, found.lti_id, found.inst_id, name).where(
            found.ok + found.error > 0
        )
        joined = found.username.table.outerjoin(layout.lti_id.table, layout.lti_id == found.lti_id)
        return [Occurring(*row) for row in self._rows(statement.select_from(joined))]

    def tries(self, wanted: Filter) -> Tries:
        """Return all tries."""
        rows = self._rows(_tries(wanted))
        names, results, codes, files, answered, taken = zip(*rows, strict=True) if rows else ((),) * 6
        students, cells = _Students(), _Cells()
        student = [students[name] for name in names]
        keys = zip(_split(codes), _split(files), strict=True)
        return Tries(
            cells=cells.numbers,
            students=list(students.numbers),
            student=np.repeat(np.array(student, np.int64), list(map(len, results))),
            cell=np.fromiter(map(cells.__getitem__, keys), np.int64),
            is_ok=np.frombuffer("".join(results).encode(), np.uint8) == ord(_OK),
            answered_us=np.fromstring(",".join(answered), np.int64, sep=","),
            taken_us=np.fromstring(",".join(taken), np.int64, sep=","),
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


_LINES = "\x1e"
_OK, _ERROR = "o", "e"
_CANDIDATES = 60
"""Of more units of six hours than these it pays to look first in which of them users have run anything."""


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
    where = (*_matching(t.counts, wanted), c.unit_us >= first, c.unit_us < last)
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
    where = (*_matching(t.executions, wanted), _answered_in(start, end))
    return select(*columns, *sums).where(*where).group_by(*columns)


def _numbered_runs(wanted: Filter, names: Sequence[str], period: Period, is_sqlite: bool) -> Select[Any]:
    e = t.executions.c
    where = (*_matching(t.executions, wanted), _answered_in(period.start_us, period.end_us))
    return select(e.username, e.codenum, e.answered_us).where(*where, e.username.in_(names), _numbered(is_sqlite))


def _last_of_slots(wanted: Filter, names: Sequence[str], period: Period, is_sqlite: bool) -> Select[Any]:
    """Select (user, the last runs of all slots as one text): one look into the index for each user and slot."""
    e = t.executions.c
    units = _units(wanted, names, period, is_sqlite).subquery().c
    offsets = (
        union_all(*(select(literal_column(str(n)).label("n")) for n in range(0, UNIT_US, SLOT_US))).subquery().c
    )
    slot = units.unit_us + offsets.n
    last = (
        select(_text(e.answered_us).concat(SEPARATOR).concat(e.codenum))
        .where(
            *_matching(t.executions, wanted),
            e.slot_us == slot,
            e.username == units.username,
            e.answered_us >= period.start_us,
            e.answered_us < period.end_us,
            _numbered(is_sqlite),
        )
        .order_by(e.answered_us.desc())
        .limit(1)
        .correlate(units.username.table, offsets.n.table)
        .scalar_subquery()
    )
    each = units.username.table.join(offsets.n.table, true())
    lines = select(units.username, last.label("line")).select_from(each).where(slot < period.end_us)
    found = lines.subquery().c
    return select(found.username, func.aggregate_strings(found.line, _LINES)).group_by(found.username)


def _units(wanted: Filter, names: Sequence[str], period: Period, is_sqlite: bool) -> Any:
    """Select the users and units in which there may be runs."""
    units = range(period.start_us - period.start_us % UNIT_US, period.end_us, UNIT_US)
    if len(units) > _CANDIDATES:
        c = t.counts.c
        where = (c.unit_us >= units.start, c.unit_us < period.end_us, c.username.in_(names))
        return select(c.username, c.unit_us).where(*_matching(t.counts, wanted), *where).distinct()
    # In MariaDB's usual collation Student1 and student1 would be one; SQLite has no such collation.
    texts = [literal(name) if is_sqlite else literal(name).collate("utf8mb4_bin") for name in names]
    users = union_all(*(select(name.label("username")) for name in texts)).subquery().c
    times = union_all(*(select(literal_column(str(unit)).label("unit_us")) for unit in units)).subquery().c
    return select(users.username, times.unit_us).select_from(
        users.username.table.join(times.unit_us.table, true())
    )


def _numbered(is_sqlite: bool) -> ColumnElement[bool]:
    """Say whether an execution has a code number: as app.activity.labels.code_number does."""
    code = t.executions.c.codenum
    digits = code.op("NOT GLOB")("*[^0-9]*") if is_sqlite else code.op("NOT REGEXP")("[^0-9]")
    return and_(code != "", func.length(code) <= CODE_DIGITS, digits, cast(code, BigInteger) != NO_CODE)


def _tries(wanted: Filter) -> Select[Any]:
    """Select (user, tries as texts: results, code numbers, files, answers, durations), some rows for each user.

    In the order of the index, so that nothing is sorted and no row looked at. As texts, because drivers take
    longer to make rows than databases to find them.
    """
    e = t.executions.c
    result = case((e.status.in_(_constant(OK_STATUSES)), _literal(_OK)), else_=_literal(_ERROR))
    # Not duration_us: where MariaDB 10.11 sorts rows to group them, it adds up garbage for computed columns.
    numbers = (type_coerce(number, String) for number in (e.answered_us, e.answered_us - e.asked_us))
    return (
        select(
            e.username,
            func.aggregate_strings(result, ""),
            *(func.aggregate_strings(text, SEPARATOR) for text in (e.codenum, e.filename)),
            *(func.aggregate_strings(number, ",") for number in numbers),
        )
        .where(
            *_matching(t.executions, wanted),
            e.slot_us.is_not(None),
            e.status.not_in(_constant(ABORTED_STATUSES)),
        )
        .group_by(e.slot_us, e.username)
    )


def _split(texts: Sequence[str]) -> Sequence[str]:
    return SEPARATOR.join(texts).split(SEPARATOR) if texts else ()


class _Students(dict[str, int]):
    """The number of a student by user name as it is stored; some names are shown as one."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, int] = {}

    def __missing__(self, username: str) -> int:
        number = self[username] = self.numbers.setdefault(shown_user(username), len(self.numbers))
        return number


class _Cells(dict[tuple[str, str], int]):
    """The number of a cell by code number and file as they are stored; some texts are shown as one cell."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[Cell, int] = {}

    def __missing__(self, key: tuple[str, str]) -> int:
        codenum, filename = key
        cell = Cell(shown_file(filename), code_number(codenum))
        number = self[key] = self.numbers.setdefault(cell, len(self.numbers))
        return number


def _joined(*parts: ColumnElement[str]) -> ColumnElement[str]:
    return reduce(lambda left, right: left.concat(SEPARATOR).concat(right), parts)


def _constant(values: Sequence[str]) -> Any:
    """Return values of ours as part of the statement: SQLite compares with bound ones half as fast."""
    return bindparam(None, values, expanding=True, literal_execute=True)


def _literal(value: str) -> ColumnElement[str]:
    return bindparam(None, value, String, literal_execute=True)


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
