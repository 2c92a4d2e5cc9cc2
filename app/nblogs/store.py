"""Writes records in groups: loads what is known, plans, writes, commits.

Two processes may write parts of one session at the same moment. Three locks keep them from missing
each other: sessions are read with a share lock; for a session nobody knows yet a row in `bindings`
is locked first, for an activity a row in `ltis`; whoever comes second reads what the first committed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError

from app.auth.caller import Caller
from app.errors import CallError
from app.joining import Key
from app.nblogs import statements as sql
from app.nblogs.plan import Binding, Changes, Outcome, Place, Planner, State, counts, execution_rows
from app.nblogs.record import Record
from app.nblogs.statements import Statements
from app.storage import tables as t
from app.storage.course_rules import read_closed
from app.storage.database import Database, Unreachable
from app.storage.driver import Lookup, look_up, run_steps
from app.storage.erasing import erase_parts
from app.storage.group_commit import GroupCommit

WIDTHS = {
    "session": t.SESSION,
    "message": t.MESSAGE,
    "status": t.STATUS - 3,  # room for "/nc"
    "username": t.USERNAME,
    "cell_id": t.CELL_ID,
    "tags": t.TAGS,
    "date": t.DATE,
    "filename": t.FILENAME,
    "codenum": t.CODENUM,
}
"""The longest text of each field, in characters."""

MARK_TRIES = 5
_MARKS = select(t.marks.c.mark).where(t.marks.c.mark.in_(bindparam("marks", expanding=True)))

Recheck = Callable[[Connection, Collection[Caller]], dict[tuple[str, int], CallError]]
"""Asks the database whether callers are still in force; the errors of those that are not, by identity."""


@dataclass(frozen=True, slots=True)
class Submission:
    """The records of one request that can be stored, and who sent them.

    `replayed`: they were kept as rejected when the sender was in force, which need not last till now.
    """

    caller: Caller
    records: Sequence[Record]
    replayed: bool = False


class RecordStore:
    """Stores records; requests that wait at the same time share a commit."""

    def __init__(
        self,
        database: Database,
        recheck: Recheck,
        commit_records: int,
        committed: Callable[[float], None],
    ) -> None:
        self._database = database
        self._committed = committed
        self._recheck = recheck
        self._group = GroupCommit(self._write, commit_records, (Unreachable,))
        self._is_sqlite = database.is_sqlite
        self._layout = database.layout
        self._sql = Statements(is_sqlite=database.is_sqlite, layout=database.layout)
        self._closed: tuple[int, frozenset[int]] = (0, frozenset())

    def store(self, submission: Submission) -> Sequence[Outcome]:
        """Return what became of each record, after the commit.

        :raises CallError: the caller's token is no longer in force, or the database can't be used.
        """
        result = self._group.submit(submission, len(submission.records))
        if isinstance(result, CallError):
            raise result
        return result

    def _write(self, batch: Sequence[Submission]) -> Sequence[Sequence[Outcome] | CallError]:
        begin = time.perf_counter()
        # A record that is there already is rare: look for marks only after one was met.
        for attempt in range(MARK_TRIES):
            try:
                results = self._database.write(self._write_once, batch, attempt > 0)
                self._committed(time.perf_counter() - begin)
                return results
            except IntegrityError:
                if attempt == MARK_TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _write_once(
        self, connection: Connection, batch: Sequence[Submission], look_for_marks: bool
    ) -> Sequence[Sequence[Outcome] | CallError]:
        state, epoch = self._load(connection, batch, look_for_marks)
        errors = self._recheck_late(connection, batch, epoch)
        planner = Planner(state)
        results: list[Sequence[Outcome] | CallError] = []
        for submission, error in zip(batch, errors, strict=True):
            results.append(error or [planner.add(submission.caller, r) for r in submission.records])
        self._apply(connection, planner.changes, planner.state)
        return results

    def _recheck_late(
        self, connection: Connection, batch: Sequence[Submission], epoch: int
    ) -> list[CallError | None]:
        """Ask again for callers that were authenticated before some token was revoked."""
        late = {s.caller.identity: s.caller for s in batch if s.caller.epoch != epoch and not s.replayed}
        void = self._recheck(connection, late.values()) if late else {}
        return [None if s.replayed else void.get(s.caller.identity) for s in batch]

    def _load(
        self, connection: Connection, batch: Sequence[Submission], look_for_marks: bool
    ) -> tuple[State, int]:
        records = [record for submission in batch for record in submission.records]
        names = {r.session for r in records if r.session}
        # A client record of this batch needs no looking up, unless it may be one of long ago.
        servers = {(r.session, r.message) for r in records if r.kind == "server"}
        sure = [record for s in batch if not s.caller.limited for record in s.records]
        servers -= set() if look_for_marks else _asked_before(sure)
        cells = {(r.cell_id, r.filename) for r in records if r.kind == "client" and r.tags}
        lookups = [sql.epochs()]
        lookups += [sql.sessions(self._layout, names), *sql.tags(self._layout, cells)]
        named = {r.lti_id for s in batch if s.caller.courses is not None for r in s.records if r.kind == "session"}
        lookups += [sql.courses(self._layout, named)]
        # What is not among these is inserted as new; where it is not new after all, everything is looked for.
        known = {(r.session, r.message) for r in records} if look_for_marks else servers
        # An execution tells whether its client record is there, but not of one that the plugin has stored; records
        # without a message have none.
        lookups += [
            sql.executions({key for key in known if all(key)}),
            sql.asked(self._layout, {k for k in servers if not (all(k) and self._layout.own)}),
        ]
        state = State(now_us=time.time_ns() // 1000)
        epochs = self._ask(connection, lookups, state)
        state.closed = self._closed_courses(connection, epochs.get(t.CONSENTS, 0))
        activities = {s.caller.activity.lti_id for s in batch if s.caller.activity} if state.closed else ()
        if activities:
            self._ask(connection, [sql.courses(self._layout, activities)], state)
        self._lock_sessions(connection, batch, state, names)
        self._lock_activities(connection, records, state)
        if look_for_marks:
            marks = [record.mark for record in records]
            state.seen = {bytes(mark) for mark in connection.execute(_MARKS, {"marks": marks}).scalars()}
        return state, epochs.get(t.REVOCATIONS, 0)

    def _closed_courses(self, connection: Connection, epoch: int) -> frozenset[int]:
        """Return the courses whose records are not stored; they are read anew after a course changed its rules."""
        if self._closed[0] != epoch:
            self._closed = epoch, read_closed(connection)
        return self._closed[1]

    def _ask(self, connection: Connection, lookups: Sequence[Lookup], state: State) -> dict[str, int]:
        """Put what the lookups find into the state; return the epochs, where they were asked for."""
        epochs: dict[str, int] = {}
        for kind, *row in look_up(connection, lookups, is_sqlite=self._is_sqlite):
            if kind == sql.SESSION:
                # Of two rows that the plugin has made of one session, the first counts.
                state.sessions.setdefault(row[0], Place(int(row[1]), int(row[2]), int(row[3])))
            elif kind == sql.ASKED:
                state.asked.add((row[0], row[1]))
            elif kind == sql.TAGS:
                state.tags[row[0], row[1]] = row[2]
                state.tagged.add((row[0], row[1]))
            elif kind == sql.BINDING:
                state.bindings[row[0]] = Binding(row[1], row[2])
            elif kind == sql.COURSE:
                state.courses[int(row[0])] = int(row[1])
            elif kind == sql.EXECUTION:
                key, execution = sql.read_execution(row)
                state.executions[key] = execution
                if execution["asked_us"] is not None:
                    state.asked.add(key)
            else:
                epochs[row[0]] = int(row[1])
        return epochs

    def _lock_sessions(
        self, connection: Connection, batch: Sequence[Submission], state: State, names: Collection[str]
    ) -> None:
        unknown = names - state.sessions.keys()
        # The first user name under an activity token is fixed in the binding.
        claimed = {r.session for s in batch if s.caller.limited for r in s.records if r.session}
        locked = sorted(unknown | claimed)
        if not locked:
            return
        self._sql.lock_bindings.run(connection, [{"session": name} for name in locked])
        self._ask(connection, [sql.sessions(self._layout, unknown), sql.bindings(locked)], state)

    def _lock_activities(self, connection: Connection, records: Iterable[Record], state: State) -> None:
        new = {r.lti_id: r for r in records if r.kind == "session" and r.session not in state.sessions}
        new.pop(0, None)
        if new:
            if self._layout.own:  # what Moodle has is registered there
                rows = [{"lti_id": lti_id, "inst_id": new[lti_id].inst_id} for lti_id in sorted(new)]
                self._sql.lock_ltis.run(connection, rows)
            self._ask(connection, [sql.courses(self._layout, new)], state)

    def _apply(self, connection: Connection, changes: Changes, state: State) -> None:
        for session in sorted(changes.erased):
            erase_parts(connection, self._layout, session)
        statements = self._sql
        bound = sorted(changes.bindings.items())
        new, known = execution_rows(changes, state)
        placed = [_place_row(row) for row in changes.placed]
        # In the order of their keys, so that two processes don't wait for each other in a circle.
        steps = [
            (statements.add_marks, sorted(changes.marks, key=lambda row: row["mark"])),
            (statements.add_clients, statements.client_rows(changes.clients)),
            (statements.add_servers, changes.servers),
            (statements.add_sessions, changes.sessions),
            *statements.tag_steps(changes.tags, state.tagged),
            (statements.add_executions, new),
            (statements.put_executions, known),
            (statements.place_executions, placed),
            (statements.counts.add, counts((*new, *known), changes, state)),
            (statements.counts.add_session, [row for row in placed if row["new_course"]]),
            (
                statements.put_bindings,
                [{"of_session": s, "new_owner": b.owner, "new_username": b.username} for s, b in bound],
            ),
        ]
        run_steps(connection, steps, as_block=self._database.kind == "mariadb")


def _asked_before(records: Iterable[Record]) -> set[Key]:
    """Return the keys whose client record comes before any server record of theirs."""
    asked: set[Key] = set()
    early: set[Key] = set()
    for record in records:
        key = (record.session, record.message)
        if record.kind == "client":
            asked.add(key)
        elif record.kind == "server" and key not in asked:
            early.add(key)
    return asked - early


def _place_row(row: dict[str, Any]) -> dict[str, Any]:
    new = {f"new_{name}": row[name] for name in ("course", "inst_id", "lti_id")}
    return {"of_session": row["session"], **new}
