"""A database without room: an error that says so, no success, and the service goes on once there is room."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from app.errors import CallError, ServiceUnavailable
from tests.support.databases import new_database
from tests.support.site import Site, call, cell_run

WRITE = "mod_lticontainer_write_nblogs"
ROOM = 4  # pages


class Quota:
    """Limits the pages of an SQLite database; SQLite itself then says that the disk is full."""

    def __init__(self, site: Site) -> None:
        engine = site.parts.database.engine
        with engine.connect() as connection:
            self.pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one()) + ROOM
        event.listen(engine, "checkout", self._limit)

    def _limit(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={self.pages}")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(new_database("sqlite", tmp_path))
    site.upgrade()
    yield site
    site.close()


def fill(site: Site, token: str) -> tuple[set[str], CallError]:
    """Write cell runs until one is refused; return the messages of those that were not, and the error."""
    done: set[str] = set()
    for number in range(2_000):
        try:
            call(site.parts, WRITE, {"nb_logs": list(cell_run("s", f"m{number}", number))}, token)
        except CallError as error:
            return done, error
        done.add(f"m{number}")
    raise AssertionError("the database never got full")


def test_a_full_disk_is_a_clear_error_and_what_was_acknowledged_stays(site: Site) -> None:
    token = site.token("nblogs:write")
    Quota(site)
    done, error = fill(site, token)
    assert isinstance(error, ServiceUnavailable)
    assert error.detail == "The database's disk is full"
    assert done
    assert {row["message"] for row in site.rows("executions")} == done


def test_records_are_taken_again_once_there_is_room(site: Site) -> None:
    token = site.token("nblogs:write")
    quota = Quota(site)
    done, _ = fill(site, token)
    quota.pages += 1_000
    for number in range(len(done) + 5):  # a sender may send all of it again
        call(site.parts, WRITE, {"nb_logs": list(cell_run("s", f"m{number}", number))}, token)
    assert site.count("executions") == site.count("client_data") == len(done) + 5


def test_a_record_that_can_be_neither_stored_nor_kept_is_no_success(site: Site) -> None:
    token = site.token("nblogs:write")
    Quota(site)
    fill(site, token)
    broken = cell_run("s", "later")[0] | {"date": "yesterday", "tags": "x" * 60_000}
    with pytest.raises(ServiceUnavailable, match="disk is full"):
        call(site.parts, WRITE, {"nb_logs": [broken]}, token)
    assert site.count("rejects") == 0
