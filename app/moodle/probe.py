"""Whether Moodle's tables are as the service needs them: there, with their columns, and open to its account."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, delete, false, insert, literal, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable

from app.moodle.schema import MoodleTables
from app.storage.database import errno

NO_TABLE, NO_COLUMN, NO_DATABASE = 1146, 1054, (1044, 1049)
DENIED = (1142, 1143)
ADVICE = "; `lticontainer moodle check` says what to do"


class MoodleProbe:
    """Asks each table for nothing, and changes nothing in those that are written."""

    def __init__(self, tables: MoodleTables, prefix: str) -> None:
        self._t = tables
        self._prefix = prefix

    def __call__(self, connection: Connection) -> list[str]:
        """Return what is wrong, a sentence each; the transaction is rolled back by whoever opened it."""
        found = [(table, error) for table in self._t.every if (error := _tried(connection, select(table)))]
        if len(found) == len(self._t.every) and all(errno(error) == NO_TABLE for _, error in found):
            return [f"No table of Moodle's begins with moodle_prefix {self._prefix!r} here{ADVICE}"]
        sentences = [_sentence(table, error) for table, error in found]
        if not sentences:
            sentences = [text for table in self._t.written for text in _unwritable(connection, table)]
        return sentences


def _tried(connection: Connection, statement: Executable) -> DBAPIError | None:
    """Return the error of a statement that, but for rights and names, would do nothing."""
    try:
        connection.execute(statement.where(false()) if hasattr(statement, "where") else statement)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return error
    return None


def _sentence(table: Table, error: DBAPIError) -> str:
    number = errno(error)
    if number == NO_TABLE:
        return f"Moodle's database has no table {table.name}{ADVICE}"
    if number == NO_COLUMN:
        return f"Moodle's table {table.name} lacks a column that the service needs{ADVICE}"
    if number in NO_DATABASE:
        return f"There is no database {table.schema}, or the account may not use it; see moodle_database"
    if number in DENIED:
        return f"The database's account may not read {table.name}{ADVICE}"
    return f"Moodle's table {table.name} can't be read: error {number}{ADVICE}"


def _unwritable(connection: Connection, table: Table) -> Iterator[str]:
    nothing = select(*(literal(0) for _ in table.c)).where(false())
    statements: tuple[tuple[str, Executable], ...] = (
        ("INSERT", insert(table).from_select([column.name for column in table.c], nothing)),
        ("UPDATE", update(table).values(updatetm=0)),
        ("DELETE", delete(table)),
    )
    for right, statement in statements:
        if _tried(connection, statement):
            yield f"The database's account lacks the right to {right} on {table.name}{ADVICE}"
