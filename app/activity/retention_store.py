"""Erases what is older than a course keeps it, a few hundred runs at a time, so that writers never wait long."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select

from app.activity.execution import MICROSECOND
from app.activity.privacy import Erased, batched
from app.activity.privacy_store import CHUNK, Progress, lock_session
from app.storage import tables as t
from app.storage.database import Database
from app.storage.erasing import erase_rejects, erase_runs, erase_session

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

    def courses(self) -> list[int]:
        """Return every course of which there is a session or a run."""
        with self._database.reading() as connection:
            columns = (_E.course, t.session.c.course)
            found = [connection.execute(select(column).distinct()).scalars().all() for column in columns]
            return sorted({course for courses in found for course in courses})

    def count(self, course: int, before: int) -> Erased:
        """Return what is older."""
        with self._database.reading() as connection:
            runs = connection.execute(select(func.count()).where(*_old(course, before))).scalar_one()
            empty = len(connection.execute(_empty_sessions(course, before)).all())
            rejects = len(connection.execute(_old_rejects(course, before)).all())
        return Erased(executions=runs, sessions=empty, rejects=rejects)

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
            erased, whole = self._database.write(_erase_old, sessions, course, before)
            yield erased
            time.sleep(min(REST, time.monotonic() - begin))

    def _erase_rest(self, course: int, before: int) -> Erased:
        """Erase sessions without runs, and rejected records."""
        with self._database.reading() as connection:
            sessions: list[str] = list(connection.execute(_empty_sessions(course, before)).scalars())
            rejects: list[int] = list(connection.execute(_old_rejects(course, before)).scalars())
        erased = Erased()
        for names in batched(sessions, CHUNK):
            erased += self._database.write(_erase_empty, names, course, before)
        for ids in batched(rejects, CHUNK):
            erased += Erased(rejects=self._database.write(erase_rejects, ids))
        if not course:
            erased += self._database.write(_erase_strays, before)
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


def _empty_sessions(course: int, before: int) -> Select[Any]:
    s = t.session.c
    runs = select(_E.id).where(_E.session == s.session).exists()
    return select(s.session).where(s.course == course, s.updatetm < before, ~runs).order_by(s.session)


def _old_rejects(course: int, before: int) -> Select[Any]:
    r, s = t.rejects.c, t.session.c
    place = select(func.coalesce(func.max(s.course), 0)).where(s.session == r.session).scalar_subquery()
    return select(r.id).where(r.received_at < before, place == course)


def _erase_old(connection: Connection, sessions: Sequence[str], course: int, before: int) -> tuple[Erased, bool]:
    """Erase at most CHUNK old runs; sessions of which nothing is left go as a whole. Say whether all are done."""
    erased, room = Erased(), CHUNK
    for session in sessions:
        lock_session(connection, session)
        old = select(_E.message).where(_E.session == session, *_old(course, before)).order_by(_E.id).limit(room)
        messages = list(connection.execute(old).scalars())
        if not messages:
            continue
        runs = connection.execute(select(func.count()).where(_E.session == session)).scalar_one()
        if runs == len(messages) and not _is_newer(connection, session, before):
            erased += Erased(executions=erase_session(connection, session), sessions=1)
        else:
            erased += Erased(executions=erase_runs(connection, session, messages))
        room -= len(messages)
        if room <= 0:
            return erased, False
    return erased, True


def _is_newer(connection: Connection, session: str, before: int) -> bool:
    """Say whether a session began, or anything of it that is no run came, after a moment."""
    return any(
        connection.execute(select(c.session).where(c.session == session, c.updatetm >= before).limit(1)).first()
        for c in (t.session.c, t.client_data.c, t.server_data.c)
    )


def _erase_empty(connection: Connection, sessions: Collection[str], course: int, before: int) -> Erased:
    count = 0
    for session in sessions:
        lock_session(connection, session)
        still = _empty_sessions(course, before).where(t.session.c.session == session)
        if connection.execute(still).first() and not _is_newer(connection, session, before):
            erase_session(connection, session)
            count += 1
    return Erased(sessions=count)


def _erase_strays(connection: Connection, before: int) -> Erased:
    """Erase parts that are no runs, as they name no session or no message."""
    for table in (t.client_data, t.server_data):
        connection.execute(delete(table).where(table.c.session == "", table.c.updatetm < before))
    return Erased()
