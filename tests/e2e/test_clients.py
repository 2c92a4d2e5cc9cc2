"""Standard clients: Python's xmlrpc.client and plain JSON over HTTP, against a real gunicorn."""

from __future__ import annotations

import json
from typing import Any
from xmlrpc.client import Fault

import pytest

from tests.e2e.conftest import Stack
from tests.support.clients import get, json_call, post, proxy, rest
from tests.support.site import cell_run, seen


@pytest.mark.parametrize("name", ["mod_lticontainer_write_nbdata", "mod_mdlds_write_nbdata"])
def test_a_struct_and_an_array_of_structs_are_stored(stack: Stack, session: str, name: str) -> None:
    client, server = cell_run(session, "m1")
    with proxy(stack.port, stack.token) as service:
        assert getattr(service, name)(client) == {}
        assert getattr(service, name)([server, seen(session, 1)]) == {}
    [row] = stack.site.rows("executions", session=session)
    assert (row["course"], row["duration_us"]) == (2, 1_500_000)


def test_write_nblogs_takes_an_array(stack: Stack, session: str) -> None:
    with proxy(stack.port, stack.token, "/xmlrpc") as service:
        assert service.mod_lticontainer_write_nblogs(list(cell_run(session, "課題 <&> m"))) == {}
    assert [row["message"] for row in stack.site.rows("executions", session=session)] == ["課題 <&> m"]


FAULTS: list[tuple[str, list[Any], str, int]] = [
    ("mod_lticontainer_write_nblogs", [[{"host": 5}]], "recordrejected", -32006),
    ("mod_lticontainer_write_nblogs", [[{"colour": "red"}]], "invalidparameter", -32602),
    ("mod_lticontainer_write_nblogs", [], "invalidparameter", -32602),
    ("mod_lticontainer_write_nblogs", [[], [], []], "invalidparameter", -32602),
    ("mod_lticontainer_register_ltis", [[]], "accessexception", -32002),
    ("no_such_function", [], "invalidrecord", -32601),
    ("system.listMethods", [], "invalidrecord", -32601),
    ("system.multicall", [[]], "invalidrecord", -32601),
]


@pytest.mark.parametrize(("name", "arguments", "code", "number"), FAULTS)
def test_an_error_is_a_fault_with_its_number(
    stack: Stack, name: str, arguments: list[Any], code: str, number: int
) -> None:
    with proxy(stack.port, stack.token) as service, pytest.raises(Fault) as caught:
        getattr(service, name)(*arguments)
    assert (caught.value.faultCode, caught.value.faultString.split(":")[0]) == (number, code)


def test_nothing_is_said_of_functions_without_a_token(stack: Stack) -> None:
    for name in ("mod_lticontainer_write_nblogs", "no_such_function", "system.listMethods"):
        with proxy(stack.port, "unknown") as service, pytest.raises(Fault, match="invalidtoken"):
            getattr(service, name)()


def test_site_info_tells_version_database_and_what_the_token_may_do(stack: Stack) -> None:
    with proxy(stack.port, stack.token) as service:
        info: Any = service.mod_lticontainer_get_site_info()
    assert info["database"] == stack.site.parts.database.kind
    names = [function["name"] for function in info["functions"]]
    assert "mod_lticontainer_write_nblogs" in names
    assert "mod_lticontainer_register_ltis" not in names


def test_json_stores_records_and_answers_an_empty_object(stack: Stack, session: str) -> None:
    answer = json_call(stack.port, "write_nblogs", {"nb_logs": cell_run(session, "m1")}, stack.token)
    assert (answer.status, answer.body) == (200, b"{}")
    assert answer.headers["content-type"] == "application/json"
    assert len(stack.site.rows("executions", session=session)) == 1


def test_json_errors_are_problem_details(stack: Stack) -> None:
    answer = json_call(stack.port, "write_nblogs", {"nb_logs": []}, "unknown")
    assert (answer.status, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert json.loads(answer.body)["errorcode"] == "invalidtoken"


def test_a_writing_function_is_not_called_by_get(stack: Stack) -> None:
    answer = get(stack.port, "/api/v1/write_nblogs", f"Authorization: Bearer {stack.token}")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_a_registration_over_the_wire_places_the_sessions_that_wait(stack: Stack, session: str) -> None:
    lti_id = 1 + int(session[:6], 16)
    rest(stack.port, [seen(session, lti_id), *cell_run(session, "m1")], stack.token)
    lti = {"lti_id": lti_id, "course_id": 9, "inst_id": 1, "name": "Python"}
    answer = json_call(stack.port, "register_ltis", {"ltis": [lti]}, stack.site.token("ltis:write"))
    assert json.loads(answer.body) == {"registered": 1, "placed_sessions": 1}
    assert [row["course"] for row in stack.site.rows("executions", session=session)] == [9]


def test_a_body_over_the_limit_is_refused_and_the_service_goes_on(stack: Stack, session: str) -> None:
    body = b'{"nb_logs": [' + b" " * (50 * 2**20) + b"]}"
    own = ("Content-Type: application/json", f"Authorization: Bearer {stack.token}")
    try:
        answer = post(stack.port, "/api/v1/write_nblogs", body, *own)
    except OSError:  # it may close before it has read all of it
        pass
    else:
        assert (answer.status, json.loads(answer.body)["errorcode"]) == (413, "requesttoolarge")
    assert rest(stack.port, [seen(session, 1)], stack.token).body == b"[]"


def test_a_request_that_is_cut_off_is_no_success(stack: Stack, session: str) -> None:
    whole = json.dumps({"nb_logs": cell_run(session, "m1")}).encode()
    own = ("Content-Type: application/json", f"Authorization: Bearer {stack.token}")
    answer = post(stack.port, "/api/v1/write_nblogs", whole[: len(whole) // 2], *own)
    assert answer.status == 422
    assert json.loads(answer.body)["errorcode"] == "recordrejected"
    assert stack.site.rows("client_data", session=session) == []
