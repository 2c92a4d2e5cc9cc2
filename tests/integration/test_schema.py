"""Tables are written down three times: app/storage/tables.py, the migrations, plain SQL. All are equal."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, make_url

from app.resources import resource_dir
from app.storage.database import make_engine
from app.storage.migrate import VERSION_TABLE, upgrade
from app.storage.plain_sql import DIALECTS, plain_schema
from app.storage.tables import metadata
from tests.support.databases import new_database
from tests.support.site import Site


def kind_of(site: Site) -> str:
    return "sqlite" if make_url(site.database_url).get_backend_name() == "sqlite" else "mariadb"


def dump(engine: Engine) -> dict[str, str]:
    """Return the statement of every table and index as the database gives it back, by name."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            return {name: re.sub(r"\s+", "", sql) for name, sql in found if name != VERSION_TABLE}
        names = [row[0] for row in connection.exec_driver_sql("SHOW TABLES")]
        return {
            name: in_one_order(connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1])
            for name in names
            if name != VERSION_TABLE
        }


def in_one_order(statement: str) -> str:
    """Return a table's statement with its keys sorted: an index that was made anew stands last."""
    lines = [line.rstrip(",") for line in statement.splitlines()]
    keys = [line for line in lines if line.startswith("  KEY")]
    return "\n".join([line for line in lines if line not in keys] + sorted(keys))


def load(engine: Engine, statements: str) -> None:
    text = re.sub(r"^--.*\n", "", statements, flags=re.MULTILINE)
    with engine.begin() as connection:
        for statement in filter(None, map(str.strip, text.split(";\n"))):
            escaped = statement if engine.dialect.name == "sqlite" else statement.replace("%", "%%")
            connection.exec_driver_sql(escaped)


@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_the_plain_sql_in_the_tree_is_what_the_command_prints(dialect: str) -> None:
    assert (resource_dir("sql") / f"schema-{dialect}.sql").read_text("utf-8") == plain_schema(dialect)


def test_the_migrations_make_the_tables_that_the_code_describes(site: Site) -> None:
    with site.parts.database.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_the_plain_sql_makes_what_the_migrations_make(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    engine = make_engine(new_database(kind_of(site), folder))
    load(engine, plain_schema(kind_of(site)))
    expected = dump(site.parts.database.engine)
    assert len(expected) >= len(metadata.tables)
    assert dump(engine) == expected
    engine.dispose()


def test_an_upgrade_of_tables_made_by_plain_sql_changes_nothing_but_the_version(empty_site: Site) -> None:
    engine = empty_site.parts.database.engine
    load(engine, plain_schema(kind_of(empty_site)))
    before = dump(engine)
    assert upgrade(engine)[0] is None
    assert dump(engine) == before


def test_a_migration_that_was_cut_off_goes_on_where_it_stopped(empty_site: Site, tmp_path: Path) -> None:
    engine = empty_site.parts.database.engine
    begun = plain_schema(kind_of(empty_site)).split(";\n")[:5]
    load(engine, ";\n".join(begun))
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert (
            compare_metadata(
                MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}), metadata
            )
            == []
        )


def test_a_new_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    upgrade(make_engine(f"sqlite:///{file}"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
