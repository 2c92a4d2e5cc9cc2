"""Copies a whole database, table by table, in flat memory."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, Table, func, insert, select

from app.storage.migrate import current_revision, head_revision, upgrade
from app.storage.tables import metadata

CHUNK = 2_000

Progress = Callable[[str, int, int], None]
"""Called with table, rows copied, rows in all."""


class CopyError(Exception):
    """The copy can't be made; the text says why. The target is unchanged."""


def copy_database(source: Engine, target: Engine, progress: Progress) -> dict[str, int]:
    """Copy every row, in one transaction of the target; return the number of rows by table.

    :raises CopyError: the source is not at this release's version, the target is not empty, or the counts differ.
    """
    with source.connect() as reading:
        if current_revision(reading) != head_revision():
            raise CopyError(
                "The source is not at the version of this release; run `lticontainer db upgrade` on it first"
            )
        upgrade(target)
        with target.connect() as writing, writing.begin():
            if target.dialect.name == "sqlite":
                writing.exec_driver_sql("BEGIN IMMEDIATE")
            _refuse_filled(writing)
            return {table.name: _copy_table(reading, writing, table, progress) for table in metadata.sorted_tables}


def _refuse_filled(target: Connection) -> None:
    for table in metadata.sorted_tables:
        if target.execute(select(table).limit(1)).first() is not None:
            raise CopyError(f"The target is not empty: {table.name} has rows")


def _copy_table(source: Connection, target: Connection, table: Table, progress: Progress) -> int:
    columns = [column for column in table.c if column.computed is None]
    total = source.execute(select(func.count()).select_from(table)).scalar_one()
    done = 0
    progress(table.name, done, total)
    rows = source.execution_options(yield_per=CHUNK).execute(select(*columns).order_by(*table.primary_key))
    for part in rows.mappings().partitions(CHUNK):
        target.execute(insert(table), [dict(row) for row in part])
        done += len(part)
        progress(table.name, done, total)
    copied = target.execute(select(func.count()).select_from(table)).scalar_one()
    if copied != total:
        raise CopyError(f"{table.name}: {copied} rows arrived, {total} were there; is the service still running?")
    return int(copied)
