"""Brings the rows of mod_lticontainer out of a Moodle's database into the service's own tables.

Each batch is one transaction: its rows, their marks, their executions and counts, and the cursor that says how far
the import has come. So it may be killed at any moment and run again, and a second run brings what is new.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select

from app.auth.caller import ADMIN, Caller
from app.errors import RecordRejected
from app.joining import Key, client_part, merge, server_part
from app.ltis.store import Lti, LtiStore
from app.moodle.import_rows import Row, fault_of, mark_of, plain, record_of
from app.moodle.schema import MoodleTables
from app.nblogs.rejects import Reject, RejectStore, reject_record
from app.storage import tables as t
from app.storage.course_rules import read_closed
from app.storage.cursors import Cursors
from app.storage.database import Database
from app.storage.executions import ExecutionWriter, Places
from app.storage.layout import OWN
from app.storage.upsert import insert_missing, run_many, upsert

BATCH = 2_000
SETTLE = 1.0
"""Seconds after which a row with a lower id than the last one is committed, if it ever is."""
FUNCTION = "mod_lticontainer_write_nblogs"
_CALLER = Caller("import from Moodle", frozenset({ADMIN}))

Progress = Callable[[int, int], None]
"""Called with what is done, and what there is in all."""


@dataclass
class Tally:
    """What became of the rows of one table; the first is the sum of the others."""

    read: int = 0
    imported: int = 0
    there: int = 0
    rejected: int = 0
    withheld: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add what became of more rows."""
        for name in ("read", "imported", "there", "rejected", "withheld"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count


class Importer:
    """Brings activities, sessions, tags and records of one Moodle.

    :param source: Moodle's database; only read.
    """

    def __init__(
        self, source: Database, moodle: MoodleTables, target: Database, ltis: LtiStore, rejects: RejectStore
    ) -> None:
        self._source = source
        self._moodle = moodle
        self._target = target
        self._ltis = ltis
        self._rejects = rejects
        self._writer = ExecutionWriter(OWN, is_sqlite=target.is_sqlite)
        self._dialect = "sqlite" if target.is_sqlite else "mysql"
        self._cursors = Cursors(self._identity(), is_sqlite=target.is_sqlite)

    def run(self, progress: Progress) -> dict[str, Tally]:
        """Import everything that is not there yet; return what became of the rows of each table.

        :raises ServiceUnavailable: one of the databases does not answer. What was imported stays.
        :raises RejectLimit: more rows than the setting allows can't be taken.
        """
        tables = {
            "session": self._moodle.lticontainer_session,
            "tags": self._moodle.lticontainer_tags,
            "client_data": self._moodle.lticontainer_client_data,
            "server_data": self._moodle.lticontainer_server_data,
        }
        ends = {name: self._last_id(table) for name, table in tables.items()}
        time.sleep(SETTLE)
        found = {"activities": self._import_activities()}
        with self._target.reading() as connection:
            after = self._cursors.read(connection) | {"tags": 0}  # the plugin changes tags where they are
        total = sum(ends.values())
        passed = 0
        for name, table in tables.items():
            found[name] = self._already(table, after.get(name, 0))
            for rows, reached in self._batches(table, after.get(name, 0), ends[name]):
                found[name].add(self._batch(name, rows))
                progress(passed + reached, total)
            passed += ends[name]
            progress(passed, total)
        return found

    # The source.

    def _identity(self) -> str:
        """Return what stands for this Moodle, however it is reached."""
        c = self._moodle.config.c
        with self._source.reading() as connection:
            name = connection.execute(select(c.value).where(c.name == "siteidentifier")).scalar()
            url = self._source.engine.url
            place = name or f"{url.host}:{url.port}/{url.database}"
        return blake2b(f"{place} {self._moodle.config.name}".encode(), digest_size=16).hexdigest()

    def _last_id(self, table: Table) -> int:
        with self._source.reading() as connection:
            return int(connection.execute(select(func.max(table.c.id))).scalar() or 0)

    def _already(self, table: Table, last: int) -> Tally:
        query = select(func.count()).select_from(table).where(table.c.id <= last)
        with self._source.reading() as connection:
            count = int(connection.execute(query).scalar_one()) if last else 0
        return Tally(read=count, there=count)

    def _batches(self, table: Table, after: int, end: int) -> Iterator[tuple[list[Row], int]]:
        while after < end:
            query = select(table).where(table.c.id > after, table.c.id <= end).order_by(table.c.id).limit(BATCH)
            with self._source.reading() as connection:
                rows = [dict(row) for row in connection.execute(query).mappings()]
            if not rows:
                return
            after = rows[-1]["id"]
            yield rows, after

    # Activities.

    def _import_activities(self) -> Tally:
        ltis = self._read_activities()
        known = {lti.lti_id: lti for lti in self._ltis.list()}
        new = [lti for lti in ltis if not (known.get(lti.lti_id) and known[lti.lti_id].course_id)]
        for first in range(0, len(new), BATCH):
            self._ltis.register(new[first : first + BATCH], may_move=False)
        return Tally(read=len(ltis), imported=len(new), there=len(ltis) - len(new))

    def _read_activities(self) -> list[Lti]:
        """Return the activities that sessions name, and those of courses with an instance of the plugin."""
        m = self._moodle
        lti, session, instance = m.lti.c, m.lticontainer_session.c, m.lticontainer.c
        last = select(func.max(session.id)).where(session.lti_id != 0).group_by(session.lti_id)
        named = select(session.lti_id, session.course, session.inst_id).where(session.id.in_(last))
        instances = select(instance.course, func.min(instance.id)).group_by(instance.course)
        with self._source.reading() as connection:
            seen = {row[0]: row for row in connection.execute(named)}
            of_course = {row[0]: row[1] for row in connection.execute(instances)}
            found = {
                row.id: Lti(row.id, row.course, seen[row.id][2] or of_course.get(row.course, 0), row.name)
                if row.id in seen
                else Lti(row.id, row.course, of_course[row.course], row.name)
                for row in connection.execute(select(lti.id, lti.course, lti.name))
                if row.id in seen or row.course in of_course
            }
        # An activity that is gone from Moodle is still in its sessions.
        found |= {i: Lti(i, row[1], row[2]) for i, row in seen.items() if i not in found and row[1]}
        return [found[i] for i in sorted(found)]

    # Rows.

    def _batch(self, name: str, rows: Sequence[Row]) -> Tally:
        last = rows[-1]["id"]
        good = [(row, fault_of(row)) for row in rows]
        tally = Tally(read=len(rows))
        kind = {"client_data": "client", "server_data": "server"}.get(name, "ltictr")
        bad = [(row, fault) for row, fault in good if fault]
        tally.rejected = len(bad)
        tally.reasons = dict(Counter(fault for _, fault in bad))
        if bad:
            # Each is kept once, however often this is repeated.
            self._rejects.keep(_CALLER, [_reject(kind, row, fault) for row, fault in bad])
        taken = [row for row, fault in good if not fault]
        work = {"session": self._write_sessions, "tags": self._write_tags}.get(name)
        if work:
            tally.add(self._target.write(self._one, work, name, taken, last))
        else:
            tags = self._tags(taken) if kind == "client" else {}
            tally.add(self._target.write(self._write_records, name, kind, taken, tags, last))
        return tally

    def _one(
        self,
        connection: Connection,
        work: Callable[[Connection, Sequence[Row]], int],
        name: str,
        rows: Sequence[Row],
        last: int,
    ) -> Tally:
        imported = work(connection, rows)
        self._cursors.move(connection, name, last)
        return Tally(imported=imported, there=len(rows) - imported)

    def _write_sessions(self, connection: Connection, rows: Sequence[Row]) -> int:
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

    def _write_tags(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Put in tags that are new, or later than those that are there."""
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

    def _tags(self, rows: Sequence[Row]) -> dict[Key, Row]:
        """Return the tags that cells have in the service's own tables: those of the import, or newer ones."""
        c = t.tags.c
        cells = sorted({row["cell_id"] or "" for row in rows})
        with self._target.reading() as connection:
            found = connection.execute(select(t.tags).where(c.cell_id.in_(cells))).mappings()
            return {(row["cell_id"], row["filename"]): dict(row) for row in found}

    def _write_records(
        self,
        connection: Connection,
        name: str,
        kind: str,
        rows: Sequence[Row],
        tags: Mapping[Key, Row],
        last: int,
    ) -> Tally:
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
        self._cursors.move(connection, name, last)
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


def _reject(kind: str, row: Row, fault: str) -> Reject:
    reason = f"imported row {row['id']}: {fault}"
    return reject_record("json", FUNCTION, RecordRejected.code, reason, record_of(kind, row))


_MARKS = select(t.marks.c.mark).where(t.marks.c.mark.in_(bindparam("marks", expanding=True)))


def _mark(kind: str, row: Row, tags: Mapping[Key, Row]) -> bytes:
    cell = tags.get((row["cell_id"], row["filename"])) if kind == "client" else None
    return mark_of(record_of(kind, row, cell["tags"] if cell else ""))
