"""Moodle's own tokens: each of its rules once, on real tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from types import SimpleNamespace

import pytest

import app.moodle.last_access as last_access_module
from app.auth.caller import Caller
from app.errors import (
    AccessDenied,
    CallError,
    InvalidToken,
    SiteMaintenance,
    UserDeleted,
    UserNoLogin,
    UserSuspended,
    UserUnconfirmed,
)
from app.nblogs.record import read_record
from app.nblogs.store import WIDTHS, Submission
from tests.support.moodle_site import MoodleSite
from tests.support.moodle_tables import COURSE, DB_WRITE, EMBEDDED, PROHIBIT, WRITE, Moodle
from tests.support.site import call, cell_run, record, seen

HERE = ip_address("192.0.2.7")
PAST, FUTURE = int(time.time()) - 60, int(time.time()) + 86_400  # the tests may take long


@pytest.fixture
def site() -> Iterator[MoodleSite]:
    site = MoodleSite()
    site.upgrade()
    yield site
    site.close()


@pytest.fixture
def moodle(site: MoodleSite) -> Moodle:
    return site.moodle


def caller(site: MoodleSite, token: str) -> Caller:
    return site.parts.registry.authorise(WRITE, token, HERE)[0]


def refused(site: MoodleSite, token: str, error: type[CallError]) -> str:
    with pytest.raises(error) as caught:
        caller(site, token)
    assert not token or token not in str(caught.value)
    return caught.value.detail


def test_a_token_as_the_plugin_wants_it_writes_records_of_every_course(site: MoodleSite) -> None:
    token = site.moodle.token()
    found = caller(site, token)
    assert (found.scopes, found.courses, found.key) == (frozenset({"nblogs:write"}), None, f"moodle:{1}")
    assert call(site.parts, WRITE, {"nb_logs": [seen("s", 1), *cell_run("s", "m")]}, token) == {}
    assert len(site.rows("server_data")) == 1


def test_functions_map_to_their_scopes_and_to_no_more(site: MoodleSite, moodle: Moodle) -> None:
    user = moodle.add_user()
    granted = ["mod_lticontainer_get_courses", "core_user_get_users", WRITE]
    token = moodle.add_token(user, moodle.add_service(granted))
    assert caller(site, token).scopes == {"activity:read", "nblogs:write"}
    with pytest.raises(AccessDenied, match="needs the scope ltis:write"):
        call(site.parts, "mod_lticontainer_register_ltis", {"ltis": []}, token)
    only = moodle.add_token(user, moodle.add_service(["core_user_get_users"]))
    assert refused(site, only, AccessDenied) == f"{WRITE} needs the scope nblogs:write"


def test_a_token_is_compared_exactly(site: MoodleSite, moodle: Moodle) -> None:
    refused(site, moodle.token().upper().replace("0", "O"), InvalidToken)
    token = moodle.token()
    moodle.execute("UPDATE {external_tokens} SET token = %s WHERE token = %s", "a" * 32, token)
    caller(site, "a" * 32)
    refused(site, "A" * 32, InvalidToken)
    refused(site, "", InvalidToken)


def test_own_and_activity_tokens_go_on_working(site: MoodleSite) -> None:
    assert caller(site, site.token("nblogs:write")).key == "token:1"
    assert caller(site, site.activity_token(1, 2)).key == "activity:1:2"


def plain(moodle: Moodle, **values: object) -> tuple[str, int, int]:
    user, service = moodle.add_user(), moodle.add_service()
    return moodle.add_token(user, service, **values), user, service


def test_validuntil_of_the_token(site: MoodleSite, moodle: Moodle) -> None:
    assert caller(site, plain(moodle, validuntil=0)[0])
    moodle.execute("UPDATE {external_tokens} SET validuntil = %s", FUTURE)
    [[token]] = moodle.execute("SELECT token FROM {external_tokens}")
    assert caller(site, token)
    moodle.execute("UPDATE {external_tokens} SET validuntil = %s", PAST)
    assert refused(site, token, AccessDenied) == "The token has expired"


def test_iprestriction_of_the_token(site: MoodleSite, moodle: Moodle) -> None:
    token, _, _ = plain(moodle, iprestriction="10.0.0.0/8, 192.0.2")
    assert caller(site, token)
    moodle.execute("UPDATE {external_tokens} SET iprestriction = '192.0.2.8-20'")
    assert refused(site, token, AccessDenied) == "The token may not be used from 192.0.2.7"


def test_a_session_bound_token_lives_as_long_as_its_session(site: MoodleSite, moodle: Moodle) -> None:
    token, user, _ = plain(moodle, sid="abc")
    refused(site, token, AccessDenied)
    sql = "INSERT INTO {sessions} (sid, userid, timecreated, timemodified) VALUES ('abc', %s, 1, %s)"
    moodle.execute(sql, user, int(time.time()))
    assert caller(site, token)
    moodle.execute("UPDATE {sessions} SET timemodified = %s", int(time.time()) - 28_900)
    assert refused(site, token, AccessDenied) == "The session that the token belongs to is over"


def test_a_token_of_moodles_own_pages_is_none_for_a_protocol(site: MoodleSite, moodle: Moodle) -> None:
    token, user, _ = plain(moodle, sid="abc", tokentype=EMBEDDED)
    sql = "INSERT INTO {sessions} (sid, userid, timecreated, timemodified) VALUES ('abc', %s, 1, %s)"
    moodle.execute(sql, user, int(time.time()))
    refused(site, token, InvalidToken)
    moodle.execute("UPDATE {external_tokens} SET tokentype = 0")
    assert caller(site, token)


USERS: list[tuple[str, type[CallError]]] = [
    ("deleted = 1", UserDeleted),
    ("suspended = 1", UserSuspended),
    ("confirmed = 0", UserUnconfirmed),
    ("auth = 'nologin'", UserNoLogin),
]


@pytest.mark.parametrize(("change", "error"), USERS, ids=[error.code for _, error in USERS])
def test_a_user_who_may_not_log_in(site: MoodleSite, moodle: Moodle, change: str, error: type[CallError]) -> None:
    token, user, _ = plain(moodle)
    assert caller(site, token)
    moodle.execute(f"UPDATE {{user}} SET {change} WHERE id = %s", user)
    assert refused(site, token, error) == "teacher1"


def test_a_user_who_is_gone(site: MoodleSite, moodle: Moodle) -> None:
    token, user, _ = plain(moodle)
    moodle.execute("DELETE FROM {user} WHERE id = %s", user)
    refused(site, token, AccessDenied)


def test_web_services_that_are_switched_off(site: MoodleSite, moodle: Moodle) -> None:
    token, _, _ = plain(moodle)
    moodle.set_config("enablewebservices", "0")
    assert refused(site, token, AccessDenied) == "Web services are not enabled in Moodle"
    moodle.execute("DELETE FROM {config} WHERE name = 'enablewebservices'")
    refused(site, token, AccessDenied)


def test_maintenance_lets_only_those_in_who_may_work_then(site: MoodleSite, moodle: Moodle) -> None:
    token, user, service = plain(moodle)
    moodle.set_config("maintenance_enabled", "1")
    refused(site, token, SiteMaintenance)
    assert caller(site, moodle.add_token(2, service)).name == "admin"
    moodle.assign(moodle.add_role("moodle/site:maintenanceaccess", moodle.system), user, moodle.system)
    assert caller(site, token)


def test_a_service_that_is_disabled_or_gone(site: MoodleSite, moodle: Moodle) -> None:
    token, _, service = plain(moodle)
    moodle.execute("UPDATE {external_services} SET enabled = 0")
    refused(site, token, AccessDenied)
    moodle.execute("DELETE FROM {external_services} WHERE id = %s", service)
    refused(site, token, AccessDenied)


def test_restrictedusers_with_their_validuntil_and_iprestriction(site: MoodleSite, moodle: Moodle) -> None:
    token, user, service = plain(moodle)
    moodle.execute("UPDATE {external_services} SET restrictedusers = 1")
    refused(site, token, AccessDenied)
    moodle.execute(
        "INSERT INTO {external_services_users} (externalserviceid, userid) VALUES (%s, %s)", service, user
    )
    assert caller(site, token)
    change = "UPDATE {external_services_users} SET validuntil = %s, iprestriction = %s"
    moodle.execute(change, FUTURE, "192.0.2.7")
    assert caller(site, token)
    moodle.execute(change, PAST, None)
    refused(site, token, AccessDenied)
    moodle.execute(change, None, "10.0.0.0/8")
    refused(site, token, AccessDenied)


def test_requiredcapability_is_decided_by_the_users_roles(
    site: MoodleSite, moodle: Moodle, caplog: pytest.LogCaptureFixture
) -> None:
    token, user, _ = plain(moodle)
    moodle.execute("UPDATE {external_services} SET requiredcapability = %s", DB_WRITE)
    assert refused(site, token, AccessDenied) == f"The token's user lacks the capability {DB_WRITE}"
    assert "lacks the capability" in caplog.text
    moodle.assign(moodle.add_role(DB_WRITE, moodle.system), user, moodle.system)
    assert caller(site, token)
    moodle.assign(moodle.add_role(DB_WRITE, moodle.system, PROHIBIT), user, moodle.system)
    refused(site, token, AccessDenied)
    moodle.execute("UPDATE {external_services} SET requiredcapability = 'no/such:capability'")
    refused(site, moodle.add_token(2, 1), AccessDenied)


def test_the_role_of_every_user_and_an_override_in_the_course_count(site: MoodleSite, moodle: Moodle) -> None:
    course = moodle.add_course()
    here = moodle.context(COURSE, course)
    token, _, _ = plain(moodle, contextid=here)
    moodle.execute("UPDATE {external_services} SET requiredcapability = %s", DB_WRITE)
    moodle.add_role(DB_WRITE, moodle.system, role=7)
    assert caller(site, token)
    moodle.add_role(DB_WRITE, here, -1, role=7)
    refused(site, token, AccessDenied)


def test_a_token_for_a_course_covers_that_course(site: MoodleSite, moodle: Moodle) -> None:
    course = moodle.add_course()
    lti = moodle.add_activity(course, moodle.add_tool())
    other = moodle.add_activity(moodle.add_course("other"), 1)
    token, _, _ = plain(moodle, contextid=moodle.context(COURSE, course))
    assert caller(site, token).courses == frozenset({course})
    call(site.parts, WRITE, {"nb_logs": [seen("s", lti), *cell_run("s", "m")]}, token)
    with pytest.raises(AccessDenied, match="belongs to a course of others"):
        call(site.parts, WRITE, {"nb_logs": [seen("t", other)]}, token)


def test_a_token_for_a_category_covers_the_courses_below_it(site: MoodleSite, moodle: Moodle) -> None:
    above = f"/{moodle.system}"
    category = moodle.add_context(40, 1, above)
    lower = moodle.add_context(40, 2, f"{above}/{category}")
    places = {"here": f"{above}/{category}", "below": f"{above}/{category}/{lower}", "elsewhere": above}
    ids = {name: moodle.add_course(name, path=path) for name, path in places.items()}
    ltis = {name: moodle.add_activity(course, moodle.add_tool()) for name, course in ids.items()}
    token, _, _ = plain(moodle, contextid=category)
    assert caller(site, token).courses == frozenset({ids["here"], ids["below"]})
    call(site.parts, WRITE, {"nb_logs": [seen("s", ltis["below"]), *cell_run("s", "m")]}, token)
    with pytest.raises(AccessDenied, match="belongs to a course of others"):
        call(site.parts, WRITE, {"nb_logs": [seen("t", ltis["elsewhere"])]}, token)


def test_a_course_that_comes_into_a_category_meanwhile_spoils_nothing(site: MoodleSite, moodle: Moodle) -> None:
    category = moodle.add_context(40, 1, f"/{moodle.system}")
    moodle.add_course(path=f"/{moodle.system}/{category}")
    token, _, _ = plain(moodle, contextid=category)
    found = caller(site, token)
    moodle.add_course("later", path=f"/{moodle.system}/{category}")
    one = read_record(record(host="client", session="s", message="m"), WIDTHS)
    site.parts.recorder._store.store(Submission(found, [one]))
    moodle.execute("UPDATE {context} SET path = '/1/9/9' WHERE contextlevel = 50")
    two = read_record(record(host="client", session="s", message="m2"), WIDTHS)
    with pytest.raises(AccessDenied, match="have just changed"):
        site.parts.recorder._store.store(Submission(found, [two]))


@pytest.mark.parametrize(("level", "what"), [(30, "a user"), (70, "an activity"), (80, "a block")])
def test_a_token_for_less_than_a_course_is_refused(
    site: MoodleSite, moodle: Moodle, level: int, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    token, _, _ = plain(moodle, contextid=moodle.add_context(level, 5, f"/{moodle.system}"))
    assert f"is for {what} only" in refused(site, token, AccessDenied)
    assert f"its context is of the level {level}" in caplog.text
    moodle.execute("UPDATE {external_tokens} SET contextid = 999")
    assert "a context that is gone" in refused(site, token, AccessDenied)


def last_access(moodle: Moodle) -> int | None:
    [[found]] = moodle.execute("SELECT lastaccess FROM {external_tokens}")
    return found if found is None else int(found)


def test_the_last_access_is_written_once_a_minute(
    site: MoodleSite, moodle: Moodle, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, now = moodle.token(), time.time()
    refused(site, "unknown", InvalidToken)
    assert last_access(moodle) is None

    def use(seconds: int) -> int | None:
        monkeypatch.setattr(last_access_module, "time", SimpleNamespace(time=lambda: now + seconds))
        caller(site, token)
        return last_access(moodle)

    assert [use(seconds) for seconds in (0, 59, 60, 61, 119, 120)] == [
        int(now) + written for written in (0, 0, 60, 60, 60, 120)
    ]
    moodle.execute("UPDATE {external_tokens} SET lastaccess = %s", int(now) + 170)
    assert use(200) == int(now) + 170  # Moodle has written it 30 s ago


def test_a_token_that_is_refused_is_no_access(site: MoodleSite, moodle: Moodle) -> None:
    token, _, _ = plain(moodle, validuntil=PAST)
    refused(site, token, AccessDenied)
    assert last_access(moodle) is None


def test_a_token_whose_row_is_held_keeps_no_caller_waiting(
    site: MoodleSite, moodle: Moodle, caplog: pytest.LogCaptureFixture
) -> None:
    token = moodle.token()
    caplog.set_level("INFO")
    with moodle.server.holding(f"SELECT id FROM {moodle.table('external_tokens')} FOR UPDATE"):
        began = time.monotonic()
        assert caller(site, token)
        assert time.monotonic() - began < 5
    assert "last access of Moodle's token 1 was not written: OperationalError 1205" in caplog.text
    assert last_access(moodle) is None
    with site.parts.database.reading() as connection:
        waits = connection.exec_driver_sql("SELECT @@innodb_lock_wait_timeout").scalar()
    assert waits == round(site.parts.settings.database_timeout)


CHANGES: list[tuple[str, Callable[[CallError], bool]]] = [
    ("UPDATE {user} SET suspended = 1", lambda error: isinstance(error, UserSuspended)),
    ("DELETE FROM {external_tokens}", lambda error: isinstance(error, InvalidToken)),
    ("DELETE FROM {external_services_functions}", lambda error: isinstance(error, AccessDenied)),
    ("UPDATE {external_tokens} SET iprestriction = '10.'", lambda error: isinstance(error, AccessDenied)),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_what_changes_between_the_login_and_the_commit_counts(
    site: MoodleSite, moodle: Moodle, change: str, expected: Callable[[CallError], bool]
) -> None:
    token, _, _ = plain(moodle)
    found = caller(site, token)
    one = read_record(record(host="client", session="s", message="m"), WIDTHS)
    moodle.execute(change)
    with pytest.raises(CallError) as caught:
        site.parts.recorder._store.store(Submission(found, [one]))
    assert expected(caught.value)
    assert site.rows("client_data") == []
