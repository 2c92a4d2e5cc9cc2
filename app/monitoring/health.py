"""Whether the service can do its work: database, migrations, durability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, delete, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.errors import ServiceUnavailable
from app.storage import tables as t
from app.storage.database import Database
from app.storage.migrate import current_revision, head_revision

NEWEST = 100_000
FLUSH_WARNING = (
    "innodb_flush_log_at_trx_commit is {}, not 1: when the machine loses power, up to a second of "
    "records that were answered with success is lost"
)


@dataclass(frozen=True, slots=True)
class Health:
    """What `/health` tells."""

    status: Literal["ok", "warning", "error"]
    database: str
    migrations: str
    warnings: list[str] = field(default_factory=list)


Probe = Callable[[Connection], list[str]]
"""Says what is wrong with tables that others own, a sentence each."""


def check_health(database: Database, probe: Probe | None = None) -> Health:
    """Return the health of the service; raises nothing for a database that is down."""
    try:
        with database.reading() as connection:
            revision = current_revision(connection)
            warnings = _durability(connection, database)
            foreign = probe(connection) if probe else []
    except ServiceUnavailable as error:
        return Health("error", "unreachable", "unknown", [error.detail] if error.detail else [])
    except SQLAlchemyError:
        return Health("error", "unreachable", "unknown")
    head = head_revision()
    if revision != head:
        state = "missing" if revision is None else f"at {revision}"
        return Health("error", database.kind, f"{state}, needs {head}: run `lticontainer db upgrade`", warnings)
    if foreign:
        return Health("error", database.kind, "current", [*foreign, *warnings])
    try:
        database.write(_touch)
    except ServiceUnavailable as error:
        return Health("error", database.kind, "current", [error.detail, *warnings])
    return Health("warning" if warnings else "ok", database.kind, "current", warnings)


def _touch(connection: Connection) -> None:
    """Write nothing: a database that is read-only, or an account that may not write, refuses even that."""
    connection.execute(delete(t.rejects).where(t.rejects.c.id == 0))


def _durability(connection: Connection, database: Database) -> list[str]:
    if database.is_sqlite:
        return []
    flush = connection.execute(text("SELECT @@GLOBAL.innodb_flush_log_at_trx_commit")).scalar_one()
    return [] if flush == 1 else [FLUSH_WARNING.format(flush)]


def count_waiting(database: Database) -> int:
    """Return how many of the newest 100,000 cell runs lack their client or their server part."""
    c = t.executions.c
    with database.reading() as connection:
        newest = connection.execute(select(func.max(c.id))).scalar() or 0
        lacking = or_(c.asked_us.is_(None), c.answered_us.is_(None))
        statement = select(func.count()).where(c.id > newest - NEWEST, lacking)
        return int(connection.execute(statement).scalar_one())
