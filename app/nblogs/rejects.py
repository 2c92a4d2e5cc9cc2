"""Rejected records: what can't be stored is kept as it came, until its cause is mended."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from app.auth.caller import Activity, Caller
from app.errors import MalformedRequest, RejectLimit
from app.fields import text_fault
from app.nblogs.store import Recheck
from app.storage import tables as t
from app.storage.activities import courses_of
from app.storage.course_rules import is_closed
from app.storage.database import Database

REMOVED = "[token removed]"
REASON_LIMIT = 2_000
_TOKEN_PARAMETER = re.compile(rb"(wstoken(?:=|%3D))[^&\s\"'<\\]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reject:
    """A record, or a whole request, that can't be stored.

    `raw` is JSON of the record, or with `whole` the body of the request as it came. `session` and
    `username` are what could be read of them, so that erasing a person finds it.
    """

    protocol: str
    function: str
    code: str
    reason: str
    raw: bytes
    whole: bool = False
    session: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class KeptReject:
    """A reject as it is kept, with its id, arrival (seconds since 1970) and sender."""

    id: int
    received_at: int
    caller: Caller
    reject: Reject


def reject_record(protocol: str, function: str, code: str, reason: str, element: Any) -> Reject:
    """Return the reject of one record, whatever it is that came in its place.

    :raises MalformedRequest: it is nested too deep to be kept by itself.
    """
    values = element if isinstance(element, dict) else {}
    try:
        raw = json.dumps(element, default=str).encode("ascii")
    except RecursionError:
        raise MalformedRequest("A record is nested too deep") from None
    return Reject(
        protocol=protocol,
        function=function,
        code=code,
        reason=reason,
        raw=raw,
        session=_short_text(values.get("session"), t.SESSION),
        username=_short_text(values.get("username"), t.USERNAME),
    )


def _short_text(value: Any, width: int) -> str:
    return value[:width] if isinstance(value, str) and text_fault(value) is None else ""


def scrub(data: bytes, secret: str) -> bytes:
    """Return data without the caller's token, and without what stands in the place of any token."""
    data = _TOKEN_PARAMETER.sub(rb"\1" + REMOVED.encode(), data)
    return data.replace(secret.encode(), REMOVED.encode()) if secret else data


class RejectStore:
    """Keeps rejects, each once: at most `max_count` of each token and `max_bytes` of each."""

    def __init__(self, database: Database, recheck: Recheck, max_count: int, max_bytes: int) -> None:
        self._database = database
        self._recheck = recheck
        self._max_count = max_count
        self._max_bytes = max_bytes

    def keep(self, caller: Caller, rejects: Sequence[Reject]) -> frozenset[Reject]:
        """Keep rejects, and return those that are not kept, because their course wants nothing to be stored.

        :raises RejectLimit: some are too long, or the token's share is used up. The others are kept.
        :raises CallError: the caller's token is no longer in force.
        """
        long = [reject for reject in rejects if len(reject.raw) > self._max_bytes]
        short = [reject for reject in rejects if len(reject.raw) <= self._max_bytes]
        left, withheld = self._database.write(self._keep, caller, short)
        if long:
            text = f"The text has {len(long[0].raw)} bytes, {self._max_bytes} are kept at most"
            raise RejectLimit(f"{long[0].reason}. {text}")
        if left:
            text = f"{self._max_count} rejected records of this token are kept at most"
            raise RejectLimit(f"{left[0].reason}. {text}")
        return frozenset(reject for reject in short if _digest(caller, reject) in withheld)

    def _keep(
        self, connection: Connection, caller: Caller, rejects: Sequence[Reject]
    ) -> tuple[Sequence[Reject], Collection[str]]:
        """Insert what there is room for and not kept already; return the rest, and what is withheld."""
        for error in self._recheck(connection, [caller]).values():
            raise error
        new = {_digest(caller, reject): reject for reject in reversed(rejects)}  # the first of equal ones stays
        c = t.rejects.c
        for digest in connection.execute(select(c.text_digest).where(c.text_digest.in_(new))).scalars():
            new.pop(digest, None)
        count = select(func.count()).where(c.caller == caller.key)
        room = max(0, self._max_count - int(connection.execute(count).scalar_one()))
        withheld = {digest for digest, reject in new.items() if self._is_withheld(connection, caller, reject)}
        fresh = [(digest, reject) for digest, reject in reversed(new.items()) if digest not in withheld]
        for digest, reject in fresh[:room]:
            self._insert(connection, caller, reject, digest)
        return [reject for _, reject in fresh[room:]], withheld

    def _is_withheld(self, connection: Connection, caller: Caller, reject: Reject) -> bool:
        """Say whether a reject belongs to a course that wants nothing to be stored."""
        layout = self._database.layout
        courses = set(courses_of(connection, layout, [reject.session]).values()) if reject.session else set()
        if caller.activity:
            of_activity = select(layout.lti_course).where(layout.lti_id == caller.activity.lti_id)
            courses |= set(connection.execute(of_activity).scalars())
        return any(is_closed(connection, course) for course in courses)

    @staticmethod
    def _insert(connection: Connection, caller: Caller, reject: Reject, digest: str) -> None:
        row = {
            "text_digest": digest,
            "received_at": int(time.time()),
            "caller": caller.key,
            "coverage": _dump_coverage(caller),
            "protocol": reject.protocol,
            "function": reject.function,
            "code": reject.code,
            "reason": scrub(caller.hide(reject.reason)[:REASON_LIMIT].encode("utf-8", "replace"), "").decode(),
            "session": caller.hide(reject.session),
            "username": caller.hide(reject.username),
            "whole": int(reject.whole),
            "raw": scrub(reject.raw, caller.secret),
        }
        connection.execute(insert(t.rejects), row)

    def list(self) -> list[KeptReject]:
        """Return every kept reject, oldest first."""
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(select(t.rejects).order_by(t.rejects.c.id))]

    def get(self, reject_id: int) -> KeptReject | None:
        """Return one reject, or None."""
        with self._database.reading() as connection:
            row = connection.execute(select(t.rejects).where(t.rejects.c.id == reject_id)).first()
            return _read(row) if row else None

    def discard(self, reject_id: int) -> bool:
        """Delete one reject; say whether it was there."""
        return self._database.write(self._discard, reject_id)

    @staticmethod
    def _discard(connection: Connection, reject_id: int) -> bool:
        return bool(connection.execute(delete(t.rejects).where(t.rejects.c.id == reject_id)).rowcount)


def _digest(caller: Caller, reject: Reject) -> str:
    """Return what two rejects have in common that are one: sender, code and text; a client that tries again."""
    head = json.dumps([caller.key, reject.protocol, reject.code, reject.whole]).encode()
    return blake2b(head + scrub(reject.raw, caller.secret), digest_size=16).hexdigest()


def _dump_coverage(caller: Caller) -> str:
    activity = caller.activity
    return json.dumps(
        {
            "name": caller.name,
            "token_id": caller.token_id,
            "moodle": caller.moodle,
            "courses": None if caller.courses is None else sorted(caller.courses),
            "activity": [activity.inst_id, activity.lti_id, activity.counter] if activity else None,
        }
    )


def _read(row: Any) -> KeptReject:
    """Return a row as an object; its caller may write what the sender was allowed to, and nothing else."""
    coverage = json.loads(row.coverage)
    courses, activity = coverage["courses"], coverage["activity"]
    caller = Caller(
        name=coverage["name"],
        scopes=frozenset({"nblogs:write"}),
        token_id=coverage["token_id"],
        moodle=coverage.get("moodle", False),
        courses=None if courses is None else frozenset(courses),
        activity=Activity(*activity) if activity else None,
    )
    reject = Reject(
        protocol=row.protocol,
        function=row.function,
        code=row.code,
        reason=row.reason,
        raw=bytes(row.raw),
        whole=bool(row.whole),
        session=row.session,
        username=row.username,
    )
    return KeptReject(row.id, row.received_at, caller, reject)
