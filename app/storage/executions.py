"""Executions written out of stored rows, with their counts: where old rows are brought in, or all is made anew.

Statements run in the caller's transaction. It begins with :meth:`ExecutionWriter.lock`, as the writing of records
does, so that neither misses what the other has committed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, tuple_

from app.counting import CountChanges
from app.joining import BLANK, Key, Row
from app.storage import tables as t
from app.storage.counts import CountStatements
from app.storage.driver import Prepared
from app.storage.layout import Layout
from app.storage.upsert import insert_missing, run_many, upsert

KEYS = ("session", "message")
PLACE = ("course", "inst_id", "lti_id")
COLUMNS = (*KEYS, *PLACE, *BLANK)
NOWHERE: Mapping[str, int] = dict.fromkeys(PLACE, 0)


@dataclass(frozen=True, slots=True)
class Places:
    """Where sessions belong, and those that an activity token of another activity began to write."""

    places: Mapping[str, Mapping[str, int]]
    foreign: frozenset[str]

    def place(self, key: Key, old: Row | None) -> Row:
        """Return where an execution belongs."""
        place: Mapping[str, Any] = self.places.get(key[0], NOWHERE)
        if old is not None and key[0] in self.foreign:
            # What such a token has written before its session was known stays where it is: nowhere.
            place = old
        return {name: place[name] for name in PLACE}

    def blank(self, key: Key, old: Row | None) -> Row:
        """Return an execution of which nothing is known but its place."""
        return {"session": key[0], "message": key[1], **self.place(key, old), **BLANK}


class ExecutionWriter:
    """Reads executions under a lock, and puts others in their place."""

    def __init__(self, layout: Layout, *, is_sqlite: bool) -> None:
        dialect = "sqlite" if is_sqlite else "mysql"
        e, s, b = t.executions.c, layout.session.c, t.bindings.c
        put = upsert(dialect, t.executions, KEYS, lambda _, new: [(name, new[name]) for name in (*PLACE, *BLANK)])
        self._put = Prepared(put, is_sqlite=is_sqlite, names=COLUMNS)
        self._counts = CountStatements(is_sqlite=is_sqlite, layout=layout)
        self._bind = insert_missing(dialect, t.bindings, ["session"])
        self._bindings = select(b.session, b.owner).where(b.session.in_(bindparam("names", expanding=True)))
        places = select(s.session, *(s[name] for name in PLACE)).order_by(s.id.desc())
        self._places = places.where(s.session.in_(bindparam("names", expanding=True))).with_for_update()
        columns = [e[name] for name in COLUMNS]
        of_keys = tuple_(e.session, e.message).in_(bindparam("keys", expanding=True))
        self._of_keys = select(*columns).where(of_keys).with_for_update()
        of_sessions = e.session.in_(bindparam("names", expanding=True))
        self._of_sessions = select(*columns).where(of_sessions).with_for_update()
        self._nowhere = self._of_sessions.where(e.lti_id == 0)
        self._remove = delete(t.executions).where(
            e.session == bindparam("of_session"), e.message == bindparam("of_message")
        )

    def lock(self, connection: Connection, names: Collection[str]) -> Places:
        """Make others who write to these sessions wait till the transaction ends; return where they belong."""
        ordered = {"names": sorted(names)}
        if not names:
            return Places({}, frozenset())
        places = self._find(connection, ordered)
        unknown = [name for name in ordered["names"] if name not in places]
        if unknown:
            # Whoever writes to a session that nobody knows locks its row here first.
            run_many(connection, self._bind, [{"session": name} for name in unknown])
            places |= self._find(connection, {"names": unknown})
        owners = {row.session: row.owner for row in connection.execute(self._bindings, ordered)}
        foreign = {
            name
            for name, owner in owners.items()
            if owner.startswith("activity:") and owner != _activity(places.get(name, NOWHERE))
        }
        return Places(places, frozenset(foreign))

    def _find(self, connection: Connection, names: Mapping[str, Any]) -> dict[str, Mapping[str, int]]:
        # Of two rows of one session, which only Moodle's table can hold, the first counts: it comes last here.
        rows = connection.execute(self._places, names).mappings()
        return {row["session"]: {name: row[name] for name in PLACE} for row in rows}

    def of_keys(self, connection: Connection, keys: Collection[Key]) -> dict[Key, Row]:
        """Return the executions that are there of some cell runs, locked."""
        return self._read(connection, self._of_keys, {"keys": sorted(keys)}) if keys else {}

    def of_sessions(self, connection: Connection, names: Collection[str]) -> dict[Key, Row]:
        """Return all executions of some sessions, locked."""
        return self._read(connection, self._of_sessions, {"names": sorted(names)}) if names else {}

    def nowhere(self, connection: Connection, names: Collection[str]) -> dict[Key, Row]:
        """Return the executions of some sessions that have no place, locked."""
        return self._read(connection, self._nowhere, {"names": sorted(names)}) if names else {}

    @staticmethod
    def _read(connection: Connection, statement: Any, values: Mapping[str, Any]) -> dict[Key, Row]:
        rows = connection.execute(statement, values).mappings()
        return {(row["session"], row["message"]): dict(row) for row in rows}

    def replace(self, connection: Connection, old: Mapping[Key, Row], new: Mapping[Key, Row]) -> int:
        """Put new executions in the place of old ones, and return how many differ.

        What is not among the new ones is deleted.
        """
        counts = CountChanges()
        changed = [(key, row) for key, row in sorted(new.items()) if row != old.get(key)]
        for key, row in changed:
            counts.move(old.get(key), row)
        gone = sorted(old.keys() - new.keys())
        for key in gone:
            counts.remove(old[key])
        run_many(connection, self._remove, [{"of_session": s, "of_message": m} for s, m in gone])
        self._put.run(connection, [row for _, row in changed])
        self._counts.add.run(connection, counts.rows())
        return len(changed) + len(gone)


def _activity(place: Mapping[str, int]) -> str:
    return f"activity:{place['inst_id']}:{place['lti_id']}"
