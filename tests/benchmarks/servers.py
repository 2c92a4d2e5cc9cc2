"""The servers under measurement: gunicorn with the service or the baseline, on either database."""

from __future__ import annotations

import base64
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from tests.support import cli, process
from tests.support.mariadb import MariaDB
from tests.support.service import Service

TABLES = {
    "client": "lticontainer_client_data",
    "server": "lticontainer_server_data",
    "ltictr": "lticontainer_session",
}
Rows = Callable[[], Counter[str]]


class Gunicorn(Service):
    """Any WSGI application under the service's own gunicorn settings."""

    def __init__(self, app: str, env: Mapping[str, str], workers: int, threads: int) -> None:
        super().__init__(env, workers=workers, threads=threads)
        self._app = app

    def _command(self) -> list[str]:
        return [self._app if word == "wsgi:app" else word for word in super()._command()]

    def memory(self) -> dict[int, int]:
        """Return the resident memory of each worker in KiB, by process id."""
        if self._process is None:
            return {}
        master = self._process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()
        return {int(pid): _resident(int(pid)) for pid in children}


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise LookupError(f"process {pid} has no VmRSS")


def settings(database_url: str) -> dict[str, str]:
    """Return the least that the service has to be told."""
    return {
        "LTICONTAINER_DATABASE_URL": database_url,
        "LTICONTAINER_SECRET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "LTICONTAINER_MOODLE_URL": "https://moodle.example",
    }


def prepare(env: Mapping[str, str]) -> str:
    """Make the tables and return a token that may write records."""
    _command(env, "db", "upgrade")
    return _command(env, "token", "create", "--name", "bench", "--scope", "nblogs:write").strip()


def _command(env: Mapping[str, str], *args: str) -> str:
    done = cli.run(*args, env=env)
    if done.returncode != 0:
        raise process.NotStarted(f"`lticontainer {' '.join(args)}` failed:\n{done.stderr}")
    return done.stdout


def mariadb_rows(server: MariaDB, url: str) -> Rows:
    """Return a function that counts the stored records of each host, asking MariaDB itself."""
    name = url.rsplit("/", 1)[1].partition("?")[0]

    def rows() -> Counter[str]:
        return Counter(
            {
                host: int(server.execute(f"SELECT COUNT(*) FROM `{name}`.`{table}`")[0][0])
                for host, table in TABLES.items()
            }
        )

    return rows


def naive_rows(server: MariaDB, url: str) -> Rows:
    """Return a function that counts the rows of the naive view."""
    name = url.rsplit("/", 1)[1].partition("?")[0]

    def rows() -> Counter[str]:
        return Counter({"any": int(server.execute(f"SELECT COUNT(*) FROM `{name}`.`naive_data`")[0][0])})

    return rows


def sqlite_rows(file: Path) -> Rows:
    """Return a function that counts the stored records of each host, asking SQLite itself."""

    def rows() -> Counter[str]:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return Counter(
                {
                    host: int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])
                    for host, table in TABLES.items()
                }
            )

    return rows
