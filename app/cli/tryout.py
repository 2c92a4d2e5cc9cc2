"""`lticontainer tryout`: a service with its own small database and a made-up class, to look at."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click
from sqlalchemy import create_engine, func, select

from app.cli.classroom import Classroom, NotTaken, Target
from app.settings import CONFIG_VARIABLE, check_bind
from app.storage import tables as t

START_SECONDS = 30
LINK_MINUTES = "60"
SHOWN = ("session", "client_data", "server_data", "executions", "tags", "rejects")


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("var"), show_default=True)
@click.option("--bind", default="127.0.0.1:8088", show_default=True, metavar="HOST:PORT")
@click.option("--students", type=click.IntRange(1, 2000), default=40, show_default=True, help="Size of the class.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another class.")
@click.option("--quiet", is_flag=True, help="Send the lesson so far, and do not go on sending.")
def tryout(folder: Path, bind: str, students: int, seed: int, quiet: bool) -> None:
    """Start the service with an SQLite file in FOLDER and send it a made-up class; stop it with Ctrl-C."""
    _check_free(bind)
    folder.mkdir(parents=True, exist_ok=True)
    database = folder.absolute() / "lticontainer.sqlite3"
    environment = {**os.environ, CONFIG_VARIABLE: str(folder.absolute() / "lticontainer.toml")}
    if not (folder / "lticontainer.toml").exists():
        moodle = ("--moodle-url", f"http://{bind}", "--database-url", f"sqlite:///{database}")
        _run(environment, "init", "--config", environment[CONFIG_VARIABLE], *moodle)
    _run(environment, "db", "upgrade")
    scopes = ("--scope", "nblogs:write", "--scope", "ltis:write")
    token = _run(environment, "token", "create", "--name", "tryout", *scopes).strip()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--bind", bind], env=environment, start_new_session=True
    )
    stopped = threading.Event()
    try:
        _await(server, f"http://{bind}/health")
        classroom = _send_class(bind, token, students, seed)
        activity_token = _run(environment, "lti", "token", "1", "1").strip()
        _report(database, bind, activity_token)
        _print_link(environment, bind)
        if not quiet:
            threading.Thread(target=classroom.go_on, args=(stopped,), daemon=True).start()
        server.wait()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):  # a second one would leave the service running
            signal.signal(number, signal.SIG_IGN)
        click.echo("\nStopping.")
    finally:
        stopped.set()
        _stop(server)


def _send_class(bind: str, token: str, students: int, seed: int) -> Classroom:
    host, _, port = bind.rpartition(":")
    classroom = Classroom(Target(host, int(port), token), students, seed, datetime.now(UTC))
    click.echo(f"Sending a class of {students} students, as Moodle and proxies do ...")
    try:
        classroom.enrol()
        began = time.monotonic()
        count = classroom.catch_up()
    except NotTaken as error:
        raise click.ClickException(f"the service does not take the class: {error}") from error
    click.echo(f"{count} records in {time.monotonic() - began:.1f} s, each with a request of its own.")
    return classroom


def _print_link(environment: Mapping[str, str], bind: str) -> None:
    made = ("--name", "tryout page", "--url", f"http://{bind}", "--minutes", LINK_MINUTES)
    link = _run(environment, "page", "link", *made).strip()
    click.echo(
        f"""
Open the class in a browser; this link works once, within {LINK_MINUTES} minutes:

  {link}

For another one: lticontainer page link --name me
The service runs until you press Ctrl-C."""
    )


def _check_free(bind: str) -> None:
    host, _, port = bind.rpartition(":")
    try:
        check_bind(bind)
        socket.create_server((host, int(port))).close()
    except (OSError, ValueError) as error:
        raise click.ClickException(f"--bind {bind}: can't listen there: {error}") from error


def _run(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"`lticontainer {arguments[0]}` failed: {done.stdout.strip()}")
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
        click.echo("\nThe newest cell runs (user, file, cell, status, seconds):")
        newest = select(e.username, e.filename, e.codenum, e.status, e.duration_us).order_by(e.id.desc()).limit(5)
        for row in reversed(connection.execute(newest).all()):
            seconds = "-" if row.duration_us is None else f"{row.duration_us / 1e6:.3f}"
            click.echo(f"  {row.username:18} {row.filename:20} {row.codenum:4} {row.status:8} {seconds}")
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
  {Path(sys.executable).with_name("lticontainer")} --help"""
    )
