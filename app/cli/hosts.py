"""`lticontainer host`: the hosts whose container engines teachers see."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from app.audit.entry import Target
from app.audit.trail import Trail
from app.cli.common import actor, print_table, printable, service
from app.containers.check import walk
from app.containers.deadline import CONNECT, Deadline
from app.containers.host import ENGINES, LOCAL, Host, host_fault, read_address
from app.containers.hosts import login_of
from app.containers.moodle_import import PREFIX, hosts_of, read_moodle_rows
from app.containers.ssh_transport import fetch_host_key, load_private_key, read_public_key, write_public_key
from app.containers.store import HostExists
from app.factory import Service
from app.fields import INT32_MAX
from app.settings import check_database_url
from app.storage.database import Database, make_engine

PASSWORD_LIMIT = 1_000


@click.group()
def host() -> None:
    """Look after the container hosts: where Docker or Podman runs, and how to get in."""


@host.command("add")
@click.argument("name")
@click.option("--address", default="", help="HOST or HOST:PORT of its SSH server.")
@click.option("--user", default="", help="User on the host; it needs no login shell.")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True, help="What runs there.")
@click.option("--socket", default="", help="The engine's Unix socket. Default: where the engine puts it.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Private key on this machine, without passphrase, readable by the service.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead.")
@click.option(
    "--course",
    "courses",
    multiple=True,
    type=click.IntRange(1, INT32_MAX),
    help="Only for this course. Repeatable. Default: every course.",
)
def add(
    name: str,
    address: str,
    user: str,
    engine: str,
    socket: str,
    key_file: Path | None,
    password_stdin: bool,
    courses: tuple[int, ...],
) -> None:
    """Add the host NAME. The name `local` stands for this machine, without SSH."""
    way = _here(address, user, key_file, password_stdin) if name == LOCAL else _there(address, user, key_file)
    if name != LOCAL and (key_file is None) != password_stdin:
        raise click.UsageError("give either --key or --password-stdin")
    made = Host(name=name, engine=engine, socket=socket, courses=frozenset(courses) or None, **way)
    if fault := host_fault(made):
        raise click.UsageError(fault)
    if made.key_file and Path(made.key_file).exists():
        load_private_key(login_of(made, lambda _: ""))
    _add(service(), made, _read_password() if password_stdin else "")
    following = "check" if made.is_local else "trust"
    click.echo(f"Host {name} is added. Next: lticontainer host {following} {name}")


@host.command("trust")
@click.argument("name")
@click.option("--fingerprint", help="Pin without a question if the key has this fingerprint, SHA256:...")
def trust(name: str, fingerprint: str | None) -> None:
    """Fetch the key of the host NAME, show its fingerprint, and pin it after a yes."""
    parts = service()
    found = _find(parts, name)
    if found.is_local:
        raise click.ClickException("this machine is not reached by SSH, there is no key to pin")
    key = fetch_host_key(login_of(replace(found, host_key="", sealed=""), lambda _: ""), Deadline(CONNECT))
    line = write_public_key(key)
    if found.host_key == line:
        click.echo(f"Host {name}: {key.fingerprint} is pinned already.")
        return
    if found.host_key:
        click.echo(f"Host {name} had another key until now: {read_public_key(found.host_key).fingerprint}")
    click.echo(f"Host {name} at {found.address} port {found.port} shows {key.get_name()} {key.fingerprint}")
    if fingerprint is not None and fingerprint != key.fingerprint:
        raise click.ClickException(f"the key is not {fingerprint}; nothing is pinned")
    if fingerprint is None:
        click.echo("On the host itself, `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` shows it too.")
        click.confirm("Is this its key?", abort=True)
    with Trail(parts.audit).act(actor(), "trust_host", Target(name)) as act:
        parts.host_store.pin(name, line)
        act.result = key.fingerprint
    click.echo(f"It is pinned. Next: lticontainer host check {name}")


@host.command("check")
@click.argument("name")
def check(name: str) -> None:
    """Walk to the engine of the host NAME, from its address to its version, and say which step fails."""
    parts = service()
    report = walk(_find(parts, name), parts.host_store.unseal)
    for step in report.steps:
        click.echo(f"{'ok  ' if step.ok else 'FAIL'}  {step.name:<9} {printable(step.sentence_en)}")
    if report.error is not None:
        sys.exit(1)


@host.command("list")
def list_command() -> None:
    """List all hosts, never their passwords."""
    rows = [
        (
            found.name,
            "this machine" if found.is_local else f"{found.address}:{found.port}",
            found.user or "-",
            found.engine,
            found.socket or "-",
            found.key_file or ("password" if found.sealed else "-"),
            read_public_key(found.host_key).fingerprint if found.host_key else "-",
            "all" if found.courses is None else " ".join(map(str, sorted(found.courses))),
        )
        for found in service().host_store.list()
    ]
    print_table(("name", "address", "user", "engine", "socket", "key", "host key", "courses"), rows)


@host.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove the host NAME from the list; nothing on the host itself changes."""
    parts = service()
    _find(parts, name)
    with Trail(parts.audit).act(actor(), "remove_host", Target(name)) as act:
        parts.host_store.remove(name)
        act.result = "removed"
    click.echo(f"Host {name} is removed.")


@host.command("import-moodle")
@click.option(
    "--url-stdin",
    is_flag=True,
    help="Read the SQLAlchemy URL of Moodle's database from standard input. Default: the service's own database.",
)
@click.option("--prefix", default="mdl_", show_default=True, help="Prefix of Moodle's tables.")
def import_moodle(url_stdin: bool, prefix: str) -> None:
    """Make hosts of what mod_lticontainer's rows in Moodle hold: address, user, password, engine.

    Each host is for the courses of its rows. Hosts that are there already stay as they are.
    """
    parts = service()
    if not PREFIX.fullmatch(prefix):
        raise click.BadParameter("must be at most 20 letters, digits and _", param_hint="--prefix")
    moodle = _other_database(parts.settings.database_timeout) if url_stdin else parts.database
    found, skipped = hosts_of(read_moodle_rows(moodle, prefix))
    for line in skipped:
        click.echo(printable(f"Left out: {line}"))
    for made, password in found:
        try:
            _add(parts, made, password)
        except click.ClickException as error:
            click.echo(f"Left out: {error.format_message()}")
            continue
        courses = " ".join(map(str, sorted(made.courses or ())))
        click.echo(printable(f"Host {made.name} is added, for the courses {courses}"))


def _other_database(timeout: float) -> Database:
    url = sys.stdin.readline().strip()
    try:
        check_database_url(url)
    except ValueError as error:
        raise click.ClickException(f"the URL of Moodle's database {error}") from None
    return Database(make_engine(url, timeout=timeout, pool_size=1))


def _add(parts: Service, made: Host, password: str) -> None:
    with Trail(parts.audit).act(actor(), "add_host", Target(made.name, object=_way(made))) as act:
        try:
            parts.host_store.add(made, password)
        except HostExists:
            act.fail("there is one of that name")
            raise click.ClickException(f"there is a host {made.name} already; remove it first") from None
        act.result = "added"


def _way(found: Host) -> str:
    """Return where a host is, as people write it."""
    return "this machine" if found.is_local else f"{found.user}@{found.address}:{found.port}"


def _find(parts: Service, name: str) -> Host:
    found = parts.host_store.find(name)
    if found is None:
        known = ", ".join(one.name for one in parts.host_store.list()) or "none yet"
        raise click.ClickException(f"there is no host {printable(name)}; hosts: {known}")
    return found


def _here(address: str, user: str, key_file: Path | None, password: bool) -> dict[str, Any]:
    if address or user or key_file or password:
        raise click.UsageError(
            f"`{LOCAL}` is this machine: no --address, --user, --key and --password-stdin; "
            "give another name to a host that is reached by SSH"
        )
    return {}


def _there(address: str, user: str, key_file: Path | None) -> dict[str, Any]:
    try:
        place, port = read_address(address)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--address") from None
    key = str(key_file.absolute()) if key_file else ""
    return {"address": place, "port": port, "user": user, "key_file": key}


def _read_password() -> str:
    """Return the first line of standard input."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not 0 < len(password) <= PASSWORD_LIMIT:
        raise click.ClickException(
            f"the password has {len(password)} characters, 1 to {PASSWORD_LIMIT} are allowed"
        )
    return password
