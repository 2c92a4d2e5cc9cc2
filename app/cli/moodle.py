"""`lticontainer import-moodle` and `lticontainer moodle`: a Moodle's database, brought along or looked at."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict

import click
from sqlalchemy import inspect

from app.cli.common import bar, print_table, printable, service
from app.errors import ServiceUnavailable
from app.moodle.checking import check
from app.moodle.finding import ERROR, OK, WARNING
from app.moodle.import_tally import Tally
from app.moodle.importing import Importer
from app.moodle.schema import moodle_tables
from app.settings import IMPORT_SOURCE_VARIABLE, check_database_url
from app.storage.database import Database, make_engine, translated_errors

SHOWN = 10
MYSQL = "mysql+pymysql"


@click.command("import-moodle")
@click.option(
    "--source",
    required=True,
    envvar=IMPORT_SOURCE_VARIABLE,
    metavar="URL",
    help="SQLAlchemy URL of Moodle's database; `-` reads it from standard input.",
)
@click.option("--prefix", default="mdl_", show_default=True, help="What Moodle's table names begin with.")
def import_moodle(source: str, prefix: str) -> None:
    """Bring the records of mod_lticontainer from a Moodle's database into the service's own tables.

    It may be cut off and run again, and brings what is new when it is run again. Moodle's database is only read,
    and the service may go on running. A URL with a password belongs on standard input or into the variable
    LTICONTAINER_IMPORT_SOURCE, not on the command line.
    """
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,19}", prefix):
        raise click.BadParameter("must be a letter, then at most 19 letters, digits and _", param_hint="--prefix")
    parts = service()
    if parts.settings.moodle_prefix:
        raise click.ClickException(
            "moodle_prefix is set: records are in Moodle's own tables already, nothing needs to be imported. "
            "`lticontainer activity rebuild` makes cell runs of the rows that are there"
        )
    moodle = Database(make_engine(_url(source), timeout=parts.settings.database_timeout, pool_size=1))
    _check(moodle, prefix)
    importer = Importer(moodle, moodle_tables(prefix), parts.database, parts.ltis, parts.rejects)
    with translated_errors(), bar("rows") as tell:
        found = importer.run(tell)
    _tell(found)


def _url(source: str) -> str:
    url = sys.stdin.readline().strip() if source == "-" else source
    try:
        if not url.startswith(f"{MYSQL}://") and "://" in url and not url.startswith("postgres"):
            raise ValueError(f"must begin with {MYSQL}://")
        check_database_url(url)
    except ValueError as error:
        text = str(error)
        if "PostgreSQL" in text:
            text = (
                "names a PostgreSQL. Only a Moodle on MariaDB or MySQL can be imported from. Copy the Moodle "
                "into a MariaDB first, with its own admin/tool/dbtransfer/cli/migrate.php, and name that one here"
            )
        raise click.BadParameter(text, param_hint="--source") from None
    return url


def _check(moodle: Database, prefix: str) -> None:
    """Say which of the tables that are read is missing."""
    try:
        with moodle.reading() as connection:
            there = set(inspect(connection).get_table_names())
    except ServiceUnavailable as error:
        text = error.detail.replace("see the setting database_url", "see --source")
        raise click.ClickException(f"Moodle's database: {text}") from error
    tables = moodle_tables(prefix)
    needed = (*tables.written, tables.lti, tables.lticontainer, tables.config)
    missing = [table.name for table in needed if table.name not in there]
    if missing:
        raise click.ClickException(
            f"the source has no table {missing[0]} that its account may read; is --prefix right, and has "
            "mod_lticontainer been installed there?"
        )


def _tell(found: dict[str, Tally]) -> None:
    rows = [(name, x.read, x.imported, x.there, x.withheld, x.rejected) for name, x in found.items()]
    print_table(("table", "read", "imported", "already there", "withheld", "rejected"), rows)
    for name, tally in found.items():
        for reason, count in sorted(tally.reasons.items(), key=lambda item: -item[1])[:SHOWN]:
            click.echo(printable(f"{name}: {count} rejected: {reason}"))
    if any(tally.rejected for tally in found.values()):
        click.echo("What was rejected is kept: lticontainer rejects list")
    if any(tally.withheld for tally in found.values()):
        click.echo("What was withheld is of courses that want nothing to be stored.")


@click.group("moodle")
def moodle() -> None:
    """Look at the Moodle whose tables the service works on."""


_SIGNS = {OK: "ok   ", WARNING: "WARN ", ERROR: "ERROR"}


@moodle.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of all findings.")
def check_command(as_json: bool) -> None:
    """Look whether Moodle's database is as the service needs it, and say what to do where it is not.

    Nothing is changed. The exit code is 1 where something keeps the service from working.
    """
    parts = service()
    settings = parts.settings
    if not settings.moodle_prefix:
        raise click.ClickException(
            "moodle_prefix is not set: the service works on tables of its own, and Moodle's are not used. To work "
            "on Moodle's, set it to $CFG->prefix of Moodle's config.php, and database_url to its MariaDB or MySQL "
            "server"
        )
    tables = moodle_tables(settings.moodle_prefix, settings.moodle_database or None)
    findings = check(parts.database, tables, parts.registry.functions)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(f"{_SIGNS[finding.level]}  {finding.check:<13} {printable(finding.text)}")
            for line in finding.remedy.splitlines():
                click.echo(f"{'':<21}{printable(line)}")
    if any(finding.level == ERROR for finding in findings):
        sys.exit(1)
