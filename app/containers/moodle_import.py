"""Hosts out of mod_lticontainer's rows in a Moodle's database, which hold how the plugin got in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, column, select, table

from app.containers.host import LOCAL, SSH_PORT, Host, host_fault
from app.storage.database import Database

HERE = frozenset({"localhost", "127.0.0.1", "::1"})
PREFIX = re.compile("[A-Za-z0-9_]{0,20}")


@dataclass(frozen=True, slots=True)
class MoodleRow:
    """What one instance of mod_lticontainer knows of its host."""

    instance: int
    course: int
    url: str
    user: str
    password: str
    podman: bool


def read_moodle_rows(database: Database, prefix: str) -> list[MoodleRow]:
    """Return the rows of a Moodle's database; raises ServiceUnavailable."""
    with database.reading() as connection:
        return list(_rows(connection, prefix))


def hosts_of(rows: Iterable[MoodleRow]) -> tuple[list[tuple[Host, str]], list[str]]:
    """Return hosts with their passwords, and a line for each row that makes none.

    Rows with the same address, user, password and engine are one host, for the courses of all of them.
    """
    courses: dict[tuple[str, str, str, str], set[int]] = {}
    skipped = []
    for row in rows:
        address = urlsplit(row.url).hostname or ""
        if not address:
            skipped.append(f"instance {row.instance} of course {row.course}: no address of a JupyterHub")
            continue
        here = address in HERE
        if not here and not (row.user and row.password):
            skipped.append(f"instance {row.instance} of course {row.course}: no user or no password")
            continue
        login = ("", "") if here else (row.user, row.password)
        engine = "podman" if row.podman else "docker"
        courses.setdefault((LOCAL if here else address, engine, *login), set()).add(row.course)
    return _named(courses, skipped), skipped


def _named(courses: Mapping[tuple[str, str, str, str], set[int]], skipped: list[str]) -> list[tuple[Host, str]]:
    found: dict[str, tuple[Host, str]] = {}
    for (address, engine, user, password), of in courses.items():
        here = address == LOCAL
        name = _free(LOCAL if here else address.replace(":", "-"), user, found)
        host = Host(name, engine, "" if here else address, SSH_PORT, user, courses=frozenset(of))
        if fault := host_fault(host):
            skipped.append(f"{address}: {fault}")
        elif here and LOCAL in found:
            skipped.append(f"{LOCAL}: this machine has one engine only, {found[LOCAL][0].engine}")
        else:
            found[name] = (host, password)
    return list(found.values())


def _free(name: str, user: str, taken: Mapping[str, object]) -> str:
    if name == LOCAL or name not in taken:
        return name
    plain = re.sub("[^a-z0-9.-]", "-", user.lower())
    tries = [f"{name}-{plain}", *(f"{name}-{plain}-{number}" for number in range(2, 1000))]
    return next(one for one in tries if one not in taken)


def _rows(connection: Connection, prefix: str) -> Iterable[MoodleRow]:
    names = ("id", "course", "jupyterhub_url", "docker_user", "docker_pass", "use_podman")
    instances = table(f"{prefix}lticontainer", *map(column, names))
    statement = select(instances).order_by(instances.c.id)
    for row in connection.execute(statement).all():
        url = row.jupyterhub_url or _first_tool(connection, prefix, row.course)
        user, password = row.docker_user or "", row.docker_pass or ""
        yield MoodleRow(row.id, row.course, url, user, password, bool(row.use_podman))


def _first_tool(connection: Connection, prefix: str, course: int) -> str:
    """Return the address of a course's first LTI tool, which stands in for an empty JupyterHub URL."""
    lti: Any = table(f"{prefix}lti", *map(column, ("id", "course", "typeid")))
    types: Any = table(f"{prefix}lti_types", *map(column, ("id", "baseurl")))
    joined = lti.join(types, lti.c.typeid == types.c.id)
    statement = select(types.c.baseurl).select_from(joined).where(lti.c.course == course).order_by(lti.c.id)
    return str(connection.execute(statement.limit(1)).scalar() or "")
