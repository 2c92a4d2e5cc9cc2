"""Connections and transactions of one database."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from app.errors import ServiceUnavailable
from app.storage.driver import CommittingConnection
from app.storage.layout import OWN, Layout
from app.storage.tables import PREFIX
from app.storage.tunnel import Tunnel, TunnelDown

P = ParamSpec("P")
T = TypeVar("T")

# 1213 deadlock, 1205 lock wait timeout, 1020 record changed since last read (MariaDB 11.6 and newer),
# 1047 and 1180: a Galera node that is not ready, or lost its certification at commit.
RETRIED_ERRNOS = frozenset({1213, 1205, 1020, 1047, 1180})
# 1044 and 1045 wrong account or rights, 1049 no such database, 1698 an account of another kind.
REFUSED_ERRNOS = frozenset({1044, 1045, 1049, 1698})
TRIES = 5
PAUSE = 0.02
REST = 0.5
"""Seconds after which a connection is asked whether it still lives."""
NO_TABLE = 1146
NO_COLUMN = 1054
GROUP_CONCAT_BYTES = 64 * 2**20

log = logging.getLogger(__name__)


def make_engine(url: str, *, timeout: float = 10.0, pool_size: int = 16, tunnel: Tunnel | None = None) -> Engine:
    """Return an engine that fails within `timeout` seconds, and whose commits are on disk when they return.

    :param tunnel: leads to a database that can't be reached from here.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, timeout)
    seconds = max(1, round(timeout))
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=8,
        pool_timeout=timeout,
        pool_recycle=1800,
        # Every transaction here ends with COMMIT or ROLLBACK; a second ROLLBACK would be a round trip more.
        pool_reset_on_return=None,
        isolation_level="READ COMMITTED",
        hide_parameters=True,  # they are students' records, and an error's text goes to the log
        connect_args={
            "connect_timeout": seconds,
            "read_timeout": seconds + 20,
            "write_timeout": seconds + 20,
            "charset": "utf8mb4",
            "init_command": "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', "
            # MySQL's own limit of a concatenated group is 1 KB.
            f"innodb_lock_wait_timeout={seconds}, group_concat_max_len={GROUP_CONCAT_BYTES}",
        },
    )
    _ask_after_rest(engine)
    if tunnel:
        _drop_what_is_cut(engine, tunnel)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, args: Any, kwargs: Any) -> CommittingConnection:
        return CommittingConnection(*args, **kwargs) if tunnel is None else _connect_through(tunnel, args, kwargs)

    return engine


def _connect_through(tunnel: Tunnel, args: Any, kwargs: Any) -> CommittingConnection:
    try:
        sock = tunnel.connect()
    except TunnelDown as error:
        raise Unreachable(str(error)) from error
    # A socket that PyMySQL opened itself it would take for a safe one, and send a password in clear to MySQL.
    connection = CommittingConnection(*args, defer_connect=True, **kwargs)
    connection.connect(sock)
    return connection


def _ask_after_rest(engine: Engine) -> None:
    """Replace connections that the server has dropped while they rested, before anyone uses one.

    A write is repeated after a lost connection, a read is not; and a proxy does not send a record twice.
    """

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: Any, _proxy: Any) -> None:
        now = time.monotonic()
        if now - record.info.get("rests_since", now) > REST:
            try:
                connection.ping(reconnect=False)
            except Exception as error:
                raise DisconnectionError("the server has dropped the connection") from error


def _drop_what_is_cut(engine: Engine, tunnel: Tunnel) -> None:
    """Replace connections that went through an SSH connection that is gone, before anyone uses one."""

    @event.listens_for(engine, "connect")
    def _note(_connection: Any, record: Any) -> None:
        record.info["tunnel"] = tunnel.number

    @event.listens_for(engine, "checkout")
    def _compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["tunnel"] != tunnel.number:
            raise DisconnectionError("the SSH connection was cut")

    @event.listens_for(engine, "engine_disposed")
    def _end(_engine: Engine) -> None:
        tunnel.close()


# No transaction is begun behind our back: Database.writing begins each one itself.
_SQLITE: dict[str, Any] = {"isolation_level": None, "check_same_thread": False}


def _sqlite_engine(url: str, timeout: float) -> Engine:
    engine = create_engine(
        url, poolclass=QueuePool, hide_parameters=True, connect_args=_SQLITE | {"timeout": timeout}
    )

    @event.listens_for(engine, "do_connect")
    def _make_private_file(_dialect: Any, _record: Any, _args: Any, _kwargs: Any) -> None:
        """Make a new file readable by its owner only: it will hold students' records."""
        name = engine.url.database
        if name and name != ":memory:" and not name.startswith("file:"):
            with suppress(OSError):  # SQLite says better why it can't be made
                Path(name).touch(mode=0o600)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


class Database:
    """One database: reads, and writing transactions that are repeated where that is right.

    :param layout: the tables that records are in.
    """

    def __init__(self, engine: Engine, layout: Layout = OWN) -> None:
        self.engine = engine
        self.layout = layout
        self.is_sqlite = engine.dialect.name == "sqlite"

    @property
    def kind(self) -> str:
        """`sqlite`, `mariadb` or `mysql`."""
        if self.is_sqlite:
            return "sqlite"
        return "mariadb" if getattr(self.engine.dialect, "is_mariadb", False) else "mysql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for reading.

        :raises ServiceUnavailable: the database does not answer.
        """
        with translated_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is committed at the end, and on disk then."""
        with self.engine.connect() as connection, connection.begin():
            if self.is_sqlite:
                # It must take its one write lock at once: a reader that turns writer can't wait for it.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            with self._driver_errors(connection):
                yield connection

    @contextmanager
    def _driver_errors(self, connection: Connection) -> Iterator[None]:
        """Turn errors of the driver's own cursors (app.storage.driver) into those that SQLAlchemy raises."""
        dialect = self.engine.dialect
        base = dialect.loaded_dbapi.Error
        try:
            yield
        except base as error:
            lost = dialect.is_disconnect(error, connection.connection.driver_connection, None)
            if lost:
                connection.invalidate(error)
            raise DBAPIError.instance(
                None, None, error, base, connection_invalidated=lost, dialect=dialect
            ) from error

    def write(self, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run work in a transaction; again after a deadlock or a lost connection. Work must be repeatable.

        :raises ServiceUnavailable: the database does not answer, or is full. Nothing was stored.
        """
        with translated_errors():
            for attempt in range(1, TRIES + 1):
                try:
                    with self.writing() as connection:
                        return work(connection, *args, **kwargs)
                except DBAPIError as error:
                    if attempt == TRIES or not is_transient(error):
                        raise
                    log.info("transaction repeated after %s", describe(error))
                    time.sleep(PAUSE * attempt)
        raise AssertionError("unreachable")


def is_transient(error: DBAPIError) -> bool:
    """Say whether the same transaction may succeed when it is tried again at once."""
    return bool(error.connection_invalidated) or errno(error) in RETRIED_ERRNOS


def errno(error: DBAPIError) -> int | None:
    """Return the number MariaDB or MySQL gave an error, if it gave one."""
    args = getattr(error.orig, "args", ())
    return args[0] if args and isinstance(args[0], int) else None


def describe(error: DBAPIError) -> str:
    """Name an error without its text: that may quote a row, or the account of the database."""
    return f"{type(error.orig).__name__} {errno(error) or ''}".strip()


class Unreachable(ServiceUnavailable):
    """The database can't be used at all, whoever asks and whatever for."""


# 2002 and 2003 no connection, 1040 too many, 1044, 1045 and 1049 account or database, 1290 read-only.
UNREACHABLE_ERRNOS = frozenset({2002, 2003, 1040, 1044, 1045, 1049, 1290})
UNREACHABLE_TEXTS = ("disk is full", "unable to open", "is locked", "readonly database")
NO_DATABASE_TEXTS = ("file is not a database", "disk image is malformed")


def _is_unreachable(error: DBAPIError) -> bool:
    text = str(error.orig)
    return errno(error) in UNREACHABLE_ERRNOS or any(sign in text for sign in UNREACHABLE_TEXTS)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what means "the database can't be used now" into ServiceUnavailable."""
    try:
        yield
    except (OperationalError, InterfaceError, ProgrammingError) as error:
        if isinstance(error, ProgrammingError) and errno(error) != NO_TABLE:
            raise
        log.error("database: %s", describe(error))
        kind = Unreachable if _is_unreachable(error) else ServiceUnavailable
        raise kind(_cause(error)) from error
    except DatabaseError as error:
        if not any(sign in str(error.orig) for sign in NO_DATABASE_TEXTS):
            raise
        log.error("database: %s", describe(error))
        raise Unreachable("The file is no SQLite database, or is damaged; see the setting database_url") from error
    except PoolTimeout as error:
        raise Unreachable("All database connections are in use") from error


def _cause(error: DBAPIError) -> str:
    text = str(error.orig)
    if "disk is full" in text or errno(error) in (1021, 1114):
        return "The database's disk is full"
    if "locked" in text or errno(error) in (1205, 1213):
        return "The database is locked by others for too long"
    if errno(error) == NO_TABLE and f".{PREFIX}" not in text:
        return "Moodle's database lacks a table; run `lticontainer moodle check`"
    if errno(error) == NO_COLUMN:
        return (
            "A table lacks a column; run `lticontainer db upgrade`, on Moodle's tables `lticontainer moodle check`"
        )
    if "no such table" in text or errno(error) == NO_TABLE:
        return "The database lacks a table; run `lticontainer db upgrade`"
    if errno(error) in REFUSED_ERRNOS:
        return "The database refuses the account, or has no such database; see the setting database_url"
    if errno(error) == 1290 or "readonly database" in text:
        return "The database is read-only"
    if errno(error) in (1142, 1143):
        return "The database's account may not write; it needs SELECT, INSERT, UPDATE and DELETE"
    if errno(error) == 1153:
        return "The request is larger than the database's max_allowed_packet"
    return "The database does not answer"
