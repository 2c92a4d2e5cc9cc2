"""Whether Moodle's tables are there, with their columns and widths, and open to the service's account."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, text

from app.moodle.finding import ERROR, OK, WARNING, Finding
from app.moodle.grants import (
    NO_COLUMN,
    NO_TABLE,
    REFUSED,
    account_of,
    grant,
    grant_noting,
    may_note,
    refusal,
    rights,
)
from app.moodle.schema import MoodleTables

Asked = tuple[Table, tuple[str, ...], dict[str, int | None]]
"""A table, the rights that are needed on it, and what the database answers for each: an error's number or None."""


def check_tables(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    """Yield what is found of tables, columns and rights."""
    account = account_of(connection)
    asked: list[Asked] = [
        (table, needed, {r: refusal(connection, table, r) for r in needed}) for table, needed in rights(moodle)
    ]
    if all(answers["SELECT"] in {NO_TABLE} | REFUSED for _, _, answers in asked):
        yield _no_table_at_all(connection, moodle, account)
        return
    faults = [fault for one in asked for fault in _faults(connection, one, account)]
    yield from faults
    if not faults:
        yield Finding(OK, "tables", f"all {len(asked)} tables are there, with their columns")
        yield Finding(OK, "grants", f"{account} may do what the service needs")
    yield from _noting(connection, moodle, account)


def _no_table_at_all(connection: Connection, moodle: MoodleTables, account: str) -> Finding:
    config = moodle.config
    prefixes = _prefixes(connection, config.schema)
    known = f"; there are tables with the prefix {' and '.join(prefixes)}" if prefixes else ""
    return Finding(
        ERROR,
        "prefix",
        f"no table begins with {config.name.removesuffix('config')} in {_place(connection, config.schema)}, "
        f"or the account may read none{known}",
        "set moodle_prefix and moodle_database to $CFG->prefix and $CFG->dbname in Moodle's config.php; if "
        "they are right, give the account its rights:\n" + _grants(moodle, account),
    )


def _faults(connection: Connection, asked: Asked, account: str) -> Iterator[Finding]:
    table, needed, answers = asked
    missing = [right for right in needed if answers[right] in REFUSED]
    if NO_TABLE in answers.values():
        yield Finding(ERROR, "tables", f"there is no table {table.name}", _absent(table))
    elif NO_COLUMN in answers.values():
        remedy = "run Moodle's upgrade; if this Moodle is newer than the service knows, upgrade the service"
        yield Finding(ERROR, "columns", f"{table.name} lacks a column: {_missing(connection, table)}", remedy)
    elif missing:
        what = f"{account} lacks {', '.join(missing)} on {table.name}"
        yield Finding(ERROR, "grants", what, grant(table, missing, account))


def _absent(table: Table) -> str:
    if "lticontainer" in table.name:
        return "install mod_lticontainer in Moodle"
    return "compare moodle_prefix with Moodle's config.php"


def _noting(connection: Connection, moodle: MoodleTables, account: str) -> Iterator[Finding]:
    """Yield a word on the right that the service can do without."""
    if not may_note(connection, moodle):
        what = f"optional: {account} may not write down when a token was used last, so Moodle does not show it"
        yield Finding(WARNING, "last access", what, grant_noting(moodle, account))


def _grants(moodle: MoodleTables, account: str) -> str:
    statements = [grant(table, needed, account) for table, needed in rights(moodle)]
    return "\n".join([*statements, grant_noting(moodle, account)])


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


def check_widths(connection: Connection, moodle: MoodleTables) -> Iterator[Finding]:
    """Yield what is found of the widths of the data tables."""
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
