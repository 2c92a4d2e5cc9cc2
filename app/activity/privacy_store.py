"""Finds and erases what belongs to a person, session by session.

A session is one notebook opened once, so it is one person's as a rule: where its runs name no other user, it
goes as a whole, with runs that name nobody. Where they do, as in a shared account, only the person's own runs go.
Each session is a short transaction of its own, which locks it first: whoever is just writing to it comes
before, or after. What comes after is new data.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, or_, select, update

from app.activity.execution import Execution
from app.activity.executions_store import COLUMNS
from app.activity.privacy import NO_USER, Erased, names
from app.storage import tables as t
from app.storage.activities import courses_of
from app.storage.batches import batched
from app.storage.counts import forget_user
from app.storage.database import Database
from app.storage.erasing import erase_rejects, erase_runs, erase_session
from app.storage.layout import Layout

CHUNK = 500
"""The most cell runs that one transaction erases."""
PASSES = 3
"""So often is looked again for what came meanwhile."""
ID_CHUNK = 200

Progress = Callable[[int, int], None]
"""Called with what is done, and what there is in all."""


class PrivacyStore:
    """Reads and erases one person's data. `course` 0 means every course."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._layout = database.layout

    def sessions(self, username: str, course: int) -> list[str]:
        """Return the sessions in which a person ran something, sorted."""
        e, s, d, b = t.executions.c, self._layout.session.c, self._layout.server_data.c, t.bindings.c
        of_course = s.session.in_(select(s.session).where(s.course == course))
        runs = select(e.session).where(e.username == username, *([e.course == course] if course else []))
        answers = select(d.session).where(d.username == username, d.session != "")
        bound = select(b.session).where(b.username == username)
        if course:
            answers = answers.where(d.session.in_(select(s.session).where(of_course)))
            bound = bound.where(b.session.in_(select(s.session).where(of_course)))
        with self._database.reading() as connection:
            found = [connection.execute(query).scalars().all() for query in (runs, answers, bound)]
            return sorted({name for names in found for name in names})

    def users(self, course: int) -> list[str]:
        """Return the names under which something is stored in a course, sorted; also of unfinished runs."""
        s, d = self._layout.session.c, self._layout.server_data.c
        of_course = select(s.session).where(s.course == course)
        queries = [
            *(select(c.username).where(c.course == course).distinct() for c in (t.executions.c, t.rosters.c)),
            *(select(c.username).where(c.session.in_(of_course)).distinct() for c in (t.bindings.c, t.rejects.c)),
        ]
        # Moodle's column takes names for equal that differ in an accent.
        exactly = self._layout.exactly(d.username)
        answers = select(func.min(d.username)).where(d.session.in_(of_course)).group_by(exactly)
        with self._database.reading() as connection:
            each = [connection.execute(query).scalars().all() for query in (*queries, answers)]
        return sorted({name for names in each for name in names if name and name not in NO_USER})

    def executions(self, username: str, sessions: Collection[str], after: int, limit: int) -> list[Execution]:
        """Return a person's runs in these sessions, behind the row `after`: those that name no one else."""
        e = t.executions.c
        shared = self._shared(username, sessions)
        own = [name for name in sessions if name not in shared]
        theirs = or_(
            and_(e.session.in_(own), e.username.in_((username, *NO_USER))),
            and_(e.session.in_(shared), e.username == username),
        )
        statement = select(*COLUMNS).where(e.id > after, theirs).order_by(e.id).limit(limit)
        with self._database.reading() as connection:
            return [Execution._make(row) for row in connection.execute(statement)]

    def _shared(self, username: str, sessions: Collection[str]) -> list[str]:
        with self._database.reading() as connection:
            return [name for name in sessions if _others(connection, self._layout, name, username)]

    def places(self, sessions: Collection[str]) -> list[tuple[str, int, int]]:
        """Return (session, course, lti_id) of the sessions whose place is known."""
        c = self._layout.session.c
        statement = select(c.session, c.course, c.lti_id).where(c.session.in_(sessions)).order_by(c.session)
        with self._database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(statement)]

    def rejects(self, username: str, course: int, sessions: Collection[str]) -> list[int]:
        """Return the rejected records that name a person, or are of their sessions.

        In every course a record counts as theirs that names them anywhere in its raw text.
        """
        r = t.rejects.c
        named = select(r.session).where(r.username == username).distinct()
        statement = select(r.id, r.session, r.username, r.raw).order_by(r.id)
        known = set(sessions)
        with self._database.reading() as connection:
            places = courses_of(connection, self._layout, connection.execute(named).scalars().all())
            found = connection.execution_options(yield_per=ID_CHUNK).execute(statement)
            return [
                row[0]
                for row in found
                if row[1] in known
                or (course in (0, places.get(row[1], 0)) and row[2] == username)
                or (not course and names(row[3], username))
            ]

    def rosters(self, username: str, course: int) -> list[int]:
        """Return the courses whose rosters name a person."""
        c = t.rosters.c
        statement = select(c.course).where(*_listed(username, course)).order_by(c.course)
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def erase(self, username: str, course: int, progress: Progress) -> Erased:
        """Erase all that belongs to a person, and return what that was. It may be repeated after an error."""
        erased, cells = self._database.write(_erase_rosters, username, course), set[tuple[str, str]]()
        for _ in range(PASSES):
            sessions = self.sessions(username, course)
            rejects = self.rejects(username, course, sessions)
            if not sessions and not rejects:
                break
            for done, session in enumerate(sessions):
                progress(done, len(sessions))
                cells |= self._cells(session)
                erased += self._erase_session(username, session)
            progress(len(sessions), len(sessions))
            for chunk in batched(rejects, ID_CHUNK):
                erased += Erased(rejects=self._database.write(erase_rejects, chunk))
        if not course:
            erased += self._database.write(_erase_strays, self._layout, username)
        self._database.write(forget_user, username)
        return erased + Erased(cells=self._erase_tags(cells))

    def _cells(self, session: str) -> set[tuple[str, str]]:
        c = self._layout.client_data.c
        with self._database.reading() as connection:
            return _cells(connection, self._layout, c.session == session)

    def _erase_session(self, username: str, session: str) -> Erased:
        erased = Erased()
        while True:
            part, whole = self._database.write(_erase_part, self._layout, username, session)
            erased += part
            if whole:
                return erased

    def _erase_tags(self, cells: Collection[tuple[str, str]]) -> int:
        """Erase the tags of cells that nobody else has run."""
        count = 0
        for chunk in batched(sorted(cells), ID_CHUNK if self._layout.own else CHUNK):
            with self._database.reading() as connection:
                unused = _unused(connection, self._layout, chunk)
            for few in batched(sorted(unused), ID_CHUNK):
                count += self._database.write(_erase_tags, self._layout, few)
        return count


def _cells(connection: Connection, layout: Layout, where: ColumnElement[bool]) -> set[tuple[str, str]]:
    """Return (cell_id, filename) of the cells that were run under a condition."""
    c = layout.client_data.c
    each = (layout.exactly(c.cell_id), layout.exactly(c.filename))
    rows = connection.execute(select(func.min(c.cell_id), func.min(c.filename)).where(where).group_by(*each))
    return {(row[0] or "", row[1] or "") for row in rows}


def lock_session(connection: Connection, layout: Layout, session: str) -> None:
    """Make others who write to a session wait for the end of this transaction."""
    for table in (layout.session, t.bindings):
        connection.execute(select(table.c.session).where(table.c.session == session).with_for_update()).all()


def _others(connection: Connection, layout: Layout, session: str, username: str) -> bool:
    """Say whether a session has runs or answers that name another user."""
    return any(
        connection.execute(
            select(table.c.session)
            .where(table.c.session == session, table.c.username.not_in((username, *NO_USER)))
            .limit(1)
        ).first()
        for table in (t.executions, layout.server_data)
    )


def _erase_part(connection: Connection, layout: Layout, username: str, session: str) -> tuple[Erased, bool]:
    """Erase a part of a session's runs, or what is left of it; say whether that was the last part."""
    lock_session(connection, layout, session)
    e = t.executions.c
    shared = _others(connection, layout, session, username)
    whose: list[ColumnElement[bool]] = [e.username == username] if shared else []
    found = select(e.message).where(e.session == session, *whose).order_by(e.id).limit(CHUNK)
    messages = list(connection.execute(found).scalars())
    if len(messages) == CHUNK:
        return Erased(executions=erase_runs(connection, layout, session, messages)), False
    if not shared:
        return Erased(executions=erase_session(connection, layout, session), sessions=1), True
    runs = erase_runs(connection, layout, session, messages) if messages else 0
    d, b = layout.server_data.c, t.bindings.c
    connection.execute(delete(layout.server_data).where(d.session == session, d.username == username))
    connection.execute(update(t.bindings).where(b.session == session, b.username == username).values(username=""))
    return Erased(executions=runs), True


def _listed(username: str, course: int) -> list[ColumnElement[bool]]:
    c = t.rosters.c
    return [c.username == username, *([c.course == course] if course else [])]


def _erase_rosters(connection: Connection, username: str, course: int) -> Erased:
    return Erased(rosters=connection.execute(delete(t.rosters).where(*_listed(username, course))).rowcount)


def _erase_strays(connection: Connection, layout: Layout, username: str) -> Erased:
    """Erase answers that came without a session."""
    d = layout.server_data.c
    connection.execute(delete(layout.server_data).where(d.session == "", d.username == username))
    return Erased()


def unused_cells(layout: Layout, cells: Collection[tuple[str, str]]) -> Select[Any]:
    """Return the statement that finds cells with tags, among these, that nobody has run; for the own layout."""
    c, tags = layout.client_data.c, layout.tags.c
    run = select(c.id).where(c.cell_id == tags.cell_id, c.filename == tags.filename).exists()
    return select(tags.cell_id, tags.filename).where(layout.cells(cells), ~run)


def _unused(connection: Connection, layout: Layout, cells: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    if layout.own:
        return {(row[0], row[1]) for row in connection.execute(unused_cells(layout, cells))}
    # Moodle's table has no index of cells: it is read once for all of them.
    these = layout.client_data.c.cell_id.in_({cell for cell, _ in cells})
    return set(cells) - _cells(connection, layout, these)


def _erase_tags(connection: Connection, layout: Layout, cells: Collection[tuple[str, str]]) -> int:
    # Whoever is just running one of them has a share lock on its tags: wait, and ask again who has run it.
    connection.execute(select(layout.tags.c.id).where(layout.cells(cells)).with_for_update()).all()
    unused = _unused(connection, layout, cells)
    return connection.execute(delete(layout.tags).where(layout.cells(unused))).rowcount
