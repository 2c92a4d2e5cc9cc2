"""The tables that the tests make are those that the service expects."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.moodle.schema import moodle_tables
from app.storage.database import make_engine
from app.storage.tables import metadata
from tests.support.databases import shared_mariadb
from tests.support.moodle_tables import Moodle


def test_every_column_that_the_service_uses_is_there() -> None:
    moodle = Moodle(shared_mariadb())
    engine = make_engine(shared_mariadb().url(moodle.database))
    with engine.connect() as connection:
        for table in moodle_tables("mdl_", moodle.database).every:
            connection.execute(select(table).limit(1)).all()
    engine.dispose()


def test_text_is_compared_by_code_point_and_found_by_an_index() -> None:
    moodle = Moodle(shared_mariadb())
    for name in ("abc", "ABC", "ábc"):
        moodle.execute("INSERT INTO {lticontainer_session} (session, lti_id) VALUES (%s, 1)", name)
    found = moodle_tables("mdl_", moodle.database).lticontainer_session
    engine = make_engine(shared_mariadb().url(moodle.database))
    with engine.connect() as connection:

        def names(*where: ColumnElement[bool]) -> list[str]:
            return list(connection.execute(select(found.c.session).where(*where)).scalars())

        assert names(found.c.session == "abc") == ["abc"]
        assert names(found.c.session.in_(["ABC", "x"])) == ["ABC"]
        assert names(found.c.session != "abc") == ["ABC", "ábc"]
        assert names(found.c.session.not_in(["abc", "ABC"])) == ["ábc"]
        plan = connection.exec_driver_sql(
            "EXPLAIN "
            + str(
                select(found.c.session)
                .where(found.c.session == "abc")
                .compile(engine, compile_kwargs={"literal_binds": True})
            )
        ).mappings()
        assert [row["key"] for row in plan] == ["mdl_lticsess_ses_ix"]
    engine.dispose()


def test_no_migration_knows_moodles_tables() -> None:
    assert not {table.name for table in moodle_tables("mdl_").every} & set(metadata.tables)
