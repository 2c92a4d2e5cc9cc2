"""Reads what users ran last, step by step of a period."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from app.activity.charts import LastRun
from app.activity.filter import Filter, answered_in, matching
from app.activity.labels import CODE_DIGITS, NO_CODE, stored_users
from app.activity.lines import LINE, as_text, joined
from app.activity.period import Period
from app.counting import SLOT_US, UNIT_US
from app.storage import tables as t
from app.storage.driver import SEPARATOR

_CANDIDATES = 60
"""Of more units of six hours than these it pays to look first in which of them users have run anything."""


def select_last_runs(wanted: Filter, users: Collection[str], period: Period, *, is_sqlite: bool) -> Select[Any]:
    """Select runs of these users (names as shown), among them the last of each in every step of the period."""
    names = sorted({name for user in users for name in stored_users(user)})
    select_runs = _numbered_runs if _is_fine(period) else _last_of_slots
    return select_runs(wanted, names, period, is_sqlite)


def last_runs_of(rows: Sequence[Any], period: Period) -> Iterator[LastRun]:
    """Yield what was selected."""
    if _is_fine(period):
        yield from (LastRun(*row) for row in rows)
        return
    for username, text in rows:
        for line in text.split(LINE) if text else ():
            answered, codenum = line.split(SEPARATOR)
            yield LastRun(username, codenum, int(answered))


def _is_fine(period: Period) -> bool:
    """Say whether steps are parts of slots; else they are whole numbers of them."""
    return bool(period.step_us % SLOT_US)


def _numbered_runs(wanted: Filter, names: Sequence[str], period: Period, is_sqlite: bool) -> Select[Any]:
    e = t.executions.c
    where = (*matching(t.executions, wanted), answered_in(period.start_us, period.end_us))
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
        select(joined(as_text(e.answered_us), e.codenum))
        .where(
            *matching(t.executions, wanted),
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
    return select(found.username, func.aggregate_strings(found.line, LINE)).group_by(found.username)


def _units(wanted: Filter, names: Sequence[str], period: Period, is_sqlite: bool) -> Any:
    """Select the users and units in which there may be runs."""
    units = range(period.start_us - period.start_us % UNIT_US, period.end_us, UNIT_US)
    if len(units) > _CANDIDATES:
        c = t.counts.c
        where = (c.unit_us >= units.start, c.unit_us < period.end_us, c.username.in_(names))
        return select(c.username, c.unit_us).where(*matching(t.counts, wanted), *where).distinct()
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
