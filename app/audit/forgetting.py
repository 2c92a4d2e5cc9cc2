"""Takes the names of erased persons out of the log of changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, select, update

from app.audit.entry import NAME_LIMIT, Actor, Target, shown
from app.audit.persons import Persons
from app.storage import tables as t
from app.storage.database import Database

UserOf = Callable[[int, str], str | None]
"""From (course, object) to the person whom the object is named after; None: no one."""
_C = t.audit.c


class PersonLog:
    """The persons in the log: as whom someone acted, and in the names of objects that are theirs."""

    def __init__(self, database: Database, persons: Persons, user_of: UserOf) -> None:
        self._database = database
        self._persons = persons
        self._user_of = user_of

    def subject(self, name: str, course: int) -> Target:
        """Return the target of an act on a person."""
        return Target(course=course, object=self._persons.hide(name))

    def hidden(self, actor: Actor, name: str) -> Actor:
        """Return who acts, without the name of the person on whom they act."""
        return replace(actor, on_behalf=self._persons.hide(name)) if actor.on_behalf == name else actor

    def forget(self, name: str, course: int) -> None:
        """Hide a name in all entries of a course, or with 0 in all there are. It may be repeated.

        :raises ServiceUnavailable: nothing was changed.
        """
        self._database.write(self._forget, name, course)

    def _forget(self, connection: Connection, name: str, course: int) -> None:
        hidden = self._persons.hide(name)
        where = [_C.course == course] if course else []
        theirs = update(t.audit).where(_C.on_behalf == shown(name, NAME_LIMIT), *where)
        connection.execute(theirs.values(on_behalf=hidden))
        named = select(_C.id, _C.course, _C.object, _C.result).where(
            _C.object.endswith(name, autoescape=True), *where
        )
        for row in connection.execute(named).all():
            if self._user_of(row.course, row.object) == name:
                new = row.object.removesuffix(name) + hidden
                values = {"object": new, "result": row.result.replace(row.object, new)}
                connection.execute(update(t.audit).where(_C.id == row.id).values(values))
