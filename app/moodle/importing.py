"""Brings the rows of mod_lticontainer out of a Moodle's database into the service's own tables.

Each batch is one transaction: its rows, their marks, their executions and counts, and the cursor that says how far
the import has come. So it may be killed at any moment and run again, and a second run brings what is new.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Table, select

from app.auth.caller import ADMIN, Caller
from app.errors import RecordRejected
from app.joining import Key
from app.ltis.store import LtiStore
from app.moodle.import_rows import Row, fault_of, record_of
from app.moodle.import_source import Source
from app.moodle.import_tally import Tally
from app.moodle.import_writer import RowWriter
from app.moodle.schema import MoodleTables
from app.nblogs.rejects import Reject, RejectStore, reject_record
from app.storage import tables as t
from app.storage.cursors import Cursors
from app.storage.database import Database

BATCH = 2_000
SETTLE = 1.0
"""Seconds after which a row with a lower id than the last one is committed, if it ever is."""
FUNCTION = "mod_lticontainer_write_nblogs"
_CALLER = Caller("import from Moodle", frozenset({ADMIN}))

Progress = Callable[[int, int], None]
"""Called with what is done, and what there is in all."""


class Importer:
    """Brings activities, sessions, tags and records of one Moodle.

    :param source: Moodle's database; only read.
    """

    def __init__(
        self, source: Database, moodle: MoodleTables, target: Database, ltis: LtiStore, rejects: RejectStore
    ) -> None:
        self._source = Source(source, moodle)
        self._target = target
        self._ltis = ltis
        self._rejects = rejects
        self._rows = RowWriter(is_sqlite=target.is_sqlite)
        self._cursors = Cursors(self._source.identity(), is_sqlite=target.is_sqlite)

    def run(self, progress: Progress) -> dict[str, Tally]:
        """Import everything that is not there yet; return what became of the rows of each table.

        :raises ServiceUnavailable: one of the databases does not answer. What was imported stays.
        :raises RejectLimit: more rows than the setting allows can't be taken.
        """
        tables = self._source.tables
        ends = {name: self._source.last_id(table) for name, table in tables.items()}
        time.sleep(SETTLE)
        found = {"activities": self._import_activities()}
        with self._target.reading() as connection:
            after = self._cursors.read(connection) | {"tags": 0}  # the plugin changes tags where they are
        total = sum(ends.values())
        passed = 0
        for name, table in tables.items():
            found[name] = self._already(table, after.get(name, 0))
            for rows, reached in self._source.batches(table, after.get(name, 0), ends[name], BATCH):
                found[name].add(self._batch(name, rows))
                progress(passed + reached, total)
            passed += ends[name]
            progress(passed, total)
        return found

    def _already(self, table: Table, last: int) -> Tally:
        count = self._source.count(table, last)
        return Tally(read=count, there=count)

    def _import_activities(self) -> Tally:
        ltis = self._source.activities()
        known = {lti.lti_id: lti for lti in self._ltis.list()}
        new = [lti for lti in ltis if not (known.get(lti.lti_id) and known[lti.lti_id].course_id)]
        for first in range(0, len(new), BATCH):
            self._ltis.register(new[first : first + BATCH], may_move=False)
        return Tally(read=len(ltis), imported=len(new), there=len(ltis) - len(new))

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
        work = {"session": self._rows.sessions, "tags": self._rows.tags}.get(name)
        if work:
            tally.add(self._target.write(self._one, work, name, taken, last))
        else:
            tags = self._tags(taken) if kind == "client" else {}
            tally.add(self._target.write(self._records, name, kind, taken, tags, last))
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

    def _records(
        self,
        connection: Connection,
        name: str,
        kind: str,
        rows: Sequence[Row],
        tags: Mapping[Key, Row],
        last: int,
    ) -> Tally:
        tally = self._rows.records(connection, name, kind, rows, tags)
        self._cursors.move(connection, name, last)
        return tally

    def _tags(self, rows: Sequence[Row]) -> dict[Key, Row]:
        """Return the tags that cells have in the service's own tables: those of the import, or newer ones."""
        c = t.tags.c
        cells = sorted({row["cell_id"] or "" for row in rows})
        with self._target.reading() as connection:
            found = connection.execute(select(t.tags).where(c.cell_id.in_(cells))).mappings()
            return {(row["cell_id"], row["filename"]): dict(row) for row in found}


def _reject(kind: str, row: Row, fault: str) -> Reject:
    reason = f"imported row {row['id']}: {fault}"
    return reject_record("json", FUNCTION, RecordRejected.code, reason, record_of(kind, row))
