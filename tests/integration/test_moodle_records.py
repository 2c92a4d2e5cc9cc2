"""Records in Moodle's own tables: the rows that the plugin stored, beside a plugin that stores rows too."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.integration.test_golden import COURSE, EXPECTED, LTI, SENDERS, WRITE, Sender, tables
from tests.support.moodle_site import DATA, MoodleSite
from tests.support.site import Site, call, cell_run, record, seen


@pytest.fixture(params=[False, True], ids=["two-databases", "one-database"])
def site(request: pytest.FixtureRequest) -> Iterator[MoodleSite]:
    site = MoodleSite(together=request.param)
    site.upgrade()
    site.moodle.add_course(course=COURSE)
    site.moodle.add_activity(COURSE, site.moodle.add_tool(), lti=LTI)
    site.moodle.add_instance(COURSE)
    yield site
    site.close()


@pytest.fixture
def token(site: MoodleSite) -> str:
    return site.token("nblogs:write")


@SENDERS
def test_the_tables_are_those_of_the_plugin(site: MoodleSite, send: Sender) -> None:
    send(site)
    assert tables(site) == EXPECTED
    assert abs(site.rows("session")[0]["updatetm"] - time.time()) < 60
    assert {row["course"] for row in site.rows("executions")} == {COURSE}


@SENDERS
def test_sending_all_of_it_again_changes_nothing(site: MoodleSite, send: Sender) -> None:
    send(site)
    before = {name: site.rows(name) for name in (*DATA, "executions", "marks")}
    send(site)
    assert {name: site.rows(name) for name in before} == before


def test_the_services_own_data_tables_stay_empty(site: MoodleSite, token: str) -> None:
    call(site.parts, WRITE, {"nb_logs": [seen("s", LTI), *cell_run("s", "m")]}, token)
    assert [Site.count(site, name) for name in (*DATA, "ltis")] == [0] * 5


def test_what_the_tags_do_not_say_is_null_as_in_the_plugin(site: MoodleSite, token: str) -> None:
    bare = [
        record(host="client", session="s", message="m1", cell_id="c1"),
        record(host="client", session="s", message="m2", cell_id="c2", tags='["codenum:1"]'),
        record(host="client", session="s", message="m3", cell_id="c2", tags='["codenum:2"]'),
        record(host="client", session="s", message="m4", cell_id="c3", tags='["filename:a"]'),
    ]
    for one in bare:
        call(site.parts, WRITE, {"nb_logs": [one]}, token)
    assert [row["filename"] for row in site.rows("client_data")] == [None, None, None, "a"]
    found = [(row["cell_id"], row["filename"], row["codenum"]) for row in site.rows("tags")]
    assert found == [("c2", None, "2"), ("c3", "a", None)]


def test_letters_of_another_case_are_others(site: MoodleSite, token: str) -> None:
    runs = [*cell_run("abc", "m"), *cell_run("ABC", "M")[1:], seen("abc", LTI)]
    for one in runs:
        call(site.parts, WRITE, {"nb_logs": [one]}, token)
    assert [(row["session"], row["status"]) for row in site.rows("server_data")] == [
        ("abc", "ok"),
        ("ABC", "ok/nc"),
    ]
    found = {row["session"]: row["lti_id"] for row in site.rows("executions")}
    assert found == {"abc": LTI, "ABC": 0}
    call(site.parts, WRITE, {"nb_logs": [seen("ABC", LTI)]}, token)
    assert [row["session"] for row in site.rows("session")] == ["abc", "ABC"]


def test_a_notebook_that_differs_in_case_takes_over_the_row_that_moodle_holds_for_both(
    site: MoodleSite, token: str
) -> None:
    for name in ("Task1", "task1"):
        one = record(host="client", session="s", message=name, cell_id="c", tags=f'["filename:{name}"]')
        call(site.parts, WRITE, {"nb_logs": [one]}, token)
    assert [row["filename"] for row in site.rows("tags")] == ["task1"]
    assert {row["filename"] for row in site.rows("executions")} == {"Task1", "task1"}


def test_what_the_plugin_has_written_is_known(site: MoodleSite, token: str) -> None:
    _client, server = cell_run("s", "m")
    site.moodle.execute(
        "INSERT INTO {lticontainer_session} (session, course, inst_id, lti_id) VALUES ('s', 2, 4, 9)"
    )
    site.moodle.execute("INSERT INTO {lticontainer_client_data} (session, message) VALUES ('s', 'm')")
    call(site.parts, WRITE, {"nb_logs": [seen("s", LTI), server]}, token)
    assert [row["status"] for row in site.rows("server_data")] == ["ok"]
    assert [row["lti_id"] for row in site.rows("session")] == [9]
    [run] = site.rows("executions")
    assert (run["course"], run["inst_id"], run["lti_id"]) == (2, 4, 9)


def test_tags_that_the_plugin_has_written_are_changed(site: MoodleSite, token: str) -> None:
    row = "(cell_id, tags, filename, codenum, updatetm) VALUES ('cell-1', '', %s, '5', 1)"
    for name in ("Task1.ipynb", None):
        site.moodle.execute(f"INSERT INTO {{lticontainer_tags}} {row}", name)
    nameless = record(host="client", session="s", message="m2", cell_id="cell-1", tags='["codenum:7"]')
    call(site.parts, WRITE, {"nb_logs": [*cell_run("s", "m"), nameless]}, token)
    assert [(r["filename"], r["codenum"]) for r in site.rows("tags")] == [("Task1.ipynb", "1"), (None, "7")]


def test_an_activity_that_moodle_does_not_know_is_placed_once_it_does(site: MoodleSite, token: str) -> None:
    call(site.parts, WRITE, {"nb_logs": [seen("s", 77), *cell_run("s", "m")]}, token)
    assert [row["course"] for row in site.rows("session")] == [0]
    site.moodle.add_activity(COURSE, 1, lti=77)
    assert site.register(77, COURSE) == 1
    assert [row["course"] for row in site.rows("session")] == [COURSE]
    assert [row["course"] for row in site.rows("executions")] == [COURSE]
