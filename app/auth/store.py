"""Service tokens and the counters of activity tokens, in the database."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, select, tuple_, update

from app.auth.addresses import Network
from app.storage import tables as t
from app.storage.database import Database
from app.storage.epochs import raise_epoch
from app.storage.upsert import inserted_id, upsert

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A service token as it is stored: its hash, never itself. Times are seconds since 1970."""

    id: int
    name: str
    token_hash: str
    scopes: frozenset[str]
    courses: frozenset[int] | None
    networks: tuple[Network, ...] | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None


def hash_token(token: str) -> str:
    """Return what is stored of a token: tokens hold 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class TokenStore:
    """Service tokens, and the counters that make activity tokens void."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        token: str,
        name: str,
        scopes: Iterable[str],
        courses: Iterable[int] | None,
        networks: Iterable[Network] | None,
        expires_at: int | None,
    ) -> int:
        """Store a new token's hash and rights, and return its id."""
        row = {
            "name": name,
            "token_hash": hash_token(token),
            "scopes": json.dumps(sorted(scopes)),
            "courses": None if courses is None else json.dumps(sorted(courses)),
            "networks": None if networks is None else json.dumps([str(network) for network in networks]),
            "created_at": int(time.time()),
            "expires_at": expires_at,
        }
        return self._database.write(lambda connection: inserted_id(connection.execute(insert(t.tokens), row)))

    def find(self, token: str) -> ServiceToken | None:
        """Return the token's row, revoked ones too; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_FIND, {"hash": hash_token(token)}).first()
            return _read(row) if row else None

    def with_connection(
        self, ask: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what others find out with a connection for reading."""
        with self._database.reading() as connection:
            return ask(connection, *args, **kwargs)

    def list(self) -> list[ServiceToken]:
        """Return all tokens, oldest first."""
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(select(t.tokens).order_by(t.tokens.c.id))]

    def revoke(self, token_id: int) -> bool:
        """Revoke a token at once; say whether there was one in force."""
        statement = (
            update(t.tokens)
            .where(t.tokens.c.id == token_id, t.tokens.c.revoked_at.is_(None))
            .values(revoked_at=int(time.time()))
        )

        def work(connection: Connection) -> bool:
            self._raise_epoch(connection)
            return bool(connection.execute(statement).rowcount)

        return self._database.write(work)

    def epoch(self) -> int:
        """Return how often any token was revoked or rotated. Ask before the token itself is looked up."""
        with self._database.reading() as connection:
            return connection.execute(_EPOCH).scalar() or 0

    def _raise_epoch(self, connection: Connection) -> None:
        raise_epoch(connection, "sqlite" if self._database.is_sqlite else "mysql", t.REVOCATIONS)

    def counter(self, inst_id: int, lti_id: int) -> int:
        """Return the counter of an activity's tokens; 0 where none was ever raised."""
        with self._database.reading() as connection:
            return read_counters(connection, [(inst_id, lti_id)]).get((inst_id, lti_id), 0)

    def is_unregistered(self, lti_id: int) -> bool:
        """Say whether an activity is gone from Moodle."""
        with self._database.reading() as connection:
            return bool(read_unregistered(connection, [lti_id]))

    def raise_counter(self, inst_id: int, lti_id: int) -> int:
        """Make every token of an activity void, and return the new counter."""
        dialect = "sqlite" if self._database.is_sqlite else "mysql"
        statement = upsert(
            dialect,
            t.token_counters,
            ["inst_id", "lti_id"],
            lambda table, _: [("counter", table.c.counter + 1)],
        )

        def work(connection: Connection) -> int:
            self._raise_epoch(connection)
            connection.execute(statement, {"inst_id": inst_id, "lti_id": lti_id, "counter": 1})
            return read_counters(connection, [(inst_id, lti_id)])[inst_id, lti_id]

        return self._database.write(work)


# Asked with every request: made once, SQLAlchemy need not look through them again.
_FIND = select(t.tokens).where(t.tokens.c.token_hash == bindparam("hash"))
_EPOCH = select(t.epochs.c.value).where(t.epochs.c.name == t.REVOCATIONS)


def read_revoked(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return which of these service tokens are revoked or gone."""
    in_force = select(t.tokens.c.id).where(t.tokens.c.id.in_(ids), t.tokens.c.revoked_at.is_(None))
    return set(ids) - set(connection.execute(in_force).scalars())


def read_counters(connection: Connection, activities: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return the counters of these (inst_id, lti_id) that were ever raised."""
    c = t.token_counters.c
    found = connection.execute(
        select(c.inst_id, c.lti_id, c.counter).where(tuple_(c.inst_id, c.lti_id).in_(activities))
    )
    return {(row[0], row[1]): row[2] for row in found}


def read_unregistered(connection: Connection, lti_ids: Collection[int]) -> set[int]:
    """Return which of these activities are gone from Moodle."""
    c = t.unregistered_ltis.c
    return set(connection.execute(select(c.lti_id).where(c.lti_id.in_(lti_ids))).scalars())


def _read(row: Row[tuple[object, ...]]) -> ServiceToken:
    return ServiceToken(
        id=row.id,
        name=row.name,
        token_hash=row.token_hash,
        scopes=frozenset(json.loads(row.scopes)),
        courses=None if row.courses is None else frozenset(json.loads(row.courses)),
        networks=None if row.networks is None else tuple(ip_network(text) for text in json.loads(row.networks)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
