"""Whether a user has one of Moodle's capabilities, decided from its tables.

Roles count that the user has in the context or above it, and the role of every logged-in user. For each role the
permission nearest to the context counts; one that prohibits wins over all. Site administrators have every
capability that exists. Source: `has_capability` in Moodle 4.5's `lib/accesslib.php`.

What is not in these tables is not seen: settings that `config.php` forces, and locked contexts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    literal_column,
    or_,
    select,
)

from app.moodle.schema import MoodleTables

ALLOW, PROHIBIT = 1, -1000


class Capabilities:
    """Asks Moodle's tables who has which capability."""

    def __init__(self, tables: MoodleTables) -> None:
        self._statement = _statement(tables)

    def has(self, connection: Connection, user_id: int, capability: str, path: str | None) -> bool:
        """Say whether a user has a capability in a context.

        :param path: the context's, from the system's down, such as `/1/3/24`; without one nobody has any.
        """
        contexts = [int(part) for part in (path or "").split("/") if part.isdecimal()]
        if not contexts:
            return False
        asked = {"of_user": user_id, "of_capability": capability, "contexts": contexts}
        rows = connection.execute(self._statement, asked).all()
        if rows[0].known is None:
            return False
        return str(user_id) in (rows[0].siteadmins or "").split(",") or _is_allowed(rows, contexts)


def _statement(tables: MoodleTables) -> Select[Any]:
    """Return a row for each permission of the user's roles, and one where there is none."""
    a, p, c, g = tables.role_assignments.c, tables.role_capabilities, tables.capabilities.c, tables.config.c
    of_capability: BindParameter[str] = bindparam("of_capability")
    contexts: BindParameter[int] = bindparam("contexts", expanding=True)
    known = select(c.id).where(c.name == of_capability).limit(1).scalar_subquery()
    config = {
        name: select(g.value).where(g.name == name).limit(1).scalar_subquery()
        for name in ("siteadmins", "defaultuserroleid")
    }
    given = select(a.roleid).where(a.userid == bindparam("of_user"), a.contextid.in_(contexts))
    everyone = p.c.roleid == cast(config["defaultuserroleid"], BigInteger)
    one = select(literal_column("1").label("one")).subquery()
    permissions = and_(
        p.c.capability == of_capability, p.c.contextid.in_(contexts), or_(p.c.roleid.in_(given), everyone)
    )
    return select(
        *(p.c.roleid, p.c.contextid, p.c.permission),
        *(known.label("known"), config["siteadmins"].label("siteadmins")),
    ).select_from(one.outerjoin(p, permissions))


def _is_allowed(rows: Iterable[Row[Any]], contexts: Sequence[int]) -> bool:
    found: Mapping[int, dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row.roleid is not None:
            found[row.roleid][row.contextid] = row.permission
    if any(PROHIBIT in permissions.values() for permissions in found.values()):
        return False
    nearest = (max(permissions, key=contexts.index) for permissions in found.values())
    return any(found[role][context] == ALLOW for role, context in zip(found, nearest, strict=True))
