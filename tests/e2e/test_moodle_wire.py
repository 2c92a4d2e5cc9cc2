"""Recorded requests with a token of Moodle's, to a real gunicorn on Moodle's own tables; and what may be wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import Start
from tests.support.clients import get, rest
from tests.support.moodle_site import MoodleSite
from tests.support.rawhttp import load_recorded, send
from tests.support.recordings import RECORDED, expected_answer, expected_tables, stored_tables
from tests.support.site import cell_run, seen


@pytest.fixture
def site() -> Iterator[MoodleSite]:
    site = MoodleSite()
    site.upgrade()
    site.moodle.add_course(course=2)
    site.moodle.add_activity(2, site.moodle.add_tool(), lti=1)
    yield site
    site.close()


def test_a_recorded_class_is_stored_whole_in_moodles_tables(site: MoodleSite, start: Start) -> None:
    service, token = start(site).service, site.moodle.token()
    for path in RECORDED:
        assert send(service.port, load_recorded(path, token)).body == expected_answer(path)
    counts = {
        name: site.count(name) for name in ("session", "client_data", "server_data", "executions", "rejects")
    }
    assert counts == {"session": 3, "client_data": 7, "server_data": 7, "executions": 7, "rejects": 0}
    assert {(row["course"], row["inst_id"], row["lti_id"]) for row in site.rows("executions")} == {(2, 1, 1)}
    assert stored_tables(site.rows) == expected_tables()
    assert token not in service.log()


def test_a_suspended_teachers_token_dies_with_him(site: MoodleSite, start: Start) -> None:
    service, token = start(site).service, site.moodle.token()
    assert rest(service.port, [seen("s", 1)], token).body == b"[]"
    site.moodle.execute("UPDATE {user} SET suspended = 1 WHERE username LIKE 'teacher%%'")
    answer = json.loads(rest(service.port, cell_run("s", "m"), token).body)
    assert answer["errorcode"] == "wsaccessusersuspended"
    assert answer["exception"] == "core\\exception\\moodle_exception"
    assert site.count("client_data") == 0


def test_the_plugin_may_write_the_same_tables_at_the_same_time(site: MoodleSite, start: Start) -> None:
    service, token = start(site).service, site.moodle.token()

    def plugin(number: int) -> None:
        session = f"p{number}"
        site.moodle.execute(
            "INSERT INTO {lticontainer_session} (session, course, inst_id, lti_id) VALUES (%s, 2, 1, 1)", session
        )
        sql = "INSERT INTO {lticontainer_client_data} (session, message) VALUES (%s, 'm')"
        site.moodle.execute(sql, session)
        tag = "INSERT IGNORE INTO {lticontainer_tags} (cell_id, tags, filename, codenum) VALUES (%s, '', %s, '9')"
        site.moodle.execute(tag, f"cell-{number}", f"Task{number}.ipynb")

    def proxy(number: int) -> None:
        for one in (seen(f"s{number}", 1), *cell_run(f"s{number}", "m", number)):
            assert rest(service.port, [one], token).body == b"[]"

    with ThreadPoolExecutor(4) as pool:
        works = [pool.submit(work, number) for number in range(20) for work in (plugin, proxy)]
        for work in works:
            work.result(60)
    assert [site.count(name) for name in ("session", "client_data", "server_data", "tags")] == [40, 40, 20, 20]
    assert {row["status"] for row in site.rows("server_data")} == {"ok"}
    assert {row["course"] for row in site.rows("executions")} == {2}


def health(port: int) -> list[str]:
    answer = get(port, "/health")
    assert answer.status == 503
    return list(json.loads(answer.body)["warnings"])


def wrong(site: MoodleSite, start: Start, text: str, env: dict[str, str] | None = None) -> None:
    """Check that a service says what is wrong, at the start and in /health."""
    service = start(site, env, health=503).service
    assert text in " ".join(health(service.port))
    assert text in service.log()


def test_a_wrong_prefix_is_named(site: MoodleSite, start: Start) -> None:
    wrong(site, start, "begins with moodle_prefix 'mdlx_'", {"LTICONTAINER_MOODLE_PREFIX": "mdlx_"})


def test_a_missing_table_and_a_missing_column_are_named(site: MoodleSite, start: Start) -> None:
    site.moodle.execute("DROP TABLE {lticontainer_tags}")
    site.moodle.execute("ALTER TABLE {user} DROP COLUMN suspended")
    wrong(site, start, "Moodle's database has no table mdl_lticontainer_tags")
    wrong(site, start, "Moodle's table mdl_user lacks a column")


def test_a_missing_grant_is_named(site: MoodleSite, start: Start) -> None:
    site.moodle.server.execute(
        "REVOKE ALL ON `{}`.* FROM 'lticontainer'@'127.0.0.1'".format(site.moodle.database.replace("_", r"\_"))
    )
    site.moodle.allow("SELECT")
    for table in ("client_data", "server_data", "session"):
        site.moodle.allow("SELECT, INSERT, UPDATE, DELETE", f"mdl_lticontainer_{table}")
    site.moodle.allow("SELECT, INSERT, UPDATE", "mdl_lticontainer_tags")
    wrong(site, start, "lacks the right to DELETE on mdl_lticontainer_tags")
    site.moodle.allow("DELETE", "mdl_lticontainer_tags")
    service, token = start(site).service, site.moodle.token()
    assert rest(service.port, [seen("s", 1)], token).body == b"[]"
    assert "the last access of Moodle's token 1 was not written: OperationalError 1142" in service.log()
    assert site.moodle.rows("external_tokens")[0]["lastaccess"] is None


def test_the_last_access_of_a_token_is_written(site: MoodleSite, start: Start) -> None:
    service, token = start(site).service, site.moodle.token()
    for number in range(3):
        assert rest(service.port, [seen(f"s{number}", 1)], token).body == b"[]"
    [row] = site.moodle.rows("external_tokens")
    assert abs(row["lastaccess"] - time.time()) < 60


def test_a_table_that_goes_while_the_service_runs_is_said(site: MoodleSite, start: Start) -> None:
    service, token = start(site).service, site.moodle.token()
    site.moodle.execute("DROP TABLE {lticontainer_tags}")
    answer = json.loads(rest(service.port, cell_run("s", "m"), token).body)
    assert answer["errorcode"] == "serviceunavailable"
    assert "Moodle's database lacks a table" in answer["debuginfo"]
    assert site.count("client_data") == 0
