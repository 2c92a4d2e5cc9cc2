"""From the token of a request to its caller."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from sqlalchemy import Connection

from app.auth.activity_tokens import read_ids, verify_token
from app.auth.addresses import Address, Network, within
from app.auth.caller import Activity, Caller
from app.auth.store import (
    ServiceToken,
    TokenStore,
    hash_token,
    read_counters,
    read_revoked,
    read_unregistered,
)
from app.errors import AccessDenied, CallError, InvalidToken

CACHED_TOKENS = 4096
CACHE_SECONDS = 60.0
TOKEN_BYTES = 32
TOKEN_LIMIT = 512
_OTHER_TOKEN = re.compile(r"[0-9a-fA-F]{32}")
"""What Moodle makes its tokens look like; the service's own are longer."""


def new_token() -> str:
    """Return a new service token: 43 characters that need no escaping in a URL, and are no option to a shell."""
    while True:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        if token[0].isalnum():
            return token


@dataclass(frozen=True, slots=True)
class _Known:
    """A token that was looked up: its caller, and what must be checked with every request."""

    caller: Caller
    expires_at: int | None
    networks: tuple[Network, ...] | None
    read_at: float


class OtherTokens(Protocol):
    """Tokens that another program gives out, with its rules."""

    def find(self, connection: Connection, token: str, address: Address | None) -> Caller | None:
        """Return the caller of a token, None where it is not known; raises CallError where it is refused."""

    def used(self, caller: Caller) -> None:
        """Note that a caller's token was used; never raises."""

    def recheck(self, connection: Connection, callers: Collection[Caller]) -> Mapping[tuple[str, int], CallError]:
        """Look all up anew; return the errors of those that are not in force."""


class TokenAuthenticator:
    """Service tokens from the store, activity tokens by their key, and Moodle's from its tables.

    What was looked up is kept for a minute for functions that ask again inside their own transaction
    (:meth:`recheck`), so a revoked token stops at once there too. For all others the database says each time
    whether any token was revoked since. Of Moodle's tokens nothing is kept: that a user was suspended, nothing
    tells but their row.
    """

    def __init__(
        self, store: TokenStore, activity_keys: Sequence[bytes], others: OtherTokens | None = None
    ) -> None:
        self._store = store
        self._activity_keys = activity_keys
        self._others = others
        self._cache: OrderedDict[str, _Known] = OrderedDict()
        self._lock = Lock()

    def authenticate(self, token: str, address: Address | None, *, cached: bool) -> Caller:
        """Return the caller of a token.

        :raises InvalidToken: it is empty, unknown or revoked.
        :raises AccessDenied: it has expired, or may not be used from this address.
        """
        if not token or len(token) > TOKEN_LIMIT:
            raise InvalidToken()
        looks_foreign = _OTHER_TOKEN.fullmatch(token) is not None
        if looks_foreign and (caller := self._ask_others(token, address)):
            return caller
        known = self._cached(token)
        if known is None or not (cached or known.caller.epoch == self._store.epoch()):
            try:
                known = self._look_up(token)
            except InvalidToken:
                if looks_foreign or not (caller := self._ask_others(token, address)):
                    raise
                return caller
            self._remember(token, known)
        if known.expires_at is not None and time.time() >= known.expires_at:
            raise AccessDenied("The token has expired")
        if known.networks is not None and not within(address, known.networks):
            raise AccessDenied(f"The token may not be used from {address or 'an unknown address'}")
        return known.caller

    def recheck(self, connection: Connection, callers: Collection[Caller]) -> dict[tuple[str, int], CallError]:
        """Ask the database in hand whether callers are still in force; return the errors of those that are not."""
        foreign = [caller for caller in callers if caller.moodle]
        others = self._others.recheck(connection, foreign) if foreign and self._others else {}
        callers = [caller for caller in callers if not caller.moodle]
        ids = {caller.token_id for caller in callers if caller.token_id is not None}
        revoked = read_revoked(connection, ids) if ids else set()
        activities = {(c.activity.inst_id, c.activity.lti_id) for c in callers if c.activity}
        counters = read_counters(connection, activities) if activities else {}
        gone = read_unregistered(connection, {lti_id for _, lti_id in activities}) if activities else set()
        for caller in callers:
            # Those in force are looked up again too, to get the epoch of now.
            self._forget(caller)
        return {c.identity: InvalidToken() for c in callers if _is_void(c, revoked, counters, gone)} | dict(others)

    def _ask_others(self, token: str, address: Address | None) -> Caller | None:
        if self._others is None:
            return None
        caller = self._store.with_connection(self._others.find, token, address)
        if caller is not None:
            self._others.used(caller)
        return caller

    def _look_up(self, token: str) -> _Known:
        epoch = self._store.epoch()
        row = self._store.find(token)
        if row is not None and hmac.compare_digest(row.token_hash, hash_token(token)):
            return _from_row(row, token, epoch)
        ids = read_ids(token)
        if ids is not None:
            counter = self._store.counter(*ids)
            if verify_token(self._activity_keys, token, counter) and not self._store.is_unregistered(ids[1]):
                caller = Caller(
                    name=f"activity {ids[1]}",
                    scopes=frozenset({"nblogs:write"}),
                    activity=Activity(*ids, counter),
                    secret=token,
                    epoch=epoch,
                )
                return _Known(caller, None, None, time.monotonic())
        raise InvalidToken()

    def _cached(self, token: str) -> _Known | None:
        with self._lock:
            known = self._cache.get(token)
            if known is None or time.monotonic() - known.read_at > CACHE_SECONDS:
                return None
            self._cache.move_to_end(token)
            return known

    def _remember(self, token: str, known: _Known) -> None:
        with self._lock:
            self._cache[token] = known
            self._cache.move_to_end(token)
            if len(self._cache) > CACHED_TOKENS:
                self._cache.popitem(last=False)

    def _forget(self, caller: Caller) -> None:
        with self._lock:
            self._cache.pop(caller.secret, None)


def _is_void(
    caller: Caller, revoked: Collection[int], counters: Mapping[tuple[int, int], int], gone: Collection[int]
) -> bool:
    if caller.activity is None:
        return caller.token_id in revoked
    activity = (caller.activity.inst_id, caller.activity.lti_id)
    return caller.activity.lti_id in gone or counters.get(activity, 0) != caller.activity.counter


def _from_row(row: ServiceToken, token: str, epoch: int) -> _Known:
    if row.revoked_at is not None:
        raise InvalidToken()
    caller = Caller(
        name=row.name, scopes=row.scopes, token_id=row.id, courses=row.courses, secret=token, epoch=epoch
    )
    return _Known(caller, row.expires_at, row.networks, time.monotonic())
