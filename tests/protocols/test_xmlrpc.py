"""XML-RPC: positions, content types, and the request that a known client forgets to escape."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from xmlrpc.client import dumps

import pytest

from app.protocols.xmlrpc_wire import REPAIR_LIMIT, repair_struct
from tests.protocols.wires import WRITE, XmlRpc
from tests.support.process import ROOT
from tests.support.rawhttp import load_recorded
from tests.support.site import cell_run, record
from tests.support.web import WebSite

WIRE = ROOT / "tests" / "data" / "wire"
MALFORMED = WIRE / "xmlrpc-2-client-malformed-xml.http"
NBDATA = "mod_lticontainer_write_nbdata"


def body_of(path: Path) -> bytes:
    return load_recorded(path, "t").partition(b"\r\n\r\n")[2]


@pytest.fixture
def xmlrpc(web: WebSite) -> XmlRpc:
    return XmlRpc(web.client)


@pytest.mark.parametrize("kind", ["text/html", "text/xml", "application/xml", "application/json", "x", None])
def test_any_content_type_is_taken(web: WebSite, token: str, kind: str | None) -> None:
    body = dumps(([cell_run("s", "m")[1]],), WRITE)
    response = web.client.post(f"/xmlrpc?wstoken={token}", data=body, content_type=kind)
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert b"fault" not in response.data
    assert web.count("server_data") == 1


def test_success_is_an_empty_struct(xmlrpc: XmlRpc, token: str) -> None:
    answer = "".join(xmlrpc.write([record(host="server")], token).text.split("\n"))
    expected = "<methodResponse><params><param><value><struct></struct></value></param></params></methodResponse>"
    assert answer.endswith(expected)


def test_a_fault_has_the_number_of_its_code(xmlrpc: XmlRpc) -> None:
    fault = xmlrpc.write([], "unknown").body
    assert (fault.faultCode, fault.faultString) == (-32001, "invalidtoken: Invalid token - token not found")


@pytest.mark.parametrize("count", [0, 2])
def test_parameters_go_by_position(xmlrpc: XmlRpc, token: str, count: int) -> None:
    body = dumps(([record()],) * count, WRITE).encode()
    assert xmlrpc.post(WRITE, body, token).code == "invalidparameter"


def test_the_recorded_malformed_request_is_understood(web: WebSite, xmlrpc: XmlRpc, token: str) -> None:
    body = body_of(MALFORMED)
    assert xmlrpc.post(NBDATA, body, token).result == {}
    assert xmlrpc.post(NBDATA, body, token).result == {}
    assert [row["filename"] for row in web.rows("client_data")] == ["Task <1> & 課題 課題.ipynb"]
    assert web.rejects() == []


def test_a_forged_member_is_not_repaired_but_kept(web: WebSite, xmlrpc: XmlRpc, token: str) -> None:
    forged = b"&</string></value></member><member><name>session</name><value><string>other"
    body = body_of(MALFORMED).replace(b"Task <1>", b"Task " + forged)
    assert xmlrpc.post(NBDATA, body, token).code == "recordrejected"
    assert [kept.reject.raw for kept in web.rejects()] == [body]
    assert (web.count("client_data"), web.count("session")) == (0, 0)


def test_only_the_functions_of_that_client_are_repaired(web: WebSite, xmlrpc: XmlRpc, token: str) -> None:
    body = body_of(MALFORMED).replace(NBDATA.encode(), WRITE.encode())
    assert xmlrpc.post(WRITE, body, token).code == "recordrejected"
    assert len(web.rejects()) == 1


def test_a_repaired_text_that_is_no_utf8_is_rejected(web: WebSite, xmlrpc: XmlRpc, token: str) -> None:
    body = body_of(MALFORMED).replace(b"Task", b"T\xffsk")
    answer = xmlrpc.post(NBDATA, body, token)
    assert (answer.code, "tags is not valid UTF-8" in answer.detail) == ("recordrejected", True)


def test_a_second_method_name_is_not_followed(web: WebSite, xmlrpc: XmlRpc) -> None:
    # The first decides what the token must be good for; the last is what the parser would take.
    body = dumps((), "mod_lticontainer_get_site_info").replace(
        "<methodName>", "<methodName>mod_lticontainer_register_ltis</methodName><methodName>", 1
    )
    answer = xmlrpc.post("", body.encode(), web.token("ltis:write"))
    assert answer.result is None


def test_a_method_in_a_comment_is_no_method(xmlrpc: XmlRpc, token: str) -> None:
    body = dumps(([record()],), WRITE).replace(
        "<methodCall>", "<!-- <methodName>mod_lticontainer_get_site_info</methodName> --><methodCall>"
    )
    assert xmlrpc.post("", body.encode(), token).code == "malformedrequest"


@pytest.mark.parametrize(
    "value",
    [
        "<bigdecimal>x</bigdecimal>",
        "<int>x</int>",
        "<double>x</double>",
        "<boolean>7</boolean>",
        "<base64>*</base64>",
        "<dateTime.iso8601>x</dateTime.iso8601>",
        "<int></int>",
        "<nonsense>1</nonsense>",
    ],
)
def test_a_value_that_is_none_is_kept(web: WebSite, xmlrpc: XmlRpc, token: str, value: str) -> None:
    body = dumps(([{"session": "VALUE"}],), WRITE).replace("<string>VALUE</string>", value).encode()
    assert xmlrpc.post(WRITE, body, token).code == "recordrejected"
    assert len(web.rejects()) == 1


def test_the_library_lists_no_functions(web: WebSite, xmlrpc: XmlRpc, token: str) -> None:
    for path in ("/xmlrpc", "/webservice/xmlrpc/server.php"):
        response = web.client.get(path)
        assert response.status_code == 405
        assert b"mod_lticontainer" not in response.data


def test_a_struct_in_place_of_the_list_is_one_clear_error(web: WebSite, token: str) -> None:
    answer = XmlRpc(web.client).call(WRITE, {"nb_logs": record(session="s")}, token)
    assert answer.code == "invalidparameter"
    assert "nb_logs: is not a list" in answer.detail
    assert [kept.reject.whole for kept in web.rejects()] == [True]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""], ids=["mark", "no-mark"])
def test_a_body_in_utf_16_is_read(web: WebSite, xmlrpc: XmlRpc, token: str, encoding: str, mark: str) -> None:
    sent, answered = cell_run("s", "m")
    records = [sent | {"tags": '["filename:課題.ipynb"]'}, answered]
    answer = xmlrpc.post(WRITE, (mark + dumps((records,), WRITE, encoding="UTF-16")).encode(encoding), token)
    assert (answer.result, answer.detail) == ({}, "")
    assert [row["filename"] for row in web.rows("client_data")] == ["課題.ipynb"]


def test_a_method_that_is_named_late_is_found(web: WebSite, xmlrpc: XmlRpc, token: str) -> None:
    body = dumps(([record(session="s")],), WRITE).replace("<methodName>", " " * 10_000 + "<methodName>")
    assert xmlrpc.post(WRITE, body.encode(), token).result == {}


def test_repairing_takes_a_few_times_the_memory_of_a_body(web: WebSite) -> None:
    good = body_of(MALFORMED)
    fields = web.parts.registry.functions[NBDATA].unescaped
    for filler, repaired in ((b"& ", True), (b"<x ", True), (b"</string", False)):
        long = good.replace(b"Task", filler * ((REPAIR_LIMIT - len(good)) // len(filler)), 1)
        assert REPAIR_LIMIT - 16 < len(long) <= REPAIR_LIMIT
        tracemalloc.start()
        found = repair_struct(long, fields)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (found is not None) is repaired
        assert peak < 8 * REPAIR_LIMIT
    assert repair_struct(good + b" " * REPAIR_LIMIT, fields) is None
