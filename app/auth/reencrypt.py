"""Encrypts every stored secret anew, so that a former master key can be dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, inspect, select, update

from app.auth.encryption import Cipher
from app.storage.database import Database
from app.storage.tables import ENCRYPTED, metadata


def reencrypt(database: Database, cipher: Cipher) -> int:
    """Bring all secrets to the newest key, all or none, and return how many were not there yet.

    :raises Undecryptable: one can't be read with any of the keys.
    :raises ServiceUnavailable: the database does not answer.
    """
    return database.write(_reencrypt, cipher)


def _reencrypt(connection: Connection, cipher: Cipher) -> int:
    there = set(inspect(connection).get_table_names())
    return sum(_renew(connection, cipher, *found) for found in _encrypted() if found[0].name in there)


def _encrypted() -> Iterator[tuple[Table, Column[Any]]]:
    yield from (
        (table, column)
        for table in metadata.sorted_tables
        for column in table.c
        if ENCRYPTED.items() <= column.info.items()
    )


def _renew(connection: Connection, cipher: Cipher, table: Table, column: Column[Any]) -> int:
    (key,) = table.primary_key
    rows = connection.execute(select(key, column).where(column.is_not(None), column != "").with_for_update()).all()
    renewed = [(row[0], new) for row in rows if (new := cipher.renew(row[1])) is not None]
    for found, new in renewed:
        connection.execute(update(table).where(key == found).values({column.name: new}))
    return len(renewed)
