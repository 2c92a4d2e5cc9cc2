"""Downloads: who may fetch them, how their parameters are read, and what is said of errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from marshmallow import fields, validate
from werkzeug.test import TestResponse

from app.downloads import Content, Download, DownloadCall, Downloads
from app.errors import ServiceUnavailable
from app.fields import Flag, Identifier, Integer, StrictSchema, Text
from app.protocols.downloads import connect
from app.protocols.exchange import Exchange
from tests.conftest import MakeWeb
from tests.support.runs import Run, add_runs
from tests.support.web import WebSite

PATH = "/api/v1/letters.txt"
GOOD = f"{PATH}?course_id=2"


class Params(StrictSchema):
    """Parameters of the test's download."""

    course_id = Identifier(required=True)
    lti_ids = fields.List(Identifier(), load_default=list, validate=validate.Length(max=3))
    name = Text(load_default="", limit=20)
    raw = Flag(load_default=False)
    fails_at = Integer(load_default=-1)


class Letters:
    """A download of some letters, which notes what was asked and whether its stream was closed."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.closed = 0
        self.error: Callable[[], Exception] = lambda: RuntimeError("a secret text")

    def open(self, call: DownloadCall) -> Content:
        self.asked.append(dict(call.arguments))
        return Content("text/plain; charset=utf-8", 'a "文字".txt', self._chunks(call.arguments["fails_at"]))

    def _chunks(self, fails_at: int) -> Iterator[bytes]:
        try:
            for number, letter in enumerate(b"abc"):
                if number == fails_at:
                    raise self.error()
                yield bytes([letter])
        finally:
            self.closed += 1


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def declared(letters: Letters) -> Download:
    return Download(
        path="letters.txt",
        summary="Some letters.",
        scope="activity:read",
        params=Params(),
        content_type="text/plain",
        handler=letters.open,
        covers=lambda caller, arguments: caller.covers_course(arguments["course_id"]),
    )


Get = Callable[..., TestResponse]


@pytest.fixture
def get(web: WebSite, declared: Download) -> Get:
    app = Flask("downloads", static_folder=None)
    tokens = web.parts.registry._authenticator
    connect(app, Downloads([declared], tokens), Exchange(web.parts.registry, ()))
    token = web.token("activity:read", courses=[2])

    def fetch(url: str = GOOD, *, token: str = token, method: str = "GET", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return app.test_client().open(url, method=method, headers=headers, **options)

    return fetch


def test_a_download_is_streamed_under_its_name(get: Get, letters: Letters) -> None:
    answer = get()
    assert (answer.status_code, answer.data) == (200, b"abc")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"a_____.txt\"; filename*=UTF-8''a%20%22%E6%96%87%E5%AD%97%22.txt"
    )
    assert letters.closed == 1


def test_parameters_are_decoded(get: Get, letters: Letters) -> None:
    get(f"{GOOD}&lti_ids=7&lti_ids=8&name=%E5%AD%97+1&raw=true").close()
    get(f"{GOOD}&raw=0&lti_ids=7").close()
    assert letters.asked == [
        {"course_id": 2, "lti_ids": [7, 8], "name": "字 1", "raw": True, "fails_at": -1},
        {"course_id": 2, "lti_ids": [7], "name": "", "raw": False, "fails_at": -1},
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "course_id: Missing data for required field."),
        ("course_id=x", "course_id: must be an integer from 1 to"),
        ("course_id=2.0", "course_id: must be an integer from 1 to"),
        ("course_id=0", "course_id: must be an integer from 1 to"),
        ("course_id=", "course_id: must be an integer from 1 to"),
        ("course_id=2&course_id=3", "course_id: is given twice"),
        ("course_id=2&raw=yes", "raw: must be true or false"),
        ("course_id=2&name=" + "x" * 21, "name: has 21 characters, the limit is 20"),
        ("course_id=2&name=%00", "name: has the control character U+0000"),
        ("course_id=2&lti_ids=7&lti_ids=y", "lti_ids[1]: must be an integer"),
        ("course_id=2&other=1", "other: Unknown field."),
        ("course_id=2&=1", "Unknown field."),
    ],
)
def test_wrong_parameters_are_named(get: Get, letters: Letters, query: str, said: str) -> None:
    answer = get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert (answer.json["errorcode"], said in answer.json["detail"]) == ("invalidparameter", True), answer.json
    assert letters.asked == []


@pytest.mark.parametrize("query", ["course_id=2&name=%FF", "&".join(f"a{n}=1" for n in range(1001))])
def test_a_query_that_is_none_is_malformed(get: Get, query: str) -> None:
    answer = get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json and answer.json["errorcode"]) == (400, "malformedrequest")


def test_without_a_good_token_nothing_is_told(get: Get, web: WebSite, letters: Letters) -> None:
    for token in ("", "unknown"):
        answer = get(f"{PATH}?nonsense=1", token=token)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    for token in (web.token("nblogs:write"), web.token("activity:read", courses=[3]), web.activity_token(1, 7)):
        assert get(token=token).status_code in (401, 403)
    revoked = web.token("activity:read")
    web.revoke(revoked)
    assert get(token=revoked).status_code == 401
    assert letters.asked == []


def test_head_gives_the_headers_alone(get: Get, letters: Letters) -> None:
    answer = get(method="HEAD")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Content-Length" not in answer.headers
    assert get(f"{PATH}?course_id=x", method="HEAD").status_code == 422


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(get: Get, method: str) -> None:
    answer = get(method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.json is not None
    assert answer.json["errorcode"] == "methodnotallowed"


def test_an_error_before_the_first_byte_is_told(get: Get, letters: Letters) -> None:
    letters.error = lambda: ServiceUnavailable("The database is away")
    answer = get(f"{GOOD}&fails_at=0")
    assert (answer.status_code, answer.json and answer.json["detail"]) == (503, "The database is away")
    assert letters.closed == 1


def test_a_fault_before_the_first_byte_is_told_by_its_id_alone(get: Get, logged: pytest.LogCaptureFixture) -> None:
    answer = get(f"{GOOD}&fails_at=0")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json is not None
    assert answer.json["detail"].rsplit(" ", 1)[1] in logged.text


def test_http_1_0_is_refused_as_it_can_not_tell_a_cut(get: Get) -> None:
    answer = get(environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["executions.csv", "executions.jsonl", "executions.parquet", "xapi/statements"])
def test_some_threads_are_always_left_for_everything_else(make_web: MakeWeb, path: str) -> None:
    web = make_web(threads=8)
    add_runs(web, 2, [Run()])
    headers = {"Authorization": f"Bearer {web.token('activity:read')}"}

    def fetch(path: str = path, method: str = "GET") -> TestResponse:
        return web.client.open(f"/api/v1/{path}?course_id=2", method=method, headers=headers, buffered=False)

    under_way = [fetch() for _ in range(2)]
    assert [answer.status_code for answer in under_way] == [200, 200]
    refused = fetch("executions.csv")
    assert (refused.status_code, refused.json and refused.json["errorcode"]) == (503, "busy")
    assert refused.json is not None
    assert refused.json["detail"] == "2 exports are being fetched already"
    assert fetch(method="HEAD").status_code == 200
    under_way.pop().close()  # before its end
    under_way.append(fetch())
    for answer in under_way:
        assert (answer.status_code, answer.data[:0]) == (200, b"")  # read to its end
        answer.close()
    assert [answer.status_code for answer in (fetch(), fetch(), fetch())] == [200, 200, 503]


def test_a_path_is_declared_once(declared: Download, web: WebSite) -> None:
    tokens = web.parts.registry._authenticator
    with pytest.raises(ValueError, match="twice"):
        Downloads([declared, declared], tokens)
