"""One statement that asks Moodle's tables for everything about a token."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, select

from app.moodle.schema import SYSTEM, MoodleTables

PERMANENT = 0
"""The type of tokens that Moodle's protocols take. Those of another type are for its own pages."""
CONFIG = ("enablewebservices", "maintenance_enabled", "sessiontimeout", "siteguest")


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token with all that decides about it.

    :ivar row: token, user, service, context.
    :ivar users: the same, once for each entry of its user in its service.
    """

    row: Row[Any]
    users: tuple[Row[Any], ...]
    functions: frozenset[str]
    config: Mapping[str, str]


class TokenQuery:
    """Finds tokens by their text."""

    def __init__(self, tables: MoodleTables) -> None:
        self._statement = _statement(tables)

    def find(self, connection: Connection, token: str) -> FoundToken | None:
        """Return a token; None where Moodle has no such one."""
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
        config = {name: getattr(first, name) or "" for name in CONFIG}
        return FoundToken(first, tuple(row for row in rows if row.id == first.id), functions, config)


def _statement(tables: MoodleTables) -> Select[Any]:
    """Return the statement: a row for each entry of the token's user among those of its service."""
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
        select(g.value).where(g.name == name).limit(1).scalar_subquery().label(name) for name in CONFIG
    ]
    return (
        select(
            *(t.c.id, t.c.token, t.c.userid, t.c.sid, t.c.validuntil, t.c.iprestriction),
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
        .where(t.c.token == bindparam("of_token"), t.c.tokentype == PERMANENT)
    )
