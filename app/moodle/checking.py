"""Looks at everything on which the service depends in Moodle's database, and changes nothing.

Each finding says what is so, and where it is not as it should be, what to do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, or_, select, text

from app.moodle.grants import NO_COLUMN, NO_TABLE, REFUSED, account_of, grant, refusal, rights
from app.moodle.schema import MoodleTables
from app.storage.database import Database
from app.storage.migrate import current_revision, head_revision

OK, WARNING, ERROR = "ok", "warning", "error"
OLDEST, NEWEST = (4, 2), (5, 1)
PLUGIN = "2026012900"
"""Version 1.6.3 of mod_lticontainer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `remedy` is empty where nothing is to be done."""

    level: str
    check: str
    text: str
    remedy: str = ""


def check(database: Database, moodle: MoodleTables, functions: Collection[str]) -> list[Finding]:
    """Return all findings.

    :param functions: names of the functions that the service has.
    :raises ServiceUnavailable: the database does not answer, or refuses the account.
    """
    with database.reading() as connection:
        found = [*_server(connection, database.kind), *_own_tables(connection)]
        tables = list(_tables(connection, moodle))
        found += tables
        if not any(finding.level == ERROR for finding in tables):
            found += [*_widths(connection, moodle), *_versions(connection, moodle)]
            found += [*_web_services(connection, moodle), *_services(connection, moodle, functions)]
        return found


def _server(connection: Connection, kind: str) -> Iterator[Finding]:
    version = connection.exec_driver_sql("SELECT VERSION()").scalar_one()
    yield Finding(OK, "server", f"{'MariaDB' if kind == 'mariadb' else 'MySQL'} {version} answers")


def _own_tables(connection: Connection) -> Iterator[Finding]:
    at = current_revision(connection)
    if at == head_revision():
        yield Finding(OK, "own tables", f"the service's own tables are at version {at}")
    else:
        state = f"are at version {at}" if at else "are not there"
        yield Finding(ERROR, "own tables", f"the service's own tables {state}", "lticontainer db upgrade")


def _tables(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    account = account_of(connection)
    found = [
        (table, needed, {r: refusal(connection, table, r) for r in needed}) for table, needed in rights(moodle)
    ]
    config = moodle.config
    if all(answers["SELECT"] in {NO_TABLE} | REFUSED for _, _, answers in found):
        prefixes = _prefixes(connection, config.schema)
        known = f"; there are tables with the prefix {' and '.join(prefixes)}" if prefixes else ""
        yield Finding(
            ERROR,
            "prefix",
            f"no table begins with {config.name.removesuffix('config')} in {_place(connection, config.schema)}, "
            f"or the account may read none{known}",
            "set moodle_prefix and moodle_database to $CFG->prefix and $CFG->dbname in Moodle's config.php; if "
            "they are right, give the account its rights:\n" + _grants(moodle, account),
        )
        return
    for table, needed, answers in found:
        missing = [right for right in needed if answers[right] in REFUSED]
        if NO_TABLE in answers.values():
            plugin = "lticontainer" in table.name
            what = (
                "install mod_lticontainer in Moodle"
                if plugin
                else "compare moodle_prefix with Moodle's config.php"
            )
            yield Finding(ERROR, "tables", f"there is no table {table.name}", what)
        elif NO_COLUMN in answers.values():
            remedy = "run Moodle's upgrade; if this Moodle is newer than the service knows, upgrade the service"
            yield Finding(ERROR, "columns", f"{table.name} lacks a column: {_missing(connection, table)}", remedy)
        elif missing:
            yield Finding(
                ERROR,
                "grants",
                f"{account} lacks {', '.join(missing)} on {table.name}",
                grant(table, missing, account),
            )
    if all(answer is None for _, _, answers in found for answer in answers.values()):
        yield Finding(OK, "tables", f"all {len(found)} tables are there, with their columns")
        yield Finding(OK, "grants", f"{account} may do what the service needs")


def _grants(moodle: MoodleTables, account: str) -> str:
    return "\n".join(grant(table, needed, account) for table, needed in rights(moodle))


def _place(connection: Connection, schema: str | None) -> str:
    return f"the database {schema or connection.exec_driver_sql('SELECT DATABASE()').scalar()}"


def _prefixes(connection: Connection, schema: str | None) -> list[str]:
    query = text(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = COALESCE(:schema, DATABASE()) "
        "AND table_name LIKE '%external\\_tokens'"
    )
    names = connection.execute(query, {"schema": schema}).scalars()
    return sorted(str(name).removesuffix("external_tokens") for name in names)


def _missing(connection: Connection, table: Table) -> str:
    query = text(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name"
    )
    there = {
        str(n).lower() for n in connection.execute(query, {"schema": table.schema, "name": table.name}).scalars()
    }
    return ", ".join(column.name for column in table.c if column.name not in there)


def _widths(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    query = text(
        "SELECT table_name, column_name, character_maximum_length FROM information_schema.columns "
        "WHERE table_schema = COALESCE(:schema, DATABASE()) AND character_maximum_length IS NOT NULL"
    )
    found = {(row[0], row[1]): row[2] for row in connection.execute(query, {"schema": moodle.config.schema})}
    narrow = [
        f"{table.name}.{column.name} holds {found[table.name, column.name]} characters instead of {length}"
        for table in moodle.written
        for column in table.c
        if (length := getattr(column.type, "length", None))
        and found.get((table.name, column.name), length) < length
    ]
    if narrow:
        remedy = (
            "longer values are kept as rejected records; `lticontainer rejects replay --all` once it is mended"
        )
        yield Finding(WARNING, "widths", "; ".join(narrow), remedy)
    else:
        yield Finding(OK, "widths", "the data tables are as wide as those of mod_lticontainer 1.6.3")


def _versions(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    release = _config(connection, moodle, "release")
    match = re.match(r"(\d+)\.(\d+)", release)
    known = f"the service knows {'.'.join(map(str, OLDEST))} to {'.'.join(map(str, NEWEST))}"
    branch = (int(match[1]), int(match[2])) if match else (0, 0)
    if OLDEST <= branch <= NEWEST:
        yield Finding(OK, "version", f"Moodle {release}")
    elif branch < OLDEST:
        yield Finding(WARNING, "version", f"Moodle {release or '?'} is older: {known}", "upgrade Moodle")
    else:
        remedy = "look for a newer release of the service, and try it out with a copy of the database first"
        yield Finding(WARNING, "version", f"Moodle {release} is newer: {known}", remedy)
    p = moodle.config_plugins.c
    query = select(p.value).where(p.plugin == "mod_lticontainer", p.name == "version")
    plugin = str(connection.execute(query).scalar() or "")
    if plugin == PLUGIN:
        yield Finding(OK, "plugin", "mod_lticontainer 1.6.3")
    else:
        text_ = f"mod_lticontainer has version {plugin}" if plugin else "Moodle has no version of mod_lticontainer"
        remedy = f"the service knows {PLUGIN} (1.6.3); install it, or compare what has changed in its tables"
        yield Finding(WARNING, "plugin", text_, remedy)


def _config(connection: Connection, moodle: MoodleTables, name: str) -> str:
    c = moodle.config.c
    return str(connection.execute(select(c.value).where(c.name == name)).scalar() or "")


def _web_services(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    if _config(connection, moodle, "enablewebservices") in ("", "0"):
        remedy = "Site administration > General > Advanced features > Enable web services"
        yield Finding(ERROR, "web services", "web services are off in Moodle: every token is refused", remedy)
    else:
        yield Finding(OK, "web services", "web services are on")
    if _config(connection, moodle, "maintenance_enabled") not in ("", "0"):
        remedy = "end it when the work is done: php admin/cli/maintenance.php --disable"
        yield Finding(WARNING, "maintenance", "Moodle is in maintenance mode: tokens are refused", remedy)


def _services(connection: Connection, moodle: MoodleTables, functions: Collection[str]) -> Iterator[Finding]:
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
        .where(t.externalserviceid == service, lasting(t.validuntil), *active)
    )
    usable = connection.execute(query.where(t.userid.in_(allowed)) if restricted else query).scalar_one()
    every = select(func.count()).select_from(moodle.external_tokens).where(t.externalserviceid == service)
    return int(usable), int(connection.execute(every).scalar_one())
