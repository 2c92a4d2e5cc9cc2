"""`lticontainer token`: service tokens."""

from __future__ import annotations

import time
from ipaddress import ip_network

import click

from app.auth.addresses import Network
from app.auth.authenticator import new_token
from app.auth.caller import SCOPES
from app.cli.common import ROW, print_table, service, when

DAY = 86_400


class NetworkType(click.ParamType[Network]):
    """An address or a network."""

    name = "network"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Network:
        """Return the network."""
        try:
            return ip_network(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of machine clients."""


@token.command("create")
@click.option("--name", required=True, help="Who will use it, for the list; at most 100 characters.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="Repeatable.")
@click.option(
    "--course",
    "courses",
    multiple=True,
    type=click.IntRange(1),
    help="Only this course. Repeatable. Default: all.",
)
@click.option(
    "--network", "networks", multiple=True, type=NetworkType(), help="Only from this network. Repeatable."
)
@click.option("--days", type=click.IntRange(1, 36_500), help="Days until it expires. Default: never.")
def create(
    name: str,
    scopes: tuple[str, ...],
    courses: tuple[int, ...],
    networks: tuple[Network, ...],
    days: int | None,
) -> None:
    """Print a new token, once, and nothing else."""
    if not name or len(name) > 100:
        raise click.BadParameter(f"has {len(name)} characters, 1 to 100 are allowed", param_hint="--name")
    text = new_token()
    expires = None if days is None else int(time.time()) + days * DAY
    service().tokens.add(text, name, scopes, courses or None, networks or None, expires)
    click.echo(text)


@token.command("list")
def list_command() -> None:
    """List all tokens: their rights, never themselves."""
    rows = [
        (
            row.id,
            row.name,
            " ".join(sorted(row.scopes)),
            "all" if row.courses is None else " ".join(map(str, sorted(row.courses))),
            "any" if row.networks is None else " ".join(map(str, row.networks)),
            when(row.created_at),
            when(row.expires_at),
            when(row.revoked_at),
        )
        for row in service().tokens.list()
    ]
    print_table(("id", "name", "scopes", "courses", "networks", "created", "expires", "revoked"), rows)


@token.command("revoke")
@click.argument("token_id", type=ROW, metavar="ID")
def revoke(token_id: int) -> None:
    """Revoke the token with this ID of the list, at once."""
    if not service().tokens.revoke(token_id):
        raise click.ClickException(f"no token {token_id} is in force")
    click.echo(f"Token {token_id} is revoked.")
