"""INSERT that meets a row already there: one spelling for SQLite, MariaDB and MySQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, Table
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Assignments = Callable[[Table, Any], Sequence[tuple[str, ColumnElement[Any]]]]
"""From (table, the row that was to be inserted) to assignments, in order.

MariaDB sees the new value of a column in the assignments after it, SQLite always the old one: put a
column that others are guarded by last.
"""


def upsert(dialect: str, table: Table, keys: Sequence[str], assignments: Assignments) -> Any:
    """Return the statement; `keys` are the columns of the unique key that may be met."""
    if dialect == "sqlite":
        lite = sqlite_insert(table)
        return lite.on_conflict_do_update(index_elements=list(keys), set_=dict(assignments(table, lite.excluded)))
    maria = mysql_insert(table)
    return maria.on_duplicate_key_update(list(assignments(table, maria.inserted)))


def insert_missing(dialect: str, table: Table, keys: Sequence[str]) -> Any:
    """Return an INSERT that leaves a row that is there as it is, and on MariaDB and MySQL locks it."""
    if dialect == "sqlite":
        return sqlite_insert(table).on_conflict_do_nothing(index_elements=list(keys))
    return mysql_insert(table).on_duplicate_key_update([(keys[0], table.c[keys[0]])])


def run_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement for all rows at once; does nothing without rows."""
    if rows:
        connection.execute(statement, list(rows))


def inserted_id(result: CursorResult[Any]) -> int:
    """Return the id that the database gave the one row an INSERT made."""
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101  # a single INSERT into a table with a primary key always has one
    return int(key[0])
