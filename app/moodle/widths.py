"""How long texts may be in the data tables of the site's Moodle, as its database says."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Lock

from sqlalchemy import Connection, bindparam, text

from app.storage.database import Database

REST = 1.0
"""The least seconds between two readings that nothing but a record's length asks for."""
NOT_CONFIRMED = 3
"""Room for `/nc` behind a status."""
_COLUMNS = text(
    "SELECT column_name, MIN(character_maximum_length) FROM information_schema.columns "
    "WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name IN :tables GROUP BY column_name"
).bindparams(bindparam("tables", expanding=True))


class MoodleWidths:
    """The longest text of each field of a record, in characters; read when first needed, and again on demand.

    :param own: the limits of the service's own tables, which hold as well.
    """

    def __init__(self, database: Database, own: Mapping[str, int]) -> None:
        self._database = database
        self._own = own
        self._lock = Lock()
        self._widths: Mapping[str, int] | None = None
        self._read_at = 0.0

    def now(self) -> Mapping[str, int]:
        """Return the limits as they were last read."""
        return self._widths or self._read()

    def again(self, *, at_once: bool = False) -> Mapping[str, int]:
        """Return the limits as they are, or were a second ago; with `at_once` as they are."""
        return self._read() if at_once or time.monotonic() - self._read_at > REST else self.now()

    def _read(self) -> Mapping[str, int]:
        with self._lock, self._database.reading() as connection:
            found = self._columns(connection)
            found["status"] = found.get("status", NOT_CONFIRMED) - NOT_CONFIRMED
            self._widths = {name: min(width, found.get(name, width)) for name, width in self._own.items()}
            self._read_at = time.monotonic()
            return self._widths

    def _columns(self, connection: Connection) -> dict[str, int]:
        layout = self._database.layout
        tables = (layout.client_data, layout.server_data, layout.session, layout.tags)
        values = {"schema": layout.session.schema, "tables": [table.name for table in tables]}
        return {name: width for name, width in connection.execute(_COLUMNS, values) if width is not None}
