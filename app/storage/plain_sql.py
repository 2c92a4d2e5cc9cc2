"""The tables as plain SQL, for people, and for sites where an administrator makes tables by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from app.storage.tables import metadata

DIALECTS: Mapping[str, Callable[[], Dialect]] = MappingProxyType(
    {"sqlite": sqlite.dialect, "mariadb": mysql.dialect}
)
_HEAD = (
    "-- Printed by `lticontainer db schema {}`; not to be edited.\n"
    "-- Run `lticontainer db upgrade` afterwards: it notes the version, and makes what is missing.\n"
)


def plain_schema(dialect: str) -> str:
    """Return the statements that make all tables and indexes of an empty database.

    :param dialect: a key of DIALECTS.
    """
    compiler = DIALECTS[dialect]()
    statements = []
    for table in metadata.sorted_tables:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        elements: list[CreateTable | CreateIndex] = [CreateTable(table), *map(CreateIndex, indexes)]
        for element in elements:
            lines = str(element.compile(dialect=compiler)).strip().splitlines()
            plain = "\n".join(line.rstrip().replace("\t", "    ") for line in lines)
            # SQLAlchemy doubles per cent signs for PyMySQL, which would take them for places of values.
            statements.append(plain.replace(")ENGINE", ") ENGINE").replace("%%", "%") + ";\n")
    return _HEAD.format(dialect) + "\n" + "\n".join(statements)
