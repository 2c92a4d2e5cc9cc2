"""The `lticontainer` command, a module for each group of commands."""

from __future__ import annotations

import sys

import click

from app import __version__
from app.cli import (
    activities,
    activity,
    audit,
    database,
    functions,
    hosts,
    keys,
    moodle,
    page,
    params,
    rejects,
    send,
    serve,
    tokens,
    tryout,
)
from app.errors import CallError
from app.settings import SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(version)s")
def cli() -> None:
    """Run and look after the lticontainer companion.

    Settings come from the environment (LTICONTAINER_*), then from the TOML file named by LTICONTAINER_CONFIG.
    """


for _command in (
    serve.serve,
    tryout.tryout,
    database.db,
    tokens.token,
    page.page,
    activities.lti,
    params.params,
    hosts.host,
    rejects.rejects,
    activity.activity,
    moodle.import_moodle,
    moodle.moodle,
    audit.audit,
    send.send,
    keys.init,
    keys.key,
    functions.functions,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; a wrong setting or a database that is down ends with one sentence and exit 1."""
    try:
        cli(prog_name="lticontainer")
    except SettingsError as error:
        sys.exit(f"lticontainer: {error}")
    except CallError as error:
        sys.exit(f"lticontainer: {error.message}" + (f": {error.detail}" if error.detail else ""))
