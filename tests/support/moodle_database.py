"""The database of a Moodle, on one of the servers that Moodle can use."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any

from tests.support.mariadb import USER, MariaDB
from tests.support.moodle_tables import ID, OPTIONS, PREFIX
from tests.support.postgresql import PostgreSQL

Server = MariaDB | PostgreSQL
SERVERS: dict[str, type[Server]] = {"mariadb": MariaDB, "postgresql": PostgreSQL}
_TYPES = {
    r"\bTINYINT\(\d+\)": "SMALLINT",
    r"\bMEDIUMINT\(\d+\)": "INTEGER",
    r"\b(SMALL|BIG)INT\(\d+\)": r"\1INT",
    r"\bLONGTEXT\b": "TEXT",
    r" DEFAULT NULL": "",
    r", (UNIQUE )?KEY \w+ \([^)]*\)": "",
}
"""What MySQL calls a type, and what Moodle makes of it on PostgreSQL."""


class MoodleDatabase(ABC):
    """One database; in statements a table of Moodle is written `{lti}`."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    @abstractmethod
    def config(self) -> str:
        """What config.php says of it, in PHP."""

    @abstractmethod
    def create(self) -> None:
        """Make it, empty."""

    @abstractmethod
    def drop(self) -> None:
        """Remove it, if it is there."""

    @abstractmethod
    def execute(self, sql: str, args: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Run a statement in it, commit, and return its rows."""

    @abstractmethod
    def holding(self, sql: str) -> AbstractContextManager[None]:
        """Run a statement in a transaction that is open as long as the block, with its locks."""

    @abstractmethod
    def waiting(self) -> int:
        """Return how many transactions on the server wait for a lock."""

    @abstractmethod
    def create_table(self, table: str, columns: str) -> None:
        """Make a table of the columns and keys that follow `id`, which are written as for MySQL."""

    @abstractmethod
    def columns(self, table: str) -> list[tuple[Any, ...]]:
        """Return name, type, whether it may be NULL, and default of each column of a table, by name."""


class OnMariaDB(MoodleDatabase):
    """A database of a MariaDB."""

    def __init__(self, server: MariaDB, name: str) -> None:
        super().__init__(name)
        self._server = server

    @property
    def config(self) -> str:
        """What config.php says of it."""
        return _php(
            dbtype="mariadb",
            dbhost="localhost",
            dbname=self.name,
            dbuser="root",
            dbpass="",
            dboptions={"dbsocket": str(self._server.socket), "dbcollation": "utf8mb4_unicode_ci"},
        )

    def create(self) -> None:
        """Make it; the test user may do all in it."""
        self._server.execute(f"CREATE DATABASE `{self.name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        pattern = self.name.replace("_", r"\_")  # in a GRANT a bare _ stands for any character
        self._server.execute(f"GRANT ALL ON `{pattern}`.* TO '{USER}'@'127.0.0.1'")

    def drop(self) -> None:
        """Remove it."""
        self._server.execute(f"DROP DATABASE IF EXISTS `{self.name}`")

    def execute(self, sql: str, args: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""
        return self._server.execute(self._named(sql), args)

    def holding(self, sql: str) -> AbstractContextManager[None]:
        """Run a statement in a transaction."""
        return self._server.holding(self._named(sql))

    def waiting(self) -> int:
        """Return how many transactions wait."""
        # Whoever reads this table again within a tenth of a second gets what was so before.
        time.sleep(0.2)
        sql = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
        return int(self._server.execute(sql)[0][0])

    def _named(self, sql: str) -> str:
        return re.sub(r"\{(\w+)\}", rf"`{self.name}`.`{PREFIX}\1`", sql)

    def create_table(self, table: str, columns: str) -> None:
        """Make a table."""
        self.execute(f"CREATE TABLE {{{table}}} ({ID}, {columns}) {OPTIONS}")

    def columns(self, table: str) -> list[tuple[Any, ...]]:
        """Return the columns of a table."""
        names = "column_name, column_type, is_nullable, column_default"
        where = "table_schema = %s AND table_name = %s ORDER BY column_name"
        return self._server.execute(
            f"SELECT {names} FROM information_schema.columns WHERE {where}", (self.name, PREFIX + table)
        )


class OnPostgreSQL(MoodleDatabase):
    """A database of a PostgreSQL."""

    def __init__(self, server: PostgreSQL, name: str) -> None:
        super().__init__(name)
        self._server = server

    @property
    def config(self) -> str:
        """What config.php says of it."""
        return _php(
            dbtype="pgsql",
            dbhost="127.0.0.1",
            dbname=self.name,
            dbuser="moodle",
            dbpass=self._server.password,
            dboptions={"dbport": self._server.port},
        )

    def create(self) -> None:
        """Make it."""
        self._server.execute(f'CREATE DATABASE "{self.name}"')

    def drop(self) -> None:
        """Remove it, whoever is connected."""
        self._server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def execute(self, sql: str, args: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""
        return self._server.execute(self._named(sql), args, self.name)

    def holding(self, sql: str) -> AbstractContextManager[None]:
        """Run a statement in a transaction."""
        return self._server.holding(self._named(sql), self.name)

    def waiting(self) -> int:
        """Return how many transactions wait."""
        sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return int(self._server.execute(sql)[0][0])

    def _named(self, sql: str) -> str:
        return re.sub(r"\{(\w+)\}", rf'"{PREFIX}\1"', sql)

    def create_table(self, table: str, columns: str) -> None:
        """Make a table, with the types that Moodle chooses on PostgreSQL."""
        # Keys are no part of a table there.
        keys = re.findall(r", (UNIQUE )?KEY (\w+) (\([^)]*\))", columns)
        for mysql, own in _TYPES.items():
            columns = re.sub(mysql, own, columns)
        self.execute(f"CREATE TABLE {{{table}}} (id BIGSERIAL PRIMARY KEY, {columns})")
        for unique, name, on in keys:
            self.execute(f"CREATE {unique}INDEX {name} ON {{{table}}} {on}")

    def columns(self, table: str) -> list[tuple[Any, ...]]:
        """Return the columns of a table."""
        names = "column_name, data_type, is_nullable, column_default"
        where = "table_schema = 'public' AND table_name = %s ORDER BY column_name"
        return self._server.execute(
            f"SELECT {names} FROM information_schema.columns WHERE {where}", (PREFIX + table,), self.name
        )


def database_on(server: Server, name: str) -> MoodleDatabase:
    """Return a database of a server, which need not be there yet."""
    return OnPostgreSQL(server, name) if isinstance(server, PostgreSQL) else OnMariaDB(server, name)


def _php(**settings: str | dict[str, object]) -> str:
    return "\n".join(f"$CFG->{name} = {_value(value)};" for name, value in settings.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "[" + ", ".join(f"'{name}' => {_value(one)}" for name, one in value.items()) + "]"
    return str(value) if isinstance(value, int) else f"'{value}'"
