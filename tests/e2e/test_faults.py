"""What must never happen: success is answered, and the record is not there afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xmlrpc.client import Fault

import pytest

from app.storage.database import REST
from app.storage.migrate import VERSION_TABLE
from app.storage.tables import metadata
from tests.e2e.conftest import Stack, Start
from tests.support.clients import get, json_call, proxy, rest
from tests.support.load import Load, Run
from tests.support.mariadb import MariaDB, available
from tests.support.process import wait_until
from tests.support.service import Service
from tests.support.site import Site, call, cell_run, seen
from tests.support.skip import missing


def stored(site: Site) -> set[Run]:
    return {(row["session"], row["message"]) for row in site.rows("client_data")}


def send_again(stack: Stack, load: Load) -> None:
    for session, message in load.unanswered:
        client, _ = cell_run(session, message, int(message[1:]) % 50)
        assert rest(stack.port, [client], stack.token).body == b"[]"


def check_nothing_lost(stack: Stack, load: Load) -> None:
    assert set(load.acknowledged) <= stored(stack.site)
    send_again(stack, load)
    assert stored(stack.site) == set(load.acknowledged) | set(load.unanswered)
    assert stack.site.count("client_data") == len(load.acknowledged) + len(load.unanswered)
    assert stack.site.count("executions") == stack.site.count("client_data")


def test_killed_under_load_it_has_every_acknowledged_record_afterwards(site: Site, start: Start) -> None:
    stack = start(site)
    with Load([stack.port], stack.token) as load:
        for _ in range(3):
            load.wait_for(150)
            stack.service.kill_hard()
            stack.service.start()
        load.wait_for(50)
    assert len(load.acknowledged) >= 500
    assert load.unanswered
    check_nothing_lost(stack, load)


def test_stopped_in_order_it_answers_what_it_has_taken(site: Site, start: Start) -> None:
    stack = start(site)
    with Load([stack.port], stack.token) as load:
        load.wait_for(200)
        stack.service.restart()
        load.wait_for(50)
    assert load.refused == []
    check_nothing_lost(stack, load)


@pytest.fixture
def own_mariadb() -> Iterator[MariaDB]:
    """A server that a test may stop."""
    if reason := available():
        missing(reason)
    with MariaDB(buffer_pool="64M") as server:
        yield server


@contextmanager
def site_on(url: str) -> Iterator[Site]:
    site = Site(url)
    yield site
    site.close()


def test_no_read_fails_on_a_connection_that_a_restart_has_cut(own_mariadb: MariaDB) -> None:
    with site_on(own_mariadb.create_database()) as site:
        site.upgrade()
        token = site.token()
        own_mariadb.restart()
        time.sleep(REST)
        assert call(site.parts, "mod_lticontainer_write_nblogs", {"nb_logs": [seen("s", 1)]}, token) == {}
        own_mariadb.restart()
        time.sleep(REST)
        assert len(site.rows("session")) == 1


def codes(bodies: list[bytes]) -> set[str]:
    return {json.loads(body)["errorcode"] for body in bodies}


@pytest.mark.parametrize("end", [MariaDB.stop, MariaDB.kill], ids=["stopped", "killed"])
def test_a_mariadb_that_comes_back_is_used_again_and_nothing_is_lost(
    own_mariadb: MariaDB, start: Start, end: Callable[[MariaDB], None]
) -> None:
    with site_on(own_mariadb.create_database()) as site:
        site.upgrade()
        stack = start(site)
        with Load([stack.port], stack.token) as load:
            load.wait_for(200)
            end(own_mariadb)
            before = len(load.acknowledged)
            time.sleep(3)
            # What was answered at the very moment of the stop may still be counted here, no more.
            assert len(load.acknowledged) <= before + 8
            assert get(stack.port, "/health").status == 503
            own_mariadb.start()
            load.wait_for(200)
        assert codes(load.refused) == {"serviceunavailable"}
        assert get(stack.port, "/health").status == 200
        check_nothing_lost(stack, load)


def check_unavailable_everywhere(stack: Stack, reason: str) -> None:
    """Every protocol says that nothing is stored and why; none says success."""
    records = list(cell_run("s", "m1"))
    in_json = json_call(stack.port, "write_nblogs", {"nb_logs": records}, stack.token)
    assert in_json.status == 503
    assert json.loads(in_json.body)["errorcode"] == "serviceunavailable"
    assert reason in json.loads(in_json.body)["detail"]
    moodle = json.loads(rest(stack.port, records, stack.token).body)
    assert (moodle["errorcode"], reason in moodle["debuginfo"]) == ("serviceunavailable", True)
    with proxy(stack.port, stack.token) as service, pytest.raises(Fault, match=f"serviceunavailable: .*{reason}"):
        service.mod_lticontainer_write_nblogs(records)


def test_a_mariadb_that_is_down_at_the_start_is_a_clear_error_until_it_is_up(own_mariadb: MariaDB) -> None:
    with site_on(own_mariadb.create_database()) as site:
        site.upgrade()
        token = site.token()
        own_mariadb.stop()
        with Service(site.env, health=503) as service:
            stack = Stack(service, site, token)
            check_unavailable_everywhere(stack, "does not answer")
            assert json.loads(get(stack.port, "/health").body)["database"] == "unreachable"
            assert get(stack.port, "/metrics").status == 200
            own_mariadb.start()
            assert rest(stack.port, list(cell_run("s", "m1")), token).body == b"[]"
            assert get(stack.port, "/health").status == 200


def test_a_database_without_tables_is_a_clear_error(site: Site) -> None:
    drop_all(site)
    with Service(site.env, health=503) as service:
        check_unavailable_everywhere(Stack(service, site, "any"), "run `lticontainer db upgrade`")
        health = json.loads(get(service.port, "/health").body)
        assert (health["status"], health["migrations"][:7]) == ("error", "missing")
        site.upgrade()
        assert get(service.port, "/health").status == 200
        assert rest(service.port, [seen("s", 1)], site.token()).body == b"[]"


def drop_all(site: Site) -> None:
    engine = site.parts.database.engine
    metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {VERSION_TABLE}")


def test_a_mariadb_that_is_read_only_is_an_error_until_it_is_not(own_mariadb: MariaDB) -> None:
    with site_on(own_mariadb.create_database()) as site:
        site.upgrade()
        token = site.token()
        with Service(site.env) as service:
            own_mariadb.execute("SET GLOBAL read_only = 1")
            try:
                answer = get(service.port, "/health")
                health = json.loads(answer.body)
                check_unavailable_everywhere(Stack(service, site, token), "is read-only")
            finally:
                own_mariadb.execute("SET GLOBAL read_only = 0")
            assert get(service.port, "/health").status == 200
            assert rest(service.port, [seen("s", 1)], token).body == b"[]"
    assert (answer.status, health["status"], health["database"]) == (503, "error", "mariadb")
    assert health["warnings"] == ["The database is read-only"]


def test_a_mariadb_that_may_lose_a_second_is_warned_of(own_mariadb: MariaDB) -> None:
    own_mariadb.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    with site_on(own_mariadb.create_database()) as site:
        site.upgrade()
        with Service(site.env) as service:
            health = json.loads(get(service.port, "/health").body)
    assert health["status"] == "warning"
    assert "innodb_flush_log_at_trx_commit is 2" in health["warnings"][0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk; tests/integration/test_full.py has the rest")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_a_clear_error_until_there_is_room(small_disk: Path, start: Start) -> None:
    with site_on(f"sqlite:///{small_disk / 'service.sqlite3'}") as site:
        site.upgrade()
        stack = start(site)
        ballast = small_disk / "ballast"
        with Load([stack.port], stack.token) as load:
            load.wait_for(50)
            fill(ballast)
            wait_until(lambda: len(load.refused) > 20)
            ballast.unlink()
            load.wait_for(50)
        assert codes(load.refused) == {"serviceunavailable"}
        assert {json.loads(body)["debuginfo"] for body in load.refused} == {"The database's disk is full"}
        check_nothing_lost(stack, load)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 4096)
            except OSError:
                return
