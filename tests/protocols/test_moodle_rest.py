"""Moodle REST: the very bytes of its answers, and the forms in which a call may come."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from marshmallow import fields

from app import __version__
from app.errors import (
    AccessDenied,
    CallError,
    InvalidParameter,
    InvalidToken,
    MalformedRequest,
    UnknownFunction,
)
from app.fields import Integer, StrictSchema, Text
from app.protocols.moodle_rest import error_json, error_xml, result_json, result_xml
from tests.protocols.wires import WRITE
from tests.support.site import cell_run
from tests.support.web import WebSite

PATH = "/webservice/rest/server.php"
HEAD = b'<?xml version="1.0" encoding="UTF-8" ?>\n'
GOOD = {"nb_logs[0][host]": "server", "nb_logs[0][session]": "s"}


def post(web: WebSite, query: dict[str, str], form: dict[str, str], **options: Any) -> bytes:
    response: bytes = web.client.post(PATH, query_string=query, data=form, **options).data
    return response


def call(web: WebSite, token: str | None, form: dict[str, str], **query: str) -> bytes:
    known = {} if token is None else {"wstoken": token}
    return post(web, {"wsfunction": WRITE, **known, **query}, form)


def test_success_as_json(web: WebSite, token: str) -> None:
    assert call(web, token, GOOD, moodlewsrestformat="json") == b"[]"


def test_success_as_xml(web: WebSite, token: str) -> None:
    assert call(web, token, GOOD) == HEAD + b"<RESPONSE>\n<SINGLE>\n</SINGLE>\n</RESPONSE>\n"


def test_the_headers_are_moodles(web: WebSite, token: str) -> None:
    for restformat, kind in (("json", "application/json"), ("xml", "application/xml; charset=utf-8")):
        query = {"wsfunction": WRITE, "wstoken": token, "moodlewsrestformat": restformat}
        response = web.client.post(PATH, query_string=query, data=GOOD)
        assert response.headers["Content-Type"] == kind
        expected = "private, must-revalidate, pre-check=0, post-check=0, max-age=0"
        assert response.headers["Cache-Control"] == expected


ERRORS = [
    ("invalidtoken", "core\\exception\\moodle_exception", "Invalid token - token not found"),
    (
        "invalidrecord",
        "dml_missing_record_exception",
        "Can't find data record in database table external_functions.",
    ),
    ("accessexception", "webservice_access_exception", "Access control exception"),
    ("invalidparameter", "core\\exception\\invalid_parameter_exception", "Invalid parameter value detected"),
]


def failing(web: WebSite, code: str, restformat: str) -> bytes:
    """Make a call that fails with this code, as simply as it can be made."""
    query = {"wsfunction": WRITE, "wstoken": web.token("nblogs:write"), "moodlewsrestformat": restformat}
    query |= {
        "invalidtoken": {"wstoken": ""},
        "invalidrecord": {"wsfunction": "core_user_get_users"},
        "accessexception": {"wstoken": web.token(expires_at=int(time.time()) - 1)},
        "invalidparameter": {},
    }[code]
    return post(web, query, {} if code == "invalidparameter" else GOOD)


DETAILS = {
    "accessexception": "The token has expired",
    "invalidparameter": "nb_logs: Missing data for required field.",
}


@pytest.mark.parametrize(("code", "exception", "message"), ERRORS)
def test_an_error_as_json(web: WebSite, code: str, exception: str, message: str) -> None:
    detail = f',"debuginfo":"{DETAILS[code]}"' if code in DETAILS else ""
    escaped = exception.replace("\\", "\\\\")
    expected = f'{{"exception":"{escaped}","errorcode":"{code}","message":"{message}"{detail}}}'
    assert failing(web, code, "json").decode() == expected


@pytest.mark.parametrize(("code", "exception", "message"), ERRORS)
def test_an_error_as_xml(web: WebSite, code: str, exception: str, message: str) -> None:
    detail = f"<DEBUGINFO>{DETAILS[code]}</DEBUGINFO>\n" if code in DETAILS else ""
    expected = (
        f'<EXCEPTION class="{exception}">\n<ERRORCODE>{code}</ERRORCODE>\n<MESSAGE>{message}</MESSAGE>\n'
        f"{detail}</EXCEPTION>\n"
    )
    assert failing(web, code, "xml") == HEAD + expected.encode()


@pytest.mark.parametrize("error", [InvalidToken, UnknownFunction, AccessDenied, InvalidParameter])
def test_no_token_and_no_function_are_told_as_moodle_does(web: WebSite, error: type[CallError]) -> None:
    assert error.code in {code for code, _, _ in ERRORS}
    assert b"invalidtoken" in post(web, {}, {})
    assert b"Missing function name" in post(web, {"wstoken": web.token()}, {})


def test_text_is_escaped_as_php_does() -> None:
    error = MalformedRequest('<a href="x">R&D</a> it\'s 課題 /\x00\ud800')
    assert "<DEBUGINFO>&lt;a href=&quot;x&quot;&gt;R&amp;D&lt;/a&gt; it's 課題 /\ufffd\ufffd<" in error_xml(error)
    quoted = '"<a href=\\"x\\">R&D<\\/a> it\'s \\u8ab2\\u984c \\/\\ufffd\\ufffd"'
    assert error_json(error).endswith(f'"debuginfo":{quoted}}}')


class InnerSchema(StrictSchema):
    name = Text()
    flag = fields.Boolean()


class OuterSchema(StrictSchema):
    number = Integer()
    names = fields.List(Text())
    inner = fields.Nested(InnerSchema)
    many = fields.List(fields.Nested(InnerSchema))


def test_a_result_as_xml_is_in_the_order_of_its_schema() -> None:
    result = {"many": [{"name": "<b>", "flag": False}], "names": ["x", "y"], "number": 7, "inner": {"flag": True}}
    lines = [
        "<RESPONSE>\n<SINGLE>",
        '<KEY name="number"><VALUE>7</VALUE>\n</KEY>',
        '<KEY name="names"><MULTIPLE>\n<VALUE>x</VALUE>\n<VALUE>y</VALUE>\n</MULTIPLE>\n</KEY>',
        '<KEY name="inner"><SINGLE>\n<KEY name="name"><VALUE null="null"/>\n</KEY>',
        '<KEY name="flag"><VALUE>1</VALUE>\n</KEY>\n</SINGLE>\n</KEY>',
        '<KEY name="many"><MULTIPLE>\n<SINGLE>\n<KEY name="name"><VALUE>&lt;b&gt;</VALUE>\n</KEY>',
        '<KEY name="flag"><VALUE>0</VALUE>\n</KEY>\n</SINGLE>\n</MULTIPLE>\n</KEY>',
        "</SINGLE>\n</RESPONSE>\n",
    ]
    assert result_xml(result, OuterSchema()) == HEAD.decode() + "\n".join(lines)


def test_a_result_as_json_is_written_as_php_writes_it() -> None:
    assert result_json({"url": "https://x/é", "list": []}) == '{"url":"https:\\/\\/x\\/\\u00e9","list":[]}'
    assert result_json({}) == "[]"


def test_site_info_as_xml(web: WebSite) -> None:
    answer = post(web, {"wsfunction": "mod_lticontainer_get_site_info", "wstoken": web.token("params:read")}, {})
    assert answer.startswith(HEAD + b'<RESPONSE>\n<SINGLE>\n<KEY name="version"><VALUE>')
    function = f'<KEY name="version"><VALUE>{__version__}</VALUE>\n</KEY>\n</SINGLE>\n</MULTIPLE>\n</KEY>\n'
    assert answer.endswith(function.encode() + b"</SINGLE>\n</RESPONSE>\n")


# The forms in which a call may come.


@pytest.mark.parametrize("literal", [True, False], ids=["literal brackets", "encoded brackets"])
def test_brackets_may_be_encoded_or_not(web: WebSite, token: str, literal: bool) -> None:
    body = urlencode(GOOD, safe="[]" if literal else "")
    query = {"wsfunction": WRITE, "wstoken": token}
    answer = web.client.post(PATH, query_string=query, data=body, content_type="application/x-www-form-urlencoded")
    assert b"RESPONSE" in answer.data
    assert web.rows("server_data")[0]["session"] == "s"


def test_names_of_the_call_may_stand_in_the_body(web: WebSite, token: str) -> None:
    control = {"wsfunction": WRITE, "wstoken": token, "moodlewsrestformat": "json"}
    assert post(web, {}, control | GOOD) == b"[]"
    assert post(web, {"wstoken": "unknown"}, control | GOOD) == b"[]"


def test_a_call_by_get_works(web: WebSite, token: str) -> None:
    query = {"wsfunction": WRITE, "wstoken": token, "moodlewsrestformat": "json"} | GOOD
    assert web.client.get(PATH, query_string=query).data == b"[]"
    assert web.count("server_data") == 1


def test_what_comes_by_get_and_is_refused_is_kept(web: WebSite, token: str) -> None:
    query = {"wsfunction": WRITE, "wstoken": token} | GOOD | {"extra": "1"}
    assert b"invalidparameter" in web.client.get(PATH, query_string=query).data
    (kept,) = web.rejects()
    assert kept.reject.raw.decode() == urlencode(GOOD | {"extra": "1"})


def test_a_multipart_form_works(web: WebSite, token: str) -> None:
    answer = post(web, {}, {"wsfunction": WRITE, "wstoken": token} | GOOD, content_type="multipart/form-data")
    assert b"RESPONSE" in answer
    assert web.count("server_data") == 1


def test_a_multipart_form_that_is_refused_is_kept_as_a_plain_one(web: WebSite, token: str) -> None:
    form = {"wsfunction": WRITE, "wstoken": token} | GOOD | {"extra": "1"}
    assert b"invalidparameter" in post(web, {}, form, content_type="multipart/form-data")
    (kept,) = web.rejects()
    assert kept.reject.raw.decode() == urlencode(form).replace(token, "[token removed]")


def multipart(value: bytes, end: bytes = b"\r\n--x--\r\n") -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="nb_logs[0][%b]"\r\n\r\n%b'
    return part % (b"host", b"server\r\n") + part % (b"session", value) + end


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (multipart(b"s"), b"RESPONSE"),
        (multipart(b"s\xff"), b"recordrejected"),
        (multipart(b"s", end=b""), b"recordrejected"),
        (multipart(b"s").replace(b'session]"', b'session]"; filename="x"'), b"invalidparameter"),
    ],
    ids=["good", "no UTF-8", "cut", "a file"],
)
def test_nothing_of_a_multipart_form_is_lost(web: WebSite, token: str, body: bytes, code: bytes) -> None:
    query = {"wsfunction": WRITE, "wstoken": token}
    answer = web.client.post(PATH, query_string=query, data=body, content_type="multipart/form-data; boundary=x")
    assert code in answer.data
    assert len(web.rejects()) == (code != b"RESPONSE")
    assert web.count("server_data") == (code == b"RESPONSE")


def test_a_multipart_body_over_the_limit_is_refused(web: WebSite, token: str) -> None:
    query = {"wsfunction": WRITE, "wstoken": token}
    body, kind = b"x" * (11 * 2**20), "multipart/form-data; boundary=x"
    answer = web.client.post(PATH, query_string=query, data=body, content_type=kind)
    assert b"requesttoolarge" in answer.data


def test_moodles_own_settings_are_no_parameters(web: WebSite, token: str) -> None:
    form = GOOD | {"moodlewssettingfilter": "true"}
    assert call(web, token, form, moodlewsrestformat="json") == b"[]"


def test_every_record_of_a_form_is_stored_in_order(web: WebSite, token: str) -> None:
    messages = [f"m{number}" for number in (10, 9, 2, 1)]
    form = {f"nb_logs[{m[1:]}][{k}]": v for m in messages for k, v in cell_run("s", m)[1].items()}
    assert call(web, token, form, moodlewsrestformat="json") == b"[]"
    assert [row["message"] for row in web.rows("server_data")] == messages


def test_a_nameless_part_of_a_form_is_one_clear_error(web: WebSite, token: str) -> None:
    body = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    query = f"wstoken={token}&wsfunction={WRITE}&moodlewsrestformat=json"
    answer = web.client.post(f"/webservice/rest/server.php?{query}", data=body, content_type=kind)
    assert answer.json is not None
    assert answer.json["errorcode"] == "invalidparameter"
