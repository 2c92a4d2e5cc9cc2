"""Moodle's web-service tokens, with Moodle's rules.

A token is a row of `external_tokens`: of a user, for a service, in a context. Each look-up is one statement, and
nothing of it is kept longer than a transaction: who is suspended in Moodle is out at once. Source:
`webservice/lib.php` of Moodle 4.5, `authenticate_by_token`, `authenticate_user` and `load_function_info`. There a
user of a restricted service is let in once `validuntil` is over, and refused before; here it is as it is meant.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, or_, select

from app.auth.addresses import Address
from app.auth.caller import Caller
from app.errors import (
    AccessDenied,
    CallError,
    InvalidToken,
    SiteMaintenance,
    UserDeleted,
    UserNoLogin,
    UserSuspended,
    UserUnconfirmed,
)
from app.moodle.addresses import allowed
from app.moodle.capabilities import has_capability
from app.moodle.schema import MoodleTables

SYSTEM, COURSE = 10, 50
"""Levels of contexts."""
SESSION_SECONDS = 8 * 3600
MAINTENANCE = "moodle/site:maintenanceaccess"
_CONFIG = ("enablewebservices", "maintenance_enabled", "sessiontimeout", "siteguest")

log = logging.getLogger(__name__)

ScopeOf = Callable[[str], str | None]
"""Tells the scope of a function by its name; None for one that is not the service's, or needs no scope."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A token with all that decides about it."""

    row: Row[Any]
    users: tuple[Row[Any], ...]
    functions: frozenset[str]
    config: Mapping[str, str]


class MoodleTokens:
    """Finds Moodle's tokens, and says who may do what by them."""

    def __init__(self, tables: MoodleTables, scope_of: ScopeOf) -> None:
        self._t = tables
        self._scope_of = scope_of
        self._statement = _statement(tables)

    def find(self, connection: Connection, token: str, address: Address | None) -> Caller | None:
        """Return the caller of a token; None where Moodle does not know it.

        :raises CallError: Moodle refuses it.
        """
        found = self._find(connection, token)
        return None if found is None else self._caller(connection, found, token, address)

    def recheck(self, connection: Connection, callers: Collection[Caller]) -> dict[tuple[str, int], CallError]:
        """Look all up anew; return the errors of those that are not what they were."""
        errors: dict[tuple[str, int], CallError] = {}
        for caller in callers:
            try:
                now = self.find(connection, caller.secret, caller.address)
                if now is None:
                    raise InvalidToken()
                if (now.key, now.courses) != (caller.key, caller.courses) or not caller.scopes <= now.scopes:
                    raise AccessDenied("The token's rights in Moodle have just changed")
            except CallError as error:
                errors[caller.identity] = error
        return errors

    def _find(self, connection: Connection, token: str) -> _Found | None:
        rows = [
            row
            for row in connection.execute(self._statement, {"of_token": token})
            # Moodle's collation takes "A" for "a".
            if hmac.compare_digest(row.token.encode(), token.encode("utf-8", "surrogateescape"))
        ]
        if not rows:
            return None
        first = min(rows, key=lambda row: row.id)
        functions = frozenset((first.functions or "").split(","))
        config = {name: getattr(first, name) or "" for name in _CONFIG}
        return _Found(first, tuple(row for row in rows if row.id == first.id), functions, config)

    def _caller(self, connection: Connection, found: _Found, token: str, address: Address | None) -> Caller:
        now = int(time.time())
        _check_token(found, now)
        self._check_session(connection, found, now)
        if not allowed(address, found.row.iprestriction or ""):
            raise AccessDenied(f"The token may not be used from {address or 'an unknown address'}")
        self._check_user(connection, found)
        self._check_service(connection, found, address, now)
        return Caller(
            name=found.row.username,
            scopes=frozenset(filter(None, map(self._scope_of, found.functions))),
            token_id=found.row.id,
            courses=_courses(found.row),
            secret=token,
            epoch=-1,
            moodle=True,
            address=address,
        )

    def _check_session(self, connection: Connection, found: _Found, now: int) -> None:
        """Refuse a token of a browser's session that is over."""
        row, s = found.row, self._t.sessions.c
        if not row.sid and not row.tokentype:
            return
        since = now - int(found.config["sessiontimeout"] or SESSION_SECONDS)
        alive = or_(s.timemodified >= since, s.userid == 0)
        if not row.sid or connection.execute(select(s.id).where(s.sid == row.sid, alive)).first() is None:
            raise AccessDenied("The session that the token belongs to is over")

    def _check_user(self, connection: Connection, found: _Found) -> None:
        row = found.row
        if row.username is None:
            raise AccessDenied("The token's user is gone")
        if found.config["maintenance_enabled"] not in ("", "0") and not has_capability(
            connection, self._t, row.userid, MAINTENANCE, f"/{row.system}"
        ):
            raise SiteMaintenance()
        wrong: tuple[tuple[bool, type[CallError]], ...] = (
            (bool(row.deleted), UserDeleted),
            (not row.confirmed, UserUnconfirmed),
            (bool(row.suspended), UserSuspended),
            (row.auth == "nologin", UserNoLogin),
        )
        for is_so, error in wrong:
            if is_so:
                raise error(row.username)
        if str(row.userid) == found.config["siteguest"]:
            raise AccessDenied("The guest may not use web services")

    def _check_service(self, connection: Connection, found: _Found, address: Address | None, now: int) -> None:
        row = found.row
        if not row.enabled:
            raise AccessDenied("The token's service is not enabled in Moodle")
        if row.restrictedusers and not any(_is_let_in(user, address, now) for user in found.users):
            raise AccessDenied("The token's user is not, or no longer, among those of its service, or elsewhere")
        if row.level not in (SYSTEM, COURSE):
            log.warning("Moodle's token %d is refused: its context of level %s is undecided", row.id, row.level)
            raise AccessDenied("The token is for a context that is neither the site nor a course")
        needed = row.requiredcapability
        if needed and not has_capability(connection, self._t, row.userid, needed, row.path):
            log.warning("Moodle's token %d is refused: its user lacks the capability %s", row.id, needed)
            raise AccessDenied(f"The token's user lacks the capability {needed}")


def _check_token(found: _Found, now: int) -> None:
    if found.config["enablewebservices"] in ("", "0"):
        raise AccessDenied("Web services are not enabled in Moodle")
    if found.row.validuntil and found.row.validuntil < now:
        raise AccessDenied("The token has expired")


def _is_let_in(user: Row[Any], address: Address | None, now: int) -> bool:
    if user.allowed_id is None or (user.allowed_until and user.allowed_until < now):
        return False
    return allowed(address, user.allowed_from or "")


def _courses(row: Row[Any]) -> frozenset[int] | None:
    return frozenset({row.instanceid}) if row.level == COURSE else None


def _statement(tables: MoodleTables) -> Select[Any]:
    """Return one statement that asks for everything about a token: a row for each entry of its user's."""
    t, u, s = tables.external_tokens, tables.user, tables.external_services
    a, c, f, g = (
        tables.external_services_users,
        tables.context,
        tables.external_services_functions.c,
        tables.config.c,
    )
    functions = select(func.group_concat(f.functionname)).where(f.externalserviceid == s.c.id).scalar_subquery()
    root = c.alias()
    system = select(root.c.id).where(root.c.contextlevel == SYSTEM).limit(1).scalar_subquery()
    config: Sequence[ColumnElement[Any]] = [
        select(g.value).where(g.name == name).limit(1).scalar_subquery().label(name) for name in _CONFIG
    ]
    return (
        select(
            *(t.c.id, t.c.token, t.c.tokentype, t.c.userid, t.c.sid, t.c.validuntil, t.c.iprestriction),
            *(u.c.username, u.c.auth, u.c.deleted, u.c.confirmed, u.c.suspended),
            *(s.c.enabled, s.c.restrictedusers, s.c.requiredcapability, functions.label("functions")),
            *(a.c.id.label("allowed_id"), a.c.validuntil.label("allowed_until")),
            a.c.iprestriction.label("allowed_from"),
            *(c.c.contextlevel.label("level"), c.c.instanceid, c.c.path, system.label("system")),
            *config,
        )
        .select_from(t)
        .outerjoin(u, u.c.id == t.c.userid)
        .outerjoin(s, s.c.id == t.c.externalserviceid)
        .outerjoin(a, and_(a.c.externalserviceid == s.c.id, a.c.userid == t.c.userid))
        .outerjoin(c, c.c.id == t.c.contextid)
        .where(t.c.token == bindparam("of_token"))
    )
