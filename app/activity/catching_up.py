"""Executions of rows that are new: those behind the last one that was read.

Others write rows too: the plugin, on Moodle's tables. Cursors in the service's own tables say how far each table
was read; they move in the transaction that takes the rows in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, func, select

from app.activity.joining_rows import join_rows
from app.activity.rebuilt import Progress, Rebuilt, closed_sessions, in_both
from app.joining import Row
from app.storage.cursors import ROWS, Cursors
from app.storage.database import Database
from app.storage.executions import ExecutionWriter
from app.storage.layout import Layout

BATCH = 2_000
OVERLAP = 1_000
"""So many ids before the last one are read again: a row with a lower id may be committed later."""


class CatchUp:
    """Takes in rows that are new."""

    def __init__(self, database: Database, layout: Layout, writer: ExecutionWriter) -> None:
        self._database = database
        self._layout = layout
        self._writer = writer
        self._cursors = Cursors(ROWS, is_sqlite=database.is_sqlite)

    def run(self, progress: Progress) -> Rebuilt:
        """Take in rows that are new since the last call of this, or :meth:`move`.

        :raises ServiceUnavailable: the database does not answer. What was done is done.
        """
        ends = self.ends()
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

    def ends(self) -> dict[str, int]:
        """Return the last id of each data table."""
        tables = {"client": self._layout.client_data, "server": self._layout.server_data}
        with self._database.reading() as connection:
            found = {**tables, "session": self._layout.session}
            return {name: connection.execute(select(func.max(x.c.id))).scalar() or 0 for name, x in found.items()}

    def move(self, connection: Connection, ends: Mapping[str, int]) -> None:
        """Note that all rows up to these ids are done."""
        for name, end in ends.items():
            self._cursors.move(connection, name, end)

    def _take(self, connection: Connection, name: str, after: int, end: int) -> tuple[Rebuilt, int]:
        """Take in some rows behind an id; return what was done, and the id that was reached."""
        found = {"client": self._layout.client_data, "server": self._layout.server_data}
        table = found.get(name, self._layout.session)
        query = select(table).where(table.c.id > after, table.c.id <= end).order_by(table.c.id).limit(BATCH)
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
        closed = closed_sessions(connection, places)
        old = self._writer.nowhere(connection, [name for name in names if name not in closed])
        new = {key: row | places.place(key, row) for key, row in old.items()}
        return Rebuilt(changed=self._writer.replace(connection, old, new))

    def _add(self, connection: Connection, name: str, rows: Sequence[Row]) -> Rebuilt:
        places = self._writer.lock(connection, {row["session"] for row in rows if row["session"]})
        closed = closed_sessions(connection, places)
        wanted = [row for row in rows if row["session"] not in closed]
        old = self._writer.of_keys(connection, {(row["session"], row["message"]) for row in wanted})
        parts = (wanted, ()) if name == "client" else ((), wanted)
        new, faults = join_rows(connection, self._layout, places, old, *parts, keep=True)
        changed = self._writer.replace(connection, in_both(old, new), new)
        return Rebuilt(rows=len(wanted), changed=changed, left_out=faults, closed=len(rows) - len(wanted))
