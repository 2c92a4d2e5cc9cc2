"""Records in Moodle's own tables: the rows that the plugin stored, beside a plugin that stores rows too."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from app.auth.activity_tokens import make_token
from app.errors import AccessDenied, InvalidToken, RecordRejected
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


TOO_LONG = [
    ({"username": "u" * 33}, "username has 33 characters, the limit is 32"),
    ({"session": "s" * 43}, "session has 43 characters, the limit is 42"),
    ({"status": "s" * 30}, "status has 30 characters, the limit is 29"),
]


@pytest.mark.parametrize(("values", "reason"), TOO_LONG)
def test_what_is_too_long_for_moodles_columns_is_kept_and_named(
    site: MoodleSite, token: str, values: dict[str, str], reason: str
) -> None:
    bad = record(**{"host": "server", "session": "s", "message": "m"} | values)
    with pytest.raises(RecordRejected, match=reason):
        call(site.parts, WRITE, {"nb_logs": [bad, *cell_run("s", "good")]}, token)
    assert [row["message"] for row in site.rows("server_data")] == ["good"]
    assert len(site.rows("rejects")) == 1


def test_widths_that_change_while_the_service_runs_count_at_once(site: MoodleSite, token: str) -> None:
    long = record(host="server", session="s", message="m", username="u" * 30)
    call(site.parts, WRITE, {"nb_logs": [long]}, token)
    site.moodle.execute("TRUNCATE {lticontainer_server_data}")
    site.moodle.execute("ALTER TABLE {lticontainer_server_data} MODIFY username VARCHAR(20) DEFAULT NULL")
    longer = [long | {"message": "m2"}, *cell_run("s", "good")]
    with pytest.raises(RecordRejected, match="username has 30 characters, the limit is 20"):
        call(site.parts, WRITE, {"nb_logs": longer}, token)
    assert [row["message"] for row in site.rows("server_data")] == ["good"]
    site.moodle.execute("ALTER TABLE {lticontainer_server_data} MODIFY username VARCHAR(100) DEFAULT NULL")
    time.sleep(1.1)
    call(site.parts, WRITE, {"nb_logs": [long | {"message": "m3", "username": "u" * 100}]}, token)
    assert [row["username"] for row in site.rows("server_data", message="m3")] == ["u" * 100]


def test_erasing_a_person_reaches_moodles_tables(site: MoodleSite, token: str) -> None:
    call(site.parts, WRITE, {"nb_logs": [seen("s", LTI), *cell_run("s", "m"), *cell_run("S", "m")]}, token)
    site.moodle.execute("UPDATE {lticontainer_server_data} SET username = 'Student1' WHERE BINARY session = 'S'")
    site.parts.privacy.erase("student1", COURSE, lambda *_: None)
    assert {row["session"] for name in ("client_data", "server_data") for row in site.rows(name)} == {"S"}
    assert site.rows("session") == []


def test_names_that_moodles_tables_take_for_equal_are_told_apart(site: MoodleSite, token: str) -> None:
    records = [answer | {"username": name} for name in ("jose", "josé") for answer in cell_run("s", name)]
    call(site.parts, WRITE, {"nb_logs": [seen("s", LTI), *records]}, token)
    assert site.parts.privacy.users(COURSE) == ["jose", "josé"]


def test_what_is_older_than_it_is_kept_leaves_moodles_tables(site: MoodleSite, token: str) -> None:
    call(site.parts, WRITE, {"nb_logs": [seen("s", LTI), *cell_run("s", "m")]}, token)
    site.moodle.execute("UPDATE {lticontainer_session} SET updatetm = 1")
    assert site.parts.retention.count(COURSE, 2**31).executions == 1
    site.parts.retention.erase(COURSE, 2**31, lambda *_: None)
    assert [site.count(name) for name in ("client_data", "server_data", "session")] == [0, 0, 0]


def test_a_course_that_wants_nothing_stored_has_nothing_in_moodles_tables(site: MoodleSite, token: str) -> None:
    site.parts.rules.set_records(COURSE, records=False)
    call(site.parts, WRITE, {"nb_logs": [seen("s", LTI), *cell_run("s", "m")]}, token)
    assert [site.count(name) for name in ("client_data", "server_data", "tags")] == [0, 0, 0]


def test_courses_and_activities_are_those_that_moodle_has(site: MoodleSite) -> None:
    moodle = site.moodle
    hidden, elsewhere = moodle.add_activity(COURSE, 1, "hidden"), moodle.add_tool("https://other.example/launch")
    moodle.add_activity(COURSE, elsewhere, "of another tool")
    going = moodle.add_activity(COURSE, 1, "being deleted")
    moodle.execute("UPDATE {course_modules} SET deletioninprogress = 1 WHERE instance = %s AND module = 1", going)
    moodle.execute(
        "UPDATE {lticontainer} SET jupyterhub_url = 'https://HUB.example.org:8000', no_display_lti = %s",
        str(hidden),
    )
    moodle.add_course("without an instance")
    found = call(site.parts, "mod_lticontainer_get_courses", {}, site.token("activity:read"))
    ltis = [{"lti_id": LTI, "inst_id": 1, "name": "Python 1", "unregistered": False}]
    assert found == {"courses": [{"course_id": COURSE, "ltis": ltis}]}
    assert site.parts.params_writer.store.registered([LTI, hidden]) == {(LTI, COURSE, 1)}


def test_the_token_of_an_activity_that_is_gone_is_refused(site: MoodleSite) -> None:
    tokens, registry = site.parts.tokens, site.parts.registry
    token = make_token(site.parts.activity_keys[0], 1, LTI, tokens.counter(1, LTI))
    admin, gone = site.token("ltis:write"), "mod_lticontainer_unregister_ltis"
    with pytest.raises(AccessDenied, match="not registered in course 5"):
        call(site.parts, gone, {"ltis": [{"lti_id": LTI, "course_id": 5}]}, admin)
    assert call(site.parts, gone, {"ltis": [{"lti_id": LTI, "course_id": COURSE}]}, admin) == {"unregistered": 1}
    with pytest.raises(InvalidToken):
        registry.authorise(WRITE, token, None)
    back = {"lti_id": LTI, "course_id": COURSE, "inst_id": 1}
    call(site.parts, "mod_lticontainer_register_ltis", {"ltis": [back]}, admin)
    assert registry.authorise(WRITE, token, None)[0].activity is not None


def test_register_ltis_says_where_moodle_has_an_activity_elsewhere(site: MoodleSite) -> None:
    wrong = {"ltis": [{"lti_id": LTI, "course_id": 5, "inst_id": 1}]}
    with pytest.raises(AccessDenied, match="Moodle has no such activity in course 5"):
        call(site.parts, "mod_lticontainer_register_ltis", wrong, site.token("ltis:write"))
