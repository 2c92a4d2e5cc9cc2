"""Moodle's web-service tokens, with Moodle's rules.

A token is a row of `external_tokens`: of a user, for a service, in a context. Each look-up reads anew, and
nothing of it is kept longer than a transaction: who is suspended in Moodle is out at once. The tokens of Moodle's
own pages are unknown to its protocols, and here. Source:
`webservice/lib.php` of Moodle 4.5, `authenticate_by_token`, `authenticate_user` and `load_function_info`. There a
user of a restricted service is let in once `validuntil` is over, and refused before; here it is as it is meant.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, Row, or_, select

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
from app.moodle.capabilities import Capabilities
from app.moodle.schema import MoodleTables
from app.moodle.token_contexts import covered_courses
from app.moodle.token_query import FoundToken, TokenQuery

SESSION_SECONDS = 8 * 3600
MAINTENANCE = "moodle/site:maintenanceaccess"

log = logging.getLogger(__name__)

ScopeOf = Callable[[str], str | None]
"""Tells the scope of a function by its name; None for one that is not the service's, or needs no scope."""

Note = Callable[[int], None]
"""Notes that the token with this id was used."""


class MoodleTokens:
    """Finds Moodle's tokens, and says who may do what by them."""

    def __init__(self, tables: MoodleTables, scope_of: ScopeOf, note: Note) -> None:
        self._t = tables
        self._scope_of = scope_of
        self._note = note
        self._query = TokenQuery(tables)
        self._capabilities = Capabilities(tables)

    def find(self, connection: Connection, token: str, address: Address | None) -> Caller | None:
        """Return the caller of a token; None where Moodle does not know it.

        :raises CallError: Moodle refuses it.
        """
        found = self._query.find(connection, token)
        return None if found is None else self._caller(connection, found, token, address)

    def used(self, caller: Caller) -> None:
        """Note that a caller's token was used."""
        if caller.token_id is not None:
            self._note(caller.token_id)

    def recheck(self, connection: Connection, callers: Collection[Caller]) -> dict[tuple[str, int], CallError]:
        """Look all up anew; return the errors of those that are not what they were."""
        errors: dict[tuple[str, int], CallError] = {}
        for caller in callers:
            try:
                now = self.find(connection, caller.secret, caller.address)
                if now is None:
                    raise InvalidToken()
                if now.key != caller.key or not _holds(now, caller):
                    raise AccessDenied("The token's rights in Moodle have just changed")
            except CallError as error:
                errors[caller.identity] = error
        return errors

    def _caller(self, connection: Connection, found: FoundToken, token: str, address: Address | None) -> Caller:
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
            courses=covered_courses(connection, self._t, found),
            secret=token,
            epoch=-1,
            moodle=True,
            address=address,
        )

    def _check_session(self, connection: Connection, found: FoundToken, now: int) -> None:
        """Refuse a token of a browser's session that is over."""
        row, s = found.row, self._t.sessions.c
        if not row.sid:
            return
        since = now - int(found.config["sessiontimeout"] or SESSION_SECONDS)
        alive = or_(s.timemodified >= since, s.userid == 0)
        if connection.execute(select(s.id).where(s.sid == row.sid, alive)).first() is None:
            raise AccessDenied("The session that the token belongs to is over")

    def _check_user(self, connection: Connection, found: FoundToken) -> None:
        row = found.row
        if row.username is None:
            raise AccessDenied("The token's user is gone")
        if found.config["maintenance_enabled"] not in ("", "0") and not self._capabilities.has(
            connection, row.userid, MAINTENANCE, f"/{row.system}"
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

    def _check_service(self, connection: Connection, found: FoundToken, address: Address | None, now: int) -> None:
        row = found.row
        if not row.enabled:
            raise AccessDenied("The token's service is not enabled in Moodle")
        if row.restrictedusers and not any(_is_let_in(user, address, now) for user in found.users):
            raise AccessDenied("The token's user is not, or no longer, among those of its service, or elsewhere")
        needed = row.requiredcapability
        if needed and not self._capabilities.has(connection, row.userid, needed, row.path):
            log.warning("Moodle's token %d is refused: its user lacks the capability %s", row.id, needed)
            raise AccessDenied(f"The token's user lacks the capability {needed}")


def _holds(now: Caller, before: Caller) -> bool:
    """Say whether a caller may still do all that it might before."""
    covered = now.courses is None or (before.courses is not None and before.courses <= now.courses)
    return covered and before.scopes <= now.scopes


def _check_token(found: FoundToken, now: int) -> None:
    if found.config["enablewebservices"] in ("", "0"):
        raise AccessDenied("Web services are not enabled in Moodle")
    if found.row.validuntil and found.row.validuntil < now:
        raise AccessDenied("The token has expired")


def _is_let_in(user: Row[Any], address: Address | None, now: int) -> bool:
    if user.allowed_id is None or (user.allowed_until and user.allowed_until < now):
        return False
    return allowed(address, user.allowed_from or "")
