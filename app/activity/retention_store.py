"""Erases what is older than a course keeps it, a few hundred runs at a time, so that writers never wait long."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select

from app.activity.execution import MICROSECOND
from app.activity.privacy import Erased
from app.activity.privacy_store import CHUNK, Progress, lock_session
from app.storage import tables as t
from app.storage.activities import courses_of
from app.storage.batches import batched
from app.storage.database import Database
from app.storage.erasing import erase_rejects, erase_runs, erase_session
from app.storage.layout import Layout

REST = 0.1
"""The longest rest between two transactions, in seconds: SQLite's writers poll for their turn."""
_E = t.executions.c
_MOMENT = func.coalesce(_E.answered_us, _E.asked_us)


class RetentionStore:
    """Counts and erases what is older than a moment, in seconds since 1970, of one course.

    Course 0 is that of records whose course never became known.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._layout = database.layout

    def courses(self) -> list[int]:
        """Return every course of which there is a session or a run."""
        with self._database.reading() as connection:
            columns = (_E.course, self._layout.session.c.course)
            found = [connection.execute(select(column).distinct()).scalars().all() for column in columns]
            return sorted({course for courses in found for course in courses})

    def count(self, course: int, before: int) -> Erased:
        """Return what is older."""
        with self._database.reading() as connection:
            runs = connection.execute(select(func.count()).where(*_old(course, before))).scalar_one()
            empty = len(connection.execute(_empty_sessions(self._layout, course, before)).all())
            rejects = len(_old_rejects(connection, self._layout, course, before))
        return Erased(executions=runs, sessions=empty, rejects=rejects)

    def has_runs(self, course: int) -> bool:
        """Say whether there is a run of a course."""
        with self._database.reading() as connection:
            return connection.execute(select(_E.id).where(_E.course == course).limit(1)).first() is not None

    def erase(self, course: int, before: int, progress: Progress) -> Erased:
        """Erase what is older, and return what that was. It may be repeated after an error."""
        with self._database.reading() as connection:
            grouped = select(_E.session, func.count()).where(*_old(course, before)).group_by(_E.session)
            sessions = [(row[0], row[1]) for row in connection.execute(grouped)]
        erased, done, total = Erased(), 0, sum(count for _, count in sessions)
        progress(0, total)
        for names, count in _bundles(sessions):
            for part in self._in_turns(names, course, before):
                erased += part
            done += count
            progress(done, total)
        return erased + self._erase_rest(course, before)

    def _in_turns(self, sessions: Sequence[str], course: int, before: int) -> Iterator[Erased]:
        """Erase the old runs of some sessions, in as many transactions as it takes."""
        whole = False
        while not whole:
            begin = time.monotonic()
            erased, whole = self._database.write(_erase_old, self._layout, sessions, course, before)
            yield erased
            time.sleep(min(REST, time.monotonic() - begin))

    def _erase_rest(self, course: int, before: int) -> Erased:
        """Erase sessions without runs, and rejected records."""
        with self._database.reading() as connection:
            sessions: list[str] = list(connection.execute(_empty_sessions(self._layout, course, before)).scalars())
            rejects = _old_rejects(connection, self._layout, course, before)
        erased = Erased()
        for names in batched(sessions, CHUNK):
            erased += self._database.write(_erase_empty, self._layout, names, course, before)
        for ids in batched(rejects, CHUNK):
            erased += Erased(rejects=self._database.write(erase_rejects, ids))
        if not course:
            erased += self._database.write(_erase_strays, self._layout, before)
        return erased


def _bundles(sessions: Iterable[tuple[str, int]]) -> Iterator[tuple[list[str], int]]:
    """Yield sessions that have at most CHUNK runs together, or one with more, and how many those are."""
    names: list[str] = []
    size = 0
    for name, count in sessions:
        if names and size + count > CHUNK:
            yield names, size
            names, size = [], 0
        names.append(name)
        size += count
    if names:
        yield names, size


def _old(course: int, before: int) -> list[ColumnElement[bool]]:
    return [_E.course == course, before * MICROSECOND > _MOMENT]


def _empty_sessions(layout: Layout, course: int, before: int) -> Select[Any]:
    s = layout.session.c
    runs = select(_E.id).where(_E.session == s.session).exists()
    return select(s.session).where(s.course == course, s.updatetm < before, ~runs).order_by(s.session)


def _old_rejects(connection: Connection, layout: Layout, course: int, before: int) -> list[int]:
    r = t.rejects.c
    rows = connection.execute(select(r.id, r.session).where(r.received_at < before)).all()
    places = courses_of(connection, layout, {row[1] for row in rows})
    return [row[0] for row in rows if places.get(row[1], 0) == course]


def _erase_old(
    connection: Connection, layout: Layout, sessions: Sequence[str], course: int, before: int
) -> tuple[Erased, bool]:
    """Erase at most CHUNK old runs; sessions of which nothing is left go as a whole. Say whether all are done."""
    erased, room = Erased(), CHUNK
    for session in sessions:
        lock_session(connection, layout, session)
        old = select(_E.message).where(_E.session == session, *_old(course, before)).order_by(_E.id).limit(room)
        messages = list(connection.execute(old).scalars())
        if not messages:
            continue
        runs = connection.execute(select(func.count()).where(_E.session == session)).scalar_one()
        if runs == len(messages) and not _is_newer(connection, layout, session, before):
            erased += Erased(executions=erase_session(connection, layout, session), sessions=1)
        else:
            erased += Erased(executions=erase_runs(connection, layout, session, messages))
        room -= len(messages)
        if room <= 0:
            return erased, False
    return erased, True


def _is_newer(connection: Connection, layout: Layout, session: str, before: int) -> bool:
    """Say whether a session began, or anything of it that is no run came, after a moment."""
    return any(
        connection.execute(select(c.session).where(c.session == session, c.updatetm >= before).limit(1)).first()
        for c in (layout.session.c, layout.client_data.c, layout.server_data.c)
    )


def _erase_empty(
    connection: Connection, layout: Layout, sessions: Collection[str], course: int, before: int
) -> Erased:
    count = 0
    for session in sessions:
        lock_session(connection, layout, session)
        still = _empty_sessions(layout, course, before).where(layout.session.c.session == session)
        if connection.execute(still).first() and not _is_newer(connection, layout, session, before):
            erase_session(connection, layout, session)
            count += 1
    return Erased(sessions=count)


def _erase_strays(connection: Connection, layout: Layout, before: int) -> Erased:
    """Erase parts that are no runs, as they name no session or no message."""
    for table in (layout.client_data, layout.server_data):
        connection.execute(delete(table).where(table.c.session == "", table.c.updatetm < before))
    return Erased()
