"""The bytes that real proxies sent, to a real gunicorn: every answer byte for byte, every row stored."""

from __future__ import annotations

import re
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.e2e.conftest import Stack, Start
from tests.support.clients import FORM, REST, XML_DONE, XML_HEAD, XMLRPC, form, get, post, rest
from tests.support.rawhttp import Response, load_recorded, send
from tests.support.recordings import (
    EMPTY_STRUCT,
    RECORDED,
    expected_answer,
    expected_tables,
    in_version,
    stored_tables,
)
from tests.support.site import Site, cell_run, record

VERSIONS = pytest.mark.parametrize("version", ["1.0", "1.1"])
FILES = pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
SESSION = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def own_session(request: bytes, session: str) -> bytes:
    """Put a session of the test's own in the place of the recorded one, which is the first id of the body."""
    head, gap, body = request.partition(b"\r\n\r\n")
    return head + gap + SESSION.sub(session.encode(), body, count=1)


@VERSIONS
@FILES
def test_every_recorded_request_is_answered_with_success(
    stack: Stack, path: Path, version: str, session: str
) -> None:
    request = own_session(in_version(load_recorded(path, stack.token), version), session)
    answer = send(stack.port, request)
    assert (answer.status, answer.body) == (200, expected_answer(path))
    tables = ("client_data", "server_data", "session")
    assert [len(stack.site.rows(name, session=session)) for name in tables].count(1) == 1


@FILES
def test_asked_for_json_moodle_rest_answers_an_empty_array(stack: Stack, path: Path, session: str) -> None:
    request = own_session(load_recorded(path, stack.token), session)
    answer = send(stack.port, request.replace(b" HTTP/1.1", b"&moodlewsrestformat=json HTTP/1.1", 1))
    assert answer.body == (EMPTY_STRUCT if path.name.startswith("xmlrpc") else b"[]")


@VERSIONS
def test_a_recorded_class_is_stored_whole(site: Site, start: Start, version: str) -> None:
    site.register(1, 2)
    running = start(site)
    for path in RECORDED:
        assert send(running.port, in_version(load_recorded(path, running.token), version)).body == expected_answer(
            path
        )
    counts = {
        name: site.count(name) for name in ("session", "client_data", "server_data", "executions", "rejects")
    }
    assert counts == {"session": 3, "client_data": 7, "server_data": 7, "executions": 7, "rejects": 0}
    assert stored_tables(site.rows) == expected_tables()
    runs = site.rows("executions")
    assert {(row["course"], row["inst_id"], row["lti_id"]) for row in runs} == {(2, 1, 1)}
    assert sorted((row["filename"], row["codenum"], row["status"], row["username"]) for row in runs) == [
        ("Task <1> & 課題 課題.ipynb", "1", "ok", "student1"),
        *[("Task1.ipynb", number, status, "username") for number, status in TWICE],
    ]


TWICE = [("1", "ok")] * 2 + [("2", "error")] * 2 + [("3", "ok")] * 2


@VERSIONS
@pytest.mark.parametrize("prefix", ["", "/", "/moodle", "//moodle//lms", "/a/b/c"])
@pytest.mark.parametrize("script", [REST, XMLRPC])
def test_any_prefix_reaches_the_script_without_a_redirect(
    stack: Stack, prefix: str, script: str, version: str
) -> None:
    path = f"{prefix}{script}?wstoken={stack.token}&wsfunction=mod_lticontainer_get_site_info"
    call = b"<methodCall><methodName>mod_lticontainer_get_site_info</methodName><params/></methodCall>"
    answer = post(stack.port, path, call if script == XMLRPC else b"", "Content-Type: text/html", version=version)
    assert answer.status == 200
    assert b"moodle.example.org" in answer.body


@pytest.mark.parametrize("kind", ["text/html", "text/xml", "application/xml", "text/plain", "", "nonsense"])
def test_xmlrpc_takes_a_body_of_any_content_type(stack: Stack, kind: str, session: str) -> None:
    request = own_session(load_recorded(RECORDED[-1], stack.token), session)
    head = f"Content-Type: {kind}\r\n" if kind else ""
    answer = send(stack.port, request.replace(b"Content-Type: text/html\r\n", head.encode(), 1))
    assert answer.body == EMPTY_STRUCT
    assert len(stack.site.rows("server_data", session=session)) == 1


def test_a_new_connection_for_each_record_of_a_class(stack: Stack, session: str) -> None:
    runs = [part for number in range(100) for part in cell_run(session, f"m{number}", number)]
    assert {rest(stack.port, [part], stack.token).body for part in runs} == {b"[]"}
    assert len(stack.site.rows("executions", session=session)) == 100
    assert {row["duration_us"] for row in stack.site.rows("executions", session=session)} == {1_500_000}


def test_one_form_may_carry_many_records_with_brackets_encoded_or_not(stack: Stack, session: str) -> None:
    runs = [part for number in range(50) for part in cell_run(session, f"m{number}", number)]
    plain = form(runs[:50]).replace(b"%5B", b"[").replace(b"%5D", b"]")
    path = f"{REST}?wsfunction=mod_lticontainer_write_nblogs&wstoken={stack.token}"
    for body in (plain, form(runs[50:])):
        assert post(stack.port, path, body, f"Content-Type: {FORM}").body == XML_DONE
    assert len(stack.site.rows("executions", session=session)) == 50


def test_the_three_names_may_stand_in_the_body(stack: Stack, session: str) -> None:
    names = f"wsfunction=mod_lticontainer_write_nblogs&wstoken={stack.token}&moodlewsrestformat=json&".encode()
    answer = post(stack.port, REST, names + form(cell_run(session, "m")), f"Content-Type: {FORM}")
    assert answer.body == b"[]"
    assert len(stack.site.rows("executions", session=session)) == 1


WRONG = [
    (
        {"token": "unknown"},
        "invalidtoken",
        r"core\exception\moodle_exception",
        "Invalid token - token not found",
    ),
    (
        {"function": "no_such_function"},
        "invalidrecord",
        "dml_missing_record_exception",
        "Can't find data record in database table external_functions.",
    ),
    (
        {"function": "mod_lticontainer_register_ltis"},
        "accessexception",
        "webservice_access_exception",
        "Access control exception",
    ),
    (
        {"body": b""},
        "invalidparameter",
        r"core\exception\invalid_parameter_exception",
        "Invalid parameter value detected",
    ),
]


def ask(stack: Stack, extra: str, *, token: str = "", function: str = "", body: bytes | None = None) -> Response:
    query = f"wsfunction={function or 'mod_lticontainer_write_nblogs'}&wstoken={token or stack.token}{extra}"
    return post(stack.port, f"{REST}?{query}", form([record()]) if body is None else body, f"Content-Type: {FORM}")


@pytest.mark.parametrize(("wrong", "code", "exception", "message"), WRONG, ids=[entry[1] for entry in WRONG])
def test_errors_are_those_of_moodle_byte_for_byte(
    stack: Stack, wrong: dict[str, str], code: str, exception: str, message: str
) -> None:
    answer = ask(stack, "", **wrong)  # type: ignore[arg-type]  # a table of arguments
    head = XML_HEAD + f'<EXCEPTION class="{exception}">\n<ERRORCODE>{code}</ERRORCODE>\n'.encode()
    assert answer.status == 200
    assert answer.body.startswith(head + f"<MESSAGE>{message}</MESSAGE>\n".encode())
    assert answer.body.endswith(b"</EXCEPTION>\n")
    in_json = ask(stack, "&moodlewsrestformat=json", **wrong).body  # type: ignore[arg-type]  # as above
    escaped = exception.replace("\\", "\\\\")
    assert in_json.startswith(f'{{"exception":"{escaped}","errorcode":"{code}","message":"{message}"'.encode())


def test_a_path_of_no_protocol_is_not_found_and_not_redirected(stack: Stack) -> None:
    for path in ("/nothing", "/webservice", "/xmlrpc/", "/api/v1", "/webservice/soap/server.php"):
        assert get(stack.port, path).status == 404


@pytest.mark.parametrize(
    "line",
    [
        b"POST //x?wstoken=SECRETSECRET",
        b"POST /x?wstoken=SECRETSECRET\xff HTTP/1.1",
        b"GET http://[x?wstoken=SECRETSECRET HTTP/1.1",
    ],
)
def test_a_request_line_that_can_not_be_read_leaves_no_token_in_the_log(stack: Stack, line: bytes) -> None:
    with suppress(OSError, HTTPException):
        send(stack.port, line + b"\r\nHost: x\r\n\r\n")
    assert "SECRETSECRET" not in stack.service.log()
