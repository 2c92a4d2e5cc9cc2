"""One adapter a protocol: what a behaviour needs to be tested once and run over all three."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode
from xmlrpc.client import Fault, dumps, loads

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.errors import ERRORS

WRITE = "mod_lticontainer_write_nblogs"


@dataclass(frozen=True)
class Answer:
    """What a caller is told: a result, or an error's code and detail. `text` is the whole body."""

    result: Mapping[str, Any] | None
    code: str
    detail: str
    text: str
    status: int
    body: Any = field(repr=False, default=None)


class Wire(ABC):
    """A client of one protocol."""

    name: ClassVar[str]
    mistyped: ClassVar[tuple[Any, ...]]
    """Values in the place of a text, as this protocol can write them."""
    invalid_utf8: ClassVar[bytes]
    """A byte that is no UTF-8, as it stands in a body."""
    control: ClassVar[bytes]
    """A NUL, as it stands in a body."""
    unreadable: ClassVar[str] = "recordrejected"
    """The code for a body that can't be read; every form is one, so there it is the names that are wrong."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    @abstractmethod
    def encode(self, function: str, params: Mapping[str, Any]) -> bytes:
        """Return the body of a call."""

    @abstractmethod
    def send(self, function: str, body: bytes, token: str | None, **options: Any) -> TestResponse:
        """Send a body with a token."""

    @abstractmethod
    def read(self, response: TestResponse) -> Answer:
        """Read an answer."""

    def post(self, function: str, body: bytes, token: str | None, **options: Any) -> Answer:
        """Send a body and read the answer."""
        return self.read(self.send(function, body, token, **options))

    def call(self, function: str, params: Mapping[str, Any], token: str | None, **options: Any) -> Answer:
        """Call a function."""
        return self.post(function, self.encode(function, params), token, **options)

    def write(self, records: Any, token: str | None, **options: Any) -> Answer:
        """Write notebook records."""
        return self.call(WRITE, {"nb_logs": records}, token, **options)


class Json(Wire):
    """JSON."""

    name = "json"
    mistyped = (5, None, 1.5, True, [], ["a"], {}, {"a": "b"})
    invalid_utf8 = b"\xff"
    control = b"\\u0000"

    def encode(self, function: str, params: Mapping[str, Any]) -> bytes:
        return json.dumps(params).encode()

    def send(self, function: str, body: bytes, token: str | None, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {})) | (
            {} if token is None else {"Authorization": f"Bearer {token}"}
        )
        path = f"/api/v1/{function}"
        return self.client.post(path, data=body, headers=headers, content_type="application/json", **options)

    def read(self, response: TestResponse) -> Answer:
        answer = json.loads(response.data)
        if response.status_code == 200:
            return Answer(answer, "", "", response.text, 200, answer)
        assert response.content_type == "application/problem+json"
        assert answer["status"] == response.status_code
        return Answer(
            None, answer["errorcode"], answer.get("detail", ""), response.text, response.status_code, answer
        )


class Rest(Wire):
    """Moodle REST with JSON answers."""

    name = "rest"
    mistyped = ({"a": "b"}, ["a"], {"a": {"b": "c"}})
    invalid_utf8 = b"%FF"
    control = b"%00"
    unreadable = "invalidparameter"

    def encode(self, function: str, params: Mapping[str, Any]) -> bytes:
        return encode_form(params)

    def send(self, function: str, body: bytes, token: str | None, **options: Any) -> TestResponse:
        query = {"wsfunction": function, "moodlewsrestformat": "json"} | (
            {} if token is None else {"wstoken": token}
        )
        path = f"/webservice/rest/server.php?{urlencode(query)}"
        kind = "application/x-www-form-urlencoded"
        return self.client.post(path, data=body, content_type=kind, **options)

    def read(self, response: TestResponse) -> Answer:
        assert response.status_code == 200
        answer = json.loads(response.data)
        if "exception" not in answer:
            return Answer(answer or {}, "", "", response.text, 200, answer)
        return Answer(None, answer["errorcode"], answer.get("debuginfo", ""), response.text, 200, answer)


class XmlRpc(Wire):
    """XML-RPC."""

    name = "xmlrpc"
    mistyped = (5, b"bytes", None, True, 1.5, datetime(2026, 11, 23, 10), [], ["a"], {"a": "b"})
    invalid_utf8 = b"\xff"
    control = b"\x00"

    def encode(self, function: str, params: Mapping[str, Any]) -> bytes:
        return dumps(tuple(params.values()), function, encoding="utf-8", allow_none=True).encode()

    def send(self, function: str, body: bytes, token: str | None, **options: Any) -> TestResponse:
        query = "" if token is None else "?" + urlencode({"wstoken": token})
        path = f"/webservice/xmlrpc/server.php{query}"
        return self.client.post(path, data=body, content_type="text/html", **options)

    def read(self, response: TestResponse) -> Answer:
        assert response.status_code == 200
        try:
            (result,), _ = loads(response.data)
        except Fault as fault:
            code, _, rest = fault.faultString.partition(": ")
            (message,) = (error.message for error in ERRORS if error.code == code)
            return Answer(None, code, rest.removeprefix(message).removeprefix(": "), response.text, 200, fault)
        assert isinstance(result, dict)
        return Answer(result, "", "", response.text, 200, result)


WIRES: tuple[type[Wire], ...] = (XmlRpc, Rest, Json)


def encode_form(params: Mapping[str, Any]) -> bytes:
    """Return PHP's form of nested structs and lists of texts."""
    pairs: list[str] = []

    def walk(name: str, value: Any) -> None:
        children = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
        )
        if children is None:
            plain = str(int(value) if isinstance(value, bool) else value)  # as PHP does
            pairs.append(f"{name}={quote(plain, safe='')}")
            return
        for key, child in children:
            walk(f"{name}[{quote(str(key), safe='')}]", child)

    for name, value in params.items():
        walk(quote(name, safe=""), value)
    return "&".join(pairs).encode()
