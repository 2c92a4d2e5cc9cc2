"""Which sessions are made anew together: as many as fit into one transaction, or a part of a long one.

Sessions are read page by page, in the order of the index. Moodle's collation takes names for the same that are
not; each is told in its own spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, func, select, type_coerce

from app.storage import tables as t
from app.storage.database import Database
from app.storage.layout import Layout

BATCH = 4_000
"""So many rows one transaction reads, unless one session has more."""
SLICE = 20_000
"""A session with more rows is made anew in slices of about so many."""
PAGE = 500

Span = tuple[str | None, str | None]
"""Messages behind the first, up to the second; None: without an end."""
WHOLE: Span = (None, None)


class SessionBatches:
    """Finds the sessions of a course, or of all, that have rows or executions."""

    def __init__(self, database: Database, layout: Layout) -> None:
        self._database = database
        self._layout = layout

    def count(self, course: int | None) -> int:
        """Return how many rows are to be read, for people who look on: names are compared as the index does."""
        session = self._layout.session.c
        inside = select(type_coerce(session.session, String())).where(session.course == course)
        with self._database.reading() as connection:
            queries = [select(func.count()).select_from(table) for table in self._records()]
            if course is not None:
                names = [type_coerce(table.c.session, String()) for table in self._records()]
                queries = [query.where(name.in_(inside)) for query, name in zip(queries, names, strict=True)]
            return sum(int(connection.execute(query).scalar_one()) for query in queries)

    def _records(self) -> Sequence[Table]:
        return self._layout.client_data, self._layout.server_data

    def _tables(self) -> Sequence[Table]:
        return (*self._records(), t.executions) if self._layout.own else self._records()

    def batches(self, course: int | None) -> Iterator[tuple[list[str], Span]]:
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
            counts = [count_rows(connection, self._layout, table, names) for table in self._tables()]
        known = {name for count, _ in zip(counts, before, strict=False) for name in count}
        for name in names:
            if name not in known:
                yield name, sum(count.get(name, 0) for count in counts)

    def _spans(self, name: str) -> Iterator[Span]:
        """Cut a long session into spans of messages."""
        edges: list[str] = []
        with self._database.reading() as connection:
            for table in self._tables():
                column = exact(self._layout, table, table.c.message)
                query = select(type_coerce(table.c.message, String())).where(table.c.session == name)
                rows = connection.execution_options(yield_per=BATCH).execute(query.order_by(column)).scalars()
                edges += [message for number, message in enumerate(rows, 1) if number % SLICE == 0]
        ordered = sorted(set(edges), key=str.encode)
        yield from zip([None, *ordered], [*ordered, None], strict=True)


def count_rows(connection: Connection, layout: Layout, table: Table, names: Sequence[str]) -> dict[str, int]:
    """Return the number of rows of each of some sessions."""
    group = table.c.session if table is t.executions else layout.exactly(table.c.session)
    query = select(func.min(table.c.session), func.count()).where(table.c.session.in_(names)).group_by(group)
    return {row[0]: row[1] for row in connection.execute(query)}


def exact(layout: Layout, table: Table, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what a column is compared by, code point by code point."""
    return column if table is t.executions else layout.exactly(column)
