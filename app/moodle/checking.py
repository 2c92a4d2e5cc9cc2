"""Looks at everything on which the service depends in Moodle's database, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select

from app.moodle.check_services import check_services, check_web_services, read_config
from app.moodle.check_tables import check_tables, check_widths
from app.moodle.finding import ERROR, OK, WARNING, Finding
from app.moodle.schema import MoodleTables
from app.storage.database import Database
from app.storage.migrate import current_revision, head_revision

OLDEST, NEWEST = (4, 2), (5, 1)
PLUGIN = "2026012900"
"""Version 1.6.3 of mod_lticontainer."""


def check(database: Database, moodle: MoodleTables, functions: Collection[str]) -> list[Finding]:
    """Return all findings.

    :param functions: names of the functions that the service has.
    :raises ServiceUnavailable: the database does not answer, or refuses the account.
    """
    with database.reading() as connection:
        found = [*_server(connection, database.kind), *_own_tables(connection)]
        tables = list(check_tables(connection, moodle))
        found += tables
        if not any(finding.level == ERROR for finding in tables):
            found += [
                *check_widths(connection, moodle),
                *_moodle(connection, moodle),
                *_plugin(connection, moodle),
            ]
            found += check_web_services(connection, moodle)
            found += check_services(connection, moodle, functions)
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


def _moodle(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    release = read_config(connection, moodle, "release")
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


def _plugin(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    p = moodle.config_plugins.c
    query = select(p.value).where(p.plugin == "mod_lticontainer", p.name == "version")
    plugin = str(connection.execute(query).scalar() or "")
    if plugin == PLUGIN:
        yield Finding(OK, "plugin", "mod_lticontainer 1.6.3")
    else:
        text_ = f"mod_lticontainer has version {plugin}" if plugin else "Moodle has no version of mod_lticontainer"
        remedy = f"the service knows {PLUGIN} (1.6.3); install it, or compare what has changed in its tables"
        yield Finding(WARNING, "plugin", text_, remedy)
