"""The requests that real proxies sent, whole, and the rows that they leave.

`golden/recorded_requests.json` holds what mod_lticontainer 1.6.3 in a Moodle 4.5.6 made of the records in them. Of
the one whose XML is malformed it made nothing, since Moodle refuses its tags for their `<`; the rows of that one
are written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.clients import XML_DONE, form
from tests.support.process import ROOT
from tests.support.rawhttp import load_recorded, recorded
from tests.support.site import Row

RECORDED = recorded(ROOT / "tests/data/wire")
COURSE, LTI = 2, 1
"""The course that the proxies' users were in, and its activity."""
EMPTY_STRUCT = (
    b"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
    b"<value><struct>\n</struct></value>\n</param>\n</params>\n</methodResponse>\n"
)
_PLUGIN = json.loads((ROOT / "tests/data/golden/recorded_requests.json").read_text("utf-8"))["tables"]
_MALFORMED = {"cell_id": "c1", "filename": "Task <1> & 課題 課題.ipynb", "updatetm": 1795429908}
_RUN = {"session": "c6c26813-66e6-4eeb-8b26-9ced5c9bed1c", "message": "80a8084a-ab3b-4861-b092-431bdd5f4aad"}
_TAGS = r'["filename:Task <1> & \u8ab2\u984c 課題.ipynb", "codenum:1"]'


def without_arrival(rows: list[Row]) -> list[Row]:
    """Return rows of sessions without the time at which they came."""
    return [{k: v for k, v in row.items() if k != "updatetm"} for row in rows]


def expected_tables() -> dict[str, list[Row]]:
    """Return the rows of the four tables, sorted, without the arrival of sessions."""
    client = _RUN | _MALFORMED | {"date": "2026-11-23T10:31:48.011400Z"}
    server = [
        row | {"status": "ok"} if row["message"] == _RUN["message"] else row for row in _PLUGIN["server_data"]
    ]
    found = {
        "client_data": [*_PLUGIN["client_data"], client],
        "server_data": server,
        "session": without_arrival(_PLUGIN["session"]),
        "tags": [*_PLUGIN["tags"], _MALFORMED | {"tags": _TAGS, "codenum": "1"}],
    }
    return {name: sorted_rows(rows) for name, rows in found.items()}


def sorted_rows(rows: list[Row]) -> list[Row]:
    """Return rows in an order that does not depend on when they came."""
    return sorted(rows, key=lambda row: sorted((k, str(v)) for k, v in row.items()))


def stored_tables(read: Callable[[str], list[Row]]) -> dict[str, list[Row]]:
    """Return what `read` returns of each table, in the form of :func:`expected_tables`."""
    found = {name: read(name) for name in _PLUGIN}
    return {
        name: sorted_rows(rows) for name, rows in (found | {"session": without_arrival(found["session"])}).items()
    }


def expected_answer(path: Path) -> bytes:
    """Return the body that answers a recorded request with success."""
    return EMPTY_STRUCT if path.name.startswith("xmlrpc") else XML_DONE


def in_version(request: bytes, version: str) -> bytes:
    """Put another version of HTTP into a request."""
    return request.replace(b" HTTP/1.1\r\n", f" HTTP/{version}\r\n".encode(), 1)


def rest_like(record: Mapping[str, str], token: str) -> bytes:
    """Return a record in the bytes that the proxy of the REST recordings sends it in."""
    return _with_body(RECORDED[0], form([record]).replace(b"%5B", b"[").replace(b"%5D", b"]"), token)


def xmlrpc_like(record: Mapping[str, str], token: str) -> bytes:
    """Return a record in the bytes that the XML-RPC client sends it in, which escapes nothing."""
    path = next(path for path in RECORDED if path.name == "xmlrpc-1-session.http")
    body = path.read_bytes().partition(b"\r\n\r\n")[2].decode()

    def put(match: re.Match[str]) -> str:
        value = record[match[1]]
        text = f"<string>{value}</string>" if value else "<string />"
        return f"<member><name>{match[1]}</name><value>{text}</value></member>"

    found, count = re.subn(r"<member><name>(\w+)</name><value>.*?</value></member>", put, body)
    assert count == len(record)
    return _with_body(path, found.encode(), token)


def _with_body(path: Path, body: bytes, token: str) -> bytes:
    head, gap, _ = load_recorded(path, token).partition(b"\r\n\r\n")
    return re.sub(rb"(?<=Content-Length: )\d+", str(len(body)).encode(), head) + gap + body
