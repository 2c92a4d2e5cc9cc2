"""What a batch of records changes, decided from what the database knows; no I/O.

The store loads a :class:`State`, :class:`Planner` goes through the records in the order in which they
came, and the store writes the :class:`Changes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from app.auth.caller import Caller
from app.counting import CountChanges
from app.joining import BLANK, CLOCKS, NOT_CONFIRMED, Key, Row, merge
from app.marks import session_prefix
from app.nblogs.record import NO_USER, Record

SHARED_OWNERS = ("token:", "moodle:")
"""How owners of sessions begin that are tokens of courses; see app.auth.caller."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session belongs; zeros where that is not known yet."""

    course: int = 0
    inst_id: int = 0
    lti_id: int = 0


@dataclass(frozen=True, slots=True)
class Binding:
    """What limited tokens have settled about a session: who may write it, and whose it is."""

    owner: str = ""
    username: str = ""


@dataclass(slots=True)
class State:
    """What the database knows about the sessions, cells and activities of a batch.

    `tagged` are the cells of `tags` that have a row there.
    """

    now_us: int
    sessions: dict[str, Place] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    courses: dict[int, int] = field(default_factory=dict)
    asked: set[Key] = field(default_factory=set)
    tags: dict[Key, str] = field(default_factory=dict)
    tagged: set[Key] = field(default_factory=set)
    seen: set[bytes] = field(default_factory=set)
    executions: dict[Key, Row] = field(default_factory=dict)
    closed: frozenset[int] = frozenset()


@dataclass(slots=True)
class Changes:
    """Rows to be written."""

    marks: list[Row] = field(default_factory=list)
    clients: list[Row] = field(default_factory=list)
    servers: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    placed: list[Row] = field(default_factory=list)
    tags: dict[Key, Row] = field(default_factory=dict)
    executions: dict[Key, Row] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    planted: set[Key] = field(default_factory=set)

    def forget(self, session: str) -> None:
        """Take back all that a session has told so far, but for where it belongs."""
        gone = {(row["cell_id"], row["filename"]) for row in self.clients if row["session"] == session}
        self.clients = [row for row in self.clients if row["session"] != session]
        self.servers = [row for row in self.servers if row["session"] != session]
        self.placed = [row for row in self.placed if row["session"] != session]
        self.executions = {key: row for key, row in self.executions.items() if key[0] != session}
        self.bindings.pop(session, None)
        prefix = session_prefix(session)
        self.marks = [row for row in self.marks if not row["mark"].startswith(prefix)]
        for cell in gone - {(row["cell_id"], row["filename"]) for row in self.clients}:
            self.tags.pop(cell, None)


class Fate(Enum):
    """What became of a record."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    UNPLACED = "unplaced"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of one record, and the reason where it was not stored."""

    fate: Fate
    field: str = ""
    reason: str = ""


STORED = Outcome(Fate.STORED)
DUPLICATE = Outcome(Fate.DUPLICATE)
WITHHELD = Outcome(Fate.WITHHELD)


class Planner:
    """Goes through records in order, and collects what they change."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.changes = Changes()

    def add(self, caller: Caller, record: Record) -> Outcome:
        """Take in one record."""
        refusal = self._refusal(caller, record) if caller.limited else None
        if refusal:
            return refusal
        if record.mark in self.state.seen:
            return DUPLICATE
        if self.state.closed and self._course(caller, record) in self.state.closed:
            self._withhold(record)
            return WITHHELD
        self.state.seen.add(record.mark)
        self.changes.marks.append({"mark": record.mark})
        if caller.limited:
            self._bind(caller, record)
        match record.kind:
            case "client":
                self._add_client(record)
            case "server":
                self._add_server(record)
            case "session":
                self._add_session(record)
        return STORED

    # What a course does not want to be stored.

    def _course(self, caller: Caller, record: Record) -> int:
        place = self.state.sessions.get(record.session)
        if place:
            return place.course
        if caller.activity:  # its records are of that activity, also before their session is known
            return self.state.courses.get(caller.activity.lti_id, 0)
        return self.state.courses.get(record.lti_id, 0) if record.kind == "session" else 0

    def _withhold(self, record: Record) -> None:
        """Keep where a new session belongs, so that its records are known, and let go what waited for it."""
        if record.kind == "session" and record.lti_id and record.session not in self.state.sessions:
            self._add_session(record)
            self.changes.erased.add(record.session)
            self.changes.forget(record.session)

    # What a limited token may write.

    def _refusal(self, caller: Caller, record: Record) -> Outcome | None:
        if not record.session:
            return Outcome(Fate.REFUSED, "session", "is empty; this token writes records of its sessions only")
        foreign = self._foreign_activity(caller, record) or self._foreign_session(caller, record)
        return foreign or self._foreign_user(caller, record)

    def _foreign_activity(self, caller: Caller, record: Record) -> Outcome | None:
        if record.kind != "session" or not record.lti_id:
            return None
        if caller.activity:
            own = (caller.activity.inst_id, caller.activity.lti_id)
            if (record.inst_id, record.lti_id) != own:
                text = f"{record.lti_id} (inst_id {record.inst_id}) is not the activity of this token"
                return Outcome(Fate.REFUSED, "lti_id", text)
            return None
        course = self.state.courses.get(record.lti_id, 0)
        if not course:
            text = f"{record.lti_id} is not registered, and this token covers some courses only"
            return Outcome(Fate.UNPLACED, "lti_id", text)
        if not caller.covers_course(course):
            return Outcome(Fate.REFUSED, "lti_id", f"{record.lti_id} belongs to a course of others")
        return None

    def _foreign_session(self, caller: Caller, record: Record) -> Outcome | None:
        session = record.session
        place = self.state.sessions.get(session)
        if place and not place.course and caller.courses is not None:
            text = (
                f"belongs to activity {place.lti_id}, which is not registered; this token covers some courses only"
            )
            return Outcome(Fate.UNPLACED, "session", text)
        owner = self._binding(session).owner
        if place is None and owner.startswith(SHARED_OWNERS) and owner != caller.key:
            if record.kind == "session" and record.lti_id:  # the token covers that activity, so the session too
                return None
            text = "was begun under another token, and no record has told its activity yet"
            return Outcome(Fate.UNPLACED, "session", text)
        if place is None:
            owned = owner in ("", caller.key)
        elif caller.activity:
            owned = (place.inst_id, place.lti_id) == (caller.activity.inst_id, caller.activity.lti_id)
        else:
            owned = caller.covers_course(place.course)
        return None if owned else Outcome(Fate.REFUSED, "session", "belongs to another activity or course")

    def _foreign_user(self, caller: Caller, record: Record) -> Outcome | None:
        fixed = self._binding(record.session).username
        if not caller.activity or record.username in NO_USER or fixed in ("", record.username):
            return None
        return Outcome(Fate.REFUSED, "username", "is not the user whose session this is")

    def _binding(self, session: str) -> Binding:
        return self.state.bindings.get(session, Binding())

    def _bind(self, caller: Caller, record: Record) -> None:
        old = self._binding(record.session)
        names_user = caller.activity is not None and record.username not in NO_USER
        new = Binding(
            owner=old.owner if record.session in self.state.sessions else caller.key,
            username=old.username or (record.username if names_user else ""),
        )
        if new != old:
            self.state.bindings[record.session] = self.changes.bindings[record.session] = new

    # What each kind changes.

    def _moment(self, record: Record) -> int:
        return self.state.now_us if record.moment_us is None else record.moment_us

    def _add_client(self, record: Record) -> None:
        moment = self._moment(record)
        self.state.asked.add((record.session, record.message))
        self.changes.clients.append(
            {
                "session": record.session,
                "message": record.message,
                "cell_id": record.cell_id,
                "filename": record.filename,
                "date": record.date,
                "updatetm": moment // 1_000_000,
            }
        )
        part = {"cell_id": record.cell_id, "filename": record.filename, "codenum": record.codenum}
        self._merge(record, {**part, "asked_us": moment}, "asked_us")
        if record.tags:
            self._add_tags(record, moment)

    def _add_tags(self, record: Record, moment: int) -> None:
        key = (record.cell_id, record.filename)
        if self.state.tags.get(key) == record.codenum:
            return
        self.state.tags[key] = record.codenum
        self.changes.tags[key] = {
            "cell_id": record.cell_id,
            "tags": record.tags,
            "filename": record.filename,
            "codenum": record.codenum,
            "updatetm": moment // 1_000_000,
        }

    def _add_server(self, record: Record) -> None:
        moment = self._moment(record)
        confirmed = (record.session, record.message) in self.state.asked
        self.changes.servers.append(
            {
                "session": record.session,
                "message": record.message,
                "status": record.status + ("" if confirmed else NOT_CONFIRMED),
                "username": record.username,
                "date": record.date,
                "updatetm": moment // 1_000_000,
            }
        )
        part = {"status": record.status, "username": record.username, "answered_us": moment}
        self._merge(record, part, "answered_us")

    def _add_session(self, record: Record) -> None:
        if not record.lti_id or record.session in self.state.sessions:
            return
        course = self.state.courses.get(record.lti_id, 0)
        self.state.sessions[record.session] = Place(course, record.inst_id, record.lti_id)
        where = {"course": course, "inst_id": record.inst_id, "lti_id": record.lti_id}
        updatetm = self._moment(record) // 1_000_000
        self.changes.sessions.append({"session": record.session, **where, "updatetm": updatetm})
        # What an activity token of another activity has written of it before stays where it is: nowhere.
        owner = self._binding(record.session).owner
        if not owner.startswith("activity:") or owner == f"activity:{record.inst_id}:{record.lti_id}":
            self.changes.placed.append({"session": record.session, **where})
        else:
            self.changes.planted.update(key for key in self.changes.executions if key[0] == record.session)

    def _merge(self, record: Record, part: Row, clock: str) -> None:
        """Put one part of a cell run beside the other; of two of a kind the later one by its date counts."""
        if not (record.session and record.message):
            return
        merge(self.changes.executions.setdefault((record.session, record.message), {}), part, clock)


def execution_rows(changes: Changes, state: State) -> tuple[list[Row], list[Row]]:
    """Return executions that are new, and parts for those that are known, in the order of their keys."""
    new: list[Row] = []
    known: list[Row] = []
    for key, part in sorted(changes.executions.items()):
        place = Place() if key in changes.planted else state.sessions.get(key[0], Place())
        where = {"course": place.course, "inst_id": place.inst_id, "lti_id": place.lti_id}
        row = {"session": key[0], "message": key[1], **where, **BLANK, **part}
        (known if key in state.executions else new).append(row)
    return new, known


def counts(rows: Iterable[Row], changes: Changes, state: State) -> list[Row]:
    """Return what the executions change in the counts.

    Without those of sessions that get their place in this batch: they are counted from the table.
    """
    placed = {row["session"] for row in changes.placed}
    found = CountChanges()
    for row in rows:
        if row["session"] not in placed:
            old = state.executions.get((row["session"], row["message"]))
            found.move(old, _after(old, row))
    return found.rows()


def _after(old: Row | None, part: Row) -> Row:
    """Return an execution as it is once a part was put into it; its place stays."""
    if old is None:
        return part
    row = dict(old)
    for clock in CLOCKS:
        if part[clock] is not None:
            merge(row, part, clock)
    return row
