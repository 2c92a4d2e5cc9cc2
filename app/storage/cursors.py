"""How far reading rows in the order of their ids has come: what comes after is new."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.storage import tables as t
from app.storage.upsert import upsert

ROWS = "rows"
"""The source of those who read the data tables themselves."""


class Cursors:
    """Reads and moves the cursors of one source; in the transaction that does what they stand for."""

    def __init__(self, source: str, *, is_sqlite: bool) -> None:
        self._source = source
        c = t.cursors.c
        dialect = "sqlite" if is_sqlite else "mysql"
        self._put = upsert(dialect, t.cursors, ["source", "part"], lambda _, new: [("last_id", new.last_id)])
        self._get = select(c.part, c.last_id).where(c.source == source)

    def read(self, connection: Connection) -> dict[str, int]:
        """Return the last ids, by part; a part that was never read has none."""
        return {row.part: row.last_id for row in connection.execute(self._get)}

    def move(self, connection: Connection, part: str, last_id: int) -> None:
        """Note that all rows up to this one are done."""
        connection.execute(self._put, {"source": self._source, "part": part, "last_id": last_id})
