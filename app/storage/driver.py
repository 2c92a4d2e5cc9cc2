"""SQL at the driver's level, for the path that every record takes.

SQLAlchemy writes the statements, once; PyMySQL and sqlite3 run them without its bookkeeping for every
execution, which would take as long as all the rest. Values are always parameters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import mysql, sqlite


class Prepared:
    """A statement that is executed for many rows at once."""

    def __init__(self, statement: Any, *, is_sqlite: bool, names: Iterable[str] | None = None) -> None:
        dialect = sqlite.dialect() if is_sqlite else mysql.dialect(paramstyle="format")
        compiled = statement.compile(dialect=dialect, column_keys=None if names is None else list(names))
        self.sql = str(compiled)
        self.order: tuple[str, ...] = tuple(compiled.positiontup)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for all rows; does nothing without rows."""
        if rows:
            order = self.order
            cursor = _cursor(connection)
            cursor.executemany(self.sql, [tuple([row[name] for name in order]) for row in rows])
            cursor.close()


@dataclass(frozen=True, slots=True)
class Lookup:
    """One of several questions that are asked together.

    `sql` is a SELECT of as many columns as all the others have, with a place `{name}` for each list of
    values, written as `column IN {name}`.
    """

    sql: str
    values: Mapping[str, Sequence[Any]]


def look_up(connection: Connection, lookups: Sequence[Lookup], *, is_sqlite: bool) -> list[Any]:
    """Return the rows of all lookups: in one round trip where there is a server to travel to."""
    if is_sqlite:
        rows: list[Any] = []
        for lookup in lookups:
            sql, parameters = _for_sqlite(lookup)
            rows += connection.exec_driver_sql(sql, parameters).fetchall()
        return rows
    parts, values = [], []
    for lookup in lookups:
        # The order of the places in the text is that of the mapping.
        parts.append(lookup.sql.format(**{name: _places(len(found)) for name, found in lookup.values.items()}))
        values += [value for found in lookup.values.values() for value in found]
    cursor = _cursor(connection)
    cursor.execute("(" + ") UNION ALL (".join(parts) + ")", tuple(values))
    rows = list(cursor.fetchall())
    cursor.close()
    return rows


def _cursor(connection: Connection) -> Any:
    """Return a cursor of the driver; Database turns its errors into SQLAlchemy's."""
    return connection.connection.cursor()


def _for_sqlite(lookup: Lookup) -> tuple[str, tuple[str, ...]]:
    # SQLite limits the number of parameters, not the length of one.
    sql = lookup.sql.format(**dict.fromkeys(lookup.values, "(SELECT value FROM json_each(?))"))
    return sql, tuple(json.dumps(list(found)) for found in lookup.values.values())


@lru_cache(maxsize=4096)
def _places(count: int) -> str:
    return "(" + ", ".join(["%s"] * count) + ")"
