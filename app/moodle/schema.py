"""The facts of Moodle's tables that the service uses: names, columns, types, for one prefix and database.

Only columns that are read or written stand here, so that an account needs no rights to any other: not to
passwords, nor to private tokens. They have a MetaData of their own, which no migration knows.

Source: `lib/db/install.xml` and `mod/lti/db/install.xml` of Moodle 4.5, and `db/install.xml` of
mod_lticontainer 1.6.3.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from app.moodle.exact import ExactText

SYSTEM, USER, CATEGORY, COURSE, MODULE, BLOCK = 10, 30, 40, 50, 70, 80
"""Levels of contexts."""


def _id() -> Column[int]:
    return Column("id", BigInteger, primary_key=True)


def _numbers(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger) for name in names]


def _texts(**lengths: int) -> list[Column[str]]:
    return [Column(name, ExactText(length)) for name, length in lengths.items()]


@dataclass(frozen=True)
class MoodleTables:
    """Moodle's tables, each under its name without the prefix."""

    lti: Table
    lti_types: Table
    course_modules: Table
    course_sections: Table
    modules: Table
    user: Table
    config: Table
    config_plugins: Table
    sessions: Table
    context: Table
    capabilities: Table
    enrol: Table
    user_enrolments: Table
    role: Table
    role_assignments: Table
    role_capabilities: Table
    external_services: Table
    external_services_functions: Table
    external_services_users: Table
    external_tokens: Table
    lticontainer: Table
    lticontainer_client_data: Table
    lticontainer_server_data: Table
    lticontainer_session: Table
    lticontainer_tags: Table

    @property
    def every(self) -> tuple[Table, ...]:
        """Every table, the data tables last."""
        return tuple(getattr(self, field.name) for field in fields(self))

    @property
    def written(self) -> tuple[Table, ...]:
        """The data tables: the only ones whose rows the service writes."""
        return self.every[-4:]


@cache
def moodle_tables(prefix: str, schema: str | None = None) -> MoodleTables:
    """Return the tables of the Moodle whose table names begin with `prefix`.

    :param schema: Moodle's database on the same server; None: the one that the connection is in.
    """
    metadata = MetaData()

    def table(name: str, *columns: Column[int] | Column[str]) -> Table:
        return Table(prefix + name, metadata, *columns, schema=schema)

    return MoodleTables(
        lti=table("lti", _id(), *_numbers("course", "typeid"), *_texts(name=255)),
        lti_types=table("lti_types", _id(), Column("baseurl", Text), *_texts(tooldomain=255)),
        course_modules=table(
            "course_modules", _id(), *_numbers("course", "module", "instance", "section", "deletioninprogress")
        ),
        course_sections=table("course_sections", _id(), *_numbers("course", "section"), Column("sequence", Text)),
        modules=table("modules", _id(), *_texts(name=20)),
        user=table("user", _id(), *_texts(auth=20, username=100), *_numbers("confirmed", "deleted", "suspended")),
        config=table("config", _id(), *_texts(name=255), Column("value", Text)),
        config_plugins=table("config_plugins", _id(), *_texts(plugin=100, name=100), Column("value", Text)),
        sessions=table("sessions", _id(), *_texts(sid=128), *_numbers("userid", "timemodified")),
        context=table("context", _id(), *_numbers("contextlevel", "instanceid"), *_texts(path=255)),
        capabilities=table("capabilities", _id(), *_texts(name=255)),
        enrol=table("enrol", _id(), *_numbers("courseid", "status")),
        user_enrolments=table(
            "user_enrolments", _id(), *_numbers("enrolid", "userid", "status", "timestart", "timeend")
        ),
        role=table("role", _id(), *_texts(archetype=30)),
        role_assignments=table("role_assignments", _id(), *_numbers("roleid", "contextid", "userid")),
        role_capabilities=table(
            "role_capabilities", _id(), *_numbers("contextid", "roleid", "permission"), *_texts(capability=255)
        ),
        external_services=table(
            "external_services",
            _id(),
            *_texts(name=200, shortname=255, requiredcapability=150),
            *_numbers("enabled", "restrictedusers"),
        ),
        external_services_functions=table(
            "external_services_functions", _id(), *_numbers("externalserviceid"), *_texts(functionname=200)
        ),
        external_services_users=table(
            "external_services_users",
            _id(),
            *_numbers("externalserviceid", "userid", "validuntil"),
            *_texts(iprestriction=255),
        ),
        external_tokens=table(
            "external_tokens",
            _id(),
            *_texts(token=128, sid=128, iprestriction=255),
            *_numbers("tokentype", "userid", "externalserviceid", "contextid", "validuntil"),
        ),
        lticontainer=table(
            "lticontainer", _id(), *_numbers("course"), *_texts(name=255, jupyterhub_url=128, no_display_lti=255)
        ),
        lticontainer_client_data=table(
            "lticontainer_client_data",
            _id(),
            *_texts(session=42, message=42, cell_id=42, filename=255, date=32),
            *_numbers("updatetm"),
        ),
        lticontainer_server_data=table(
            "lticontainer_server_data",
            _id(),
            *_texts(session=42, message=42, status=32, username=32, date=32),
            *_numbers("updatetm"),
        ),
        lticontainer_session=table(
            "lticontainer_session",
            _id(),
            *_texts(session=42),
            *_numbers("course", "inst_id", "lti_id", "updatetm"),
        ),
        lticontainer_tags=table(
            "lticontainer_tags",
            _id(),
            *_texts(cell_id=42),
            Column("tags", Text),
            *_texts(filename=255, codenum=12),
            *_numbers("updatetm"),
        ),
    )
