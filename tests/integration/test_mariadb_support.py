"""The MariaDB that other tests lean on: it starts, keeps what it has promised, and goes away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.support.mariadb import MariaDB, available
from tests.support.process import NotStarted
from tests.support.skip import missing


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def mariadb() -> Iterator[MariaDB]:
    if reason := available():
        missing(reason)
    with MariaDB(buffer_pool="64M") as server:
        yield server


def test_a_database_is_binary_utf8mb4_and_tells_case_apart(mariadb: MariaDB) -> None:
    url = mariadb.create_database()
    run(url, "CREATE TABLE t (name VARCHAR(50) PRIMARY KEY)")
    run(url, "INSERT INTO t VALUES ('Task1'), ('task1'), ('課題😀')")
    assert run(url, "SELECT name FROM t WHERE name = 'task1'") == [("task1",)]
    assert run(url, "SELECT @@collation_database") == [("utf8mb4_bin",)]


def test_rows_outlive_a_restart_and_a_kill(mariadb: MariaDB) -> None:
    url = mariadb.create_database()
    run(url, "CREATE TABLE t (n INTEGER) ENGINE=InnoDB")
    run(url, "INSERT INTO t VALUES (1)")
    mariadb.restart()
    run(url, "INSERT INTO t VALUES (2)")
    mariadb.kill()
    with pytest.raises(OperationalError):
        run(url, "SELECT 1")
    mariadb.start()
    assert run(url, "SELECT n FROM t ORDER BY n") == [(1,), (2,)]


def test_a_kill_undoes_what_was_not_committed(mariadb: MariaDB) -> None:
    url = mariadb.create_database()
    run(url, "CREATE TABLE t (n INTEGER) ENGINE=InnoDB")
    engine = create_engine(url, poolclass=NullPool)
    connection = engine.connect()
    connection.execute(text("INSERT INTO t VALUES (1)"))
    mariadb.kill()
    connection.invalidate()
    connection.close()
    mariadb.start()
    assert run(url, "SELECT COUNT(*) FROM t") == [(0,)]


def test_the_server_is_set_to_lose_nothing(mariadb: MariaDB) -> None:
    settings = "@@innodb_flush_log_at_trx_commit, @@log_bin, @@skip_name_resolve, @@innodb_buffer_pool_size"
    assert mariadb.execute(f"SELECT {settings}") == [(1, 0, 1, 64 * 2**20)]
    assert mariadb.execute("SELECT %s", ["a%"]) == [("a%",)]


def test_the_test_user_stays_in_its_own_databases(mariadb: MariaDB) -> None:
    mariadb.create_database("only_this")
    mariadb.execute("CREATE DATABASE onlyXthis")
    for other in ("onlyXthis", "mysql"):
        with pytest.raises(OperationalError, match="Access denied"):
            run(mariadb.url(other), "SELECT 1")
    with pytest.raises(ValueError, match="plain"):
        mariadb.create_database("a`b")


def test_nobody_comes_in_over_tcp_without_a_password(mariadb: MariaDB) -> None:
    for user in ("root", "", "lticontainer"):
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            pymysql.connect(host="127.0.0.1", port=mariadb.port, user=user)


def test_a_given_directory_is_kept_and_the_process_is_not(mariadb: MariaDB, tmp_path: Path) -> None:
    with MariaDB(tmp_path / "db", buffer_pool="32M") as first:
        run(first.create_database("kept"), "CREATE TABLE t (n INTEGER)")
        pid = int((first.socket.parent / "pid").read_text())
        assert pid != int((mariadb.socket.parent / "pid").read_text())
    assert not alive(pid)
    assert not first.socket.parent.exists()
    with MariaDB(tmp_path / "db", buffer_pool="32M") as second:
        assert run(second.url("kept"), "SHOW TABLES") == [("t",)]


def test_a_server_that_cannot_start_says_why() -> None:
    if reason := available():
        missing(reason)
    server = MariaDB(options=["--no-such-option"])
    with pytest.raises(NotStarted, match="unknown option '--no-such-option'"), server:
        pytest.fail("it has started")
    assert not server.directory.exists()
