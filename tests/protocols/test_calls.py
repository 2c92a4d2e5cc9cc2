"""Calls and their results, over every protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app import __version__
from app.registry import Call
from tests.protocols.wires import WRITE, Wire
from tests.support.site import MOODLE_URL, cell_run, record, seen
from tests.support.web import WebSite

REGISTER = "mod_lticontainer_register_ltis"
UNREGISTER = "mod_lticontainer_unregister_ltis"
SET_ROSTER = "mod_lticontainer_set_roster"
SITE_INFO = "mod_lticontainer_get_site_info"


def test_records_are_stored_and_the_answer_is_empty(web: WebSite, wire: Wire, token: str) -> None:
    answer = wire.write([seen("s", 7), *cell_run("s", "m")], token)
    assert (answer.result, answer.code) == ({}, "")
    assert [row["lti_id"] for row in web.rows("session")] == [7]
    assert [row["filename"] for row in web.rows("client_data")] == ["Task1.ipynb"]
    assert [row["status"] for row in web.rows("server_data")] == ["ok"]


def test_text_of_any_script_arrives_as_it_was(web: WebSite, wire: Wire, token: str) -> None:
    text = "課題 R&D <1> 'ü' \"😀\"\t\n+%26=;[0]"
    assert wire.write([record(host="server", session="s", message="m", username=text)], token).code == ""
    assert web.rows("server_data")[0]["username"] == text


def test_an_absent_field_counts_as_empty(web: WebSite, wire: Wire, token: str) -> None:
    assert wire.write([{"host": "server", "session": "s"}], token).code == ""
    assert web.rows("server_data")[0]["message"] == ""


@pytest.mark.parametrize("function", ["mod_lticontainer_write_nbdata", "mod_mdlds_write_nbdata"])
def test_one_record_needs_no_list(web: WebSite, wire: Wire, token: str, function: str) -> None:
    assert wire.call(function, {"nb_data": cell_run("s", "m")[0]}, token).result == {}
    assert wire.call(function, {"nb_data": [cell_run("s", "m")[1]]}, token).result == {}
    assert (web.count("client_data"), web.count("server_data")) == (1, 1)


def test_sending_again_changes_nothing(web: WebSite, wire: Wire, token: str) -> None:
    records = [seen("s", 7), *cell_run("s", "m")]
    assert wire.write(records, token).code == ""
    before = [web.rows(table) for table in ("session", "client_data", "server_data", "tags", "executions")]
    assert wire.write(records + records, token).result == {}
    assert before == [web.rows(table) for table in ("session", "client_data", "server_data", "tags", "executions")]


def test_numbers_and_lists_come_and_go(web: WebSite, wire: Wire, token: str) -> None:
    wire.write([seen("s", 7)], token)
    ltis = [{"lti_id": 7, "course_id": 2, "inst_id": 1, "name": "Python 1"}]
    answer = wire.call(REGISTER, {"ltis": ltis}, web.token("ltis:write"))
    assert answer.result == {"registered": 1, "placed_sessions": 1}
    assert web.rows("session")[0]["course"] == 2


@pytest.mark.parametrize("lti_id", [0, -1, 2**31 - 1 + 1, "x", "1.0", " 7", "", "7" * 11])
def test_a_number_out_of_range_is_an_invalid_parameter(wire: Wire, web: WebSite, lti_id: Any) -> None:
    # XML-RPC's own library can't write larger integers, so there they go as text.
    value = str(lti_id) if wire.name == "xmlrpc" else lti_id
    params = {"ltis": [{"lti_id": value, "course_id": 2, "inst_id": 1}]}
    answer = wire.call(REGISTER, params, web.token("ltis:write"))
    assert answer.code == "invalidparameter"
    assert "ltis[0].lti_id: must be an integer from 1 to 2147483647" in answer.detail


def test_the_caller_learns_what_it_may_do(web: WebSite, wire: Wire) -> None:
    answer = wire.call(SITE_INFO, {}, web.token("ltis:write"))
    names = (REGISTER, UNREGISTER, SET_ROSTER, SITE_INFO)
    assert answer.result is not None
    assert answer.result["functions"] == [{"name": name, "version": __version__} for name in names]
    told = {"version": __version__, "moodle_url": MOODLE_URL, "database": "sqlite", "moodle_tables": False}
    assert {name: answer.result[name] for name in told} == told


def test_an_unknown_function_is_named_as_such(wire: Wire, token: str) -> None:
    assert wire.call("mod_lticontainer_write_nothing", {}, token).code == "invalidrecord"


@pytest.mark.parametrize("name", ["system.listMethods", "system.methodHelp", "system.multicall", "__class__"])
def test_there_is_no_introspection(wire: Wire, token: str, name: str) -> None:
    for known in (token, None):
        answer = wire.call(name, {}, known)
        assert answer.code == ("invalidrecord" if known else "invalidtoken")
        assert "mod_lticontainer" not in answer.text


def test_a_failure_leaves_only_its_id(
    web: WebSite, wire: Wire, token: str, logged: pytest.LogCaptureFixture
) -> None:
    def fail(call: Call) -> Mapping[str, Any]:
        raise RuntimeError(f"the inside of {call.function.name}")

    functions = web.parts.registry.functions
    functions[WRITE] = replace(functions[WRITE], handler=fail)
    answer = wire.write([seen("s", 7)], token)
    assert answer.code == "internalerror"
    assert "RuntimeError" not in answer.text
    assert "inside" not in answer.text
    incident = answer.detail.rpartition(" ")[2]
    assert f"internal error {incident} in {WRITE}" in logged.text
    assert "RuntimeError: the inside" in logged.text


def test_a_result_that_its_schema_refuses_is_a_failure(web: WebSite, wire: Wire) -> None:
    functions = web.parts.registry.functions
    bad = {"registered": 2**31, "placed_sessions": 0}
    functions[REGISTER] = replace(functions[REGISTER], handler=lambda _: bad)
    ltis = [{"lti_id": 7, "course_id": 2, "inst_id": 1}]
    assert wire.call(REGISTER, {"ltis": ltis}, web.token("ltis:write")).code == "internalerror"


@pytest.mark.parametrize("prefix", ["", "/", "/moodle", "//moodle//", "/a/b/c", "/webservice/rest/server.php"])
@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/1.1"])
def test_moodles_paths_work_behind_any_prefix(web: WebSite, token: str, prefix: str, protocol: str) -> None:
    for script, body in (("rest", b"nb_logs[0][host]=server"), ("xmlrpc", XML_CALL)):
        query = f"wsfunction={WRITE}&wstoken={token}"
        environ = {"PATH_INFO": f"{prefix}/webservice/{script}/server.php", "SERVER_PROTOCOL": protocol}
        response = web.client.post(f"/?{query}", data=body, environ_overrides=environ)
        assert response.status_code == 200
        assert b"rror" not in response.data
        assert b"fault" not in response.data
    assert web.count("server_data") == 2


XML_CALL = (
    f"<methodCall><methodName>{WRITE}</methodName><params><param><value><array><data><value><struct><member>"
    "<name>host</name><value>server</value></member><member><name>session</name><value>s</value></member></struct>"
    "</value></data></array></value></param></params></methodCall>"
).encode()


def acted(web: WebSite) -> list[str]:
    """Return where get_site_info notes from now on for whom it is called."""
    seen_names: list[str] = []
    function = web.parts.registry.functions[SITE_INFO]

    def handle(call: Call) -> Mapping[str, Any]:
        seen_names.append(call.actor.on_behalf)
        assert (call.actor.key, call.actor.name) == (call.caller.key, "test")
        return function.handler(call)

    web.parts.registry.functions[SITE_INFO] = replace(function, handler=handle)
    return seen_names


@pytest.mark.parametrize("name", ["", "hanako.yamada", "花子", "a b  c"])
def test_a_caller_may_say_for_whom_it_acts(web: WebSite, wire: Wire, token: str, name: str) -> None:
    names = acted(web)
    headers = {"On-Behalf-Of": name.encode().decode("latin-1")} if name else {}
    assert wire.call(SITE_INFO, {}, token, headers=headers).code == ""
    assert names == [name]


@pytest.mark.parametrize("name", ["\xff", "x" * 256, "a\x01b"])
def test_a_person_who_is_no_text_is_refused(web: WebSite, wire: Wire, token: str, name: str) -> None:
    names = acted(web)
    answer = wire.call(SITE_INFO, {}, token, headers={"On-Behalf-Of": name})
    assert answer.code == "invalidparameter"
    assert "On-Behalf-Of" in answer.detail
    assert names == []


def test_a_record_is_kept_when_the_person_is_no_text(web: WebSite, wire: Wire, token: str) -> None:
    assert wire.write([seen("s", 7)], token, headers={"On-Behalf-Of": "\xff"}).code == "invalidparameter"
    (kept,) = web.rejects()
    assert b"ltictr" in kept.reject.raw
