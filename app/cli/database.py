"""`lticontainer db`: tables, and moving from one database to another."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import Engine

from app.cli.common import service
from app.factory import own_engine
from app.settings import check_database_url, load_settings
from app.storage.copy import CopyError, copy_database
from app.storage.database import make_engine, translated_errors
from app.storage.migrate import upgrade
from app.storage.plain_sql import DIALECTS, plain_schema


@click.group()
def db() -> None:
    """Make and change the tables of the database."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Make the tables, or bring them to the version this release needs."""
    with translated_errors():
        before, after = upgrade(service().database.engine)
    click.echo(
        f"The database is at version {after}" + (f", it was at {before}" if before not in (None, after) else ".")
    )


@db.command("copy")
@click.argument("source", metavar="SOURCE_URL")
@click.argument("target", metavar="TARGET_URL")
def copy_command(source: str, target: str) -> None:
    """Copy all rows from one database to another, from SQLite to MariaDB or back.

    The URLs are SQLAlchemy URLs; `-` stands for the setting database_url, which keeps a password off the
    command line. The target must be empty; its tables are made. Stop the service first.
    """
    settings = load_settings()
    named = (("SOURCE_URL", source), ("TARGET_URL", target))
    old, new = (own_engine(settings) if url == "-" else _engine(name, url) for name, url in named)
    if old.dialect.name == "sqlite" and not Path(old.url.database or "").is_file():
        raise click.BadParameter("there is no such file", param_hint="SOURCE_URL")
    if new.dialect.name == "sqlite" and not new.url.database:
        raise click.BadParameter("names no file", param_hint="TARGET_URL")
    try:
        with translated_errors():
            counts = copy_database(old, new, _progress)
    except CopyError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{sum(counts.values())} rows copied and counted again.")


def _engine(name: str, url: str) -> Engine:
    try:
        check_database_url(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=name) from None
    return make_engine(url)


@db.command("schema")
@click.argument("dialect", type=click.Choice(sorted(DIALECTS)))
def schema_command(dialect: str) -> None:
    """Print the tables as plain SQL: what `db upgrade` makes, for those who make tables by hand."""
    click.echo(plain_schema(dialect), nl=False)


def _progress(table: str, done: int, total: int) -> None:
    click.echo(f"\r{table}: {done} of {total}", nl=done >= total, err=True)
