"""Whether Moodle's web services let anyone use the functions of the service."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, func, or_, select

from app.moodle.finding import ERROR, OK, WARNING, Finding
from app.moodle.schema import MoodleTables
from app.moodle.token_query import PERMANENT


def check_web_services(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    """Yield what is found of the site's settings."""
    if read_config(connection, moodle, "enablewebservices") in ("", "0"):
        remedy = "Site administration > General > Advanced features > Enable web services"
        yield Finding(ERROR, "web services", "web services are off in Moodle: every token is refused", remedy)
    else:
        yield Finding(OK, "web services", "web services are on")
    if read_config(connection, moodle, "maintenance_enabled") not in ("", "0"):
        remedy = "end it when the work is done: php admin/cli/maintenance.php --disable"
        yield Finding(WARNING, "maintenance", "Moodle is in maintenance mode: tokens are refused", remedy)


def check_services(connection: Connection, moodle: MoodleTables, functions: Collection[str]) -> Iterator[Finding]:
    """Yield what is found of the external services with functions of the service, and of their tokens."""
    s, f = moodle.external_services.c, moodle.external_services_functions.c
    ours = select(f.externalserviceid).where(f.functionname.in_(sorted(functions)))
    services = connection.execute(select(s.id, s.name, s.enabled, s.restrictedusers).where(s.id.in_(ours))).all()
    if not services:
        remedy = (
            "Site administration > Server > Web services > External services: add mod_lticontainer_write_nblogs"
        )
        yield Finding(ERROR, "services", "no service of Moodle holds a function of this service", remedy)
    for service in services:
        name = f"service {service.name!r}"
        if not service.enabled:
            remedy = "Site administration > Server > Web services > External services > Edit > Enabled"
            level = WARNING if any(other.enabled for other in services) else ERROR
            yield Finding(level, "services", f"{name} is not enabled", remedy)
            continue
        usable, all_ = _tokens(connection, moodle, service.id, bool(service.restrictedusers))
        if usable:
            yield Finding(OK, "services", f"{name}: {usable} of {all_} tokens are in force")
        else:
            remedy = (
                "Site administration > Server > Web services > Manage tokens; in a service for authorised users "
                "only, its user must be one of them"
            )
            yield Finding(WARNING, "services", f"{name} has {all_} tokens, and none is in force", remedy)


def _tokens(connection: Connection, moodle: MoodleTables, service: int, restricted: bool) -> tuple[int, int]:
    """Return how many tokens of a service are in force, and how many there are."""
    t, u, a = moodle.external_tokens.c, moodle.user.c, moodle.external_services_users.c
    now = func.unix_timestamp()

    def lasting(until: Any) -> Any:
        return or_(until.is_(None), until == 0, until >= now)

    active = (u.confirmed == 1, u.deleted == 0, u.suspended == 0, u.auth != "nologin")
    allowed = select(a.userid).where(a.externalserviceid == service, lasting(a.validuntil))
    query = (
        select(func.count())
        .select_from(moodle.external_tokens.join(moodle.user, u.id == t.userid))
        .where(t.externalserviceid == service, t.tokentype == PERMANENT, lasting(t.validuntil), *active)
    )
    usable = connection.execute(query.where(t.userid.in_(allowed)) if restricted else query).scalar_one()
    every = select(func.count()).select_from(moodle.external_tokens).where(t.externalserviceid == service)
    return int(usable), int(connection.execute(every).scalar_one())


def read_config(connection: Connection, moodle: MoodleTables, name: str) -> str:
    """Return a setting of the site, or an empty text."""
    c = moodle.config.c
    return str(connection.execute(select(c.value).where(c.name == name)).scalar() or "")
