"""`lticontainer tryout`: a service with its own small database and a recorded class, to look at."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click
from sqlalchemy import create_engine, func, select

from app.settings import CONFIG_VARIABLE, SEND_TOKEN_VARIABLE
from app.storage import tables as t

START_SECONDS = 30
RECORDED = Path("tests/data/wire")
SHOWN = ("session", "client_data", "server_data", "executions", "tags", "rejects")


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("var"), show_default=True)
@click.option("--bind", default="127.0.0.1:8088", show_default=True, metavar="HOST:PORT")
@click.option(
    "--recorded",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=RECORDED,
    show_default=True,
    help="Folder of recorded .http requests to send.",
)
def tryout(folder: Path, bind: str, recorded: Path) -> None:
    """Start the service with an SQLite file in FOLDER and send it a recorded class; stop it with Ctrl-C."""
    _check_free(bind)
    folder.mkdir(parents=True, exist_ok=True)
    database = folder.absolute() / "lticontainer.sqlite3"
    environment = {**os.environ, CONFIG_VARIABLE: str(folder.absolute() / "lticontainer.toml")}
    if not (folder / "lticontainer.toml").exists():
        moodle = ("--moodle-url", f"http://{bind}", "--database-url", f"sqlite:///{database}")
        _run(environment, "init", "--config", environment[CONFIG_VARIABLE], *moodle, quiet=True)
    _run(environment, "db", "upgrade", quiet=True)
    token = _run(environment, "token", "create", "--name", "tryout", "--scope", "nblogs:write", quiet=True).strip()
    _run(environment, "lti", "register", "1", "--course", "2", "--instance", "1", quiet=True)
    activity_token = _run(environment, "lti", "token", "1", "1", quiet=True).strip()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--bind", bind], env=environment, start_new_session=True
    )
    try:
        _await(server, f"http://{bind}/health")
        files = sorted(str(path) for path in recorded.glob("*.http"))
        _run({**environment, SEND_TOKEN_VARIABLE: token}, "send", "--url", f"http://{bind}", *files)
        _report(database, bind, activity_token)
        server.wait()
    except KeyboardInterrupt:
        click.echo("\nStopping.")
    finally:
        _stop(server)


def _check_free(bind: str) -> None:
    host, _, port = bind.rpartition(":")
    try:
        socket.create_server((host, int(port))).close()
    except (OSError, ValueError, OverflowError) as error:
        raise click.ClickException(f"--bind {bind}: can't listen there: {error}") from error


def _run(environment: Mapping[str, str], *arguments: str, quiet: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"`lticontainer {arguments[0]}` failed: {done.stdout.strip()}")
    if not quiet:
        click.echo(done.stdout, nl=False)
    return done.stdout


def _await(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise click.ClickException("the service did not start; is the port taken?")
        try:
            with urlopen(url, timeout=2) as answer:  # noqa: S310  # our own http:// address
                if answer.status == 200:
                    return
        except HTTPError as error:
            raise click.ClickException(f"{url} answers {error.code}: {error.read().decode()}") from error
        except (URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"{url} did not answer within {START_SECONDS} s")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _report(database: Path, bind: str, token: str) -> None:
    engine = create_engine(f"sqlite:///{database}")
    e = t.executions.c
    with engine.connect() as connection:
        click.echo("\nWhat is now stored:")
        for name in SHOWN:
            table = t.metadata.tables[t.PREFIX + name]
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            click.echo(f"  {table.name:28} {count:6} rows")
        click.echo("\nCell runs (user, file, cell, status, seconds):")
        newest = select(e.username, e.filename, e.codenum, e.status, e.duration_us).order_by(e.id.desc()).limit(10)
        for row in reversed(connection.execute(newest).all()):
            seconds = "-" if row.duration_us is None else f"{row.duration_us / 1e6:.3f}"
            click.echo(f"  {row.username:12} {row.filename:32} {row.codenum:4} {row.status:8} {seconds}")
    engine.dispose()
    click.echo(
        f"""
Point a proxy at it. In Moodle, an LTI activity's custom parameters say where its records go; for activity 1 of
instance 1, with a proxy on this machine:
  lms_serverurl=http://{bind}
  lms_serverpath=
  lms_rpctoken={token}
For other activities: `lticontainer lti token INSTANCE ACTIVITY`. docs/how-to/point-a-proxy.md has the rest.
The functions, as a page: http://{bind}/api/v1/docs    health: http://{bind}/health
Look around with
  export {CONFIG_VARIABLE}={database.with_name("lticontainer.toml")}
  {Path(sys.executable).with_name("lticontainer")} --help
The service runs until you press Ctrl-C."""
    )
