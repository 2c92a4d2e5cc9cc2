"""Brings the tables of a database to the version that this release needs."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from app.resources import resource_dir

VERSION_TABLE = "lticontainer_alembic_version"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource_dir("sql")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def head_revision() -> str:
    """Return the newest revision that this release knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at, None for an empty one."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Run what migrations are missing; return the revisions before and after."""
    with engine.connect() as connection:
        before = current_revision(connection)
        connection.rollback()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return before, head_revision()
