"""The log of changes in the database."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Delete, Row, Select, delete, insert, or_, select, update

from app.audit.entry import NAME_LIMIT, OBJECT_LIMIT, RESULT_LIMIT, Actor, Entry, Filter, State, Target, shown
from app.storage import tables as t
from app.storage.database import Database
from app.storage.upsert import inserted_id

DAY = 86_400


class AuditStore:
    """Writes and reads entries, and removes those older than `days`; 0 keeps all."""

    def __init__(self, database: Database, days: int = 0) -> None:
        self._database = database
        self._days = days

    def begin(self, actor: Actor, action: str, target: Target) -> int:
        """Write an intent and return its id.

        :raises ServiceUnavailable: nothing was written.
        """
        row = {
            "began_at": int(time.time()),
            "caller": actor.key,
            "caller_name": shown(actor.name, NAME_LIMIT),
            "on_behalf": shown(actor.on_behalf, NAME_LIMIT),
            "action": action,
            "host": shown(target.host, NAME_LIMIT),
            "course": target.course,
            "object": shown(target.object, OBJECT_LIMIT),
            "state": State.INTENT,
            "result": "",
        }
        return self._database.write(self._begin, row)

    def end(self, entry: int, state: State, result: str) -> None:
        """Write how it ended.

        :raises ServiceUnavailable: nothing was written.
        """
        values = {"ended_at": int(time.time()), "state": state, "result": shown(result, RESULT_LIMIT)}
        statement = update(t.audit).where(t.audit.c.id == entry).values(values)
        self._database.write(lambda connection: connection.execute(statement))

    def list(self, wanted: Filter, limit: int) -> list[Entry]:
        """Return the newest entries that are wanted, at most `limit`, oldest first."""
        statement = _where(wanted).order_by(t.audit.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(statement)][::-1]

    def under_way(self, action: str, host: str, course: int, seconds: int) -> frozenset[str]:
        """Return the objects of acts that began so many seconds ago at most, and have not ended yet."""
        since = int(time.time()) - seconds
        wanted = Filter(action=action, host=host, course=course, state=State.INTENT, since=since)
        with self._database.reading() as connection:
            return frozenset(row.object for row in connection.execute(_where(wanted)))

    def purge(self, days: int) -> int:
        """Remove entries older than so many days, and return how many those were."""
        return self._database.write(lambda connection: connection.execute(_older(days)).rowcount)

    def _begin(self, connection: Connection, row: Mapping[str, Any]) -> int:
        if self._days:
            connection.execute(_older(self._days))
        return inserted_id(connection.execute(insert(t.audit), row))


def _older(days: int) -> Delete:
    return delete(t.audit).where(t.audit.c.began_at < int(time.time()) - days * DAY)


def _where(wanted: Filter) -> Select[Any]:
    c = t.audit.c
    statement = select(t.audit)
    for name in ("caller", "on_behalf", "action", "host", "course", "state"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(c[name] == value)
    if wanted.person is not None:
        ends = [c.object.endswith(f"-{name}", autoescape=True) for name in wanted.person]
        statement = statement.where(or_(c.on_behalf.in_(wanted.person), c.object.in_(wanted.person), *ends))
    if wanted.since is not None:
        statement = statement.where(c.began_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(c.began_at < wanted.until)
    return statement


def _read(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        began_at=row.began_at,
        ended_at=row.ended_at,
        actor=Actor(row.caller, row.caller_name, row.on_behalf),
        action=row.action,
        target=Target(row.host, row.course, row.object),
        state=State(row.state),
        result=row.result,
    )
