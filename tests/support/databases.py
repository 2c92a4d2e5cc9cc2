"""New databases of both kinds: a file each for SQLite, one server for a whole test run for MariaDB."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path

from tests.support.mariadb import MariaDB, available
from tests.support.skip import missing

KINDS = ("sqlite", "mariadb")


def new_database(kind: str, folder: Path) -> str:
    """Return the URL of a new database without tables; skips the test where MariaDB is missing."""
    return f"sqlite:///{folder / 'service.sqlite3'}" if kind == "sqlite" else shared_mariadb().create_database()


def shared_mariadb() -> MariaDB:
    """Return the server of this test run; nobody may stop it."""
    if reason := available():
        missing(reason)
    return _server()


@cache
def _server() -> MariaDB:
    server = MariaDB(buffer_pool="128M")
    try:
        server.start()
    finally:
        atexit.register(server.close)
    return server
