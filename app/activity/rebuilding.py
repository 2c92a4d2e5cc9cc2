"""Makes executions anew from the rows of the data tables, session by session.

Rows may be there of which the service does not know: from before it was there, or written by others while it was
off. Each transaction locks its sessions, as the writing of records does. What is made anew equals what the service
itself makes of the same records. Only what the rows do not hold is taken from the executions that are there: the
code number at the time of the run, where its cell has got another one since.

In the service's own tables, executions without rows are deleted. On Moodle's they stay: their rows may be in the
service's own, from before it was switched over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, func, select, type_coerce

from app.counting import UNIT_US
from app.joining import Key, Row, client_part, merge, row_fault, server_part
from app.storage import tables as t
from app.storage.counts import counted_courses, mend, next_unit
from app.storage.course_rules import read_closed
from app.storage.cursors import ROWS, Cursors
from app.storage.database import Database
from app.storage.executions import ExecutionWriter, Places
from app.storage.layout import Layout

BATCH = 4_000
"""So many rows one transaction reads, unless one session has more."""
SLICE = 20_000
"""A session with more rows is made anew in slices of about so many."""
PAGE = 500
WEEK = 28 * UNIT_US
OVERLAP = 1_000
"""So many ids before the last one are read again: a row with a lower id may be committed later."""

Progress = Callable[[int, int], None]
"""Called with what is done, and what there is in all."""
Span = tuple[str | None, str | None]
"""Messages behind the first, up to the second; None: without an end."""
WHOLE: Span = (None, None)


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


class Rebuilder:
    """Makes executions, and counts, out of stored rows. Each of its calls may be cut off and repeated."""

    def __init__(self, database: Database, layout: Layout) -> None:
        self._database = database
        self._layout = layout
        self._writer = ExecutionWriter(layout, is_sqlite=database.is_sqlite)
        self._cursors = Cursors(ROWS, is_sqlite=database.is_sqlite)

    def rebuild(self, course: int | None, progress: Progress) -> Rebuilt:
        """Make the executions of a course anew, or those of all.

        :raises ServiceUnavailable: the database does not answer. What was done is done.
        """
        ends = self._ends()
        total = self._count(course)
        done = Rebuilt()
        for names, span in self._batches(course):
            done += self._database.write(self._rebuild, names, span)
            progress(min(done.rows + done.closed, total), total)
        done += Rebuilt(counts=self._mend(course))
        if course is None:
            self._database.write(self._move, ends)
        return done

    def catch_up(self, progress: Progress) -> Rebuilt:
        """Take in rows that are new since the last call of this or of :meth:`rebuild`.

        :raises ServiceUnavailable: the database does not answer. What was done is done.
        """
        ends = self._ends()
        with self._database.reading() as connection:
            last = {name: max(0, number - OVERLAP) for name, number in self._cursors.read(connection).items()}
        total = sum(max(0, end - last.get(name, 0)) for name, end in ends.items())
        done, passed = Rebuilt(), 0
        for name, end in ends.items():
            after = last.get(name, 0)
            while after < end:
                part, reached = self._database.write(self._take, name, after, end)
                passed += reached - after
                done, after = done + part, reached
                progress(passed, total)
        return done

    # Which sessions there are.

    def _tables(self) -> Sequence[Table]:
        records = (self._layout.client_data, self._layout.server_data)
        return (*records, t.executions) if self._layout.own else records

    def _count(self, course: int | None) -> int:
        if course is not None:
            return 0
        with self._database.reading() as connection:
            tables = (self._layout.client_data, self._layout.server_data)
            return sum(connection.execute(select(func.count()).select_from(x)).scalar_one() for x in tables)

    def _batches(self, course: int | None) -> Iterator[tuple[list[str], Span]]:
        """Yield sessions that are made anew together, and messages where one is so long that it needs several."""
        batch: list[str] = []
        rows = 0
        for name, count in self._sessions(course):
            if count > SLICE:
                yield from (([name], span) for span in self._spans(name))
                continue
            if batch and (rows + count > BATCH or len(batch) >= PAGE):
                yield batch, WHOLE
                batch, rows = [], 0
            batch.append(name)
            rows += count
        if batch:
            yield batch, WHOLE

    def _sessions(self, course: int | None) -> Iterator[tuple[str, int]]:
        """Yield each session with the number of its rows."""
        if course is not None:
            session = self._layout.session.c
            for page in self._pages(self._layout.session, session.course == course):
                yield from self._sizes(page, ())
            return
        for number, table in enumerate(self._tables()):
            for page in self._pages(table):
                yield from self._sizes(page, self._tables()[:number])

    def _pages(self, table: Table, *where: ColumnElement[bool]) -> Iterator[list[str]]:
        """Yield the names of sessions, in the order of the index."""
        column = type_coerce(table.c.session, String())
        last = ""
        while True:
            query = select(column).where(column > last, *where).distinct().order_by(column).limit(PAGE)
            with self._database.reading() as connection:
                names = list(connection.execute(query).scalars())
                if not names:
                    return
                last = names[-1]
                yield self._spelled(connection, table, names)

    def _spelled(self, connection: Connection, table: Table, names: list[str]) -> list[str]:
        """Return names in every spelling that Moodle's collation takes for the same."""
        if self._layout.own or table is t.executions:
            return names
        found = table.c.session
        query = select(func.min(type_coerce(found, String()))).where(type_coerce(found, String()).in_(names))
        return sorted(connection.execute(query.group_by(self._layout.exactly(found))).scalars())

    def _sizes(self, names: Sequence[str], before: Sequence[Table]) -> Iterator[tuple[str, int]]:
        """Yield the sessions that none of the tables before has, with the number of their rows in all."""
        with self._database.reading() as connection:
            counts = [self._counts_of(connection, table, names) for table in self._tables()]
        known = {name for count, _ in zip(counts, before, strict=False) for name in count}
        for name in names:
            if name not in known:
                yield name, sum(count.get(name, 0) for count in counts)

    def _counts_of(self, connection: Connection, table: Table, names: Sequence[str]) -> dict[str, int]:
        group = table.c.session if table is t.executions else self._layout.exactly(table.c.session)
        query = select(func.min(table.c.session), func.count()).where(table.c.session.in_(names)).group_by(group)
        return {row[0]: row[1] for row in connection.execute(query)}

    def _spans(self, name: str) -> Iterator[Span]:
        """Cut a long session into spans of messages."""
        edges: list[str] = []
        with self._database.reading() as connection:
            for table in self._tables():
                column = self._exact(table, table.c.message)
                query = select(type_coerce(table.c.message, String())).where(table.c.session == name)
                rows = connection.execution_options(yield_per=BATCH).execute(query.order_by(column)).scalars()
                edges += [message for number, message in enumerate(rows, 1) if number % SLICE == 0]
        ordered = sorted(set(edges), key=str.encode)
        yield from zip([None, *ordered], [*ordered, None], strict=True)

    def _exact(self, table: Table, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column if table is t.executions else self._layout.exactly(column)

    # What is made of them.

    def _rebuild(self, connection: Connection, names: Collection[str], span: Span) -> Rebuilt:
        places = self._writer.lock(connection, names)
        closed = _closed(connection, places)
        open_names = [name for name in names if name not in closed]
        old = {
            key: row
            for key, row in self._writer.of_sessions(connection, open_names).items()
            if _within(key[1], span)
        }
        rows = [self._read(connection, table, open_names, span) for table in self._tables()[:2]]
        left_out = len(closed)
        new, faults = self._join(connection, places, old, *rows)
        changed = self._writer.replace(connection, old if self._layout.own else _both(old, new), new)
        skipped = sum(self._count_rows(connection, closed)) if left_out else 0
        return Rebuilt(rows=sum(map(len, rows)), changed=changed, left_out=faults, closed=skipped)

    def _count_rows(self, connection: Connection, names: Collection[str]) -> Iterator[int]:
        for table in self._tables()[:2]:
            yield sum(self._counts_of(connection, table, sorted(names)).values())

    def _read(self, connection: Connection, table: Table, names: Collection[str], span: Span) -> list[Row]:
        message = self._exact(table, table.c.message)
        first, last = span
        ends = ([message > first] if first is not None else []) + ([message <= last] if last is not None else [])
        query = select(table).where(table.c.session.in_(sorted(names)), table.c.message != "", *ends)
        return [dict(row) for row in connection.execute(query.order_by(table.c.id)).mappings()]

    def _join(
        self,
        connection: Connection,
        places: Places,
        old: Mapping[Key, Row],
        clients: Sequence[Row],
        servers: Sequence[Row],
        *,
        keep: bool = False,
    ) -> tuple[dict[Key, Row], int]:
        """Return the executions that rows tell of, and how many rows can't be joined.

        :param keep: begin with what is there, where rows are not all that there are.
        """
        codenums = self._codenums(connection, {row["cell_id"] or "" for row in clients})
        new: dict[Key, Row] = {}
        faults = 0
        for row in (*clients, *servers):
            key = (row["session"], row["message"])
            if row_fault(row):
                faults += 1
                continue
            if not all(key):
                continue
            if key not in new:
                known = old.get(key) if keep else None
                new[key] = dict(known) if known else places.blank(key, old.get(key))
            if "status" in row:
                merge(new[key], server_part(row), "answered_us")
            else:
                cell = (row["cell_id"] or "", row["filename"] or "")
                part = client_part(row, codenums.get(cell, ""))
                merge(new[key], _as_it_was(part, old.get(key)), "asked_us")
        return new, faults

    def _codenums(self, connection: Connection, cells: Collection[str]) -> dict[Key, str]:
        c = self._layout.tags.c
        if not cells:
            return {}
        query = select(c.cell_id, c.filename, c.codenum).where(c.cell_id.in_(sorted(cells)))
        return {(row[0], row[1] or ""): row[2] or "" for row in connection.execute(query)}

    # Rows that are new.

    def _ends(self) -> dict[str, int]:
        """Return the last id of each data table."""
        tables = {"client": self._layout.client_data, "server": self._layout.server_data}
        with self._database.reading() as connection:
            found = {**tables, "session": self._layout.session}
            return {name: connection.execute(select(func.max(x.c.id))).scalar() or 0 for name, x in found.items()}

    def _move(self, connection: Connection, ends: Mapping[str, int]) -> None:
        for name, end in ends.items():
            self._cursors.move(connection, name, end)

    def _take(self, connection: Connection, name: str, after: int, end: int) -> tuple[Rebuilt, int]:
        """Take in some rows behind an id; return what was done, and the id that was reached."""
        found = {"client": self._layout.client_data, "server": self._layout.server_data}
        table = found.get(name, self._layout.session)
        query = select(table).where(table.c.id > after, table.c.id <= end).order_by(table.c.id).limit(BATCH // 2)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        reached = rows[-1]["id"] if rows else end
        if name == "session":
            done = self._place(connection, {row["session"] for row in rows})
        else:
            done = self._add(connection, name, rows)
        self._cursors.move(connection, name, reached)
        return done, reached

    def _place(self, connection: Connection, names: Collection[str]) -> Rebuilt:
        """Put executions into the place of their sessions, where that was not known before."""
        places = self._writer.lock(connection, names)
        closed = _closed(connection, places)
        old = self._writer.nowhere(connection, [name for name in names if name not in closed])
        new = {key: row | places.place(key, row) for key, row in old.items()}
        return Rebuilt(changed=self._writer.replace(connection, old, new))

    def _add(self, connection: Connection, name: str, rows: Sequence[Row]) -> Rebuilt:
        places = self._writer.lock(connection, {row["session"] for row in rows if row["session"]})
        closed = _closed(connection, places)
        wanted = [row for row in rows if row["session"] not in closed]
        old = self._writer.of_keys(connection, {(row["session"], row["message"]) for row in wanted})
        parts = (wanted, ()) if name == "client" else ((), wanted)
        new, faults = self._join(connection, places, old, *parts, keep=True)
        changed = self._writer.replace(connection, _both(old, new), new)
        return Rebuilt(rows=len(wanted), changed=changed, left_out=faults, closed=len(rows) - len(wanted))

    # Counts.

    def _mend(self, course: int | None) -> int:
        with self._database.reading() as connection:
            courses = counted_courses(connection) if course is None else [course]
        wrong = 0
        for each in courses:
            first = -(2**62)
            while (unit := self._next(each, first)) is not None:
                wrong += self._database.write(mend, each, unit, unit + WEEK)
                first = unit + WEEK
        return wrong

    def _next(self, course: int, first: int) -> int | None:
        with self._database.reading() as connection:
            return next_unit(connection, course, first)


def _closed(connection: Connection, places: Places) -> set[str]:
    courses = read_closed(connection)
    return {name for name, place in places.places.items() if place["course"] in courses}


def _both(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> dict[Key, Row]:
    return {key: row for key, row in old.items() if key in new}


def _within(message: str, span: Span) -> bool:
    first, last = (None if edge is None else edge.encode() for edge in span)
    return (first is None or message.encode() > first) and (last is None or message.encode() <= last)


def _as_it_was(part: Row, old: Row | None) -> Row:
    """Return what a client row tells with the code number that its run had, where that is known."""
    same = old is not None and all(part[name] == old[name] for name in ("asked_us", "cell_id", "filename"))
    return part | {"codenum": old["codenum"]} if same and old and old["codenum"] else part
