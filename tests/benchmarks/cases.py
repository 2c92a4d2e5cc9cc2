"""What is measured: each case, the requests it sends, and what it has to reach."""

from __future__ import annotations

import json
import xmlrpc.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks.records import Record, to_json, to_rest, to_xmlrpc

FORM = "application/x-www-form-urlencoded"
BATCH = 500


@dataclass(frozen=True)
class Wire:
    """One way to send records: request line and headers with {token}, a body, and what success looks like."""

    head: str
    encode: Callable[[Sequence[Record]], bytes]
    succeeded: Callable[[bytes], bool]

    def request(self, records: Sequence[Record], token: str, keep_alive: bool = True) -> bytes:
        """Return one whole HTTP/1.1 request."""
        body = self.encode(records)
        ending = "" if keep_alive else "Connection: close\r\n"
        head = self.head.format(token=token)
        return f"{head}Host: 127.0.0.1\r\nContent-Length: {len(body)}\r\n{ending}\r\n".encode() + body


@dataclass(frozen=True)
class Case:
    """One measurement. `target` is a share of case `against` when that is given, else records a second."""

    name: str
    title: str
    wire: str
    batch: int = 1
    keep_alive: bool = True
    against: str = ""
    target: float | None = None


def _empty_list(body: bytes) -> bool:
    return bool(json.loads(body) == [])


def _empty_struct(body: bytes) -> bool:
    answer, _ = xmlrpc.client.loads(body)  # raises xmlrpc.client.Fault on a fault
    return answer == ({},)


def _json(body: bytes) -> bool:
    answer = json.loads(body)
    return not (isinstance(answer, dict) and "errorcode" in answer)


def _head(path: str, content_type: str, *more: str) -> str:
    return "\r\n".join([f"POST {path} HTTP/1.1", f"Content-Type: {content_type}", *more, ""])


REST_PATH = (
    "/webservice/rest/server.php?wsfunction=mod_lticontainer_write_nblogs&wstoken={token}&moodlewsrestformat=json"
)

WIRES = {
    "nothing": Wire(_head("/nothing", FORM), to_rest, _empty_list),
    "naive": Wire(_head("/naive", FORM), to_rest, _empty_list),
    "rest": Wire(_head(REST_PATH, FORM), to_rest, _empty_list),
    "xmlrpc": Wire(_head("/webservice/xmlrpc/server.php?wstoken={token}", "text/xml"), to_xmlrpc, _empty_struct),
    "json": Wire(
        _head("/api/v1/write_nblogs", "application/json", "Authorization: Bearer {token}"), to_json, _json
    ),
}

BASELINE = Case("nothing", "Flask route that does nothing", "nothing")
NAIVE = Case("naive", "Flask view, PyMySQL, one commit a request", "naive", against="nothing")
SERVICE = (
    Case("rest", "REST, one record", "rest", against="nothing", target=0.5),
    Case("xmlrpc", "XML-RPC, one record", "xmlrpc", against="nothing", target=0.4),
    Case("rest-new", "REST, one record, new connection", "rest", keep_alive=False, against="rest", target=0.6),
    Case("json-500", "JSON, 500 records", "json", batch=BATCH, target=15_000),
    Case("rest-500", "REST, 500 records", "rest", batch=BATCH),
)
MEMORY = "memory"
NAMES = (BASELINE.name, NAIVE.name, *(case.name for case in SERVICE), MEMORY)
