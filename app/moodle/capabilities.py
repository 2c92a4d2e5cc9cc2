"""Whether a user has one of Moodle's capabilities, decided from its tables.

Roles count that the user has in the context or above it, and the role of every logged-in user. For each role the
permission nearest to the context counts; one that prohibits wins over all. Site administrators have every
capability that exists. Source: `has_capability` in Moodle 4.5's `lib/accesslib.php`.

What is not in these tables is not seen: settings that `config.php` forces, and locked contexts.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from app.moodle.schema import MoodleTables

ALLOW, PROHIBIT = 1, -1000


def has_capability(
    connection: Connection, tables: MoodleTables, user_id: int, capability: str, path: str | None
) -> bool:
    """Say whether a user has a capability in a context.

    :param path: the context's, from the system's down, such as `/1/3/24`; without one nobody has any.
    """
    c, g = tables.capabilities.c, tables.config.c
    exists = connection.execute(select(c.id).where(c.name == capability)).first()
    contexts = [int(part) for part in (path or "").split("/") if part.isdecimal()]
    if exists is None or not contexts:
        return False
    names = ("siteadmins", "defaultuserroleid")
    config = {row[0]: row[1] for row in connection.execute(select(g.name, g.value).where(g.name.in_(names)))}
    if str(user_id) in (config.get("siteadmins") or "").split(","):
        return True
    return _is_allowed(
        connection, tables, _roles(connection, tables, user_id, contexts, config), capability, contexts
    )


def _roles(
    connection: Connection, tables: MoodleTables, user_id: int, contexts: list[int], config: dict[str, str]
) -> set[int]:
    a = tables.role_assignments.c
    given = connection.execute(select(a.roleid).where(a.userid == user_id, a.contextid.in_(contexts))).scalars()
    default = config.get("defaultuserroleid") or ""
    return {*given, *([int(default)] if default.isdecimal() else [])}


def _is_allowed(
    connection: Connection, tables: MoodleTables, roles: set[int], capability: str, contexts: list[int]
) -> bool:
    p = tables.role_capabilities.c
    statement = select(p.roleid, p.contextid, p.permission).where(
        p.capability == capability, p.roleid.in_(roles), p.contextid.in_(contexts)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for role, context, permission in connection.execute(statement):
        found[role][context] = permission
    if any(PROHIBIT in permissions.values() for permissions in found.values()):
        return False
    nearest = (max(permissions, key=contexts.index) for permissions in found.values())
    return any(found[role][context] == ALLOW for role, context in zip(found, nearest, strict=True))
