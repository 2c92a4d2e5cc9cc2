"""Tokens that a real Moodle made, on its own tables: what they open there, and when they stop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.errors import AccessDenied, CallError, InvalidToken, UserDeleted, UserSuspended
from tests.integration.test_golden import EXPECTED, GOLDEN
from tests.moodle.conftest import DATA, RealSite
from tests.support.cli import run_here
from tests.support.clients import XML_DONE, rest
from tests.support.moodle import Moodle
from tests.support.moodle_tables import WRITE
from tests.support.rawhttp import load_recorded, send
from tests.support.recordings import (
    COURSE,
    EMPTY_STRUCT,
    LTI,
    RECORDED,
    expected_answer,
    expected_tables,
    in_version,
    rest_like,
    stored_tables,
    without_arrival,
    xmlrpc_like,
)
from tests.support.service import Service
from tests.support.site import call, cell_run, record, seen

VERSIONS = pytest.mark.parametrize("version", ["1.0", "1.1"])


@VERSIONS
def test_recorded_requests_give_the_plugins_rows(
    site: RealSite, moodle: Moodle, made: dict[str, Any], version: str
) -> None:
    with Service(site.env) as service:
        for path in RECORDED:
            request = in_version(load_recorded(path, made["token"]), version)
            assert send(service.port, request).body == expected_answer(path)
        assert made["token"] not in service.log()
    assert stored_tables(site.data) == expected_tables()
    assert (site.count("executions"), site.count("rejects")) == (7, 0)
    assert {(row["course"], row["inst_id"], row["lti_id"]) for row in site.rows("executions")} == {(2, 1, 1)}


def test_sending_them_again_changes_nothing(site: RealSite, made: dict[str, Any]) -> None:
    with Service(site.env) as service:
        for path in (*RECORDED, *RECORDED):
            assert send(service.port, load_recorded(path, made["token"])).body == expected_answer(path)
    assert stored_tables(site.data) == expected_tables()
    assert site.count("executions") == 7


LIKE: list[tuple[Callable[[Mapping[str, str], str], bytes], bytes]] = [
    (rest_like, XML_DONE),
    (xmlrpc_like, EMPTY_STRUCT),
]


@pytest.mark.parametrize(("like", "answer"), LIKE, ids=["rest", "xmlrpc"])
def test_golden_records_in_recorded_bytes_give_the_golden_rows(
    site: RealSite, made: dict[str, Any], like: Callable[[Mapping[str, str], str], bytes], answer: bytes
) -> None:
    with Service(site.env) as service:
        for one in GOLDEN["records"]:
            assert send(service.port, like(one, made["token"])).body == answer
    found = {name: site.data(name) for name in DATA}
    assert found | {"session": without_arrival(found["session"])} == EXPECTED
    assert abs(site.data("session")[0]["updatetm"] - time.time()) < 60


def test_moodle_sees_when_the_token_was_used_last(site: RealSite, moodle: Moodle, made: dict[str, Any]) -> None:
    assert call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, made["token"]) == {}
    [[at]] = moodle.execute("SELECT lastaccess FROM {external_tokens} WHERE token = %s", (made["token"],))
    assert abs(at - time.time()) < 60


def test_a_token_of_moodles_own_pages_is_none(site: RealSite, moodle: Moodle, made: dict[str, Any]) -> None:
    token = moodle.call("make_embedded_token", made["service"], made["user"])
    with pytest.raises(InvalidToken):
        call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, token)


def test_a_token_for_a_category_covers_its_courses(site: RealSite, moodle: Moodle, made: dict[str, Any]) -> None:
    category, course, lti, other = moodle.call("make_category", f"c{time.time_ns()}")
    token = moodle.call("make_token_in", made["service"], made["user"], category)
    assert call(site.parts, WRITE, {"nb_logs": [seen("s", lti)]}, token) == {}
    with pytest.raises(AccessDenied, match="belongs to a course of others"):
        call(site.parts, WRITE, {"nb_logs": [seen("t", other)]}, token)
    assert [(row["session"], row["course"]) for row in site.data("session")] == [("s", course)]


def test_moodle_may_write_the_same_tables_at_the_same_time(
    site: RealSite, moodle: Moodle, made: dict[str, Any]
) -> None:
    both = [f"both{number}" for number in range(15)]
    alone = [f"plugin{number}" for number in range(15)]
    with Service(site.env) as service, ThreadPoolExecutor(3) as pool:
        writing = pool.submit(moodle.call, "write_as_plugin", COURSE, LTI, [*both, *alone])

        def proxy(session: str) -> None:
            for one in (*cell_run(session, "n"), seen(session, LTI)):
                assert rest(service.port, [one], made["token"]).body == b"[]"

        for work in [pool.submit(proxy, session) for session in both]:
            work.result(60)
        writing.result(60)
    sessions = [row["session"] for row in site.data("session")]
    assert set(sessions) == {*both, *alone}
    rows = [(row["session"], row["message"]) for row in site.data("client_data")]
    assert sorted(rows) == sorted([*((s, "m") for s in (*both, *alone)), *((s, "n") for s in both)])
    assert len(site.data("server_data")) == len(rows)
    site.parts.rebuilder.catch_up(lambda done, total: None)
    runs = site.rows("executions")
    assert sorted((row["session"], row["message"]) for row in runs) == sorted(rows)
    assert {(row["course"], row["lti_id"], row["status"]) for row in runs} == {(COURSE, LTI, "ok")}


def test_an_upgrade_of_moodle_may_change_widths_while_the_service_runs(
    site: RealSite, moodle: Moodle, made: dict[str, Any]
) -> None:
    long = record(host="server", session="s", message="m", username="u" * 30)
    with Service(site.env) as service:
        assert rest(service.port, [long], made["token"]).body == b"[]"
        moodle.execute("DELETE FROM {lticontainer_server_data}")
        moodle.call("change_width", "lticontainer_server_data", "username", 20)
        answer = json.loads(
            rest(service.port, [long | {"message": "m2"}, *cell_run("s", "n")], made["token"]).body
        )
        assert answer["errorcode"] == "recordrejected"
        assert "username has 30 characters, the limit is 20" in answer["debuginfo"]
        assert [row["message"] for row in site.data("server_data")] == ["n"]
        moodle.call("change_width", "lticontainer_server_data", "username", 32)
        assert run_here("rejects", "replay", "--all", env=site.env).returncode == 0
        assert {row["message"]: row["username"] for row in site.data("server_data")}["m2"] == "u" * 30


CHANGES: list[tuple[str, Any, type[CallError]]] = [
    ("suspended", lambda m, made: m.call("update_user", made["user"], {"suspended": 1}), UserSuspended),
    ("deleted", lambda m, made: m.call("delete_user", made["user"]), InvalidToken),
    ("token", lambda m, made: m.call("delete_token", made["token"]), InvalidToken),
    ("disabled", lambda m, made: m.call("update_service", made["service"], {"enabled": 0}), AccessDenied),
    ("forbidden", lambda m, made: m.call("forbid_user", made["service"], made["user"]), AccessDenied),
    ("role", lambda m, made: m.call("delete_role", made["role"]), AccessDenied),
]


@pytest.mark.parametrize(("name", "change", "error"), CHANGES, ids=[name for name, _, _ in CHANGES])
def test_what_moodle_takes_away_is_gone_at_once(
    site: RealSite, moodle: Moodle, made: dict[str, Any], name: str, change: Any, error: type[CallError]
) -> None:
    assert call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, made["token"]) == {}
    change(moodle, made)
    with pytest.raises((error, UserDeleted) if name == "deleted" else error):
        call(site.parts, WRITE, {"nb_logs": [seen("t", 1)]}, made["token"])
    assert [row["session"] for row in site.data("session")] == ["s"]


def test_an_expired_token_and_one_for_other_addresses_are_refused(
    site: RealSite, moodle: Moodle, made: dict[str, Any]
) -> None:
    for until, addresses in ((int(time.time()) - 60, ""), (0, "192.0.2.0/24")):
        token = moodle.call("make_token", made["service"], made["user"], until, addresses)
        with pytest.raises(AccessDenied):
            call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, token)
