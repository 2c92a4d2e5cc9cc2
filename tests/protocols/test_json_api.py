"""JSON: methods, content types, problem details, and what is no JSON."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocols.wires import WRITE, Json
from tests.support.site import record
from tests.support.web import WebSite

PATH = "/api/v1/write_nblogs"
GOOD = {"nb_logs": [record(host="server", session="s")]}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("name", ["write_nblogs", WRITE])
def test_a_function_has_a_short_and_a_full_name(web: WebSite, token: str, name: str) -> None:
    assert Json(web.client).call(name, GOOD, token).result == {}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_of_the_token_has_no_case(web: WebSite, token: str, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {token}"}
    assert web.client.post(PATH, json=GOOD, headers=headers).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Basic {}", "{}", "Token {}"])
def test_a_token_elsewhere_is_no_token(web: WebSite, token: str, header: str) -> None:
    headers = {"Authorization": header.format(token)}
    response = web.client.post(f"{PATH}?wstoken={token}", json=GOOD, headers=headers)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_calls_a_function(web: WebSite, token: str, method: str) -> None:
    response = web.client.open(PATH, method=method, json=GOOD, headers=bearer(token))
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert (web.count("server_data"), web.count("rejects")) == (0, 0)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_the_content_type_of_json_is_taken(web: WebSite, token: str, kind: str) -> None:
    # A page of another site can send these three without asking first.
    body = Json(web.client).encode(WRITE, GOOD)
    response = web.client.post(PATH, data=body, headers=bearer(token), content_type=kind)
    assert (response.status_code, response.json["errorcode"] if response.json else "") == (415, "unsupportedmedia")
    assert web.count("server_data") == 0


def test_an_error_is_a_problem_with_moodles_code(web: WebSite, token: str) -> None:
    answer = Json(web.client).call(WRITE, {"nb_logs": [GOOD["nb_logs"][0], {"session": 5}]}, token)
    assert answer.body == {
        "type": "urn:lticontainer:error:recordrejected",
        "title": "A record was rejected; it is kept and can be replayed",
        "status": 422,
        "errorcode": "recordrejected",
        "detail": "nb_logs[1].session is not text but int. 1 of 2 records are stored, 1 kept as rejected",
        "problems": [
            {"index": 1, "field": "session", "code": "recordrejected", "message": "is not text but int"},
        ],
    }


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"\xef\xbb\xbf{}", "not well-formed"),
        (b'{"nb_logs": NaN}', "NaN is no JSON"),
        (b'{"nb_logs": -Infinity}', "-Infinity is no JSON"),
        (b'{"nb_logs": [' + b"9" * 5000 + b"]}", "not well-formed"),
        (b"{'nb_logs': []}", "not well-formed"),
        ('{"nb_logs": "é"}'.encode("latin-1"), "not valid UTF-8 at byte 13"),
        ('{"nb_logs": []}'.encode("utf-16"), "not valid UTF-8 at byte 0"),
    ],
)
def test_what_is_no_json_is_kept(web: WebSite, token: str, body: bytes, fault: str) -> None:
    answer = Json(web.client).post(WRITE, body, token)
    assert (answer.code, fault in answer.detail) == ("recordrejected", True)
    assert [kept.reject.raw for kept in web.rejects()] == [body]


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[]", "list"), (b"null", "NoneType"), (b'"x"', "str"), (b"5", "int")]
)
def test_a_body_that_is_no_object_is_an_invalid_parameter(
    web: WebSite, token: str, body: bytes, kind: str
) -> None:
    answer = Json(web.client).post(WRITE, body, token)
    assert (answer.code, answer.detail) == ("invalidparameter", f"The body is not an object but {kind}")


@pytest.mark.parametrize("value", ["7", 7.0, True, None, [7], {}, 1.9])
def test_an_integer_is_a_json_integer(web: WebSite, value: Any) -> None:
    params = {"ltis": [{"lti_id": value, "course_id": 2, "inst_id": 1}]}
    wire = Json(web.client)
    assert wire.call("register_ltis", params, web.token("ltis:write")).code == "invalidparameter"


def test_lone_surrogates_are_told_and_kept(web: WebSite, token: str) -> None:
    answer = Json(web.client).write([{"session": "\ud800"}, {"\ud800": "x"}], token)
    assert answer.code == "recordrejected"
    assert "nb_logs[0].session is not valid UTF-8 at character 1" in answer.detail
    assert len(web.rejects()) == 2
