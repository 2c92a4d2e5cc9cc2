"""SQL at the driver's level, for the path that every record takes.

SQLAlchemy writes the statements, once; PyMySQL and sqlite3 run them without its bookkeeping for every
execution, which would take as long as all the rest. Values are always parameters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pymysql.connections import Connection as PyMySQLConnection
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import mysql, sqlite

BLOCK_ROWS = 200
"""More rows than this are sent statement by statement: then the rows take the time, not the round trips."""
BLOCK_CHARACTERS = 50_000
"""Nor is a longer text: the server takes at most max_allowed_packet, and PyMySQL cuts single statements itself."""
_VALUES = re.compile(r"(.+?\bVALUES )(\((?:%s(?:, )?)+\))(.*)", re.DOTALL)


class Prepared:
    """A statement that is executed for many rows at once."""

    def __init__(self, statement: Any, *, is_sqlite: bool, names: Iterable[str] | None = None) -> None:
        dialect = sqlite.dialect() if is_sqlite else mysql.dialect(paramstyle="format")
        compiled = statement.compile(dialect=dialect, column_keys=None if names is None else list(names))
        self.sql = str(compiled)
        self.order: tuple[str, ...] = tuple(compiled.positiontup)
        self._insert = _VALUES.fullmatch(self.sql)

    def values(self, rows: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Return rows as the driver wants them."""
        order = self.order
        return [tuple([row[name] for name in order]) for row in rows]

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for all rows; does nothing without rows."""
        if rows:
            with closing(_cursor(connection)) as cursor:
                cursor.executemany(self.sql, self.values(rows))

    def text(self, count: int) -> str:
        """Return SQL for so many rows, with a place for each value."""
        if self._insert is None:
            return "; ".join([self.sql] * count)
        head, places, tail = self._insert.groups()
        return head + ", ".join([places] * count) + tail


Step = tuple[Prepared, Sequence[Mapping[str, Any]]]


class CommittingConnection(PyMySQLConnection):
    """A connection whose last statement may have carried the COMMIT, so that no round trip is spent on one."""

    committed = False

    def query(self, sql: str | bytes, unbuffered: bool = False) -> int:
        """Send a statement; what it changes is not committed yet."""
        self.committed = False
        return super().query(sql, unbuffered)

    def commit(self) -> None:
        """Commit what is not committed yet."""
        if not self.committed:
            super().commit()
        self.committed = False


def run_steps(connection: Connection, steps: Sequence[Step], *, as_block: bool) -> None:
    """Execute the last statements of a transaction, one after the other.

    :param as_block: the server is MariaDB, which takes them all in one round trip, as a compound statement,
        and the COMMIT with them. An error in one of them comes before it: nothing is committed then.
    """
    steps = [step for step in steps if step[1]]
    small = sum(len(rows) for _, rows in steps) <= BLOCK_ROWS
    values = [v for prepared, rows in steps for row in prepared.values(rows) for v in row] if small else []
    if not as_block or not small or sum(len(v) for v in values if isinstance(v, str)) > BLOCK_CHARACTERS:
        for prepared, rows in steps:
            prepared.run(connection, rows)
    elif steps:
        text = "; ".join(prepared.text(len(rows)) for prepared, rows in steps)
        with closing(_cursor(connection)) as cursor:
            cursor.execute(f"BEGIN NOT ATOMIC {text}; COMMIT; END", values)
            cursor.connection.committed = True


SEPARATOR = "\x1f"
"""No text that is stored holds control characters, so this one can stand between two."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One of several questions that are asked together: rows whose key is among some.

    `key` names one column or two, `among` has a value for each of them; none finds nothing. `kind` comes back
    as the first element of each row, to tell the answers apart. With `locked` no one else changes the rows
    found before the transaction ends; with `exclusive` no one else even shares them.
    """

    kind: str
    table: Table
    columns: tuple[str, ...]
    key: tuple[str] | tuple[str, str]
    among: Sequence[tuple[Any, ...]]
    locked: bool = False
    exclusive: bool = False


def look_up(connection: Connection, lookups: Sequence[Lookup], *, is_sqlite: bool) -> list[Sequence[Any]]:
    """Return (kind, column, ...) of all rows; in one round trip where there is a server to travel to.

    Numbers may come back as text.
    """
    if is_sqlite:
        return [row for lookup in lookups if lookup.among for row in _ask_sqlite(connection, lookup)]
    asked = [(lookup, *_condition(lookup)) for lookup in lookups if lookup.among]
    text = " UNION ALL ".join([_question(lookup, condition) for lookup, condition, _ in asked])
    with closing(_cursor(connection)) as cursor:
        cursor.execute(text, [value for _, _, values in asked for value in values])
        return [row[0].split(SEPARATOR) for row in cursor.fetchall()]


def _question(lookup: Lookup, condition: str) -> str:
    # One column, because PyMySQL takes longer to read the head of each column than the rows themselves.
    columns = f"CONCAT_WS(CHAR(31 USING utf8mb4), '{lookup.kind}', {', '.join(lookup.columns)})"
    return f"(SELECT {columns} FROM {_name(lookup.table)} WHERE {condition}{_lock(lookup)})"


def _condition(lookup: Lookup) -> tuple[str, list[Any]]:
    """Return what picks the rows, and its values.

    Of two columns one value each of the first with all of the second that go with it: two lists of values
    would be every combination of both to the server, thousands of ranges.
    """
    if len(lookup.key) == 1:
        values = [value for (value,) in lookup.among]
        return f"{lookup.key[0]} IN {_places(len(values))}", values
    groups: dict[Any, list[Any]] = {}
    for first, second in lookup.among:
        groups.setdefault(first, []).append(second)
    first, second = lookup.key
    parts = [f"({first} = %s AND {second} IN {_places(len(found))})" for found in groups.values()]
    return f"({' OR '.join(parts)})", [value for one, found in groups.items() for value in (one, *found)]


def _lock(lookup: Lookup) -> str:
    return " FOR UPDATE" if lookup.exclusive else " LOCK IN SHARE MODE" if lookup.locked else ""


def _ask_sqlite(connection: Connection, lookup: Lookup) -> Iterable[Sequence[Any]]:
    # SQLite limits the number of parameters, not the length of one.
    parts = ", ".join(f"json_extract(value, '$[{index}]')" for index in range(len(lookup.key)))
    condition = f"({', '.join(lookup.key)}) IN (SELECT {parts} FROM json_each(?))"
    text = f"SELECT '{lookup.kind}', {', '.join(lookup.columns)} FROM {_name(lookup.table)} WHERE {condition}"
    return connection.exec_driver_sql(text, (json.dumps(lookup.among),)).fetchall()


@lru_cache(maxsize=4096)
def _places(count: int) -> str:
    return "(" + ", ".join(["%s"] * count) + ")"


@cache
def _name(table: Table) -> str:
    """Return a table's name with its database, where it is in another; quoted where it must be."""
    return mysql.dialect().identifier_preparer.format_table(table)


def _cursor(connection: Connection) -> Any:
    """Return a cursor of the driver; Database turns its errors into SQLAlchemy's."""
    return connection.connection.cursor()
