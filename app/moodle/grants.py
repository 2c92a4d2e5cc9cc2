"""Which rights the service's database account needs in Moodle's database, and the smallest grants that give them.

Of Moodle's tables only the columns that the service reads are granted: no password hash, no private token, no
password of a tool. Rows are written to the four data tables alone. One right more is optional: to write down when
a token was used last.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError

from app.moodle.schema import MoodleTables
from app.storage.database import errno

READ, INSERT, UPDATE, DELETE = "SELECT", "INSERT", "UPDATE", "DELETE"
WRITING = (INSERT, UPDATE, DELETE)
"""Of the data tables; deleting is for the erasure of persons and of what is older than a course keeps."""
NO_TABLE, NO_COLUMN = 1146, 1054
REFUSED = frozenset({1044, 1142, 1143, 1227})

_quote = mysql.dialect().identifier_preparer


def rights(moodle: MoodleTables) -> list[tuple[Table, tuple[str, ...]]]:
    """Return the rights that are needed on each table."""
    return [(table, (READ, *WRITING) if table in moodle.written else (READ,)) for table in moodle.every]


def grant(table: Table, needed: Iterable[str], account: str) -> str:
    """Return the statement that gives some rights on a table, and no more."""
    columns = ", ".join(_quote.quote(column.name) for column in table.c)
    words = [f"{READ} ({columns})" if word == READ else word for word in needed]
    return f"GRANT {', '.join(words)} ON {_quote.format_table(table)} TO {account};"


def grant_noting(moodle: MoodleTables, account: str) -> str:
    """Return the statement that lets the service write down when a token was used last."""
    tokens = _quote.format_table(moodle.external_tokens)
    return f"GRANT SELECT (id, lastaccess), UPDATE (lastaccess) ON {tokens} TO {account};"


def may_note(connection: Connection, moodle: MoodleTables) -> bool:
    """Say whether the service may write down when a token was used last."""
    tokens = _quote.format_table(moodle.external_tokens)
    question = f"EXPLAIN UPDATE {tokens} SET lastaccess = 0 WHERE id = 0 AND lastaccess = 0"
    return _answer(connection, question) not in REFUSED


def refusal(connection: Connection, table: Table, right: str) -> int | None:
    """Ask the database whether it would allow something, without doing it; return its error's number, or None.

    It answers with all that counts: roles, wildcards, rights on columns.
    """
    name = _quote.format_table(table)
    first = next(iter(table.c)).name
    columns = ", ".join(_quote.quote(column.name) for column in table.c)
    question = {
        READ: f"SELECT {columns} FROM {name} LIMIT 0",
        INSERT: f"EXPLAIN INSERT INTO {name} ({columns}) SELECT {columns} FROM {name} WHERE 1 = 0",
        UPDATE: f"EXPLAIN UPDATE {name} SET {first} = {first} WHERE 1 = 0",
        DELETE: f"EXPLAIN DELETE FROM {name} WHERE 1 = 0",
    }[right]
    return _answer(connection, question)


def _answer(connection: Connection, question: str) -> int | None:
    """Return the number of the error that answers a question, or None."""
    try:
        connection.exec_driver_sql(question).close()
    except DBAPIError as error:
        number = errno(error)
        if number in {NO_TABLE, NO_COLUMN} | REFUSED:
            return number
        raise
    return None


def account_of(connection: Connection) -> str:
    """Return the account of this connection, quoted for a GRANT."""
    user, _, host = str(connection.exec_driver_sql("SELECT CURRENT_USER()").scalar_one()).rpartition("@")
    return "@".join("'" + part.replace("'", "''") + "'" for part in (user, host))
