"""Counts that say how often something has changed which others remember: as long as one stands still it is so."""

from __future__ import annotations

from sqlalchemy import Connection

from app.storage import tables as t
from app.storage.upsert import upsert


def raise_epoch(connection: Connection, dialect: str, name: str) -> None:
    """Make all that remember look anew; `name` is one of those in :mod:`app.storage.tables`."""
    count = upsert(dialect, t.epochs, ["name"], lambda table, _: [("value", table.c.value + 1)])
    connection.execute(count, {"name": name, "value": 1})
