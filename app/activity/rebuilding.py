"""Makes executions anew from the rows of the data tables, session by session.

Rows may be there of which the service does not know: from before it was there, or written by others while it was
off. Each transaction locks its sessions, as the writing of records does. What is made anew equals what the service
itself makes of the same records. Only what the rows do not hold is taken from the executions that are there: the
code number at the time of the run, where its cell has got another one since.

In the service's own tables, executions without rows are deleted. On Moodle's they stay: their rows may be in the
service's own, from before it was switched over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, Table, select

from app.activity.catching_up import CatchUp
from app.activity.joining_rows import join_rows
from app.activity.mending import mend_counts
from app.activity.rebuilt import Progress, Rebuilt, closed_sessions, in_both
from app.activity.session_batches import SessionBatches, Span, count_rows, exact
from app.joining import Row
from app.storage.database import Database
from app.storage.executions import ExecutionWriter
from app.storage.layout import Layout


class Rebuilder:
    """Makes executions, and counts, out of stored rows. Each of its calls may be cut off and repeated."""

    def __init__(self, database: Database, layout: Layout) -> None:
        self._database = database
        self._layout = layout
        self._writer = ExecutionWriter(layout, is_sqlite=database.is_sqlite)
        self._batches = SessionBatches(database, layout)
        self._catch_up = CatchUp(database, layout, self._writer)

    def rebuild(self, course: int | None, progress: Progress) -> Rebuilt:
        """Make the executions of a course anew, or those of all.

        After all of them no row counts as new; after those of a course the same rows do as before.

        :raises ServiceUnavailable: the database does not answer. What was done is done.
        """
        ends = self._catch_up.ends()
        total = self._batches.count(course)
        done = Rebuilt()
        for names, span in self._batches.batches(course):
            done += self._database.write(self._rebuild, names, span)
            progress(min(done.rows + done.closed, total), total)
        progress(total, total)
        done += Rebuilt(counts=mend_counts(self._database, course))
        if course is None:
            self._database.write(self._catch_up.move, ends)
        return done

    def catch_up(self, progress: Progress) -> Rebuilt:
        """Take in rows that are new since the last call of this, or of :meth:`rebuild` for all courses.

        :raises ServiceUnavailable: the database does not answer. What was done is done.
        """
        return self._catch_up.run(progress)

    def _rebuild(self, connection: Connection, names: Collection[str], span: Span) -> Rebuilt:
        places = self._writer.lock(connection, names)
        closed = closed_sessions(connection, places)
        open_names = [name for name in names if name not in closed]
        old = {
            key: row
            for key, row in self._writer.of_sessions(connection, open_names).items()
            if _within(key[1], span)
        }
        rows = [self._read(connection, table, open_names, span) for table in self._records()]
        left_out = len(closed)
        new, faults = join_rows(connection, self._layout, places, old, *rows)
        changed = self._writer.replace(connection, old if self._layout.own else in_both(old, new), new)
        skipped = sum(self._count_rows(connection, closed)) if left_out else 0
        return Rebuilt(rows=sum(map(len, rows)), changed=changed, left_out=faults, closed=skipped)

    def _records(self) -> tuple[Table, Table]:
        return self._layout.client_data, self._layout.server_data

    def _count_rows(self, connection: Connection, names: Collection[str]) -> Iterator[int]:
        for table in self._records():
            yield sum(count_rows(connection, self._layout, table, sorted(names)).values())

    def _read(self, connection: Connection, table: Table, names: Collection[str], span: Span) -> list[Row]:
        message = exact(self._layout, table, table.c.message)
        first, last = span
        ends = ([message > first] if first is not None else []) + ([message <= last] if last is not None else [])
        query = select(table).where(table.c.session.in_(sorted(names)), table.c.message != "", *ends)
        return [dict(row) for row in connection.execute(query.order_by(table.c.id)).mappings()]


def _within(message: str, span: Span) -> bool:
    first, last = (None if edge is None else edge.encode() for edge in span)
    return (first is None or message.encode() > first) and (last is None or message.encode() <= last)
