"""A real MariaDB server of our own: its data, its socket, its port, gone when we are done."""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import mariadb_setup, process
from tests.support.mariadb_setup import USER, available
from tests.support.running import Running

__all__ = ["USER", "MariaDB", "available"]


class MariaDB(Running):
    """A MariaDB server on a free loopback port; the port stays the same over restarts.

    `directory` is kept when given, and made and removed by us when not; `buffer_pool` is InnoDB's,
    with its unit; `options` go to mariadbd as they are. As a context manager it starts and closes.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        buffer_pool: str = "256M",
        options: Sequence[str] = (),
    ) -> None:
        # A socket's path has to stay under 108 bytes, which a pytest directory may pass.
        place = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"
        self._own = Path(tempfile.mkdtemp(prefix="mariadb-", dir=place))
        self.directory = (directory or self._own).absolute()
        self.error_log = self.directory / "error.log"
        self.socket = self._own / "socket"
        self.port = process.free_port()
        self.password = secrets.token_hex(16)
        self._options = [f"--innodb-buffer-pool-size={buffer_pool}", *options]
        self._process: process.Process | None = None

    def start(self) -> None:
        """Start the server, on new or kept data, and return when it answers.

        Raises process.NotStarted with the end of its error log after 60 s at most, RuntimeError
        when it runs already or its data directory can't be made.
        """
        if self._process is not None:
            raise RuntimeError("MariaDB is running already")
        data = mariadb_setup.initialise(self.directory)
        mariadb_setup.write_accounts(self._own / "accounts.sql", self.password)
        command = mariadb_setup.command(data, self._own, self.port, self._options)
        server = process.spawn(command, log=self.error_log)
        process.await_ready(server, self._answers, 60, self.error_log)
        self._process = server

    def stop(self) -> None:
        """Shut the server down in order (SIGKILL after 30 s); its data stay."""
        if self._process is not None:
            process.end_group(self._process, 30)
            self._process = None

    def kill(self) -> None:
        """SIGKILL the server, as a crash would; start() then recovers its data."""
        if self._process is not None:
            process.kill_group(self._process)
            self._process = None

    def restart(self) -> None:
        """Stop in order, and start on the same data and port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop, and remove what we made ourselves."""
        self.stop()
        shutil.rmtree(self._own, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database for the test user."""
        login = f"{USER}:{self.password}@127.0.0.1:{self.port}"
        return f"mysql+pymysql://{login}/{database}?charset=utf8mb4"

    def create_database(self, name: str | None = None) -> str:
        """Make an empty utf8mb4_bin database in which the test user may do all; return its URL.

        Raises ValueError on a name beyond letters, digits and _, pymysql's error if it exists.
        """
        name = name or f"t{secrets.token_hex(6)}"
        if not re.fullmatch(r"\w+", name, re.ASCII):
            raise ValueError(f"not a plain database name: {name!r}")
        self.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        pattern = name.replace("_", r"\_")  # in a GRANT a bare _ stands for any character
        self.execute(f"GRANT ALL ON `{pattern}`.* TO '{USER}'@'127.0.0.1'")
        return self.url(name)

    def execute(self, sql: str, args: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement as root over the socket, commit, and return its rows."""
        import pymysql  # not at the top: available() has to be askable without it

        connection = pymysql.connect(unix_socket=str(self.socket), user="root", charset="utf8mb4", autocommit=True)
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, args or None)
            return list(cursor.fetchall())

    @contextmanager
    def holding(self, sql: str) -> Iterator[None]:
        """Run one statement as root in a transaction that is open as long as the block, with its locks."""
        import pymysql

        connection = pymysql.connect(unix_socket=str(self.socket), user="root", charset="utf8mb4")
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            yield
            connection.rollback()

    def _answers(self) -> bool:
        import pymysql

        try:
            # PyMySQL leaves its socket open when nobody listens, so ask first.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket))
            return bool(self.execute("SELECT 1"))
        except (OSError, pymysql.err.OperationalError):
            return False
