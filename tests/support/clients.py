"""Clients of a running service, one for each protocol, each call over a connection of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from xmlrpc.client import ServerProxy

from tests.support.rawhttp import Response, send

FUNCTION = "mod_lticontainer_write_nblogs"
REST = "/webservice/rest/server.php"
XMLRPC = "/webservice/xmlrpc/server.php"
FORM = "application/x-www-form-urlencoded"
XML_HEAD = b'<?xml version="1.0" encoding="UTF-8" ?>\n'
XML_DONE = XML_HEAD + b"<RESPONSE>\n<SINGLE>\n</SINGLE>\n</RESPONSE>\n"


def post(port: int, path: str, body: bytes, *headers: str, version: str = "1.1", timeout: float = 30) -> Response:
    """POST bytes as today's proxies do, and return the answer; raises OSError, http.client.HTTPException."""
    lines = [
        f"POST {path} HTTP/{version}",
        "Host: 127.0.0.1",
        *headers,
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return send(port, "\r\n".join(lines).encode() + b"\r\n\r\n" + body, timeout=timeout)


def get(port: int, path: str, *headers: str) -> Response:
    """GET a path."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "Connection: close"]
    return send(port, "\r\n".join(lines).encode() + b"\r\n\r\n")


def form(records: Sequence[Mapping[str, str]]) -> bytes:
    """Return records as the body of a Moodle REST call."""
    return urlencode([(f"nb_logs[{i}][{k}]", v) for i, r in enumerate(records) for k, v in r.items()]).encode()


def rest(
    port: int, records: Sequence[Mapping[str, str]], token: str, *headers: str, prefix: str = "", **options: Any
) -> Response:
    """Write records over Moodle REST, asking for JSON."""
    query = urlencode({"wsfunction": FUNCTION, "wstoken": token, "moodlewsrestformat": "json"})
    path = f"{prefix}{REST}?{query}"
    return post(port, path, form(records), f"Content-Type: {FORM}", *headers, **options)


def json_call(port: int, function: str, arguments: object, token: str, *headers: str) -> Response:
    """Call a function over JSON."""
    own = ("Content-Type: application/json", f"Authorization: Bearer {token}")
    return post(port, f"/api/v1/{function}", json.dumps(arguments).encode(), *own, *headers)


def proxy(port: int, token: str, path: str = XMLRPC) -> ServerProxy:
    """Return Python's own XML-RPC client."""
    return ServerProxy(f"http://127.0.0.1:{port}{path}?{urlencode({'wstoken': token})}")
