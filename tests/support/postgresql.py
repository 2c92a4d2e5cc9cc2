"""A real PostgreSQL server of our own, for a Moodle: its data, its port, gone when we are done."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import process
from tests.support.running import Running

USER = "moodle"
_ACCOUNT = "postgres"
_DEBIAN = Path("/usr/lib/postgresql")


def available() -> str | None:
    """Return why PostgreSQL can't be started here, or None when it can."""
    return None if _programs() else "initdb is not installed (Debian: postgresql)"


class PostgreSQL(Running):
    """A PostgreSQL server on a free loopback port.

    `directory` is kept when given, and made and removed by us when not. As a context manager it starts and closes.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._own = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self._own.chmod(0o755)
        self.directory = (directory or self._own).absolute()
        self.port = process.free_port()
        self._process: process.Process | None = None

    @property
    def password(self) -> str:
        """The password of the user, who may do all; it is kept with the data."""
        return (self.directory / "password").read_text("utf-8")

    def start(self) -> None:
        """Start the server, on new or kept data, and return when it answers.

        Raises process.NotStarted with the end of its log, RuntimeError when its data directory can't be made.
        """
        data = self.directory / "data"
        if not data.is_dir():
            self._initialise(data)
        self._give_away()
        # No socket, as the folder for it would need an owner of its own; nothing of a test has to outlive a crash.
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
        }
        command = [
            _program("postgres"),
            "-D",
            str(data),
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        log = self._own / "postgresql.log"
        self._process = process.spawn([*_as_account(), *command], log=log)
        process.await_ready(self._process, self._answers, 60, log)

    def close(self) -> None:
        """End the server, and remove what we made ourselves."""
        if self._process is not None:
            process.end_group(self._process, 30)
            self._process = None
        shutil.rmtree(self._own, ignore_errors=True)

    def execute(self, sql: str, args: Sequence[object] = (), database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement in a database, commit, and return its rows."""
        import psycopg  # not at the top: available() has to be askable without it

        place = psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=self.port, dbname=database, connect_timeout=5
        )
        with psycopg.connect(place, user=USER, password=self.password, autocommit=True) as connection:
            cursor = connection.execute(sql.encode(), args or None)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def holding(self, sql: str, database: str = "postgres") -> Iterator[None]:
        """Run one statement in a transaction that is open as long as the block, with its locks."""
        import psycopg

        place = psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=self.port, dbname=database, connect_timeout=5
        )
        with psycopg.connect(place, user=USER, password=self.password) as connection:
            connection.execute(sql.encode())
            yield
            connection.rollback()

    def _initialise(self, data: Path) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        secret = self.directory / "password"
        secret.touch(0o600)
        secret.write_text(secrets.token_hex(16), "utf-8")
        data.mkdir(0o700)
        self._give_away()
        told = ["--username", USER, "--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8"]
        command = [*_as_account(), _program("initdb"), "-D", str(data), "--locale", "C.UTF-8", "--no-sync", *told]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            shutil.rmtree(data, ignore_errors=True)  # half a directory would pass for a whole one
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _give_away(self) -> None:
        # PostgreSQL does not run as root, and wants its data for itself alone.
        if os.geteuid() == 0:
            for path in (self.directory, *self.directory.rglob("*")):
                shutil.chown(path, _ACCOUNT, _ACCOUNT)

    def _answers(self) -> bool:
        import psycopg

        try:
            return bool(self.execute("SELECT 1"))
        except psycopg.OperationalError:
            return False


def _as_account() -> list[str]:
    return ["setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups"] if os.geteuid() == 0 else []


def _programs() -> Path | None:
    """Return the folder with PostgreSQL's programs, of the newest version that is installed."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = [path.parent for path in _DEBIAN.glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def _program(name: str) -> str:
    folder = _programs()
    if folder is None:
        raise RuntimeError(available())
    return str(folder / name)
