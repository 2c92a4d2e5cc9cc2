"""Imported rows in the service's own tables, with their marks, executions and counts.

Each method is work for one transaction of the caller's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from app.joining import Key, client_part, merge, server_part
from app.moodle.import_rows import Row, mark_of, plain, record_of
from app.moodle.import_tally import Tally
from app.storage import tables as t
from app.storage.course_rules import read_closed
from app.storage.executions import ExecutionWriter, Places
from app.storage.layout import OWN
from app.storage.upsert import insert_missing, run_many, upsert

_MARKS = select(t.marks.c.mark).where(t.marks.c.mark.in_(bindparam("marks", expanding=True)))


class RowWriter:
    """Writes rows that are not there yet."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self._writer = ExecutionWriter(OWN, is_sqlite=is_sqlite)
        self._dialect = "sqlite" if is_sqlite else "mysql"

    def sessions(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Put in sessions that are new, and their executions into their place; return how many."""
        first: dict[str, Row] = {}
        for row in rows:
            first.setdefault(row["session"], plain(row))
        names = sorted(name for name in first if name)
        places = self._writer.lock(connection, names)
        new = [row for name, row in first.items() if name and name not in places.places]
        courses = self._courses(connection, {row["lti_id"] for row in new})
        for row in new:
            row["course"] = courses.get(row["lti_id"], 0) or row["course"]
        run_many(connection, insert_missing(self._dialect, t.session, ["session"]), new)
        marks = [mark_of(record_of("ltictr", row)) for row in new]
        run_many(connection, self._add_marks, [{"mark": mark} for mark in sorted(set(marks))])
        self._place(connection, [row["session"] for row in new])
        return len(new)

    def _place(self, connection: Connection, names: Sequence[str]) -> None:
        """Put executions into their course that the service has of sessions it did not know."""
        old = self._writer.nowhere(connection, names)
        if old:
            places = self._writer.lock(connection, names)
            self._writer.replace(connection, old, {key: row | places.place(key, row) for key, row in old.items()})

    @staticmethod
    def _courses(connection: Connection, ids: Collection[int]) -> dict[int, int]:
        c = t.ltis.c
        return {row[0]: row[1] for row in connection.execute(select(c.lti_id, c.course).where(c.lti_id.in_(ids)))}

    @property
    def _add_marks(self) -> Any:
        return insert_missing(self._dialect, t.marks, ["mark"])

    def tags(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Put in tags that are new, or later than those that are there; return how many."""
        newest: dict[Key, Row] = {}
        for row in map(plain, rows):
            key = (row["cell_id"], row["filename"])
            if key not in newest or row["updatetm"] >= newest[key]["updatetm"]:
                newest[key] = row
        c = t.tags.c
        query = select(t.tags).where(c.cell_id.in_(sorted({cell for cell, _ in newest})))
        there = {(row["cell_id"], row["filename"]): dict(row) for row in connection.execute(query).mappings()}
        wanted = [
            newest[key]
            for key in sorted(newest)
            if key not in there
            or (there[key]["updatetm"] <= newest[key]["updatetm"] and plain(there[key]) != newest[key])
        ]
        names = ("tags", "codenum", "updatetm")
        put = upsert(
            self._dialect, t.tags, ["cell_id", "filename"], lambda _, new: [(name, new[name]) for name in names]
        )
        run_many(connection, put, wanted)
        return len(wanted)

    def records(
        self,
        connection: Connection,
        name: str,
        kind: str,
        rows: Sequence[Row],
        tags: Mapping[Key, Row],
    ) -> Tally:
        """Put in records that are new, each with its mark, and what they tell of executions."""
        places = self._writer.lock(connection, {row["session"] for row in rows if row["session"]})
        closed = read_closed(connection)
        marked = [(row, _mark(kind, row, tags)) for row in map(plain, rows)]
        seen = {
            bytes(mark) for mark in connection.execute(_MARKS, {"marks": [mark for _, mark in marked]}).scalars()
        }
        tally = Tally()
        fresh: dict[bytes, Row] = {}
        for row, mark in marked:
            if places.places.get(row["session"], {}).get("course") in closed:
                tally.withheld += 1
            elif mark in seen or mark in fresh:
                tally.there += 1
            else:
                fresh[mark] = row
        run_many(connection, insert(t.metadata.tables[t.PREFIX + name]), list(fresh.values()))
        run_many(connection, insert(t.marks), [{"mark": mark} for mark in sorted(fresh)])
        self._join(connection, places, kind, list(fresh.values()), tags)
        tally.imported = len(fresh)
        return tally

    def _join(
        self, connection: Connection, places: Places, kind: str, rows: Sequence[Row], tags: Mapping[Key, Row]
    ) -> None:
        keys = {(row["session"], row["message"]) for row in rows if row["session"] and row["message"]}
        old = self._writer.of_keys(connection, keys)
        new: dict[Key, Row] = {}
        for row in rows:
            key = (row["session"], row["message"])
            if key in keys:
                execution = new.setdefault(key, dict(old[key]) if key in old else places.blank(key, None))
                if kind == "client":
                    codenum = tags.get((row["cell_id"], row["filename"]), {}).get("codenum", "")
                    merge(execution, client_part(row, codenum), "asked_us")
                else:
                    merge(execution, server_part(row), "answered_us")
        self._writer.replace(connection, old, new)


def _mark(kind: str, row: Row, tags: Mapping[Key, Row]) -> bytes:
    cell = tags.get((row["cell_id"], row["filename"])) if kind == "client" else None
    return mark_of(record_of(kind, row, cell["tags"] if cell else ""))
