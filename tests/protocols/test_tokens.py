"""What each kind of token opens, and that nothing else is open; over every protocol."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from app.auth.activity_tokens import make_token
from app.auth.authenticator import TokenAuthenticator
from app.auth.caller import ADMIN, SCOPES
from app.containers.host import LOCAL, Host
from app.ltis.store import Lti
from app.ltis.unregistered_store import Place
from app.nblogs.record import read_record
from app.nblogs.store import WIDTHS, Submission
from tests.conftest import MakeWeb
from tests.protocols.wires import WRITE, Answer, Wire
from tests.support.fake_engine import FakeEngine
from tests.support.runs import counted, counted_anew
from tests.support.site import cell_run, record, seen
from tests.support.web import WebSite

TABLES = ("session", "client_data", "server_data", "tags", "executions", "marks", "bindings", "ltis", "rejects")
REGISTER = "mod_lticontainer_register_ltis"
UNREGISTER = "mod_lticontainer_unregister_ltis"


def assert_nothing_is_written(web: WebSite) -> None:
    assert {table: web.count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)


def answers(web: WebSite, wire: Wire, token: str | None, **options: Any) -> Mapping[str, str]:
    """Call every function that there is, with its own example, and return the codes."""
    functions = web.parts.registry.functions
    return {name: wire.call(name, f.example, token, **options).code for name, f in functions.items()}


def test_no_function_is_open_to_a_token_that_is_none(web: WebSite, wire: Wire) -> None:
    revoked = web.token(*SCOPES)
    assert "" in answers(web, wire, revoked).values()
    web.revoke(revoked)
    key = web.parts.activity_keys[0]
    turned = make_token(key, 1, 7, 1)
    forged = make_token(key, 1, 7, 0)[:31] + "8" + make_token(key, 1, 7, 0)[32:]
    for token in (None, "", " ", "unknown", "ü", "x" * 10_000, revoked, turned, forged, forged.upper(), "\x00"):
        assert set(answers(web, wire, token).values()) == {"invalidtoken"}, token
        assert wire.call("mod_lticontainer_no_such_function", {}, token).code == "invalidtoken"


def test_no_function_is_open_to_a_token_out_of_force(web: WebSite, wire: Wire) -> None:
    expired = web.token(*SCOPES, expires_at=int(time.time()) - 1)
    elsewhere = web.token(*SCOPES, networks=["192.0.2.0/24", "2001:db8::/32"])
    for token in (expired, elsewhere):
        assert set(answers(web, wire, token).values()) == {"accessexception"}
    assert_nothing_is_written(web)


def test_no_function_is_open_to_another_scope(web: WebSite, wire: Wire) -> None:
    for function in web.parts.registry.functions.values():
        others = web.token(*(scope for scope in SCOPES if scope not in (function.scope, ADMIN)))
        allowed = "" if function.scope is None else "accessexception"
        assert wire.call(function.name, function.example, others).code == allowed, function.name
    assert_nothing_is_written(web)


def test_an_activity_token_opens_the_writing_of_records_only(web: WebSite, wire: Wire) -> None:
    for name, code in answers(web, wire, web.activity_token(1, 7)).items():
        takes_records = web.parts.registry.functions[name].scope == "nblogs:write"
        assert code == ("" if takes_records else "accessexception"), name


def test_every_function_is_open_to_the_scope_it_names(web: WebSite, wire: Wire, fake_engine: FakeEngine) -> None:
    web.register(7, course_id=2)  # as the examples name it
    web.parts.host_store.add(Host(LOCAL, socket=str(fake_engine.socket)))
    for function in web.parts.registry.functions.values():
        for scope in (function.scope or "params:read", ADMIN):
            assert wire.call(function.name, function.example, web.token(scope)).code == "", function.name


def test_a_token_in_force_is_taken_from_its_network(web: WebSite, wire: Wire) -> None:
    token = web.token(networks=["127.0.0.0/8"], expires_at=int(time.time()) + 60)
    assert wire.write([seen("s", 7)], token).code == ""


def test_a_token_that_expires_is_refused_though_it_is_remembered(
    web: WebSite, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = web.token(expires_at=int(time.time()) + 60)
    assert wire.write([seen("s", 7)], token).code == ""
    later = time.time() + 61
    monkeypatch.setattr("app.auth.authenticator.time.time", lambda: later)
    assert wire.write([seen("t", 7)], token).code == "accessexception"


def test_forwarded_addresses_count_from_trusted_proxies_only(make_web: MakeWeb, wire: Wire) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1"}
    direct, behind = make_web(), make_web(trusted_proxies=["127.0.0.1"])
    token = direct.token(networks=["192.0.2.0/24"])
    assert type(wire)(direct.client).write([seen("s", 7)], token, headers=headers).code == "accessexception"
    assert type(wire)(behind.client).write([seen("s", 7)], token, headers=headers).code == ""
    spoofed = {"X-Forwarded-For": "192.0.2.1, 203.0.113.9"}
    assert type(wire)(behind.client).write([seen("s", 7)], token, headers=spoofed).code == "accessexception"


# Activity tokens.


def test_an_activity_token_writes_the_records_of_its_activity(web: WebSite, wire: Wire) -> None:
    token = web.activity_token(1, 7)
    client, server = cell_run("s", "m")
    assert wire.write([client, seen("s", 7), server], token).code == ""
    assert wire.write([cell_run("s", "m2")[0]], token).code == ""
    assert [web.count(table) for table in ("session", "client_data", "server_data")] == [1, 2, 1]


@pytest.mark.parametrize(("inst_id", "lti_id"), [(1, 8), (2, 7), (0, 7)])
def test_an_activity_token_names_no_other_activity(web: WebSite, wire: Wire, inst_id: int, lti_id: int) -> None:
    answer = wire.write([seen("s", lti_id, inst_id)], web.activity_token(1, 7))
    assert (answer.code, "not the activity of this token" in answer.detail) == ("accessexception", True)
    assert [web.count(table) for table in ("session", "marks", "rejects")] == [0, 0, 0]


def test_an_activity_token_writes_no_session_of_another_activity(web: WebSite, wire: Wire, token: str) -> None:
    wire.write([seen("s", 8)], token)
    for part in cell_run("s", "m"):
        assert wire.write([part], web.activity_token(1, 7)).code == "accessexception"
    assert [web.count(table) for table in ("client_data", "server_data", "tags", "rejects")] == [0, 0, 0, 0]


def test_a_session_of_no_activity_yet_belongs_to_the_first_token_that_writes_it(web: WebSite, wire: Wire) -> None:
    first, second = web.activity_token(1, 7), web.activity_token(1, 8)
    client, server = cell_run("s", "m")
    assert wire.write([client], first).code == ""
    assert wire.write([server], second).code == "accessexception"
    assert wire.write([seen("s", 8)], second).code == "accessexception"
    assert wire.write([server, seen("s", 7)], first).code == ""


def test_a_refused_record_loses_no_neighbour(web: WebSite, wire: Wire, token: str) -> None:
    wire.write([seen("other", 8)], token)
    records = [cell_run("s", "m1")[1], cell_run("other", "m2")[1], cell_run("s", "m3")[1]]
    answer = wire.write(records, web.activity_token(1, 7))
    assert answer.code == "accessexception"
    assert "nb_logs[1].session belongs to another activity or course" in answer.detail
    assert [row["message"] for row in web.rows("server_data")] == ["m1", "m3"]


def test_an_activity_token_writes_no_record_without_a_session(web: WebSite, wire: Wire) -> None:
    assert wire.write([record(host="server", message="m")], web.activity_token(1, 7)).code == "accessexception"
    assert web.count("server_data") == 0


def test_the_first_user_of_a_session_stays_its_user(web: WebSite, wire: Wire) -> None:
    token = web.activity_token(1, 7)

    def answer(message: str, username: str) -> str:
        return wire.write([cell_run("s", message)[1] | {"username": username}], token).code

    assert [answer("m1", ""), answer("m2", "username"), answer("m3", "ann")] == ["", "", ""]
    assert [answer("m4", "bob"), answer("m5", "Ann")] == ["accessexception", "accessexception"]
    assert [answer("m6", "ann"), answer("m7", ""), answer("m8", "username")] == ["", "", ""]


def test_a_rotated_activity_token_is_void_at_once(web: WebSite, wire: Wire) -> None:
    old = web.activity_token(1, 7)
    assert wire.write([seen("s", 7)], old).code == ""
    web.parts.tokens.raise_counter(1, 7)
    assert wire.write([seen("t", 7)], old).code == "invalidtoken"
    assert wire.write([seen("u", 7) | {"date": "no"}], old).code == "invalidtoken"
    assert wire.write([seen("t", 7)], web.activity_token(1, 7)).code == ""
    assert web.rejects() == []


def test_a_token_of_a_former_key_stays_valid(make_web: MakeWeb, wire: Wire) -> None:
    old = make_web()
    token = old.activity_token(1, 7)
    key = "YWJjZGVmZ2hpamtsbW5vcGFiY2RlZmdoaWprbG1ub3A="
    rotated = make_web(secret_key=key, old_secret_keys=["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="])
    assert type(wire)(rotated.client).write([seen("s", 7)], token).code == ""
    assert type(wire)(make_web(secret_key=key).client).write([seen("t", 7)], token).code == "invalidtoken"


# Tokens of some courses only.


def test_a_course_token_writes_records_of_its_courses(web: WebSite, wire: Wire) -> None:
    web.register(7, course_id=2)
    records = [seen("s", 7), *cell_run("s", "m")]
    assert wire.write(records, web.token(courses=[3])).code == "accessexception"
    assert web.count("session") == 0
    # That token has begun the session with its cell run; who may tell its activity takes it over.
    assert wire.write(records, web.token(courses=[1, 2])).code == ""
    assert [row["course"] for row in web.rows("executions")] == [2]


def test_what_was_begun_under_another_course_token_is_kept_until_its_activity_is_told(
    web: WebSite, wire: Wire
) -> None:
    web.register(7, course_id=2)
    first, second = cell_run("s", "m")
    assert wire.write([first], web.token(courses=[2])).code == ""
    assert wire.write([second], web.token(courses=[2])).code == "recordrejected"
    assert len(web.rejects()) == 1


def test_a_browser_session_seen_again_is_a_duplicate_for_a_course_token(web: WebSite, wire: Wire) -> None:
    web.register(7, course_id=2)
    token = web.token(courses=[2])
    assert [wire.write([seen("s", 7)], token).code for _ in range(2)] == ["", ""]
    assert web.rejects() == []


def test_what_another_activity_planted_in_a_session_is_not_placed(web: WebSite, wire: Wire, token: str) -> None:
    web.register(50, course_id=2)
    assert wire.write([*cell_run("s", "planted")], web.activity_token(1, 7)).code == ""
    assert wire.write([seen("s", 50), *cell_run("s", "own")], token).code == ""
    assert {row["message"]: row["lti_id"] for row in web.rows("executions")} == {"planted": 0, "own": 50}
    web.parts.ltis.register([Lti(50, 3, 1)], may_move=True)
    assert {row["message"]: row["course"] for row in web.rows("executions")} == {"planted": 0, "own": 3}
    assert counted(web) == counted_anew(web)


def test_nor_is_it_when_both_are_stored_with_one_commit(web: WebSite) -> None:
    web.register(50, course_id=2)
    one, other = (web.parts.registry.authorise(WRITE, token, None)[0] for token in (
        web.activity_token(1, 7), web.token("nblogs:write")
    ))  # fmt: skip
    planted, own = ([*cell_run("s", name)] for name in ("planted", "own"))
    batch = [
        Submission(caller, [read_record(values, WIDTHS) for values in records])
        for caller, records in ((one, planted), (other, [seen("s", 50), *own]))
    ]
    web.parts.recorder._store._write(batch)
    assert {row["message"]: row["lti_id"] for row in web.rows("executions")} == {"planted": 0, "own": 50}
    assert counted(web) == counted_anew(web)


def test_an_old_and_a_new_activity_token_are_told_apart_in_one_group(web: WebSite) -> None:
    old = web.parts.registry.authorise(WRITE, web.activity_token(1, 7), None)[0]
    web.parts.tokens.raise_counter(1, 7)
    new = web.parts.registry.authorise(WRITE, web.activity_token(1, 7), None)[0]
    for callers in ([old, new], [new, old]):
        authenticator = TokenAuthenticator(web.parts.tokens, web.parts.activity_keys)
        with web.parts.database.reading() as connection:
            void = authenticator.recheck(connection, callers)
        assert set(void) == {old.identity}


def test_a_course_token_writes_no_session_of_another_course(web: WebSite, wire: Wire, token: str) -> None:
    web.register(7, course_id=2)
    wire.write([seen("s", 7)], token)
    assert wire.write([*cell_run("s", "m")], web.token(courses=[3])).code == "accessexception"
    assert (web.count("client_data"), web.count("rejects")) == (0, 0)


def test_a_record_of_an_activity_nobody_registered_yet_is_kept_for_a_course_token(
    web: WebSite, wire: Wire
) -> None:
    answer = wire.write([seen("s", 7)], web.token(courses=[2]))
    assert answer.code == "recordrejected"
    assert "nb_logs[0].lti_id 7 is not registered" in answer.detail
    assert (web.count("session"), len(web.rejects())) == (0, 1)


def test_activities_are_registered_into_covered_courses_only(web: WebSite, wire: Wire) -> None:
    def register(token: str, *courses: int) -> str:
        ltis = [{"lti_id": 7 + i, "course_id": course, "inst_id": 1} for i, course in enumerate(courses)]
        return wire.call(REGISTER, {"ltis": ltis}, token).code

    limited = web.token("ltis:write", courses=[2])
    assert register(limited, 3) == "accessexception"
    assert register(limited, 2, 3) == "accessexception"
    assert web.rows("ltis") == []
    assert register(limited, 2) == ""


def test_only_admin_moves_an_activity_to_another_course(web: WebSite, wire: Wire) -> None:
    def register(token: str, course: int) -> str:
        return wire.call(REGISTER, {"ltis": [{"lti_id": 7, "course_id": course, "inst_id": 1}]}, token).code

    assert register(web.token("ltis:write"), 2) == ""
    assert register(web.token("ltis:write"), 3) == "accessexception"
    assert web.rows("ltis")[0]["course"] == 2
    assert register(web.token("admin"), 3) == ""


def test_a_course_token_takes_no_activity_out_of_a_course_of_others(web: WebSite, wire: Wire) -> None:
    web.register(7, course_id=3)
    params = {"ltis": [{"lti_id": 7, "course_id": 2, "inst_id": 1}]}
    assert wire.call(REGISTER, params, web.token("admin", courses=[2])).code == "accessexception"
    assert web.rows("ltis")[0]["course"] == 3


def unregister(web: WebSite, wire: Wire, lti_id: int, course_id: int, **limits: Any) -> Answer:
    ltis = [{"lti_id": lti_id, "course_id": course_id}]
    return wire.call(UNREGISTER, {"ltis": ltis}, web.token("ltis:write", **limits))


def test_the_token_of_an_activity_that_is_gone_is_refused_at_once(web: WebSite, wire: Wire) -> None:
    web.register(7, course_id=2)
    token = web.activity_token(1, 7)
    assert wire.write([seen("s", 7), *cell_run("s", "m")], token).code == ""
    assert unregister(web, wire, 7, 2, courses=[2]).result == {"unregistered": 1}
    assert unregister(web, wire, 7, 2).result == {"unregistered": 0}
    for gone in (token, web.activity_token(2, 7)):
        assert wire.write([*cell_run("s", "late")], gone).code == "invalidtoken"
    assert {row["message"]: row["course"] for row in web.rows("executions")} == {"m": 2}
    assert wire.write([seen("s2", 8)], web.activity_token(1, 8)).code == ""
    web.register(7, course_id=2)
    assert wire.write([*cell_run("s", "back")], token).code == ""


def test_records_that_are_under_way_with_it_are_refused_too(web: WebSite) -> None:
    web.register(7, course_id=2)
    authenticator = TokenAuthenticator(web.parts.tokens, web.parts.activity_keys)
    callers = [authenticator.authenticate(web.activity_token(1, i), None, cached=True) for i in (7, 8)]
    web.parts.ltis.unregister([Place(7, 2)], everywhere=False)
    with web.parts.database.reading() as connection:
        assert set(authenticator.recheck(connection, callers)) == {callers[0].identity}


def test_only_what_is_in_a_covered_course_is_taken_out(web: WebSite, wire: Wire) -> None:
    web.register(7, course_id=3)
    assert unregister(web, wire, 7, 3, courses=[2]).code == "accessexception"
    assert unregister(web, wire, 7, 2, courses=[2]).code == "accessexception"
    assert unregister(web, wire, 7, 2).code == "accessexception"
    assert unregister(web, wire, 8, 2, courses=[2]).code == "accessexception"
    assert web.rows("unregistered_ltis") == []
    assert unregister(web, wire, 8, 2).result == {"unregistered": 1}


def test_courses_tell_which_activities_are_gone(web: WebSite, wire: Wire) -> None:
    web.register(7, course_id=2)
    web.register(8, course_id=2)
    unregister(web, wire, 7, 2)
    result = wire.call("mod_lticontainer_get_courses", {}, web.token("activity:read")).result
    assert result is not None
    assert {row["lti_id"]: bool(row["unregistered"]) for row in result["courses"][0]["ltis"]} == {
        7: True,
        8: False,
    }


# Secrets.


def bad_bodies(wire: Wire, token: str) -> list[bytes]:
    """Return bodies that are refused, each with the token in another place."""
    good = cell_run("s", "m")[1]
    records: list[Any] = [
        good | {token: "1"},
        good | {"lti_id": token},
        good | {"date": f"x{token}"},
        good | {"session": token, "message": "x" * 200},
        good | {"session": "x" * 90 + token, "username": token},
        good | {"username": token, "date": "no"},
        good | {"status": token + "x" * 200},
        {token: {token: token}},
    ]
    bodies = [wire.encode(WRITE, {"nb_logs": [bad]}) for bad in records]
    bodies.append(wire.encode(WRITE, {"nb_logs": [good], token: token}))
    if wire.name != "xmlrpc":  # a body that names no function can't be kept for one
        bodies += [token.encode(), b"wstoken=" + token.encode()]
    cut = wire.encode(WRITE, {"nb_logs": [good | {"status": token}]})
    return [*bodies, cut[: cut.index(b"message") + 3]]


@pytest.mark.parametrize("kind", ["service", "activity"])
def test_a_token_is_neither_told_nor_kept_nor_logged(
    web: WebSite, wire: Wire, kind: str, logged: pytest.LogCaptureFixture
) -> None:
    token = web.token() if kind == "service" else web.activity_token(2**40 + 7, 2**40 + 9)
    telling = token[:20]
    for body in bad_bodies(wire, token):
        answer = wire.post(WRITE, body, token)
        assert answer.code in ("recordrejected", "invalidparameter"), body
        assert telling not in answer.text, body
    for kept in web.rejects():
        texts = (kept.reject.raw.decode(), kept.reject.reason, kept.reject.session, kept.reject.username)
        assert not [text for text in texts if telling in text]
    assert telling not in logged.text
    assert telling not in repr(web.rows("rejects"))
    assert len(web.rejects()) == len(bad_bodies(wire, token))
