"""Rows of a Moodle's database come into the service's own tables: all of them, once, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.test_golden import EXPECTED, GOLDEN, WRITE, tables
from tests.integration.test_rebuilding import class_records, executions, write
from tests.support.cli import run_here as run
from tests.support.databases import shared_mariadb
from tests.support.moodle_tables import Moodle
from tests.support.process import ROOT, environment
from tests.support.runs import counted, counted_anew
from tests.support.site import Site, call

DATA = ("client_data", "server_data", "session", "tags")


@pytest.fixture
def moodle() -> Iterator[Moodle]:
    made = Moodle(shared_mariadb())
    yield made
    shared_mariadb().execute(f"DROP DATABASE `{made.database}`")


def source(moodle: Moodle) -> str:
    return shared_mariadb().url(moodle.database)


def fill(moodle: Moodle, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Put rows into the data tables, as the plugin has left them there."""
    for name, found in rows.items():
        columns, places = ", ".join(found[0]), ", ".join(["%s"] * len(found[0]))
        values = ", ".join([f"({places})"] * len(found))
        flat = [value for row in found for value in row.values()]
        moodle.execute(f"INSERT INTO {{lticontainer_{name}}} ({columns}) VALUES {values}", *flat)


def numbers(text: str) -> dict[str, list[int]]:
    """Return read, imported, already there, withheld, rejected of each table."""
    lines = [line.split() for line in text.splitlines()[1:]]
    return {line[0]: [int(word) for word in line[1:]] for line in lines if len(line) == 6}


def bring(site: Site, moodle: Moodle) -> dict[str, list[int]]:
    done = run("import-moodle", "--source", "-", env=site.env, input=source(moodle))
    assert (done.returncode, done.stderr) == (0, "")
    found = numbers(done.stdout)
    assert all(row[0] == sum(row[1:]) for row in found.values()), done.stdout
    return found


def test_the_golden_rows_arrive_as_they_are(site: Site, moodle: Moodle) -> None:
    tool = moodle.add_tool()
    course = moodle.add_course(course=2)
    moodle.add_activity(course, tool, "Jupyter", lti=1)
    fill(moodle, GOLDEN["tables"])
    assert bring(site, moodle) == {
        "activities": [1, 1, 0, 0, 0],
        "session": [1, 1, 0, 0, 0],
        "tags": [2, 2, 0, 0, 0],
        "client_data": [3, 3, 0, 0, 0],
        "server_data": [3, 3, 0, 0, 0],
    }
    assert tables(site) == EXPECTED
    assert site.rows("session") == GOLDEN["tables"]["session"]
    [activity] = site.parts.ltis.list()
    assert (activity.lti_id, activity.course_id, activity.inst_id, activity.name) == (1, 2, 1, "Jupyter")
    assert len(site.rows("executions")) == 4
    assert {row["course"] for row in site.rows("executions")} == {2}
    assert counted(site) == counted_anew(site)


def test_a_second_run_brings_only_what_is_new(site: Site, moodle: Moodle) -> None:
    fill(moodle, GOLDEN["tables"])
    bring(site, moodle)
    before = {name: site.rows(name) for name in (*DATA, "executions", "counts", "marks")}
    again = bring(site, moodle)
    assert {name: row[1] for name, row in again.items()} == dict.fromkeys(again, 0)
    assert {name: site.rows(name) for name in before} == before
    row = GOLDEN["tables"]["server_data"][0]
    fill(moodle, {"server_data": [row | {"message": "m9"}]})
    moodle.execute("UPDATE {lticontainer_tags} SET codenum = '9', updatetm = updatetm + 1 WHERE cell_id = 'c1'")
    assert {name: found[1] for name, found in bring(site, moodle).items() if found[1]} == {
        "tags": 1,
        "server_data": 1,
    }
    assert len(site.rows("executions")) == 5


def test_a_record_that_a_proxy_sends_again_after_the_import_is_known(site: Site, moodle: Moodle) -> None:
    fill(moodle, GOLDEN["tables"])
    bring(site, moodle)
    before = {name: site.rows(name) for name in (*DATA, "executions")}
    # Of the first client record the tags are gone from Moodle: its cell has got others since.
    records = [record for record in GOLDEN["records"] if record["message"] != "m1" or record["host"] != "client"]
    call(site.parts, WRITE, {"nb_logs": records}, site.token("nblogs:write"))
    assert {name: site.rows(name) for name in before} == before
    write(site, GOLDEN["records"])
    assert len(site.rows("executions")) == len(before["executions"])


def plugin_rows(seed: int, site: Site) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that a service has of a class: those that the plugin would have."""
    for lti in (1, 2, 3):
        site.register(lti, 1 + lti)
    write(site, class_records(seed, sessions=20, runs=40))
    return {name: site.rows(name) for name in DATA}


def test_executions_are_those_that_the_service_makes_of_the_records(
    site: Site, moodle: Moodle, tmp_path: Any
) -> None:
    other = Site(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    other.upgrade()
    fill(moodle, plugin_rows(11, other))
    bring(site, moodle)
    assert executions(site) == executions(other)
    assert counted(site) == counted(other)
    for name in DATA:
        assert site.rows(name) == other.rows(name)
    other.close()


def test_killed_in_the_middle_and_run_again_nothing_is_missing_and_nothing_is_there_twice(
    site: Site, moodle: Moodle, tmp_path: Any
) -> None:
    other = Site(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    other.upgrade()
    fill(moodle, plugin_rows(12, other))
    slow = (
        "import time; from app.moodle import importing; importing.BATCH = 20; importing.SETTLE = 0; "
        "from app.storage.cursors import Cursors; move = Cursors.move; "
        "Cursors.move = lambda *a: (move(*a), time.sleep(0.01))[0]; from app.cli import main; main()"
    )
    command = [sys.executable, "-c", slow, "import-moodle", "--source", source(moodle)]
    counts = []
    for _ in range(4):
        with subprocess.Popen(command, cwd=ROOT, env=environment(site.env), stdout=subprocess.DEVNULL) as process:
            begun, deadline = site.count("client_data") + site.count("server_data"), time.monotonic() + 30
            while time.monotonic() < deadline and process.poll() is None:
                if site.count("client_data") + site.count("server_data") > begun + 50:
                    break
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
        counts.append(site.count("client_data"))
    assert counts[0] < len(other.rows("client_data")), "it was killed too late to show anything"
    bring(site, moodle)
    for name in DATA:
        assert site.rows(name) == other.rows(name)
    assert executions(site) == executions(other)
    assert counted(site) == counted(other)
    other.close()


def test_what_the_tables_cannot_take_is_kept_as_rejected(site: Site, moodle: Moodle) -> None:
    row = GOLDEN["tables"]["server_data"][0]
    fill(moodle, {"server_data": [row, row | {"message": "m5 "}, row | {"username": "a\x01b", "message": "m6"}]})
    found = bring(site, moodle)
    assert found["server_data"] == [3, 1, 0, 0, 2]
    kept = [entry.reject for entry in site.parts.rejects.list()]
    assert [json.loads(reject.raw)["message"] for reject in kept] == ["m5 ", "m6"]
    assert "message ends with a space" in kept[0].reason
    assert bring(site, moodle)["server_data"] == [3, 0, 3, 0, 0]
    assert len(site.parts.rejects.list()) == 2


def test_courses_that_want_nothing_stored_get_nothing(site: Site, moodle: Moodle) -> None:
    site.parts.rules.set_records(2, records=False)
    fill(moodle, GOLDEN["tables"])
    found = bring(site, moodle)
    assert (found["client_data"], found["server_data"]) == ([3, 0, 0, 3, 0], [3, 0, 0, 3, 0])
    assert site.rows("executions") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("postgresql://moodle:s3cret@db/moodle", "migrate.php"),
        ("sqlite:///moodle.sqlite3", "must begin with mysql+pymysql://"),
        ("mysql://moodle:s3cret@db/moodle", "must begin with mysql+pymysql://"),
        ("s3cret", "is not an SQLAlchemy URL"),
        ("mysql+pymysql://moodle:s3cret@127.0.0.1:1/moodle", "Moodle's database: The database does not answer"),
    ],
)
def test_a_source_that_is_none_is_told_without_its_password(sqlite: Site, given: str, said: str) -> None:
    done = run("import-moodle", "--source", "-", env=sqlite.env, input=given)
    assert done.returncode != 0
    assert said in " ".join(done.stderr.replace("│", "").split())
    assert "s3cret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_prefix_names_the_table_that_is_missing(sqlite: Site, moodle: Moodle) -> None:
    env = sqlite.env | {"LTICONTAINER_IMPORT_SOURCE": source(moodle)}
    done = run("import-moodle", "--prefix", "m_", env=env)
    assert done.returncode == 1
    assert "no table m_lticontainer_client_data" in done.stderr


@pytest.fixture
def sqlite(tmp_path: Any) -> Iterator[Site]:
    made = Site(f"sqlite:///{tmp_path / 'service.sqlite3'}")
    made.upgrade()
    yield made
    made.close()
