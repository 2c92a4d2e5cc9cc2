"""Erases what is stored of cell runs and sessions, with the marks by which they would be recognised.

Used where records are written, where activities are registered, and where people's data is erased.
Statements run in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, update

from app.marks import MARK_BYTES, mark_prefix, session_prefix
from app.storage import tables as t
from app.storage.counts import uncount
from app.storage.layout import Layout

Key = tuple[str, str]


def erase_parts(connection: Connection, layout: Layout, session: str) -> int:
    """Erase every part, mark and reject of a session; return how many cell runs those were.

    Where the session belongs stays known. Its user is forgotten.
    """
    runs = 0
    uncount(connection, t.executions.c.session == session)
    for table in (t.executions, layout.client_data, layout.server_data, t.rejects):
        count = connection.execute(delete(table).where(table.c.session == session)).rowcount
        runs += count if table is t.executions else 0
    connection.execute(_ERASE_MARKS, _range(session_prefix(session)))
    connection.execute(_FORGET_USER, {"of_session": session})
    return runs


def erase_session(connection: Connection, layout: Layout, session: str) -> int:
    """Erase a session with all that belongs to it; return how many cell runs those were."""
    runs = erase_parts(connection, layout, session)
    for table in (layout.session, t.bindings):
        connection.execute(delete(table).where(table.c.session == session))
    return runs


def erase_runs(connection: Connection, layout: Layout, session: str, messages: Sequence[str]) -> int:
    """Erase these cell runs of a session with their marks; return how many there were."""
    runs = 0
    uncount(connection, and_(t.executions.c.session == session, t.executions.c.message.in_(messages)))
    for table in (t.executions, layout.client_data, layout.server_data):
        ours = (table.c.session == session, table.c.message.in_(messages))
        count = connection.execute(delete(table).where(*ours)).rowcount
        runs += count if table is t.executions else 0
    connection.execute(_ERASE_MARKS, [_range(mark_prefix(session, message)) for message in messages])
    return runs


def erase_rejects(connection: Connection, ids: Collection[int]) -> int:
    """Erase rejected records; return how many there were."""
    return connection.execute(delete(t.rejects).where(t.rejects.c.id.in_(ids))).rowcount


_ERASE_MARKS = delete(t.marks).where(t.marks.c.mark.between(bindparam("first"), bindparam("last")))
_FORGET_USER = (
    update(t.bindings)
    .where(t.bindings.c.session == bindparam("of_session"), t.bindings.c.username != "")
    .values(username="")
)


def _range(prefix: bytes) -> dict[str, bytes]:
    return {"first": prefix.ljust(MARK_BYTES, b"\0"), "last": prefix.ljust(MARK_BYTES, b"\xff")}
