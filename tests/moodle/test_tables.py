"""A database that a real Moodle has made holds what the service takes for its facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, Connection, String, Text, inspect, select

from app.moodle.schema import moodle_tables
from app.storage.database import make_engine
from tests.support.moodle import Moodle
from tests.support.moodle_tables import PREFIX


@pytest.fixture
def connection(moodle: Moodle) -> Iterator[Connection]:
    engine = make_engine(moodle.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_every_table_and_column_is_there(connection: Connection, moodle: Moodle) -> None:
    for table in moodle_tables(PREFIX, moodle.database).every:
        connection.execute(select(table).limit(1)).all()


def test_columns_have_the_kind_and_at_least_the_width_that_the_service_expects(
    connection: Connection, moodle: Moodle
) -> None:
    found = inspect(connection)
    for table in moodle_tables(PREFIX, moodle.database).every:
        real = {column["name"]: column["type"] for column in found.get_columns(table.name, moodle.database)}
        for column in table.c:
            kind = real[column.name]
            if isinstance(column.type, Text):
                assert kind.__visit_name__ == "LONGTEXT", (table.name, column.name, kind)
            elif isinstance(column.type, String):
                assert isinstance(kind, String), (table.name, column.name, kind)
                assert kind.length is not None
                assert column.type.length is not None
                assert kind.length >= column.type.length, (table.name, column.name, kind)
            else:
                assert isinstance(column.type, BigInteger)
                assert kind.python_type is int, (table.name, column.name, kind)


def test_the_installed_version_is_the_one_of_the_code(moodle: Moodle) -> None:
    [[release]] = moodle.execute("SELECT value FROM {config} WHERE name = 'release'")
    assert release == moodle.version
