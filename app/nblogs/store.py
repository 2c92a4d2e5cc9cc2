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

from sqlalchemy import Connection, bindparam, case, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from app.auth.caller import Caller
from app.errors import CallError
from app.nblogs.plan import Binding, Changes, Key, Outcome, Place, Planner, State
from app.nblogs.record import Record
from app.storage import tables as t
from app.storage.database import Database
from app.storage.group_commit import GroupCommit
from app.storage.upsert import insert_missing, run_many, upsert

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

Recheck = Callable[[Connection, Collection[Caller]], dict[str, CallError]]
"""Asks the database whether callers are still in force; the errors of those that are not, by caller key."""


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
        self._group = GroupCommit(self._write, commit_records)
        self._sql = _Statements("sqlite" if database.is_sqlite else "mysql")

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
        void = self._recheck(connection, {s.caller.key: s.caller for s in batch if not s.replayed}.values())
        errors = [None if s.replayed else void.get(s.caller.key) for s in batch]
        allowed = [s for s, error in zip(batch, errors, strict=True) if error is None]
        planner = Planner(self._load(connection, allowed, look_for_marks))
        results: list[Sequence[Outcome] | CallError] = []
        for submission, error in zip(batch, errors, strict=True):
            results.append(error or [planner.add(submission.caller, r) for r in submission.records])
        self._apply(connection, planner.changes, planner.state)
        return results

    def _load(self, connection: Connection, batch: Sequence[Submission], look_for_marks: bool) -> State:
        state = State(now_us=time.time_ns() // 1000)
        records = [record for submission in batch for record in submission.records]
        sql = self._sql
        self._load_sessions(connection, batch, state)
        state.courses = self._lock_activities(connection, records, state)
        servers = {(r.session, r.message) for r in records if r.kind == "server"}
        if not look_for_marks:  # else a client record may be one of long ago
            clients = {(r.session, r.message) for r in records if r.kind == "client"}
            servers -= clients - _reversed_pairs(records)
        if servers:
            state.asked = {(row[0], row[1]) for row in connection.execute(sql.asked, {"keys": list(servers)})}
        cells = {(r.cell_id, r.filename) for r in records if r.kind == "client" and r.tags}
        if cells:
            found = connection.execute(sql.tags, {"keys": list(cells)})
            state.tags = {(row[0], row[1]): row[2] for row in found}
        if look_for_marks:
            marks = [record.mark for record in records]
            state.seen = {bytes(row[0]) for row in connection.execute(sql.marks, {"marks": marks})}
        return state

    def _load_sessions(self, connection: Connection, batch: Sequence[Submission], state: State) -> None:
        names = {r.session for s in batch for r in s.records if r.session}
        state.sessions = self._read_sessions(connection, names)
        unknown = names - state.sessions.keys()
        # The first user name under an activity token is fixed in the binding.
        claimed = {r.session for s in batch if s.caller.limited for r in s.records if r.session}
        locked = sorted(unknown | claimed)
        if not locked:
            return
        run_many(connection, self._sql.lock_bindings, [{"session": name} for name in locked])
        state.sessions |= self._read_sessions(connection, unknown)
        found = connection.execute(self._sql.bindings, {"names": locked})
        state.bindings = {row[0]: Binding(row[1], row[2]) for row in found}

    def _read_sessions(self, connection: Connection, names: Collection[str]) -> dict[str, Place]:
        if not names:
            return {}
        found = connection.execute(self._sql.sessions, {"names": sorted(names)})
        return {row[0]: Place(row[1], row[2], row[3]) for row in found}

    def _lock_activities(self, connection: Connection, records: Iterable[Record], state: State) -> dict[int, int]:
        new = {r.lti_id: r for r in records if r.kind == "session" and r.session not in state.sessions}
        new.pop(0, None)
        if not new:
            return {}
        rows = [{"lti_id": lti_id, "inst_id": new[lti_id].inst_id} for lti_id in sorted(new)]
        run_many(connection, self._sql.lock_ltis, rows)
        return {row[0]: row[1] for row in connection.execute(self._sql.ltis, {"ids": sorted(new)})}

    def _apply(self, connection: Connection, changes: Changes, state: State) -> None:
        sql = self._sql
        # In the order of their keys, so that two processes don't wait for each other in a circle.
        run_many(connection, sql.add_marks, sorted(changes.marks, key=lambda row: row["mark"]))
        run_many(connection, sql.add_clients, changes.clients)
        run_many(connection, sql.add_servers, changes.servers)
        run_many(connection, sql.add_sessions, changes.sessions)
        run_many(connection, sql.put_tags, [changes.tags[key] for key in sorted(changes.tags)])
        run_many(connection, sql.put_executions, _execution_rows(changes, state))
        run_many(connection, sql.place_executions, [_place_row(row) for row in changes.sessions])
        bound = sorted(changes.bindings.items())
        rows = [{"of_session": s, "new_owner": b.owner, "new_username": b.username} for s, b in bound]
        run_many(connection, sql.put_bindings, rows)


def _reversed_pairs(records: Iterable[Record]) -> set[Key]:
    """Return the keys whose server record comes before its client record: those were not asked yet."""
    asked: set[Key] = set()
    early: set[Key] = set()
    for record in records:
        key = (record.session, record.message)
        if record.kind == "client":
            asked.add(key)
        elif record.kind == "server" and key not in asked:
            early.add(key)
    return early


def _place_row(row: dict[str, Any]) -> dict[str, Any]:
    new = {f"new_{name}": row[name] for name in ("course", "inst_id", "lti_id")}
    return {"of_session": row["session"], **new}


_BLANK_EXECUTION: dict[str, Any] = {
    "username": "",
    "filename": "",
    "codenum": "",
    "cell_id": "",
    "status": "",
    "asked_us": None,
    "answered_us": None,
}


def _execution_rows(changes: Changes, state: State) -> list[dict[str, Any]]:
    nowhere = Place()
    rows = []
    for (session, message), part in sorted(changes.executions.items()):
        place = state.sessions.get(session, nowhere)
        where = {"course": place.course, "inst_id": place.inst_id, "lti_id": place.lti_id}
        rows.append({"session": session, "message": message, **where, **_BLANK_EXECUTION, **part})
    return rows


def _put_execution(table: Any, new: Any) -> list[tuple[str, Any]]:
    """Take each part over where it is new or later than the one that is there; clocks last (see upsert)."""
    asked = func.coalesce(new.asked_us >= func.coalesce(table.c.asked_us, new.asked_us), False)
    answered = func.coalesce(new.answered_us >= func.coalesce(table.c.answered_us, new.answered_us), False)
    parts = (
        (asked, ("cell_id", "filename", "codenum", "asked_us")),
        (answered, ("status", "username", "answered_us")),
    )
    return [(name, case((test, new[name]), else_=table.c[name])) for test, names in parts for name in names]


class _Statements:
    """Every statement once, so that SQLAlchemy compiles it once."""

    def __init__(self, dialect: str) -> None:
        names: Any = bindparam("names", expanding=True)
        keys: Any = bindparam("keys", expanding=True)
        c = t.session.c
        self.sessions = (
            select(c.session, c.course, c.inst_id, c.lti_id).where(c.session.in_(names)).with_for_update(read=True)
        )
        b = t.bindings.c
        self.lock_bindings = insert_missing(dialect, t.bindings, ["session"])
        self.bindings = select(b.session, b.owner, b.username).where(b.session.in_(names))
        self.lock_ltis = insert_missing(dialect, t.ltis, ["lti_id"])
        ids: Any = bindparam("ids", expanding=True)
        self.ltis = select(t.ltis.c.lti_id, t.ltis.c.course).where(t.ltis.c.lti_id.in_(ids))
        a = t.client_data.c
        self.asked = select(a.session, a.message).where(tuple_(a.session, a.message).in_(keys))
        g = t.tags.c
        self.tags = select(g.cell_id, g.filename, g.codenum).where(tuple_(g.cell_id, g.filename).in_(keys))
        self.marks = select(t.marks.c.mark).where(t.marks.c.mark.in_(bindparam("marks", expanding=True)))
        self.add_marks = insert(t.marks)
        self.add_clients = insert(t.client_data)
        self.add_servers = insert(t.server_data)
        self.add_sessions = insert_missing(dialect, t.session, ["session"])
        self.put_tags = upsert(
            dialect,
            t.tags,
            ["cell_id", "filename"],
            lambda _, new: [(name, new[name]) for name in ("tags", "codenum", "updatetm")],
        )
        self.put_executions = upsert(dialect, t.executions, ["session", "message"], _put_execution)
        e = t.executions
        self.place_executions = (
            update(e)
            .where(e.c.session == bindparam("of_session"), e.c.lti_id == 0)
            .values({n: bindparam(f"new_{n}") for n in ("course", "inst_id", "lti_id")})
        )
        self.put_bindings = (
            update(t.bindings)
            .where(b.session == bindparam("of_session"))
            .values(owner=bindparam("new_owner"), username=bindparam("new_username"))
        )
