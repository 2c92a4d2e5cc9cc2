"""`lticontainer page`: ways into the page at `/`."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import click

from app.auth.authenticator import new_token
from app.auth.caller import SCOPES
from app.cli.common import service

MINUTE = 60
DAY = 86_400
READING = ("activity:read", "containers:read")


@click.group()
def page() -> None:
    """Let people into the page at `/`."""


@page.command("link")
@click.option("--name", required=True, help="Who will use it, for the list of tokens; at most 100 characters.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=READING,
    show_default=True,
    type=click.Choice(SCOPES),
    help="Repeatable.",
)
@click.option(
    "--course",
    "courses",
    multiple=True,
    type=click.IntRange(1),
    help="Only this course. Repeatable. Default: all.",
)
@click.option("--minutes", type=click.IntRange(1, 1440), default=10, show_default=True, help="How long it works.")
@click.option(
    "--days", type=click.IntRange(1, 365), default=1, show_default=True, help="Days until its token expires."
)
@click.option("--url", help="Address of the page. Default: the setting `public_url`, or `bind`.")
def link(
    name: str, scopes: tuple[str, ...], courses: tuple[int, ...], minutes: int, days: int, url: str | None
) -> None:
    """Print a link that opens the page logged in, once, with a new token of its own."""
    if not name or len(name) > 100:
        raise click.BadParameter(f"has {len(name)} characters, 1 to 100 are allowed", param_hint="--name")
    parts = service()
    settings = parts.settings
    address = url or settings.public_url or f"http://{settings.bind}"
    if urlsplit(address).scheme not in ("http", "https"):
        raise click.BadParameter("must be http://HOST or https://HOST", param_hint="--url")
    token = new_token()
    parts.tokens.add(token, name, scopes, courses or None, None, int(time.time()) + days * DAY)
    code = parts.login_codes.issue(token, minutes * MINUTE)
    click.echo(f"{address.rstrip('/')}/#login={code}")
